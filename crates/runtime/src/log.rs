//! A body's access log as its shard keeps it, and its verification from what is stored.
//!
//! Each entry is a leaf of the body's tree (`audit`) and a fact of the journal, which holds the
//! leaf's commitment too; the record and its salt are sealed under the key of the case, so that
//! erasing the case erases them and leaves the tree. Every commit that adds a leaf signs a
//! checkpoint; each day's first adds where the journal stood. Promises that a log which was altered,
//! dropped from, reordered or cut off since is told so, and that a shard goes on only from the log
//! that it last signed.

use audit::{Checkpoint, Commitment, Entry, LogFault, Opening, Salt, SigningKey, Tree};
use audit::{Verified, VerifyingKey};
use base::{
    BodyId, CaseId, Date, Digest, EventSeq, Field, KeyId, Party, Personal, Plaintext,
    PlaintextError, Timestamp,
};
use store::access::{
    AccessCheckpointKey, AccessCheckpointRow, AccessLeafKey, AccessLeafRow, AccessRecordKey,
    AccessRecordRow, latest_checkpoint,
};
use store::{Lease, PAGE_LIMIT, Reader, StoreError};

use crate::access::{self, LOGGED};
use crate::crossing::{CROSSING_LOGGED, CrossingRecord};
use crate::keyring::{KeyError, Keyring};
use crate::record::{Fact, Record, RecordError};
use crate::shard::{ShardError, load_case};

pub(crate) mod head;

use head::{HEAD_LOGGED, HeadRecord, JournalHead};

/// The name under which a record with its salt is sealed.
pub(crate) const ACCESS_RECORD: Field<'static> = Field("access.record");
/// Bytes of a salt, which stands before its record.
const SALT_BYTES: usize = 32;

/// The name of a body's log, which its checkpoints carry.
pub fn origin(body: &BodyId) -> String {
    format!("{body}/access-log")
}

/// The key of a body's checkpoints, from a seed derived from its secret.
pub fn log_key(body: &BodyId, seed: &[u8; 32]) -> Option<SigningKey> {
    SigningKey::from_seed(&origin(body), seed).ok()
}

/// A salt and its record, as they are sealed together.
#[derive(Clone)]
pub(crate) struct Salted(pub(crate) Vec<u8>);

impl Salted {
    pub(crate) fn new(salt: &Salt, record: &[u8]) -> Self {
        Self([salt.as_bytes().as_slice(), record].concat())
    }

    fn opening(&self) -> Option<Opening> {
        let (salt, record) = self.0.split_first_chunk::<SALT_BYTES>()?;
        Some(Opening { salt: Salt::from_bytes(*salt), record: record.to_vec() })
    }
}

impl Plaintext for Salted {
    fn to_plaintext(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn from_plaintext(bytes: &[u8]) -> Result<Self, PlaintextError> {
        Ok(Self(bytes.to_vec()))
    }
}

/// The record of what is no case, sealed under a key of its own.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApartRecord {
    pub(crate) key: KeyId,
    pub(crate) record: Personal<Salted>,
}

/// A sealed record, with the keys of what it is about.
type Sealed = (Personal<Salted>, Vec<KeyId>);

/// The log of a shard at hand.
pub(crate) struct AccessLog {
    tree: Tree,
    signed: u64,
    /// The day of the newest checkpoint.
    signed_on: Option<Date>,
}

impl AccessLog {
    /// Reads the log and holds it against its newest checkpoint.
    pub(crate) fn open(reader: &Reader, key: &SigningKey) -> Result<Self, ShardError> {
        let mut tree = Tree::new();
        let mut after = None;
        loop {
            let page = store::page::<AccessLeafRow>(reader, after.as_ref(), PAGE_LIMIT)?;
            for row in &page {
                if row.leaf != tree.len() {
                    return Err(LogFault::Gap { expected: tree.len(), found: row.leaf }.into());
                }
                tree.push(&Commitment::from_digest(row.commitment));
            }
            let Some(last) = page.last() else { break };
            after = Some(AccessLeafKey { leaf: last.leaf });
        }
        let latest = latest_checkpoint(reader)?;
        let signed_on = latest.as_ref().map(|row| row.day);
        let notes: Vec<String> = latest.map(|row| row.note).into_iter().collect();
        let signed =
            audit::signed_size(&origin(reader.body()), &key.verifying_key(), &tree, &notes)?;
        Ok(Self { tree, signed, signed_on })
    }

