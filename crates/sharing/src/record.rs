//! What both bodies write into their access logs of every crossing, allowed or not.
//!
//! A record is committed to in a leaf and kept apart where it can be erased. Its bytes are JSON
//! with its fields in this order, so that the same record has the same bytes. It holds the body's
//! own pseudonym of the person, never the other body's.

use base::{BodyId, CaseId, Digest, MessageId, SectorPersonId, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::agreement::AgreementVersion;
use crate::gate::Refusal;
use crate::{Category, Purpose};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// The asker's gate let a question out.
    Request,
    /// The provider's gate let an answer out.
    Answer,
    /// The asker received the answer.
    Receipt,
    /// The provider's gate let a notice out.
    Notice,
    /// The recipient's gate let the notice in, and its back office has it.
    NoticeReceipt,
    /// The recipient's back office refused the notice for good.
    NoticeRefused,
    /// The body that gave the notice heard what became of it.
    Acknowledged,
    /// The identity office translated the person's pseudonym.
    Translated,
    /// A gate let nothing cross.
    Refused(Refusal),
}

impl RecordKind {
    /// Its name in the log.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Answer => "answer",
            Self::Receipt => "receipt",
            Self::Notice => "notice",
            Self::NoticeReceipt => "notice_receipt",
            Self::NoticeRefused => "notice_refused",
            Self::Acknowledged => "acknowledged",
            Self::Translated => "translated",
            Self::Refused(_) => "refused",
        }
    }
}

/// One line of a body's access log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// What happened.
    pub kind: RecordKind,
    /// The crossing's id, the same in both bodies' logs.
    pub crossing: MessageId,
    /// When, by the clock of the body whose log it is.
    pub at: Timestamp,
    /// The agreement's name and version.
    pub agreement: AgreementVersion,
    /// The digest of its bytes; none when the body does not know it.
    pub agreement_digest: Option<Digest>,
    /// The body whose data cross; none when it stands in an agreement that is not known.
    pub provider: Option<BodyId>,
    /// The body that is to have them; none as above.
    pub recipient: Option<BodyId>,
    /// Why, while the agreement is known.
    pub purpose: Option<Purpose>,
    /// Under which lawful basis, while the agreement is known.
    pub lawful_basis: Option<String>,
    /// The question or the notice.
    pub name: Category,
    /// The kinds of data that crossed or were asked for; none when nothing did or was.
    pub categories: Vec<Category>,
    /// The service for which.
    pub service: ServiceId,
    /// The body's own case.
    pub case: Option<CaseId>,
    /// The person, as the body whose log it is knows them; none while it does not know whom.
    pub person: Option<SectorPersonId>,
    /// Which entry this is about the person in this log, from 1, so that they see a gap.
    pub sequence: u64,
    /// The commitment of the entry before it about the same person.
    pub previous: Option<Digest>,
    /// The commitment of the other body's record to which this one answers.
    pub answers: Option<Digest>,
}

impl Record {
    /// The bytes that are committed to.
    ///
    /// # Errors
    /// Never for these fields; the error is that of the JSON writer.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads the bytes that were committed to.
    ///
    /// # Errors
    /// When they are not a record of a crossing.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

#[cfg(test)]
mod tests;
