//! `cargo xtask tck`: the conformance kit of DMN, run by the example of the crate that decides.

use anyhow::{Result, ensure};

use crate::program::{cargo, show};

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    ensure!(!arguments.is_empty(), "which tree? cargo xtask tck PATH [--csv FILE]");
    let own: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let words = ["run", "--quiet", "--package", "dmn", "--example", "tck", "--"];
    show(&mut cargo(&[&words, &own[..]].concat()))
}