    /// How many leaves there are.
    pub(crate) fn len(&self) -> u64 {
        self.tree.len()
    }

    /// Adds a leaf that the present batch writes.
    pub(crate) fn push(&mut self, commitment: &Commitment) {
        self.tree.push(commitment);
    }

    /// Where the journal stands, when a commit is the first of its day to be signed.
    pub(crate) fn head_of_day(&self, lease: &Lease, now: Timestamp) -> Option<JournalHead> {
        let is_first = self.signed_on.is_none_or(|day| day < now.uk_date());
        if is_first { JournalHead::of(lease, now) } else { None }
    }

    /// The note over leaves that no checkpoint covers yet.
    pub(crate) fn sign(&mut self, body: &BodyId, key: &SigningKey, today: Date) -> Option<String> {
        if self.signed == self.tree.len() {
            return None;
        }
        self.signed = self.tree.len();
        self.signed_on = Some(today);
        Checkpoint::of(&origin(body), &self.tree).ok().map(|checkpoint| checkpoint.sign(key))
    }
}

/// What is wrong with a stored log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The leaves or the checkpoints.
    #[error(transparent)]
    Fault(#[from] LogFault),
    /// A record is gone though nobody erased its case.
    #[error("the record of leaf {leaf} is missing, though its case was not erased")]
    RecordMissing {
        /// The leaf.
        leaf: u64,
    },
    /// A record does not open under the key of its case.
    #[error("the record of leaf {leaf} was altered: it does not open under its case's key")]
    RecordSealed {
        /// The leaf.
        leaf: u64,
    },
    /// A record stands beside no leaf, or another one's.
    #[error("a record stands at leaf {leaf}, which is missing or another one's")]
    RecordAstray {
        /// The leaf that it names.
        leaf: u64,
    },
    /// The journal holds a leaf that the log does not.
    #[error("leaf {leaf} is not the one that event {} of the journal wrote", seq.0)]
    JournalDiffers {
        /// The leaf.
        leaf: u64,
        /// The event.
        seq: EventSeq,
    },
    /// The journal is not the one whose head was put in the log.
    #[error("the first {events} events of the journal are not those whose head leaf {leaf} holds")]
    HeadDiffers {
        /// The leaf.
        leaf: u64,
        /// How many events there were.
        events: u64,
    },
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key could not be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// An event is not a record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A case could not be read.
    #[error(transparent)]
    Case(#[from] ShardError),
}

/// Verifies the stored log of a body: the journal's chain, every leaf against every checkpoint and
/// against the journal, and every record that was not erased.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_log(
    reader: &Reader,
    keyring: &Keyring,
    key: &VerifyingKey,
) -> Result<Verified, LogError> {
    store::journal::verify_chain(reader)?;
    let mut entries = Entries::new(reader, keyring);
    let (mut failed, mut heads) = (None, Vec::new());
    let stream = std::iter::from_fn(|| match entries.next() {
        Ok(entry) => {
            heads.extend(entry.as_ref().and_then(head_in));
            entry
        }
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    let notes = checkpoints(reader)?;
    let verified = audit::verify(&origin(reader.body()), key, stream, &notes);
    if let Some(error) = failed {
        return Err(error);
    }
    let verified = verified?;
    entries.none_astray()?;
    journal_agrees(reader)?;
    heads.iter().try_for_each(|(leaf, head)| head.stands(reader, *leaf))?;
    Ok(verified)
}

fn head_in(entry: &Entry) -> Option<(u64, JournalHead)> {
    JournalHead::read(&entry.opening.as_ref()?.record).map(|head| (entry.index, head))
}

/// Holds a checkpoint that was kept elsewhere against the stored leaves; answers how many it
/// covers.
///
/// # Errors
/// [`LogFault`] when it is not of this log, or the log is not the one that it was of.
pub fn verify_kept(reader: &Reader, key: &VerifyingKey, note: &str) -> Result<u64, LogError> {
    let tree = tree_of(reader, u64::MAX)?;
    Ok(audit::signed_size(&origin(reader.body()), key, &tree, &[note.to_owned()])?)
}

/// The first leaves of a log.
pub(crate) fn tree_of(reader: &Reader, size: u64) -> Result<Tree, StoreError> {
    let (mut tree, mut after) = (Tree::new(), None);
    while tree.len() < size {
        let page = store::page::<AccessLeafRow>(reader, after.as_ref(), PAGE_LIMIT)?;
        let Some(last) = page.last() else { break };
        after = Some(AccessLeafKey { leaf: last.leaf });
        for row in page {
            tree.push(&Commitment::from_digest(row.commitment));
        }
    }
    Ok(tree)
}

pub(crate) fn checkpoints(reader: &Reader) -> Result<Vec<String>, StoreError> {
    let mut notes = Vec::new();
    let mut after = None;
    loop {
        let page = store::page::<AccessCheckpointRow>(reader, after.as_ref(), PAGE_LIMIT)?;
        let Some(last) = page.last() else { return Ok(notes) };
        after = Some(AccessCheckpointKey { day: last.day });
        notes.extend(page.into_iter().map(|row| row.note));
    }
}

/// Leaves with their records, a page at a time.
struct Entries<'a> {
    reader: &'a Reader,
    keyring: &'a Keyring,
    leaves: std::vec::IntoIter<AccessLeafRow>,
    last_leaf: Option<AccessLeafKey>,
    records: std::iter::Peekable<std::vec::IntoIter<AccessRecordRow>>,
    last_record: Option<AccessRecordKey>,
}

impl<'a> Entries<'a> {
    fn new(reader: &'a Reader, keyring: &'a Keyring) -> Self {
        Self {
            reader,
            keyring,
            leaves: Vec::new().into_iter(),
            last_leaf: None,
            records: Vec::new().into_iter().peekable(),
            last_record: None,
        }
    }

    fn next(&mut self) -> Result<Option<Entry>, LogError> {
        let Some(row) = self.next_leaf()? else { return Ok(None) };
        let opening = match self.record_at(row.leaf)? {
            Some(record) if record.commitment == row.commitment => {
                Some(opened(self.reader, self.keyring, &record)?)
            }
            Some(_) => return Err(LogFault::RecordAltered { index: row.leaf }.into()),
            None => None,
        };
        let commitment = Commitment::from_digest(row.commitment);
        Ok(Some(Entry { index: row.leaf, commitment, opening }))
    }

    fn next_leaf(&mut self) -> Result<Option<AccessLeafRow>, LogError> {
        if self.leaves.as_slice().is_empty() {
            let page =
                store::page::<AccessLeafRow>(self.reader, self.last_leaf.as_ref(), PAGE_LIMIT)?;
            self.leaves = page.into_iter();
        }
        let next = self.leaves.next();
        self.last_leaf = next.as_ref().map(|row| AccessLeafKey { leaf: row.leaf });
        Ok(next)
    }

    fn peek_record(&mut self) -> Result<Option<u64>, LogError> {
        if self.records.peek().is_none() {
            let after = self.last_record.as_ref();
            let page = store::page::<AccessRecordRow>(self.reader, after, PAGE_LIMIT)?;
            self.records = page.into_iter().peekable();
        }
        Ok(self.records.peek().map(|row| row.leaf))
    }

    /// The record of a leaf. One of a leaf before it has none.
    fn record_at(&mut self, leaf: u64) -> Result<Option<AccessRecordRow>, LogError> {
        match self.peek_record()? {
            Some(found) if found < leaf => Err(LogError::RecordAstray { leaf: found }),
            Some(found) if found == leaf => {
                self.last_record = Some(AccessRecordKey { leaf });
                Ok(self.records.next())
            }
            Some(_) | None => Ok(None),
        }
    }

    fn none_astray(&mut self) -> Result<(), LogError> {
        match self.peek_record()? {
            Some(leaf) => Err(LogError::RecordAstray { leaf }),
            None => Ok(()),
        }
    }
}

/// What a record and its salt are, while its key is there.
pub(crate) fn opened(
    reader: &Reader,
    keyring: &Keyring,
    row: &AccessRecordRow,
) -> Result<Opening, LogError> {
    let altered = LogError::RecordSealed { leaf: row.leaf };
    let Some((sealed, keys)) = sealed(reader, row)? else { return Err(altered) };
    let opened = sealed.open(ACCESS_RECORD, &keyring.of_case(&keys)?);
    let opening = opened.ok().and_then(|salted| salted.opened().and_then(Salted::opening));
    opening.ok_or(altered)
}

/// A sealed record with the keys of its case, or with its own where it belongs to none.
fn sealed(reader: &Reader, row: &AccessRecordRow) -> Result<Option<Sealed>, LogError> {
    if let Ok(apart) = serde_json::from_slice::<ApartRecord>(&row.bytes) {
        return Ok(Some((apart.record, vec![apart.key])));
    }
    let Some(case) = row.case_id else { return Ok(None) };
    let case = load_case(reader, case)?;
    let sealed = serde_json::from_slice(&row.bytes).ok();
    Ok(sealed.zip(case.map(|case| case.request.keys)))
}

/// Holds every leaf that the journal names against the log's.
fn journal_agrees(reader: &Reader) -> Result<(), LogError> {
    let mut from = EventSeq::START;
    loop {
        let page = store::journal::events_from(reader, from, PAGE_LIMIT)?;
        let Some(last) = page.last() else { return Ok(()) };
        from = last.seq.plus(1);
        for event in &page {
            if event.name == LOGGED {
                let record = Record::from_bytes(event.seq, &event.bytes)?;
                if let Fact::Access(access::Event::Logged { leaf, commitment }) = record.fact {
                    leaf_agrees(reader, (leaf, commitment), Some(record.case), event.seq)?;
                }
            } else if event.name == CROSSING_LOGGED {
                let line: CrossingRecord = serde_json::from_slice(&event.bytes)
                    .map_err(|source| RecordError { seq: event.seq, source })?;
                leaf_agrees(reader, (line.leaf, line.commitment), None, event.seq)?;
            } else if event.name == HEAD_LOGGED {
                let line: HeadRecord = serde_json::from_slice(&event.bytes)
                    .map_err(|source| RecordError { seq: event.seq, source })?;
                leaf_agrees(reader, (line.leaf, line.commitment), None, event.seq)?;
            }
        }
    }
}

fn leaf_agrees(
    reader: &Reader,
    (leaf, commitment): (u64, Digest),
    case: Option<CaseId>,
    seq: EventSeq,
) -> Result<(), LogError> {
    let found = store::row::<AccessLeafRow>(reader, &AccessLeafKey { leaf })?;
    if found.is_none_or(|found| found.commitment != commitment) {
        return Err(LogError::JournalDiffers { leaf, seq });
    }
    let record = store::row::<AccessRecordRow>(reader, &AccessRecordKey { leaf })?;
    let erased = || {
        let Some(case) = case else { return Ok::<_, LogError>(false) };
        Ok(load_case(reader, case)?.is_none_or(|case| case.is_erased(Party::REQUESTER)))
    };
    if record.is_none() && !erased()? {
        return Err(LogError::RecordMissing { leaf });
    }
    Ok(())
}
