//! Call activities.

use expect_test::expect;

use super::{Case, file, process, script};
use crate::ProcessId;

fn caller(call: &str, more: &str) -> String {
    let elements = format!(
        r#"<startEvent id="s"/><callActivity id="c"><extensionElements><zeebe:calledElement {call}/>{more}</extensionElements></callActivity><userTask id="u"/><endEvent id="e"/>"#
    );
    process("p", &elements, "s>c>u>e")
}

fn called() -> String {
    let elements =
        format!(r#"<startEvent id="qs"/>{}<endEvent id="qe"/>"#, script("w", "x + 1", "y"));
    process("q", &elements, "qs>w>qe")
}

#[test]
fn all_variables_go_down_and_come_back_unless_the_model_says_otherwise() {
    let mut case = Case::of(&format!("{}{}", caller(r#"processId="q""#, ""), called()));
    case.start("\"x\": 1").expect(&expect![[r#"
        start
          started #0 p -> s#1 x=1
          element_completed s#1 -> c#2
          element_activated c#2
          started #3 q -> qs#4 x=1
          element_completed qs#4 -> w#5
          variables_set #3 y=2
          element_completed w#5 -> qe#6
          element_completed qe#6
          variables_set #0 x=1 y=2
          completed #3
          element_completed c#2 -> u#7
          user_task_created u#7
    "#]]);

    let call =
        r#"processId="q" propagateAllChildVariables="false" propagateAllParentVariables="false""#;
    let more = r#"<zeebe:ioMapping><zeebe:input source="=10" target="x"/><zeebe:output source="=y" target="z"/></zeebe:ioMapping>"#;
    let mut case = Case::of(&format!("{}{}", caller(call, more), called()));
    case.start("\"x\": 1");
    assert_eq!((case.variable("y"), case.variable("z")), ("-".into(), "11".into()));
}

#[test]
fn a_call_keeps_to_its_binding() {
    let latest = caller(r#"processId="q""#, "");
    let pinned = caller(r#"processId="q" bindingType="deployment""#, "");
    for (xml, expected) in [(latest, "101"), (pinned, "2")] {
        let mut case = Case::of(&format!("{xml}{}", called()));
        let newer = called().replace("x + 1", "x + 100");
        case.deployment.add_file("newer.bpmn", file(&newer).as_bytes()).unwrap();
        case.start("\"x\": 1");
        assert_eq!(case.variable("y"), expected);
    }
    let tagged = caller(r#"processId="q" bindingType="versionTag" versionTag="v1""#, "");
    let old = called().replace(
        r#"isExecutable="true">"#,
        r#"isExecutable="true"><extensionElements><zeebe:versionTag value="v1"/></extensionElements>"#,
    );
    let mut case = Case::of(&format!("{tagged}{old}"));
    case.deployment.add_file("newer.bpmn", file(&called()).as_bytes()).unwrap();
    case.start("\"x\": 1");
    assert_eq!(case.variable("y"), "2");
    let id = ProcessId::from("q");
    assert_eq!(case.deployment.processes().filter(|version| version.process == id).count(), 2);
}

#[test]
fn a_call_of_nothing_is_an_incident() {
    let mut case = Case::of(&caller(r#"processId="=which""#, ""));
    case.start("\"which\": \"q\"");
    case.deployment.add_file("q.bpmn", file(&called()).as_bytes()).unwrap();
    case.retry("c", "").expect(&expect![[r#"
        start
          started #0 p -> s#1 which="q"
          element_completed s#1 -> c#2
          incident_raised c#2 called_process_missing: process q is not deployed
        retry c
          incident_resolved c#2
          element_activated c#2
          started #3 q -> qs#4 which="q"
          element_completed qs#4 -> w#5
          variables_set #3 y=null
          element_completed w#5 -> qe#6
          element_completed qe#6
          variables_set #0 which="q" y=null
          completed #3
          element_completed c#2 -> u#7
          user_task_created u#7
    "#]]);
}

#[test]
fn processes_that_call_each_other_for_ever_stop_at_a_depth() {
    let mut case = Case::of(&caller(r#"processId="p""#, ""));
    case.start("");
    assert!(case.trace.contains("calls_too_deep"), "{}", case.trace);
}
