//! Which activity follows which, how long it takes, and which paths cases take.
//!
//! Only completed work is a step: an activity that was enabled, started and
//! completed is one step, at its completion.

use base::FixedMap;
use serde::{Deserialize, Serialize};

use crate::{EventLog, Spread};

/// Up to this many activities edges are found in a square table; beyond it, in a map.
const TABLE_ACTIVITIES: usize = 1_024;
/// No edge yet.
const NONE: u32 = u32::MAX;

/// One step after another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The activity before, by its number in the log.
    pub from: u32,
    /// The activity after.
    pub to: u32,
    /// How often, and how long from completion to completion.
    pub time: Spread,
}

/// The directly-follows graph of a log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DirectlyFollows {
    /// Edges in the order of their activities.
    pub edges: Vec<Edge>,
    /// How many cases begin with each activity, by its number.
    pub starts: Vec<u64>,
    /// How many cases end with each activity, so far.
    pub ends: Vec<u64>,
    /// How often each activity was done.
    pub counts: Vec<u64>,
}

/// A path that cases take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Its steps, by the numbers of their activities.
    pub activities: Vec<u32>,
    /// How many cases take it.
    pub cases: u64,
}

/// Counts the paths of a log, the most frequent first; among equals by their steps.
pub fn variants(log: &EventLog) -> Vec<Variant> {
    let (steps, offsets) = done_steps(log);
    let mut counts: FixedMap<&[u32], u64> = FixedMap::default();
    for ends in offsets.windows(2) {
        *counts.entry(&steps[ends[0]..ends[1]]).or_default() += 1;
    }
    let mut variants: Vec<Variant> = counts
        .into_iter()
        .map(|(activities, cases)| Variant { activities: activities.to_vec(), cases })
        .collect();
    variants.sort_unstable_by(|one, other| {
        other.cases.cmp(&one.cases).then_with(|| one.activities.cmp(&other.activities))
    });
    variants
}

/// Counts and times the steps that follow each other directly.
pub fn directly_follows(log: &EventLog) -> DirectlyFollows {
    let activities = log.names.len();
    let mut graph = DirectlyFollows {
        edges: Vec::new(),
        starts: vec![0; activities],
        ends: vec![0; activities],
        counts: vec![0; activities],
    };
    let mut numbers = EdgeNumbers::new(activities);
    let mut taken: Vec<(u32, i64)> = Vec::with_capacity(log.events());
    for range in log.ranges() {
        let mut before: Option<(u32, i64)> = None;
        for place in range.filter(|place| log.is_done(*place)) {
            let (activity, at) = (log.activity[place], log.at[place]);
            graph.counts[index(activity)] += 1;
            match before {
                None => graph.starts[index(activity)] += 1,
                Some((from, since)) => {
                    taken.push((numbers.number(from, activity), at.saturating_sub(since)));
                }
            }
            before = Some((activity, at));
        }
        if let Some((last, _)) = before {
            graph.ends[index(last)] += 1;
        }
    }
    graph.edges = sum_edges(&numbers.edges, &taken);
    graph.edges.sort_unstable_by_key(|edge| (edge.from, edge.to));
    graph
}

/// Puts each edge's durations side by side and sums them up.
fn sum_edges(edges: &[(u32, u32)], taken: &[(u32, i64)]) -> Vec<Edge> {
    let mut ends = vec![0_usize; edges.len() + 1];
    for (number, _) in taken {
        ends[index(*number) + 1] += 1;
    }
    for place in 1..ends.len() {
        ends[place] += ends[place - 1];
    }
    let starts = ends.clone();
    let mut durations = vec![0_i64; taken.len()];
    for (number, duration) in taken {
        let next = &mut ends[index(*number)];
        durations[*next] = *duration;
        *next += 1;
    }
    let sum = |(number, (from, to)): (usize, &(u32, u32))| {
        let mine = &mut durations[starts[number]..starts[number + 1]];
        Edge { from: *from, to: *to, time: Spread::of(mine) }
    };
    edges.iter().enumerate().map(sum).collect()
}

/// Numbers edges in the order in which they are met.
struct EdgeNumbers {
    activities: usize,
    table: Vec<u32>,
    map: FixedMap<(u32, u32), u32>,
    edges: Vec<(u32, u32)>,
}

impl EdgeNumbers {
    fn new(activities: usize) -> Self {
        let cells = if activities <= TABLE_ACTIVITIES { activities * activities } else { 0 };
        Self { activities, table: vec![NONE; cells], map: FixedMap::default(), edges: Vec::new() }
    }

    fn number(&mut self, from: u32, to: u32) -> u32 {
        let slot = if self.table.is_empty() {
            self.map.entry((from, to)).or_insert(NONE)
        } else {
            &mut self.table[index(from) * self.activities + index(to)]
        };
        if *slot == NONE {
            *slot = u32::try_from(self.edges.len()).unwrap_or(NONE);
            self.edges.push((from, to));
        }
        *slot
    }
}

/// The steps of each case, one case after the other.
fn done_steps(log: &EventLog) -> (Vec<u32>, Vec<usize>) {
    let mut steps = Vec::with_capacity(log.events());
    let mut offsets = vec![0];
    for range in log.ranges() {
        steps.extend(range.filter(|place| log.is_done(*place)).map(|place| log.activity[place]));
        offsets.push(steps.len());
    }
    (steps, offsets)
}

/// A number as a place; the log's numbers are places in its names.
fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
