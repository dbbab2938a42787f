//! Decimal: a number of 34 significant digits with the arithmetic of IEEE 754 decimal128.
//!
//! Every operation is exact, then rounded once, half to even, to 34 digits and an exponent of
//! -6176 to 6111. What would lie beyond is [`DecimalError::Overflow`], never an infinity and never
//! a panic. There is no negative zero and no NaN. Numbers compare and hash by value: 1.0 equals 1.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

mod functions;
mod text;
mod wide;

#[cfg(test)]
mod tests;

use wide::{Dropped, Wide, digits, power_of_ten};

/// How many digits a number keeps.
const PRECISION: u32 = 34;
/// The largest coefficient, 10^34 - 1.
const LARGEST: u128 = 9_999_999_999_999_999_999_999_999_999_999_999;
/// The standard's scale, from -6111 to 6176, is the exponent with the other sign.
const MIN_EXPONENT: i32 = -6176;
const MAX_EXPONENT: i32 = 6111;

/// Why an operation has no number as its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// The result is too large for 34 digits times 10^6111.
    #[error("number too large")]
    Overflow,
    /// Division by zero, or a power or logarithm of zero that has no value.
    #[error("division by zero")]
    DivisionByZero,
    /// The operation has no real result, as the square root of a negative number.
    #[error("no real result")]
    Undefined,
    /// The text is not a number.
    #[error("not a number")]
    NotANumber,
}

/// How digits are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To nearest, a half to the even digit.
    HalfEven,
    /// To nearest, a half away from zero.
    HalfUp,
    /// To nearest, a half toward zero.
    HalfDown,
    /// Away from zero.
    Up,
    /// Toward zero.
    Down,
    /// Toward the larger number.
    Ceiling,
    /// Toward the smaller number.
    Floor,
}

impl Rounding {
    /// Whether the kept digits go up by one, away from zero.
    fn goes_up(self, negative: bool, odd: bool, dropped: Dropped) -> bool {
        let something = dropped != Dropped::Nothing;
        match self {
            Self::HalfEven => dropped == Dropped::AboveHalf || (dropped == Dropped::Half && odd),
            Self::HalfUp => matches!(dropped, Dropped::AboveHalf | Dropped::Half),
            Self::HalfDown => dropped == Dropped::AboveHalf,
            Self::Up => something,
            Self::Down => false,
            Self::Ceiling => something && !negative,
            Self::Floor => something && negative,
        }
    }
}

/// A decimal number of 34 digits.
#[derive(Clone, Copy)]
pub struct Decimal {
    // The coefficient in two halves, so that the type is aligned to 8 bytes and takes 24.
    high: u64,
    low: u64,
    exponent: i32,
    negative: bool,
}

impl Decimal {
    /// 0.
    pub const ZERO: Self = Self { high: 0, low: 0, exponent: 0, negative: false };
    /// 1.
    pub const ONE: Self = Self { high: 0, low: 1, exponent: 0, negative: false };
    /// 10.
    pub const TEN: Self = Self { high: 0, low: 10, exponent: 0, negative: false };

    /// `coefficient` times 10^`exponent`, rounded to 34 digits.
    pub fn new(coefficient: i128, exponent: i32) -> Result<Self, DecimalError> {
        let magnitude = Wide::from_u128(coefficient.unsigned_abs());
        finish(coefficient < 0, magnitude, exponent, false)
    }

    #[expect(clippy::cast_possible_truncation, reason = "the two halves of the coefficient")]
    const fn from_parts(negative: bool, coefficient: u128, exponent: i32) -> Self {
        Self {
            high: (coefficient >> 64) as u64,
            low: coefficient as u64,
            exponent,
            negative: negative && coefficient != 0,
        }
    }

    #[inline]
    fn magnitude(self) -> u128 {
        (u128::from(self.high) << 64) | u128::from(self.low)
    }

