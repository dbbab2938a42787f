//! A batch: everything that one commit writes, as data (DESIGN L1).
//!
//! A batch is made once and, when the database was busy, sent again as the
//! same bytes. Writes to a row are coalesced as they are put: the last one
//! stands, in the order of keys, so that a statement never touches a row twice
//! and pages are written in order.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base::{BodyId, CaseId, Digest, Epoch, EventSeq, MessageId, Shard, Timestamp};

use crate::access::{AccessCheckpointRow, AccessLeafRow, AccessRecordRow};
use crate::callers::{ContactRow, PersonIndexRow};
use crate::crossings::{AgreementUseRow, CrossingRow, RestrictionRow};
use crate::effects::EffectRow;
use crate::people::{AccountRow, AliasRow, SessionRow, SignInCodeRow};
use crate::process::{
    IncidentRow, ProcessElementRow, ProcessInstanceRow, SubscriptionRow, TimerRow,
};
use crate::requests::{ChargeRow, DraftRow, ServiceRequestRow, TouchRow};
use crate::settings::{DocumentRow, MessageOutRow, SettingRow};
use crate::table::Row;
use crate::tasks::TaskRow;
use crate::{Bind, Committed, Lease, Value};

/// One event as it rests in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// The case it belongs to, if any.
    pub case: Option<CaseId>,
    /// When it happened.
    pub at: Timestamp,
    /// Its name, such as `request.received`.
    pub name: Cow<'static, str>,
    /// The version of its form.
    pub version: u16,
    bytes: Vec<u8>,
    hash: Digest,
}

impl EventRow {
    /// An event after the link `previous`.
    pub fn after(
        previous: Digest,
        case: Option<CaseId>,
        at: Timestamp,
        kind: (Cow<'static, str>, u16),
        bytes: Vec<u8>,
    ) -> Self {
        let hash = previous.chained(&bytes);
        Self { case, at, name: kind.0, version: kind.1, bytes, hash }
    }

    /// The record, as JSON.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The chain's link at this event.
    pub const fn hash(&self) -> Digest {
        self.hash
    }

    /// Its columns after body and shard, in the order of the table.
    pub(crate) fn columns(&self, seq: EventSeq) -> [Value<'_>; 7] {
        let seq = Value::Integer(i64::try_from(seq.0).unwrap_or(i64::MAX));
        let (case, at, name) = (self.case.bind(), self.at.bind(), self.name.bind());
        [seq, case, at, name, self.version.bind(), self.bytes.bind(), self.hash.bind()]
    }
}

/// Marks a message as applied, in the commit that applies it (DESIGN L4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMark {
    /// Who sent it: a body and shard, or a back office.
    pub sender: String,
    /// Which message.
    pub message: MessageId,
    /// When it came.
    pub received_at: Timestamp,
}

/// The writes of a batch to one table: the last state per key, `None` to delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writes<R: Row>(BTreeMap<R::Key, Option<R>>);

impl<R: Row> Default for Writes<R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<R: Row> Writes<R> {
    /// Writes the row; it replaces an earlier write under its key.
    pub fn put(&mut self, row: R) {
        self.0.insert(row.key(), Some(row));
    }

    /// Deletes the row under the key.
    pub fn delete(&mut self, key: R::Key) {
        self.0.insert(key, None);
    }

    /// What the batch holds for a key: nothing, a deletion or a row.
    pub fn get(&self, key: &R::Key) -> Option<Option<&R>> {
        self.0.get(key).map(Option::as_ref)
    }

    /// Every write in the order of keys.
    pub fn iter(&self) -> impl Iterator<Item = (&R::Key, Option<&R>)> {
        self.0.iter().map(|(key, row)| (key, row.as_ref()))
    }

    /// How many rows are written.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Does something with the writes of each table in turn.
pub(crate) trait EachTable {
    /// Told of one table.
    fn table<R: Row>(&mut self, writes: &Writes<R>) -> Result<(), crate::StoreError>;
}

macro_rules! tables {
    ($($table:ident: $row:ty),+ $(,)?) => {
        /// The writes of a batch to the projection tables.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Rows {
            $(pub(crate) $table: Writes<$row>,)+
        }

        impl Rows {
            /// Visits every table, in an order that never changes.
            pub(crate) fn visit(&self, each: &mut impl EachTable) -> Result<(), crate::StoreError> {
                $(each.table::<$row>(&self.$table)?;)+
                Ok(())
            }

            /// How many rows are written.
            pub fn len(&self) -> usize {
                0 $(+ self.$table.len())+
            }

            /// Adds what another batch's rows write after these.
            pub fn extend(&mut self, later: Self) {
                $(self.$table.0.extend(later.$table.0);)+
            }
        }
    };
}

