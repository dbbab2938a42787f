//! An agent's pages about whoever is on the phone: finding them, and what they have asked for.

use askama::Template;

use super::contact::ContactLine;
use super::field::Field;
use super::page::{Account, Link, Page};
use super::request::Fact;
use super::staff::{CaseLine, ServiceCall};
use super::tag::Tag;

/// The search for a caller: one box, and a surname with a day of birth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerSearch {
    /// Where it asks (by POST: what was typed stays out of addresses and logs).
    pub action: String,
    /// What was typed into the box.
    pub typed: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Surname and day of birth.
    pub named: Vec<Field>,
    /// Whether these are shown.
    pub open: bool,
}

/// A request of a search, enough to tell it apart when it is read aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerLine {
    /// The reference.
    pub reference: String,
    /// The caller's page.
    pub href: String,
    /// Initials and half a postcode, or that there are none.
    pub who: String,
    /// The service.
    pub service: String,
    /// The state in a word.
    pub tag: Tag,
    /// When it came.
    pub received: String,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCallers {
    /// How many, in words.
    pub count: String,
    /// This page's requests.
    pub lines: Vec<CallerLine>,
    /// Its contacts that were no requests.
    pub contacts: Vec<ContactLine>,
    /// What is sent for the page of older ones, when there is one.
    pub older: Vec<(String, String)>,
}

/// Finding a caller.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "callers.html")]
pub struct Callers {
    /// The page.
    pub page: Page,
    /// The search.
    pub search: CallerSearch,
    /// What was found; none before anything was looked for.
    pub found: Option<FoundCallers>,
    /// Where a contact with them is logged.
    pub log: Link,
    /// Services that can be begun for somebody of whom nothing is known.
    pub calls: Vec<ServiceCall>,
}

/// Whether the caller is known to be who they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// Not yet: what is checked, and where it is sent.
    Asked {
        /// The facts.
        field: Box<Field>,
        /// Where they are sent.
        action: String,
    },
    /// By these facts, in a sentence.
    Done(String),
}

/// Whoever is on the phone: what is known of them, and what can be done for them.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "caller.html")]
pub struct Caller {
    /// The page.
    pub page: Page,
    /// The reference that they were found by.
    pub reference: String,
    /// What is known: masked, or opened once the caller is known.
    pub known: Vec<Fact>,
    /// Whether the caller is known to be who they say.
    pub verification: Verification,
    /// That they have been in touch shortly before, in a sentence.
    pub repeat: Option<String>,
    /// What is open.
    pub open: Vec<CaseLine>,
    /// What is over.
    pub closed: Vec<CaseLine>,
    /// Contacts that were no requests, the newest first.
    pub contacts: Vec<ContactLine>,
    /// Where a contact with them is logged.
    pub log: Link,
    /// Services that can be begun for them.
    pub calls: Vec<ServiceCall>,
    /// The search.
    pub search: Link,
}
