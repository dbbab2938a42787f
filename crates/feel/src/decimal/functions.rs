//! Functions beyond the four operations: modulo, powers, roots, exponential and logarithm.
//!
//! Square roots are exact, then rounded once. Powers, exponentials and logarithms are sums and
//! products of 34-digit numbers: their last two digits are not guaranteed.

use super::wide::{Wide, digits, power_of_ten};
use super::{Decimal, DecimalError, PRECISION, finish};

/// ln 10 and ln 2 to 34 digits.
const LN_10: Decimal =
    Decimal::from_parts(false, 2_302_585_092_994_045_684_017_991_454_684_364, -33);
const LN_2: Decimal =
    Decimal::from_parts(false, 6_931_471_805_599_453_094_172_321_214_581_766, -34);
/// Series stop here at the latest; both converge in fewer terms.
const MAX_TERMS: i64 = 80;

impl Decimal {
    /// The remainder with the sign of the divisor, as FEEL's `modulo`: `modulo(-12, 5)` is 3.
    pub fn modulo(self, divisor: Self) -> Result<Self, DecimalError> {
        let rest = self.remainder(divisor)?;
        if !rest.is_zero() && rest.is_negative() != divisor.is_negative() {
            return rest.checked_add(divisor);
        }
        Ok(rest)
    }

    /// The exact remainder with the sign of the dividend.
    fn remainder(self, divisor: Self) -> Result<Self, DecimalError> {
        if divisor.is_zero() {
            return Err(DecimalError::DivisionByZero);
        }
        let gap = self.exponent.saturating_sub(divisor.exponent);
        if gap < 0 {
            let shift = gap.unsigned_abs();
            if shift + digits(divisor.magnitude()) > 72 {
                return Ok(self);
            }
            let scaled = Wide::scaled(divisor.magnitude(), shift);
            let rest =
                if scaled.high == 0 { self.magnitude() % scaled.low } else { self.magnitude() };
            return Ok(Self::from_parts(self.negative, rest, self.exponent));
        }
        let mut rest = self.magnitude() % divisor.magnitude();
        let mut left = gap.unsigned_abs();
        while left > 0 && rest != 0 {
            let step = left.min(36);
            rest = Wide::scaled(rest, step).divided_by(divisor.magnitude()).1;
            left -= step;
        }
        Ok(Self::from_parts(self.negative, rest, divisor.exponent))
    }

    /// The square root.
    pub fn sqrt(self) -> Result<Self, DecimalError> {
        if self.is_negative() {
            return Err(DecimalError::Undefined);
        }
        if self.is_zero() {
            return Ok(Self::ZERO);
        }
        let mut power = 2 * PRECISION + 2 - digits(self.magnitude());
        if (self.exponent.unsigned_abs() + power) % 2 == 1 {
            power += 1;
        }
        let scaled = Wide::scaled(self.magnitude(), power);
        let root = integer_root(scaled);
        let exact = Wide::product(root, root) == scaled;
        let exponent = self.exponent.saturating_sub(power.cast_signed()) / 2;
        let result = finish(false, Wide::from_u128(root), exponent, !exact)?;
        Ok(if exact { result.with_short_exponent() } else { result })
    }

    /// The power. A whole exponent multiplies; another goes by logarithms and needs a base that is
    /// not negative.
    pub fn power(self, exponent: Self) -> Result<Self, DecimalError> {
        if exponent.is_zero() {
            return Ok(Self::ONE);
        }
        if self.is_zero() {
            return if exponent.is_negative() {
                Err(DecimalError::DivisionByZero)
            } else {
                Ok(Self::ZERO)
            };
        }
        if exponent.is_integer() {
            return self.whole_power(exponent);
        }
        if self.is_negative() {
            return Err(DecimalError::Undefined);
        }
        if exponent == Self::from_parts(false, 5, -1) {
            return self.sqrt();
        }
        self.ln()?.checked_mul(exponent)?.exp()
    }

