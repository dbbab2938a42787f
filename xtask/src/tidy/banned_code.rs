//! Banned code: what no Rust file, and no client script, may do.

use super::layers::layer;
use super::project::{File, Part, Project, has_extension};
use super::report::Report;
use super::rust_code::has_word;

/// Refused in every Rust file, tests and examples too.
const EVERYWHERE: &[(&str, &str)] = &[
    ("HashMap", "its order is random: BTreeMap, or base::FixedMap"),
    ("HashSet", "its order is random: BTreeSet"),
    ("#[ignore", "mend the test or take it out"),
    ("#[should_panic", "assert the `Err`"),
    ("thread::sleep", "wait for the condition, or for Clock"),
    ("time::sleep", "wait for the condition, or for Clock"),
    ("time::sleep_until", "wait for the condition, or for Clock"),
    ("time::interval", "wait for the condition, or for Clock"),
    ("mockall", "use the real core with a simulated clock"),
    ("todo!", "write it, or leave it out"),
    ("unimplemented!", "write it, or leave it out"),
    ("dbg!", "take it out"),
];

/// Refused in the source of libraries.
const PRINTS: &[&str] = &["println!", "print!", "eprintln!", "eprint!"];

/// Refused in client scripts, by the end of the file's name.
const SCRIPTS: &[(&str, &str)] =
    &[("mjs", "waitForTimeout("), ("mjs", "setTimeout("), ("py", "time.sleep("), ("sh", "sleep ")];

/// The layer of the programs, which talk to a terminal.
const PROGRAMS: u8 = 6;

pub(crate) fn check(project: &Project, report: &mut Report) {
    for file in project.files.iter().filter(|file| !file.names_what_it_forbids()) {
        if file.is_rust() {
            rust(file, report);
        } else {
            script(file, report);
        }
    }
}

fn rust(file: &File, report: &mut Report) {
    for (line, code, test) in file.rust.lines() {
        for (banned, mend) in EVERYWHERE.iter().filter(|(banned, _)| has_word(code, banned)) {
            report.fail((&file.path, line), format!("`{banned}` is refused"), mend);
        }
        let program = layer(file.crate_name()).is_none_or(|layer| layer == PROGRAMS);
        let library = file.part == Part::Source && !program || test;
        if let Some(print) = PRINTS.iter().find(|print| library && has_word(code, print)) {
            let mend = "give the text back, or log it with tracing in the shell";
            report.fail((&file.path, line), format!("`{print}` in a library"), mend);
        }
    }
}

fn script(file: &File, report: &mut Report) {
    for (line, number) in file.text().lines().zip(1..) {
        let own = |(extension, _): &&(&str, &str)| {
            has_extension(&file.path, extension) || *extension == "sh" && file.path == ".ci/run"
        };
        for (_, banned) in SCRIPTS.iter().filter(own).filter(|(_, call)| has_word(line, call)) {
            let message = format!("`{}` is refused", banned.trim());
            report.fail((&file.path, number), message, "wait for the condition");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn refused_code_is_named() {
        let found = findings(
            check,
            &project(&[
                ("crates/web/src/lib.rs", "use std::collections::HashMap;\nprintln!(\"x\");"),
                ("crates/web/examples/a.rs", "println!(\"HashMap\"); // sleep("),
                ("crates/throughline/src/main.rs", "println!(\"x\");"),
                ("crates/web/tests/a.rs", "#[ignore]\nfn a() { thread::sleep(x) }"),
                ("tests/browser/a.mjs", "await page.waitForTimeout(10)"),
            ]),
        );
        let places: Vec<&str> =
            found.iter().filter_map(|line| line.split(" is refused").next()).collect();
        assert_eq!(
            places,
            [
                "crates/web/src/lib.rs:1: rule: `HashMap`",
                "crates/web/src/lib.rs:2: rule: `println!` in a library; give the text back, or \
                 log it with tracing in the shell",
                "crates/web/tests/a.rs:1: rule: `#[ignore`",
                "crates/web/tests/a.rs:2: rule: `thread::sleep`",
                "tests/browser/a.mjs:1: rule: `waitForTimeout(`",
            ]
        );
    }
}
