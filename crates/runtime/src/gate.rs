//! A body's gate: what its own records tell [`sharing::decide`], and the lines that it writes about
//! no case of its own.
//!
//! Every use is counted in the commit that lets it cross; a crossing is decided once, and the same
//! letter is told the same again. Promises that whoever writes a line writes leaf, record, journal
//! and count in one batch.

use std::borrow::Cow;

use audit::{Commitment, Salt};
use base::{Actor, BodyId, Date, Digest, KeyId, Measure, MessageId, Personal, SectorPersonId};
use base::{Field, Shard, Timestamp};
use sharing::{Agreement, AgreementId, Facts, Record, RecordKind};
use store::access::{AccessLeafRow, AccessRecordKey, AccessRecordRow, NEWEST_LEAF};
use store::crossings::{
    AgreementUseKey, AgreementUseRow, CrossingKey, CrossingRow, RestrictionKey, RestrictionRow,
};
use store::{Batch, Reader, Row, StoreError};

use crate::crossing::{CROSSING_LOGGED, CrossingLetter, CrossingRecord, Heard};
use crate::entropy::{Entropy, Place, Use};
use crate::keyring::Keyring;
use crate::log::head::{HEAD, HEAD_LOGGED, HeadRecord, JournalHead};
use crate::log::{ACCESS_RECORD, AccessLog, ApartRecord, Salted, opened};
use crate::shard::ShardError;

/// Stands for everybody together where uses are counted: no person has it.
const EVERYBODY: SectorPersonId = SectorPersonId::from_bytes([0; 32]);
/// The name under which what was said is sealed.
const SAID: Field<'static> = Field("crossing.said");

/// A row as the batch leaves it.
pub(crate) fn written<R: Row>(
    batch: &Batch,
    reader: &Reader,
    key: &R::Key,
) -> Result<Option<R>, StoreError> {
    match batch.rows.get::<R>(key) {
        Some(written) => Ok(written.cloned()),
        None => store::row::<R>(reader, key),
    }
}

/// What is asked about before a crossing is decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) agreement: &'a AgreementId,
    pub(crate) person: Option<SectorPersonId>,
    pub(crate) day: Date,
}

impl About<'_> {
    fn name(&self) -> Cow<'static, str> {
        Cow::Owned(self.agreement.as_str().to_owned())
    }

    fn uses(&self, of: SectorPersonId) -> AgreementUseKey {
        AgreementUseKey { day: self.day, agreement: self.name(), sector_person_id: of }
    }

    /// What the body's own records tell. Whether the crossing was seen is the caller's to say.
    pub(crate) fn facts(&self, batch: &Batch, reader: &Reader) -> Result<Facts, StoreError> {
        let used = |of| -> Result<u32, StoreError> {
            let row = written::<AgreementUseRow>(batch, reader, &self.uses(of))?;
            Ok(row.map_or(0, |row| row.used))
        };
        let Some(person) = self.person else {
            return Ok(Facts { used_today: used(EVERYBODY)?, ..Facts::default() });
        };
        let mut restricted = false;
        for agreement in [Cow::Borrowed(""), self.name()] {
            let key = RestrictionKey { sector_person_id: person, agreement };
            restricted |= written::<RestrictionRow>(batch, reader, &key)?.is_some();
        }
        Ok(Facts {
            used_today: used(EVERYBODY)?,
            used_today_for_person: used(person)?,
            restricted,
            seen: false,
        })
    }

    /// Counts one use. With the first of a day, counts of the days before go.
    pub(crate) fn count(&self, batch: &mut Batch, reader: &Reader) -> Result<(), StoreError> {
        for of in [Some(EVERYBODY), self.person].into_iter().flatten() {
            let key = self.uses(of);
            let row = written::<AgreementUseRow>(batch, reader, &key)?;
            let used = row.map_or(0, |row| row.used);
            if of == EVERYBODY && used == 0 {
                for old in store::crossings::uses_before(reader, self.day)? {
                    batch.delete::<AgreementUseRow>(old.key());
                }
            }
            let AgreementUseKey { day, agreement, sector_person_id } = key;
            let used = used.saturating_add(1);
            batch.put(AgreementUseRow { day, agreement, sector_person_id, used });
        }
        Ok(())
    }
}

/// A crossing that was decided before.
pub(crate) fn seen(
    batch: &Batch,
    reader: &Reader,
    crossing: MessageId,
) -> Result<Option<CrossingRow>, StoreError> {
    written::<CrossingRow>(batch, reader, &CrossingKey { crossing_id: crossing })
}

