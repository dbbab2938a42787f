//! Effects: work on systems outside, opened in its event's commit and closed by its result's
//! (DESIGN L5, L6).
//!
//! An effect keeps its id through every attempt. How it is delivered is decided by
//! [`connectors::delivery`]; this file keeps where it stands.

use base::{
    EffectId, Field, JobType, KeyId, Party, Personal, SealError, Sealer, SystemId, Timestamp,
};
use connectors::Attempts;
use engine::ElementKey;

use crate::crossing::Sent;
use crate::record::EXCHANGE;

/// The name under which the address of a letter is sealed.
pub(crate) const LETTER_TO: Field<'static> = Field("message.letter_to");

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Work {
    /// A job of the process, by a back office.
    Job {
        /// The element instance that waits for it.
        element: ElementKey,
        /// The mapping's job type.
        job_type: JobType,
        /// The system.
        system: SystemId,
    },
    /// A message to the requester, by a template of the package.
    Message {
        /// The template.
        template: String,
        /// The address that the body holds, where the message always goes by letter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        letter_to: Option<Personal<String>>,
    },
    /// A question to another body, or a notice to it, through the gates.
    Cross {
        /// The element instance that waits for it.
        element: ElementKey,
        /// The other body, as it stands among systems.
        system: SystemId,
        /// What is asked or told.
        sent: Box<Sent>,
    },
    /// Forget a data key whose party was erased.
    Forget {
        /// The key.
        key: KeyId,
    },
}

impl Work {
    /// The system that does it.
    pub fn system(&self) -> Option<&SystemId> {
        match self {
            Self::Job { system, .. } | Self::Cross { system, .. } => Some(system),
            Self::Message { .. } | Self::Forget { .. } => None,
        }
    }
}

/// Where an effect stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is out, or goes out now.
    Out,
    /// It waits for its next attempt.
    Waiting {
        /// When.
        due: Timestamp,
    },
    /// Nobody knows whether it was done.
    Unclear,
    /// Attempts are over; somebody must mend the cause.
    Held,
}

/// An effect that is not over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// The effect, the same in every attempt.
    pub id: EffectId,
    /// What is to be done.
    pub work: Work,
    /// The attempts so far.
    pub attempts: Attempts,
    /// Where it stands.
    pub standing: Standing,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Where it stands among effects that are due at once, and from which its jitter is drawn: a
    /// function of what was asked, so that the order in which requests arrive changes nothing.
    pub place_in_line: u64,
    /// Why the last attempt did not settle it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The last exchange, as text for staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Personal<String>>,
    /// Whether nobody waits for it any more: what is heard of it is written down and not used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unwanted: bool,
}

/// What happens to an effect.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// It is to be done; at once when it is due at once.
    Opened {
        /// The effect.
        effect: EffectId,
        /// What is to be done.
        work: Work,
        /// Its place among effects that are due at once.
        place_in_line: u64,
        /// When it goes out first; at once when `None`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Timestamp>,
    },
    /// It goes out again.
    Out {
        /// The effect.
        effect: EffectId,
    },
    /// The attempt did not settle it; there will be another.
    Waited {
        /// The effect.
        effect: EffectId,
        /// The attempts so far.
        attempts: Attempts,
        /// When the next is due.
        due: Timestamp,
        /// Why.
        why: String,
        /// The exchange, sealed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exchange: Option<Personal<String>>,
    },
    /// A person must find out, or mend the cause.
    Stopped {
        /// The effect.
        effect: EffectId,
        /// The attempts so far.
        attempts: Attempts,
        /// Whether it is unknown if the work was done.
        unclear: bool,
        /// Why.
        why: String,
        /// The exchange, sealed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exchange: Option<Personal<String>>,
    },
    /// The system did it, or a person saw that it was done.
    Done {
        /// The effect.
        effect: EffectId,
    },
    /// The system refused, in a way that the process knows.
    Refused {
        /// The effect.
        effect: EffectId,
        /// The BPMN error code.
        code: String,
    },
    /// It is no longer wanted.
    Cancelled {
        /// The effect.
        effect: EffectId,
    },
    /// It is no longer wanted, and another body may have answered: what is heard is written down,
    /// and used for nothing.
    Unwanted {
        /// The effect.
        effect: EffectId,
    },
    /// A person asked for another round of attempts.
    Replayed {
        /// The effect.
        effect: EffectId,
    },
    /// A person found out that it was not done: it is sent again.
    NotDone {
        /// The effect.
        effect: EffectId,
    },
}

