//! The written form of what happens to a task.

use base::{Actor, CaseId, Measure};
use expect_test::expect;

use super::*;
use crate::record::{Fact, Record};

#[test]
fn every_event_of_a_task_has_its_line() {
    let by = || Holder { key: Digest::ZERO, initials: "NO".to_owned() };
    let (key, element, role) = (ElementKey(4), "assess".to_owned(), Role::Assessor);
    let events = [
        Event::Claimed { key, element: element.clone(), role, by: by() },
        Event::HandedBack { key, element: element.clone(), role, by: by() },
        Event::Decided {
            key,
            element,
            role,
            by: by(),
            chosen: [("decision".to_owned(), "granted/walking".to_owned())].into(),
            reason: Personal::Erased,
        },
    ];
    let lines = events.map(|event| {
        let fact = Fact::Task(event);
        let (case, at) = (CaseId::from_bytes([7; 16]), Timestamp::from_millis(1_000));
        let record = Record { case, at, measure: Measure::by(Actor::Staff(role)), fact };
        let bytes = record.to_bytes().unwrap();
        assert_eq!(Record::from_bytes(base::EventSeq(1), &bytes).unwrap(), record);
        format!("{} {}", record.fact.name(), String::from_utf8(bytes).unwrap())
    });
    expect![[r#"
        task.claimed {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"assessor"}},"fact":{"task":{"claimed":{"key":4,"element":"assess","role":"assessor","by":{"key":"0000000000000000000000000000000000000000000000000000000000000000","initials":"NO"}}}}}
        task.handed_back {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"assessor"}},"fact":{"task":{"handed_back":{"key":4,"element":"assess","role":"assessor","by":{"key":"0000000000000000000000000000000000000000000000000000000000000000","initials":"NO"}}}}}
        task.decided {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"assessor"}},"fact":{"task":{"decided":{"key":4,"element":"assess","role":"assessor","by":{"key":"0000000000000000000000000000000000000000000000000000000000000000","initials":"NO"},"chosen":{"decision":"granted/walking"},"reason":"erased"}}}}"#]].assert_eq(&lines.join("\n"));
}
