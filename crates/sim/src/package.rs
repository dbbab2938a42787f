//! The services of a simulated body: random processes dressed as packages, and the missed bin.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use base::{BodyId, ServiceId, SystemId};
use bpmn::{ElementKind, EndResult, Expression, FlowIndex};
use catalogue::{Files, Given, Package};
use connectors::System;
use engine::random::{RandomProcess, Shape};
use runtime::Service;

use crate::chance::Chance;
use crate::office::Mode;

/// The decision that random business rule tasks ask.
const DECISION: &str = "ruling";
const DMN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="rules" name="rules"
  namespace="urn:sim">
  <decision id="ruling" name="ruling">
    <variable name="ruling" typeRef="number"/>
    <literalExpression><text>1 + 1</text></literalExpression>
  </decision>
</definitions>"#;

/// A random process as a service of the body.
pub(crate) struct RandomService {
    pub(crate) service: Arc<Service>,
    /// What a resident answers; the key of messages is each resident's own.
    pub(crate) given: Given,
    /// Every message that it may wait for.
    pub(crate) messages: Vec<String>,
    /// Which errors its jobs may end in, by service and job.
    pub(crate) errors: BTreeMap<String, BTreeSet<String>>,
}

/// Makes the service of a random process. `mended_at` is when its faulty conditions come right.
pub(crate) fn random(
    number: u64,
    mended_at: &str,
    (body, systems): (&BodyId, &BTreeMap<SystemId, System>),
    chance: &mut Chance,
) -> Result<RandomService, String> {
    let shape = Shape { decision: Some(DECISION.to_owned()), ..Shape::default() };
    let mut made = RandomProcess::generate(&shape, &mut || chance.next());
    mend_later(&mut made, mended_at);
    // The process to start stands last in what the generator makes, and first in a package.
    made.model.processes.rotate_right(1);
    let end = end_of_main(&made).ok_or("the process has no end")?;
    let files: Files = [
        ("service.toml".to_owned(), definition(number, body, &end).into_bytes()),
        ("questions.toml".to_owned(), questions(&made).into_bytes()),
        ("process.bpmn".to_owned(), bpmn::write(&made.model).into_bytes()),
        ("rules.dmn".to_owned(), DMN.as_bytes().to_vec()),
        ("connectors.toml".to_owned(), connectors_of(number, &made, chance).into_bytes()),
    ]
    .into();
    let service = compile(&files, body, systems)?;
    let given = made.variables.iter().filter_map(|(name, value)| {
        Some((name.clone(), serde_json::from_str(&value.to_json()).ok()?))
    });
    Ok(RandomService {
        service,
        given: given.collect(),
        messages: made.messages.keys().cloned().collect(),
        errors: made
            .jobs
            .iter()
            .map(|(job, codes)| (format!("{number}/{job}"), codes.clone()))
            .collect(),
    })
}

/// The missed-bin service, as its folder stands in this repository.
pub(crate) fn missed_bin(
    body: &BodyId,
    systems: &BTreeMap<SystemId, System>,
) -> Result<Arc<Service>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services/missed-bin-collection");
    let mut files = Files::new();
    read_folder(&folder, "", &mut files)
        .map_err(|error| format!("missed-bin-collection: {error}"))?;
    compile(&files, body, systems)
}

fn read_folder(folder: &Path, under: &str, files: &mut Files) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{under}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

pub(crate) fn compile(
    files: &Files,
    body: &BodyId,
    systems: &BTreeMap<SystemId, System>,
) -> Result<Arc<Service>, String> {
    let (package, _) = Package::read(files).map_err(|problems| {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    })?;
    let service = Service::compile(body.clone(), Arc::new(package), None, systems);
    let service = service
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    Ok(Arc::new(service))
}

/// Conditions that somebody would have to put right come right by themselves at an instant: until
/// then they give the incidents of a condition that is not true, or is nothing.
fn mend_later(made: &mut RandomProcess, mended_at: &str) {
    let right = format!("now() >= date and time(\"{mended_at}\")");
    for process in &mut made.model.processes {
        for index in (0..process.flows().len()).filter_map(|index| u32::try_from(index).ok()) {
            let Some(flow) = process.flow_mut(FlowIndex(index)) else { continue };
            let text = flow.condition.as_ref().map(|condition| condition.text().to_owned());
            let Some(text) = text.filter(|text| text.contains("repaired_")) else { continue };
            let mended = if text.ends_with("= true") {
                right.clone()
            } else {
                format!("if {right} then true else null")
            };
            flow.condition = Some(Expression::feel(mended));
        }
    }
}

