//! The operator's places: what is wrong now and the button that mends it; one incident.

use askama::Template;

use super::field::Field;
use super::page::{Account, Act, Link, Page};
use super::request::Fact;
use super::tag::Tag;
use super::tracking::Moment;

/// Something that is wrong now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// How bad it is.
    pub tag: Tag,
    /// What is wrong.
    pub what: String,
    /// Since when.
    pub since: String,
    /// What it holds up.
    pub holds: String,
    /// More about it.
    pub link: Option<Link>,
    /// The one button that mends it; none where only others can, and we try again by ourselves.
    pub mend: Option<Act>,
}

/// Nobody knows whether a back office did the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The id of its heading on the page.
    pub id: String,
    /// What was asked of the back office.
    pub what: String,
    /// "We do not know whether this was done. Check in SYSTEM, then choose Done or Not done."
    pub ask: String,
    /// What to look for there.
    pub look_for: Vec<Fact>,
    /// Since when.
    pub since: String,
    /// The case.
    pub case: Link,
    /// It was done.
    pub done: Act,
    /// It was not done.
    pub not_done: Act,
}

/// A back office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemLine {
    /// Its name.
    pub name: String,
    /// How it does.
    pub tag: Tag,
    /// How many calls had to be made again.
    pub repeated: String,
    /// How many calls wait for it.
    pub waiting: String,
    /// When it is tried next, or what it last said.
    pub note: String,
}

/// An incident in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentLine {
    /// What went wrong.
    pub what: Link,
    /// The case.
    pub reference: String,
    /// Where in the process.
    pub place: String,
    /// Since when.
    pub since: String,
}

/// The operator's first page.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "operator.html")]
pub struct Operator {
    /// The page.
    pub page: Page,
    /// When this was true.
    pub as_of: String,
    /// What is wrong, the worst first.
    pub troubles: Vec<Trouble>,
    /// Outcomes that nobody knows.
    pub unknowns: Vec<Unknown>,
    /// Open incidents.
    pub incidents: Vec<IncidentLine>,
    /// More incidents.
    pub more_incidents: Option<String>,
    /// Back offices.
    pub systems: Vec<SystemLine>,
    /// Calls and messages waiting to go out.
    pub effects: Vec<Fact>,
}

/// What went over the wire at the last attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// There was none.
    None,
    /// Sealed: the button opens it and records who looked.
    Sealed(Act),
    /// Opened.
    Shown {
        /// When it was sent.
        when: String,
        /// What we sent.
        sent: String,
        /// What came back.
        came_back: String,
    },
}

/// One incident.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "incident.html")]
pub struct Incident {
    /// The page; its title says what went wrong.
    pub page: Page,
    /// Its state.
    pub tag: Tag,
    /// What it means and how to mend it, in a sentence.
    pub sentence: String,
    /// Case, place in the process, back office, since when.
    pub facts: Vec<Fact>,
    /// The buttons that mend it.
    pub acts: Vec<Act>,
    /// The case.
    pub case: Link,
    /// The attempts.
    pub timeline: Vec<Moment>,
    /// The last exchange.
    pub exchange: Exchange,
    /// Its address.
    pub address: String,
    /// Closing it by hand: the reason, and where it goes.
    pub by_hand: Option<ByHand>,
}

/// Doing by hand what the machine could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// How it ends, and what is recorded.
    pub fields: Vec<Field>,
    /// Where it is sent.
    pub action: String,
}
