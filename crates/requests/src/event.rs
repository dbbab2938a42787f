//! What can happen to a service request, in the words that the journal keeps.

use base::{Channel, Date, Digest, Field, KeyId, Language, Lifecycle, Party, Personal, Reference};
use base::{Role, SealError, Sealer, SectorPersonId, ServiceId, TouchReason};

use crate::inquiry::{ANSWER, Asked, QUESTION};
use crate::request::{OutcomeKind, ReviewDecision};

/// The name under which answers are sealed.
const ANSWERS: Field<'static> = Field("request.answers");
/// The name under which a process' kept values are sealed.
const KEPT: Field<'static> = Field("request.kept");
/// The name under which what was said with "not fixed" is sealed.
const NOTE: Field<'static> = Field("request.not_fixed");
/// The name under which the reason of a requester who asks for a person is sealed.
const REVIEW_ASKED: Field<'static> = Field("request.review_asked");
/// The name under which a reviewer's reason is sealed.
const REVIEW: Field<'static> = Field("request.review");
/// The name under which the reason of a closing by hand is sealed.
const BY_HAND: Field<'static> = Field("request.by_hand");

/// What a request begins with.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// What the requester reads out.
    pub reference: Reference,
    /// The service asked for.
    pub service: ServiceId,
    /// The version of its package that the case keeps.
    pub version: Digest,
    /// The channel by which it came.
    pub channel: Channel,
    /// The requester's wish of language, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The requester, where they signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<SectorPersonId>,
    /// The program that sent it, by the name of its key, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Data keys of the parties, by party number.
    pub keys: Vec<KeyId>,
    /// The answers as one JSON document.
    pub answers: Personal<String>,
    /// Blind index under which the same open request is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_key: Option<Digest>,
    /// The date by which the body promises an outcome.
    pub promised: Date,
}

/// What a resident says is still wrong; nothing is said when they only press the button.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct NotFixedNote(pub Option<Personal<String>>);

/// A fact about a service request. A variant's meaning never changes once written.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// It was received.
    Received(Box<Received>),
    /// The same thing was reported again and joined to it.
    Joined {
        /// The channel of the second report.
        channel: Channel,
    },
    /// The process reached an element that the requester is told about.
    Reached {
        /// The element's id in the package's process.
        element: String,
    },
    /// It ended with an outcome of the service.
    Closed {
        /// The outcome's id in the package.
        outcome: String,
        /// Done or refused.
        kind: OutcomeKind,
        /// What the process keeps for a later return, as one JSON document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<Personal<String>>,
    },
    /// The requester said that it is not fixed, and it is open again.
    NotFixed {
        /// The channel by which they said so.
        channel: Channel,
        /// What they said.
        note: NotFixedNote,
    },
    /// The requester asked what has become of it.
    Chased {
        /// The channel by which they asked.
        channel: Channel,
    },
    /// The requester took it back.
    Withdrawn,
    /// A member of staff acted after receipt, and why.
    Touched {
        /// Why a person was needed.
        reason: TouchReason,
        /// In which role they acted.
        role: Role,
        /// Values they typed that had been given before.
        rekeyed_fields: u32,
    },
    /// A party's personal values were erased.
    Erased {
        /// The party.
        party: Party,
    },
    /// The requester asked a person to look again at what a machine decided.
    ReviewAsked {
        /// The channel by which they asked.
        channel: Channel,
        /// Why, in their words, where they say so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Personal<String>>,
    },
    /// A member of staff looked again and decided.
    ReviewDecided {
        /// What was decided.
        decision: ReviewDecision,
        /// The outcome that stands now.
        outcome: String,
        /// Done or refused.
        kind: OutcomeKind,
        /// In which role they decided.
        role: Role,
        /// Why, in their words.
        reason: Personal<String>,
    },
    /// A member of staff ended a request that could not go on.
    ClosedByHand {
        /// The outcome's id in the package.
        outcome: String,
        /// Done or refused.
        kind: OutcomeKind,
        /// In which role they acted.
        role: Role,
        /// What was done, in their words.
        reason: Personal<String>,
    },
    /// A member of staff put a question to the requester, and the promise stands still.
    RequesterAsked(Box<Asked>),
    /// The requester was reminded of the question.
    RequesterReminded,
    /// The requester answered it.
    RequesterAnswered {
        /// The channel by which they did.
        channel: Channel,
        /// The answer, in their words.
        answer: Personal<String>,
        /// The day that is promised from now on.
        promised: Date,
    },
    /// No answer came until the last day, and the work goes on.
    RequesterSilent {
        /// The day that is promised from now on.
        promised: Date,
    },
    /// The answer was no longer needed, and the work goes on.
    AskingStopped {
        /// The day that is promised from now on.
        promised: Date,
    },
}

