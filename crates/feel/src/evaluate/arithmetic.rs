//! Arithmetic on numbers, text, dates, times and durations. What has no result is null.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use super::{Evaluated, Machine};
use crate::ast::{Arithmetic, Node};
use crate::decimal::{Decimal, Rounding};
use crate::error::EvalError;
use crate::temporal::{DateTime, DaysTime, NANOS_PER_SECOND, Time, YearsMonths, Zone};
use crate::value::Value;

impl Machine<'_> {
    pub(super) fn negate(&mut self, inner: &Node) -> Evaluated {
        Ok(match self.evaluate(inner)? {
            Value::Number(number) => Value::Number(number.negated()),
            Value::DaysTime(duration) => duration.negated().map_or(Value::Null, Value::DaysTime),
            Value::YearsMonths(duration) => duration
                .total_months()
                .checked_neg()
                .map_or(Value::Null, |months| Value::YearsMonths(YearsMonths::from_months(months))),
            _ => Value::Null,
        })
    }

    /// A chain, from left to right.
    pub(super) fn arithmetic(&mut self, first: &Node, rest: &[(Arithmetic, Node)]) -> Evaluated {
        let mut left = self.evaluate(first)?;
        for (operator, node) in rest {
            let right = self.evaluate(node)?;
            left = self.apply(*operator, &left, &right)?;
        }
        Ok(left)
    }

    fn apply(&mut self, operator: Arithmetic, left: &Value, right: &Value) -> Evaluated {
        if let (Value::Number(left), Value::Number(right)) = (left, right) {
            let result = match operator {
                Arithmetic::Add => left.checked_add(*right),
                Arithmetic::Subtract => left.checked_sub(*right),
                Arithmetic::Multiply => left.checked_mul(*right),
                Arithmetic::Divide => left.checked_div(*right),
                Arithmetic::Power => left.power(*right),
            };
            return Ok(result.map_or(Value::Null, Value::Number));
        }
        if let (Arithmetic::Add, Value::String(left), Value::String(right)) =
            (operator, left, right)
        {
            return self.concatenated(left, right);
        }
        let result = match operator {
            Arithmetic::Add => sum(left, right).or_else(|| sum(right, left)),
            Arithmetic::Subtract => difference(left, right),
            Arithmetic::Multiply => product(left, right).or_else(|| product(right, left)),
            Arithmetic::Divide => quotient(left, right),
            Arithmetic::Power => None,
        };
        Ok(result.unwrap_or_default())
    }

    fn concatenated(&mut self, left: &str, right: &str) -> Result<Value, EvalError> {
        let bytes = u64::try_from(left.len().saturating_add(right.len())).unwrap_or(u64::MAX);
        self.budget.charge_memory(bytes)?;
        self.budget.charge_steps(bytes / 64)?;
        let mut text = String::with_capacity(left.len().saturating_add(right.len()));
        text.push_str(left);
        text.push_str(right);
        Ok(Value::string(text))
    }
}

fn sum(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::DaysTime(left), Value::DaysTime(right)) => {
            DaysTime::from_nanos(left.total_nanos().checked_add(right.total_nanos())?)
                .map(Value::DaysTime)
        }
        (Value::YearsMonths(left), Value::YearsMonths(right)) => {
            let months = left.total_months().checked_add(right.total_months())?;
            Some(Value::YearsMonths(YearsMonths::from_months(months)))
        }
        (Value::Date(date), Value::DaysTime(duration)) => {
            let midnight = DateTime::midnight(*date, Zone::UTC);
            midnight.plus(*duration).map(|later| Value::Date(later.date()))
        }
        (Value::Date(date), Value::YearsMonths(duration)) => {
            date.plus_months(*duration).map(Value::Date)
        }
        (Value::DateTime(from), Value::DaysTime(duration)) => {
            from.plus(*duration).map(Value::DateTime)
        }
        (Value::DateTime(from), Value::YearsMonths(duration)) => {
            from.plus_months(*duration).map(Value::DateTime)
        }
        (Value::Time(time), Value::DaysTime(duration)) => {
            let day = i128::from(crate::temporal::NANOS_PER_DAY);
            let nanos = i128::from(time.nanos_of_day()).checked_add(duration.total_nanos())?;
            let nanos = i64::try_from(nanos.rem_euclid(day)).ok()?;
            Some(Value::Time(Time::from_nanos(nanos, time.zone().clone())))
        }
        _ => None,
    }
}

