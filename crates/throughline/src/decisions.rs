//! `throughline dmn` and `throughline feel`: decisions and expressions asked by hand.
//!
//! What was asked for stands on standard output as exact JSON, whatever else there is to say on
//! standard error. The exit code is 0 where all went well, 1 where an evaluation failed or a check
//! found something, 2 where there was nothing to begin with: a file that cannot be read, a model
//! that does not load.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use feel::{
    Budget, Context, DateTime, Dialect, Environment, Expression, JsonLimits, Names, Scope, Time,
    Value, Zone,
};
use runtime::clock::{Clock as _, RealClock};

mod check;
mod evaluate;

/// Decisions, by hand.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Decisions {
    /// Decide with a DMN model and print what came out as JSON.
    Eval(evaluate::Options),
    /// Look for gaps, overlaps and rules without effect in every table of a DMN model.
    Check {
        /// The DMN file.
        model: PathBuf,
    },
}

/// An expression, by hand.
#[derive(Debug, Clone, clap::Args)]
pub struct Feel {
    /// The expression, such as 'order.amount > 100'.
    #[arg(allow_hyphen_values = true)]
    expression: String,
    /// A file with one JSON object: the names that the expression may use, with their values.
    #[arg(long)]
    context: Option<PathBuf>,
    /// Which FEEL it is: that of decisions, that of processes, or that of DMN 1.6.
    #[arg(long, value_enum, default_value_t = Speech::Standard)]
    dialect: Speech,
    #[command(flatten)]
    moment: Moment,
}

/// The FEEL of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Speech {
    /// The standard's, as in decisions.
    Standard,
    /// Camunda 8's, as in processes: unknown names are null, and there are more functions.
    Camunda,
    /// DMN 1.6's B-FEEL.
    BFeel,
}

impl Speech {
    fn dialect(self) -> Dialect {
        match self {
            Self::Standard => Dialect::STANDARD,
            Self::Camunda => Dialect::CAMUNDA,
            Self::BFeel => Dialect::B_FEEL,
        }
    }
}

/// When and where it is, for `now()`, `today()` and times without a zone.
#[derive(Debug, Clone, clap::Args)]
struct Moment {
    /// The moment that it is taken to be, such as 2026-04-01T09:00:00; the clock of this computer else.
    #[arg(long)]
    now: Option<String>,
    /// The zone of times that name none.
    #[arg(long, default_value = "Europe/London")]
    zone: String,
}

impl Moment {
    fn environment(&self) -> anyhow::Result<Arc<Environment>> {
        let zone = Zone::named(&self.zone).with_context(|| {
            format!("there is no zone `{}`: write one such as Europe/London", self.zone)
        })?;
        let now = if let Some(text) = &self.now {
            Some(written(text, &zone)?)
        } else {
            let now = RealClock::start()?.now().as_millis();
            DateTime::from_epoch_milliseconds(now, zone.clone())
        };
        Ok(Arc::new(Environment { now, zone: Some(zone), entropy: None }))
    }
}

/// A date and time as written, in `zone` where it names none.
fn written(text: &str, zone: &Zone) -> anyhow::Result<DateTime> {
    let moment = DateTime::parse(text).with_context(|| {
        format!("`{text}` is no date and time: write one such as 2026-04-01T09:00:00")
    })?;
    if moment.zone().is_local() {
        let time = Time::from_nanos(moment.time().nanos_of_day(), zone.clone());
        return Ok(DateTime::new(moment.date(), time));
    }
    Ok(moment)
}

/// There was nothing to begin with.
const NOT_LOADED: u8 = 2;

/// Runs what was asked for.
pub fn run(command: &Decisions) -> ExitCode {
    loaded(match command {
        Decisions::Eval(options) => evaluate::run(options),
        Decisions::Check { model } => check::run(model),
    })
}

