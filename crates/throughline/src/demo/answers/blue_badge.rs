//! Blue Badge: most who apply have an award, some are registered as severely sight impaired, and
//! some describe how their condition affects them.

use base::Language;
use serde_json::json;

use super::{Asker, Plan, Wish};

/// How residents ask.
pub(super) const PLAN: Plan = Plan { wish, repeats: false };

/// What applies to those who apply, each up to which number of a hundred.
const QUALIFIES_BY: [(&str, u64); 3] = [("award", 85), ("sight", 93), ("none", 100)];

fn wish(asker: &Asker<'_>) -> Option<Wish> {
    let resident = asker.resident;
    let drawn = asker.chance.below("qualifies by", asker.number, 100);
    let (by, _) = QUALIFIES_BY.into_iter().find(|(_, below)| drawn < *below)?;
    let mut answers = catalogue::Given::from([
        ("full_name".to_owned(), json!(format!("{} {}", resident.given, resident.family))),
        ("birth_date".to_owned(), json!(resident.born_on.to_string())),
        ("address".to_owned(), json!(asker.address.uprn)),
        ("qualifies_by".to_owned(), json!(by)),
    ]);
    if by == "none" {
        let words = match resident.language {
            Language::En => "My hips give way after a few steps, every day, for four years now.",
            Language::Cy => {
                "Mae fy nghluniau'n methu ar ôl ychydig gamau, bob dydd, ers pedair blynedd."
            }
        };
        answers.insert("effects".to_owned(), json!(["walking"]));
        answers.insert("distance".to_owned(), json!("under_30"));
        answers.insert("condition".to_owned(), json!(words));
    }
    if let Some(email) = asker.email {
        answers.insert("email".to_owned(), json!(email));
    }
    Some(Wish {
        answers,
        same: resident.email.clone(),
        wrong: Some(("birth_date", "31 2 1951")),
        not_fixed: None,
    })
}
