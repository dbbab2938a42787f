//! Contractor: the business of both emulated waste contractors, whatever they speak.
//!
//! Takes on jobs and returns, finishes them in its crews' working hours at an instant that depends
//! on the seed and the order alone, and tells its customer so until that is acknowledged.
//! Everything it does is an [`Entry`]; its state is those entries, applied.

use std::collections::{BTreeMap, BTreeSet};

use base::{Digest, SystemId, Timestamp, Weekday};
use connectors::{HttpRequest, Method, Secret, callback};

use crate::ledger::{Entry, Ledger, Order};

/// The hour at which crews begin.
const FIRST_HOUR: i8 = 7;
/// The hour at which they end.
const LAST_HOUR: i8 = 15;
/// The first wait before a message is sent again, in milliseconds.
const FIRST_RETRY_MS: i64 = 30_000;
/// The longest wait, in milliseconds.
const LONGEST_RETRY_MS: i64 = 30 * 60_000;

/// Where a contractor tells its customer that a job is finished.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallbackTarget {
    /// The address.
    pub url: String,
    /// The header that names the sender to the customer, with its value.
    pub api_key: Option<(String, String)>,
    /// The secret that messages are signed with.
    pub secret: String,
}

/// A message to the customer, to be sent until it is acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The same in every delivery.
    pub message: String,
    /// The job that is finished.
    pub job: String,
    /// The customer's reference.
    pub reference: String,
    /// When it was finished.
    pub finished_at: Timestamp,
    /// The body, in the contractor's own format.
    pub body: Vec<u8>,
    /// The content type of the body.
    pub content_type: &'static str,
}

impl Callback {
    /// The signed request to the customer.
    pub fn request(&self, from: &SystemId, target: &CallbackTarget, now: Timestamp) -> HttpRequest {
        let secret = Secret::new(target.secret.clone());
        let mut headers = callback::sign(&secret, &self.message, now, &self.body);
        headers.push("content-type", self.content_type);
        if let Some((name, value)) = &target.api_key {
            headers.push(name, value);
        }
        HttpRequest {
            system: from.clone(),
            method: Method::Post,
            url: target.url.clone(),
            headers,
            body: self.body.clone(),
        }
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobStatus {
    Open,
    Finished(Timestamp),
}

impl JobStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Finished(_) => "finished",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub number: String,
    pub reference: String,
    pub order: Order,
    pub status: JobStatus,
    pub due: Timestamp,
    /// How often it was taken on: one, and one for each return.
    pub rounds: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Return {
    pub number: String,
    pub job: String,
    pub reference: String,
}

/// A message that is not acknowledged.
#[derive(Debug, Clone)]
struct Pending {
    job: String,
    finished_at: Timestamp,
    due: Timestamp,
    attempts: u32,
    out: bool,
}

/// The business of a contractor.
#[derive(Debug, Clone)]
pub(crate) struct Contractor {
    seed: u64,
    prefix: &'static str,
    /// How long a job takes; when `None`, as crews work.
    pub crew_ms: Option<i64>,
    jobs: BTreeMap<String, Job>,
    jobs_of: BTreeMap<String, Vec<String>>,
    returns: BTreeMap<String, Return>,
    return_of: BTreeMap<String, String>,
    by_key: BTreeMap<String, String>,
    open: BTreeSet<(Timestamp, String)>,
    pending: BTreeMap<String, Pending>,
    ledger: Ledger,
}

impl Contractor {
    pub fn new(seed: u64, prefix: &'static str) -> Self {
        Self {
            seed,
            prefix,
            crew_ms: None,
            jobs: BTreeMap::new(),
            jobs_of: BTreeMap::new(),
            returns: BTreeMap::new(),
            return_of: BTreeMap::new(),
            by_key: BTreeMap::new(),
            open: BTreeSet::new(),
            pending: BTreeMap::new(),
            ledger: Ledger::default(),
        }
    }

    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub fn restore(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            self.apply(entry);
        }
    }

    pub fn job(&self, number: &str) -> Option<&Job> {
        self.jobs.get(number)
    }

    /// The first job of a reference.
    pub fn job_of(&self, reference: &str) -> Option<&Job> {
        self.jobs_of(reference).into_iter().next()
    }

    /// Every job of a reference, the first one first.
    pub fn jobs_of(&self, reference: &str) -> Vec<&Job> {
        let numbers = self.jobs_of.get(reference).map(Vec::as_slice).unwrap_or_default();
        numbers.iter().filter_map(|number| self.jobs.get(number)).collect()
    }

    pub fn return_of(&self, reference: &str) -> Option<&Return> {
        self.return_of.get(reference).and_then(|number| self.returns.get(number))
    }

    pub fn return_by_number(&self, number: &str) -> Option<&Return> {
        self.returns.get(number)
    }

    /// The number that the work under a key or message id was given.
    pub fn under_key(&self, key: &str) -> Option<&str> {
        self.by_key.get(key).map(String::as_str)
    }

    /// Takes on a job, every time that it is called.
    pub fn create(
        &mut self,
        reference: &str,
        order: Order,
        key: Option<String>,
        at: Timestamp,
    ) -> String {
        let job = self
            .number(&["job", reference], |contractor, number| contractor.jobs.contains_key(number));
        let reference = reference.to_owned();
        self.apply(Entry::JobCreated { at, job: job.clone(), reference, order, key });
        job
    }

    /// Takes a finished job back, every time that it is called.
    pub fn take_back(
        &mut self,
        job: &str,
        reference: &str,
        reason: &str,
        key: Option<String>,
        at: Timestamp,
    ) -> String {
        let number = self.number(&["return", job, reference], |contractor, number| {
            contractor.return_by_number(number).is_some()
        });
        self.apply(Entry::JobReturned {
            at,
            job: job.to_owned(),
            number: number.clone(),
            reference: reference.to_owned(),
            reason: reason.to_owned(),
            key,
        });
        number
    }

    /// Finishes every job whose time has come.
    pub fn advance(&mut self, now: Timestamp) {
        while let Some((due, job)) = self.open.first().filter(|(due, _)| *due <= now).cloned() {
            self.apply(Entry::JobFinished { at: due, job });
        }
    }

    pub fn next_due(&self) -> Option<Timestamp> {
        let jobs = self.open.first().map(|(due, _)| *due);
        let waiting = self.pending.values().filter(|pending| !pending.out);
        jobs.into_iter().chain(waiting.map(|pending| pending.due)).min()
    }

    /// The messages that are to be sent now: id, job and when it was finished.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<(String, &Job, Timestamp)> {
        self.advance(now);
        let jobs = &self.jobs;
        self.pending
            .iter_mut()
            .filter(|(_, pending)| !pending.out && pending.due <= now)
            .filter_map(|(message, pending)| {
                pending.out = true;
                let job = jobs.get(&pending.job)?;
                Some((message.clone(), job, pending.finished_at))
            })
            .collect()
    }

