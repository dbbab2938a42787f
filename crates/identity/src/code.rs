//! One-time codes: six digits, kept only as a keyed digest.
//!
//! A code is sent to an address and typed back. Six digits are few, so what is
//! stored is an HMAC under the body's key: whoever reads the journal cannot try
//! the million codes against it. Tries and codes are counted by [`crate::Accounts`].

use std::fmt;

use base::{BlindKey, Digest};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, ZeroizeOnDrop};

use crate::SignInId;

/// Digits of a code.
const DIGITS: usize = 6;
/// The number of different codes.
const CODES: u64 = 1_000_000;
/// The longest text that is looked at as a code: digits with spaces and hyphens between.
const INPUT_BYTES: usize = 64;

/// What was typed is not six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code has six digits")]
pub struct CodeError;

/// Six digits. They never print by `Debug`, and leave memory when dropped.
#[derive(Clone, ZeroizeOnDrop)]
pub struct OneTimeCode([u8; DIGITS]);

impl OneTimeCode {
    /// Makes a code from eight random bytes; each code is as likely as any other to one part
    /// in 10^13.
    pub fn from_random(mut random: [u8; 8]) -> Self {
        let mut rest = u64::from_be_bytes(random) % CODES;
        random.zeroize();
        let mut digits = [b'0'; DIGITS];
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        Self(digits)
    }

    /// Reads what somebody typed; spaces and hyphens between the digits are ignored.
    ///
    /// # Errors
    /// [`CodeError`] when that is not six digits.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        if typed.len() > INPUT_BYTES {
            return Err(CodeError);
        }
        let mut kept = typed.bytes().filter(|byte| !matches!(byte, b' ' | b'-' | b'\t'));
        let mut digits = [0_u8; DIGITS];
        for digit in &mut digits {
            *digit = kept.next().filter(u8::is_ascii_digit).ok_or(CodeError)?;
        }
        if kept.next().is_some() { Err(CodeError) } else { Ok(Self(digits)) }
    }

    /// The digits, for the message that carries them.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The keyed digest that is stored, bound to the sign-in that asked for the code.
    pub fn digest(&self, key: &BlindKey, sign_in: SignInId) -> Digest {
        let mut bound = [0_u8; 16 + DIGITS];
        let (id, digits) = bound.split_at_mut(16);
        id.copy_from_slice(sign_in.as_bytes());
        digits.copy_from_slice(&self.0);
        let digest = key.index("one-time-code", &bound);
        bound.zeroize();
        digest
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("OneTimeCode(..)")
    }
}

/// Compares two digests in time that does not depend on where they differ.
pub(crate) fn same_digest(one: &Digest, other: &Digest) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_digits_and_reads_back() {
        for random in [0, 1, 999_999, 1_000_000, u64::MAX] {
            let code = OneTimeCode::from_random(random.to_be_bytes());
            assert_eq!(code.digits(), format!("{:06}", random % 1_000_000));
            assert_eq!(OneTimeCode::parse(code.digits()).unwrap().digits(), code.digits());
            assert_eq!(format!("{code:?}"), "OneTimeCode(..)");
        }
        assert_eq!(OneTimeCode::parse(" 123-456 ").unwrap().digits(), "123456");
        for typed in ["", "12345", "1234567", "12345a", "１２３４５６", &"1".repeat(65)] {
            assert_eq!(OneTimeCode::parse(typed).err(), Some(CodeError), "{typed:?}");
        }
    }

    #[test]
    fn a_digest_is_bound_to_key_and_sign_in() {
        let key = BlindKey::from_bytes([1; 32]);
        let code = OneTimeCode::from_random([0; 8]);
        let (mine, yours) = (SignInId::from_bytes([1; 16]), SignInId::from_bytes([2; 16]));
        assert!(same_digest(&code.digest(&key, mine), &code.digest(&key, mine)));
        assert!(!same_digest(&code.digest(&key, mine), &code.digest(&key, yours)));
        let other = BlindKey::from_bytes([2; 32]);
        assert!(!same_digest(&code.digest(&key, mine), &code.digest(&other, mine)));
    }
}
