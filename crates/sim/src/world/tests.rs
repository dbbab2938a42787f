//! The laws that a simulated installation can show, each under its sentence.

use std::fmt::Write as _;

use base::{Party, Personal};
use runtime::{Case, replay_case};
use store::{Fault, KeyStore as _};

use super::{Happening, Plan, World, run};
use crate::FAILED_ONCE;

/// A small run in which nothing goes wrong unless a test lets it.
fn calm(seed: u64) -> Plan {
    Plan { processes: 4, requests: 4, faults: false, ..Plan::of_seed(seed) }
}

fn small(seed: u64) -> Plan {
    Plan { processes: 8, requests: 4, ..Plan::of_seed(seed) }
}

fn lived(mut world: World) -> World {
    if let Err(what) = world.live() {
        panic!("{}", world.failure(what));
    }
    world
}

fn lives(plan: Plan) -> World {
    lived(World::new(plan).unwrap())
}

/// L1.
#[test]
fn on_a_retryable_failure_the_same_bytes_are_sent_again_never_decided_again() {
    let undisturbed = lives(calm(11)).report;
    let mut world = World::new(calm(11)).unwrap();
    let faults = [Fault::Busy, Fault::InDoubtLanded, Fault::InDoubtLost];
    for (commit, fault) in (1..20_000).step_by(3).zip(faults.into_iter().cycle()) {
        world.store.fail_at(commit, fault);
    }
    assert_eq!(lived(world).report.head, undisturbed.head);
}

/// L3.
#[test]
fn the_events_of_a_body_form_a_hash_chain_over_their_stored_bytes() {
    let world = lives(calm(12));
    let verified = store::journal::verify_chain(&world.reader).unwrap();
    assert_eq!(verified.events, world.report.events());
    assert_eq!(Some(verified.chain_head), world.report.head);
}

/// L4.
#[test]
fn a_message_that_is_delivered_twice_is_applied_once() {
    let world = lives(small(13));
    let doubled = world.report.faults.get("message doubled").copied().unwrap_or(0);
    assert!(doubled > 0 && !world.taken.is_empty(), "{doubled} doubled");
}

/// L5.
#[test]
fn an_effect_is_a_row_opened_in_its_events_commit_and_closed_by_its_results() {
    let world = lives(small(14));
    let rows = store::effects::unfinished_effects(&world.reader, None, 1_000).unwrap();
    let live: usize = world.replay.values().map(|case| case.effects.len()).sum();
    assert_eq!(rows.len(), live);
    let events = &world.report.events;
    let count = |name: &str| events.get(name).copied().unwrap_or(0);
    let closed = count("effect.done") + count("effect.refused") + count("effect.cancelled");
    assert_eq!(count("effect.opened"), closed + u64::try_from(live).unwrap());
}

/// L6.
#[test]
fn nothing_is_sent_again_by_guess_and_no_work_is_done_twice() {
    for seed in 15..18 {
        let world = lives(small(seed));
        assert!(world.report.works > 0);
        assert!(world.models.values().all(|model| model.doubled() == 0));
    }
}

/// L7.
#[test]
fn a_whole_installation_runs_on_one_thread_from_one_seed() {
    let report = run(&small(7)).unwrap();
    assert_eq!(run(&small(7)).unwrap(), report, "the same seed is the same run");
    assert_ne!(run(&small(8)).unwrap().head, report.head);
}

/// A world of one service, written out, with one resident who asks for it.
fn written(inside: &str) -> World {
    let plan = Plan { processes: 0, requests: 0, ..calm(18) };
    let mut world = World::new(plan).unwrap();
    let settings = std::sync::Arc::clone(&world.settings);
    let service = crate::package::written(inside, &settings.body, &settings.systems).unwrap();
    world.services.publish(service);
    let given = [("case_key".to_owned(), "key".into())].into();
    world.invite("random-0".parse().unwrap(), (given, true));
    world
}

/// A crash at each commit in turn, after it has landed.
fn crashes_at_each_commit(inside: &str, event: &str) {
    for commit in 1..8 {
        let mut world = written(inside);
        world.store.fail_at(commit, Fault::CrashAfter);
        let world = lived(world);
        assert!(world.report.events.contains_key(event), "{:?}", world.report.events);
        assert_eq!(world.report.rests.keys().collect::<Vec<_>>(), ["finished, completed"]);
    }
}

/// L8.
#[test]
fn one_command_advances_a_thousand_steps_and_what_is_left_over_outlives_a_crash() {
    let inside = r#"
        <bpmn:startEvent id="start"/>
        <bpmn:exclusiveGateway id="again"/>
        <bpmn:scriptTask id="count"><bpmn:extensionElements>
          <zeebe:script expression="=if n = null then 1 else n + 1" resultVariable="n"/>
        </bpmn:extensionElements></bpmn:scriptTask>
        <bpmn:exclusiveGateway id="enough" default="f4"/>
        <bpmn:endEvent id="end_1"/>
        <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="again"/>
        <bpmn:sequenceFlow id="f2" sourceRef="again" targetRef="count"/>
        <bpmn:sequenceFlow id="f3" sourceRef="count" targetRef="enough"/>
        <bpmn:sequenceFlow id="f4" sourceRef="enough" targetRef="end_1"/>
        <bpmn:sequenceFlow id="f5" sourceRef="enough" targetRef="again">
          <bpmn:conditionExpression>=n &lt; 600</bpmn:conditionExpression>
        </bpmn:sequenceFlow>"#;
    crashes_at_each_commit(inside, "process.continued");
}

