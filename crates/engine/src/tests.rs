//! One case in a box: script in, trace out. After every event the invariants are checked and the
//! journal so far is replayed into a second state, which must be equal.

#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes traces so")]

use std::fmt::Write as _;

use base::{Digest, MessageId, Timestamp};
use expect_test::Expect;
use feel::Value;

use crate::{
    Command, Deployment, ElementKey, Environment, Event, Instance, ProcessId, Rejection,
    Resolution, Token, Variables, decide, open_variables,
};

mod call;
mod errors;
mod flow;
mod golden;
mod incidents;
mod jobs;
mod limits;
mod messages;
mod personal;
mod properties;
mod timers;
mod variables;

/// A monday morning in winter.
pub(crate) const MORNING: &str = "2026-01-05T09:00:00Z";

pub(crate) fn blind(message: &str, key: &str) -> Digest {
    Digest::of_parts(&[message.as_bytes(), key.as_bytes()])
}

/// A file around the processes given.
pub(crate) fn file(processes: &str) -> String {
    format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="defs" targetNamespace="t">
<message id="m1" name="paid"><extensionElements><zeebe:subscription correlationKey="=order"/></extensionElements></message>
<error id="err1" errorCode="E1"/><error id="err2" errorCode="E2"/><error id="any"/>
{processes}
</definitions>"#
    )
}

