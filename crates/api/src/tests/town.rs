//! A body with one small service on a real host: for the tests here and for the example server.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::{ApiBody, ApiClient, ApiState, EndpointKind};
use base::{BlindKey, BodyId, DataKey, Language, MessageId, Role, Text, Timestamp};
use connectors::{HttpConnector, Secret, Secrets};
use identity::{MasterKey, RateLimit};
use runtime::clock::Clock;
use runtime::entropy::SeededEntropy;
use runtime::{
    BodySettings, BodySetup, Host, Keyring, Mail, OfficeSetup, Place, Places, Post, Seams, Service,
    Services, StaffSeed,
};
use store::{SimKeyStore, SimStore, WrapEpoch};

/// The key of the reporting client.
pub const KEY: &str = "key-of-the-reporting-app";
/// The key of another client.
pub const OTHER_KEY: &str = "key-of-another-app";
/// The secret of the one back office.
pub const SECRET: &str = "contractor-secret";
/// The body.
pub const BODY: &str = "millbrook";

const SERVICE: &str = r#"
id = "missed-bin"
owner = "millbrook"
nation = "wales"
prefix = "MBC"
channels = ["web", "agent", "api", "open311"]
automated = "approve"
retention_days = 365
keep = []
title = { en = "Report a missed bin", cy = "Rhoi gwybod am fin a gollwyd" }
summary = { en = "Tell us that a bin was missed.", cy = "Rhowch wybod bod bin wedi'i golli." }
category = { en = "Bins", cy = "Biniau" }
send = { en = "Report the bin", cy = "Rhoi gwybod am y bin" }
power = { en = "Duty to collect", cy = "Dyletswydd i gasglu" }
lawful_basis = { en = "Public task", cy = "Tasg gyhoeddus" }
ground = { en = "It follows from the calendar.", cy = "Mae'n dilyn o'r calendr." }
promise = { working_days = 2 }
duplicate = { questions = ["address", "bin", "missed_on"] }
not_fixed = { message = "not-fixed", within_days = 14 }

[open311]
group = "Waste"
keywords = ["bin", "waste"]
address_id = "address"
description = "notes"
email = "email"
phone = "phone"
name = "name"

[[outcome]]
id = "collected"
end = "done"
text = { en = "Your bin has been emptied.", cy = "Mae eich bin wedi'i wagio." }
"#;

const QUESTIONS: &str = r#"
[[page]]
id = "all"
title = { en = "Your report", cy = "Eich adroddiad" }

[[question]]
id = "address"
page = "all"
kind = "address"
text = { en = "Where?", cy = "Ble?" }
[question.errors]
place = { en = "Choose an address that we serve", cy = "Dewiswch gyfeiriad a wasanaethwn" }

[[question]]
id = "bin"
page = "all"
kind = "choice"
text = { en = "Which bin?", cy = "Pa fin?" }
option = [
  { value = "refuse", text = { en = "General waste", cy = "Gwastraff cyffredinol" } },
  { value = "food", text = { en = "Food & scraps", cy = "Bwyd" } },
]

[[question]]
id = "missed_on"
page = "all"
kind = "date"
text = { en = "When?", cy = "Pryd?" }

[[question]]
id = "heavy"
page = "all"
kind = "yes_no"
text = { en = "Is it heavy?", cy = "A yw'n drwm?" }

[[question]]
id = "count"
page = "all"
kind = "integer"
schema = { minimum = 1, maximum = 9 }
text = { en = "How many?", cy = "Faint?" }

[[question]]
id = "why"
page = "all"
kind = "text"
show_if = "count > 3"
text = { en = "Why so many?", cy = "Pam cymaint?" }

[[question]]
id = "extras"
page = "all"
kind = "choices"
optional = true
text = { en = "What else?", cy = "Beth arall?" }
option = [
  { value = "bag", text = { en = "A bag", cy = "Bag" } },
  { value = "box", text = { en = "A box", cy = "Blwch" } },
]

[[question]]
id = "notes"
page = "all"
kind = "long_text"
optional = true
schema = { maxLength = 100 }
text = { en = "Anything else?", cy = "Unrhyw beth arall?" }

[[question]]
id = "email"
page = "all"
kind = "email"
optional = true
text = { en = "Your e-mail?", cy = "Eich e-bost?" }

[[question]]
id = "phone"
page = "all"
kind = "phone"
optional = true
text = { en = "Your number?", cy = "Eich rhif?" }

[[question]]
id = "name"
page = "all"
kind = "text"
optional = true
text = { en = "Your name?", cy = "Eich enw?" }
"#;

const PROCESS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <message id="m_emptied" name="bin-emptied"><extensionElements>
    <zeebe:subscription correlationKey="=reference"/></extensionElements></message>
  <message id="m_not_fixed" name="not-fixed"/>
  <process id="missed-bin" isExecutable="true">
    <startEvent id="received"><outgoing>a</outgoing></startEvent>
    <startEvent id="returned"><outgoing>b</outgoing>
      <messageEventDefinition messageRef="m_not_fixed"/></startEvent>
    <intermediateThrowEvent id="told"><extensionElements><zeebe:properties>
      <zeebe:property name="tell:en" value="We have told the crew."/>
      <zeebe:property name="tell:cy" value="Rydym wedi dweud wrth y criw."/>
      </zeebe:properties></extensionElements>
      <incoming>a</incoming><incoming>b</incoming><outgoing>c</outgoing></intermediateThrowEvent>
    <receiveTask id="wait" messageRef="m_emptied">
      <incoming>c</incoming><outgoing>e</outgoing></receiveTask>
    <endEvent id="collected"><incoming>e</incoming></endEvent>
    <sequenceFlow id="a" sourceRef="received" targetRef="told"/>
    <sequenceFlow id="b" sourceRef="returned" targetRef="told"/>
    <sequenceFlow id="c" sourceRef="told" targetRef="wait"/>
    <sequenceFlow id="e" sourceRef="wait" targetRef="collected"/>
  </process>
