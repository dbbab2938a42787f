//! Office: what all emulated back offices have in common, without a network.

use base::Timestamp;
use connectors::{Headers, HttpRequest, HttpResponse};

use crate::contractor::Callback;
use crate::fault::{Fault, Reply};
use crate::ledger::{Entry, Ledger};

/// A back office as a value: requests and the clock in, answers and messages out. One that only
/// answers does nothing of its own accord, sends nothing and takes no work on.
pub trait BackOffice: Send + std::fmt::Debug {
    /// Answers a request that reaches the office now.
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse;

    /// When it will next do something of its own accord.
    fn next_due(&self) -> Option<Timestamp> {
        None
    }

    /// Does what is due and gives the messages to send now; each is on its way until it is noted.
    fn take_due(&mut self, _now: Timestamp) -> Vec<Callback> {
        Vec::new()
    }

    /// The customer acknowledged a message.
    fn note_acknowledged(&mut self, _message: &str, _now: Timestamp) {}

    /// A message did not get through, and is to be sent again later.
    fn note_undelivered(&mut self, _message: &str, _now: Timestamp) {}

    /// Something was left in the folder that it reads.
    fn note_delivery(&mut self, _now: Timestamp) {}

    /// The work that it really took on.
    fn ledger(&self) -> &Ledger;

    /// Takes up the state of a ledger, before anything else is done.
    fn restore(&mut self, _entries: Vec<Entry>) {}
}

/// How a customer shows who it is: a header and its whole value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The header, such as `authorization` or `x-api-key`.
    pub header: String,
    /// Its value, such as `Basic Y291bmNpbDpodXNo`.
    pub value: String,
}

impl Login {
    /// Whether a request shows this login, or none is wanted.
    pub(crate) fn admits(login: Option<&Self>, headers: &Headers) -> bool {
        login.is_none_or(|login| headers.get(&login.header) == Some(login.value.as_str()))
    }
}

/// What the sender of a request sees, for drivers without a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// An answer.
    Answer(HttpResponse),
    /// The connection is closed without one.
    Cut,
}

/// Carries out what a fault makes of a request, at the instant at which it arrives: the caller
/// waits until [`Plan::arrives_at`](crate::Plan::arrives_at) first.
pub fn deliver(
    office: &mut dyn BackOffice,
    fault: Fault,
    request: &HttpRequest,
    now: Timestamp,
) -> Seen {
    let plan = fault.plan(now);
    let answers: Vec<HttpResponse> =
        (0..plan.copies).map(|_| office.handle(request, now)).collect();
    match (plan.reply, answers.into_iter().next()) {
        (Reply::Delivered, Some(answer)) => Seen::Answer(answer),
        (Reply::Failure, _) => Seen::Answer(page(500, "Internal Server Error")),
        (Reply::Refusal, _) => Seen::Answer(page(400, "Bad Request")),
        (Reply::Delivered, None) | (Reply::Lost, _) => Seen::Cut,
    }
}

/// What a proxy says in the office's place.
fn page(status: u16, words: &str) -> HttpResponse {
    let body = format!("<html><body><h1>{status} {words}</h1></body></html>");
    answer(status, "text/html", body.into_bytes())
}

/// An answer with a body.
pub(crate) fn answer(status: u16, content_type: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse { status, headers: [("content-type", content_type)].into_iter().collect(), body }
}

/// An answer in JSON.
pub(crate) fn json(status: u16, body: &serde_json::Value) -> HttpResponse {
    answer(status, "application/json", body.to_string().into_bytes())
}

/// A refusal in JSON.
pub(crate) fn refusal(status: u16, code: &str, message: &str) -> HttpResponse {
    json(status, &serde_json::json!({ "code": code, "message": message }))
}

/// The longest key of work, in bytes.
const MAX_KEY_BYTES: usize = 128;

/// The key under which a request's work is done once; none when it is missing, empty or too long.
pub(crate) fn key_of(request: &HttpRequest) -> Option<String> {
    let key = request.headers.get("idempotency-key");
    key.filter(|key| !key.is_empty() && key.len() <= MAX_KEY_BYTES).map(str::to_owned)
}

/// A request that was let in: the way that it goes, and the key of its work.
pub(crate) struct Call {
    way: Vec<String>,
    key: Option<String>,
}

impl Call {
    /// Reads a request that shows the login, where one is wanted; else what it is answered with.
    pub(crate) fn admitted(
        login: Option<&Login>,
        request: &HttpRequest,
    ) -> Result<Self, HttpResponse> {
        if Login::admits(login, &request.headers) {
            Ok(Self { way: segments(request), key: key_of(request) })
        } else {
            Err(refusal(401, "unknown_customer", "the credential is not known"))
        }
    }

    /// The segments of its path.
    pub(crate) fn way(&self) -> Vec<&str> {
        self.way.iter().map(String::as_str).collect()
    }

    /// Does its work under its key, or refuses what has none.
    pub(crate) fn keyed(&self, work: impl FnOnce(String) -> HttpResponse) -> HttpResponse {
        match &self.key {
            Some(key) => work(key.clone()),
            None => refusal(400, "missing_key", "an Idempotency-Key of 1 to 128 bytes is needed"),
        }
    }
}

/// What any other address is answered with.
pub(crate) fn nothing_here() -> HttpResponse {
    refusal(404, "unknown_address", "there is nothing here")
}

/// The segments of a request's path, decoded; none when one is malformed or not UTF-8.
pub(crate) fn segments(request: &HttpRequest) -> Vec<String> {
    let segments: Option<Vec<String>> = request.path().split('/').skip(1).map(decoded).collect();
    segments.unwrap_or_default()
}

/// The value of a query's field, decoded; `None` when absent or not UTF-8.
pub(crate) fn query_field(query: &str, name: &str) -> Option<String> {
    let mut fields = query.split('&').filter_map(|field| field.split_once('='));
    fields.find(|(key, _)| *key == name).and_then(|(_, value)| decoded(value))
}

/// The value of a field of a sent form, decoded; `None` when absent or not UTF-8.
pub(crate) fn form_field(body: &[u8], name: &str) -> Option<String> {
    std::str::from_utf8(body).ok().and_then(|body| query_field(body, name))
}

/// Percent-decoded text; `None` when malformed or not UTF-8.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
