//! Equality and order of values by FEEL's rules.

use std::cmp::Ordering;

use super::{Range, Value};
use crate::temporal::{DateTime, Time};

/// The result of FEEL's `=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Equality {
    Same,
    Different,
    /// The types cannot be compared: FEEL gives null.
    Incomparable,
}

impl From<bool> for Equality {
    fn from(same: bool) -> Self {
        if same { Self::Same } else { Self::Different }
    }
}

/// FEEL's `=`. Null equals null and differs from everything else.
pub(crate) fn equality(left: &Value, right: &Value) -> Equality {
    match (left, right) {
        (Value::Null, Value::Null) => Equality::Same,
        (Value::Null, _) | (_, Value::Null) => Equality::Different,
        (Value::Boolean(left), Value::Boolean(right)) => (left == right).into(),
        (Value::Number(left), Value::Number(right)) => (left == right).into(),
        (Value::String(left), Value::String(right)) => (left == right).into(),
        (Value::Date(left), Value::Date(right)) => (left == right).into(),
        (Value::Time(left), Value::Time(right)) => times_equal(left, right).into(),
        (Value::DateTime(left), Value::DateTime(right)) => date_times_equal(left, right).into(),
        (Value::DaysTime(left), Value::DaysTime(right)) => (left == right).into(),
        (Value::YearsMonths(left), Value::YearsMonths(right)) => (left == right).into(),
        (Value::List(left), Value::List(right)) => {
            if left.is_same(right) {
                return Equality::Same;
            }
            lists_equal(left.items(), right.items())
        }
        (Value::Context(left), Value::Context(right)) => {
            (left.is_same(right) || contexts_equal(left, right)).into()
        }
        (Value::Range(left), Value::Range(right)) => (left == right).into(),
        (Value::Function(left), Value::Function(right)) => (left == right).into(),
        _ => Equality::Incomparable,
    }
}

fn lists_equal(left: &[Value], right: &[Value]) -> Equality {
    if left.len() != right.len() {
        return Equality::Different;
    }
    let same = left.iter().zip(right).all(|(left, right)| equality(left, right) == Equality::Same);
    same.into()
}

fn contexts_equal(left: &crate::context::Context, right: &crate::context::Context) -> bool {
    left.len() == right.len()
        && left.iter().all(|(name, value)| {
            right.get(name).is_some_and(|found| equality(value, found) == Equality::Same)
        })
}

/// Zoned times are equal when they are the same time of day of UTC; a local time only equals a local
/// one.
fn times_equal(left: &Time, right: &Time) -> bool {
    match (left.utc_nanos(), right.utc_nanos()) {
        (Some(left), Some(right)) => left == right,
        (None, None) => left.nanos_of_day() == right.nanos_of_day(),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn date_times_equal(left: &DateTime, right: &DateTime) -> bool {
    match (left.instant(None), right.instant(None)) {
        (Some(left), Some(right)) => left == right,
        (None, None) => left.local_nanos() == right.local_nanos(),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// The order of two values of one ordered type, by instant where both have a zone.
#[inline]
pub(crate) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        _ => order_of_others(left, right),
    }
}

fn order_of_others(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => match (left.utc_nanos(), right.utc_nanos()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            (None, None) => Some(left.nanos_of_day().cmp(&right.nanos_of_day())),
            (Some(_), None) | (None, Some(_)) => None,
        },
        (Value::DateTime(left), Value::DateTime(right)) => {
            match (left.instant(None), right.instant(None)) {
                (Some(left), Some(right)) => Some(left.cmp(&right)),
                (None, None) => Some(left.local_nanos().cmp(&right.local_nanos())),
                (Some(_), None) | (None, Some(_)) => None,
            }
        }
        (Value::DaysTime(left), Value::DaysTime(right)) => Some(left.cmp(right)),
        (Value::YearsMonths(left), Value::YearsMonths(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Whether values of its type have an order.
pub(crate) fn is_ordered(value: &Value) -> bool {
    order(value, value).is_some()
}

/// Whether a range holds a value.
pub(crate) fn includes(range: &Range, value: &Value) -> Option<bool> {
    let above = match range.low().value() {
        None => true,
        Some(low) => {
            let order = order(value, low)?;
            order.is_gt() || (order.is_eq() && range.low().is_closed())
        }
    };
    let below = match range.high().value() {
        None => true,
        Some(high) => {
            let order = order(value, high)?;
            order.is_lt() || (order.is_eq() && range.high().is_closed())
        }
    };
    Some(above && below)
}
