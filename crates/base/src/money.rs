//! Money in pence: exact, and never divided without saying where the remainder goes.

use std::fmt;

/// An amount in pence sterling; negative is owed the other way.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount by its pence.
    pub const fn from_pence(pence: i64) -> Self {
        Self(pence)
    }

    /// The pence.
    pub const fn pence(self) -> i64 {
        self.0
    }

    /// The sum, held at the ends of the range.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, held at the ends of the range.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pounds, pence) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        let sign = if self.0 < 0 { "-" } else { "" };
        let digits = pounds.to_string();
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        match pence {
            0 => write!(formatter, "{sign}£{grouped}"),
            _ => write!(formatter, "{sign}£{grouped}.{pence:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn money_prints_as_people_write_it() {
        for (pence, text) in [
            (0, "£0"),
            (5, "£0.05"),
            (1_000, "£10"),
            (-1_050, "-£10.50"),
            (123_456_700, "£1,234,567"),
        ] {
            assert_eq!(Money::from_pence(pence).to_string(), text);
        }
        assert_eq!(Money::from_pence(i64::MAX).plus(Money::from_pence(1)).pence(), i64::MAX);
    }
}
