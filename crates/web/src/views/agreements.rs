//! Agreements between bodies as residents and the data-protection officer read them, how each was
//! used, and the record of processing activities.

use askama::Template;

use super::page::{Account, Link, Page};
use super::request::Fact;
use super::tag::Tag;

/// An agreement in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementLine {
    /// Its name, with its own page.
    pub name: Link,
    /// Between whom.
    pub between: String,
    /// Whether it holds.
    pub tag: Tag,
    /// From when to when.
    pub runs: String,
    /// How often it was used; for the officer alone.
    pub used: Option<String>,
}

/// Some of the agreements under a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementGroup {
    /// The heading.
    pub heading: String,
    /// The agreements.
    pub agreements: Vec<AgreementLine>,
}

/// A body's agreements.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "agreements.html")]
pub struct Agreements {
    /// The page.
    pub page: Page,
    /// The body.
    pub caption: String,
    /// What they are.
    pub lead: String,
    /// The record of processing, for the officer alone.
    pub record: Option<Link>,
    /// In force, near their review or end, and over.
    pub groups: Vec<AgreementGroup>,
    /// That there are none.
    pub nothing: Option<String>,
}

/// A question or a notice of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tells {
    /// In words.
    pub text: String,
    /// The kinds of data and the services.
    pub more: String,
}

/// A day of an agreement's use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseLine {
    /// The day.
    pub day: String,
    /// Asked or told, answered or taken, could not tell, refused.
    pub counts: [String; 4],
}

/// How an agreement was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uses {
    /// By day, the newest first.
    pub days: Vec<UseLine>,
    /// How many lines of the log were counted, where there are more.
    pub counted: Option<String>,
    /// Of how many nothing was heard.
    pub one_sided: String,
    /// Why the rules refused, with how often.
    pub refused: Vec<(String, String)>,
}

/// One agreement.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "agreement.html")]
pub struct AgreementPage {
    /// The page; its title is the agreement's.
    pub page: Page,
    /// Between whom.
    pub caption: String,
    /// Whether it holds.
    pub tag: Tag,
    /// Whose signature is missing.
    pub missing: Option<String>,
    /// What may be asked.
    pub questions: Vec<Tells>,
    /// What may be told.
    pub notices: Vec<Tells>,
    /// Everything else that was agreed.
    pub facts: Vec<Fact>,
    /// How it was used; for the officer alone.
    pub uses: Option<Uses>,
}

/// One activity of the record of processing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityLine {
    /// What it is called.
    pub title: String,
    /// What the article asks for, in its order.
    pub facts: Vec<Fact>,
}

/// The record of processing activities, to be read and printed.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "processing.html")]
pub struct Processing {
    /// The page.
    pub page: Page,
    /// The controller.
    pub caption: String,
    /// When it was made.
    pub lead: String,
    /// The same as a file.
    pub download: Link,
    /// The activities.
    pub activities: Vec<ActivityLine>,
}
