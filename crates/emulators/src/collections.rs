//! Collection calendar: which bin is collected where and when, and the addresses of a postcode.
//!
//! Read-only, a function of the seed: every UPRN of the district has a round. Weekly food, refuse
//! and recycling in alternate weeks, garden waste fortnightly.
//!
//! `GET /addresses?postcode=` lists; `GET /properties/{uprn}` shows one;
//! `GET /properties/{uprn}/collections?bin=&on=` says whether that bin was due on that day, with
//! the last day before and the next after it.

use base::{Date, Timestamp};
use connectors::{HttpRequest, HttpResponse, Method};
use serde_json::json;

use crate::contractor::draw;
use crate::ledger::Ledger;
use crate::office::{BackOffice, Call, Login, json, nothing_here, query_field, refusal};
use crate::waste_rest::BINS;

/// How many properties share a postcode.
const HOMES_PER_POSTCODE: u32 = 12;
/// The most properties of a district.
pub const MAX_PROPERTIES: u32 = 1_000_000;

const STREETS: [&str; 16] = [
    "Mill Lane",
    "Church Street",
    "Station Road",
    "Orchard Close",
    "Bridge Street",
    "High Street",
    "Willow Drive",
    "Park Avenue",
    "Meadow View",
    "Quarry Hill",
    "Canal Side",
    "Chapel Row",
    "Field Way",
    "Market Place",
    "Riverside",
    "Hawthorn Road",
];

/// A district: the same everywhere that the same figures are used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct District {
    /// From which all else follows.
    pub seed: u64,
    /// How many properties it has.
    pub properties: u32,
    /// The first part of its postcodes, such as `ZZ1`: a part that is not in use.
    pub outcode: String,
    /// Its post town.
    pub town: String,
    /// The number of its first property; the others follow.
    pub first_uprn: u64,
}

/// A property.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Address {
    /// Its unique property reference number, in digits.
    pub uprn: String,
    /// In words, on one line.
    pub address: String,
    /// Its postcode, with a space.
    pub postcode: String,
}

impl District {
    /// The property of an index below [`District::properties`].
    pub fn address(&self, index: u32) -> Option<Address> {
        if index >= self.properties.min(MAX_PROPERTIES) {
            return None;
        }
        let block = index / HOMES_PER_POSTCODE;
        let place = usize::try_from(draw(self.seed, &["street", &block.to_string()]) % 16).ok()?;
        let street = STREETS.get(place)?;
        let house = index % HOMES_PER_POSTCODE + 1 + (block / 16) % 40 * HOMES_PER_POSTCODE;
        let postcode = self.postcode(block)?;
        let address = format!("{house} {street}, {}, {postcode}", self.town);
        let uprn = self.first_uprn.checked_add(u64::from(index))?.to_string();
        Some(Address { uprn, address, postcode })
    }

    /// The index of a property, if it is the district's.
    pub fn index_of(&self, uprn: &str) -> Option<u32> {
        let index = uprn.parse::<u64>().ok()?.checked_sub(self.first_uprn)?;
        let index = u32::try_from(index).ok()?;
        (index < self.properties.min(MAX_PROPERTIES)).then_some(index)
    }

    /// `ZZ1 2AB`: a digit and two letters that no postcode leaves out, by block.
    fn postcode(&self, block: u32) -> Option<String> {
        const LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";
        let letter = |number: u32| {
            LETTERS.get(usize::try_from(number % 20).ok()?).map(|byte| char::from(*byte))
        };
        let (first, second) = (letter(block / 20)?, letter(block)?);
        let area = block / 4_000;
        let outcode = &self.outcode;
        let extra = if area == 0 { String::new() } else { area.to_string() };
        Some(format!("{outcode}{extra} {}{first}{second}", block / 400 % 10))
    }

