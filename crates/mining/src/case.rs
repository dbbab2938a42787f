//! One case's measures, folded from its observations as they come.
//!
//! The definitions of DESIGN section 7, once:
//!
//! - **Straight-through**: the back office confirmed the outcome, or a rule refused
//!   the request with its ground; no member of staff acted after receipt; nobody
//!   chased it, reopened it or said it was not right. It is *provisional* until 28
//!   days have passed since the outcome, and counted meanwhile. What happens later
//!   than that no longer changes the heading.
//! - **Touch**: an act of staff after receipt, with its reason. The agent who enters a
//!   call (the request itself, a chase, a "not right", a duplicate) is not a touch. A
//!   piece of work counts once, when it is completed; work in hand already means that
//!   a person was needed.
//! - **Re-keyed fields**: every value typed that the requester or a body had already
//!   given, entry included.
//! - **Time to outcome**: from receipt to the latest outcome. A withdrawal is none.

use std::collections::BTreeMap;

use base::{Actor, Channel, Lifecycle, Role, Timestamp, TouchReason};
use serde::{Deserialize, Serialize};

use crate::{Fact, Observation};

/// How long an outcome is provisional: 28 days.
pub const PROVISIONAL_MS: i64 = 28 * 86_400_000;

/// How a request ended, so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// The back office confirmed it.
    Confirmed,
    /// A rule refused it.
    RefusedByRule {
        /// The ground's key.
        ground: String,
    },
    /// It was closed in another way.
    Closed,
    /// It was withdrawn or given up.
    Abandoned,
}

/// What makes a request straight-through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThroughBy {
    /// The back office's confirmation.
    Confirmation,
    /// A rule's refusal.
    Refusal,
}

/// The one heading under which a case is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// Not received yet: no request.
    NotReceived,
    /// A duplicate that was joined to an open request: no request of its own.
    Joined,
    /// Straight through.
    StraightThrough {
        /// What makes it so.
        by: ThroughBy,
        /// Whether the 28 days are still running.
        provisional: bool,
    },
    /// Still open.
    Open,
    /// Withdrawn or given up.
    Abandoned,
    /// A person was needed.
    Touched,
    /// Chased, reopened, or said to be not right.
    Disturbed,
    /// Closed without the back office's confirmation.
    Unconfirmed,
}

/// What is measured of one case. It holds nothing personal and can be kept beside the case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaseMeasure {
    /// When the request was received.
    pub received_at: Option<Timestamp>,
    /// The channel of receipt.
    pub channel: Option<Channel>,
    /// Whether it was joined to an open request.
    pub joined: bool,
    /// The latest outcome; none again after a reopening.
    pub outcome: Option<Outcome>,
    /// When that was.
    pub outcome_at: Option<Timestamp>,
    /// Acts of staff after receipt, by reason.
    pub touches: BTreeMap<TouchReason, u32>,
    /// Acts of staff after receipt for which no reason was recorded.
    pub touches_without_reason: u32,
    /// Whether a person was needed before the outcome was settled.
    pub person_needed: bool,
    /// Whether somebody chased it, reopened it or called it not right before it was settled.
    pub disturbed: bool,
    /// How often that happened, whenever.
    pub disturbances: u32,
    /// Values typed again.
    pub rekeyed_fields: u32,
    /// Staff time in hundredths of a minute, entry included.
    pub staff_centiminutes: u64,
}

impl CaseMeasure {
    /// Adds the next observation of the case.
    pub fn observe(&mut self, observation: &Observation) {
        let measure = &observation.measure;
        self.rekeyed_fields = self.rekeyed_fields.saturating_add(measure.rekeyed_fields);
        self.staff_centiminutes =
            self.staff_centiminutes.saturating_add(u64::from(measure.staff_centiminutes));
        let settled = self.is_settled(observation.at);
        if self.received_at.is_some() && !is_entry(observation) {
            self.observe_touch(observation, settled);
        }
        if let Some(fact) = &observation.fact {
            self.observe_fact(fact, observation, settled);
        }
    }

