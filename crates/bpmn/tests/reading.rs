//! Models that are right, and bytes of every kind.

use std::fmt::Write as _;

use bpmn::{Binding, ElementKind, Expression, Length, Model, ScriptTask, draw, steps, timer};
use expect_test::expect;
use proptest::prelude::*;

const EVERY: &str = include_str!("models/every-element.bpmn");

#[test]
fn elements_are_found_with_their_neighbours() {
    let model = Model::parse(EVERY.as_bytes()).unwrap();
    assert!(model.warnings().is_empty());
    let process = model.process("permit").unwrap();
    let service = &process[process.find("service").unwrap()];
    assert_eq!(service.incoming.len(), 3);
    assert_eq!(process[service.default_flow.unwrap()].id, "f4");
    assert_eq!(process[service.boundary_events[0]].id, "too_late");
    assert_eq!(service.name_in("cy"), "Chwilio am y cerbyd");
    assert_eq!(service.name_in("en"), "Look up the vehicle");
    assert_eq!(service.property("colour"), Some("grey"));
    assert_eq!(process.name_in("cy"), "Trwydded barcio");
    let sub = process.find("sub").unwrap();
    let inner: Vec<_> =
        process.children(Some(sub)).map(|index| process[index].id.as_str()).collect();
    assert_eq!(inner, ["sub_start", "call", "sub_end"]);
    assert_eq!(process.start_events(None).count(), 3);
    let call = process.find("call").unwrap();
    assert_eq!(process.scopes_of(call).collect::<Vec<_>>(), [sub]);
    let ElementKind::CallActivity(call) = &process[call].kind else { panic!("a call") };
    assert_eq!((&call.binding, call.propagate_all_child_variables), (&Binding::Latest, false));
    assert_eq!(model.drawn("Lane_desk").unwrap().members, ["check", "start"]);
    assert_eq!(model.diagram().unwrap().shapes[0].bounds.width.to_string(), "900.5");
}

#[test]
fn an_expression_knows_where_it_stands() {
    let model = Model::parse(EVERY.as_bytes()).unwrap();
    let process = model.process("permit").unwrap();
    let ElementKind::ScriptTask(ScriptTask::Expression { expression, .. }) =
        &process[process.find("script").unwrap()].kind
    else {
        panic!("a script")
    };
    assert_eq!(expression, &Expression::feel("if a < b then 1 else 2"));
    let position = expression.position();
    let line = EVERY.lines().nth(position.line as usize - 1).unwrap();
    assert!(line[position.column as usize - 1..].starts_with("if a "));
    let condition = process[process.find_flow("f9").unwrap()].condition.clone().unwrap();
    let line = EVERY.lines().nth(condition.position().line as usize - 1).unwrap();
    assert!(line[condition.position().column as usize - 1..].starts_with("fee &gt; 0"));
}

#[test]
fn a_model_that_cannot_run_can_be_looked_at() {
    let text = EVERY.replace("<bpmn:task id=\"task\" />", "<bpmn:complexGateway id=\"task\" />");
    assert_eq!(Model::parse(text.as_bytes()).unwrap_err().len(), 1);
    let (model, problems) = Model::read(text.as_bytes()).unwrap();
    assert_eq!(problems.len(), 1);
    assert_eq!(model.drawn("task").unwrap().tag, "complexGateway");
    assert!(model.drawn("f24").is_some());
}

