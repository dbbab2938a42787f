//! JSON in and out, exact to 34 digits.

use crate::error::TooDeep;
use crate::value::Value;

mod read;
mod write;

#[cfg(test)]
mod tests;

/// What a JSON text may be at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonLimits {
    /// Its length in bytes.
    pub bytes: usize,
    /// How deep it nests.
    pub depth: u32,
    /// How many values it holds.
    pub values: usize,
}

impl JsonLimits {
    /// 16 MiB, 100 levels, one million values.
    pub const STANDARD: Self = Self { bytes: 16 * 1024 * 1024, depth: 100, values: 1_000_000 };
}

/// Why a text is not JSON that can be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON at this byte.
    #[error("not JSON at byte {byte}")]
    Syntax {
        /// Offset from the start.
        byte: usize,
    },
    /// A number of more than 34 digits or beyond the range of exponents.
    #[error("number at byte {byte} cannot be held exactly")]
    InexactNumber {
        /// Offset from the start.
        byte: usize,
    },
    /// A name twice in one object.
    #[error("name given twice at byte {byte}")]
    Duplicate {
        /// Offset from the start.
        byte: usize,
    },
    /// Longer, deeper or larger than the limits.
    #[error("beyond the limit of {limit} {what}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
    /// Nested deeper than a value may be.
    #[error(transparent)]
    TooDeep(#[from] TooDeep),
}

impl Value {
    /// Reads JSON: objects become contexts, strings stay strings, numbers stay exact. A number that
    /// 34 digits cannot hold, a name given twice and a lone surrogate are refused.
    pub fn from_json(text: &str, limits: JsonLimits) -> Result<Self, JsonError> {
        read::value(text, limits)
    }

    /// Canonical JSON: no white space, members in the order of the context, numbers as plain digits.
    /// Dates, times and durations become their ISO text, ranges their FEEL text, functions null.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        write::value(self, &mut text);
        text
    }
}
