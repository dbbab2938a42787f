//! Service definitions: form, process, decisions, messages and connectors as one package of text files.
//!
//! Bytes of files go in ([`Files`]), a [`Package`] or every [`Problem`] with file, line and how to
//! mend it comes out. One list of questions is the source of the pages, the phone script, the API
//! schema and the Open311 attributes ([`QuestionSet`]); [`QuestionSet::check`] gives the same answers
//! and the same error set whatever the channel. Reads no folder, clock or network itself.
#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]

mod answers;
mod definition;
mod package;
mod problem;
mod questions;

pub use answers::{AnswerError, AnswerErrorKind, Answers, Given};
pub use definition::{
    Automation, Day, Definition, Duplicate, Local, NotFixed, Open311, Outcome, OutcomeEnd, Promise,
    SignIn,
};
pub use package::{Files, Message, Package};
pub use problem::{Problem, ProblemKind};
pub use questions::{Page, Question, QuestionKind, QuestionOption, QuestionSet};