impl Event {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Received(_) => "request.received",
            Self::Joined { .. } => "request.joined",
            Self::Reached { .. } => "request.reached",
            Self::Closed { .. } => "request.closed",
            Self::NotFixed { .. } => "request.not_fixed",
            Self::Chased { .. } => "request.chased",
            Self::Withdrawn => "request.withdrawn",
            Self::Touched { .. } => "request.touched",
            Self::Erased { .. } => "request.erased",
            Self::ReviewAsked { .. } => "request.review_asked",
            Self::ReviewDecided { .. } => "request.review_decided",
            Self::ClosedByHand { .. } => "request.closed_by_hand",
            Self::RequesterAsked(_) => "request.requester_asked",
            Self::RequesterReminded => "request.requester_reminded",
            Self::RequesterAnswered { .. } => "request.requester_answered",
            Self::RequesterSilent { .. } => "request.requester_silent",
            Self::AskingStopped { .. } => "request.asking_stopped",
        }
    }

    /// The version of the event's form.
    pub const fn version(&self) -> u16 {
        1
    }

    /// Where the request's own work stands after this event.
    pub const fn lifecycle(&self) -> Option<Lifecycle> {
        match self {
            Self::Received(_) | Self::NotFixed { .. } | Self::ReviewAsked { .. } => {
                Some(Lifecycle::Started)
            }
            Self::Closed { .. }
            | Self::Withdrawn
            | Self::ReviewDecided { .. }
            | Self::ClosedByHand { .. } => Some(Lifecycle::Completed),
            Self::Joined { .. }
            | Self::Reached { .. }
            | Self::Chased { .. }
            | Self::Touched { .. }
            | Self::Erased { .. }
            | Self::RequesterAsked(_)
            | Self::RequesterReminded
            | Self::RequesterAnswered { .. }
            | Self::RequesterSilent { .. }
            | Self::AskingStopped { .. } => None,
        }
    }

    /// Seals every personal value in place.
    ///
    /// # Errors
    /// [`SealError`] when a party has no key.
    pub fn seal(&mut self, sealer: &mut dyn Sealer) -> Result<(), SealError> {
        match self {
            Self::Received(received) => received.answers.seal(ANSWERS, sealer),
            Self::Closed { kept: Some(kept), .. } => kept.seal(KEPT, sealer),
            Self::NotFixed { note: NotFixedNote(Some(note)), .. } => note.seal(NOTE, sealer),
            Self::ReviewDecided { reason, .. } => reason.seal(REVIEW, sealer),
            Self::ClosedByHand { reason, .. } => reason.seal(BY_HAND, sealer),
            Self::ReviewAsked { reason: Some(reason), .. } => reason.seal(REVIEW_ASKED, sealer),
            Self::RequesterAsked(asked) => asked.question.seal(QUESTION, sealer),
            Self::RequesterAnswered { answer, .. } => answer.seal(ANSWER, sealer),
            Self::Closed { kept: None, .. }
            | Self::NotFixed { note: NotFixedNote(None), .. }
            | Self::ReviewAsked { reason: None, .. }
            | Self::RequesterReminded
            | Self::RequesterSilent { .. }
            | Self::AskingStopped { .. }
            | Self::Joined { .. }
            | Self::Reached { .. }
            | Self::Chased { .. }
            | Self::Withdrawn
            | Self::Touched { .. }
            | Self::Erased { .. } => Ok(()),
        }
    }
}

impl Event {
    /// Turns what it says about a party into an erased value.
    pub fn erase(&mut self, party: Party) {
        match self {
            Self::Closed { kept: Some(kept), .. } => kept.erase(party),
            Self::ReviewDecided { reason, .. } | Self::ClosedByHand { reason, .. } => {
                reason.erase(party);
            }
            Self::RequesterAsked(asked) => asked.question.erase(party),
            // What a requester says anew is refused when they were erased.
            Self::Received(_)
            | Self::NotFixed { .. }
            | Self::Closed { kept: None, .. }
            | Self::Joined { .. }
            | Self::Reached { .. }
            | Self::Chased { .. }
            | Self::Withdrawn
            | Self::Touched { .. }
            | Self::Erased { .. }
            | Self::ReviewAsked { .. }
            | Self::RequesterReminded
            | Self::RequesterAnswered { .. }
            | Self::RequesterSilent { .. }
            | Self::AskingStopped { .. } => {}
        }
    }
}

impl crate::ServiceRequest {
    /// Why the requester asked a person to look again, opened; `None` when they did not say.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_review_asked(
        &self,
        keys: &dyn Sealer,
    ) -> Result<Option<Personal<String>>, SealError> {
        let reason = self.review.as_ref().and_then(|review| review.because.as_ref());
        reason.map(|reason| reason.open(REVIEW_ASKED, keys)).transpose()
    }

    /// Why a person decided as they did when they looked again, opened.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_review_reason(
        &self,
        keys: &dyn Sealer,
    ) -> Result<Option<Personal<String>>, SealError> {
        let decided = self.review.as_ref().and_then(|review| review.decided.as_ref());
        decided.map(|decided| decided.reason.open(REVIEW, keys)).transpose()
    }

    /// Why staff ended it by hand, opened.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_by_hand_reason(
        &self,
        keys: &dyn Sealer,
    ) -> Result<Option<Personal<String>>, SealError> {
        self.by_hand.as_ref().map(|reason| reason.open(BY_HAND, keys)).transpose()
    }

    /// The answers, opened.
    ///
    /// # Errors
    /// [`SealError`] when they are erased or do not open.
    pub fn open_answers(&self, keys: &dyn Sealer) -> Result<Personal<String>, SealError> {
        self.answers.open(ANSWERS, keys)
    }

    /// What the process kept, opened; `None` when it kept nothing.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_kept(&self, keys: &dyn Sealer) -> Result<Option<Personal<String>>, SealError> {
        self.kept.as_ref().map(|kept| kept.open(KEPT, keys)).transpose()
    }

    /// What was last said with "not fixed", opened.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_not_fixed_note(
        &self,
        keys: &dyn Sealer,
    ) -> Result<Option<Personal<String>>, SealError> {
        self.not_fixed_note.as_ref().map(|note| note.open(NOTE, keys)).transpose()
    }
}
