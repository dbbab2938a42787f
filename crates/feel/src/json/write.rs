//! JSON out.

use std::fmt::Write as _;

use crate::value::Value;

/// Appends the JSON of a value; as deep as values may be.
pub(super) fn value(value: &Value, text: &mut String) {
    match value {
        Value::Null | Value::Function(_) => text.push_str("null"),
        Value::Boolean(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => {
            // Writing to a string cannot fail.
            let _ = write!(text, "{number}");
        }
        Value::String(content) => string(content, text),
        Value::List(list) => {
            text.push('[');
            for (place, item) in list.items().iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                self::value(item, text);
            }
            text.push(']');
        }
        Value::Context(context) => {
            text.push('{');
            for (place, (name, member)) in context.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                string(name, text);
                text.push(':');
                self::value(member, text);
            }
            text.push('}');
        }
        Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::DaysTime(_)
        | Value::YearsMonths(_)
        | Value::Range(_) => string(&value.to_string(), text),
    }
}

fn string(content: &str, text: &mut String) {
    text.push('"');
    for character in content.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            control if control < ' ' => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}