    pub fn note_acknowledged(&mut self, message: &str, now: Timestamp) {
        if self.pending.contains_key(message) {
            self.apply(Entry::MessageAcknowledged { at: now, message: message.to_owned() });
        }
    }

    pub fn note_undelivered(&mut self, message: &str, now: Timestamp) {
        if let Some(pending) = self.pending.get_mut(message) {
            let wait = FIRST_RETRY_MS.saturating_mul(1 << pending.attempts.min(10));
            pending.attempts += 1;
            pending.due = now.plus_millis(wait.min(LONGEST_RETRY_MS));
            pending.out = false;
        }
    }

    fn apply(&mut self, entry: Entry) {
        match &entry {
            Entry::JobCreated { at, job, reference, order, key } => {
                let due = self.finished_at(order, 1, *at);
                self.remember(key.as_ref(), job);
                self.open.insert((due, job.clone()));
                let created = Job {
                    number: job.clone(),
                    reference: reference.clone(),
                    order: order.clone(),
                    status: JobStatus::Open,
                    due,
                    rounds: 1,
                };
                self.jobs.insert(job.clone(), created);
                self.jobs_of.entry(reference.clone()).or_default().push(job.clone());
            }
            Entry::JobReturned { at, job, number, reference, key, .. } => {
                self.remember(key.as_ref(), number);
                let returned = Return {
                    number: number.clone(),
                    job: job.clone(),
                    reference: reference.clone(),
                };
                self.return_of.entry(reference.clone()).or_insert_with(|| number.clone());
                self.returns.insert(number.clone(), returned);
                self.reopen(job, *at);
            }
            Entry::JobFinished { at, job } => self.finish(job, *at),
            Entry::MessageAcknowledged { message, .. } => {
                self.pending.remove(message);
            }
            // A contractor takes jobs alone.
            Entry::Recorded { .. } | Entry::PaymentCreated { .. } | Entry::PaymentEnded { .. } => {}
        }
        self.ledger.push(entry);
    }

    fn remember(&mut self, key: Option<&String>, number: &str) {
        if let Some(key) = key {
            self.by_key.insert(key.clone(), number.to_owned());
        }
    }

    fn reopen(&mut self, number: &str, at: Timestamp) {
        let Some(job) = self.jobs.get(number) else { return };
        let due = self.finished_at(&job.order, job.rounds + 1, at);
        if let Some(job) = self.jobs.get_mut(number) {
            self.open.remove(&(job.due, number.to_owned()));
            job.rounds += 1;
            job.status = JobStatus::Open;
            job.due = due;
            self.open.insert((due, number.to_owned()));
        }
    }

    fn finish(&mut self, number: &str, at: Timestamp) {
        let Some(job) = self.jobs.get_mut(number) else { return };
        self.open.remove(&(job.due, number.to_owned()));
        job.status = JobStatus::Finished(at);
        let message = format!("{number}-{}", job.rounds);
        let (job, finished_at) = (number.to_owned(), at);
        let pending = Pending { job, finished_at, due: at, attempts: 0, out: false };
        self.pending.insert(message, pending);
    }

