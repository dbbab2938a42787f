//! Expressions of a model, compiled once: which names each reads, and its value in a scope.
//!
//! Processes do not declare their variables. A name that nobody has set is null, as in Camunda 8;
//! so every unknown name that the reader of expressions meets is taken for a variable.

use std::sync::Arc;

use feel::{CompileError, Dialect, Extensions, Names, NullPolicy, Slot, Unknown};

/// Most variables that one expression may read.
const MAX_NAMES: usize = 200;

/// Unknown names are told, so that they can be added.
const DIALECT: Dialect = Dialect {
    unknown: Unknown::Refuse,
    extensions: Extensions::Camunda,
    nulls: NullPolicy::Standard,
};

/// Plain text, or a compiled expression.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Text taken as it is.
    Text(Arc<str>),
    /// An expression.
    Feel(Box<Compiled>),
}

/// A compiled expression with the variables that it reads.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub(crate) expression: feel::Expression,
    pub(crate) names: Names,
    pub(crate) reads: Vec<(Arc<str>, Slot)>,
}

/// Compiles a text; `known` are names that the model itself gives, which may hold spaces.
pub(crate) fn compile(text: &str, known: &Names) -> Result<Compiled, CompileError> {
    let mut names = known.clone();
    for _ in 0..MAX_NAMES {
        match feel::Expression::compile(text, &names, DIALECT) {
            Ok(expression) => {
                let read = expression.slots();
                let reads = names
                    .iter()
                    .filter(|(_, slot)| read.contains(slot))
                    .map(|(name, slot)| (Arc::from(name), slot))
                    .collect();
                return Ok(Compiled { expression, names, reads });
            }
            Err(CompileError::UnknownName { name, position }) => {
                if names.slot(&name).is_some() {
                    return Err(CompileError::UnknownName { name, position });
                }
                names.add(&name);
            }
            Err(
                error @ (CompileError::Syntax { .. }
                | CompileError::Unterminated { .. }
                | CompileError::InvalidLiteral { .. }
                | CompileError::Duplicate { .. }
                | CompileError::TooDeep { .. }
                | CompileError::TooLong { .. }),
            ) => return Err(error),
        }
    }
    Err(CompileError::TooLong { limit: MAX_NAMES, length: names.len() })
}
