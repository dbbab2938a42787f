//! `cargo xtask long NAME`: what takes more than two minutes, and the 30-second slice of it that
//! the gate runs.

use anyhow::{Result, bail};

use crate::program::{cargo, show};
use crate::{listed, sim};

/// A long run.
pub(crate) struct Long {
    pub(crate) name: &'static str,
    what: &'static str,
    whole: &'static [&'static str],
    pub(crate) slice: &'static [&'static str],
}

/// Every long run: one more is one more line here.
pub(crate) const LONG: &[Long] = &[Long {
    name: "sim",
    what: "the simulator over 2,000 seeds",
    whole: &["--seed", "1", "--seeds", "2000"],
    slice: &["--seed", "1", "--seeds", "20"],
}];

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
    anyhow::ensure!(sim::exists(), "crates/sim has no program");
    show(&mut cargo(&sim::words(if slice { long.slice } else { long.whole })))
}

fn names() -> String {
    listed(LONG.iter().map(|long| (long.name, long.what)))
}