    /// The properties of a postcode, however it is typed.
    pub fn addresses_of(&self, postcode: &str) -> Vec<Address> {
        let plain = |text: &str| -> String {
            let letters = text.chars().filter(char::is_ascii_alphanumeric);
            letters.map(|letter| letter.to_ascii_uppercase()).take(10).collect()
        };
        let wanted = plain(postcode);
        let blocks = self.properties.min(MAX_PROPERTIES).div_ceil(HOMES_PER_POSTCODE);
        let is_wanted =
            |block: &u32| self.postcode(*block).is_some_and(|code| plain(&code) == wanted);
        let Some(block) = (0..blocks).find(is_wanted) else { return Vec::new() };
        let first = block * HOMES_PER_POSTCODE;
        (first..first + HOMES_PER_POSTCODE).filter_map(|index| self.address(index)).collect()
    }

    /// Whether a bin is collected at a property on a day.
    pub fn collects(&self, index: u32, bin: &str, on: Date) -> bool {
        let round = (index / HOMES_PER_POSTCODE).to_string();
        let weekday = draw(self.seed, &["weekday", &round]) % 5;
        let days = days_since_monday(on);
        if u64::try_from(days.rem_euclid(7)).ok() != Some(weekday) {
            return false;
        }
        let odd_week = (days.div_euclid(7)).rem_euclid(2) == 1;
        let odd_round = draw(self.seed, &["week", &round]) % 2 == 1;
        match bin {
            "food" => true,
            "refuse" => odd_week == odd_round,
            "recycling" | "garden" => odd_week != odd_round,
            _ => false,
        }
    }

    /// The collection days nearest to a day: the last up to it and the first after it.
    pub fn around(&self, index: u32, bin: &str, on: Date) -> (Option<Date>, Option<Date>) {
        let last = (0..15).map(|days| on.plus_days(-days));
        let next = (1..=15).map(|days| on.plus_days(days));
        let due = |day: &Date| self.collects(index, bin, *day);
        (last.into_iter().find(due), next.into_iter().find(due))
    }
}

/// Days since Monday 1 January 2024.
fn days_since_monday(date: Date) -> i32 {
    let monday = jiff::civil::Date::constant(2024, 1, 1);
    monday.until(date.to_jiff()).map_or(0, |span| span.get_days())
}

/// The calendar's server.
#[derive(Debug, Clone)]
pub struct Collections {
    district: District,
    login: Option<Login>,
    ledger: Ledger,
}

impl Collections {
    /// The calendar of a district.
    pub fn new(district: District, login: Option<Login>) -> Self {
        Self { district, login, ledger: Ledger::default() }
    }

    fn property(&self, uprn: &str) -> Result<(u32, Address), HttpResponse> {
        let index = self.district.index_of(uprn);
        let address = index.and_then(|index| self.district.address(index));
        let unknown = || refusal(404, "unknown_property", "the property is not in this district");
        index.zip(address).ok_or_else(unknown)
    }

    fn collections(&self, uprn: &str, query: &str, now: Timestamp) -> HttpResponse {
        let (index, _) = match self.property(uprn) {
            Ok(property) => property,
            Err(refused) => return refused,
        };
        let bin = query_field(query, "bin").unwrap_or_default();
        if !BINS.contains(&bin.as_str()) {
            return refusal(422, "invalid_bin", "the bin is not one that is collected");
        }
        let on = match query_field(query, "on") {
            None => now.uk_date(),
            Some(text) => match text.parse::<Date>() {
                Ok(date) => date,
                Err(_) => return refusal(422, "invalid_date", "the day is not a date"),
            },
        };
        let (last, next) = self.district.around(index, &bin, on);
        let shown = |day: Option<Date>| day.map(|day| day.to_string());
        let body = json!({
            "uprn": uprn,
            "bin": bin,
            "on": on.to_string(),
            "scheduled": self.district.collects(index, &bin, on),
            "last": shown(last),
            "next": shown(next),
        });
        json(200, &body)
    }
}

