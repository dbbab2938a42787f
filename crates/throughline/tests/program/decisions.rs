//! The program as those who write decisions use it: `dmn eval`, `dmn check` and `feel`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::town::{Folder, root};

/// Exit code, standard output and standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let program = env!("CARGO_BIN_EXE_throughline");
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

const FEES: &str = r##"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"
    name="fees" namespace="https://example.org/fees">
  <inputData id="age" name="age"><variable name="age" typeRef="number"/></inputData>
  <inputData id="on" name="on"><variable name="on" typeRef="date"/></inputData>
  <decision id="fee_id" name="fee">
    <informationRequirement><requiredInput href="#age"/></informationRequirement>
    <decisionTable id="fee_table">
      <input label="Age"><inputExpression typeRef="number"><text>age</text></inputExpression></input>
      <output/>
      <annotation name="reason:en"/><annotation name="law"/>
      <rule>
        <inputEntry><text>[0..18)</text></inputEntry><outputEntry><text>0</text></outputEntry>
        <annotationEntry><text>Children pay nothing.</text></annotationEntry>
        <annotationEntry><text>Fees Order, article 2</text></annotationEntry>
      </rule>
      <rule>
        <inputEntry><text>&gt; 18</text></inputEntry><outputEntry><text>12.50</text></outputEntry>
        <annotationEntry><text>Adults pay.</text></annotationEntry>
        <annotationEntry><text>Fees Order, article 3</text></annotationEntry>
      </rule>
    </decisionTable>
  </decision>
  <decision id="month_id" name="month of day">
    <informationRequirement><requiredInput href="#on"/></informationRequirement>
    <literalExpression><text>on.month</text></literalExpression>
  </decision>
</definitions>"##;

struct Files(Folder);