/// A process of these elements; `flows` as `a>b>c; b>d [=condition]`, each flow with the id `a-b`.
pub(crate) fn process(id: &str, elements: &str, flow: &str) -> String {
    format!(r#"<process id="{id}" isExecutable="true">{elements}{}</process>"#, flows(flow))
}

pub(crate) fn flows(text: &str) -> String {
    let mut xml = String::new();
    for chain in text.split(';').map(str::trim).filter(|chain| !chain.is_empty()) {
        let (chain, condition) = chain.split_once('[').unwrap_or((chain, ""));
        let condition = condition.trim_end_matches(']').replace('<', "&lt;");
        let names: Vec<&str> = chain.split('>').map(str::trim).collect();
        for pair in names.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            write!(xml, r#"<sequenceFlow id="{from}-{to}" sourceRef="{from}" targetRef="{to}">"#)
                .unwrap();
            if !condition.is_empty() {
                write!(
                    xml,
                    r#"<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>"#
                )
                .unwrap();
            }
            xml.push_str("</sequenceFlow>");
        }
    }
    xml
}

/// A service task; `more` stands inside its extension elements.
pub(crate) fn service(id: &str, more: &str) -> String {
    format!(
        r#"<serviceTask id="{id}"><extensionElements><zeebe:taskDefinition type="work"/>{more}</extensionElements></serviceTask>"#
    )
}

/// A script task.
pub(crate) fn script(id: &str, expression: &str, variable: &str) -> String {
    let expression = expression.replace('<', "&lt;").replace('"', "&quot;");
    format!(
        r#"<scriptTask id="{id}"><extensionElements><zeebe:script expression="={expression}" resultVariable="{variable}"/></extensionElements></scriptTask>"#
    )
}

pub(crate) struct Case {
    pub(crate) deployment: Deployment,
    pub(crate) live: Instance,
    pub(crate) now: Timestamp,
    pub(crate) journal: Vec<Event>,
    pub(crate) trace: String,
    messages: u8,
}

impl Case {
    /// A case of the first process in a file.
    pub(crate) fn of(processes: &str) -> Self {
        let mut deployment = Deployment::new();
        if let Err(errors) = deployment.add_file("test.bpmn", file(processes).as_bytes()) {
            panic!("{errors:#?}");
        }
        Self {
            deployment,
            live: Instance::new(),
            now: Timestamp::parse(MORNING).unwrap(),
            journal: Vec::new(),
            trace: String::new(),
            messages: 0,
        }
    }

    pub(crate) fn at(&mut self, instant: &str) -> &mut Self {
        self.now = Timestamp::parse(instant).unwrap();
        writeln!(self.trace, "at {instant}").unwrap();
        self
    }

    pub(crate) fn start(&mut self, variables: &str) -> &mut Self {
        self.start_process("p", variables)
    }

    pub(crate) fn start_process(&mut self, process: &str, variables: &str) -> &mut Self {
        let process = self.deployment.latest(&ProcessId::from(process)).unwrap();
        let variables = values(variables);
        self.run("start", Command::Start { process, start: None, variables })
    }

    pub(crate) fn complete(&mut self, id: &str, variables: &str) -> &mut Self {
        let (element, variables) = (self.key(id), values(variables));
        self.run(&format!("complete {id}"), Command::CompleteJob { element, variables })
    }

    pub(crate) fn do_task(&mut self, id: &str, variables: &str) -> &mut Self {
        let (element, variables) = (self.key(id), values(variables));
        self.run(&format!("do {id}"), Command::CompleteUserTask { element, variables })
    }

    pub(crate) fn fail(&mut self, id: &str, retries: u32) -> &mut Self {
        let (element, code) = (self.key(id), "unreachable".to_owned());
        self.run(&format!("fail {id}"), Command::FailJob { element, code, retries })
    }

    pub(crate) fn throw(&mut self, id: &str, code: &str, variables: &str) -> &mut Self {
        let (element, variables) = (self.key(id), values(variables));
        let error_code = code.to_owned();
        let command = Command::ThrowJobError { element, error_code, variables };
        self.run(&format!("throw {code} at {id}"), command)
    }

    pub(crate) fn trigger(&mut self, id: &str) -> &mut Self {
        let element = self.key(id);
        self.run(&format!("trigger {id}"), Command::TriggerTimer { element })
    }

    pub(crate) fn correlate(&mut self, id: &str, variables: &str) -> &mut Self {
        self.messages += 1;
        self.redeliver(id, variables)
    }

    pub(crate) fn redeliver(&mut self, id: &str, variables: &str) -> &mut Self {
        let (element, variables) = (self.key(id), values(variables));
        let message = MessageId::from_bytes([self.messages; 16]);
        let command = Command::CorrelateMessage { element, message, variables };
        self.run(&format!("message for {id}"), command)
    }

    pub(crate) fn retry(&mut self, id: &str, variables: &str) -> &mut Self {
        let (element, variables) = (self.key(id), values(variables));
        let how = Resolution::Retry { retries: 2, variables };
        self.run(&format!("retry {id}"), Command::ResolveIncident { element, how })
    }

    pub(crate) fn done(&mut self, id: &str, variables: &str) -> &mut Self {
        let (element, variables) = (self.key(id), values(variables));
        let how = Resolution::Done { variables };
        self.run(&format!("done {id}"), Command::ResolveIncident { element, how })
    }

    /// The newest element instance of an element; one that is gone keeps its last number.
    pub(crate) fn key(&self, id: &str) -> ElementKey {
        let live = self.live.rows().filter(|row| row.element.as_str() == id).last();
        let gone = || {
            let past = self.journal.iter().rev().find(|event| event.element() == Some(id));
            past.and_then(Event::key).unwrap_or(ElementKey(9_999))
        };
        live.map_or_else(gone, |row| row.key)
    }

    pub(crate) fn run(&mut self, label: &str, command: Command) -> &mut Self {
        writeln!(self.trace, "{label}").unwrap();
        match self.decide(command) {
            Ok(events) => {
                for event in &events {
                    writeln!(self.trace, "  {}", line(event)).unwrap();
                }
            }
            Err(rejection) => writeln!(self.trace, "  rejected: {rejection}").unwrap(),
        }
        self
    }

    pub(crate) fn decide(&mut self, command: Command) -> Result<Vec<Event>, Rejection> {
        let mut environment = Environment::new(&blind);
        let decided = decide(&self.deployment, &self.live, command, self.now, &mut environment)?;
        for event in &decided.events {
            self.live.apply(event);
            self.live.check().unwrap();
            self.journal.push(event.clone());
        }
        let mut replayed = Instance::new();
        self.journal.iter().for_each(|event| replayed.apply(event));
        assert_eq!(replayed, self.live, "replay differs");
        Ok(decided.events)
    }

    pub(crate) fn expect(&self, expected: &Expect) {
        expected.assert_eq(&self.trace);
    }

    /// What the process itself holds.
    pub(crate) fn variable(&self, name: &str) -> String {
        let value = self.live.visible(ElementKey::ROOT, name);
        value.and_then(|value| value.opened()).map_or("-".to_owned(), crate::Variable::to_json)
    }
}

/// Variables from a JSON object without its braces.
pub(crate) fn values(json: &str) -> Variables {
    let json = format!("{{{json}}}");
    let value = Value::from_json(&json, feel::JsonLimits::STANDARD).unwrap();
    let context = value.as_context().unwrap();
    open_variables(context.iter().map(|(name, value)| (name, value.clone())))
}

fn shown(values: &Variables) -> String {
    let mut text = String::new();
    for (name, value) in values {
        let value = value.opened().map_or("?".to_owned(), crate::Variable::to_json);
        write!(text, " {name}={value}").unwrap();
    }
    text
}

fn tokens<'t>(tokens: impl IntoIterator<Item = &'t Token>) -> String {
    let mut text = String::new();
    for token in tokens {
        write!(text, " -> {}#{}", token.element, token.key).unwrap();
    }
    text
}

