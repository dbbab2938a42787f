//! Near: the values of a column that tables tell apart from a given one, nearest first.

use std::cmp::Ordering;
use std::sync::Arc;

use feel::{Decimal, Shape, Type, Value};

use super::axis::{Atom, Axis};
use super::witness;

/// Where a value has to move for tables to take it for another one.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// To this value.
    Exactly(Value),
    /// Above this value, however little.
    Above(Value),
    /// Below this value, however little.
    Below(Value),
    /// To any value that no cell names, such as this one.
    AnyOther(Value),
}

impl std::fmt::Display for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exactly(value) => write!(formatter, "{}", super::sentence::shown(value)),
            Self::Above(value) => write!(formatter, "more than {}", super::sentence::shown(value)),
            Self::Below(value) => write!(formatter, "less than {}", super::sentence::shown(value)),
            Self::AnyOther(value) => {
                write!(formatter, "anything else, such as {}", super::sentence::shown(value))
            }
        }
    }
}

/// A target, and a value there to try it with.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    pub(crate) target: Target,
    pub(crate) value: Value,
}

/// The probes of an input: on each side of its value nearest first, and those without an order.
#[derive(Debug, Default)]
pub(crate) struct Near {
    pub(crate) below: Vec<Probe>,
    pub(crate) above: Vec<Probe>,
    pub(crate) apart: Vec<Probe>,
}

/// The columns, of one table or several, that look at one input.
#[derive(Debug, Default)]
pub(crate) struct Column<'t> {
    pub(crate) base: Option<Type>,
    pub(crate) cells: Vec<&'t Shape>,
    pub(crate) domain: Vec<&'t Shape>,
}

/// The probes of an input with this value. A missing value is never one: what is known of a person
/// does not become less.
pub(crate) fn near(column: &Column<'_>, value: &Value) -> Near {
    let name = (Arc::from(""), Arc::from(""));
    let axis = Axis::new(name, column.base.as_ref(), &column.cells, &column.domain);
    let mut near = Near::default();
    for atom in &axis.atoms {
        match atom {
            Atom::Null => {}
            Atom::Point(point) => {
                let probe = Probe { target: Target::Exactly(point.clone()), value: point.clone() };
                match point.feel_order(value) {
                    Some(Ordering::Less) => near.below.push(probe),
                    Some(Ordering::Greater) => near.above.push(probe),
                    Some(Ordering::Equal) => {}
                    None if point == value => {}
                    None => near.apart.push(probe),
                }
            }
            Atom::Between(inside) => near.between(inside, &axis, column.base.as_ref(), value),
            Atom::Other(other) => {
                let named = |atom: &Atom| matches!(atom, Atom::Point(point) if point == value);
                if value.is_null() || axis.atoms.iter().any(named) {
                    let target = Target::AnyOther(other.clone());
                    near.apart.push(Probe { target, value: other.clone() });
                }
            }
        }
    }
    near.below.reverse();
    if value.as_str().is_some() && !axis.is_ordered() {
        // Words stand in an order, but none is nearer than another.
        let (below, above) = (std::mem::take(&mut near.below), std::mem::take(&mut near.above));
        let words = below.into_iter().rev().chain(above).collect::<Vec<_>>();
        near.apart.splice(0..0, words);
    }
    near
}

impl Near {
    /// A stretch between two constants, of which `inside` is one value.
    fn between(&mut self, inside: &Value, axis: &Axis, base: Option<&Type>, value: &Value) {
        let (low, high) = axis.neighbours(inside);
        let side = |end: Option<&Value>| end.and_then(|end| end.feel_order(value));
        let apart = || Probe { target: Target::AnyOther(inside.clone()), value: inside.clone() };
        if inside.feel_order(value).is_none() {
            return self.apart.push(apart());
        }
        match (side(low), side(high)) {
            (Some(Ordering::Equal | Ordering::Greater), _) => {
                let Some(low) = low else { return };
                let next = witness::between(Some(low), high, base);
                let is_next = next.as_ref().filter(|_| is_stepped(low)).cloned();
                let target = is_next.map_or(Target::Above(low.clone()), Target::Exactly);
                self.above.push(Probe { target, value: next.unwrap_or_else(|| inside.clone()) });
            }
            (_, Some(Ordering::Equal | Ordering::Less)) => {
                let Some(high) = high else { return };
                let next = witness::below(high, low);
                let is_next = next.as_ref().filter(|_| is_stepped(high)).cloned();
                let target = is_next.map_or(Target::Below(high.clone()), Target::Exactly);
                self.below.push(Probe { target, value: next.unwrap_or_else(|| inside.clone()) });
            }
            _ => {}
        }
    }
}

/// Whether there is a next value: the next day, the next month.
fn is_stepped(value: &Value) -> bool {
    matches!(value, Value::Date(_) | Value::YearsMonths(_))
}

/// How far a target is from a value, where that can be said: the same for all of one type.
pub(crate) fn distance(value: &Value, target: &Target) -> Option<(Decimal, bool)> {
    let (end, is_beyond) = match target {
        Target::Exactly(end) => (end, false),
        Target::Above(end) | Target::Below(end) => (end, true),
        Target::AnyOther(_) => return None,
    };
    let whole = |left: i128, right: i128| {
        let far = left.checked_sub(right)?.checked_abs()?;
        Decimal::new(far, 0).ok()
    };
    let far = match (value, end) {
        (Value::Number(left), Value::Number(right)) => left.checked_sub(*right).ok()?.abs(),
        (Value::Date(left), Value::Date(right)) => {
            whole(left.days_since_epoch().into(), right.days_since_epoch().into())?
        }
        (Value::YearsMonths(left), Value::YearsMonths(right)) => {
            whole(left.total_months().into(), right.total_months().into())?
        }
        (Value::DaysTime(left), Value::DaysTime(right)) => {
            whole(left.total_nanos(), right.total_nanos())?
        }
        (Value::Time(left), Value::Time(right)) => {
            whole(left.nanos_of_day().into(), right.nanos_of_day().into())?
        }
        (Value::DateTime(left), Value::DateTime(right)) => {
            let utc = feel::Zone::offset(0)?;
            whole(left.instant(Some(&utc))?, right.instant(Some(&utc))?)?
        }
        _ => return None,
    };
    Some((far, is_beyond))
}
