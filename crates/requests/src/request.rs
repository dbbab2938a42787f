//! The state of a service request and the only place that changes it.

use base::{CaseId, Channel, Date, Digest, KeyId, Language, Party, Personal, Reference};
use base::{SectorPersonId, ServiceId, Timestamp, TouchReason};

use crate::TIMELINE_ENTRIES;
use crate::event::{Event, Received};
use crate::inquiry::{Asked, Inquiry, InquiryEnd};

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
    /// A machine decided, and a person looks again; what was decided stands until they have.
    UnderReview,
}

impl Status {
    /// The status' key in data and wording.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::UnderReview => "under_review",
        }
    }

    /// Reads a key.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Open, Self::Completed, Self::Refused, Self::Withdrawn, Self::UnderReview]
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

impl OutcomeKind {
    /// Where a request stands that ended so.
    pub const fn status(self) -> Status {
        match self {
            Self::Done => Status::Completed,
            Self::Refused => Status::Refused,
        }
    }
}

/// What a person decided who looked again.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ReviewDecision {
    /// What the machine decided stands.
    Upheld,
    /// Another outcome stands in its place.
    Changed,
}

impl ReviewDecision {
    /// The decision's key in data and wording.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Upheld => "upheld",
            Self::Changed => "changed",
        }
    }
}

/// A person's second look at what a machine decided.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Why, in the requester's words, where they said so.
    #[serde(default)]
    pub because: Option<Personal<String>>,
    /// What was decided; `None` while it is open.
    pub decided: Option<Reviewed>,
}

/// What a second look came to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviewed {
    /// When.
    pub at: Timestamp,
    /// What was decided.
    pub decision: ReviewDecision,
    /// Why, in the reviewer's words.
    pub reason: Personal<String>,
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
    /// The requester asked what has become of it.
    Chased,
    /// The requester took it back.
    Withdrawn,
    /// The requester asked a person to look again.
    ReviewAsked,
    /// A person looked again, and this outcome of the service stands.
    Reviewed(ReviewDecision, String),
    /// Staff put a question to the requester.
    Asked,
    /// The requester answered it.
    Answered,
    /// No answer came in time, and the work went on.
    Unanswered,
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

impl Milestone {
    /// The element that the process reached, where the line tells of one.
    pub fn reached(&self) -> Option<&str> {
        match &self.kind {
            MilestoneKind::Reached(element) => Some(element),
            MilestoneKind::Received
            | MilestoneKind::Joined
            | MilestoneKind::Outcome(_)
            | MilestoneKind::NotFixed
            | MilestoneKind::Chased
            | MilestoneKind::Withdrawn
            | MilestoneKind::ReviewAsked
            | MilestoneKind::Reviewed(..)
            | MilestoneKind::Asked
            | MilestoneKind::Answered
            | MilestoneKind::Unanswered => None,
        }
    }
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
    /// The program that sent it, by the name of its key, where one did.
    #[serde(default)]
    pub client: Option<String>,
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
    /// How often the requester asked what has become of it.
    #[serde(default)]
    pub chased: u32,
    /// The latest thing said with "not fixed".
    pub not_fixed_note: Option<Personal<String>>,
    /// Acts of staff after receipt.
    pub touches: u32,
    /// Values that staff typed again.
    pub rekeyed_fields: u32,
    /// Whether a person has taken the decision that the process gave to one.
    #[serde(default)]
    pub judged: bool,
    /// The person's second look that was asked for.
    #[serde(default)]
    pub review: Option<Review>,
    /// Why staff ended it by hand.
    #[serde(default)]
    pub by_hand: Option<Personal<String>>,
    /// Questions that staff put to the requester, the oldest first.
    #[serde(default)]
    pub inquiries: Vec<Inquiry>,
    /// What the requester is shown, oldest first.
    pub timeline: Vec<Milestone>,
}

