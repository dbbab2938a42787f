//! A county's school system: which children are to be given a free meal, and at which school.
//!
//! `POST /meals` with an `Idempotency-Key` records a child's entitlement; a key that comes again
//! gets the answer of the first time, with another body it is refused. `GET /schools` lists the
//! schools. Meals are not cooked here: what a school really got is in the ledger.

use std::collections::BTreeMap;

use base::{Date, Timestamp};
use connectors::{HttpRequest, HttpResponse, Method};
use serde_json::json;

use crate::books::{Books, Page};
use crate::ledger::{Entry, Ledger};
use crate::office::{BackOffice, Login, json, refusal, segments};

/// The schools, each by the number under which the system has it, with its name.
pub const SCHOOLS: [(&str, &str); 6] = [
    ("100101", "Alder Green Primary School"),
    ("100102", "St Withburga's Church of England Primary School"),
    ("100103", "Wealdmere Community Primary School"),
    ("100201", "Quarry Hill Academy"),
    ("100202", "Wealdmere High School"),
    ("100301", "Larkspur School"),
];

/// The longest text of a body, in characters.
const MAX_TEXT: usize = 200;
/// The longest key, in bytes.
const MAX_KEY_BYTES: usize = 128;

/// The system.
#[derive(Debug, Clone)]
pub struct Schools {
    books: Books,
    login: Option<Login>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMeal {
    reference: String,
    child: String,
    born_on: String,
    school: String,
    year: String,
    from: String,
    ground: String,
}

impl Schools {
    /// A system that knows of no child yet.
    pub fn new(login: Option<Login>) -> Self {
        Self { books: Books::new("FM"), login }
    }

    fn record(&mut self, request: &HttpRequest, key: String, now: Timestamp) -> HttpResponse {
        let Ok(meal) = serde_json::from_slice::<NewMeal>(&request.body) else {
            return refusal(400, "invalid_body", "the body is not an entitlement");
        };
        if let Err((code, message)) = check(&meal) {
            return refusal(422, code, message);
        }
        let NewMeal { reference, child, born_on, school, year, from, ground } = meal;
        let fields = [
            ("child", child),
            ("born_on", born_on),
            ("school", school),
            ("year", year),
            ("from", from),
            ("ground", ground),
        ];
        let fields: BTreeMap<String, String> =
            fields.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        let page = Page { what: "free_meal", reference, fields };
        match self.books.write(key, page, now) {
            Ok(number) => json(201, &json!({ "number": number })),
            Err(_) => refusal(409, "key_reused", "the key was used for something else"),
        }
    }
}

fn check(meal: &NewMeal) -> Result<(), (&'static str, &'static str)> {
    let texts = [&meal.reference, &meal.child, &meal.year, &meal.ground];
    if texts.iter().any(|text| text.trim().is_empty() || text.chars().count() > MAX_TEXT) {
        return Err(("invalid_text", "a text is empty or too long"));
    }
    if !SCHOOLS.iter().any(|(number, _)| *number == meal.school) {
        return Err(("unknown_school", "the school is none of the county's"));
    }
    if [&meal.born_on, &meal.from].iter().any(|day| day.parse::<Date>().is_err()) {
        return Err(("invalid_date", "a day is not a date"));
    }
    Ok(())
}

impl BackOffice for Schools {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        if !Login::admits(self.login.as_ref(), &request.headers) {
            return refusal(401, "unknown_customer", "the credential is not known");
        }
        let segments = segments(request);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let key = request.headers.get("idempotency-key").map(str::to_owned);
        let key = key.filter(|key| !key.is_empty() && key.len() <= MAX_KEY_BYTES);
        match (request.method, segments.as_slice(), key) {
            (Method::Get, ["schools"], _) => {
                let school = |(number, name)| json!({ "number": number, "name": name });
                let schools: Vec<serde_json::Value> = SCHOOLS.into_iter().map(school).collect();
                json(200, &json!({ "schools": schools }))
            }
            (Method::Post, ["meals"], Some(key)) => self.record(request, key, now),
            (Method::Post, ["meals"], None) => {
                refusal(400, "missing_key", "an Idempotency-Key of 1 to 128 bytes is needed")
            }
            _ => refusal(404, "unknown_address", "there is nothing here"),
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

    fn meal() -> serde_json::Value {
        json!({
            "reference": "FSM-7K3M-9QXD", "child": "Robin Ashdown", "born_on": "2017-05-04",
            "school": "100101", "year": "5", "from": "2026-11-20", "ground": "qualifying-benefit",
        })
    }

    fn post(office: &mut Schools, key: Option<&str>, body: &serde_json::Value) -> (u16, String) {
        let mut headers = connectors::Headers::new();
        if let Some(key) = key {
            headers.push("idempotency-key", key);
        }
        let request = HttpRequest {
            system: "schools".parse().unwrap(),
            method: Method::Post,
            url: "http://127.0.0.1:1/meals".to_owned(),
            headers,
            body: body.to_string().into_bytes(),
        };
        let now = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        let answer = office.handle(&request, now);
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    #[test]
    fn a_meal_is_recorded_once_under_its_key() {
        let mut office = Schools::new(None);
        let first = post(&mut office, Some("one"), &meal());
        assert_eq!(first, (201, r#"{"number":"FM00000001"}"#.to_owned()));
        assert_eq!(post(&mut office, Some("one"), &meal()), first);
        let mut other = meal();
        other["child"] = "Wren Ashdown".into();
        assert_eq!(post(&mut office, Some("one"), &other).0, 409);
        assert_eq!(office.ledger().entries().len(), 1);
        assert_eq!(office.ledger().records()[&("free_meal", "FSM-7K3M-9QXD")], 1);
        let mut again = Schools::new(None);
        again.restore(office.ledger().entries().to_vec());
        assert_eq!(post(&mut again, Some("one"), &meal()), first);
        assert_eq!(post(&mut again, Some("two"), &meal()).0, 201);
        assert_eq!(again.ledger().doubled(), 1);
    }

    #[test]
    fn what_is_no_entitlement_is_refused() {
        let mut office = Schools::new(None);
        assert_eq!(post(&mut office, None, &meal()).0, 400);
        assert_eq!(post(&mut office, Some("k"), &json!({"child": "x"})).0, 400);
        for (field, value) in
            [("school", "999999"), ("born_on", "2017-02-30"), ("child", " "), ("from", "soon")]
        {
            let mut wrong = meal();
            wrong[field] = value.into();
            assert_eq!(post(&mut office, Some("k"), &wrong).0, 422, "{field}");
        }
        assert!(office.ledger().entries().is_empty());
    }
}
