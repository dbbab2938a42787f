//! Free school meals: a parent asks for their one to three children.

use serde_json::json;

use super::{Asker, Plan, Wish};
use crate::demo::people::{self, Child};

/// How residents ask.
pub(super) const PLAN: Plan = Plan { wish, repeats: false };

/// The last school year, counted from reception, in which every child has a free meal.
const LAST_INFANT_YEAR: i32 = 2;
/// How many children are asked for, and what stands before the questions about each.
const COUNTS: [&str; 3] = ["one", "two", "three"];
const WHICH: [&str; 3] = ["child", "second_child", "third_child"];

fn wish(asker: &Asker<'_>) -> Option<Wish> {
    let parent = asker.resident;
    let children = people::children(asker.chance, parent);
    let count = COUNTS.get(children.len().checked_sub(1)?)?;
    let mut answers = catalogue::Given::from([
        ("children".to_owned(), json!(count)),
        ("parent_given_name".to_owned(), json!(parent.given)),
        ("parent_surname".to_owned(), json!(parent.family)),
    ]);
    for (which, child) in WHICH.into_iter().zip(&children) {
        about(which, child, &mut answers);
    }
    if children.iter().any(|child| child.year > LAST_INFANT_YEAR) {
        answers.insert("parent_born_on".to_owned(), json!(parent.born_on.to_string()));
    }
    let (how, question, answer) = match asker.email {
        Some(email) => ("email", "email", email.to_owned()),
        None if parent.number.is_multiple_of(2) => ("text", "phone", phone(parent.number)),
        None => ("letter", "address", asker.address.uprn.clone()),
    };
    answers.insert("contact".to_owned(), json!(how));
    answers.insert(question.to_owned(), json!(answer));
    Some(Wish {
        answers,
        same: parent.email.clone(),
        wrong: Some(("child_born_on", "31 2 2020")),
        not_fixed: None,
    })
}

fn about(which: &str, child: &Child, answers: &mut catalogue::Given) {
    let year = match child.year {
        0 => "reception".to_owned(),
        year => format!("year_{year}"),
    };
    for (what, answer) in [
        ("name", child.name.clone()),
        ("born_on", child.born_on.to_string()),
        ("school", child.school.to_owned()),
        ("year", year),
    ] {
        answers.insert(format!("{which}_{what}"), json!(answer));
    }
}

/// A mobile number of a range that is kept free for fiction.
fn phone(number: u64) -> String {
    format!("07700 900{:03}", number % 1_000)
}
