//! A body's access log: leaves that stay for good, records that can be erased, checkpoints.
//!
//! A leaf says nothing about anybody. What its record says is sealed; the ids beside it find the
//! records of a case, a crossing or a person, and go with the record.

use std::borrow::Cow;

use base::{CaseId, Date, Digest, MessageId, SectorPersonId, Timestamp};

use crate::statements::statements;
use crate::table::{Row, table};
use crate::{PAGE_LIMIT, Reader, StoreError};

table! {
    /// A leaf of the log.
    AccessLeafRow by AccessLeafKey in access_leaf
    (
        /// Its place, counted from 0.
        leaf: u64,
    )
    {
        /// The salted commitment to its record.
        commitment: Digest,
    }
}

table! {
    /// The record of a leaf, until it is erased.
    AccessRecordRow by AccessRecordKey in access_record
    (
        /// The leaf's place.
        leaf: u64,
    )
    {
        /// The case under whose key it is sealed, if it belongs to one.
        case_id: Option<CaseId>,
        /// What crossed between two bodies, by the id that both know.
        crossing_id: Option<MessageId>,
        /// The person, as this body knows them.
        sector_person_id: Option<SectorPersonId>,
        /// What happened, by name.
        kind: Cow<'static, str>,
        /// The agreement under which something crossed, by name and version.
        agreement: Option<Cow<'static, str>>,
        /// When.
        at: Timestamp,
        /// Which entry about the person it is, from 1; 0 when it is about nobody known.
        entry: u64,
        /// The leaf's commitment.
        commitment: Digest,
        /// Salt and record, sealed.
        bytes: Vec<u8>,
    }
}

table! {
    /// The last checkpoint of a day.
    AccessCheckpointRow by AccessCheckpointKey in access_checkpoint
    (
        /// The day.
        day: Date,
    )
    {
        /// The signed note.
        note: String,
    }
}

statements! {
    RECORDS_OF_CASE = "SELECT leaf, case_id, crossing_id, sector_person_id, kind, agreement, at,
       entry, commitment, bytes
  FROM access_record
 WHERE body = :body AND shard = :shard AND case_id = :case AND leaf >= :from
 ORDER BY leaf
 LIMIT :limit";
    RECORDS_OF_CROSSING = "SELECT leaf, case_id, crossing_id, sector_person_id, kind, agreement, at,
       entry, commitment, bytes
  FROM access_record
 WHERE body = :body AND shard = :shard AND crossing_id = :crossing
 ORDER BY leaf
 LIMIT 100";
    RECORDS_OF_PERSON = "SELECT leaf, case_id, crossing_id, sector_person_id, kind, agreement, at,
       entry, commitment, bytes
  FROM access_record
 WHERE body = :body AND shard = :shard AND sector_person_id = :person AND leaf < :before
 ORDER BY leaf DESC
 LIMIT :limit";
    RECORDS_UNDER = "SELECT leaf, case_id, crossing_id, sector_person_id, kind, agreement, at,
       entry, commitment, bytes
  FROM access_record
 WHERE body = :body AND shard = :shard AND agreement = :agreement
 ORDER BY at DESC, leaf DESC
 LIMIT :limit";
    LATEST_CHECKPOINT = "SELECT day, note
  FROM access_checkpoint
 WHERE body = :body AND shard = :shard
 ORDER BY day DESC
 LIMIT 1";
}

/// Above every leaf: [`records_of_person`] begins with the newest.
pub const NEWEST_LEAF: u64 = i64::MAX.cast_unsigned();

/// The records of a case from a leaf on, the oldest first, at most [`PAGE_LIMIT`].
pub fn records_of_case(
    reader: &Reader,
    case: CaseId,
    from: u64,
) -> Result<Vec<AccessRecordRow>, StoreError> {
    let named: &[(&str, &dyn crate::Bind)] =
        &[("case", &case), ("from", &from), ("limit", &PAGE_LIMIT)];
    reader.rows(RECORDS_OF_CASE, named, AccessRecordRow::read)
}

