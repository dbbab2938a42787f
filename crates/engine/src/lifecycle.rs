//! The lifecycle of an element instance, and the one table of its legal changes.

/// Where an element instance stands. One that is done or ended is gone.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ElementState {
    /// A token has arrived; nothing is done yet.
    Ready,
    /// It waits: for a worker, a person, a time, a message, its inside or other tokens.
    Active,
    /// Its own work is done; output mappings and the way out are left.
    Completing,
    /// Output mappings are applied; the way out is left.
    Leaving,
}

/// Whether an element instance may go from one state (none before it exists) to another (none once gone).
pub const fn is_legal(from: Option<ElementState>, to: Option<ElementState>) -> bool {
    use ElementState::{Active, Completing, Leaving, Ready};
    let begins = matches!(to, Some(Ready | Active));
    match from {
        // A process and an event on a border begin as waiting, all else with a token.
        None => begins,
        // From there every way is open: to wait, to be done, to fail on the way out, to be gone. A waiting
        // join becomes ready by its last token.
        Some(Ready | Active) => true,
        // What is done does not begin again.
        Some(Completing | Leaving) => !begins,
    }
}
