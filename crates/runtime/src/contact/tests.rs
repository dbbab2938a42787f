//! The written form of what happens to a contact, and what may happen to it.

use base::{Actor, Digest, Measure};
use expect_test::expect;

use super::*;
use crate::related::journal_id;

fn by(byte: u8) -> Holder {
    Holder { key: Digest::from_bytes([byte; 32]), initials: "TB".to_owned() }
}

fn logged() -> Logged {
    Logged {
        kind: Kind::Complaint,
        channel: Channel::Agent,
        role: Role::Agent,
        service: "missed-bin-collection".parse().ok(),
        about: Some(CaseId::from_bytes([6; 16])),
        key: KeyId::from_bytes([5; 16]),
        caller: Personal::Erased,
        note: Personal::Erased,
        handed: Some(HandedOver { to: Role::Caseworker, due: "2026-12-01".parse().unwrap() }),
        repeat: true,
    }
}

#[test]
fn every_event_of_a_contact_has_its_line() {
    let role = Role::Caseworker;
    let bare = Logged { service: None, about: None, handed: None, repeat: false, ..logged() };
    let events = [
        Event::Logged(Box::new(logged())),
        Event::Logged(Box::new(bare)),
        Event::Taken { role, by: by(0) },
        Event::HandedBack { role, by: by(0) },
        Event::Closed { role, by: by(0), reason: Personal::Erased },
        Event::Erased,
    ];
    let lines = events.map(|event| {
        let fact = Fact::Contact(event);
        let (case, at) =
            (journal_id(ContactId::from_bytes([7; 16])), Timestamp::from_millis(1_000));
        let record = Record { case, at, measure: Measure::by(Actor::Staff(role)), fact };
        let bytes = record.to_bytes().unwrap();
        assert_eq!(Record::from_bytes(base::EventSeq(1), &bytes).unwrap(), record);
        format!("{} {}", record.fact.name(), String::from_utf8(bytes).unwrap())
    });
    expect![[r#"
        contact.logged {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"caseworker"}},"fact":{"contact":{"logged":{"kind":"complaint","channel":"agent","role":"agent","service":"missed-bin-collection","about":"06060606-0606-0606-0606-060606060606","key":"05050505-0505-0505-0505-050505050505","caller":"erased","note":"erased","handed":{"to":"caseworker","due":"2026-12-01"},"repeat":true}}}}
        contact.logged {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"caseworker"}},"fact":{"contact":{"logged":{"kind":"complaint","channel":"agent","role":"agent","key":"05050505-0505-0505-0505-050505050505","caller":"erased","note":"erased","repeat":false}}}}
        contact.taken {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"caseworker"}},"fact":{"contact":{"taken":{"role":"caseworker","by":{"key":"0000000000000000000000000000000000000000000000000000000000000000","initials":"TB"}}}}}
        contact.handed_back {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"caseworker"}},"fact":{"contact":{"handed_back":{"role":"caseworker","by":{"key":"0000000000000000000000000000000000000000000000000000000000000000","initials":"TB"}}}}}
        contact.closed {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"caseworker"}},"fact":{"contact":{"closed":{"role":"caseworker","by":{"key":"0000000000000000000000000000000000000000000000000000000000000000","initials":"TB"},"reason":"erased"}}}}
        contact.erased {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"caseworker"}},"fact":{"contact":"erased"}}"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn a_contact_is_one_persons_until_they_give_it_back() {
    let role = Role::Caseworker;
    let at = Timestamp::from_millis(1);
    let mut contact = Contact::logged(ContactId::from_bytes([7; 16]), logged(), at);
    let mut does = |act: Act| {
        let events = decide(&contact, act)?;
        for event in &events {
            contact.apply(event, at);
        }
        Ok::<usize, Rejection>(events.len())
    };
    let held = Err(Rejection::Held { role, initials: "TB".to_owned() });
    let close = |byte| Act::Close { role, by: by(byte), reason: "done".to_owned() };
    assert_eq!(does(Act::Take { role, by: by(1) }), Ok(1));
    assert_eq!(does(Act::Take { role, by: by(1) }), Ok(0), "twice is once");
    assert_eq!(does(Act::Take { role, by: by(2) }), held);
    assert_eq!(does(close(2)), held);
    assert_eq!(does(Act::HandBack { role, by: by(2) }), Ok(1), "for somebody absent");
    assert_eq!(does(Act::HandBack { role, by: by(2) }), Ok(0));
    assert_eq!(does(close(2)), Ok(1));
    assert_eq!(does(close(2)), Err(Rejection::Over));
    let dealt_with = Logged { handed: None, ..logged() };
    let dealt_with = Contact::logged(ContactId::from_bytes([8; 16]), dealt_with, at);
    assert_eq!(decide(&dealt_with, close(1)), Err(Rejection::Over));
}
