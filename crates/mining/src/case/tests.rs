use base::{CaseId, Measure};
use proptest::prelude::*;

use super::*;
use crate::ServiceMeasures;

const DAY: i64 = 86_400_000;

fn seen(at: i64, actor: Actor, fact: Option<Fact>) -> Observation {
    Observation {
        case: CaseId::from_bytes([1; 16]),
        at: Timestamp::from_millis(at),
        activity: "work".to_owned(),
        instance: None,
        measure: Measure { channel: Some(Channel::Web), ..Measure::by(actor) },
        fact,
    }
}

fn touch(at: i64, reason: TouchReason) -> Observation {
    let mut act = seen(at, Actor::Staff(Role::Caseworker), None);
    act.measure.touch = Some(reason);
    act
}

fn received(at: i64) -> Observation {
    seen(at, Actor::Requester, Some(Fact::Received))
}

fn confirmed(at: i64) -> Observation {
    seen(at, Actor::BackOffice, Some(Fact::Confirmed))
}

fn fact(at: i64, fact: Fact) -> Observation {
    seen(at, Actor::Requester, Some(fact))
}

fn refused(at: i64) -> Observation {
    let ground = "collected-within-two-days".to_owned();
    seen(at, Actor::System, Some(Fact::RefusedByRule { ground }))
}

fn fold(observations: &[Observation]) -> CaseMeasure {
    let mut measure = CaseMeasure::default();
    for observation in observations {
        measure.observe(observation);
    }
    measure
}

fn heading(observations: &[Observation], now: i64) -> Heading {
    fold(observations).heading(Timestamp::from_millis(now))
}

fn through(by: ThroughBy, provisional: bool) -> Heading {
    Heading::StraightThrough { by, provisional }
}

#[test]
fn every_heading_of_the_definition() {
    let judged = touch(1, TouchReason::JudgementNeeded);
    let other = CaseId::from_bytes([2; 16]);
    let by_confirmation = |provisional| through(ThroughBy::Confirmation, provisional);
    let cases: [(&str, Vec<Observation>, Heading); 14] = [
        ("nothing received", vec![touch(0, TouchReason::Corrected)], Heading::NotReceived),
        ("open", vec![received(0)], Heading::Open),
        ("open with a person at work", vec![received(0), judged.clone()], Heading::Open),
        ("confirmed", vec![received(0), confirmed(9)], by_confirmation(true)),
        ("refused", vec![received(0), refused(9)], through(ThroughBy::Refusal, true)),
        ("withdrawn", vec![received(0), fact(9, Fact::Abandoned)], Heading::Abandoned),
        ("touched", vec![received(0), judged.clone(), confirmed(9)], Heading::Touched),
        ("refused after a touch", vec![received(0), judged, refused(9)], Heading::Touched),
        (
            "touched after the outcome",
            vec![received(0), confirmed(9), touch(10, TouchReason::Corrected)],
            Heading::Touched,
        ),
        ("chased", vec![received(0), fact(5, Fact::Chased), confirmed(9)], Heading::Disturbed),
        (
            "not right",
            vec![received(0), confirmed(9), fact(10, Fact::NotRight)],
            Heading::Disturbed,
        ),
        ("reopened", vec![received(0), confirmed(9), fact(10, Fact::Reopened)], Heading::Open),
        ("closed otherwise", vec![received(0), fact(9, Fact::Closed)], Heading::Unconfirmed),
        ("duplicate", vec![received(0), fact(0, Fact::Joined { to: other })], Heading::Joined),
    ];
    for (name, observations, expected) in cases {
        assert_eq!(heading(&observations, DAY), expected, "{name}");
    }
}

