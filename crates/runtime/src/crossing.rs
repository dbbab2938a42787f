//! A question or a notice on its way between two bodies, and what comes of it (DESIGN L12).
//!
//! [`CrossingLetter`] is what every gate on the way decides on: the asker's, the identity office's
//! and the other body's, each over its own agreements ([`Sharing`]) and its own log. The same letter
//! may come any number of times; what was said to it the first time is said again.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use base::{BodyId, Date, Digest, KeyId, Measure, MessageId, Personal, Plaintext, PlaintextError};
use base::{SectorPersonId, ServiceId, Timestamp};
use connectors::{DataService, HttpRequest};
use engine::Variable;
use identity::{Assurance, AuthenticationLevel, IdentityLevel};
use sharing::{
    AgreementId, AgreementVersion, Answer, Category, Crossing, Form, Purpose, SignedAgreement,
    VectorOfTrust,
};

use crate::access::Checks;

/// What a question gives when the other body cannot tell, or a gate let nothing cross.
pub const CANNOT_TELL: &str = "cannot_tell";
/// The BPMN error of a notice that a gate did not let cross.
pub const NOT_SHARED: &str = catalogue::NOTICE_ERRORS[0];
/// The BPMN error of a notice that the receiver's back office refused for good.
pub const REFUSED: &str = catalogue::NOTICE_ERRORS[1];

/// How long a question or notice is under way at least, in milliseconds: as long as for one that a
/// gate let out, so that time does not tell which it was.
pub const ROAD_MS: i64 = 1_500;

/// What a body may share and how its own back offices answer.
#[derive(Debug, Clone, Default)]
pub struct Sharing {
    /// Its agreements, signed or not: the gate lets nothing cross under one that is not.
    pub agreements: BTreeMap<AgreementId, SignedAgreement>,
    /// Its data services, by agreement and name.
    pub services: BTreeMap<(AgreementId, Category), DataService>,
}

/// What one body sends another, by the identity office.
#[derive(Clone, PartialEq)]
pub struct CrossingLetter {
    /// The crossing, the same in every delivery and in every log.
    pub id: MessageId,
    /// The agreement that allows it.
    pub agreement: AgreementVersion,
    /// The digest of the bytes that the sender's gate read.
    pub agreement_digest: Digest,
    /// The question or the notice.
    pub form: Form,
    /// The body whose data cross.
    pub provider: BodyId,
    /// The body that is to have them.
    pub recipient: BodyId,
    /// Why.
    pub purpose: Purpose,
    /// The service for which.
    pub service: ServiceId,
    /// How sure the sender is of the person.
    pub assurance: Assurance,
    /// The date that governs.
    pub on: Date,
    /// The commitment of the sender's own line.
    pub leaf: Digest,
    /// The person: as the sender knows them, and behind the office as the receiver does.
    pub person: SectorPersonId,
    /// The fields of a notice, by category.
    pub fields: BTreeMap<String, Variable>,
    /// Whether the sender takes it back. What was said is not said again, but for the
    /// commitment of its line; what was not is not said any more.
    pub withdrawn: bool,
}

impl CrossingLetter {
    /// The body that begins: who asks a question, or gives a notice.
    pub const fn sender(&self) -> &BodyId {
        match self.form {
            Form::Question(_) => &self.recipient,
            Form::Notice(_) => &self.provider,
        }
    }

    /// The other body.
    pub const fn receiver(&self) -> &BodyId {
        match self.form {
            Form::Question(_) => &self.provider,
            Form::Notice(_) => &self.recipient,
        }
    }

    /// What a gate decides on this day.
    pub fn crossing(&self, day: Date) -> Crossing {
        Crossing {
            id: self.id,
            agreement: self.agreement.clone(),
            provider: self.provider.clone(),
            recipient: self.recipient.clone(),
            form: self.form.clone(),
            purpose: self.purpose.clone(),
            service: self.service.clone(),
            assurance: trust(self.assurance),
            on: day,
        }
    }

    /// By what a letter that comes again is told from another under the same id.
    pub fn digest(&self) -> Digest {
        let mut parts: Vec<Vec<u8>> = vec![
            self.id.as_bytes().to_vec(),
            self.agreement.to_string().into_bytes(),
            self.agreement_digest.as_bytes().to_vec(),
            matches!(self.form, Form::Question(_)).to_string().into_bytes(),
            self.form.name().as_str().as_bytes().to_vec(),
            self.provider.as_str().as_bytes().to_vec(),
            self.recipient.as_str().as_bytes().to_vec(),
            self.purpose.as_str().as_bytes().to_vec(),
            self.service.as_str().as_bytes().to_vec(),
            trust(self.assurance).to_string().into_bytes(),
            self.on.to_string().into_bytes(),
            self.leaf.as_bytes().to_vec(),
            self.person.as_bytes().to_vec(),
        ];
        for (name, value) in &self.fields {
            parts.push(name.clone().into_bytes());
            parts.push(value.to_json().into_bytes());
        }
        if self.withdrawn {
            parts.push(b"withdrawn".to_vec());
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        Digest::of_parts(&parts)
    }
}

impl fmt::Debug for CrossingLetter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CrossingLetter({} under {})", self.id, self.agreement)
    }
}

