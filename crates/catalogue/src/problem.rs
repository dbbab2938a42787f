//! What is wrong with a package, where, and how to mend it.

use std::fmt;

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A file that every package has is not there.
    MissingFile,
    /// A file is not in its format.
    Syntax,
    /// A value is not allowed where it stands.
    Value,
    /// A name is used that nothing defines.
    Undefined,
    /// The same thing is defined or asked twice.
    Repeated,
    /// A text is missing in a language that the body serves.
    Translation,
    /// The process cannot be executed as it stands.
    Process,
    /// A decision is incomplete, contradictory or not readable.
    Decision,
    /// Automation without a stated ground.
    Automation,
    /// An overlay changes what its package does not offer for change.
    Overlay,
    /// A scenario cannot be read.
    Scenario,
}

/// One fault of a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, within its package.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The kind of fault.
    pub kind: ProblemKind,
    /// What is wrong, as one sentence.
    pub sentence: String,
    /// What to do about it, as one sentence.
    pub mend: String,
    /// Whether the package may be used all the same.
    pub warning: bool,
}

impl Problem {
    /// A fault that keeps the package from being used.
    pub fn new(
        file: impl Into<String>,
        position: (u32, u32),
        kind: ProblemKind,
        sentence: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            line: position.0,
            column: position.1,
            kind,
            sentence: sentence.into(),
            mend: mend.into(),
            warning: false,
        }
    }

    /// The same fault as a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.warning = true;
        self
    }

    /// Line and column of words within an entry of a list of tables, such as `[[question]]`.
    pub(crate) fn entry(text: &str, list: &str, words: &str) -> (u32, u32) {
        let within = |byte: &usize| {
            let before = text.get(..*byte).unwrap_or_default();
            let heads = before.lines().rev().map(str::trim_end);
            heads.into_iter().find(|line| line.starts_with("[[")) == Some(list)
        };
        let found = text.match_indices(words).map(|(byte, _)| byte).find(within);
        Self::position(text, found.or_else(|| text.find(words)).unwrap_or(0))
    }

    /// Line and column, from 1, of a byte in a text.
    pub fn position(text: &str, byte: usize) -> (u32, u32) {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count());
        let from_one = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        (from_one(line), from_one(column))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = if self.warning { "warning: " } else { "" };
        write!(
            formatter,
            "{}:{}:{}: {class}{} {}",
            self.file, self.line, self.column, self.sentence, self.mend
        )
    }
}
