//! 256-bit magnitudes: the exact intermediate results of 34-digit arithmetic.
//!
//! Owns only what decimals need: products of two 128-bit numbers, sums, and division by a 128-bit
//! number. Callers keep every magnitude below 10^76, which the type holds.

#![expect(clippy::cast_possible_truncation, reason = "limbs are cut out of wider words on purpose")]

use std::cmp::Ordering;

/// The largest power of ten in 128 bits.
const LARGEST_POWER: u32 = 38;

const POWERS: [u128; 39] = powers();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, within the table's length")]
const fn powers() -> [u128; 39] {
    let mut table = [1; 39];
    let mut power = 1;
    while power < 39 {
        table[power] = table[power - 1] * 10;
        power += 1;
    }
    table
}

/// 10^power for powers up to 38; beyond, the largest there is.
#[inline]
pub(crate) fn power_of_ten(power: u32) -> u128 {
    POWERS.get(power.min(LARGEST_POWER) as usize).copied().unwrap_or(1)
}

/// How many decimal digits a number has; zero has one.
#[inline]
pub(crate) fn digits(number: u128) -> u32 {
    number.checked_ilog10().unwrap_or(0) + 1
}

/// A magnitude of 256 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wide {
    pub(crate) high: u128,
    pub(crate) low: u128,
}

impl Wide {
    pub(crate) const fn from_u128(low: u128) -> Self {
        Self { high: 0, low }
    }

    /// The exact product of two numbers.
    pub(crate) fn product(left: u128, right: u128) -> Self {
        if let Some(low) = left.checked_mul(right) {
            return Self { high: 0, low };
        }
        let (left_high, left_low) = (left >> 64, left & u128::from(u64::MAX));
        let (right_high, right_low) = (right >> 64, right & u128::from(u64::MAX));
        let bottom = left_low * right_low;
        let (middle, carried) = (left_high * right_low).overflowing_add(left_low * right_high);
        let (low, carry) = bottom.overflowing_add(middle << 64);
        let high = (left_high * right_high)
            .wrapping_add(middle >> 64)
            .wrapping_add(u128::from(carried) << 64)
            .wrapping_add(u128::from(carry));
        Self { high, low }
    }

    /// A number times 10^power, for powers up to 76.
    pub(crate) fn scaled(number: u128, power: u32) -> Self {
        if power <= LARGEST_POWER {
            return Self::product(number, power_of_ten(power));
        }
        Self::product(number, power_of_ten(LARGEST_POWER))
            .times(power_of_ten(power.saturating_sub(LARGEST_POWER)))
    }

    /// Times a number; what exceeds 256 bits is lost, which callers exclude.
    pub(crate) fn times(self, number: u128) -> Self {
        let low = Self::product(self.low, number);
        let high = self.high.wrapping_mul(number);
        Self { high: low.high.wrapping_add(high), low: low.low }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        Self { high: self.high.wrapping_add(other.high).wrapping_add(u128::from(carry)), low }
    }

    /// The difference; `other` is not the larger one.
    pub(crate) fn minus(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Self { high: self.high.wrapping_sub(other.high).wrapping_sub(u128::from(borrow)), low }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.high == 0 && self.low == 0
    }

    /// How many decimal digits it has; zero has one.
    pub(crate) fn digits(self) -> u32 {
        if self.high == 0 {
            return digits(self.low);
        }
        let bits = 256 - self.high.leading_zeros();
        // 1233 / 4096 is a little below log10(2): the estimate is right or one too low.
        let estimate = (bits * 1233) >> 12;
        if self.cmp(&Self::scaled(1, estimate)) == Ordering::Less { estimate } else { estimate + 1 }
    }

    /// Quotient and remainder. Division by zero, which callers exclude, gives zero.
    pub(crate) fn divided_by(self, divisor: u128) -> (Self, u128) {
        if divisor == 0 {
            return (Self::from_u128(0), 0);
        }
        if self.high == 0 {
            return (Self::from_u128(self.low / divisor), self.low % divisor);
        }
        if divisor <= u128::from(u64::MAX) {
            return self.divided_by_limb(divisor);
        }
        self.divided_by_two_limbs(divisor)
    }

