//! Three requests: one straight through, one that needed a person, one still open.
//!
//! Run with `cargo run -p mining --example measures`.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeMap;

use base::{Actor, CaseId, Channel, Measure, Role, Timestamp, TouchReason};
use mining::{
    CaseMeasure, EventLog, Fact, Observation, ServiceMeasures, directly_follows, variants,
};

fn main() -> Result<(), base::TimeError> {
    let nine = Timestamp::parse("2026-11-24T09:00:00Z")?;
    let event = |case: u8, minutes: i64, activity: &str, actor, fact| Observation {
        case: CaseId::from_bytes([case; 16]),
        at: nine.plus_seconds(minutes * 60),
        activity: activity.to_owned(),
        instance: None,
        measure: Measure { channel: Some(Channel::Web), ..Measure::by(actor) },
        fact,
    };
    let mut journal = vec![
        event(1, 0, "receive", Actor::Requester, Some(Fact::Received)),
        event(2, 1, "receive", Actor::Requester, Some(Fact::Received)),
        event(3, 2, "receive", Actor::Requester, Some(Fact::Received)),
        event(1, 5, "confirm", Actor::BackOffice, Some(Fact::Confirmed)),
        event(2, 40, "settle unknown outcome", Actor::Staff(Role::Operator), None),
        event(2, 41, "confirm", Actor::BackOffice, Some(Fact::Confirmed)),
    ];
    journal[4].measure.touch = Some(TouchReason::UnknownOutcome);

    let mut cases: BTreeMap<CaseId, CaseMeasure> = BTreeMap::new();
    for observation in &journal {
        cases.entry(observation.case).or_default().observe(observation);
    }
    let measures = ServiceMeasures::of(cases.values(), nine.plus_seconds(7_200));
    println!(
        "{} of {} straight through ({} provisional), {} touched, {} open",
        measures.straight_through,
        measures.requests,
        measures.provisional,
        measures.touched,
        measures.open
    );
    println!("median minutes to outcome: {:?}", measures.median_minutes());

    let log = EventLog::from_observations(&journal);
    println!("{} variants", variants(&log).len());
    let name = |number: u32| usize::try_from(number).ok().and_then(|at| log.names().get(at));
    for edge in directly_follows(&log).edges {
        println!("{:?} -> {:?}: {} times", name(edge.from), name(edge.to), edge.time.count);
    }
    Ok(())
}
