//! Analysis: exact answers about a decision table, each with inputs that show it.
//!
//! Every input column becomes an axis cut into atoms: the pieces between and at the constants of its
//! cells, and one for a missing value. A rule is then a box of atoms. Gaps, masked rules and overlaps
//! are questions about boxes, answered by splitting space in two again and again where that leaves
//! the fewest rules on both sides. Nothing is sampled. Cells that are no constant sets are named, and
//! left out in the direction that keeps every finding true.

use std::sync::Arc;

use feel::{Context, TooDeep, Value};

use crate::table::Table;
use crate::table::info::{HitPolicy, TableInfo};

mod axis;
mod boxes;
mod outputs;
mod overlap;
mod search;
mod sentence;
mod witness;

use boxes::Space;
use search::{Outcome, Work};

/// How many findings of one kind are listed.
pub const MAX_LISTED: usize = 20;
/// How much an analysis may do: about one unit per rule looked at.
pub const MAX_WORK: u64 = 20_000_000;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look.
    Warning,
    /// The table should not be published as it is.
    Error,
}

/// The value of one input column in a witness.
#[derive(Debug, Clone, PartialEq)]
pub struct WitnessInput {
    /// The label of the column.
    pub label: Arc<str>,
    /// The expression of the column.
    pub text: Arc<str>,
    /// A value; null is a missing one.
    pub value: Value,
    /// Whether it is one of the values that no cell names.
    pub is_other: bool,
    /// Whether any other value of the column would do as well.
    pub is_arbitrary: bool,
    /// Whether a missing value would do as well.
    pub may_be_missing: bool,
}

/// Inputs, by column, that show a finding.
pub type Witness = Vec<WitnessInput>;

/// A witness as one context, as a decision takes its inputs: a column whose expression is a path such
/// as `applicant.income` is a member of a member, any other stands under its expression.
///
/// # Errors
/// [`TooDeep`] when a path is longer than values may nest.
pub fn as_inputs(witness: &[WitnessInput]) -> Result<Context, TooDeep> {
    let mut inputs = Context::new();
    for input in witness {
        let path: Vec<&str> = input.text.split('.').map(str::trim).collect();
        let named = |part: &&str| {
            let letters = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ' ';
            !part.is_empty() && part.chars().all(letters)
        };
        let is_path = path.iter().all(named);
        let put = if is_path { put(&inputs, &path, &input.value)? } else { None };
        inputs = match put {
            Some(inputs) => inputs,
            None => inputs.with(Arc::clone(&input.text), input.value.clone())?,
        };
    }
    Ok(inputs)
}