    /// Quotient and remainder by 10^power, for powers up to 76; the remainder only as its
    /// comparison with half of the divisor, and whether it is zero.
    pub(crate) fn shortened(self, power: u32) -> (Self, Dropped) {
        if power <= LARGEST_POWER {
            let divisor = power_of_ten(power);
            let (quotient, rest) = self.divided_by(divisor);
            return (quotient, Dropped::of(rest, divisor, false));
        }
        let (first, rest) = self.divided_by(power_of_ten(LARGEST_POWER));
        let divisor = power_of_ten(power.saturating_sub(LARGEST_POWER));
        let (quotient, remainder) = first.divided_by(divisor);
        (quotient, Dropped::of(remainder, divisor, rest != 0))
    }

    fn limbs(self) -> [u64; 4] {
        [(self.high >> 64) as u64, self.high as u64, (self.low >> 64) as u64, self.low as u64]
    }

    fn divided_by_limb(self, divisor: u128) -> (Self, u128) {
        let mut quotient = Self::from_u128(0);
        let mut rest = 0;
        for limb in self.limbs() {
            let part = (rest << 64) | u128::from(limb);
            quotient = quotient.with_limb((part / divisor) as u64);
            rest = part % divisor;
        }
        (quotient, rest)
    }

    /// Knuth's algorithm D for a divisor of two 64-bit limbs.
    fn divided_by_two_limbs(self, divisor: u128) -> (Self, u128) {
        let shift = divisor.leading_zeros();
        let divisor = divisor << shift;
        let overflow = if shift == 0 { 0 } else { self.high >> (128 - shift) };
        let shifted = self.shifted_left(shift);
        let mut quotient = Self::from_u128(0);
        let mut rest = overflow;
        for limb in shifted.limbs() {
            let (digit, remainder) = divide_three_by_two(rest, limb, divisor);
            quotient = quotient.with_limb(digit);
            rest = remainder;
        }
        (quotient, rest >> shift)
    }

    fn shifted_left(self, shift: u32) -> Self {
        if shift == 0 {
            return self;
        }
        Self { high: (self.high << shift) | (self.low >> (128 - shift)), low: self.low << shift }
    }

    fn with_limb(self, limb: u64) -> Self {
        Self {
            high: (self.high << 64) | (self.low >> 64),
            low: (self.low << 64) | u128::from(limb),
        }
    }
}

/// Divides `rest * 2^64 + limb` by a divisor whose top bit is set; `rest` is below the divisor.
fn divide_three_by_two(rest: u128, limb: u64, divisor: u128) -> (u64, u128) {
    let (high, low) = (divisor >> 64, divisor & u128::from(u64::MAX));
    let mut digit = rest / high;
    let mut remainder = rest % high;
    while remainder >> 64 == 0
        && (digit >> 64 != 0 || digit * low > ((remainder << 64) | u128::from(limb)))
    {
        digit -= 1;
        remainder += high;
    }
    let left = (rest << 64) | u128::from(limb);
    (digit as u64, left.wrapping_sub(digit.wrapping_mul(divisor)))
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Wide {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.high, self.low).cmp(&(other.high, other.low))
    }
}

/// The digits that rounding drops, as far as rounding needs to know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dropped {
    Nothing,
    BelowHalf,
    Half,
    AboveHalf,
}

impl Dropped {
    /// Of a remainder by an even divisor (or by 1), with whether more was dropped below it.
    fn of(rest: u128, divisor: u128, more: bool) -> Self {
        let half = divisor / 2;
        match rest.cmp(&half) {
            Ordering::Less if rest == 0 && !more => Self::Nothing,
            Ordering::Less => Self::BelowHalf,
            Ordering::Equal if divisor == 1 => {
                if more {
                    Self::BelowHalf
                } else {
                    Self::Nothing
                }
            }
            Ordering::Equal if more => Self::AboveHalf,
            Ordering::Equal => Self::Half,
            Ordering::Greater => Self::AboveHalf,
        }
    }

    /// The same, with whether something more, below all that was dropped, is not zero.
    pub(crate) fn and_more(self, more: bool) -> Self {
        match self {
            Self::Nothing if more => Self::BelowHalf,
            Self::Half if more => Self::AboveHalf,
            Self::Nothing | Self::BelowHalf | Self::Half | Self::AboveHalf => self,
        }
    }
}