/// An event in one line.
pub(crate) fn line(event: &Event) -> String {
    let name = event.name().trim_start_matches("process.");
    let at = match (event.element(), event.key()) {
        (Some(element), Some(key)) => format!("{element}#{key}"),
        (None, Some(key)) => format!("#{key}"),
        _ => String::new(),
    };
    let more = match event {
        Event::Started { process, token, values, .. } => {
            format!(" {}{}{}", process.process, tokens([token]), shown(values))
        }
        Event::ElementActivated { token, .. } => tokens(token),
        Event::ElementCompleted { tokens: out, .. } => tokens(out),
        Event::VariablesSet { values, .. }
        | Event::JobCompleted { values, .. }
        | Event::UserTaskCompleted { values, .. }
        | Event::IncidentResolved { values, .. } => shown(values),
        Event::JobCreated { job, .. } => format!(" {} x{}", job.job_type, job.retries),
        Event::JobFailed { code, retries, .. } => format!(" {code} x{retries}"),
        Event::TimerStarted { timer, .. } => format!(" due {}", timer.due),
        Event::TimerFired { token, next, .. } => {
            let next = next.as_ref().map_or(String::new(), |next| format!(" next {}", next.due));
            format!("{}{next}", tokens(token))
        }
        Event::Subscribed { message, .. } => format!(" {message}"),
        Event::MessageCorrelated { token, values, .. } => {
            format!("{}{}", tokens(token), shown(values))
        }
        Event::ErrorCaught { code, host, token, values, .. } => {
            format!(" {code} on #{host}{}{}", tokens([token]), shown(values))
        }
        Event::UserTaskCreated { task, .. } => format!(" {}", task.candidate_groups.join(",")),
        Event::DecisionEvaluated { decision, rules, .. } => {
            let codes = rules.iter().filter_map(|hit| hit.code.as_deref());
            format!(" {decision} {}", codes.collect::<Vec<_>>().join(","))
        }
        Event::IncidentRaised { incident, .. } => format!(" {incident}"),
        Event::ElementTerminated { .. }
        | Event::Continued {}
        | Event::Completed { .. }
        | Event::Cancelled {} => String::new(),
    };
    format!("{name} {at}{more}").trim_end().to_owned()
}
