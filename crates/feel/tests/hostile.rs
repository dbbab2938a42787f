//! Texts and values made to break a reader: each ends in a typed error or a value, in bounded time.
//! Test threads have two megabytes of stack, as the threads of servers do.

use feel::{
    Budget, BudgetExceeded, CompileError, Dialect, Environment, EvalError, Expression, JsonLimits,
    Names, Scope, UnaryTests, Value,
};

fn run(text: &str) -> Result<Value, String> {
    let names: Names = ["x"].into_iter().collect();
    let scope = Scope::new(&names, Environment::default().into());
    let expression =
        Expression::compile(text, &names, Dialect::STANDARD).map_err(|error| error.to_string())?;
    expression.evaluate(&scope, &mut Budget::default()).map_err(|error| error.to_string())
}

fn compile(text: &str) -> Result<Expression, CompileError> {
    Expression::compile(text, &Names::new(), Dialect::STANDARD)
}

fn too_deep(text: &str) {
    assert!(matches!(compile(text), Err(CompileError::TooDeep { .. })), "{}", &text[..20]);
}

#[test]
fn deep_texts_are_refused() {
    too_deep(&"[".repeat(20_000));
    too_deep(&format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000)));
    too_deep(&"(".repeat(200_000));
    too_deep(&"{a:".repeat(20_000));
    too_deep(&"if true then 1 else (".repeat(20_000));
    too_deep(&"not(".repeat(20_000));
    too_deep(&"function(x) ".repeat(20_000));
    too_deep(&"for i in ".repeat(20_000));
    too_deep(&"x[".replace('x', "1").repeat(20_000));
    too_deep(&"1 in (".repeat(20_000));
    too_deep(&"1 < ".repeat(20_000));
    too_deep(&"(< ".repeat(20_000));
    too_deep(&"if ".repeat(20_000));
    too_deep(&"x or 1 and 1 < 1 + 1 * 1 ** -(".replace('x', "1").repeat(20_000));
    too_deep(&"for i in [1] return {a: function(x) [1][some y in (".repeat(20_000));
    too_deep(&format!("1 instance of {}", "list<".repeat(20_000)));
    too_deep(&"1 between ".repeat(20_000).replace("between ", "between (").clone());
}

#[test]
fn unary_tests_of_every_depth_are_refused() {
    for text in ["not(", "[", "(", "< (", "("] {
        let tests = UnaryTests::compile(&text.repeat(20_000), &Names::new(), Dialect::STANDARD);
        assert!(tests.is_err());
    }
}

#[test]
fn long_texts_are_read() {
    assert_eq!(run(&format!("1{}", "+1".repeat(49_999))), Ok(Value::from(50_000)));
    assert_eq!(run(&format!("{}1", "-".repeat(50_000))), Ok(Value::from(1)));
    assert_eq!(run(&format!("true{}", " and true".repeat(50_000))), Ok(Value::from(true)));
    assert_eq!(run(&format!("x{}", ".y".repeat(50_000))), Ok(Value::Null));
    assert_eq!(run(&format!("x{}", "[1]".repeat(50_000))), Ok(Value::Null));
    let branches = "if false then 1 else ".repeat(20_000);
    assert_eq!(run(&format!("{branches}2")), Ok(Value::from(2)));
    assert!(run(&format!("[{}1]", "1,".repeat(100_000))).is_ok());
    assert!(run(&format!("for {} return 1", vec!["i in [1]"; 5_000].join(","))).is_err());
}

#[test]
fn texts_as_deep_as_allowed_are_run() {
    for (open, close) in [("[", "]"), ("(1 or 1 and 1 < 1 + 1 * 1 ** -(", "))"), ("{a: ", "}")] {
        let text = format!("{}1{}", open.repeat(45), close.repeat(45));
        assert!(run(&text).is_ok() || run(&text).is_err_and(|error| error.contains("levels")));
    }
}

#[test]
fn half_written_texts_are_refused() {
    for text in [
        "\"abc",
        "/* open",
        "1 /*",
        "@\"2026",
        "@",
        "\"\\uD800\"",
        "\"\\uD800\\u0041\"",
        "\"\\u12\"",
        "",
        "   ",
        "\u{0}",
        "\u{feff}",
        "{",
        "[1..",
        "(1..2",
        "1..2",
        "function(",
        "for i in",
        "some",
        ".",
        "..",
        "\\",
        "a.",
        "1.e5.5",
        "@\"P\"",
        "@\"PT\"",
        "\"\\U110000\"",
        "in",
        "?",
    ] {
        assert!(compile(text).is_err(), "{text:?}");
    }
}

