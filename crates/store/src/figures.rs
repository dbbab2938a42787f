//! The figures of a body's services: rates, touches, cost, medians, and who owes whom.
//!
//! They are read over all shards of the body, for requests received in a span;
//! duplicates joined to an open request are not counted (DESIGN section 7).
//! Amounts are sums, never averages, so that pages can divide as they show.

use base::{BodyId, Channel, Role, ServiceId, Timestamp, TouchReason};

use crate::statements::statements;
use crate::{Bind, Reader, StoreError};

/// A span of instants, its end not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// From then on.
    pub since: Timestamp,
    /// Before then.
    pub until: Timestamp,
}

impl Span {
    /// Everything there ever was.
    pub const fn ever() -> Self {
        Self { since: Timestamp::from_millis(i64::MIN), until: Timestamp::from_millis(i64::MAX) }
    }

    const fn named(&self) -> [(&'static str, &dyn Bind); 2] {
        [("since", &self.since), ("until", &self.until)]
    }
}

/// The figures of one service by one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFigure {
    /// The service.
    pub service: ServiceId,
    /// The way by which the requests came.
    pub channel: Channel,
    /// How many requests.
    pub requests: u64,
    /// Of these, still open.
    pub open: u64,
    /// Of all, those that went straight through.
    pub straight_through: u64,
    /// Of these, those that a chase or a reopening may still change.
    pub provisional: u64,
    /// Acts of staff after receipt.
    pub touches: u64,
    /// Requests with such an act.
    pub touched: u64,
    /// Values typed again.
    pub rekeyed_fields: u64,
    /// Staff time, in hundredths of a minute.
    pub staff_centiminutes: u64,
    /// Calls to back offices.
    pub calls: u64,
    /// Messages sent to people.
    pub messages: u64,
    /// Questions asked of other bodies.
    pub questions_asked: u64,
    /// Of these, answered.
    pub questions_answered: u64,
    /// Cost at the stated rates, in thousandths of a penny.
    pub cost_millipence: i64,
}

/// How often a service's requests needed a person, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchFigure {
    /// The service.
    pub service: ServiceId,
    /// Why.
    pub reason: TouchReason,
    /// In which role they acted.
    pub role: Role,
    /// How often.
    pub touches: u64,
    /// Staff time, in hundredths of a minute.
    pub centiminutes: u64,
}

/// How requests of a service ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeFigure {
    /// The service.
    pub service: ServiceId,
    /// The outcome's key; absent while open.
    pub outcome: Option<String>,
    /// How many.
    pub requests: u64,
}

/// What one body owes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debt {
    /// Who pays.
    pub payer: BodyId,
    /// Who is paid.
    pub payee: BodyId,
    /// For what, as the rate's key.
    pub kind: String,
    /// How many charges.
    pub charges: u64,
    /// In thousandths of a penny.
    pub millipence: i64,
}

statements! {
    SERVICE_FIGURES = "SELECT service, channel, count(*),
       CAST(sum(CASE WHEN closed_at IS NULL THEN 1 ELSE 0 END) AS BIGINT),
       CAST(sum(CASE WHEN straight_through = 1 THEN 1 ELSE 0 END) AS BIGINT),
       CAST(sum(CASE WHEN straight_through = 1 AND provisional_until > :now
                     THEN 1 ELSE 0 END) AS BIGINT),
       CAST(sum(touches) AS BIGINT),
       CAST(sum(CASE WHEN touches > 0 THEN 1 ELSE 0 END) AS BIGINT),
       CAST(sum(rekeyed_fields) AS BIGINT), CAST(sum(staff_centiminutes) AS BIGINT),
       CAST(sum(calls) AS BIGINT), CAST(sum(messages) AS BIGINT),
       CAST(sum(questions_asked) AS BIGINT), CAST(sum(questions_answered) AS BIGINT),
       CAST(sum(cost_millipence) AS BIGINT)
  FROM service_request
 WHERE body = :body AND duplicate_of IS NULL
   AND received_at >= :since AND received_at < :until
 GROUP BY service, channel
 ORDER BY service, channel
 LIMIT 10000";
    TOUCH_FIGURES = "SELECT request.service, touch.reason, touch.role, count(*),
       CAST(sum(touch.centiminutes) AS BIGINT)
  FROM touch
  JOIN service_request AS request
    ON request.body = touch.body AND request.shard = touch.shard
   AND request.case_id = touch.case_id
 WHERE touch.body = :body AND request.duplicate_of IS NULL
   AND request.received_at >= :since AND request.received_at < :until
 GROUP BY request.service, touch.reason, touch.role
 ORDER BY request.service, touch.reason, touch.role
 LIMIT 10000";
    OUTCOME_FIGURES = "SELECT service, outcome, count(*)
  FROM service_request
 WHERE body = :body AND duplicate_of IS NULL
   AND received_at >= :since AND received_at < :until
 GROUP BY service, outcome
 ORDER BY service, count(*) DESC, outcome
 LIMIT 10000";
    MEDIAN_ELAPSED = "SELECT elapsed
  FROM (SELECT closed_at - received_at AS elapsed,
               row_number() OVER (ORDER BY closed_at - received_at, shard, case_id) AS place,
               count(*) OVER () AS total
          FROM service_request
         WHERE body = :body AND service = :service AND duplicate_of IS NULL
           AND closed_at IS NOT NULL
           AND received_at >= :since AND received_at < :until) AS ranked
 WHERE place = (total + 1) / 2 OR place = (total + 2) / 2
 ORDER BY place
 LIMIT 2";
    DEBTS = "SELECT payer, payee, kind, count(*), CAST(sum(millipence) AS BIGINT)
  FROM charge
 WHERE body = :body AND at >= :since AND at < :until
 GROUP BY payer, payee, kind
 ORDER BY payer, payee, kind
 LIMIT 10000";
}

