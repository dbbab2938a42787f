//! Analysis: exact answers about a decision table, each with inputs that show it.
//!
//! Every input column becomes an axis cut into atoms: the pieces between and at the constants of its
//! cells, and one for a missing value. A rule is then a box of atoms. Gaps, masked rules and overlaps
//! are questions about boxes, answered by splitting space in two again and again where that leaves
//! the fewest rules on both sides. Nothing is sampled. Cells that are no constant sets are named, and
//! left out in the direction that keeps every finding true.

use std::sync::Arc;

use crate::table::Table;
use crate::table::info::{HitPolicy, TableInfo};

mod axis;
mod boxes;
mod finding;
pub(crate) mod near;
mod outputs;
mod overlap;
mod search;
mod sentence;
mod witness;

pub(crate) use finding::as_path;
pub use finding::{Finding, FindingKind, Severity, Witness, WitnessInput, as_inputs};
pub use near::Target;

use boxes::Space;
use search::{Outcome, Work};

/// How many findings of one kind are listed.
pub const MAX_LISTED: usize = 20;
/// How much an analysis may do: about one unit per rule looked at.
pub const MAX_WORK: u64 = 20_000_000;

/// What the analysis of one table found.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The table.
    pub table: Arc<TableInfo>,
    /// The findings, errors first.
    pub findings: Vec<Finding>,
    /// How much work it was.
    pub work: u64,
}

impl Report {
    /// The findings that forbid publishing.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// Whether nothing forbids publishing.
    pub fn is_publishable(&self) -> bool {
        self.errors().next().is_none()
    }
}

/// What a hit policy forbids of rules that match the same inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Together {
    /// That there are any.
    Overlap,
    /// That they give different outputs.
    Conflict,
    /// That one of them never decides.
    Masked,
    /// Nothing, and gaps are allowed too.
    Free,
}

impl Together {
    fn of(policy: HitPolicy) -> Self {
        match policy {
            HitPolicy::Unique => Self::Overlap,
            HitPolicy::Any => Self::Conflict,
            HitPolicy::Priority | HitPolicy::First => Self::Masked,
            HitPolicy::RuleOrder
            | HitPolicy::OutputOrder
            | HitPolicy::Collect
            | HitPolicy::CollectSum
            | HitPolicy::CollectMin
            | HitPolicy::CollectMax
            | HitPolicy::CollectCount => Self::Free,
        }
    }
}

/// Looks for gaps, overlaps and rules without effect, as the hit policy of the table asks.
pub fn check(table: &Table) -> Report {
    check_within(table, MAX_WORK)
}

/// As [`check`], with a limit of work of the caller's.
pub fn check_within(table: &Table, limit: u64) -> Report {
    let mut check =
        Check { table, space: Space::of(table), work: Work::new(limit), findings: Vec::new() };
    check.run();
    let mut findings = check.findings;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Report { table: Arc::clone(&table.info), findings, work: check.work.done() }
}

