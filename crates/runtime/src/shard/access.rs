//! Writing down a look before it happens: whoever is told that it is done may open the values.
//! Each look, and whatever else happens to a person's data, is a leaf of the body's access log.

use std::borrow::Cow;

use audit::{Commitment, Salt};
use base::{Actor, CaseId, Digest, Measure, MessageId, Role, SectorPersonId};
use store::Batch;
use store::access::{
    AccessCheckpointRow, AccessLeafRow, AccessRecordKey, AccessRecordRow, NEWEST_LEAF,
};

use super::edit::Edit;
use super::{Refused, Shard, ShardError, Turn};
use crate::access::{Event, LookRecord, ViewReason, Viewed};
use crate::authority::Authority;
use crate::command::Reply;
use crate::entropy::{Place, Use};
use crate::log::Salted;
use crate::record::Fact;

/// What an entry of the access log is found by.
pub(super) struct Logged {
    pub(super) kind: &'static str,
    pub(super) crossing: Option<MessageId>,
    pub(super) agreement: Option<String>,
    pub(super) person: Option<SectorPersonId>,
}

impl Shard {
    pub(super) fn view(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        case: CaseId,
        (what, reason): (Viewed, ViewReason),
    ) -> Result<Reply, Refused> {
        let (mut edit, role) = self.edit_by_staff(turn, authority, case, roles(what))?;
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
        let (sequence, previous) = match logged.person {
            Some(person) => Self::next_about(turn, edit, person)?,
            None => (0, None),
        };
        let bytes = serde_json::to_vec(&record(sequence, previous))
            .map_err(|error| ShardError::Write(error.to_string()))?;
        let place = Place {
            body: self.body(),
            shard: self.number(),
            seq: edit.seq(),
            index: 0,
            purpose: Use::Salt,
        };
        let drawn = self.entropy.draw(place);
        let salt = Salt::from_bytes(*drawn.first_chunk().unwrap_or(&[0; 32]));
        let commitment = Commitment::to(&salt, &bytes);
        let pending = u64::try_from(edit.leaves.len()).unwrap_or(u64::MAX);
        let leaf = self.log.len().saturating_add(pending);
        let digest = *commitment.digest();
        let row = edit.seal_access(Salted::new(&salt, &bytes))?.map(|bytes| AccessRecordRow {
            leaf,
            case_id: Some(edit.case.request.case),
            crossing_id: logged.crossing,
            sector_person_id: logged.person,
            kind: Cow::Borrowed(logged.kind),
            agreement: logged.agreement.map(Cow::Owned),
            at: turn.now,
            entry: sequence,
            commitment: digest,
            bytes,
        });
        let event = Fact::Access(Event::Logged { leaf, commitment: digest });
        edit.record_as(Measure::by(Actor::System), event)?;
        edit.leaves.push((commitment, row));
        Ok(digest)
    }

    /// The number of the next entry about a person, and the commitment of the one before it: of
    /// this edit, of this step, or stored.
    fn next_about(
        turn: &Turn<'_>,
        edit: &Edit,
        person: SectorPersonId,
    ) -> Result<(u64, Option<Digest>), Refused> {
        let own = edit.leaves.iter().filter_map(|(_, row)| row.as_ref());
        let written = turn.step.batch.rows.written::<AccessRecordRow>();
        let at_hand = written.chain(own).filter(|row| row.sector_person_id == Some(person));
        let mut last = at_hand.max_by_key(|row| row.leaf).cloned();
        if last.is_none() {
            let stored = store::access::records_of_person(turn.reader, person, NEWEST_LEAF, 1)?;
            last = stored.into_iter().next();
        }
        Ok(last.map_or((1, None), |row| (row.entry.saturating_add(1), Some(row.commitment))))
    }

    /// Puts an edit's leaves into the log and their rows into the batch.
    pub(super) fn write_leaves(&mut self, edit: &mut Edit, batch: &mut Batch) {
        for (commitment, row) in std::mem::take(&mut edit.leaves) {
            let leaf = self.log.len();
            self.log.push(&commitment);
            batch.put(AccessLeafRow { leaf, commitment: *commitment.digest() });
            if let Some(row) = row {
                batch.put(row);
            }
        }
    }

    /// Signs the log as this step leaves it: the day's checkpoint takes the place of its last.
    pub(super) fn sign_log(&mut self, turn: &mut Turn<'_>) {
        if let Some(note) = self.log.sign(&self.settings.body, &self.settings.log_key) {
            turn.step.batch.put(AccessCheckpointRow { day: turn.now.uk_date(), note });
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

/// Who may open what.
const fn roles(what: Viewed) -> &'static [Role] {
    match what {
        Viewed::Answers => &[Role::Caseworker, Role::Assessor, Role::Agent],
        Viewed::Exchange => &[Role::Operator, Role::Caseworker],
    }
}
