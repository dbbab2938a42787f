//! `cargo xtask long NAME`: what takes more than two minutes, and the 30-second slice of it that
//! the gate runs.

use std::process::Command;

use anyhow::{Result, bail};

use crate::program::{cargo, show};
use crate::{e2e, listed, sim};

/// A long run.
pub(crate) struct Long {
    pub(crate) name: &'static str,
    what: &'static str,
    whole: Run,
    slice: Run,
}

/// What is run.
#[derive(Clone, Copy)]
enum Run {
    /// The simulator with these words.
    Simulator(&'static [&'static str]),
    /// The same, built as the tests are.
    CheckedSimulator(&'static [&'static str]),
    /// The test that kills the server, with so many kills.
    Kills(&'static str),
}

/// Every long run: one more is one more line here.
pub(crate) const LONG: &[Long] = &[
    Long {
        name: "sim",
        what: "the simulator over 2,000 seeds",
        whole: Run::Simulator(&["--seed", "1", "--seeds", "2000"]),
        slice: Run::CheckedSimulator(&["--seed", "1", "--seeds", "20"]),
    },
    Long {
        name: "kill",
        what: "kill -9 of the server 50 times with requests of all four services in flight",
        whole: Run::Kills("50"),
        slice: Run::Kills("2"),
    },
];

impl Long {
    /// The program that runs its slice, built as the tests are; `None` while there is none.
    pub(crate) fn slice(&self) -> Result<Option<Command>> {
        e2e::build()?;
        Ok(self.slice.command())
    }
}

impl Run {
    fn command(self) -> Option<Command> {
        match self {
            Self::Simulator(words) => sim::exists().then(|| cargo(&sim::words(words))),
            Self::CheckedSimulator(words) => sim::exists().then(|| {
                let mut command = Command::new(sim::checked());
                command.args(words);
                command
            }),
            Self::Kills(kills) => {
                // By name, not by target: another set of targets is another set of features,
                // and builds most of the workspace anew.
                let mut command = cargo(&["test", "--workspace", "kill"]);
                command.env("THROUGHLINE_KILLS", kills);
                Some(command)
            }
        }
    }
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (name, slice) = match words.as_slice() {
        [name] => (*name, false),
        [name, "--slice"] => (*name, true),
        _ => bail!("long NAME [--slice]; names:\n{}", names()),
    };
    let Some(long) = LONG.iter().find(|long| long.name == name) else {
        bail!("no long run `{name}`; names:\n{}", names());
    };
    match if slice { long.slice()? } else { long.whole.command() } {
        Some(mut command) => show(&mut command),
        None => bail!("crates/sim has no program"),
    }
}

fn names() -> String {
    listed(LONG.iter().map(|long| (long.name, long.what)))
}
