//! What a leaf is: a commitment to a record under a salt of its own.
//!
//! Promises that two records never share a commitment, and that without the salt a commitment says
//! nothing about its record, however few records are possible.

use std::fmt;

use base::Digest;
use sha2::Digest as _;

/// What hides a record within its commitment: 32 bytes drawn for it alone, erased with it.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// Takes drawn or stored bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads stored bytes; `None` when there are not thirty-two.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, to be stored where they can be erased.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Salt(..)")
    }
}

/// SHA-256 of a salt and the record after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commitment(Digest);

impl Commitment {
    /// The commitment to a record's bytes. The salt's length is fixed, so the two never run together.
    pub fn to(salt: &Salt, record: &[u8]) -> Self {
        let mut hasher = sha2::Sha256::new();
        hasher.update(salt.0);
        hasher.update(record);
        Self(Digest::from_bytes(hasher.finalize().into()))
    }

    /// Takes a stored commitment.
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest, to be stored.
    pub const fn digest(&self) -> &Digest {
        &self.0
    }

    /// The hash of the leaf that holds it: SHA-256(0x00, commitment), RFC 9162 section 2.1.1.
    pub(crate) fn leaf_hash(&self) -> Digest {
        let mut hasher = sha2::Sha256::new();
        hasher.update([0]);
        hasher.update(self.0.as_bytes());
        Digest::from_bytes(hasher.finalize().into())
    }
}
