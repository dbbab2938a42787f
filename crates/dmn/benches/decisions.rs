//! How fast a table of 20 rules and 4 inputs decides with its trace, and how fast tables are analysed.
//!
//! `cargo run --release -p dmn --example speed`
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]
#![expect(clippy::disallowed_methods, reason = "it measures wall-clock time")]

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use dmn::{Model, analysis};
use feel::{Budget, Context, Environment, Value};

const COLOURS: [&str; 8] = ["red", "green", "blue", "white", "black", "pink", "grey", "brown"];

/// 20 rules that part the space: 5 spans of a number, 2 of another, one of 8 words, a truth value.
fn wide_table() -> Result<String, std::fmt::Error> {
    let mut rules = String::new();
    for rule in 0..20 {
        let (low, limit) = (rule / 4 * 10, if rule % 2 == 0 { "<= 50" } else { "> 50" });
        let words: Vec<String> = COLOURS.iter().map(|word| format!("\"{word}\"")).collect();
        let flag = if rule / 2 % 2 == 0 { "true" } else { "false" };
        let cells =
            [format!("[{low}..{})", low + 10), limit.to_owned(), words.join(", "), flag.into()];
        rules.push_str("<rule>");
        for cell in cells {
            write!(rules, "<inputEntry><text><![CDATA[{cell}]]></text></inputEntry>")?;
        }
        for output in [format!("{rule}"), format!("\"outcome {rule}\"")] {
            write!(rules, "<outputEntry><text>{output}</text></outputEntry>")?;
        }
        rules.push_str("</rule>");
    }
    Ok(model_of(&["a", "b", "c", "d"], r#"<output name="x"/><output name="y"/>"#, &rules))
}

/// Boxes along 7 axes, made from a cube by splitting it again and again.
fn tree_table(rules: usize, columns: usize) -> Result<String, std::fmt::Error> {
    let mut boxes = vec![vec![(0u64, 1_000_000u64); columns]];
    let mut state = 7u64;
    while boxes.len() < rules {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let at = usize::try_from(state >> 33).unwrap_or(0) % boxes.len();
        let axis = usize::try_from(state >> 40).unwrap_or(0) % columns;
        let old = boxes.swap_remove(at);
        let (low, high) = old[axis];
        if high - low < 2 {
            boxes.push(old);
            continue;
        }
        let cut = low + 1 + (state >> 20) % (high - low - 1);
        let (mut first, mut second) = (old.clone(), old);
        first[axis].1 = cut;
        second[axis].0 = cut;
        boxes.extend([first, second]);
    }
    let mut text = String::new();
    for cells in boxes.iter().skip(5) {
        text.push_str("<rule>");
        for (low, high) in cells {
            write!(text, "<inputEntry><text>[{low}..{high})</text></inputEntry>")?;
        }
        text.push_str("<outputEntry><text>1</text></outputEntry></rule>");
    }
    let names: Vec<String> = (0..columns).map(|n| format!("i{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(model_of(&names, "<output/>", &text))
}

fn model_of(inputs: &[&str], outputs: &str, rules: &str) -> String {
    let data = inputs.iter().fold(String::new(), |text, name| {
        text + &format!(r#"<inputData id="{name}" name="{name}"/>"#)
    });
    let needs = inputs.iter().fold(String::new(), |text, name| {
        text + &format!(
            r##"<informationRequirement><requiredInput href="#{name}"/></informationRequirement>"##
        )
    });
    let columns = inputs.iter().fold(String::new(), |text, name| {
        text + &format!("<input><inputExpression><text>{name}</text></inputExpression></input>")
    });
    format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="n">{data}
        <decision id="outcome" name="outcome">{needs}<decisionTable>{columns}{outputs}{rules}</decisionTable></decision></definitions>"#
    )
}

fn parse(xml: &str) -> Result<Model, String> {
    Model::parse(xml.as_bytes())
        .map_err(|problems| problems.first().map_or_else(String::new, ToString::to_string))
}

fn main() -> Result<(), Box<dyn Error>> {
    let xml = wide_table()?;
    let began = Instant::now();
    let model = parse(&xml)?;
    println!("20x4: read in {:?}", began.elapsed());
    let inputs: Vec<Context> = (0..50i64)
        .map(|n| {
            let colour = COLOURS.into_iter().cycle().nth(usize::try_from(n)?).unwrap_or("red");
            Ok(Context::from_entries([
                ("a", Value::from(n)),
                ("b", Value::from(n * 2)),
                ("c", Value::from(colour)),
                ("d", Value::from(n % 3 == 0)),
            ])?)
        })
        .collect::<Result<_, Box<dyn Error>>>()?;
    let environment = Arc::new(Environment::default());
    for _ in 0..3 {
        let began = Instant::now();
        let (mut count, mut hits) = (0u32, 0usize);
        while began.elapsed().as_millis() < 700 {
            for inputs in &inputs {
                let evaluation =
                    model.evaluate("outcome", inputs, &environment, &mut Budget::default())?;
                hits += evaluation.trace.decisions.first().map_or(0, |d| d.tables.len());
                count += 1;
            }
        }
        let each = began.elapsed() / count;
        println!(
            "20x4: {each:?} each with its trace, {} evaluations a second ({hits})",
            1_000_000_000 / each.as_nanos().max(1)
        );
    }
    for (rules, columns) in [(20, 4), (1_000, 5), (1_000, 7), (5_000, 7)] {
        let model = parse(&tree_table(rules, columns)?)?;
        let table = model.tables().next().ok_or("a table")?;
        let began = Instant::now();
        let report = analysis::check(table);
        println!(
            "analysis {rules}x{columns}: {:?}, {} findings, {} units of work",
            began.elapsed(),
            report.findings.len(),
            report.work
        );
    }
    Ok(())
}
