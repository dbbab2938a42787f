//! Service definitions: form, process, decisions, messages and connectors as one package of text files.
//!
//! Bytes of files go in ([`Files`]), a [`Package`] or every [`Problem`] with file, line and how to
//! mend it comes out. One list of questions is the source of the pages, the phone script, the API
//! schema and the Open311 attributes ([`QuestionSet`]); [`QuestionSet::check`] gives the same answers
//! and the same error set whatever the channel. Reads no folder, clock or network itself.
//!
//! [`check`] finds what would go wrong before it runs; [`adopt`] puts another body's overlay on a
//! package; [`scaffold`] writes a new one; [`scenario`] reads how it is to behave; [`region`] reads
//! the bodies that offer it.
//!
//! ```
//! let id = "report-a-pothole".parse()?;
//! let owner = "wealdmere".parse()?;
//! let files = catalogue::scaffold::new_service(&id, &owner, "england");
//! let connections = catalogue::Connections::default(); // it calls no back office yet
//! let (package, warnings) =
//!     catalogue::check(&files, &base::Language::ALL, &connections).expect("a sound package");
//! assert!(warnings.is_empty());
//!
//! let given = serde_json::from_str(r#"{ "details": "The clock is slow", "email": "nobody" }"#)?;
//! let today = base::Date::new(2026, 11, 24)?;
//! let errors = package.questions.check(&given, &|_uprn| false, today).unwrap_err();
//! let words = errors[0].message(&package.questions, base::Language::En);
//! assert_eq!(words, "Enter an e-mail address like name@example.com");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]

mod answers;
mod check;
mod definition;
mod open311;
mod overlay;
mod package;
pub mod parts;
mod problem;
mod questions;
pub mod region;
pub mod scaffold;
pub mod scenario;
mod task_form;
#[cfg(test)]
mod testing;
mod texts;
mod translations;

pub use answers::{AnswerError, AnswerErrorKind, Answers, Given};
pub use check::{
    ASK_JOB, CallbackConnection, Connections, JobConnection, KNOWN, MESSAGE_JOB, MESSAGE_VARIABLES,
    NOTICE_ERRORS, NOTICE_HEADER, NOTIFY_JOB, QUESTION_HEADER, TEMPLATE_HEADER, check, notices,
    questions_asked,
};
pub use definition::{
    Automation, Day, Definition, Duplicate, Local, NotFixed, Open311, Outcome, OutcomeEnd, Promise,
    SignIn,
};
pub use open311::{Open311Attribute, Open311Datatype};
pub use overlay::{Adopted, Adopter, OVERLAY, Point, Variation, adopt};
pub use package::{Files, Letter, Message, Package, Way};
pub use problem::{Problem, ProblemKind};
pub use questions::{
    Latest, Page, Question, QuestionKind, QuestionOption, QuestionRole, QuestionSet,
};
pub use task_form::{LINE_CHARACTERS, TaskFault, TaskField, TaskForm, TaskOption};
pub use texts::WELSH_LAW;
pub use translations::{TRANSLATIONS_LOCK, translations_lock};
