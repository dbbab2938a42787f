//! Bounds: reaching one gives an incident or a rejection, never a crash.

use base::Timestamp;

use super::{Case, blind, file, process, script, service};
use crate::{Command, Deployment, Environment, Instance, decide, limits};

/// Decides and applies without the harness, which replays the whole journal each time.
fn take(case: &Case, live: &mut Instance, command: Command, now: Timestamp) {
    let mut environment = Environment::new(&blind);
    let decided = decide(&case.deployment, live, command, now, &mut environment).unwrap();
    for event in &decided.events {
        live.apply(event);
    }
}

fn looping(condition: &str) -> Case {
    let elements = format!(
        r#"<startEvent id="s"/><exclusiveGateway id="m"/>{}<exclusiveGateway id="g" default="g-e"/><endEvent id="e"/>"#,
        script("a", "n + 1", "n"),
    );
    Case::of(&process("p", &elements, &format!("s>m>a>g; g>m [={condition}]; g>e")))
}

#[test]
fn a_long_run_is_cut_into_commands_of_a_thousand_steps() {
    let mut case = looping("n < 1000");
    case.start("\"n\": 0");
    let mut commands = 1;
    while case.live.has_left_over() {
        case.run("continue", Command::Continue);
        commands += 1;
    }
    assert_eq!(commands, 4, "3 steps a round");
    assert!(case.live.is_empty());
    case.trace.clear();
    case.run("continue", Command::Continue);
    assert_eq!(case.trace, "continue\n  rejected: nothing is left over\n");
}

#[test]
fn a_process_that_never_waits_stops_with_an_incident() {
    let mut case = looping("true");
    case.start("\"n\": 0");
    let process = case.live.process().unwrap().clone();
    let mut live = case.live.clone();
    let mut commands = 0;
    while live.has_left_over() {
        take(&case, &mut live, Command::Continue, case.now);
        commands += 1;
        assert!(commands <= limits::MAX_CONTINUED, "{process} runs for ever");
    }
    let kinds: Vec<&str> = live.incidents().map(|(_, incident)| incident.kind.key()).collect();
    assert_eq!(kinds, ["never_waits"]);
}

#[test]
fn tokens_that_multiply_stop_with_an_incident() {
    // Each round doubles the tokens.
    let elements = r#"<startEvent id="s"/><exclusiveGateway id="m"/><parallelGateway id="f"/><userTask id="u"/><endEvent id="e"/>"#;
    let mut case = Case::of(&process("p", elements, "s>m>f; f>m; f>u>e"));
    case.start("");
    let mut live = case.live.clone();
    for _ in 0..200 {
        if !live.has_left_over() {
            break;
        }
        take(&case, &mut live, Command::Continue, case.now);
    }
    assert!(live.len() <= limits::MAX_ELEMENTS);
    assert!(live.incidents().next().is_some());
    live.check().unwrap();
}

#[test]
fn a_full_case_takes_no_more_tokens_from_a_border() {
    let elements = format!(
        r#"<startEvent id="s"/><parallelGateway id="g"/><exclusiveGateway id="m"/><parallelGateway id="f"/>{}<boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeCycle>R/PT1S</timeCycle></timerEventDefinition></boundaryEvent><userTask id="u"/><endEvent id="e"/>"#,
        service("a", ""),
    );
    let mut case = Case::of(&process("p", &elements, "s>g; g>a>e; g>m>f; f>m; f>u>e; b>u"));
    case.start("");
    let mut live = case.live.clone();
    let timer = case.key("b");
    while live.has_left_over() {
        take(&case, &mut live, Command::Continue, case.now);
    }
    for _ in 0..3 {
        let Some(due) = live.get(timer).and_then(crate::ElementInstance::due) else { break };
        take(&case, &mut live, Command::TriggerTimer { element: timer }, due);
    }
    assert_eq!(live.len(), limits::MAX_ELEMENTS);
    assert!(live.get(timer).unwrap().incident.is_some());
}

#[test]
fn variables_have_a_size() {
    let xml = process(
        "p",
        &format!(r#"<startEvent id="s"/>{}<userTask id="u"/><endEvent id="e"/>"#, service("a", "")),
        "s>a>u>e",
    );
    let mut case = Case::of(&xml);
    let text = "x".repeat(limits::MAX_COMMAND_BYTES);
    case.start(&format!("\"x\": \"{text}\""));
    assert!(case.trace.contains("rejected: the variables are too large"), "{}", case.trace.len());
    let half = "x".repeat(limits::MAX_COMMAND_BYTES / 2);
    case.start(&format!("\"x\": \"{half}\""));
    assert!(!case.live.is_empty());
    case.trace.clear();

    // A script that doubles a text until the case is full.
    let elements = format!(
        r#"<startEvent id="s"/><exclusiveGateway id="m"/>{}<endEvent id="e"/>"#,
        script("d", "t + t", "t"),
    );
    let mut case = Case::of(&process("p", &elements, "s>m>d>m"));
    case.start(&format!("\"t\": \"{half}\""));
    assert!(case.trace.contains("incident_raised d#"), "no incident");
}

#[test]
fn a_model_with_faults_is_refused_with_line_and_column() {
    let elements = format!(
        "<startEvent id=\"s\"/>\n{}\n<endEvent id=\"e\"/>",
        service(
            "a",
            r#"<zeebe:ioMapping><zeebe:input source="=1 +" target="x"/></zeebe:ioMapping>"#
        )
    );
    let xml = file(&process("p", &elements, "s>a; a>e [=(x]"));
    let errors = Deployment::new().add_file("services/x.bpmn", xml.as_bytes()).unwrap_err();
    let places: Vec<String> = errors
        .iter()
        .map(|error| format!("{}:{} {}", error.line, error.file, error.element.clone().unwrap()))
        .collect();
    assert_eq!(places[0], "5:services/x.bpmn a");
    let line = xml.lines().nth(4).unwrap();
    let at = line.find("=1 +").unwrap();
    let column = usize::try_from(errors[0].column).unwrap();
    assert!((at + 2..at + 8).contains(&column), "{column} in {line}");
    assert!(errors[0].to_string().starts_with("services/x.bpmn:5:"), "{}", errors[0]);
    let refused = Deployment::new().add_file("y.bpmn", b"<nothing/>").unwrap_err();
    assert_eq!(refused[0].line, 1);
}
