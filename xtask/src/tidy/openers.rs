//! Openers: who may read a personal value in clear is the list of DESIGN L10, kept file by file
//! in `xtask/tidy.toml`.

use super::project::Project;
use super::report::Report;
use super::rust_code::has_word;

/// Calls and patterns that lead to a value in clear.
const OPENING: &[&str] = &[
    ".open(",
    ".opened(",
    ".of_case(",
    "open_answers(",
    "open_kept(",
    "Personal::Open {",
    ".from_plaintext(",
    "::from_plaintext(",
];

/// Lines over which the options of a file may run until it is opened.
const FILE_CHAIN: usize = 8;

/// Where `Personal` is made.
const MAKER: &str = "base";

pub(crate) fn check(project: &Project, report: &mut Report) {
    let knows = |name: &str| {
        let found = project.crates.iter().find(|one| one.name == name);
        found.is_some_and(|one| one.dependencies("dependencies").any(|used| used == MAKER))
    };
    for file in project.rust_files().filter(|file| knows(file.crate_name())) {
        let mut files_until = 0;
        for (line, code) in file.source_lines() {
            if code.contains("OpenOptions") || code.contains("File::") {
                files_until = line + FILE_CHAIN;
            }
            let file_access = line < files_until;
            let defined = code.contains("fn open") || code.contains("fn from_plaintext");
            let opens = OPENING.iter().find(|call| has_word(code, call));
            if let Some(call) = opens.filter(|_| !file_access && !defined) {
                let message = format!("`{call}` opens a personal value");
                let mend = "pass the sealed value on; a new opener is a change of DESIGN L10, \
                            listed with its reason in xtask/tidy.toml [except.openers]";
                report.fail((&file.path, line), message, mend);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn opening_is_seen_where_values_are_known() {
        let opening = "fn a() {\n    answers.open(field, keys);\n}\nfn open_answers() {}\n";
        let found = findings(
            check,
            &project(&[
                ("crates/mining/Cargo.toml", "[dependencies]\nbase.workspace = true"),
                ("crates/mining/src/lib.rs", opening),
                ("crates/mining/src/tests.rs", opening),
                ("crates/feel/Cargo.toml", "[package]"),
                ("crates/feel/src/lib.rs", opening),
            ]),
        );
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/mining/src/lib.rs:2: rule: `.open(` opens"));
    }
}
