//! How points and ranges lie to each other. A point counts as a closed range of one value; a side
//! without a bound reaches further than any value.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use std::cmp::Ordering;

use super::{Builtin, Cost, Signature, all, argument, fixed, machine, text};
use crate::ast::{Node, RangeEnd};
use crate::dialect::Dialect;
use crate::error::EvalError;
use crate::evaluate::Machine;
use crate::names::Names;
use crate::parse::Parser;
use crate::value::{Bound, Range, Value, order};

const TWO: &[Signature] = &[
    all(&["range1", "range2"]),
    all(&["point1", "point2"]),
    all(&["point", "range"]),
    all(&["range", "point"]),
    all(&["value1", "value2"]),
];

/// How deep the text of a range may nest: a call within its brackets, and some to spare.
const NESTING_OF_A_RANGE: u32 = 8;

pub(super) const FUNCTIONS: &[Builtin] = &[
    machine("range", &[all(&["from"])], Cost::Linear, |machine, values| match text(values, 0) {
        Some(text) => read_range(machine, text),
        None => Ok(None),
    }),
    fixed("before", TWO, Cost::Constant, |values| {
        relate(values, Operand::Any, Operand::Any, before)
    }),
    fixed("after", TWO, Cost::Constant, |values| {
        relate(values, Operand::Any, Operand::Any, |left, right| before(right, left))
    }),
    fixed("meets", TWO, Cost::Constant, |values| {
        relate(values, Operand::Range, Operand::Range, meets)
    }),
    fixed("met by", TWO, Cost::Constant, |values| {
        relate(values, Operand::Range, Operand::Range, |left, right| meets(right, left))
    }),
    fixed("overlaps", TWO, Cost::Constant, |values| {
        relate(values, Operand::Range, Operand::Range, |left, right| {
            Some(!before(left, right)? && !before(right, left)?)
        })
    }),
    fixed("overlaps before", TWO, Cost::Constant, |values| {
        relate(values, Operand::Range, Operand::Range, overlaps_before)
    }),
    fixed("overlaps after", TWO, Cost::Constant, |values| {
        relate(values, Operand::Range, Operand::Range, |left, right| overlaps_before(right, left))
    }),
    fixed("finishes", TWO, Cost::Constant, |values| {
        relate(values, Operand::Any, Operand::Range, finishes)
    }),
    fixed("finished by", TWO, Cost::Constant, |values| {
        relate(values, Operand::Range, Operand::Any, |left, right| finishes(right, left))
    }),
    fixed("includes", TWO, Cost::Constant, |values| {
        relate(values, Operand::Range, Operand::Any, |left, right| during(right, left))
    }),
    fixed("during", TWO, Cost::Constant, |values| {
        relate(values, Operand::Any, Operand::Range, during)
    }),
    fixed("starts", TWO, Cost::Constant, |values| {
        relate(values, Operand::Any, Operand::Range, starts)
    }),
    fixed("started by", TWO, Cost::Constant, |values| {
        relate(values, Operand::Range, Operand::Any, |left, right| starts(right, left))
    }),
    fixed("coincides", TWO, Cost::Constant, |values| {
        relate(values, Operand::Any, Operand::Any, |left, right| {
            Some(lows(left, right)?.is_eq() && highs(left, right)?.is_eq())
        })
    }),
];

/// The range that a text writes down; only constants may be its ends, and it has both.
fn read_range(machine: &mut Machine<'_>, text: &str) -> Result<Option<Value>, EvalError> {
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    machine.budget.charge_memory(length.saturating_mul(16))?;
    let parser = Parser::new(text, &Names::new(), Dialect::STANDARD);
    let read = parser.and_then(|parser| parser.with_levels(NESTING_OF_A_RANGE).whole());
    let Ok(node) = read else { return Ok(None) };
    let Node::Range(ends) = &node else { return Ok(None) };
    if !is_constant(&ends.0) || !is_constant(&ends.1) {
        return Ok(None);
    }
    machine.evaluate(&node).map(Some)
}

fn is_constant(end: &RangeEnd) -> bool {
    let (RangeEnd::Open(node) | RangeEnd::Closed(node)) = end else { return false };
    match node {
        Node::Constant(value) => !value.is_null(),
        Node::Call(builtin, arguments) => {
            let kinds = ["date", "time", "date and time", "duration"];
            let texts = |node: &Node| matches!(node, Node::Constant(Value::String(_)));
            kinds.contains(&builtin.name) && arguments.iter().all(texts)
        }
        _ => false,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operand {
    Any,
    Range,
}

fn relate(
    values: &[Value],
    left: Operand,
    right: Operand,
    relation: fn(&Range, &Range) -> Option<bool>,
) -> Option<Value> {
    let left = as_range(argument(values, 0), left)?;
    let right = as_range(argument(values, 1), right)?;
    relation(&left, &right).map(Value::Boolean)
}

fn as_range(value: &Value, operand: Operand) -> Option<Range> {
    match (value, operand) {
        (Value::Range(range), _) => Some(range.clone()),
        (_, Operand::Range) => None,
        (point, Operand::Any) => {
            Range::new(Bound::Closed(point.clone()), Bound::Closed(point.clone()))
        }
    }
}

/// The order of the low ends: no bound is lowest, and closed is below open.
fn lows(left: &Range, right: &Range) -> Option<Ordering> {
    match (left.low().value(), right.low().value()) {
        (None, None) => Some(Ordering::Equal),
        (None, Some(_)) => Some(Ordering::Less),
        (Some(_), None) => Some(Ordering::Greater),
        (Some(from), Some(to)) => {
            let closed = right.low().is_closed().cmp(&left.low().is_closed());
            Some(order(from, to)?.then(closed))
        }
    }
}

/// The order of the high ends: no bound is highest, and closed is above open.
fn highs(left: &Range, right: &Range) -> Option<Ordering> {
    match (left.high().value(), right.high().value()) {
        (None, None) => Some(Ordering::Equal),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(_), None) => Some(Ordering::Less),
        (Some(from), Some(to)) => {
            let closed = left.high().is_closed().cmp(&right.high().is_closed());
            Some(order(from, to)?.then(closed))
        }
    }
}

/// The order of the high end of one to the low end of another.
fn high_to_low(left: &Range, right: &Range) -> Option<Ordering> {
    match (left.high().value(), right.low().value()) {
        (Some(high), Some(low)) => order(high, low),
        (None, _) | (_, None) => Some(Ordering::Greater),
    }
}

fn both_closed(left: &Range, right: &Range) -> bool {
    left.high().is_closed() && right.low().is_closed()
}

fn before(left: &Range, right: &Range) -> Option<bool> {
    let order = high_to_low(left, right)?;
    Some(order.is_lt() || (order.is_eq() && !both_closed(left, right)))
}

fn meets(left: &Range, right: &Range) -> Option<bool> {
    Some(high_to_low(left, right)?.is_eq() && both_closed(left, right))
}

fn overlaps_before(left: &Range, right: &Range) -> Option<bool> {
    let touch = !before(left, right)? && !before(right, left)?;
    Some(touch && lows(left, right)?.is_lt() && highs(left, right)?.is_le())
}

fn finishes(left: &Range, right: &Range) -> Option<bool> {
    Some(highs(left, right)?.is_eq() && lows(left, right)?.is_ge())
}

fn starts(left: &Range, right: &Range) -> Option<bool> {
    Some(lows(left, right)?.is_eq() && highs(left, right)?.is_le())
}

fn during(left: &Range, right: &Range) -> Option<bool> {
    Some(lows(left, right)?.is_ge() && highs(left, right)?.is_le())
}
