//! Witnesses: values that stand for an atom, and inputs that show a finding.

use std::collections::BTreeSet;
use std::sync::Arc;

use feel::{Date, DateTime, DaysTime, Decimal, Time, Type, Value, YearsMonths, Zone};

use super::axis::{Atom, intersection};
use super::boxes::{Region, Space};
use super::{Witness, WitnessInput};

const NANOS: i128 = 1_000_000_000;
/// A day, an hour, a minute, a second, a nanosecond: the steps tried, plainest first.
const STEPS: [i128; 5] = [86_400 * NANOS, 3_600 * NANOS, 60 * NANOS, NANOS, 1];

/// A string that is none of these; the points are sorted.
pub(super) fn unnamed(points: &[Value]) -> Option<Value> {
    let taken: BTreeSet<&str> = points.iter().filter_map(Value::as_str).collect();
    let named = |text: &str| taken.contains(text);
    let numbered = (2..).take(points.len().saturating_add(1)).map(|n: u32| format!("other {n}"));
    let found = std::iter::once("other".to_owned()).chain(numbered).find(|text| !named(text));
    found.map(Value::from)
}

/// A value strictly between two neighbours; `None` where there is none. Without neighbours any value
/// of the type.
pub(super) fn between(
    low: Option<&Value>,
    high: Option<&Value>,
    base: Option<&Type>,
) -> Option<Value> {
    let inside = |value: &Value| {
        low.is_none_or(|low| low.feel_order(value).is_some_and(std::cmp::Ordering::is_lt))
            && high.is_none_or(|high| high.feel_order(value).is_some_and(std::cmp::Ordering::is_gt))
    };
    let candidates = match (low, high) {
        (None, None) => return base.and_then(any_of),
        (Some(low), high) => around(low, high, true),
        (None, Some(high)) => around(high, None, false),
    };
    candidates.into_iter().find(inside)
}

/// The value next below another one, above `low` where that is given.
pub(super) fn below(high: &Value, low: Option<&Value>) -> Option<Value> {
    let inside = |value: &Value| {
        high.feel_order(value).is_some_and(std::cmp::Ordering::is_gt)
            && low.is_none_or(|low| low.feel_order(value).is_some_and(std::cmp::Ordering::is_lt))
    };
    around(high, low, false).into_iter().find(inside)
}

fn any_of(base: &Type) -> Option<Value> {
    match base {
        Type::Number => Some(Value::Number(Decimal::ZERO)),
        Type::String => Some(Value::from("other")),
        Type::Date => Date::new(2026, 1, 1).map(Value::Date),
        Type::Time => Time::new(12, 0, 0, 0, Zone::Local).map(Value::Time),
        Type::DateTime => {
            let midnight = |date| Value::DateTime(DateTime::midnight(date, Zone::Local));
            Date::new(2026, 1, 1).map(midnight)
        }
        Type::DaysTime => Some(Value::DaysTime(DaysTime::from_seconds(86_400))),
        Type::YearsMonths => Some(Value::YearsMonths(YearsMonths::from_months(1))),
        Type::Any
        | Type::Null
        | Type::Boolean
        | Type::List(_)
        | Type::Context(_)
        | Type::Range(_)
        | Type::Function(..) => None,
    }
}

/// Values above (or below) a value, plainest first, and one half-way to the other end.
fn around(value: &Value, other: Option<&Value>, above: bool) -> Vec<Value> {
    let sign: i64 = if above { 1 } else { -1 };
    match value {
        Value::Number(number) => numbers(*number, other.and_then(Value::as_number), above),
        Value::String(text) => strings(text, above),
        Value::Date(date) => date.plus_days(sign).map(Value::Date).into_iter().collect(),
        Value::YearsMonths(duration) => {
            let months = duration.total_months().saturating_add(sign);
            vec![Value::YearsMonths(YearsMonths::from_months(months))]
        }
        Value::DaysTime(duration) => {
            let step = |step| duration.total_nanos().checked_add(step * i128::from(sign));
            let nanos = STEPS.into_iter().filter_map(step);
            nanos.filter_map(DaysTime::from_nanos).map(Value::DaysTime).collect()
        }
        Value::DateTime(moment) => STEPS
            .into_iter()
            .filter_map(|step| DaysTime::from_nanos(step * i128::from(sign)))
            .filter_map(|step| moment.plus(step))
            .map(Value::DateTime)
            .collect(),
        Value::Time(time) => STEPS
            .into_iter()
            .filter_map(|step| i64::try_from(step).ok()?.checked_mul(sign))
            .filter_map(|step| time.nanos_of_day().checked_add(step))
            .filter(|nanos| (0..86_400_000_000_000).contains(nanos))
            .map(|nanos| Value::Time(Time::from_nanos(nanos, time.zone().clone())))
            .collect(),
        Value::Null
        | Value::Boolean(_)
        | Value::List(_)
        | Value::Context(_)
        | Value::Range(_)
        | Value::Function(_) => Vec::new(),
    }
}