/// The line of a body that received a letter. Its number about the person is the log's to say.
pub(crate) fn line(
    kind: sharing::RecordKind,
    letter: &CrossingLetter,
    agreement: Option<&Agreement>,
    at: Timestamp,
) -> Record {
    Record {
        kind,
        crossing: letter.id,
        at,
        agreement: letter.agreement.clone(),
        agreement_digest: agreement.map(|agreement| *agreement.digest()),
        provider: Some(letter.provider.clone()),
        recipient: Some(letter.recipient.clone()),
        purpose: Some(letter.purpose.clone()),
        lawful_basis: agreement.map(|agreement| agreement.lawful_basis().to_owned()),
        name: letter.form.name().clone(),
        categories: Vec::new(),
        service: letter.service.clone(),
        case: None,
        person: Some(letter.person),
        sequence: 0,
        previous: None,
        answers: Some(letter.leaf),
    }
}

/// The number of the next entry about a person, and the commitment of the one before it: among
/// those that are about to be written, or stored.
pub(crate) fn next_about<'r>(
    at_hand: impl Iterator<Item = &'r AccessRecordRow>,
    reader: &Reader,
    person: SectorPersonId,
) -> Result<(u64, Option<Digest>), StoreError> {
    let at_hand = at_hand.filter(|row| row.sector_person_id == Some(person));
    let mut last = at_hand.max_by_key(|row| row.leaf).cloned();
    if last.is_none() {
        let stored = store::access::records_of_person(reader, person, NEWEST_LEAF, 1)?;
        last = stored.into_iter().next();
    }
    Ok(last.map_or((1, None), |row| (row.entry.saturating_add(1), Some(row.commitment))))
}

/// A leaf that was added, with its record sealed under a key.
struct Placed {
    leaf: u64,
    commitment: Digest,
    key: KeyId,
    bytes: Vec<u8>,
}

/// A body's log with the batch that a line goes into.
pub(crate) struct Ledger<'a> {
    pub(crate) body: &'a BodyId,
    pub(crate) shard: Shard,
    pub(crate) entropy: &'a dyn Entropy,
    pub(crate) keyring: &'a Keyring,
    pub(crate) log: &'a mut AccessLog,
    pub(crate) batch: &'a mut Batch,
    pub(crate) reader: &'a Reader,
}

