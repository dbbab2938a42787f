//! Environment: all that a decision may know beside the case, the command and the clock.

use base::Digest;

use crate::limits;

/// What runtime hands in with each command.
pub struct Environment<'a> {
    /// Element steps that are left; a command stops when they are used up.
    pub steps: u32,
    /// The bounds of each evaluation of an expression.
    pub expression_limits: feel::Limits,
    /// The zone of civil dates and of calendar arithmetic, such as `Europe/London`.
    pub zone: &'a str,
    /// The body's blind index of a correlation key: message name and key to digest.
    pub blind: &'a dyn Fn(&str, &str) -> Digest,
}

impl<'a> Environment<'a> {
    /// The usual bounds, in the zone of the United Kingdom.
    pub fn new(blind: &'a dyn Fn(&str, &str) -> Digest) -> Self {
        Self {
            steps: limits::MAX_STEPS,
            expression_limits: feel::Limits::STANDARD,
            zone: "Europe/London",
            blind,
        }
    }
}

impl std::fmt::Debug for Environment<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Environment")
            .field("steps", &self.steps)
            .field("zone", &self.zone)
            .finish_non_exhaustive()
    }
}
