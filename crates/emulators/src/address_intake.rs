//! Address intake: how a national agency takes new addresses of its people, by its own pseudonym.
//!
//! `PUT /people/{pseudonym}/address` under an `Idempotency-Key`: a key that comes again gets the
//! first answer. Of a hundred people one cannot be changed from outside (409, `locked`): somebody of
//! the agency must speak to them first. It knows no name and no date of birth.

use base::{Date, Timestamp};
use connectors::{HttpRequest, HttpResponse, Method};
use serde_json::json;

use crate::benefits::is_pseudonym;
use crate::books::{Books, KeyReused, Page};
use crate::contractor::draw;
use crate::ledger::{Entry, Ledger};
use crate::office::{BackOffice, Call, Login, json, nothing_here, refusal};

/// Of a hundred people, how many are not changed from outside.
const LOCKED: u64 = 1;
/// The longest address, in characters.
const MAX_ADDRESS_CHARS: usize = 500;

/// The office.
#[derive(Debug, Clone)]
pub struct AddressIntake {
    seed: u64,
    login: Option<Login>,
    books: Books,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAddress {
    address: String,
    from: String,
}

impl AddressIntake {
    /// The intake of a seed.
    pub fn new(seed: u64, login: Option<Login>) -> Self {
        Self { seed, login, books: Books::new("AC") }
    }

    fn take(
        &mut self,
        person: &str,
        request: &HttpRequest,
        key: String,
        now: Timestamp,
    ) -> HttpResponse {
        let Ok(new) = serde_json::from_slice::<NewAddress>(&request.body) else {
            return refusal(400, "invalid_body", "the body is not an address");
        };
        let length = new.address.chars().count();
        if !is_pseudonym(person) {
            return refusal(422, "invalid_person", "a person is 64 hexadecimal digits");
        } else if new.from.parse::<Date>().is_err() {
            return refusal(422, "invalid_date", "the first day at the address is not a day");
        } else if new.address.trim().is_empty() || length > MAX_ADDRESS_CHARS {
            return refusal(422, "invalid_address", "the address is empty or too long");
        } else if draw(self.seed, &["locked", person]) % 100 < LOCKED {
            return refusal(409, "locked", "somebody must speak to the person first");
        }
        // A notice carries no reference of the sender's: its key is all that names it.
        let reference = key.clone();
        let fields = [("person", person.to_owned()), ("address", new.address), ("from", new.from)];
        let fields = fields.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        match self.books.write(key, Page { what: "address", reference, fields }, now) {
            Ok(number) => json(200, &json!({ "change": number })),
            Err(KeyReused) => refusal(422, "key_reused", "the key was used for something else"),
        }
    }
}

impl BackOffice for AddressIntake {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        let call = match Call::admitted(self.login.as_ref(), request) {
            Ok(call) => call,
            Err(refused) => return refused,
        };
        match (request.method, call.way().as_slice()) {
            (Method::Put, ["people", person, "address"]) => {
                call.keyed(|key| self.take(person, request, key, now))
            }
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
    use super::*;

    fn put(office: &mut AddressIntake, person: &str, body: &str, key: &str) -> u16 {
        let request = HttpRequest {
            system: "address-intake".parse().unwrap(),
            method: Method::Put,
            url: format!("http://127.0.0.1:1/people/{person}/address"),
            headers: [("idempotency-key", key)].into_iter().collect(),
            body: body.as_bytes().to_vec(),
        };
        office.handle(&request, Timestamp::parse("2026-11-20T09:00:00Z").unwrap()).status
    }

    #[test]
    fn an_address_is_taken_once_under_its_key_and_one_in_a_hundred_is_locked() {
        let mut office = AddressIntake::new(7, None);
        let body = r#"{"address": "2 Mill Lane", "from": "2026-12-01"}"#;
        let person = |number: u32| base::Digest::of(&number.to_be_bytes()).to_string();
        let statuses: Vec<u16> =
            (0..500).map(|n| put(&mut office, &person(n), body, &format!("k{n}"))).collect();
        let locked = statuses.iter().filter(|status| **status == 409).count();
        assert!((1..=15).contains(&locked), "{locked}");
        let taken = office.ledger().entries().len();
        assert_eq!(taken + locked, 500);
        for number in 0..500 {
            put(&mut office, &person(number), body, &format!("k{number}"));
        }
        assert_eq!((office.ledger().entries().len(), office.ledger().doubled()), (taken, 0));
        for (person, body, status) in [
            ("Sam", body, 422),
            (person(0).as_str(), r#"{"address": "", "from": "2026-12-01"}"#, 422),
            (person(0).as_str(), r#"{"address": "2 Mill Lane", "from": "soon"}"#, 422),
            (person(0).as_str(), r#"{"name": "Sam"}"#, 400),
        ] {
            assert_eq!(put(&mut office, person, body, "new"), status);
        }
    }
}
