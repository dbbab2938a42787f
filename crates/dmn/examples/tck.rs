//! Runs a tree of DMN conformance tests (the TCK's): `cargo xtask tck PATH [--csv FILE]`.
//!
//! Prints what does not pass and a score; writes the kit's own CSV. Fails when a test of the
//! committed list beside it does not pass; tests that are not under PATH are passed over.
//! `UPDATE_EXPECT=1` writes the list anew.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dmn::Model;
use feel::{
    Budget, Context, Date, DateTime, DaysTime, Decimal, Environment, Time, Value, YearsMonths,
};
use roxmltree::{Document, Node};

type Fallible<T> = Result<T, Box<dyn Error>>;

const PASSES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/tck-passes.txt");
const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// What became of the tests of a tree.
#[derive(Default)]
struct Score {
    nodes: u32,
    passed_nodes: u32,
    /// By folder, test file and test id: why it fails, or nothing.
    tests: BTreeMap<(String, String, String), Option<String>>,
}

fn main() -> Fallible<()> {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().ok_or("which tree?")?);
    let csv = match arguments.next().as_deref() {
        None => None,
        Some("--csv") => Some(arguments.next().ok_or("which file?")?),
        Some(other) => return Err(format!("`{other}` is not known").into()),
    };
    let mut score = Score::default();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Fallible<_>>()?;
        entries.sort();
        for path in entries {
            if path.is_dir() {
                // The kit's own: not scored.
                folders.extend((!path.ends_with("non-compliant")).then_some(path));
            } else if path.extension().is_some_and(|extension| extension == "xml") {
                score.file(&root, &path)?;
            }
        }
    }
    if score.tests.is_empty() {
        return Err(format!("no tests under {}", root.display()).into());
    }
    score.print();
    if let Some(path) = csv {
        std::fs::write(path, score.csv()?)?;
    }
    score.hold_to_the_list()
}

impl Score {
    fn file(&mut self, root: &Path, path: &Path) -> Fallible<()> {
        let text = std::fs::read_to_string(path)?;
        let document = Document::parse(&text)?;
        let tests = document.root_element();
        if tests.tag_name().name() != "testCases" {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(root);
        let name = child(tests, "modelName").and_then(|name| name.text()).unwrap_or_default();
        let model = model_of(&folder.join(name.trim()));
        let folder = folder.strip_prefix(root)?.display().to_string();
        let file = path.file_stem().unwrap_or_default().display().to_string();
        for (number, test) in children(tests, "testCase").enumerate() {
            let id = test.attribute("id").map_or_else(|| number.to_string(), str::to_owned);
            let failure = self.test(&model, test);
            self.tests.insert((folder.clone(), file.clone(), id), failure);
        }
        Ok(())
    }

    /// Why a test fails, if it does. What cannot be read fails its own test and no other.
    fn test(&mut self, model: &Result<Model, String>, test: Node<'_, '_>) -> Option<String> {
        let inputs = inputs_of(test).map_err(|error| error.to_string());
        let asks = child(test, "resultNode").is_some();
        let mut failure = (!asks).then(|| "asks for no result".to_owned());
        for result in children(test, "resultNode") {
            self.nodes += 1;
            let told = match (model, &inputs) {
                (Ok(model), Ok(inputs)) => failure_of(model, inputs, result),
                (Err(told), _) | (_, Err(told)) => Some(told.clone()),
            };
            match told {
                Some(told) => failure = failure.or(Some(told)),
                None => self.passed_nodes += 1,
            }
        }
        failure
    }

    fn print(&self) {
        let mut folders: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for ((folder, file, id), failure) in &self.tests {
            let (passed, all) = folders.entry(folder).or_default();
            *all += 1;
            match failure {
                Some(told) => println!("  {folder}/{file} {id}: {told}"),
                None => *passed += 1,
            }
        }
        for (folder, (passed, all)) in &folders {
            println!("{folder}: {passed} of {all}");
        }
        println!("result nodes: {} of {}", self.passed_nodes, self.nodes);
        let passed = self.tests.values().filter(|failure| failure.is_none()).count();
        let full = folders.values().filter(|(passed, all)| passed == all).count();
        let (all, directories) = (self.tests.len(), folders.len());
        println!("passed {passed} of {all}; full directories {full} of {directories}");
    }

    fn csv(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        for ((folder, file, id), failure) in &self.tests {
            let outcome = if failure.is_none() { "SUCCESS" } else { "ERROR" };
            let told = failure.as_deref().unwrap_or_default().replace('"', "'").replace('\n', " ");
            writeln!(text, r#""{folder}","{file}","{id}","{outcome}","{told}""#)?;
        }
        Ok(text)
    }

    fn hold_to_the_list(&self) -> Fallible<()> {
        let line = |(folder, file, id): &(String, String, String)| format!("{folder} {file} {id}");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            let passed = self.tests.iter().filter(|(_, failure)| failure.is_none());
            let lines: String = passed.map(|(test, _)| line(test) + "\n").collect();
            return Ok(std::fs::write(PASSES, lines)?);
        }
        let listed = std::fs::read_to_string(PASSES)?;
        let listed: std::collections::BTreeSet<&str> = listed.lines().collect();
        let failed = self.tests.iter().filter(|(_, failure)| failure.is_some());
        let lost: Vec<String> =
            failed.map(|(test, _)| line(test)).filter(|line| listed.contains(&**line)).collect();
        if lost.is_empty() {
            return Ok(());
        }
        Err(format!("passed before and fails now:\n{}", lost.join("\n")).into())
    }
}

fn model_of(path: &Path) -> Result<Model, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("no model: {error}"))?;
    Model::parse_lenient(&bytes).map_err(|problems| match problems.first() {
        Some(problem) => format!("model refused: {problem}"),
        None => "model refused".to_owned(),
    })
}

