//! Circuit breaker: spares a failing system, and ourselves, from calls that will not get through.
//!
//! One per system, pure, with the clock as argument. It only delays: an effect that it holds back
//! spends no attempt, and the first call through after a pause is a single probe.

use base::Timestamp;

use crate::{Answer, TransportFault};

/// Failures in a row that open the breaker.
pub const OPENS_AFTER: u32 = 5;

/// The first pause of an open breaker, in milliseconds; it doubles with each failed probe.
pub const FIRST_PAUSE_MS: i64 = 15_000;

/// The longest pause of an open breaker, in milliseconds.
pub const LONGEST_PAUSE_MS: i64 = 5 * 60_000;

/// How long a probe may be out before another may go, in milliseconds: its task may have died.
pub const PROBE_PATIENCE_MS: i64 = 2 * 60_000;

/// What one answer says about the system's health, whatever it says about the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It answers.
    Answering,
    /// It does not answer, or answers that it is failing.
    Failing,
}

impl Health {
    /// Reads the health from an answer. A SOAP fault travels as status 500 and is an answer, so
    /// the caller says whether the body could be read as one.
    pub fn of(answer: &Answer, is_soap_fault: impl FnOnce(&[u8]) -> bool) -> Self {
        match answer {
            Ok(response) if response.status == 500 && is_soap_fault(&response.body) => {
                Self::Answering
            }
            Ok(response) if response.status >= 500 || response.status == 429 => Self::Failing,
            Ok(_) | Err(TransportFault::TooLong | TransportFault::Unsendable) => Self::Answering,
            Err(TransportFault::NotReached | TransportFault::Broken | TransportFault::TimedOut) => {
                Self::Failing
            }
        }
    }
}

/// Whether a call may go now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Go.
    Go,
    /// Go; the system was failing and this call tells whether it still is.
    Probe,
    /// Not before this instant.
    Wait {
        /// When to ask again.
        until: Timestamp,
    },
}

/// Where a breaker stands, for the operator's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BreakerState {
    /// Calls pass; this many failed in a row.
    Closed {
        /// Failures in a row.
        failures: u32,
    },
    /// Calls wait until an instant.
    Open {
        /// When a probe may go.
        until: Timestamp,
        /// The length of this pause in milliseconds.
        pause_ms: i64,
    },
    /// One probe is out.
    HalfOpen {
        /// When another may go if nothing is heard.
        until: Timestamp,
        /// The length of the pause before it in milliseconds.
        pause_ms: i64,
    },
    /// Nothing has been called yet.
    #[default]
    Unused,
}

/// The breaker of one system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breaker {
    state: BreakerState,
}

impl Breaker {
    /// A breaker that has seen nothing.
    pub const fn new() -> Self {
        Self { state: BreakerState::Unused }
    }

    /// Where it stands.
    pub const fn state(&self) -> BreakerState {
        self.state
    }

    /// Asks whether a call may go now; a probe that is let go is remembered.
    pub fn admit(&mut self, now: Timestamp) -> Admission {
        match self.state {
            BreakerState::Unused | BreakerState::Closed { .. } => Admission::Go,
            BreakerState::Open { until, .. } | BreakerState::HalfOpen { until, .. }
                if now < until =>
            {
                Admission::Wait { until }
            }
            BreakerState::Open { pause_ms, .. } | BreakerState::HalfOpen { pause_ms, .. } => {
                let until = now.plus_millis(PROBE_PATIENCE_MS);
                self.state = BreakerState::HalfOpen { until, pause_ms };
                Admission::Probe
            }
        }
    }

    /// Takes note of how a call went. An answer to any call closes it; a failure counts.
    pub fn record(&mut self, health: Health, now: Timestamp) {
        self.state = match (health, self.state) {
            (Health::Answering, _) => BreakerState::Closed { failures: 0 },
            (Health::Failing, BreakerState::Unused) => BreakerState::Closed { failures: 1 },
            (Health::Failing, BreakerState::Closed { failures }) => {
                let failures = failures.saturating_add(1);
                if failures < OPENS_AFTER {
                    BreakerState::Closed { failures }
                } else {
                    open(now, FIRST_PAUSE_MS)
                }
            }
            (Health::Failing, BreakerState::HalfOpen { pause_ms, .. }) => {
                open(now, pause_ms.saturating_mul(2).min(LONGEST_PAUSE_MS))
            }
            // A call that left before the breaker opened comes back late: nothing new is learnt.
            (Health::Failing, still @ BreakerState::Open { .. }) => still,
        };
    }
}

fn open(now: Timestamp, pause_ms: i64) -> BreakerState {
    BreakerState::Open { until: now.plus_millis(pause_ms), pause_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn opens_after_failures_in_a_row_and_probes_once() {
        let mut breaker = Breaker::new();
        for _ in 0..OPENS_AFTER {
            assert_eq!(breaker.admit(at(0)), Admission::Go);
            breaker.record(Health::Failing, at(0));
        }
        assert_eq!(breaker.admit(at(1)), Admission::Wait { until: at(FIRST_PAUSE_MS) });
        assert_eq!(breaker.admit(at(FIRST_PAUSE_MS)), Admission::Probe);
        let patience = at(FIRST_PAUSE_MS + PROBE_PATIENCE_MS);
        assert_eq!(breaker.admit(at(FIRST_PAUSE_MS)), Admission::Wait { until: patience });
        breaker.record(Health::Failing, at(FIRST_PAUSE_MS));
        assert_eq!(
            breaker.admit(at(FIRST_PAUSE_MS)),
            Admission::Wait { until: at(3 * FIRST_PAUSE_MS) }
        );
        assert_eq!(breaker.admit(at(3 * FIRST_PAUSE_MS)), Admission::Probe);
        breaker.record(Health::Answering, at(3 * FIRST_PAUSE_MS));
        assert_eq!(breaker.admit(at(3 * FIRST_PAUSE_MS)), Admission::Go);
    }

    #[test]
    fn an_answer_between_failures_starts_the_count_again() {
        let mut breaker = Breaker::new();
        for _ in 0..10 {
            for _ in 1..OPENS_AFTER {
                breaker.record(Health::Failing, at(0));
            }
            breaker.record(Health::Answering, at(0));
        }
        assert_eq!(breaker.state(), BreakerState::Closed { failures: 0 });
    }

    #[test]
    fn a_lost_probe_does_not_hold_the_system_for_ever() {
        let mut breaker = Breaker::new();
        for _ in 0..OPENS_AFTER {
            breaker.record(Health::Failing, at(0));
        }
        let mut now = at(0);
        for _ in 0..5 {
            now = now.plus_millis(PROBE_PATIENCE_MS + LONGEST_PAUSE_MS);
            assert_eq!(breaker.admit(now), Admission::Probe);
        }
    }
}
