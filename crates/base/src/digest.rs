//! SHA-256 digests, and the keyed blind indexes under which personal values are found again.

use std::fmt;

use hmac::{KeyInit, Mac};
use sha2::Digest as _;

use crate::ids::bytes_from_hex;

/// Why a text is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a digest: 64 hexadecimal digits wanted")]
pub struct ParseDigestError;

/// A SHA-256 digest (FIPS 180-4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Thirty-two zero bytes: the link before the first event of a chain.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of these parts, each preceded by its length, so that no two lists collide.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// The digest of one run of bytes, as any other tool computes it.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The link of a chain: the digest of the link before and of the next bytes (DESIGN L3).
    #[must_use]
    pub fn chained(self, bytes: &[u8]) -> Self {
        let mut hasher = sha2::Sha256::new();
        hasher.update(self.0);
        hasher.update(bytes);
        Self(hasher.finalize().into())
    }

    /// Takes stored bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads stored bytes; `None` when there are not thirty-two.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(crate::hex_text(&self.0, false, &mut [0; 64]))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Digest({self})")
    }
}

impl std::str::FromStr for Digest {
    type Err = ParseDigestError;
    fn from_str(text: &str) -> Result<Self, ParseDigestError> {
        bytes_from_hex(text).map(Self).map_err(|_| ParseDigestError)
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A body's key for blind indexes: the same value under the same field gives the same digest.
///
/// Whoever holds the index learns which rows are equal, and nothing else.
#[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct BlindKey([u8; 32]);

impl BlindKey {
    /// Takes a secret of thirty-two bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// HMAC-SHA256 (RFC 2104) of the value, bound to the name of its field.
    pub fn index(&self, field: &str, value: &[u8]) -> Digest {
        let Ok(mut mac) = hmac::Hmac::<sha2::Sha256>::new_from_slice(&self.0) else {
            return Digest::ZERO; // not reached: HMAC takes a key of any length
        };
        mac.update(&u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(field.as_bytes());
        mac.update(value);
        Digest(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for BlindKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BlindKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_standard_one() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), abc);
        assert_eq!(abc.parse(), Ok(Digest::of(b"abc")));
        assert_ne!(Digest::of_parts(&[b"a", b"bc"]), Digest::of_parts(&[b"ab", b"c"]));
    }

    #[test]
    fn a_blind_index_depends_on_key_field_and_value() {
        let key = BlindKey::from_bytes([1; 32]);
        let index = key.index("email", b"a@example.org");
        assert_eq!(index, key.index("email", b"a@example.org"));
        assert_ne!(index, key.index("phone", b"a@example.org"));
        assert_ne!(index, BlindKey::from_bytes([2; 32]).index("email", b"a@example.org"));
        assert_eq!(format!("{key:?}"), "BlindKey(..)");
    }
}
