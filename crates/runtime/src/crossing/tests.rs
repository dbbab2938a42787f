use base::{Actor, CaseId};
use expect_test::expect;

use super::*;
use crate::access::Checked;
use crate::record::{Fact, Record};

#[test]
fn every_event_of_a_crossing_has_its_line() {
    let level = Assurance { identity: IdentityLevel::P2, authentication: AuthenticationLevel::Low };
    let checked = Checks::of(&[Checked::DateOfBirth, Checked::Email]).unwrap();
    let (case, at) = (CaseId::from_bytes([7; 16]), Timestamp::from_millis(1_000));
    let assured = |actor, checked| {
        let fact = Fact::Crossing(Event::Assured { assurance: level, checked });
        let record = Record { case, at, measure: Measure::by(actor), fact };
        let bytes = record.to_bytes().unwrap();
        assert_eq!(Record::from_bytes(base::EventSeq(1), &bytes).unwrap(), record);
        assert_eq!(crate::observation(&record), None, "no measure counts it");
        format!("{} {}", record.fact.name(), String::from_utf8(bytes).unwrap())
    };
    let line = CrossingRecord {
        at,
        measure: Measure::by(Actor::Body),
        crossing: MessageId::from_bytes([1; 16]),
        letter: Digest::of(b"letter"),
        leaf: 3,
        commitment: Digest::of(b"leaf"),
        key: KeyId::from_bytes([2; 16]),
        said: None,
    };
    let lines = [
        assured(Actor::Requester, None),
        assured(Actor::Staff(base::Role::Agent), Some(checked)),
        format!("{CROSSING_LOGGED} {}", serde_json::to_string(&line).unwrap()),
    ];
    expect![[r#"
        case.assured {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":"requester"},"fact":{"crossing":{"assured":{"assurance":{"identity":"P2","authentication":"Low"}}}}}
        case.assured {"case":"07070707-0707-0707-0707-070707070707","at":1000,"measure":{"actor":{"staff":"agent"}},"fact":{"crossing":{"assured":{"assurance":{"identity":"P2","authentication":"Low"},"checked":["date_of_birth","email"]}}}}
        crossing.logged {"at":1000,"measure":{"actor":"body"},"crossing":"01010101-0101-0101-0101-010101010101","letter":"f80105efab6d863fd8fc243d269094469e2277e8f12e5a0a9f401e88494f7b4b","leaf":3,"commitment":"9f91161f43433e49a6de6db680d79f60159f2e4ac9172621a12846428158440b","key":"02020202-0202-0202-0202-020202020202"}"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn another_letter_under_the_same_id_is_told_from_the_same_one() {
    let letter = letter();
    assert_eq!(letter.digest(), letter.clone().digest());
    let other = |change: fn(&mut CrossingLetter)| {
        let mut other = letter.clone();
        change(&mut other);
        other.digest()
    };
    let others = [
        other(|letter| letter.person = SectorPersonId::from_bytes([9; 32])),
        other(|letter| letter.on = "2026-11-25".parse().unwrap()),
        other(|letter| letter.form = Form::Notice("benefit".parse().unwrap())),
        other(|letter| letter.agreement.version = 2),
        other(|letter| letter.assurance.identity = IdentityLevel::P0),
        other(|letter| letter.fields.clear()),
        other(|letter| letter.service = "other".parse().unwrap()),
    ];
    assert!(!others.contains(&letter.digest()));
    assert_eq!(
        format!("{letter:?}"),
        "CrossingLetter(01010101-0101-0101-0101-010101010101 under library@1)"
    );
}

fn letter() -> CrossingLetter {
    CrossingLetter {
        id: MessageId::from_bytes([1; 16]),
        agreement: AgreementVersion { id: "library".parse().unwrap(), version: 1 },
        agreement_digest: Digest::of(b"agreement"),
        form: Form::Question("benefit".parse().unwrap()),
        provider: "agency".parse().unwrap(),
        recipient: "county".parse().unwrap(),
        purpose: "Eligibility".parse().unwrap(),
        service: "meals".parse().unwrap(),
        assurance: Assurance { identity: IdentityLevel::P2, ..Assurance::default() },
        on: "2026-11-24".parse().unwrap(),
        leaf: Digest::of(b"leaf"),
        person: SectorPersonId::from_bytes([3; 32]),
        fields: [("line".to_owned(), Variable::new(feel::Value::string("1 High Street")))].into(),
        withdrawn: false,
    }
}