impl Event {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "effect.opened",
            Self::Out { .. } => "effect.out",
            Self::Waited { .. } => "effect.waited",
            Self::Stopped { .. } => "effect.stopped",
            Self::Done { .. } => "effect.done",
            Self::Refused { .. } => "effect.refused",
            Self::Cancelled { .. } => "effect.cancelled",
            Self::Unwanted { .. } => "effect.unwanted",
            Self::Replayed { .. } => "effect.replayed",
            Self::NotDone { .. } => "effect.not_done",
        }
    }

    /// The version of the event's form.
    pub const fn version(&self) -> u16 {
        1
    }

    /// The effect that it is about.
    pub const fn effect(&self) -> EffectId {
        match self {
            Self::Opened { effect, .. }
            | Self::Out { effect }
            | Self::Waited { effect, .. }
            | Self::Stopped { effect, .. }
            | Self::Done { effect }
            | Self::Refused { effect, .. }
            | Self::Cancelled { effect }
            | Self::Unwanted { effect }
            | Self::Replayed { effect }
            | Self::NotDone { effect } => *effect,
        }
    }

    /// Whether its call leaves with its commit.
    pub(crate) const fn goes_out(&self) -> bool {
        matches!(self, Self::Opened { due: None, .. } | Self::Out { .. })
    }

    pub(crate) fn erase(&mut self, party: Party) {
        if let Self::Waited { exchange: Some(value), .. }
        | Self::Stopped { exchange: Some(value), .. }
        | Self::Opened { work: Work::Message { letter_to: Some(value), .. }, .. } = self
        {
            value.erase(party);
        }
    }

    pub(crate) fn seal(&mut self, sealer: &mut dyn Sealer) -> Result<(), SealError> {
        match self {
            Self::Waited { exchange: Some(exchange), .. }
            | Self::Stopped { exchange: Some(exchange), .. } => exchange.seal(EXCHANGE, sealer),
            Self::Opened { work: Work::Message { letter_to: Some(to), .. }, .. } => {
                to.seal(LETTER_TO, sealer)
            }
            Self::Waited { exchange: None, .. }
            | Self::Stopped { exchange: None, .. }
            | Self::Opened { .. }
            | Self::Out { .. }
            | Self::Done { .. }
            | Self::Refused { .. }
            | Self::Cancelled { .. }
            | Self::Unwanted { .. }
            | Self::Replayed { .. }
            | Self::NotDone { .. } => Ok(()),
        }
    }
}

impl Effect {
    /// The effect that its first event makes.
    pub(crate) fn opened(
        id: EffectId,
        work: &Work,
        place_in_line: u64,
        due: Option<Timestamp>,
        at: Timestamp,
    ) -> Self {
        let fresh = Attempts::new(at);
        let (attempts, standing) = match due {
            None => (fresh.begin(at), Standing::Out),
            Some(due) => (fresh, Standing::Waiting { due }),
        };
        Self {
            id,
            work: work.clone(),
            attempts,
            standing,
            opened_at: at,
            place_in_line,
            why: None,
            exchange: None,
            unwanted: false,
        }
    }

    /// Changes the effect as the event says; `None` when it is over.
    pub(crate) fn apply(mut self, event: &Event, at: Timestamp) -> Option<Self> {
        match event {
            Event::Opened { .. } => {}
            Event::Out { .. } => {
                self.attempts = self.attempts.begin(at);
                self.standing = Standing::Out;
            }
            Event::Waited { attempts, due, why, exchange, .. } => {
                self.attempts = *attempts;
                self.standing = Standing::Waiting { due: *due };
                self.why = Some(why.clone());
                self.exchange.clone_from(exchange);
            }
            Event::Stopped { attempts, unclear, why, exchange, .. } => {
                self.attempts = *attempts;
                self.standing = if *unclear { Standing::Unclear } else { Standing::Held };
                self.why = Some(why.clone());
                self.exchange.clone_from(exchange);
            }
            Event::Done { .. } | Event::Refused { .. } | Event::Cancelled { .. } => return None,
            Event::Unwanted { .. } => {
                self.unwanted = true;
                if let Standing::Waiting { due } = &mut self.standing {
                    *due = at;
                }
            }
            Event::Replayed { .. } => {
                self.attempts = self.attempts.replayed(at);
                self.standing = Standing::Waiting { due: at };
            }
            Event::NotDone { .. } => {
                self.attempts = self.attempts.found_not_done(at);
                self.standing = Standing::Waiting { due: at };
            }
        }
        Some(self)
    }

    /// Whether another body may have answered it, or answers it yet. What waits is withdrawn, so
    /// that every log tells its end.
    pub const fn may_be_answered(&self) -> bool {
        match (&self.work, self.standing) {
            (Work::Cross { sent, .. }, Standing::Out | Standing::Waiting { .. }) => !sent.refused,
            (Work::Cross { .. }, Standing::Unclear | Standing::Held)
            | (Work::Job { .. } | Work::Message { .. } | Work::Forget { .. }, _) => false,
        }
    }

    /// When it is next due, if it waits for an attempt.
    pub const fn due(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::Waiting { due } => Some(due),
            Standing::Out | Standing::Unclear | Standing::Held => None,
        }
    }

    /// Whether a person has to look.
    pub const fn is_stopped(&self) -> bool {
        matches!(self.standing, Standing::Unclear | Standing::Held)
    }

    /// The element instance that waits for it.
    pub const fn element(&self) -> Option<ElementKey> {
        match &self.work {
            Work::Job { element, .. } | Work::Cross { element, .. } => Some(*element),
            Work::Message { .. } | Work::Forget { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;
