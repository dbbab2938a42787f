//! Values as text: what FEEL's `string()` gives.

use std::fmt::{self, Write as _};

use super::{Bound, Range, Value};

impl fmt::Display for Value {
    /// FEEL's `string()`: a string is itself; within lists and contexts it is quoted.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Boolean(value) => write!(formatter, "{value}"),
            Self::Number(value) => write!(formatter, "{value}"),
            Self::String(value) => formatter.write_str(value),
            Self::Date(value) => write!(formatter, "{value}"),
            Self::Time(value) => write!(formatter, "{value}"),
            Self::DateTime(value) => write!(formatter, "{value}"),
            Self::DaysTime(value) => write!(formatter, "{value}"),
            Self::YearsMonths(value) => write!(formatter, "{value}"),
            Self::List(list) => write_list(formatter, list.items()),
            Self::Context(context) => write_context(formatter, context),
            Self::Range(range) => write!(formatter, "{range}"),
            Self::Function(_) => formatter.write_str("function"),
        }
    }
}

fn write_nested(formatter: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    match value.as_str() {
        Some(text) => write_quoted(formatter, text),
        None => write!(formatter, "{value}"),
    }
}

fn write_quoted(formatter: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    formatter.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' => formatter.write_str("\\\"")?,
            '\\' => formatter.write_str("\\\\")?,
            '\n' => formatter.write_str("\\n")?,
            '\r' => formatter.write_str("\\r")?,
            '\t' => formatter.write_str("\\t")?,
            other => formatter.write_char(other)?,
        }
    }
    formatter.write_char('"')
}

fn write_list(formatter: &mut fmt::Formatter<'_>, items: &[Value]) -> fmt::Result {
    formatter.write_char('[')?;
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            formatter.write_str(", ")?;
        }
        write_nested(formatter, item)?;
    }
    formatter.write_char(']')
}

fn write_context(
    formatter: &mut fmt::Formatter<'_>,
    context: &crate::context::Context,
) -> fmt::Result {
    formatter.write_char('{')?;
    for (place, (name, value)) in context.iter().enumerate() {
        if place > 0 {
            formatter.write_str(", ")?;
        }
        let plain =
            name.chars().all(|character| character.is_alphanumeric() || " _".contains(character));
        if plain {
            formatter.write_str(name)?;
        } else {
            write_quoted(formatter, name)?;
        }
        formatter.write_str(": ")?;
        write_nested(formatter, value)?;
    }
    formatter.write_char('}')
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.low().is_closed() { "[" } else { "(" })?;
        write_end(formatter, self.low())?;
        formatter.write_str("..")?;
        write_end(formatter, self.high())?;
        formatter.write_str(if self.high().is_closed() { "]" } else { ")" })
    }
}

fn write_end(formatter: &mut fmt::Formatter<'_>, bound: &Bound) -> fmt::Result {
    bound.value().map_or(Ok(()), |value| write_nested(formatter, value))
}
