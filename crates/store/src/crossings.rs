//! What crosses between two bodies as each of them remembers it: which crossings were decided and
//! what was said, how often an agreement was used on a day, and whose data no agreement moves.

use std::borrow::Cow;

use base::{Date, Digest, KeyId, MessageId, SectorPersonId, Timestamp};

use crate::statements::statements;
use crate::table::{Row, table};
use crate::{Reader, StoreError};

table! {
    /// A crossing that this body's gate has decided. One of its id is decided once.
    CrossingRow by CrossingKey in crossing
    (
        /// The crossing, the same in both bodies.
        crossing_id: MessageId,
    )
    {
        /// The agreement's name.
        agreement: Cow<'static, str>,
        /// The digest of the letter that was decided, so that another under the same id is told
        /// from the same one coming again; of zeros where the body itself wrote the letter.
        letter: Digest,
        /// The key under which what was said is sealed, where it belongs to no case.
        key_id: Option<KeyId>,
        /// When.
        at: Timestamp,
        /// What was said, sealed; empty where the body itself wrote the letter.
        bytes: Vec<u8>,
    }
}

table! {
    /// How often an agreement was used on a day for a person; for all together, the person of zeros.
    AgreementUseRow by AgreementUseKey in agreement_use
    (
        /// The day.
        day: Date,
        /// The agreement's name.
        agreement: Cow<'static, str>,
        /// The person, as this body knows them.
        sector_person_id: SectorPersonId,
    )
    {
        /// How often.
        used: u32,
    }
}

table! {
    /// That a person's data are not to move under an agreement; under any, where it has no name.
    RestrictionRow by RestrictionKey in restriction
    (
        /// The person, as this body knows them.
        sector_person_id: SectorPersonId,
        /// The agreement's name.
        agreement: Cow<'static, str>,
    )
    {
        /// Since when.
        since: Timestamp,
    }
}

statements! {
    USES_BEFORE = "SELECT day, agreement, sector_person_id, used
  FROM agreement_use
 WHERE body = :body AND shard = :shard AND day < :day
 ORDER BY day, agreement, sector_person_id
 LIMIT 500";
}

/// Counts of days before one, which nobody asks for any more, the oldest first.
pub fn uses_before(reader: &Reader, day: Date) -> Result<Vec<AgreementUseRow>, StoreError> {
    reader.rows(USES_BEFORE, &[("day", &day)], AgreementUseRow::read)
}

#[cfg(test)]
mod tests {
    use base::Shard;

    use super::*;
    use crate::testing::{body, lease};
    use crate::{Batch, SimStore, Store, row};

    #[test]
    fn counts_are_kept_by_day_and_person_and_old_ones_are_found() {
        let mut store = SimStore::new(&body()).unwrap();
        let held = lease(&mut store, "one");
        let mut batch = Batch::after(&held);
        let key = |day: &str, person: u8| AgreementUseKey {
            day: day.parse().unwrap(),
            agreement: Cow::Borrowed("library"),
            sector_person_id: SectorPersonId::from_bytes([person; 32]),
        };
        for (day, person, used) in
            [("2026-11-22", 0, 4), ("2026-11-22", 1, 1), ("2026-11-23", 0, 7)]
        {
            let AgreementUseKey { day, agreement, sector_person_id } = key(day, person);
            batch.put(AgreementUseRow { day, agreement, sector_person_id, used });
        }
        store.commit(&batch).unwrap();
        let reader = store.readers().shard(Shard(0));
        let found = row::<AgreementUseRow>(&reader, &key("2026-11-22", 1)).unwrap();
        assert_eq!(found.map(|row| row.used), Some(1));
        assert_eq!(row::<AgreementUseRow>(&reader, &key("2026-11-23", 1)).unwrap(), None);
        let old = uses_before(&reader, "2026-11-23".parse().unwrap()).unwrap();
        assert_eq!(old.iter().map(|row| row.used).collect::<Vec<_>>(), [4, 1]);
    }
}
