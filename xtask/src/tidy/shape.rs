//! Shape: how long files are, and that each says at its head what it is for.

use super::layers::is_pure;
use super::project::{File, Part, Project, has_extension};
use super::report::Report;

/// Lines at which a file should be split.
const LONG_LINES: usize = 600;
/// Lines that fail.
const MOST_LINES: usize = 1_000;
/// Lines of docs/ARCHITECTURE.md.
const ARCHITECTURE_LINES: usize = 200;
/// Files that are written by hand.
const WRITTEN: &[&str] = &["rs", "html", "css", "mjs", "js", "py", "toml", "md"];

pub(crate) fn check(project: &Project, report: &mut Report) {
    for file in &project.files {
        length(file, report);
        if file.is_rust() {
            header(file, report);
        }
    }
    for one in project.crates.iter().filter(|one| is_pure(&one.name)) {
        let example = format!("{}/examples/", one.folder);
        if !project.rust_files().any(|file| file.path.starts_with(&example)) {
            let message = format!("`{}` has no program under examples/", one.name);
            report.fail((&one.manifest_path(), 1), message, "show it at work in a short one");
        }
    }
}

fn length(file: &File, report: &mut Report) {
    let path = file.path.as_str();
    let generated = file.text().lines().take(3).any(|line| line.contains("@generated"));
    if generated || path.contains("golden") || path.contains("expected") {
        return;
    }
    let lines = file.text().lines().count();
    if path == "docs/ARCHITECTURE.md" && lines > ARCHITECTURE_LINES {
        let message = format!("{lines} lines, {ARCHITECTURE_LINES} at most");
        report.fail((path, lines), message, "keep the bird's eye, move the rest");
    }
    if !WRITTEN.iter().any(|extension| has_extension(path, extension)) {
        return;
    }
    if lines > MOST_LINES {
        let message = format!("{lines} lines, {MOST_LINES} at most");
        report.fail((path, lines), message, "split it by subject");
    } else if lines > LONG_LINES {
        let message = format!("{lines} lines, {LONG_LINES} wanted");
        report.warn((path, lines), message, "move its tests to name/tests.rs, or split it");
    }
}

fn header(file: &File, report: &mut Report) {
    let first = file.text().lines().map(str::trim).find(|line| !line.is_empty());
    let headed = first.is_some_and(|line| line.starts_with("//!"));
    if !headed && file.part != Part::Test {
        let mend = "begin with //! lines: what it owns, promises and refuses";
        report.fail((&file.path, 1), "no header", mend);
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn long_files_are_named_and_too_long_ones_fail() {
        let (long, most) = ("//! x\n".repeat(601), "//! x\n".repeat(1_001));
        let found = findings(
            check,
            &project(&[
                ("crates/a/src/long.rs", &long),
                ("crates/a/src/most.rs", &most),
                ("crates/a/golden/all.rs", &most),
                ("crates/a/src/x.bpmn", &most),
            ]),
        );
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/a/src/long.rs:601: warning: "));
        assert!(found[1].starts_with("crates/a/src/most.rs:1001: rule: "));
    }

    #[test]
    fn a_file_begins_with_its_header_and_a_domain_crate_has_an_example() {
        let found = findings(
            check,
            &project(&[
                ("crates/engine/Cargo.toml", "[package]"),
                ("crates/engine/src/lib.rs", "use a;"),
                ("crates/engine/src/tests.rs", "use a;"),
            ]),
        );
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("no program under examples/"));
    }
}