impl ServiceRequest {
    /// The last day on which somebody may say that it is not fixed: that many whole days after the
    /// one on which it was closed. It is a date, as people are told it, and holds to its end.
    pub fn not_fixed_until(&self, days: i64) -> Date {
        let closed = self.closed_at.unwrap_or(self.received_at);
        closed.uk_date().plus_days(i32::try_from(days.max(0)).unwrap_or(i32::MAX))
    }

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
            client: received.client.clone(),
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
            chased: 0,
            not_fixed_note: None,
            touches: 0,
            rekeyed_fields: 0,
            judged: false,
            review: None,
            by_hand: None,
            inquiries: Vec::new(),
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
                self.end(outcome, *kind, at);
                if kept.is_some() {
                    self.kept.clone_from(kept);
                }
                self.tell(at, MilestoneKind::Outcome(outcome.clone()));
            }
            Event::NotFixed { note, .. } => {
                self.open_again();
                self.not_fixed_note.clone_from(&note.0);
                self.tell(at, MilestoneKind::NotFixed);
            }
            Event::Chased { .. } => {
                self.chased = self.chased.saturating_add(1);
                self.tell(at, MilestoneKind::Chased);
            }
            Event::Withdrawn => {
                self.status = Status::Withdrawn;
                self.closed_at = Some(at);
                self.stop_asking(at);
                self.tell(at, MilestoneKind::Withdrawn);
            }
            Event::Touched { reason, rekeyed_fields, .. } => {
                self.judged |= *reason == TouchReason::JudgementNeeded;
                self.touches = self.touches.saturating_add(1);
                self.rekeyed_fields = self.rekeyed_fields.saturating_add(*rekeyed_fields);
            }
            Event::Erased { party } => self.erase(*party),
            Event::ReviewAsked { reason, .. } => {
                self.status = Status::UnderReview;
                let because = reason.clone();
                self.review = Some(Review { asked_at: at, because, decided: None });
                self.tell(at, MilestoneKind::ReviewAsked);
            }
            Event::ReviewDecided { decision, outcome, kind, reason, .. } => {
                self.reviewed(*decision, (outcome, *kind), reason, at);
            }
            Event::ClosedByHand { outcome, kind, reason, .. } => {
                self.end(outcome, *kind, at);
                self.by_hand = Some(reason.clone());
                self.touches = self.touches.saturating_add(1);
                self.tell(at, MilestoneKind::Outcome(outcome.clone()));
            }
            Event::RequesterAsked(asked) => self.ask(asked, at),
            Event::RequesterReminded => {
                self.inquiries.last_mut().into_iter().for_each(|out| out.reminded_at = Some(at));
            }
            Event::RequesterAnswered { channel, answer, promised } => {
                let (channel, answer) = (*channel, answer.clone());
                self.end_inquiry(InquiryEnd::Answered { at, channel, answer });
                self.promised = *promised;
                self.tell(at, MilestoneKind::Answered);
            }
            Event::RequesterSilent { promised } => {
                self.end_inquiry(InquiryEnd::Silent { at });
                self.promised = *promised;
                self.tell(at, MilestoneKind::Unanswered);
            }
            Event::AskingStopped { promised } => {
                self.end_inquiry(InquiryEnd::Stopped { at });
                self.promised = *promised;
            }
        }
    }

    /// The question that is out, for whose answer the promise waits.
    pub fn inquiry(&self) -> Option<&Inquiry> {
        self.inquiries.last().filter(|inquiry| inquiry.end.is_none())
    }

    fn ask(&mut self, asked: &Asked, at: Timestamp) {
        let asked = asked.clone();
        self.inquiries.push(Inquiry { asked, asked_at: at, reminded_at: None, end: None });
        self.touches = self.touches.saturating_add(1);
        self.tell(at, MilestoneKind::Asked);
    }

    fn end_inquiry(&mut self, end: InquiryEnd) {
        if let Some(inquiry) = self.inquiries.last_mut().filter(|inquiry| inquiry.takes_answer()) {
            inquiry.end = Some(end);
        }
    }

    /// Whether what stands was decided without a person, so that one can be asked to look again.
    pub fn is_by_machine(&self) -> bool {
        let closed = match self.status {
            Status::Completed | Status::Refused => true,
            Status::Open | Status::Withdrawn | Status::UnderReview => false,
        };
        closed && !self.judged && self.review.is_none() && self.by_hand.is_none()
    }

    fn open_again(&mut self) {
        self.status = Status::Open;
        self.outcome = None;
        self.closed_at = None;
        self.judged = false;
        self.review = None;
        self.by_hand = None;
        self.reopened = self.reopened.saturating_add(1);
    }

    fn end(&mut self, outcome: &str, kind: OutcomeKind, at: Timestamp) {
        self.status = kind.status();
        self.outcome = Some(outcome.to_owned());
        self.closed_at = Some(at);
        self.stop_asking(at);
    }

    /// A question that is out when the request closes is not asked any more.
    fn stop_asking(&mut self, at: Timestamp) {
        if self.inquiry().is_some() {
            self.end_inquiry(InquiryEnd::Stopped { at });
        }
    }

    fn reviewed(
        &mut self,
        decision: ReviewDecision,
        (outcome, kind): (&str, OutcomeKind),
        reason: &Personal<String>,
        at: Timestamp,
    ) {
        self.end(outcome, kind, at);
        let asked = Review { asked_at: at, because: None, decided: None };
        let decided = Some(Reviewed { at, decision, reason: reason.clone() });
        self.review = Some(Review { decided, ..self.review.take().unwrap_or(asked) });
        self.touches = self.touches.saturating_add(1);
        self.tell(at, MilestoneKind::Reviewed(decision, outcome.to_owned()));
    }

    fn tell(&mut self, at: Timestamp, kind: MilestoneKind) {
        if self.timeline.len() < TIMELINE_ENTRIES {
            self.timeline.push(Milestone { at, kind });
        }
    }

    fn erase(&mut self, party: Party) {
        self.answers.erase(party);
        let own = [&mut self.kept, &mut self.not_fixed_note, &mut self.by_hand];
        for value in own.into_iter().flatten() {
            value.erase(party);
        }
        if let Some(review) = &mut self.review {
            if let Some(because) = &mut review.because {
                because.erase(party);
            }
            if let Some(decided) = &mut review.decided {
                decided.reason.erase(party);
            }
        }
        self.inquiries.iter_mut().for_each(|inquiry| inquiry.erase(party));
    }
}
