//! Service requests as lists show them, with the touches and charges that belong to them.
//!
//! Free functions per list; each is keyset-paged and shows a person only the
//! requests of their own sector identifier.

use std::borrow::Cow;

use base::{
    BodyId, CaseId, Channel, Date, Digest, DraftId, EventSeq, Language, Reference, Role,
    SectorPersonId, ServiceId, Shard, Timestamp, TouchReason, id_from_parts,
};

use crate::statements::statements;
use crate::table::{Row, table};
use crate::{Bind, PAGE_LIMIT, Reader, Record, StoreError};

table! {
    /// One service request with its measures; the state is sealed JSON.
    ServiceRequestRow by ServiceRequestKey in service_request
    (
        /// The case.
        case_id: CaseId,
    )
    {
        /// What a resident reads out: the place of its receipt, under the body's cipher.
        reference: Reference,
        /// The service.
        service: ServiceId,
        /// The package's version that the case began on.
        service_version: Digest,
        /// The key of its status; the store does not read it.
        status: Cow<'static, str>,
        /// Who has it now, as a key or a name that is not a person's.
        held_by: Option<Cow<'static, str>>,
        /// The way by which it came.
        channel: Channel,
        /// The language it was asked in.
        language: Language,
        /// When it was received.
        received_at: Timestamp,
        /// When it last changed.
        updated_at: Timestamp,
        /// The date that the requester was given.
        promised_on: Option<Date>,
        /// When it ended; absent while it is open.
        closed_at: Option<Timestamp>,
        /// The key of its outcome.
        outcome: Option<Cow<'static, str>>,
        /// Whose it is, when the requester is known.
        sector_person_id: Option<SectorPersonId>,
        /// What makes two open requests the same, as a blind index.
        duplicate_key: Option<Digest>,
        /// The open request that this one was joined to; such a one is not counted.
        duplicate_of: Option<CaseId>,
        /// Whether it went straight through; absent while that is not known.
        straight_through: Option<bool>,
        /// Until when a chase or a reopening still changes that.
        provisional_until: Option<Timestamp>,
        /// How often staff acted after receipt.
        touches: u32,
        /// How often it was chased, reopened or called not right.
        reopenings: u32,
        /// Values typed again.
        rekeyed_fields: u32,
        /// Staff time, in hundredths of a minute.
        staff_centiminutes: u32,
        /// Calls to back offices, every attempt counted.
        calls: u32,
        /// Messages sent to people.
        messages: u32,
        /// Questions asked of other bodies.
        questions_asked: u32,
        /// Of these, answered.
        questions_answered: u32,
        /// Cost at the stated rates, in thousandths of a penny.
        cost_millipence: i64,
        /// The request's state, sealed.
        bytes: Vec<u8>,
    }
}

table! {
    /// One act of staff on a case after receipt.
    TouchRow by TouchKey in touch
    (
        /// The case.
        case_id: CaseId,
        /// The event that it is.
        seq: EventSeq,
    )
    {
        /// Why a person was needed.
        reason: TouchReason,
        /// In which role they acted.
        role: Role,
        /// When.
        at: Timestamp,
        /// Staff time, in hundredths of a minute.
        centiminutes: u32,
    }
}

table! {
    /// One line of what a case costs a body, and to whom it is owed.
    ChargeRow by ChargeKey in charge
    (
        /// The case.
        case_id: CaseId,
        /// The line's number within the case.
        line: u32,
    )
    {
        /// Who pays.
        payer: BodyId,
        /// Who is paid.
        payee: BodyId,
        /// The rate's key.
        kind: Cow<'static, str>,
        /// When it arose.
        at: Timestamp,
        /// In thousandths of a penny.
        millipence: i64,
    }
}

table! {
    /// A form that has been begun and not yet sent.
    DraftRow by DraftKey in draft
    (
        /// The draft.
        draft_id: DraftId,
    )
    {
        /// The service.
        service: ServiceId,
        /// When it may be forgotten.
        expires_at: Timestamp,
        /// The answers so far, sealed.
        bytes: Vec<u8>,
    }
}

