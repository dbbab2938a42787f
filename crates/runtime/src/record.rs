//! The journal's record: one fact about a case with its measures, and its one codec (DESIGN L3).
//!
//! A record is JSON, tagged by the fact's crate and name. Its form never changes once written;
//! the golden lines of every fact stand in the tests of the crates that own them.

use base::{CaseId, EventSeq, Field, Measure, Party, SealError, Sealer, Timestamp};

use crate::{access, contact, crossing, effect, task};

/// Room for the record of most events; more is made where one is longer.
const USUAL_BYTES: usize = 512;

/// A fact of one of the domains.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    /// About the service request.
    Request(requests::Event),
    /// About its process instances.
    Process(engine::Event),
    /// About an effect on a system outside.
    Effect(effect::Event),
    /// About a look at its values by staff.
    Access(access::Event),
    /// About how sure the body is of the requester.
    Crossing(crossing::Event),
    /// About who works on a task that the process gave to a person.
    Task(task::Event),
    /// About a contact that is no request.
    Contact(contact::Event),
}

/// A fact with its place, time and measures.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The case; of what belongs to none, such as a contact, the id under which it stands.
    pub case: CaseId,
    /// When.
    pub at: Timestamp,
    /// Who acted, by which channel, and why a person was needed.
    pub measure: Measure,
    /// What happened.
    pub fact: Fact,
}

/// Bytes of a journal that are not a record of this program.
#[derive(Debug, thiserror::Error)]
#[error("journal record at {} is not readable", seq.0)]
pub struct RecordError {
    /// The place.
    pub seq: EventSeq,
    /// What the codec found.
    pub source: serde_json::Error,
}

impl Fact {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Request(event) => event.name(),
            Self::Process(event) => event.name(),
            Self::Effect(event) => event.name(),
            Self::Access(event) => event.name(),
            Self::Crossing(event) => event.name(),
            Self::Task(event) => event.name(),
            Self::Contact(event) => event.name(),
        }
    }

    /// The version of the event's form.
    pub const fn version(&self) -> u16 {
        match self {
            Self::Request(event) => event.version(),
            Self::Process(event) => event.version(),
            Self::Effect(event) => event.version(),
            Self::Access(event) => event.version(),
            Self::Crossing(event) => event.version(),
            Self::Task(event) => event.version(),
            Self::Contact(event) => event.version(),
        }
    }

    /// Turns every value about a party into an erased one: what is said of somebody whose key is
    /// forgotten is never written.
    pub(crate) fn erase(&mut self, party: Party) {
        match self {
            Self::Request(event) => event.erase(party),
            Self::Process(event) => event.for_each_personal_mut(&mut |_, value| value.erase(party)),
            Self::Effect(event) => event.erase(party),
            Self::Task(event) => event.erase(party),
            Self::Access(_) | Self::Crossing(_) | Self::Contact(_) => {}
        }
    }

    /// Seals every personal value.
    pub(crate) fn seal(self, sealer: &mut dyn Sealer) -> Result<Self, SealError> {
        Ok(match self {
            Self::Request(mut event) => {
                event.seal(sealer)?;
                Self::Request(event)
            }
            Self::Process(event) => Self::Process(event.seal(sealer)?),
            Self::Effect(mut event) => {
                event.seal(sealer)?;
                Self::Effect(event)
            }
            Self::Task(mut event) => {
                event.seal(sealer)?;
                Self::Task(event)
            }
            Self::Contact(mut event) => {
                event.seal(sealer)?;
                Self::Contact(event)
            }
            Self::Access(event) => Self::Access(event),
            Self::Crossing(event) => Self::Crossing(event),
        })
    }
}

impl Record {
    /// The bytes that the journal keeps.
    ///
    /// # Errors
    /// When a value was not sealed: an open value is never written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = Vec::with_capacity(USUAL_BYTES);
        serde_json::to_writer(&mut bytes, self)?;
        Ok(bytes)
    }

    /// Reads the bytes of a journal.
    ///
    /// # Errors
    /// [`RecordError`] when they are not a record.
    pub fn from_bytes(seq: EventSeq, bytes: &[u8]) -> Result<Self, RecordError> {
        serde_json::from_slice(bytes).map_err(|source| RecordError { seq, source })
    }
}

/// The name under which an effect's last exchange is sealed.
pub(crate) const EXCHANGE: Field<'static> = Field("effect.exchange");
