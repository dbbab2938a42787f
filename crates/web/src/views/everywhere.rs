//! What a person asked for at every body of the host, joined for this page alone.

use askama::Template;

use super::page::{Account, Link, Page};
use super::tracking::RequestLine;

/// Everything that a person asked for.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "everywhere.html")]
pub struct Everywhere {
    /// The page.
    pub page: Page,
    /// That the lists are not kept together.
    pub lead: String,
    /// What is open.
    pub open: Vec<RequestLine>,
    /// What is over.
    pub closed: Vec<RequestLine>,
    /// Each body's own list.
    pub bodies: Vec<Link>,
    /// Where to sign in, for whoever has not.
    pub sign_in: Vec<Link>,
}
