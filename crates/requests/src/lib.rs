//! Service request: one thing a citizen asks for, from receipt to outcome.
//!
//! [`decide`] turns a [`Command`] into [`Event`]s; [`ServiceRequest::apply`] alone
//! changes a [`ServiceRequest`]. Neither reads a clock, draws a random number nor
//! does I/O, so replaying the journal rebuilds the same state. What a process
//! does between receipt and outcome is the engine's; this crate keeps what the
//! requester is told: status, promised date, timeline, outcome.
//!
//! ```
//! use requests::{Command, Rejection, decide};
//! let nobody = decide(None, Command::Withdraw, base::Timestamp::from_millis(0));
//! assert_eq!(nobody, Err(Rejection::Unknown));
//! ```
#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]

mod command;
mod event;
mod inquiry;
mod request;
pub mod working_days;

pub use command::{Command, Receive, Rejection, decide};
pub use event::{Event, NotFixedNote, Received};
pub use inquiry::{
    ANSWER_WORKING_DAYS, Asked, INQUIRIES, Inquiry, InquiryEnd, REMINDER_WORKING_DAYS,
};
pub use request::{
    Milestone, MilestoneKind, OutcomeKind, Review, ReviewDecision, Reviewed, ServiceRequest, Status,
};

/// The most milestones that a request's timeline keeps; older ones stay in the journal.
pub const TIMELINE_ENTRIES: usize = 200;
/// The most times that a request may be sent back as not fixed.
pub const REOPENINGS: u32 = 20;
/// The days after an outcome within which "this is not fixed" is heard, where a service names none.
pub const NOT_FIXED_DAYS: i64 = 28;
