//! Facts about what is no case: a search that found nobody, a contact. They stand in the body's
//! journal under an id of their own, and their values under a key of their own (DESIGN L9).

use base::{CaseId, EventSeq, KeyId, Measure, Personal};

use super::access::Leaf;
use super::edit::{not_sealed, not_written};
use super::{Refused, Shard, Turn};
use crate::keyring::CaseKeys;
use crate::log::{ACCESS_RECORD, ApartRecord, Salted};
use crate::record::{Fact, Record};

/// Something that is no case, being written about.
pub(super) struct Apart {
    /// What its facts stand under.
    pub(super) id: CaseId,
    /// Its key.
    pub(super) key: KeyId,
    pub(super) keys: CaseKeys,
    /// Leaves for the access log with their records.
    pub(super) leaves: Vec<Leaf>,
    first_seq: EventSeq,
    records: Vec<(Record, Vec<u8>)>,
}

impl Shard {
    /// Begins to write about what stands under an id, with a key that is in use or a fresh one.
    pub(super) fn apart(
        &self,
        turn: &Turn<'_>,
        id: CaseId,
        key: Option<KeyId>,
    ) -> Result<Apart, Refused> {
        let first_seq = turn.step.batch.next_seq();
        let key = match key {
            Some(key) => key,
            None => self.keyring.take(&*self.entropy, self.number(), first_seq)?,
        };
        let keys = self.keyring.of_case(&[key])?;
        Ok(Apart { id, key, keys, leaves: Vec::new(), first_seq, records: Vec::new() })
    }

    /// Records a fact about it, and gives the record as it is written.
    pub(super) fn record_apart<'a>(
        &self,
        turn: &Turn<'_>,
        apart: &'a mut Apart,
        (measure, fact): (Measure, Fact),
    ) -> Result<&'a Record, Refused> {
        let mut sealer = apart.keys.sealer(&*self.entropy, self.number(), apart.seq());
        let fact = fact.seal(&mut sealer).map_err(not_sealed)?;
        let record = Record { case: apart.id, at: turn.now, measure, fact };
        let bytes = record.to_bytes().map_err(not_written)?;
        apart.records.push((record, bytes));
        let last = apart.records.last().map(|(record, _)| record);
        last.ok_or_else(|| not_written("no record was kept"))
    }

    /// Seals a record of the access log under its key.
    pub(super) fn seal_apart(&self, apart: &Apart, salted: Salted) -> Result<Vec<u8>, Refused> {
        let mut sealer = apart.keys.sealer(&*self.entropy, self.number(), apart.seq());
        let mut record = Personal::new(salted);
        record.seal(ACCESS_RECORD, &mut sealer).map_err(not_sealed)?;
        serde_json::to_vec(&ApartRecord { key: apart.key, record }).map_err(not_written)
    }

    /// Puts what was written about it into the step.
    pub(super) fn finish_apart(&mut self, turn: &mut Turn<'_>, apart: Apart) {
        for (record, bytes) in apart.records {
            let (name, version) = (record.fact.name(), record.fact.version());
            turn.step.batch.append(Some(record.case), record.at, name, version, bytes);
        }
        self.write_leaves(apart.leaves, &mut turn.step.batch);
    }
}

impl Apart {
    /// The place of the next record.
    pub(super) fn seq(&self) -> EventSeq {
        self.first_seq.plus(u64::try_from(self.records.len()).unwrap_or(u64::MAX))
    }
}
