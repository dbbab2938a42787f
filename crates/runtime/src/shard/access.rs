//! Writing down a look before it happens: whoever is told that it is done may open the values.
//! Each look, and whatever else happens to a person's data, is a leaf of the body's access log.

use std::borrow::Cow;

use audit::{Commitment, Salt};
use base::{Actor, CaseId, Digest, EventSeq, Measure, MessageId, Role, SectorPersonId};
use store::Batch;
use store::access::{AccessCheckpointRow, AccessLeafRow, AccessRecordKey, AccessRecordRow};

use super::apart::Apart;
use super::edit::Edit;
use super::{Refused, Shard, ShardError, Turn};
use crate::access::{Event, LookRecord, ViewReason, Viewed};
use crate::authority::Authority;
use crate::command::Reply;
use crate::entropy::{Place, Use};
use crate::gate::{Ledger, next_about};
use crate::log::Salted;
use crate::record::Fact;

/// What an entry of the access log is found by.
pub(super) struct Logged {
    pub(super) kind: &'static str,
    pub(super) crossing: Option<MessageId>,
    pub(super) agreement: Option<String>,
    pub(super) person: Option<SectorPersonId>,
}

/// A leaf that an input adds, with its record unless its party is erased.
pub(super) type Leaf = (Commitment, Option<AccessRecordRow>);

impl Logged {
    fn row(
        self,
        turn: &Turn<'_>,
        (leaf, entry): (u64, u64),
        (case_id, commitment): (Option<CaseId>, Digest),
        bytes: Vec<u8>,
    ) -> AccessRecordRow {
        AccessRecordRow {
            leaf,
            case_id,
            crossing_id: self.crossing,
            sector_person_id: self.person,
            kind: Cow::Borrowed(self.kind),
            agreement: self.agreement.map(Cow::Owned),
            at: turn.now,
            entry,
            commitment,
            bytes,
        }
    }
}

impl Shard {
    pub(super) fn view(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
        (what, reason): (Viewed, ViewReason),
    ) -> Result<Reply, Refused> {
        let (mut edit, role) = self.edit_by_staff(turn, authority, case, roles(what, reason))?;
        edit.record(Fact::Access(Event::Viewed { what, role, reason }))?;
        let (case, person) = (edit.case.request.case, edit.case.request.person);
        let logged = Logged { kind: LOOK, crossing: None, agreement: None, person };
        self.log(turn, &mut edit, logged, |sequence, previous| LookRecord {
            kind: LOOK,
            at: turn.now,
            case,
            what,
            role,
            reason,
            person,
            sequence,
            previous,
        })?;
        self.finish(turn, edit)?;
        Ok(Reply::Done)
    }

    /// Adds an entry to the access log with the edit: a leaf, its fact in the journal, and its
    /// record, sealed under the case's key. `record` is told the entry's number about the person
    /// and the commitment of the entry before it.
    pub(super) fn log<R: serde::Serialize>(
        &self,
        turn: &Turn<'_>,
        edit: &mut Edit,
        logged: Logged,
        record: impl FnOnce(u64, Option<Digest>) -> R,
    ) -> Result<Digest, Refused> {
        let (sequence, previous) = Self::place_about(turn, &edit.leaves, logged.person)?;
        let bytes = to_bytes(&record(sequence, previous))?;
        let (leaf, salted, commitment) = self.next_leaf(edit.seq(), &edit.leaves, &bytes);
        let case_id = Some(edit.case.request.case);
        let sealed = edit.seal_access(salted)?;
        let row = sealed.map(|bytes| {
            logged.row(turn, (leaf, sequence), (case_id, *commitment.digest()), bytes)
        });
        let digest = *commitment.digest();
        let event = Fact::Access(Event::Logged { leaf, commitment: digest });
        edit.record_as(Measure::by(Actor::System), event)?;
        edit.leaves.push((commitment, row));
        Ok(digest)
    }

    /// The same for what is no case: its record is sealed under its own key.
    pub(super) fn log_apart<R: serde::Serialize>(
        &self,
        turn: &Turn<'_>,
        apart: &mut Apart,
        logged: Logged,
        record: impl FnOnce(u64, Option<Digest>) -> R,
    ) -> Result<Digest, Refused> {
        let (sequence, previous) = Self::place_about(turn, &apart.leaves, logged.person)?;
        let bytes = to_bytes(&record(sequence, previous))?;
        let (leaf, salted, commitment) = self.next_leaf(apart.seq(), &apart.leaves, &bytes);
        let digest = *commitment.digest();
        let sealed = self.seal_apart(apart, salted)?;
        let row = logged.row(turn, (leaf, sequence), (Some(apart.id), digest), sealed);
        let event = Fact::Access(Event::Logged { leaf, commitment: digest });
        self.record_apart(turn, apart, (Measure::by(Actor::System), event))?;
        apart.leaves.push((commitment, Some(row)));
        Ok(digest)
    }