fn difference(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (_, Value::DaysTime(duration)) => sum(left, &Value::DaysTime(duration.negated()?)),
        (_, Value::YearsMonths(duration)) => {
            let months = duration.total_months().checked_neg()?;
            sum(left, &Value::YearsMonths(YearsMonths::from_months(months)))
        }
        (Value::Time(left), Value::Time(right)) => {
            let nanos = match (left.utc_nanos(), right.utc_nanos()) {
                (Some(left), Some(right)) => left - right,
                (None, None) => left.nanos_of_day() - right.nanos_of_day(),
                (Some(_), None) | (None, Some(_)) => return None,
            };
            DaysTime::from_nanos(i128::from(nanos)).map(Value::DaysTime)
        }
        (Value::Date(left), Value::Date(right)) => {
            let days = left.days_since_epoch() - right.days_since_epoch();
            Some(Value::DaysTime(DaysTime::from_seconds(days.checked_mul(86_400)?)))
        }
        _ => difference_of_date_times(&at_midnight(left)?, &at_midnight(right)?),
    }
}

/// A date counts as its midnight UTC where a date and time is needed.
fn at_midnight(value: &Value) -> Option<DateTime> {
    match value {
        Value::DateTime(value) => Some(value.clone()),
        Value::Date(date) => Some(DateTime::midnight(*date, Zone::UTC)),
        _ => None,
    }
}

fn difference_of_date_times(left: &DateTime, right: &DateTime) -> Option<Value> {
    let nanos = match (left.instant(None), right.instant(None)) {
        (Some(left), Some(right)) => left - right,
        (None, None) => left.local_nanos() - right.local_nanos(),
        (Some(_), None) | (None, Some(_)) => return None,
    };
    DaysTime::from_nanos(nanos).map(Value::DaysTime)
}

/// A duration's length as a number: in seconds.
fn as_seconds(duration: DaysTime) -> Option<Decimal> {
    Decimal::new(duration.total_nanos(), -9).ok()
}

fn from_seconds(seconds: Decimal) -> Option<Value> {
    let nanos = seconds.checked_mul(Decimal::from(NANOS_PER_SECOND)).ok()?;
    DaysTime::from_nanos(nanos.truncated().to_i128()?).map(Value::DaysTime)
}

fn from_months(months: Decimal) -> Option<Value> {
    let whole = months.rounded(0, Rounding::Down).ok()?.to_i64()?;
    Some(Value::YearsMonths(YearsMonths::from_months(whole)))
}

fn product(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::DaysTime(duration), Value::Number(factor)) => {
            from_seconds(as_seconds(*duration)?.checked_mul(*factor).ok()?)
        }
        (Value::YearsMonths(duration), Value::Number(factor)) => {
            from_months(Decimal::from(duration.total_months()).checked_mul(*factor).ok()?)
        }
        _ => None,
    }
}

fn quotient(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::DaysTime(duration), Value::Number(divisor)) => {
            from_seconds(as_seconds(*duration)?.checked_div(*divisor).ok()?)
        }
        (Value::YearsMonths(duration), Value::Number(divisor)) => {
            from_months(Decimal::from(duration.total_months()).checked_div(*divisor).ok()?)
        }
        (Value::DaysTime(left), Value::DaysTime(right)) => {
            as_seconds(*left)?.checked_div(as_seconds(*right)?).ok().map(Value::Number)
        }
        (Value::YearsMonths(left), Value::YearsMonths(right)) => {
            let divisor = Decimal::from(right.total_months());
            Decimal::from(left.total_months()).checked_div(divisor).ok().map(Value::Number)
        }
        _ => None,
    }
}
