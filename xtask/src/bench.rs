//! `cargo xtask bench`: figures as ratios to a raw probe that ran beside them.
//!
//! The program that measures is `benches/row_sets` of this crate, in release; here it is only run.

use anyhow::{Result, bail};

use crate::listed;
use crate::program::{cargo, show};

/// Name of a bench, and what it measures.
const BENCHES: &[(&str, &str)] = &[
    ("store", "row-sets a second through the store, to plain rusqlite"),
    ("engine", "cases from command to commit in process, to plain rusqlite"),
];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (names, own): (Vec<&str>, &[String]) = match arguments.split_first() {
        None => (BENCHES.iter().map(|(name, _)| *name).collect(), &[]),
        Some((name, own)) => (vec![name], own),
    };
    for name in names {
        if !BENCHES.iter().any(|(bench, _)| *bench == name) {
            bail!("no bench `{name}`; benches:\n{}", listed(BENCHES.iter().copied()));
        }
        let mut command =
            cargo(&["bench", "--quiet", "--package", "xtask", "--bench", "row_sets", "--", name]);
        show(command.args(own))?;
    }
    Ok(())
}
