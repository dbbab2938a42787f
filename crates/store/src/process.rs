//! Process instances at rest: headers, element instances, timers, subscriptions, incidents.
//!
//! `bytes` is the engine's own sealed form; the columns beside it are what
//! start-up and staff pages search by.

use std::borrow::Cow;

use base::{CaseId, Digest, SystemId, Timestamp};

use crate::statements::statements;
use crate::table::{Row, table};
use crate::value::keyed;
use crate::{Bind, PAGE_LIMIT, Reader, StoreError};

table! {
    /// What a case's process instances share.
    ProcessInstanceRow by ProcessInstanceKey in process_instance
    (
        /// The case.
        case_id: CaseId,
    )
    {
        /// The process's id.
        process: Cow<'static, str>,
        /// The version that the case began on.
        version: Digest,
        /// The header, sealed.
        bytes: Vec<u8>,
    }
}

table! {
    /// One element instance, while it lives.
    ProcessElementRow by ProcessElementKey in process_element
    (
        /// The case.
        case_id: CaseId,
        /// Its number within the case.
        element_key: u32,
    )
    {
        /// The process that the element stands in.
        process: Cow<'static, str>,
        /// The element's id in that process.
        element_id: Cow<'static, str>,
        /// The instance, sealed.
        bytes: Vec<u8>,
    }
}

table! {
    /// A timer that is running.
    TimerRow by TimerKey in timer
    (
        /// The case.
        case_id: CaseId,
        /// The element instance.
        element_key: u32,
    )
    {
        /// When it fires.
        due_at: Timestamp,
    }
}

table! {
    /// An element instance that waits for a message.
    SubscriptionRow by SubscriptionKey in subscription
    (
        /// The message's name.
        message: Cow<'static, str>,
        /// The correlation key, as a blind index.
        correlation: Digest,
        /// The case.
        case_id: CaseId,
        /// The element instance.
        element_key: u32,
    )
    {
        /// Since when.
        opened_at: Timestamp,
    }
}

/// Whether somebody still has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IncidentState {
    /// Somebody has to.
    Open,
    /// Somebody has.
    Resolved,
}

impl IncidentState {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Open, Self::Resolved];

    /// Its key in the table.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
        }
    }
}

keyed!(IncidentState, IncidentState::ALL, key);

table! {
    /// The last incident of an element instance; earlier ones are in the journal.
    IncidentRow by IncidentKey in incident
    (
        /// The case.
        case_id: CaseId,
        /// The element instance.
        element_key: u32,
    )
    {
        /// Its kind, as a key.
        kind: Cow<'static, str>,
        /// The back office behind it, if one is.
        system: Option<SystemId>,
        /// When it was raised.
        raised_at: Timestamp,
        /// Whether somebody still has to look.
        state: IncidentState,
        /// What staff need to see, sealed.
        bytes: Vec<u8>,
    }
}

/// Element instances of one page.
pub const ELEMENTS: u32 = 1_000;

/// How many element instances stand at an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementCount {
    /// The element's id.
    pub element_id: String,
    /// How many.
    pub instances: u64,
}

