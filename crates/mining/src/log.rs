//! An event log as columns: activity numbers, instants and the offsets of cases.
//!
//! Columns of plain numbers are what makes a log of millions of events a matter
//! of a second. Within a case events stand in the order of time, and of arrival
//! where times are equal.

use std::collections::BTreeMap;

use base::{CaseId, Lifecycle};

use crate::Observation;

/// Columns that do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// There are not as many instants as activities.
    #[error("{activities} activities and {instants} instants")]
    Lengths {
        /// How many activities.
        activities: usize,
        /// How many instants.
        instants: usize,
    },
    /// Offsets must begin at 0, not fall, and end at the number of events.
    #[error("offsets of cases do not run from 0 to the number of events")]
    Offsets,
    /// An activity has no name.
    #[error("activity {activity} has no name")]
    NoName {
        /// Its number.
        activity: u32,
    },
}

/// Where an event's piece of work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Enabled,
    Started,
    Completed,
}

/// An event log in columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventLog {
    pub(crate) names: Vec<String>,
    pub(crate) activity: Vec<u32>,
    pub(crate) at: Vec<i64>,
    pub(crate) step: Vec<Step>,
    pub(crate) instance: Vec<Option<u32>>,
    pub(crate) touch: Vec<bool>,
    pub(crate) offsets: Vec<usize>,
    pub(crate) cases: Vec<CaseId>,
}

impl EventLog {
    /// Gathers observations, of any cases in any order, into columns. An event without a
    /// lifecycle counts as completed work.
    pub fn from_observations<'a>(observations: impl IntoIterator<Item = &'a Observation>) -> Self {
        let mut by_case: BTreeMap<CaseId, Vec<&Observation>> = BTreeMap::new();
        for observation in observations {
            by_case.entry(observation.case).or_default().push(observation);
        }
        let mut log = Self { offsets: vec![0], ..Self::default() };
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        for (case, mut events) in by_case {
            events.sort_by_key(|event| event.at);
            for event in events {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let number = *numbers.entry(&event.activity).or_insert(next);
                if number == next {
                    log.names.push(event.activity.clone());
                }
                log.push(number, event);
            }
            log.offsets.push(log.activity.len());
            log.cases.push(case);
        }
        log
    }

    /// Takes columns of completed work: `offsets` has one entry more than there are cases, and a
    /// case's events stand in their order.
    ///
    /// # Errors
    /// [`LogError`] when the columns do not fit together.
    pub fn from_columns(
        names: Vec<String>,
        activity: Vec<u32>,
        at: Vec<i64>,
        offsets: Vec<usize>,
    ) -> Result<Self, LogError> {
        let events = activity.len();
        if at.len() != events {
            return Err(LogError::Lengths { activities: events, instants: at.len() });
        }
        let ends_fit = offsets.first() == Some(&0) && offsets.last() == Some(&events);
        if !ends_fit || !offsets.is_sorted() {
            return Err(LogError::Offsets);
        }
        let is_named = |number: &u32| usize::try_from(*number).is_ok_and(|at| at < names.len());
        if let Some(activity) = activity.iter().find(|number| !is_named(number)) {
            return Err(LogError::NoName { activity: *activity });
        }
        let (step, instance) = (vec![Step::Completed; events], vec![None; events]);
        let touch = vec![false; events];
        Ok(Self { names, activity, at, step, instance, touch, offsets, cases: Vec::new() })
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        self.activity.len()
    }

    /// How many cases there are.
    pub fn cases(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// The names of activities, by their numbers.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The ids of the cases in the order of the log; empty when it was made of bare columns.
    pub fn case_ids(&self) -> &[CaseId] {
        &self.cases
    }

    /// The events of each case, as ranges of the columns.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.offsets.windows(2).map(|ends| ends[0]..ends[1])
    }

    /// Whether an event is a step of the case's path: completed work.
    pub(crate) fn is_done(&self, place: usize) -> bool {
        self.step[place] == Step::Completed
    }

    fn push(&mut self, number: u32, event: &Observation) {
        self.activity.push(number);
        self.at.push(event.at.as_millis());
        self.step.push(match event.measure.lifecycle {
            Some(Lifecycle::Enabled) => Step::Enabled,
            Some(Lifecycle::Started) => Step::Started,
            Some(Lifecycle::Completed) | None => Step::Completed,
        });
        self.instance.push(event.instance);
        let by_staff = matches!(event.measure.actor, base::Actor::Staff(_));
        let done = self.step.last() == Some(&Step::Completed);
        self.touch.push(done && by_staff && event.measure.touch.is_some());
    }
}

#[cfg(test)]
mod tests;
