//! The measures of many cases: a service's, a body's, a channel's.

use std::collections::BTreeMap;

use base::{Channel, Timestamp, TouchReason};
use serde::{Deserialize, Serialize};

use crate::case::{CaseMeasure, Heading, Outcome, ThroughBy};
use crate::median_ms;

/// What is said of a set of cases at an instant.
///
/// `straight_through + open + abandoned + touched + disturbed + unconfirmed = requests`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ServiceMeasures {
    /// Requests received; duplicates that were joined to an open one are none.
    pub requests: u64,
    /// Straight through, the provisional and the refused among them.
    pub straight_through: u64,
    /// Straight through whose 28 days are still running.
    pub provisional: u64,
    /// Straight through because a rule refused them.
    pub refused_by_rule: u64,
    /// Refusals by rule that were straight through, by ground.
    pub refusal_grounds: BTreeMap<String, u64>,
    /// Still open.
    pub open: u64,
    /// Withdrawn or given up.
    pub abandoned: u64,
    /// Ended with a person's help.
    pub touched: u64,
    /// Ended, then chased, reopened or called not right.
    pub disturbed: u64,
    /// Ended without the back office's confirmation.
    pub unconfirmed: u64,
    /// Duplicates joined to an open request; not among the requests.
    pub joined: u64,
    /// Requests by channel of receipt.
    pub by_channel: BTreeMap<Channel, u64>,
    /// Acts of staff after receipt, by reason.
    pub touches: BTreeMap<TouchReason, u64>,
    /// Acts of staff after receipt with no reason recorded.
    pub touches_without_reason: u64,
    /// Values typed again.
    pub rekeyed_fields: u64,
    /// Staff time in hundredths of a minute.
    pub staff_centiminutes: u64,
    /// Median time from receipt to outcome: of an even number, the mean of the two middle ones.
    pub median_ms_to_outcome: Option<f64>,
}

impl ServiceMeasures {
    /// Sums cases up as they stand at `now`.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseMeasure>, now: Timestamp) -> Self {
        let mut measures = Self::default();
        let mut times = Vec::new();
        for case in cases {
            measures.add(case, now);
            times.extend(case.time_to_outcome_ms());
        }
        measures.median_ms_to_outcome = median_ms(&mut times);
        measures
    }

    /// The straight-through rate, 0 to 1; `None` of no requests.
    #[expect(clippy::cast_precision_loss, reason = "a rate of counts below 2^53 is exact enough")]
    pub fn straight_through_rate(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.straight_through as f64 / self.requests as f64)
    }

    /// The median time from receipt to outcome in minutes.
    pub fn median_minutes(&self) -> Option<f64> {
        self.median_ms_to_outcome.map(|ms| ms / 60_000.0)
    }

    fn add(&mut self, case: &CaseMeasure, now: Timestamp) {
        let heading = case.heading(now);
        if self.count(heading) {
            self.requests += 1;
            if let Some(channel) = case.channel {
                *self.by_channel.entry(channel).or_default() += 1;
            }
        }
        if let (Heading::StraightThrough { .. }, Some(Outcome::RefusedByRule { ground })) =
            (heading, &case.outcome)
        {
            *self.refusal_grounds.entry(ground.clone()).or_default() += 1;
        }
        for (reason, count) in &case.touches {
            *self.touches.entry(*reason).or_default() += u64::from(*count);
        }
        self.touches_without_reason += u64::from(case.touches_without_reason);
        self.rekeyed_fields += u64::from(case.rekeyed_fields);
        self.staff_centiminutes = self.staff_centiminutes.saturating_add(case.staff_centiminutes);
    }

    /// Counts the heading, and says whether it is a request's.
    fn count(&mut self, heading: Heading) -> bool {
        match heading {
            Heading::NotReceived => return false,
            Heading::Joined => {
                self.joined += 1;
                return false;
            }
            Heading::StraightThrough { by, provisional } => {
                self.straight_through += 1;
                self.provisional += u64::from(provisional);
                self.refused_by_rule += u64::from(by == ThroughBy::Refusal);
            }
            Heading::Open => self.open += 1,
            Heading::Abandoned => self.abandoned += 1,
            Heading::Touched => self.touched += 1,
            Heading::Disturbed => self.disturbed += 1,
            Heading::Unconfirmed => self.unconfirmed += 1,
        }
        true
    }
}
