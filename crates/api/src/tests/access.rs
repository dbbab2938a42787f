//! The golden access table: every endpoint by each kind of caller, with its answer.

use std::fmt::Write as _;
use std::sync::Mutex;

use base::{Language, Role};
use expect_test::expect_file;
use runtime::{Entrance, Mail};
use serde_json::json;

use super::{BODY, FORM, JSON, KEY, Town, body, town, valid};
use crate::{ENDPOINTS, Endpoint};

/// What a caller shows of itself.
struct Calling {
    name: String,
    cookie: Option<String>,
    key: bool,
    signature: bool,
}

async fn session(town: &Town, entrance: Entrance, email: &str) -> String {
    let sign_in = town.host.new_sign_in(&super::body());
    let code = Mutex::new(String::new());
    let body = body();
    let write = |mail: &runtime::CodeMail| {
        code.lock().unwrap().clone_from(&mail.code);
        let (from, to) = (body.clone(), mail.to.clone());
        Mail { from, way: catalogue::Way::Email, to, subject: String::new(), body: String::new() }
    };
    let asked = town.host.ask_code((&body, entrance), sign_in, email, Language::En, write);
    asked.await.unwrap();
    let code = code.into_inner().unwrap();
    town.host.check_code(&body, sign_in, &code).await.unwrap().token
}

async fn callers(town: &Town) -> Vec<Calling> {
    let calling =
        |name: &str| Calling { name: name.to_owned(), cookie: None, key: false, signature: false };
    let citizen = session(town, Entrance::Resident, "ann@example.org").await;
    let mut callers =
        vec![calling("visitor"), Calling { cookie: Some(citizen), ..calling("citizen") }];
    for role in Role::ALL {
        let email = format!("{}@example.org", role.key());
        let cookie = Some(session(town, Entrance::Staff, &email).await);
        callers.push(Calling { cookie, ..calling(role.key()) });
    }
    callers.push(Calling { key: true, ..calling("api client") });
    callers.push(Calling { signature: true, ..calling("back office") });
    callers
}

/// Calls an endpoint with a request that is right but for who calls.
async fn status(town: &Town, endpoint: &Endpoint, calling: &Calling, number: usize) -> u16 {
    let mut sent = valid();
    sent["answers"]["missed_on"] =
        json!(format!("2026-{:02}-{:02}", 1 + number / 28, 1 + number % 28));
    let reference = town.send(&sent).await.json()["reference"].as_str().unwrap().to_owned();
    let case = town.case(&reference).to_string();
    let of_service = endpoint.path.contains("/services/{id}");
    let path = endpoint
        .path
        .replace("{body}", BODY)
        .replace("{service}", "missed-bin")
        .replace("{reference}", &reference)
        .replace("{id}", if of_service { "missed-bin" } else { &case })
        .replace("{system}", "waste")
        .replace("{format}", "json");
    let path = if path.ends_with("addresses") { format!("{path}?postcode=ZZ11AA") } else { path };
    let message = json!({"kind": "emptied", "reference": reference}).to_string();
    let open311 = endpoint.path.contains("open311");
    let body = match (endpoint.method, open311, endpoint.path.ends_with("{system}")) {
        ("GET", ..) => String::new(),
        (_, true, _) => {
            town.emptied(&reference, &reference).await;
            let key = if calling.key { KEY } else { "" };
            format!(
                "api_key={key}&service_code=missed-bin&address_id=100000000002\
                 &attribute[bin]=food&attribute[missed_on]=2025-01-01&attribute[heavy]=yes\
                 &attribute[count]=1&service_request_id={case}&status=REOPEN"
            )
        }
        (_, _, true) => message.clone(),
        _ if endpoint.path.ends_with("not-fixed") || endpoint.path.ends_with("/review") => {
            town.emptied(&reference, &reference).await;
            "{}".to_owned()
        }
        _ => valid().to_string(),
    };
    let mut headers =
        vec![("content-type".to_owned(), if open311 { FORM } else { JSON }.to_owned())];
    if let Some(cookie) = &calling.cookie {
        headers.push(("cookie".to_owned(), format!("session={cookie}; {BODY}-session={cookie}")));
    }
    if calling.key && !open311 {
        headers.push(("authorization".to_owned(), format!("Bearer {KEY}")));
    }
    if calling.signature {
        let secret = connectors::Secret::new(town::SECRET);
        let now = runtime::clock::Clock::now(&town.clock);
        let id = format!("signed-{number}");
        let signed = connectors::callback::sign(&secret, &id, now, body.as_bytes());
        headers.extend(signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    town.call(endpoint.method, &path, &headers, body).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_answers_each_caller_as_the_table_says() {
    let town = Town::new();
    let callers = callers(&town).await;
    let mut table = String::new();
    let mut number = 0;
    for endpoint in ENDPOINTS {
        writeln!(table, "{} {}", endpoint.method, endpoint.path).unwrap();
        let mut line = String::new();
        for calling in &callers {
            number += 1;
            let status = status(&town, endpoint, calling, number).await;
            write!(line, " {} {status},", calling.name).unwrap();
        }
        writeln!(table, "   {}", line.trim_end_matches(',')).unwrap();
    }
    expect_file!["../../access.golden"].assert_eq(&table);
}
