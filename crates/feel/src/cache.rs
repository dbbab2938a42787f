//! Cache: compiled expressions by text, names and dialect, bounded.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::dialect::Dialect;
use crate::error::CompileError;
use crate::expression::Expression;
use crate::names::Names;

/// Compiled expressions by text, names and dialect. When full it is emptied, which keeps it simple
/// and its order of use out of every result.
#[derive(Debug, Default)]
pub struct Cache {
    capacity: usize,
    entries: BTreeMap<(Arc<Names>, Dialect), BTreeMap<Arc<str>, Expression>>,
    count: usize,
}

impl Cache {
    /// A cache of at most this many expressions.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, ..Self::default() }
    }

    /// The compiled expression, from the cache or compiled now.
    pub fn compile(
        &mut self,
        text: &str,
        names: &Arc<Names>,
        dialect: Dialect,
    ) -> Result<Expression, CompileError> {
        let key = (Arc::clone(names), dialect);
        if let Some(found) = self.entries.get(&key).and_then(|texts| texts.get(text)) {
            return Ok(found.clone());
        }
        let expression = Expression::compile(text, names, dialect)?;
        if self.count >= self.capacity {
            self.entries.clear();
            self.count = 0;
        }
        if self.capacity > 0 {
            self.entries.entry(key).or_default().insert(text.into(), expression.clone());
            self.count += 1;
        }
        Ok(expression)
    }

    /// How many expressions it holds.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}
