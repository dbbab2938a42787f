//! What is said about files that are wrong, each problem once at least.

use std::fmt::Write as _;

use bpmn::{Model, ProblemKind, limits};
use expect_test::{Expect, expect};

const HEAD: &str = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI">"#;

fn told(bytes: &[u8]) -> String {
    let mut out = String::new();
    match Model::parse(bytes) {
        Ok(model) => {
            for warning in model.warnings() {
                let _ = writeln!(out, "warning: {warning}");
            }
        }
        Err(problems) => {
            for problem in problems {
                let _ = writeln!(out, "{problem}");
            }
        }
    }
    out
}

fn check(body: &str, expected: &Expect) {
    expected.assert_eq(&told(format!("{HEAD}{body}\n</definitions>").as_bytes()));
}

fn check_process(inside: &str, expected: &Expect) {
    check(&format!("\n<process id=\"p\" isExecutable=\"true\">{inside}\n</process>"), expected);
}

#[test]
fn files_that_are_no_models() {
    let mut out = String::new();
    for bytes in [
        b"".as_slice(),
        b"not xml",
        b"<a>\n  <b></a>",
        b"<definitions>\xff</definitions>",
        b"\n\xc3\xa9\xff",
        b"<definitions xmlns='http://example.org'/>",
        b"<bpmn/>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"<a b='1' b='2'/>",
        b"<a>&nothing;</a>",
    ] {
        out.push_str(&told(bytes));
    }
    expect![[r#"
        line 1, column 1: the XML is not well formed: the document does not have a root node
        line 1, column 1: the XML is not well formed: unknown token at 1:1
        line 2, column 6: the XML is not well formed: expected 'b' tag, not 'a' at 2:6
        line 1, column 14: the file is not UTF-8 text
        line 2, column 2: the file is not UTF-8 text
        line 1, column 1: the namespace is "http://example.org", not that of BPMN 2.0 (http://www.omg.org/spec/BPMN/20100524/MODEL)
        line 1, column 1: the root element is <bpmn>, not <definitions>
        line 1, column 1: the file has a document type, which is refused
        line 1, column 10: the XML is not well formed: attribute 'b' at 1:10 is already defined
        line 1, column 4: the XML is not well formed: unknown entity reference 'nothing' at 1:4
    "#]].assert_eq(&out);
    check(
        "",
        &expect![[r#"
        line 1, column 1: no process is marked isExecutable="true"
    "#]],
    );
    check(
        "<process id='p'><complexGateway id='c'/></process>",
        &expect![[r#"
        line 1, column 1: no process is marked isExecutable="true"
    "#]],
    );
}

#[test]
fn files_beyond_the_limits() {
    let kind = |text: String| Model::parse(text.as_bytes()).unwrap_err()[0].kind.clone();
    assert_eq!(kind("<a>".repeat(100_000)), ProblemKind::TooDeep);
    assert_eq!(kind("<a>".repeat(100_000) + &"</a>".repeat(100_000)), ProblemKind::TooDeep);
    let bytes = limits::MAX_BYTES + 1;
    assert_eq!(kind(" ".repeat(bytes)), ProblemKind::TooLarge { bytes });
    assert_eq!(kind(format!("<a>{}</a>", "<b/>".repeat(500_000))), ProblemKind::TooManyNodes);
    let many: String = (0..300).fold(String::new(), |all, nth| all + &format!(" a{nth}='1'"));
    assert_eq!(kind(format!("<a{many}/>")), ProblemKind::TooManyAttributes);
    let spaces: String =
        (0..200).fold(String::new(), |all, nth| all + &format!(" xmlns:a{nth}='u{nth}'"));
    let wide = format!("<a{spaces}>{}</a>", "<b c='1' d='2'/>".repeat(300_000));
    assert_eq!(kind(wide), ProblemKind::TooManyNamespaces);
    let tasks = "<task/>".repeat(20_000);
    let text = format!("{HEAD}<process id='p' isExecutable='true'>{tasks}</process></definitions>");
    let problems = Model::parse(text.as_bytes()).unwrap_err();
    assert_eq!(problems.len(), limits::MAX_PROBLEMS + 1);
    assert_eq!(problems.last().unwrap().kind, ProblemKind::TooManyProblems);
    let tasks: String =
        (0..10_001).fold(String::new(), |all, nth| all + &format!("<task id='t{nth}'/>"));
    let text = format!("{HEAD}<process id='p' isExecutable='true'>{tasks}</process></definitions>");
    let problems = Model::parse(text.as_bytes()).unwrap_err();
    assert!(problems.iter().any(|problem| problem.kind == ProblemKind::TooManyElements));
}

#[test]
fn references_to_nothing() {
    check_process(
        r#"
  <startEvent id="s"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="nowhere"/>
  <sequenceFlow id="f2" sourceRef="p" targetRef="t"/>
  <sequenceFlow id="f3" targetRef="t"/>
  <sequenceFlow sourceRef="s" targetRef="t"/>
  <task id="t" default="gone"/>
  <exclusiveGateway id="g" default="f2"/>
  <boundaryEvent id="b1" attachedToRef="gone"><errorEventDefinition/></boundaryEvent>
  <boundaryEvent id="b2" attachedToRef="s"><errorEventDefinition/></boundaryEvent>
  <boundaryEvent id="b3" attachedToRef="t"><errorEventDefinition errorRef="gone"/></boundaryEvent>
  <boundaryEvent id="b4" attachedToRef="t"><messageEventDefinition messageRef="s"/></boundaryEvent>
  <receiveTask id="r"/>
  <task id="t"/>
  <task name="without id"/>"#,
        &expect![[r#"
            line 4, column 3: "f1": targetRef refers to "nowhere", which is not in this file
            line 5, column 3: "f2": sourceRef refers to "p", which is not an element of this process
            line 6, column 3: "f3": <sequenceFlow> has no sourceRef
            line 7, column 3: "p": <sequenceFlow> has no id
            line 8, column 3: "t": default refers to "gone", which is not in this file
            line 9, column 3: "g": the default flow "f2" does not leave this element
            line 10, column 3: "b1": attachedToRef refers to "gone", which is not in this file
            line 11, column 3: "b2": attachedToRef refers to "s", which is not an activity of the same scope
            line 12, column 44: "b3": errorRef refers to "gone", which is not in this file
            line 13, column 44: "b4": messageRef refers to "s", which is not a message
            line 14, column 3: "r": <receiveTask> has no messageRef
            line 15, column 3: "t": the id "t" is already used on line 8
            line 16, column 3: "p": <task> has no id
        "#]],
    );
    check(
        r#"
<process id="p" isExecutable="true"><startEvent id="s"/></process>
<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane bpmnElement="p">
  <bpmndi:BPMNShape bpmnElement="gone"><dc:Bounds x="1" y="2" width="3" height="4"/></bpmndi:BPMNShape>
  <bpmndi:BPMNShape bpmnElement="s"><dc:Bounds x="NaN" y="1e9" width="3" height="4"/></bpmndi:BPMNShape>
  <bpmndi:BPMNShape/>
  <bpmndi:BPMNEdge bpmnElement="s"><di:waypoint x="1" y="2"/></bpmndi:BPMNEdge>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"#,
        &expect![[r#"
            line 4, column 3: bpmnElement refers to "gone", which is not in this file
            line 5, column 37: x is "NaN"; expected a number of at most a million
            line 5, column 37: y is "1e9"; expected a number of at most a million
            line 6, column 3: <BPMNShape> has no bpmnElement
            line 6, column 3: <BPMNShape> has no dc:Bounds
            line 7, column 3: <BPMNEdge> has no second waypoint
        "#]],
    );
}

#[test]
fn a_diagram_of_something_that_is_not_held() {
    check(
        r#"
<process id="p" isExecutable="true"><startEvent id="s"><timerEventDefinition id="t"><timeCycle>R/P1D</timeCycle></timerEventDefinition></startEvent></process>
<bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane bpmnElement="t"/></bpmndi:BPMNDiagram>"#,
        &expect![[r#"
            line 3, column 28: bpmnElement refers to "t", which is not a process, collaboration or subprocess
        "#]],
    );
}

#[test]
fn flows_where_none_may_be() {
    check_process(
        r#"
  <startEvent id="s"/><endEvent id="e"/>
  <subProcess id="sub"><startEvent id="is"/><startEvent id="is2"/><task id="it"/></subProcess>
  <subProcess id="empty"><task id="alone"/></subProcess>
  <task id="t"/>
  <boundaryEvent id="b" attachedToRef="t"><errorEventDefinition/></boundaryEvent>
  <parallelGateway id="fork"/>
  <exclusiveGateway id="g" default="f6"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="it"/>
  <sequenceFlow id="f2" sourceRef="t" targetRef="s"/>
  <sequenceFlow id="f3" sourceRef="e" targetRef="t"/>
  <sequenceFlow id="f4" sourceRef="t" targetRef="b"/>
  <sequenceFlow id="f5" sourceRef="s" targetRef="g"/>
  <sequenceFlow id="f6" sourceRef="g" targetRef="fork"><conditionExpression>=true</conditionExpression></sequenceFlow>
  <sequenceFlow id="f7" sourceRef="g" targetRef="fork"/>
  <sequenceFlow id="f8" sourceRef="g" targetRef="t"><conditionExpression>${x}</conditionExpression></sequenceFlow>
  <sequenceFlow id="f9" sourceRef="fork" targetRef="t"><conditionExpression>=x</conditionExpression></sequenceFlow>
  <sequenceFlow id="f10" sourceRef="b" targetRef="t"><conditionExpression>= </conditionExpression></sequenceFlow>"#,
        &expect![[r#"
            line 3, column 3: "s": a start event has an incoming sequence flow
            line 3, column 23: "e": an end event has an outgoing sequence flow
            line 4, column 3: "sub": the subprocess has more than one start event without a trigger
            line 5, column 3: "empty": the subprocess has no start event
            line 7, column 3: "b": a boundary event has an incoming sequence flow
            line 10, column 3: "f1": the sequence flow from "s" to "it" crosses the border of a subprocess
            line 15, column 3: "f6": the default flow "f6" also has a condition
            line 16, column 3: "f7": the sequence flow "f7" leaves an exclusive gateway without a condition and is not the default
            line 17, column 53: "f8": the condition must be a FEEL expression beginning with =, not "${x}"
            line 18, column 3: "f9": the sequence flow "f9" has a condition, but a parallel gateway takes every flow
            line 19, column 3: "f10": the sequence flow "f10" has a condition, but an event takes every flow
            line 19, column 54: "f10": the condition must be a FEEL expression beginning with =, not "="
        "#]],
    );
    check_process(
        "<task id=\"t\"/>",
        &expect![[r#"
        line 2, column 1: "p": the process has no start event
    "#]],
    );
}

#[test]
fn what_no_path_leads_to_is_a_warning() {
    check_process(
        r#"
  <startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/><task id="t"/>
  <boundaryEvent id="b" attachedToRef="t"><errorEventDefinition/></boundaryEvent>
  <sequenceFlow id="f2" sourceRef="b" targetRef="reached"/><task id="reached"/>
  <task id="lost"/><sequenceFlow id="f3" sourceRef="lost" targetRef="also_lost"/><task id="also_lost"/>
  <subProcess id="lost_sub"><startEvent id="inner"/></subProcess>"#,
        &expect![[r#"
            warning: line 6, column 3: "lost": no path from a start event leads here
            warning: line 6, column 82: "also_lost": no path from a start event leads here
            warning: line 7, column 3: "lost_sub": no path from a start event leads here
        "#]],
    );
}

#[test]
fn elements_that_cannot_be_executed() {
    check_process(
        r#"
  <startEvent id="s"><signalEventDefinition/></startEvent>
  <startEvent id="s2"/>
  <sequenceFlow id="f" sourceRef="s2" targetRef="g"/>
  <eventBasedGateway id="g"/><inclusiveGateway id="i"/><complexGateway id="c"/>
  <subProcess id="es" triggeredByEvent="true"><startEvent id="ess"><errorEventDefinition/></startEvent></subProcess>
  <transaction id="tx"/><adHocSubProcess id="ah"/>
  <task id="mi"><multiInstanceLoopCharacteristics/></task>
  <task id="lo"><standardLoopCharacteristics/></task>
  <task id="co" isForCompensation="true"/><task id="q" startQuantity="2"/>
  <intermediateCatchEvent id="ic"/>
  <intermediateThrowEvent id="it"><linkEventDefinition/></intermediateThrowEvent>
  <intermediateCatchEvent id="two"><messageEventDefinition/><timerEventDefinition/></intermediateCatchEvent>
  <endEvent id="ee"><escalationEventDefinition/></endEvent>
  <boundaryEvent id="bb" attachedToRef="c"><errorEventDefinition/></boundaryEvent>
  <boundaryEvent id="bc" attachedToRef="mi"><compensateEventDefinition/></boundaryEvent>
  <receiveTask id="rr" instantiate="true"/>
  <task id="li"><extensionElements><zeebe:executionListeners/></extensionElements></task>"#,
        &expect![[r#"
            line 3, column 3: "s": a signal start event cannot be executed
            line 6, column 3: "g": an event based gateway cannot be executed
            line 6, column 30: "i": an inclusive gateway cannot be executed
            line 6, column 56: "c": a complex gateway cannot be executed
            line 7, column 3: "es": an event subprocess cannot be executed
            line 8, column 3: "tx": a transaction subprocess cannot be executed
            line 8, column 25: "ah": an ad-hoc subprocess cannot be executed
            line 9, column 3: "mi": a multi-instance activity cannot be executed
            line 10, column 3: "lo": a loop activity cannot be executed
            line 11, column 3: "co": a compensation activity cannot be executed
            line 11, column 43: "q": a startQuantity other than 1 cannot be executed
            line 12, column 3: "ic": an intermediate catch event cannot be executed
            line 13, column 3: "it": a link intermediate throw event cannot be executed
            line 14, column 3: "two": a multiple intermediate catch event cannot be executed
            line 15, column 3: "ee": an escalation end event cannot be executed
            line 17, column 3: "bc": a compensate boundary event cannot be executed
            line 18, column 3: "rr": a receive task that starts a process cannot be executed
            line 19, column 36: "li": the extension zeebe:executionListeners cannot be executed
        "#]],
    );
}

#[test]
fn what_an_element_needs() {
    check(
        r#"
<message id="m1"/><message id="m2" name="x"/>
<message id="m3" name="x"><extensionElements><zeebe:subscription correlationKey="plain"/></extensionElements></message>
<error id="e1"/><error id="e2" errorCode="=code"/>
<process id="p" isExecutable="true">
  <startEvent id="s"><messageEventDefinition messageRef="m1"/></startEvent>
  <startEvent id="s2"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></startEvent>
  <serviceTask id="st"/><scriptTask id="sc"/><businessRuleTask id="br"/><callActivity id="ca"/>
  <serviceTask id="st2"><extensionElements><zeebe:taskDefinition type="" retries="many"/></extensionElements></serviceTask>
  <scriptTask id="sc2"><extensionElements><zeebe:script expression="1 + 1"/></extensionElements></scriptTask>
  <callActivity id="ca2"><extensionElements><zeebe:calledElement processId="x" bindingType="newest" propagateAllChildVariables="perhaps"/></extensionElements></callActivity>
  <callActivity id="ca3"><extensionElements><zeebe:calledElement processId="= " bindingType="versionTag"/></extensionElements></callActivity>
  <receiveTask id="r2" messageRef="m2"/><receiveTask id="r3" messageRef="m3"/>
  <userTask id="ut"><extensionElements><zeebe:taskSchedule dueDate="tomorrow"/><zeebe:priorityDefinition priority="101"/></extensionElements></userTask>
  <task id="io"><extensionElements><zeebe:ioMapping><zeebe:input source="=x"/><zeebe:output target="y"/></zeebe:ioMapping></extensionElements></task>
  <endEvent id="ee"><errorEventDefinition errorRef="e1"/></endEvent>
  <boundaryEvent id="b2" attachedToRef="io"><errorEventDefinition errorRef="e2"/></boundaryEvent>
  <boundaryEvent id="b3" attachedToRef="io"><timerEventDefinition><timeCycle>R/PT1H</timeCycle></timerEventDefinition></boundaryEvent>
  <boundaryEvent id="b4" attachedToRef="io" cancelActivity="false"><timerEventDefinition><timeCycle>R/PT0S</timeCycle></timerEventDefinition></boundaryEvent>
  <intermediateCatchEvent id="c1"><timerEventDefinition><timeDate>2026-02-30T00:00:00Z</timeDate></timerEventDefinition></intermediateCatchEvent>
  <intermediateCatchEvent id="c2"><timerEventDefinition><timeDuration>soon</timeDuration></timerEventDefinition></intermediateCatchEvent>
  <intermediateCatchEvent id="c3"><timerEventDefinition/></intermediateCatchEvent>
  <intermediateCatchEvent id="c4"><timerEventDefinition><timeDate> </timeDate></timerEventDefinition></intermediateCatchEvent>
  <subProcess id="sub"><startEvent id="ss"><messageEventDefinition messageRef="m2"/></startEvent></subProcess>
</process>"#,
        &expect![[r#"
            line 6, column 22: "s": <message> has no name
            line 7, column 45: "s2": the form of the timer is "timeDuration"; expected timeDate or timeCycle on a start event
            line 8, column 3: "st": <serviceTask> has no zeebe:taskDefinition
            line 8, column 25: "sc": <scriptTask> has no zeebe:script or zeebe:taskDefinition
            line 8, column 46: "br": <businessRuleTask> has no zeebe:calledDecision or zeebe:taskDefinition
            line 8, column 73: "ca": <callActivity> has no zeebe:calledElement
            line 9, column 44: "st2": <taskDefinition> has no type
            line 9, column 44: "st2": retries is "many"; expected a whole number from 0 to 65535
            line 10, column 43: "sc2": the script must be a FEEL expression beginning with =, not "1 + 1"
            line 10, column 43: "sc2": <script> has no resultVariable
            line 11, column 45: "ca2": bindingType is "newest"; expected latest, deployment or versionTag
            line 11, column 45: "ca2": propagateAllChildVariables is "perhaps"; expected true or false
            line 12, column 45: "ca3": processId must be a FEEL expression beginning with =, not "="
            line 12, column 45: "ca3": <calledElement> has no versionTag
            line 13, column 3: "r2": <message> has no zeebe:subscription with a correlationKey
            line 13, column 41: "r3": correlationKey must be a FEEL expression beginning with =, not "plain"
            line 14, column 3: "ut": priority is "101"; expected a whole number from 0 to 100
            line 14, column 40: "ut": dueDate is "tomorrow"; expected a date and time with an offset, like 2026-03-01T09:00:00Z
            line 15, column 53: "io": <input> has no target
            line 15, column 79: "io": <output> has no source
            line 16, column 21: "ee": <errorEventDefinition> has no errorRef to an error with an errorCode
            line 17, column 45: "b2": the errorCode of a caught error must be plain text, not the expression "=code"
            line 18, column 67: "b3": the form of the timer is "timeCycle"; expected timeDate or timeDuration on an interrupting boundary event
            line 19, column 90: "b4": the timer is "R/PT0S"; expected an ISO 8601 repeating interval, like R3/PT1H
            line 20, column 57: "c1": the timer is "2026-02-30T00:00:00Z"; expected a date and time with an offset, like 2026-03-01T09:00:00Z
            line 21, column 57: "c2": the timer is "soon"; expected an ISO 8601 duration, like PT15M
            line 22, column 35: "c3": <timerEventDefinition> has no timeDate, timeDuration or timeCycle of its own
            line 23, column 57: "c4": <timeDate> has no text
            line 24, column 24: "ss": a start event of an embedded subprocess cannot have a trigger
        "#]],
    );
}

#[test]
fn an_output_without_its_equals_sign_is_no_text() {
    check_process(
        r#"<startEvent id="s"/><serviceTask id="a"><extensionElements>
<zeebe:taskDefinition type="x"/><zeebe:ioMapping>
<zeebe:input source="fixed" target="b"/>
<zeebe:output source="details" target="copy"/></zeebe:ioMapping>
</extensionElements></serviceTask><endEvent id="e"/>
<sequenceFlow id="f" sourceRef="s" targetRef="a"/>
<sequenceFlow id="g" sourceRef="a" targetRef="e"/>"#,
        &expect![[r#"
            line 5, column 1: "a": source of an output must be a FEEL expression beginning with =, not "details"
        "#]],
    );
}
