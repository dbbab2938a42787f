//! The seam between the program and its database: what every side of [`Store`] promises.

use base::{BodyId, Digest, Epoch, EventSeq, Shard, Timestamp};

use crate::journal::Head;
use crate::statements::statements;
use crate::{Batch, Readers, Record, StoreError};

statements! {
    pub(crate) LEASE_HOLDER = "SELECT owner, lease_until
  FROM shard
 WHERE body = :body AND shard = :shard
 LIMIT 1";
    pub(crate) LINK_AT = "SELECT hash
  FROM event
 WHERE body = :body AND shard = :shard AND seq = :seq
 LIMIT 1";
}

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
    /// A lease that was just taken.
    pub(crate) fn taken(body: &BodyId, shard: Shard, head: Head) -> Self {
        let Head { epoch, next_seq, chain_head } = head;
        Self { body: body.clone(), shard, epoch, next_seq, chain_head }
    }

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

/// That a shard is another's, as [`LEASE_HOLDER`] answers.
pub(crate) fn held(record: &mut Record<'_>) -> Result<StoreError, StoreError> {
    Ok(StoreError::LeaseHeld { owner: record.take("owner")?, until: record.take("until")? })
}

/// That a lease is not the shard's any more.
pub(crate) fn lost(lease: Epoch, head: Option<Head>) -> StoreError {
    StoreError::LeaseLost { held: lease, actual: head.map_or(Epoch(0), |head| head.epoch) }
}

/// Why the fence let nothing of a batch through, whose lease the database knows by `epoch`.
pub(crate) fn refused(batch: &Batch, epoch: Epoch, head: Option<Head>) -> StoreError {
    match head.filter(|head| head.epoch == epoch) {
        Some(head) => {
            StoreError::PositionConflict { expected: batch.first_seq(), actual: head.next_seq }
        }
        None => lost(batch.epoch(), head),
    }
}

/// What became of a batch, by the link at its last place (where it has events) and by where the
/// journal stands; its lease is known to the database by `epoch`.
pub(crate) fn settled(
    batch: &Batch,
    link: Option<Digest>,
    epoch: Epoch,
    head: Option<Head>,
) -> Result<Landed, StoreError> {
    let last = batch.events().last().map(|(_, event)| event.hash());
    if last.is_some() && link == last {
        return Ok(Landed::Yes(batch.committed()));
    }
    let (next_seq, chain_head) = (batch.first_seq(), batch.previous());
    let is_before = head == Some(Head { epoch, next_seq, chain_head });
    if is_before { Ok(Landed::No) } else { Err(refused(batch, epoch, head)) }
}

/// Refuses what is another body's.
pub(crate) fn is_ours(own: &BodyId, body: &BodyId) -> Result<(), StoreError> {
    if own == body {
        return Ok(());
    }
    Err(StoreError::corrupt(format!("a batch of {body} came to the store of {own}")))
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
