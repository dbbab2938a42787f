//! The JSON API.

use axum::http::StatusCode;
use base::{Channel, DraftId};
use runtime::{Authority, Command, Reply, Submit};
use serde_json::{Value, json};

use super::{BODY, JSON, KEY, Town, town, valid};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_goes_from_the_list_of_services_to_its_outcome_and_back() {
    let town = Town::new();
    let links = town.get("/millbrook/api").await.json();
    let services = town.get(links["links"]["services"].as_str().unwrap()).await.json();
    let service = town.get(services["services"][0]["links"]["self"].as_str().unwrap()).await.json();
    assert_eq!(service["title"]["cy"], "Rhoi gwybod am fin a gollwyd");
    assert_eq!(service["schema"]["properties"]["bin"]["enum"], json!(["refuse", "food"]));
    let sent = town.send(&valid()).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
    let address = sent.header("location").to_owned();
    let reference = sent.json()["reference"].as_str().unwrap().to_owned();
    assert_eq!(address, format!("/millbrook/api/requests/{reference}"));
    let request = town.get(&address).await.json();
    assert_eq!(request["status"], "open");
    assert_eq!(request["promised_on"], "2026-11-26");
    assert_eq!(request["timeline"][1]["text"]["cy"], "Rydym wedi dweud wrth y criw.");
    assert_eq!(request["may"], json!({"not_fixed": false, "withdraw": true, "review": false}));
    assert_eq!(town.emptied(&reference, "m-1").await.status, StatusCode::OK);
    let request = town.get(&address).await.json();
    assert_eq!(request["outcome"]["text"]["en"], "Your bin has been emptied.");
    let key = format!("Bearer {KEY}");
    let headers = [("authorization", key.as_str()), ("content-type", JSON)];
    let said = json!({"note": "It is still full."}).to_string();
    let back = town.call("POST", &format!("{address}/not-fixed"), &headers, said.clone()).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text);
    assert_eq!(back.json()["status"], "open");
    assert!(!back.text.contains("still full"), "what a person said is not shown");
    let again = town.call("POST", &format!("{address}/not-fixed"), &headers, said).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(again.json()["type"], "/problems/still-open");
    let gone = town.call("POST", &format!("{address}/withdraw"), &headers, "").await;
    assert_eq!(gone.json()["status"], "withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_is_the_same_request_and_the_same_bin_is_joined() {
    let town = Town::new();
    let mut other = valid();
    other["answers"]["bin"] = json!("refuse");
    let key = [("idempotency-key", "one")];
    let first = town.send_with(&key, &valid()).await;
    let again = town.send_with(&key, &valid()).await;
    assert_eq!(first.json()["reference"], again.json()["reference"]);
    assert_eq!(again.status, StatusCode::CREATED);
    town.wait(86_400).await;
    let next_day = town.send_with(&key, &valid()).await;
    assert_eq!(first.json()["reference"], next_day.json()["reference"]);
    let joined = town.send(&valid()).await;
    assert_eq!(joined.status, StatusCode::OK);
    assert_eq!(joined.json()["joined_open_request"], true);
    assert_eq!(joined.json()["reference"], first.json()["reference"]);
    let another = town.send_with(&[("idempotency-key", "two")], &other).await;
    assert_eq!(another.status, StatusCode::CREATED);
    assert_ne!(another.json()["reference"], first.json()["reference"]);
    let bad = town.send_with(&[("idempotency-key", "")], &other).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_own_request_is_opened_by_no_reference() {
    let town = Town::new();
    let submit = Submit {
        service: "missed-bin".parse().unwrap(),
        channel: Channel::Web,
        language: None,
        given: serde_json::from_value(valid()["answers"].clone()).unwrap(),
        draft: None,
        earlier: Vec::new(),
    };
    let person = base::SectorPersonId::from_bytes([7; 32]);
    let citizen = Authority::Citizen { person, assurance: runtime::Assurance::default() };
    let command = Command::Submit(Box::new(submit));
    let received = town.host.submit(&super::body(), citizen, command).await.unwrap();
    let Reply::Received { reference, .. } = received else { panic!("{received:?}") };
    let address = format!("/{BODY}/api/requests/{reference}");
    let key = format!("Bearer {KEY}");
    for headers in [vec![], vec![("authorization", key.as_str())]] {
        let answer = town.call("GET", &address, &headers, "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
    }
    let wrong = town.call("GET", &address, &[("authorization", "Bearer no")], "").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_has_a_hold_on_what_it_sent_alone() {
    let town = Town::new();
    let reference = town.send(&valid()).await.json()["reference"].as_str().unwrap().to_owned();
    let address = format!("/{BODY}/api/requests/{reference}");
    let bearer = |key: &str| format!("Bearer {key}");
    let (own, other) = (bearer(KEY), bearer(town::OTHER_KEY));
    let headers = |key| [("authorization", key), ("content-type", JSON)];
    let other = headers(other.as_str());
    let refused = |answer: super::Answer| assert_eq!(answer.status, StatusCode::FORBIDDEN);
    refused(town.call("POST", &format!("{address}/withdraw"), &other, "").await);
    town.emptied(&reference, "m-1").await;
    refused(town.call("POST", &format!("{address}/not-fixed"), &other, "{}").await);
    refused(town.call("POST", &format!("{address}/review"), &other, "").await);
    let case = town.case(&reference);
    let form = format!("api_key={}&service_request_id={case}&status=REOPEN", town::OTHER_KEY);
    let kind = [("content-type", super::FORM)];
    let updates = format!("/{BODY}/open311/v2/servicerequestupdates.json");
    refused(town.call("POST", &updates, &kind, form).await);
    let own = headers(own.as_str());
    let back = town.call("POST", &format!("{address}/not-fixed"), &own, "{}").await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_joined_and_is_sent_again_counts_once() {
    let town = Town::new();
    let first = town.send(&valid()).await.json()["reference"].clone();
    let key = [("idempotency-key", "joined")];
    for _ in 0..3 {
        let joined = town.send_with(&key, &valid()).await;
        assert_eq!(joined.status, StatusCode::OK);
        assert_eq!(joined.json()["reference"], first);
    }
    let reference = first.as_str().unwrap();
    let body = town.host.body(&super::body()).unwrap();
    let view = body.case_of(&reference.parse().unwrap()).unwrap().unwrap();
    assert_eq!(view.case.request.joined, 1, "once in the timeline and in the measures");
    town.emptied(reference, "m-1").await;
    let late = town.send_with(&key, &valid()).await;
    assert_eq!(late.json()["reference"], first, "no new request either, when it is closed");
    assert_eq!(town.send(&valid()).await.status, StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_used_before_midnight_is_known_after_it_for_what_was_joined_too() {
    const DAY: i64 = 86_400;
    let town = Town::new();
    let made = [("idempotency-key", "made")];
    let first = town.send_with(&made, &valid()).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let first = first.json()["reference"].clone();
    let key = [("idempotency-key", "joined")];
    assert_eq!(town.send_with(&key, &valid()).await.status, StatusCode::OK);
    for _ in 0..2 {
        town.wait(DAY).await;
        for again in [&made, &key] {
            assert_eq!(town.send_with(again, &valid()).await.json()["reference"], first);
        }
    }
    let body = town.host.body(&super::body()).unwrap();
    let reference = first.as_str().unwrap().parse().unwrap();
    let view = body.case_of(&reference).unwrap().unwrap();
    assert_eq!(view.case.request.joined, 1, "a call sent again is counted once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_sent_again_after_midnight_finds_the_one_that_still_waits_for_its_commit() {
    let town = Town::new();
    let (body, ids) = (super::body(), [1, 2].map(|id| DraftId::from_bytes([id; 16])));
    let sent = |draft: DraftId, earlier: Vec<DraftId>| {
        let submit = Submit {
            service: "missed-bin".parse().unwrap(),
            channel: Channel::Api,
            language: None,
            given: serde_json::from_value(valid()["answers"].clone()).unwrap(),
            draft: Some(draft),
            earlier,
        };
        let client = Authority::ApiClient { client: "demo".to_owned() };
        town.host.submit(&body, client, Command::Submit(Box::new(submit)))
    };
    let (first, again) = (sent(ids[0], Vec::new()), sent(ids[1], vec![ids[0]]));
    let (first, again) = tokio::join!(first, again);
    assert!(matches!(first, Ok(Reply::Received { .. })), "{first:?}");
    assert_eq!(again, first, "it is the same request, and joins none");
    assert_eq!(sent(ids[1], vec![ids[0]]).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_else_is_sent_under_a_used_key_is_refused_not_swallowed() {
    let town = Town::new();
    let key = [("idempotency-key", "one")];
    assert_eq!(town.send_with(&key, &valid()).await.status, StatusCode::CREATED);
    let journal = town.journal();
    for (question, answer) in [("bin", "refuse"), ("bin", "glass"), ("address", "999")] {
        let mut other = valid();
        other["answers"][question] = json!(answer);
        let refused = town.send_with(&key, &other).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert_eq!(refused.json()["type"], "/problems/idempotency-key-reused");
    }
    assert_eq!(town.journal(), journal);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_point_into_the_body_in_both_languages() {
    let town = Town::new();
    let sent = json!({
        "answers": {"address": "999", "bin": "glass", "heavy": "perhaps", "count": 12, "x/y": 1},
        "language": "fr",
    });
    let answer = town.send(&sent).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["errors"][0]["pointer"], "/language");
    let sent = json!({"answers": sent["answers"]});
    let answer = town.send(&sent).await;
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["type"], "/problems/invalid-answers");
    let errors: Vec<(&str, &str)> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        errors,
        [
            ("/answers/address", "place"),
            ("/answers/bin", "option"),
            ("/answers/missed_on", "required"),
            ("/answers/heavy", "type"),
            ("/answers/count", "too_large"),
            ("/answers/x~1y", "not_asked"),
        ]
    );
    assert_eq!(problem["errors"][0]["message"], "Choose an address that we serve");
    assert_eq!(problem["errors"][0]["message_cy"], "Dewiswch gyfeiriad a wasanaethwn");
    assert_eq!(town.journal(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_found_by_postcode() {
    let town = Town::new();
    let found = town.get("/millbrook/api/addresses?postcode=zz11aa").await.json();
    assert_eq!(found["addresses"].as_array().unwrap().len(), 2);
    assert_eq!(town.get("/millbrook/api/addresses?postcode=").await.json()["addresses"], json!([]));
    assert_eq!(town.get("/millbrook/api/addresses").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_of_the_api_names_every_endpoint_of_it() {
    let town = Town::new();
    let document = town.get("/millbrook/api/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    for endpoint in crate::ENDPOINTS.iter().filter(|endpoint| endpoint.path.contains("/api")) {
        if endpoint.path.ends_with("openapi.json") {
            continue;
        }
        let path = endpoint.path.replace("{body}", BODY).replace("{service}/", "missed-bin/");
        let operation = &paths[&path][endpoint.method.to_lowercase()];
        assert!(operation["responses"].is_object(), "{path}");
    }
    let schema = &document["components"]["schemas"]["answers.missed-bin"];
    assert_eq!(schema["unevaluatedProperties"], false);
    every_reference_resolves(&document, &document);
}

fn every_reference_resolves(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            for value in members.values() {
                every_reference_resolves(document, value);
            }
        }
        Value::Array(values) => {
            for value in values {
                every_reference_resolves(document, value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
