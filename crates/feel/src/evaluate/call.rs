//! Calls: of the language's functions, of closures and of the host's functions.

use std::sync::Arc;

use super::{Evaluated, Machine};
use crate::ast::{Arguments, Lambda, Node};
use crate::builtins::{Body, Builtin};
use crate::error::EvalError;
use crate::function::{Closure, Function, Kind};
use crate::value::Value;

/// Arguments of a call, evaluated.
enum Given {
    Positional(Vec<Value>),
    Named(Vec<(Arc<str>, Value)>),
}

impl Given {
    /// In the order of the parameters; `None` if they do not fit.
    fn in_order<'n>(self, names: impl ExactSizeIterator<Item = &'n str>) -> Option<Vec<Value>> {
        match self {
            Self::Positional(values) => (values.len() == names.len()).then_some(values),
            Self::Named(mut given) => {
                if given.len() != names.len() {
                    return None;
                }
                let take = |name: &str| {
                    let place = given.iter().position(|(given, _)| &**given == name)?;
                    Some(given.swap_remove(place).1)
                };
                names.map(take).collect()
            }
        }
    }
}

impl Machine<'_> {
    pub(super) fn closure(&mut self, lambda: &Arc<Lambda>) -> Evaluated {
        self.charge_values(lambda.captures.len().saturating_add(1))?;
        let captured = lambda.captures.iter().map(|(place, _)| self.variable(*place));
        let captured = captured.collect::<Result<Vec<_>, _>>()?;
        let closure = Closure::new(Arc::clone(lambda), captured)?;
        Ok(Value::Function(Function::closure(closure)))
    }

    pub(super) fn call_builtin(&mut self, builtin: &Builtin, arguments: &[Node]) -> Evaluated {
        let values = self.values(arguments)?;
        self.run_builtin(builtin, &values)
    }

    fn values(&mut self, nodes: &[Node]) -> Result<Vec<Value>, EvalError> {
        self.charge_values(nodes.len())?;
        let mut values = Vec::with_capacity(nodes.len());
        for node in nodes {
            values.push(self.evaluate(node)?);
        }
        Ok(values)
    }

    fn run_builtin(&mut self, builtin: &Builtin, values: &[Value]) -> Evaluated {
        if !builtin.takes(values.len()) {
            return Ok(Value::Null);
        }
        self.budget.charge_steps(builtin.cost(values))?;
        let result = match builtin.body {
            Body::Pure(body) => body(values),
            Body::Machine(body) => body(self, values)?,
        };
        let result = result.unwrap_or_default();
        if let Value::String(text) = &result {
            self.budget.charge_memory(u64::try_from(text.len()).unwrap_or(u64::MAX))?;
        }
        Ok(result)
    }

    pub(super) fn invoke(
        &mut self,
        target: &Value,
        arguments: &Arguments,
        fallback: Option<&'static Builtin>,
    ) -> Evaluated {
        let given = match arguments {
            Arguments::Positional(nodes) => Given::Positional(self.values(nodes)?),
            Arguments::Named(named) => {
                let mut values = Vec::with_capacity(named.len());
                for (name, node) in named {
                    values.push((Arc::clone(name), self.evaluate(node)?));
                }
                Given::Named(values)
            }
        };
        match (target, fallback) {
            (Value::Function(function), _) => self.call_given(function, given),
            (_, Some(builtin)) => self.call_given(&Function::builtin(builtin), given),
            (_, None) => Ok(Value::Null),
        }
    }

    fn call_given(&mut self, function: &Function, given: Given) -> Evaluated {
        let ordered = match &function.0 {
            Kind::Builtin(builtin) => match given {
                Given::Positional(values) => Some(values),
                Given::Named(named) => builtin.values_in_order(named),
            },
            Kind::Closure(closure) => {
                given.in_order(closure.lambda.parameters.iter().map(|(name, _)| &**name))
            }
            Kind::Native(native) => given.in_order(native.parameters().iter().map(|name| &**name)),
        };
        let Some(values) = ordered else { return Ok(Value::Null) };
        self.call(function, values)
    }

    /// Calls a function; with arguments that do not fit the result is null.
    pub(crate) fn call(&mut self, function: &Function, arguments: Vec<Value>) -> Evaluated {
        if !function.takes(arguments.len()) {
            return Ok(Value::Null);
        }
        self.budget.enter()?;
        let result = match &function.0 {
            Kind::Builtin(builtin) => self.run_builtin(builtin, &arguments),
            Kind::Closure(closure) => self.run_closure(function, closure, arguments),
            Kind::Native(native) => native.call(&arguments, self.environment(), self.budget),
        }?;
        self.budget.leave();
        Ok(result)
    }

    fn run_closure(
        &mut self,
        function: &Function,
        closure: &Closure,
        arguments: Vec<Value>,
    ) -> Evaluated {
        let lambda = &*closure.lambda;
        let caller = (self.base, self.nulls);
        self.base = self.locals.len();
        self.nulls = lambda.nulls;
        self.reserve(lambda.frame)?;
        for ((local, argument), (_, named)) in (0u32..).zip(arguments).zip(&lambda.parameters) {
            let argument = match named {
                Some(named) => {
                    self.budget.charge_steps(argument.size())?;
                    named.coerce(argument)
                }
                None => argument,
            };
            self.set_local(local, argument);
        }
        for ((_, local), value) in lambda.captures.iter().zip(&closure.captured) {
            self.set_local(*local, value.clone());
        }
        if let Some(itself) = lambda.itself {
            self.set_local(itself, Value::Function(function.clone()));
        }
        let result = self.evaluate(&lambda.body)?;
        self.locals.truncate(self.base);
        (self.base, self.nulls) = caller;
        Ok(result)
    }
}