    /// The digits as an integer with the sign; times 10^[`exponent`](Self::exponent) they are the
    /// number.
    pub fn coefficient(self) -> i128 {
        let magnitude = i128::try_from(self.magnitude()).unwrap_or(i128::MAX);
        if self.negative { -magnitude } else { magnitude }
    }

    /// The power of ten that the coefficient is multiplied with.
    pub fn exponent(self) -> i32 {
        self.exponent
    }

    /// Whether it is 0.
    #[inline]
    pub fn is_zero(self) -> bool {
        self.high == 0 && self.low == 0
    }

    /// Whether it is below 0.
    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// Whether it has no fraction.
    pub fn is_integer(self) -> bool {
        self.exponent >= 0 || self.normalised().exponent >= 0
    }

    /// The number as an integer, if it has no fraction and fits.
    pub fn to_i64(self) -> Option<i64> {
        self.to_i128().and_then(|number| i64::try_from(number).ok())
    }

    /// The number as an integer, if it has no fraction and fits.
    pub fn to_i128(self) -> Option<i128> {
        if self.exponent == 0 {
            return Some(self.coefficient());
        }
        let plain = self.normalised();
        let power = u32::try_from(plain.exponent).ok().filter(|&power| power <= 38)?;
        plain.coefficient().checked_mul(i128::try_from(power_of_ten(power)).ok()?)
    }

    /// The same number with the fewest digits: 1.50 becomes 1.5, 100 becomes 1e2.
    #[must_use]
    pub fn normalised(self) -> Self {
        let mut coefficient = self.magnitude();
        if coefficient == 0 {
            return Self::ZERO;
        }
        let mut exponent = self.exponent;
        for step in [16u32, 8, 4, 2, 1, 1] {
            let power = power_of_ten(step);
            while coefficient.is_multiple_of(power) {
                coefficient /= power;
                exponent = exponent.saturating_add(step.cast_signed());
            }
        }
        Self::from_parts(self.negative, coefficient, exponent)
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { negative: false, ..self }
    }

    /// The number with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { negative: !self.negative && !self.is_zero(), ..self }
    }

    /// The sum.
    #[inline]
    pub fn checked_add(self, other: Self) -> Result<Self, DecimalError> {
        if self.exponent == other.exponent {
            // Two coefficients of 34 digits cannot overflow 128 bits.
            let sum = self.coefficient() + other.coefficient();
            if sum.unsigned_abs() <= LARGEST {
                return Ok(Self::from_parts(sum < 0, sum.unsigned_abs(), self.exponent));
            }
        }
        add_scaled(self, other)
    }

    /// The difference.
    #[inline]
    pub fn checked_sub(self, other: Self) -> Result<Self, DecimalError> {
        self.checked_add(other.negated())
    }

    /// The product.
    #[inline]
    pub fn checked_mul(self, other: Self) -> Result<Self, DecimalError> {
        let negative = self.negative != other.negative;
        let product = Wide::product(self.magnitude(), other.magnitude());
        finish(negative, product, self.exponent.saturating_add(other.exponent), false)
    }

    /// The quotient.
    pub fn checked_div(self, other: Self) -> Result<Self, DecimalError> {
        if other.is_zero() {
            return Err(DecimalError::DivisionByZero);
        }
        let (dividend, divisor) = (self.magnitude(), other.magnitude());
        let exponent = self.exponent.saturating_sub(other.exponent);
        let negative = self.negative != other.negative;
        if dividend.is_multiple_of(divisor) {
            return finish(negative, Wide::from_u128(dividend / divisor), exponent, false);
        }
        // One digit more than is kept, so that the remainder only decides ties.
        let power = (PRECISION + 1 + digits(divisor)).saturating_sub(digits(dividend));
        let (quotient, rest) = Wide::scaled(dividend, power).divided_by(divisor);
        let exponent = exponent.saturating_sub(power.cast_signed());
        let result = finish(negative, quotient, exponent, rest != 0)?;
        Ok(if rest == 0 { result.with_short_exponent() } else { result })
    }

    /// An exact quotient has no zeros behind its fraction: 1/2 is 0.5.
    fn with_short_exponent(self) -> Self {
        let short = self.normalised();
        if short.exponent > 0 { self.with_exponent_zero(short) } else { short }
    }

    fn with_exponent_zero(self, short: Self) -> Self {
        short
            .to_i128()
            .filter(|whole| whole.unsigned_abs() <= LARGEST)
            .map_or(self, |whole| Self::from_parts(whole < 0, whole.unsigned_abs(), 0))
    }

    /// The number rounded so that nothing stands beyond `scale` digits after the point; a negative
    /// scale rounds to tens, hundreds and so on.
    pub fn rounded(self, scale: i32, rounding: Rounding) -> Result<Self, DecimalError> {
        let target = scale.saturating_neg();
        let excess = target.saturating_sub(self.exponent);
        let Some(drop) = u32::try_from(excess).ok().filter(|&drop| drop > 0) else {
            return Ok(self);
        };
        let (kept, dropped) = if drop <= 76 {
            let (kept, dropped) = Wide::from_u128(self.magnitude()).shortened(drop);
            (kept.low, dropped)
        } else {
            (0, if self.is_zero() { Dropped::Nothing } else { Dropped::BelowHalf })
        };
        let up = rounding.goes_up(self.negative, kept % 2 == 1, dropped);
        finish(self.negative, Wide::from_u128(kept + u128::from(up)), target, false)
    }

    /// The largest integer that is not above.
    #[must_use]
    pub fn floor(self) -> Self {
        self.rounded(0, Rounding::Floor).unwrap_or(self)
    }

    /// The smallest integer that is not below.
    #[must_use]
    pub fn ceiling(self) -> Self {
        self.rounded(0, Rounding::Ceiling).unwrap_or(self)
    }

    /// The number without its fraction.
    #[must_use]
    pub fn truncated(self) -> Self {
        self.rounded(0, Rounding::Down).unwrap_or(self)
    }
}

