//! Unary tests: the cells of a decision table's input columns, evaluated and inspected.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use std::sync::Arc;

use crate::ast::{Comparison, Node, RangeEnd, TestNode};
use crate::budget::{Budget, Limits};
use crate::dialect::{Dialect, NullPolicy};
use crate::environment::{Environment, Scope};
use crate::error::{CompileError, EvalError};
use crate::evaluate::Machine;
use crate::names::{Names, Slot};
use crate::parse::{Cell, Parser};
use crate::value::{Bound, Range, Value};

/// Compiled unary tests: `-`, `< 5, [10..20)`, `not("a", "b")`. Cheap to clone.
#[derive(Debug, Clone)]
pub struct UnaryTests(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    cell: Cell,
    shape: Shape,
    locals: u32,
    slots: Vec<Slot>,
    nulls: NullPolicy,
}

/// What unary tests accept, as far as that is a constant set.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// `-`: everything, null included.
    Any,
    /// The inputs that at least one test accepts.
    Tests(Vec<Test>),
    /// The inputs that no test accepts. An input that cannot be compared with one of them, as null
    /// with `< 5`, is not accepted either.
    Not(Vec<Test>),
    /// Depends on variables, or on more than which value the input is.
    NotAnalysable,
}

/// One constant test.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// The input equals this number, string, boolean, date, time, duration or null.
    Equals(Value),
    /// The input is comparable with this value (or null) and differs from it: `!= 5`.
    Differs(Value),
    /// The input lies within this range.
    Within(Range),
}

impl UnaryTests {
    /// Reads unary tests against the names in scope; `?` is the input.
    pub fn compile(text: &str, names: &Names, dialect: Dialect) -> Result<Self, CompileError> {
        let read = || {
            let mut parser = Parser::new(text, names, dialect)?;
            let cell = parser.cell()?;
            Ok((cell, parser.into_usage()))
        };
        let (cell, (locals, slots)) = read().map_err(|error: Box<CompileError>| *error)?;
        let shape = shape_of(&cell);
        Ok(Self(Arc::new(Compiled { cell, shape, locals, slots, nulls: dialect.nulls })))
    }

    /// Whether the input passes: true, false, or null where that cannot be said.
    pub fn evaluate(
        &self,
        input: &Value,
        scope: &Scope,
        budget: &mut Budget,
    ) -> Result<Value, EvalError> {
        let compiled = &*self.0;
        let (tests, negated) = match &compiled.cell {
            Cell::Any => return Ok(Value::Boolean(true)),
            Cell::Tests(tests) => (tests, false),
            Cell::Not(tests) => (tests, true),
        };
        Machine::run(scope, budget, compiled.nulls, |machine| {
            machine.reserve(compiled.locals)?;
            // The input is the first name that the text declares.
            machine.set_local(0, input.clone());
            machine.budget.charge_steps(1)?;
            let truth = machine.any_test(tests, input)?;
            Ok(truth.map_or(Value::Null, |truth| Value::Boolean(truth != negated)))
        })
    }

    /// What they accept, for analysis.
    pub fn shape(&self) -> &Shape {
        &self.0.shape
    }

    /// The slots that they read, in ascending order.
    pub fn slots(&self) -> &[Slot] {
        &self.0.slots
    }
}

fn shape_of(cell: &Cell) -> Shape {
    match cell {
        Cell::Any => Shape::Any,
        Cell::Tests(tests) => constant_tests(tests).map_or(Shape::NotAnalysable, Shape::Tests),
        Cell::Not(tests) => constant_tests(tests).map_or(Shape::NotAnalysable, Shape::Not),
    }
}

fn constant_tests(tests: &[TestNode]) -> Option<Vec<Test>> {
    let mut all = Vec::new();
    for test in tests {
        match test {
            TestNode::Compare(comparison, node) => {
                all.push(compared(*comparison, constant(node)?)?);
            }
            TestNode::Holds(Node::Test(inner)) => match &**inner {
                TestNode::Compare(comparison, node) => {
                    all.push(compared(*comparison, constant(node)?)?);
                }
                TestNode::Holds(_) | TestNode::Condition(_) => return None,
            },
            TestNode::Holds(node) => held(&constant(node)?, &mut all)?,
            TestNode::Condition(_) => return None,
        }
    }
    Some(all)
}

fn compared(comparison: Comparison, end: Value) -> Option<Test> {
    let range = match comparison {
        Comparison::Equal => return is_plain(&end).then_some(Test::Equals(end)),
        Comparison::NotEqual => return is_plain(&end).then_some(Test::Differs(end)),
        Comparison::Less => Range::new(Bound::Unbounded, Bound::Open(end)),
        Comparison::LessOrEqual => Range::new(Bound::Unbounded, Bound::Closed(end)),
        Comparison::Greater => Range::new(Bound::Open(end), Bound::Unbounded),
        Comparison::GreaterOrEqual => Range::new(Bound::Closed(end), Bound::Unbounded),
    };
    range.map(Test::Within)
}

fn held(value: &Value, all: &mut Vec<Test>) -> Option<()> {
    match value {
        Value::Range(range) => all.push(Test::Within(range.clone())),
        Value::List(list) => {
            for item in list.items() {
                match item {
                    Value::Range(range) => all.push(Test::Within(range.clone())),
                    plain if is_plain(plain) => all.push(Test::Equals(plain.clone())),
                    _ => return None,
                }
            }
        }
        plain if is_plain(plain) => all.push(Test::Equals(plain.clone())),
        _ => return None,
    }
    Some(())
}

/// Whether equality with the value is all that a test for it can mean.
fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Context(_) | Value::Range(_) | Value::Function(_))
}

/// How much finding out a constant may take.
const CONSTANT_LIMITS: Limits = Limits { steps: 2_000, memory: 1 << 20, depth: 60 };

/// The value of a node that depends on nothing.
fn constant(node: &Node) -> Option<Value> {
    if !is_constant(node) {
        return None;
    }
    let environment = Arc::new(Environment::default());
    let mut budget = Budget::new(CONSTANT_LIMITS);
    let mut machine = Machine::without_scope(&environment, &mut budget, NullPolicy::Standard);
    machine.evaluate(node).ok()
}

/// Whether a node is made of literals and functions of them. A function that needs a clock or
/// random numbers fails where there are none, so it is no constant either.
fn is_constant(node: &Node) -> bool {
    match node {
        Node::Constant(_) => true,
        Node::Negate(inner) => is_constant(inner),
        Node::Arithmetic(first, rest) => {
            is_constant(first) && rest.iter().all(|(_, node)| is_constant(node))
        }
        Node::List(items) | Node::Call(_, items) => items.iter().all(is_constant),
        Node::Range(ends) => [&ends.0, &ends.1].into_iter().all(|end| match end {
            RangeEnd::Unbounded => true,
            RangeEnd::Open(node) | RangeEnd::Closed(node) => is_constant(node),
        }),
        Node::Test(test) => match &**test {
            TestNode::Compare(_, node) => is_constant(node),
            TestNode::Holds(_) | TestNode::Condition(_) => false,
        },
        Node::Variable(_)
        | Node::Member(_)
        | Node::And(_)
        | Node::Or(_)
        | Node::Compare(..)
        | Node::Between(_)
        | Node::In(_)
        | Node::If(..)
        | Node::For(_)
        | Node::Quantified(_)
        | Node::Postfix(..)
        | Node::Context(_)
        | Node::Function(_)
        | Node::InstanceOf(_) => false,
    }
}
