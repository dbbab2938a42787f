//! Calls and function definitions.

use std::sync::Arc;

use super::{Parsed, Parser};
use crate::ast::{Arguments, Lambda, Node};
use crate::builtins::Builtin;
use crate::error::CompileError;
use crate::value::Value;

impl Parser<'_> {
    /// A call of a function of the language; its name was read.
    pub(super) fn call(&mut self, builtin: &'static Builtin) -> Parsed<Node> {
        self.expect("(")?;
        let arguments = match self.arguments()? {
            Arguments::Positional(arguments) => arguments,
            Arguments::Named(named) => match builtin.in_order(named) {
                Some(arguments) => arguments,
                None => return Ok(Node::Constant(Value::Null)),
            },
        };
        Ok(Node::Call(builtin, arguments))
    }

    /// Arguments up to the closing bracket; the opening one was read.
    pub(super) fn arguments(&mut self) -> Parsed<Arguments> {
        if self.take(")")? {
            return Ok(Arguments::Positional(Vec::new()));
        }
        if let Some(name) = self.argument_name()? {
            return self.named_arguments(name);
        }
        let mut arguments = vec![self.expression()?];
        while self.take(",")? {
            arguments.push(self.expression()?);
        }
        self.expect(")")?;
        Ok(Arguments::Positional(arguments))
    }

    /// The name of a named argument with its colon, if that is what stands next.
    fn argument_name(&mut self) -> Parsed<Option<Arc<str>>> {
        let start = self.at;
        if self.next_word()?.is_empty() {
            return Ok(None);
        }
        let name = self.declared_name(&[":", ",", ")"])?;
        if self.take(":")? {
            return Ok(Some(name.into()));
        }
        self.at = start;
        Ok(None)
    }

    fn named_arguments(&mut self, first: Arc<str>) -> Parsed<Arguments> {
        let mut seen = std::collections::BTreeSet::from([Arc::clone(&first)]);
        let mut arguments = vec![(first, self.expression()?)];
        while self.take(",")? {
            let start = self.at;
            let Some(name) = self.argument_name()? else {
                return self.expected("a named argument");
            };
            if !seen.insert(Arc::clone(&name)) {
                let position = self.position(start);
                let name = (*name).to_owned();
                return Err(Box::new(CompileError::Duplicate { name, position }));
            }
            arguments.push((name, self.expression()?));
        }
        self.expect(")")?;
        Ok(Arguments::Named(arguments))
    }

    /// A function definition; the word `function` was read. `own_name` is the name by which it can
    /// call itself.
    pub(super) fn function(&mut self, own_name: Option<&Arc<str>>) -> Parsed<Node> {
        self.enter()?;
        self.expect("(")?;
        self.frames.open_function();
        self.frames.open_block();
        let parameters = self.parameters()?;
        let itself = own_name
            .filter(|own| !parameters.iter().any(|(name, _)| name == *own))
            .map(|own| self.frames.declare(own));
        let external = self.take_word("external")?;
        let body = self.expression()?;
        self.frames.close_block();
        let closed = self.frames.close_function();
        self.depth -= 1;
        if external {
            // Code of another language is never run.
            return Ok(Node::Constant(Value::Null));
        }
        Ok(Node::Function(Arc::new(Lambda {
            parameters,
            frame: closed.locals,
            captures: closed.captures,
            itself,
            body,
            nulls: self.dialect.nulls,
        })))
    }

    fn parameters(&mut self) -> Parsed<Vec<(Arc<str>, Option<crate::types::Type>)>> {
        let mut parameters: Vec<(Arc<str>, _)> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        while !self.take(")")? {
            if !parameters.is_empty() {
                self.expect(",")?;
            }
            let start = self.at;
            let name: Arc<str> = self.declared_name(&[":", ",", ")"])?.into();
            if !seen.insert(Arc::clone(&name)) {
                let position = self.position(start);
                let name = (*name).to_owned();
                return Err(Box::new(CompileError::Duplicate { name, position }));
            }
            let declared = if self.take(":")? { Some(self.type_name()?) } else { None };
            self.frames.declare(&name);
            parameters.push((name, declared));
        }
        Ok(parameters)
    }
}
