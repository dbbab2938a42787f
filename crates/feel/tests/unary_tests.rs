//! Unary tests: what they accept, and their shape for analysis.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may stop at a fault of the test")]

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use feel::{Budget, Dialect, Environment, Names, Scope, Shape, Test, UnaryTests, Value};

fn check(inputs: &str, cells: &str, expected: &Expect) {
    let mut names = Names::new();
    let limit = names.add("limit");
    let now = feel::DateTime::parse("2026-11-22T10:00:00Z");
    let environment = Environment { now, ..Environment::default() };
    let mut scope = Scope::new(&names, environment.into());
    scope.set(limit, Value::from(10));
    let inputs = Value::from_json(inputs, feel::JsonLimits::STANDARD).unwrap();
    let mut trace = String::new();
    for cell in cells.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let tests = match UnaryTests::compile(cell, &names, Dialect::STANDARD) {
            Ok(tests) => tests,
            Err(error) => {
                writeln!(trace, "{cell}: {error}").unwrap();
                continue;
            }
        };
        let results: Vec<String> = inputs
            .as_list()
            .unwrap()
            .iter()
            .map(|input| tests.evaluate(input, &scope, &mut Budget::default()).unwrap().to_string())
            .collect();
        writeln!(trace, "{cell}: {} | {}", results.join(" "), shape(tests.shape())).unwrap();
    }
    expected.assert_eq(&trace);
}

fn shape(shape: &Shape) -> String {
    match shape {
        Shape::Any => "any".to_owned(),
        Shape::Tests(tests) => list(tests),
        Shape::Not(tests) => format!("not {}", list(tests)),
        Shape::NotAnalysable => "not analysable".to_owned(),
    }
}

fn list(tests: &[Test]) -> String {
    let described: Vec<String> = tests
        .iter()
        .map(|test| match test {
            Test::Equals(value) => format!("={value}"),
            Test::Differs(value) => format!("!={value}"),
            Test::Within(range) => range.to_string(),
        })
        .collect();
    described.join(" ")
}

#[test]
fn numbers() {
    check(
        "[1, 5, 10, null, \"x\"]",
        "
        -
        5
        -5
        < 5
        >= 5
        [1..5]
        (1..5)
        ]1..5[
        < 2, > 9
        not(5)
        not(< 5, 10)
        < limit
        limit
        null
        not(null)
        ? > 4
        ? > 4 and ? < limit
        1 + 4
        != 5
        [1, 5]
        odd(?)
        not(odd(?))
        (< 5)
        not(5) and true
        ",
        &expect![[r"
            -: true true true true true | any
            5: false true false false null | =5
            -5: false false false false null | =-5
            < 5: true false false null null | (..5)
            >= 5: false true true null null | [5..)
            [1..5]: true true false null null | [1..5]
            (1..5): false false false null null | (1..5)
            ]1..5[: false false false null null | (1..5)
            < 2, > 9: true false true null null | (..2) (9..)
            not(5): true false true true null | not =5
            not(< 5, 10): false true false null null | not (..5) =10
            < limit: true true false null null | not analysable
            limit: false false true false null | not analysable
            null: false false false true false | =null
            not(null): true true true false true | not =null
            ? > 4: false true true null null | not analysable
            ? > 4 and ? < limit: false true false null null | not analysable
            1 + 4: false true false false null | =5
            != 5: true false true true null | !=5
            [1, 5]: true true false false false | =1 =5
            odd(?): true true false null null | not analysable
            not(odd(?)): false false true null null | not analysable
            (< 5): true false false null null | (..5)
            not(5) and true: false false false true false | not analysable
        "]],
    );
}

#[test]
fn strings_booleans_and_dates() {
    check(
        "[\"a\", true, false, null]",
        "
        \"a\", \"b\"
        not(\"a\")
        true
        false
        not(true)
        starts with(?, \"a\")
        >= date(\"2026-01-01\")
        [@\"2026-01-01\"..date(\"2026-12-31\")]
        < today()
        \"a\",
        < 5 6
        ",
        &expect![[r#"
            "a", "b": true null null false | =a =b
            not("a"): false null null true | not =a
            true: null true false false | =true
            false: null false true false | =false
            not(true): null false true true | not =true
            starts with(?, "a"): true null null null | not analysable
            >= date("2026-01-01"): null null null null | [2026-01-01..)
            [@"2026-01-01"..date("2026-12-31")]: null null null null | [2026-01-01..2026-12-31]
            < today(): null null null null | not analysable
            "a",: expected an expression but found the end at line 1, column 5
            < 5 6: expected the end or an operator but found `6` at line 1, column 5
        "#]],
    );
}
