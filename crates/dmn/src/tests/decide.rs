//! Decisions and their reasons, end to end: a DMN file and inputs in, value and trace out.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::{Evaluation, Model, Verdict};
use expect_test::{Expect, expect};
use feel::{Budget, Context, Environment, JsonLimits, Value};

const SCHOOL_MEALS: &str = include_str!("../../examples/models/school_meals.dmn");

fn model(xml: &str) -> Model {
    Model::parse(xml.as_bytes()).unwrap_or_else(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", told.join("\n"))
    })
}

fn inputs(json: &str) -> Context {
    let value = Value::from_json(json, JsonLimits::STANDARD).expect("test inputs are JSON");
    value.as_context().expect("test inputs are an object").clone()
}

fn evaluate(model: &Model, decision: &str, json: &str) -> Evaluation {
    let environment = Arc::new(Environment::default());
    let mut budget = Budget::default();
    model.evaluate(decision, &inputs(json), &environment, &mut budget).expect("evaluates")
}

fn shown(evaluation: &Evaluation) -> String {
    let mut text = format!("{}\n", evaluation.value.to_json());
    for decision in &evaluation.trace.decisions {
        writeln!(text, "{} = {}", decision.name, decision.value.to_json()).unwrap();
        for table in &decision.tables {
            for (column, value) in table.table.inputs.iter().zip(&table.inputs) {
                writeln!(text, "  {} = {}", column.label, value.to_json()).unwrap();
            }
            for (rule, verdict) in table.table.rules.iter().zip(&table.verdicts) {
                let told = match verdict {
                    Verdict::Hit => "hit".to_owned(),
                    Verdict::Failed { column } => format!("failed at column {}", column + 1),
                    Verdict::NotTried => "not tried".to_owned(),
                };
                writeln!(text, "  rule {}: {told}", rule.number).unwrap();
            }
            writeln!(text, "  hits {:?} -> {}", table.hits, table.value.to_json()).unwrap();
        }
    }
    for fault in evaluation.trace.all_faults() {
        writeln!(text, "fault: {fault}").unwrap();
    }
    text
}

fn check(xml: &str, decision: &str, json: &str, expected: &Expect) {
    expected.assert_eq(&shown(&evaluate(&model(xml), decision, json)));
}

