//! The bounds of one case. Reaching one gives an incident or a rejection, never a crash.

/// Element steps that one command may take before it writes `Continued` (DESIGN L8).
pub const MAX_STEPS: u32 = 1_000;
/// How often a case may continue, or pass a job that no worker is asked for, without once waiting for
/// anything outside; then its elements get an incident.
pub const MAX_CONTINUED: u32 = 100;
/// Most element instances alive in a case.
pub const MAX_ELEMENTS: usize = 10_000;
/// Most bytes of variables in a case, names included.
pub const MAX_VARIABLE_BYTES: usize = 4 * 1024 * 1024;
/// Most bytes of variables that one command may bring.
pub const MAX_COMMAND_BYTES: usize = 1024 * 1024;
/// How deep processes may call each other.
pub const MAX_CALL_DEPTH: usize = 30;
/// Message ids that a subscription remembers, to notice a second delivery.
pub const MAX_REMEMBERED_MESSAGES: usize = 16;
/// Longest code or detail kept of a fault, in bytes.
pub const MAX_CODE_BYTES: usize = 200;
/// Most tries that a job may have.
pub const MAX_RETRIES: u32 = 1_000;
