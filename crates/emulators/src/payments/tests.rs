use connectors::Headers;
use serde_json::Value;

use super::*;

const RETURN: &str = "http://localhost:8400/aldershire/requests/BLB-7K3M-9QXD/paid";

fn now() -> Timestamp {
    Timestamp::parse("2026-11-20T09:00:00Z").unwrap()
}

fn ask(
    office: &mut Payments,
    (method, path): (Method, &str),
    key: Option<&str>,
    body: &str,
    at: Timestamp,
) -> HttpResponse {
    let mut headers = Headers::new();
    if let Some(key) = key {
        headers.push("idempotency-key", key);
    }
    let request = HttpRequest {
        system: "payments".parse().unwrap(),
        method,
        url: format!("http://127.0.0.1:1{path}"),
        headers,
        body: body.as_bytes().to_vec(),
    };
    office.handle(&request, at)
}

fn read(answer: &HttpResponse) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

fn new_payment(amount: u64) -> String {
    serde_json::json!({
        "amount": amount, "reference": "BLB-7K3M-9QXD", "description": "Blue <Badge>",
        "return_url": RETURN,
    })
    .to_string()
}

/// A provider with one payment: its id, and the path of its page.
fn with_payment() -> (Payments, String, String) {
    let mut office = Payments::new(7, None).served_at("http://127.0.0.1:9");
    let made =
        ask(&mut office, (Method::Post, "/v1/payments"), Some("k1"), &new_payment(1_000), now());
    assert_eq!(made.status, 201);
    let made = read(&made);
    let next = made["_links"]["next_url"]["href"].as_str().unwrap();
    let page = next.strip_prefix("http://127.0.0.1:9").unwrap().to_owned();
    (office, made["payment_id"].as_str().unwrap().to_owned(), page)
}

fn state(office: &mut Payments, id: &str, at: Timestamp) -> Value {
    read(&ask(office, (Method::Get, &format!("/v1/payments/{id}")), None, "", at))
}

#[test]
fn a_person_pays_and_is_led_back_and_the_ledger_has_it_once() {
    let (mut office, id, page) = with_payment();
    let shown = ask(&mut office, (Method::Get, &page), None, "", now());
    let html = String::from_utf8(shown.body).unwrap();
    assert!(html.contains("£10.00") && html.contains("Blue &lt;Badge&gt;"), "{html}");
    let paid = "card=4444+3333+2222+1111&act=pay";
    let led = ask(&mut office, (Method::Post, &page), None, paid, now());
    assert_eq!((led.status, led.headers.get("location")), (303, Some(RETURN)));
    let seen = state(&mut office, &id, now());
    assert_eq!(seen["state"]["status"], "success");
    assert_eq!(seen["total_amount"], 1_000);
    assert!(seen["_links"]["next_url"].is_null());
    // A second time nothing is taken.
    let again = ask(&mut office, (Method::Post, &page), None, paid, now());
    assert_eq!(again.status, 200);
    assert_eq!(office.ledger().paid_by_reference().get("BLB-7K3M-9QXD"), Some(&1));
    assert_eq!(office.ledger().doubled(), 0);
    assert!(!format!("{:?}", office.ledger()).contains("4444"));
}

#[test]
fn each_end_has_its_state_and_its_code() {
    let cases =
        [("card=4000000000000002&act=pay", "failed", "P0010"), ("act=cancel", "failed", "P0030")];
    for (typed, status, code) in cases {
        let (mut office, id, page) = with_payment();
        assert_eq!(ask(&mut office, (Method::Post, &page), None, typed, now()).status, 303);
        let state = state(&mut office, &id, now());
        assert_eq!(
            (&state["state"]["status"], &state["state"]["code"]),
            (&status.into(), &code.into())
        );
    }
    let (mut office, id, page) = with_payment();
    let typed = "card=4000180000000002";
    assert_eq!(ask(&mut office, (Method::Post, &page), None, typed, now()).status, 303);
    assert_eq!(state(&mut office, &id, now())["total_amount"], 1_250);
    let (mut office, id, page) = with_payment();
    assert_eq!(ask(&mut office, (Method::Post, &page), None, "card=1&act=pay", now()).status, 400);
    let late = now().plus_seconds(WAITS_SECONDS + 1);
    assert_eq!(state(&mut office, &id, late)["state"]["code"], "P0020");
    assert_eq!(ask(&mut office, (Method::Post, &page), None, typed, late).status, 200);
    assert!(office.ledger().paid_by_reference().is_empty());
}

