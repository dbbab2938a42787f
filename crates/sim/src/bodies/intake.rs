//! The agency's back office that takes notices in: it drops what comes again under its key.

use std::collections::BTreeMap;

use connectors::{HttpRequest, HttpResponse};

/// What was taken in, by key.
#[derive(Debug, Default)]
pub(super) struct Intake(BTreeMap<String, u32>);

impl Intake {
    pub(super) fn handle(&mut self, request: &HttpRequest) -> HttpResponse {
        let key = request.headers.get("idempotency-key").unwrap_or_default().to_owned();
        let text = String::from_utf8_lossy(&request.body).into_owned();
        let (status, body) = if text.contains("Nowhere") {
            (422, r#"{"code":"no_such_address","message":"the address is not known"}"#)
        } else {
            self.0.entry(key).or_insert(1);
            (200, "{}")
        };
        HttpResponse { status, headers: connectors::Headers::new(), body: body.into() }
    }

    /// The keys under which work was done.
    pub(super) fn done(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
