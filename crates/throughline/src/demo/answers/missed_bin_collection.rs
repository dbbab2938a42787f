//! Missed bins: which was missed, and when, by the calendar of the resident's own round.

use base::Date;
use serde_json::json;

use super::{Asker, Plan, Wish};

/// How residents ask.
pub(super) const PLAN: Plan = Plan { wish, repeats: true };

/// Bins that residents report, with how often in a hundred.
const BINS: [(&str, u32); 4] = [("refuse", 45), ("recycling", 35), ("garden", 10), ("food", 10)];
/// How many days back a missed collection is looked for.
const DAYS_BACK: i32 = 8;

fn wish(asker: &Asker<'_>) -> Option<Wish> {
    let (bin, missed_on) = missed(asker)?;
    let uprn = &asker.address.uprn;
    let mut answers = catalogue::Given::from([
        ("address".to_owned(), json!(uprn)),
        ("bin".to_owned(), json!(bin)),
        ("missed_on".to_owned(), json!(missed_on.to_string())),
    ]);
    if let Some(email) = asker.email {
        answers.insert("email".to_owned(), json!(email));
    }
    Some(Wish {
        answers,
        same: format!("{uprn} {bin}"),
        wrong: Some(("missed_on", "31 2 2026")),
        not_fixed: Some("The bin is still full."),
    })
}

/// A bin of the property and the day on which it was due: within the last five days, or, where
/// a rule is to refuse it, a day without a collection.
fn missed(asker: &Asker<'_>) -> Option<(&'static str, Date)> {
    let drawn = asker.chance.below("bin", asker.number, 100);
    let mut below = 0;
    let preferred = BINS.iter().position(|(_, share)| {
        below += u64::from(*share);
        drawn < below
    })?;
    for turn in 0..BINS.len() {
        let (bin, _) = BINS.get((preferred + turn) % BINS.len())?;
        for back in 1..=DAYS_BACK {
            let on = asker.day.plus_days(-back);
            let due = asker.area.district.collects(asker.resident.property, bin, on);
            if due != asker.to_be_refused && (asker.to_be_refused || back <= 5) {
                return Some((bin, on));
            }
        }
    }
    None
}
