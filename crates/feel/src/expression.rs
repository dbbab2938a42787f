//! Expression: a FEEL text, read and resolved.

use std::sync::Arc;

use crate::ast::{Node, Place};
use crate::budget::Budget;
use crate::dialect::{Dialect, NullPolicy};
use crate::environment::Scope;
use crate::error::{CompileError, EvalError};
use crate::evaluate::Machine;
use crate::names::{Names, Slot};
use crate::parse::Parser;
use crate::value::Value;

/// A compiled expression; cheap to clone, shared between threads.
#[derive(Debug, Clone)]
pub struct Expression(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    node: Node,
    locals: u32,
    slots: Vec<Slot>,
    nulls: NullPolicy,
}

impl Expression {
    /// Reads a text against the names in scope.
    pub fn compile(text: &str, names: &Names, dialect: Dialect) -> Result<Self, CompileError> {
        let read = || {
            let mut parser = Parser::new(text, names, dialect)?;
            let node = parser.whole()?;
            Ok((node, parser.into_usage()))
        };
        let (node, (locals, slots)) = read().map_err(|error: Box<CompileError>| *error)?;
        Ok(Self(Arc::new(Compiled { node, locals, slots, nulls: dialect.nulls })))
    }

    /// Its value in a scope made for the same names.
    pub fn evaluate(&self, scope: &Scope, budget: &mut Budget) -> Result<Value, EvalError> {
        let compiled = &*self.0;
        Machine::run(scope, budget, compiled.nulls, |machine| {
            machine.reserve(compiled.locals)?;
            machine.evaluate(&compiled.node)
        })
    }

    /// The slot whose value it is, where it is a name alone.
    pub fn as_variable(&self) -> Option<Slot> {
        if let Node::Variable(Place::Global(slot)) = &self.0.node {
            Some(Slot(*slot))
        } else {
            None
        }
    }

    /// The slots that it reads, in ascending order.
    pub fn slots(&self) -> &[Slot] {
        &self.0.slots
    }
}