#[test]
fn a_byte_order_mark_and_prefixed_references_are_read() {
    let text = EVERY.replace("attachedToRef=\"sub\"", "attachedToRef=\"tns:sub\"");
    let marked = [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat();
    assert_eq!(Model::parse(&marked), Model::parse(EVERY.as_bytes()));
}

#[test]
fn steps_tell_the_process_in_order() {
    let model = Model::parse(EVERY.as_bytes()).unwrap();
    let mut out = String::new();
    for step in steps(&model, "en") {
        let next: Vec<String> = step
            .next
            .iter()
            .map(|next| match (&next.condition, next.is_default) {
                (Some(condition), _) => format!("{} if {condition}", next.element),
                (None, true) => format!("{} otherwise", next.element),
                (None, false) => next.element.clone(),
            })
            .collect();
        let on = step.attached_to.map(|host| format!(" on {host}")).unwrap_or_default();
        let indent = "  ".repeat(step.depth);
        let _ = writeln!(out, "{indent}{} {}{on} -> {}", step.kind, step.name, next.join(", "));
    }
    expect![[r"
        start-event Asked -> service
        start-event start_message -> service
        start-event start_timer -> service
        service-task Look up the vehicle -> script otherwise, manual if electric
        script-task script -> script_job
        script-task script_job -> rule
        business-rule-task rule -> rule_job
        business-rule-task rule_job -> choice
        exclusive-gateway Fee? -> fork if fee > 0, manual otherwise
        parallel-gateway fork -> check, send
        user-task Check the address -> join
        send-task send -> receive
        receive-task receive -> join
        parallel-gateway join -> catch_timer
        intermediate-catch-event catch_timer -> catch_message
        intermediate-catch-event catch_message -> throw_none
        intermediate-throw-event Paid -> throw_message
        intermediate-throw-event throw_message -> sub
        sub-process Make the permit -> task
          start-event sub_start -> call
          call-activity call -> sub_end
          end-event sub_end -> 
        task task -> manual
        boundary-event sub_failed on sub -> end_message
        end-event end_message -> 
        boundary-event sub_broke on sub -> end_terminate
        end-event end_terminate -> 
        boundary-event sub_slow on sub -> 
        boundary-event refused on receive -> end_error
        end-event end_error -> 
        manual-task manual -> end
        boundary-event Too late on service -> end
        end-event Done -> 
    "]]
    .assert_eq(&out);
}

#[test]
fn timers_are_read() {
    assert_eq!(timer::parse_date("2026-03-29T09:00:00+01:00").unwrap().as_second(), 1_774_771_200);
    assert!(timer::parse_date("2026-07-01T09:00:00+01:00[Europe/London]").is_some());
    assert!(timer::parse_date("2026-03-29T09:00:00").is_none());
    assert_eq!(timer::parse_duration("P1DT12H").unwrap().get_hours(), 12);
    assert!(timer::parse_duration("P").is_none() && timer::parse_duration("1h").is_none());
    let cycle = timer::parse_cycle("R3/2026-01-01T00:00:00Z/P1M").unwrap();
    assert_eq!((cycle.repetitions, cycle.start.is_some()), (Some(3), true));
    assert_eq!(timer::parse_cycle("R/PT1S").unwrap().repetitions, None);
    for wrong in ["R/PT0S", "R/-PT1S", "R-2/PT1S", "PT1S", "R/PT1S/PT1S/PT1S", "R/P1D/", ""] {
        assert!(timer::parse_cycle(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn lengths_are_exact() {
    for (text, shown) in [
        ("12", Some("12")),
        ("-3.5", Some("-3.5")),
        ("+0.0009", Some("0")),
        ("1.2345e2", Some("123.45")),
        (".5", Some("0.5")),
        ("5E-1", Some("0.5")),
        ("1000000", Some("1000000")),
        ("1000001", None),
        ("1e999999999", None),
        ("0e99999999", Some("0")),
        ("NaN", None),
        ("", None),
        ("1 2", None),
    ] {
        assert_eq!(
            Length::parse(text).map(|length| length.to_string()).as_deref(),
            shown,
            "{text}"
        );
    }
}

/// Everything that can be done with a model that was read, problems or not.
fn use_all_of(bytes: &[u8]) {
    let Ok((model, problems)) = Model::read(bytes) else { return };
    for diagram in &model.diagrams {
        let _ = draw::svg(&model, diagram, &draw::Annotations::default());
    }
    let _ = steps(&model, "cy");
    let written = bpmn::write(&model);
    if problems.is_empty() {
        assert_eq!(Model::parse(written.as_bytes()).as_ref(), Ok(&model));
    }
    for process in &model.processes {
        let _ = bpmn::layout(process);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        use_all_of(&bytes);
    }

    #[test]
    fn any_change_to_a_model_is_answered(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..40, "[ -~é]{0,12}"), 1..6)
    ) {
        let mut text = EVERY.to_owned();
        for (at, length, with) in changes {
            let boundary = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1; } at };
            let from = boundary(at.index(text.len()));
            let to = boundary((from + length).min(text.len())).max(from);
            text.replace_range(from..to, &with);
        }
        use_all_of(text.as_bytes());
    }

    /// Swapping what attributes say keeps the XML sound, so the checks of content are reached.
    #[test]
    fn any_mixing_of_values_is_answered(
        swaps in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..12)
    ) {
        let mut pieces: Vec<&str> = EVERY.split('"').collect();
        for (a, b) in swaps {
            let half = pieces.len() / 2;
            pieces.swap(a.index(half) * 2 + 1, b.index(half) * 2 + 1);
        }
        use_all_of(pieces.join("\"").as_bytes());
    }
}
