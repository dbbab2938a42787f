//! A council's register of sight-impaired people: whether somebody is on it, and how.
//!
//! Read-only, a function of the seed and the person. `POST /searches` with a name and a day of birth
//! finds one: a name stands in no address. Who says that they are registered mostly is, so of a
//! hundred who are looked for ninety are found, and four more as sight impaired alone.

use base::{Date, Timestamp};
use connectors::{HttpRequest, HttpResponse, Method};
use serde_json::json;

use crate::contractor::draw;
use crate::ledger::Ledger;
use crate::office::{BackOffice, Call, Login, json, nothing_here, refusal};

/// Of a hundred people who are looked for, those who are registered as severely sight impaired.
const SEVERELY: u64 = 90;
/// Of a hundred, up to which number somebody is registered as sight impaired.
const IMPAIRED: u64 = 94;
/// The longest name, in characters.
const MAX_NAME_CHARS: usize = 200;

/// The register's server.
#[derive(Debug, Clone)]
pub struct SightRegister {
    seed: u64,
    login: Option<Login>,
    ledger: Ledger,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    name: String,
    born_on: String,
}

impl SightRegister {
    /// The register of a seed.
    pub fn new(seed: u64, login: Option<Login>) -> Self {
        Self { seed, login, ledger: Ledger::default() }
    }

    fn search(&self, request: &HttpRequest) -> HttpResponse {
        let Ok(search) = serde_json::from_slice::<Search>(&request.body) else {
            return refusal(400, "invalid_body", "the body is not a search");
        };
        let name = search.name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
            return refusal(422, "invalid_name", "the name is empty or too long");
        }
        let Ok(born_on) = search.born_on.parse::<Date>() else {
            return refusal(422, "invalid_date", "the day of birth is not a date");
        };
        let registered = match draw(self.seed, &["sight", &name, &born_on.to_string()]) % 100 {
            drawn if drawn < SEVERELY => Some("severely_sight_impaired"),
            drawn if drawn < IMPAIRED => Some("sight_impaired"),
            _ => None,
        };
        json(200, &json!({ "registered": registered }))
    }
}

impl BackOffice for SightRegister {
    fn handle(&mut self, request: &HttpRequest, _now: Timestamp) -> HttpResponse {
        let call = match Call::admitted(self.login.as_ref(), request) {
            Ok(call) => call,
            Err(refused) => return refused,
        };
        match (request.method, call.way().as_slice()) {
            (Method::Post, ["searches"]) => self.search(request),
            _ => nothing_here(),
        }
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    fn search(office: &mut SightRegister, name: &str, born_on: &str) -> (u16, Value) {
        let request = HttpRequest {
            system: "sight-register".parse().unwrap(),
            method: Method::Post,
            url: "http://127.0.0.1:1/searches".to_owned(),
            headers: connectors::Headers::new(),
            body: json!({ "name": name, "born_on": born_on }).to_string().into_bytes(),
        };
        let now = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        let answer = office.handle(&request, now);
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    #[test]
    fn most_who_say_so_are_registered_and_a_name_is_found_however_it_is_spaced() {
        let mut office = SightRegister::new(7, None);
        let mut found: BTreeMap<String, u32> = BTreeMap::new();
        for number in 0..1_000 {
            let (status, body) = search(&mut office, &format!("Person {number}"), "1950-02-03");
            assert_eq!(status, 200);
            *found.entry(body["registered"].to_string()).or_default() += 1;
        }
        assert!((860..=940).contains(&found["\"severely_sight_impaired\""]), "{found:?}");
        assert_eq!(found.len(), 3, "{found:?}");
        let plain = search(&mut office, "Ann Ffoulkes", "1950-02-03");
        assert_eq!(search(&mut office, " ANN   ffoulkes ", "1950-02-03"), plain);
        assert_eq!(search(&mut office, " ", "1950-02-03").0, 422);
        assert_eq!(search(&mut office, "Ann", "yesterday").0, 422);
    }
}
