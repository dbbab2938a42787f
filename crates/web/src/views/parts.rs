//! What a request comes to, piece by piece, where it reaches several offices.

use super::tag::Tag;

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartLine {
    /// What it is.
    pub title: String,
    /// How it stands, in a word.
    pub tag: Tag,
    /// What is said of it.
    pub text: String,
    /// Since when, once something was said.
    pub since: Option<String>,
}