#[test]
fn endless_loops_run_out_of_steps() {
    for text in [
        "for i in 1..1000000000 return i",
        "for i in 1..10000, j in 1..10000 return i",
        "every i in 1..99999999999999999999 satisfies i > 0",
        "count(for i in 1..1000000000 return 1)",
        "{f: function(n) for i in 1..1000 return f(i), r: f(1)}",
    ] {
        let result = run(text).unwrap_err();
        assert!(result.starts_with("budget exceeded"), "{text}: {result}");
    }
}

#[test]
fn endless_recursion_runs_out_of_depth() {
    let names = Names::new();
    let scope = Scope::new(&names, Environment::default().into());
    for body in [
        "f(x + 1)",
        "1 + 2 * f(x) ** 2",
        "if f(x) then 1 else 2",
        "sort([1, 2], function(a, b) f(a))",
        "list replace([1, 2], function(a, b) f(a), 3)",
        "[1, 2][f(item) > 1]",
        "for i in [1], j in [1], k in [1] return f(i)",
        "some i in 1..3 satisfies every j in 1..3 satisfies f(j)",
        "{a: [f(x)]}",
        "x in (f(x), < f(x))",
        "f(x) between 1 and 2 and true or false",
        "[f(x)..2]",
        "count(string(not(f(x))))",
        "(function(y) f(y))(x)",
        "f(x: x).a[1]",
    ] {
        let expression = compile(&format!("{{f: function(x) {body}, r: f(1)}}.r")).unwrap();
        let mut budget = Budget::default();
        let result = expression.evaluate(&scope, &mut budget);
        let expected =
            matches!(result, Err(EvalError::BudgetExceeded(BudgetExceeded::Depth { .. })));
        assert!(expected, "{body}: {result:?}");
        // The same budget still serves a harmless expression.
        assert_eq!(compile("1 + 1").unwrap().evaluate(&scope, &mut budget), Ok(Value::from(2)));
    }
}

#[test]
fn values_do_not_grow_without_bound() {
    for text in [
        "for i in 1..20000 return [partial[-1]]",
        "for i in 1..20000 return function() partial[-1]",
        "for i in 1..20000 return {a: partial[-1]}",
        "for i in 1..60 return [partial[-1], partial[-1]]",
        "for i in 1..60 return if i = 1 then \"xxxxxxxx\" else partial[-1] + partial[-1]",
        "for i in 1..60 return if i = 1 then \"aaaaaaaa\" else replace(partial[-1], \"a\", \"aaaa\")",
        "for i in 1..60 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
        "string join(for i in 1..100000 return \"x\", string(for i in 1..10000 return i))",
    ] {
        assert!(run(text).is_err(), "{text}");
    }
}

#[test]
fn hostile_patterns_and_numbers_are_harmless() {
    for text in [
        "matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\", \"(a+)+$\")",
        "matches(\"a\", \"(((a{1000}){1000}){1000})\")",
        "matches(\"a\", \"(\")",
        "replace(\"a\", \"a\", \"$\")",
        "replace(\"a\", \"a\", \"$99\")",
        "9.9e6144 * 10",
        "2 ** 999999999999",
        "0.5 ** 999999999999",
        "2 ** -999999999999",
        "(-2) ** 0.5",
        "0 ** -1",
        "exp(1e6000)",
        "log(0)",
        "sqrt(-1)",
        "modulo(1e6144, 7)",
        "modulo(1, 1e-6000)",
        "9e6000 - 9e-6000",
        "decimal(1, 999999999999)",
        "decimal(1e6144, -6111)",
        "[1,2,3][9e6000]",
        "[1,2,3][99999999999999999999]",
        "sublist([1], 1e30)",
        "substring(\"abc\", -99999999999999999999)",
        "date(999999999999, 1, 1)",
        "date(\"999999999-12-31\") + duration(\"P1D\")",
        "duration(\"P9999999999999999999D\")",
        "duration(\"P999999999999999999Y\") * 1e6000",
        "date(\"2026-01-01\") + duration(\"P999999999999999999M\")",
        "date and time(\"999999999-12-31T23:59:59@Europe/London\") + duration(\"PT1H\")",
        "date and time(\"-999999999-01-01T00:00:00@Europe/London\").time offset",
        "time(\"10:00:00@No/Where\")",
        "@\"-P999999999999999Y\"",
        "string(1e6144)",
    ] {
        assert!(run(text).is_ok() || text.starts_with('@'), "{text}: {:?}", run(text));
    }
}

