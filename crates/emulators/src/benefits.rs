//! Benefits register: what a national agency pays a person, by the agency's own pseudonym of them.
//!
//! Read-only, a function of the seed and the pseudonym: the same person has the same awards
//! whenever they are asked about. `GET /people/{pseudonym}/awards?on=DATE` lists the awards of that
//! day, `GET /people/{pseudonym}/mobility?on=DATE` what is paid because getting about is hard, with
//! the points of its assessment. Of a hundred people one is not in the register, and of two the award is being worked out
//! anew: about these three the register cannot tell. It knows no name, address or date of birth.

use base::{Date, Timestamp};
use connectors::{HttpRequest, HttpResponse, Method};
use serde_json::{Value, json};

use crate::contractor::draw;
use crate::ledger::Ledger;
use crate::office::{BackOffice, Call, Login, json, nothing_here, query_field, refusal};

/// Bytes of a pseudonym, which is written in hexadecimal digits.
const PSEUDONYM_BYTES: usize = 32;
/// Of ten thousand people, how many are not in the register.
const UNKNOWN: u64 = 100;
/// Of ten thousand people, up to which number the award is being worked out anew.
const UNDER_REVIEW: u64 = 300;
/// The earliest day about which the register answers, in days before the present one.
const YEARS_BACK_DAYS: i32 = 3 * 366;
/// Pence that somebody on Universal Credit earns in a month, at most.
const MOST_EARNED_PENCE: u64 = 140_000;

/// What the agency pays, with its share among ten thousand people. Whoever is left gets nothing.
const BENEFITS: [(&str, u64); 6] = [
    ("universal_credit", 3_600),
    ("income_support", 150),
    ("income_based_jobseekers_allowance", 100),
    ("income_related_employment_and_support_allowance", 350),
    ("pension_credit_guarantee", 300),
    ("new_style_jobseekers_allowance", 300),
];

/// What the agency pays because getting about is hard, with its share among ten thousand people who
/// are asked about: they say that they get something, and mostly do. Whoever is left gets nothing.
const MOBILITY: [(Mobility, u64); 7] = [
    (Mobility::Pip { moving_around: 12, planning: 0, descriptor: "A" }, 3_900),
    (Mobility::Pip { moving_around: 8, planning: 4, descriptor: "B" }, 2_000),
    (Mobility::Pip { moving_around: 4, planning: 10, descriptor: "E" }, 1_100),
    (Mobility::Pip { moving_around: 0, planning: 12, descriptor: "F" }, 250),
    (Mobility::Pip { moving_around: 4, planning: 4, descriptor: "B" }, 400),
    (Mobility::Dla, 1_800),
    (Mobility::WarPension, 350),
];

/// An award because getting about is hard.
#[derive(Debug, Clone, Copy)]
enum Mobility {
    /// Personal Independence Payment, with the points of its two activities of mobility.
    Pip { moving_around: u8, planning: u8, descriptor: &'static str },
    /// The higher rate of the mobility component of Disability Living Allowance.
    Dla,
    /// War Pensioner's Mobility Supplement, or a lump sum of the armed forces' scheme.
    WarPension,
}

impl Mobility {
    fn shown(self, person: &str, seed: u64) -> Value {
        match self {
            Self::Pip { moving_around, planning, descriptor } => json!({
                "award": "personal_independence_payment",
                "moving_around_points": moving_around,
                "planning_points": planning,
                "planning_descriptor": descriptor,
            }),
            Self::Dla => json!({
                "award": "disability_living_allowance",
                "mobility_rate": "higher",
            }),
            Self::WarPension if draw(seed, &["service", person]).is_multiple_of(2) => {
                json!({ "award": "war_pensioners_mobility_supplement" })
            }
            Self::WarPension => {
                let tariff = draw(seed, &["tariff", person]) % 8 + 1;
                json!({
                    "award": "armed_forces_compensation",
                    "tariff": tariff,
                    "certified_difficulty_in_walking": true,
                })
            }
        }
    }
}

/// The register's server.
#[derive(Debug, Clone)]
pub struct Benefits {
    seed: u64,
    login: Option<Login>,
    ledger: Ledger,
}

/// Where somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Unknown,
    UnderReview,
    Settled,
}

impl Benefits {
    /// The register of a seed.
    pub fn new(seed: u64, login: Option<Login>) -> Self {
        Self { seed, login, ledger: Ledger::default() }
    }

