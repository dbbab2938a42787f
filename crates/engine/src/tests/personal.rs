//! Sealed and erased values.

use std::collections::BTreeMap;

use base::{DataKey, Field, Nonce, Party, Personal, SealError, Sealed, Sealer, Timestamp, ValueId};
use expect_test::expect;

use super::{Case, MORNING, blind, process, script, service, values};
use crate::{Command, Environment, Instance, Variable, Waits, decide, open_variables};

/// Seals everything under one key, with nonces that count.
#[derive(Default)]
pub(crate) struct OneKey(u64);

impl OneKey {
    fn associated(field: Field<'_>, value: ValueId) -> Vec<u8> {
        format!("{}/{}", field.0, value.0).into_bytes()
    }
}

impl Sealer for OneKey {
    fn seal(
        &mut self,
        party: Party,
        field: Field<'_>,
        value: Option<ValueId>,
        plaintext: &[u8],
    ) -> Result<Sealed, SealError> {
        self.0 += 1;
        let value = value.unwrap_or(ValueId(self.0));
        let mut nonce = [0; 24];
        nonce[..8].copy_from_slice(&self.0.to_be_bytes());
        let (key, nonce) = (DataKey::from_bytes([7; 32]), Nonce(nonce));
        let ciphertext = key.seal(nonce, &Self::associated(field, value), plaintext).unwrap();
        Ok(Sealed { value, party, nonce, ciphertext })
    }

    fn open(&self, field: Field<'_>, sealed: &Sealed) -> Result<Vec<u8>, SealError> {
        let associated = Self::associated(field, sealed.value);
        DataKey::from_bytes([7; 32])
            .open(sealed.nonce, &associated, &sealed.ciphertext)
            .ok_or(SealError::DoesNotOpen)
    }
}

fn case() -> Case {
    let elements = format!(
        r#"<startEvent id="s"/>{}{}<endEvent id="e"/>"#,
        service("a", ""),
        script("b", "name + \"!\"", "greeting"),
    );
    Case::of(&process("p", &elements, "s>a>b>e"))
}

#[test]
fn a_value_is_never_serialised_in_clear_nor_debugged() {
    let mut case = case();
    case.start("\"name\": \"Ann Other\"");
    let row = case.live.rows().next().unwrap();
    assert!(serde_json::to_string(row).is_err());
    assert!(!format!("{:?} {:?}", case.live, case.journal).contains("Ann"));
}

#[test]
fn a_sealed_value_that_is_needed_refuses_the_command() {
    let mut case = case();
    case.start("\"name\": \"Ann\"");
    let mut keys = OneKey::default();
    let mut live = Instance::new();
    for event in &case.journal {
        live.apply(&event.clone().seal(&mut keys).unwrap());
    }
    let decide_on = |instance: &Instance| {
        let (element, variables) = (case.key("a"), values(""));
        let command = Command::CompleteJob { element, variables };
        let now = Timestamp::parse(MORNING).unwrap();
        decide(&case.deployment, instance, command, now, &mut Environment::new(&blind))
    };
    assert_eq!(decide_on(&live).unwrap_err().to_string(), "variable name is sealed");
    assert!(decide_on(&live.opened(&keys).unwrap()).is_ok());
}

#[test]
fn an_erased_value_that_is_needed_is_an_incident() {
    let mut case = case();
    case.start("\"name\": \"Ann\"");
    case.live.erase(Party(1));
    assert_eq!(case.variable("name"), "\"Ann\"");
    case.live.erase(Party::REQUESTER);
    assert!(case.live.take_dirty().contains(&crate::ElementKey::ROOT));
    let mut environment = Environment::new(&blind);
    let command = Command::CompleteJob { element: case.key("a"), variables: values("") };
    let decided =
        decide(&case.deployment, &case.live, command, case.now, &mut environment).unwrap();
    let lines: Vec<String> = decided.events.iter().map(super::line).collect();
    expect![[r#"
        job_completed a#2
        element_completed a#2 -> b#3
        incident_raised b#3 value_erased: script reads name"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn what_is_made_of_another_partys_values_is_about_that_party() {
    let mut case = case();
    let name = Personal::about(Party(2), Variable::new(feel::Value::from("Bo")));
    let variables = BTreeMap::from([("name".to_owned(), name)]);
    let process = case.deployment.latest(&"p".into()).unwrap();
    case.run("start", Command::Start { process, start: None, variables });
    // The greeting is made of the name alone.
    let element = case.key("a");
    let events = case.decide(Command::CompleteJob {
        element,
        variables: open_variables([("x", feel::Value::Null)]),
    });
    let greeting = events.unwrap().into_iter().find_map(|event| {
        let crate::Event::VariablesSet { mut values, .. } = event else { return None };
        values.remove("greeting")
    });
    assert_eq!(greeting.unwrap().party(), Some(Party(2)));
}

#[test]
fn erasing_reaches_what_a_user_task_says_about_persons() {
    let task = r#"<userTask id="a"><extensionElements><zeebe:userTask/><zeebe:assignmentDefinition assignee="=who"/></extensionElements></userTask>"#;
    let elements = format!(r#"<startEvent id="s"/>{task}<endEvent id="e"/>"#);
    let mut case = Case::of(&process("p", &elements, "s>a>e"));
    case.start("\"who\": \"Ann\"");
    case.live.erase(Party::REQUESTER);
    let row = case.live.get(case.key("a")).unwrap();
    let Waits::UserTask(task) = &row.waits else { panic!("not a user task") };
    assert_eq!(task.assignee, Some(Personal::Erased));
    assert!(serde_json::to_string(row).unwrap().contains("\"erased\""));
}