/// Figures by service and channel; `now` tells which are provisional.
pub fn by_service(
    reader: &Reader,
    span: Span,
    now: Timestamp,
) -> Result<Vec<ServiceFigure>, StoreError> {
    let named: [(&str, &dyn Bind); 3] =
        [("since", &span.since), ("until", &span.until), ("now", &now)];
    reader.rows(SERVICE_FIGURES, &named, |record| {
        Ok(ServiceFigure {
            service: record.take("service")?,
            channel: record.take("channel")?,
            requests: record.take("requests")?,
            open: record.take("open")?,
            straight_through: record.take("straight_through")?,
            provisional: record.take("provisional")?,
            touches: record.take("touches")?,
            touched: record.take("touched")?,
            rekeyed_fields: record.take("rekeyed_fields")?,
            staff_centiminutes: record.take("staff_centiminutes")?,
            calls: record.take("calls")?,
            messages: record.take("messages")?,
            questions_asked: record.take("questions_asked")?,
            questions_answered: record.take("questions_answered")?,
            cost_millipence: record.take("cost_millipence")?,
        })
    })
}

/// Touches by service, reason and role.
pub fn touches(reader: &Reader, span: Span) -> Result<Vec<TouchFigure>, StoreError> {
    reader.rows(TOUCH_FIGURES, &span.named(), |record| {
        Ok(TouchFigure {
            service: record.take("service")?,
            reason: record.take("reason")?,
            role: record.take("role")?,
            touches: record.take("touches")?,
            centiminutes: record.take("centiminutes")?,
        })
    })
}

/// Outcomes by service, the most frequent first.
pub fn outcomes(reader: &Reader, span: Span) -> Result<Vec<OutcomeFigure>, StoreError> {
    reader.rows(OUTCOME_FIGURES, &span.named(), |record| {
        Ok(OutcomeFigure {
            service: record.take("service")?,
            outcome: record.take("outcome")?,
            requests: record.take("requests")?,
        })
    })
}

/// The median time from receipt to outcome in milliseconds; between two middle ones, the mean
/// rounded down. Absent when none has ended.
pub fn median_elapsed_ms(
    reader: &Reader,
    service: &ServiceId,
    span: Span,
) -> Result<Option<i64>, StoreError> {
    let named: [(&str, &dyn Bind); 3] =
        [("since", &span.since), ("until", &span.until), ("service", service)];
    let middle: Vec<i64> = reader.rows(MEDIAN_ELAPSED, &named, |record| record.take("elapsed"))?;
    Ok(match middle.as_slice() {
        [] => None,
        [one] => Some(*one),
        [low, high, ..] => Some(low + (high - low) / 2),
    })
}

/// Who owes whom, and for what.
pub fn debts(reader: &Reader, span: Span) -> Result<Vec<Debt>, StoreError> {
    reader.rows(DEBTS, &span.named(), |record| {
        Ok(Debt {
            payer: record.take("payer")?,
            payee: record.take("payee")?,
            kind: record.take("kind")?,
            charges: record.take("charges")?,
            millipence: record.take("millipence")?,
        })
    })
}

#[cfg(test)]
mod tests;
