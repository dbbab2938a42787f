use super::*;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-20T09:00:00Z").unwrap()
}

fn call(method: Method, path: &str, key: Option<&str>, body: &str) -> HttpRequest {
    HttpRequest {
        system: "works".parse().unwrap(),
        method,
        url: format!("http://127.0.0.1:1{path}"),
        headers: key.into_iter().map(|key| ("Idempotency-Key", key)).collect(),
        body: body.as_bytes().to_vec(),
    }
}

fn ask(office: &mut WasteRest, request: &HttpRequest) -> (u16, serde_json::Value) {
    let answer = office.handle(request, now());
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

const JOB: &str =
    r#"{"reference": "C-1", "uprn": "100", "bin": "food", "missed_on": "2026-11-19"}"#;

#[test]
fn a_key_does_its_work_once() {
    let mut office = WasteRest::new(7, None);
    let first = ask(&mut office, &call(Method::Post, "/jobs", Some("k-1"), JOB));
    let again = ask(&mut office, &call(Method::Post, "/jobs", Some("k-1"), JOB));
    assert_eq!(first, again);
    assert_eq!(first.0, 201);
    let other = JOB.replace("C-1", "C-2");
    let reused = ask(&mut office, &call(Method::Post, "/jobs", Some("k-1"), &other));
    assert_eq!((reused.0, &reused.1["code"]), (422, &json!("key_reused")));
    assert_eq!(office.ledger().entries().len(), 1);
    assert_eq!(ask(&mut office, &call(Method::Post, "/jobs", None, JOB)).0, 400);
    let listed = ask(&mut office, &call(Method::Get, "/jobs?reference=C%2D1", None, ""));
    assert_eq!(listed.1["jobs"][0], first.1);
}

#[test]
fn a_finished_job_is_taken_back_once() {
    let mut office = WasteRest::new(7, None);
    let created = ask(&mut office, &call(Method::Post, "/jobs", Some("k-1"), JOB)).1;
    let number = created["id"].as_str().unwrap();
    let path = format!("/jobs/{number}/returns");
    let back = r#"{"reference": "R-1", "reason": "still there"}"#;
    let returned = call(Method::Post, &path, Some("k-2"), back);
    assert_eq!(ask(&mut office, &returned).1["code"], "job_open");
    let due = office.next_due().unwrap();
    let callback = office.take_due(due).remove(0);
    let body: serde_json::Value = serde_json::from_slice(&callback.body).unwrap();
    assert_eq!((&body["type"], &body["reference"]), (&json!("job.finished"), &json!("C-1")));
    let first = office.handle(&returned, due);
    let again = office.handle(&returned, due);
    assert_eq!((first.status, &first.body), (201, &again.body));
    assert_eq!(office.ledger().doubled(), 0);
    let shown = ask(&mut office, &call(Method::Get, &format!("/jobs/{number}"), None, "")).1;
    assert_eq!(shown["status"], "open");
}

#[test]
fn bad_calls_are_refused() {
    let mut office = WasteRest::new(7, None);
    for (body, status, code) in [
        ("{", 400, "invalid_body"),
        (&JOB.replace("uprn", "UPRN"), 400, "invalid_body"),
        (&JOB.replace("100", "1e3"), 422, "unknown_property"),
        (&JOB.replace("food", "glass"), 422, "invalid_bin"),
        (&JOB.replace("11-19", "11-31"), 422, "invalid_date"),
        (&JOB.replace("C-1", " "), 422, "invalid_reference"),
    ] {
        let refused = ask(&mut office, &call(Method::Post, "/jobs", Some("k"), body));
        assert_eq!((refused.0, &refused.1["code"]), (status, &json!(code)), "{body}");
    }
    for path in ["/", "/jobs/7", "/jobs/7/x", "/%ff"] {
        assert_eq!(ask(&mut office, &call(Method::Get, path, None, "")).0, 404, "{path}");
    }
    assert_eq!(office.ledger().entries(), []);
}
