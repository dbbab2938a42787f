//! The residents of a demonstration: made up from the seed, none of them a real person.

use base::{Date, Language};
use runtime::IdentityLevel;

use super::plan::Chance;

const GIVEN: [&str; 24] = [
    "Robin", "Alex", "Sam", "Morgan", "Rowan", "Ashley", "Jordan", "Taylor", "Casey", "Jamie",
    "Kit", "Noor", "Wren", "Ellis", "Frankie", "Quinn", "Indigo", "Marley", "Remy", "Sasha",
    "Tegan", "Emrys", "Amari", "Zuri",
];
const FAMILY: [&str; 24] = [
    "Ashdown",
    "Brackenbury",
    "Copperwheat",
    "Dunmore-Hale",
    "Everleigh",
    "Fenwright",
    "Garrowby",
    "Hollinshade",
    "Inglethorpe",
    "Juniper",
    "Kettlewick",
    "Larkspur",
    "Meadowcroft",
    "Netherby",
    "Oakhollow",
    "Penhaligan",
    "Quickthorn",
    "Ravensmoor",
    "Silverdale",
    "Thistlewood",
    "Underhay",
    "Vantongeren",
    "Wetherlam",
    "Yarrowfield",
];

/// Somebody who lives in the region.
#[derive(Debug, Clone)]
pub struct Resident {
    /// Their number, from 1.
    pub number: u64,
    /// Their property's index in its district.
    pub property: u32,
    /// Their e-mail address.
    pub email: String,
    /// The language in which they ask.
    pub language: Language,
    /// Their given name.
    pub given: &'static str,
    /// Their family name.
    pub family: &'static str,
    /// The day on which they were born.
    pub born_on: Date,
}

impl Resident {
    /// The resident of a number.
    pub fn new(chance: Chance, number: u64, property: u32, language: Language) -> Self {
        Self {
            number,
            property,
            email: format!("resident{number}@example.org"),
            language,
            given: given(chance, number),
            family: pick(&FAMILY, chance.below("family", number, 24)),
            born_on: born(chance, number, 22, 60),
        }
    }
}

/// Of a hundred residents, of how many their council is not sure enough for other bodies' answers.
const UNSURE: u64 = 4;

/// How well their council has checked who a resident is.
pub fn checked(chance: Chance, of: &Resident) -> IdentityLevel {
    if chance.below("checked", of.number, 100) < UNSURE {
        IdentityLevel::P1
    } else {
        IdentityLevel::P2
    }
}

/// A child of a resident's.
#[derive(Debug, Clone)]
pub struct Child {
    /// Both names.
    pub name: String,
    /// The day on which they were born.
    pub born_on: Date,
    /// Their school year: 0 is reception.
    pub year: i32,
    /// The number of their school in the county's system.
    pub school: &'static str,
}

/// School years, from reception on.
const YEARS: u64 = 12;
/// The last school year, counted from reception, of a primary school.
const LAST_OF_PRIMARY: i32 = 6;
/// The schools of children up to that year, and of older ones.
const PRIMARY: [&str; 3] = ["100101", "100102", "100103"];
const SECONDARY: [&str; 2] = ["100201", "100202"];

/// The children of a resident, the youngest first: one to three, at school in the demonstration's
/// autumn.
pub fn children(chance: Chance, of: &Resident) -> Vec<Child> {
    let many = match chance.below("children", of.number, 10) {
        0..6 => 1,
        6..9 => 2,
        _ => 3,
    };
    let mut children: Vec<Child> =
        (0..many).map(|place| child(chance, of, of.number * 4 + place)).collect();
    children.sort_by_key(|child| std::cmp::Reverse(child.born_on));
    children
}

fn child(chance: Chance, of: &Resident, number: u64) -> Child {
    let year = i32::try_from(chance.below("school year", number, YEARS)).unwrap_or(0);
    let days = i32::try_from(chance.below("birthday", number, 360)).unwrap_or(0);
    // Who turns five during the year is in reception.
    let newest = base::Timestamp::parse("2022-08-31T12:00:00Z").unwrap_or_default().uk_date();
    let schools: &[&'static str] = if year <= LAST_OF_PRIMARY { &PRIMARY } else { &SECONDARY };
    let bound = u64::try_from(schools.len()).unwrap_or(1);
    Child {
        name: format!("{} {}", given(chance, number + 1_000_000), of.family),
        born_on: newest.plus_days(-year * 365 - year / 4 - days),
        year,
        school: pick(schools, chance.below("school", number, bound)),
    }
}

/// A given name that is drawn for a number.
fn given(chance: Chance, of: u64) -> &'static str {
    pick(&GIVEN, chance.below("given", of, 24))
}

/// The day of birth of a grown person, in years before the demonstration's autumn.
fn born(chance: Chance, of: u64, from_years: i32, to_years: i32) -> Date {
    let years = u64::try_from(to_years - from_years).unwrap_or(0);
    let days = chance.below("born", of, years * 365 + 1);
    let newest = base::Timestamp::parse("2026-09-01T12:00:00Z").unwrap_or_default().uk_date();
    newest.plus_days(-from_years * 365 - i32::try_from(days).unwrap_or(0))
}

fn pick(names: &[&'static str], place: u64) -> &'static str {
    usize::try_from(place).ok().and_then(|place| names.get(place)).copied().unwrap_or_default()
}