    fn standing(&self, person: &str) -> Standing {
        match draw(self.seed, &["standing", person]) % 10_000 {
            number if number < UNKNOWN => Standing::Unknown,
            number if number < UNDER_REVIEW => Standing::UnderReview,
            _ => Standing::Settled,
        }
    }

    /// The benefit that somebody gets, if any.
    fn benefit(&self, person: &str) -> Option<&'static str> {
        let mut number = draw(self.seed, &["benefit", person]) % 10_000;
        for (benefit, share) in BENEFITS {
            if number < share {
                return Some(benefit);
            }
            number -= share;
        }
        None
    }

    /// The day on which the award began, counted from a fixed day, so that an award does not move
    /// as the days go by.
    fn began(&self, person: &str, now: Timestamp) -> Date {
        let days = draw(self.seed, &["began", person]) % 900;
        let first = Date::new(2023, 4, 1).unwrap_or(now.uk_date());
        first.plus_days(i32::try_from(days).unwrap_or(0))
    }

    fn award(&self, person: &str, benefit: &str, now: Timestamp) -> Value {
        let began = self.began(person, now).to_string();
        if benefit != "universal_credit" {
            return json!({ "benefit": benefit, "from": began });
        }
        let works = draw(self.seed, &["works", person]).is_multiple_of(2);
        let month = |number: &str| {
            let earned = draw(self.seed, &["earned", person, number]) % MOST_EARNED_PENCE;
            if works { earned } else { 0 }
        };
        let earned = ["1", "2", "3"].map(month);
        json!({ "benefit": benefit, "from": began, "net_earnings_pence": earned })
    }

    /// What somebody is paid because getting about is hard, if anything.
    fn mobility(&self, person: &str) -> Option<Value> {
        let mut number = draw(self.seed, &["mobility", person]) % 10_000;
        for (award, share) in MOBILITY {
            if number < share {
                return Some(award.shown(person, self.seed));
            }
            number -= share;
        }
        None
    }

    /// What the register answers about a person on a day.
    fn answer(&self, asked: &Asked<'_>, now: Timestamp) -> HttpResponse {
        let Asked { person, query, .. } = asked;
        if !is_pseudonym(person) {
            return refusal(422, "invalid_person", "a person is 64 hexadecimal digits");
        }
        let today = now.uk_date();
        let on = match query_field(query, "on").map(|text| text.parse::<Date>()) {
            None => today,
            Some(Ok(day)) if day <= today && day >= today.plus_days(-YEARS_BACK_DAYS) => day,
            Some(_) => return refusal(422, "invalid_date", "the day is not one of three years"),
        };
        let standing = match self.standing(person) {
            Standing::Unknown => {
                return refusal(404, "unknown_person", "the person is not in the register");
            }
            Standing::UnderReview => "under_review",
            Standing::Settled => "settled",
        };
        let has_begun = self.began(person, now) <= on;
        let award = match asked.what {
            What::Awards => self.benefit(person).map(|benefit| self.award(person, benefit, now)),
            What::Mobility => self.mobility(person),
        };
        let awards: Vec<Value> = award.filter(|_| has_begun).into_iter().collect();
        json(200, &json!({ "on": on.to_string(), "standing": standing, "awards": awards }))
    }
}

/// A question about a person.
struct Asked<'a> {
    person: &'a str,
    what: What,
    query: &'a str,
}

/// What about them.
#[derive(Clone, Copy)]
enum What {
    Awards,
    Mobility,
}

/// Whether a text is one of the agency's pseudonyms.
pub(crate) fn is_pseudonym(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 2 * PSEUDONYM_BYTES && text.bytes().all(plain)
}

