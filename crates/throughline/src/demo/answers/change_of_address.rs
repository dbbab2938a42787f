//! Change of address: a resident moves to another home of their postcode.

use serde_json::json;

use super::{Asker, Plan, Wish};

/// How residents ask.
pub(super) const PLAN: Plan = Plan { wish, repeats: false };

/// Homes that share a postcode.
const HOMES: u32 = 12;
/// Of a hundred who move, how many have somebody who must not learn of it.
const KEEP_FROM: u32 = 1;
/// Of a hundred who move, how many leave an office out.
const LEAVE_OUT: u32 = 6;
/// Days before and after the morning at which they move.
const DAYS_BEFORE: i32 = 14;
const DAYS_AFTER: u64 = 42;

fn wish(asker: &Asker<'_>) -> Option<Wish> {
    let (chance, of, mover) = (asker.chance, asker.number, asker.resident);
    let block = mover.property / HOMES * HOMES;
    let on = 1 + u32::try_from(chance.below("next home", of, u64::from(HOMES) - 1)).ok()?;
    let home = block + (mover.property - block + on) % HOMES;
    let home = asker.area.district.address(home)?;
    let days = i32::try_from(chance.below("days to the move", of, DAYS_AFTER)).unwrap_or(0);
    let moved_on = asker.day.plus_days(days - DAYS_BEFORE);
    let mut answers = catalogue::Given::from([
        ("given_name".to_owned(), json!(mover.given)),
        ("surname".to_owned(), json!(mover.family)),
        ("date_of_birth".to_owned(), json!(mover.born_on.to_string())),
        ("old_address".to_owned(), json!(asker.address.uprn)),
        ("stays_in_area".to_owned(), json!(true)),
        ("new_address".to_owned(), json!(home.uprn)),
        ("moved_on".to_owned(), json!(moved_on.to_string())),
        ("keep_from".to_owned(), json!(chance.happens("keep from", of, KEEP_FROM))),
    ]);
    if chance.happens("leave out", of, LEAVE_OUT) {
        let office = if chance.happens("which office", of, 50) { "library" } else { "benefits" };
        answers.insert("leave_out".to_owned(), json!([office]));
    }
    if let Some(email) = asker.email {
        answers.insert("email".to_owned(), json!(email));
    }
    Some(Wish {
        answers,
        same: mover.email.clone(),
        wrong: Some(("date_of_birth", "31 2 1980")),
        not_fixed: None,
    })
}
