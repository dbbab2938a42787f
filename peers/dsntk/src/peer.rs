//! dsntk as a peer: texts in, our own values out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dsntk_feel::FeelScope;
use dsntk_feel::context::FeelContext;
use dsntk_feel::values::Value as Theirs;
use feel::{Date, DateTime, DaysTime, Decimal, Time, Value, YearsMonths};

use crate::Outcome;

/// What came of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Value(Value),
    /// It cannot be read.
    Unread,
    /// It ended the program, or would have.
    Panicked,
    /// A value that has no like with us.
    Other(String),
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(value) => write!(formatter, "{value}"),
            Self::Unread => formatter.write_str("(cannot be read)"),
            Self::Panicked => formatter.write_str("(panicked)"),
            Self::Other(text) => write!(formatter, "({text})"),
        }
    }
}

/// Variables, from the text of a context.
pub fn context(text: &str) -> Outcome<FeelContext> {
    dsntk_feel_evaluator::evaluate_context(&FeelScope::default(), text)
        .map_err(|error| error.to_string().into())
}

pub fn evaluate(text: &str) -> Answer {
    let answer = catch_unwind(AssertUnwindSafe(|| {
        let scope = FeelScope::default();
        match dsntk_feel_parser::parse_expression(&scope, text, false) {
            Ok(node) => converted(&dsntk_feel_evaluator::evaluate(&scope, &node)),
            Err(_) => Answer::Unread,
        }
    }));
    answer.unwrap_or(Answer::Panicked)
}

fn converted(value: &Theirs) -> Answer {
    match ours(value) {
        Some(value) => Answer::Value(value),
        None => Answer::Other(value.to_string()),
    }
}

fn ours(value: &Theirs) -> Option<Value> {
    Some(match value {
        Theirs::Null(_) => Value::Null,
        Theirs::Boolean(truth) => Value::Boolean(*truth),
        Theirs::Number(number) => Value::Number(number.to_string().parse::<Decimal>().ok()?),
        Theirs::String(text) => Value::from(text.as_str()),
        Theirs::Date(date) => Value::Date(Date::parse(&date.to_string())?),
        Theirs::Time(time) => Value::Time(Time::parse(&time.to_string())?),
        Theirs::DateTime(moment) => Value::DateTime(DateTime::parse(&moment.to_string())?),
        Theirs::DaysAndTimeDuration(length) => {
            Value::DaysTime(DaysTime::parse(&length.to_string())?)
        }
        Theirs::YearsAndMonthsDuration(length) => {
            Value::YearsMonths(YearsMonths::parse(&length.to_string())?)
        }
        Theirs::List(items) => {
            Value::list(items.iter().map(ours).collect::<Option<Vec<_>>>()?).ok()?
        }
        Theirs::Context(context) => {
            let entries =
                context.iter().map(|(name, value)| Some((name.to_string(), ours(value)?)));
            Value::context(entries.collect::<Option<Vec<_>>>()?).ok()?
        }
        _ => return None,
    })
}
