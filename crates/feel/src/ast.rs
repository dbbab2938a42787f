//! The resolved tree: names are places, functions are the functions themselves.
//!
//! Chains (`a + b + c`, `x.y.z[1]`, `else if`) are flat, so that the height of a tree is bounded by
//! the nesting that the parser allows, not by the length of the text.

use std::sync::Arc;

use crate::builtins::Builtin;
use crate::dialect::NullPolicy;
use crate::types::Type;
use crate::value::Value;

/// Where a variable's value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// In the scope given by the host.
    Global(u32),
    /// In the frame of the function that is running.
    Local(u32),
}

#[derive(Debug)]
pub(crate) enum Node {
    Constant(Value),
    Variable(Place),
    /// A name within a filter: a member of the item if it has one, else what it means outside.
    Member(Box<MemberNode>),
    Negate(Box<Node>),
    Arithmetic(Box<Node>, Vec<(Arithmetic, Node)>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Compare(Comparison, Box<(Node, Node)>),
    Between(Box<(Node, Node, Node)>),
    In(Box<InNode>),
    If(Vec<(Node, Node)>, Box<Node>),
    For(Box<ForNode>),
    Quantified(Box<QuantifiedNode>),
    Postfix(Box<Node>, Vec<Step>),
    List(Vec<Node>),
    Context(Vec<EntryNode>),
    Function(Arc<Lambda>),
    Call(&'static Builtin, Vec<Node>),
    InstanceOf(Box<(Node, Type)>),
    Range(Box<(RangeEnd, RangeEnd)>),
    /// `(!= 5)` and the like have no range; as a test they do.
    Test(Box<TestNode>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug)]
pub(crate) struct MemberNode {
    pub item: Place,
    pub name: Arc<str>,
    pub otherwise: Node,
}

#[derive(Debug)]
pub(crate) struct InNode {
    pub value: Node,
    pub tests: Vec<TestNode>,
}

/// One unary test.
#[derive(Debug)]
pub(crate) enum TestNode {
    /// `< 5`.
    Compare(Comparison, Node),
    /// An expression that gives a value, a list or a range that the input is looked for in.
    Holds(Node),
    /// An expression about `?` that says itself whether the input passes.
    Condition(Node),
}

#[derive(Debug)]
pub(crate) struct ForNode {
    pub iterators: Vec<IteratorNode>,
    /// Where the results so far stand, if the body reads them.
    pub partial: Option<u32>,
    pub body: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    Some,
    Every,
}

#[derive(Debug)]
pub(crate) struct QuantifiedNode {
    pub quantifier: Quantifier,
    pub iterators: Vec<IteratorNode>,
    pub body: Node,
}

#[derive(Debug)]
pub(crate) struct IteratorNode {
    pub local: u32,
    pub source: SourceNode,
}

#[derive(Debug)]
pub(crate) enum SourceNode {
    List(Node),
    Range(Node, Node),
}

#[derive(Debug)]
pub(crate) enum Step {
    Path(Arc<str>),
    Filter(FilterNode),
    Invoke(Arguments, Option<&'static Builtin>),
}

#[derive(Debug)]
pub(crate) struct FilterNode {
    pub item: u32,
    pub condition: Node,
    /// Whether the condition may give another result for another item.
    pub uses_item: bool,
}

#[derive(Debug)]
pub(crate) enum Arguments {
    Positional(Vec<Node>),
    Named(Vec<(Arc<str>, Node)>),
}

#[derive(Debug)]
pub(crate) struct EntryNode {
    pub name: Arc<str>,
    pub local: u32,
    pub value: Node,
}

#[derive(Debug)]
pub(crate) enum RangeEnd {
    Unbounded,
    Open(Node),
    Closed(Node),
}

/// A function written in FEEL.
#[derive(Debug)]
pub(crate) struct Lambda {
    pub parameters: Vec<(Arc<str>, Option<Type>)>,
    /// How many values its frame holds; the parameters come first.
    pub frame: u32,
    /// What it takes along from where it is made, and where in its frame that goes.
    pub captures: Vec<(Place, u32)>,
    /// Where in its frame the function itself stands, so that it can call itself.
    pub itself: Option<u32>,
    pub body: Node,
    pub nulls: NullPolicy,
}
