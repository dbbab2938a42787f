//! A question that staff put to the person while they decide, and the page that answers it.

use askama::Template;

use super::field::Field;
use super::page::{Account, Page};

/// The question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The question, as it was written.
    pub text: String,
    /// The tag of the language that it is written in.
    pub lang: &'static str,
    /// Until when an answer is waited for, or what has become of it.
    pub until: String,
    /// Where it is answered, for whoever may.
    pub answer: Option<String>,
}

/// Answer it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "answer_question.html")]
pub struct AnswerQuestion {
    /// The page.
    pub page: Page,
    /// The service and the reference.
    pub caption: String,
    /// What an agent says before they read the question out.
    pub say: Option<String>,
    /// The question.
    pub asked: Asked,
    /// The answer.
    pub fields: Vec<Field>,
    /// Where it is sent.
    pub action: String,
}
