//! What mining is told: one observation an event, without any personal value.

use base::{CaseId, Measure, Timestamp};
use serde::{Deserialize, Serialize};

/// An event of a case, as measures see it. A case's observations come in journal order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// The case.
    pub case: CaseId,
    /// When.
    pub at: Timestamp,
    /// What was worked on: an element of the process, or an event's name.
    pub activity: String,
    /// Which piece of that work, where one case may have several at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<u32>,
    /// Who acted, where the work stands, why a person was needed, what it took.
    pub measure: Measure,
    /// What it means for the request, where it means something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<Fact>,
}

/// What an event means for the request as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    /// The request was received; what came before is entry.
    Received,
    /// It asks for what an open request already asks for, and was joined to that.
    Joined {
        /// The open request.
        to: CaseId,
    },
    /// The back office confirmed the outcome.
    Confirmed,
    /// A rule refused it.
    RefusedByRule {
        /// The rule's ground, by its key.
        ground: String,
    },
    /// It was closed in another way: by a person's decision, or without a confirmation.
    Closed,
    /// The requester withdrew it, or it was given up.
    Abandoned,
    /// Somebody asked what had become of it.
    Chased,
    /// It was opened again.
    Reopened,
    /// The requester said that the outcome is not right.
    NotRight,
}