/// Adds numbers of different exponents, or whose sum has too many digits.
fn add_scaled(left: Decimal, right: Decimal) -> Result<Decimal, DecimalError> {
    let (upper, lower) =
        if left.exponent >= right.exponent { (left, right) } else { (right, left) };
    if upper.is_zero() {
        return Ok(lower);
    }
    if lower.is_zero() && upper.exponent.saturating_sub(lower.exponent) > 40 {
        return Ok(upper);
    }
    let gap = upper.exponent.saturating_sub(lower.exponent).unsigned_abs();
    let room = 70u32.saturating_sub(digits(upper.magnitude()));
    if gap <= room {
        let scaled = Wide::scaled(upper.magnitude(), gap);
        let other = Wide::from_u128(lower.magnitude());
        let (negative, sum) = signed_sum(upper.negative, scaled, lower.negative, other);
        return finish(negative, sum, lower.exponent, false);
    }
    // The lower number is smaller than one unit of the scaled upper one: it only decides ties.
    let scaled = Wide::scaled(upper.magnitude(), room);
    let exponent = upper.exponent.saturating_sub(room.cast_signed());
    let unit = Wide::from_u128(u128::from(!lower.is_zero()));
    let (negative, sum) = signed_sum(upper.negative, scaled, lower.negative, unit);
    finish(negative, sum, exponent, false)
}

fn signed_sum(left_negative: bool, left: Wide, right_negative: bool, right: Wide) -> (bool, Wide) {
    if left_negative == right_negative {
        (left_negative, left.plus(right))
    } else if left >= right {
        (left_negative, left.minus(right))
    } else {
        (right_negative, right.minus(left))
    }
}

/// Rounds an exact magnitude, half to even, once; `more` tells that something below it was cut off.
#[inline]
fn finish(
    negative: bool,
    magnitude: Wide,
    exponent: i32,
    more: bool,
) -> Result<Decimal, DecimalError> {
    let fits = magnitude.high == 0 && magnitude.low <= LARGEST && !more;
    if fits && (MIN_EXPONENT..=MAX_EXPONENT).contains(&exponent) {
        return Ok(Decimal::from_parts(negative, magnitude.low, exponent));
    }
    finish_slowly(negative, magnitude, exponent, more)
}