fn end_of_main(made: &RandomProcess) -> Option<String> {
    let main = made.model.processes.first()?;
    let ends = main.elements().iter().filter(|element| {
        element.parent.is_none() && element.kind == ElementKind::EndEvent(EndResult::None)
    });
    let mut ends = ends.filter(|element| element.id.starts_with("end_"));
    ends.next().map(|element| element.id.clone())
}

fn definition(number: u64, body: &BodyId, end: &str) -> String {
    format!(
        r#"
id = "random-{number}"
owner = "{body}"
nation = "england"
prefix = "RND"
channels = ["web", "agent", "api", "open311"]
automated = "approve"
retention_days = 30
promise = {{ working_days = 5 }}
title.en = "Random service"
summary.en = "A service made from a seed."
category.en = "Simulated"
send.en = "Send it"
power.en = "None"
lawful_basis.en = "None"
ground.en = "None"
not_fixed = {{ message = "not-fixed", within_days = 14 }}

[[outcome]]
id = "{end}"
end = "done"
text.en = "It is done."
"#
    )
}

fn questions(made: &RandomProcess) -> String {
    let mut text = "[[page]]\nid = \"all\"\n".to_owned();
    let mut ask = |id: &str, kind: &str, optional: bool| {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n[[question]]\nid = \"{id}\"\npage = \"all\"\nkind = \"{kind}\"\n\
             optional = {optional}\ntext.en = \"{id}\"\n"
        );
    };
    for (name, value) in &made.variables {
        let kind = if value.as_str().is_some() { "text" } else { "integer" };
        ask(name, kind, false);
    }
    ask("notes", "long_text", true);
    ask("email", "email", true);
    text
}

fn connectors_of(number: u64, made: &RandomProcess, chance: &mut Chance) -> String {
    let each = made.jobs.iter().map(|(job, errors)| {
        let way = *chance.pick(&Mode::ALL).unwrap_or(&Mode::Keyed);
        connector(number, job, way, errors)
    });
    each.collect()
}

fn connector(number: u64, job: &str, way: Mode, errors: &BTreeSet<String>) -> String {
    let system = way.system();
    let delivery = match way {
        Mode::Keyed => "delivery = \"keyed\"\nkey_header = \"Idempotency-Key\"",
        Mode::Lookup => "delivery = \"lookup\"\nsettle_seconds = 120",
        Mode::Manual => "delivery = \"manual\"",
    };
    let mut text = format!(
        r#"
[[job]]
type = "{job}"
system = "{system}"
{delivery}
timeout_ms = 10_000
[job.send.rest]
method = "POST"
path = "/work"
headers = {{ X-Attempt = "effect.message" }}
body = {{ effect = "effect.id", job = '"{number}/{job}"', key = "case_key" }}
[job.send.variables]
result = "response.body.result"
said = {{ value = "response.body.said", optional = true }}
[[job.send.rule]]
status = 409
error = "uncaught"
"#
    );
    for code in errors {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            r#"
[[job.send.rule]]
status = 422
when = 'response.body.code = "{code}"'
error = "{code}"
message = "response.body.message"
"#
        );
    }
    if way == Mode::Lookup {
        text.push_str(LOOKUP);
    }
    text
}

const LOOKUP: &str = r#"
[job.lookup.rest]
method = "GET"
path = "/work"
query = { effect = "effect.id" }
[job.lookup.variables]
result = "response.body.result"
said = { value = "response.body.said", optional = true }
[[job.lookup.rule]]
when = "response.body.found = true"
result = "done"
[[job.lookup.rule]]
when = "response.body.found = false"
result = "not_found"
"#;

/// The service's id from its number.
pub(crate) fn random_id(number: u64) -> Option<ServiceId> {
    format!("random-{number}").parse().ok()
}

/// A service whose process is this inside of a `bpmn:process`, with one keyed job `work-1`.
#[cfg(test)]
pub(crate) fn written(
    inside: &str,
    body: &BodyId,
    systems: &BTreeMap<SystemId, System>,
) -> Result<Arc<Service>, String> {
    let process = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="written" targetNamespace="urn:sim">
<bpmn:process id="main" isExecutable="true">{inside}</bpmn:process></bpmn:definitions>"#
    );
    let made = RandomProcess {
        model: bpmn::Model::default(),
        main: engine::ProcessId::from("main"),
        variables: BTreeMap::from([("case_key".to_owned(), feel::Value::from("key"))]),
        messages: BTreeMap::new(),
        jobs: BTreeMap::new(),
        repairs: BTreeSet::new(),
    };
    let job = connector(0, "work-1", Mode::Keyed, &BTreeSet::new());
    let files: Files = [
        ("service.toml", definition(0, body, "end_1")),
        ("questions.toml", questions(&made)),
        ("process.bpmn", process),
        ("connectors.toml", job),
    ]
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .into();
    compile(&files, body, systems)
}
