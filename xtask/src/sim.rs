//! `cargo xtask sim`: the fault simulator, in release; the gate's slice of it is built as the tests
//! are, so that it too checks each sum for overflow and nothing is compiled a second time.

use std::path::PathBuf;

use anyhow::Result;

use crate::program::{cargo, show, target};

/// Whether the simulator has a program yet.
pub(crate) fn exists() -> bool {
    std::path::Path::new("crates/sim/src/main.rs").exists()
}

/// Cargo's words that run the simulator with these of its own, in release.
pub(crate) fn words<'a>(own: &[&'a str]) -> Vec<&'a str> {
    [&["run", "--release", "--quiet", "--package", "sim", "--"], own].concat()
}

/// The simulator as the tests have built it.
pub(crate) fn checked() -> PathBuf {
    target().join("debug/sim")
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    anyhow::ensure!(exists(), "crates/sim has no program");
    let own: Vec<&str> = arguments.iter().map(String::as_str).collect();
    show(&mut cargo(&words(&own)))
}
