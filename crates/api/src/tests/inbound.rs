//! What back offices tell.

use axum::http::StatusCode;
use serde_json::json;

use super::{BODY, Town, town, valid};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_taken_once_and_early_ones_come_again() {
    let town = Town::new();
    let early = town.emptied("MBC-0000-0000-0", "m-1").await;
    assert_eq!(early.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(early.header("retry-after"), "30");
    let reference = town.send(&valid()).await.json()["reference"].as_str().unwrap().to_owned();
    assert_eq!(town.emptied(&reference, "m-2").await.status, StatusCode::OK);
    let events = town.journal();
    assert_eq!(town.emptied(&reference, "m-2").await.status, StatusCode::OK);
    assert_eq!(town.journal(), events, "the second delivery did nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_for_what_is_over_gets_a_final_answer() {
    let town = Town::new();
    let reference = town.send(&valid()).await.json()["reference"].as_str().unwrap().to_owned();
    assert_eq!(town.emptied(&reference, "m-1").await.status, StatusCode::OK);
    let late = town.emptied(&reference, "m-2").await;
    assert_eq!(late.status, StatusCode::GONE);
    assert_eq!(late.json()["type"], "/problems/over");
    assert_eq!(late.header("retry-after"), "", "it is not to come again");
    let key = format!("Bearer {}", super::KEY);
    let headers = [("authorization", key.as_str()), ("content-type", super::JSON)];
    let open = town.send(&valid()).await.json()["reference"].as_str().unwrap().to_owned();
    let path = format!("/{BODY}/api/requests/{open}/withdraw");
    assert_eq!(town.call("POST", &path, &headers, "").await.status, StatusCode::OK);
    assert_eq!(town.emptied(&open, "m-3").await.status, StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_needs_its_signature_and_a_meaning() {
    let town = Town::new();
    let path = format!("/{BODY}/inbound/waste");
    assert_eq!(town.call("POST", &path, &[], "{}").await.status, StatusCode::UNAUTHORIZED);
    let secret = connectors::Secret::new("another");
    let now = runtime::clock::Clock::now(&town.clock);
    let signed = connectors::callback::sign(&secret, "m", now, b"{}");
    let headers: Vec<(&str, &str)> = signed.iter().collect();
    assert_eq!(town.call("POST", &path, &headers, "{}").await.status, StatusCode::UNAUTHORIZED);
    let old = connectors::callback::sign(
        &connectors::Secret::new(town::SECRET),
        "m",
        now.plus_seconds(-600),
        b"{}",
    );
    let headers: Vec<(&str, &str)> = old.iter().collect();
    assert_eq!(town.call("POST", &path, &headers, "{}").await.status, StatusCode::UNAUTHORIZED);
    for unread in ["", "{}", "not json", &json!({"kind": "other", "reference": "x"}).to_string()] {
        assert_eq!(town.signed("m", unread).await.status, StatusCode::BAD_REQUEST, "{unread}");
    }
    let long = "x".repeat(300 << 10);
    assert_eq!(town.signed("m", &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let nobody = town.call("POST", "/millbrook/inbound/gas", &[], "{}").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert_eq!(town.journal(), 0);
}
