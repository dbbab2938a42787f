//! The Merkle tree of RFC 6962 over a log's leaves, with its proofs.
//!
//! Keeps the hash of every complete subtree, 64 bytes a leaf, so that the root at any earlier size
//! and any proof cost a logarithm of the size.

use base::Digest;
use sha2::Digest as _;

use crate::Commitment;

/// A size or a place that the tree does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{asked} is beyond {limit}")]
pub struct OutOfRange {
    /// What was asked for.
    pub asked: u64,
    /// What there is.
    pub limit: u64,
}

/// A log's leaves, hashed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// `levels[k][i]` is the hash over the leaves from `i << k`, `1 << k` of them.
    levels: Vec<Vec<Digest>>,
}

/// That a leaf stands at a place of a tree of some size: the hashes beside its way to the root,
/// from the leaf upwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof(Vec<Digest>);

/// That a tree is the beginning of a later one (RFC 9162, section 2.1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof(Vec<Digest>);

impl Tree {
    /// A log without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many leaves there are.
    pub fn len(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Whether there is no leaf.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a leaf; answers its place, counted from 0.
    pub fn push(&mut self, commitment: &Commitment) -> u64 {
        let index = self.len();
        let mut hash = commitment.leaf_hash();
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            let left = if row.len() % 2 == 1 { row.last().copied() } else { None };
            row.push(hash);
            match left {
                Some(left) => hash = node_hash(&left, &hash),
                None => break,
            }
        }
        index
    }

    /// The root over all leaves; of none, SHA-256 of nothing.
    pub fn root(&self) -> Digest {
        self.over(0, self.len())
    }

    /// The root as it was at an earlier size.
    pub fn root_at(&self, size: u64) -> Result<Digest, OutOfRange> {
        within(size, self.len())?;
        Ok(self.over(0, size))
    }

    /// The proof that leaf `index` stands in the tree of the first `size` leaves.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<InclusionProof, OutOfRange> {
        within(size, self.len())?;
        if index >= size {
            return Err(OutOfRange { asked: index, limit: size.saturating_sub(1) });
        }
        let (mut from, mut width, mut path) = (0, size, Vec::new());
        while width > 1 {
            let left = largest_power_below(width);
            if index - from < left {
                path.push(self.over(from + left, width - left));
                width = left;
            } else {
                path.push(self.over(from, left));
                (from, width) = (from + left, width - left);
            }
        }
        path.reverse();
        Ok(InclusionProof(path))
    }

    /// The proof that the tree of the first `old` leaves is the beginning of that of the first `new`.
    pub fn consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof, OutOfRange> {
        within(new, self.len())?;
        within(old, new)?;
        let mut path = Vec::new();
        if old > 0 {
            let (mut from, mut width, mut whole) = (0, new, true);
            while old - from < width {
                let left = largest_power_below(width);
                if old - from <= left {
                    path.push(self.over(from + left, width - left));
                    width = left;
                } else {
                    path.push(self.over(from, left));
                    (from, width, whole) = (from + left, width - left, false);
                }
            }
            if !whole {
                path.push(self.over(from, width));
            }
            path.reverse();
        }
        Ok(ConsistencyProof(path))
    }

    /// The hash over `width` leaves from `from` on. Complete subtrees are read; the right edge, at
    /// most one node a level, is hashed from them.
    fn over(&self, from: u64, width: u64) -> Digest {
        if width == 0 {
            return Digest::of(b"");
        }
        if width.is_power_of_two() {
            let level = width.trailing_zeros();
            let stored = usize::try_from(from >> level).ok().and_then(|index| {
                self.levels.get(usize::try_from(level).ok()?)?.get(index).copied()
            });
            return stored.unwrap_or(Digest::ZERO); // callers stay within the tree
        }
        let left = largest_power_below(width);
        node_hash(&self.over(from, left), &self.over(from + left, width - left))
    }
}

impl InclusionProof {
    /// Takes the hashes of a stored or sent proof, from the leaf upwards.
    pub fn from_hashes(hashes: Vec<Digest>) -> Self {
        Self(hashes)
    }

    /// The hashes, from the leaf upwards.
    pub fn hashes(&self) -> &[Digest] {
        &self.0
    }

    /// Whether the leaf stands at `index` of the tree of `size` leaves with this root (RFC 9162,
    /// section 2.1.3.2).
    pub fn verify(&self, leaf: &Commitment, index: u64, size: u64, root: &Digest) -> bool {
        if index >= size {
            return false;
        }
        let (mut place, mut last) = (index, size - 1);
        let mut hash = leaf.leaf_hash();
        for beside in &self.0 {
            if last == 0 {
                return false;
            }
            if place % 2 == 1 || place == last {
                hash = node_hash(beside, &hash);
                while place % 2 == 0 && place != 0 {
                    (place, last) = (place >> 1, last >> 1);
                }
            } else {
                hash = node_hash(&hash, beside);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        last == 0 && hash == *root
    }
}

impl ConsistencyProof {
    /// Takes the hashes of a stored or sent proof.
    pub fn from_hashes(hashes: Vec<Digest>) -> Self {
        Self(hashes)
    }

    /// The hashes, from the old tree's edge upwards.
    pub fn hashes(&self) -> &[Digest] {
        &self.0
    }

    /// Whether the tree (size, root) `old` is the beginning of `new` (RFC 9162, section 2.1.4.2).
    /// Every tree begins with the empty one.
    pub fn verify(&self, old: (u64, &Digest), new: (u64, &Digest)) -> bool {
        let ((old_size, old_root), (new_size, new_root)) = (old, new);
        if old_size > new_size {
            return false;
        }
        if old_size == new_size {
            return self.0.is_empty() && old_root == new_root;
        }
        if old_size == 0 {
            return self.0.is_empty() && *old_root == Digest::of(b"");
        }
        let own = if old_size.is_power_of_two() { Some(old_root) } else { None };
        let mut hashes = own.into_iter().chain(&self.0);
        let Some(first) = hashes.next() else { return false };
        let (mut before, mut after) = (*first, *first);
        let (mut place, mut last) = (old_size - 1, new_size - 1);
        while place % 2 == 1 {
            (place, last) = (place >> 1, last >> 1);
        }
        for beside in hashes {
            if last == 0 {
                return false;
            }
            if place % 2 == 1 || place == last {
                before = node_hash(beside, &before);
                after = node_hash(beside, &after);
                while place % 2 == 0 && place != 0 {
                    (place, last) = (place >> 1, last >> 1);
                }
            } else {
                after = node_hash(&after, beside);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        last == 0 && before == *old_root && after == *new_root
    }
}

fn within(asked: u64, limit: u64) -> Result<(), OutOfRange> {
    if asked > limit { Err(OutOfRange { asked, limit }) } else { Ok(()) }
}

/// SHA-256(0x01, left, right).
fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = sha2::Sha256::new();
    hasher.update([1]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    Digest::from_bytes(hasher.finalize().into())
}

/// The largest power of two smaller than `width`, which is at least 2.
fn largest_power_below(width: u64) -> u64 {
    1 << (u64::BITS - 1 - (width - 1).leading_zeros())
}

#[cfg(test)]
mod tests;
