//! What a body's access log says about one person, to that person, and how often an agreement was
//! used, to the body's data-protection officer.
//!
//! An entry opens under the key that sealed it. Its proof is the path of hashes from its leaf to the
//! newest signed checkpoint: with it and the body's public key nobody's word is needed (`audit`).

use std::collections::BTreeMap;

use audit::{Checkpoint, Commitment, InclusionProof, Opening, Salt, VerifyingKey};
use base::{CaseId, Date, Digest, Role, SectorPersonId, Timestamp};
use sharing::{AgreementVersion, Answer, Record as Crossing, RecordKind, Refusal, Visibility};
use store::PAGE_LIMIT;
use store::access::{AccessRecordKey, AccessRecordRow, NEWEST_LEAF};
use store::crossings::{CrossingKey, CrossingRow};
use store::requests::RequestSummary;

use crate::access::{ViewReason, Viewed};
use crate::host::Body;
use crate::log::{checkpoints, opened, origin, tree_of};
use crate::record::{Fact, Record};
use crate::shard::ShardError;

/// Entries of one page.
pub const LEDGER_ROWS: u32 = 25;
/// Lines of an agreement's use that are counted, the newest ones.
pub const USE_ROWS: u32 = PAGE_LIMIT;
/// The name of the event in which a process got values.
const VARIABLES_SET: &str = "process.variables_set";

/// What happened to a person's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// A member of staff looked.
    Looked {
        /// At what.
        what: Viewed,
        /// In which role.
        role: Role,
        /// Why.
        reason: ViewReason,
    },
    /// Something crossed between two bodies, or was refused.
    Crossed {
        /// The line.
        line: Box<Crossing>,
        /// What was answered, where it was and is still known.
        answer: Option<Answer>,
    },
    /// An entry that this program does not know.
    Unknown,
}

/// An entry about a person.
#[derive(Debug, Clone)]
pub struct LedgerEntry {
    /// The leaf's place in the log.
    pub leaf: u64,
    /// Which entry about the person it is, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The case, where it belongs to one of the body's.
    pub case: Option<RequestSummary>,
    /// What happened.
    pub happened: Happened,
}

/// A page of entries, the newest first.
#[derive(Debug, Clone)]
pub struct LedgerPage {
    /// The entries.
    pub entries: Vec<LedgerEntry>,
    /// Entries of this page that are shown when their case is closed.
    pub hidden: u64,
    /// The leaf before which the next page begins.
    pub older: Option<u64>,
}

/// What proves an entry.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerProof {
    /// The log's name.
    pub origin: String,
    /// The body's public key, as a signed note writes one.
    pub key: String,
    /// The leaf's place.
    pub leaf: u64,
    /// The leaf.
    pub commitment: Digest,
    /// What hides the record in its leaf, in hexadecimal.
    pub salt: String,
    /// The record, byte for byte.
    pub record: String,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// The leaves that it covers.
    pub size: u64,
    /// The hashes beside the way from the leaf to the root, from the leaf upwards.
    pub path: Vec<Digest>,
}

/// What a proof fails at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// The key cannot be read.
    #[error("the key is not one that a signed note writes")]
    Key,
    /// The record and its salt are not what the leaf commits to.
    #[error("the record is not the one that the leaf was made of")]
    Record,
    /// The checkpoint is not signed by the key, or of another log or size.
    #[error("the checkpoint is not signed by this key, or is another log's")]
    Checkpoint,
    /// The leaf does not stand where the proof says.
    #[error("the leaf does not stand at this place of the signed log")]
    Path,
}

impl LedgerProof {
    /// Checks the proof by itself: nobody's word is needed but that the key is the body's.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn verify(&self) -> Result<(), ProofFault> {
        let key: VerifyingKey = self.key.parse().map_err(|_| ProofFault::Key)?;
        let salt: Digest = self.salt.parse().map_err(|_| ProofFault::Record)?;
        let commitment =
            Commitment::to(&Salt::from_bytes(*salt.as_bytes()), self.record.as_bytes());
        if *commitment.digest() != self.commitment {
            return Err(ProofFault::Record);
        }
        let checkpoint = Checkpoint::open(&self.checkpoint, &key);
        let checkpoint = checkpoint.map_err(|_| ProofFault::Checkpoint)?;
        if checkpoint.size() != self.size || checkpoint.origin() != self.origin {
            return Err(ProofFault::Checkpoint);
        }
        let path = InclusionProof::from_hashes(self.path.clone());
        let stands = path.verify(&commitment, self.leaf, self.size, checkpoint.root());
        stands.then_some(()).ok_or(ProofFault::Path)
    }
}

/// The use of an agreement on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayOfUse {
    /// Questions that this body asked, or was asked and answered; notices given or taken.
    pub used: u64,
    /// Of those, with an answer other than "cannot tell".
    pub told: u64,
    /// Those that could not be answered.
    pub could_not_tell: u64,
    /// Crossings that the gate refused.
    pub refused: u64,
}

