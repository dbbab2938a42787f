//! What operators see of a running host: counts and times by body, never a value of a case.
//!
//! Metrics are named as `OpenMetrics` 1.0 wants it, with their units, and told by [`Metrics::register`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Instant;

use base::{BodyId, Timestamp};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Inputs of a commit, up to as many as a step takes.
const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
/// Seconds of a commit: from a fast disk's sync to a stall.
const TIMES: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// Whose a metric is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    body: String,
}

/// The metrics of every body since the host started.
#[derive(Debug, Clone)]
pub struct Metrics {
    queued: Family<Of, Gauge>,
    inputs: Family<Of, Histogram, fn() -> Histogram>,
    seconds: Family<Of, Histogram, fn() -> Histogram>,
    given_up: Family<Of, Counter>,
    repeated_calls: Family<Of, Counter>,
}

/// The metrics of one body, as its writer keeps them.
#[derive(Debug, Clone)]
pub(super) struct Meters {
    /// Tasks that wait in its queue.
    pub(super) queued: Gauge,
    /// Calls that went out again after one that did not settle.
    pub(super) repeated_calls: Counter,
    inputs: Histogram,
    seconds: Histogram,
    given_up: Counter,
    is_open: Arc<AtomicBool>,
    due_ms: Arc<AtomicI64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            queued: Family::default(),
            inputs: Family::new_with_constructor(|| Histogram::new(SIZES)),
            seconds: Family::new_with_constructor(|| Histogram::new(TIMES)),
            given_up: Family::default(),
            repeated_calls: Family::default(),
        }
    }
}

impl Metrics {
    /// Puts them into a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "queued_tasks",
            "Commands and answers that wait for a body's writer",
            self.queued.clone(),
        );
        registry.register(
            "commit_inputs",
            "Inputs that one commit made durable",
            self.inputs.clone(),
        );
        registry.register_with_unit(
            "commit_duration",
            "Time of one commit, the sync of the disk in it",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register(
            "batches_given_up",
            "Batches that could not be committed and were answered \"not now\"",
            self.given_up.clone(),
        );
        registry.register(
            "repeated_calls",
            "Calls to back offices and other bodies that went out again",
            self.repeated_calls.clone(),
        );
    }

    pub(super) fn of(&self, body: &BodyId) -> Meters {
        let of = Of { body: body.to_string() };
        Meters {
            queued: self.queued.get_or_create(&of).clone(),
            repeated_calls: self.repeated_calls.get_or_create(&of).clone(),
            inputs: self.inputs.get_or_create(&of).clone(),
            seconds: self.seconds.get_or_create(&of).clone(),
            given_up: self.given_up.get_or_create(&of).clone(),
            is_open: Arc::new(AtomicBool::new(false)),
            due_ms: Arc::new(AtomicI64::new(i64::MAX)),
        }
    }
}

impl Meters {
    /// Times a commit of so many inputs.
    #[expect(clippy::disallowed_methods, reason = "the machine's own time of a commit is told")]
    pub(super) fn timed<T>(&self, inputs: usize, commit: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = commit();
        self.seconds.observe(began.elapsed().as_secs_f64());
        self.inputs.observe(f64::from(u32::try_from(inputs).unwrap_or(u32::MAX)));
        done
    }

    /// A batch could not be committed.
    pub(super) fn gave_up(&self) {
        self.given_up.inc();
    }

    /// Whether the shard is open now, and when something is next due in it: at once, or later.
    pub(super) fn stands(&self, is_open: bool, now: Timestamp, due: Option<Timestamp>) {
        let due = due.map_or(i64::MAX, |due| due.max(now).as_millis());
        self.is_open.store(is_open, Ordering::Relaxed);
        self.due_ms.store(due, Ordering::Relaxed);
    }

    /// Whether commands are followed now.
    pub(super) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    /// For how many milliseconds something has been due that was not taken up.
    pub(super) fn lag_ms(&self, now: Timestamp) -> i64 {
        now.as_millis().saturating_sub(self.due_ms.load(Ordering::Relaxed)).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_told_by_body_with_their_units() {
        let metrics = Metrics::default();
        let meters = metrics.of(&"millbrook".parse().unwrap());
        meters.queued.inc();
        assert_eq!(meters.timed(3, || 7), 7);
        meters.gave_up();
        let mut registry = Registry::with_prefix("throughline");
        metrics.register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        for line in [
            "throughline_queued_tasks{body=\"millbrook\"} 1",
            "throughline_commit_inputs_bucket{le=\"4.0\",body=\"millbrook\"} 1",
            "throughline_commit_duration_seconds_count{body=\"millbrook\"} 1",
            "throughline_batches_given_up_total{body=\"millbrook\"} 1",
            "throughline_repeated_calls_total{body=\"millbrook\"} 0",
            "# EOF",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} in {text}");
        }
    }

    #[test]
    fn lag_is_how_long_something_has_been_due() {
        let meters = Metrics::default().of(&"millbrook".parse().unwrap());
        let now = Timestamp::from_millis(10_000);
        assert!(!meters.is_open());
        assert_eq!(meters.lag_ms(now), 0, "nothing is due");
        meters.stands(true, now, Some(Timestamp::from_millis(i64::MIN)));
        assert_eq!((meters.is_open(), meters.lag_ms(now.plus_seconds(1))), (true, 1_000));
        meters.stands(true, now, Some(now.plus_seconds(2)));
        assert_eq!(meters.lag_ms(now.plus_seconds(1)), 0);
        assert_eq!(meters.lag_ms(now.plus_seconds(3)), 1_000);
    }
}
