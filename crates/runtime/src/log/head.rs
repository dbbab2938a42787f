//! Where the journal stood: a leaf of the access log, with each day's first commit (DESIGN L3).
//!
//! The log's checkpoints leave the house, so that whoever kept one holds the journal by it too:
//! neither can be written anew without the other.

use base::{Digest, EventSeq, KeyId, Measure, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Lease, Reader};

use super::LogError;

/// What such a record says it is.
pub(crate) const HEAD: &str = "journal_head";
/// The name of such a line in the journal.
pub const HEAD_LOGGED: &str = "journal.head_logged";

/// What the leaf commits to. Its bytes are JSON with its fields in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalHead {
    /// What happened: `journal_head`.
    kind: String,
    /// When.
    pub(crate) at: Timestamp,
    /// How many events there were.
    events: u64,
    /// The chain's link at the last of them.
    head: Digest,
}

/// The line's fact in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeadRecord {
    /// When.
    pub(crate) at: Timestamp,
    /// Who acted.
    pub(crate) measure: Measure,
    /// The leaf's place.
    pub(crate) leaf: u64,
    /// The leaf.
    pub(crate) commitment: Digest,
    /// The key of its own under which the record is sealed.
    pub(crate) key: KeyId,
}

impl JournalHead {
    /// Where the journal stands before the next commit; none while it is empty.
    pub(crate) fn of(lease: &Lease, at: Timestamp) -> Option<Self> {
        // The first event stands at 1.
        let events = lease.next_seq.0.checked_sub(1).filter(|count| *count > 0)?;
        Some(Self { kind: HEAD.to_owned(), at, events, head: lease.chain_head })
    }

    /// Reads a record; none when it is of another kind.
    pub(super) fn read(record: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(record).ok().filter(|head| head.kind == HEAD)
    }

    /// Holds the journal as it is now against it.
    pub(super) fn stands(&self, reader: &Reader, leaf: u64) -> Result<(), LogError> {
        let last = EventSeq(self.events);
        let found = store::journal::events_from(reader, last, 1)?;
        let stands = found.first().is_some_and(|it| it.seq == last && it.hash == self.head);
        if stands { Ok(()) } else { Err(LogError::HeadDiffers { leaf, events: self.events }) }
    }
}

#[cfg(test)]
mod tests {
    use base::{Actor, BodyId, Shard};
    use expect_test::expect;
    use store::{Batch, SimStore, Store as _};

    use super::*;

    #[test]
    fn a_head_has_its_line() {
        let at = Timestamp::from_millis(1_000);
        let head = Digest::from_bytes([5; 32]);
        let record = JournalHead { kind: HEAD.to_owned(), at, events: 7, head };
        let written = serde_json::to_vec(&record).unwrap();
        assert_eq!(JournalHead::read(&written), Some(record));
        assert_eq!(JournalHead::read(b"{\"kind\":\"viewed\"}"), None);
        let fact = HeadRecord {
            at,
            measure: Measure::by(Actor::System),
            leaf: 3,
            commitment: Digest::from_bytes([6; 32]),
            key: KeyId::from_bytes([7; 16]),
        };
        let fact = format!("{HEAD_LOGGED} {}", serde_json::to_string(&fact).unwrap());
        expect![[r#"
            {"kind":"journal_head","at":1000,"events":7,"head":"0505050505050505050505050505050505050505050505050505050505050505"}
            journal.head_logged {"at":1000,"measure":{"actor":"system"},"leaf":3,"commitment":"0606060606060606060606060606060606060606060606060606060606060606","key":"07070707-0707-0707-0707-070707070707"}"#]].assert_eq(&format!("{}\n{fact}", String::from_utf8(written).unwrap()));
    }

    #[test]
    fn a_journal_that_was_written_anew_or_cut_is_not_the_one_whose_head_was_logged() {
        let body: BodyId = "wealdmere".parse().unwrap();
        let at = Timestamp::from_millis(1_000);
        let journal = |texts: &[&str]| {
            let mut store = SimStore::new(&body).unwrap();
            let mut lease = store.lease(&body, Shard(0), "test", at, 1_000).unwrap();
            let mut batch = Batch::after(&lease);
            for text in texts {
                batch.append(None, at, "test", 1, text.as_bytes().to_vec());
            }
            lease.advance(store.commit(&batch).unwrap());
            (JournalHead::of(&lease, at).unwrap(), store.readers().shard(Shard(0)))
        };
        let (head, own) = journal(&["{\"a\":1}", "{\"b\":2}"]);
        let (_, longer) = journal(&["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
        let (_, other) = journal(&["{\"a\":9}", "{\"b\":2}", "{\"c\":3}"]);
        let (_, cut) = journal(&["{\"a\":1}"]);
        assert!(head.stands(&own, 4).is_ok());
        assert!(head.stands(&longer, 4).is_ok());
        for (reader, what) in [(other, "written anew"), (cut, "cut")] {
            let said = head.stands(&reader, 4).unwrap_err().to_string();
            let expected =
                "the first 2 events of the journal are not those whose head leaf 4 holds";
            assert_eq!(said, expected, "{what}");
        }
        let mut store = SimStore::new(&body).unwrap();
        let empty = store.lease(&body, Shard(0), "test", at, 1_000).unwrap();
        assert_eq!(JournalHead::of(&empty, at), None, "nothing was written yet");
    }
}
