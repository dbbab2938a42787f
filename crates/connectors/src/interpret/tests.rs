use super::*;
use crate::Headers;
use crate::mapping::tests::example;
use crate::soap::ENVELOPE_NAMESPACE;

#[expect(clippy::unnecessary_wraps, reason = "answers stand beside faults in the tables below")]
fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers: Headers = headers.iter().copied().collect();
    Ok(HttpResponse { status, headers, body: body.as_bytes().to_vec() })
}

fn soap(status: u16, body: &str) -> Answer {
    let text =
        format!("<e:Envelope xmlns:e='{ENVELOPE_NAMESPACE}'><e:Body>{body}</e:Body></e:Envelope>");
    answer(status, &[], &text)
}

/// The outcome in one word with what matters of it.
fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done { variables } => {
            let all = variables.iter().map(|(name, value)| format!(" {name}={}", value.to_json()));
            format!("done{}", all.collect::<String>())
        }
        Outcome::Refused { error_code, message } => format!("refused {error_code}: {message}"),
        Outcome::Retry { retry_after_ms: Some(wait), .. } => format!("retry after {wait}"),
        Outcome::Retry { .. } => "retry".to_owned(),
        Outcome::Unclear { .. } => "unclear".to_owned(),
        Outcome::NotFound => "not found".to_owned(),
        Outcome::Unmapped { .. } => "unmapped".to_owned(),
    }
}

fn send(job: &str, answer: &Answer) -> String {
    word(&interpret(&example(job), Phase::Send, answer))
}

#[test]
fn what_may_be_sent_again_depends_on_delivery_and_fault() {
    for (answer, keyed, lookup, manual) in [
        (Err(TransportFault::NotReached), "retry", "retry", "retry"),
        (Err(TransportFault::TimedOut), "retry", "unclear", "unclear"),
        (Err(TransportFault::Broken), "retry", "unclear", "unclear"),
        (Err(TransportFault::TooLong), "retry", "unclear", "unclear"),
        (Err(TransportFault::Unsendable), "unmapped", "unmapped", "unmapped"),
        (answer(500, &[], "<html>oh</html>"), "retry", "unclear", "unclear"),
        (answer(503, &[], ""), "retry", "unclear", "unclear"),
        (answer(408, &[], ""), "retry", "unclear", "unclear"),
        (
            answer(429, &[("Retry-After", "7")], ""),
            "retry after 7000",
            "retry after 7000",
            "retry after 7000",
        ),
        (answer(404, &[], ""), "unmapped", "unmapped", "unmapped"),
        (answer(401, &[], ""), "unmapped", "unmapped", "unmapped"),
        (answer(302, &[("Location", "/")], ""), "unmapped", "unmapped", "unmapped"),
        (answer(200, &[], "<html>captive</html>"), "retry", "unclear", "unclear"),
    ] {
        assert_eq!(send("return-job", &answer), keyed, "{answer:?}");
        assert_eq!(send("report-missed-bin", &answer), lookup, "{answer:?}");
        assert_eq!(send("tell-by-hand", &answer), manual, "{answer:?}");
    }
}

#[test]
fn rest_answers_follow_the_rules() {
    for (status, body, wanted) in [
        (201, r#"{"id": 7, "note": "x"}"#, r#"done note="x" returnId=7"#),
        (200, r#"{"id": "7"}"#, r#"done note=null returnId="7""#),
        (200, r#"{"note": "no id"}"#, "retry"),
        (409, r#"{"message": "not finished"}"#, "refused still-open: not finished"),
        (409, "not json", "refused still-open: "),
        (422, r#"{"code": "unknown_property"}"#, "refused unknown-property: "),
        (422, r#"{"code": "other"}"#, "unmapped"),
        (423, "{}", "retry"),
        (204, "", "retry"),
    ] {
        assert_eq!(send("return-job", &answer(status, &[], body)), wanted, "{status} {body}");
    }
    assert_eq!(send("tell-by-hand", &answer(204, &[], "")), "done");
}

#[test]
fn soap_answers_follow_the_rules() {
    let fault = |code: &str, detail: &str| {
        soap(
            500,
            &format!(
                "<e:Fault><faultcode>e:{code}</faultcode><faultstring>words</faultstring>\
             <detail><{detail}/></detail></e:Fault>"
            ),
        )
    };
    for (answer, wanted) in [
        (
            soap(200, "<CreateJobResponse><jobNumber>W1</jobNumber></CreateJobResponse>"),
            "done jobNumber=\"W1\"",
        ),
        (soap(200, "<CreateJobResponse/>"), "unclear"),
        (soap(200, "<Other><jobNumber>W1</jobNumber></Other>"), "unclear"),
        (fault("Client", "UnknownProperty"), "refused unknown-property: words"),
        (fault("Client", "Other"), "unmapped"),
        (fault("Server", "UnknownProperty"), "unclear"),
        (fault("MustUnderstand", "x"), "unmapped"),
    ] {
        assert_eq!(send("report-missed-bin", &answer), wanted, "{answer:?}");
    }
}

#[test]
fn a_question_is_answered_by_its_rules_alone() {
    let ask =
        |answer: &Answer| word(&interpret(&example("report-missed-bin"), Phase::Lookup, answer));
    let response = |inner: &str| {
        soap(200, &format!("<GetJobByReferenceResponse>{inner}</GetJobByReferenceResponse>"))
    };
    let found = "<found>true</found><jobNumber>W1</jobNumber>";
    assert_eq!(ask(&response(found)), "done jobNumber=\"W1\"");
    assert_eq!(ask(&response("<found>false</found>")), "not found");
    for unclear in [response(""), response("<found>true</found>"), answer(404, &[], "x")] {
        let outcome = ask(&unclear);
        assert!(matches!(outcome.as_str(), "unclear" | "unmapped"), "{outcome} {unclear:?}");
    }
}

#[test]
fn a_retry_date_is_read_against_the_answers_own_date() {
    let headers = [
        ("Date", "Fri, 20 Nov 2026 09:00:00 GMT"),
        ("Retry-After", "Fri, 20 Nov 2026 09:02:00 GMT"),
    ];
    assert_eq!(send("return-job", &answer(503, &headers, "")), "retry after 120000");
    assert_eq!(send("return-job", &answer(503, &[("Retry-After", "soon")], "")), "retry");
}

#[test]
fn a_soap_fault_is_an_answer_and_a_page_is_not() {
    let fault = soap(500, "<e:Fault><faultcode>e:Server</faultcode></e:Fault>");
    assert_eq!(health(&fault), Health::Answering);
    assert_eq!(health(&answer(500, &[], "<html/>")), Health::Failing);
    assert_eq!(health(&answer(404, &[], "")), Health::Answering);
    assert_eq!(health(&Err(TransportFault::TimedOut)), Health::Failing);
}

proptest::proptest! {
    #[test]
    fn any_answer_has_an_outcome(status in 100_u16..700, body: Vec<u8>, lookup: bool) {
        let answer = Ok(HttpResponse { status, headers: Headers::new(), body });
        let phase = if lookup { Phase::Lookup } else { Phase::Send };
        for job in ["report-missed-bin", "return-job", "tell-by-hand"] {
            let _ = interpret(&example(job), phase, &answer);
            let _ = health(&answer);
        }
    }
}
