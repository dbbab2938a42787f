//! A county's school system: which children are to be given a free meal, and at which school.
//!
//! `POST /meals` with an `Idempotency-Key` records which children of a family have them; a key that
//! comes again gets the answer of the first time, with another body it is refused. `GET /schools`
//! lists the schools, `GET /schools/{number}/pupils?name=&born_on=` says where the county writes to
//! about a child. Meals are not cooked here: what a school really got is in the ledger.

use std::collections::BTreeMap;

use base::{Date, Timestamp};
use connectors::{HttpRequest, HttpResponse, Method};
use serde_json::json;

use crate::books::{Books, Page};
use crate::ledger::{Entry, Ledger};
use crate::office::{BackOffice, Call, Login, json, nothing_here, query_field, refusal};

/// The schools, each by the number under which the system has it, with its name.
pub const SCHOOLS: [(&str, &str); 6] = [
    ("100101", "Alder Green Primary School"),
    ("100102", "St Withburga's Church of England Primary School"),
    ("100103", "Wealdmere Community Primary School"),
    ("100201", "Quarry Hill Academy"),
    ("100202", "Wealdmere High School"),
    ("100301", "Larkspur School"),
];

/// The most children of one list.
const MAX_CHILDREN: usize = 20;
/// The longest text of a body, in characters.
const MAX_TEXT: usize = 200;

/// A child whom the system knows, with the address that the county holds for the parent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pupil {
    /// Both names.
    pub name: String,
    /// The day of birth.
    pub born_on: String,
    /// The number of the school.
    pub school: String,
    /// The lines of the address.
    pub address: String,
}