/// A service request as a line of a list: no personal data but what it links to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSummary {
    /// The case.
    pub case_id: CaseId,
    /// What a resident reads out.
    pub reference: Reference,
    /// The service.
    pub service: ServiceId,
    /// The key of its status.
    pub status: String,
    /// Who has it now.
    pub held_by: Option<String>,
    /// The way by which it came.
    pub channel: Channel,
    /// When it was received.
    pub received_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The date that the requester was given.
    pub promised_on: Option<Date>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// The key of its outcome.
    pub outcome: Option<String>,
    /// Whether it went straight through.
    pub straight_through: Option<bool>,
    /// How often staff acted after receipt.
    pub touches: u32,
}

impl RequestSummary {
    fn read(record: &mut Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            case_id: record.take("case_id")?,
            reference: record.take("reference")?,
            service: record.take("service")?,
            status: record.take("status")?,
            held_by: record.take("held_by")?,
            channel: record.take("channel")?,
            received_at: record.take("received_at")?,
            updated_at: record.take("updated_at")?,
            promised_on: record.take("promised_on")?,
            closed_at: record.take("closed_at")?,
            outcome: record.take("outcome")?,
            straight_through: record.take("straight_through")?,
            touches: record.take("touches")?,
        })
    }
}

impl From<ServiceRequestRow> for RequestSummary {
    fn from(row: ServiceRequestRow) -> Self {
        Self {
            case_id: row.case_id,
            reference: row.reference,
            service: row.service,
            status: row.status.into_owned(),
            held_by: row.held_by.map(Cow::into_owned),
            channel: row.channel,
            received_at: row.received_at,
            updated_at: row.updated_at,
            promised_on: row.promised_on,
            closed_at: row.closed_at,
            outcome: row.outcome.map(Cow::into_owned),
            straight_through: row.straight_through,
            touches: row.touches,
        }
    }
}

/// Rows of one list page.
pub const LIST_ROWS: usize = 50;

macro_rules! summary_where {
    ($tail:literal) => {
        concat!(
            "SELECT case_id, reference, service, status, held_by, channel, received_at, \
             updated_at,\n       promised_on, closed_at, outcome, straight_through, touches\n  \
             FROM service_request\n WHERE body = :body AND shard = :shard\n",
            $tail
        )
    };
}