/// The context with a value at a path; `None` where something else stands in the way.
fn put(context: &Context, path: &[&str], value: &Value) -> Result<Option<Context>, TooDeep> {
    let Some((name, rest)) = path.split_first() else { return Ok(None) };
    let inner = match (context.get(name), rest.is_empty()) {
        (None, true) => return context.with(*name, value.clone()).map(Some),
        (None, false) => Context::new(),
        (Some(Value::Context(inner)), false) => inner.clone(),
        (Some(_), _) => return Ok(None),
    };
    match put(&inner, rest, value)? {
        Some(inner) => context.with(*name, Value::Context(inner)).map(Some),
        None => Ok(None),
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub enum FindingKind {
    /// No rule matches these inputs, and there is no default.
    Gap {
        /// The inputs.
        witness: Witness,
    },
    /// Two rules match these inputs where the hit policy allows one.
    Overlap {
        /// The first rule, from 1.
        first: u32,
        /// The second rule, from 1.
        second: u32,
        /// The inputs.
        witness: Witness,
    },
    /// Two rules match these inputs and may give different outputs (hit policy any).
    Conflict {
        /// The first rule, from 1.
        first: u32,
        /// The second rule, from 1.
        second: u32,
        /// The inputs.
        witness: Witness,
    },
    /// The rule never decides: others always come before it.
    Masked {
        /// The rule, from 1.
        rule: u32,
        /// Those that come before it, from 1.
        by: Vec<u32>,
    },
    /// The rule adds nothing to another one.
    Subsumed {
        /// The rule, from 1.
        rule: u32,
        /// The other rule, from 1.
        by: u32,
    },
    /// No input at all matches the rule.
    NeverMatches {
        /// The rule, from 1.
        rule: u32,
        /// The label of the column that makes it so.
        column: Arc<str>,
    },
    /// A cell, or the allowed values of a column, that is no constant set.
    NotAnalysable {
        /// The rule, from 1; `None` for the allowed values.
        rule: Option<u32>,
        /// The label of the column.
        column: Arc<str>,
        /// The text.
        text: Arc<str>,
    },
    /// There are more findings of the kind before.
    More,
    /// The analysis was stopped: the table is too intricate.
    TooComplex {
        /// What was being looked for.
        looking_for: &'static str,
        /// The limit of work.
        limit: u64,
    },
}

impl FindingKind {
    /// The inputs that show it, where inputs can.
    pub fn witness(&self) -> Option<&Witness> {
        match self {
            Self::Gap { witness }
            | Self::Overlap { witness, .. }
            | Self::Conflict { witness, .. } => Some(witness),
            Self::Masked { .. }
            | Self::Subsumed { .. }
            | Self::NeverMatches { .. }
            | Self::NotAnalysable { .. }
            | Self::More
            | Self::TooComplex { .. } => None,
        }
    }

    /// What to do about it, in a sentence.
    pub const fn mend(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "Add a rule for these inputs, or a default output.",
            Self::Overlap { .. } => {
                "Narrow one of the two rules, or choose a hit policy that says which of them decides."
            }
            Self::Conflict { .. } => "Narrow one of the two rules, or give both the same outputs.",
            Self::Masked { .. } => "Take the rule out, or move it before those that hide it.",
            Self::Subsumed { .. } => "Take the rule out.",
            Self::NeverMatches { .. } => {
                "Mend its cell: nothing that the column may hold passes it."
            }
            Self::NotAnalysable { .. } => {
                "Write it with constants where you can; otherwise look for gaps and overlaps yourself."
            }
            Self::More => "Mend those that are listed, and check again.",
            Self::TooComplex { .. } => {
                "Split the table into two decisions, one of which asks the other."
            }
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// What was found.
    pub kind: FindingKind,
    /// The same as a plain sentence.
    pub message: String,
}

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
        match together {
            Together::Overlap => self.overlaps(),
            Together::Conflict => self.conflicts(),
            Together::Masked => self.masked(),
            Together::Free => {}
        }
    }

    fn add(&mut self, severity: Severity, kind: FindingKind) {
        let message = sentence::of(&kind);
        self.findings.push(Finding { severity, kind, message });
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

    fn conflicts(&mut self) {
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
        let subsumed = overlap::subsumed(&self.space, &mut self.work, same);
        for (rule, by) in subsumed.into_iter().take(MAX_LISTED) {
            let (rule, by) = (rule.saturating_add(1), by.saturating_add(1));
            self.add(Severity::Warning, FindingKind::Subsumed { rule, by });
        }
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

    fn masked(&mut self) {
        let order = outputs::deciding_order(self.table);
        let mut listed = 0;
        for (place, &rule) in order.iter().enumerate() {
            let before = order.get(..place).unwrap_or(&[]);
            match search::masked_by(&self.space, rule, before, &mut self.work) {
                Some(by) if by.is_empty() => {}
                Some(_) if listed >= MAX_LISTED => {
                    return self.add(Severity::Warning, FindingKind::More);
                }
                Some(by) => {
                    listed += 1;
                    let by = by.iter().map(|rule| rule.saturating_add(1)).collect();
                    let rule = rule.saturating_add(1);
                    self.add(Severity::Warning, FindingKind::Masked { rule, by });
                }
                None => return self.too_complex("masked rules"),
            }
        }
    }
}