    /// A number of eight digits that depends on the seed and these parts, and is not yet used.
    fn number(&self, parts: &[&str], is_used: impl Fn(&Self, &str) -> bool) -> String {
        let mut salt = 0_u64;
        loop {
            let digits = draw(self.seed ^ salt, parts) % 100_000_000;
            let number = format!("{}{digits:08}", self.prefix);
            if !is_used(self, &number) {
                return number;
            }
            salt += 1;
        }
    }

    /// When crews finish what they take on now: mostly the same or the next working day.
    fn finished_at(&self, order: &Order, round: u32, now: Timestamp) -> Timestamp {
        if let Some(crew_ms) = self.crew_ms {
            return now.plus_millis(crew_ms);
        }
        let parts = ["finish", &order.uprn, &order.bin, &order.missed_on, &round.to_string()];
        let drawn = draw(self.seed, &parts);
        let minutes = 45 + i64::try_from(drawn % 300).unwrap_or(0);
        let another_day = if (drawn >> 32).is_multiple_of(8) { 8 * 60 } else { 0 };
        after_working_minutes(now, minutes + another_day)
    }
}

/// The instant at which a crew has worked so many minutes, Monday to Friday.
fn after_working_minutes(from: Timestamp, minutes: i64) -> Timestamp {
    let mut left_ms = minutes.saturating_mul(60_000);
    let mut date = from.uk_date();
    loop {
        let (first, last) = (date.at_uk(FIRST_HOUR, 0), date.at_uk(LAST_HOUR, 0));
        let begins = from.max(first);
        let works = !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if works && begins < last {
            let day_ms = last.millis_since(begins);
            if left_ms <= day_ms {
                return begins.plus_millis(left_ms);
            }
            left_ms -= day_ms;
        }
        let next = date.plus_days(1);
        if next == date {
            return last; // the end of the calendar
        }
        date = next;
    }
}

/// A number that depends on a seed and parts alone.
pub(crate) fn draw(seed: u64, parts: &[&str]) -> u64 {
    let seed = seed.to_be_bytes();
    let parts: Vec<&[u8]> =
        std::iter::once(&seed[..]).chain(parts.iter().map(|part| part.as_bytes())).collect();
    let digest = Digest::of_parts(&parts);
    digest.as_bytes().iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crews_work_on_weekdays_from_seven_to_three() {
        let cases = [
            ("2026-11-20T09:00:00Z", 60, "2026-11-20T10:00:00Z"),
            ("2026-11-20T14:30:00Z", 60, "2026-11-23T07:30:00Z"),
            ("2026-11-21T12:00:00Z", 5, "2026-11-23T07:05:00Z"),
            ("2026-07-01T02:00:00Z", 10, "2026-07-01T06:10:00Z"),
        ];
        for (from, minutes, to) in cases {
            let from = Timestamp::parse(from).unwrap();
            assert_eq!(after_working_minutes(from, minutes).to_string(), to);
        }
        let _ = after_working_minutes(Timestamp::from_millis(i64::MAX), i64::MAX);
    }

    #[test]
    fn the_entries_alone_restore_a_contractor() {
        let at = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        let order = Order {
            uprn: "100".to_owned(),
            bin: "refuse".to_owned(),
            missed_on: "2026-11-19".to_owned(),
            address: None,
            notes: None,
        };
        let mut contractor = Contractor::new(7, "WJ");
        let job = contractor.create("R-1", order.clone(), Some("k".to_owned()), at);
        contractor.create("R-2", order, None, at);
        contractor.advance(at.plus_seconds(10 * 86_400));
        contractor.take_back(&job, "X-1", "still there", None, at.plus_seconds(11 * 86_400));
        let mut restored = Contractor::new(7, "WJ");
        restored.restore(contractor.ledger().entries().to_vec());
        assert_eq!(format!("{restored:?}"), format!("{contractor:?}"));
        assert_eq!(restored.under_key("k"), Some(job.as_str()));
    }

    #[test]
    fn a_message_comes_until_it_is_acknowledged() {
        let at = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        let order = Order {
            uprn: "100".to_owned(),
            bin: "refuse".to_owned(),
            missed_on: "2026-11-19".to_owned(),
            address: None,
            notes: None,
        };
        let mut contractor = Contractor::new(7, "WJ");
        contractor.create("R-1", order, None, at);
        let due = contractor.next_due().unwrap();
        assert!(contractor.take_due(due.plus_millis(-1)).is_empty());
        let message = contractor.take_due(due)[0].0.clone();
        assert!(contractor.take_due(due).is_empty(), "it is on its way");
        contractor.note_undelivered(&message, due);
        assert_eq!(contractor.next_due(), Some(due.plus_millis(FIRST_RETRY_MS)));
        assert_eq!(contractor.take_due(due.plus_millis(FIRST_RETRY_MS))[0].0, message);
        contractor.note_acknowledged(&message, due);
        assert_eq!(contractor.next_due(), None);
    }
}