    /// The next leaf of the log: its place, its record with its salt, and its commitment.
    fn next_leaf(&self, seq: EventSeq, own: &[Leaf], record: &[u8]) -> (u64, Salted, Commitment) {
        let place =
            Place { body: self.body(), shard: self.number(), seq, index: 0, purpose: Use::Salt };
        let drawn = self.entropy.draw(place);
        let salt = Salt::from_bytes(*drawn.first_chunk().unwrap_or(&[0; 32]));
        let pending = u64::try_from(own.len()).unwrap_or(u64::MAX);
        let leaf = self.log.len().saturating_add(pending);
        (leaf, Salted::new(&salt, record), Commitment::to(&salt, record))
    }

    /// The number of the next entry about a person, and the commitment of the one before it: of
    /// this input, of this step, or stored. Nobody known has neither.
    fn place_about(
        turn: &Turn<'_>,
        own: &[Leaf],
        person: Option<SectorPersonId>,
    ) -> Result<(u64, Option<Digest>), Refused> {
        let Some(person) = person else { return Ok((0, None)) };
        let own = own.iter().filter_map(|(_, row)| row.as_ref());
        let written = turn.step.batch.rows.written::<AccessRecordRow>();
        Ok(next_about(written.chain(own), turn.reader, person)?)
    }

    /// Puts leaves into the log and their rows into the batch.
    pub(super) fn write_leaves(&mut self, leaves: Vec<Leaf>, batch: &mut Batch) {
        for (commitment, row) in leaves {
            let leaf = self.log.len();
            self.log.push(&commitment);
            batch.put(AccessLeafRow { leaf, commitment: *commitment.digest() });
            if let Some(row) = row {
                batch.put(row);
            }
        }
    }

    /// Puts where the journal stood into the log, with the first step of a day that writes.
    pub(super) fn log_head(&mut self, turn: &mut Turn<'_>) -> Result<(), ShardError> {
        let head = self.log.head_of_day(&self.lease, turn.now);
        let Some(head) = head.filter(|_| !turn.step.batch.is_empty()) else { return Ok(()) };
        self.ledger(turn).write_head(&head)
    }

    /// The log, for a line that belongs to no case of the shard.
    pub(super) fn ledger<'a>(&'a mut self, turn: &'a mut Turn<'_>) -> Ledger<'a> {
        Ledger {
            body: &self.settings.body,
            shard: self.lease.shard,
            entropy: &*self.entropy,
            keyring: &self.keyring,
            log: &mut self.log,
            batch: &mut turn.step.batch,
            reader: turn.reader,
        }
    }

    /// Signs the log as this step leaves it: the day's checkpoint takes the place of its last.
    pub(super) fn sign_log(&mut self, turn: &mut Turn<'_>) {
        let day = turn.now.uk_date();
        if let Some(note) = self.log.sign(&self.settings.body, &self.settings.log_key, day) {
            turn.step.batch.put(AccessCheckpointRow { day, note });
        }
    }

    /// Erases every record about a case. The leaves stay.
    pub(super) fn erase_log(turn: &mut Turn<'_>, case: CaseId) -> Result<(), Refused> {
        let written = turn.step.batch.rows.written::<AccessRecordRow>();
        let own = written.filter(|row| row.case_id == Some(case));
        let mut leaves: Vec<u64> = own.map(|row| row.leaf).collect();
        let mut from = 0;
        loop {
            let page = store::access::records_of_case(turn.reader, case, from)?;
            let Some(last) = page.last() else { break };
            from = last.leaf.saturating_add(1);
            leaves.extend(page.iter().map(|row| row.leaf));
        }
        for leaf in leaves {
            turn.step.batch.delete::<AccessRecordRow>(AccessRecordKey { leaf });
        }
        Ok(())
    }
}

/// The kind of a look in the access log.
const LOOK: &str = "viewed";

fn to_bytes(record: &impl serde::Serialize) -> Result<Vec<u8>, ShardError> {
    serde_json::to_vec(record).map_err(|error| ShardError::Write(error.to_string()))
}

/// Who may open what, and why. An agent opens nothing before the caller is known to be the person.
const fn roles(what: Viewed, reason: ViewReason) -> &'static [Role] {
    match (what, reason) {
        (Viewed::Summary, _)
        | (Viewed::Answers | Viewed::Course, ViewReason::CallerVerified { .. }) => &[Role::Agent],
        (
            Viewed::Answers | Viewed::Course,
            ViewReason::CaseWork | ViewReason::Review | ViewReason::Incident | ViewReason::Call,
        ) => &[Role::Caseworker, Role::Assessor],
        (Viewed::Exchange, _) => &[Role::Operator, Role::Caseworker],
    }
}
