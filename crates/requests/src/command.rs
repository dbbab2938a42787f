//! What may be asked of a service request, and the answers that are not events.

use base::{Channel, Date, Party, Personal, Role, Timestamp, TouchReason};

use crate::event::{Event, NotFixedNote, Received};
use crate::inquiry::{Asked, INQUIRIES, Inquiry};
use crate::request::{OutcomeKind, ReviewDecision, ServiceRequest, Status};
use crate::{NOT_FIXED_DAYS, REOPENINGS};

/// What a request begins with; its answers are checked before they come here.
pub type Receive = Received;

/// What may be asked of a service request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take it in.
    Receive(Box<Receive>),
    /// Join a second report of the same thing.
    Join {
        /// The second report's channel.
        channel: Channel,
    },
    /// The process reached an element that the requester is told about.
    Reach {
        /// The element's id.
        element: String,
    },
    /// The process ended.
    Close {
        /// The outcome's id in the package.
        outcome: String,
        /// Done or refused.
        kind: OutcomeKind,
        /// What the process keeps for a later return.
        kept: Option<Personal<String>>,
    },
    /// "This is not fixed."
    NotFixed {
        /// The channel by which it was said.
        channel: Channel,
        /// What was said.
        note: Option<Personal<String>>,
        /// Days after the outcome within which the service listens.
        within_days: Option<i64>,
    },
    /// Ask what has become of it.
    Chase {
        /// The channel by which it was asked.
        channel: Channel,
    },
    /// Take it back.
    Withdraw,
    /// Record an act of staff.
    Touch {
        /// Why a person was needed.
        reason: TouchReason,
        /// In which role.
        role: Role,
        /// Values typed again.
        rekeyed_fields: u32,
    },
    /// Erase a party's personal values.
    Erase {
        /// The party.
        party: Party,
    },
    /// Ask a person to look again at what a machine decided.
    AskForReview {
        /// The channel by which it was asked.
        channel: Channel,
        /// Why, in their words, where they say so.
        reason: Option<Personal<String>>,
    },
    /// Close a person's second look with their decision.
    DecideReview {
        /// The outcome that stands now: the present one, or another in its place.
        outcome: String,
        /// Done or refused.
        kind: OutcomeKind,
        /// In which role.
        role: Role,
        /// Why, in their words.
        reason: Personal<String>,
    },
    /// End a request that cannot go on.
    CloseByHand {
        /// The outcome's id in the package.
        outcome: String,
        /// Done or refused.
        kind: OutcomeKind,
        /// In which role.
        role: Role,
        /// What was done, in their words.
        reason: Personal<String>,
    },
    /// Put a question to the requester; the promise waits for the answer.
    Ask(Box<Asked>),
    /// The day of the reminder, or the one after the last, has come.
    AskingDue {
        /// The promised day when the work goes on now.
        promised: Date,
    },
    /// Answer the question that staff put.
    Answer {
        /// The channel by which it is answered.
        channel: Channel,
        /// The answer, in their words.
        answer: Personal<String>,
        /// The promised day when the work goes on now.
        promised: Date,
    },
    /// Go on without an answer: it is no longer needed.
    StopAsking {
        /// The promised day when the work goes on now.
        promised: Date,
    },
}

/// Why a command was not followed. It is an answer, shown to people by a wording key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such request.
    #[error("no such service request")]
    Unknown,
    /// The request was received before.
    #[error("service request was received before")]
    AlreadyReceived,
    /// It has ended.
    #[error("service request is already {}", status.key())]
    AlreadyClosed {
        /// How it ended.
        status: Status,
    },
    /// It is still being worked on, so it cannot be "not fixed" yet.
    #[error("service request is still open")]
    StillOpen,
    /// The time within which "not fixed" is heard has passed.
    #[error("the {days} days for saying that it is not fixed have passed")]
    TooLate {
        /// The service's limit.
        days: i64,
    },
    /// It came back too often for the machine to send it out once more.
    #[error("service request was reopened {REOPENINGS} times")]
    TooOften,
    /// A person decided it already, or nothing is decided yet.
    #[error("no machine decided the service request")]
    NotByMachine,
    /// A person is looking again, and it stands still until they have decided.
    #[error("service request is under review")]
    UnderReview,
    /// Nobody asked a person to look again.
    #[error("service request is not under review")]
    NotUnderReview,
    /// A question is out already: one at a time.
    #[error("a question to the requester is out already")]
    AskedAlready,
    /// Staff have put as many questions as they may.
    #[error("the requester was asked {INQUIRIES} questions")]
    AskedTooOften,
    /// No question waits for this answer.
    #[error("no question waits for an answer")]
    NothingAsked,
}

