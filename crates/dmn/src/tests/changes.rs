//! Changes: the smallest change of each input that alters the outcome, and that there is none
//! smaller: compared with trying every value.

use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::{Expect, expect};
use feel::{Budget, Context, Decimal, Environment, JsonLimits, Value};
use proptest::prelude::*;

use super::analysis::exact::{INPUTS, flags, rules, words};
use super::analysis::{model, xml};
use crate::analysis::Target;
use crate::{Change, Evaluation, Model};

fn inputs_of(json: &str) -> Context {
    Value::from_json(json, JsonLimits::STANDARD).unwrap().as_context().cloned().unwrap()
}

fn explained(model: &Model, inputs: &Context, decision: &str) -> Evaluation {
    let environment = Arc::new(Environment::default());
    let inputs = model.read_texts(inputs).unwrap();
    model.explain(decision, &inputs, &environment, &mut Budget::default()).unwrap()
}

fn check(model: &Model, inputs: &str, decision: &str, expected: &Expect) {
    let evaluation = explained(model, &inputs_of(inputs), decision);
    let mut told = format!("{}\n", evaluation.value.to_json());
    for change in &evaluation.trace.changes {
        let Change { input, from, alternatives, is_smallest, .. } = change;
        let sure = if *is_smallest { "" } else { " (perhaps less)" };
        write!(told, "{input}, now {}:", from.to_json()).unwrap();
        for one in alternatives {
            write!(told, " {} -> {};", one.target, one.outcome.to_json()).unwrap();
        }
        writeln!(told, "{sure}").unwrap();
    }
    expected.assert_eq(&told);
}

fn table(inputs: &[&str], rules: &[&str]) -> Model {
    let rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
    model(&xml("UNIQUE", inputs, "<output/>", &rules))
}