/// The use of an agreement, as this body's log has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgreementUse {
    /// By day, the newest first.
    pub days: BTreeMap<std::cmp::Reverse<Date>, DayOfUse>,
    /// Refusals by reason.
    pub refused: BTreeMap<Refusal, u64>,
    /// Questions and notices that were let out and of which nothing was heard yet.
    pub one_sided: u64,
    /// Whether there are more lines than were counted.
    pub more: bool,
}

/// A look as its record has it.
#[derive(serde::Deserialize)]
struct Look {
    what: Viewed,
    role: Role,
    reason: ViewReason,
}

impl Body {
    /// A page of what happened to a person's data here, before a leaf.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn ledger(
        &self,
        person: SectorPersonId,
        before: Option<u64>,
    ) -> Result<LedgerPage, ShardError> {
        let before = before.unwrap_or(NEWEST_LEAF);
        let reader = self.reader();
        let rows = store::access::records_of_person(&reader, person, before, LEDGER_ROWS)?;
        let full = rows.len() >= usize::try_from(LEDGER_ROWS).unwrap_or(usize::MAX);
        let older = rows.last().filter(|_| full).map(|row| row.leaf);
        let mut page = LedgerPage { entries: Vec::new(), hidden: 0, older };
        for row in &rows {
            match self.entry(row)? {
                Some(entry) => page.entries.push(entry),
                None => page.hidden += 1,
            }
        }
        Ok(page)
    }

    /// An entry, unless it is shown only when its case is closed.
    fn entry(&self, row: &AccessRecordRow) -> Result<Option<LedgerEntry>, ShardError> {
        let case = row.case_id.map(|case| self.summary(case)).transpose()?.flatten();
        let opening = opened(&self.reader(), self.keyring(), row).ok();
        let happened = opening.map(|opening| self.happened(row, &opening)).transpose()?;
        let happened = happened.unwrap_or(Happened::Unknown);
        if let Happened::Crossed { line, .. } = &happened
            && self.waits_for_case(&line.agreement)
            && case.as_ref().is_none_or(|case| case.closed_at.is_none())
        {
            return Ok(None);
        }
        let (leaf, number, at) = (row.leaf, row.entry, row.at);
        Ok(Some(LedgerEntry { leaf, number, at, case, happened }))
    }

    /// Whether what crosses under an agreement is shown only when the case is closed.
    fn waits_for_case(&self, version: &AgreementVersion) -> bool {
        let signed = self.settings().sharing.agreements.get(&version.id);
        signed.is_some_and(|signed| signed.agreement().visibility() == Visibility::AfterCase)
    }

    fn happened(&self, row: &AccessRecordRow, opening: &Opening) -> Result<Happened, ShardError> {
        if let Ok(line) = serde_json::from_slice::<Crossing>(&opening.record) {
            let answer = self.answered(row, &line)?;
            return Ok(Happened::Crossed { line: Box::new(line), answer });
        }
        let look: Result<Look, _> = serde_json::from_slice(&opening.record);
        Ok(look.map_or(Happened::Unknown, |Look { what, role, reason }| Happened::Looked {
            what,
            role,
            reason,
        }))
    }

    /// What was answered: from the case of the body that asked, or from what this body said.
    fn answered(
        &self,
        row: &AccessRecordRow,
        line: &Crossing,
    ) -> Result<Option<Answer>, ShardError> {
        match line.kind {
            RecordKind::Receipt | RecordKind::Answer if line.categories.is_empty() => {
                Ok(Some(Answer::CannotTell))
            }
            RecordKind::Receipt => match row.case_id {
                Some(case) => self.received(case, line),
                None => Ok(None),
            },
            RecordKind::Answer => {
                let key = CrossingKey { crossing_id: line.crossing };
                let row = store::row::<CrossingRow>(&self.reader(), &key)?;
                let said = row.map(|row| crate::gate::said(&row, self.keyring())).transpose()?;
                Ok(match said.flatten() {
                    Some(crate::crossing::Heard::Answered { answer, .. }) => Some(answer),
                    Some(_) | None => None,
                })
            }
            RecordKind::Request
            | RecordKind::Notice
            | RecordKind::NoticeReceipt
            | RecordKind::NoticeRefused
            | RecordKind::Acknowledged
            | RecordKind::Translated
            | RecordKind::Refused(_) => Ok(None),
        }
    }

    /// The value that the process of a case got for its question.
    fn received(&self, case: CaseId, line: &Crossing) -> Result<Option<Answer>, ShardError> {
        let Some(view) = self.case(case)? else { return Ok(None) };
        let source = format!("{}/{}", line.agreement.id, line.name);
        let mut sourced = view.service.package.questions.sourced().iter();
        let Some(question) = sourced.find(|it| it.source.as_deref() == Some(source.as_str()))
        else {
            return Ok(None);
        };
        let reader = self.reader();
        let events = store::journal::events_of_case_named(&reader, case, VARIABLES_SET)?;
        let mut told = None;
        for event in events {
            let record = Record::from_bytes(event.seq, &event.bytes)?;
            let Fact::Process(mut event) = record.fact else { continue };
            event.for_each_personal_mut(&mut |field, value| {
                if let Ok(opened) = value.open(field, &view.keys) {
                    *value = opened;
                }
            });
            let engine::Event::VariablesSet { values, .. } = &event else { continue };
            let value = values.get(question.id.as_str()).and_then(base::Personal::opened);
            if let Some(feel::Value::String(text)) = value.map(|value| value.value().clone()) {
                told = Some(Answer::Told(text.to_string()));
            }
        }
        Ok(told)
    }

    /// What proves an entry about a person; `None` when it is another's or erased.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn ledger_proof(
        &self,
        person: SectorPersonId,
        leaf: u64,
    ) -> Result<Option<LedgerProof>, ShardError> {
        let reader = self.reader();
        let row = store::row::<AccessRecordRow>(&reader, &AccessRecordKey { leaf })?;
        let Some(row) = row.filter(|row| row.sector_person_id == Some(person)) else {
            return Ok(None);
        };
        let Ok(opening) = opened(&reader, self.keyring(), &row) else { return Ok(None) };
        if self.entry(&row)?.is_none() {
            return Ok(None);
        }
        let key = self.settings().log_key.verifying_key();
        let notes = checkpoints(&reader)?;
        let Some(note) = notes.last() else { return Ok(None) };
        let Ok(checkpoint) = Checkpoint::open(note, &key) else { return Ok(None) };
        let tree = tree_of(&reader, checkpoint.size())?;
        let Ok(path) = tree.inclusion(leaf, checkpoint.size()) else { return Ok(None) };
        Ok(Some(LedgerProof {
            origin: origin(&self.settings().body),
            key: key.to_string(),
            leaf,
            commitment: row.commitment,
            salt: Digest::from_bytes(*opening.salt.as_bytes()).to_string(),
            record: String::from_utf8_lossy(&opening.record).into_owned(),
            size: checkpoint.size(),
            path: path.hashes().to_vec(),
            checkpoint: note.clone(),
        }))
    }

    /// How an agreement was used, as this body's log has it.
    ///
    /// # Errors
    /// [`ShardError`] when the store fails.
    pub fn agreement_use(&self, version: &AgreementVersion) -> Result<AgreementUse, ShardError> {
        let reader = self.reader();
        let name = version.to_string();
        let mut counted = AgreementUse::default();
        let mut waiting: BTreeMap<base::MessageId, bool> = BTreeMap::new();
        let rows = store::access::records_under(&reader, &name)?;
        counted.more = rows.len() >= usize::try_from(USE_ROWS).unwrap_or(usize::MAX);
        for row in &rows {
            self.count(row, &mut counted, &mut waiting);
        }
        let alone = waiting.values().filter(|heard| !**heard).count();
        counted.one_sided = u64::try_from(alone).unwrap_or(u64::MAX);
        Ok(counted)
    }

    fn count(
        &self,
        row: &AccessRecordRow,
        counted: &mut AgreementUse,
        waiting: &mut BTreeMap<base::MessageId, bool>,
    ) {
        let opening = opened(&self.reader(), self.keyring(), row).ok();
        let line = opening.and_then(|opening| serde_json::from_slice(&opening.record).ok());
        let Some(line): Option<Crossing> = line else { return };
        let day = counted.days.entry(std::cmp::Reverse(row.at.uk_date())).or_default();
        let told = u64::from(!line.categories.is_empty());
        match line.kind {
            RecordKind::Request | RecordKind::Notice => {
                day.used += 1;
                waiting.entry(line.crossing).or_default();
            }
            RecordKind::Receipt => {
                day.told += told;
                day.could_not_tell += 1 - told;
                waiting.insert(line.crossing, true);
            }
            // That it was heard of, not what became of it: that stands in the case.
            RecordKind::Acknowledged => {
                waiting.insert(line.crossing, true);
            }
            RecordKind::Answer => {
                day.used += 1;
                day.told += told;
                day.could_not_tell += 1 - told;
            }
            RecordKind::NoticeReceipt => {
                day.used += 1;
                day.told += 1;
            }
            RecordKind::NoticeRefused => {
                day.used += 1;
                day.refused += 1;
            }
            RecordKind::Refused(refusal) => {
                day.refused += 1;
                *counted.refused.entry(refusal).or_default() += 1;
            }
            RecordKind::Translated => {}
        }
    }
}
