use super::*;
use crate::soap::ENVELOPE_NAMESPACE;

const MAPPINGS: &str = r#"
[[callback]]
system = "contractor"
message = "contractor-finished"
format = "soap"
when = 'response.body.element = "JobFinished"'
key = "response.body.ourReference"
variables = { finishedAt = "response.body.finishedAt" }

[[callback]]
system = "works"
message = "works-finished"
format = "rest"
when = 'response.body.type = "job.finished"'
key = "response.body.reference"
"#;

fn secret() -> Secret {
    Secret::new("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

#[test]
fn a_signature_holds_for_its_body_and_its_minutes() {
    let now = at(1_614_265_330_000);
    let headers = sign(&secret(), "msg-1", now, b"{}");
    assert_eq!(verify(&secret(), &headers, b"{}", now), Ok("msg-1".to_owned()));
    assert_eq!(verify(&secret(), &headers, b"{ }", now), Err(CallbackError::WrongSignature));
    assert_eq!(
        verify(&Secret::new("other"), &headers, b"{}", now),
        Err(CallbackError::WrongSignature)
    );
    for late in [CLOCK_TOLERANCE_MS + 2_000, -CLOCK_TOLERANCE_MS - 2_000] {
        let then = now.plus_millis(late);
        assert_eq!(verify(&secret(), &headers, b"{}", then), Err(CallbackError::Stale));
    }
    assert_eq!(verify(&secret(), &Headers::new(), b"{}", now), Err(CallbackError::Malformed));
}

/// RFC 4231, test cases 2 and 6: short keys are padded, long ones hashed.
#[test]
fn the_code_is_hmac_sha256() {
    let code = |key: &str, text: &[u8]| -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new(&sized_key(key.as_bytes()).into());
        mac.update(text);
        mac.finalize().into_bytes().into()
    };
    let hex = |bytes: [u8; 32]| base::Digest::from_bytes(bytes).to_string();
    assert_eq!(
        hex(code("Jefe", b"what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    let long = "k".repeat(131);
    let hashed: [u8; 32] = <Sha256 as sha2::Digest>::digest(long.as_bytes()).into();
    assert_eq!(sized_key(long.as_bytes())[..32], hashed);
}

#[test]
fn what_a_message_means_is_data() {
    let mappings = read_callbacks(MAPPINGS).unwrap();
    let soap = format!(
        "<e:Envelope xmlns:e='{ENVELOPE_NAMESPACE}'><e:Body><JobFinished>\
         <ourReference>MBC-1</ourReference><finishedAt>2026-11-20T09:00:00Z</finishedAt>\
         </JobFinished></e:Body></e:Envelope>"
    );
    let contractor = "contractor".parse().unwrap();
    let works = "works".parse().unwrap();
    let received = receive(&mappings, &contractor, soap.as_bytes()).unwrap();
    assert_eq!(
        (received.message.as_str(), received.key.as_str()),
        ("contractor-finished", "MBC-1")
    );
    assert_eq!(received.variables["finishedAt"].as_str(), Some("2026-11-20T09:00:00Z"));
    let json = br#"{"type": "job.finished", "reference": "MBC-2"}"#;
    assert_eq!(receive(&mappings, &works, json).unwrap().key, "MBC-2");
    for (system, body) in [
        (&works, soap.as_bytes()),
        (&contractor, &json[..]),
        (&works, br#"{"type": "job.begun", "reference": "MBC-2"}"#),
        (&works, br#"{"type": "job.finished"}"#),
        (&works, b""),
    ] {
        assert_eq!(receive(&mappings, system, body), Err(CallbackError::Unreadable));
    }
}

#[test]
fn a_mistake_has_its_line() {
    let text = MAPPINGS.replacen("format = \"soap\"", "format = \"csv\"", 1);
    let errors = read_callbacks(&text).unwrap_err();
    assert_eq!((errors.len(), errors[0].line), (1, 5));
}

proptest::proptest! {
    #[test]
    fn any_headers_and_body_are_refused(
        id in ".{0,20}", seconds in "[0-9-]{0,20}", signature in "(v1,)?[A-Za-z0-9+/= ]{0,60}",
        body: Vec<u8>,
    ) {
        let headers: Headers = [
            ("webhook-id", id), ("webhook-timestamp", seconds), ("webhook-signature", signature),
        ].into_iter().collect();
        proptest::prop_assert!(verify(&secret(), &headers, &body, at(0)).is_err());
    }
}
