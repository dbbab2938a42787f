//! How fast decisions are taken, conditions evaluated and tables analysed; `cargo xtask bench
//! decisions [--rounds N] [--millis M]`.
//!
//! Each figure is the median of rounds with its spread, on one thread, against the bar that it is
//! held to. Nothing is kept between rounds but what a running service keeps: the compiled model.
#![expect(clippy::print_stdout, reason = "a bench talks to its reader")]
#![expect(clippy::disallowed_methods, reason = "it measures wall-clock time")]

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dmn::{Model, analysis};
use feel::{Budget, Dialect, Environment, Expression, Names, Scope, Value};

#[path = "decisions/tables.rs"]
mod tables;

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Asked {
    rounds: usize,
    /// How long one round lasts.
    millis: u64,
}

fn main() -> Outcome<()> {
    let asked = asked()?;
    println!("median of {} rounds [fastest to slowest], one thread", asked.rounds);
    println!("\n20 rules x 4 inputs, trace on (bar: 500000 evaluations a second)");
    evaluation(&asked, 20, 4)?;
    println!("how it grows");
    for (rules, columns) in [(5, 4), (80, 4), (320, 4), (20, 2), (20, 8)] {
        evaluation(&asked, rules, columns)?;
    }
    println!("\ncached condition (bar: 0.3 us)");
    for condition in ["order.amount > 100", "order.amount > 100 and order.paid", "amount > 100"] {
        self::condition(&asked, condition)?;
    }
    println!("\nload and check with gaps and overlaps (bar: 1 ms for 20 rules)");
    for rules in [20, 80, 320, 1_280] {
        loading(&asked, rules)?;
    }
    println!("\ngaps and overlaps with witnesses (bar: 100 ms for 1000 rules x 7 columns)");
    for (rules, columns) in [(20, 4), (250, 7), (1_000, 2), (1_000, 7), (1_000, 14), (4_000, 7)] {
        analysing(&asked, rules, columns)?;
    }
    Ok(())
}

fn asked() -> Outcome<Asked> {
    let mut asked = Asked { rounds: 9, millis: 200 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().ok_or_else(|| format!("{word} wants a number"));
        match word.as_str() {
            "--bench" | "decisions" => {} // cargo says it to every bench
            "--rounds" => asked.rounds = number()?.parse::<usize>()?.max(1),
            "--millis" => asked.millis = number()?.parse()?,
            other => return Err(format!("`{other}` is not known").into()),
        }
    }
    Ok(asked)
}

/// Nanoseconds of one `step`, by rounds: sorted.
fn rounds(asked: &Asked, mut step: impl FnMut() -> Outcome<()>) -> Outcome<Vec<f64>> {
    let mut times = Vec::with_capacity(asked.rounds);
    let length = Duration::from_millis(asked.millis);
    for _ in 0..asked.rounds {
        let (began, mut count) = (Instant::now(), 0u32);
        while began.elapsed() < length {
            step()?;
            count += 1;
        }
        times.push(began.elapsed().as_secs_f64() * 1e9 / f64::from(count));
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// The median in a unit, with its spread.
fn shown(times: &[f64], per_step: f64, unit: &str) -> String {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return String::new() };
    let median = times.get(times.len() / 2).unwrap_or(first);
    let [median, first, last] = [median, first, last].map(|time| time / per_step);
    format!("{median:.3} {unit} [{first:.3} to {last:.3}]")
}

fn parse(xml: &str) -> Outcome<Model> {
    Model::parse(xml.as_bytes())
        .map_err(|problems| problems.first().map_or_else(String::new, ToString::to_string).into())
}

fn evaluation(asked: &Asked, rules: usize, columns: usize) -> Outcome<()> {
    let model = parse(&tables::partition(rules, columns)?)?;
    let inputs = tables::inputs(rules, columns)?;
    let environment = Arc::new(Environment::default());
    let mut hits = 0;
    let times = rounds(asked, || {
        for inputs in &inputs {
            let evaluation =
                model.evaluate("outcome", inputs, &environment, &mut Budget::default())?;
            hits += evaluation.trace.reasons().count();
            black_box(evaluation);
        }
        Ok(())
    })?;
    if hits == 0 {
        return Err("no rule was ever hit".into());
    }
    let per_step = f64::from(u32::try_from(inputs.len())?);
    let median = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
    let rate = 1e9 * per_step / median;
    let each = shown(&times, per_step * 1e3, "us each");
    println!("  {rules} rules x {columns} inputs: {rate:.0} a second; {each}");
    Ok(())
}

fn condition(asked: &Asked, text: &str) -> Outcome<()> {
    let mut names = Names::new();
    let (order, amount) = (names.add("order"), names.add("amount"));
    let expression = Expression::compile(text, &names, Dialect::CAMUNDA)?;
    let mut scope = Scope::new(&names, Arc::new(Environment::default()));
    let members = [
        ("id", Value::from("A-7")),
        ("amount", Value::from(250)),
        ("paid", Value::from(true)),
        ("items", Value::list([Value::from(1), Value::from(2)])?),
    ];
    scope.set(order, Value::context(members)?);
    scope.set(amount, Value::from(250));
    let times = rounds(asked, || {
        for _ in 0..1_000 {
            let value = expression.evaluate(&scope, &mut Budget::default())?;
            if black_box(value) != Value::Boolean(true) {
                return Err("the condition does not hold".into());
            }
        }
        Ok(())
    })?;
    println!("  {text}: {}", shown(&times, 1e6, "us"));
    Ok(())
}

fn loading(asked: &Asked, rules: usize) -> Outcome<()> {
    let xml = tables::partition(rules, 4)?;
    let times = rounds(asked, || {
        let model = parse(&xml)?;
        for table in model.tables() {
            let report = analysis::check(table);
            if report.findings.is_empty() {
                return Err("nobody thought of missing inputs, and it was not found".into());
            }
            black_box(report);
        }
        Ok(())
    })?;
    println!("  {rules} rules x 4 inputs: {}", shown(&times, 1e6, "ms"));
    Ok(())
}

fn analysing(asked: &Asked, rules: usize, columns: usize) -> Outcome<()> {
    let kinds = [
        ("whole", 0, 0, "UNIQUE"),
        ("5 rules out, 5 widened", 5, 5, "UNIQUE"),
        ("5 rules out, 5 widened, policy first", 5, 5, "FIRST"),
    ];
    for (what, out, widened, policy) in kinds {
        let xml = tables::tree(rules, columns, out, widened)?;
        let policy = format!("<decisionTable hitPolicy=\"{policy}\">");
        let model = parse(&xml.replace("<decisionTable>", &policy))?;
        let table = model.tables().next().ok_or("a table")?;
        let (mut found, mut work) = (0, 0);
        let times = rounds(asked, || {
            let report = analysis::check(table);
            (found, work) = (report.findings.len(), report.work);
            black_box(report);
            Ok(())
        })?;
        let told = format!("{found} findings, {work} units of work");
        println!("  {rules} x {columns}, {what}: {}; {told}", shown(&times, 1e6, "ms"));
    }
    Ok(())
}