/// The records of what crossed under one id, the oldest first, at most a hundred.
pub fn records_of_crossing(
    reader: &Reader,
    crossing: MessageId,
) -> Result<Vec<AccessRecordRow>, StoreError> {
    reader.rows(RECORDS_OF_CROSSING, &[("crossing", &crossing)], AccessRecordRow::read)
}

/// The records about a person before a leaf, the newest first, at most `limit`.
pub fn records_of_person(
    reader: &Reader,
    person: SectorPersonId,
    before: u64,
    limit: u32,
) -> Result<Vec<AccessRecordRow>, StoreError> {
    let limit = limit.min(PAGE_LIMIT);
    let named: &[(&str, &dyn crate::Bind)] =
        &[("person", &person), ("before", &before), ("limit", &limit)];
    reader.rows(RECORDS_OF_PERSON, named, AccessRecordRow::read)
}

/// The records of what crossed under an agreement, by name and version: the newest ones, newest
/// first, at most [`PAGE_LIMIT`].
pub fn records_under(reader: &Reader, agreement: &str) -> Result<Vec<AccessRecordRow>, StoreError> {
    let named: &[(&str, &dyn crate::Bind)] = &[("agreement", &agreement), ("limit", &PAGE_LIMIT)];
    reader.rows(RECORDS_UNDER, named, AccessRecordRow::read)
}

/// The newest checkpoint.
pub fn latest_checkpoint(reader: &Reader) -> Result<Option<AccessCheckpointRow>, StoreError> {
    reader.one(LATEST_CHECKPOINT, &[], AccessCheckpointRow::read)
}

#[cfg(test)]
mod tests {
    use base::Shard;

    use super::*;
    use crate::testing::{at, body, case, lease};
    use crate::{Batch, SimStore, Store, page};

    fn record(leaf: u64, case_number: u8, person: u8) -> AccessRecordRow {
        AccessRecordRow {
            leaf,
            case_id: Some(case(case_number)),
            crossing_id: leaf.is_multiple_of(2).then(|| MessageId::from_bytes([7; 16])),
            sector_person_id: Some(SectorPersonId::from_bytes([person; 32])),
            kind: Cow::Borrowed("viewed"),
            agreement: None,
            at: at(5),
            entry: leaf + 1,
            commitment: Digest::of(&leaf.to_be_bytes()),
            bytes: b"\"sealed\"".to_vec(),
        }
    }

    #[test]
    fn records_are_found_by_case_crossing_and_person() {
        let mut store = SimStore::new(&body()).unwrap();
        let held = lease(&mut store, "one");
        let mut batch = Batch::after(&held);
        for leaf in 0..5_u64 {
            let commitment = Digest::of(&leaf.to_be_bytes());
            batch.put(AccessLeafRow { leaf, commitment });
            batch.put(record(leaf, u8::try_from(leaf % 3).unwrap(), 1));
        }
        batch.delete::<AccessRecordRow>(AccessRecordKey { leaf: 3 });
        for day in ["2026-11-22", "2026-11-23"] {
            let note = format!("note of {day}");
            batch.put(AccessCheckpointRow { day: day.parse().unwrap(), note });
        }
        store.commit(&batch).unwrap();
        let reader = store.readers().shard(Shard(0));
        let leaves =
            |rows: Vec<AccessRecordRow>| -> Vec<u64> { rows.iter().map(|row| row.leaf).collect() };
        assert_eq!(leaves(records_of_case(&reader, case(1), 0).unwrap()), [1, 4]);
        assert_eq!(leaves(records_of_case(&reader, case(1), 2).unwrap()), [4]);
        let crossing = MessageId::from_bytes([7; 16]);
        assert_eq!(leaves(records_of_crossing(&reader, crossing).unwrap()), [0, 2, 4]);
        let person = SectorPersonId::from_bytes([1; 32]);
        let of = |before, limit| records_of_person(&reader, person, before, limit).unwrap();
        assert_eq!(leaves(of(NEWEST_LEAF, 9)), [4, 2, 1, 0]);
        assert_eq!(leaves(of(4, 2)), [2, 1]);
        assert_eq!(page::<AccessLeafRow>(&reader, None, 9).unwrap().len(), 5);
        assert_eq!(latest_checkpoint(&reader).unwrap().unwrap().note, "note of 2026-11-23");
    }
}
