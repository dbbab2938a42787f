//! What can go wrong, by the moment it goes wrong: [`CompileError`] while an expression is read,
//! [`EvalError`] while it runs. A FEEL "error" that the standard turns into `null` is neither: it is
//! the value [`Value::Null`](crate::Value::Null).

use crate::decimal::DecimalError;

/// A place in the source text. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Offset in bytes from the start of the text.
    pub byte: usize,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl Position {
    /// The place of a byte offset within a text; an offset past the end is the end.
    pub fn locate(text: &str, byte: usize) -> Self {
        let mut line = 1;
        let mut column = 1;
        for (offset, character) in text.char_indices() {
            if offset >= byte {
                break;
            }
            if character == '\n' {
                line += 1;
                column = 1;
            } else {
                column += 1;
            }
        }
        Self { byte: byte.min(text.len()), line, column }
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

/// Why a text is not an expression that can run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The grammar does not allow what stands here.
    #[error("expected {expected} but found {found} at {position}")]
    Syntax {
        /// What would have been allowed.
        expected: String,
        /// What stands there instead.
        found: String,
        /// Where.
        position: Position,
    },
    /// A name that is neither in scope nor a function of the language.
    #[error("unknown name `{name}` at {position}")]
    UnknownName {
        /// The name as written, with single spaces.
        name: String,
        /// Where it begins.
        position: Position,
    },
    /// A string, comment, quoted literal or bracket that is never closed.
    #[error("{what} that begins at {position} is never closed")]
    Unterminated {
        /// What was opened.
        what: &'static str,
        /// Where it was opened.
        position: Position,
    },
    /// A literal that has the form of a value but is none.
    #[error("{what} is not valid at {position}")]
    InvalidLiteral {
        /// Which kind of literal.
        what: &'static str,
        /// Where it begins.
        position: Position,
    },
    /// A name given twice in one context, parameter list or named invocation.
    #[error("`{name}` is given twice, again at {position}")]
    Duplicate {
        /// The name.
        name: String,
        /// Where it stands the second time.
        position: Position,
    },
    /// Nested deeper than is allowed.
    #[error("nested deeper than {limit} levels at {position}")]
    TooDeep {
        /// The limit.
        limit: u32,
        /// Where the limit was passed.
        position: Position,
    },
    /// The text is longer than is allowed.
    #[error("text of {length} bytes is longer than {limit}")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
        /// Its length in bytes.
        length: usize,
    },
}

/// Which bound of an evaluation was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BudgetExceeded {
    /// Too many steps.
    #[error("more than {limit} steps")]
    Steps {
        /// The limit.
        limit: u64,
    },
    /// Too many bytes built.
    #[error("more than {limit} bytes of values")]
    Memory {
        /// The limit.
        limit: u64,
    },
    /// Calls or expressions nested too deep.
    #[error("nested deeper than {limit} levels")]
    Depth {
        /// The limit.
        limit: u32,
    },
}

/// A list, context or function that would hold values nested deeper than
/// [`MAX_VALUE_DEPTH`](crate::MAX_VALUE_DEPTH), or more of them than
/// [`MAX_VALUE_SIZE`](crate::MAX_VALUE_SIZE).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a value nested deeper than {} levels or too large", crate::MAX_VALUE_DEPTH)]
pub struct TooDeep;

/// Why an evaluation gave no value at all, not even `null`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A bound was reached.
    #[error("budget exceeded: {0}")]
    BudgetExceeded(#[from] BudgetExceeded),
    /// A value would be nested too deep.
    #[error(transparent)]
    TooDeep(#[from] TooDeep),
    /// `now()` or `today()` where the environment has no clock.
    #[error("the environment has no clock")]
    NoClock,
    /// `uuid()` or `random number()` where the environment has no source of random numbers.
    #[error("the environment has no source of random numbers")]
    NoEntropy,
    /// `assert` found its condition not met (Camunda dialect).
    #[error("assertion failed: {message}")]
    Assertion {
        /// The message given to `assert`.
        message: String,
    },
    /// The scope has fewer slots than the names that the expression was compiled with.
    #[error("the scope has no slot {slot}: it was made for other names")]
    MissingSlot {
        /// The slot.
        slot: u32,
    },
    /// A function supplied by the host failed.
    #[error("function `{name}` failed: {message}")]
    Host {
        /// The function.
        name: String,
        /// Why, for an operator.
        message: String,
    },
}

/// An arithmetic result that has no value; FEEL turns it into `null`.
impl From<DecimalError> for crate::Value {
    fn from(_: DecimalError) -> Self {
        Self::Null
    }
}