impl BackOffice for Collections {
    fn handle(&mut self, request: &HttpRequest, now: Timestamp) -> HttpResponse {
        let call = match Call::admitted(self.login.as_ref(), request) {
            Ok(call) => call,
            Err(refused) => return refused,
        };
        match (request.method, call.way().as_slice()) {
            (Method::Get, ["addresses"]) => {
                let Some(postcode) = query_field(request.query(), "postcode") else {
                    return refusal(400, "missing_postcode", "ask by postcode");
                };
                json(200, &json!({ "addresses": self.district.addresses_of(&postcode) }))
            }
            (Method::Get, ["properties", uprn]) => match self.property(uprn) {
                Ok((_, address)) => json(200, &json!(address)),
                Err(refused) => refused,
            },
            (Method::Get, ["properties", uprn, "collections"]) => {
                self.collections(uprn, request.query(), now)
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
    use super::*;

    fn district() -> District {
        District {
            seed: 7,
            properties: 5_000,
            outcode: "ZZ1".to_owned(),
            town: "Millbrook".to_owned(),
            first_uprn: 200_000_000_000,
        }
    }

    #[test]
    fn every_property_is_found_by_its_postcode_alone() {
        let district = district();
        let mut seen = std::collections::BTreeSet::new();
        for index in (0..5_000).step_by(12) {
            let address = district.address(index).unwrap();
            let typed = address.postcode.to_lowercase().replace(' ', "");
            let listed = district.addresses_of(&typed);
            assert!(listed.contains(&address), "{address:?}");
            assert!(listed.len() <= 12 && seen.insert(address.postcode.clone()), "{address:?}");
            assert_eq!(district.index_of(&address.uprn), Some(index));
        }
        assert_eq!(district.address(5_000), None);
        assert_eq!(district.index_of("199999999999"), None);
    }

    #[test]
    fn each_bin_has_its_days() {
        let district = district();
        let first = Date::new(2026, 11, 2).unwrap();
        for index in [0, 500, 4_999] {
            let days = |bin: &str| -> Vec<Date> {
                let days = (0..28).map(|days| first.plus_days(days));
                days.filter(|day| district.collects(index, bin, *day)).collect()
            };
            assert_eq!(days("food").len(), 4);
            assert_eq!(days("refuse").len(), 2);
            assert_eq!(days("garden"), days("recycling"));
            assert!(days("refuse").iter().all(|day| !days("recycling").contains(day)));
            assert!(days("glass").is_empty());
            let day = days("refuse")[1];
            let (last, next) = district.around(index, "refuse", day);
            assert_eq!((last, next), (Some(day), Some(day.plus_days(14))));
        }
    }

    #[test]
    fn the_calendar_answers() {
        let mut office = Collections::new(district(), None);
        let now = Timestamp::parse("2026-11-20T09:00:00Z").unwrap();
        let mut get = |path: &str| {
            let request = HttpRequest {
                system: "calendar".parse().unwrap(),
                method: Method::Get,
                url: format!("http://127.0.0.1:1{path}"),
                headers: connectors::Headers::new(),
                body: Vec::new(),
            };
            let answer = office.handle(&request, now);
            (answer.status, serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap())
        };
        let (status, body) = get("/properties/200000000001/collections?bin=food&on=2026-11-20");
        assert_eq!(status, 200);
        assert_eq!(body["on"], "2026-11-20");
        assert_eq!(get("/properties/1/collections?bin=food").0, 404);
        assert_eq!(get("/properties/200000000001/collections?bin=glass").0, 422);
        assert_eq!(get("/properties/200000000001/collections?bin=food&on=x").0, 422);
        assert_eq!(get("/addresses?postcode=zz1+0aa").1["addresses"][0]["uprn"], "200000000000");
        assert_eq!(get("/addresses").0, 400);
        assert_eq!(get("/%zz").0, 404);
    }
}
