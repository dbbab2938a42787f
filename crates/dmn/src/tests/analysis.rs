//! Gaps, overlaps and rules without effect: what is found, with witnesses, and that it is exact:
//! on small domains every answer is compared with trying every input.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::analysis::{self, FindingKind, Report, Severity, Witness};
use crate::{Model, Verdict};
use expect_test::{Expect, expect};
use feel::{Budget, Context, Environment, Value};
use proptest::prelude::*;

/// A table: `inputs` are `name: type` or `name: type = allowed`, rules `cell | .. | output`.
fn xml(policy: &str, inputs: &[&str], output: &str, rules: &[String]) -> String {
    let mut xml = r#"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="t" namespace="n">"#.to_owned();
    let split = |input: &str| -> (String, String, String) {
        let (name, rest) = input.split_once(':').unwrap_or((input, ""));
        let (kind, allowed) = rest.split_once('=').unwrap_or((rest, ""));
        (name.trim().to_owned(), kind.trim().to_owned(), allowed.trim().to_owned())
    };
    for input in inputs {
        let name = split(input).0;
        write!(xml, r#"<inputData id="{name}" name="{name}"/>"#).unwrap();
    }
    xml.push_str(r#"<decision id="d" name="d">"#);
    for input in inputs {
        let name = split(input).0;
        write!(
            xml,
            r##"<informationRequirement><requiredInput href="#{name}"/></informationRequirement>"##
        )
        .unwrap();
    }
    write!(xml, r#"<decisionTable hitPolicy="{policy}">"#).unwrap();
    for input in inputs {
        let (name, kind, allowed) = split(input);
        let kind = if kind.is_empty() { kind } else { format!(r#"typeRef="{kind}""#) };
        write!(xml, "<input><inputExpression {kind}><text>{name}</text></inputExpression>")
            .unwrap();
        if !allowed.is_empty() {
            write!(xml, "<inputValues><text>{allowed}</text></inputValues>").unwrap();
        }
        xml.push_str("</input>");
    }
    xml.push_str(output);
    for rule in rules {
        let cells: Vec<&str> = rule.split('|').map(str::trim).collect();
        let (cells, outputs) = cells.split_at(inputs.len());
        xml.push_str("<rule>");
        for cell in cells {
            write!(xml, "<inputEntry><text><![CDATA[{cell}]]></text></inputEntry>").unwrap();
        }
        for cell in outputs {
            write!(xml, "<outputEntry><text><![CDATA[{cell}]]></text></outputEntry>").unwrap();
        }
        xml.push_str("</rule>");
    }
    xml.push_str("</decisionTable></decision></definitions>");
    xml
}

fn model(xml: &str) -> Model {
    Model::parse(xml.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn report(model: &Model) -> Report {
    analysis::check(model.tables().next().expect("one table"))
}

fn check(policy: &str, inputs: &[&str], rules: &[&str], expected: &Expect) {
    let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
    let report = report(&model(&xml(policy, inputs, "<output/>", &rules)));
    let told = report.findings.iter().fold(String::new(), |mut text, finding| {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        writeln!(text, "{severity}: {}", finding.message).unwrap();
        text
    });
    expected.assert_eq(&told);
}

#[test]
fn a_whole_table_has_no_findings() {
    check("UNIQUE", &["age: number"], &["< 18 | 1", ">= 18 | 2", "null | 3"], &expect![[""]]);
}

#[test]
fn gaps_are_shown_with_inputs() {
    let inputs = ["age: number", "income: number"];
    let rules = ["< 17 | - | 1", "> 17 | - | 2", "17 | >= 0 | 3", "null | - | 4"];
    check(
        "UNIQUE",
        &inputs,
        &rules,
        &expect![[r#"
            error: no rule matches when age is 17 and income is -1 or missing
        "#]],
    );
}

#[test]
fn numbers_are_dense_and_days_are_not() {
    check(
        "UNIQUE",
        &["n: number"],
        &["<= 17 | 1", ">= 18 | 2", "null | 3"],
        &expect![[r#"
        error: no rule matches when n is 17.5
    "#]],
    );
    let days = [r#"<= date("2026-03-31") | 1"#, r#">= date("2026-04-01") | 2"#, "null | 3"];
    check("UNIQUE", &["day: date"], &days, &expect![""]);
}

#[test]
fn strings_have_any_other_value_unless_all_are_allowed() {
    let rules = [r#""red" | 1"#, r#""green", "blue" | 2"#, "null | 3"];
    check(
        "UNIQUE",
        &["colour: string"],
        &rules,
        &expect![[r#"
        error: no rule matches when colour is anything else, such as "other"
    "#]],
    );
    check("UNIQUE", &[r#"colour: string = "red", "green", "blue""#], &rules, &expect![""]);
    let negated = [r#""red" | 1"#, r#"not("red") | 2"#];
    check("UNIQUE", &["colour: string"], &negated, &expect![""]);
}

#[test]
fn overlaps_are_shown_with_inputs() {
    let inputs = ["age: number", "student: boolean"];
    let rules = ["< 18 | - | 1", "[16..20] | true | 2", ">= 18 | false | 3", ">20 | true | 4"];
    check(
        "UNIQUE",
        &inputs,
        &rules,
        &expect![[r#"
        error: no rule matches when age is missing
        error: no rule matches when age is 18 and student is missing
        error: rules 1 and 2 both match when age is 16 and student is true
    "#]],
    );
}

#[test]
fn the_policy_any_allows_equal_outputs() {
    let rules = ["< 10 | 1", "< 5 | 1", ">= 10 | 2", "> 20 | 3", "null | n + 1", "null | n + 2"];
    check(
        "ANY",
        &["n: number"],
        &rules,
        &expect![[r#"
        error: rules 3 and 4 may give different outputs when n is 21
        warning: rules 5 and 6 may give different outputs when n is missing
        warning: rule 2 adds nothing: rule 1 gives the same wherever it matches
    "#]],
    );
}

#[test]
fn masked_rules_are_shown() {
    let rules = ["< 10 | 1", ">= 5 | 2", "[3..7] | 3", "null | 4", "not(null) | 5"];
    check(
        "FIRST",
        &["n: number"],
        &rules,
        &expect![[r#"
        warning: rule 3 never decides: where it matches, one of rules 1 and 2 decides before it
        warning: rule 5 never decides: where it matches, one of rules 1, 2 and 3 decides before it
    "#]],
    );
}

#[test]
fn rules_that_never_match_are_shown() {
    let rules = [r#""a" | 1"#, r#""b" | 2"#, r#""x" | 3"#, "null | 4"];
    check(
        "COLLECT",
        &[r#"s: string = "a", "b""#],
        &rules,
        &expect![[r#"
        warning: rule 3 never matches: no value of s passes its cell
    "#]],
    );
}

#[test]
fn cells_that_are_no_sets_are_named() {
    let rules = ["< m | - | 1", ">= 5 | - | 2", "null | - | 3"];
    check(
        "UNIQUE",
        &["n: number", "m: number"],
        &rules,
        &expect![[r#"
        warning: rule 1, n: the cell `< m` cannot be analysed
    "#]],
    );
}

#[test]
fn a_default_output_leaves_no_gap() {
    let output = "<output><defaultOutputEntry><text>0</text></defaultOutputEntry></output>";
    let model = model(&xml("UNIQUE", &["n: number"], output, &["> 1 | 1".to_owned()]));
    assert!(report(&model).findings.is_empty());
}

#[test]
fn a_witness_stands_as_the_inputs_of_a_decision() {
    let input = |text: &str, value: i64| analysis::WitnessInput {
        label: "label".into(),
        text: text.into(),
        value: Value::from(value),
        is_other: false,
        is_arbitrary: false,
        may_be_missing: false,
    };
    let told = |all: &[(&str, i64)]| {
        let witness: Witness = all.iter().map(|(text, value)| input(text, *value)).collect();
        Value::Context(analysis::as_inputs(&witness).unwrap()).to_json()
    };
    let paths = [("a.b c", 1), ("a.d", 2), ("e", 3), ("f + 1", 4)];
    assert_eq!(told(&paths), r#"{"a":{"b c":1,"d":2},"e":3,"f + 1":4}"#);
    // What stands in the way of a path is not written over.
    assert_eq!(told(&[("a", 1), ("a.b", 2)]), r#"{"a":1,"a.b":2}"#);
}

#[test]
fn an_intricate_table_ends_with_a_finding() {
    let inputs: Vec<String> = (0..12).map(|n| format!("i{n}: number")).collect();
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let mut state = 1u64;
    let mut next = |limit: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let rules: Vec<String> = (0..300)
        .map(|_| {
            let mut cell = || {
                let low = next(50);
                format!("[{low}..{}]", low + 40)
            };
            let cells: Vec<String> = (0..12).map(|_| cell()).collect();
            format!("{} | 1", cells.join(" | "))
        })
        .collect();
    let model = model(&xml("COLLECT", &inputs, "<output/>", &rules));
    let table = model.tables().next().unwrap();
    assert!(analysis::check(table).is_publishable());
    let model = self::model(&xml("FIRST", &inputs, "<output/>", &rules));
    let report = analysis::check_within(model.tables().next().unwrap(), 100_000);
    assert!(
        report
            .findings
            .iter()
            .any(|finding| matches!(finding.kind, FindingKind::TooComplex { .. }))
    );
    assert!(!report.is_publishable());
}

// -- exactness ----------------------------------------------------------------------------------

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
fn numbers() -> Vec<Value> {
    let halves = (-1..=9).map(|half| format!("{half} / 2"));
    let all = halves.map(|text| {
        let names = feel::Names::new();
        let parsed = feel::Expression::compile(&text, &names, feel::Dialect::STANDARD).unwrap();
        let scope = feel::Scope::new(&names, Arc::new(Environment::default()));
        parsed.evaluate(&scope, &mut Budget::default()).unwrap()
    });
    all.chain([Value::Null]).collect()
}

fn words() -> Vec<Value> {
    let words = ["a", "b", "c", "other"].map(Value::from);
    words.into_iter().chain([Value::Null]).collect()
}

fn flags() -> Vec<Value> {
    vec![Value::from(true), Value::from(false), Value::Null]
}

fn number_cell() -> impl Strategy<Value = String> {
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

fn rules() -> impl Strategy<Value = Vec<String>> {
    let rule = (number_cell(), word_cell(), flag_cell(), 0u8..3)
        .prop_map(|(number, word, flag, output)| format!("{number} | {word} | {flag} | {output}"));
    prop::collection::vec(rule, 0..7)
}

const INPUTS: [&str; 3] = ["n: number", "w: string", "f: boolean"];

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
                FindingKind::More => {}
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

        let masked: Vec<u32> = first.findings.iter().filter_map(|finding| match &finding.kind {
            FindingKind::Masked { rule, .. } => Some(*rule),
            _ => None,
        }).collect();
        let never_first: Vec<u32> = (1..=count)
            .filter(|rule| !unmatched.contains(rule))
            .filter(|rule| !tried.iter().any(|hits| hits.first() == Some(rule)))
            .collect();
        prop_assert_eq!(masked, never_first);
    }
}
