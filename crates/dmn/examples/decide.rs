//! Decides with a DMN file and tells why.
//!
//! `cargo run -p dmn --example decide -- FILE.dmn DECISION '{"age": 9}'`; without arguments it takes
//! the school meals beside it.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::sync::Arc;

use dmn::{Model, analysis};
use feel::{Budget, Context, Environment, JsonLimits, Value};

const SAMPLE: &str = include_str!("models/school_meals.dmn");
const INPUTS: &str = r#"{"Age of child": 9,
    "Applicant": {"monthly income": 600, "benefit": "universal credit"}}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let xml = match arguments.next() {
        Some(path) => std::fs::read(path)?,
        None => SAMPLE.as_bytes().to_vec(),
    };
    let decision = arguments.next().unwrap_or_else(|| "Eligible".to_owned());
    let inputs = arguments.next().unwrap_or_else(|| INPUTS.to_owned());
    let model = match Model::parse(&xml) {
        Ok(model) => model,
        Err(problems) => {
            for problem in problems {
                println!("{problem}");
            }
            return Err("the model is not whole".into());
        }
    };
    for table in model.tables() {
        for finding in analysis::check(table).findings {
            println!("{}: {}", table.info().place, finding.message);
        }
    }
    let inputs = Value::from_json(&inputs, JsonLimits::STANDARD)?;
    let inputs = inputs.as_context().cloned().unwrap_or_else(Context::new);
    let environment = Arc::new(Environment::default());
    let evaluation = model.evaluate(&decision, &inputs, &environment, &mut Budget::default())?;
    println!("{decision} = {}", evaluation.value.to_json());
    for reason in evaluation.trace.reasons() {
        for (language, text) in &reason.texts {
            println!("  {language}: {text} ({})", reason.law.as_deref().unwrap_or("no law named"));
        }
    }
    for fault in evaluation.trace.all_faults() {
        println!("  fault: {fault}");
    }
    Ok(())
}
