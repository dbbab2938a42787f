//! Logic and comparison: three-valued in standard FEEL, two-valued in B-FEEL.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use std::cmp::Ordering;

use super::{Evaluated, Machine};
use crate::ast::{Comparison, InNode, Node, TestNode};
use crate::dialect::NullPolicy;
use crate::error::EvalError;
use crate::value::{Bound, Equality, Range, Value, equality, order};

/// A truth value that may be unknown.
pub(crate) type Truth = Option<bool>;

impl Machine<'_> {
    /// The truth as a value: unknown is null, or false in B-FEEL.
    fn truth(&self, truth: Truth) -> Value {
        match (truth, self.nulls) {
            (Some(known), _) => Value::Boolean(known),
            (None, NullPolicy::Standard) => Value::Null,
            (None, NullPolicy::BFeel) => Value::Boolean(false),
        }
    }

    pub(super) fn and(&mut self, all: &[Node]) -> Evaluated {
        let mut result = Some(true);
        for node in all {
            match self.evaluate(node)?.as_bool() {
                Some(true) => {}
                Some(false) => return Ok(Value::Boolean(false)),
                None => result = None,
            }
        }
        Ok(self.truth(result))
    }

    pub(super) fn or(&mut self, all: &[Node]) -> Evaluated {
        let mut result = Some(false);
        for node in all {
            match self.evaluate(node)?.as_bool() {
                Some(true) => return Ok(Value::Boolean(true)),
                Some(false) => {}
                None => result = None,
            }
        }
        Ok(self.truth(result))
    }

    pub(super) fn comparison(&mut self, comparison: Comparison, sides: &(Node, Node)) -> Evaluated {
        let left = self.evaluate(&sides.0)?;
        let right = self.evaluate(&sides.1)?;
        let truth = self.compare(comparison, &left, &right)?;
        Ok(self.truth(truth))
    }

    /// Compares two values.
    pub(crate) fn compare(
        &mut self,
        comparison: Comparison,
        left: &Value,
        right: &Value,
    ) -> Result<Truth, EvalError> {
        match comparison {
            Comparison::Equal => self.equal(left, right),
            Comparison::NotEqual => Ok(self.equal(left, right)?.map(|same| !same)),
            Comparison::Less => Ok(self.order(left, right)?.map(Ordering::is_lt)),
            Comparison::LessOrEqual => Ok(self.order(left, right)?.map(Ordering::is_le)),
            Comparison::Greater => Ok(self.order(left, right)?.map(Ordering::is_gt)),
            Comparison::GreaterOrEqual => Ok(self.order(left, right)?.map(Ordering::is_ge)),
        }
    }

    pub(crate) fn equal(&mut self, left: &Value, right: &Value) -> Result<Truth, EvalError> {
        self.budget.charge_steps(left.size().min(right.size()))?;
        if let Some((left, right)) = self.instants_of_mixed(left, right) {
            return Ok(Some(left == right));
        }
        Ok(match (equality(left, right), self.nulls) {
            (Equality::Same, _) => Some(true),
            (Equality::Different, _) | (Equality::Incomparable, NullPolicy::BFeel) => Some(false),
            (Equality::Incomparable, NullPolicy::Standard) => None,
        })
    }

    fn order(&mut self, left: &Value, right: &Value) -> Result<Option<Ordering>, EvalError> {
        self.budget.charge_steps(left.size().min(right.size()))?;
        if let Some((left, right)) = self.instants_of_mixed(left, right) {
            return Ok(Some(left.cmp(&right)));
        }
        Ok(order(left, right))
    }

    /// The instants of a local and a zoned date and time, if the environment has a zone in which the
    /// local one is read.
    fn instants_of_mixed(&self, left: &Value, right: &Value) -> Option<(i128, i128)> {
        let (Value::DateTime(left), Value::DateTime(right)) = (left, right) else { return None };
        let zone = self.environment().zone.as_ref()?;
        let mixed = left.zone().is_local() != right.zone().is_local();
        mixed.then(|| left.instant(Some(zone)).zip(right.instant(Some(zone))))?
    }

    pub(super) fn between(&mut self, parts: &(Node, Node, Node)) -> Evaluated {
        let value = self.evaluate(&parts.0)?;
        let low = self.evaluate(&parts.1)?;
        let high = self.evaluate(&parts.2)?;
        let above = self.compare(Comparison::GreaterOrEqual, &value, &low)?;
        let below = self.compare(Comparison::LessOrEqual, &value, &high)?;
        // Unlike `and`, what cannot be compared on one side is unknown even if the other fails.
        Ok(self.truth(above.zip(below).map(|(above, below)| above && below)))
    }

    pub(super) fn is_in(&mut self, inside: &InNode) -> Evaluated {
        let value = self.evaluate(&inside.value)?;
        let truth = self.any_test(&inside.tests, &value)?;
        Ok(self.truth(truth))
    }

    /// Whether a value passes at least one of the tests.
    pub(crate) fn any_test(
        &mut self,
        tests: &[TestNode],
        value: &Value,
    ) -> Result<Truth, EvalError> {
        let mut result = Some(false);
        for test in tests {
            match self.test(test, value)? {
                Some(true) => return Ok(Some(true)),
                Some(false) => {}
                None => result = None,
            }
        }
        Ok(result)
    }

    fn test(&mut self, test: &TestNode, value: &Value) -> Result<Truth, EvalError> {
        match test {
            TestNode::Compare(comparison, node) => {
                let end = self.evaluate(node)?;
                self.compare(*comparison, value, &end)
            }
            TestNode::Condition(node) => Ok(self.evaluate(node)?.as_bool()),
            TestNode::Holds(Node::Test(test)) => {
                self.budget.enter()?;
                let truth = self.test(test, value)?;
                self.budget.leave();
                Ok(truth)
            }
            TestNode::Holds(node) => {
                let holder = self.evaluate(node)?;
                self.holds(&holder, value)
            }
        }
    }

    /// Whether a value is, or is in, what a test evaluates to.
    fn holds(&mut self, holder: &Value, value: &Value) -> Result<Truth, EvalError> {
        if let Value::Range(range) = holder
            && !matches!(value, Value::Range(_))
        {
            return self.within(range, value);
        }
        let Value::List(list) = holder else {
            return Ok(match self.equal(value, holder)? {
                // A value of another type is simply not this one.
                None if value.is_null() || holder.is_null() => Some(false),
                other => other,
            });
        };
        if matches!(value, Value::List(_)) && self.equal(value, holder)? == Some(true) {
            return Ok(Some(true));
        }
        for item in list.items() {
            let found = match item {
                Value::Range(range) if !matches!(value, Value::Range(_)) => {
                    self.within(range, value)?
                }
                other => self.equal(value, other)?,
            };
            if found == Some(true) {
                return Ok(Some(true));
            }
        }
        Ok(Some(false))
    }

    fn within(&mut self, range: &Range, value: &Value) -> Result<Truth, EvalError> {
        let above = match range.low() {
            Bound::Unbounded => Some(true),
            Bound::Open(low) => self.compare(Comparison::Greater, value, low)?,
            Bound::Closed(low) => self.compare(Comparison::GreaterOrEqual, value, low)?,
        };
        let below = match range.high() {
            Bound::Unbounded => Some(true),
            Bound::Open(high) => self.compare(Comparison::Less, value, high)?,
            Bound::Closed(high) => self.compare(Comparison::LessOrEqual, value, high)?,
        };
        Ok(above.zip(below).map(|(above, below)| above && below))
    }

    /// `(< 5)` as a value: the range of what passes.
    pub(super) fn range_of_test(&mut self, test: &TestNode) -> Evaluated {
        let TestNode::Compare(comparison, node) = test else { return Ok(Value::Null) };
        let end = self.evaluate(node)?;
        let range = match comparison {
            Comparison::Less => Range::new(Bound::Unbounded, Bound::Open(end)),
            Comparison::LessOrEqual => Range::new(Bound::Unbounded, Bound::Closed(end)),
            Comparison::Greater => Range::new(Bound::Open(end), Bound::Unbounded),
            Comparison::GreaterOrEqual => Range::new(Bound::Closed(end), Bound::Unbounded),
            Comparison::Equal => Range::new(Bound::Closed(end.clone()), Bound::Closed(end)),
            Comparison::NotEqual => None,
        };
        Ok(range.map_or(Value::Null, Value::Range))
    }
}
