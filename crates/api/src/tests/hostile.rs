//! Bodies and addresses that were made to break something: a typed error each, nothing stored.

use axum::http::StatusCode;
use identity::RateLimit;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::json;

use super::{FORM, JSON, KEY, Town, valid};

/// Method, address, headers, body, and the status that it gets.
type Case<'a> = (&'a str, &'a str, Vec<(&'a str, &'a str)>, String, u16);

const SEND: &str = "/millbrook/api/services/missed-bin/requests";

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_http_is_a_problem() {
    let town = Town::new();
    let key = format!("Bearer {KEY}");
    let keyed = ("authorization", key.as_str());
    let (json, again) = (("content-type", JSON), ("idempotency-key", "one"));
    let deep = format!("{{\"answers\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let cases: Vec<Case<'_>> = vec![
        ("GET", "/nowhere/api", vec![], String::new(), 404),
        ("GET", "/millbrook/api/what", vec![], String::new(), 404),
        ("GET", "/millbrook/api/services/x%00y", vec![], String::new(), 404),
        ("GET", "/millbrook/api/services/%ff", vec![], String::new(), 404),
        ("GET", "/millbrook/api/requests/MBC-0000-0000-0", vec![], String::new(), 404),
        ("PUT", "/millbrook/api/services", vec![], String::new(), 405),
        ("GET", "/millbrook/api", vec![("accept", "text/html")], String::new(), 406),
        ("GET", "/millbrook/api", vec![("accept", "application/json;q=0")], String::new(), 406),
        ("POST", SEND, vec![json], "{}".to_owned(), 401),
        ("POST", SEND, vec![json, ("authorization", "Bearer x")], "{}".to_owned(), 401),
        ("POST", SEND, vec![json, ("authorization", "Basic eDp5")], "{}".to_owned(), 401),
        ("POST", SEND, vec![keyed], "{}".to_owned(), 415),
        ("POST", SEND, vec![keyed, ("content-type", "text/plain")], "{}".to_owned(), 415),
        ("POST", SEND, vec![keyed, json], " ".repeat(300 << 10), 413),
        ("POST", SEND, vec![keyed, keyed, json], "{}".to_owned(), 400),
        ("POST", SEND, vec![keyed, json, again, again], valid().to_string(), 400),
        ("POST", SEND, vec![keyed, json], String::new(), 400),
        ("POST", SEND, vec![keyed, json], "[]".to_owned(), 400),
        ("POST", SEND, vec![keyed, json], "{\"answers\":{},\"answers\":{}}".to_owned(), 400),
        ("POST", SEND, vec![keyed, json], "{\"answers\":{\"a\":1,\"\\u0061\":2}}".to_owned(), 400),
        ("POST", SEND, vec![keyed, json], "{\"answers\":{\"count\":1e999}}".to_owned(), 400),
        ("POST", SEND, vec![keyed, json], deep, 400),
        ("POST", SEND, vec![keyed, json], "{\"answers\":{}} x".to_owned(), 400),
        ("POST", SEND, vec![keyed, json], "{\"answers\":[]}".to_owned(), 422),
        ("POST", SEND, vec![keyed, json], "{\"answers\":{},\"__proto__\":1}".to_owned(), 422),
        (
            "POST",
            "/millbrook/api/services/no/requests",
            vec![keyed, json],
            valid().to_string(),
            404,
        ),
    ];
    for (method, path, headers, body, status) in cases {
        let shown: String = body.chars().take(60).collect();
        let answer = town.call(method, path, &headers, body).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path} {shown}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["status"], status);
        assert!(problem["type"].as_str().unwrap().starts_with("/problems/"));
        assert!(problem["title_cy"].is_string());
    }
    assert_eq!(town.journal(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_too_late_is_told_from_one_that_broke_off() {
    use std::io::{Error, ErrorKind};
    let town = Town::new();
    let key = format!("Bearer {KEY}");
    let headers = [("authorization", key.as_str()), ("content-type", JSON)];
    for (fault, status, slug) in [
        (ErrorKind::TimedOut, StatusCode::REQUEST_TIMEOUT, "too-late"),
        (ErrorKind::ConnectionReset, StatusCode::BAD_REQUEST, "unreadable"),
    ] {
        let parts = [Ok("{\"answers\":"), Err(Error::from(fault))];
        let body = axum::body::Body::from_stream(futures_util::stream::iter(parts));
        let answer = town.call("POST", SEND, &headers, body).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.json()["type"], format!("/problems/{slug}"));
    }
    assert_eq!(town.journal(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_are_refused_or_read_and_never_stored() {
    let town = Town::new();
    let config = Config { rng_seed: RngSeed::Fixed(4), ..Config::default() };
    let mut runner = TestRunner::new(config);
    let key = format!("Bearer {KEY}");
    for _ in 0..300 {
        let bytes = prop::collection::vec(any::<u8>(), 0..200).new_tree(&mut runner).unwrap();
        let bytes = bytes.current();
        let headers = [("authorization", key.as_str()), ("content-type", JSON)];
        let answer = town.call("POST", SEND, &headers, bytes.clone()).await;
        assert!(answer.status.is_client_error(), "{:?}", answer.status);
        for (kind, path) in
            [(FORM, "requests.json"), ("multipart/form-data; boundary=b", "requests.xml")]
        {
            let mut form = format!("api_key={KEY}&").into_bytes();
            form.extend_from_slice(&bytes);
            let path = format!("/millbrook/open311/v2/{path}");
            let answer = town.call("POST", &path, &[("content-type", kind)], form).await;
            assert!(answer.status.is_client_error(), "{:?}", answer.status);
        }
        assert!(town.signed("m", &String::from_utf8_lossy(&bytes)).await.status.is_client_error());
    }
    assert_eq!(town.journal(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_have_limits() {
    let town = Town::new();
    let path = "/millbrook/open311/v2/requests.json";
    let many = (0..600).map(|number| format!("a{number}=1")).collect::<Vec<_>>().join("&");
    let kind = [("content-type", FORM)];
    assert_eq!(town.call("POST", path, &kind, many).await.status, StatusCode::BAD_REQUEST);
    let long = "x".repeat(300 << 10);
    let answer = town.call("POST", path, &kind, long).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.json()[0]["code"], "413");
    let other = town.call("POST", path, &[("content-type", JSON)], "{}").await;
    assert_eq!(other.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_calls_too_often_waits_and_others_do_not() {
    let town = Town::with_rate(RateLimit { capacity: 2, refill_ms: 5_000 });
    assert_eq!(town.send(&valid()).await.status, StatusCode::CREATED);
    assert_eq!(town.send(&valid()).await.status, StatusCode::OK);
    let third = town.send(&valid()).await;
    assert_eq!(third.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(third.header("retry-after"), "5");
    assert_eq!(third.json()["type"], "/problems/too-many-calls");
    assert_eq!(town.get("/millbrook/api").await.status, StatusCode::OK, "a visitor's own rate");
    town.wait(5).await;
    assert_eq!(town.send(&json!({})).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_guesses_only_so_many_references_by_both_interfaces_together() {
    let town = Town::new();
    let sent = town.send(&valid()).await.json();
    let own = format!("/millbrook/api/requests/{}", sent["reference"].as_str().unwrap());
    let guess = |number: u8| base::Reference::new("MBC", [number, 1, 2, 3, 4]);
    for number in 0..15 {
        let path = format!("/millbrook/api/requests/{}", guess(number));
        assert_eq!(town.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(town.get(&own).await.status, StatusCode::OK);
    }
    let ids: Vec<String> = (15..60).map(|number| guess(number).to_string()).collect();
    let list = "/millbrook/open311/v2/requests.json?service_request_id=";
    let many = town.get(&format!("{list}{}", ids.join(","))).await;
    assert_eq!(many.status, StatusCode::TOO_MANY_REQUESTS, "no list tries more than that");
    let refused = town.get(&own).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(town.send(&valid()).await.status, StatusCode::OK, "a program is not its network");
    town.wait(61).await;
    assert_eq!(town.get(&own).await.status, StatusCode::OK);
}
