//! Paths: members of contexts, and the parts of dates, times, durations and ranges.

use super::{Evaluated, Machine};
use crate::decimal::Decimal;
use crate::temporal::{Date, DateTime, DaysTime, NANOS_PER_SECOND, Time, YearsMonths, Zone};
use crate::value::{List, Range, Value};

impl Machine<'_> {
    /// `value.name`; on a list, that of each item.
    pub(super) fn path(&mut self, value: &Value, name: &str) -> Evaluated {
        let Value::List(list) = value else { return Ok(part(value, name)) };
        self.charge_values(list.len())?;
        let mut parts = Vec::with_capacity(list.len());
        for item in list.items() {
            self.budget.charge_steps(1)?;
            // A list within the list is mapped in turn.
            if matches!(item, Value::List(_)) {
                self.budget.enter()?;
                parts.push(self.path(item, name)?);
                self.budget.leave();
            } else {
                parts.push(part(item, name));
            }
        }
        Ok(Value::List(List::new(parts)?))
    }
}

fn part(value: &Value, name: &str) -> Value {
    let found = match value {
        Value::Context(context) => context.get(name).cloned(),
        Value::Date(date) => part_of_date(*date, name),
        Value::Time(time) => part_of_time(time, name),
        Value::DateTime(value) => part_of_date_time(value, name),
        Value::DaysTime(duration) => part_of_days_time(*duration, name),
        Value::YearsMonths(duration) => part_of_years_months(*duration, name),
        Value::Range(range) => part_of_range(range, name),
        Value::Null
        | Value::Boolean(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::List(_)
        | Value::Function(_) => None,
    };
    found.unwrap_or_default()
}

fn number(value: impl Into<i64>) -> Value {
    Value::from(value.into())
}

fn part_of_date(date: Date, name: &str) -> Option<Value> {
    match name {
        "year" => Some(number(date.year())),
        "month" => Some(number(date.month())),
        "day" => Some(number(date.day())),
        "weekday" => Some(number(date.weekday())),
        _ => None,
    }
}

fn part_of_time(time: &Time, name: &str) -> Option<Value> {
    match name {
        "hour" => Some(number(time.hour())),
        "minute" => Some(number(time.minute())),
        "second" => Some(Value::Number(seconds(i64::from(time.second()), time.nanosecond()))),
        "time offset" => offset(time.zone().standard_offset()),
        "timezone" => zone_name(time.zone()),
        _ => None,
    }
}

fn part_of_date_time(value: &DateTime, name: &str) -> Option<Value> {
    match name {
        "time offset" => offset(value.offset()),
        _ => part_of_date(value.date(), name).or_else(|| part_of_time(value.time(), name)),
    }
}

fn offset(seconds: Option<i32>) -> Option<Value> {
    seconds.map(|seconds| Value::DaysTime(DaysTime::from_seconds(i64::from(seconds))))
}

fn zone_name(zone: &Zone) -> Option<Value> {
    match zone {
        Zone::Local => None,
        Zone::Offset(0) => Some(Value::from("Z")),
        Zone::Offset(_) => Some(Value::string(zone.to_string())),
        Zone::Named(_) => zone.name().map(Value::from),
    }
}

/// Whole seconds and their fraction.
fn seconds(whole: i64, nanos: u32) -> Decimal {
    let total = i128::from(whole) * i128::from(NANOS_PER_SECOND) + i128::from(nanos);
    Decimal::new(total, -9).unwrap_or_default()
}

fn part_of_days_time(duration: DaysTime, name: &str) -> Option<Value> {
    let (negative, [days, hours, minutes, whole], fraction) = duration.parts();
    let part = match name {
        "days" => Decimal::from(days),
        "hours" => Decimal::from(hours),
        "minutes" => Decimal::from(minutes),
        "seconds" => seconds(i64::try_from(whole).ok()?, fraction),
        _ => return None,
    };
    Some(Value::Number(if negative { part.negated() } else { part }))
}

fn part_of_years_months(duration: YearsMonths, name: &str) -> Option<Value> {
    match name {
        "years" => Some(number(duration.years())),
        "months" => Some(number(duration.months())),
        _ => None,
    }
}

fn part_of_range(range: &Range, name: &str) -> Option<Value> {
    match name {
        "start" => range.low().value().cloned(),
        "end" => range.high().value().cloned(),
        "start included" => Some(Value::Boolean(range.low().is_closed())),
        "end included" => Some(Value::Boolean(range.high().is_closed())),
        _ => None,
    }
}
