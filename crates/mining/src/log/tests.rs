use std::collections::BTreeMap;

use base::{Actor, Measure, Role, Timestamp, TouchReason};
use proptest::prelude::*;

use super::*;
use crate::{Spread, directly_follows, element_figures, variants};

fn event(case: u8, at: i64, activity: &str) -> Observation {
    Observation {
        case: CaseId::from_bytes([case; 16]),
        at: Timestamp::from_millis(at),
        activity: activity.to_owned(),
        instance: None,
        measure: Measure::by(Actor::System),
        fact: None,
    }
}

fn stage(case: u8, at: i64, activity: &str, lifecycle: Lifecycle) -> Observation {
    let mut event = event(case, at, activity);
    event.measure.lifecycle = Some(lifecycle);
    event
}

fn paths(log: &EventLog) -> Vec<(String, u64)> {
    let name = |number: &u32| log.names()[usize::try_from(*number).unwrap()].clone();
    let path = |steps: &[u32]| steps.iter().map(name).collect::<Vec<_>>().join(" ");
    variants(log).iter().map(|variant| (path(&variant.activities), variant.cases)).collect()
}

#[test]
fn paths_and_edges_of_a_small_log() {
    let log = EventLog::from_observations(&[
        event(1, 0, "receive"),
        event(2, 5, "receive"),
        event(1, 10, "send"),
        event(2, 25, "send"),
        event(3, 0, "receive"),
        event(3, 40, "refuse"),
        event(1, 110, "confirm"),
        event(2, 325, "confirm"),
    ]);
    assert_eq!((log.events(), log.cases(), log.case_ids().len()), (8, 3, 3));
    let expected = [("receive send confirm".to_owned(), 2), ("receive refuse".to_owned(), 1)];
    assert_eq!(paths(&log), expected);
    let graph = directly_follows(&log);
    let edge = |from: &str, to: &str| {
        let number = |name| log.names().iter().position(|known| known == name).unwrap();
        let wanted = (number(from), number(to));
        let found = graph.edges.iter().find(|edge| {
            (usize::try_from(edge.from).unwrap(), usize::try_from(edge.to).unwrap()) == wanted
        });
        found.map(|edge| edge.time)
    };
    let spread = |count, total_ms, median_ms, longest_ms| {
        let (median_ms, longest_ms) = (Some(median_ms), Some(longest_ms));
        Some(Spread { count, total_ms, median_ms, longest_ms })
    };
    assert_eq!(edge("receive", "send"), spread(2, 30, 15.0, 20));
    assert_eq!(edge("send", "confirm"), spread(2, 400, 200.0, 300));
    assert_eq!(edge("receive", "refuse"), spread(1, 40, 40.0, 40));
    assert_eq!(edge("send", "receive"), None);
    assert_eq!((graph.starts.iter().sum::<u64>(), graph.ends.iter().sum::<u64>()), (3, 3));
    assert_eq!(graph.counts.iter().sum::<u64>(), 8);
}

#[test]
fn equal_times_keep_the_order_of_arrival_and_only_completed_work_is_a_step() {
    let log = EventLog::from_observations(&[
        event(1, 7, "second"),
        event(1, 7, "third"),
        stage(1, 0, "first", Lifecycle::Enabled),
        stage(1, 3, "first", Lifecycle::Started),
        stage(1, 5, "first", Lifecycle::Completed),
        stage(2, 0, "first", Lifecycle::Enabled),
    ]);
    let expected = [(String::new(), 1), ("first second third".to_owned(), 1)];
    assert_eq!(paths(&log), expected);
    assert_eq!(directly_follows(&log).starts.iter().sum::<u64>(), 1);
    assert_eq!(variants(&EventLog::default()), []);
    assert_eq!(directly_follows(&EventLog::default()).edges, []);
}

