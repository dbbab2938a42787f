//! `cargo xtask`: the gate, the checks of the house style, benches and end-to-end runs.
//!
//! Owns what is done to the project, never what the project does: it links no crate of the
//! program, so that it builds in seconds and runs while the rest does not compile. Refuses to
//! reach the network; what has to be installed is installed by `.ci/run`.

mod bench;
mod ci;
mod e2e;
mod long;
mod program;
mod sim;
mod tck;
mod tidy;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

const USAGE: &str = "\
cargo xtask COMMAND

  tidy                     what STYLE and the design say, checked
  ci [--only STAGE] [--skip STAGE]
                           the whole gate, with the seconds of each stage
  sim --seed N [--seeds K] the installation under faults, on one thread from one seed
  bench [store|engine|decisions]
                           ratios to a raw probe of the same minute; decisions against their bars
  tck PATH [--csv FILE]    a tree of DMN conformance tests: what passes, and in the kit's own form
  long NAME [--slice]      what takes more than two minutes; --slice runs 30 seconds of it
  e2e NAME                 the program as served, used by clients of other makers
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    std::env::set_current_dir(root()).context("the workspace's folder cannot be entered")?;
    let Some((command, rest)) = arguments.split_first() else {
        say(USAGE);
        return Ok(());
    };
    match command.as_str() {
        "tidy" => tidy::run(rest),
        "ci" => ci::run(rest),
        "sim" => sim::run(rest),
        "bench" => bench::run(rest),
        "tck" => tck::run(rest),
        "long" => long::run(rest),
        "e2e" => e2e::run(rest),
        "help" | "--help" | "-h" => {
            say(USAGE);
            Ok(())
        }
        other => bail!("no command `{other}`\n\n{USAGE}"),
    }
}

/// The workspace's folder, wherever the command was given.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

/// One line for who reads the run.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody reads on once the pipe is closed, so there is nobody to tell.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Names with what they stand for, one a line.
fn listed<'a>(names: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    names.flat_map(|(name, what)| ["  ", name, ": ", what, "\n"]).collect()
}