statements! {
    REQUESTS_OF = summary_where!("   AND (sector_person_id = :person
        OR sector_person_id IN
           (SELECT sector_person_id
              FROM alias
             WHERE body = :body AND shard = :shard AND canonical = :person))
   AND case_id < :before
 ORDER BY case_id DESC
 LIMIT 50");
    REQUEST_RECEIVED_AT = summary_where!("   AND reference = :reference
   AND case_id =
       (SELECT case_id
          FROM event
         WHERE body = :body AND shard = :shard AND seq = :seq)
 LIMIT 1");
    REQUEST_BY_EARLIER_REFERENCE = summary_where!("   AND case_id =
       (SELECT case_id
          FROM earlier_reference
         WHERE body = :body AND shard = :shard AND reference = :reference)
 LIMIT 1");
    OPEN_DUPLICATES = summary_where!("   AND duplicate_key = :duplicate_key AND closed_at IS NULL
 ORDER BY case_id
 LIMIT 50");
    ALL_REQUESTS = summary_where!("   AND case_id < :before
 ORDER BY case_id DESC
 LIMIT 50");
    SERVICE_REQUESTS = summary_where!("   AND service = :service AND case_id < :before
 ORDER BY case_id DESC
 LIMIT 50");
    OPEN_REQUESTS = summary_where!("   AND service = :service AND case_id < :before
   AND duplicate_of IS NULL AND closed_at IS NULL
 ORDER BY case_id DESC
 LIMIT 50");
    STRAIGHT_REQUESTS = summary_where!("   AND service = :service AND case_id < :before
   AND duplicate_of IS NULL AND straight_through = 1
 ORDER BY case_id DESC
 LIMIT 50");
    CLOSED_NOT_STRAIGHT_REQUESTS = summary_where!("   AND service = :service AND case_id < :before
   AND duplicate_of IS NULL AND closed_at IS NOT NULL
   AND (straight_through IS NULL OR straight_through = 0)
 ORDER BY case_id DESC
 LIMIT 50");
    TOUCHED_REQUESTS = summary_where!("   AND service = :service AND case_id < :before
   AND duplicate_of IS NULL
   AND EXISTS
       (SELECT touch.case_id
          FROM touch
         WHERE touch.body = :body AND touch.shard = :shard
           AND touch.case_id = service_request.case_id AND touch.reason = :reason)
 ORDER BY case_id DESC
 LIMIT 50");
    REKEYED_REQUESTS = summary_where!("   AND service = :service AND case_id < :before
   AND duplicate_of IS NULL AND rekeyed_fields > 0
 ORDER BY case_id DESC
 LIMIT 50");
    OUTCOME_REQUESTS = summary_where!("   AND service = :service AND case_id < :before
   AND duplicate_of IS NULL AND outcome = :outcome
 ORDER BY case_id DESC
 LIMIT 50");
    CHANNEL_REQUESTS = summary_where!("   AND service = :service AND case_id < :before
   AND duplicate_of IS NULL AND channel = :channel
 ORDER BY case_id DESC
 LIMIT 50");
    OPEN_REVIEWS = summary_where!("   AND status = 'under_review' AND case_id < :before
 ORDER BY case_id DESC
 LIMIT 50");
    OPEN_REVIEW_COUNT = "SELECT count(*)
  FROM service_request
 WHERE body = :body AND shard = :shard AND status = 'under_review'
 LIMIT 1";
    RECEIVED_BETWEEN = summary_where!("   AND received_at >= :since AND received_at < :until
   AND case_id > :after AND case_id < :before
 ORDER BY case_id
 LIMIT :limit");
    TOUCHES_OF = "SELECT case_id, seq, reason, role, at, centiminutes
  FROM touch
 WHERE body = :body AND shard = :shard AND case_id = :case
 ORDER BY seq
 LIMIT 1000";
    CHARGES_OF = "SELECT case_id, line, payer, payee, kind, at, millipence
  FROM charge
 WHERE body = :body AND shard = :shard AND case_id = :case
 ORDER BY line
 LIMIT 1000";
    EXPIRED_DRAFTS = "SELECT draft_id, service, expires_at, bytes
  FROM draft
 WHERE body = :body AND shard = :shard AND expires_at <= :now
 ORDER BY expires_at, draft_id
 LIMIT 500";
    FIRST_DRAFT_EXPIRY = "SELECT expires_at
  FROM draft
 WHERE body = :body AND shard = :shard
 ORDER BY expires_at
 LIMIT 1";
}

/// The case after every other: the first page of a list is what lies before it.
pub const NEWEST: CaseId = CaseId::from_bytes([0xff; 16]);

/// Newest first. A person sees only the requests of their own sector identifier and of those
/// that were merged into it.
pub fn requests_of(
    reader: &Reader,
    person: SectorPersonId,
    before: CaseId,
) -> Result<Vec<RequestSummary>, StoreError> {
    reader.rows(REQUESTS_OF, &[("person", &person), ("before", &before)], RequestSummary::read)
}

/// The request that a resident reads out. The place of its receipt is what the body's key for
/// references makes of it; a place of another shard holds nothing here.
pub fn request_by_reference(
    reader: &Reader,
    reference: &Reference,
    place: Option<(Shard, EventSeq)>,
) -> Result<Option<RequestSummary>, StoreError> {
    if let Some((_, seq)) = place.filter(|(shard, _)| *shard == reader.shard()) {
        let named: [(&str, &dyn Bind); 2] = [("reference", reference), ("seq", &seq)];
        let found = reader.one(REQUEST_RECEIVED_AT, &named, RequestSummary::read)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let named: [(&str, &dyn Bind); 1] = [("reference", reference)];
    reader.one(REQUEST_BY_EARLIER_REFERENCE, &named, RequestSummary::read)
}

/// Open requests that are the same, oldest first.
pub fn open_duplicates(
    reader: &Reader,
    duplicate_key: Digest,
) -> Result<Vec<RequestSummary>, StoreError> {
    let named: [(&str, &dyn Bind); 1] = [("duplicate_key", &duplicate_key)];
    reader.rows(OPEN_DUPLICATES, &named, RequestSummary::read)
}

/// Every request of the shard, newest first.
pub fn all_requests(reader: &Reader, before: CaseId) -> Result<Vec<RequestSummary>, StoreError> {
    reader.rows(ALL_REQUESTS, &[("before", &before)], RequestSummary::read)
}

/// Requests that wait for a person's second look, newest first.
pub fn open_reviews(reader: &Reader, before: CaseId) -> Result<Vec<RequestSummary>, StoreError> {
    reader.rows(OPEN_REVIEWS, &[("before", &before)], RequestSummary::read)
}

/// How many requests wait for a person's second look.
pub fn open_review_count(reader: &Reader) -> Result<u64, StoreError> {
    let count = reader.one(OPEN_REVIEW_COUNT, &[], |record| record.take("count"))?;
    Ok(count.unwrap_or(0))
}

/// Which requests of a service stand behind a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behind {
    /// All of them, duplicates too.
    Requests,
    /// Those still open.
    Open,
    /// Those that went straight through.
    StraightThrough,
    /// Those that ended and did not.
    NotStraightThrough,
    /// Those that staff touched for a reason.
    Touched(TouchReason),
    /// Those with values typed again.
    Rekeyed,
    /// Those with an outcome.
    Outcome(String),
    /// Those that came by a channel.
    Channel(Channel),
}

/// The requests of a service behind a figure, newest first.
pub fn requests_behind(
    reader: &Reader,
    service: &ServiceId,
    behind: &Behind,
    before: CaseId,
) -> Result<Vec<RequestSummary>, StoreError> {
    let nothing: &dyn Bind = &None::<i64>;
    let (statement, name, value): (_, &str, &dyn Bind) = match behind {
        Behind::Requests => (SERVICE_REQUESTS, "", nothing),
        Behind::Open => (OPEN_REQUESTS, "", nothing),
        Behind::StraightThrough => (STRAIGHT_REQUESTS, "", nothing),
        Behind::NotStraightThrough => (CLOSED_NOT_STRAIGHT_REQUESTS, "", nothing),
        Behind::Touched(reason) => (TOUCHED_REQUESTS, "reason", reason),
        Behind::Rekeyed => (REKEYED_REQUESTS, "", nothing),
        Behind::Outcome(outcome) => (OUTCOME_REQUESTS, "outcome", outcome),
        Behind::Channel(channel) => (CHANNEL_REQUESTS, "channel", channel),
    };
    let named: [(&str, &dyn Bind); 3] = [("service", service), ("before", &before), (name, value)];
    reader.rows(statement, &named, RequestSummary::read)
}

/// The longest that a form lies between its beginning and its sending, in milliseconds: 90 days.
const FORM_MS: i64 = 90 * 86_400_000;

/// Requests received in a span, in the order of their cases, after a case (Open311 lists).
pub fn received_between(
    reader: &Reader,
    since: Timestamp,
    until: Timestamp,
    after: Option<CaseId>,
    limit: u32,
) -> Result<Vec<RequestSummary>, StoreError> {
    // A case's id begins with the time at which its form was begun, which is not after its receipt.
    let first = CaseId::from_bytes(id_from_parts(since.plus_millis(-FORM_MS), [0; 16]));
    let before = CaseId::from_bytes(id_from_parts(until, [0xff; 16]));
    let after = after.unwrap_or(first).max(first);
    let limit = limit.min(PAGE_LIMIT);
    let named: [(&str, &dyn Bind); 5] = [
        ("since", &since),
        ("until", &until),
        ("after", &after),
        ("before", &before),
        ("limit", &limit),
    ];
    reader.rows(RECEIVED_BETWEEN, &named, RequestSummary::read)
}

/// The touches of a case, oldest first.
pub fn touches_of(reader: &Reader, case: CaseId) -> Result<Vec<TouchRow>, StoreError> {
    reader.rows(TOUCHES_OF, &[("case", &case)], TouchRow::read)
}

/// The charges of a case, in order.
pub fn charges_of(reader: &Reader, case: CaseId) -> Result<Vec<ChargeRow>, StoreError> {
    reader.rows(CHARGES_OF, &[("case", &case)], ChargeRow::read)
}

/// Drafts that may be forgotten, the longest expired first.
pub fn expired_drafts(reader: &Reader, now: Timestamp) -> Result<Vec<DraftRow>, StoreError> {
    reader.rows(EXPIRED_DRAFTS, &[("now", &now)], DraftRow::read)
}

/// When the first of the drafts that are kept expires.
pub fn first_draft_expiry(reader: &Reader) -> Result<Option<Timestamp>, StoreError> {
    reader.one(FIRST_DRAFT_EXPIRY, &[], |record| record.take("expires_at"))
}

#[cfg(test)]
mod tests;