</definitions>
"#;

const CONNECTORS: &str = r#"
[[callback]]
system = "waste"
message = "bin-emptied"
format = "rest"
when = 'response.body.kind = "emptied"'
key = "response.body.reference"
variables = {}
"#;

/// Any fault of setting up.
pub type Fault = Box<dyn std::error::Error>;

/// Messages to people, kept.
#[derive(Debug, Default)]
pub struct Outbox(Mutex<Vec<Mail>>);

impl Post for Outbox {
    fn send(&self, _id: MessageId, _at: Timestamp, mail: &Mail) -> Result<(), String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
        Ok(())
    }
}

/// The service of the town.
pub fn service(body: &BodyId) -> Result<Service, Fault> {
    let files: catalogue::Files = [
        ("service.toml", SERVICE),
        ("questions.toml", QUESTIONS),
        ("process.bpmn", PROCESS),
        ("connectors.toml", CONNECTORS),
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .into();
    let (package, _) =
        catalogue::Package::read(&files).map_err(|problems| format!("{problems:?}"))?;
    let compiled = Service::compile(body.clone(), Arc::new(package), None, &BTreeMap::new());
    Ok(compiled.map_err(|errors| format!("{errors:?}"))?)
}

fn places() -> Places {
    let place = |(uprn, line, postcode): (&str, &str, &str)| Place {
        uprn: uprn.to_owned(),
        line: line.to_owned(),
        postcode: postcode.to_owned(),
    };
    let listed = [
        ("100000000001", "1 Mill Lane, Millbrook", "ZZ1 1AA"),
        ("100000000002", "2 Mill Lane, Millbrook", "ZZ1 1AA"),
        ("100000000003", "Weir Cottage, Millbrook", "ZZ1 1AB"),
    ];
    Places::new(listed.map(place))
}

/// Starts the host of the town.
pub fn host(clock: Arc<dyn Clock>) -> Result<Arc<Host>, Fault> {
    let (body, office): (BodyId, BodyId) = (BODY.parse()?, "identity-office".parse()?);
    let keyring = |id: &BodyId| -> Result<Keyring, Fault> {
        let keys = Box::new(SimKeyStore::new(id)?);
        Ok(Keyring::new(id.clone(), DataKey::from_bytes([7; 32]), WrapEpoch(1), keys))
    };
    let seams =
        Seams { clock, entropy: Arc::new(SeededEntropy(1)), post: Arc::new(Outbox::default()) };
    let mut services = Services::new();
    services.publish(Arc::new(service(&body)?));
    let settings = BodySettings {
        body: body.clone(),
        languages: vec![Language::En, Language::Cy],
        systems: BTreeMap::new(),
        places: Arc::new(places()),
        identity_office: office.clone(),
        blind: BlindKey::from_bytes([9; 32]),
        log_key: runtime::log_key(&body, &[3; 32]).ok_or("no key")?,
        closures: BTreeSet::new(),
        origin: "http://localhost".to_owned(),
        sharing: Arc::default(),
    };
    let setup = BodySetup {
        settings: Arc::new(settings),
        services,
        keyring: keyring(&body)?,
        connector: Arc::new(HttpConnector::new(&[], &Secrets::new())?),
        store: Box::new(SimStore::new(&body)?),
    };
    let office = OfficeSetup {
        body: office.clone(),
        blind: BlindKey::from_bytes([8; 32]),
        master: MasterKey::from_bytes([5; 32]),
        keyring: keyring(&office)?,
        log_key: runtime::log_key(&office, &[4; 32]).ok_or("no key")?,
        sharing: Arc::default(),
        store: Box::new(SimStore::new(&office)?),
    };
    let host = Host::start(seams, office, vec![setup])?;
    let staff = Role::ALL.map(|role| StaffSeed {
        email: format!("{}@example.org", role.key()),
        name: role.key().to_owned(),
        roles: [role].into(),
    });
    host.office().set_staff(&body, &staff, host.clock().now())?;
    Ok(Arc::new(host))
}

/// The interfaces of the town.
pub fn state(host: Arc<Host>, origin: &str, rate: RateLimit) -> Result<Arc<ApiState>, Fault> {
    let changed_at = Timestamp::parse("2026-01-05T09:00:00Z")?;
    let body = ApiBody {
        name: Text::english("Millbrook Council").with(Language::Cy, "Cyngor Millbrook"),
        contact: Text::english("Write to help@example.org."),
        key_service: Text::english("Write to help@example.org for a key."),
        jurisdiction: "millbrook.example".to_owned(),
        kind: EndpointKind::Test,
        changed_at,
        clients: vec![
            ApiClient::with_key("reporting-app", KEY),
            ApiClient::with_key("another-app", OTHER_KEY),
        ],
        inbound_secrets: [("waste".parse()?, Secret::new(SECRET))].into(),
    };
    Ok(Arc::new(ApiState::new(host, origin, [(BODY.parse()?, body)].into(), rate)))
}