tables! {
    service_request: ServiceRequestRow,
    touch: TouchRow,
    charge: ChargeRow,
    draft: DraftRow,
    process_instance: ProcessInstanceRow,
    process_element: ProcessElementRow,
    timer: TimerRow,
    subscription: SubscriptionRow,
    incident: IncidentRow,
    task: TaskRow,
    contact: ContactRow,
    person_index: PersonIndexRow,
    effect: EffectRow,
    alias: AliasRow,
    account: AccountRow,
    sign_in_code: SignInCodeRow,
    session: SessionRow,
    message_out: MessageOutRow,
    document: DocumentRow,
    setting: SettingRow,
    access_leaf: AccessLeafRow,
    access_record: AccessRecordRow,
    access_checkpoint: AccessCheckpointRow,
    crossing: CrossingRow,
    agreement_use: AgreementUseRow,
    restriction: RestrictionRow,
}

impl Rows {
    /// Writes the row of any table; it replaces an earlier write under its key.
    pub fn put<R: Row>(&mut self, row: R) {
        R::writes_mut(self).put(row);
    }

    /// Deletes the row under the key.
    pub fn delete<R: Row>(&mut self, key: R::Key) {
        R::writes_mut(self).delete(key);
    }

    /// What the batch holds for a key: nothing, a deletion or a row.
    pub fn get<R: Row>(&self, key: &R::Key) -> Option<Option<&R>> {
        R::writes(self).get(key)
    }

    /// The rows written to a table, in the order of keys; deletions left out.
    pub fn written<'a, R: Row + 'a>(&'a self) -> impl Iterator<Item = &'a R> {
        R::writes(self).iter().filter_map(|(_, row)| row)
    }

    /// Whether no row is written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Everything that one commit writes. Effects are rows like others ([`EffectRow`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    body: BodyId,
    shard: Shard,
    epoch: Epoch,
    first_seq: EventSeq,
    previous: Digest,
    events: Vec<EventRow>,
    /// Projections and effects: the last state per key.
    pub rows: Rows,
    /// Messages that this batch applies.
    pub inbox: Vec<InboxMark>,
}

impl Batch {
    /// An empty batch that continues the journal where the lease stands.
    pub fn after(lease: &Lease) -> Self {
        Self {
            body: lease.body.clone(),
            shard: lease.shard,
            epoch: lease.epoch,
            first_seq: lease.next_seq,
            previous: lease.chain_head,
            events: Vec::new(),
            rows: Rows::default(),
            inbox: Vec::new(),
        }
    }

    /// Appends an event's record (JSON) and links it into the chain.
    pub fn append(
        &mut self,
        case: Option<CaseId>,
        at: Timestamp,
        name: impl Into<Cow<'static, str>>,
        version: u16,
        bytes: Vec<u8>,
    ) -> EventSeq {
        let seq = self.next_seq();
        let event = EventRow::after(self.chain_head(), case, at, (name.into(), version), bytes);
        self.events.push(event);
        seq
    }

    /// Writes the row of any table; it replaces an earlier write under its key.
    pub fn put<R: Row>(&mut self, row: R) {
        self.rows.put(row);
    }

    /// Deletes the row under the key.
    pub fn delete<R: Row>(&mut self, key: R::Key) {
        self.rows.delete::<R>(key);
    }

    /// The body.
    pub const fn body(&self) -> &BodyId {
        &self.body
    }

    /// The shard.
    pub const fn shard(&self) -> Shard {
        self.shard
    }

    /// The fence.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The place of the first event.
    pub const fn first_seq(&self) -> EventSeq {
        self.first_seq
    }

    /// The place after the last event.
    pub fn next_seq(&self) -> EventSeq {
        self.first_seq.plus(self.events.len() as u64)
    }

    /// The chain's link before the first event.
    pub const fn previous(&self) -> Digest {
        self.previous
    }

    /// The chain's link after the last event.
    pub fn chain_head(&self) -> Digest {
        self.events.last().map_or(self.previous, EventRow::hash)
    }

    /// Where its commit brings the journal.
    pub(crate) fn committed(&self) -> Committed {
        Committed { next_seq: self.next_seq(), chain_head: self.chain_head() }
    }

    /// The events with their places.
    pub fn events(&self) -> impl Iterator<Item = (EventSeq, &EventRow)> {
        (self.first_seq.0..).map(EventSeq).zip(&self.events)
    }

    /// The cases of the events, with the first and last place of each run of events of one case.
    pub(crate) fn runs(&self) -> Vec<(CaseId, EventSeq, EventSeq)> {
        let mut runs: Vec<(CaseId, EventSeq, EventSeq)> = Vec::new();
        for (seq, event) in self.events() {
            let Some(case) = event.case else { continue };
            match runs.last_mut() {
                Some((before, _, last)) if *before == case && last.plus(1) == seq => *last = seq,
                _ => runs.push((case, seq, seq)),
            }
        }
        runs
    }

    /// Whether it would write nothing.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.rows.is_empty() && self.inbox.is_empty()
    }
}
