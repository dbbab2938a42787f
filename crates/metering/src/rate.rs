//! A rate: pence a unit, in millionths of a penny, so that a thousandth of a penny a command is
//! exact.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Decimal places of a penny.
const PLACES: usize = 6;
/// Millionths of a penny in a penny.
pub(crate) const MICROPENCE: i64 = 1_000_000;
/// The highest rate: a million pounds a unit.
const MAX_MICROPENCE: i64 = 100_000_000 * MICROPENCE;

/// A text is not a rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a rate: pence such as \"52.5\", at most {PLACES} decimal places, 0 to 100000000")]
pub struct ParseRateError;

/// Pence a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rate {
    micropence: i64,
}

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self { micropence: 0 };

    /// A rate by its millionths of a penny.
    ///
    /// # Errors
    /// [`ParseRateError`] when negative or above a million pounds.
    pub const fn from_micropence(micropence: i64) -> Result<Self, ParseRateError> {
        if micropence < 0 || micropence > MAX_MICROPENCE {
            return Err(ParseRateError);
        }
        Ok(Self { micropence })
    }

    /// Its millionths of a penny.
    pub const fn micropence(self) -> i64 {
        self.micropence
    }
}

impl FromStr for Rate {
    type Err = ParseRateError;
    fn from_str(text: &str) -> Result<Self, ParseRateError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > PLACES {
            return Err(ParseRateError);
        }
        let whole: i64 = whole.parse().map_err(|_| ParseRateError)?;
        let fraction: i64 = format!("{fraction:0<PLACES$}").parse().map_err(|_| ParseRateError)?;
        let micropence =
            whole.checked_mul(MICROPENCE).and_then(|whole| whole.checked_add(fraction));
        Self::from_micropence(micropence.ok_or(ParseRateError)?)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.micropence / MICROPENCE, self.micropence % MICROPENCE);
        if fraction == 0 {
            return write!(formatter, "{whole}");
        }
        let places = format!("{fraction:0PLACES$}");
        write!(formatter, "{whole}.{}", places.trim_end_matches('0'))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads `"52.5"` or a whole number; a binary fraction is refused, for it is not exact.
impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RateVisitor)
    }
}

struct RateVisitor;

impl de::Visitor<'_> for RateVisitor {
    type Value = Rate;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("pence as a text such as \"52.5\", or as a whole number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Rate, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, pence: i64) -> Result<Rate, E> {
        let micropence = pence.checked_mul(MICROPENCE).ok_or_else(|| E::custom(ParseRateError))?;
        Rate::from_micropence(micropence).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, pence: u64) -> Result<Rate, E> {
        self.visit_i64(i64::try_from(pence).map_err(|_| E::custom(ParseRateError))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_reads_back_as_written() {
        for (text, micropence) in [
            ("0", 0),
            ("52.5", 52_500_000),
            ("0.000001", 1),
            ("100000000", MAX_MICROPENCE),
            ("7.25", 7_250_000),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!((rate.micropence(), rate.to_string().as_str()), (micropence, text));
            let json = serde_json::to_string(&rate).unwrap();
            assert_eq!(serde_json::from_str::<Rate>(&json).unwrap(), rate);
        }
        assert_eq!(serde_json::from_str::<Rate>("55").unwrap(), "55".parse().unwrap());
    }

    #[test]
    fn what_is_not_exact_or_not_a_cost_is_refused() {
        for text in
            ["", "-1", "1.", ".5", "1.0000001", "1e3", "£1", "100000000.1", "9999999999999999999"]
        {
            assert_eq!(text.parse::<Rate>(), Err(ParseRateError), "{text}");
        }
        for json in ["0.5", "-1", "null", "99999999999999999999"] {
            assert!(serde_json::from_str::<Rate>(json).is_err(), "{json}");
        }
    }
}