/// L8.
#[test]
fn jobs_beyond_what_one_input_may_open_are_opened_by_the_next_step() {
    let mut inside = r#"<bpmn:startEvent id="start"/><bpmn:parallelGateway id="fork"/>
        <bpmn:parallelGateway id="join"/><bpmn:endEvent id="end_1"/>
        <bpmn:sequenceFlow id="in" sourceRef="start" targetRef="fork"/>
        <bpmn:sequenceFlow id="out" sourceRef="join" targetRef="end_1"/>"#
        .to_owned();
    for number in 0..150 {
        let _ = write!(
            inside,
            r#"<bpmn:serviceTask id="task_{number}"><bpmn:extensionElements>
              <zeebe:taskDefinition type="work-1"/></bpmn:extensionElements></bpmn:serviceTask>
            <bpmn:sequenceFlow id="to_{number}" sourceRef="fork" targetRef="task_{number}"/>
            <bpmn:sequenceFlow id="from_{number}" sourceRef="task_{number}" targetRef="join"/>"#
        );
    }
    crashes_at_each_commit(&inside, "effect.opened");
}

/// L8.
#[test]
fn a_process_that_writes_to_the_requester_on_and_on_stops_until_staff_let_it_go_on() {
    let inside = r#"
        <bpmn:startEvent id="start"/>
        <bpmn:exclusiveGateway id="again"/>
        <bpmn:serviceTask id="write"><bpmn:extensionElements>
          <zeebe:taskDefinition type="message"/>
          <zeebe:ioMapping>
            <zeebe:output source="=if n = null then 1 else n + 1" target="n"/>
          </zeebe:ioMapping>
        </bpmn:extensionElements></bpmn:serviceTask>
        <bpmn:exclusiveGateway id="enough" default="f4"/>
        <bpmn:endEvent id="end_1"/>
        <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="again"/>
        <bpmn:sequenceFlow id="f2" sourceRef="again" targetRef="write"/>
        <bpmn:sequenceFlow id="f3" sourceRef="write" targetRef="enough"/>
        <bpmn:sequenceFlow id="f4" sourceRef="enough" targetRef="end_1"/>
        <bpmn:sequenceFlow id="f5" sourceRef="enough" targetRef="again">
          <bpmn:conditionExpression>=n &lt; 150</bpmn:conditionExpression>
        </bpmn:sequenceFlow>"#;
    crashes_at_each_commit(inside, "process.incident_raised");
}

/// L9.
#[test]
fn a_case_is_erased_and_replayed() {
    let mut world = World::new(calm(19)).unwrap();
    for number in 0..world.residents.len() {
        world.later(world.now, Happening::Resident(number));
    }
    let mut world = lived(world);
    let cases: Vec<_> = world.replay.keys().copied().collect();
    for case in &cases {
        world.later(world.now, Happening::Erase(*case));
    }
    let world = lived(world);
    assert!(!cases.is_empty());
    assert_eq!(world.erased.len(), cases.len());
    for id in cases {
        let live = world.replay.get(&id).unwrap();
        assert_eq!(live.request.answers, Personal::Erased);
        assert!(live.process.rows().all(|row| {
            row.variables.values().all(|value| value.party() != Some(Party::REQUESTER))
        }));
        let replayed: Case = replay_case(&world.reader, id).unwrap().unwrap();
        assert_eq!(&replayed, live);
    }
    let keys = world.keys.lock().unwrap();
    let kept = keys.keys_after(None, 1_000).unwrap();
    let used = world.replay.values().flat_map(|case| case.request.keys.iter());
    assert!(used.into_iter().all(|key| kept.iter().all(|kept| kept.key != *key)));
}

/// L9.
#[test]
fn no_open_value_rests_in_a_journal_or_a_row() {
    // Each personal text of a run holds the mark, and each event and row of it is searched.
    let world = lives(small(20));
    assert!(world.report.checks > 0);
}

/// L9.
#[test]
fn a_key_precedes_its_ciphertext_through_every_crash() {
    let mut world = World::new(small(21)).unwrap();
    for commit in (5..2_000).step_by(17) {
        let fault = [Fault::CrashBefore, Fault::TornCommit, Fault::CrashAfter][commit % 3];
        world.store.fail_at(u64::try_from(commit).unwrap(), fault);
    }
    let world = lived(world);
    assert!(world.report.crashes > 10);
    for (id, case) in &world.replay {
        if world.erased.contains(id) {
            continue;
        }
        let keys = world.keyring.of_case(&case.request.keys).unwrap();
        assert!(case.request.open_answers(&keys).is_ok(), "{id}");
    }
}

/// What was acknowledged is there after every crash, at whichever commit it strikes.
#[test]
fn what_was_acknowledged_outlives_a_crash_at_every_commit() {
    for first in 1..6 {
        let mut world = World::new(calm(22)).unwrap();
        for commit in (first..3_000).step_by(5) {
            world.store.fail_at(commit, Fault::CrashAfter);
        }
        let world = lived(world);
        assert!(!world.acknowledged.is_empty() && world.report.crashes > 3);
    }
}

/// Seeds that failed once are run again, each in the size in which it failed.
#[test]
fn seeds_that_failed_once_hold_now() {
    for (seed, processes, requests) in FAILED_ONCE {
        let plan = Plan { processes: *processes, requests: *requests, ..Plan::of_seed(*seed) };
        if let Err(failure) = run(&plan) {
            panic!("{failure}");
        }
    }
}

#[test]
fn a_run_covers_incidents_and_every_element() {
    let mut whole = crate::Report::default();
    for seed in 30..33 {
        whole.add(&run(&Plan { processes: 14, ..small(seed) }).unwrap());
    }
    assert_eq!(whole.elements.len(), 17, "{:?}", whole.elements);
    for event in ["process.incident_raised", "process.incident_resolved", "process.timer_fired"] {
        assert!(whole.events.contains_key(event), "{event}");
    }
}
