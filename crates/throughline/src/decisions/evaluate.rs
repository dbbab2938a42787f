//! `throughline dmn eval`: what a model decides on inputs, and why.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use dmn::{EvaluationError, Model, Trace};
use feel::{Budget, Context, Limits, Value};

use super::{Moment, listed, load, read_object};

/// What is to be decided.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The DMN file.
    model: PathBuf,
    /// A file with one JSON object: the inputs by name. One that is not in it is null.
    #[arg(long)]
    input: PathBuf,
    /// The decision, by name or id; every decision of the model else.
    #[arg(long)]
    decision: Option<String>,
    /// Print why as well: each rule with its first failing cell, the rules hit, their reasons, and
    /// the smallest change of each input that would have altered the outcome.
    #[arg(long)]
    trace: bool,
    #[command(flatten)]
    moment: Moment,
}

/// How much may be tried to find out what would alter a decision.
const EXPLAINING: Limits = Limits { steps: 20_000_000, memory: 4 << 30, depth: 300 };

/// What came of it, as it is printed.
#[derive(Default)]
struct Outcome {
    decisions: Vec<(String, Value)>,
    traces: Vec<(String, Value)>,
    failed: bool,
}

pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let model = load(&options.model)?;
    let inputs = read_object(&options.input)?;
    let wanted = wanted(&model, options.decision.as_deref())?;
    let environment = options.moment.environment()?;
    remark(&model, &wanted, &inputs);
    let shown = options.input.display();
    let inputs = model.read_texts(&inputs).with_context(|| format!("{shown} cannot be taken"))?;
    let mut outcome = Outcome::default();
    for name in wanted {
        let evaluated = model.evaluate(&name, &inputs, &environment, &mut Budget::default());
        match evaluated {
            Ok(evaluation) if options.trace => {
                let mut budget = Budget::new(EXPLAINING);
                let explained = model.explain(&name, &inputs, &environment, &mut budget);
                if let Err(error) = &explained {
                    crate::say(&format!(
                        "`{name}`: nobody looked for what would alter it: {error}"
                    ));
                }
                outcome.decided(name, explained.unwrap_or(evaluation), true)?;
            }
            Ok(evaluation) => outcome.decided(name, evaluation, false)?,
            Err(error) => outcome.failed(&error),
        }
    }
    outcome.print(options.trace)
}

/// The names of the decisions to be asked.
fn wanted(model: &Model, decision: Option<&str>) -> anyhow::Result<Vec<String>> {
    let all = || model.decisions().map(|decision| decision.name);
    match decision {
        None => Ok(all().map(str::to_owned).collect()),
        Some(name) if model.decision(name).is_some() => Ok(vec![name.to_owned()]),
        Some(name) => {
            anyhow::bail!("no decision `{name}` in this model: it has {}", listed(all()))
        }
    }
}

/// Says which inputs are missing and which are not looked at: a typing error would be a null.
fn remark(model: &Model, wanted: &[String], inputs: &Context) {
    let mut needed: Vec<_> =
        wanted.iter().filter_map(|name| model.inputs_of(name)).flatten().collect();
    needed.sort_by_key(|input| input.name);
    needed.dedup();
    let given = |name: &str, id: &str| inputs.get(name).is_some() || inputs.get(id).is_some();
    let missing = listed(needed.iter().filter(|i| !given(i.name, i.id)).map(|input| input.name));
    if !missing.is_empty() {
        crate::say(&format!("not given, and so null: {missing}"));
    }
    let known = |name: &str| model.inputs().any(|input| input.name == name || input.id == name);
    let unknown = listed(inputs.iter().map(|(name, _)| name).filter(|name| !known(name)));
    if !unknown.is_empty() {
        crate::say(&format!("no input of the model, and so not looked at: {unknown}"));
    }
}

impl Outcome {
    fn decided(
        &mut self,
        name: String,
        evaluation: dmn::Evaluation,
        traced: bool,
    ) -> anyhow::Result<()> {
        tell_faults(&name, &evaluation.trace);
        if traced {
            let trace = evaluation.trace.to_value();
            let trace = trace.with_context(|| format!("the trace of `{name}` is too large"))?;
            self.traces.push((name.clone(), trace));
        }
        self.decisions.push((name, evaluation.value));
        Ok(())
    }

    fn failed(&mut self, error: &EvaluationError) {
        let source = std::error::Error::source(error);
        let why = source.map_or_else(String::new, |source| format!(": {source}"));
        crate::say(&format!("{error}{why}"));
        self.failed = true;
    }

    fn print(self, traced: bool) -> anyhow::Result<ExitCode> {
        let large = "what was decided is too large to be printed";
        let mut parts = vec![("decisions", Value::context(self.decisions).context(large)?)];
        if traced {
            parts.push(("trace", Value::context(self.traces).context(large)?));
        }
        crate::print_line(&Value::context(parts).context(large)?.to_json());
        Ok(if self.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// What DMN answers with null is said, so that a null is not taken for a decision.
fn tell_faults(name: &str, trace: &Trace) {
    for fault in trace.all_faults() {
        crate::say(&format!("`{name}`: {fault}"));
    }
}
