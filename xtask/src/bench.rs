//! `cargo xtask bench`: figures as ratios to a raw probe that ran beside them, and those of
//! decisions against their bars.
//!
//! The programs that measure are benches in release, `row_sets` of this crate and `decisions` of
//! `dmn`; here they are only run.

use anyhow::{Result, bail};

use crate::listed;
use crate::program::{cargo, show};

/// Name of a bench, what it measures, and the package and program that do.
const BENCHES: &[(&str, &str, [&str; 2])] = &[
    ("store", "row-sets a second through the store, to plain rusqlite", ["xtask", "row_sets"]),
    ("engine", "cases from command to commit in process, to plain rusqlite", ["xtask", "row_sets"]),
    ("decisions", "tables, conditions and their analysis, to the bars", ["dmn", "decisions"]),
];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let (names, own): (Vec<&str>, &[String]) = match arguments.split_first() {
        None => (BENCHES.iter().map(|(name, ..)| *name).collect(), &[]),
        Some((name, own)) => (vec![name], own),
    };
    for name in names {
        let Some((_, _, [package, bench])) = BENCHES.iter().find(|(bench, ..)| *bench == name)
        else {
            let known = BENCHES.iter().map(|(name, what, _)| (*name, *what));
            bail!("no bench `{name}`; benches:\n{}", listed(known));
        };
        let mut command =
            cargo(&["bench", "--quiet", "--package", package, "--bench", bench, "--", name]);
        show(command.args(own))?;
    }
    Ok(())
}
