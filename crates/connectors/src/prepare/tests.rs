use expect_test::{Expect, expect};

use super::*;
use crate::mapping::tests::example;
use crate::{SystemKind, describe};

pub(crate) fn system(id: &str, kind: SystemKind) -> System {
    System {
        name: base::Text::default(),
        id: id.parse().unwrap(),
        kind,
        base_url: "https://works.example/api".to_owned(),
        credential: None,
        ca_file: None,
        pages: None,
        transfer: None,
    }
}

pub(crate) fn effect(attempt: u32) -> Effect {
    Effect {
        id: EffectId::from_bytes([0xab; 16]),
        reference: Reference::new("MBC", [1, 2, 3, 4, 5]),
        attempt,
        page: "http://localhost:8400/wealdmere/requests/MBC-0410-G1G5".to_owned(),
    }
}

pub(crate) fn input(text: &str) -> Value {
    Value::from_json(text, feel::JsonLimits::STANDARD).unwrap()
}

fn check(job: &str, kind: SystemKind, phase: Phase, json: &str, expected: &Expect) {
    let mapping = example(job);
    let system = system(mapping.system().as_str(), kind);
    let shown = match prepare(&mapping, &system, phase, &input(json), &effect(2)) {
        Err(error) => format!("{error}\n"),
        Ok(request) => {
            let answer = Err(crate::TransportFault::NotReached);
            let exchange = crate::Exchange { request, answer };
            let text = describe(&exchange, &crate::Outcome::NotFound);
            text.split("\n\n").next().unwrap().to_owned() + "\n"
        }
    };
    expected.assert_eq(&shown);
}

fn file(json: &str) -> Result<HttpRequest, PrepareError> {
    let mappings = crate::read_mappings(crate::mapping::tests::FILE).unwrap();
    let mut register = system("register", SystemKind::Files);
    register.base_url = "file:///srv/register".to_owned();
    prepare(&mappings[0], &register, Phase::Send, &input(json), &effect(1))
}