#[test]
fn an_outcome_is_provisional_for_28_days_and_then_settled() {
    let mut case = vec![received(0), confirmed(100)];
    let end = 100 + PROVISIONAL_MS;
    assert_eq!(heading(&case, end - 1), through(ThroughBy::Confirmation, true));
    assert_eq!(heading(&case, end), through(ThroughBy::Confirmation, false));
    for late in [Fact::Chased, Fact::NotRight, Fact::Reopened, Fact::Closed] {
        case.push(fact(end, late));
    }
    case.push(touch(end, TouchReason::PersonAskedFor));
    assert_eq!(heading(&case, end), through(ThroughBy::Confirmation, false), "settled");
    let measure = fold(&case);
    assert_eq!(measure.disturbances, 3, "what came later is still counted");
    assert_eq!(measure.touches[&TouchReason::PersonAskedFor], 1);
    case.insert(2, fact(end - 1, Fact::Chased));
    assert_eq!(heading(&case, end), Heading::Disturbed, "chased in time");
}

#[test]
fn an_agents_entry_is_not_a_touch_and_all_else_of_staff_is() {
    let agent = Actor::Staff(Role::Agent);
    let entry = [seen(0, agent, None), seen(1, agent, Some(Fact::Received)), confirmed(2)];
    assert_eq!(heading(&entry, 3), through(ThroughBy::Confirmation, true));
    assert_eq!(fold(&entry).touches_without_reason, 0);
    let call = seen(3, agent, Some(Fact::Chased));
    let measure = fold(&[&entry[..], &[call]].concat());
    assert!(!measure.person_needed && measure.disturbed);
    for role in Role::ALL {
        let act = seen(3, Actor::Staff(role), None);
        let measure = fold(&[&entry[..], &[act]].concat());
        assert!(measure.person_needed, "{role:?}");
        assert_eq!(measure.touches_without_reason, 1, "{role:?}");
    }
    for actor in [Actor::System, Actor::BackOffice, Actor::Body, Actor::Requester] {
        let mut act = seen(3, actor, None);
        act.measure.touch = Some(TouchReason::UnknownOutcome);
        assert!(!fold(&[&entry[..], &[act]].concat()).person_needed, "{actor:?} is no staff");
    }
}

#[test]
fn a_piece_of_work_is_one_touch_and_work_in_hand_needs_a_person() {
    let stage = |at, lifecycle| {
        let mut act = touch(at, TouchReason::JudgementNeeded);
        act.measure.lifecycle = Some(lifecycle);
        act.measure.staff_centiminutes = 150;
        act.measure.rekeyed_fields = 2;
        act
    };
    let mut case = vec![received(0), stage(1, Lifecycle::Started)];
    let begun = fold(&case);
    assert!(begun.person_needed && begun.touches.is_empty());
    case.push(stage(2, Lifecycle::Completed));
    let done = fold(&case);
    assert_eq!(done.touches, BTreeMap::from([(TouchReason::JudgementNeeded, 1)]));
    assert_eq!((done.staff_centiminutes, done.rekeyed_fields), (300, 4));
}

#[test]
fn time_runs_from_receipt_to_the_latest_outcome() {
    let time = |case: &[Observation]| fold(case).time_to_outcome_ms();
    assert_eq!(time(&[received(10)]), None);
    assert_eq!(time(&[received(10), confirmed(70)]), Some(60));
    let again = [received(10), confirmed(70), fact(80, Fact::Reopened), confirmed(100)];
    assert_eq!(time(&again), Some(90));
    assert_eq!(time(&again[..3]), None);
    assert_eq!(time(&[received(10), fact(20, Fact::Abandoned)]), None);
    assert_eq!(time(&[received(10), refused(10)]), Some(0));
}

