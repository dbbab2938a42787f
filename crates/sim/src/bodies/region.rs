//! The small region of this world: who agreed what, what the county offers, how the agency answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{BodyId, Channel, Language, SectorPersonId};
use catalogue::Files;
use connectors::{System, SystemKind, read_data_services};
use identity::{BodySecret, KeyEpoch, MasterKey};
use runtime::{Assurance, IdentityLevel, Service, Sharing, Submit};
use sharing::{Form, Signatures, SignedAgreement};

use crate::chance::fixed;
use crate::package::compile;

/// The agency's register of benefits.
pub(super) const REGISTER: &str = "benefits-register";
/// The agency's intake of notices.
pub(super) const INTAKE: &str = "intake";

fn name<N: std::str::FromStr>(text: &str) -> Result<N, String>
where
    N::Err: std::fmt::Display,
{
    text.parse().map_err(|error| format!("{text}: {error}"))
}

pub(super) fn county() -> Result<BodyId, String> {
    name("county")
}

pub(super) fn agency() -> Result<BodyId, String> {
    name("agency")
}

pub(super) fn identity() -> Result<BodyId, String> {
    name("identity")
}

fn agreement(id: &str, provider: &str, recipient: &str, what: &str) -> String {
    format!(
        r#"
id = "{id}"
version = 1
provider = "{provider}"
recipients = ["{recipient}"]
purpose = "PublicServiceEligibilityAssessment"
lawful_basis = "A6-1-e"
initiative = "subject"
min_assurance = "P2.Cl"
max_per_day = 100000
max_per_person_per_day = 9
valid_from = "2026-01-01"
valid_until = "2027-12-31"
review_by = "2027-12-31"
retention_days = 400
impact_assessment = "None: simulated"
visibility = "at_once"
title.en = "Simulated"
function_served.en = "None"
legal_power.en = "None"
onward.en = "None"
destruction.en = "With its case"
security.en = "Sealed"
{what}
"#
    )
}

const QUESTION: &str = r#"
[[question]]
id = "benefit"
text.en = "Does this person get a benefit?"
categories = ["benefit_status"]
answers = ["yes", "no"]
services = ["moving"]
"#;

const NOTICE: &str = r#"
[[notice]]
id = "new_address"
text.en = "Where this person lives now"
categories = ["line", "since"]
services = ["moving"]
"#;

const SERVICES: &str = r#"
[[answer]]
agreement = "benefits"
question = "benefit"
system = "benefits-register"
[answer.send.rest]
method = "GET"
path = "/people/{person}/awards"
query = { on = "on" }
[answer.send.variables]
answer = """if response.body.standing != "settled" then "cannot_tell"
else if count(response.body.awards) > 0 then "yes" else "no" """
[[answer.send.rule]]
status = 404
error = "cannot_tell"

[[receive]]
agreement = "addresses"
notice = "new_address"
system = "intake"
delivery = "keyed"
key_header = "Idempotency-Key"
[receive.send.rest]
method = "POST"
path = "/people/{person}/address"
body = { line = "line", since = "since" }
[[receive.send.rule]]
status = 422
error = "refused"
message = "response.body.message"
"#;

/// What every body of the region may share.
pub(super) fn sharing() -> Result<Sharing, String> {
    let mut sharing = Sharing::default();
    for (id, provider, recipient, what) in
        [("benefits", "agency", "county", QUESTION), ("addresses", "county", "agency", NOTICE)]
    {
        let text = agreement(id, provider, recipient, what);
        let mut signatures = Signatures::default();
        signatures.add(county()?, [1; 64]);
        signatures.add(agency()?, [1; 64]);
        let signed = SignedAgreement::check(&text, &signatures, |_, _, _| true)
            .map_err(|error| error.to_string())?;
        sharing.agreements.insert(name(id)?, signed);
    }
    let services = read_data_services(SERVICES).map_err(|errors| format!("{errors:?}"))?;
    for service in services {
        let (Form::Question(named) | Form::Notice(named)) = &service.form;
        sharing.services.insert((service.agreement.clone(), named.clone()), service);
    }
    Ok(sharing)
}

/// The agency's back offices.
pub(super) fn systems() -> Result<BTreeMap<base::SystemId, System>, String> {
    let system = |id: &str| {
        let named = name::<base::SystemId>(id)?;
        let system = System {
            name: base::Text::default(),
            id: named.clone(),
            kind: SystemKind::Rest,
            base_url: format!("http://{id}.example"),
            credential: None,
            ca_file: None,
            pages: None,
            transfer: None,
        };
        Ok((named, system))
    };
    [REGISTER, INTAKE].into_iter().map(system).collect()
}

const SERVICE: &str = r#"
id = "moving"
owner = "county"
nation = "england"
prefix = "MOV"
channels = ["web"]
sign_in = "optional"
automated = "approve"
retention_days = 30
promise = { working_days = 5 }
agreements = ["benefits", "addresses"]
title.en = "Tell us that you have moved"
summary.en = "A simulated service."
category.en = "Simulated"
send.en = "Send it"
power.en = "None"
lawful_basis.en = "None"
ground.en = "None"

[[outcome]]
id = "told"
end = "done"
text.en = "The agency knows."
[[outcome]]
id = "by_hand"
end = "done"
text.en = "A person tells the agency."
"#;

const QUESTIONS: &str = r#"
[[page]]
id = "all"
[[question]]
id = "line"
page = "all"
kind = "text"
text.en = "Where do you live now?"
[[question]]
id = "secret"
page = "all"
kind = "text"
text.en = "What is nobody's business?"
[[question]]
id = "benefit"
kind = "text"
source = "benefits/benefit"
text.en = "Does this person get a benefit?"
"#;

