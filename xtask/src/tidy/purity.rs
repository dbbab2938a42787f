//! Purity: layers 0 to 2 have no I/O, clock, random numbers, async and threads.

use super::layers::is_pure;
use super::project::Project;
use super::report::Report;
use super::rust_code::has_word;

/// Packages that a pure crate may not name.
const NOT_DIRECTLY: &[&str] =
    &["tokio", "axum", "reqwest", "rusqlite", "getrandom", "tracing", "rand", "async-trait"];
/// Packages that may not come in behind another one either.
const NOT_AT_ALL: &[&str] = &["tokio", "axum", "reqwest", "rusqlite", "hyper"];
/// What a pure crate may not write.
const NOT_IN_CODE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "Instant::now",
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "async fn",
    "async move",
    ".await",
];

const MEND: &str = "take what it needs as an argument, or give it back as data";

pub(crate) fn check(project: &Project, report: &mut Report) {
    for one in project.crates.iter().filter(|one| is_pure(&one.name)) {
        let manifest = one.manifest_path();
        for used in one.dependencies("dependencies").filter(|used| NOT_DIRECTLY.contains(used)) {
            let line = project.line_of(&manifest, used);
            report.fail((&manifest, line), format!("`{}` is pure: no `{used}`", one.name), MEND);
        }
        for used in project.packages.behind(&one.name) {
            if NOT_AT_ALL.contains(&used) && !one.dependencies("dependencies").any(|it| it == used)
            {
                let message = format!("`{}` is pure, yet `{used}` comes in with it", one.name);
                report.fail((&manifest, 1), message, "turn off the feature that brings it");
            }
        }
    }
    for file in project.rust_files().filter(|file| is_pure(file.crate_name())) {
        for (line, code) in file.source_lines() {
            for banned in NOT_IN_CODE.iter().filter(|banned| has_word(code, banned)) {
                let message = format!("`{banned}` in a pure crate");
                report.fail((&file.path, line), message, MEND);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn a_pure_crate_reads_no_clock_and_no_file() {
        let found = findings(
            check,
            &project(&[
                ("crates/engine/Cargo.toml", "[dependencies]\ntokio.workspace = true"),
                ("crates/engine/src/lib.rs", "use std::fs;\nfn a() { Instant::now(); }"),
                ("crates/engine/src/tests.rs", "use std::fs;"),
                ("crates/store/src/lib.rs", "use std::fs;"),
            ]),
        );
        let places: Vec<&str> = found.iter().filter_map(|line| line.split(": ").next()).collect();
        let (manifest, code) = ("crates/engine/Cargo.toml:2", "crates/engine/src/lib.rs");
        assert_eq!(places, [manifest, &format!("{code}:1"), &format!("{code}:2")]);
    }
}
