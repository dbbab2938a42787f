//! The state of a service request and the only place that changes it.

use base::{CaseId, Channel, Date, Digest, KeyId, Language, Party, Personal, Reference};
use base::{SectorPersonId, ServiceId, Timestamp};

use crate::TIMELINE_ENTRIES;
use crate::event::{Event, Received};

/// Where a request stands, as its requester is told.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody or something is working on it.
    Open,
    /// The back office confirmed that it is done.
    Completed,
    /// A rule or a person said no, with a reason.
    Refused,
    /// The requester took it back.
    Withdrawn,
}

impl Status {
    /// The status' key in data and wording.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads a key.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Open, Self::Completed, Self::Refused, Self::Withdrawn]
            .into_iter()
            .find(|status| status.key() == key)
    }
}

/// How a process ended for its requester.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// What was asked for is done.
    Done,
    /// It was refused, with a ground.
    Refused,
}

/// What a line of the timeline is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MilestoneKind {
    /// It was received.
    Received,
    /// Somebody reported the same thing and was joined to this request.
    Joined,
    /// The process reached an element whose model says what to tell the requester.
    Reached(String),
    /// It ended with this outcome of the service.
    Outcome(String),
    /// The requester said that it is not fixed.
    NotFixed,
    /// The requester took it back.
    Withdrawn,
}

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: MilestoneKind,
}

/// A service request, as rebuilt from its events.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceRequest {
    /// The case.
    pub case: CaseId,
    /// What the requester reads out.
    pub reference: Reference,
    /// The service asked for.
    pub service: ServiceId,
    /// The version of its package that the case keeps.
    pub version: Digest,
    /// The channel by which it came.
    pub channel: Channel,
    /// The requester's wish; `None` means write in every language of the body.
    pub language: Option<Language>,
    /// The requester, where they signed in.
    pub person: Option<SectorPersonId>,
    /// Keys of the parties, by party number.
    pub keys: Vec<KeyId>,
    /// The answers as one JSON document.
    pub answers: Personal<String>,
    /// Blind index under which the same open request is found.
    pub duplicate_key: Option<Digest>,
    /// When it came.
    pub received_at: Timestamp,
    /// The date by which the body promised an outcome.
    pub promised: Date,
    /// Where it stands.
    pub status: Status,
    /// The service's outcome, once there is one.
    pub outcome: Option<String>,
    /// What the process kept for a later return, as one JSON document.
    pub kept: Option<Personal<String>>,
    /// When it last closed.
    pub closed_at: Option<Timestamp>,
    /// How often it came back as not fixed.
    pub reopened: u32,
    /// How often it was reported again while open.
    pub joined: u32,
    /// The latest thing said with "not fixed".
    pub not_fixed_note: Option<Personal<String>>,
    /// Acts of staff after receipt.
    pub touches: u32,
    /// Values that staff typed again.
    pub rekeyed_fields: u32,
    /// What the requester is shown, oldest first.
    pub timeline: Vec<Milestone>,
}

impl ServiceRequest {
    /// The request that its first event makes.
    pub fn received(case: CaseId, received: &Received, at: Timestamp) -> Self {
        Self {
            case,
            reference: received.reference.clone(),
            service: received.service.clone(),
            version: received.version,
            channel: received.channel,
            language: received.language,
            person: received.person,
            keys: received.keys.clone(),
            answers: received.answers.clone(),
            duplicate_key: received.duplicate_key,
            received_at: at,
            promised: received.promised,
            status: Status::Open,
            outcome: None,
            kept: None,
            closed_at: None,
            reopened: 0,
            joined: 0,
            not_fixed_note: None,
            touches: 0,
            rekeyed_fields: 0,
            timeline: vec![Milestone { at, kind: MilestoneKind::Received }],
        }
    }

    /// Changes the state as the event says. Never fails and never opens a value.
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Received(received) => *self = Self::received(self.case, received, at),
            Event::Joined { .. } => {
                self.joined = self.joined.saturating_add(1);
                self.tell(at, MilestoneKind::Joined);
            }
            Event::Reached { element } => self.tell(at, MilestoneKind::Reached(element.clone())),
            Event::Closed { outcome, kind, kept } => {
                self.status = match kind {
                    OutcomeKind::Done => Status::Completed,
                    OutcomeKind::Refused => Status::Refused,
                };
                self.outcome = Some(outcome.clone());
                if kept.is_some() {
                    self.kept.clone_from(kept);
                }
                self.closed_at = Some(at);
                self.tell(at, MilestoneKind::Outcome(outcome.clone()));
            }
            Event::NotFixed { note, .. } => {
                self.status = Status::Open;
                self.outcome = None;
                self.closed_at = None;
                self.reopened = self.reopened.saturating_add(1);
                self.not_fixed_note.clone_from(&note.0);
                self.tell(at, MilestoneKind::NotFixed);
            }
            Event::Withdrawn => {
                self.status = Status::Withdrawn;
                self.closed_at = Some(at);
                self.tell(at, MilestoneKind::Withdrawn);
            }
            Event::Touched { rekeyed_fields, .. } => {
                self.touches = self.touches.saturating_add(1);
                self.rekeyed_fields = self.rekeyed_fields.saturating_add(*rekeyed_fields);
            }
            Event::Erased { party } => self.erase(*party),
        }
    }

    fn tell(&mut self, at: Timestamp, kind: MilestoneKind) {
        if self.timeline.len() < TIMELINE_ENTRIES {
            self.timeline.push(Milestone { at, kind });
        }
    }

    fn erase(&mut self, party: Party) {
        self.answers.erase(party);
        for value in [&mut self.kept, &mut self.not_fixed_note].into_iter().flatten() {
            value.erase(party);
        }
    }
}