#[test]
fn elements_tell_waiting_from_working() {
    let mut completed = stage(1, 130, "assess", Lifecycle::Completed);
    completed.measure.actor = Actor::Staff(Role::Assessor);
    completed.measure.touch = Some(TouchReason::JudgementNeeded);
    let instance = |number, at, lifecycle| {
        let mut event = stage(2, at, "assess", lifecycle);
        event.instance = Some(number);
        event
    };
    let log = EventLog::from_observations(&[
        stage(1, 0, "assess", Lifecycle::Enabled),
        stage(1, 100, "assess", Lifecycle::Started),
        completed,
        instance(1, 0, Lifecycle::Enabled),
        instance(2, 10, Lifecycle::Enabled),
        instance(2, 50, Lifecycle::Completed),
        event(2, 60, "note"),
    ]);
    let figures = element_figures(&log);
    let assess = figures.iter().find(|figures| figures.activity == "assess").unwrap();
    assert_eq!((assess.cases, assess.completed, assess.in_hand, assess.touches), (2, 2, 1, 1));
    assert_eq!((assess.waiting.total_ms, assess.working.total_ms), (100, 30));
    assert_eq!((assess.whole.count, assess.whole.median_ms), (2, Some(85.0)), "130 and 40");
    let note = figures.iter().find(|figures| figures.activity == "note").unwrap();
    assert_eq!((note.completed, note.whole.count), (1, 0));
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    let columns = |activity: &[u32], at: &[i64], offsets: &[usize]| {
        let names = vec!["a".to_owned(), "b".to_owned()];
        EventLog::from_columns(names, activity.to_vec(), at.to_vec(), offsets.to_vec())
    };
    assert_eq!(columns(&[0, 1], &[0, 5], &[0, 1, 1, 2]).unwrap().cases(), 3);
    assert_eq!(columns(&[], &[], &[0]).unwrap().cases(), 0);
    let lengths = LogError::Lengths { activities: 1, instants: 0 };
    assert_eq!(columns(&[0], &[], &[0, 1]), Err(lengths));
    for offsets in [&[][..], &[0], &[1, 2], &[0, 3], &[0, 2, 1, 2]] {
        assert_eq!(columns(&[0, 1], &[0, 5], offsets), Err(LogError::Offsets), "{offsets:?}");
    }
    assert_eq!(columns(&[2], &[0], &[0, 1]), Err(LogError::NoName { activity: 2 }));
}

proptest! {
    /// The columns give what a plain walk over lists of names gives, with few activities (the
    /// square table) and with many (the map).
    #[test]
    fn columns_equal_a_plain_walk(
        cases in prop::collection::vec(prop::collection::vec((0_u32..6, 0_i64..100), 0..10), 0..30),
        many in any::<bool>(),
    ) {
        let names: u32 = if many { 1_100 } else { 6 };
        let (mut activity, mut at, mut offsets) = (vec![], vec![], vec![0]);
        let mut walked: BTreeMap<(u32, u32), Vec<i64>> = BTreeMap::new();
        let mut taken: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
        for case in &cases {
            let mut now = 0;
            let steps: Vec<(u32, i64)> = case
                .iter()
                .map(|(step, gap)| {
                    now += gap;
                    (*step, now)
                })
                .collect();
            for pair in steps.windows(2) {
                walked.entry((pair[0].0, pair[1].0)).or_default().push(pair[1].1 - pair[0].1);
            }
            *taken.entry(steps.iter().map(|step| step.0).collect()).or_default() += 1;
            activity.extend(steps.iter().map(|step| step.0));
            at.extend(steps.iter().map(|step| step.1));
            offsets.push(activity.len());
        }
        let names = (0..names).map(|number| number.to_string()).collect();
        let log = EventLog::from_columns(names, activity, at, offsets).unwrap();
        let found: BTreeMap<Vec<u32>, u64> =
            variants(&log).into_iter().map(|variant| (variant.activities, variant.cases)).collect();
        prop_assert_eq!(found, taken);
        let edges: BTreeMap<(u32, u32), Spread> =
            directly_follows(&log).edges.iter().map(|edge| ((edge.from, edge.to), edge.time)).collect();
        let walked: BTreeMap<(u32, u32), Spread> =
            walked.into_iter().map(|(edge, mut times)| (edge, Spread::of(&mut times))).collect();
        prop_assert_eq!(edges, walked);
    }
}