impl Files {
    fn new(name: &str) -> Self {
        Self(Folder::new(name))
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.0.at(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

#[test]
fn a_model_decides_and_says_why() {
    let files = Files::new("dmn-eval");
    let model = files.write("fees.dmn", FEES);
    let input = files.write("input.json", r#"{"age": 40, "on": "2026-04-01"}"#);
    let (code, out, err) = run(&["dmn", "eval", &model, "--input", &input]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out, "{\"decisions\":{\"fee\":12.5,\"month of day\":4}}\n");

    let by_id = ["dmn", "eval", &model, "--input", &input, "--decision", "fee_id", "--trace"];
    let (code, out, _) = run(&by_id);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(told["decisions"], json!({ "fee_id": 12.50 }));
    let table = &told["trace"]["fee_id"]["decisions"][0]["tables"][0];
    assert_eq!(table["hits"], json!([2]));
    assert_eq!(table["rules"][0]["failed"], json!("Age"));
    assert_eq!(table["rules"][0]["wanted"], json!("[0..18)"));
    assert_eq!(table["rules"][1]["reason"]["law"], json!("Fees Order, article 3"));
    let changes = json!([{
        "input": "age", "name": "Age", "from": 40, "smallest": true,
        "alternatives": [{ "below": 18, "outcome": 0 }]
    }]);
    assert_eq!(told["trace"]["fee_id"]["changes"], changes);
}

#[test]
fn numbers_keep_every_digit() {
    let files = Files::new("dmn-digits");
    let echo = FEES.replace("on.month", "on").replace(r#" typeRef="date""#, "");
    let model = files.write("echo.dmn", &echo);
    let number = "1234567890123456789012345678901.234";
    let input = files.write("input.json", &format!(r#"{{"age": 1, "on": [{number}, 0.10]}}"#));
    let asked = ["dmn", "eval", &model, "--input", &input, "--decision", "month of day"];
    let (_, out, _) = run(&asked);
    assert_eq!(out, format!("{{\"decisions\":{{\"month of day\":[{number},0.1]}}}}\n"));
    let (code, out, err) = run(&["feel", "on[1] + 1", "--context", &input]);
    assert_eq!((code, out.as_str()), (Some(0), "1234567890123456789012345678902.234\n"), "{err}");
    let long =
        files.write("long.json", "{\"age\": 1,\n \"on\": 12345678901234567890123456789012345}");
    let (code, _, err) = run(&["dmn", "eval", &model, "--input", &long]);
    assert_eq!(code, Some(2));
    assert!(err.contains("long.json:2:8: number at byte"), "{err}");
}

#[test]
fn what_is_null_for_want_of_a_rule_or_an_input_is_said() {
    let files = Files::new("dmn-null");
    let model = files.write("fees.dmn", FEES);
    let input = files.write("input.json", r#"{"age": 18, "shoe size": 7}"#);
    let (code, out, err) = run(&["dmn", "eval", &model, "--input", &input]);
    assert_eq!(code, Some(0));
    assert_eq!(out, "{\"decisions\":{\"fee\":null,\"month of day\":null}}\n");
    for said in [
        "not given, and so null: `on`",
        "no input of the model, and so not looked at: `shoe size`",
        "`fee`: decision table of \"fee\": no rule matched",
    ] {
        assert!(err.contains(said), "{said} is not in\n{err}");
    }
}

#[test]
fn a_failed_evaluation_is_told_apart_from_what_does_not_load() {
    let files = Files::new("dmn-fails");
    let input = files.write("input.json", r#"{"age": 3, "on": null}"#);
    let endless = FEES.replace("on.month", "count(for i in 1..1000000000 return i)");
    let model = files.write("endless.dmn", &endless);
    let (code, out, err) = run(&["dmn", "eval", &model, "--input", &input]);
    assert_eq!((code, out.as_str()), (Some(1), "{\"decisions\":{\"fee\":0}}\n"));
    assert!(err.contains("decision `month of day` failed: budget exceeded"), "{err}");

    let unknown = files.write("unknown.dmn", &FEES.replace("on.month", "om.month"));
    let (code, out, err) = run(&["dmn", "eval", &unknown, "--input", &input]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("unknown name `om`") && err.contains("line 25, column 30"), "{err}");
    assert!(err.contains("Write a name that the decision knows"), "{err}");

    let model = files.write("fees.dmn", FEES);
    let list = files.write("list.json", "[1]");
    for (arguments, said) in [
        (vec!["--input", &input, "--decision", "fees"], "it has `fee`, `month of day`"),
        (vec!["--input", &list], "holds no JSON object"),
        (vec!["--input", "nowhere.json"], "nowhere.json cannot be read"),
        (vec!["--input", &input, "--zone", "Europe/Londres"], "no zone `Europe/Londres`"),
        (vec!["--input", &input, "--now", "noon"], "`noon` is no date and time"),
    ] {
        let (code, out, err) = run(&[&["dmn", "eval", &model][..], &arguments].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains(said), "{said} is not in\n{err}");
    }
}

#[test]
fn a_check_shows_inputs_that_can_be_given_back() {
    let files = Files::new("dmn-check");
    let model = files.write("fees.dmn", FEES);
    let (code, out, err) = run(&["dmn", "check", &model]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    let gap = "fees.dmn:7: error: in decision table of \"fee\": no rule matches when Age is 18. \
               Add a rule for these inputs, or a default output.";
    assert!(out.contains(gap), "{out}");
    let shown: Vec<&str> =
        out.lines().filter_map(|line| line.strip_prefix("  inputs that show it: ")).collect();
    assert_eq!(shown, [r#"{"age":-1}"#, r#"{"age":18}"#]);
    for inputs in shown {
        let input = files.write("witness.json", inputs);
        let asked = ["dmn", "eval", &model, "--input", &input, "--decision", "fee"];
        assert!(run(&asked).2.contains("no rule matched"), "{inputs}");
    }
    let whole = FEES.replace("[0..18)", "&lt; 18, null").replace("&gt; 18", "&gt;= 18");
    let sound = files.write("sound.dmn", &whole);
    let (code, out, _) = run(&["dmn", "check", &sound]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.ends_with("sound.dmn: sound (tables: 1)\n"), "{out}");
    let broken = files.write("broken.dmn", &FEES[..FEES.len() - 5]);
    let (code, _, err) = run(&["dmn", "check", &broken]);
    assert_eq!(code, Some(2));
    assert!(err.contains("broken.dmn does not load: one problem"), "{err}");
}

#[test]
fn an_expression_is_evaluated_with_the_names_of_a_file() {
    let files = Files::new("feel");
    let order = r#"{"order": {"amount": 100.10, "for": "a \"friend\""}, "monthly income": 600}"#;
    let context = files.write("context.json", order);
    let with = |expression: &str| run(&["feel", expression, "--context", &context]);
    for (expression, value) in [
        ("order.amount > 100", "true"),
        ("monthly income * 12", "7200"),
        ("order.for", r#""a \"friend\"""#),
        (
            "{a: 0.1 + 0.2, b: date(\"2026-04-01\") + duration(\"P1M\")}",
            r#"{"a":0.3,"b":"2026-05-01"}"#,
        ),
        ("-order.amount", "-100.1"),
        ("order.weight", "null"),
    ] {
        let (code, out, err) = with(expression);
        assert_eq!((code, out.trim_end(), err.as_str()), (Some(0), value, ""), "{expression}");
    }
    for (expression, said) in [
        ("order.amount >", "the expression cannot be read: expected"),
        ("oder.amount", "the context holds `monthly income`, `order`"),
        ("count(for i in 1..1000000000 return i)", "the expression failed: budget exceeded"),
    ] {
        let (code, out, err) = with(expression);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{expression}");
        assert!(err.contains(said), "{said} is not in\n{err}");
    }
    let (code, _, err) = run(&["feel", "order"]);
    assert!(code == Some(1) && err.contains("give the file that holds it with --context"), "{err}");
}

#[test]
fn an_expression_knows_the_moment_and_the_dialect_that_it_is_given() {
    let at = |expression: &str, more: &[&str]| {
        let (code, out, err) = run(&[&["feel", expression][..], more].concat());
        assert_eq!(code, Some(0), "{err}");
        out.trim_end().to_owned()
    };
    let summer = ["--now", "2026-07-01T00:30:00Z"];
    assert_eq!(at("now()", &summer), r#""2026-07-01T00:30:00Z""#);
    let local = ["--now", "2026-07-01T00:30:00"];
    assert_eq!(at("now()", &local), r#""2026-07-01T00:30:00@Europe/London""#);
    assert_eq!(at("string(now() = date and time(\"2026-06-30T23:30:00Z\"))", &local), r#""true""#);
    assert_eq!(at("today() > date(\"2026-01-01\")", &[]), "true");
    assert_eq!(at("is defined(missing)", &["--dialect", "camunda"]), "false");
    assert_eq!(at("1 = \"a\"", &["--dialect", "b-feel"]), "false");
    assert_eq!(at("1 = \"a\"", &[]), "null");
}

#[test]
fn the_guide_shows_what_the_program_prints() {
    let guide = std::fs::read_to_string(root().join("docs/guide-decisions.md")).unwrap();
    let files = Files::new("guide");
    let model = "crates/dmn/examples/models/bulky_waste.dmn";
    let (_, out, _) = run(&["dmn", "check", model]);
    assert!(guide.contains(&out), "{out}");
    let given = r#"{"items": 2, "benefit": true}"#;
    let input = files.write("input.json", given);
    assert!(guide.contains(given));
    let (_, out, _) = run(&["dmn", "eval", model, "--input", &input]);
    assert!(guide.contains(&out), "{out}");
    let (_, out, _) = run(&["dmn", "eval", model, "--input", &input, "--trace"]);
    let shown: Vec<&str> = guide
        .lines()
        .filter(|line| line.starts_with("{\"rule\":") || line.starts_with("{\"input\":"))
        .collect();
    assert_eq!(shown.len(), 2);
    assert!(shown.iter().all(|line| out.contains(line)), "{out}");
    // The table of the guide is that of the model.
    let xml = std::fs::read_to_string(root().join(model)).unwrap();
    let rows = guide.lines().filter(|line| {
        line.starts_with("| 1 |")
            || line.starts_with("| 2 |")
            || line.starts_with("| 3 |")
            || line.starts_with("| 4 |")
    });
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> =
            row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        for cell in &cells[1..] {
            let written = format!("<text>{}</text>", cell.replace('>', "&gt;"));
            assert!(xml.contains(&written), "{cell} is not in the model");
        }
        count += 1;
    }
    assert_eq!(count, 4);
    let multiplied = run(&["feel", "items * 12.50", "--context", &input]);
    assert_eq!(multiplied.1, "25\n");
}