impl Ledger<'_> {
    /// Writes a line under a key of its own, and gives its commitment. `said` is kept with it, so
    /// that the same letter is told the same again.
    pub(crate) fn write(
        &mut self,
        record: Record,
        letter: Digest,
        said: impl FnOnce(Digest) -> Option<Heard>,
    ) -> Result<Digest, ShardError> {
        let record = self.numbered(record)?;
        let (placed, said) = self.place(&record.bytes().map_err(not_written)?, said)?;
        let Placed { leaf, commitment, key, bytes } = placed;
        self.batch.put(AccessRecordRow {
            leaf,
            case_id: None,
            crossing_id: Some(record.crossing),
            sector_person_id: record.person,
            kind: Cow::Borrowed(record.kind.key()),
            agreement: Some(Cow::Owned(record.agreement.to_string())),
            at: record.at,
            entry: record.sequence,
            commitment,
            bytes,
        });
        self.journal(&record, (letter, leaf, commitment), key, said)?;
        Ok(commitment)
    }

    /// Writes where the journal stood before this batch, under a key of its own.
    pub(crate) fn write_head(&mut self, head: &JournalHead) -> Result<(), ShardError> {
        let at = head.at;
        let (placed, _) = self.place(&serde_json::to_vec(head).map_err(not_written)?, |_| None)?;
        let Placed { leaf, commitment, key, bytes } = placed;
        self.batch.put(AccessRecordRow {
            leaf,
            case_id: None,
            crossing_id: None,
            sector_person_id: None,
            kind: Cow::Borrowed(HEAD),
            agreement: None,
            at,
            entry: 0,
            commitment,
            bytes,
        });
        let measure = Measure::by(Actor::System);
        let fact = HeadRecord { at, measure, leaf, commitment, key };
        let bytes = serde_json::to_vec(&fact).map_err(not_written)?;
        self.batch.append(None, at, HEAD_LOGGED, 1, bytes);
        Ok(())
    }

    /// Adds a leaf whose record, and what was said with it, are sealed under a key of their own.
    fn place(
        &mut self,
        bytes: &[u8],
        said: impl FnOnce(Digest) -> Option<Heard>,
    ) -> Result<(Placed, Option<Personal<Heard>>), ShardError> {
        let seq = self.batch.next_seq();
        let (body, shard) = (self.body, self.shard);
        let drawn = self.entropy.draw(Place { body, shard, seq, index: 0, purpose: Use::Salt });
        let salt = Salt::from_bytes(*drawn.first_chunk().unwrap_or(&[0; 32]));
        let leaf_of = Commitment::to(&salt, bytes);
        let commitment = *leaf_of.digest();
        let key = self.keyring.take(self.entropy, shard, seq)?;
        let keys = self.keyring.of_case(&[key])?;
        let mut sealer = keys.sealer(self.entropy, shard, seq);
        let mut salted = Personal::new(Salted::new(&salt, bytes));
        salted.seal(ACCESS_RECORD, &mut sealer).map_err(not_written)?;
        let mut said = said(commitment).map(Personal::new);
        if let Some(said) = &mut said {
            said.seal(SAID, &mut sealer).map_err(not_written)?;
        }
        let leaf = self.log.len();
        self.log.push(&leaf_of);
        self.batch.put(AccessLeafRow { leaf, commitment });
        let bytes =
            serde_json::to_vec(&ApartRecord { key, record: salted }).map_err(not_written)?;
        Ok((Placed { leaf, commitment, key, bytes }, said))
    }

    fn numbered(&self, record: Record) -> Result<Record, StoreError> {
        let Some(person) = record.person else { return Ok(record) };
        let written = self.batch.rows.written::<AccessRecordRow>();
        let (sequence, previous) = next_about(written, self.reader, person)?;
        Ok(Record { sequence, previous, ..record })
    }

    /// The line's fact; a crossing that was decided before keeps what was said to it first, but for
    /// a notice that the back office took while it was withdrawn: that it is there counts.
    fn journal(
        &mut self,
        record: &Record,
        (letter, leaf, commitment): (Digest, u64, Digest),
        key: KeyId,
        said: Option<Personal<Heard>>,
    ) -> Result<(), ShardError> {
        let measure = Measure::by(Actor::Body);
        let (at, crossing) = (record.at, record.crossing);
        let fact = CrossingRecord { at, measure, crossing, letter, leaf, commitment, key, said };
        let bytes = serde_json::to_vec(&fact).map_err(not_written)?;
        let taken = record.kind == RecordKind::NoticeReceipt;
        if taken || seen(self.batch, self.reader, crossing)?.is_none() {
            self.batch.put(CrossingRow {
                crossing_id: crossing,
                agreement: Cow::Owned(record.agreement.id.as_str().to_owned()),
                letter,
                key_id: Some(key),
                at,
                bytes: bytes.clone(),
            });
        }
        self.batch.append(None, at, CROSSING_LOGGED, 1, bytes);
        Ok(())
    }
}

/// What was said to a crossing when it was decided; none while nothing was.
pub(crate) fn said(row: &CrossingRow, keyring: &Keyring) -> Result<Option<Heard>, ShardError> {
    let fact = fact_of(row)?;
    let keys = keyring.of_case(&[fact.key])?;
    let Some(said) = &fact.said else { return Ok(None) };
    let opened = said.open(SAID, &keys).map_err(not_written)?;
    Ok(opened.opened().cloned())
}

/// What the first line about a crossing says; none once its record is erased.
pub(crate) fn kind(
    row: &CrossingRow,
    batch: &Batch,
    reader: &Reader,
    keyring: &Keyring,
) -> Result<Option<RecordKind>, ShardError> {
    let leaf = fact_of(row)?.leaf;
    let record = written::<AccessRecordRow>(batch, reader, &AccessRecordKey { leaf })?;
    let Some(record) = record else { return Ok(None) };
    let opening = opened(reader, keyring, &record).map_err(not_written)?;
    Ok(Some(Record::read(&opening.record).map_err(not_written)?.kind))
}

fn fact_of(row: &CrossingRow) -> Result<CrossingRecord, ShardError> {
    serde_json::from_slice(&row.bytes)
        .map_err(|source| ShardError::Row { what: "crossing", source })
}

fn not_written(error: impl std::fmt::Display) -> ShardError {
    ShardError::Write(error.to_string())
}
