//! Budget: how much one evaluation may do before it is stopped with a typed error.
//!
//! Steps count work, memory counts the bytes of values built (not those alive), depth counts
//! nested calls and expressions. Every loop of the evaluator and of the functions charges here,
//! so that no expression can hold a thread for longer than its steps allow.

use crate::error::BudgetExceeded;

/// The bounds of one evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps: about one per operator, list item or 16 bytes of text touched.
    pub steps: u64,
    /// Bytes of values built.
    pub memory: u64,
    /// Nested calls and expressions.
    pub depth: u32,
}

impl Limits {
    /// Enough for any honest expression: half a million steps, 64 MiB and a depth that fits a
    /// thread's stack of two megabytes in an unoptimised build.
    pub const STANDARD: Self = Self { steps: 500_000, memory: 64 * 1024 * 1024, depth: 300 };
}

/// What is left of an evaluation's [`Limits`]. One budget may serve several evaluations in turn,
/// which then share it.
#[derive(Debug, Clone)]
pub struct Budget {
    limits: Limits,
    steps: u64,
    memory: u64,
    depth: u32,
}

impl Budget {
    /// A fresh budget.
    pub fn new(limits: Limits) -> Self {
        Self { limits, steps: 0, memory: 0, depth: 0 }
    }

    /// The bounds that it began with.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Steps charged so far.
    pub fn steps_used(&self) -> u64 {
        self.steps
    }

    /// Bytes charged so far.
    pub fn memory_used(&self) -> u64 {
        self.memory
    }

    /// Charges work.
    #[inline]
    pub fn charge_steps(&mut self, steps: u64) -> Result<(), BudgetExceeded> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > self.limits.steps {
            return Err(BudgetExceeded::Steps { limit: self.limits.steps });
        }
        Ok(())
    }

    /// Charges bytes of values, before they are built.
    #[inline]
    pub fn charge_memory(&mut self, bytes: u64) -> Result<(), BudgetExceeded> {
        self.memory = self.memory.saturating_add(bytes);
        if self.memory > self.limits.memory {
            return Err(BudgetExceeded::Memory { limit: self.limits.memory });
        }
        Ok(())
    }

    /// Goes one level deeper; every success is answered by one [`Budget::leave`].
    #[inline]
    pub fn enter(&mut self) -> Result<(), BudgetExceeded> {
        if self.depth >= self.limits.depth {
            return Err(BudgetExceeded::Depth { limit: self.limits.depth });
        }
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    /// Comes back to a level, after an error has left deeper ones open.
    pub(crate) fn return_to(&mut self, depth: u32) {
        self.depth = depth;
    }

    /// Comes back one level.
    #[inline]
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Limits::STANDARD)
    }
}
