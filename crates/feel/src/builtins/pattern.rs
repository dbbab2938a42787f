//! Regular expressions: `matches`, `replace`, `split`. The engine is linear in the text whatever
//! the pattern; back-references, which cannot be, give null.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use std::fmt::Write as _;

use regex::{Regex, RegexBuilder};

use super::{Builtin, Cost, all, argument, machine, some, text};
use crate::error::EvalError;
use crate::evaluate::Machine;
use crate::value::{List, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[
    machine("matches", &[some(&["input", "pattern", "flags"], 2)], Cost::Linear, matches),
    machine(
        "replace",
        &[some(&["input", "pattern", "replacement", "flags"], 3)],
        Cost::Linear,
        replace,
    ),
    machine("split", &[all(&["string", "delimiter"])], Cost::Linear, split),
];

/// What a compiled pattern may take in memory.
const PATTERN_BYTES: usize = 1 << 19;
/// The longest pattern.
const LONGEST_PATTERN: usize = 4096;
/// Steps charged for compiling a byte of a pattern.
const STEPS_PER_BYTE: u64 = 20;

/// Compiles a pattern of `XPath`; `None` where it is none.
pub(super) fn compiled(
    machine: &mut Machine<'_>,
    pattern: &str,
    flags: &str,
) -> Result<Option<Regex>, EvalError> {
    let length = u64::try_from(pattern.len()).unwrap_or(u64::MAX);
    machine.budget.charge_steps(length.saturating_add(5).saturating_mul(STEPS_PER_BYTE))?;
    if pattern.len() > LONGEST_PATTERN || !flags.chars().all(|flag| "smixq".contains(flag)) {
        return Ok(None);
    }
    let pattern = if flags.contains('q') { regex::escape(pattern) } else { translated(pattern) };
    let built = RegexBuilder::new(&pattern)
        .dot_matches_new_line(flags.contains('s'))
        .multi_line(flags.contains('m'))
        .case_insensitive(flags.contains('i'))
        .ignore_whitespace(flags.contains('x'))
        .size_limit(PATTERN_BYTES)
        .dfa_size_limit(PATTERN_BYTES)
        .build();
    Ok(built.ok())
}

/// `XPath` writes the difference of classes as `[a-z-[aeiou]]`, the engine as `[a-z--[aeiou]]`.
fn translated(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut in_class = 0u32;
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        text.push(character);
        match character {
            '\\' => text.extend(characters.next()),
            '[' => in_class += 1,
            ']' => in_class = in_class.saturating_sub(1),
            '-' if in_class > 0 && characters.peek() == Some(&'[') => text.push('-'),
            _ => {}
        }
    }
    text
}

fn flags(values: &[Value], place: usize) -> Option<&str> {
    match argument(values, place) {
        Value::Null => Some(""),
        other => other.as_str(),
    }
}

fn matches(machine: &mut Machine<'_>, values: &[Value]) -> Result<Option<Value>, EvalError> {
    let (Some(input), Some(pattern), Some(flags)) =
        (text(values, 0), text(values, 1), flags(values, 2))
    else {
        return Ok(None);
    };
    let pattern = compiled(machine, pattern, flags)?;
    Ok(pattern.map(|pattern| Value::Boolean(pattern.is_match(input))))
}

fn replace(machine: &mut Machine<'_>, values: &[Value]) -> Result<Option<Value>, EvalError> {
    let (Some(input), Some(pattern), Some(replacement), Some(flags)) =
        (text(values, 0), text(values, 1), text(values, 2), flags(values, 3))
    else {
        return Ok(None);
    };
    let Some(pattern) = compiled(machine, pattern, flags)? else { return Ok(None) };
    let Some(template) = template(replacement, flags, pattern.captures_len()) else {
        return Ok(None);
    };
    let mut result = String::new();
    let mut copied = 0;
    for captures in pattern.captures_iter(input) {
        let Some(found) = captures.get(0) else { continue };
        result.push_str(input.get(copied..found.start()).unwrap_or(""));
        copied = found.end();
        let before = result.len();
        captures.expand(&template, &mut result);
        let grown = u64::try_from(result.len() - before).unwrap_or(u64::MAX);
        machine.budget.charge_memory(grown.saturating_add(16))?;
        machine.budget.charge_steps(1 + grown / 16)?;
    }
    result.push_str(input.get(copied..).unwrap_or(""));
    Ok(Some(result.into()))
}

/// A replacement in the engine's form. `XPath` writes groups as `$1`, a literal `$` as `\$`.
fn template(replacement: &str, flags: &str, groups: usize) -> Option<String> {
    if flags.contains('q') {
        return Some(replacement.replace('$', "$$"));
    }
    let mut text = String::with_capacity(replacement.len());
    let mut characters = replacement.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next()? {
                '$' => text.push_str("$$"),
                '\\' => text.push('\\'),
                _ => return None,
            },
            '$' => {
                let mut group = usize::try_from(characters.next()?.to_digit(10)?).ok()?;
                // As many digits as still name a group.
                while let Some(digit) = characters.peek().and_then(|next| next.to_digit(10)) {
                    let longer = group * 10 + usize::try_from(digit).ok()?;
                    if longer >= groups {
                        break;
                    }
                    group = longer;
                    characters.next();
                }
                write!(text, "${{{group}}}").ok()?;
            }
            other => text.push(other),
        }
    }
    Some(text)
}

fn split(machine: &mut Machine<'_>, values: &[Value]) -> Result<Option<Value>, EvalError> {
    let Some((input, pattern)) = text(values, 0).zip(text(values, 1)) else { return Ok(None) };
    let Some(pattern) = compiled(machine, pattern, "")? else { return Ok(None) };
    let mut parts = Vec::new();
    for part in pattern.split(input) {
        machine.charge_values(2)?;
        parts.push(Value::from(part));
    }
    Ok(Some(Value::List(List::new(parts)?)))
}