/// The vector of trust that agreements speak of.
pub fn trust(assurance: Assurance) -> VectorOfTrust {
    let identity = match assurance.identity {
        IdentityLevel::P0 => "P0",
        IdentityLevel::P1 => "P1",
        IdentityLevel::P2 => "P2",
    };
    let factors = match assurance.authentication {
        AuthenticationLevel::Low => "Cl",
        AuthenticationLevel::Medium => "Cl.Cm",
    };
    format!("{identity}.{factors}").parse().unwrap_or_default()
}

/// What came of a crossing, as the body that began it hears. Whoever refused, and why, is not told.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Heard {
    /// The question was answered.
    Answered {
        /// With what.
        answer: Answer,
        /// The commitment of the provider's line.
        leaf: Digest,
    },
    /// The receiver's back office has the notice.
    Received {
        /// The commitment of the receiver's line.
        leaf: Digest,
    },
    /// The receiver's back office refused the notice for good.
    Refused {
        /// Its words.
        message: String,
        /// The commitment of the receiver's line.
        leaf: Digest,
    },
    /// A gate let nothing cross.
    NotShared {
        /// The commitment of its line; none when it was the sender's own gate.
        leaf: Option<Digest>,
    },
}

impl Heard {
    /// The commitment of the other body's line, where it wrote one.
    pub const fn leaf(&self) -> Option<Digest> {
        match self {
            Self::Answered { leaf, .. } | Self::Received { leaf } | Self::Refused { leaf, .. } => {
                Some(*leaf)
            }
            Self::NotShared { leaf } => *leaf,
        }
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Heard(..)")
    }
}

impl Plaintext for Heard {
    fn to_plaintext(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn from_plaintext(bytes: &[u8]) -> Result<Self, PlaintextError> {
        serde_json::from_slice(bytes).map_err(|_| PlaintextError)
    }
}

/// Why a letter is to come again later: says nothing of what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Delay {
    /// The identity office cannot write now.
    #[error("the identity office cannot be reached")]
    Office,
    /// The other body cannot be reached or cannot write now.
    #[error("the other body cannot be reached")]
    Body,
    /// The other body's back office gives no answer that can be used now.
    #[error("the other body's back office does not answer")]
    BackOffice,
}

/// What the identity office makes of a letter.
#[derive(Debug, Clone, PartialEq)]
pub enum Passage {
    /// It goes on to the other body, the person as that body knows them.
    On(Box<CrossingLetter>),
    /// It ends here.
    Said(Heard),
}

impl Passage {
    pub(crate) fn on(letter: &CrossingLetter, person: SectorPersonId) -> Self {
        Self::On(Box::new(CrossingLetter { person, ..letter.clone() }))
    }
}

/// A crossing that is on its way.
pub type Carriage<'a> = Pin<Box<dyn Future<Output = Result<Heard, Delay>> + Send + 'a>>;

/// What a receiving body's gate makes of a letter, before its register is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Considered {
    /// Its back office is to be asked this; then the gate decides again.
    Call {
        /// The request, without credentials.
        request: HttpRequest,
        /// How long to wait for the answer, in milliseconds.
        timeout_ms: i64,
    },
    /// Its back office cannot be asked from these values: the gate decides again without it.
    Unasked,
    /// This was said to it before, or is said now by the gate alone.
    Said(Heard),
    /// It is to come again later.
    Later(Delay),
}

/// What a body asked or told another, as its effect keeps it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// The crossing.
    pub crossing: MessageId,
    /// The agreement that the gate read; version 0 when it knows none.
    pub agreement: AgreementVersion,
    /// The question or the notice.
    pub form: Form,
    /// The commitment of the body's own line.
    pub leaf: Digest,
    /// The fields of a notice that may cross, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Whether the gate refused: then it takes its time, and nothing is sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
}

impl Sent {
    /// Whether a question was let out.
    pub const fn is_question(&self) -> bool {
        matches!(self.form, Form::Question(_)) && !self.refused
    }
}

/// What is known of the person of a case, beside its answers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The requester was signed in, or known to an agent: so sure of them is the body.
    Assured {
        /// How sure.
        assurance: Assurance,
        /// What an agent checked with them; none when they were signed in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        checked: Option<Checks>,
    },
}

impl Event {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Assured { .. } => "case.assured",
        }
    }

    /// The version of the event's form.
    pub const fn version(&self) -> u16 {
        1
    }
}

/// The name of a line about no case in the journal.
pub(crate) const CROSSING_LOGGED: &str = "crossing.logged";

/// A line of the access log that belongs to no case, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossingRecord {
    /// When.
    pub at: Timestamp,
    /// Who acted.
    pub measure: Measure,
    /// The crossing.
    pub crossing: MessageId,
    /// The digest of the letter that was decided.
    pub letter: Digest,
    /// The leaf's place.
    pub leaf: u64,
    /// The leaf.
    pub commitment: Digest,
    /// The key of its own under which the record and what was said are sealed.
    pub key: KeyId,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Personal<Heard>>,
}

#[cfg(test)]
mod tests;
