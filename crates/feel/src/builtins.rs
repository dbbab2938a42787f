//! The functions of the language: one table per subject, found by name.
//!
//! A function gets its arguments in the order of its parameters and gives a value or `None`, which
//! is null. Its cost is charged before it runs; what costs more than that charges as it goes.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use std::sync::Arc;

use crate::ast::Node;
use crate::dialect::Extensions;
use crate::error::EvalError;
use crate::evaluate::Machine;
use crate::value::{List, Value};

mod camunda;
mod contexts;
mod conversion;
mod lists;
mod numbers;
mod pattern;
mod ranges;
mod statistics;
mod strings;
mod temporals;

/// How a function's cost grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Not at all.
    Constant,
    /// With the items of its lists and contexts and the length of its texts.
    Linear,
    /// With all that its arguments hold.
    Deep,
}

pub(crate) type Pure = fn(&[Value]) -> Option<Value>;
pub(crate) type WithMachine = fn(&mut Machine<'_>, &[Value]) -> Result<Option<Value>, EvalError>;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Body {
    Pure(Pure),
    Machine(WithMachine),
}

/// Parameters, of which the first `required` must be given.
#[derive(Debug)]
pub(crate) struct Signature {
    pub parameters: &'static [&'static str],
    pub required: usize,
}

/// A function of the language.
#[derive(Debug)]
pub(crate) struct Builtin {
    pub name: &'static str,
    pub signatures: &'static [Signature],
    /// Whether it takes any number of further arguments.
    pub variadic: bool,
    pub cost: Cost,
    pub body: Body,
}

/// A function whose parameters must all be given.
const fn fixed(
    name: &'static str,
    signatures: &'static [Signature],
    cost: Cost,
    body: Pure,
) -> Builtin {
    Builtin { name, signatures, variadic: false, cost, body: Body::Pure(body) }
}

/// A function that needs the budget, the environment or to call functions.
const fn machine(
    name: &'static str,
    signatures: &'static [Signature],
    cost: Cost,
    body: WithMachine,
) -> Builtin {
    Builtin { name, signatures, variadic: false, cost, body: Body::Machine(body) }
}

/// A function of any number of arguments, or of one list.
const fn variadic(
    name: &'static str,
    signatures: &'static [Signature],
    cost: Cost,
    body: Pure,
) -> Builtin {
    Builtin { name, signatures, variadic: true, cost, body: Body::Pure(body) }
}

const fn all(parameters: &'static [&'static str]) -> Signature {
    Signature { parameters, required: parameters.len() }
}

const fn some(parameters: &'static [&'static str], required: usize) -> Signature {
    Signature { parameters, required }
}

const STANDARD: [&[Builtin]; 9] = [
    conversion::FUNCTIONS,
    strings::FUNCTIONS,
    pattern::FUNCTIONS,
    lists::FUNCTIONS,
    statistics::FUNCTIONS,
    numbers::FUNCTIONS,
    contexts::FUNCTIONS,
    temporals::FUNCTIONS,
    ranges::FUNCTIONS,
];

fn functions(extensions: Extensions) -> impl Iterator<Item = &'static Builtin> {
    let further: &'static [Builtin] = match extensions {
        Extensions::None => &[],
        Extensions::Camunda => camunda::FUNCTIONS,
    };
    STANDARD.into_iter().flatten().chain(further)
}

/// The function of a name.
pub(crate) fn find(name: &str, extensions: Extensions) -> Option<&'static Builtin> {
    functions(extensions).find(|builtin| builtin.name == name)
}

/// The functions whose names begin with a word.
pub(crate) fn beginning_with(
    word: &str,
    extensions: Extensions,
) -> impl Iterator<Item = &'static Builtin> {
    functions(extensions).filter(move |builtin| {
        builtin.name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

impl Builtin {
    /// Whether it can be called with this many arguments.
    pub(crate) fn takes(&self, count: usize) -> bool {
        self.signatures.iter().any(|signature| {
            count >= signature.required && (self.variadic || count <= signature.parameters.len())
        })
    }

    pub(crate) fn cost(&self, values: &[Value]) -> u64 {
        let of = |value: &Value| match self.cost {
            Cost::Constant => 0,
            Cost::Deep => value.size(),
            Cost::Linear => match value {
                Value::List(list) => u64::try_from(list.len()).unwrap_or(u64::MAX),
                Value::Context(context) => u64::try_from(context.len()).unwrap_or(u64::MAX),
                other => other.size(),
            },
        };
        values.iter().map(of).fold(1, u64::saturating_add)
    }

    /// Named arguments in the order of the parameters; `None` if they do not fit.
    pub(crate) fn in_order(&self, named: Vec<(Arc<str>, Node)>) -> Option<Vec<Node>> {
        self.ordered(named, || Node::Constant(Value::Null))
    }

    /// As [`Builtin::in_order`], for values.
    pub(crate) fn values_in_order(&self, named: Vec<(Arc<str>, Value)>) -> Option<Vec<Value>> {
        self.ordered(named, || Value::Null)
    }

    fn ordered<T>(&self, mut named: Vec<(Arc<str>, T)>, absent: fn() -> T) -> Option<Vec<T>> {
        let signature = self.signatures.iter().find(|signature| {
            let known = |name: &Arc<str>| signature.parameters.contains(&&**name);
            let given = |name: &&str| named.iter().any(|(given, _)| &**given == *name);
            named.iter().all(|(name, _)| known(name))
                && signature.parameters.iter().take(signature.required).all(given)
        })?;
        let last = signature
            .parameters
            .iter()
            .rposition(|name| named.iter().any(|(given, _)| &**given == *name))?;
        let mut take = |name: &&'static str| {
            let place = named.iter().position(|(given, _)| &**given == *name);
            place.map_or_else(absent, |place| named.swap_remove(place).1)
        };
        Some(signature.parameters.iter().take(last.saturating_add(1)).map(&mut take).collect())
    }
}

/// An argument; absent ones are null.
fn argument(values: &[Value], place: usize) -> &Value {
    static NULL: Value = Value::Null;
    values.get(place).unwrap_or(&NULL)
}

/// The value itself, or the only item of a list: FEEL's implicit conversion from a list of one.
fn single(value: &Value) -> &Value {
    match value.as_list() {
        Some([item]) => item,
        Some(_) | None => value,
    }
}

fn number(values: &[Value], place: usize) -> Option<crate::decimal::Decimal> {
    single(argument(values, place)).as_number()
}

fn integer(values: &[Value], place: usize) -> Option<i64> {
    number(values, place)?.to_i64()
}

fn text(values: &[Value], place: usize) -> Option<&str> {
    single(argument(values, place)).as_str()
}

/// A list; another value that is not null counts as a list of it.
fn list(values: &[Value], place: usize) -> Option<List> {
    match argument(values, place) {
        Value::Null => None,
        Value::List(list) => Some(list.clone()),
        single => List::new(vec![single.clone()]).ok(),
    }
}

/// The items of a function of many arguments: those of its only list, or the arguments.
fn items(values: &[Value]) -> Option<List> {
    match values {
        [Value::List(list)] => Some(list.clone()),
        [Value::Null] => None,
        several => List::new(several.to_vec()).ok(),
    }
}

/// A list value; null where it would be too large.
fn new_list(items: Vec<Value>) -> Option<Value> {
    List::new(items).ok().map(Value::List)
}
