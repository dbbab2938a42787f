//! Signing in by a code that is sent by e-mail, and out again.

use askama::Template;

use super::field::Field;
use super::page::{Account, Link, Page};

/// Ask for a code.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// The page.
    pub page: Page,
    /// Why, and what for.
    pub lead: String,
    /// That the session has ended, when there was one.
    pub ended: Option<String>,
    /// That what was typed is kept, when there is a draft.
    pub kept: Option<String>,
    /// The e-mail address.
    pub field: Field,
    /// Where it is asked.
    pub action: String,
    /// Where the person goes afterwards: an address of ours, carried along.
    pub onward: String,
    /// A way without signing in.
    pub without: Option<Link>,
}

/// Enter the code.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "sign_in_code.html")]
pub struct SignInCode {
    /// The page.
    pub page: Page,
    /// Where the code went and how long it is good for.
    pub lead: String,
    /// That what was typed is kept, when there is a draft.
    pub kept: Option<String>,
    /// The code.
    pub field: Field,
    /// Where it is checked.
    pub action: String,
    /// Where another code is asked for (by POST, with the same address).
    pub again: String,
    /// Where another address can be given.
    pub other_address: String,
    /// Where the code can be read while mail is a fake.
    pub outbox: Option<String>,
}

/// Signed out.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut {
    /// The page.
    pub page: Page,
    /// Where to go now.
    pub links: Vec<Link>,
}