#[test]
fn a_file_is_written() {
    let json = r#"{"address": "1, Mill \"Lane\"", "note": "=cmd|'/c calc'!A1", "people": 2}"#;
    let request = file(json).unwrap();
    assert_eq!(request.url, "file:///srv/register/move-abababab-abab-abab-abab-abababababab.csv");
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        "reference,new address,note,people\r\n\
         MBC-0410-6105-5,\"1, Mill \"\"Lane\"\"\",'=cmd|'/c calc'!A1,2\r\n"
    );
    let lists = file(r#"{"address": "1", "people": ["Sam"]}"#);
    assert_eq!(lists, Err(PrepareError::NotText { line: 8 }));
    let long = file(&format!(r#"{{"address": "{}"}}"#, "x".repeat(8_001)));
    assert_eq!(long, Err(PrepareError::TooLong { limit: 8_000 }));
}

#[test]
fn what_a_folder_says_is_read_from_its_status() {
    let mappings = crate::read_mappings(crate::mapping::tests::FILE).unwrap();
    let said = |status: u16| {
        let headers = Headers::new();
        let answer = Ok(crate::HttpResponse { status, headers, body: b"left".to_vec() });
        crate::interpret(&mappings[0], Phase::Send, &answer)
    };
    assert!(matches!(said(201), crate::Outcome::Done { .. }));
    assert!(matches!(said(200), crate::Outcome::Done { .. }));
    assert!(matches!(said(409), crate::Outcome::Refused { .. }));
    let gone = crate::interpret(&mappings[0], Phase::Send, &Err(crate::TransportFault::NotReached));
    assert!(matches!(gone, crate::Outcome::Retry { .. }));
}

#[test]
fn a_soap_request_is_written() {
    check(
        "report-missed-bin",
        SystemKind::Soap,
        Phase::Send,
        r#"{"address": {"uprn": "100"}, "bin": "refuse", "missedOn": "2026-11-19",
            "notes": "by the <gate> & \u0001"}"#,
        &expect![[r#"
            > POST https://works.example/api
            > accept: text/xml
            > content-type: text/xml; charset=utf-8
            > soapaction: "urn:greenway-waste:jobs:1/CreateJob"
            >
            > <?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header><h:MessageID xmlns:h="urn:greenway-waste:jobs:1">abababab-abab-abab-abab-abababababab-2</h:MessageID></soap:Header><soap:Body><m:CreateJob xmlns:m="urn:greenway-waste:jobs:1"><m:ourReference>MBC-0410-6105-5</m:ourReference><m:uprn>100</m:uprn><m:binType>refuse</m:binType><m:missedOn>2026-11-19</m:missedOn><m:notes>by the &lt;gate&gt; &amp; �</m:notes></m:CreateJob></soap:Body></soap:Envelope>
        "#]],
    );
}

#[test]
fn a_soap_field_that_must_be_there_is_missed() {
    check(
        "report-missed-bin",
        SystemKind::Soap,
        Phase::Send,
        r#"{"address": {}, "bin": "refuse", "missedOn": "2026-11-19"}"#,
        &expect![[r"
            `uprn` on line 16 of the mapping is missing
        "]],
    );
}

#[test]
fn a_lookup_is_another_request() {
    check(
        "report-missed-bin",
        SystemKind::Soap,
        Phase::Lookup,
        "{}",
        &expect![[r#"
            > POST https://works.example/api
            > accept: text/xml
            > content-type: text/xml; charset=utf-8
            > soapaction: "urn:greenway-waste:jobs:1/GetJobByReference"
            >
            > <?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><m:GetJobByReference xmlns:m="urn:greenway-waste:jobs:1"><m:ourReference>MBC-0410-6105-5</m:ourReference></m:GetJobByReference></soap:Body></soap:Envelope>
        "#]],
    );
}

#[test]
fn a_rest_request_is_written() {
    check(
        "return-job",
        SystemKind::Rest,
        Phase::Send,
        r#"{"jobNumber": "a/b c?ü", "bin-type": "food", "reason": "say \"no\"", "name": null}"#,
        &expect![[r#"
            > POST https://works.example/api/jobs/a%2Fb%20c%3F%C3%BC/returns?by=MBC-0410-6105-5
            > accept: application/json
            > X-Bin-Type: food
            > Idempotency-Key: abababab-abab-abab-abab-abababababab
            > content-type: application/json
            >
            > {"reference":"MBC-0410-6105-5","reason":"say \"no\"","version":2,"who":{"urgent":true},"tags":["food",null]}
        "#]],
    );
}

#[test]
fn a_segment_cannot_change_the_path() {
    for number in ["\"\"", "\"..\"", "\".\"", "null", "[1]"] {
        let json = format!(r#"{{"jobNumber": {number}, "bin-type": "food"}}"#);
        let mapping = example("return-job");
        let system = system("works", SystemKind::Rest);
        let refused = prepare(&mapping, &system, Phase::Send, &input(&json), &effect(1));
        assert!(refused.is_err(), "{number}: {refused:?}");
    }
}

#[test]
fn a_header_cannot_be_split() {
    let mapping = example("return-job");
    let system = system("works", SystemKind::Rest);
    let json = r#"{"jobNumber": "1", "bin-type": "food\r\nX-Evil: 1"}"#;
    let refused = prepare(&mapping, &system, Phase::Send, &input(json), &effect(1)).unwrap_err();
    assert!(matches!(refused, PrepareError::NotAllowed { place: "a header", .. }), "{refused}");
}

#[test]
fn a_mapping_speaks_to_its_own_system_alone() {
    let mapping = example("return-job");
    for system in [system("works", SystemKind::Soap), system("other", SystemKind::Rest)] {
        let refused = prepare(&mapping, &system, Phase::Send, &input("{}"), &effect(1));
        assert_eq!(refused, Err(PrepareError::WrongSystem { system: system.id }));
    }
    let system = system("works", SystemKind::Rest);
    let refused = prepare(&mapping, &system, Phase::Lookup, &input("{}"), &effect(1));
    assert_eq!(refused, Err(PrepareError::NoLookup));
}

proptest::proptest! {
    #[test]
    fn any_words_stay_words(words in "\\PC{0,60}") {
        let value = Value::context([
            ("jobNumber", Value::from("7")),
            ("bin-type", Value::from("food")),
            ("reason", Value::from(words.as_str())),
        ]).unwrap();
        let mapping = example("return-job");
        let system = system("works", SystemKind::Rest);
        let request = prepare(&mapping, &system, Phase::Send, &value, &effect(1)).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        proptest::prop_assert_eq!(&body["reason"], &serde_json::Value::from(words));
    }
}
