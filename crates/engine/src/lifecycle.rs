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
    match (from, to) {
        // A process and an event on a border begin as waiting; all else begins with a token.
        (None, Some(Ready | Active)) => true,
        (None, Some(Completing | Leaving) | None) => false,
        (Some(Ready), Some(_) | None) => true,
        // A waiting join becomes ready by its last token, a cycle timer stays active.
        (Some(Active), Some(Ready | Active | Completing) | None) => true,
        // A scope goes out straight after its inside has ended: `Active` to `Leaving` by incident.
        (Some(Active), Some(Leaving)) => true,
        (Some(Completing), Some(Completing | Leaving) | None) => true,
        (Some(Completing), Some(Ready | Active)) => false,
        (Some(Leaving), Some(Leaving | Completing) | None) => true,
        (Some(Leaving), Some(Ready | Active)) => false,
    }
}