struct Check<'t> {
    table: &'t Table,
    space: Space,
    work: Work,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn run(&mut self) {
        let together = Together::of(self.table.info.hit_policy);
        self.not_analysable();
        self.never_matches();
        let has_default = self.table.outputs.iter().any(|output| output.default.is_some());
        if together != Together::Free && !has_default {
            self.gaps();
        }
        let duplicates = outputs::duplicates(self.table, &self.space);
        match together {
            Together::Overlap => self.overlaps(),
            Together::Conflict => self.conflicts(&duplicates),
            Together::Masked => self.masked(&duplicates),
            Together::Free => {}
        }
        self.list(&duplicates, |rule, of| FindingKind::Duplicate { rule, of });
    }

    /// Lists warnings about pairs of rules, from 0.
    fn list(&mut self, pairs: &[(u32, u32)], kind: impl Fn(u32, u32) -> FindingKind) {
        for &(rule, other) in pairs.iter().take(MAX_LISTED) {
            let kind = kind(rule.saturating_add(1), other.saturating_add(1));
            self.add(Severity::Warning, kind);
        }
        if pairs.len() > MAX_LISTED {
            self.add(Severity::Warning, FindingKind::More);
        }
    }

    fn add(&mut self, severity: Severity, kind: FindingKind) {
        self.findings.push(Finding::of(severity, kind));
    }

    fn too_complex(&mut self, looking_for: &'static str) {
        let limit = self.work.limit();
        self.add(Severity::Error, FindingKind::TooComplex { looking_for, limit });
    }

    fn not_analysable(&mut self) {
        let found = std::mem::take(&mut self.space.not_analysable);
        let many = found.len() > MAX_LISTED;
        for (rule, column, text) in found.into_iter().take(MAX_LISTED) {
            self.add(Severity::Warning, FindingKind::NotAnalysable { rule, column, text });
        }
        if many {
            self.add(Severity::Warning, FindingKind::More);
        }
    }

    fn never_matches(&mut self) {
        let mut found = Vec::new();
        for (rule, number) in self.space.rules.iter().zip(1u32..) {
            let empty = rule.sets.iter().zip(&self.space.axes).find(|(set, _)| set.is_empty());
            if let Some((_, axis)) = empty {
                found.push((number, Arc::clone(&axis.label)));
            }
        }
        let many = found.len() > MAX_LISTED;
        for (rule, column) in found.into_iter().take(MAX_LISTED) {
            self.add(Severity::Warning, FindingKind::NeverMatches { rule, column });
        }
        if many {
            self.add(Severity::Warning, FindingKind::More);
        }
    }

    fn gaps(&mut self) {
        let rules: Vec<u32> = (0u32..).take(self.space.rules.len()).collect();
        let outcome = search::uncovered(&self.space, None, &rules, MAX_LISTED, &mut self.work);
        let (regions, more) = match outcome {
            Outcome::Found { regions, more } => (regions, more),
            Outcome::TooComplex { regions } => {
                self.too_complex("gaps");
                (regions, false)
            }
        };
        let mut witnesses: Vec<Witness> =
            regions.iter().map(|region| witness::of_region(&self.space, region)).collect();
        // The plainest first: those with the fewest missing values.
        witnesses.sort_by_key(|witness| witness.iter().filter(|one| one.value.is_null()).count());
        for witness in witnesses {
            self.add(Severity::Error, FindingKind::Gap { witness });
        }
        if more {
            self.add(Severity::Error, FindingKind::More);
        }
    }

    fn overlaps(&mut self) {
        let pairs = overlap::pairs(&self.space, &mut self.work, |_, _| true);
        self.list_pairs(pairs, Severity::Error, |first, second, witness| FindingKind::Overlap {
            first,
            second,
            witness,
        });
    }

    fn conflicts(&mut self, duplicates: &[(u32, u32)]) {
        let outputs = outputs::Outputs::of(self.table);
        for (wanted, severity) in [
            (outputs::Sameness::Different, Severity::Error),
            (outputs::Sameness::Unknown, Severity::Warning),
        ] {
            let pairs = overlap::pairs(&self.space, &mut self.work, |first, second| {
                outputs.compare(first, second) == wanted
            });
            self.list_pairs(pairs, severity, |first, second, witness| FindingKind::Conflict {
                first,
                second,
                witness,
            });
        }
        let same = |first, second| outputs.compare(first, second) == outputs::Sameness::Same;
        let mut subsumed = overlap::subsumed(&self.space, &mut self.work, same);
        subsumed.retain(|(rule, _)| !duplicates.iter().any(|(again, _)| again == rule));
        self.list(&subsumed, |rule, by| FindingKind::Subsumed { rule, by });
    }

    fn list_pairs(
        &mut self,
        pairs: overlap::Pairs,
        severity: Severity,
        kind: impl Fn(u32, u32, Witness) -> FindingKind,
    ) {
        for (first, second) in pairs.found {
            let witness = witness::of_both(&self.space, first, second);
            let kind = kind(first.saturating_add(1), second.saturating_add(1), witness);
            self.add(severity, kind);
        }
        if pairs.more {
            self.add(severity, FindingKind::More);
        }
        if pairs.too_complex {
            self.too_complex("overlaps");
        }
    }

    fn masked(&mut self, duplicates: &[(u32, u32)]) {
        let order = outputs::deciding_order(self.table);
        let mut masked = Vec::new();
        for (place, &rule) in order.iter().enumerate() {
            let before = order.get(..place).unwrap_or(&[]);
            if duplicates.iter().any(|(again, _)| *again == rule) {
                continue;
            }
            match search::masked_by(&self.space, rule, before, &mut self.work) {
                Some(by) if by.is_empty() => {}
                Some(by) => masked.push((rule, by)),
                None => return self.too_complex("masked rules"),
            }
        }
        for (rule, by) in masked.iter().take(MAX_LISTED) {
            let by = by.iter().map(|rule| rule.saturating_add(1)).collect();
            let rule = rule.saturating_add(1);
            self.add(Severity::Warning, FindingKind::Masked { rule, by });
        }
        if masked.len() > MAX_LISTED {
            self.add(Severity::Warning, FindingKind::More);
        }
        if order.len() < self.space.rules.len() {
            // Nobody knows where the others come in.
            return;
        }
        let outputs = outputs::Outputs::of(self.table);
        let same = |first, second| outputs.compare(first, second) == outputs::Sameness::Same;
        match overlap::needless(&self.space, &order, &mut self.work, same) {
            Some(mut needless) => {
                let hidden = |rule: &u32| masked.iter().any(|(other, _)| other == rule);
                let again = |rule: &u32| duplicates.iter().any(|(other, _)| other == rule);
                needless.retain(|(rule, _)| !hidden(rule) && !again(rule));
                self.list(&needless, |rule, by| FindingKind::Subsumed { rule, by });
            }
            None => self.too_complex("rules that add nothing"),
        }
    }
}