    fn whole_power(self, exponent: Self) -> Result<Self, DecimalError> {
        if self.abs() == Self::ONE {
            let even = exponent.modulo(Self::from(2))?.is_zero();
            return Ok(if even { Self::ONE } else { self });
        }
        let Some(whole) = exponent.to_i64().filter(|whole| whole.unsigned_abs() <= 1 << 50) else {
            return self.extreme_power(exponent);
        };
        let mut left = whole.unsigned_abs();
        let mut square = self;
        let mut result = Self::ONE;
        // Squaring past the range is an error only if the square is used.
        let mut squared = Ok(());
        while left > 0 {
            if left % 2 == 1 {
                squared?;
                result = result.checked_mul(square)?;
            }
            left /= 2;
            match square.checked_mul(square) {
                Ok(next) => square = next,
                Err(error) if whole > 0 => squared = Err(error),
                Err(_) if left > 0 => return Ok(Self::ZERO),
                Err(_) => {}
            }
        }
        if whole < 0 { Self::ONE.checked_div(result) } else { Ok(result) }
    }

    /// A power so large that the result is 0 or out of range.
    fn extreme_power(self, exponent: Self) -> Result<Self, DecimalError> {
        if (self.abs() > Self::ONE) == exponent.is_negative() {
            return Ok(Self::ZERO);
        }
        Err(DecimalError::Overflow)
    }

    /// e to the power of the number.
    pub fn exp(self) -> Result<Self, DecimalError> {
        if self.abs() > Self::from(20_000) {
            return if self.is_negative() { Ok(Self::ZERO) } else { Err(DecimalError::Overflow) };
        }
        let tens = self.checked_div(LN_10)?.rounded(0, super::Rounding::HalfEven)?;
        let rest = self.checked_sub(tens.checked_mul(LN_10)?)?;
        let mut term = Self::ONE;
        let mut sum = Self::ONE;
        for index in 1..=MAX_TERMS {
            term = term.checked_mul(rest)?.checked_div(Self::from(index))?;
            let next = sum.checked_add(term)?;
            if next == sum {
                break;
            }
            sum = next;
        }
        let shift = i32::try_from(tens.to_i64().unwrap_or(0)).unwrap_or(0);
        finish(false, Wide::from_u128(sum.magnitude()), sum.exponent.saturating_add(shift), false)
    }

    /// The natural logarithm.
    pub fn ln(self) -> Result<Self, DecimalError> {
        if self.is_zero() || self.is_negative() {
            return Err(DecimalError::Undefined);
        }
        // The number is mantissa * 2^twos * 10^tens with a mantissa near 1.
        let count = digits(self.magnitude()).cast_signed();
        let mut tens = self.exponent + count - 1;
        let mut mantissa = Self::from_parts(false, self.magnitude(), 1 - count);
        if mantissa > Self::from(7) {
            mantissa = mantissa.checked_div(Self::TEN)?;
            tens += 1;
        }
        let mut twos = 0;
        while mantissa > Self::from_parts(false, 14, -1) {
            mantissa = mantissa.checked_div(Self::from(2))?;
            twos += 1;
        }
        let near = ln_near_one(mantissa)?;
        let whole = Self::from(tens)
            .checked_mul(LN_10)?
            .checked_add(Self::from(twos).checked_mul(LN_2)?)?;
        near.checked_add(whole)
    }
}

/// ln m = 2 artanh((m - 1) / (m + 1)).
fn ln_near_one(mantissa: Decimal) -> Result<Decimal, DecimalError> {
    let base =
        mantissa.checked_sub(Decimal::ONE)?.checked_div(mantissa.checked_add(Decimal::ONE)?)?;
    let square = base.checked_mul(base)?;
    let mut power = base;
    let mut sum = base;
    for index in 1..=MAX_TERMS {
        power = power.checked_mul(square)?;
        let next = sum.checked_add(power.checked_div(Decimal::from(2 * index + 1))?)?;
        if next == sum {
            break;
        }
        sum = next;
    }
    sum.checked_mul(Decimal::from(2))
}

/// The largest integer whose square is not above a magnitude of at most 72 digits.
fn integer_root(number: Wide) -> u128 {
    let mut root = power_of_ten(number.digits().div_ceil(2));
    loop {
        let (quotient, _) = number.divided_by(root);
        let next = u128::midpoint(root, quotient.low);
        if next >= root {
            return root;
        }
        root = next;
    }
}
