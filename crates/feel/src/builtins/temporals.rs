//! Functions that make and read dates, times and durations.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use super::{Builtin, Cost, all, argument, fixed, integer, machine, number, single, some, text};
use crate::decimal::Decimal;
use crate::error::EvalError;
use crate::temporal::{Date, DateTime, DaysTime, Time, YearsMonths, Zone};
use crate::value::Value;

const DATE: &[super::Signature] = &[all(&["date"])];

pub(super) const FUNCTIONS: &[Builtin] = &[
    fixed("date", &[all(&["from"]), all(&["year", "month", "day"])], Cost::Constant, date),
    fixed(
        "time",
        &[all(&["from"]), some(&["hour", "minute", "second", "offset"], 3)],
        Cost::Constant,
        time,
    ),
    fixed(
        "date and time",
        &[all(&["from"]), all(&["date", "time"])],
        Cost::Constant,
        date_and_time,
    ),
    fixed("duration", &[all(&["from"])], Cost::Constant, |values| {
        match single(argument(values, 0)) {
            Value::String(text) => YearsMonths::parse(text)
                .map(Value::YearsMonths)
                .or_else(|| DaysTime::parse(text).map(Value::DaysTime)),
            already @ (Value::DaysTime(_) | Value::YearsMonths(_)) => Some(already.clone()),
            _ => None,
        }
    }),
    fixed("years and months duration", &[all(&["from", "to"])], Cost::Constant, months_between),
    fixed("day of week", DATE, Cost::Constant, |values| {
        const DAYS: [&str; 7] =
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        DAYS.get(usize::from(date_of(argument(values, 0))?.weekday()) - 1).map(|day| (*day).into())
    }),
    fixed("month of year", DATE, Cost::Constant, |values| {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        MONTHS
            .get(usize::from(date_of(argument(values, 0))?.month()) - 1)
            .map(|month| (*month).into())
    }),
    fixed("day of year", DATE, Cost::Constant, |values| {
        Some(i64::from(date_of(argument(values, 0))?.day_of_year()).into())
    }),
    fixed("week of year", DATE, Cost::Constant, |values| {
        Some(i64::from(date_of(argument(values, 0))?.week_of_year()).into())
    }),
    machine("now", &[all(&[])], Cost::Constant, |machine, _| {
        let now = machine.environment().now.clone().ok_or(EvalError::NoClock)?;
        Ok(Some(Value::DateTime(now)))
    }),
    machine("today", &[all(&[])], Cost::Constant, |machine, _| {
        let now = machine.environment().now.as_ref().ok_or(EvalError::NoClock)?;
        Ok(Some(Value::Date(now.date())))
    }),
];

/// The date of a date or of a date and time.
fn date_of(value: &Value) -> Option<Date> {
    match single(value) {
        Value::Date(date) => Some(*date),
        Value::DateTime(value) => Some(value.date()),
        _ => None,
    }
}

fn date(values: &[Value]) -> Option<Value> {
    if values.len() == 3 {
        let year = i32::try_from(integer(values, 0)?).ok()?;
        let month = u8::try_from(integer(values, 1)?).ok()?;
        let day = u8::try_from(integer(values, 2)?).ok()?;
        return Date::new(year, month, day).map(Value::Date);
    }
    match text(values, 0) {
        Some(text) => Date::parse(text).map(Value::Date),
        None => date_of(argument(values, 0)).map(Value::Date),
    }
}

fn time(values: &[Value]) -> Option<Value> {
    if values.len() >= 3 {
        return time_of_parts(values);
    }
    match single(argument(values, 0)) {
        Value::String(text) => Time::parse(text).map(Value::Time),
        Value::Time(time) => Some(Value::Time(time.clone())),
        Value::DateTime(value) => Some(Value::Time(value.time().clone())),
        Value::Date(_) => Some(Value::Time(Time::from_nanos(0, Zone::UTC))),
        _ => None,
    }
}

fn time_of_parts(values: &[Value]) -> Option<Value> {
    let hour = u8::try_from(integer(values, 0)?).ok()?;
    let minute = u8::try_from(integer(values, 1)?).ok()?;
    let seconds = number(values, 2)?;
    let whole = seconds.floor();
    let fraction =
        seconds.checked_sub(whole).and_then(|rest| rest.checked_mul(Decimal::from(1_000_000_000)));
    let nanos = u32::try_from(fraction.ok()?.truncated().to_i64()?).ok()?;
    let zone = match argument(values, 3) {
        Value::Null => Zone::Local,
        Value::DaysTime(offset) => {
            let seconds = offset.total_nanos() / 1_000_000_000;
            Zone::offset(i32::try_from(seconds).ok()?)?
        }
        _ => return None,
    };
    Time::new(hour, minute, u8::try_from(whole.to_i64()?).ok()?, nanos, zone).map(Value::Time)
}

fn date_and_time(values: &[Value]) -> Option<Value> {
    if values.len() == 2 {
        let date = date_of(argument(values, 0))?;
        let Value::Time(time) = single(argument(values, 1)) else { return None };
        return Some(Value::DateTime(DateTime::new(date, time.clone())));
    }
    match single(argument(values, 0)) {
        Value::String(text) => DateTime::parse(text)
            .or_else(|| Date::parse(text).map(|date| DateTime::midnight(date, Zone::Local)))
            .map(Value::DateTime),
        Value::DateTime(value) => Some(Value::DateTime(value.clone())),
        Value::Date(date) => Some(Value::DateTime(DateTime::midnight(*date, Zone::UTC))),
        _ => None,
    }
}

/// Whole months from one date to another.
fn months_between(values: &[Value]) -> Option<Value> {
    let (from, to) = (date_of(argument(values, 0))?, date_of(argument(values, 1))?);
    let count = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    let months = count(to) - count(from);
    let short = match months.signum() {
        1 if to.day() < from.day() => 1,
        -1 if to.day() > from.day() => -1,
        _ => 0,
    };
    Some(Value::YearsMonths(YearsMonths::from_months(months - short)))
}
