//! Asking: questions, check answers, confirmation, and the page for those who cannot go on.
//! A resident and an agent on the phone have the same pages; the agent's carry the script.

use askama::Template;

use super::field::Field;
use super::page::{Account, Link, Page};
use super::parts::PartLine;
use super::tracking::Decision;

/// A fact, as name and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// What it says, a line each.
    pub lines: Vec<String>,
}

impl Fact {
    /// A fact of one line.
    pub fn new(name: impl Into<String>, line: impl Into<String>) -> Self {
        Self { name: name.into(), lines: vec![line.into()] }
    }
}

/// One page of questions.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "question.html")]
pub struct Question {
    /// The page.
    pub page: Page,
    /// The service.
    pub caption: String,
    /// The heading of a group; none where the only question is the heading.
    pub heading: Option<String>,
    /// A line under the group's heading.
    pub intro: Option<String>,
    /// The questions.
    pub fields: Vec<Field>,
    /// Where the answers are posted.
    pub action: String,
    /// What the button says.
    pub button: String,
    /// A way for those whose answer is not there, such as "my address is not listed".
    pub otherwise: Option<Link>,
    /// For an agent: the answers so far, at the side.
    pub known: Vec<Fact>,
}

/// An answer to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The question, short.
    pub question: String,
    /// The answer, a line each.
    pub lines: Vec<String>,
    /// Where it can be changed; none for what a body already held.
    pub change: Option<String>,
    /// Where the answer came from, when the person did not give it.
    pub held: Option<String>,
}

/// Answers of one part of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerGroup {
    /// The part's heading, when there are several.
    pub heading: Option<String>,
    /// Its answers.
    pub answers: Vec<Answer>,
}

/// Everything that will be sent, before it is.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "check_answers.html")]
pub struct CheckAnswers {
    /// The page.
    pub page: Page,
    /// The service.
    pub caption: String,
    /// The answers.
    pub groups: Vec<AnswerGroup>,
    /// What an agent reads out before sending.
    pub say: Option<String>,
    /// What the sender should know: who decides, and how.
    pub before_send: Vec<String>,
    /// Where it is sent.
    pub action: String,
    /// A token used once, so that sending twice makes one request.
    pub once: String,
    /// What the button says.
    pub button: String,
}

/// One thing that will happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// By when, in words.
    pub when: Option<String>,
    /// What.
    pub text: String,
}

/// What the person is told beside the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is under way.
    UnderWay {
        /// What happens next, with dates and names.
        next: Vec<Step>,
        /// How they follow it; nothing where the request is another person's.
        following: Option<Following>,
    },
    /// It was answered at once.
    Answered {
        /// The answer.
        answer: String,
        /// How it was decided.
        decision: Option<Decision>,
    },
}

/// How somebody follows a request of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Following {
    /// How we shall know that it is done.
    pub how_we_know: String,
    /// What they can do when it goes wrong.
    pub if_it_goes_wrong: String,
}

/// The request was received.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "confirmation.html")]
pub struct Confirmation {
    /// The page; its title is the heading.
    pub page: Page,
    /// The reference; none where the request is another person's.
    pub reference: Option<String>,
    /// What an agent says.
    pub say: Option<String>,
    /// What was there already, when the request joined an open one.
    pub joined: Option<String>,
    /// What happens next, or what the answer is.
    pub told: Told,
    /// How each part of it stands; none where it is one thing.
    pub parts: Vec<PartLine>,
    /// Where the reference was sent, or that it has to be kept; nothing to an agent, who says it.
    pub keep: Option<String>,
    /// The status page, where the reference is told.
    pub status: Option<String>,
    /// Where an agent begins the next call, or a resident goes on.
    pub onward: Link,
}

/// The service is not for this person, or not now: why, and what they can do.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "exit.html")]
pub struct Exit {
    /// The page; its title is the heading.
    pub page: Page,
    /// The service.
    pub caption: String,
    /// Why.
    pub paragraphs: Vec<String>,
    /// What they can do.
    pub links: Vec<Link>,
}
