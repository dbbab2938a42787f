//! Mappings and scopes, as Camunda 8 has them.

use expect_test::expect;

use super::{Case, process, script, service};

fn with(task: &str) -> String {
    process(
        "p",
        &format!(r#"<startEvent id="s"/>{task}<userTask id="u"/><endEvent id="e"/>"#),
        "s>a>u>e",
    )
}

fn mapping(lines: &str) -> String {
    format!("<zeebe:ioMapping>{lines}</zeebe:ioMapping>")
}

#[test]
fn inputs_are_the_elements_own_and_see_earlier_lines() {
    let lines = r#"<zeebe:input source="=price * 2" target="order.double"/>
        <zeebe:input source="=order.double + 1" target="order.more"/>
        <zeebe:input source="text" target="plain"/>"#;
    let mut case = Case::of(&with(&service("a", &mapping(lines))));
    case.start("\"price\": 10, \"order\": {\"old\": 1}").expect(&expect![[r#"
        start
          started #0 p -> s#1 order={"old":1} price=10
          element_completed s#1 -> a#2
          variables_set #2 order={"double":20,"more":21} plain="text"
          job_created a#2 work x3
    "#]]);
    assert_eq!(case.variable("order"), r#"{"old":1}"#);
}

#[test]
fn results_go_to_the_nearest_scope_that_has_the_name() {
    let lines = r#"<zeebe:input source="=1" target="mine"/>"#;
    let mut case = Case::of(&with(&service("a", &mapping(lines))));
    case.start("\"theirs\": 1").complete("a", "\"mine\": 2, \"theirs\": 3, \"new\": 4");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1 theirs=1
          element_completed s#1 -> a#2
          variables_set #2 mine=1
          job_created a#2 work x3
        complete a
          job_completed a#2
          variables_set #2 mine=2
          variables_set #0 new=4 theirs=3
          element_completed a#2 -> u#3
          user_task_created u#3
    "#]]);
    assert_eq!((case.variable("mine"), case.variable("theirs")), ("-".into(), "3".into()));
}

#[test]
fn output_mappings_choose_and_merge_into_what_is_there() {
    let lines = r#"<zeebe:output source="=answer.code" target="result.code"/>"#;
    let mut case = Case::of(&with(&service("a", &mapping(lines))));
    case.start("\"result\": {\"kept\": true}")
        .complete("a", "\"answer\": {\"code\": 7}, \"noise\": 1");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1 result={"kept":true}
          element_completed s#1 -> a#2
          job_created a#2 work x3
        complete a
          job_completed a#2 answer={"code":7} noise=1
          variables_set #0 result={"kept":true,"code":7}
          element_completed a#2 -> u#3
          user_task_created u#3
    "#]]);
    assert_eq!(case.variable("result"), r#"{"kept":true,"code":7}"#);
    assert_eq!(case.variable("noise"), "-");
}

#[test]
fn an_output_mapping_that_fails_keeps_the_result_for_the_retry() {
    let lines = r#"<zeebe:output source="=assert(answer, answer &lt; limit)" target="ok"/>"#;
    let mut case = Case::of(&with(&service("a", &mapping(lines))));
    case.start("\"limit\": 1").complete("a", "\"answer\": 5").retry("a", "\"limit\": 9");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1 limit=1
          element_completed s#1 -> a#2
          job_created a#2 work x3
        complete a
          job_completed a#2 answer=5
          incident_raised a#2 expression_failed: mapping to ok: an assertion failed
        retry a
          variables_set #0 limit=9
          incident_resolved a#2
          variables_set #0 ok=5
          element_completed a#2 -> u#3
          user_task_created u#3
    "#]]);
    assert_eq!(case.variable("ok"), "5");
}

#[test]
fn a_fault_on_the_way_out_does_not_apply_outputs_twice() {
    let task = format!(
        r#"{}<exclusiveGateway id="never"/>"#,
        service("a", &mapping(r#"<zeebe:output source="=n + 1" target="n"/>"#))
    );
    let elements = format!(r#"<startEvent id="s"/>{task}<endEvent id="e"/>"#);
    let mut case = Case::of(&process("p", &elements, "s>a; a>never [=open]; never>e"));
    case.start("\"n\": 0").complete("a", "").retry("a", "").retry("a", "\"open\": true");
    assert!(case.live.is_empty(), "{}", case.trace);
    assert_eq!(case.trace.matches("n=1").count(), 1, "{}", case.trace);
}

#[test]
fn null_and_missing_are_null_and_never_a_crash() {
    for (expression, result) in [
        ("missing", "null"),
        ("missing.member.more", "null"),
        ("missing + 1", "null"),
        ("if missing = null then 1 else 2", "1"),
        ("1 / 0", "null"),
        ("[1, 2][5]", "null"),
        ("get or else(missing, 3)", "3"),
        ("date(\"2026-03-01\")", "\"2026-03-01\""),
        ("duration(\"P1D\")", "\"P1D\""),
    ] {
        let mut case = Case::of(&with(&script("a", expression, "out")));
        case.start("");
        assert_eq!(case.variable("out"), result, "{expression}");
    }
}

#[test]
fn a_subprocess_is_a_scope_for_its_inside() {
    let inside = format!(
        r#"<startEvent id="s2"/>{}<endEvent id="e2"/>{}"#,
        script("in", "own + 1", "own"),
        super::flows("s2>in>e2"),
    );
    let lines = mapping(
        r#"<zeebe:input source="=given" target="own"/><zeebe:output source="=own * 10" target="taken"/>"#,
    );
    let task = format!(
        r#"<subProcess id="a"><extensionElements>{lines}</extensionElements>{inside}</subProcess>"#
    );
    let mut case = Case::of(&with(&task));
    case.start("\"given\": 4");
    assert_eq!((case.variable("own"), case.variable("taken")), ("-".into(), "50".into()));
}
