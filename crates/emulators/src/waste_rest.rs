//! A waste contractor over REST and JSON, which drops what it already did under a key.
//!
//! `POST /jobs` and `POST /jobs/{id}/returns` need an `Idempotency-Key`; `GET /jobs/{id}` and
//! `GET /jobs?reference=` read. A key that comes again gets the answer of the first time; with
//! another body it is refused.

use base::{Date, Timestamp};
use connectors::{HttpRequest, HttpResponse, Method};
use serde_json::json;

use crate::contractor::{Callback, Contractor, Job, JobStatus};
use crate::ledger::{Entry, Ledger, Order};
use crate::office::{BackOffice, Call, Login, json, nothing_here, query_field, refusal};

/// The bins that contractors know.
pub(crate) const BINS: [&str; 4] = ["refuse", "recycling", "garden", "food"];
/// The longest of a customer's references, in bytes.
pub(crate) const MAX_REFERENCE_BYTES: usize = 64;
/// The longest note or reason, in characters.
pub(crate) const MAX_NOTE_CHARS: usize = 2_000;

/// The contractor.
#[derive(Debug, Clone)]
pub struct WasteRest {
    contractor: Contractor,
    login: Option<Login>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewJob {
    reference: String,
    uprn: String,
    bin: String,
    missed_on: String,
    address: Option<String>,
    notes: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewReturn {
    reference: String,
    reason: String,
}

impl WasteRest {
    /// A contractor without jobs.
    pub fn new(seed: u64, login: Option<Login>) -> Self {
        Self { contractor: Contractor::new(seed, "RJ"), login }
    }

    /// Crews that finish each job so long after it is taken on; in working hours when `None`.
    #[must_use]
    pub fn with_crews(mut self, crew_ms: Option<i64>) -> Self {
        self.contractor.crew_ms = crew_ms;
        self
    }

    fn create(&mut self, request: &HttpRequest, key: String, now: Timestamp) -> HttpResponse {
        let Ok(new) = serde_json::from_slice::<NewJob>(&request.body) else {
            return refusal(400, "invalid_body", "the body is not a job");
        };
        let order = Order {
            uprn: new.uprn,
            bin: new.bin,
            missed_on: new.missed_on,
            address: new.address,
            notes: new.notes,
        };
        if let Some(known) = self.contractor.under_key(&key) {
            let same = self
                .contractor
                .job(known)
                .filter(|job| job.reference == new.reference && job.order == order);
            return same.map_or_else(key_reused, |job| json(201, &shown(job)));
        }
        if let Err((code, message)) = check_order(&new.reference, &order, now) {
            return refusal(422, code, message);
        }
        let number = self.contractor.create(&new.reference, order, Some(key), now);
        match self.contractor.job(&number) {
            Some(job) => json(201, &shown(job)),
            None => refusal(500, "lost", "the job was not kept"),
        }
    }

    fn take_back(
        &mut self,
        request: &HttpRequest,
        number: &str,
        key: String,
        now: Timestamp,
    ) -> HttpResponse {
        let Ok(new) = serde_json::from_slice::<NewReturn>(&request.body) else {
            return refusal(400, "invalid_body", "the body is not a return");
        };
        if let Some(known) = self.contractor.under_key(&key) {
            let same = self
                .contractor
                .return_by_number(known)
                .filter(|returned| returned.reference == new.reference && returned.job == number);
            return same.map_or_else(key_reused, |returned| {
                json(201, &json!({ "id": returned.number, "job": returned.job }))
            });
        }
        match self.contractor.job(number).map(|job| job.status) {
            None => refusal(404, "unknown_job", "there is no such job"),
            Some(JobStatus::Open) => refusal(409, "job_open", "the job is not finished yet"),
            Some(JobStatus::Finished(_)) if !is_reference(&new.reference) => {
                refusal(422, "invalid_reference", "the reference is empty or too long")
            }
            Some(JobStatus::Finished(_)) if new.reason.chars().count() > MAX_NOTE_CHARS => {
                refusal(422, "invalid_reason", "the reason is too long")
            }
            Some(JobStatus::Finished(_)) => {
                let key = Some(key);
                let id = self.contractor.take_back(number, &new.reference, &new.reason, key, now);
                json(201, &json!({ "id": id, "job": number }))
            }
        }
    }

    fn list(&self, request: &HttpRequest) -> HttpResponse {
        let Some(reference) = query_field(request.query(), "reference") else {
            return refusal(400, "missing_reference", "ask by reference");
        };
        let jobs: Vec<serde_json::Value> =
            self.contractor.jobs_of(&reference).into_iter().map(shown).collect();
        json(200, &json!({ "jobs": jobs }))
    }
}

impl BackOffice for WasteRest {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        self.contractor.advance(now);
        let call = match Call::admitted(self.login.as_ref(), request) {
            Ok(call) => call,
            Err(refused) => return refused,
        };
        match (request.method, call.way().as_slice()) {
            (Method::Get, ["jobs"]) => self.list(request),
            (Method::Get, ["jobs", number]) => match self.contractor.job(number) {
                Some(job) => json(200, &shown(job)),
                None => refusal(404, "unknown_job", "there is no such job"),
            },
            (Method::Post, ["jobs"]) => call.keyed(|key| self.create(request, key, now)),
            (Method::Post, ["jobs", number, "returns"]) => {
                call.keyed(|key| self.take_back(request, number, key, now))
            }
            _ => nothing_here(),
        }
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.contractor.next_due()
    }

    fn take_due(&mut self, now: Timestamp) -> Vec<Callback> {
        let due = self.contractor.take_due(now);
        due.into_iter().map(|(message, job, at)| finished(message, job, at)).collect()
    }

    fn note_acknowledged(&mut self, message: &str, now: Timestamp) {
        self.contractor.note_acknowledged(message, now);
    }

    fn note_undelivered(&mut self, message: &str, now: Timestamp) {
        self.contractor.note_undelivered(message, now);
    }

    fn ledger(&self) -> &Ledger {
        self.contractor.ledger()
    }

    fn restore(&mut self, entries: Vec<Entry>) {
        self.contractor.restore(entries);
    }
}

fn key_reused() -> HttpResponse {
    refusal(422, "key_reused", "the key was used for something else")
}

fn shown(job: &Job) -> serde_json::Value {
    let finished_at = match job.status {
        JobStatus::Open => None,
        JobStatus::Finished(at) => Some(at.to_string()),
    };
    json!({
        "id": job.number,
        "reference": job.reference,
        "status": job.status.as_str(),
        "due_by": job.due.uk_date().to_string(),
        "finished_at": finished_at,
    })
}

fn finished(message: String, job: &Job, at: Timestamp) -> Callback {
    let body = json!({
        "type": "job.finished",
        "id": job.number,
        "reference": job.reference,
        "finished_at": at.to_string(),
        "outcome": "collected",
    });
    Callback {
        message,
        job: job.number.clone(),
        reference: job.reference.clone(),
        finished_at: at,
        body: body.to_string().into_bytes(),
        content_type: "application/json",
    }
}

pub(crate) fn is_reference(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= MAX_REFERENCE_BYTES
}

/// What both contractors ask of an order; the refusal has a code and a sentence.
pub(crate) fn check_order(
    reference: &str,
    order: &Order,
    now: Timestamp,
) -> Result<(), (&'static str, &'static str)> {
    let digits = !order.uprn.is_empty()
        && order.uprn.len() <= 12
        && order.uprn.bytes().all(|byte| byte.is_ascii_digit());
    let notes = order.notes.as_deref().unwrap_or_default();
    let missed_on = order.missed_on.parse::<Date>();
    if !is_reference(reference) {
        Err(("invalid_reference", "the reference is empty or too long"))
    } else if !digits {
        Err(("unknown_property", "the property is not on our rounds"))
    } else if !BINS.contains(&order.bin.as_str()) {
        Err(("invalid_bin", "the bin is not one that we collect"))
    } else if missed_on.is_err() || missed_on.is_ok_and(|date| date > now.uk_date()) {
        Err(("invalid_date", "the day is not a past one"))
    } else if notes.chars().count() > MAX_NOTE_CHARS {
        Err(("invalid_notes", "the notes are too long"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
