//! Syntax: a DMN file as its author wrote it, before names and types are resolved.

use roxmltree::NodeId;

use crate::table::info::HitPolicy;

/// A FEEL text and the element that holds it.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) at: NodeId,
}

#[derive(Debug)]
pub(crate) struct Definitions {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) at: NodeId,
    pub(crate) items: Vec<Item>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) decisions: Vec<Node>,
    pub(crate) knowledge: Vec<Node>,
    pub(crate) services: Vec<Service>,
    /// Elements that a requirement may name although they decide nothing.
    pub(crate) sources: Vec<String>,
}

/// An item definition or a component of one.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) at: NodeId,
    pub(crate) type_ref: Option<String>,
    pub(crate) is_collection: bool,
    pub(crate) is_function: bool,
    pub(crate) allowed: Option<Text>,
    pub(crate) components: Vec<Item>,
}

#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) type_ref: Option<String>,
    pub(crate) at: NodeId,
}

/// A decision or a business knowledge model.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) question: Option<String>,
    pub(crate) type_ref: Option<String>,
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) logic: Option<Expression>,
    pub(crate) at: NodeId,
}

#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) outputs: Vec<Requirement>,
    pub(crate) inputs: Vec<Requirement>,
    pub(crate) at: NodeId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Input,
    Decision,
    Knowledge,
}

#[derive(Debug)]
pub(crate) struct Requirement {
    pub(crate) wanted: Wanted,
    pub(crate) href: String,
    pub(crate) at: NodeId,
}

#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) type_ref: Option<String>,
    pub(crate) at: NodeId,
}

#[derive(Debug)]
pub(crate) struct Expression {
    pub(crate) kind: Kind,
    pub(crate) type_ref: Option<String>,
    pub(crate) at: NodeId,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Literal(Text),
    Table(Table),
    Context(Vec<Entry>),
    Invocation { callee: Text, bindings: Vec<(Parameter, Expression)> },
    List(Vec<Expression>),
    Relation { columns: Vec<Parameter>, rows: Vec<Vec<Expression>> },
    Function { parameters: Vec<Parameter>, body: Box<Expression> },
    Conditional { condition: Box<Expression>, then: Box<Expression>, otherwise: Box<Expression> },
}

#[derive(Debug)]
pub(crate) struct Entry {
    /// `None`: the result of the context.
    pub(crate) variable: Option<Parameter>,
    pub(crate) expression: Expression,
}

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) id: Option<String>,
    pub(crate) policy: HitPolicy,
    pub(crate) inputs: Vec<InputColumn>,
    pub(crate) outputs: Vec<OutputColumn>,
    pub(crate) annotations: Vec<String>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) at: NodeId,
}

#[derive(Debug)]
pub(crate) struct InputColumn {
    pub(crate) label: Option<String>,
    pub(crate) expression: Text,
    pub(crate) type_ref: Option<String>,
    pub(crate) allowed: Option<Text>,
    pub(crate) at: NodeId,
}

#[derive(Debug)]
pub(crate) struct OutputColumn {
    pub(crate) label: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) type_ref: Option<String>,
    pub(crate) allowed: Option<Text>,
    pub(crate) default: Option<Text>,
    pub(crate) at: NodeId,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) cells: Vec<Text>,
    pub(crate) outputs: Vec<Text>,
    pub(crate) annotations: Vec<String>,
    pub(crate) at: NodeId,
}
