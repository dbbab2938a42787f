//! How points and ranges lie to each other. A point counts as a closed range of one value; a side
//! without a bound reaches further than any value.

use std::cmp::Ordering;

use super::{Builtin, Cost, Signature, all, argument, fixed};
use crate::value::{Bound, Range, Value, order};

const TWO: &[Signature] = &[
    all(&["range1", "range2"]),
    all(&["point1", "point2"]),
    all(&["point", "range"]),
    all(&["range", "point"]),
    all(&["value1", "value2"]),
];

pub(super) const FUNCTIONS: &[Builtin] = &[
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