/// The system.
#[derive(Debug, Clone)]
pub struct Schools {
    pupils: BTreeMap<(String, String, String), String>,
    books: Books,
    login: Option<Login>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMeals {
    reference: String,
    from: String,
    children: Vec<NewMeal>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMeal {
    name: String,
    born_on: String,
    school: String,
    year: String,
}

impl Schools {
    /// A system that knows these children.
    pub fn new(pupils: Vec<Pupil>, login: Option<Login>) -> Self {
        let known = pupils.into_iter().map(|pupil| {
            let Pupil { name, born_on, school, address } = pupil;
            ((school, name.to_lowercase(), born_on), address)
        });
        Self { pupils: known.collect(), books: Books::new("FM"), login }
    }

    fn record(&mut self, request: &HttpRequest, key: String, now: Timestamp) -> HttpResponse {
        let Ok(meals) = serde_json::from_slice::<NewMeals>(&request.body) else {
            return refusal(400, "invalid_body", "the body is not a list of meals");
        };
        if let Err((code, message)) = check(&meals) {
            return refusal(422, code, message);
        }
        let mut fields = BTreeMap::from([("from".to_owned(), meals.from)]);
        for (number, child) in (1..).zip(meals.children) {
            let NewMeal { name, born_on, school, year } = child;
            fields
                .insert(format!("child_{number}"), format!("{name}, {born_on}, {school}, {year}"));
        }
        let page = Page { what: "free_meals", reference: meals.reference, fields };
        match self.books.write(key, page, now) {
            Ok(number) => json(201, &json!({ "number": number })),
            Err(_) => refusal(409, "key_reused", "the key was used for something else"),
        }
    }

    /// The address held for a child's parent; null for a child whom nobody knows.
    fn pupil(&self, school: &str, query: &str) -> HttpResponse {
        let known = SCHOOLS.iter().find(|(number, _)| *number == school);
        let Some((_, name_of_school)) = known else {
            return refusal(404, "unknown_school", "the school is none of the county's");
        };
        let name = query_field(query, "name").unwrap_or_default().to_lowercase();
        let born_on = query_field(query, "born_on").unwrap_or_default();
        let address = self.pupils.get(&(school.to_owned(), name, born_on));
        json(200, &json!({ "school": name_of_school, "address": address }))
    }
}

fn check(meals: &NewMeals) -> Result<(), (&'static str, &'static str)> {
    if meals.children.is_empty() || meals.children.len() > MAX_CHILDREN {
        return Err(("invalid_children", "there are no children, or too many"));
    }
    let texts = meals.children.iter().flat_map(|child| [&child.name, &child.year]);
    let wrong = |text: &String| text.trim().is_empty() || text.chars().count() > MAX_TEXT;
    if texts.chain([&meals.reference]).any(wrong) {
        return Err(("invalid_text", "a text is empty or too long"));
    }
    let known = |school: &str| SCHOOLS.iter().any(|(number, _)| *number == school);
    if !meals.children.iter().all(|child| known(&child.school)) {
        return Err(("unknown_school", "the school is none of the county's"));
    }
    let days = meals.children.iter().map(|child| &child.born_on).chain([&meals.from]);
    if days.into_iter().any(|day| day.parse::<Date>().is_err()) {
        return Err(("invalid_date", "a day is not a date"));
    }
    Ok(())
}

impl BackOffice for Schools {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        let call = match Call::admitted(self.login.as_ref(), request) {
            Ok(call) => call,
            Err(refused) => return refused,
        };
        match (request.method, call.way().as_slice()) {
            (Method::Get, ["schools"]) => {
                let school = |(number, name)| json!({ "number": number, "name": name });
                let schools: Vec<serde_json::Value> = SCHOOLS.into_iter().map(school).collect();
                json(200, &json!({ "schools": schools }))
            }
            (Method::Get, ["schools", school, "pupils"]) => self.pupil(school, request.query()),
            (Method::Post, ["meals"]) => call.keyed(|key| self.record(request, key, now)),
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

    fn meals() -> serde_json::Value {
        json!({
            "reference": "FSM-7K3M-9QXD", "from": "2026-11-20", "children": [{
                "name": "Robin Ashdown", "born_on": "2017-05-04", "school": "100101", "year": "year_5",
            }],
        })
    }

    fn office() -> Schools {
        let pupil = Pupil {
            name: "Robin Ashdown".to_owned(),
            born_on: "2017-05-04".to_owned(),
            school: "100101".to_owned(),
            address: "1 Mill Lane, Wealdmere\nZZ1 0AA".to_owned(),
        };
        Schools::new(vec![pupil], None)
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
    fn a_familys_meals_are_recorded_once_under_their_key() {
        let mut office = office();
        let first = post(&mut office, Some("one"), &meals());
        assert_eq!(first, (201, r#"{"number":"FM00000001"}"#.to_owned()));
        assert_eq!(post(&mut office, Some("one"), &meals()), first);
        let mut other = meals();
        other["children"][0]["name"] = "Wren Ashdown".into();
        assert_eq!(post(&mut office, Some("one"), &other).0, 409);
        assert_eq!(office.ledger().entries().len(), 1);
        assert_eq!(office.ledger().records()[&("free_meals", "FSM-7K3M-9QXD")], 1);
        let mut again = Schools::new(Vec::new(), None);
        again.restore(office.ledger().entries().to_vec());
        assert_eq!(post(&mut again, Some("one"), &meals()), first);
        assert_eq!(post(&mut again, Some("two"), &meals()).0, 201);
        assert_eq!(again.ledger().doubled(), 1);
    }

    #[test]
    fn what_is_no_list_of_meals_is_refused() {
        let mut office = office();
        assert_eq!(post(&mut office, None, &meals()).0, 400);
        assert_eq!(post(&mut office, Some("k"), &json!({"child": "x"})).0, 400);
        for (field, value) in [("school", "999999"), ("born_on", "2017-02-30"), ("name", " ")] {
            let mut wrong = meals();
            wrong["children"][0][field] = value.into();
            assert_eq!(post(&mut office, Some("k"), &wrong).0, 422, "{field}");
        }
        let mut wrong = meals();
        wrong["children"] = json!([]);
        assert_eq!(post(&mut office, Some("k"), &wrong).0, 422);
        assert!(office.ledger().entries().is_empty());
    }

    #[test]
    fn the_address_of_a_known_child_is_told_and_of_another_none() {
        let office = office();
        let asked = |school: &str, query: &str| {
            let answer = office.pupil(school, query);
            (answer.status, serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap())
        };
        let (status, body) = asked("100101", "name=robin+ashdown&born_on=2017-05-04");
        assert_eq!(
            (status, body["address"].as_str()),
            (200, Some("1 Mill Lane, Wealdmere\nZZ1 0AA"))
        );
        let (status, body) = asked("100101", "name=Robin+Ashdown&born_on=2017-05-05");
        assert_eq!((status, body["address"].is_null()), (200, true));
        assert_eq!(body["school"], "Alder Green Primary School");
        assert_eq!(asked("1", "").0, 404);
    }
}
