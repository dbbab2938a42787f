//! `cargo xtask tidy`: a rule of STYLE or the design for each module below, read from the files.
//!
//! Promises to name file, line and how to mend, and to finish within three seconds. What a rule
//! lets pass stands in `xtask/tidy.toml` with its reason; a pass that is no longer used is a
//! finding too.

mod assets;
mod banned_code;
mod heads;
mod laws;
mod layers;
mod licences;
mod lints;
mod manifests;
mod names;
mod openers;
mod packages;
mod pages;
mod project;
mod purity;
mod reasons;
mod report;
mod rust_code;
mod service_folders;
mod settings;
mod shape;
mod sql;
mod translation;
mod wording;
mod words;

use anyhow::{Result, bail};

use crate::say;
use project::Project;
use report::Report;

/// A rule: the name that exceptions use, and the check.
type Rule = (&'static str, fn(&Project, &mut Report));

const RULES: &[Rule] = &[
    ("layers", layers::check),
    ("purity", purity::check),
    ("lints", lints::check),
    ("heads", heads::check),
    ("names", names::check),
    ("shape", shape::check),
    ("manifests", manifests::check),
    ("reasons", reasons::check),
    ("packages", packages::check),
    ("licences", licences::check),
    ("openers", openers::check),
    ("translation", translation::check),
    ("sql", sql::check),
    ("banned-code", banned_code::check),
    ("words", words::check),
    ("wording", wording::check),
    ("pages", pages::check),
    ("service-folders", service_folders::check),
    ("assets", assets::check),
    ("laws", laws::check),
];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if let Some(argument) = arguments.first() {
        bail!("tidy takes no argument, not `{argument}`");
    }
    let report = check(&Project::read()?);
    for finding in report.findings() {
        say(&finding.to_string());
    }
    let (failures, warnings) = report.counts();
    say(&format!("tidy: {} rules, {failures} failures, {warnings} warnings", RULES.len()));
    if failures > 0 {
        bail!("tidy found {failures} things to mend");
    }
    Ok(())
}

fn check(project: &Project) -> Report {
    let mut report = Report::new(project.settings.except.clone());
    for (name, rule) in RULES {
        report.of(name);
        rule(project, &mut report);
    }
    report.close();
    report
}
