//! Following a request: look-up, status, "this is not fixed", taking it back, my requests.

use askama::Template;

use super::field::Field;
use super::inquiry::Asked;
use super::page::{Account, Act, Link, Page};
use super::parts::PartLine;
use super::request::Fact;
use super::tag::Tag;

/// Look a request up by its reference.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "status_lookup.html")]
pub struct StatusLookup {
    /// The page.
    pub page: Page,
    /// The reference.
    pub field: Field,
    /// Where it is asked.
    pub action: String,
    /// Where a person sees all they asked for.
    pub mine: String,
}

/// Where a moment stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It has happened.
    Past,
    /// It is where things stand.
    Now,
    /// It is to come.
    ToCome,
}

/// One moment of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Where it stands in time.
    pub place: Place,
    /// When, in words.
    pub when: String,
    /// What happened.
    pub what: String,
    /// More about it, a line each.
    pub more: Vec<String>,
}

impl Moment {
    /// The stylesheet's class.
    pub const fn class(&self) -> &'static str {
        match self.place {
            Place::Past => "past",
            Place::Now => "at-now",
            Place::ToCome => "to-come",
        }
    }
}

/// Who has the request now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Their name.
    pub name: String,
    /// What they do, or how to reach them.
    pub text: String,
}

/// How a request was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What was decided, where it is not the page's own sentence.
    pub what: Option<String>,
    /// The reasons.
    pub reasons: Vec<Reason>,
    /// Who decided: the sentence on computers and rules, or the office.
    pub who: String,
    /// Asking a person to look again.
    pub look_again: Option<Box<LookAgain>>,
}

/// The button that asks a person to look again. Nobody has to say why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookAgain {
    /// Why they ask, for whoever wants to say.
    pub why: Field,
    /// Where it is sent.
    pub action: String,
}

/// A reason, with the law that it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The reason.
    pub text: String,
    /// The law.
    pub law: Option<String>,
}

/// A look at the person's data by staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub when: String,
    /// Who, by role.
    pub who: String,
    /// Why.
    pub why: String,
}

/// Something that the person is to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pay {
    /// Where they pay, and what becomes of it.
    pub text: String,
    /// The link to the provider's page, which says how much.
    pub link: Link,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "status.html")]
pub struct Status {
    /// The page; its title is the service's name.
    pub page: Page,
    /// The reference.
    pub reference: String,
    /// The state in a word.
    pub tag: Tag,
    /// Where it is now, in a sentence.
    pub sentence: String,
    /// The promise, or how late it is.
    pub promised: Option<String>,
    /// What is to be paid now.
    pub pay: Option<Pay>,
    /// How each part of it stands; none where it is one thing.
    pub parts: Vec<PartLine>,
    /// Who has it.
    pub holder: Option<Holder>,
    /// What staff ask, and wait to be told.
    pub asked: Option<Asked>,
    /// What happened, and what will: the earliest first.
    pub timeline: Vec<Moment>,
    /// How it was decided.
    pub decision: Option<Decision>,
    /// What the person told us; empty for somebody who only has the reference.
    pub answers: Vec<Fact>,
    /// Who looked; none for somebody who only has the reference.
    pub looks: Option<Vec<Look>>,
    /// Where to sign in to see more, for somebody who only has the reference.
    pub sign_in: Option<Link>,
    /// Where to say that it is not fixed.
    pub not_fixed: Option<String>,
    /// Where to take it back.
    pub withdraw: Option<String>,
}

/// Say that it is not fixed.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "not_fixed.html")]
pub struct NotFixed {
    /// The page.
    pub page: Page,
    /// The service and the reference.
    pub caption: String,
    /// What we were told, by whom and when.
    pub told: String,
    /// What will happen.
    pub next: String,
    /// What is still wrong.
    pub fields: Vec<Field>,
    /// Where it is sent.
    pub action: String,
}

/// Take a request back.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "withdraw.html")]
pub struct Withdraw {
    /// The page.
    pub page: Page,
    /// The service and the reference.
    pub caption: String,
    /// What follows from it.
    pub text: String,
    /// The button.
    pub act: Act,
    /// Back to the request.
    pub keep: Link,
}

/// A request in a person's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// The service.
    pub title: String,
    /// The reference.
    pub reference: String,
    /// The body.
    pub body: String,
    /// The state in a word.
    pub tag: Tag,
    /// Where it is, in a sentence.
    pub sentence: String,
    /// When it was sent.
    pub sent: String,
    /// Its page.
    pub href: String,
}

/// What a person asked for.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "my_requests.html")]
pub struct MyRequests {
    /// The page.
    pub page: Page,
    /// What is open.
    pub open: Vec<RequestLine>,
    /// What is over.
    pub closed: Vec<RequestLine>,
    /// Where to ask for something.
    pub services: Link,
    /// Where a reference is looked up.
    pub track: Link,
    /// Earlier ones.
    pub older: Option<String>,
}
