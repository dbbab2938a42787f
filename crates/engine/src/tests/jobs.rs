//! Jobs, user tasks and decisions.

use std::sync::Arc;

use expect_test::expect;

use super::{Case, process, service};
use crate::{Command, ElementKey, Event};

fn one(task: &str) -> String {
    process("p", &format!(r#"<startEvent id="s"/>{task}<endEvent id="e"/>"#), "s>a>e")
}

#[test]
fn every_job_element_waits_for_its_worker() {
    let job = r#"<extensionElements><zeebe:taskDefinition type="=&quot;w-&quot; + kind" retries="=1 + 1"/>
        <zeebe:taskHeaders><zeebe:header key="k" value="v"/></zeebe:taskHeaders></extensionElements>"#;
    for tag in ["serviceTask", "sendTask", "scriptTask", "businessRuleTask"] {
        let mut case = Case::of(&one(&format!(r#"<{tag} id="a">{job}</{tag}>"#)));
        case.start("\"kind\": \"x\"");
        let row = case.live.get(case.key("a")).unwrap().job().unwrap().clone();
        assert_eq!((row.job_type.as_str(), row.retries), ("w-x", 2), "{tag}");
        assert_eq!(row.headers.get("k").map(String::as_str), Some("v"));
        case.complete("a", "");
        assert!(case.live.is_empty());
    }
    for tag in ["intermediateThrowEvent", "endEvent"] {
        let event = format!(
            r#"<{tag} id="a"><extensionElements><zeebe:taskDefinition type="tell"/></extensionElements><messageEventDefinition messageRef="m1"/></{tag}>"#
        );
        let xml = if tag == "endEvent" {
            process("p", &format!(r#"<startEvent id="s"/>{event}"#), "s>a")
        } else {
            one(&event)
        };
        let mut case = Case::of(&xml);
        case.start("").complete("a", "");
        assert!(case.live.is_empty(), "{}", case.trace);
    }
}

#[test]
fn a_job_is_completed_once_and_never_late() {
    let mut case = Case::of(&one(&service("a", "")));
    case.start("").complete("a", "\"x\": 1").complete("a", "\"x\": 2").fail("a", 0);
    case.throw("a", "E1", "").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
        complete a
          job_completed a#2
          variables_set #0 x=1
          element_completed a#2 -> e#3
          element_completed e#3
          completed #0
        complete a
          rejected: element 2 does not wait for a job
        fail a
          rejected: element 2 does not wait for a job
        throw E1 at a
          rejected: element 2 does not wait for a job
    "#]]);
}

#[test]
fn cancelling_while_a_job_is_out_refuses_its_late_completion() {
    let mut case = Case::of(&one(&service("a", "")));
    case.start("").run("cancel", Command::Cancel).complete("a", "\"x\": 1");
    case.run("cancel", Command::Cancel).expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          job_created a#2 work x3
        cancel
          cancelled
        complete a
          rejected: element 2 does not wait for a job
        cancel
          rejected: no process runs in the case
    "#]]);
    assert!(case.live.is_empty());
}

#[test]
fn a_job_of_another_kind_of_wait_is_refused() {
    let mut case = Case::of(&one(r#"<userTask id="a"/>"#));
    case.start("").complete("a", "").trigger("a").correlate("a", "");
    let unknown = ElementKey(77);
    case.run("gone", Command::TriggerTimer { element: unknown });
    case.start("").expect(&expect![[r#"
        start
          started #0 p -> s#1
          element_completed s#1 -> a#2
          user_task_created a#2
        complete a
          rejected: element 2 does not wait for a job
        trigger a
          rejected: element 2 does not wait for a timer
        message for a
          rejected: element 2 does not wait for a message
        gone
          rejected: element 77 does not wait for a timer
        start
          rejected: the case already runs a process
    "#]]);
}

#[test]
fn a_user_task_says_who_when_and_with_which_form() {
    let task = r#"<userTask id="a"><extensionElements><zeebe:userTask/>
        <zeebe:formDefinition formId="review"/>
        <zeebe:assignmentDefinition assignee="=officer" candidateGroups="=[&quot;a&quot;, team]"/>
        <zeebe:taskSchedule dueDate="=now() + duration(&quot;P2D&quot;)"/>
        <zeebe:priorityDefinition priority="80"/></extensionElements></userTask>"#;
    let mut case = Case::of(&one(task));
    case.start("\"officer\": \"sam\", \"team\": \"b\"");
    let task = case.live.get(case.key("a")).unwrap().user_task().unwrap().clone();
    assert_eq!(task.candidate_groups, ["a", "b"]);
    assert_eq!(task.due.unwrap().to_string(), "2026-01-07T09:00:00Z");
    assert_eq!(task.priority, 80);
    assert_eq!(task.assignee.unwrap().opened().unwrap().to_json(), "\"sam\"");
    case.do_task("a", "\"granted\": true").do_task("a", "");
    assert!(case.trace.ends_with("rejected: element 2 does not wait for a user task\n"));
}

const TABLE: &str = r##"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<inputData id="i" name="income"><variable name="income" typeRef="number"/></inputData>
<decision id="free_meals" name="free meals"><variable name="free meals"/>
<informationRequirement id="r"><requiredInput href="#i"/></informationRequirement>
<decisionTable id="t" hitPolicy="UNIQUE">
<input id="c"><inputExpression typeRef="number"><text>income</text></inputExpression></input>
<output id="o" name="entitled" typeRef="boolean"/>
<annotation name="code"/>
<rule id="r1"><inputEntry><text>&lt; 7400</text></inputEntry><outputEntry><text>true</text></outputEntry><annotationEntry><text>LOW</text></annotationEntry></rule>
<rule id="r2"><inputEntry><text>[7400..20000]</text></inputEntry><outputEntry><text>false</text></outputEntry><annotationEntry><text>HIGH</text></annotationEntry></rule>
</decisionTable></decision></definitions>"##;

fn decided() -> Case {
    let task = r#"<businessRuleTask id="a"><extensionElements><zeebe:calledDecision decisionId="free_meals" resultVariable="entitled"/></extensionElements></businessRuleTask><userTask id="u"/>"#;
    let elements = format!(r#"<startEvent id="s"/>{task}<endEvent id="e"/>"#);
    Case::of(&process("p", &elements, "s>a>u>e"))
}

#[test]
fn a_decision_gives_a_variable_and_the_rules_that_counted() {
    let mut case = decided();
    let model = Arc::new(dmn::Model::parse(TABLE.as_bytes()).unwrap());
    case.deployment.add_decisions(&model);
    case.start("\"income\": 5000").expect(&expect![[r#"
        start
          started #0 p -> s#1 income=5000
          element_completed s#1 -> a#2
          variables_set #0 entitled=true
          decision_evaluated a#2 free_meals LOW
          element_completed a#2 -> u#3
          user_task_created u#3
    "#]]);
    let version = case.journal.iter().find_map(|event| {
        let Event::DecisionEvaluated { version, inputs, .. } = event else { return None };
        assert_eq!(inputs.opened().unwrap().to_json(), r#"{"income":5000}"#);
        Some(*version)
    });
    assert_eq!(version, Some(base::Digest::of(TABLE.as_bytes())));
    let mut case = decided();
    case.deployment.add_decisions(&model);
    case.start("\"income\": 50000");
    assert_eq!(case.variable("entitled"), "null", "no rule matched");
}

#[test]
fn a_date_reaches_a_decision_as_a_date() {
    let table = TABLE
        .replace("typeRef=\"number\"", "typeRef=\"date\"")
        .replace("&lt; 7400", "&lt; date(\"2008-09-01\")")
        .replace("[7400..20000]", "&gt;= date(\"2008-09-01\")");
    let model = Arc::new(dmn::Model::parse(table.as_bytes()).unwrap());
    for (born, entitled) in [("1990-05-01", "true"), ("2010-05-01", "false")] {
        let mut case = decided();
        case.deployment.add_decisions(&model);
        case.start(&format!("\"income\": \"{born}\""));
        assert_eq!(case.variable("entitled"), entitled, "{born}");
    }
    let mut case = decided();
    case.deployment.add_decisions(&model);
    case.start("\"income\": \"the first of May\"");
    assert!(case.trace.contains("incident_raised a#2 decision_failed"), "{}", case.trace);
}

#[test]
fn a_decision_that_is_not_deployed_or_fails_is_an_incident() {
    let mut case = decided();
    case.start("\"income\": 5000").done("a", "\"entitled\": false").expect(&expect![[r#"
        start
          started #0 p -> s#1 income=5000
          element_completed s#1 -> a#2
          incident_raised a#2 decision_failed: decision free_meals is not deployed
        done a
          incident_resolved a#2
          variables_set #0 entitled=false
          element_completed a#2 -> u#3
          user_task_created u#3
    "#]]);
}
