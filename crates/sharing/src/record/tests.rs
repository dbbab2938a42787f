use expect_test::expect;

use super::*;

#[test]
fn a_record_has_these_bytes() {
    let record = Record {
        kind: RecordKind::Refused(Refusal::AssuranceTooLow),
        crossing: MessageId::from_bytes([1; 16]),
        at: Timestamp::parse("2026-11-24T09:00:00Z").unwrap(),
        agreement: AgreementVersion { id: "free-school-meals".parse().unwrap(), version: 1 },
        agreement_digest: Some(Digest::of(b"agreement")),
        provider: Some("benefits-agency".parse().unwrap()),
        recipient: Some("aldershire".parse().unwrap()),
        purpose: Some("PublicServiceEligibilityAssessment".parse().unwrap()),
        lawful_basis: Some("A6-1-e".to_owned()),
        name: "meals_qualifying_benefit".parse().unwrap(),
        categories: Vec::new(),
        service: "free-school-meals".parse().unwrap(),
        case: Some(CaseId::from_bytes([2; 16])),
        person: Some(SectorPersonId::from_bytes([3; 32])),
        sequence: 1,
        previous: None,
        answers: None,
    };
    assert_eq!(Record::read(&record.bytes().unwrap()).unwrap(), record);
    let bytes = String::from_utf8(record.bytes().unwrap()).unwrap();
    expect![[r#"{"kind":{"refused":"assurance_too_low"},"crossing":"01010101-0101-0101-0101-010101010101","at":1795510800000,"agreement":{"id":"free-school-meals","version":1},"agreement_digest":"46a81739c6ee7c1d5ed084e7de843a7ed79435cd445513e4dd5c4e5ac395fb4b","provider":"benefits-agency","recipient":"aldershire","purpose":"PublicServiceEligibilityAssessment","lawful_basis":"A6-1-e","name":"meals_qualifying_benefit","categories":[],"service":"free-school-meals","case":"02020202-0202-0202-0202-020202020202","person":"0303030303030303030303030303030303030303030303030303030303030303","sequence":1,"previous":null,"answers":null}"#]].assert_eq(&bytes);
}