#[test]
fn a_payment_is_cancelled_unless_somebody_has_paid() {
    let (mut office, id, page) = with_payment();
    let cancel = format!("/v1/payments/{id}/cancel");
    assert_eq!(ask(&mut office, (Method::Post, &cancel), None, "", now()).status, 204);
    assert_eq!(ask(&mut office, (Method::Post, &cancel), None, "", now()).status, 204);
    assert_eq!(state(&mut office, &id, now())["state"]["status"], "cancelled");
    let typed = "card=4444333322221111";
    assert_eq!(ask(&mut office, (Method::Post, &page), None, typed, now()).status, 200);
    let (mut office, id, page) = with_payment();
    ask(&mut office, (Method::Post, &page), None, typed, now());
    let cancel = format!("/v1/payments/{id}/cancel");
    assert_eq!(ask(&mut office, (Method::Post, &cancel), None, "", now()).status, 409);
}

#[test]
fn one_key_is_one_payment_and_nonsense_is_none() {
    let (mut office, id, _) = with_payment();
    let post = (Method::Post, "/v1/payments");
    let again = ask(&mut office, post, Some("k1"), &new_payment(1_000), now());
    assert_eq!(read(&again)["payment_id"], id.as_str());
    assert_eq!(ask(&mut office, post, Some("k1"), &new_payment(1), now()).status, 409);
    assert_eq!(ask(&mut office, post, None, &new_payment(1), now()).status, 400);
    assert_eq!(ask(&mut office, post, Some("k2"), &new_payment(0), now()).status, 422);
    assert_eq!(ask(&mut office, post, Some("k2"), "{}", now()).status, 400);
    let elsewhere = new_payment(1).replace("http://localhost", "javascript://localhost");
    assert_eq!(ask(&mut office, post, Some("k2"), &elsewhere, now()).status, 422);
    for path in ["/v1/payments/none", "/pay/none", "/v1", "/pay"] {
        assert_eq!(ask(&mut office, (Method::Get, path), None, "", now()).status, 404, "{path}");
    }
    let login = Login { header: "authorization".to_owned(), value: "Bearer x".to_owned() };
    let mut office = Payments::new(7, Some(login));
    assert_eq!(ask(&mut office, post, Some("k1"), &new_payment(1), now()).status, 401);
    assert_eq!(ask(&mut office, (Method::Get, "/pay/none"), None, "", now()).status, 404);
}

#[test]
fn the_customer_is_told_until_it_acknowledges_or_the_provider_gives_up() {
    let (mut office, id, page) = with_payment();
    assert_eq!(office.next_due(), None);
    ask(&mut office, (Method::Post, &page), None, "act=cancel", now());
    let told = office.take_due(now());
    let body: Value = serde_json::from_slice(&told[0].body).unwrap();
    assert_eq!(body["event_type"], "card_payment_failed");
    assert_eq!(body["resource"]["payment_id"], id.as_str());
    assert!(office.take_due(now()).is_empty(), "it is on its way");
    let mut deliveries = 1;
    office.note_undelivered(&told[0].message, now());
    while let Some(due) = office.next_due() {
        let again = office.take_due(due);
        assert_eq!(again[0].message, told[0].message);
        office.note_undelivered(&again[0].message, due);
        deliveries += 1;
    }
    assert_eq!(deliveries, DELIVERIES);
    let entries = office.ledger().entries().to_vec();
    let mut restored = Payments::new(7, None).served_at("http://127.0.0.1:9");
    restored.restore(entries);
    assert_eq!(state(&mut restored, &id, now()), state(&mut office, &id, now()));
    let told = restored.take_due(now());
    restored.note_acknowledged(&told[0].message, now());
    assert_eq!(restored.next_due(), None);
}
