//! That every finding is exact: on small domains each answer is compared with trying every input.

use std::sync::Arc;

use feel::{Budget, Context, Environment, Value};
use proptest::prelude::*;

use super::{model, report, xml};
use crate::analysis::{FindingKind, Witness};
use crate::{Model, Verdict};

/// What the rules do on one input, by evaluating the table under hit policy collect.
fn hits(model: &Model, values: &[(&str, Value)]) -> Vec<u32> {
    let inputs = Context::from_entries(values.iter().map(|(n, v)| (*n, v.clone()))).unwrap();
    let environment = Arc::new(Environment::default());
    let evaluation =
        model.evaluate("d", &inputs, &environment, &mut Budget::default()).expect("evaluates");
    let table = &evaluation.trace.decisions[0].tables[0];
    let verdicts = table.verdicts.iter().zip(1..);
    verdicts.filter(|(verdict, _)| **verdict == Verdict::Hit).map(|(_, number)| number).collect()
}

/// Every value that tells apart what cells with the constants 0 to 4 and "a" to "c" can say.
pub(in crate::tests) fn numbers() -> Vec<Value> {
    let halves = (-1..=9).map(|half| format!("{half} / 2"));
    let all = halves.map(|text| {
        let names = feel::Names::new();
        let parsed = feel::Expression::compile(&text, &names, feel::Dialect::STANDARD).unwrap();
        let scope = feel::Scope::new(&names, Arc::new(Environment::default()));
        parsed.evaluate(&scope, &mut Budget::default()).unwrap()
    });
    all.chain([Value::Null]).collect()
}

pub(in crate::tests) fn words() -> Vec<Value> {
    let words = ["a", "b", "c", "other"].map(Value::from);
    words.into_iter().chain([Value::Null]).collect()
}

pub(in crate::tests) fn flags() -> Vec<Value> {
    vec![Value::from(true), Value::from(false), Value::Null]
}

pub(in crate::tests) fn number_cell() -> impl Strategy<Value = String> {
    let range = (
        0u8..=4,
        0u8..=4,
        prop::sample::select(vec!["[", "("]),
        prop::sample::select(vec!["]", ")"]),
    )
        .prop_filter_map("a range goes up", |(low, high, open, close)| {
            (low < high).then(|| format!("{open}{low}..{high}{close}"))
        });
    let simple = prop_oneof![
        (0u8..=4).prop_map(|n| n.to_string()),
        (0u8..=4).prop_map(|n| format!("< {n}")),
        (0u8..=4).prop_map(|n| format!(">= {n}")),
        Just("null".to_owned()),
        range,
    ];
    cell(&simple.boxed())
}

fn word_cell() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![r#""a""#, r#""b""#, r#""c""#, "null", "7"]);
    cell(&word.prop_map(str::to_owned).boxed())
}

fn flag_cell() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["-", "true", "false", "not(true)", "null", "not(null)"])
        .prop_map(str::to_owned)
}

fn cell(simple: &BoxedStrategy<String>) -> impl Strategy<Value = String> + use<> {
    let several = prop::collection::vec(simple.clone(), 1..3).prop_map(|all| all.join(", "));
    prop_oneof![
        2 => Just("-".to_owned()),
        4 => several.clone(),
        1 => several.prop_map(|all| format!("not({all})")),
    ]
}

pub(in crate::tests) fn rules() -> impl Strategy<Value = Vec<String>> {
    let rule = (number_cell(), word_cell(), flag_cell(), 0u8..3)
        .prop_map(|(number, word, flag, output)| format!("{number} | {word} | {flag} | {output}"));
    prop::collection::vec(rule, 0..7)
}

pub(in crate::tests) const INPUTS: [&str; 3] = ["n: number", "w: string", "f: boolean"];