statements! {
    ELEMENTS_OF = "SELECT case_id, element_key, process, element_id, bytes
  FROM process_element
 WHERE body = :body AND shard = :shard AND case_id = :case AND element_key >= :from
 ORDER BY element_key
 LIMIT :limit";
    ELEMENT_COUNTS = "SELECT element_id, count(*)
  FROM process_element
 WHERE body = :body AND shard = :shard AND process = :process
 GROUP BY element_id
 ORDER BY element_id
 LIMIT 1000";
    TIMERS_DUE = "SELECT case_id, element_key, due_at
  FROM timer
 WHERE body = :body AND shard = :shard AND due_at <= :now
 ORDER BY due_at, case_id, element_key
 LIMIT :limit";
    TIMERS_OF = "SELECT case_id, element_key, due_at
  FROM timer
 WHERE body = :body AND shard = :shard AND case_id = :case
 ORDER BY element_key
 LIMIT 1000";
    SUBSCRIBERS = "SELECT message, correlation, case_id, element_key, opened_at
  FROM subscription
 WHERE body = :body AND shard = :shard AND message = :message AND correlation = :correlation
 ORDER BY case_id, element_key
 LIMIT 1000";
    INCIDENTS_OF = "SELECT case_id, element_key, kind, system, raised_at, state, bytes
  FROM incident
 WHERE body = :body AND shard = :shard AND case_id = :case
 ORDER BY element_key
 LIMIT 1000";
    OPEN_INCIDENTS = "SELECT case_id, element_key, kind, system, raised_at, state, bytes
  FROM incident
 WHERE body = :body AND shard = :shard AND state = 'open'
   AND (case_id, element_key) < (:case, :element)
 ORDER BY case_id DESC, element_key DESC
 LIMIT 50";
    OPEN_INCIDENT_COUNT = "SELECT count(*)
  FROM incident
 WHERE body = :body AND shard = :shard AND state = 'open'
 LIMIT 1";
}

/// The living element instances of a case from a number on, at most [`ELEMENTS`].
pub fn elements_of(
    reader: &Reader,
    case: CaseId,
    from: u32,
) -> Result<Vec<ProcessElementRow>, StoreError> {
    let named: [(&str, &dyn Bind); 3] = [("case", &case), ("from", &from), ("limit", &ELEMENTS)];
    reader.rows(ELEMENTS_OF, &named, ProcessElementRow::read)
}

/// How many living instances stand at each element of a process.
pub fn element_counts(reader: &Reader, process: &str) -> Result<Vec<ElementCount>, StoreError> {
    reader.rows(ELEMENT_COUNTS, &[("process", &process)], |record| {
        Ok(ElementCount {
            element_id: record.take("element_id")?,
            instances: record.take("instances")?,
        })
    })
}

/// Timers that are due, the longest due first, at most [`PAGE_LIMIT`].
pub fn timers_due(
    reader: &Reader,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<TimerRow>, StoreError> {
    let named: [(&str, &dyn Bind); 2] = [("now", &now), ("limit", &limit.min(PAGE_LIMIT))];
    reader.rows(TIMERS_DUE, &named, TimerRow::read)
}

/// The running timers of a case.
pub fn timers_of(reader: &Reader, case: CaseId) -> Result<Vec<TimerRow>, StoreError> {
    reader.rows(TIMERS_OF, &[("case", &case)], TimerRow::read)
}

/// Who waits for a message, the oldest case first.
pub fn subscribers(
    reader: &Reader,
    message: &str,
    correlation: Digest,
) -> Result<Vec<SubscriptionRow>, StoreError> {
    let named: [(&str, &dyn Bind); 2] = [("message", &message), ("correlation", &correlation)];
    reader.rows(SUBSCRIBERS, &named, SubscriptionRow::read)
}

/// The last incident of each element instance of a case.
pub fn incidents_of(reader: &Reader, case: CaseId) -> Result<Vec<IncidentRow>, StoreError> {
    reader.rows(INCIDENTS_OF, &[("case", &case)], IncidentRow::read)
}

/// Incidents that somebody still has to look at, those of the newest case first, fifty a page.
pub fn open_incidents(
    reader: &Reader,
    before: Option<&IncidentKey>,
) -> Result<Vec<IncidentRow>, StoreError> {
    let case = before.map_or(crate::requests::NEWEST, |key| key.case_id);
    let element = before.map_or(u32::MAX, |key| key.element_key);
    let named: [(&str, &dyn Bind); 2] = [("case", &case), ("element", &element)];
    reader.rows(OPEN_INCIDENTS, &named, IncidentRow::read)
}

/// How many incidents somebody still has to look at.
pub fn open_incident_count(reader: &Reader) -> Result<u64, StoreError> {
    let count = reader.one(OPEN_INCIDENT_COUNT, &[], |record| record.take("count"))?;
    Ok(count.unwrap_or(0))
}
