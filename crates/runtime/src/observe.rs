//! What mining is told of a record: the one place where events become measures (DESIGN idea 6).

use base::{Lifecycle, Measure};
use mining::Observation;
use requests::{OutcomeKind, ReviewDecision};

use crate::record::{Fact, Record};

/// The activity of the request itself in event logs.
const REQUEST: &str = "request";

/// The observation of a record; `None` for records that say nothing about work on the request:
/// attempts of effects, erasure, values.
pub fn observation(record: &Record) -> Option<Observation> {
    match &record.fact {
        Fact::Request(event) => of_request(record, event),
        Fact::Process(event) => {
            let (element, lifecycle) = event.element().zip(event.lifecycle())?;
            let measure = Measure { lifecycle: Some(lifecycle), ..record.measure };
            let instance = event.key().map(|key| key.0);
            Some(observed(record, element, instance, measure, None))
        }
        Fact::Task(event) => {
            let measure = Measure { lifecycle: event.lifecycle(), ..record.measure };
            let (element, instance) = event.place();
            event.lifecycle().map(|_| observed(record, element, Some(instance.0), measure, None))
        }
        Fact::Effect(_) | Fact::Access(_) | Fact::Crossing(_) | Fact::Contact(_) => None,
    }
}

fn of_request(record: &Record, event: &requests::Event) -> Option<Observation> {
    use requests::Event;
    let fact = match event {
        Event::Received(_) => Some(mining::Fact::Received),
        Event::Closed { kind: OutcomeKind::Done, .. } => Some(mining::Fact::Confirmed),
        Event::Closed { outcome, kind: OutcomeKind::Refused, .. } => {
            Some(mining::Fact::RefusedByRule { ground: outcome.clone() })
        }
        Event::NotFixed { .. } => Some(mining::Fact::Reopened),
        Event::Chased { .. } => Some(mining::Fact::Chased),
        Event::Withdrawn => Some(mining::Fact::Abandoned),
        Event::Touched { .. }
        | Event::RequesterAsked(_)
        | Event::ReviewDecided { decision: ReviewDecision::Upheld, .. } => None,
        // It counts against the rate at once, before a person has acted.
        Event::ReviewAsked { .. } => Some(mining::Fact::NotRight),
        Event::ReviewDecided { decision: ReviewDecision::Changed, .. }
        | Event::ClosedByHand { .. } => Some(mining::Fact::Closed),
        Event::Joined { .. }
        | Event::Reached { .. }
        | Event::Erased { .. }
        | Event::RequesterReminded
        | Event::RequesterAnswered { .. }
        | Event::RequesterSilent { .. }
        | Event::AskingStopped { .. } => return None,
    };
    let lifecycle = match event {
        Event::Touched { .. } | Event::RequesterAsked(_) => Some(Lifecycle::Completed),
        Event::Received(_)
        | Event::Joined { .. }
        | Event::Reached { .. }
        | Event::Closed { .. }
        | Event::NotFixed { .. }
        | Event::Chased { .. }
        | Event::Withdrawn
        | Event::Erased { .. }
        | Event::ReviewAsked { .. }
        | Event::ReviewDecided { .. }
        | Event::ClosedByHand { .. }
        | Event::RequesterReminded
        | Event::RequesterAnswered { .. }
        | Event::RequesterSilent { .. }
        | Event::AskingStopped { .. } => event.lifecycle(),
    };
    let measure = Measure { lifecycle, ..record.measure };
    Some(observed(record, REQUEST, None, measure, fact))
}

fn observed(
    record: &Record,
    activity: &str,
    instance: Option<u32>,
    measure: Measure,
    fact: Option<mining::Fact>,
) -> Observation {
    let activity = activity.to_owned();
    Observation { case: record.case, at: record.at, activity, instance, measure, fact }
}
