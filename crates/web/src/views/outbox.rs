//! The fake outbox: what would have been sent.

use askama::Template;

use super::page::{Account, Page};
use super::request::Fact;

/// A message in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageLine {
    /// Its subject, or its first words.
    pub subject: String,
    /// The message.
    pub href: String,
    /// E-mail, text message or letter.
    pub kind: String,
    /// To whom.
    pub to: String,
    /// When.
    pub when: String,
}

/// The messages, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "outbox.html")]
pub struct Outbox {
    /// The page.
    pub page: Page,
    /// The messages.
    pub messages: Vec<MessageLine>,
    /// Older ones.
    pub older: Option<String>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "outbox_message.html")]
pub struct OutboxMessage {
    /// The page; its title is the subject.
    pub page: Page,
    /// To, from, when, kind.
    pub facts: Vec<Fact>,
    /// The language of the message, where it is not the page's.
    pub language: &'static str,
    /// The text as it would be read.
    pub text: String,
}