/// Evaluates an expression and prints its value as JSON.
pub fn feel(asked: &Feel) -> ExitCode {
    match value_of(asked) {
        Ok(value) => {
            crate::print_line(&value.to_json());
            ExitCode::SUCCESS
        }
        Err(error) => {
            crate::say(&format!("throughline: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn value_of(asked: &Feel) -> anyhow::Result<Value> {
    let variables = match &asked.context {
        Some(path) => read_object(path)?,
        None => Context::new(),
    };
    let names = names_of(&variables);
    let expression = Expression::compile(&asked.expression, &names, asked.dialect.dialect())
        .map_err(|error| explained(error, &names))?;
    let scope = Scope::from_context(&names, &variables, asked.moment.environment()?);
    expression.evaluate(&scope, &mut Budget::default()).context("the expression failed")
}

/// What does not compile, with the names that there are where one is not known.
fn explained(error: feel::CompileError, names: &Names) -> anyhow::Error {
    let unknown = matches!(error, feel::CompileError::UnknownName { .. });
    let error = anyhow::Error::new(error);
    if !unknown {
        return error.context("the expression cannot be read");
    }
    let known = listed(names.iter().map(|(name, _)| name));
    let mend = match known.as_str() {
        "" => "give the file that holds it with --context".to_owned(),
        known => format!("the context holds {known}"),
    };
    error.context(format!("the expression cannot be read ({mend})"))
}

/// The names of a context, with those of the members within it.
fn names_of(variables: &Context) -> Names {
    let mut names = Names::new();
    let mut open: Vec<&Value> = Vec::new();
    for (name, value) in variables.iter() {
        names.add(name);
        open.push(value);
    }
    while let Some(value) = open.pop() {
        for (name, member) in value.as_context().into_iter().flat_map(Context::iter) {
            names.add_member(name);
            open.push(member);
        }
        open.extend(value.as_list().into_iter().flatten());
    }
    names
}

/// How many names are listed in a sentence.
const MAX_NAMED: usize = 20;

/// Names in a sentence; nothing where there are none.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names = names.map(|name| format!("`{name}`"));
    let first: Vec<String> = names.by_ref().take(MAX_NAMED).collect();
    match names.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// The exit code, with what hindered said.
fn loaded(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        crate::say(&format!("throughline: {error:#}"));
        ExitCode::from(NOT_LOADED)
    })
}

/// The JSON object in a file.
fn read_object(path: &Path) -> anyhow::Result<Context> {
    let shown = path.display();
    let bytes = read_bounded(path, JsonLimits::STANDARD.bytes)?;
    let text = String::from_utf8(bytes).ok().with_context(|| format!("{shown} is not UTF-8"))?;
    let value = Value::from_json(&text, JsonLimits::STANDARD)
        .map_err(|error| anyhow::anyhow!("{shown}{}: {error}", place(&text, error)))?;
    let object = value.as_context().cloned();
    object.with_context(|| {
        format!("{shown} holds no JSON object: write the values by name, such as {{\"age\": 9}}")
    })
}

/// `:LINE:COLUMN` of what is wrong in a text, where it has a place.
fn place(text: &str, error: feel::JsonError) -> String {
    match error {
        feel::JsonError::Syntax { byte }
        | feel::JsonError::InexactNumber { byte }
        | feel::JsonError::Duplicate { byte } => {
            let position = feel::Position::locate(text, byte);
            format!(":{}:{}", position.line, position.column)
        }
        feel::JsonError::TooLarge { .. } | feel::JsonError::TooDeep(_) => String::new(),
    }
}

/// The bytes of a file, or why it is too long to be read.
fn read_bounded(path: &Path, limit: usize) -> anyhow::Result<Vec<u8>> {
    let said = || format!("{} cannot be read", path.display());
    let mut bytes = Vec::new();
    let longest = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)
        .with_context(said)?
        .take(longest)
        .read_to_end(&mut bytes)
        .with_context(said)?;
    anyhow::ensure!(bytes.len() <= limit, "{} is longer than {limit} bytes", path.display());
    Ok(bytes)
}

/// The model in a file; every problem is said.
fn load(path: &Path) -> anyhow::Result<dmn::Model> {
    let bytes = read_bounded(path, dmn::MAX_FILE_BYTES)?;
    let problems = match dmn::Model::parse(&bytes) {
        Ok(model) => return Ok(model),
        Err(problems) => problems,
    };
    let shown = path.display();
    for problem in &problems {
        crate::say(&format!("{shown}: {problem}. {}", problem.kind.mend()));
    }
    match problems.len() {
        1 => anyhow::bail!("{shown} does not load: one problem"),
        count => anyhow::bail!("{shown} does not load: {count} problems"),
    }
}
