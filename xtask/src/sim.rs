//! `cargo xtask sim`: the fault simulator, in release.

use anyhow::Result;

use crate::program::{cargo, show};

/// Whether the simulator has a program yet.
pub(crate) fn exists() -> bool {
    std::path::Path::new("crates/sim/src/main.rs").exists()
}

/// Cargo's words that run the simulator with these of its own.
pub(crate) fn words<'a>(own: &[&'a str]) -> Vec<&'a str> {
    [&["run", "--release", "--quiet", "--package", "sim", "--"], own].concat()
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    anyhow::ensure!(exists(), "crates/sim has no program");
    let own: Vec<&str> = arguments.iter().map(String::as_str).collect();
    show(&mut cargo(&words(&own)))
}
