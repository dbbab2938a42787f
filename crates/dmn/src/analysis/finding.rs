//! Finding: what is wrong with a table, the inputs that show it, and what to do about it.

use std::sync::Arc;

use feel::{Context, TooDeep, Value};

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
        let put = match as_path(&input.text) {
            Some(path) => put(&inputs, &path, &input.value)?,
            None => None,
        };
        inputs = match put {
            Some(inputs) => inputs,
            None => inputs.with(Arc::clone(&input.text), input.value.clone())?,
        };
    }
    Ok(inputs)
}

/// The names of a path such as `applicant.income`; `None` where the expression is another.
pub(crate) fn as_path(expression: &str) -> Option<Vec<&str>> {
    let path: Vec<&str> = expression.split('.').map(str::trim).collect();
    let named = |part: &&str| {
        let letters = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ' ';
        !part.is_empty() && part.chars().all(letters)
    };
    path.iter().all(named).then_some(path)
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
    /// The rule says again what an earlier one says.
    Duplicate {
        /// The rule, from 1.
        rule: u32,
        /// The earlier one, from 1.
        of: u32,
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
            | Self::Duplicate { .. }
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
            Self::Duplicate { .. } | Self::Subsumed { .. } => "Take the rule out.",
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

impl Finding {
    pub(crate) fn of(severity: Severity, kind: FindingKind) -> Self {
        let message = super::sentence::of(&kind);
        Self { severity, kind, message }
    }
}
