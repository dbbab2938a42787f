//! The seam between the program and its database: what every side of [`Store`] promises.

use base::{BodyId, Digest, Epoch, EventSeq, Shard, Timestamp};

use crate::{Batch, Readers, StoreError};

/// The right to write a shard, and where its journal stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The body.
    pub body: BodyId,
    /// The shard.
    pub shard: Shard,
    /// The fence: it grows with each change of owner.
    pub epoch: Epoch,
    /// The place of the next event.
    pub next_seq: EventSeq,
    /// The chain's last link.
    pub chain_head: Digest,
}

impl Lease {
    /// Moves on to where a commit has brought the journal.
    pub fn advance(&mut self, committed: Committed) {
        self.next_seq = committed.next_seq;
        self.chain_head = committed.chain_head;
    }
}

/// Where a commit has brought the journal. It is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The place of the next event.
    pub next_seq: EventSeq,
    /// The chain's last link.
    pub chain_head: Digest,
}

/// What became of a batch whose commit did not answer clearly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    /// It is durable: go on as after a commit.
    Yes(Committed),
    /// It is not there: the same batch may be sent again. A batch without events always gets
    /// this answer, for its writes are absolute and may be repeated.
    No,
}

/// A database that takes batches (DESIGN L1). Reads are apart, by [`Store::readers`].
pub trait Store: Send {
    /// Takes or takes over the shard for `owner`, in a new epoch, unless another owner's lease
    /// runs beyond `now`.
    ///
    /// # Errors
    /// [`StoreError::LeaseHeld`] when it does.
    fn lease(
        &mut self,
        body: &BodyId,
        shard: Shard,
        owner: &str,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Lease, StoreError>;

    /// Prolongs a lease.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when another owner took the shard over.
    fn renew(&mut self, lease: &Lease, now: Timestamp, lease_ms: i64) -> Result<(), StoreError>;

    /// Writes the batch in one transaction, fenced by epoch, place and chain; when it answers
    /// `Ok`, the batch is durable, and on every error but [`StoreError::InDoubt`] and
    /// [`StoreError::Stopped`] nothing of it landed.
    ///
    /// # Errors
    /// Every variant of [`StoreError`] but those of opening.
    fn commit(&mut self, batch: &Batch) -> Result<Committed, StoreError>;

    /// Settles what became of a batch after an unclear answer or a restart.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when it did not land and another owner has the shard.
    fn landed(&mut self, batch: &Batch) -> Result<Landed, StoreError>;

    /// The read-only connections.
    fn readers(&self) -> Readers;
}

#[cfg(test)]
mod tests;