#[test]
fn the_nearest_boundary_that_alters_the_outcome_is_told() {
    let rules = [r#"< 100 | 1"#, "[100..200] | 1", "(200..300) | 2", ">= 300 | 3"];
    let model = table(&["income: number"], &rules);
    check(
        &model,
        r#"{"income": 150}"#,
        "d",
        &expect![[r#"
        1
        income, now 150: more than 200 -> 2;
    "#]],
    );
    check(
        &model,
        r#"{"income": 299.5}"#,
        "d",
        &expect![[r#"
        2
        income, now 299.5: 300 -> 3;
    "#]],
    );
    check(
        &model,
        r#"{"income": 250}"#,
        "d",
        &expect![[r#"
        2
        income, now 250: 200 -> 1; 300 -> 3;
    "#]],
    );
}

#[test]
fn days_are_told_by_the_day_and_words_by_name() {
    let rules = [
        r#"<= date("2026-03-31") | "red", "green" | "in time""#,
        r#"> date("2026-03-31") | "red" | "late""#,
        r#"- | not("red", "green") | "never""#,
        r#"> date("2026-03-31") | "green" | "late""#,
    ];
    let rules = rules.map(str::to_owned);
    let typed =
        r#"<inputData id="day" name="day"><variable name="day" typeRef="date"/></inputData>"#;
    let xml = xml("UNIQUE", &["day: date", "colour: string"], "<output/>", &rules);
    let model = model(&xml.replace(r#"<inputData id="day" name="day"/>"#, typed));
    let late = r#"{"day": "2026-04-09", "colour": "red"}"#;
    check(
        &model,
        late,
        "d",
        &expect![[r#"
            "late"
            day, now "2026-04-09": 2026-03-31 -> "in time";
            colour, now "red": anything else, such as "other" -> "never";
        "#]],
    );
    check(
        &model,
        r#"{"day": "2026-03-01", "colour": "blue"}"#,
        "d",
        &expect![[r#"
            "never"
            colour, now "blue": "green" -> "in time"; "red" -> "in time";
        "#]],
    );
    check(
        &model,
        r#"{"colour": "red"}"#,
        "d",
        &expect![[r#"
        null
        day, now null: anything else, such as 2026-03-30 -> "in time"; 2026-03-31 -> "in time"; anything else, such as 2026-04-01 -> "late";
        colour, now "red": anything else, such as "other" -> "never";
    "#]],
    );
}

const GRAPH: &str = r##"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="g" namespace="n">
  <itemDefinition name="Person"><itemComponent name="age"><typeRef>number</typeRef></itemComponent>
    <itemComponent name="income"><typeRef>number</typeRef></itemComponent></itemDefinition>
  <inputData id="p" name="person"><variable name="person" typeRef="Person"/></inputData>
  <inputData id="r" name="resident"><variable name="resident" typeRef="boolean"/></inputData>
  <decision id="b" name="band">
    <informationRequirement><requiredInput href="#p"/></informationRequirement>
    <decisionTable><input><inputExpression><text>person.age</text></inputExpression></input><output/>
      <rule><inputEntry><text>&lt; 18</text></inputEntry><outputEntry><text>"child"</text></outputEntry></rule>
      <rule><inputEntry><text>&gt;= 18</text></inputEntry><outputEntry><text>"adult"</text></outputEntry></rule>
    </decisionTable>
  </decision>
  <decision id="y" name="yearly">
    <informationRequirement><requiredInput href="#p"/></informationRequirement>
    <literalExpression><text>person.income * 12</text></literalExpression>
  </decision>
  <decision id="o" name="outcome">
    <informationRequirement><requiredDecision href="#b"/></informationRequirement>
    <informationRequirement><requiredInput href="#p"/></informationRequirement>
    <informationRequirement><requiredInput href="#r"/></informationRequirement>
    REQUIRED
    <decisionTable hitPolicy="FIRST">
      <input label="band"><inputExpression><text>band</text></inputExpression></input>
      <input label="lives here"><inputExpression><text>resident</text></inputExpression></input>
      <input label="age"><inputExpression><text>person.age</text></inputExpression></input>
      <output/>
      <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>false</text></inputEntry>
        <inputEntry><text>-</text></inputEntry><outputEntry><text>"no"</text></outputEntry></rule>
      <rule><inputEntry><text>"child"</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <inputEntry><text>-</text></inputEntry><outputEntry><text>"free"</text></outputEntry></rule>
      <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <inputEntry><text>[60..70]</text></inputEntry><outputEntry><text>"half"</text></outputEntry></rule>
      <rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>
        <inputEntry><text>-</text></inputEntry><outputEntry><text>"full"</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>"##;

#[test]
fn an_input_is_followed_through_the_decisions_that_look_at_it() {
    let graph = model(&GRAPH.replace("REQUIRED", ""));
    let adult = r#"{"person": {"age": 30, "income": 5}, "resident": true}"#;
    check(
        &graph,
        adult,
        "outcome",
        &expect![[r#"
        "full"
        person.age, now 30: less than 18 -> "free";
        resident, now true: false -> "no";
    "#]],
    );
    let elder = r#"{"person": {"age": 71}, "resident": true}"#;
    check(
        &graph,
        elder,
        "o",
        &expect![[r#"
        "full"
        person.age, now 71: 70 -> "half";
        resident, now true: false -> "no";
    "#]],
    );
    check(
        &graph,
        r#"{"person": {"age": 3}, "resident": false}"#,
        "outcome",
        &expect![[r#"
        "no"
        resident, now false: true -> "free";
    "#]],
    );
    // Where a person also goes into an expression, nobody knows what a smaller change would do.
    let required =
        r##"<informationRequirement><requiredDecision href="#y"/></informationRequirement>"##;
    let graph = model(&GRAPH.replace("REQUIRED", required));
    check(
        &graph,
        adult,
        "outcome",
        &expect![[r#"
        "full"
        person.age, now 30: less than 18 -> "free"; (perhaps less)
        resident, now true: false -> "no";
    "#]],
    );
}

#[test]
fn a_decision_that_went_wrong_and_one_that_nothing_alters_have_no_changes() {
    let model = table(&["n: number"], &["< 5 | 1", "> 5 | 1"]);
    check(
        &model,
        r#"{"n": 3}"#,
        "d",
        &expect![[r#"
        1
    "#]],
    );
    check(
        &model,
        r#"{"n": "three"}"#,
        "d",
        &expect![[r#"
        null
        n, now "three": anything else, such as 4 -> 1; anything else, such as 6 -> 1;
    "#]],
    );
}

#[test]
fn the_trace_holds_the_changes_and_a_budget_ends_them() {
    let model = table(&["n: number"], &["< 5 | 1", ">= 5 | 2"]);
    let inputs = inputs_of(r#"{"n": 7}"#);
    let evaluation = explained(&model, &inputs, "d");
    let told = evaluation.trace.to_value().unwrap();
    let changes = told.as_context().and_then(|trace| trace.get("changes")).unwrap().to_json();
    expect![[r#"[{"input":"n","name":"n","from":7,"alternatives":[{"below":5,"outcome":1}],"smallest":true}]"#]].assert_eq(&changes);
    let environment = Arc::new(Environment::default());
    let mut once = Budget::default();
    model.evaluate("d", &inputs, &environment, &mut once).unwrap();
    let steps = once.steps_used() + 1;
    let mut small = Budget::new(feel::Limits { steps, ..feel::Limits::STANDARD });
    assert!(model.explain("d", &inputs, &environment, &mut small).is_err());
}

// -- none is smaller --------------------------------------------------------------------------------

/// A quarter of this many.
fn quarters(number: i64) -> Decimal {
    Decimal::from(number).checked_div(Decimal::from(4)).unwrap()
}

fn numbers() -> Vec<Value> {
    (-8..=24).map(quarters).map(Value::Number).collect()
}

/// The outcome where nothing went wrong.
fn outcome(model: &Model, inputs: &Context) -> Option<Value> {
    let environment = Arc::new(Environment::default());
    let evaluation = model.evaluate("d", inputs, &environment, &mut Budget::default()).unwrap();
    evaluation.trace.all_faults().next().is_none().then_some(evaluation.value)
}

fn far(from: Decimal, to: &Value) -> Decimal {
    from.checked_sub(to.as_number().unwrap()).unwrap().abs()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_smaller_change_alters_the_outcome(
        rules in rules(),
        policy in prop::sample::select(vec!["UNIQUE", "FIRST", "ANY", "COLLECT", "C+"]),
        n in -2i64..=20,
        word in 0usize..5,
        flag in 0usize..3,
    ) {
        let xml = match policy {
            "C+" => xml("COLLECT", &INPUTS, "<output/>", &rules).replace(
                r#"hitPolicy="COLLECT""#, r#"hitPolicy="COLLECT" aggregation="SUM""#),
            policy => xml(policy, &INPUTS, "<output/>", &rules),
        };
        let model = model(&xml);
        let number = quarters(n);
        let values = [("n", Value::Number(number)), ("w", words()[word].clone()), ("f", flags()[flag].clone())];
        let inputs = Context::from_entries(values.clone()).unwrap();
        let evaluation = explained(&model, &inputs, "d");
        for (name, every) in [("n", numbers()), ("w", words()), ("f", flags())] {
            let altering: Vec<Value> = every
                .into_iter()
                .filter(|value| !value.is_null())
                .filter(|value| {
                    let then = outcome(&model, &inputs.with(name, value.clone()).unwrap());
                    then.is_some_and(|then| then != evaluation.value)
                })
                .collect();
            let change = evaluation.trace.changes.iter().find(|change| &*change.input == name);
            prop_assert_eq!(change.is_some(), !altering.is_empty(), "{} {:?}", name, altering);
            let Some(change) = change else { continue };
            prop_assert!(change.is_smallest);
            if name == "n" {
                let nearest = altering.iter().map(|value| far(number, value)).min().unwrap();
                for one in &change.alternatives {
                    let told = match &one.target {
                        Target::Exactly(value) => far(number, value),
                        Target::Above(value) | Target::Below(value) => {
                            far(number, value).checked_add(quarters(1)).unwrap()
                        }
                        Target::AnyOther(value) => panic!("{value} is a number like others"),
                    };
                    prop_assert_eq!(told, nearest);
                }
            } else {
                let told: Vec<&Value> = change.alternatives.iter().map(|one| match &one.target {
                    Target::Exactly(value) | Target::AnyOther(value) => value,
                    other => panic!("{other} is no word"),
                }).collect();
                let others = change
                    .alternatives
                    .iter()
                    .any(|one| matches!(one.target, Target::AnyOther(_)));
                prop_assert!(told.iter().all(|value| altering.contains(value)));
                prop_assert!(altering.iter().all(|value| others || told.contains(&value)));
            }
        }
    }
}
