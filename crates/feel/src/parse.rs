//! Reading FEEL: a hand-written Pratt parser that resolves names as it goes.
//!
//! There is no token stream, because where a name ends depends on the names in scope: the parser
//! reads characters, and asks [`frames`] for the longest name that matches. Nesting is counted and
//! limited; what can be long without nesting is read in loops.

use crate::dialect::Dialect;
use crate::error::{CompileError, Position};
use crate::names::{Names, Slot};

mod call;
mod expression;
mod frames;
mod operand;
mod scan;
mod tests_of_input;
mod type_name;

use frames::Frames;
pub(crate) use tests_of_input::Cell;

/// How deep an expression may nest; less deep where every level holds many kinds of operators.
pub const MAX_EXPRESSION_DEPTH: u32 = 100;
/// The longest text that is read, in bytes.
pub const MAX_TEXT_LENGTH: usize = 4 * 1024 * 1024;

pub(crate) type Parsed<T> = Result<T, Box<CompileError>>;

pub(crate) struct Parser<'t> {
    text: &'t str,
    /// Offset of the next character that has not been read.
    at: usize,
    depth: u32,
    /// Open calls that read operators.
    calls: u32,
    frames: Frames,
    dialect: Dialect,
    /// Whether a `[` after an operand may close a range, as in `[1..5[`.
    range_end: bool,
    /// Whether the test being read mentions `?`.
    saw_input: bool,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str, names: &Names, dialect: Dialect) -> Parsed<Self> {
        if text.len() > MAX_TEXT_LENGTH {
            let error = CompileError::TooLong { limit: MAX_TEXT_LENGTH, length: text.len() };
            return Err(Box::new(error));
        }
        let frames = Frames::new(names);
        Ok(Self {
            text,
            at: 0,
            depth: 0,
            calls: 0,
            frames,
            dialect,
            range_end: false,
            saw_input: false,
        })
    }

    /// The same, with so many levels of nesting left: for texts that an evaluation reads, whose
    /// stack is half used.
    pub(crate) fn with_levels(mut self, levels: u32) -> Self {
        self.depth = MAX_EXPRESSION_DEPTH.saturating_sub(levels);
        self
    }

    fn position(&self, byte: usize) -> Position {
        Position::locate(self.text, byte)
    }

    /// The grammar does not allow what stands next.
    fn expected<T>(&mut self, expected: &str) -> Parsed<T> {
        self.skip_space()?;
        let found = self.describe_next();
        let position = self.position(self.at);
        Err(Box::new(CompileError::Syntax { expected: expected.to_owned(), found, position }))
    }

    fn describe_next(&self) -> String {
        let word = self.word_at(self.at);
        if !word.is_empty() {
            return format!("`{}`", word.chars().take(40).collect::<String>());
        }
        match self.peek() {
            Some(character) => format!("`{character}`"),
            None => "the end".to_owned(),
        }
    }

    /// Goes one level deeper; every success is answered by lowering `depth`.
    fn enter(&mut self) -> Parsed<()> {
        if self.depth >= MAX_EXPRESSION_DEPTH {
            return self.too_deep(MAX_EXPRESSION_DEPTH);
        }
        self.depth += 1;
        Ok(())
    }

    fn too_deep<T>(&self, limit: u32) -> Parsed<T> {
        Err(Box::new(CompileError::TooDeep { limit, position: self.position(self.at) }))
    }

    /// Whether nothing but space is left.
    pub(crate) fn at_end(&mut self) -> bool {
        self.skip_space().is_ok() && self.rest().is_empty()
    }

    /// How many locals the text needs, and the slots of the scope that it reads.
    pub(crate) fn into_usage(self) -> (u32, Vec<Slot>) {
        let slots = self.frames.used().iter().copied().map(Slot).collect();
        (self.frames.locals(), slots)
    }
}
