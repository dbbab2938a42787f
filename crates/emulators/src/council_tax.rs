//! Council tax: the account that a district keeps for each of its properties.
//!
//! A function of the district: every property has an account, but for one in a hundred, and of a
//! thousand accounts four say that their holder's whereabouts are protected. `GET /accounts?uprn=`
//! finds the account of a property; `POST /accounts/{account}/moves` ends it and opens another at
//! the new address, under an `Idempotency-Key`: a key that comes again gets the first answer.
//! Refuses an account or a property that it does not know, with a code.

use base::{Date, Timestamp};
use connectors::{HttpRequest, HttpResponse, Method};
use serde_json::json;

use crate::books::{Books, KeyReused, Page};
use crate::collections::District;
use crate::contractor::draw;
use crate::ledger::{Entry, Ledger};
use crate::office::{BackOffice, Call, Login, json, nothing_here, query_field, refusal};
use crate::waste_rest::is_reference;

/// Of a hundred properties, how many have no account: empty, exempt, or new.
const WITHOUT_ACCOUNT: u64 = 1;
/// Of a thousand accounts, how many are of somebody whose whereabouts are protected.
const PROTECTED: u64 = 4;
/// How far away the day of a move may be, in days.
const MOST_DAYS_AWAY: i32 = 366;

/// The office.
#[derive(Debug, Clone)]
pub struct CouncilTax {
    district: District,
    login: Option<Login>,
    books: Books,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    reference: String,
    moved_on: String,
    new_address: String,
    new_uprn: Option<String>,
    #[serde(default)]
    people: Option<String>,
}

impl CouncilTax {
    /// The accounts of a district.
    pub fn new(district: District, login: Option<Login>) -> Self {
        Self { district, login, books: Books::new("CM") }
    }

    /// The account of a property, if it has one.
    fn account(&self, uprn: &str) -> Option<String> {
        let index = self.district.index_of(uprn)?;
        let without = draw(self.district.seed, &["account", uprn]) % 100 < WITHOUT_ACCOUNT;
        (!without).then(|| format!("CT{index:08}"))
    }

    fn protected(&self, uprn: &str) -> bool {
        draw(self.district.seed, &["protected", uprn]) % 1_000 < PROTECTED
    }

    fn find(&self, request: &HttpRequest) -> HttpResponse {
        let Some(uprn) = query_field(request.query(), "uprn") else {
            return refusal(400, "missing_property", "ask by uprn");
        };
        match self.account(&uprn) {
            Some(account) => {
                json(200, &json!({ "account": account, "protected": self.protected(&uprn) }))
            }
            None => refusal(404, "unknown_account", "the property has no account"),
        }
    }

    /// Whether an account is one of a property that has one.
    fn is_account(&self, account: &str) -> bool {
        let index = account.strip_prefix("CT").and_then(|digits| digits.parse::<u32>().ok());
        let uprn = index.and_then(|index| self.district.address(index)).map(|at| at.uprn);
        uprn.is_some_and(|uprn| self.account(&uprn).as_deref() == Some(account))
    }

    fn take(
        &mut self,
        request: &HttpRequest,
        account: &str,
        key: String,
        now: Timestamp,
    ) -> HttpResponse {
        let Ok(asked) = serde_json::from_slice::<Move>(&request.body) else {
            return refusal(400, "invalid_body", "the body is not a move");
        };
        if let Err((code, message)) = self.check(account, &asked, now) {
            let status = if code == "unknown_account" { 404 } else { 422 };
            return refusal(status, code, message);
        }
        let Move { reference, moved_on, new_address, new_uprn, people } = asked;
        let fields = [
            ("account", Some(account.to_owned())),
            ("moved_on", Some(moved_on)),
            ("new_address", Some(new_address)),
            ("new_uprn", new_uprn),
            ("people", people),
        ];
        let fields = fields.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?)));
        let page = Page { what: "move", reference, fields: fields.collect() };
        match self.books.write(key, page, now) {
            Ok(number) => json(201, &json!({ "move": number })),
            Err(KeyReused) => refusal(409, "key_reused", "the key was used for something else"),
        }
    }

    fn check(
        &self,
        account: &str,
        asked: &Move,
        now: Timestamp,
    ) -> Result<(), (&'static str, &'static str)> {
        let near = |day: Date| {
            let today = now.uk_date();
            day >= today.plus_days(-MOST_DAYS_AWAY) && day <= today.plus_days(MOST_DAYS_AWAY)
        };
        let foreign = |uprn: &String| self.district.index_of(uprn).is_none();
        if !self.is_account(account) {
            Err(("unknown_account", "there is no such account"))
        } else if !is_reference(&asked.reference) {
            Err(("invalid_reference", "the reference is empty or too long"))
        } else if !asked.moved_on.parse::<Date>().is_ok_and(near) {
            Err(("invalid_date", "the day of the move is not within a year"))
        } else if asked.new_address.trim().is_empty() {
            Err(("invalid_address", "the new address is empty"))
        } else if asked.new_uprn.as_ref().is_some_and(foreign) {
            Err(("unknown_property", "the new property is not in this district"))
        } else if asked.people.as_ref().is_some_and(|people| people.len() > 2_000) {
            Err(("invalid_people", "the list of people is too long"))
        } else {
            Ok(())
        }
    }
}

