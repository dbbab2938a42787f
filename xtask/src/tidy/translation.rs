//! Translation: a pseudonym becomes another body's only by leave of the gate (DESIGN idea 4, L12),
//! and is made from a person's handle at sign-in alone. The files that do either are listed in
//! `xtask/tidy.toml`.

use super::project::Project;
use super::report::Report;

/// What gives leave to translate, or makes a pseudonym.
const MAKING: &[&str] = &["granted_by_gate(", ".pseudonym(", ".rekey("];

/// Where it is defined.
const MAKER: &str = "identity";

pub(crate) fn check(project: &Project, report: &mut Report) {
    for file in project.rust_files().filter(|file| file.crate_name() != MAKER) {
        for (line, code) in file.source_lines() {
            if let Some(call) = MAKING.iter().find(|call| code.contains(**call)) {
                let message = format!("`{call}` gives somebody's pseudonym");
                let mend = "ask the gate; a new file of the gate is a change of DESIGN L12, listed \
                            with its reason in xtask/tidy.toml [except.translation]";
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
    fn leave_to_translate_is_seen_outside_its_crate() {
        let leave = "fn a() {\n    let permit = Permit::granted_by_gate(from, to);\n    secret.pseudonym(handle);\n}\n";
        let found = findings(
            check,
            &project(&[
                ("crates/web/Cargo.toml", "[package]"),
                ("crates/web/src/lib.rs", leave),
                ("crates/identity/Cargo.toml", "[package]"),
                ("crates/identity/src/lib.rs", leave),
            ]),
        );
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/web/src/lib.rs:2: rule: "), "{found:?}");
        assert!(found[1].starts_with("crates/web/src/lib.rs:3: rule: "), "{found:?}");
    }
}
