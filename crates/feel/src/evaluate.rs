//! The evaluator: walks the resolved tree, charging every step to the budget.
//!
//! Locals of all running functions stand on one stack. Recursion is limited by the budget's depth;
//! what is long without nesting is a loop.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

mod arithmetic;
mod call;
mod iterate;
mod logic;
mod path;

use std::sync::Arc;

use crate::ast::{EntryNode, MemberNode, Node, Place, RangeEnd, Step};
use crate::budget::Budget;
use crate::context::Context;
use crate::dialect::NullPolicy;
use crate::environment::{Environment, Scope};
use crate::error::EvalError;
use crate::value::{Bound, List, Range, Value};

pub(crate) type Evaluated = Result<Value, EvalError>;

/// Bytes charged for each value that a list or context holds.
const BYTES_PER_VALUE: u64 = 48;

pub(crate) struct Machine<'e> {
    scope: Option<&'e Scope>,
    environment: &'e Arc<Environment>,
    pub(crate) budget: &'e mut Budget,
    locals: Vec<Value>,
    /// Where the locals of the running function begin.
    base: usize,
    pub(crate) nulls: NullPolicy,
}

impl<'e> Machine<'e> {
    /// Runs in a scope. The budget's depth is what it was afterwards, even after an error.
    pub(crate) fn run(
        scope: &Scope,
        budget: &mut Budget,
        nulls: NullPolicy,
        body: impl FnOnce(&mut Machine<'_>) -> Evaluated,
    ) -> Evaluated {
        let environment = scope.environment();
        let depth = budget.depth();
        let mut machine =
            Machine { scope: Some(scope), environment, budget, locals: Vec::new(), base: 0, nulls };
        let result = body(&mut machine);
        budget.return_to(depth);
        result
    }

    /// Runs without any scope, for what has its own.
    pub(crate) fn without_scope(
        environment: &'e Arc<Environment>,
        budget: &'e mut Budget,
        nulls: NullPolicy,
    ) -> Self {
        Self { scope: None, environment, budget, locals: Vec::new(), base: 0, nulls }
    }

    pub(crate) fn environment(&self) -> &'e Arc<Environment> {
        self.environment
    }

    /// Makes room for the locals of the outermost frame.
    pub(crate) fn reserve(&mut self, locals: u32) -> Result<(), EvalError> {
        if locals > 0 {
            self.budget.charge_memory(u64::from(locals) * BYTES_PER_VALUE)?;
            self.locals.resize(self.base.saturating_add(locals as usize), Value::Null);
        }
        Ok(())
    }

    pub(crate) fn set_local(&mut self, local: u32, value: Value) {
        if let Some(place) = self.locals.get_mut(self.base.saturating_add(local as usize)) {
            *place = value;
        }
    }

    #[inline]
    fn variable(&self, place: Place) -> Evaluated {
        self.look(place).cloned()
    }

    #[inline]
    fn look(&self, place: Place) -> Result<&Value, EvalError> {
        let (found, slot) = match place {
            Place::Global(slot) => {
                (self.scope.and_then(|scope| scope.get(crate::names::Slot(slot))), slot)
            }
            Place::Local(local) => {
                (self.locals.get(self.base.saturating_add(local as usize)), local)
            }
        };
        found.ok_or(EvalError::MissingSlot { slot })
    }

    /// The value of a node.
    #[inline]
    pub(crate) fn evaluate(&mut self, node: &Node) -> Evaluated {
        self.budget.charge_steps(1)?;
        match node {
            Node::Constant(value) => return Ok(value.clone()),
            Node::Variable(place) => return self.variable(*place),
            _ => {}
        }
        self.budget.enter()?;
        let value = self.compound(node)?;
        self.budget.leave();
        Ok(value)
    }

