//! The interfaces on a real host, called without a network.
#![expect(clippy::indexing_slicing, reason = "a test that looks for what is not there fails")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::{BodyId, CaseId, Timestamp};
use identity::RateLimit;
use runtime::Host;
use runtime::clock::{Busy, Clock as _, VirtualClock};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{ApiBody, ApiClient, ApiState, EndpointKind};

mod access;
mod hostile;
mod inbound;
mod json_api;
mod open311;
mod same;

mod town;

use town::{BODY, KEY};

/// A Tuesday morning in winter.
const MORNING: &str = "2026-11-24T09:00:00Z";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A town at a standing clock.
struct Town {
    clock: VirtualClock,
    /// Time stands while this is held, whatever will be due.
    held: Mutex<Option<Busy>>,
    host: Arc<Host>,
    router: Router,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Town {
    fn new() -> Self {
        Self::with_rate(RateLimit { capacity: 1_000_000, refill_ms: 1 })
    }

    fn with_rate(rate: RateLimit) -> Self {
        let clock = VirtualClock::new(Timestamp::parse(MORNING).unwrap());
        let held = Mutex::new(Some(clock.busy()));
        let host = town::host(Arc::new(clock.clone())).unwrap();
        let state = town::state(Arc::clone(&host), "http://localhost:8080", rate).unwrap();
        Self { clock, held, host, router: crate::router(state) }
    }

    async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], "").await
    }

    async fn send(&self, body: &Value) -> Answer {
        self.send_with(&[], body).await
    }

    async fn send_with(&self, more: &[(&str, &str)], body: &Value) -> Answer {
        let key = format!("Bearer {KEY}");
        let mut headers = vec![("authorization", key.as_str()), ("content-type", JSON)];
        headers.extend_from_slice(more);
        let path = format!("/{BODY}/api/services/missed-bin/requests");
        self.call("POST", &path, &headers, body.to_string()).await
    }

    async fn report(&self, pairs: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("api_key", KEY).append_pair("service_code", "missed-bin");
        form.extend_pairs(pairs);
        let path = format!("/{BODY}/open311/v2/requests.json");
        self.call("POST", &path, &[("content-type", FORM)], form.finish()).await
    }

    /// How many events the body's journal holds.
    fn journal(&self) -> usize {
        let reader = self.host.body(&body()).unwrap().reader();
        store::journal::events_from(&reader, base::EventSeq(1), 1_000).unwrap().len()
    }

    /// The stored record of a request's answers.
    fn stored(&self, case: CaseId) -> String {
        let view = self.host.body(&body()).unwrap().case(case).unwrap().unwrap();
        view.answers().unwrap().to_json()
    }

    /// The case of a reference.
    fn case(&self, reference: &str) -> CaseId {
        let body = self.host.body(&body()).unwrap();
        body.case_of(&reference.parse().unwrap()).unwrap().unwrap().case.request.case
    }

    /// Lets time pass.
    async fn wait(&self, seconds: i64) {
        let sleep = self.clock.sleep_until(self.clock.now().plus_seconds(seconds));
        let held = self.held.lock().unwrap().take();
        drop(held);
        let token = sleep.await;
        *self.held.lock().unwrap() = Some(token);
    }

    /// The crew tells that the bin is emptied.
    async fn emptied(&self, reference: &str, id: &str) -> Answer {
        let message = json!({"kind": "emptied", "reference": reference}).to_string();
        self.signed(id, &message).await
    }

    async fn signed(&self, id: &str, message: &str) -> Answer {
        let secret = connectors::Secret::new(town::SECRET);
        let now = self.clock.now();
        let signed = connectors::callback::sign(&secret, id, now, message.as_bytes());
        let headers: Vec<(&str, &str)> = signed.iter().collect();
        self.call("POST", &format!("/{BODY}/inbound/waste"), &headers, message.to_owned()).await
    }
}

fn body() -> BodyId {
    BODY.parse().unwrap()
}

/// A valid request.
fn valid() -> Value {
    json!({
        "language": "cy",
        "answers": {
            "address": "100000000001",
            "bin": "food",
            "missed_on": "2026-11-23",
            "heavy": true,
            "count": 2,
        }
    })
}
