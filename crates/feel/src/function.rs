//! Function: a value that can be called: one of the language, one written in FEEL, or one of the
//! host.

use std::sync::Arc;

use crate::ast::Lambda;
use crate::budget::Budget;
use crate::builtins::Builtin;
use crate::environment::Environment;
use crate::error::{EvalError, TooDeep};
use crate::value::{Value, extent};

/// A function supplied by the host, as a business knowledge model or a decision service.
///
/// It charges its work to the budget that it is given.
pub trait Native: Send + Sync {
    /// The names of its parameters in order.
    fn parameters(&self) -> &[Arc<str>];

    /// Its result; `arguments` are as many as the parameters.
    fn call(
        &self,
        arguments: &[Value],
        environment: &Arc<Environment>,
        budget: &mut Budget,
    ) -> Result<Value, EvalError>;
}

/// A function value. Cloning shares it.
#[derive(Clone)]
pub struct Function(pub(crate) Kind);

#[derive(Clone)]
pub(crate) enum Kind {
    Builtin(&'static Builtin),
    Closure(Arc<Closure>),
    Native(Arc<dyn Native>),
}

/// A function written in FEEL with what it took along from where it was made.
pub(crate) struct Closure {
    pub lambda: Arc<Lambda>,
    pub captured: Vec<Value>,
    depth: u32,
}

impl Closure {
    pub(crate) fn new(lambda: Arc<Lambda>, captured: Vec<Value>) -> Result<Self, TooDeep> {
        let (depth, _) = extent(captured.iter())?;
        Ok(Self { lambda, captured, depth })
    }
}

impl Function {
    /// A function of the host.
    pub fn native(native: Arc<dyn Native>) -> Self {
        Self(Kind::Native(native))
    }

    pub(crate) fn builtin(builtin: &'static Builtin) -> Self {
        Self(Kind::Builtin(builtin))
    }

    pub(crate) fn closure(closure: Closure) -> Self {
        Self(Kind::Closure(Arc::new(closure)))
    }

    /// Whether it can be called with this many arguments.
    pub fn takes(&self, count: usize) -> bool {
        match &self.0 {
            Kind::Builtin(builtin) => builtin.takes(count),
            Kind::Closure(closure) => closure.lambda.parameters.len() == count,
            Kind::Native(native) => native.parameters().len() == count,
        }
    }

    pub(crate) fn depth(&self) -> u32 {
        match &self.0 {
            Kind::Builtin(_) | Kind::Native(_) => 1,
            Kind::Closure(closure) => closure.depth,
        }
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Builtin(builtin) => write!(formatter, "Function({})", builtin.name),
            Kind::Closure(closure) => {
                let names: Vec<_> =
                    closure.lambda.parameters.iter().map(|(name, _)| name).collect();
                write!(formatter, "Function({names:?})")
            }
            Kind::Native(native) => write!(formatter, "Function({:?})", native.parameters()),
        }
    }
}

/// A function is equal to itself alone.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kind::Builtin(left), Kind::Builtin(right)) => std::ptr::eq(*left, *right),
            (Kind::Closure(left), Kind::Closure(right)) => Arc::ptr_eq(left, right),
            (Kind::Native(left), Kind::Native(right)) => Arc::ptr_eq(left, right),
            _ => false,
        }
    }
}
