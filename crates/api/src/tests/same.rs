//! The same answers are the same stored record, and the same faults the same errors, whichever way
//! they come.

use axum::http::StatusCode;
use base::CaseId;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Map, Value, json};

use super::{Town, valid};

/// Invalid requests that are tried.
const TRIES: usize = 1_000;

async fn stored_by_json(answers: &Value) -> String {
    let town = Town::new();
    let sent = town.send(&json!({"answers": answers})).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
    let reference = sent.json()["reference"].as_str().unwrap().to_owned();
    town.stored(town.case(&reference))
}

async fn stored_by_open311(pairs: &[(&str, &str)]) -> String {
    let town = Town::new();
    let sent = town.report(pairs).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
    let id = sent.json()[0]["service_request_id"].as_str().unwrap().to_owned();
    town.stored(id.parse::<CaseId>().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_answers_are_the_same_record() {
    let mut answers = valid()["answers"].clone();
    answers["count"] = json!(5.0);
    answers["why"] = json!("  A party last week ");
    answers["extras"] = json!(["bag", "box"]);
    answers["notes"] = json!(" Behind\r\nthe gate: é, \u{1f5d1} & <b>");
    answers["email"] = json!("a@example.org");
    answers["phone"] = json!("01632 960 001");
    answers["name"] = json!("Ann Lee");
    let by_json = stored_by_json(&answers).await;
    let by_open311 = stored_by_open311(&[
        ("address_string", "1, mill lane; MILLBROOK zz11aa"),
        ("lat", "51.5"),
        ("long", "-3.1"),
        ("attribute[bin]", "food"),
        ("attribute[missed_on]", "2026-11-23T00:00:00+00:00"),
        ("attribute[heavy]", "yes"),
        ("attribute[count]", " 5 "),
        ("attribute[why]", "A party last week"),
        ("attribute[extras][]", "bag"),
        ("attribute[extras][]", "box"),
        ("attribute[uprn]", "100000000001"),
        ("description", "Behind\nthe gate: é, \u{1f5d1} & <b>"),
        ("email", "a@example.org"),
        ("phone", "01632 960 001"),
        ("first_name", "Ann"),
        ("last_name", "Lee"),
        ("deviceid", "abc"),
        ("media_url", ""),
    ])
    .await;
    assert_eq!(by_json, by_open311);
    assert!(by_json.contains("\"count\":5,"), "{by_json}");
}

/// Text that may be right, nearly right or hostile.
fn text() -> BoxedStrategy<String> {
    prop_oneof![
        Just("100000000001".to_owned()),
        Just("food".to_owned()),
        Just("2026-11-23".to_owned()),
        Just("30 2 2026".to_owned()),
        Just("a@b".to_owned()),
        Just("x".repeat(20_000)),
        "[0-9]{1,14}",
        "\\PC{0,40}",
        ".{0,12}",
        "[ a-z@.+()0-9\u{0}\u{202e}-]{0,140}",
    ]
    .boxed()
}

/// Answers by name; texts only, but for lists, so that both ways can say them.
fn answers() -> impl Strategy<Value = Map<String, Value>> {
    let names = ["address", "bin", "missed_on", "why", "notes", "email", "phone", "name"];
    let one = (prop::sample::select(names.to_vec()), text())
        .prop_map(|(name, text)| (name.to_owned(), Value::String(text)));
    let list = prop::collection::vec(
        prop_oneof![Just("bag".to_owned()), Just("box".to_owned()), "[a-z]{1,4}"],
        1..4,
    );
    let list = list.prop_map(|list| ("extras".to_owned(), json!(list)));
    let number = prop_oneof![-3_i64..15, any::<i64>()];
    let number = number.prop_map(|number| ("count".to_owned(), json!(number)));
    let truth = any::<bool>().prop_map(|truth| ("heavy".to_owned(), json!(truth)));
    let unknown = "[a-z]{1,3}[~/%.]?[a-z]".prop_map(|name| (name, json!("anything")));
    let each = prop_oneof![6 => one, 1 => list, 1 => number, 1 => truth, 1 => unknown];
    prop::collection::vec(each, 0..9).prop_map(|pairs| pairs.into_iter().collect())
}

fn pairs(answers: &Map<String, Value>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in answers {
        match value {
            Value::Array(values) => {
                for value in values {
                    let text = value.as_str().unwrap().to_owned();
                    pairs.push((format!("attribute[{name}][]"), text));
                }
            }
            Value::String(text) => pairs.push((format!("attribute[{name}]"), text.clone())),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
                pairs.push((format!("attribute[{name}]"), other.to_string()));
            }
        }
    }
    pairs
}

fn errors(answer: &Value, name: &str, kind: &str) -> Vec<(String, String)> {
    let list = answer.as_array().unwrap();
    let mut errors: Vec<(String, String)> = list
        .iter()
        .map(|error| {
            let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
            (text(name), text(kind))
        })
        .collect();
    errors.sort();
    errors
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_invalid_requests_have_the_same_errors_and_are_not_stored() {
    let town = Town::new();
    let config = Config { rng_seed: RngSeed::Fixed(3), ..Config::default() };
    let mut runner = TestRunner::new(config);
    let mut tried = 0;
    while tried < TRIES {
        let answers = answers().new_tree(&mut runner).unwrap().current();
        let by_json = town.send(&json!({"answers": answers})).await;
        if by_json.status == StatusCode::CREATED || by_json.status == StatusCode::OK {
            continue;
        }
        tried += 1;
        let pairs = pairs(&answers);
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let by_open311 = town.report(&pairs).await;
        assert_eq!(by_json.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", by_json.text);
        assert_eq!(by_open311.status, StatusCode::BAD_REQUEST, "{}", by_open311.text);
        let mut pointed = errors(&by_json.json()["errors"], "pointer", "code");
        for (pointer, _) in &mut pointed {
            let name = pointer.strip_prefix("/answers/").unwrap();
            *pointer = name.replace("~1", "/").replace("~0", "~");
        }
        pointed.sort();
        let attributed = errors(&by_open311.json(), "attribute", "reason");
        assert_eq!(pointed, attributed, "{answers:?}");
    }
    assert_eq!(town.journal(), 0);
}
