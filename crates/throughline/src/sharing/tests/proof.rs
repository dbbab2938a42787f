//! Questions that a case really asked, on a real data folder, proved from its files; then the
//! provider's log is changed as its operator could, and each change is found.

use std::time::Duration;

use base::{CaseId, Channel, Language, Shard, Timestamp};
use catalogue::Files;
use runtime::{Reconciled, Submit};
use store::access::{AccessCheckpointKey, AccessCheckpointRow, AccessLeafKey, AccessLeafRow};
use store::access::{AccessRecordKey, AccessRecordRow};
use store::{Batch, DataFolder, Reader, SqliteStore, Store as _};

use super::absence::known_to;
use super::absence::{Folder, RESIDENTS, agency, asker, folder, installed, is_known_to_asker};
use super::*;
use runtime::{Assurance, Authority, Command, IdentityLevel, Reply};

const SERVICE: &str = r#"
id = "free-school-meals"
owner = "aldershire"
nation = "england"
prefix = "FSM"
channels = ["web"]
sign_in = "required"
automated = "approve"
retention_days = 30
governing_date = "received"
promise = { working_days = 5 }
agreements = ["qualifying-benefits"]
title.en = "Apply for free school meals"
summary.en = "A service of one question."
category.en = "Schools"
send.en = "Send it"
power.en = "Education Act 1996, section 512ZB"
lawful_basis.en = "Public task"
ground.en = "It follows from one fact alone."

[[outcome]]
id = "done"
end = "done"
text.en = "It is done."
"#;

const QUESTIONS: &str = r#"
[[page]]
id = "child"

[[question]]
id = "child"
page = "child"
kind = "text"
text.en = "What is the child's name?"

[[question]]
id = "qualifying_benefit"
kind = "text"
source = "qualifying-benefits/qualifying_benefit"
text.en = "Does this person get a benefit that qualifies?"
"#;

const PROCESS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="meals_definitions" targetNamespace="urn:t">
<bpmn:process id="meals" isExecutable="true">
  <bpmn:startEvent id="received"/>
  <bpmn:sequenceFlow id="f1" sourceRef="received" targetRef="ask"/>
  <bpmn:serviceTask id="ask"><bpmn:extensionElements>
    <zeebe:taskDefinition type="ask"/>
    <zeebe:taskHeaders><zeebe:header key="question" value="qualifying_benefit"/></zeebe:taskHeaders>
  </bpmn:extensionElements></bpmn:serviceTask>
  <bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="done"/>
  <bpmn:endEvent id="done"/>
</bpmn:process></bpmn:definitions>"#;

