//! Incidents and the ways out of them.

use expect_test::expect;

use super::{Case, process, script, service};

fn one(task: &str) -> String {
    process("p", &format!(r#"<startEvent id="s"/>{task}<endEvent id="e"/>"#), "s>a>e")
}

#[test]
fn a_job_without_tries_left_is_an_incident_that_a_retry_or_a_person_settles() {
    let xml = one(&service("a", ""));
    let mut case = Case::of(&xml);
    case.start("").fail("a", 2).fail("a", 0).fail("a", 1).retry("a", "").complete("a", "");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
        fail a
          job_failed a#2 unreachable x2
        fail a
          incident_raised a#2 job_failed: unreachable
        fail a
          rejected: element 2 does not wait for a job
        retry a
          incident_resolved a#2
        complete a
          job_completed a#2
          element_completed a#2 -> e#3
          element_completed e#3
          completed #0
    "#]]);
    let mut case = Case::of(&xml);
    case.start("").fail("a", 0).done("a", "\"receipt\": 5").done("a", "");
    case.expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
        fail a
          incident_raised a#2 job_failed: unreachable
        done a
          incident_resolved a#2
          variables_set #0 receipt=5
          element_completed a#2 -> e#3
          element_completed e#3
          completed #0
        done a
          rejected: element 2 does not wait for a settled incident
    "#]]);
}

#[test]
fn a_job_that_was_done_after_all_settles_its_incident() {
    let mut case = Case::of(&one(&service("a", "")));
    case.start("").fail("a", 0).complete("a", "");
    assert!(case.live.is_empty(), "{}", case.trace);
}

#[test]
fn a_failing_expression_can_be_put_right() {
    let mut case = Case::of(&one(&script("a", "assert(x, x > 1)", "y")));
    case.start("\"x\": 1").retry("a", "").retry("a", "\"x\": 2").expect(&expect![[r#"
        start
          started #0 p -> s#1 x=1
          element_completed s#1 -> a#2
          incident_raised a#2 expression_failed: script: an assertion failed
        retry a
          incident_resolved a#2
          incident_raised a#2 expression_failed: script: an assertion failed
        retry a
          variables_set #0 x=2
          incident_resolved a#2
          variables_set #0 y=2
          element_completed a#2 -> e#3
          element_completed e#3
          completed #0
    "#]]);
}

#[test]
fn details_hold_no_values() {
    let mut case = Case::of(&one(&service("a", "").replace("type=\"work\"", "type=\"=secret\"")));
    case.start("\"secret\": 4711");
    assert!(case.trace.contains("job type gave number, not a text"), "{}", case.trace);
    let (_, incident) = case.live.incidents().next().unwrap();
    assert!(!incident.to_string().contains("4711"));
}

#[test]
fn settling_where_there_is_nothing_to_settle_is_refused() {
    let mut case = Case::of(&one(&service("a", "")));
    case.start("").retry("a", "").done("a", "").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
        retry a
          rejected: element 2 does not wait for a settled incident
        done a
          rejected: element 2 does not wait for a settled incident
    "#]]);
}
