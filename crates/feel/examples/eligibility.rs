//! Asks whether families may have free school meals, by one expression over JSON.
//!
//! `cargo run -p feel --example eligibility`

use std::io::Write as _;
use std::sync::Arc;

use feel::{Budget, DateTime, Dialect, Environment, Expression, JsonLimits, Names, Scope, Value};

const RULE: &str = r#"
    if some benefit in benefits satisfies benefit in ("Income Support", "Universal Credit")
       and yearly income <= 7400
       and years and months duration(child.date of birth, today()).years < 18
    then "eligible from " + string(today())
    else "not eligible"
"#;

const FAMILIES: [&str; 2] = [
    r#"{"yearly income": 7399.99, "benefits": ["Universal Credit"], "born": "2017-03-01"}"#,
    r#"{"yearly income": 7400.01, "benefits": ["Universal Credit"], "born": "2017-03-01"}"#,
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let names: Names = ["yearly income", "benefits", "child"].into_iter().collect();
    let rule = Expression::compile(RULE, &names, Dialect::STANDARD)?;
    let now = DateTime::parse("2026-11-22T10:00:00@Europe/London");
    let environment = Arc::new(Environment { now, ..Environment::default() });
    let mut output = std::io::stdout().lock();
    for family in FAMILIES {
        let family = Value::from_json(family, JsonLimits::STANDARD)?;
        let family = family.as_context().cloned().unwrap_or_default();
        // JSON has no dates: where one is meant, the host says so.
        let born = family.get("born").and_then(Value::as_str).and_then(feel::Date::parse);
        let child = Value::context([("date of birth", born.map_or(Value::Null, Value::Date))])?;
        let scope =
            Scope::from_context(&names, &family.with("child", child)?, Arc::clone(&environment));
        let answer = rule.evaluate(&scope, &mut Budget::default())?;
        writeln!(output, "{answer}")?;
    }
    Ok(())
}