#[test]
fn hostile_json_is_refused() {
    let limits = JsonLimits { bytes: 100_000, depth: 50, values: 1_000 };
    let deep = "[".repeat(20_000);
    let many = format!("[{}1]", "1,".repeat(2_000));
    for text in [
        deep.as_str(),
        many.as_str(),
        "",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "01",
        "1.",
        "1e",
        "+1",
        "nul",
        "\"\u{1}\"",
        "\"\\x\"",
        "\"\\uD800\"",
        "\"a",
        "[1 2]",
        "{\"a\" 1}",
        "1 1",
        "NaN",
        "{a:1}",
        "{\"a\":1,\"a\":2}",
        "123456789012345678901234567890123456789",
        "1e9999",
        "1e-9999",
        "'a'",
    ] {
        assert!(Value::from_json(text, limits).is_err(), "{text:?}");
    }
}

mod any_text {
    use super::run;
    use proptest::prelude::*;

    const PARTS: [&str; 56] = [
        "1",
        "x",
        "\"a\"",
        "null",
        "true",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ":",
        ",",
        ".",
        "..",
        "+",
        "-",
        "*",
        "/",
        "**",
        "<",
        ">=",
        "=",
        "!=",
        " and ",
        " or ",
        " in ",
        " between ",
        "if ",
        " then ",
        " else ",
        "for ",
        " return ",
        "some ",
        " satisfies ",
        "function(",
        "not(",
        "count(",
        "sum(",
        "date(",
        "@\"2026-01-01\"",
        "@\"P1D\"",
        "item",
        "?",
        " instance of ",
        "list<",
        "number",
        "//",
        "/*",
        "partial",
        "sort(",
        "flatten(",
        "substring(",
        "time",
        "1e9",
        "\\",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

        #[test]
        fn of_the_languages_own_parts_is_read_without_harm(
            parts in proptest::collection::vec(proptest::sample::select(&PARTS[..]), 0..40),
        ) {
            let _ = run(&parts.concat());
        }

        #[test]
        fn of_any_characters_is_read_without_harm(text in "\\PC{0,40}") {
            let _ = run(&text);
        }

        #[test]
        fn of_any_brackets_within_each_other_is_read_without_harm(
            pairs in proptest::collection::vec(proptest::sample::select(&PAIRS[..]), 1..6),
            times in prop_oneof![Just(4_000usize), 1usize..110],
        ) {
            let open: String = pairs.iter().map(|pair| pair.0).collect();
            let close: String = pairs.iter().rev().map(|pair| pair.1).collect();
            let _ = run(&format!("{}1{}", open.repeat(times), close.repeat(times)));
        }
    }

    /// What may stand around an expression.
    const PAIRS: [(&str, &str); 28] = [
        ("[", "]"),
        ("(", ")"),
        ("{a: ", "}"),
        ("{a: ", "}.a"),
        ("not(", ")"),
        ("1 in (", ")"),
        ("if ", " then 1 else 2"),
        ("if true then ", " else 2"),
        ("if false then 1 else (", ")"),
        ("for i in ", " return i"),
        ("for i in [1] return ", ""),
        ("some i in [1] satisfies ", ""),
        ("every i in [", "] satisfies i"),
        ("(function(y) ", ")(1)"),
        ("(function(y) y)(", ")"),
        ("1 + ", ""),
        ("1 or 1 and 1 < 1 + 1 * 1 ** ", ""),
        ("- ", ""),
        ("1 between 0 and ", ""),
        ("[1][item > ", "]"),
        ("[1][", "]"),
        ("[0..", "]"),
        ("(< ", ")"),
        ("sort([2, 1], function(a, b) ", ")"),
        ("count(list: ", ")"),
        ("[", "][1]"),
        ("x in ", ""),
        ("(function(y) function(z) ", ")(1)(2)"),
    ];
}
