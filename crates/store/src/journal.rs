//! Reading the journal: in pages from a place, by case, and checking its hash chain.

use base::{CaseId, Digest, Epoch, EventSeq, MessageId, Timestamp};

use crate::statements::statements;
use crate::{PAGE_LIMIT, Reader, Record, StoreError};

/// An event read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEvent {
    /// Its place.
    pub seq: EventSeq,
    /// The case it belongs to, if any.
    pub case: Option<CaseId>,
    /// When it happened.
    pub at: Timestamp,
    /// Its name.
    pub name: String,
    /// The version of its form.
    pub version: u16,
    /// The record, as JSON.
    pub bytes: Vec<u8>,
    /// The chain's link at it.
    pub hash: Digest,
}

/// Where a journal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The owner's fence.
    pub epoch: Epoch,
    /// The place of the next event.
    pub next_seq: EventSeq,
    /// The chain's last link.
    pub chain_head: Digest,
}

impl Head {
    pub(crate) fn read(record: &mut Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            epoch: record.take("epoch")?,
            next_seq: record.take("next_seq")?,
            chain_head: record.take("chain_head")?,
        })
    }
}

/// What a check of the chain found to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many events.
    pub events: u64,
    /// The last link, to be compared with one kept elsewhere.
    pub chain_head: Digest,
}

statements! {
    EVENTS_FROM = "SELECT seq, case_id, at, name, version, bytes, hash
  FROM event
 WHERE body = :body AND shard = :shard AND seq >= :from
 ORDER BY seq
 LIMIT :limit";
    /// One lower bound alone, the run's or the caller's: given two, a planner may take the
    /// caller's and read the journal from there for each run.
    EVENTS_OF_CASE = "SELECT event.seq, event.case_id, event.at, event.name, event.version,
       event.bytes, event.hash
  FROM event_run AS run
  JOIN event
    ON event.body = run.body AND event.shard = run.shard
   AND event.seq >= CASE WHEN run.first_seq < :from THEN :from ELSE run.first_seq END
   AND event.seq <= run.last_seq
 WHERE run.body = :body AND run.shard = :shard AND run.case_id = :case
   AND run.last_seq >= :from
 ORDER BY run.first_seq, event.seq
 LIMIT :limit";
    EVENTS_OF_CASE_NAMED = "SELECT event.seq, event.case_id, event.at, event.name, event.version,
       event.bytes, event.hash
  FROM event_run AS run
  JOIN event
    ON event.body = run.body AND event.shard = run.shard
   AND event.seq >= run.first_seq AND event.seq <= run.last_seq
 WHERE run.body = :body AND run.shard = :shard AND run.case_id = :case
   AND event.name = :name
 ORDER BY run.first_seq, event.seq
 LIMIT 1000";
    pub(crate) HEAD = "SELECT epoch, next_seq, chain_head
  FROM shard
 WHERE body = :body AND shard = :shard
 LIMIT 1";
    RECEIVED = "SELECT received_at
  FROM inbox
 WHERE body = :body AND shard = :shard AND sender = :sender AND message_id = :message
 LIMIT 1";
}

fn read(record: &mut Record<'_>) -> Result<JournalEvent, StoreError> {
    Ok(JournalEvent {
        seq: record.take("seq")?,
        case: record.take("case_id")?,
        at: record.take("at")?,
        name: record.take("name")?,
        version: record.take("version")?,
        bytes: record.take("bytes")?,
        hash: record.take("hash")?,
    })
}

/// Events from a place on, oldest first, at most [`PAGE_LIMIT`].
pub fn events_from(
    reader: &Reader,
    from: EventSeq,
    limit: u32,
) -> Result<Vec<JournalEvent>, StoreError> {
    reader.rows(EVENTS_FROM, &[("from", &from), ("limit", &limit.min(PAGE_LIMIT))], read)
}

/// Events of a case from a place on, oldest first, at most [`PAGE_LIMIT`].
pub fn events_of_case(
    reader: &Reader,
    case: CaseId,
    from: EventSeq,
    limit: u32,
) -> Result<Vec<JournalEvent>, StoreError> {
    let limit = limit.min(PAGE_LIMIT);
    reader.rows(EVENTS_OF_CASE, &[("case", &case), ("from", &from), ("limit", &limit)], read)
}

/// Events of a case that have this name, oldest first, at most [`PAGE_LIMIT`].
pub fn events_of_case_named(
    reader: &Reader,
    case: CaseId,
    name: &str,
) -> Result<Vec<JournalEvent>, StoreError> {
    reader.rows(EVENTS_OF_CASE_NAMED, &[("case", &case), ("name", &name)], read)
}

/// Where the journal stands; absent before the first lease.
pub fn head(reader: &Reader) -> Result<Option<Head>, StoreError> {
    reader.one(HEAD, &[], Head::read)
}

/// When a message was applied here, if it was.
pub fn received(
    reader: &Reader,
    sender: &str,
    message: MessageId,
) -> Result<Option<Timestamp>, StoreError> {
    reader.one(RECEIVED, &[("sender", &sender), ("message", &message)], |record| {
        record.take("received_at")
    })
}

/// Recomputes the hash chain from the first event to where the journal stood at the beginning.
///
/// # Errors
/// [`StoreError::Corrupt`] naming the first event that does not continue the chain. A journal
/// cut at its end together with its head is found only by comparing
/// [`Verified::chain_head`] with one kept elsewhere.
pub fn verify_chain(reader: &Reader) -> Result<Verified, StoreError> {
    let Some(head) = head(reader)? else {
        return Ok(Verified { events: 0, chain_head: Digest::ZERO });
    };
    let mut link = Digest::ZERO;
    let mut next = EventSeq(1);
    while next < head.next_seq {
        let page = events_from(reader, next, PAGE_LIMIT)?;
        if page.is_empty() {
            return Err(StoreError::corrupt(format!("event {} is missing", next.0)));
        }
        for event in page.iter().take_while(|event| event.seq < head.next_seq) {
            link = link.chained(&event.bytes);
            if event.seq != next || event.hash != link {
                let what = format!("event {} does not continue the chain", event.seq.0);
                return Err(StoreError::corrupt(what));
            }
            next = next.plus(1);
        }
    }
    if link != head.chain_head {
        return Err(StoreError::corrupt("the journal does not end where its head says"));
    }
    Ok(Verified { events: next.0 - 1, chain_head: link })
}

#[cfg(test)]
mod tests;
