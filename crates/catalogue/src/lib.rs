//! Service definitions: form, process, decisions, messages and connectors as one package of text files.
//!
//! Bytes of files go in ([`Files`]), a [`Package`] or every [`Problem`] with file, line and how to
//! mend it comes out. One list of questions is the source of the pages, the phone script, the API
//! schema and the Open311 attributes ([`QuestionSet`]); [`QuestionSet::check`] gives the same answers
//! and the same error set whatever the channel. Reads no folder, clock or network itself.
#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]

mod answers;
mod check;
mod definition;
mod open311;
mod overlay;
mod package;
mod problem;
mod questions;
pub mod region;
pub mod scaffold;
pub mod scenario;
#[cfg(test)]
mod testing;
mod texts;
mod translations;

pub use answers::{AnswerError, AnswerErrorKind, Answers, Given};
pub use check::{
    CallbackConnection, Connections, JobConnection, MESSAGE_JOB, MESSAGE_VARIABLES,
    TEMPLATE_HEADER, check,
};
pub use definition::{
    Automation, Day, Definition, Duplicate, Local, NotFixed, Open311, Outcome, OutcomeEnd, Promise,
    SignIn,
};
pub use open311::{Open311Attribute, Open311Datatype};
pub use overlay::{Adopted, Adopter, OVERLAY, Point, Variation, adopt};
pub use package::{Files, Message, Package};
pub use problem::{Problem, ProblemKind};
pub use questions::{Page, Question, QuestionKind, QuestionOption, QuestionSet};
pub use translations::{TRANSLATIONS_LOCK, translations_lock};
