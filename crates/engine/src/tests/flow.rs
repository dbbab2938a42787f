//! Gateways, splits, merges and ends.

use expect_test::expect;

use super::{Case, flows, process, script, service};

const START_END: &str = r#"<startEvent id="s"/><endEvent id="e"/>"#;

#[test]
fn a_straight_run_takes_one_command_and_a_handful_of_events() {
    let elements = format!(
        "{START_END}{}{}<manualTask id=\"c\"/>",
        script("a", "1 + 1", "two"),
        script("b", "two * 2", "four"),
    );
    let mut case = Case::of(&process("p", &elements, "s>a>b>c>e"));
    case.start("\"x\": 1").expect(&expect![[r#"
        start
          started #0 p -> s#1 x=1
          element_completed s#1 -> a#2
          variables_set #0 two=2
          element_completed a#2 -> b#3
          variables_set #0 four=4
          element_completed b#3 -> c#4
          element_completed c#4 -> e#5
          element_completed e#5
          completed #0
    "#]]);
    assert!(case.live.is_empty());
}

#[test]
fn an_exclusive_gateway_takes_the_first_flow_that_holds() {
    let elements = format!(
        r#"{START_END}<exclusiveGateway id="g" default="g-c"/><task id="a"/><task id="b"/><task id="c"/>"#
    );
    let flow = "s>g; g>a [=x > 10]; g>b [=x > 5]; g>c; a>e; b>e; c>e";
    for (x, taken) in [("20", "a"), ("7", "b"), ("1", "c")] {
        let mut case = Case::of(&process("p", &elements, flow));
        case.start(&format!("\"x\": {x}"));
        assert!(case.trace.contains(&format!("g#2 -> {taken}#3")), "{}", case.trace);
    }
}

#[test]
fn a_condition_that_is_neither_true_nor_false_is_an_incident() {
    let elements = format!(r#"{START_END}<exclusiveGateway id="g" default="g-e"/><task id="a"/>"#);
    let mut case = Case::of(&process("p", &elements, "s>g; g>a [=paid]; g>e; a>e"));
    case.start("").retry("g", "").retry("g", "\"paid\": true").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> g#2
          incident_raised g#2 condition_not_boolean: condition of flow g-a gave Null
        retry g
          incident_resolved g#2
          incident_raised g#2 condition_not_boolean: condition of flow g-a gave Null
        retry g
          variables_set #0 paid=true
          incident_resolved g#2
          element_completed g#2 -> a#3
          element_completed a#3 -> e#4
          element_completed e#4
          completed #0
    "#]]);
}

#[test]
fn no_match_and_no_default_is_an_incident_not_silence() {
    let elements = format!(r#"{START_END}<exclusiveGateway id="g"/><task id="a"/>"#);
    let mut case = Case::of(&process("p", &elements, "s>g; g>a [=x > 1]; a>e"));
    case.start("\"x\": 1").done("g", "").retry("g", "\"x\": 2").expect(&expect![[r#"
        start
          started #0 p -> s#1 x=1
          element_completed s#1 -> g#2
          incident_raised g#2 no_flow_taken: no condition holds and there is no default flow
        done g
          rejected: incident of element 2 cannot be settled in this way
        retry g
          variables_set #0 x=2
          incident_resolved g#2
          element_completed g#2 -> a#3
          element_completed a#3 -> e#4
          element_completed e#4
          completed #0
    "#]]);
}

#[test]
fn a_parallel_join_counts_per_incoming_flow() {
    let elements = format!(
        r#"{START_END}<parallelGateway id="f"/><parallelGateway id="j"/><task id="a"/><task id="b"/>
        <exclusiveGateway id="m"/><userTask id="u"/>"#
    );
    // Two tokens come by m-j while u holds the other flow: the join must not fire on them.
    let flow = "s>f; f>a>m; f>b>m; m>j; f>u>j; j>e";
    let mut case = Case::of(&process("p", &elements, flow));
    case.start("").do_task("u", "").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> f#2
          element_completed f#2 -> a#3 -> b#4 -> u#5
          element_completed a#3 -> m#6
          element_completed b#4 -> m#7
          user_task_created u#5
          element_completed m#6 -> j#8
          element_completed m#7 -> j#8
        do u
          user_task_completed u#5
          element_completed u#5 -> j#8
          element_completed j#8 -> e#9
          element_completed e#9
    "#]]);
    assert_eq!(case.live.len(), 2, "the second token of m-j still waits");
}

#[test]
fn a_parallel_join_that_is_full_twice_fires_twice() {
    let elements = format!(
        r#"{START_END}<parallelGateway id="f"/><parallelGateway id="g"/><parallelGateway id="j"/>
        <userTask id="u"/><task id="a"/><exclusiveGateway id="m"/><exclusiveGateway id="n"/>"#
    );
    let flow = "s>f; f>u; f>g; u>m; g>m; f>n; g>n; m>j; n>j; j>e; f>a; a>e";
    let mut case = Case::of(&process("p", &elements, flow));
    case.start("").do_task("u", "");
    assert!(case.live.is_empty(), "{}", case.trace);
    assert_eq!(case.trace.matches("element_completed j#").count(), 2, "{}", case.trace);
}

#[test]
fn a_task_with_two_flows_splits_and_an_end_takes_each_token() {
    let elements = format!(r#"{START_END}<task id="a"/><userTask id="b"/><userTask id="c"/>"#);
    let mut case = Case::of(&process("p", &elements, "s>a; a>b>e; a>c>e"));
    case.start("").do_task("c", "").do_task("b", "").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          element_completed a#2 -> b#3 -> c#4
          user_task_created b#3
          user_task_created c#4
        do c
          user_task_completed c#4
          element_completed c#4 -> e#5
          element_completed e#5
        do b
          user_task_completed b#3
          element_completed b#3 -> e#6
          element_completed e#6
          completed #0
    "#]]);
}

#[test]
fn conditional_flows_of_a_task_are_all_taken_that_hold() {
    let elements = format!(
        r#"{START_END}<task id="a" default="a-d"/><task id="b"/><task id="c"/><task id="d"/>"#
    );
    let flow = "s>a; a>b [=x > 1]; a>c [=x > 2]; a>d; b>e; c>e; d>e";
    for (x, taken) in [("3", "-> b#3 -> c#4"), ("2", "-> b#3"), ("1", "-> d#3")] {
        let mut case = Case::of(&process("p", &elements, flow));
        case.start(&format!("\"x\": {x}"));
        assert!(case.trace.contains(&format!("a#2 {taken}\n")), "{}", case.trace);
    }
}

#[test]
fn terminate_ends_its_scope_and_nothing_outside() {
    let inner = format!(
        r#"<startEvent id="s2"/><parallelGateway id="f"/><userTask id="u"/>{}<endEvent id="t"><terminateEventDefinition/></endEvent>{}"#,
        service("w", ""),
        flows("s2>f; f>u>t; f>w"),
    );
    let elements = format!(
        r#"{START_END}<parallelGateway id="g"/><subProcess id="sub">{inner}</subProcess><userTask id="out"/>"#
    );
    let mut case = Case::of(&process("p", &elements, "s>g; g>sub>e; g>out>e"));
    case.start("").do_task("u", "").complete("w", "").do_task("out", "").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> g#2
          element_completed g#2 -> sub#3 -> out#4
          element_activated sub#3 -> s2#5
          user_task_created out#4
          element_completed s2#5 -> f#6
          element_completed f#6 -> u#7 -> w#8
          user_task_created u#7
          job_created w#8 work x3
        do u
          user_task_completed u#7
          element_completed u#7 -> t#9
          element_terminated w#8
          element_completed t#9
          element_completed sub#3 -> e#10
          element_completed e#10
        complete w
          rejected: element 8 does not wait for a job
        do out
          user_task_completed out#4
          element_completed out#4 -> e#11
          element_completed e#11
          completed #0
    "#]]);
}

#[test]
fn a_loop_runs_until_its_condition_fails() {
    let elements = format!(
        r#"{START_END}<exclusiveGateway id="m"/>{}<exclusiveGateway id="g" default="g-e"/>"#,
        script("a", "n + 1", "n"),
    );
    let mut case = Case::of(&process("p", &elements, "s>m>a>g; g>m [=n < 3]; g>e"));
    case.start("\"n\": 0");
    assert!(case.live.is_empty());
    assert_eq!(case.trace.matches("variables_set").count(), 3);
}
