//! Whether a stored log is the one that its body signed, checkpoint by checkpoint.
//!
//! Finds a record that was altered, and a leaf that was altered, dropped, put elsewhere or cut off.

use base::Digest;

use crate::checkpoint::NoteError;
use crate::{Checkpoint, Commitment, Salt, Tree, VerifyingKey};

/// What a commitment opens to, while it is not erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The record's salt.
    pub salt: Salt,
    /// The record's bytes.
    pub record: Vec<u8>,
}

/// A stored leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place, counted from 0.
    pub index: u64,
    /// The leaf.
    pub commitment: Commitment,
    /// Its record; none once it was erased.
    pub opening: Option<Opening>,
}

/// What is wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogFault {
    /// The record is not the one that was committed to.
    #[error("the record of leaf {index} was altered")]
    RecordAltered {
        /// The leaf's place.
        index: u64,
    },
    /// A place is missing, or comes twice.
    #[error("leaf {expected} is missing: leaf {found} stands in its place")]
    Gap {
        /// The place that was due.
        expected: u64,
        /// The place that was found.
        found: u64,
    },
    /// The leaves are not those that were signed.
    #[error(
        "the first {size} leaves are not those that were signed: one was altered, dropped or moved"
    )]
    RootDiffers {
        /// The signed size.
        size: u64,
    },
    /// Leaves that were signed are not there.
    #[error("{signed} leaves were signed and {found} are there: the log was cut off")]
    Truncated {
        /// The signed size.
        signed: u64,
        /// How many leaves there are.
        found: u64,
    },
    /// A checkpoint is of another log.
    #[error("checkpoint {number} is of another log")]
    OtherLog {
        /// Which checkpoint, counted from 0.
        number: usize,
    },
    /// A checkpoint does not hold.
    #[error("checkpoint {number} does not hold")]
    Checkpoint {
        /// Which checkpoint, counted from 0.
        number: usize,
        /// Why.
        source: NoteError,
    },
    /// There are leaves and no checkpoint, so nothing is proved.
    #[error("no checkpoint says what the log held")]
    NoCheckpoint,
}

/// What was found of a log that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many leaves there are.
    pub leaves: u64,
    /// How many of their records are still there; the others were erased.
    pub opened: u64,
    /// How many leaves the latest checkpoint covers.
    pub signed: u64,
    /// The root over all leaves.
    pub root: Digest,
}

/// Verifies a log: its leaves in their order, against every checkpoint of it that is known, from
/// its own store or from anybody who kept one. Reads each leaf once.
pub fn verify(
    origin: &str,
    key: &VerifyingKey,
    entries: impl IntoIterator<Item = Entry>,
    checkpoints: &[String],
) -> Result<Verified, LogFault> {
    let mut tree = Tree::new();
    let mut opened = 0;
    for entry in entries {
        if entry.index != tree.len() {
            return Err(LogFault::Gap { expected: tree.len(), found: entry.index });
        }
        if let Some(opening) = &entry.opening {
            if Commitment::to(&opening.salt, &opening.record) != entry.commitment {
                return Err(LogFault::RecordAltered { index: entry.index });
            }
            opened += 1;
        }
        tree.push(&entry.commitment);
    }
    let signed = signed_size(origin, key, &tree, checkpoints)?;
    Ok(Verified { leaves: tree.len(), opened, signed, root: tree.root() })
}

/// How many of a tree's leaves its checkpoints cover, when all of them are of this tree.
pub fn signed_size(
    origin: &str,
    key: &VerifyingKey,
    tree: &Tree,
    checkpoints: &[String],
) -> Result<u64, LogFault> {
    if checkpoints.is_empty() && !tree.is_empty() {
        return Err(LogFault::NoCheckpoint);
    }
    let mut signed = 0;
    for (number, note) in checkpoints.iter().enumerate() {
        let checkpoint = Checkpoint::open(note, key)
            .map_err(|source| LogFault::Checkpoint { number, source })?;
        if checkpoint.origin() != origin {
            return Err(LogFault::OtherLog { number });
        }
        let size = checkpoint.size();
        let root = tree
            .root_at(size)
            .map_err(|_| LogFault::Truncated { signed: size, found: tree.len() })?;
        if root != *checkpoint.root() {
            return Err(LogFault::RootDiffers { size });
        }
        signed = signed.max(size);
    }
    Ok(signed)
}

#[cfg(test)]
mod tests;
