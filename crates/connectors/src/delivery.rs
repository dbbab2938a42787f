//! Delivery: what to do after each exchange, so that a piece of work is done once.
//!
//! Three modes are declared by a mapping. `keyed`: the system drops what it already did under our
//! key, so we send until it answers. `lookup`: after any unclear outcome we ask the system by our
//! reference, and send again only when it has said twice, a settling time apart, that it knows of
//! nothing. `manual`: an unclear outcome goes to a person. Nothing is ever sent again by guess.
//!
//! All of it is a pure function of the attempts so far, the outcome and the clock; the caller
//! stores [`Attempts`] with the effect and performs what [`Next`] says.

use std::collections::BTreeMap;

use base::Timestamp;
use feel::Value;

use crate::{Outcome, Why};

/// The first wait before trying again, in milliseconds; it doubles with each failure.
pub const FIRST_WAIT_MS: i64 = 2_000;

/// The longest wait between two tries, in milliseconds: two hours.
pub const LONGEST_WAIT_MS: i64 = 2 * 3_600_000;

/// How long we go on trying before a person is told, in milliseconds: five days.
pub const GIVE_UP_AFTER_MS: i64 = 5 * 24 * 3_600_000;

/// The longest time that a system may ask us to stay away, in milliseconds: a day.
pub const LONGEST_RETRY_AFTER_MS: i64 = 24 * 3_600_000;

/// How a piece of work reaches a system that may lose requests and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The system does a key's work once, however often it is sent.
    Keyed,
    /// The system can be asked whether it has the work.
    Lookup {
        /// How long "not found" must persist before sending again, in milliseconds: longer than a
        /// slow request can be on its way.
        settle_ms: i64,
    },
    /// Neither: a person finds out.
    Manual,
}

/// Which request an exchange carries.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The work itself.
    #[default]
    Send,
    /// The question whether the work is there.
    Lookup,
}

/// The attempts of one effect so far: what an effect's row keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempts {
    /// What the next exchange is, or the one that is out.
    pub phase: Phase,
    /// How often the work was sent.
    pub sends: u32,
    /// How often the system was asked.
    pub lookups: u32,
    /// Exchanges of this round that did not settle it; the backoff grows with it.
    pub failures: u32,
    /// When this round of attempts began; five days later a person is told.
    pub since: Timestamp,
    /// When the work was last sent.
    pub sent_at: Option<Timestamp>,
    /// When the system first said, since the last send, that it knows of nothing.
    pub not_found_since: Option<Timestamp>,
    /// Whether an exchange is out whose answer is not noted yet.
    pub out: bool,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Done: complete the job with these variables.
    Complete {
        /// The declared variables.
        variables: BTreeMap<String, Value>,
    },
    /// Refused: throw this BPMN error.
    Refuse {
        /// The BPMN error code.
        error_code: String,
        /// The system's words.
        message: String,
    },
    /// Send the work (again) at this instant.
    Resend {
        /// When.
        at: Timestamp,
    },
    /// Ask the system about the work at this instant.
    Lookup {
        /// When.
        at: Timestamp,
    },
    /// A person must find out whether it was done, and choose Done or Not done.
    AskStaff {
        /// Why.
        reason: Why,
    },
    /// It was not done (or may safely be sent again); a person mends the cause and replays it.
    Incident {
        /// Why.
        reason: Why,
    },
}

impl Attempts {
    /// A fresh effect: nothing was sent.
    pub const fn new(now: Timestamp) -> Self {
        Self {
            phase: Phase::Send,
            sends: 0,
            lookups: 0,
            failures: 0,
            since: now,
            sent_at: None,
            not_found_since: None,
            out: false,
        }
    }

    /// Notes that the exchange of this phase goes out now. Where the caller stores it before the
    /// first byte, [`Attempts::resume`] is exact after a crash; where it does not, `resume` must be
    /// told by [`Attempts::presumed_out`].
    #[must_use]
    pub const fn begin(mut self, now: Timestamp) -> Self {
        self.out = true;
        match self.phase {
            Phase::Send => {
                self.sends = self.sends.saturating_add(1);
                self.sent_at = Some(now);
                self.not_found_since = None;
            }
            Phase::Lookup => self.lookups = self.lookups.saturating_add(1),
        }
        self
    }

    /// These attempts, taken as if the request were out: for an effect found open at start whose
    /// sending is not stored.
    #[must_use]
    pub const fn presumed_out(self, now: Timestamp) -> Self {
        if self.out { self } else { self.begin(now) }
    }

    /// What to do with an effect that is found open at start.
    pub fn resume(self, delivery: Delivery, now: Timestamp, jitter: u64) -> (Self, Next) {
        if self.out {
            let outcome = Outcome::Unclear { why: Why::Restarted, retry_after_ms: None };
            return next(delivery, self, outcome, now, jitter);
        }
        let then = match self.phase {
            Phase::Send => Next::Resend { at: now },
            Phase::Lookup => Next::Lookup { at: now },
        };
        (self, then)
    }

    /// A person asked for another round, five days from now at most. An open question stays open:
    /// a `lookup` effect whose state is not known asks before it sends.
    #[must_use]
    pub const fn replayed(mut self, now: Timestamp) -> Self {
        self.failures = 0;
        self.since = now;
        self.out = false;
        self
    }

