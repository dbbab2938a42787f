//! `cargo xtask ci`: the whole gate, stage by stage, with the seconds of each.
//!
//! Promises that every stage runs whatever the ones before it found, that a failed stage's last
//! lines stand again at the end, and that what was skipped is said. Doc tests are part of `test`,
//! as cargo has it.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::long::{self, Long};
use crate::program::{self, cargo, keep, logs, now, seconds};
use crate::{e2e, say};

/// How a stage ended.
enum Outcome {
    Passed,
    Skipped(String),
}

/// A stage: its name, and what it does.
struct Stage {
    name: String,
    run: Box<dyn Fn() -> Result<Outcome>>,
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let mut stages = stages();
    let known: Vec<String> = stages.iter().map(|stage| stage.name.clone()).collect();
    let mut words = arguments.iter();
    while let Some(flag) = words.next() {
        let named = words.next().filter(|name| known.contains(name));
        let Some(named) = named else {
            bail!("ci [--only STAGE] [--skip STAGE], where STAGE is {}", known.join(", "));
        };
        match flag.as_str() {
            "--only" => stages.retain(|stage| stage.name == *named),
            "--skip" => stages.retain(|stage| stage.name != *named),
            other => bail!("ci takes --only and --skip, not `{other}`"),
        }
    }
    let mut summary = Vec::new();
    let mut failed = Vec::new();
    for stage in &stages {
        say(&format!("\n== {} ==", stage.name));
        let begun = now();
        let outcome = (stage.run)();
        let span = begun.elapsed();
        let word = match &outcome {
            Ok(Outcome::Passed) => "passed".to_owned(),
            Ok(Outcome::Skipped(why)) => format!("skipped: {why}"),
            Err(_) => "FAILED".to_owned(),
        };
        say(&format!("== {}: {word} in {} ==", stage.name, seconds(span)));
        summary.push((stage.name.clone(), span, word));
        failed.extend(outcome.err().map(|error| (stage.name.clone(), error)));
    }
    conclude(&summary, &failed)
}

fn conclude(
    summary: &[(String, Duration, String)],
    failed: &[(String, anyhow::Error)],
) -> Result<()> {
    for (name, error) in failed {
        say(&format!("\n== what {name} said last ==\n{error:#}"));
    }
    say("\n== the gate ==");
    for (name, span, word) in summary {
        say(&format!("{:>9}  {name}: {word}", seconds(*span)));
    }
    let whole: Duration = summary.iter().map(|(_, span, _)| *span).sum();
    say(&format!("{:>9}  in all", seconds(whole)));
    if let Some((name, _)) = failed.first() {
        bail!("{} of {} stages failed, {name} first", failed.len(), summary.len());
    }
    Ok(())
}

fn stages() -> Vec<Stage> {
    let mut stages = vec![
        stage("tidy", || crate::tidy::run(&[]).map(|()| Outcome::Passed)),
        by_cargo("fmt", &["fmt", "--all", "--check"]),
        by_cargo(
            "clippy",
            &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
        ),
        by_cargo("test", &["test", "--workspace"]),
        stage("docs", docs),
    ];
    stages.extend(long::LONG.iter().map(|long| stage(long.name, move || slice(long))));
    stages.push(stage("packages", packages));
    stages.extend(e2e::CLIENTS.iter().map(|client| {
        stage(&format!("e2e {}", client.name), move || match client.missing() {
            Some(why) => Ok(Outcome::Skipped(why)),
            None => client.run().map(|()| Outcome::Passed),
        })
    }));
    stages
}

fn stage(name: &str, run: impl Fn() -> Result<Outcome> + 'static) -> Stage {
    Stage { name: name.to_owned(), run: Box::new(run) }
}

fn by_cargo(name: &'static str, words: &'static [&'static str]) -> Stage {
    stage(name, move || {
        keep(&mut cargo(words), &logs().join(name).with_extension("log"))?;
        Ok(Outcome::Passed)
    })
}

fn docs() -> Result<Outcome> {
    let mut command = cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
    keep(command.env("RUSTDOCFLAGS", "-D warnings"), &logs().join("docs.log"))?;
    Ok(Outcome::Passed)
}

fn slice(long: &Long) -> Result<Outcome> {
    let Some(mut command) = long.slice()? else {
        return Ok(Outcome::Skipped("crates/sim has no program".to_owned()));
    };
    keep(&mut command, &logs().join(long.name).with_extension("log"))?;
    Ok(Outcome::Passed)
}

/// The program's own `check` and `test` over every service, and over the region.
fn packages() -> Result<Outcome> {
    let offered = e2e::offered()?;
    let log = logs().join("packages.log");
    let services = match std::fs::read_dir("services") {
        Ok(folders) => folders.map(|folder| Ok(folder?.path())).collect::<Result<Vec<_>>>()?,
        Err(_) => Vec::new(),
    };
    let mut ran = false;
    for verb in ["check", "test"].iter().filter(|verb| offered.contains(**verb)) {
        for folder in services.iter().filter(|folder| folder.is_dir()) {
            keep(std::process::Command::new(e2e::program()).arg(verb).arg(folder), &log)?;
            ran = true;
        }
    }
    if ran {
        return Ok(Outcome::Passed);
    }
    let program = program::name(&std::process::Command::new(e2e::program()));
    Ok(Outcome::Skipped(format!("no service, or {program} has no `check` and `test`")))
}