fn package() -> Files {
    let scenario =
        "scenario  It is asked\nclock     2026-11-19 09:00\n\nrequest   web en\n  child  Sam\n";
    [
        ("service.toml", SERVICE),
        ("questions.toml", QUESTIONS),
        ("process.bpmn", PROCESS),
        ("scenarios/asked.txt", scenario),
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .into()
}

/// A folder in which residents have asked, and what the logs told when it was left.
async fn asked(name: &str) -> Folder {
    let folder = folder(name);
    let path = folder.0.clone();
    let region = Region::read(&region_files()).unwrap();
    let packages = [("free-school-meals".to_owned(), package())].into();
    let (installation, served) = installed(&path, region, packages).await;
    assert!(installation.problems.is_empty(), "{:#?}", installation.problems);
    let host = &installation.host;
    let mut cases: Vec<CaseId> = Vec::new();
    for number in 0..RESIDENTS {
        let submit = Submit {
            service: "free-school-meals".parse().unwrap(),
            channel: Channel::Web,
            language: Some(Language::En),
            given: [("child".to_owned(), "Sam".into())].into_iter().collect(),
            draft: None,
            earlier: Vec::new(),
        };
        let identity = if number == 0 { IdentityLevel::P1 } else { IdentityLevel::P2 };
        let assurance = Assurance { identity, ..Assurance::default() };
        let person = known_to(&path, &asker(), number);
        let authority = Authority::Citizen { person, assurance };
        let submitted = host.submit(&asker(), authority, Command::Submit(Box::new(submit))).await;
        let Ok(Reply::Received { case, .. }) = submitted else { panic!("{submitted:?}") };
        cases.push(case);
    }
    let body = host.body(&asker()).unwrap();
    let mut commits = body.commits();
    let (mut asked, mut answered) = (0, 0);
    for case in cases {
        let counts = loop {
            let view = body.case(case).unwrap().unwrap();
            if view.case.request.status != requests::Status::Open {
                break view.case.counts;
            }
            let changed = tokio::time::timeout(Duration::from_secs(60), commits.changed()).await;
            changed.expect("an answer within a minute").unwrap();
        };
        asked += counts.questions_asked;
        answered += counts.questions_answered();
    }
    let all = u32::from(RESIDENTS) - 1;
    assert_eq!((asked, answered), (all, all), "of one the council is not sure enough");
    for number in 0..RESIDENTS {
        assert!(!is_known_to_asker(&path, number), "resident {number}");
    }
    served.stop().await;
    drop(installation);
    folder
}

/// What the logs of every body say of crossings; the error of the first that does not hold.
fn proved(folder: &Folder) -> Result<Reconciled, String> {
    let opened = DataFolder::open(&folder.0).map_err(|error| error.to_string())?;
    crate::audit_log::reconciled(&opened).map_err(|error| format!("{error:#}"))
}

/// Writes to the agency's database as its operator could.
fn tamper(folder: &Folder, write: impl FnOnce(&Reader, &mut Batch)) {
    let opened = DataFolder::open(&folder.0).unwrap();
    let mut store = SqliteStore::open(&opened, &agency()).unwrap();
    // The host's lease runs on, for it did not end by a signal.
    let later = Timestamp::parse("2100-01-01T00:00:00Z").unwrap();
    let lease = store.lease(&agency(), Shard(0), "test", later, 1_000).unwrap();
    let mut batch = Batch::after(&lease);
    write(&store.readers().shard(Shard(0)), &mut batch);
    store.commit(&batch).unwrap();
}

fn row<R: store::Row>(reader: &Reader, key: &R::Key) -> R {
    store::row::<R>(reader, key).unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_question_is_proved_and_each_change_of_the_providers_log_is_found() {
    let folder = asked("proof").await;
    let whole = proved(&folder).unwrap();
    assert_eq!((whole.agreed, whole.refused), (u64::from(RESIDENTS) - 1, 1));
    assert!(whole.findings.is_empty(), "{:?}", whole.findings);
    let leaf = |reader: &Reader, leaf| row::<AccessLeafRow>(reader, &AccessLeafKey { leaf });
    let record = |reader: &Reader, leaf| row::<AccessRecordRow>(reader, &AccessRecordKey { leaf });
    // A line for each question, and where the journal stood that day.
    let leaves = {
        let opened = DataFolder::open(&folder.0).unwrap();
        let store = SqliteStore::open(&opened, &agency()).unwrap();
        let reader = store.readers().shard(Shard(0));
        store::page::<AccessLeafRow>(&reader, None, store::PAGE_LIMIT).unwrap()
    };
    let last = leaves.last().unwrap().leaf;
    // Each change is taken back before the next.
    let check = |said: &str, change: &dyn Fn(&Reader, &mut Batch)| {
        let mut before = Vec::new();
        let mut notes = Vec::new();
        tamper(&folder, |reader, batch| {
            before = (0..=last).map(|at| (leaf(reader, at), record(reader, at))).collect();
            notes = store::page::<AccessCheckpointRow>(reader, None, 9).unwrap();
            change(reader, batch);
        });
        let found = proved(&folder).unwrap_err();
        assert!(found.contains(said), "{found}");
        tamper(&folder, |_, batch| {
            for (leaf, record) in &before {
                batch.put(leaf.clone());
                batch.put(record.clone());
            }
            for note in &notes {
                batch.put(note.clone());
            }
        });
    };
    check("was altered", &|reader, batch| {
        let bytes = record(reader, 1).bytes;
        batch.put(AccessRecordRow { bytes, ..record(reader, 2) });
    });
    check("is missing", &|_, batch| {
        batch.delete::<AccessRecordRow>(AccessRecordKey { leaf: 3 });
    });
    check("leaf 3 is missing", &|_, batch| {
        batch.delete::<AccessLeafRow>(AccessLeafKey { leaf: 3 });
        batch.delete::<AccessRecordRow>(AccessRecordKey { leaf: 3 });
    });
    check("are not those that were signed", &|reader, batch| {
        for (from, to) in [(2, 3), (3, 2)] {
            batch.put(AccessLeafRow { leaf: to, ..leaf(reader, from) });
            batch.put(AccessRecordRow { leaf: to, ..record(reader, from) });
        }
    });
    check("was cut off", &|_, batch| {
        batch.delete::<AccessLeafRow>(AccessLeafKey { leaf: last });
        batch.delete::<AccessRecordRow>(AccessRecordKey { leaf: last });
    });
    check("is not the one that event", &|reader, batch| {
        batch.delete::<AccessLeafRow>(AccessLeafKey { leaf: last });
        batch.delete::<AccessRecordRow>(AccessRecordKey { leaf: last });
        for note in store::page::<AccessCheckpointRow>(reader, None, 9).unwrap() {
            batch.delete::<AccessCheckpointRow>(AccessCheckpointKey { day: note.day });
        }
        let mut tree = audit::Tree::new();
        for at in 0..last {
            tree.push(&audit::Commitment::from_digest(leaf(reader, at).commitment));
        }
        let secrets = crate::keys::body_secrets(&folder.0, &agency(), || [0; 32]).unwrap();
        let note = audit::Checkpoint::of(&runtime::log_origin(&agency()), &tree).unwrap();
        let day = record(reader, last).at.uk_date();
        batch.put(AccessCheckpointRow { day, note: note.sign(&secrets.log) });
    });
    assert_eq!(proved(&folder).unwrap(), whole, "all of it was taken back");
}