    /// A person found out that the work was not done: it is sent again, under a new round.
    #[must_use]
    pub const fn found_not_done(self, now: Timestamp) -> Self {
        let mut fresh = self.replayed(now);
        fresh.phase = Phase::Send;
        fresh.not_found_since = None;
        fresh
    }
}

/// The wait after so many failures: doubling from seconds to hours, of which half is jitter.
pub fn backoff_ms(failures: u32, jitter: u64) -> i64 {
    let doublings = failures.saturating_sub(1).min(20);
    let whole = FIRST_WAIT_MS.saturating_mul(1 << doublings).min(LONGEST_WAIT_MS);
    let half = whole / 2;
    let spread = u64::try_from(half).unwrap_or(0).saturating_add(1);
    half + i64::try_from(jitter % spread).unwrap_or(0)
}

/// What to do after an exchange with this outcome, and the attempts to keep with the effect.
pub fn next(
    delivery: Delivery,
    attempts: Attempts,
    outcome: Outcome,
    now: Timestamp,
    jitter: u64,
) -> (Attempts, Next) {
    let mut kept = Attempts { out: false, ..attempts };
    let then = match outcome {
        Outcome::Done { variables } => Next::Complete { variables },
        Outcome::Refused { error_code, message } => Next::Refuse { error_code, message },
        Outcome::Unmapped { why } => give_up(delivery, kept.phase, why),
        Outcome::NotFound => not_found(delivery, &mut kept, now, jitter),
        Outcome::Retry { why, retry_after_ms } => {
            kept.failures = kept.failures.saturating_add(1);
            let wait = wait_ms(kept.failures, retry_after_ms, jitter);
            again(delivery, kept, why, now, wait)
        }
        Outcome::Unclear { why, retry_after_ms } => {
            kept.failures = kept.failures.saturating_add(1);
            let wait = wait_ms(kept.failures, retry_after_ms, jitter);
            unclear(delivery, &mut kept, why, now, wait)
        }
    };
    (kept, then)
}

fn wait_ms(failures: u32, retry_after_ms: Option<i64>, jitter: u64) -> i64 {
    let asked = retry_after_ms.unwrap_or(0).clamp(0, LONGEST_RETRY_AFTER_MS);
    backoff_ms(failures, jitter).max(asked)
}

/// The same phase again after a wait, or a person when the five days are over.
fn again(delivery: Delivery, kept: Attempts, why: Why, now: Timestamp, wait_ms: i64) -> Next {
    let at = now.plus_millis(wait_ms);
    if at.millis_since(kept.since) > GIVE_UP_AFTER_MS {
        return give_up(delivery, kept.phase, why);
    }
    match kept.phase {
        Phase::Send => Next::Resend { at },
        Phase::Lookup => Next::Lookup { at },
    }
}

/// In the sending phase nothing is unclear any more, so a person may simply replay; an unanswered
/// question leaves open whether the work was done, and only a person can settle that.
fn give_up(delivery: Delivery, phase: Phase, why: Why) -> Next {
    match (delivery, phase) {
        (Delivery::Lookup { .. } | Delivery::Manual, Phase::Lookup) => {
            Next::AskStaff { reason: why }
        }
        (Delivery::Keyed, Phase::Send | Phase::Lookup)
        | (Delivery::Lookup { .. } | Delivery::Manual, Phase::Send) => {
            Next::Incident { reason: why }
        }
    }
}

fn unclear(
    delivery: Delivery,
    kept: &mut Attempts,
    why: Why,
    now: Timestamp,
    wait_ms: i64,
) -> Next {
    match (delivery, kept.phase) {
        (Delivery::Keyed, Phase::Send | Phase::Lookup) => {
            kept.phase = Phase::Send;
            again(delivery, *kept, why, now, wait_ms)
        }
        (Delivery::Lookup { .. }, Phase::Send) => {
            kept.phase = Phase::Lookup;
            kept.not_found_since = None;
            Next::Lookup { at: now.plus_millis(wait_ms) }
        }
        (Delivery::Lookup { .. }, Phase::Lookup) => again(delivery, *kept, why, now, wait_ms),
        (Delivery::Manual, Phase::Send | Phase::Lookup) => Next::AskStaff { reason: why },
    }
}

/// "Not found" counts once it has stood for the settling time: a slow request may still land.
/// The backoff is spent before the question that allows another send, never after it, so that the
/// send follows on fresh knowledge.
fn not_found(delivery: Delivery, kept: &mut Attempts, now: Timestamp, jitter: u64) -> Next {
    let (Delivery::Lookup { settle_ms }, Phase::Lookup) = (delivery, kept.phase) else {
        // Only a question can be answered so; from a send it is an answer that nobody mapped.
        return give_up(delivery, kept.phase, Why::Mapped);
    };
    let Some(first) = kept.not_found_since else {
        kept.not_found_since = Some(now);
        let wait_ms = settle_ms.max(backoff_ms(kept.failures, jitter));
        return Next::Lookup { at: now.plus_millis(wait_ms) };
    };
    let settled = first.plus_millis(settle_ms);
    if now < settled {
        return Next::Lookup { at: settled };
    }
    kept.phase = Phase::Send;
    kept.not_found_since = None;
    if now.millis_since(kept.since) > GIVE_UP_AFTER_MS {
        return Next::Incident { reason: Why::Mapped };
    }
    Next::Resend { at: now }
}

#[cfg(test)]
mod tests;
