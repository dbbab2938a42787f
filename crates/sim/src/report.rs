//! What a run was, in one line; and what went wrong, with the way there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base::{Digest, Timestamp};

/// What a run did and saw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Random processes that were made and deployed.
    pub processes: u64,
    /// Cases that were received.
    pub cases: u64,
    /// Words of the elements that cases came through.
    pub elements: BTreeSet<String>,
    /// Events by name.
    pub events: BTreeMap<String, u64>,
    /// Commits that landed.
    pub commits: u64,
    /// Crashes of the program.
    pub crashes: u64,
    /// Faults injected, by name.
    pub faults: BTreeMap<&'static str, u64>,
    /// Checks made.
    pub checks: u64,
    /// Pieces of work that back offices did.
    pub works: u64,
    /// Cases by why they rest, at the end.
    pub rests: BTreeMap<String, u64>,
    /// Steps of the run.
    pub steps: u64,
    /// The journal's last link.
    pub head: Option<Digest>,
}

impl Report {
    /// Every event.
    pub fn events(&self) -> u64 {
        self.events.values().sum()
    }

    /// Every fault.
    pub fn faults(&self) -> u64 {
        self.faults.values().sum()
    }

    /// Adds another run's figures.
    pub fn add(&mut self, other: &Self) {
        self.processes += other.processes;
        self.cases += other.cases;
        self.elements.extend(other.elements.iter().cloned());
        self.commits += other.commits;
        self.crashes += other.crashes;
        self.checks += other.checks;
        self.works += other.works;
        self.steps += other.steps;
        for (name, count) in &other.events {
            *self.events.entry(name.clone()).or_default() += count;
        }
        for (name, count) in &other.faults {
            *self.faults.entry(name).or_default() += count;
        }
        for (name, count) in &other.rests {
            *self.rests.entry(name.clone()).or_default() += count;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} processes, {} elements, {} cases, {} events in {} commits, {} works, {} crashes, \
             {} faults, {} checks, {} steps",
            self.processes,
            self.elements.len(),
            self.cases,
            self.events(),
            self.commits,
            self.works,
            self.crashes,
            self.faults(),
            self.checks,
            self.steps,
        )?;
        if let Some(head) = self.head {
            write!(formatter, ", head ")?;
            for byte in head.as_bytes().iter().take(6) {
                write!(formatter, "{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// A promise that was not kept.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The step.
    pub step: u64,
    /// The virtual time.
    pub at: Timestamp,
    /// What is wrong.
    pub what: String,
    /// The last things that happened.
    pub trace: Vec<String>,
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "seed {} failed at step {}, {}", self.seed, self.step, self.at)?;
        writeln!(formatter, "  {}", self.what)?;
        for line in &self.trace {
            writeln!(formatter, "    {line}")?;
        }
        Ok(())
    }
}