impl BackOffice for Benefits {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        let call = match Call::admitted(self.login.as_ref(), request) {
            Ok(call) => call,
            Err(refused) => return refused,
        };
        match (request.method, call.way().as_slice()) {
            (Method::Get, ["people", person, what @ ("awards" | "mobility")]) => {
                let what = if *what == "awards" { What::Awards } else { What::Mobility };
                self.answer(&Asked { person, what, query: request.query() }, now)
            }
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

    use super::*;

    fn person(number: u32) -> String {
        base::Digest::of(&number.to_be_bytes()).to_string()
    }

    fn ask(office: &mut Benefits, path: &str) -> (u16, Value) {
        let request = HttpRequest {
            system: "benefits-register".parse().unwrap(),
            method: Method::Get,
            url: format!("http://127.0.0.1:1{path}"),
            headers: connectors::Headers::new(),
            body: Vec::new(),
        };
        let now = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        let answer = office.handle(&request, now);
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    #[test]
    fn about_three_in_a_hundred_it_cannot_tell() {
        let mut office = Benefits::new(7, None);
        let mut met: BTreeMap<String, u32> = BTreeMap::new();
        for number in 0..10_000 {
            let (status, body) = ask(&mut office, &format!("/people/{}/awards", person(number)));
            let kind = match (status, body["standing"].as_str()) {
                (200, Some("settled")) => {
                    body["awards"][0]["benefit"].as_str().unwrap_or("nothing").to_owned()
                }
                (200, Some(standing)) => standing.to_owned(),
                (status, _) => status.to_string(),
            };
            *met.entry(kind).or_default() += 1;
        }
        let unclear = met["404"] + met["under_review"];
        assert!((240..=360).contains(&unclear), "{met:?}");
        assert!((3_200..=3_800).contains(&met["universal_credit"]), "{met:?}");
        assert!(met["nothing"] > 4_500 && met.len() == 9, "{met:?}");
    }

    #[test]
    fn a_person_has_the_same_awards_each_time_and_none_before_they_began() {
        let mut office = Benefits::new(7, None);
        let mut begun = 0;
        for number in 0..200 {
            let path = format!("/people/{}/awards", person(number));
            let (status, now) = ask(&mut office, &path);
            assert_eq!(ask(&mut Benefits::new(7, None), &path), (status, now.clone()));
            let Some(from) = now["awards"][0]["from"].as_str().map(str::to_owned) else { continue };
            begun += 1;
            let before = from.parse::<Date>().unwrap().plus_days(-1);
            let (status, body) = ask(&mut office, &format!("{path}?on={before}"));
            let none = body["awards"].as_array().is_some_and(Vec::is_empty);
            assert!(none || status == 422, "{body}");
        }
        assert!(begun > 50, "{begun}");
        assert_ne!(
            (0..99).map(|n| office.benefit(&person(n))).collect::<Vec<_>>(),
            (0..99).map(|n| Benefits::new(8, None).benefit(&person(n))).collect::<Vec<_>>(),
        );
    }

    #[test]
    fn most_who_are_asked_about_have_a_mobility_award_with_its_points() {
        let mut office = Benefits::new(7, None);
        let mut met: BTreeMap<String, u32> = BTreeMap::new();
        for number in 0..2_000 {
            let (_, body) = ask(&mut office, &format!("/people/{}/mobility", person(number)));
            if body["standing"] != "settled" {
                continue;
            }
            let award = &body["awards"][0];
            let kind = award["award"].as_str().unwrap_or("nothing").to_owned();
            if kind == "personal_independence_payment" {
                let points = award["moving_around_points"].as_u64().unwrap();
                assert!(points <= 12 && award["planning_descriptor"].is_string(), "{award}");
            }
            *met.entry(kind).or_default() += 1;
        }
        assert_eq!(met.len(), 5, "{met:?}");
        assert!((1_400..=1_580).contains(&met["personal_independence_payment"]), "{met:?}");
    }

    #[test]
    fn whatever_is_no_question_is_refused() {
        let mut office = Benefits::new(7, None);
        let known = (0..99).map(person).find(|one| office.standing(one) == Standing::Settled);
        let path = format!("/people/{}/awards", known.unwrap());
        assert_eq!(ask(&mut office, &path).0, 200);
        for (asked, status) in [
            ("?on=2026-11-21", 422),
            ("?on=2019-01-01", 422),
            ("?on=yesterday", 422),
            ("/more", 404),
        ] {
            assert_eq!(ask(&mut office, &format!("{path}{asked}")).0, status, "{asked}");
        }
        assert_eq!(ask(&mut office, "/people/Sam%20Smith/awards").0, 422);
        assert_eq!(ask(&mut office, &path.to_uppercase()).0, 404);
        assert_eq!(ask(&mut office, "/people").0, 404);
        let login = Login { header: "x-api-key".to_owned(), value: "agency".to_owned() };
        assert_eq!(ask(&mut Benefits::new(7, Some(login)), &path).0, 401);
    }
}
