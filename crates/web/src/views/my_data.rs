//! Who looked at a person's data, to that person: one plain sentence each, with its proof.

use askama::Template;

use super::page::{Account, Link, Page};

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataEntry {
    /// Which entry about the person it is.
    pub number: String,
    /// Who did it.
    pub who: String,
    /// What happened, in a sentence.
    pub what: String,
    /// Why it was allowed.
    pub allowed: String,
    /// When.
    pub when: String,
    /// The request that it belongs to.
    pub request: Option<Link>,
    /// What the proof proves.
    pub leaf: String,
    /// The proof as a file, and what is read out of the link.
    pub proof: Link,
}

/// Who looked.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "my_data.html")]
pub struct MyData {
    /// The page.
    pub page: Page,
    /// The body.
    pub caption: String,
    /// What an entry is.
    pub lead: String,
    /// The entries, the newest first.
    pub entries: Vec<DataEntry>,
    /// How many are shown later.
    pub hidden: Option<String>,
    /// Earlier ones.
    pub older: Option<String>,
    /// Where else one can look.
    pub links: Vec<Link>,
}
