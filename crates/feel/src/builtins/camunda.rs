//! Functions that Camunda 8 adds to the standard's.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use super::{
    Body, Builtin, Cost, all, argument, fixed, integer, list, machine, new_list, some, text,
};
use crate::decimal::Decimal;
use crate::error::EvalError;
use crate::evaluate::Machine;
use crate::json::JsonLimits;
use crate::temporal::Date;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Builtin] = &[
    fixed("is defined", &[all(&["value"])], Cost::Constant, |values| {
        Some((!argument(values, 0).is_null()).into())
    }),
    fixed("get or else", &[all(&["value", "default"])], Cost::Constant, |values| {
        let value = argument(values, 0);
        Some(if value.is_null() { argument(values, 1).clone() } else { value.clone() })
    }),
    fixed("is blank", &[all(&["string"])], Cost::Linear, |values| {
        Some(text(values, 0)?.trim().is_empty().into())
    }),
    fixed("trim", &[all(&["string"])], Cost::Linear, |values| Some(text(values, 0)?.trim().into())),
    fixed("is empty", &[all(&["list"])], Cost::Constant, |values| {
        Some(argument(values, 0).as_list()?.is_empty().into())
    }),
    fixed("partition", &[all(&["list", "size"])], Cost::Linear, |values| {
        let size = usize::try_from(integer(values, 1)?).ok().filter(|size| *size > 0)?;
        let list = list(values, 0)?;
        let parts = list.items().chunks(size).map(|part| new_list(part.to_vec()));
        new_list(parts.collect::<Option<_>>()?)
    }),
    fixed("last day of month", &[all(&["date"])], Cost::Constant, |values| {
        let date = match argument(values, 0) {
            Value::Date(date) => *date,
            Value::DateTime(value) => value.date(),
            _ => return None,
        };
        let last = |day| Date::new(date.year(), date.month(), day);
        last(31).or_else(|| last(30)).or_else(|| last(29)).or_else(|| last(28)).map(Value::Date)
    }),
    machine("assert", &[some(&["value", "condition", "cause"], 2)], Cost::Constant, |_, values| {
        if argument(values, 1).as_bool() == Some(true) {
            return Ok(Some(argument(values, 0).clone()));
        }
        let message = text(values, 2).unwrap_or("the condition is not fulfilled").to_owned();
        Err(EvalError::Assertion { message })
    }),
    machine("extract", &[all(&["string", "pattern"])], Cost::Linear, extract),
    fixed("from json", &[all(&["value"])], Cost::Linear, |values| {
        Value::from_json(text(values, 0)?, JsonLimits::STANDARD).ok()
    }),
    fixed("to json", &[all(&["value"])], Cost::Deep, |values| {
        Some(argument(values, 0).to_json().into())
    }),
    Builtin {
        name: "uuid",
        signatures: &[all(&[])],
        variadic: false,
        cost: Cost::Constant,
        body: Body::Machine(|machine, _| Ok(Some(uuid(bits(machine)?).into()))),
    },
    machine("random number", &[all(&[])], Cost::Constant, |machine, _| {
        // 34 digits of a number from 0 to below 1.
        let digits = bits(machine)? % 10_u128.pow(34);
        let digits = i128::try_from(digits).unwrap_or(0);
        Ok(Decimal::new(digits, -34).ok().map(Value::Number))
    }),
];

fn bits(machine: &mut Machine<'_>) -> Result<u128, EvalError> {
    let entropy = machine.environment().entropy.as_ref();
    entropy.map(|entropy| entropy.next_bits()).ok_or(EvalError::NoEntropy)
}

/// The text of a random UUID, version 4.
fn uuid(bits: u128) -> String {
    let versioned = bits & !(0xf000 << 64) & !(0xc000 << 48) | (0x4000 << 64) | (0x8000 << 48);
    let digits = format!("{versioned:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("");
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

fn extract(machine: &mut Machine<'_>, values: &[Value]) -> Result<Option<Value>, EvalError> {
    let Some((input, pattern)) = text(values, 0).zip(text(values, 1)) else { return Ok(None) };
    let Some(pattern) = super::pattern::compiled(machine, pattern, "")? else { return Ok(None) };
    let mut found = Vec::new();
    for part in pattern.find_iter(input) {
        machine.charge_values(2)?;
        found.push(Value::from(part.as_str()));
    }
    Ok(new_list(found))
}