#[test]
fn a_services_measures_count_each_case_once() {
    let other = CaseId::from_bytes([2; 16]);
    let cases = [
        vec![received(0), confirmed(60_000)],
        vec![received(0), refused(180_000)],
        vec![received(0), touch(1, TouchReason::UnknownOutcome), confirmed(600_000)],
        vec![received(0)],
        vec![received(0), fact(9, Fact::Abandoned)],
        vec![received(0), fact(1, Fact::Joined { to: other })],
    ]
    .map(|case| fold(&case));
    let now = Timestamp::from_millis(DAY);
    let measures = ServiceMeasures::of(&cases, now);
    let counts = (measures.requests, measures.straight_through, measures.provisional);
    assert_eq!(counts, (5, 2, 2));
    let rest = (measures.open, measures.abandoned, measures.touched, measures.joined);
    assert_eq!(rest, (1, 1, 1, 1));
    assert_eq!(measures.straight_through_rate(), Some(0.4));
    assert_eq!(measures.median_minutes(), Some(3.0), "of 1, 3 and 10 minutes");
    assert_eq!(measures.refusal_grounds, BTreeMap::from([("collected-within-two-days".into(), 1)]));
    assert_eq!(measures.touches, BTreeMap::from([(TouchReason::UnknownOutcome, 1)]));
    assert_eq!(measures.by_channel, BTreeMap::from([(Channel::Web, 5)]));
    assert_eq!(ServiceMeasures::of(&[], now).straight_through_rate(), None);
}

fn any_observation() -> impl Strategy<Value = Observation> {
    let facts = prop_oneof![
        4 => Just(None),
        2 => Just(Some(Fact::Received)),
        1 => Just(Some(Fact::Joined { to: CaseId::from_bytes([2; 16]) })),
        2 => Just(Some(Fact::Confirmed)),
        1 => Just(Some(Fact::RefusedByRule { ground: "ground".to_owned() })),
        1 => Just(Some(Fact::Closed)),
        1 => Just(Some(Fact::Abandoned)),
        1 => Just(Some(Fact::Chased)),
        1 => Just(Some(Fact::Reopened)),
        1 => Just(Some(Fact::NotRight)),
    ];
    let actors = prop_oneof![
        3 => Just(Actor::System),
        1 => Just(Actor::Requester),
        1 => Just(Actor::Staff(Role::Agent)),
        1 => Just(Actor::Staff(Role::Caseworker)),
    ];
    (0_i64..12, actors, facts, prop::option::of(0_usize..6), prop::option::of(0_usize..3)).prop_map(
        |(days, actor, fact, reason, stage)| {
            let stages = [Lifecycle::Enabled, Lifecycle::Started, Lifecycle::Completed];
            let mut act = seen(days * DAY, actor, fact);
            act.measure.touch = reason.map(|reason| TouchReason::ALL[reason]);
            act.measure.lifecycle = stage.map(|stage| stages[stage]);
            act
        },
    )
}

proptest! {
    /// Folding with a stop to write and read the measure anywhere gives the same; every case has
    /// one heading; the parts add up; and no straight-through case has a touch before it settled.
    #[test]
    fn folding_stops_and_goes_on(
        mut cases in prop::collection::vec(prop::collection::vec(any_observation(), 0..12), 1..8),
        stop in any::<prop::sample::Index>(),
        now in 0_i64..60,
    ) {
        let now = Timestamp::from_millis(now * DAY);
        let mut measures = Vec::new();
        for case in &mut cases {
            let mut at = 0;
            for observation in case.iter_mut() {
                at += observation.at.as_millis();
                observation.at = Timestamp::from_millis(at);
            }
            let (before, after) = case.split_at(stop.index(case.len() + 1));
            let written = serde_json::to_string(&fold(before)).unwrap();
            let mut measure: CaseMeasure = serde_json::from_str(&written).unwrap();
            for observation in after {
                measure.observe(observation);
            }
            prop_assert_eq!(&measure, &fold(case));
            if let Heading::StraightThrough { .. } = measure.heading(now) {
                prop_assert!(!measure.person_needed && !measure.disturbed);
            }
            measures.push(measure);
        }
        let sum = ServiceMeasures::of(&measures, now);
        let parts = sum.straight_through + sum.open + sum.abandoned + sum.touched + sum.disturbed
            + sum.unconfirmed;
        prop_assert_eq!(parts, sum.requests);
        prop_assert!(sum.requests + sum.joined <= u64::try_from(cases.len()).unwrap());
        prop_assert!(sum.provisional <= sum.straight_through);
        prop_assert_eq!(sum.refusal_grounds.values().sum::<u64>(), sum.refused_by_rule);
    }
}