/// Decides what a command does to a request, `None` being one not received yet.
///
/// # Errors
/// [`Rejection`] when the request's state does not allow the command.
pub fn decide(
    request: Option<&ServiceRequest>,
    command: Command,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    match (request, command) {
        (None, Command::Receive(received)) => Ok(vec![Event::Received(received)]),
        (Some(_), Command::Receive(_)) => Err(Rejection::AlreadyReceived),
        (
            None,
            Command::Join { .. }
            | Command::Reach { .. }
            | Command::Close { .. }
            | Command::NotFixed { .. }
            | Command::Chase { .. }
            | Command::Withdraw
            | Command::Touch { .. }
            | Command::Erase { .. }
            | Command::AskForReview { .. }
            | Command::DecideReview { .. }
            | Command::CloseByHand { .. }
            | Command::Ask(_)
            | Command::AskingDue { .. }
            | Command::Answer { .. }
            | Command::StopAsking { .. },
        ) => Err(Rejection::Unknown),
        (Some(request), Command::NotFixed { channel, note, within_days }) => {
            not_fixed(request, within_days.unwrap_or(NOT_FIXED_DAYS), now)?;
            Ok(vec![Event::NotFixed { channel, note: NotFixedNote(note) }])
        }
        (Some(_), Command::Touch { reason, role, rekeyed_fields }) => {
            Ok(vec![Event::Touched { reason, role, rekeyed_fields }])
        }
        (Some(_), Command::Erase { party }) => Ok(vec![Event::Erased { party }]),
        (Some(request), Command::Join { channel }) => {
            open(request).map(|()| vec![Event::Joined { channel }])
        }
        (Some(request), Command::Reach { element }) => {
            open(request).map(|()| vec![Event::Reached { element }])
        }
        (Some(request), Command::Close { outcome, kind, kept }) => {
            open(request).map(|()| vec![Event::Closed { outcome, kind, kept }])
        }
        (Some(request), Command::Chase { channel }) => {
            unfinished(request).map(|()| vec![Event::Chased { channel }])
        }
        (Some(request), Command::Withdraw) => open(request).map(|()| vec![Event::Withdrawn]),
        (Some(request), Command::AskForReview { channel, reason }) => {
            ask_for_review(request).map(|()| vec![Event::ReviewAsked { channel, reason }])
        }
        (Some(request), Command::DecideReview { outcome, kind, role, reason }) => {
            let decision = reviewed(request, &outcome)?;
            Ok(vec![Event::ReviewDecided { decision, outcome, kind, role, reason }])
        }
        (Some(request), Command::CloseByHand { outcome, kind, role, reason }) => {
            open(request).map(|()| vec![Event::ClosedByHand { outcome, kind, role, reason }])
        }
        (Some(request), Command::Ask(asked)) => {
            may_ask(request).map(|()| vec![Event::RequesterAsked(asked)])
        }
        (Some(request), Command::AskingDue { promised }) => asking_due(request, promised, now),
        (Some(request), Command::Answer { channel, answer, promised }) => {
            may_answer(request)?;
            Ok(vec![Event::RequesterAnswered { channel, answer, promised }])
        }
        (Some(request), Command::StopAsking { promised }) => {
            out(request).map(|_| vec![Event::AskingStopped { promised }])
        }
    }
}

fn may_ask(request: &ServiceRequest) -> Result<(), Rejection> {
    open(request)?;
    if request.inquiry().is_some() {
        return Err(Rejection::AskedAlready);
    }
    if request.inquiries.len() >= INQUIRIES { Err(Rejection::AskedTooOften) } else { Ok(()) }
}

fn may_answer(request: &ServiceRequest) -> Result<(), Rejection> {
    open(request)?;
    let last = request.inquiries.last().filter(|inquiry| inquiry.takes_answer());
    last.map(|_| ()).ok_or(Rejection::NothingAsked)
}

/// The question that is out.
fn out(request: &ServiceRequest) -> Result<&Inquiry, Rejection> {
    request.inquiry().ok_or(Rejection::NothingAsked)
}

/// The reminder, or the end of waiting. Whoever was not reminded in time is not reminded late.
fn asking_due(
    request: &ServiceRequest,
    promised: Date,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    let inquiry = out(request)?;
    if now.uk_date() > inquiry.asked.until {
        return Ok(vec![Event::RequesterSilent { promised }]);
    }
    match inquiry.due() {
        Some(due) if due <= now && inquiry.reminded_at.is_none() => {
            Ok(vec![Event::RequesterReminded])
        }
        Some(_) | None => Err(Rejection::NothingAsked),
    }
}

fn ask_for_review(request: &ServiceRequest) -> Result<(), Rejection> {
    match request.status {
        Status::UnderReview => Err(Rejection::UnderReview),
        Status::Open => Err(Rejection::StillOpen),
        Status::Completed | Status::Refused | Status::Withdrawn if request.is_by_machine() => {
            Ok(())
        }
        Status::Completed | Status::Refused | Status::Withdrawn => Err(Rejection::NotByMachine),
    }
}

fn reviewed(request: &ServiceRequest, outcome: &str) -> Result<ReviewDecision, Rejection> {
    match request.status {
        Status::UnderReview if request.outcome.as_deref() == Some(outcome) => {
            Ok(ReviewDecision::Upheld)
        }
        Status::UnderReview => Ok(ReviewDecision::Changed),
        Status::Open | Status::Completed | Status::Refused | Status::Withdrawn => {
            Err(Rejection::NotUnderReview)
        }
    }
}

/// Whether there is something to wait for.
fn unfinished(request: &ServiceRequest) -> Result<(), Rejection> {
    match request.status {
        Status::Open | Status::UnderReview => Ok(()),
        status @ (Status::Completed | Status::Refused | Status::Withdrawn) => {
            Err(Rejection::AlreadyClosed { status })
        }
    }
}

fn open(request: &ServiceRequest) -> Result<(), Rejection> {
    match request.status {
        Status::Open => Ok(()),
        Status::UnderReview => Err(Rejection::UnderReview),
        status @ (Status::Completed | Status::Refused | Status::Withdrawn) => {
            Err(Rejection::AlreadyClosed { status })
        }
    }
}

fn not_fixed(request: &ServiceRequest, days: i64, now: Timestamp) -> Result<(), Rejection> {
    match request.status {
        Status::Open => return Err(Rejection::StillOpen),
        Status::UnderReview => return Err(Rejection::UnderReview),
        status @ (Status::Withdrawn | Status::Refused) => {
            return Err(Rejection::AlreadyClosed { status });
        }
        Status::Completed => {}
    }
    if now.uk_date() > request.not_fixed_until(days) {
        return Err(Rejection::TooLate { days });
    }
    if request.reopened >= REOPENINGS {
        return Err(Rejection::TooOften);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
