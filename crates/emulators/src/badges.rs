//! Badge system: makes a parking badge and sends it, once for each key.
//!
//! `POST /badges` needs an `Idempotency-Key`; a key that comes again gets the answer of the first
//! time, and with another body it is refused.

use std::collections::BTreeMap;

use base::{Date, Timestamp};
use connectors::{HttpRequest, HttpResponse, Method};
use serde_json::json;

use crate::books::{Books, Page};
use crate::ledger::{Entry, Ledger};
use crate::office::{BackOffice, Call, Login, json, nothing_here, refusal};
use crate::waste_rest::is_reference;

/// The longest name or address, in characters.
const MAX_TEXT_CHARS: usize = 300;

/// The badge system.
#[derive(Debug, Clone)]
pub struct Badges {
    books: Books,
    login: Option<Login>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBadge {
    reference: String,
    name: String,
    born_on: String,
    address: String,
}

impl Badges {
    /// A system without badges.
    pub fn new(login: Option<Login>) -> Self {
        Self { books: Books::new("BB"), login }
    }

    fn order(&mut self, request: &HttpRequest, key: String, now: Timestamp) -> HttpResponse {
        let Ok(new) = serde_json::from_slice::<NewBadge>(&request.body) else {
            return refusal(400, "invalid_body", "the body is not a badge");
        };
        if let Err((code, message)) = check(&new, now) {
            return refusal(422, code, message);
        }
        let NewBadge { reference, name, born_on, address } = new;
        let fields = [("name", name), ("born_on", born_on), ("address", address)];
        let fields: BTreeMap<String, String> =
            fields.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        let page = Page { what: "badge", reference, fields };
        match self.books.write(key, page, now) {
            Ok(number) => json(201, &json!({ "number": number })),
            Err(_) => refusal(409, "key_reused", "the key was used for another badge"),
        }
    }
}

fn check(new: &NewBadge, now: Timestamp) -> Result<(), (&'static str, &'static str)> {
    let text = |text: &str| !text.trim().is_empty() && text.chars().count() <= MAX_TEXT_CHARS;
    if !is_reference(&new.reference) || !text(&new.name) || !text(&new.address) {
        return Err(("invalid_text", "a reference, a name and an address are needed"));
    }
    match new.born_on.parse::<Date>() {
        Ok(born) if born <= now.uk_date() => Ok(()),
        Ok(_) | Err(_) => Err(("invalid_date", "the day of birth is not a past one")),
    }
}

impl BackOffice for Badges {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        let call = match Call::admitted(self.login.as_ref(), request) {
            Ok(call) => call,
            Err(refused) => return refused,
        };
        match (request.method, call.way().as_slice()) {
            (Method::Post, ["badges"]) => call.keyed(|key| self.order(request, key, now)),
            _ => nothing_here(),
        }
    }

    fn ledger(&self) -> &Ledger {
        self.books.ledger()
    }

    fn restore(&mut self, entries: Vec<Entry>) {
        self.books.restore(entries);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn ask(office: &mut Badges, key: Option<&str>, body: &str) -> (u16, Value) {
        let mut headers = connectors::Headers::new();
        if let Some(key) = key {
            headers.push("idempotency-key", key);
        }
        let request = HttpRequest {
            system: "badges".parse().unwrap(),
            method: Method::Post,
            url: "http://127.0.0.1:1/badges".to_owned(),
            headers,
            body: body.as_bytes().to_vec(),
        };
        let now = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        let answer = office.handle(&request, now);
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    const NEW: &str = r#"{"reference": "BLB-1", "name": "A. Person", "born_on": "1950-02-03",
                          "address": "1 Mill Lane"}"#;

    #[test]
    fn one_key_is_one_badge() {
        let mut office = Badges::new(None);
        let first = ask(&mut office, Some("k"), NEW);
        assert_eq!((first.0, first.1["number"].as_str()), (201, Some("BB00000001")));
        assert_eq!(ask(&mut office, Some("k"), NEW), first);
        assert_eq!(office.ledger().records()[&("badge", "BLB-1")], 1);
        assert_eq!(ask(&mut office, Some("k"), &NEW.replace("BLB-1", "BLB-2")).0, 409);
        assert_eq!(ask(&mut office, Some("other"), NEW).0, 201);
        assert_eq!(office.ledger().doubled(), 1);
    }

    #[test]
    fn whatever_is_no_badge_is_refused() {
        let mut office = Badges::new(None);
        assert_eq!(ask(&mut office, None, NEW).0, 400);
        assert_eq!(ask(&mut office, Some("k"), "{}").0, 400);
        for (from, to) in [("A. Person", " "), ("1950", "2950"), ("1950-02-03", "then")] {
            assert_eq!(ask(&mut office, Some("k"), &NEW.replace(from, to)).0, 422, "{to}");
        }
        assert!(office.ledger().entries().is_empty());
    }
}