impl BackOffice for CouncilTax {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        let call = match Call::admitted(self.login.as_ref(), request) {
            Ok(call) => call,
            Err(refused) => return refused,
        };
        match (request.method, call.way().as_slice()) {
            (Method::Get, ["accounts"]) => self.find(request),
            (Method::Post, ["accounts", account, "moves"]) => {
                call.keyed(|key| self.take(request, account, key, now))
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
    use serde_json::Value;

    use super::*;

    fn district() -> District {
        District {
            seed: 7,
            properties: 1_000,
            outcode: "ZZ1".to_owned(),
            town: "Wealdmere".to_owned(),
            first_uprn: 200_000_000_000,
        }
    }

    fn ask(
        office: &mut CouncilTax,
        method: Method,
        path: &str,
        body: &Value,
        key: &str,
    ) -> (u16, Value) {
        let request = HttpRequest {
            system: "council-tax".parse().unwrap(),
            method,
            url: format!("http://127.0.0.1:1{path}"),
            headers: [("idempotency-key", key)].into_iter().collect(),
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        };
        let now = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        let answer = office.handle(&request, now);
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    fn moving(reference: &str) -> Value {
        json!({ "reference": reference, "moved_on": "2026-12-01", "new_address": "2 Mill Lane" })
    }

    #[test]
    fn a_property_has_an_account_and_few_have_none() {
        let mut office = CouncilTax::new(district(), None);
        let (mut none, mut protected) = (0, 0);
        for index in 0..1_000_u64 {
            let path = format!("/accounts?uprn={}", 200_000_000_000 + index);
            let (status, body) = ask(&mut office, Method::Get, &path, &Value::Null, "");
            none += u32::from(status == 404);
            protected += u32::from(body["protected"] == true);
        }
        assert!((2..=25).contains(&none) && (1..=12).contains(&protected), "{none} {protected}");
        let (status, body) = ask(&mut office, Method::Get, "/accounts?uprn=1", &Value::Null, "");
        assert_eq!((status, body["code"].as_str()), (404, Some("unknown_account")));
    }

    #[test]
    fn a_move_is_taken_once_under_its_key() {
        let mut office = CouncilTax::new(district(), None);
        let mut uprn = (0..99_u64).map(|index| (200_000_000_000 + index).to_string());
        let account = uprn.find_map(|uprn| office.account(&uprn)).unwrap();
        let path = format!("/accounts/{account}/moves");
        let (status, first) = ask(&mut office, Method::Post, &path, &moving("COA-1"), "k1");
        assert_eq!((status, first["move"].as_str()), (201, Some("CM00000001")));
        assert_eq!(ask(&mut office, Method::Post, &path, &moving("COA-1"), "k1"), (201, first));
        assert_eq!(ask(&mut office, Method::Post, &path, &moving("COA-2"), "k1").0, 409);
        assert_eq!(ask(&mut office, Method::Post, &path, &moving("COA-2"), "").0, 400);
        assert_eq!((office.ledger().entries().len(), office.ledger().doubled()), (1, 0));
        let mut again = CouncilTax::new(district(), None);
        again.restore(office.ledger().entries().to_vec());
        assert_eq!(ask(&mut again, Method::Post, &path, &moving("COA-1"), "k1").0, 201);
        assert_eq!(again.ledger().entries().len(), 1);
    }

    #[test]
    fn what_it_does_not_know_is_refused_with_a_code() {
        let mut office = CouncilTax::new(district(), None);
        let account = (0..99_u64)
            .find_map(|index| office.account(&(200_000_000_000 + index).to_string()))
            .unwrap();
        let path = format!("/accounts/{account}/moves");
        let with = |name: &str, value: &str| {
            let mut body = moving("COA-1");
            body[name] = value.into();
            body
        };
        for (path, body, code) in [
            ("/accounts/CT99999999/moves", moving("COA-1"), "unknown_account"),
            ("/accounts/mine/moves", moving("COA-1"), "unknown_account"),
            (path.as_str(), with("new_uprn", "1"), "unknown_property"),
            (path.as_str(), with("moved_on", "2019-01-01"), "invalid_date"),
            (path.as_str(), with("new_address", " "), "invalid_address"),
            (path.as_str(), with("colour", "red"), "invalid_body"),
        ] {
            let (_, said) = ask(&mut office, Method::Post, path, &body, "k");
            assert_eq!(said["code"], code, "{said}");
        }
        assert!(office.ledger().entries().is_empty());
    }
}
