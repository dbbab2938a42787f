//! Staff places: the first page by role, lists of cases and one case.

use askama::Template;

use super::caller::CallerSearch;
use super::field::Field;
use super::front::ServiceLine;
use super::page::{Account, Act, Link, Page};
use super::parts::PartLine;
use super::request::Fact;
use super::tag::Tag;
use super::tracking::{Decision, Moment, Reason};

/// A case in a list: enough to tell it apart when it is read aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// The reference.
    pub reference: String,
    /// The case.
    pub href: String,
    /// The service; none in a list of one service, which names it above.
    pub service: Option<String>,
    /// The state in a word.
    pub tag: Tag,
    /// When it came.
    pub received: String,
    /// Due, in words.
    pub due: String,
    /// Why it is in this list: the reason of a touch, an outcome, a cost.
    pub why: String,
}

/// Something that staff are there to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its heading.
    pub heading: String,
    /// What stands there, or how much of it waits.
    pub text: String,
    /// A tag, when something is wrong or late.
    pub tag: Option<Tag>,
    /// Where it is done.
    pub links: Vec<Link>,
}

/// A case looked up by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseSearch {
    /// Where it asks (by POST: what was typed stays out of addresses).
    pub action: String,
    /// What was typed.
    pub query: String,
    /// What was found; none before anything was looked for.
    pub found: Option<Vec<CaseLine>>,
}

/// The first page of staff.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "staff_home.html")]
pub struct StaffHome {
    /// The page.
    pub page: Page,
    /// The roles of the person, in words.
    pub roles: String,
    /// The search for a caller, for agents.
    pub callers: Option<CallerSearch>,
    /// Look-up of a case, for roles that may.
    pub search: Option<CaseSearch>,
    /// Services that an agent can enter for a caller.
    pub calls: Vec<ServiceCall>,
    /// What each role is there to do.
    pub duties: Vec<Duty>,
}

/// A service that an agent can enter for a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCall {
    /// The service.
    pub service: ServiceLine,
    /// The button that begins.
    pub act: Act,
}

/// The cases behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "case_list.html")]
pub struct CaseList {
    /// The page; its title is the heading.
    pub page: Page,
    /// The service and the period.
    pub caption: String,
    /// What counts here, in a sentence.
    pub definition: String,
    /// How many there are, in words.
    pub count: String,
    /// This page's cases.
    pub cases: Vec<CaseLine>,
    /// The page of newer ones.
    pub newer: Option<String>,
    /// The page of older ones.
    pub older: Option<String>,
}

/// A decision of a machine at which a person looks again.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "staff_review.html")]
pub struct StaffReview {
    /// The page.
    pub page: Page,
    /// The service and the reference.
    pub caption: String,
    /// What the machine decided.
    pub decided: String,
    /// Its reasons.
    pub reasons: Vec<Reason>,
    /// The person's answers.
    pub answers: StaffAnswers,
    /// Channel, due date, language and the like.
    pub facts: Vec<Fact>,
    /// What happened.
    pub timeline: Vec<Moment>,
    /// The case.
    pub case: Link,
    /// What should stand, and why.
    pub fields: Vec<Field>,
    /// Where it is sent.
    pub action: String,
}

/// An element of the process, as it stands in this case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementLine {
    /// Its name in the process.
    pub name: String,
    /// What kind of element it is.
    pub kind: String,
    /// Its state.
    pub tag: Tag,
    /// Since when.
    pub since: String,
    /// What it waits for, or what it did.
    pub note: String,
}

/// What staff may see of a person's answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffAnswers {
    /// Opened, and recorded.
    Shown {
        /// The answers.
        facts: Vec<Fact>,
        /// Who can see that they were opened.
        recorded: String,
    },
    /// Not opened: the button opens them and records the reason.
    Folded(Act),
    /// Not opened before the caller is known to be the person; the link checks it.
    Closed(Link),
    /// Erased for good.
    Erased(String),
}

/// One case, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "staff_case.html")]
pub struct StaffCase {
    /// The page; its title is the service.
    pub page: Page,
    /// The reference.
    pub reference: String,
    /// The state in a word.
    pub tag: Tag,
    /// Where it is, in a sentence.
    pub sentence: String,
    /// What can be done now.
    pub acts: Vec<Act>,
    /// The incident or the unknown outcome that holds it up.
    pub trouble: Option<Link>,
    /// Where the answer to what was asked is entered.
    pub question: Option<Link>,
    /// Channel, due date, language and the like.
    pub facts: Vec<Fact>,
    /// The person's answers.
    pub answers: StaffAnswers,
    /// How it was decided.
    pub decision: Option<Decision>,
    /// How each part of it stands; none where it is one thing.
    pub parts: Vec<PartLine>,
    /// What happened, and what will.
    pub timeline: Vec<Moment>,
    /// The elements of the process that the case is at; none when it is over.
    pub elements: Vec<ElementLine>,
}
