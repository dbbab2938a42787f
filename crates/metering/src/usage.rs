//! Usage records: who did how much of what, for whom.

use base::{BodyId, CaseId, Channel, Role, ServiceId};
use serde::{Deserialize, Serialize};

/// The most that one record may state, in its kind's unit.
pub const MAX_QUANTITY: u64 = 1_000_000_000_000;

/// A kind of work, with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum UsageKind {
    /// Time of staff; the quantity is hundredths of a minute.
    StaffTime {
        /// In which role.
        role: Role,
    },
    /// Contacts with people.
    Contact {
        /// Through which channel.
        channel: Channel,
    },
    /// Commands decided and committed.
    Command,
    /// Calls to a back office, every attempt counted.
    ConnectorCall,
    /// Messages to people.
    Message,
    /// Questions to another body.
    Question,
    /// Cases hosted.
    HostedCase,
}

/// One record of use. Records of one line may come in any order and in any number of parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// The case.
    pub case: CaseId,
    /// The service.
    pub service: ServiceId,
    /// The channel by which the request was received, whatever was used later.
    pub channel: Channel,
    /// The body that did the work; its rate card applies.
    pub provider: BodyId,
    /// The body for whose resident it was done, and who bears the cost.
    pub owner: BodyId,
    /// What was done.
    pub kind: UsageKind,
    /// How much, in the unit of the kind.
    pub quantity: u64,
}
