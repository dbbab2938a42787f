//! An attribute or text that may be a FEEL expression, with the place where it stands.

use std::fmt;

/// A place in the source text, both counted from 1; zero when the thing was not read from a text.
///
/// Two positions always compare equal: models are equal when they say the same, wherever it stands.
#[derive(Debug, Clone, Copy, Default, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl PartialEq for Position {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A value that is either plain text or, when its source began with `=`, a FEEL expression.
///
/// `position` is that of the first character of `text` (behind the `=`), so that a fault inside the
/// expression can be located in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// Text taken as it is.
    Static {
        /// The text.
        text: String,
        /// Where the text begins.
        position: Position,
    },
    /// A FEEL expression, without its `=`.
    Feel {
        /// The expression.
        text: String,
        /// Where the expression begins, behind its `=`.
        position: Position,
    },
}

impl Expression {
    /// Tells a FEEL expression from plain text by its leading `=`.
    pub fn new(source: &str, position: Position) -> Self {
        let trimmed = source.trim();
        match trimmed.strip_prefix('=') {
            Some(feel) => Self::Feel { text: feel.to_owned(), position: behind(source, position) },
            None => Self::Static { text: trimmed.to_owned(), position },
        }
    }

    /// Plain text that stands in no file.
    pub fn fixed(text: impl Into<String>) -> Self {
        Self::Static { text: text.into(), position: Position::default() }
    }

    /// A FEEL expression (without `=`) that stands in no file.
    pub fn feel(text: impl Into<String>) -> Self {
        Self::Feel { text: text.into(), position: Position::default() }
    }

    /// The text, without `=`.
    pub fn text(&self) -> &str {
        match self {
            Self::Static { text, .. } | Self::Feel { text, .. } => text,
        }
    }

    /// Where the text begins.
    pub fn position(&self) -> Position {
        match self {
            Self::Static { position, .. } | Self::Feel { position, .. } => *position,
        }
    }

    /// Whether the text is a FEEL expression.
    pub fn is_feel(&self) -> bool {
        matches!(self, Self::Feel { .. })
    }

    /// The text when it is plain.
    pub fn as_static(&self) -> Option<&str> {
        match self {
            Self::Static { text, .. } => Some(text),
            Self::Feel { .. } => None,
        }
    }
}

/// As a file spells it: FEEL with its `=`.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Static { text, .. } => f.write_str(text),
            Self::Feel { text, .. } => write!(f, "={text}"),
        }
    }
}

/// The position behind the `=` of `source`, which begins at `start`.
fn behind(source: &str, start: Position) -> Position {
    let mut at = start;
    for character in source.chars() {
        if character == '\n' {
            at = Position { line: at.line.saturating_add(1), column: 1 };
        } else {
            at.column = at.column.saturating_add(1);
        }
        if character == '=' {
            break;
        }
    }
    at
}