/// A model of one table over inputs `a` and `b`; rules are `cell | cell | output`.
fn table(policy: &str, columns: &str, rules: &[&str]) -> String {
    let mut xml = format!(
        r##"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="t" namespace="n">
        <inputData id="a" name="a"/><inputData id="b" name="b"/>
        <decision id="d" name="d">
        <informationRequirement><requiredInput href="#a"/></informationRequirement>
        <informationRequirement><requiredInput href="#b"/></informationRequirement>
        <decisionTable {policy}>
        <input><inputExpression><text>a</text></inputExpression></input>
        <input><inputExpression><text>b</text></inputExpression></input>{columns}"##
    );
    for rule in rules {
        let cells: Vec<&str> = rule.split('|').map(str::trim).collect();
        let (inputs, outputs) = cells.split_at(2);
        xml.push_str("<rule>");
        for cell in inputs {
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

fn by_policy(policy: &str, columns: &str, rules: &[&str], json: &str, expected: &Expect) {
    let evaluation = evaluate(&model(&table(policy, columns, rules)), "d", json);
    let faults: Vec<String> = evaluation.trace.all_faults().map(ToString::to_string).collect();
    expected.assert_eq(&format!("{} {faults:?}", evaluation.value.to_json()));
}

#[test]
fn a_decision_comes_with_its_reasons() {
    check(
        SCHOOL_MEALS,
        "Eligible",
        r#"{"Age of child": 9, "Applicant": {"monthly income": 600, "benefit": "universal credit"}}"#,
        &expect![[r#"
            "yes"
            Yearly income = 7200
            Eligible = "yes"
              age = 9
              benefit = "universal credit"
              yearly income = 7200
              rule 1: failed at column 1
              rule 2: hit
              rule 3: failed at column 3
              rule 4: failed at column 2
              rule 5: failed at column 2
              hits [1] -> "yes"
        "#]],
    );
}

#[test]
fn a_missing_input_is_null_and_no_rule_matching_is_a_fault() {
    check(
        SCHOOL_MEALS,
        "eligible",
        r#"{"Age of child": 9}"#,
        &expect![[r#"
        null
        Yearly income = null
        Eligible = null
          age = 9
          benefit = null
          yearly income = null
          rule 1: failed at column 1
          rule 2: failed at column 2
          rule 3: failed at column 2
          rule 4: failed at column 2
          rule 5: failed at column 2
          hits [] -> null
        fault: decision table of "Eligible": no rule matched
    "#]],
    );
}

#[test]
fn a_value_of_the_wrong_type_is_null_and_told() {
    check(
        SCHOOL_MEALS,
        "eligible",
        r#"{"Age of child": "nine", "Applicant": {"benefit": "a lottery win"}}"#,
        &expect![[r#"
            null
            Yearly income = null
            Eligible = null
              age = null
              benefit = null
              yearly income = null
              rule 1: failed at column 1
              rule 2: failed at column 1
              rule 3: failed at column 1
              rule 4: failed at column 1
              rule 5: failed at column 1
              hits [] -> null
            fault: the value of `Applicant` is not of type Applicant
            fault: the value of `Age of child` is not of type number
            fault: decision table of "Eligible": no rule matched
        "#]],
    );
}

#[test]
fn reason_codes_hold_no_value() {
    let meals = model(SCHOOL_MEALS);
    let evaluation = evaluate(
        &meals,
        "eligible",
        r#"{"Age of child": 9, "Applicant": {"monthly income": 600, "benefit": "universal credit"}}"#,
    );
    let codes = serde_json::to_string(&evaluation.trace.codes()).unwrap();
    expect![[r#"[{"decision":"eligible","table":"eligible_table","rule":2,"rule_id":"low_income","code":"UC-LOW","law":"SI 2018/148"}]"#]].assert_eq(&codes);
    let reasons: Vec<_> = evaluation.trace.reasons().collect();
    assert_eq!(reasons[0].texts["cy"], "Mae'r incwm yn £7,400 y flwyddyn ar y mwyaf.");
    assert_eq!(reasons[0].in_force_from.unwrap().to_string(), "2018-04-01");
}

#[test]
fn the_trace_is_plain_data() {
    let evaluation = evaluate(&model(SCHOOL_MEALS), "eligible", r#"{"Age of child": 3}"#);
    let json = evaluation.trace.to_json().unwrap();
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(read["decisions"][1]["tables"][0]["rules"][0]["reason"]["code"], "UIFSM");
    assert_eq!(read["decisions"][1]["tables"][0]["rules"][1]["failed"], "age");
    assert_eq!(read["decisions"][1]["tables"][0]["rules"][1]["wanted"], "[7..16]");
    assert_eq!(read["model"]["digest"].as_str().unwrap().len(), 64);
}

#[test]
fn inputs_of_a_decision_are_known() {
    let meals = model(SCHOOL_MEALS);
    let names = |decision| -> Vec<String> {
        meals.inputs_of(decision).unwrap().iter().map(|input| input.name.to_owned()).collect()
    };
    assert_eq!(names("income_d"), ["Applicant"]);
    assert_eq!(names("eligible"), ["Applicant", "Age of child"]);
    assert_eq!(meals.inputs_of("nothing of the kind"), None);
}

const PLAIN: &str = "<output/>";
const RANKED: &str =
    r#"<output><outputValues><text>"high", "middle", "low"</text></outputValues></output>"#;
const DEFAULTED: &str = "<output><defaultOutputEntry><text>7</text></defaultOutputEntry></output>";
const OVERLAPPING: [&str; 3] = ["> 0 | - | 3", "> 5 | - | 1", "> 9 | - | 2"];

#[test]
fn unique_wants_one_rule() {
    by_policy("", PLAIN, &OVERLAPPING, r#"{"a": 3}"#, &expect!["3 []"]);
    by_policy(
        "",
        PLAIN,
        &OVERLAPPING,
        r#"{"a": 10}"#,
        &expect![[
            r#"null ["decision table of \"d\": several rules matched where only one may: [1, 2, 3]"]"#
        ]],
    );
    by_policy(
        "",
        PLAIN,
        &OVERLAPPING,
        r#"{"a": -1}"#,
        &expect![[r#"null ["decision table of \"d\": no rule matched"]"#]],
    );
    by_policy("", DEFAULTED, &OVERLAPPING, r#"{"a": -1}"#, &expect!["7 []"]);
}

#[test]
fn first_any_and_rule_order() {
    let of = |policy, json, expected: Expect| {
        by_policy(policy, PLAIN, &OVERLAPPING, json, &expected);
    };
    of(r#"hitPolicy="FIRST""#, r#"{"a": 10}"#, expect!["3 []"]);
    of(r#"hitPolicy="ANY""#, r#"{"a": 3}"#, expect!["3 []"]);
    of(
        r#"hitPolicy="ANY""#,
        r#"{"a": 10}"#,
        expect![[
            r#"null ["decision table of \"d\": the rules that matched have different outputs: [1, 2, 3]"]"#
        ]],
    );
    of(r#"hitPolicy="RULE ORDER""#, r#"{"a": 10}"#, expect!["[3,1,2] []"]);
}

#[test]
fn collect_and_its_aggregations() {
    let of = |aggregation: &str, json, expected: Expect| {
        let policy = format!(r#"hitPolicy="COLLECT" {aggregation}"#);
        by_policy(&policy, PLAIN, &OVERLAPPING, json, &expected);
    };
    of("", r#"{"a": 10}"#, expect!["[3,1,2] []"]);
    of("", r#"{"a": -1}"#, expect!["[] []"]);
    of(r#"aggregation="SUM""#, r#"{"a": 10}"#, expect!["6 []"]);
    of(r#"aggregation="MIN""#, r#"{"a": 10}"#, expect!["1 []"]);
    of(r#"aggregation="MAX""#, r#"{"a": 10}"#, expect!["3 []"]);
    of(r#"aggregation="COUNT""#, r#"{"a": 10}"#, expect!["3 []"]);
    of(r#"aggregation="COUNT""#, r#"{"a": -1}"#, expect!["0 []"]);
}

#[test]
fn priority_and_output_order_follow_the_allowed_values() {
    let rules = [r#"> 0 | - | "low""#, r#"> 5 | - | "high""#, r#"> 5 | - | "middle""#];
    let of = |policy, json, expected: Expect| by_policy(policy, RANKED, &rules, json, &expected);
    of(r#"hitPolicy="PRIORITY""#, r#"{"a": 9}"#, expect![[r#""high" []"#]]);
    of(r#"hitPolicy="PRIORITY""#, r#"{"a": 1}"#, expect![[r#""low" []"#]]);
    of(r#"hitPolicy="OUTPUT ORDER""#, r#"{"a": 9}"#, expect![[r#"["high","middle","low"] []"#]]);
}

#[test]
fn several_outputs_make_a_context() {
    let columns = r#"<output name="fee"/><output name="days"/>"#;
    by_policy(
        "",
        columns,
        &["> 1 | \"x\", null | a * 2 | 5"],
        r#"{"a": 4}"#,
        &expect![[r#"{"fee":8,"days":5} []"#]],
    );
}

#[test]
fn cells_may_use_other_inputs() {
    let rules = ["< b | - | \"less\"", ">= b | - | \"more\""];
    by_policy("", PLAIN, &rules, r#"{"a": 4, "b": 5}"#, &expect![[r#""less" []"#]]);
    by_policy(
        "",
        PLAIN,
        &rules,
        r#"{"a": 4}"#,
        &expect![[r#"null ["decision table of \"d\": no rule matched"]"#]],
    );
}

#[test]
fn boxed_contexts_lists_relations_functions_and_conditionals() {
    let boxed = r##"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="t" namespace="n">
      <inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData>
      <decision id="d" name="d">
        <informationRequirement><requiredInput href="#a"/></informationRequirement>
        <context>
          <contextEntry><variable name="a"/><literalExpression><text>a + 1</text></literalExpression></contextEntry>
          <contextEntry><variable name="double it"/>
            <functionDefinition><formalParameter name="x" typeRef="number"/>
              <context>
                <contextEntry><variable name="y"/><literalExpression><text>x + a</text></literalExpression></contextEntry>
                <contextEntry><literalExpression><text>y * 2</text></literalExpression></contextEntry>
              </context>
            </functionDefinition></contextEntry>
          <contextEntry><variable name="all"/>
            <list><literalExpression><text>double it(a)</text></literalExpression>
                  <literalExpression><text>"two"</text></literalExpression></list></contextEntry>
          <contextEntry><variable name="rows"/>
            <relation><column name="k"/><column name="v"/>
              <row><literalExpression><text>1</text></literalExpression><literalExpression><text>a</text></literalExpression></row>
            </relation></contextEntry>
          <contextEntry><variable name="size"/>
            <conditional>
              <if><literalExpression><text>a &gt; 10</text></literalExpression></if>
              <then><literalExpression><text>"large"</text></literalExpression></then>
              <else><literalExpression><text>"small"</text></literalExpression></else>
            </conditional></contextEntry>
          <contextEntry>
            <literalExpression><text>{all: all, rows: rows, size: size}</text></literalExpression></contextEntry>
        </context>
      </decision></definitions>"##;
    let xml = boxed.replace("<conditional>", "<conditional id=\"c\">");
    check(
        &xml,
        "d",
        r#"{"a": 1}"#,
        &expect![[r#"
        {"all":[8,"two"],"rows":[{"k":1,"v":2}],"size":"small"}
        d = {"all":[8,"two"],"rows":[{"k":1,"v":2}],"size":"small"}
    "#]],
    );
}

#[test]
fn a_budget_bounds_an_evaluation() {
    let xml = table("", PLAIN, &["- | - | count(for i in 1..100000, j in 1..100000 return i)"]);
    let model = model(&xml);
    let environment = Arc::new(Environment::default());
    let error = model
        .evaluate("d", &Context::new(), &environment, &mut Budget::default())
        .expect_err("too much work");
    expect!["decision `d` failed: Some(BudgetExceeded(Steps { limit: 500000 }))"]
        .assert_eq(&format!("{error}: {:?}", std::error::Error::source(&error)));
}

#[test]
fn every_version_that_is_read_decides_alike() {
    let namespaces = [
        ("http://www.omg.org/spec/DMN/20180521/MODEL/", "1.2"),
        ("https://www.omg.org/spec/DMN/20191111/MODEL/", "1.3"),
        ("https://www.omg.org/spec/DMN/20211108/MODEL/", "1.4"),
        ("https://www.omg.org/spec/DMN/20230324/MODEL/", "1.5"),
        ("https://www.omg.org/spec/DMN/20240513/MODEL/", "1.6"),
    ];
    for (namespace, number) in namespaces {
        let xml = format!(
            r##"<definitions xmlns="{namespace}" name="t" namespace="n">
              <inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData>
              <decision id="d" name="d"><variable name="d" typeRef="number"/>
                <informationRequirement><requiredInput href="#a"/></informationRequirement>
                <literalExpression><text>a + 1</text></literalExpression></decision>
            </definitions>"##
        );
        let model = model(&xml);
        assert_eq!(model.version().number(), number);
        assert_eq!(evaluate(&model, "d", r#"{"a": 4}"#).value.to_json(), "5");
    }
}
