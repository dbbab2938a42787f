//! Loops: `for`, `some`, `every` and filters.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use super::{Evaluated, Machine};
use crate::ast::{FilterNode, ForNode, IteratorNode, QuantifiedNode, Quantifier, SourceNode};
use crate::decimal::Decimal;
use crate::error::EvalError;
use crate::value::{List, Range, Value};

/// What an iterator walks. Ranges are walked without being built.
enum Walk {
    Items(List),
    Numbers { next: i128, last: i128 },
    Dates { next: i128, last: i128 },
    Single(Option<Value>),
}

impl Walk {
    /// The item at a place, if there is one.
    fn item(&mut self, place: usize) -> Option<Value> {
        match self {
            Self::Items(list) => list.items().get(place).cloned(),
            Self::Numbers { next, last } => {
                step(next, *last).and_then(|number| Decimal::new(number, 0).ok()).map(Value::Number)
            }
            Self::Dates { next, last } => step(next, *last)
                .and_then(|day| i64::try_from(day).ok())
                .and_then(crate::temporal::Date::from_days_since_epoch)
                .map(Value::Date),
            Self::Single(value) => value.take(),
        }
    }
}

/// The next number toward `last`, in either direction; past it `next` never comes again.
fn step(next: &mut i128, last: i128) -> Option<i128> {
    if *next == i128::MAX {
        return None;
    }
    let current = *next;
    *next = match current.cmp(&last) {
        std::cmp::Ordering::Less => current.saturating_add(1),
        std::cmp::Ordering::Greater => current.saturating_sub(1),
        std::cmp::Ordering::Equal => i128::MAX,
    };
    Some(current)
}

/// Whether a loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Stop,
}

type Body<'b, 'm> = &'b mut dyn FnMut(&mut Machine<'m>) -> Result<Flow, EvalError>;

impl<'m> Machine<'m> {
    pub(super) fn for_each(&mut self, each: &ForNode) -> Evaluated {
        let mut results = Vec::new();
        let walked = self.walk(&each.iterators, &mut |machine| {
            if let Some(partial) = each.partial {
                machine.charge_values(results.len())?;
                let so_far = List::new(results.clone())?;
                machine.set_local(partial, Value::List(so_far));
            }
            machine.charge_values(1)?;
            results.push(machine.evaluate(&each.body)?);
            Ok(Flow::On)
        })?;
        if walked.is_none() {
            return Ok(Value::Null);
        }
        Ok(Value::List(List::new(results)?))
    }

    pub(super) fn quantified(&mut self, quantified: &QuantifiedNode) -> Evaluated {
        let decisive = quantified.quantifier == Quantifier::Some;
        let mut result = Some(!decisive);
        let walked = self.walk(&quantified.iterators, &mut |machine| {
            match machine.evaluate(&quantified.body)?.as_bool() {
                Some(truth) if truth == decisive => {
                    result = Some(decisive);
                    return Ok(Flow::Stop);
                }
                Some(_) => {}
                None => result = None,
            }
            Ok(Flow::On)
        })?;
        Ok(walked.and(result).map_or(Value::Null, Value::Boolean))
    }

    /// Runs the body for every combination; `None` where something cannot be walked.
    fn walk(
        &mut self,
        iterators: &[IteratorNode],
        body: Body<'_, 'm>,
    ) -> Result<Option<Flow>, EvalError> {
        let Some((first, rest)) = iterators.split_first() else {
            return body(self).map(Some);
        };
        let Some(mut walk) = self.source(&first.source)? else { return Ok(None) };
        self.budget.enter()?;
        let mut place = 0;
        while let Some(item) = walk.item(place) {
            self.budget.charge_steps(1)?;
            self.set_local(first.local, item);
            match self.walk(rest, body)? {
                Some(Flow::On) => {}
                stopped => {
                    self.budget.leave();
                    return Ok(stopped);
                }
            }
            place += 1;
        }
        self.budget.leave();
        Ok(Some(Flow::On))
    }

    fn source(&mut self, source: &SourceNode) -> Result<Option<Walk>, EvalError> {
        match source {
            SourceNode::List(node) => Ok(match self.evaluate(node)? {
                Value::List(list) => Some(Walk::Items(list)),
                Value::Range(range) => over_range(&range),
                Value::Null => None,
                single => Some(Walk::Single(Some(single))),
            }),
            SourceNode::Range(from, to) => {
                let from = self.evaluate(from)?;
                let to = self.evaluate(to)?;
                Ok(between(&from, &to))
            }
        }
    }

    pub(super) fn filter(&mut self, value: &Value, filter: &FilterNode) -> Evaluated {
        let list = match value {
            Value::List(list) => list.clone(),
            Value::Null => return Ok(Value::Null),
            single => List::new(vec![single.clone()])?,
        };
        if !filter.uses_item || list.is_empty() {
            self.set_local(filter.item, Value::Null);
            return Ok(match self.evaluate(&filter.condition)? {
                Value::Number(index) => at_index(list.items(), index),
                Value::Boolean(true) => Value::List(list),
                _ => Value::List(List::default()),
            });
        }
        self.filter_items(&list, filter)
    }

    fn filter_items(&mut self, list: &List, filter: &FilterNode) -> Evaluated {
        let mut kept = Vec::new();
        for item in list.items() {
            self.set_local(filter.item, item.clone());
            match self.evaluate(&filter.condition)? {
                Value::Boolean(true) => {
                    self.charge_values(1)?;
                    kept.push(item.clone());
                }
                // An index that reads like a member's name, as in `list[i]`.
                Value::Number(index) if kept.is_empty() => {
                    return Ok(at_index(list.items(), index));
                }
                _ => {}
            }
        }
        Ok(Value::List(List::new(kept)?))
    }
}

/// The item at an index from 1, or from the end at -1.
fn at_index(items: &[Value], index: Decimal) -> Value {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let place = match index.to_i64() {
        Some(place @ 1..) => place - 1,
        Some(place @ ..0) => length.saturating_add(place),
        Some(0) | None => -1,
    };
    usize::try_from(place).ok().and_then(|place| items.get(place)).cloned().unwrap_or_default()
}

/// Walks a closed or half-open range of whole numbers or dates.
fn over_range(range: &Range) -> Option<Walk> {
    match between(range.low().value()?, range.high().value()?)? {
        Walk::Numbers { next, last } => {
            let next = next + i128::from(!range.low().is_closed());
            let last = last - i128::from(!range.high().is_closed());
            Some(if next <= last { Walk::Numbers { next, last } } else { Walk::Single(None) })
        }
        Walk::Dates { next, last } => {
            let next = next + i128::from(!range.low().is_closed());
            let last = last - i128::from(!range.high().is_closed());
            Some(if next <= last { Walk::Dates { next, last } } else { Walk::Single(None) })
        }
        other @ (Walk::Items(_) | Walk::Single(_)) => Some(other),
    }
}

fn between(from: &Value, to: &Value) -> Option<Walk> {
    match (from, to) {
        (Value::Number(from), Value::Number(to)) => {
            Some(Walk::Numbers { next: from.to_i128()?, last: to.to_i128()? })
        }
        (Value::Date(from), Value::Date(to)) => {
            let (next, last) = (from.days_since_epoch().into(), to.days_since_epoch().into());
            Some(Walk::Dates { next, last })
        }
        _ => None,
    }
}
