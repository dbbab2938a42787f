//! Conversions, negation and identity.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use super::{Builtin, Cost, all, argument, fixed, machine, single, some, text};
use crate::value::Value;

pub(super) const FUNCTIONS: &[Builtin] = &[
    machine("string", &[all(&["from"])], Cost::Deep, |machine, values| {
        let value = argument(values, 0);
        machine.budget.charge_memory(value.size().saturating_mul(16))?;
        Ok((!value.is_null()).then(|| value.to_string().into()))
    }),
    fixed(
        "number",
        &[some(&["from", "grouping separator", "decimal separator"], 1)],
        Cost::Linear,
        to_number,
    ),
    fixed("not", &[all(&["negand"])], Cost::Constant, |values| {
        single(argument(values, 0)).as_bool().map(|truth| (!truth).into())
    }),
    fixed("is", &[some(&["value1", "value2"], 0)], Cost::Deep, |values| {
        let (left, right) = (argument(values, 0), argument(values, 1));
        let same_type = left.type_name() == right.type_name();
        Some((same_type && left == right).into())
    }),
];

fn to_number(values: &[Value]) -> Option<Value> {
    if let Value::Number(number) = single(argument(values, 0)) {
        return (values.len() == 1).then(|| (*number).into());
    }
    let from = text(values, 0)?;
    let grouping = separator(argument(values, 1), &[" ", ".", ","])?;
    let point = separator(argument(values, 2), &[".", ","])?;
    if !grouping.is_empty() && grouping == point {
        return None;
    }
    let digits = if grouping.is_empty() { from.to_owned() } else { from.replace(grouping, "") };
    let foreign_point = point == "," && digits.contains('.');
    let digits = if point == "," { digits.replace(',', ".") } else { digits };
    if foreign_point {
        return None;
    }
    digits.parse().ok().map(Value::Number)
}

/// A separator: empty for none, or one of those allowed.
fn separator<'v>(value: &'v Value, allowed: &[&str]) -> Option<&'v str> {
    match value {
        Value::Null => Some(""),
        other => other.as_str().filter(|text| allowed.contains(text)),
    }
}
