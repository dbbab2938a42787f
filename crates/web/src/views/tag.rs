//! A state in a word and a shape, so that its colour is never alone.

use askama::Template;

/// How a state bears on the person who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done, well.
    Good,
    /// Under way.
    Busy,
    /// Late, or needs a look.
    Warn,
    /// Wrong.
    Bad,
    /// Over, or of no consequence.
    Quiet,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/tag.html")]
pub struct Tag {
    /// The word.
    pub text: String,
    /// Its tone.
    pub tone: Tone,
}

impl Tag {
    /// A tag.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { text: text.into(), tone }
    }

    /// The class in the stylesheet.
    pub const fn class(&self) -> &'static str {
        match self.tone {
            Tone::Good => "tag-good",
            Tone::Busy => "tag-busy",
            Tone::Warn => "tag-warn",
            Tone::Bad => "tag-bad",
            Tone::Quiet => "tag-quiet",
        }
    }

    /// The shape, as the path of an SVG of 14 by 14.
    pub const fn shape(&self) -> &'static str {
        match self.tone {
            Tone::Good => "M1 8l4 4 8-10",
            Tone::Busy => "M7 1a6 6 0 1 0 .01 0M7 3.5V7l2.5 2",
            Tone::Warn => "M7 1.5l6 11H1zM7 5.5v3.5M7 10.8v.4",
            Tone::Bad => "M2 2l10 10M12 2L2 12",
            Tone::Quiet => "M2 7h10",
        }
    }
}
