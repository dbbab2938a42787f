//! Errors: which event catches one, and what is left when none does.

use expect_test::expect;

use super::{Case, flows, process, service};

fn border(id: &str, host: &str, error: &str) -> String {
    format!(
        r#"<boundaryEvent id="{id}" attachedToRef="{host}"><errorEventDefinition errorRef="{error}"/></boundaryEvent>"#
    )
}

#[test]
fn the_very_code_goes_before_every_code() {
    let elements = format!(
        r#"<startEvent id="s"/>{}{}{}<task id="x"/><task id="y"/><endEvent id="e"/>"#,
        service("a", ""),
        border("b_any", "a", "any"),
        border("b_one", "a", "err1"),
    );
    let xml = process("p", &elements, "s>a>e; b_any>x>e; b_one>y>e");
    let mut case = Case::of(&xml);
    case.start("").throw("a", "E1", "\"why\": \"late\"").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
        throw E1 at a
          error_caught a#2 E1 on #2 -> b_one#3
          element_terminated a#2
          variables_set #0 why="late"
          element_completed b_one#3 -> y#4
          element_completed y#4 -> e#5
          element_completed e#5
          completed #0
    "#]]);
    let mut case = Case::of(&xml);
    case.start("").throw("a", "E9", "");
    assert!(case.trace.contains("b_any#3 -> x#4"), "{}", case.trace);
}

#[test]
fn an_error_goes_out_through_scopes_and_callers() {
    let called = process(
        "q",
        &format!(
            r#"<startEvent id="qs"/><subProcess id="qsub"><startEvent id="s2"/>{}<endEvent id="e2"/>{}</subProcess><endEvent id="qe"/>"#,
            service("w", ""),
            flows("s2>w>e2"),
        ),
        "qs>qsub>qe",
    );
    let elements = format!(
        r#"<startEvent id="s"/><callActivity id="c"><extensionElements><zeebe:calledElement processId="q"/></extensionElements></callActivity>{}<userTask id="u"/><endEvent id="e"/>"#,
        border("b", "c", "err1"),
    );
    let outer = process("p", &elements, "s>c>e; b>u>e");
    let mut case = Case::of(&format!("{outer}{called}"));
    case.start("").throw("w", "E1", "\"why\": 1").complete("w", "").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> c#2
          element_activated c#2
          started #3 q -> qs#4
          element_completed qs#4 -> qsub#5
          element_activated qsub#5 -> s2#6
          element_completed s2#6 -> w#7
          job_created w#7 work x3
        throw E1 at w
          error_caught w#7 E1 on #2 -> b#8
          element_terminated w#7
          element_terminated qsub#5
          element_terminated q#3
          element_terminated c#2
          variables_set #0 why=1
          element_completed b#8 -> u#9
          user_task_created u#9
        complete w
          rejected: element 7 does not wait for a job
    "#]]);
    assert_eq!(case.variable("why"), "1");
}

#[test]
fn an_error_end_event_leaves_its_subprocess() {
    let inside = format!(
        r#"<startEvent id="s2"/><parallelGateway id="f"/><userTask id="u"/><endEvent id="x"><errorEventDefinition errorRef="err2"/></endEvent>{}"#,
        flows("s2>f; f>x; f>u")
    );
    let elements = format!(
        r#"<startEvent id="s"/><subProcess id="a">{inside}</subProcess>{}<task id="t"/><endEvent id="e"/>"#,
        border("b", "a", "err2"),
    );
    let mut case = Case::of(&process("p", &elements, "s>a>e; b>t>e"));
    case.start("").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          element_activated a#2 -> s2#3
          element_completed s2#3 -> f#4
          element_completed f#4 -> x#5 -> u#6
          error_caught x#5 E2 on #2 -> b#7
          element_terminated u#6
          element_terminated x#5
          element_terminated a#2
          element_completed b#7 -> t#8
          element_completed t#8 -> e#9
          element_completed e#9
          completed #0
    "#]]);
}

#[test]
fn an_error_that_nobody_catches_is_an_incident() {
    let elements = format!(r#"<startEvent id="s"/>{}<endEvent id="e"/>"#, service("a", ""));
    let mut case = Case::of(&process("p", &elements, "s>a>e"));
    case.start("").throw("a", "E7", "").retry("a", "").complete("a", "");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
        throw E7 at a
          incident_raised a#2 uncaught_error: E7
        retry a
          incident_resolved a#2
        complete a
          job_completed a#2
          element_completed a#2 -> e#3
          element_completed e#3
          completed #0
    "#]]);

    let elements = r#"<startEvent id="s"/><endEvent id="x"><errorEventDefinition errorRef="err1"/></endEvent>"#;
    let mut case = Case::of(&process("p", elements, "s>x"));
    case.start("").done("x", "").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> x#2
          incident_raised x#2 uncaught_error: E1
        done x
          incident_resolved x#2
          element_completed x#2
          completed #0
    "#]]);
}

#[test]
fn output_mappings_of_the_catching_event_choose_from_the_error() {
    let elements = format!(
        r#"<startEvent id="s"/>{}<boundaryEvent id="b" attachedToRef="a"><extensionElements><zeebe:ioMapping><zeebe:output source="=why + &quot;!&quot;" target="reason"/></zeebe:ioMapping></extensionElements><errorEventDefinition errorRef="err1"/></boundaryEvent><userTask id="u"/><endEvent id="e"/>"#,
        service("a", ""),
    );
    let mut case = Case::of(&process("p", &elements, "s>a>e; b>u>e"));
    case.start("").throw("a", "E1", "\"why\": \"late\"");
    assert_eq!((case.variable("why"), case.variable("reason")), ("-".into(), "\"late!\"".into()));
}
