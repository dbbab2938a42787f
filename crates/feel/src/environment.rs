//! Environment and scope: all that an evaluation may know of the world.
//!
//! The clock, the zone and the source of random numbers are handed in. Without them `now()` and
//! `uuid()` are typed errors, so that a result can always be replayed.

use std::sync::Arc;

use crate::context::Context;
use crate::names::{Names, Slot};
use crate::temporal::{DateTime, Zone};
use crate::value::Value;

/// A source of random bits for `uuid()` and `random number()`, of the Camunda dialect.
pub trait Entropy: Send + Sync {
    /// The next 128 bits.
    fn next_bits(&self) -> u128;
}

/// What an evaluation may know beside its variables.
#[derive(Clone, Default)]
pub struct Environment {
    /// What `now()` gives, in the zone that it is given in; `today()` is its date.
    pub now: Option<DateTime>,
    /// The zone in which a local date and time is read where it is compared with a zoned one. `None`,
    /// as in the standard: it is not equal to a zoned one, and their order is null.
    pub zone: Option<Zone>,
    /// Random bits.
    pub entropy: Option<Arc<dyn Entropy>>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Environment")
            .field("now", &self.now)
            .field("zone", &self.zone)
            .field("entropy", &self.entropy.is_some())
            .finish()
    }
}

/// The values of the names in scope, by slot.
#[derive(Debug, Clone)]
pub struct Scope {
    values: Vec<Value>,
    environment: Arc<Environment>,
}

impl Scope {
    /// A scope for these names, every value null.
    pub fn new(names: &Names, environment: Arc<Environment>) -> Self {
        Self { values: vec![Value::Null; names.len()], environment }
    }

    /// A scope for these names, filled from the members of a context; the others are null.
    pub fn from_context(names: &Names, context: &Context, environment: Arc<Environment>) -> Self {
        let mut scope = Self::new(names, environment);
        for (name, slot) in names.iter() {
            if let Some(value) = context.get(name) {
                scope.set(slot, value.clone());
            }
        }
        scope
    }

    /// Gives a variable its value. A slot beyond the names that the scope was made for makes room.
    #[inline]
    pub fn set(&mut self, slot: Slot, value: Value) {
        if let Some(place) = self.values.get_mut(slot.index()) {
            *place = value;
        } else {
            self.values.resize(slot.index(), Value::Null);
            self.values.push(value);
        }
    }

    /// A variable's value; `None` where the scope was made for other names.
    #[inline]
    pub fn get(&self, slot: Slot) -> Option<&Value> {
        self.values.get(slot.index())
    }

    /// What the evaluation may know beside the variables.
    pub fn environment(&self) -> &Arc<Environment> {
        &self.environment
    }
}
