//! Functions on text. Positions count code points.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use super::{Body, Builtin, Cost, all, argument, fixed, list, number, some, text};
use crate::decimal::Decimal;
use crate::error::EvalError;
use crate::evaluate::Machine;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Builtin] = &[
    fixed(
        "substring",
        &[some(&["string", "start position", "length"], 2)],
        Cost::Linear,
        substring,
    ),
    fixed("string length", &[all(&["string"])], Cost::Linear, |values| {
        Some(Decimal::from(text(values, 0)?.chars().count()).into())
    }),
    fixed("upper case", &[all(&["string"])], Cost::Linear, |values| {
        Some(text(values, 0)?.to_uppercase().into())
    }),
    fixed("lower case", &[all(&["string"])], Cost::Linear, |values| {
        Some(text(values, 0)?.to_lowercase().into())
    }),
    fixed("substring before", &[all(&["string", "match"])], Cost::Linear, |values| {
        let (before, _) = text(values, 0)?.split_once(text(values, 1)?).unwrap_or(("", ""));
        Some(before.into())
    }),
    fixed("substring after", &[all(&["string", "match"])], Cost::Linear, |values| {
        let (_, after) = text(values, 0)?.split_once(text(values, 1)?).unwrap_or(("", ""));
        Some(after.into())
    }),
    fixed("contains", &[all(&["string", "match"])], Cost::Linear, |values| {
        Some(text(values, 0)?.contains(text(values, 1)?).into())
    }),
    fixed("starts with", &[all(&["string", "match"])], Cost::Linear, |values| {
        Some(text(values, 0)?.starts_with(text(values, 1)?).into())
    }),
    fixed("ends with", &[all(&["string", "match"])], Cost::Linear, |values| {
        Some(text(values, 0)?.ends_with(text(values, 1)?).into())
    }),
    Builtin {
        name: "string join",
        signatures: &[some(&["list", "delimiter"], 1)],
        variadic: false,
        cost: Cost::Deep,
        body: Body::Machine(join),
    },
];

/// From a position from 1, or from the end at -1; outside of the text there is nothing.
fn substring(values: &[Value]) -> Option<Value> {
    let whole = text(values, 0)?;
    let start = number(values, 1)?.truncated().to_i64()?;
    let length = i64::try_from(whole.chars().count()).ok()?;
    let skip = if start > 0 { start - 1 } else { length.checked_add(start)? };
    if start == 0 || skip < 0 || skip >= length {
        return None;
    }
    let take = match argument(values, 2) {
        Value::Null => length,
        _ => number(values, 2)?.truncated().to_i64().filter(|count| *count >= 1)?,
    };
    let skip = usize::try_from(skip).ok()?;
    let take = usize::try_from(take).ok()?;
    Some(whole.chars().skip(skip).take(take).collect::<String>().into())
}

fn join(machine: &mut Machine<'_>, values: &[Value]) -> Result<Option<Value>, EvalError> {
    let Some(items) = list(values, 0) else { return Ok(None) };
    let delimiter = match argument(values, 1) {
        Value::Null => "",
        other => match other.as_str() {
            Some(text) => text,
            None => return Ok(None),
        },
    };
    let mut joined = String::new();
    let mut first = true;
    for item in items.items().iter().filter(|item| !item.is_null()) {
        let Some(part) = item.as_str() else { return Ok(None) };
        let bytes = part.len().saturating_add(delimiter.len());
        machine.budget.charge_memory(u64::try_from(bytes).unwrap_or(u64::MAX))?;
        if !first {
            joined.push_str(delimiter);
        }
        first = false;
        joined.push_str(part);
    }
    Ok(Some(joined.into()))
}
