//! What residents of a demonstration answer, service by service: a file for each.
//!
//! A service is added by a file with a [`Plan`] and a line in [`PLANS`]. What it draws, it draws
//! by [`Chance`] from its visit's number, so that the same seed asks the same.

use base::{Date, ServiceId};
use catalogue::Given;
use emulators::Address;

use super::people::Resident;
use super::plan::{Area, Chance};

mod blue_badge;
mod change_of_address;
mod free_school_meals;
mod missed_bin_collection;

/// Every service that the demonstration can ask for.
const PLANS: [(&str, Plan); 4] = [
    ("blue-badge", blue_badge::PLAN),
    ("change-of-address", change_of_address::PLAN),
    ("free-school-meals", free_school_meals::PLAN),
    ("missed-bin-collection", missed_bin_collection::PLAN),
];

/// How residents ask for one service.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// What a resident asks; `None` where this resident has nothing to ask.
    pub wish: fn(&Asker<'_>) -> Option<Wish>,
    /// Whether another visit asks for the same while it is open.
    pub repeats: bool,
}

/// Who asks, and when.
pub struct Asker<'a> {
    /// What is drawn.
    pub chance: Chance,
    /// The visit's number, from which it is drawn.
    pub number: u64,
    /// The morning.
    pub day: Date,
    /// Where they live.
    pub area: &'a Area,
    /// Who.
    pub resident: &'a Resident,
    /// Their address.
    pub address: &'a Address,
    /// Their address for messages, when they give one.
    pub email: Option<&'a str>,
    /// Whether it is to be what a rule must refuse.
    pub to_be_refused: bool,
}

/// What a resident asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// The answers, as the JSON API takes them.
    pub answers: Given,
    /// What is the same in two visits that ask for the same.
    pub same: String,
    /// A question and a text that it does not take, for who gets it wrong first.
    pub wrong: Option<(&'static str, &'static str)>,
    /// What they say when it is not fixed, where that can be said.
    pub not_fixed: Option<&'static str>,
}

/// The plan of a service.
pub fn plan(service: &ServiceId) -> Option<&'static Plan> {
    PLANS.iter().find(|(id, _)| *id == service.as_str()).map(|(_, plan)| plan)
}
