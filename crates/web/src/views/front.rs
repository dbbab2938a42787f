//! Finding a service: the region's front, a body's front and the page before a service begins.

use askama::Template;

use super::page::{Account, Link, Page};
use crate::words::Words;

/// A search in the reader's own words, and what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Where it asks (by GET).
    pub action: String,
    /// What was looked for.
    pub query: String,
    /// What was found; none before anything was looked for.
    pub found: Option<Vec<ServiceLine>>,
}

impl Search {
    /// What was found, as a heading.
    pub(crate) fn heading(&self, words: Words) -> String {
        let query = self.query.as_str();
        match self.found.as_ref().map_or(0, Vec::len) {
            0 => words.found_nothing(query),
            1 => words.found_one(query),
            many => words.found_many(many, query),
        }
    }
}

/// A service in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLine {
    /// Its name.
    pub title: String,
    /// One sentence about it.
    pub summary: String,
    /// Its start page.
    pub href: String,
    /// Whose it is, where several bodies stand in one list.
    pub body: Option<String>,
}

/// A body in the region's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyLine {
    /// Its name.
    pub name: String,
    /// Its front page.
    pub href: String,
    /// What it does for people, in a sentence.
    pub about: String,
}

/// `/`: every body, and one search over all their services.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "region_front.html")]
pub struct RegionFront {
    /// The page.
    pub page: Page,
    /// What the region is, in a sentence.
    pub lead: String,
    /// The search over every body.
    pub search: Search,
    /// The bodies.
    pub bodies: Vec<BodyLine>,
}

/// Services of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Its name.
    pub name: String,
    /// The services, in the order of the alphabet.
    pub services: Vec<ServiceLine>,
}

/// `/{body}/`: its catalogue, with search.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "body_front.html")]
pub struct BodyFront {
    /// The page.
    pub page: Page,
    /// A welcome in a sentence.
    pub lead: String,
    /// The search.
    pub search: Search,
    /// Every service, by category.
    pub categories: Vec<Category>,
    /// Where a reference is looked up.
    pub track: String,
    /// Where a person sees what they asked for.
    pub mine: String,
}

/// Another way to ask for a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherWay {
    /// Its name.
    pub name: String,
    /// How.
    pub text: String,
}

/// How a service begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// With a button (it posts, and makes a draft).
    Open {
        /// What the button says.
        label: String,
        /// Where it posts.
        action: String,
        /// To a form that this browser has begun.
        go_on: Option<Link>,
    },
    /// After signing in.
    SignIn(Link),
    /// Not now, and why.
    Closed(String),
}

/// `/{body}/services/{service}`: what a person should know before they begin.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "service_start.html")]
pub struct ServiceStart {
    /// The page.
    pub page: Page,
    /// The category.
    pub category: String,
    /// What the service is for.
    pub summary: String,
    /// What to have at hand.
    pub need: Vec<String>,
    /// How long it takes to ask.
    pub how_long: String,
    /// What happens after sending, step by step.
    pub next: Vec<String>,
    /// The promise.
    pub promise: String,
    /// How to begin.
    pub start: Start,
    /// Other ways to ask.
    pub other_ways: Vec<OtherWay>,
    /// The power under which the body does this.
    pub power: String,
    /// The lawful basis of using what people write.
    pub lawful_basis: String,
}