fn finish_slowly(
    negative: bool,
    magnitude: Wide,
    exponent: i32,
    more: bool,
) -> Result<Decimal, DecimalError> {
    if magnitude.is_zero() {
        return Ok(Decimal::ZERO);
    }
    let too_many = i64::from(magnitude.digits()) - i64::from(PRECISION);
    let too_small = i64::from(MIN_EXPONENT) - i64::from(exponent);
    let drop = u32::try_from(too_many.max(too_small).max(0)).unwrap_or(u32::MAX);
    if drop > 76 {
        return Ok(Decimal::ZERO);
    }
    let (kept, dropped) = magnitude.shortened(drop);
    let up = Rounding::HalfEven.goes_up(negative, kept.low % 2 == 1, dropped.and_more(more));
    let mut coefficient = kept.low + u128::from(up);
    let mut exponent = exponent.saturating_add(drop.cast_signed());
    if coefficient > LARGEST {
        coefficient /= 10;
        exponent = exponent.saturating_add(1);
    }
    clamped(negative, coefficient, exponent)
}

/// A large exponent is brought within range by zeros behind the digits, where there is room.
fn clamped(negative: bool, coefficient: u128, exponent: i32) -> Result<Decimal, DecimalError> {
    let excess = u32::try_from(exponent.saturating_sub(MAX_EXPONENT)).unwrap_or(0);
    if coefficient == 0 {
        return Ok(Decimal::ZERO);
    }
    if excess > PRECISION - digits(coefficient).min(PRECISION) {
        return Err(DecimalError::Overflow);
    }
    let coefficient = coefficient * power_of_ten(excess);
    Ok(Decimal::from_parts(negative, coefficient, exponent.min(MAX_EXPONENT)))
}

impl Ord for Decimal {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if self.exponent == other.exponent {
            return self.coefficient().cmp(&other.coefficient());
        }
        match (sign(*self), sign(*other)) {
            (left, right) if left != right => left.cmp(&right),
            (1, _) => compare_magnitudes(*self, *other),
            (-1, _) => compare_magnitudes(*other, *self),
            _ => Ordering::Equal,
        }
    }
}

fn sign(number: Decimal) -> i8 {
    if number.is_zero() {
        0
    } else if number.negative {
        -1
    } else {
        1
    }
}

/// Compares the magnitudes of two numbers that are not zero.
fn compare_magnitudes(left: Decimal, right: Decimal) -> Ordering {
    let leading =
        |number: Decimal| i64::from(number.exponent) + i64::from(digits(number.magnitude()));
    leading(left).cmp(&leading(right)).then_with(|| {
        let gap = left.exponent.abs_diff(right.exponent);
        if left.exponent >= right.exponent {
            Wide::scaled(left.magnitude(), gap).cmp(&Wide::from_u128(right.magnitude()))
        } else {
            Wide::from_u128(left.magnitude()).cmp(&Wide::scaled(right.magnitude(), gap))
        }
    })
}

impl PartialOrd for Decimal {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let plain = self.normalised();
        (plain.high, plain.low, plain.exponent, plain.negative).hash(state);
    }
}

impl Default for Decimal {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self::from_parts(number < 0, u128::from(number.unsigned_abs()), 0)
    }
}

impl From<i32> for Decimal {
    fn from(number: i32) -> Self {
        Self::from(i64::from(number))
    }
}

impl From<u32> for Decimal {
    fn from(number: u32) -> Self {
        Self::from(i64::from(number))
    }
}

impl From<u64> for Decimal {
    fn from(number: u64) -> Self {
        Self::from_parts(false, u128::from(number), 0)
    }
}

impl From<usize> for Decimal {
    fn from(number: usize) -> Self {
        Self::from(u64::try_from(number).unwrap_or(u64::MAX))
    }
}