const PROCESS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="moving_definitions" targetNamespace="urn:sim">
<bpmn:error id="error_refused" errorCode="refused"/>
<bpmn:error id="error_not_shared" errorCode="not_shared"/>
<bpmn:process id="moving" isExecutable="true">
  <bpmn:startEvent id="received"/>
  <bpmn:sequenceFlow id="f1" sourceRef="received" targetRef="ask"/>
  <bpmn:serviceTask id="ask"><bpmn:extensionElements>
    <zeebe:taskDefinition type="ask"/>
    <zeebe:taskHeaders><zeebe:header key="question" value="benefit"/></zeebe:taskHeaders>
  </bpmn:extensionElements></bpmn:serviceTask>
  <bpmn:boundaryEvent id="too_late" attachedToRef="ask">
    <bpmn:timerEventDefinition><bpmn:timeDuration>PATIENCE</bpmn:timeDuration>
    </bpmn:timerEventDefinition></bpmn:boundaryEvent>
  <bpmn:sequenceFlow id="f6" sourceRef="too_late" targetRef="by_hand"/>
  <bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="tell"/>
  <bpmn:serviceTask id="tell"><bpmn:extensionElements>
    <zeebe:taskDefinition type="notify"/>
    <zeebe:taskHeaders><zeebe:header key="notice" value="addresses/new_address"/></zeebe:taskHeaders>
    <zeebe:ioMapping>
      <zeebe:input source="=received_on" target="since"/>
    </zeebe:ioMapping>
  </bpmn:extensionElements></bpmn:serviceTask>
  <bpmn:boundaryEvent id="refused" attachedToRef="tell">
    <bpmn:errorEventDefinition errorRef="error_refused"/></bpmn:boundaryEvent>
  <bpmn:boundaryEvent id="not_shared" attachedToRef="tell">
    <bpmn:errorEventDefinition errorRef="error_not_shared"/></bpmn:boundaryEvent>
  <bpmn:boundaryEvent id="not_told" attachedToRef="tell">
    <bpmn:timerEventDefinition><bpmn:timeDuration>PATIENCE</bpmn:timeDuration>
    </bpmn:timerEventDefinition></bpmn:boundaryEvent>
  <bpmn:sequenceFlow id="f7" sourceRef="not_told" targetRef="by_hand"/>
  <bpmn:sequenceFlow id="f3" sourceRef="tell" targetRef="told"/>
  <bpmn:sequenceFlow id="f4" sourceRef="refused" targetRef="by_hand"/>
  <bpmn:sequenceFlow id="f5" sourceRef="not_shared" targetRef="by_hand"/>
  <bpmn:endEvent id="told"/>
  <bpmn:endEvent id="by_hand"/>
</bpmn:process></bpmn:definitions>"#;

/// What the county offers; a person takes over when the agency is silent for so long.
pub(super) fn service(patience: &str) -> Result<Arc<Service>, String> {
    let process = PROCESS.replace("PATIENCE", patience);
    let files: Files = [
        ("service.toml", SERVICE),
        ("questions.toml", QUESTIONS),
        ("process.bpmn", &process),
        ("connectors.toml", ""),
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .into();
    compile(&files, &county()?, &BTreeMap::new())
}

/// The transcryptor's key.
pub(super) fn master() -> MasterKey {
    MasterKey::from_bytes([5; 32])
}

fn secret(body: &BodyId) -> Result<BodySecret, String> {
    let share = master().share(body, KeyEpoch(1)).map_err(|error| error.to_string())?;
    BodySecret::from_shares(&[share]).map_err(|error| error.to_string())
}

fn known_to(body: &BodyId, seed: u64, number: u64) -> Result<SectorPersonId, String> {
    let mut random = [0; 64];
    for (place, chunk) in random.chunks_exact_mut(8).enumerate() {
        let drawn = fixed(seed, &["person", &number.to_string(), &place.to_string()]);
        chunk.copy_from_slice(&drawn.to_be_bytes());
    }
    let handle = identity::handle_from_random(&random).map_err(|error| error.to_string())?;
    secret(body)?.pseudonym(handle).map_err(|error| error.to_string())
}

/// A resident as the county knows them.
pub(super) fn person(seed: u64, number: u64) -> Result<SectorPersonId, String> {
    known_to(&county()?, seed, number)
}

/// The same resident as the agency knows them.
pub(super) fn person_at_agency(seed: u64, number: u64) -> Result<SectorPersonId, String> {
    known_to(&agency()?, seed, number)
}

/// How sure the county is of a resident: of some it is not sure enough.
pub(super) fn assurance(seed: u64, number: u64) -> Assurance {
    let low = fixed(seed, &["assurance", &number.to_string()]).is_multiple_of(8);
    let identity = if low { IdentityLevel::P1 } else { IdentityLevel::P2 };
    Assurance { identity, ..Assurance::default() }
}

/// What a resident sends; the form is the same when it comes again.
pub(super) fn request(number: u64) -> Result<Submit, String> {
    let line = match number % 7 {
        0 => format!("{number} Nowhere {}", crate::MARK),
        _ => format!("{number} High Street {}", crate::MARK),
    };
    let given = [("line", line), ("secret", crate::MARK.to_owned())];
    let draft = base::Digest::of_parts(&[b"draft", &number.to_be_bytes()]);
    let draft = draft.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
    Ok(Submit {
        service: name("moving")?,
        channel: Channel::Web,
        language: Some(Language::En),
        given: given.map(|(name, value)| (name.to_owned(), value.into())).into_iter().collect(),
        draft: Some(base::DraftId::from_bytes(draft)),
        earlier: Vec::new(),
    })
}
