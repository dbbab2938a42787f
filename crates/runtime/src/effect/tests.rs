//! The written form of every fact about an effect, and what it does.

use std::fmt::Write as _;

use base::{CaseId, Measure, Nonce, Party, Sealed, ValueId};
use expect_test::expect;

use super::*;
use crate::record::{Fact, Record};

fn id() -> EffectId {
    EffectId::from_bytes([7; 16])
}

fn sealed() -> Personal<String> {
    Personal::Sealed(Sealed {
        value: ValueId(1),
        party: Party::REQUESTER,
        nonce: Nonce([3; 24]),
        ciphertext: vec![1, 2, 3, 4],
    })
}

fn every_event() -> Vec<Event> {
    let at = Timestamp::from_millis(1_000);
    let attempts = Attempts::new(at).begin(at);
    let (element, job_type) = (ElementKey(4), "report-missed-bin".parse().unwrap());
    let job = Work::Job { element, job_type, system: "waste-contractor".parse().unwrap() };
    let opened = |work, due| Event::Opened { effect: id(), work, place_in_line: 9, due };
    let exchange = Some(sealed());
    vec![
        opened(job, None),
        opened(Work::Message { template: "received".to_owned(), letter_to: None }, Some(at)),
        opened(Work::Forget { key: KeyId::from_bytes([5; 16]) }, None),
        Event::Out { effect: id() },
        Event::Waited {
            effect: id(),
            attempts,
            due: at.plus_seconds(2),
            why: "no answer in time".to_owned(),
            exchange: exchange.clone(),
        },
        Event::Stopped { effect: id(), attempts, unclear: true, why: "no".to_owned(), exchange },
        Event::Done { effect: id() },
        Event::Refused { effect: id(), code: "unknown-property".to_owned() },
        Event::Cancelled { effect: id() },
        Event::Unwanted { effect: id() },
        Event::Replayed { effect: id() },
        Event::NotDone { effect: id() },
    ]
}

#[test]
fn every_event_of_an_effect_has_its_line() {
    let mut lines = String::new();
    for event in every_event() {
        let written = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), event, "it reads back");
        lines.push_str(event.name());
        writeln!(lines, " {written}").unwrap();
    }
    expect![[r#"
        effect.opened {"opened":{"effect":"07070707-0707-0707-0707-070707070707","work":{"job":{"element":4,"job_type":"report-missed-bin","system":"waste-contractor"}},"place_in_line":9}}
        effect.opened {"opened":{"effect":"07070707-0707-0707-0707-070707070707","work":{"message":{"template":"received"}},"place_in_line":9,"due":1000}}
        effect.opened {"opened":{"effect":"07070707-0707-0707-0707-070707070707","work":{"forget":{"key":"05050505-0505-0505-0505-050505050505"}},"place_in_line":9}}
        effect.out {"out":{"effect":"07070707-0707-0707-0707-070707070707"}}
        effect.waited {"waited":{"effect":"07070707-0707-0707-0707-070707070707","attempts":{"phase":"send","sends":1,"lookups":0,"failures":0,"since":1000,"sent_at":1000,"not_found_since":null,"out":true},"due":3000,"why":"no answer in time","exchange":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAQIDBA"}}
        effect.stopped {"stopped":{"effect":"07070707-0707-0707-0707-070707070707","attempts":{"phase":"send","sends":1,"lookups":0,"failures":0,"since":1000,"sent_at":1000,"not_found_since":null,"out":true},"unclear":true,"why":"no","exchange":"s1.AAAAAAAAAAEAAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAQIDBA"}}
        effect.done {"done":{"effect":"07070707-0707-0707-0707-070707070707"}}
        effect.refused {"refused":{"effect":"07070707-0707-0707-0707-070707070707","code":"unknown-property"}}
        effect.cancelled {"cancelled":{"effect":"07070707-0707-0707-0707-070707070707"}}
        effect.unwanted {"unwanted":{"effect":"07070707-0707-0707-0707-070707070707"}}
        effect.replayed {"replayed":{"effect":"07070707-0707-0707-0707-070707070707"}}
        effect.not_done {"not_done":{"effect":"07070707-0707-0707-0707-070707070707"}}
    "#]].assert_eq(&lines);
}

#[test]
fn a_record_has_its_line() {
    let record = Record {
        case: CaseId::from_bytes([1; 16]),
        at: Timestamp::from_millis(1_000),
        measure: Measure::by(base::Actor::BackOffice),
        fact: Fact::Effect(Event::Done { effect: id() }),
    };
    let bytes = record.to_bytes().unwrap();
    assert_eq!(Record::from_bytes(base::EventSeq(1), &bytes).unwrap(), record);
    expect![[r#"{"case":"01010101-0101-0101-0101-010101010101","at":1000,"measure":{"actor":"back_office"},"fact":{"effect":{"done":{"effect":"07070707-0707-0707-0707-070707070707"}}}}"#]].assert_eq(&String::from_utf8(bytes).unwrap());
    assert!(Record::from_bytes(base::EventSeq(1), b"{}").is_err());
}

#[test]
fn an_effect_goes_out_waits_stops_and_ends() {
    let at = Timestamp::from_millis(1_000);
    let work = Work::Message { template: "received".to_owned(), letter_to: None };
    let mut effect = Some(Effect::opened(id(), &work, 9, None, at));
    let mut trace = Vec::new();
    for event in every_event().into_iter().skip(3) {
        let Some(now) = effect.take() else { break };
        effect = now.apply(&event, at);
        trace.push(effect.as_ref().map(|effect| effect.standing));
    }
    let due = at.plus_seconds(2);
    let seen =
        [Some(Standing::Out), Some(Standing::Waiting { due }), Some(Standing::Unclear), None];
    assert_eq!(trace, seen);
}
