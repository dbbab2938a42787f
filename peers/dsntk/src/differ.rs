//! Where the two disagree.

use std::collections::BTreeMap;
use std::sync::Arc;

use feel::{Budget, Dialect, Environment, Expression, Names, Scope};

use crate::Outcome;
use crate::expressions::{Dice, expression};
use crate::peer::{Answer, evaluate};
use crate::settled::settled;

/// How many of one kind are shown.
const SHOWN: usize = 8;

pub fn run(seed: u64, count: u64, json: bool) -> Outcome<()> {
    let mut dice = Dice::new(seed);
    if json {
        for _ in 0..count {
            let text = expression(&mut dice);
            let value = match own(&text) {
                Answer::Value(value) => value.to_json(),
                _ => "null".to_owned(),
            };
            println!("[{},{value}]", feel::Value::from(text).to_json());
        }
        return Ok(());
    }
    std::panic::set_hook(Box::new(|_| {}));
    let mut kinds: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    let (mut differ, mut open) = (0u64, 0u64);
    for _ in 0..count {
        let text = expression(&mut dice);
        let (ours, theirs) = (own(&text), evaluate(&text));
        if ours == theirs {
            continue;
        }
        differ += 1;
        let (text, ours, theirs) = smallest(&text).unwrap_or((text, ours, theirs));
        let key = match settled(&text, &ours, &theirs) {
            Some(found) => (found.what, found.clause),
            None => {
                open += 1;
                ("not settled", "look it up")
            }
        };
        kinds.entry(key).or_default().push(format!("{text}\n      ours {ours}, dsntk {theirs}"));
    }
    println!(
        "{count} expressions of seed {seed}: {differ} disagreements, {open} of them not settled"
    );
    for ((what, clause), mut cases) in kinds {
        cases.sort_by_key(String::len);
        cases.dedup();
        println!("\n{} times: {what} ({clause})", cases.len());
        for case in cases.iter().take(if what == "not settled" { 200 } else { SHOWN }) {
            println!("  {case}");
        }
    }
    if open > 0 { Err("some disagreements are not settled".into()) } else { Ok(()) }
}

fn own(text: &str) -> Answer {
    let names = Names::new();
    let Ok(expression) = Expression::compile(text, &names, Dialect::STANDARD) else {
        return Answer::Unread;
    };
    let scope = Scope::new(&names, Arc::new(Environment::default()));
    match expression.evaluate(&scope, &mut Budget::default()) {
        Ok(value) => Answer::Value(value),
        Err(error) => Answer::Other(error.to_string()),
    }
}

/// The shortest part in parentheses on which they disagree.
fn smallest(text: &str) -> Option<(String, Answer, Answer)> {
    let mut open = Vec::new();
    let mut parts = Vec::new();
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => open.push(at + 1),
            ')' => parts.extend(open.pop().and_then(|from| text.get(from..at))),
            _ => {}
        }
    }
    parts.sort_by_key(|part| part.len());
    parts.into_iter().find_map(|part| {
        let (ours, theirs) = (own(part), evaluate(part));
        (ours != theirs).then(|| (part.to_owned(), ours, theirs))
    })
}
