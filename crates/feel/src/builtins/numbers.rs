//! Functions on numbers.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use super::{Builtin, Cost, all, argument, fixed, number, single, some};
use crate::decimal::{Decimal, DecimalError, Rounding};
use crate::temporal::YearsMonths;
use crate::value::Value;

const SCALED: &[super::Signature] = &[some(&["n", "scale"], 1)];
const BOTH: &[super::Signature] = &[all(&["n", "scale"])];
const ONE: &[super::Signature] = &[all(&["number"])];

pub(super) const FUNCTIONS: &[Builtin] = &[
    fixed("decimal", BOTH, Cost::Constant, |values| rounded(values, Rounding::HalfEven)),
    fixed("floor", SCALED, Cost::Constant, |values| rounded(values, Rounding::Floor)),
    fixed("ceiling", SCALED, Cost::Constant, |values| rounded(values, Rounding::Ceiling)),
    fixed("round up", BOTH, Cost::Constant, |values| rounded(values, Rounding::Up)),
    fixed("round down", BOTH, Cost::Constant, |values| rounded(values, Rounding::Down)),
    fixed("round half up", BOTH, Cost::Constant, |values| rounded(values, Rounding::HalfUp)),
    fixed("round half down", BOTH, Cost::Constant, |values| rounded(values, Rounding::HalfDown)),
    fixed("abs", &[all(&["n"])], Cost::Constant, |values| match single(argument(values, 0)) {
        Value::Number(number) => Some(number.abs().into()),
        Value::DaysTime(duration) if duration.is_negative() => {
            duration.negated().map(Value::DaysTime)
        }
        Value::YearsMonths(duration) => {
            let months = duration.total_months().checked_abs()?;
            Some(Value::YearsMonths(YearsMonths::from_months(months)))
        }
        other => matches!(other, Value::DaysTime(_)).then(|| other.clone()),
    }),
    fixed("modulo", &[all(&["dividend", "divisor"])], Cost::Constant, |values| {
        answer(number(values, 0)?.modulo(number(values, 1)?))
    }),
    fixed("sqrt", ONE, Cost::Constant, |values| answer(number(values, 0)?.sqrt())),
    fixed("log", ONE, Cost::Constant, |values| answer(number(values, 0)?.ln())),
    fixed("exp", ONE, Cost::Constant, |values| answer(number(values, 0)?.exp())),
    fixed("odd", ONE, Cost::Constant, |values| parity(values).map(|rest| (!rest.is_zero()).into())),
    fixed("even", ONE, Cost::Constant, |values| parity(values).map(|rest| rest.is_zero().into())),
];

fn answer(result: Result<Decimal, DecimalError>) -> Option<Value> {
    result.ok().map(Value::Number)
}

fn rounded(values: &[Value], rounding: Rounding) -> Option<Value> {
    let scale = if values.len() > 1 { number(values, 1)?.truncated().to_i64()? } else { 0 };
    let scale = i32::try_from(scale).ok().filter(|scale| (-6111..=6176).contains(scale))?;
    answer(number(values, 0)?.rounded(scale, rounding))
}

fn parity(values: &[Value]) -> Option<Decimal> {
    number(values, 0)?.modulo(Decimal::from(2)).ok()
}
