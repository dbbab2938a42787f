//! Findings as plain sentences.

use feel::Value;

use super::{FindingKind, Witness, WitnessInput};

/// Rules that are named in one sentence.
const MAX_NAMED: usize = 10;

pub(super) fn of(kind: &FindingKind) -> String {
    match kind {
        FindingKind::Gap { witness } => format!("no rule matches{}", when(witness)),
        FindingKind::Overlap { first, second, witness } => {
            format!("rules {first} and {second} both match{}", when(witness))
        }
        FindingKind::Conflict { first, second, witness } => {
            format!("rules {first} and {second} may give different outputs{}", when(witness))
        }
        FindingKind::Masked { rule, by } => {
            format!("rule {rule} never decides: where it matches, {} before it", rules(by))
        }
        FindingKind::Duplicate { rule, of } => {
            format!("rule {rule} repeats rule {of}: the same inputs, the same outputs")
        }
        FindingKind::Subsumed { rule, by } => {
            format!("rule {rule} adds nothing: rule {by} gives the same wherever it matches")
        }
        FindingKind::NeverMatches { rule, column } => {
            format!("rule {rule} never matches: no value of {column} passes its cell")
        }
        FindingKind::NotAnalysable { rule: Some(rule), column, text } => {
            format!("rule {rule}, {column}: the cell `{text}` cannot be analysed")
        }
        FindingKind::NotAnalysable { rule: None, column, text } => {
            format!("{column}: the {text} cannot be analysed")
        }
        FindingKind::More => "there are more of these".to_owned(),
        FindingKind::TooComplex { looking_for, limit } => {
            format!("too intricate to look for all {looking_for} within {limit} units of work")
        }
    }
}

fn rules(numbers: &[u32]) -> String {
    let named: Vec<String> = numbers.iter().take(MAX_NAMED).map(ToString::to_string).collect();
    let rest = numbers.len().saturating_sub(MAX_NAMED);
    match (named.as_slice(), rest) {
        ([only], 0) => format!("rule {only} decides"),
        (_, 0) => format!("one of rules {} decides", joined(&named)),
        (_, rest) => format!("one of rules {} and {rest} more decides", named.join(", ")),
    }
}

/// ` when age is 17 and income is missing`; empty where any input will do.
fn when(witness: &Witness) -> String {
    let parts: Vec<String> = witness.iter().filter(|input| !input.is_arbitrary).map(part).collect();
    if parts.is_empty() {
        return ", whatever the inputs".to_owned();
    }
    format!(" when {}", joined(&parts))
}

fn part(input: &WitnessInput) -> String {
    let label = &input.label;
    let or_missing = if input.may_be_missing { " or missing" } else { "" };
    match (&input.value, input.is_other) {
        (Value::Null, _) => format!("{label} is missing"),
        (value, false) => format!("{label} is {}{or_missing}", shown(value)),
        (value, true) => {
            format!("{label} is anything else, such as {}{or_missing}", shown(value))
        }
    }
}

pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "missing".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Date(value) => value.to_string(),
        Value::Time(value) => value.to_string(),
        Value::DateTime(value) => value.to_string(),
        Value::DaysTime(value) => value.to_string(),
        Value::YearsMonths(value) => value.to_string(),
        Value::String(_)
        | Value::List(_)
        | Value::Context(_)
        | Value::Range(_)
        | Value::Function(_) => value.to_json(),
    }
}

fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