    fn compound(&mut self, node: &Node) -> Evaluated {
        match node {
            Node::Constant(value) => Ok(value.clone()),
            Node::Variable(place) => self.variable(*place),
            Node::Member(member) => self.member(member),
            Node::Negate(inner) => self.negate(inner),
            Node::Arithmetic(first, rest) => self.arithmetic(first, rest),
            Node::And(all) => self.and(all),
            Node::Or(all) => self.or(all),
            Node::Compare(comparison, sides) => self.comparison(*comparison, sides),
            Node::Between(parts) => self.between(parts),
            Node::In(inside) => self.is_in(inside),
            Node::If(branches, otherwise) => self.conditional(branches, otherwise),
            Node::For(each) => self.for_each(each),
            Node::Quantified(quantified) => self.quantified(quantified),
            Node::Postfix(base, steps) => self.postfix(base, steps),
            Node::List(items) => self.list(items),
            Node::Context(entries) => self.context(entries),
            Node::Function(lambda) => self.closure(lambda),
            Node::Call(builtin, arguments) => self.call_builtin(builtin, arguments),
            Node::InstanceOf(parts) => {
                let value = self.evaluate(&parts.0)?;
                self.budget.charge_steps(value.size())?;
                Ok(Value::Boolean(parts.1.holds(&value)))
            }
            Node::Range(ends) => self.range(&ends.0, &ends.1),
            Node::Test(test) => self.range_of_test(test),
        }
    }

    /// A name within a filter.
    fn member(&mut self, member: &MemberNode) -> Evaluated {
        if let Value::Context(context) = self.look(member.item)?
            && let Some(value) = context.get(&member.name)
        {
            return Ok(value.clone());
        }
        self.evaluate(&member.otherwise)
    }

    fn conditional(&mut self, branches: &[(Node, Node)], otherwise: &Node) -> Evaluated {
        for (condition, value) in branches {
            if self.evaluate(condition)? == Value::Boolean(true) {
                return self.evaluate(value);
            }
        }
        self.evaluate(otherwise)
    }

    fn postfix(&mut self, base: &Node, steps: &[Step]) -> Evaluated {
        let mut value = self.evaluate(base)?;
        for step in steps {
            self.budget.charge_steps(1)?;
            value = match step {
                Step::Path(name) => self.path(&value, name)?,
                Step::Filter(filter) => self.filter(&value, filter)?,
                Step::Invoke(arguments, fallback) => self.invoke(&value, arguments, *fallback)?,
            };
        }
        Ok(value)
    }

    /// Charges for a list or context of this many values.
    pub(crate) fn charge_values(&mut self, count: usize) -> Result<(), EvalError> {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.budget.charge_memory(count.saturating_mul(BYTES_PER_VALUE))?;
        Ok(self.budget.charge_steps(count / 8)?)
    }

    fn list(&mut self, items: &[Node]) -> Evaluated {
        self.charge_values(items.len())?;
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            values.push(self.evaluate(item)?);
        }
        Ok(Value::List(List::new(values)?))
    }

    fn context(&mut self, entries: &[EntryNode]) -> Evaluated {
        self.charge_values(entries.len().saturating_mul(2))?;
        let mut values = Vec::with_capacity(entries.len());
        for entry in entries {
            let value = self.evaluate(&entry.value)?;
            self.set_local(entry.local, value.clone());
            values.push((Arc::clone(&entry.name), value));
        }
        Ok(Value::Context(Context::from_entries(values)?))
    }

    fn range(&mut self, low: &RangeEnd, high: &RangeEnd) -> Evaluated {
        let low = self.range_end(low)?;
        let high = self.range_end(high)?;
        Ok(Range::new(low, high).map_or(Value::Null, Value::Range))
    }

    fn range_end(&mut self, end: &RangeEnd) -> Result<Bound, EvalError> {
        match end {
            RangeEnd::Unbounded => Ok(Bound::Unbounded),
            RangeEnd::Open(node) => self.evaluate(node).map(Bound::Open),
            RangeEnd::Closed(node) => self.evaluate(node).map(Bound::Closed),
        }
    }
}