    /// The heading under which the case is counted at `now`.
    pub fn heading(&self, now: Timestamp) -> Heading {
        if self.received_at.is_none() {
            return Heading::NotReceived;
        }
        if self.joined {
            return Heading::Joined;
        }
        let by = match &self.outcome {
            None => return Heading::Open,
            Some(Outcome::Abandoned) => return Heading::Abandoned,
            Some(Outcome::Confirmed) => Some(ThroughBy::Confirmation),
            Some(Outcome::RefusedByRule { .. }) => Some(ThroughBy::Refusal),
            Some(Outcome::Closed) => None,
        };
        if self.person_needed {
            return Heading::Touched;
        }
        if self.disturbed {
            return Heading::Disturbed;
        }
        let provisional = !self.is_settled(now);
        by.map_or(Heading::Unconfirmed, |by| Heading::StraightThrough { by, provisional })
    }

    /// Milliseconds from receipt to outcome; `None` while there is none, or when it was
    /// withdrawn or joined.
    pub fn time_to_outcome_ms(&self) -> Option<i64> {
        let ended = match &self.outcome {
            Some(Outcome::Confirmed | Outcome::RefusedByRule { .. } | Outcome::Closed) => {
                !self.joined
            }
            Some(Outcome::Abandoned) | None => false,
        };
        let (from, to) = self.received_at.zip(self.outcome_at.filter(|_| ended))?;
        Some(to.millis_since(from).max(0))
    }

    fn is_settled(&self, at: Timestamp) -> bool {
        self.outcome_at.is_some_and(|outcome_at| at.millis_since(outcome_at) >= PROVISIONAL_MS)
    }

    fn observe_touch(&mut self, observation: &Observation, settled: bool) {
        let measure = &observation.measure;
        let Actor::Staff(_) = measure.actor else { return };
        self.person_needed |= !settled;
        let completed = match measure.lifecycle {
            Some(Lifecycle::Completed) | None => true,
            Some(Lifecycle::Enabled | Lifecycle::Started) => false,
        };
        if completed {
            let count = match measure.touch {
                Some(reason) => self.touches.entry(reason).or_default(),
                None => &mut self.touches_without_reason,
            };
            *count = count.saturating_add(1);
        }
    }

    fn observe_fact(&mut self, fact: &Fact, observation: &Observation, settled: bool) {
        match fact {
            Fact::Received => {
                if self.received_at.is_none() {
                    self.received_at = Some(observation.at);
                    self.channel = observation.measure.channel;
                }
            }
            Fact::Joined { .. } => self.joined = true,
            Fact::Confirmed => self.ended(Outcome::Confirmed, observation.at, settled),
            Fact::RefusedByRule { ground } => {
                let refused = Outcome::RefusedByRule { ground: ground.clone() };
                self.ended(refused, observation.at, settled);
            }
            Fact::Closed => self.ended(Outcome::Closed, observation.at, settled),
            Fact::Abandoned => self.ended(Outcome::Abandoned, observation.at, settled),
            Fact::Chased | Fact::NotRight => self.disturb(settled),
            Fact::Reopened => {
                self.disturb(settled);
                if !settled {
                    (self.outcome, self.outcome_at) = (None, None);
                }
            }
        }
    }

    fn ended(&mut self, outcome: Outcome, at: Timestamp, settled: bool) {
        if !settled {
            (self.outcome, self.outcome_at) = (Some(outcome), Some(at));
        }
    }

    fn disturb(&mut self, settled: bool) {
        self.disturbances = self.disturbances.saturating_add(1);
        self.disturbed |= !settled;
    }
}

/// Whether it is an agent who enters what a caller says.
fn is_entry(observation: &Observation) -> bool {
    let by_agent = observation.measure.actor == Actor::Staff(Role::Agent);
    match &observation.fact {
        Some(Fact::Received) => true,
        Some(Fact::Chased | Fact::NotRight | Fact::Joined { .. }) => by_agent,
        Some(
            Fact::Confirmed
            | Fact::RefusedByRule { .. }
            | Fact::Closed
            | Fact::Abandoned
            | Fact::Reopened,
        )
        | None => false,
    }
}

#[cfg(test)]
mod tests;
