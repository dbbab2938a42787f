//! Messages: waiting, correlating once, staying on a border.

use expect_test::expect;

use super::{Case, blind, process, service};

#[test]
fn a_catch_event_and_a_receive_task_wait_for_their_message() {
    let elements = r#"<startEvent id="s"/><intermediateCatchEvent id="a"><messageEventDefinition messageRef="m1"/></intermediateCatchEvent><receiveTask id="b" messageRef="m1"/><endEvent id="e"/>"#;
    let mut case = Case::of(&process("p", elements, "s>a>b>e"));
    case.start("\"order\": 12");
    let row = case.live.get(case.key("a")).unwrap();
    assert_eq!(row.subscription(), Some(("paid", blind("paid", "12"))));
    case.correlate("a", "\"amount\": 5").redeliver("a", "").correlate("b", "").expect(&expect![[
        r#"
        start
          started #0 p -> s#1 order=12
          element_completed s#1 -> a#2
          subscribed a#2 paid
        message for a
          message_correlated a#2
          variables_set #0 amount=5
          element_completed a#2 -> b#3
          subscribed b#3 paid
        message for a
          rejected: element 2 does not wait for a message
        message for b
          message_correlated b#3
          element_completed b#3 -> e#4
          element_completed e#4
          completed #0
    "#
    ]]);
}

#[test]
fn a_correlation_key_must_be_a_text_or_number() {
    let elements = r#"<startEvent id="s"/><receiveTask id="a" messageRef="m1"/><endEvent id="e"/>"#;
    let mut case = Case::of(&process("p", elements, "s>a>e"));
    case.start("").retry("a", "\"order\": \"o-1\"").correlate("a", "");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          incident_raised a#2 wrong_type: correlation key gave Null, not a text or number
        retry a
          variables_set #0 order="o-1"
          incident_resolved a#2
          subscribed a#2 paid
        message for a
          message_correlated a#2
          element_completed a#2 -> e#3
          element_completed e#3
          completed #0
    "#]]);
}

fn guarded(cancel: &str) -> Case {
    let elements = format!(
        r#"<startEvent id="s"/>{}<boundaryEvent id="b" attachedToRef="a" cancelActivity="{cancel}"><messageEventDefinition messageRef="m1"/></boundaryEvent><userTask id="u"/><endEvent id="e"/>"#,
        service("a", ""),
    );
    let mut case = Case::of(&process("p", &elements, "s>a>e; b>u>e"));
    case.start("\"order\": 1");
    case
}

#[test]
fn a_message_on_a_border_that_stays_comes_again_but_never_twice() {
    let mut case = guarded("false");
    case.correlate("b", "\"n\": 1").redeliver("b", "").correlate("b", "").complete("a", "");
    case.correlate("b", "").expect(&expect![[r#"
        start
          started #0 p -> s#1 order=1
          element_completed s#1 -> a#2
          job_created a#2 work x3
          subscribed b#3 paid
        message for b
          message_correlated b#3 -> b#4
          variables_set #0 n=1
          element_completed b#4 -> u#5
          user_task_created u#5
        message for b
          rejected: message was already correlated to element 3
        message for b
          message_correlated b#3 -> b#6
          element_completed b#6 -> u#7
          user_task_created u#7
        complete a
          job_completed a#2
          element_completed a#2 -> e#8
          element_completed e#8
        message for b
          rejected: element 6 does not wait for a message
    "#]]);
}

#[test]
fn a_message_on_a_border_breaks_off_the_activity() {
    let mut case = guarded("true");
    case.correlate("b", "\"n\": 1").complete("a", "").correlate("b", "").expect(&expect![[r#"
        start
          started #0 p -> s#1 order=1
          element_completed s#1 -> a#2
          job_created a#2 work x3
          subscribed b#3 paid
        message for b
          message_correlated b#3 -> b#4
          element_terminated a#2
          variables_set #0 n=1
          element_completed b#4 -> u#5
          user_task_created u#5
        complete a
          rejected: element 2 does not wait for a job
        message for b
          rejected: element 4 does not wait for a message
    "#]]);
    assert_eq!(case.variable("n"), "1");
}