fn every_input() -> Vec<[(&'static str, Value); 3]> {
    let mut all = Vec::new();
    for n in numbers() {
        for w in words() {
            for f in flags() {
                all.push([("n", n.clone()), ("w", w.clone()), ("f", f)]);
            }
        }
    }
    all
}

fn hits_of(model: &Model, witness: &Witness) -> Vec<u32> {
    let named: Vec<(&str, Value)> =
        witness.iter().map(|input| (&*input.label, input.value.clone())).collect();
    hits(model, &named)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn answers_are_those_of_trying_every_input(rules in rules()) {
        let collect = model(&xml("COLLECT", &INPUTS, "<output/>", &rules));
        let tried: Vec<Vec<u32>> = every_input().iter().map(|input| hits(&collect, input)).collect();
        let unique = report(&model(&xml("UNIQUE", &INPUTS, "<output/>", &rules)));
        let first = report(&model(&xml("FIRST", &INPUTS, "<output/>", &rules)));

        let (mut gaps, mut overlaps, mut never) = (0, Vec::new(), Vec::new());
        for finding in &unique.findings {
            match &finding.kind {
                FindingKind::Gap { witness } => {
                    gaps += 1;
                    prop_assert_eq!(hits_of(&collect, witness), Vec::<u32>::new());
                }
                FindingKind::Overlap { first, second, witness } => {
                    overlaps.push((*first, *second));
                    let hits = hits_of(&collect, witness);
                    prop_assert!(hits.contains(first) && hits.contains(second));
                }
                FindingKind::NeverMatches { rule, .. } => never.push(*rule),
                FindingKind::More | FindingKind::Duplicate { .. } => {}
                other => prop_assert!(false, "unexpected {:?}", other),
            }
        }
        prop_assert_eq!(gaps > 0, tried.iter().any(Vec::is_empty));
        let mut wanted = Vec::new();
        for hits in &tried {
            for (index, first) in hits.iter().enumerate() {
                wanted.extend(hits[index + 1..].iter().map(|second| (*first, *second)));
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        overlaps.sort_unstable();
        prop_assert_eq!(&overlaps, &wanted);
        let count = u32::try_from(rules.len()).unwrap();
        let unmatched: Vec<u32> =
            (1..=count).filter(|rule| !tried.iter().any(|hits| hits.contains(rule))).collect();
        prop_assert_eq!(&never, &unmatched);

        let same = |one: u32, other: u32| output_of(&rules, one) == output_of(&rules, other);
        let inputs_of = |rule: u32| -> Vec<usize> {
            (0..tried.len()).filter(|input| tried[*input].contains(&rule)).collect()
        };
        let inputs: Vec<Vec<usize>> = (1..=count).map(inputs_of).collect();
        let where_hit = |rule: u32| &inputs[rule as usize - 1];
        let matched = |rule: &u32| !where_hit(*rule).is_empty();
        let duplicates: Vec<(u32, u32)> = (1..=count)
            .filter(matched)
            .filter_map(|rule| {
                let alike = |other: &u32| where_hit(*other) == where_hit(rule) && same(*other, rule);
                (1..rule).find(alike).map(|of| (rule, of))
            })
            .collect();
        for report in [&unique, &first, &report(&collect)] {
            let found: Vec<(u32, u32)> = report.findings.iter().filter_map(|finding| {
                match &finding.kind {
                    FindingKind::Duplicate { rule, of } => Some((*rule, *of)),
                    _ => None,
                }
            }).collect();
            prop_assert_eq!(&found, &duplicates);
        }

        let again = |rule: &u32| duplicates.iter().any(|(other, _)| other == rule);
        let masked: Vec<u32> = first.findings.iter().filter_map(|finding| match &finding.kind {
            FindingKind::Masked { rule, .. } => Some(*rule),
            _ => None,
        }).collect();
        let never_first: Vec<u32> = (1..=count)
            .filter(|rule| matched(rule) && !again(rule))
            .filter(|rule| !tried.iter().any(|hits| hits.first() == Some(rule)))
            .collect();
        prop_assert_eq!(&masked, &never_first);

        // A later rule gives the same on all its inputs, and nothing else comes between.
        let needless: Vec<u32> = (1..=count)
            .filter(|rule| matched(rule) && !again(rule) && !never_first.contains(rule))
            .filter(|rule| {
                let meeting = |later: &u32| tried.iter().any(|h| h.contains(rule) && h.contains(later));
                let mut later = (rule + 1..=count).filter(meeting);
                let decides = |later: &u32| {
                    !same(*rule, *later)
                        || where_hit(*rule).iter().all(|input| where_hit(*later).contains(input))
                };
                later.find(decides).is_some_and(|later| same(*rule, later))
            })
            .collect();
        let subsumed: Vec<u32> = first.findings.iter().filter_map(|finding| match &finding.kind {
            FindingKind::Subsumed { rule, .. } => Some(*rule),
            _ => None,
        }).collect();
        prop_assert_eq!(&subsumed, &needless);
        // Which is to say: without it, every input is decided as before.
        for rule in subsumed {
            let outcome = |hits: &[u32], without: u32| {
                hits.iter().find(|hit| **hit != without).map(|hit| output_of(&rules, *hit).to_owned())
            };
            prop_assert!(tried.iter().all(|hits| outcome(hits, rule) == outcome(hits, 0)));
        }
    }

    #[test]
    fn conflicts_are_those_of_trying_every_input(rules in rules()) {
        let collect = model(&xml("COLLECT", &INPUTS, "<output/>", &rules));
        let any = report(&model(&xml("ANY", &INPUTS, "<output/>", &rules)));
        let mut wanted = Vec::new();
        for input in every_input() {
            let hits = hits(&collect, &input);
            for (index, first) in hits.iter().enumerate() {
                let different = |second: &&u32| output_of(&rules, *first) != output_of(&rules, **second);
                wanted.extend(hits[index + 1..].iter().filter(different).map(|second| (*first, *second)));
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = Vec::new();
        for finding in &any.findings {
            if let FindingKind::Conflict { first, second, witness } = &finding.kind {
                let hits = hits_of(&collect, witness);
                prop_assert!(hits.contains(first) && hits.contains(second));
                found.push((*first, *second));
            }
        }
        prop_assert_eq!(found, wanted);
    }

    #[test]
    fn priority_masks_what_never_comes_first(rules in rules()) {
        let output = "<output><outputValues><text>2, 0, 1</text></outputValues></output>";
        let collect = model(&xml("COLLECT", &INPUTS, output, &rules));
        let priority = report(&model(&xml("PRIORITY", &INPUTS, output, &rules)));
        let place = |rule: u32| ["2", "0", "1"].iter().position(|o| *o == output_of(&rules, rule));
        let deciding: Vec<Option<u32>> = every_input().iter().map(|input| {
            hits(&collect, input).into_iter().min_by_key(|rule| (place(*rule), *rule))
        }).collect();
        for finding in &priority.findings {
            match &finding.kind {
                FindingKind::Masked { rule, .. } | FindingKind::Duplicate { rule, .. } => {
                    prop_assert!(!deciding.contains(&Some(*rule)));
                }
                _ => {}
            }
        }
        let told = |rule: u32| priority.findings.iter().any(|finding| match &finding.kind {
            FindingKind::Masked { rule: found, .. }
            | FindingKind::Duplicate { rule: found, .. }
            | FindingKind::NeverMatches { rule: found, .. } => *found == rule,
            _ => false,
        });
        for rule in 1..=u32::try_from(rules.len()).unwrap() {
            prop_assert_eq!(told(rule), !deciding.contains(&Some(rule)));
        }
    }

    #[test]
    fn days_and_allowed_values_leave_no_more_than_they_allow(rules in day_rules()) {
        let inputs = [r#"day: date = [date("2026-03-01")..date("2026-03-06")]"#, r#"w: string = "a", "b""#];
        let collect = model(&xml("COLLECT", &inputs, "<output/>", &rules));
        let unique = report(&model(&xml("UNIQUE", &inputs, "<output/>", &rules)));
        let days = (1..=6).map(|day| Value::Date(feel::Date::new(2026, 3, day).unwrap()));
        let (mut gap, mut pairs) = (false, Vec::new());
        for day in days.chain([Value::Null]) {
            for word in [Value::from("a"), Value::from("b"), Value::Null] {
                let hits = hits(&collect, &[("day", day.clone()), ("w", word)]);
                gap |= hits.is_empty();
                for (index, first) in hits.iter().enumerate() {
                    pairs.extend(hits[index + 1..].iter().map(|second| (*first, *second)));
                }
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut found = Vec::new();
        for finding in &unique.findings {
            match &finding.kind {
                FindingKind::Overlap { first, second, .. } => found.push((*first, *second)),
                FindingKind::Gap { witness } => {
                    prop_assert!(hits_of(&collect, witness).is_empty());
                }
                _ => {}
            }
        }
        found.sort_unstable();
        prop_assert_eq!(found, pairs);
        let told = unique.findings.iter().any(|f| matches!(f.kind, FindingKind::Gap { .. }));
        prop_assert_eq!(told, gap);
    }
}

fn output_of(rules: &[String], rule: u32) -> &str {
    rules[rule as usize - 1].rsplit('|').next().unwrap().trim()
}

fn day_rules() -> impl Strategy<Value = Vec<String>> {
    let date = |day: u8| format!("date(\"2026-03-0{day}\")");
    let day = prop_oneof![
        Just("-".to_owned()),
        (1u8..=6).prop_map(date),
        (1u8..=6).prop_map(move |day| format!("<= {}", date(day))),
        (1u8..=6).prop_map(move |day| format!("> {}", date(day))),
        (1u8..=5).prop_map(move |day| format!("({}..{}]", date(day), date(day + 1))),
        Just("null".to_owned()),
    ];
    let word = prop::sample::select(vec!["-", "\"a\"", "not(\"a\")", "null", "not(null)"]);
    let rule = (day, word).prop_map(|(day, word)| format!("{day} | {word} | 1"));
    prop::collection::vec(rule, 0..6)
}
