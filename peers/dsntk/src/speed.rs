//! How fast both decide by one table, in turn in the same minute.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dsntk_model_evaluator::ModelEvaluator;
use feel::{Budget, Environment, Value};

use crate::{Outcome, peer};

#[expect(dead_code, reason = "the tables of the analysis are not measured here")]
#[path = "../../../crates/dmn/benches/decisions/tables.rs"]
mod tables;

const NAMESPACE: &str = "https://example.org/m";
const ROUND: Duration = Duration::from_millis(500);

pub fn run(rounds: u64) -> Outcome<()> {
    let xml = tables::partition(20, 4)?;
    let inputs = tables::inputs(20, 4)?;
    let model = dmn::Model::parse(xml.as_bytes()).map_err(|problems| format!("{problems:?}"))?;
    let environment = Arc::new(Environment::default());
    // Theirs wants an output's type and a variable with each input.
    let definitions = dsntk_model::parse(&theirs(&xml)).map_err(|error| error.to_string())?;
    let evaluator = ModelEvaluator::new(&[definitions]).map_err(|error| error.to_string())?;
    let contexts = inputs.iter().map(|one| peer::context(&Value::Context(one.clone()).to_json()));
    let contexts: Vec<_> = contexts.collect::<Outcome<_>>()?;
    let decided = |one: &_| evaluator.evaluate_invocable(NAMESPACE, "m", "outcome", one);
    for (own, context) in inputs.iter().zip(&contexts) {
        let ours = model.evaluate("outcome", own, &environment, &mut Budget::default())?;
        let same = decided(context).to_string() == ours.value.to_string();
        if !same {
            return Err(format!("{} and {}", decided(context), ours.value).into());
        }
    }
    let mut ratios = Vec::new();
    for round in 1..=rounds {
        let theirs = rate(|number| {
            black_box(decided(&contexts[number % contexts.len()]));
            Ok(())
        })?;
        let ours = rate(|number| {
            let inputs = &inputs[number % inputs.len()];
            let evaluation =
                model.evaluate("outcome", inputs, &environment, &mut Budget::default())?;
            black_box(evaluation);
            Ok(())
        })?;
        ratios.push(ours / theirs);
        println!(
            "round {round}: dsntk {theirs:.0} a second without reasons, ours {ours:.0} with its trace, ratio {:.1}",
            ours / theirs
        );
    }
    ratios.sort_by(f64::total_cmp);
    let (first, last) = (ratios[0], ratios[ratios.len() - 1]);
    println!("ratio {:.1} [{first:.1} to {last:.1}], median", ratios[ratios.len() / 2]);
    Ok(())
}

/// The same model with what dsntk asks for.
fn theirs(xml: &str) -> String {
    let mut text = xml.replace("namespace=\"n\"", &format!("namespace=\"{NAMESPACE}\""));
    text = text.replace("<output name=\"x\"/>", "<output id=\"x\" name=\"x\" typeRef=\"number\"/>");
    text = text.replace("<output name=\"y\"/>", "<output id=\"y\" name=\"y\" typeRef=\"string\"/>");
    text = text.replace(
        "<decision id=\"outcome\" name=\"outcome\">",
        "<decision id=\"outcome\" name=\"outcome\"><variable name=\"outcome\"/>",
    );
    for (column, kind) in ["number", "number", "string", "boolean"].into_iter().enumerate() {
        let bare = format!("<inputData id=\"i{column}\" name=\"i{column}\"/>");
        let typed = format!(
            "<inputData id=\"i{column}\" name=\"i{column}\"><variable name=\"i{column}\" typeRef=\"{kind}\"/></inputData>"
        );
        text = text.replace(&bare, &typed);
    }
    text
}

fn rate(mut step: impl FnMut(usize) -> Outcome<()>) -> Outcome<f64> {
    let (began, mut count) = (Instant::now(), 0usize);
    while began.elapsed() < ROUND {
        for _ in 0..50 {
            step(count)?;
            count += 1;
        }
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}
