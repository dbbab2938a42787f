//! Gaps, overlaps and rules without effect: what is found, with witnesses, and that it is exact:
//! on small domains every answer is compared with trying every input.

use std::fmt::Write as _;

use crate::Model;
use crate::analysis::{self, FindingKind, Report, Severity, Witness};
use expect_test::{Expect, expect};
use feel::Value;

pub(super) mod exact;

/// A table: `inputs` are `name: type` or `name: type = allowed`, rules `cell | .. | output`.
pub(super) fn xml(policy: &str, inputs: &[&str], output: &str, rules: &[String]) -> String {
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

pub(super) fn model(xml: &str) -> Model {
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

#[test]
fn a_column_of_which_nobody_says_the_type_is_not_judged_by_one_of_two() {
    check(
        "COLLECT",
        &["x"],
        &[r#""a" | 1"#, "5 | 2", "null | 3"],
        &expect![[r#"
            warning: rule 1, x: the cell `"a"` cannot be analysed
            warning: rule 2, x: the cell `5` cannot be analysed
        "#]],
    );
}

#[test]
fn rules_that_say_nothing_new_are_shown() {
    let rules = ["< 5 | 1", "< m | 2", "< 5 | 1", "< m | 2", "[1..2] | 1", "< 5 | 3"];
    check(
        "COLLECT",
        &["n: number", "m: number"],
        &rules.map(|rule| rule.replacen(" |", " | - |", 1)).each_ref().map(String::as_str),
        &expect![[r#"
            warning: rule 2, n: the cell `< m` cannot be analysed
            warning: rule 4, n: the cell `< m` cannot be analysed
            warning: rule 3 repeats rule 1: the same inputs, the same outputs
            warning: rule 4 repeats rule 2: the same inputs, the same outputs
        "#]],
    );
    let rules = ["< 3 | 1", "[10..20] | 2", "[4..5] | 1", "< 7 | 1", ">= 7 | 3", "null | 1"];
    check(
        "FIRST",
        &["n: number"],
        &rules,
        &expect![[r#"
        warning: rule 1 adds nothing: rule 4 gives the same wherever it matches
        warning: rule 3 adds nothing: rule 4 gives the same wherever it matches
    "#]],
    );
}