fn inputs_of(test: Node<'_, '_>) -> Fallible<Context> {
    let mut inputs: Vec<(&str, Value)> = Vec::new();
    for input in children(test, "inputNode") {
        inputs.push((input.attribute("name").unwrap_or_default(), value_of(input)?));
    }
    Ok(Context::from_entries(inputs)?)
}

/// Why a decision does not come to the value of a result node, if it does not.
fn failure_of(model: &Model, inputs: &Context, result: Node<'_, '_>) -> Option<String> {
    let decision = result.attribute("name").unwrap_or_default();
    let expected = match child(result, "expected").map_or(Ok(Value::Null), value_of) {
        Ok(expected) => expected,
        Err(error) => return Some(error.to_string()),
    };
    // The kit's tests of the clock ask for its kind alone.
    let now = DateTime::parse("2026-01-05T09:00:00Z");
    let environment = Arc::new(Environment { now, zone: None, entropy: None });
    match model.evaluate(decision, inputs, &environment, &mut Budget::default()) {
        Ok(evaluation) if same(&evaluation.value, &expected) => None,
        Ok(evaluation) => Some(format!("{decision} is {}, not {expected}", evaluation.value)),
        Err(error) => {
            let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
            Some(format!("{error}{cause}"))
        }
    }
}

/// Equal as the kit has it: numbers to eight places, since its expected results are rounded.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            let near = |apart: Decimal| "0.00000001".parse().is_ok_and(|least| apart.abs() < least);
            left == right || left.checked_sub(*right).is_ok_and(near)
        }
        (Value::List(left), Value::List(right)) => {
            let pairs = left.items().iter().zip(right.items());
            left.len() == right.len() && pairs.into_iter().all(|(left, right)| same(left, right))
        }
        (Value::Context(left), Value::Context(right)) => {
            let in_right = |(name, value)| right.get(name).is_some_and(|other| same(value, other));
            left.len() == right.len() && left.iter().all(in_right)
        }
        (left, right) => {
            left.type_name() == right.type_name() && left.to_string() == right.to_string()
        }
    }
}

/// The value of an input or expected node, a component or an item.
fn value_of(node: Node<'_, '_>) -> Fallible<Value> {
    if let Some(list) = child(node, "list") {
        if is_nil(list) {
            return Ok(Value::Null);
        }
        let items: Vec<Value> = children(list, "item").map(value_of).collect::<Fallible<_>>()?;
        return Ok(Value::list(items)?);
    }
    let mut components: Vec<(&str, Value)> = Vec::new();
    for component in children(node, "component") {
        components.push((component.attribute("name").unwrap_or_default(), value_of(component)?));
    }
    if !components.is_empty() {
        return Ok(Value::context(components)?);
    }
    let Some(value) = child(node, "value").filter(|value| !is_nil(*value)) else {
        return Ok(Value::Null);
    };
    let text = value.text().unwrap_or_default();
    let kind = value.attribute((SCHEMA, "type")).unwrap_or("xsd:string");
    simple(kind.rsplit(':').next().unwrap_or(kind), text)
        .ok_or_else(|| format!("`{text}` is not a {kind}").into())
}

fn simple(kind: &str, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    match kind {
        "decimal" | "double" | "integer" | "int" | "float" | "long" => {
            trimmed.parse::<Decimal>().ok().map(Value::Number)
        }
        "boolean" => Some((trimmed == "true").into()),
        "date" => Date::parse(trimmed).map(Value::Date),
        "time" => Time::parse(trimmed).map(Value::Time),
        "dateTime" => DateTime::parse(trimmed).map(Value::DateTime),
        "duration" => {
            let months = YearsMonths::parse(trimmed).map(Value::YearsMonths);
            months.or_else(|| DaysTime::parse(trimmed).map(Value::DaysTime))
        }
        _ => Some(text.into()),
    }
}

fn is_nil(node: Node<'_, '_>) -> bool {
    node.attribute((SCHEMA, "nil")) == Some("true")
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}
