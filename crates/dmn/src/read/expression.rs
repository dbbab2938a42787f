//! Boxed expressions: literal expressions, contexts, invocations, lists, relations, functions.
//! The depth of recursion is held by [`MAX_XML_DEPTH`](crate::xml::MAX_XML_DEPTH).

use roxmltree::Node as Xml;

use super::{Reader, child, children, elements, optional, text_of, type_ref};
use crate::problem::ProblemKind;
use crate::syntax::{Entry, Expression, Kind, Parameter};

/// The elements that are expressions.
const EXPRESSIONS: [&str; 12] = [
    "literalExpression",
    "decisionTable",
    "context",
    "invocation",
    "list",
    "relation",
    "functionDefinition",
    "conditional",
    "for",
    "every",
    "some",
    "filter",
];

fn is_expression(node: &Xml<'_, '_>) -> bool {
    EXPRESSIONS.contains(&node.tag_name().name())
}

impl Reader {
    /// The expression among the children of an element; there must be one.
    pub(super) fn needed_expression(&mut self, node: Xml<'_, '_>) -> Option<Expression> {
        if let Some(found) = elements(node).find(is_expression) {
            return self.expression(found);
        }
        self.missing(node, "an expression");
        None
    }

    fn needed_within(&mut self, node: Xml<'_, '_>, name: &'static str) -> Option<Expression> {
        let Some(found) = child(node, name) else {
            self.missing(node, name);
            return None;
        };
        self.needed_expression(found)
    }

    fn expression(&mut self, node: Xml<'_, '_>) -> Option<Expression> {
        let kind = match node.tag_name().name() {
            "literalExpression" => self.literal(node)?,
            "decisionTable" => Kind::Table(self.table(node)?),
            "context" => self.context(node),
            "invocation" => self.invocation(node)?,
            "list" => Kind::List(self.all(node)),
            "relation" => self.relation(node),
            "functionDefinition" => return self.function(node),
            "conditional" => self.conditional(node)?,
            other => {
                self.problem(node, ProblemKind::Unsupported { element: other.to_owned() });
                return None;
            }
        };
        Some(Expression { kind, type_ref: type_ref(node), at: node.id() })
    }

    fn literal(&mut self, node: Xml<'_, '_>) -> Option<Kind> {
        self.expression_language(node);
        if child(node, "importedValues").is_some() {
            self.problem(node, ProblemKind::Unsupported { element: "importedValues".to_owned() });
            return None;
        }
        let text = text_of(node);
        if text.is_none() {
            self.missing(node, "text");
        }
        text.map(Kind::Literal)
    }

    fn context(&mut self, node: Xml<'_, '_>) -> Kind {
        let mut entries: Vec<Entry> = Vec::new();
        for entry in children(node, "contextEntry") {
            let variable = child(entry, "variable").map(|variable| self.parameter(variable));
            if let Some(expression) = self.needed_expression(entry) {
                entries.push(Entry { variable, expression });
            }
        }
        let results = entries.iter().rev().skip(1).any(|entry| entry.variable.is_none());
        if results {
            self.missing(node, "variable");
        }
        Kind::Context(entries)
    }

    fn parameter(&mut self, node: Xml<'_, '_>) -> Parameter {
        Parameter { name: self.required(node, "name"), type_ref: type_ref(node), at: node.id() }
    }

    fn invocation(&mut self, node: Xml<'_, '_>) -> Option<Kind> {
        let callee = child(node, "literalExpression").and_then(text_of);
        let mut bindings = Vec::new();
        for binding in children(node, "binding") {
            let Some(parameter) = child(binding, "parameter") else {
                self.missing(binding, "parameter");
                continue;
            };
            let parameter = self.parameter(parameter);
            if let Some(expression) = self.needed_expression(binding) {
                bindings.push((parameter, expression));
            }
        }
        if callee.is_none() {
            self.missing(node, "literalExpression");
        }
        Some(Kind::Invocation { callee: callee?, bindings })
    }

    fn all(&mut self, node: Xml<'_, '_>) -> Vec<Expression> {
        let found: Vec<_> = elements(node).filter(is_expression).collect();
        found.into_iter().filter_map(|inner| self.expression(inner)).collect()
    }

    fn relation(&mut self, node: Xml<'_, '_>) -> Kind {
        let columns: Vec<Parameter> =
            children(node, "column").map(|column| self.parameter(column)).collect();
        let mut rows = Vec::new();
        for (row, number) in children(node, "row").zip(1..) {
            let cells = self.all(row);
            if cells.len() != columns.len() {
                let (found, wanted) = (cells.len(), columns.len());
                let kind = ProblemKind::Arity { rule: number, what: "cells", found, wanted };
                self.problem(row, kind);
            }
            rows.push(cells);
        }
        Kind::Relation { columns, rows }
    }

    /// A function definition, also as the logic of a business knowledge model.
    pub(super) fn function(&mut self, node: Xml<'_, '_>) -> Option<Expression> {
        if let Some(kind) = optional(node, "kind").filter(|kind| kind != "FEEL") {
            let element = format!("function of kind {kind}");
            self.problem(node, ProblemKind::Unsupported { element });
            return None;
        }
        let parameters =
            children(node, "formalParameter").map(|found| self.parameter(found)).collect();
        let body = Box::new(self.needed_expression(node)?);
        let kind = Kind::Function { parameters, body };
        Some(Expression { kind, type_ref: type_ref(node), at: node.id() })
    }

    fn conditional(&mut self, node: Xml<'_, '_>) -> Option<Kind> {
        let condition = self.needed_within(node, "if");
        let then = self.needed_within(node, "then");
        let otherwise = self.needed_within(node, "else");
        Some(Kind::Conditional {
            condition: Box::new(condition?),
            then: Box::new(then?),
            otherwise: Box::new(otherwise?),
        })
    }
}
