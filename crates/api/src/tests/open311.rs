//! Open311, in both formats.

use axum::http::StatusCode;
use expect_test::expect;
use serde_json::{Value, json};

use super::{FORM, KEY, Town, valid};

const BASE: &str = "/millbrook/open311/v2";

const REPORT: [(&str, &str); 5] = [
    ("address_id", "100000000002"),
    ("attribute[bin]", "refuse"),
    ("attribute[missed_on]", "2026-11-23"),
    ("attribute[heavy]", "false"),
    ("attribute[count]", "1"),
];

#[tokio::test(flavor = "multi_thread")]
async fn services_and_their_attributes_are_listed_in_both_formats() {
    let town = Town::new();
    let list = town.get(&format!("{BASE}/services.json")).await;
    assert_eq!(list.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(
        list.json(),
        json!([{
            "service_code": "missed-bin",
            "service_name": "Report a missed bin",
            "description": "Tell us that a bin was missed.",
            "metadata": true,
            "type": "realtime",
            "keywords": "bin, waste",
            "group": "Waste",
        }])
    );
    let definition = town.get(&format!("{BASE}/services/missed-bin.xml")).await;
    assert_eq!(definition.header("content-type"), "text/xml; charset=utf-8");
    let document = roxmltree::Document::parse(&definition.text).unwrap();
    let codes: Vec<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name("code"))
        .filter_map(|node| node.text())
        .collect();
    assert_eq!(codes, ["bin", "missed_on", "heavy", "count", "why", "extras"]);
    assert!(definition.text.contains("<name>Food &amp; scraps</name>"));
    let welsh = [("accept-language", "cy-GB,en;q=0.5")];
    let list = town.call("GET", &format!("{BASE}/services.json"), &welsh, "").await;
    assert_eq!(list.json()[0]["service_name"], "Rhoi gwybod am fin a gollwyd");
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_names_the_endpoint() {
    let town = Town::new();
    for address in ["/millbrook/open311/discovery", "/millbrook/open311/v2/discovery"] {
        let found = town.get(&format!("{address}.json")).await.json();
        let endpoint = &found["endpoints"][0];
        assert_eq!(endpoint["url"], "http://localhost:8080/millbrook/open311/v2");
        assert_eq!(endpoint["type"], "test");
        assert_eq!(endpoint["formats"], json!(["text/xml", "application/json"]));
        assert_eq!(endpoint["changeset"], "2026-01-05T09:00:00Z");
        let xml = town.get(&format!("{address}.xml")).await.text;
        assert!(xml.contains("<formats><format>text/xml</format>"), "{xml}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_sent_followed_listed_and_sent_back() {
    let town = Town::new();
    let sent = town.report(&REPORT).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
    let id = sent.json()[0]["service_request_id"].as_str().unwrap().to_owned();
    let notice = sent.json()[0]["service_notice"].as_str().unwrap().to_owned();
    assert!(notice.ends_with("We promise an outcome by Thursday 26 November 2026."), "{notice}");
    let reference = notice.split(' ').nth(3).unwrap().trim_end_matches('.').to_owned();
    let read = town.get(&format!("{BASE}/requests/{id}.json")).await.json();
    let mut shown = read[0].clone();
    shown["service_request_id"] = "(id)".into();
    expect![[r#"
        {
          "agency_responsible": "Millbrook Council",
          "description": "Report a missed bin",
          "expected_datetime": "2026-11-26T23:59:00Z",
          "requested_datetime": "2026-11-24T09:00:00Z",
          "service_code": "missed-bin",
          "service_name": "Report a missed bin",
          "service_request_id": "(id)",
          "status": "open",
          "updated_datetime": "2026-11-24T09:00:00Z"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&shown).unwrap());
    let token = town.get(&format!("{BASE}/tokens/{id}.json")).await.json();
    assert_eq!(token, json!([{"service_request_id": id, "token": id}]));
    let again = town.report(&REPORT).await;
    assert_eq!(again.status, StatusCode::OK, "the same bin joins");
    assert_eq!(again.json()[0]["service_request_id"], id.as_str());
    town.wait(3_600).await;
    assert_eq!(town.emptied(&reference, "m").await.status, StatusCode::OK);
    let by_xml = town.get(&format!("{BASE}/requests/{reference}.xml")).await.text;
    assert!(by_xml.contains("<status>closed</status>"), "{by_xml}");
    assert!(by_xml.contains("<status_notes>Your bin has been emptied.</status_notes>"));
    let form = format!("api_key={KEY}&service_request_id={id}&status=REOPEN&description=Full");
    let path = format!("{BASE}/servicerequestupdates.json");
    for _ in 0..2 {
        let heard = town.call("POST", &path, &[("content-type", FORM)], form.clone()).await;
        assert_eq!(heard.status, StatusCode::OK, "{}", heard.text);
        assert_eq!(heard.json()[0]["update_id"], format!("{id}-4"));
    }
    let updates = town.get(&path).await.json();
    let statuses: Vec<&str> = updates
        .as_array()
        .unwrap()
        .iter()
        .map(|update| update["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["IN_PROGRESS", "FIXED", "OPEN", "IN_PROGRESS"]);
    assert!(!updates.to_string().contains("Full"), "what a person said is not shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_by_time_status_service_and_id() {
    let town = Town::new();
    let mut ids = Vec::new();
    for number in 0..3 {
        let mut sent = valid();
        sent["answers"]["count"] = json!(1);
        sent["answers"]["missed_on"] = json!(format!("2026-11-{}", 20 + number));
        let sent = town.send(&sent).await.json();
        ids.push(town.case(sent["reference"].as_str().unwrap()).to_string());
        town.wait(86_400).await;
    }
    let listed = async |query: &str| -> Vec<String> {
        let list = town.get(&format!("{BASE}/requests.json?{query}")).await;
        assert_eq!(list.status, StatusCode::OK, "{}", list.text);
        let id = |request: &Value| request["service_request_id"].as_str().unwrap().to_owned();
        list.json().as_array().unwrap().iter().map(id).collect()
    };
    let (first, second, third) = (ids[0].clone(), ids[1].clone(), ids[2].clone());
    assert_eq!(listed("").await, [third.clone(), second.clone(), first.clone()], "newest first");
    assert_eq!(listed("status=closed").await, Vec::<String>::new());
    assert_eq!(listed("status=open,closed&service_code=missed-bin").await.len(), 3);
    assert_eq!(listed("start_date=2026-11-25T00:00:00+00:00").await.len(), 2);
    assert_eq!(listed("end_date=2026-11-25T00:00:00Z").await, std::slice::from_ref(&first));
    assert_eq!(listed("start_date=&end_date=&status=").await.len(), 3, "empty is absent");
    let both = format!("service_request_id={second},{first}&status=closed");
    assert_eq!(listed(&both).await, [second, first]);
    town.wait(91 * 86_400).await;
    assert_eq!(listed("").await, Vec::<String>::new(), "90 days");
    assert_eq!(listed("start_date=2020-01-01T00:00:00Z").await, Vec::<String>::new());
    assert_eq!(listed("end_date=2026-12-01T00:00:00Z").await.len(), 3);
    for bad in ["start_date=yesterday", "status=done", "start_date=2026-11-25T00:00:00"] {
        let refused = town.get(&format!("{BASE}/requests.json?{bad}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_told_in_both_formats() {
    let town = Town::new();
    let wrong_key = town
        .call("POST", &format!("{BASE}/requests.xml"), &[("content-type", FORM)], "api_key=x")
        .await;
    assert_eq!(wrong_key.status, StatusCode::FORBIDDEN);
    expect![[r#"<?xml version="1.0" encoding="utf-8"?><errors><error><code>403</code><description>A key that we know is needed.</description></error></errors>"#]]
    .assert_eq(&wrong_key.text);
    let checks = [
        ("GET", "/services/nothing.json", 404),
        ("GET", "/services/missed-bin.json?jurisdiction_id=elsewhere", 404),
        ("GET", "/services.json?jurisdiction_id=millbrook.example", 200),
        ("GET", "/requests/nothing.json", 404),
        ("GET", "/tokens/nothing.json", 404),
        ("GET", "/requests.json?service_code=nothing", 404),
        ("GET", "/services.html", 404),
        ("DELETE", "/services.json", 405),
        ("POST", "/requests.json", 403),
    ];
    for (method, path, status) in checks {
        let answer = town.call(method, &format!("{BASE}{path}"), &[], "").await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text);
        if status != 200 && path.contains(".json") {
            assert_eq!(answer.json()[0]["code"], status.to_string());
        }
    }
    let point = [("lat", "51.5"), ("long", "-3.1"), ("attribute[bin]", "food")];
    let refused = town.report(&point).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let said = refused.json()[0]["description"].as_str().unwrap().to_owned();
    assert!(said.contains("address_string"), "{said}");
    let nowhere = town.report(&[("address_string", "Nowhere, ZZ9 9ZZ")]).await.json();
    assert_eq!(nowhere[0]["description"], "address: Choose an address that we serve");
    assert_eq!(nowhere[0]["reason"], "place");
    assert_eq!(town.journal(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_multipart_form_is_taken_and_its_files_are_read_past() {
    let town = Town::new();
    let mut form = String::new();
    let fields = [("api_key", KEY), ("service_code", "missed-bin")];
    for (name, value) in fields.iter().chain(&REPORT) {
        let head = format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
        form.extend([head.as_str(), value, "\r\n"]);
    }
    form += "--b\r\ncontent-disposition: form-data; name=\"photo1\"; filename=\"a.jpg\"\r\n\
             content-type: image/jpeg\r\n\r\n";
    form += &"x".repeat(3 << 20);
    form += "\r\n--b--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    let sent = town.call("POST", &format!("{BASE}/requests.xml"), &kind, form).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
    assert!(sent.text.contains("<service_requests><request><service_request_id>"), "{}", sent.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_cut_says_how_to_narrow_it_and_loses_nothing_in_silence() {
    let town = Town::new();
    for number in 0..1_001 {
        let bin = ["refuse", "food"][number % 2];
        let report = [
            ("address_id", "100000000002"),
            ("attribute[bin]", bin),
            ("attribute[missed_on]", "2026-11-23"),
            ("attribute[heavy]", "false"),
            ("attribute[count]", "1"),
        ];
        let sent = town.report(&report).await.json();
        let id = sent[0]["service_request_id"].as_str().unwrap().to_owned();
        let case = crate::tests::body();
        let withdraw = runtime::Command::Withdraw { case: id.parse().unwrap() };
        town.host.submit(&case, runtime::Authority::System, withdraw).await.unwrap();
        town.wait(1).await;
    }
    let get = async |path: &str| town.get(&format!("{BASE}/{path}")).await;
    let newest = get("requests.json").await;
    assert_eq!(newest.json().as_array().unwrap().len(), 1_000, "the newest, when no span is named");
    for path in [
        "requests.json?start_date=2026-11-24T09:00:00Z",
        "requests.json?end_date=2026-12-24T09:00:00Z",
        "servicerequestupdates.json",
        "servicerequestupdates.json?start_date=2026-11-24T09:00:00Z&end_date=2026-12-24T09:00:00Z",
    ] {
        let refused = get(path).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
        let said = refused.json()[0]["description"].as_str().unwrap().to_owned();
        assert!(said.contains("start_date"), "{said}");
    }
    let within = "start_date=2026-11-24T09:01:00Z&end_date=2026-11-24T09:02:00Z";
    let requests = get(&format!("requests.json?{within}")).await;
    assert_eq!(requests.json().as_array().unwrap().len(), 61);
    let updates = get(&format!("servicerequestupdates.json?{within}")).await;
    assert_eq!(updates.status, StatusCode::OK, "{}", updates.text);
    assert_eq!(updates.json().as_array().unwrap().len(), 122, "told the crew and taken back");
}
