//! Decimals as text: plain digits out, plain or scientific notation in.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use super::wide::Wide;
use super::{Decimal, DecimalError, finish};

/// As many leading digits as the coefficient collects; the rest only decides ties.
const COLLECTED: u32 = 37;
/// Beyond this an exponent can only overflow or vanish.
const EXPONENT_LIMIT: i32 = 1_000_000;

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads `-12.5`, `.5`, `1e-3`; a text of more than 34 digits is rounded.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (number, power) =
            match unsigned.find(['e', 'E']).and_then(|at| unsigned.split_at_checked(at)) {
                Some((number, power)) => (number, exponent_of(power)?),
                None => (unsigned, 0),
            };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let wellformed = (!whole.is_empty() || !fraction.is_empty())
            && !number.ends_with('.')
            && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if !wellformed {
            return Err(DecimalError::NotANumber);
        }
        Digits::default().collect(whole, fraction).finish(negative, power)
    }
}

impl Decimal {
    /// Reads a number that 34 digits hold exactly; `None` for any other text.
    pub fn parse_exact(text: &str) -> Option<Self> {
        let number: Self = text.parse().ok()?;
        let digits = text.split(['e', 'E']).next().unwrap_or("");
        let significant = digits
            .bytes()
            .filter(u8::is_ascii_digit)
            .skip_while(|digit| *digit == b'0')
            .collect::<Vec<_>>();
        let kept = significant.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
        let vanished = number.is_zero() && kept > 0;
        // Rounding never leaves the digits that were written if they were too many.
        let held = number.normalised().coefficient().unsigned_abs().to_string();
        let written = significant.get(..kept).unwrap_or(&[]);
        let same = kept == 0 || held.as_bytes() == written;
        (kept <= 34 && !vanished && same).then_some(number)
    }
}

fn exponent_of(text: &str) -> Result<i32, DecimalError> {
    let text = text.get(1..).unwrap_or("");
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DecimalError::NotANumber);
    }
    let magnitude = digits.parse::<i32>().unwrap_or(EXPONENT_LIMIT).min(EXPONENT_LIMIT);
    Ok(if negative { -magnitude } else { magnitude })
}

#[derive(Default)]
struct Digits {
    coefficient: u128,
    collected: u32,
    exponent: i64,
    more: bool,
}

impl Digits {
    fn collect(mut self, whole: &str, fraction: &str) -> Self {
        for digit in whole.bytes() {
            self.push(digit, 0);
        }
        for digit in fraction.bytes() {
            self.push(digit, -1);
        }
        self
    }

    fn push(&mut self, digit: u8, shift: i64) {
        let digit = u128::from(digit.saturating_sub(b'0'));
        if self.collected < COLLECTED {
            self.coefficient = self.coefficient * 10 + digit;
            self.collected += u32::from(self.coefficient != 0);
            self.exponent += shift;
        } else {
            self.more |= digit != 0;
            self.exponent += shift + 1;
        }
    }

    fn finish(self, negative: bool, power: i32) -> Result<Decimal, DecimalError> {
        let exponent = self.exponent.saturating_add(i64::from(power));
        let limit = i64::from(EXPONENT_LIMIT) * 2;
        let exponent = i32::try_from(exponent.clamp(-limit, limit)).unwrap_or(0);
        finish(negative, Wide::from_u128(self.coefficient), exponent, self.more)
    }
}

impl fmt::Display for Decimal {
    /// Plain digits without an exponent and without zeros behind the fraction.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.normalised();
        if plain.is_negative() {
            formatter.write_char('-')?;
        }
        let digits = plain.coefficient().unsigned_abs().to_string();
        if plain.exponent() >= 0 {
            formatter.write_str(&digits)?;
            return zeros(formatter, plain.exponent().unsigned_abs() as usize);
        }
        let places = plain.exponent().unsigned_abs() as usize;
        if let Some(whole) = digits.len().checked_sub(places).filter(|whole| *whole > 0) {
            let (whole, fraction) = digits.split_at_checked(whole).unwrap_or((&digits, ""));
            write!(formatter, "{whole}.{fraction}")
        } else {
            formatter.write_str("0.")?;
            zeros(formatter, places.saturating_sub(digits.len()))?;
            formatter.write_str(&digits)
        }
    }
}

fn zeros(formatter: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    (0..count).try_for_each(|_| formatter.write_char('0'))
}

impl fmt::Debug for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