fn numbers(number: Decimal, other: Option<Decimal>, above: bool) -> Vec<Value> {
    let mut found = Vec::new();
    let whole = if above { number.floor() } else { number.ceiling() };
    let next =
        if above { whole.checked_add(Decimal::ONE) } else { whole.checked_sub(Decimal::ONE) };
    found.extend(next.ok());
    if let Some(other) = other {
        let two = Decimal::from(2);
        found.extend(number.checked_add(other).and_then(|sum| sum.checked_div(two)).ok());
    } else {
        // Where adding one is lost in rounding.
        let two = Decimal::from(2);
        let away = if number.is_negative() == above {
            number.checked_div(two)
        } else {
            number.checked_mul(two)
        };
        found.extend(away.ok());
    }
    found.into_iter().map(Value::Number).collect()
}

fn strings(text: &str, above: bool) -> Vec<Value> {
    if above {
        return vec![Value::from(format!("{text}a")), Value::from(format!("{text}\u{0}"))];
    }
    vec![Value::from("")]
}

/// The plainest inputs of a region: the first atom of each axis that is not null.
pub(super) fn of_region(space: &Space, region: &Region) -> Witness {
    let axes = space.axes.iter().zip(region);
    let chosen: Vec<Chosen> = axes
        .map(|(axis, &(from, to))| {
            let whole = from == 0 && to as usize == axis.atoms.len();
            Chosen { atom: plainest(&axis.atoms, [(from, to)]), whole, null: from == 0 }
        })
        .collect();
    of_atoms(space, &chosen)
}

/// Inputs that both rules match.
pub(super) fn of_both(space: &Space, first: u32, second: u32) -> Witness {
    let (Some(first), Some(second)) =
        (space.rules.get(first as usize), space.rules.get(second as usize))
    else {
        return Vec::new();
    };
    let sets = first.sets.iter().zip(&second.sets).zip(&space.axes);
    let chosen: Vec<Chosen> = sets
        .map(|((left, right), axis)| {
            let common = intersection(left, right);
            let whole = common == axis.everything();
            let null = common.first().is_some_and(|range| range.0 == 0);
            Chosen { atom: plainest(&axis.atoms, common), whole, null }
        })
        .collect();
    of_atoms(space, &chosen)
}

fn plainest(atoms: &[Atom], ranges: impl IntoIterator<Item = (u32, u32)>) -> u32 {
    let mut fallback = 0;
    for (from, to) in ranges {
        for index in from..to {
            if atoms.get(index as usize) != Some(&Atom::Null) {
                return index;
            }
            fallback = index;
        }
    }
    fallback
}

/// What is chosen on an axis: an atom, whether the whole axis or null (the first atom) would do too.
struct Chosen {
    atom: u32,
    whole: bool,
    null: bool,
}

fn of_atoms(space: &Space, chosen: &[Chosen]) -> Witness {
    space
        .axes
        .iter()
        .zip(chosen)
        .map(|(axis, chosen)| {
            let atom = axis.atoms.get(chosen.atom as usize);
            let (value, is_other) = match atom {
                Some(Atom::Point(value) | Atom::Between(value)) => (value.clone(), false),
                Some(Atom::Other(value)) => (value.clone(), true),
                Some(Atom::Null) | None => (Value::Null, false),
            };
            let may_be_missing = chosen.null;
            let is_arbitrary = chosen.whole;
            WitnessInput {
                label: Arc::clone(&axis.label),
                text: Arc::clone(&axis.text),
                value,
                is_other,
                is_arbitrary,
                may_be_missing,
            }
        })
        .collect()
}
