//! A hash map with a fixed hasher: fast look-ups that behave the same in every run.
//!
//! Never iterated into an output: its order is stable but means nothing. Keys
//! chosen by a stranger belong in a `BTreeMap`, for the hasher is not keyed.

use std::hash::{BuildHasherDefault, Hasher};

/// A hash map whose behaviour does not change from run to run.
#[expect(clippy::disallowed_types, reason = "the one alias with a fixed hasher")]
pub type FixedMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<FixedHasher>>;

/// A hash set whose behaviour does not change from run to run.
#[expect(clippy::disallowed_types, reason = "the one alias with a fixed hasher")]
pub type FixedSet<K> = std::collections::HashSet<K, BuildHasherDefault<FixedHasher>>;

/// Fowler, Noll and Vo's hash (FNV-1a, 64 bits) with a final mix, for short keys.
#[derive(Debug, Clone, Copy)]
pub struct FixedHasher(u64);

impl Default for FixedHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for FixedHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
            self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
        }
    }

    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    }
}
