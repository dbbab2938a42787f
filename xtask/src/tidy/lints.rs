//! Lints: the workspace's are whole, every crate inherits them, and nothing switches one off
//! without a reason.

use super::project::Project;
use super::report::Report;

/// Lints of the root manifest, with the level that STYLE section 4 gives.
const WANTED: &[(&str, &str, &str)] = &[
    ("rust", "unsafe_code", "forbid"),
    ("clippy", "pedantic", "warn"),
    ("clippy", "unwrap_used", "deny"),
    ("clippy", "expect_used", "deny"),
    ("clippy", "panic", "deny"),
    ("clippy", "too_many_lines", "deny"),
    ("clippy", "mod_module_files", "deny"),
    ("clippy", "allow_attributes", "deny"),
    ("clippy", "allow_attributes_without_reason", "deny"),
    ("clippy", "dbg_macro", "deny"),
    ("clippy", "todo", "deny"),
    ("clippy", "print_stdout", "deny"),
    ("clippy", "disallowed_methods", "deny"),
    ("clippy", "disallowed_types", "deny"),
];

const ROOT: &str = "Cargo.toml";

pub(crate) fn check(project: &Project, report: &mut Report) {
    if let Some(root) = project.file(ROOT) {
        match toml::from_str::<toml::Table>(root.text()) {
            Ok(table) => root_lints(project, &table, report),
            Err(error) => report.fail((ROOT, 1), error.message(), "mend the manifest"),
        }
    }
    for one in &project.crates {
        let inherits = one.manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if inherits.and_then(toml::Value::as_bool) != Some(true) {
            let message = format!("`{}` does not inherit the workspace's lints", one.name);
            report.fail((&one.manifest_path(), 1), message, "write [lints] workspace = true");
        }
    }
    for file in project.rust_files() {
        for (line, code, _) in file.rust.lines() {
            let code = code.replace(' ', "");
            if code.contains("#[allow(") || code.contains("#![allow(") {
                let mend = "write #[expect(.., reason = \"..\")], or mend what the lint found";
                report.fail((&file.path, line), "an attribute allows a lint", mend);
            }
        }
    }
}

fn root_lints(project: &Project, root: &toml::Table, report: &mut Report) {
    let lints = root.get("workspace").and_then(|workspace| workspace.get("lints"));
    for (tool, lint, level) in WANTED {
        let found = lints.and_then(|lints| lints.get(tool)).and_then(|tool| tool.get(lint));
        let found = found.and_then(|found| found.get("level").or(Some(found)));
        if found.and_then(toml::Value::as_str) != Some(level) {
            let line = project.line_of(ROOT, &format!("[workspace.lints.{tool}]"));
            let message = format!("{tool} lint `{lint}` is not at `{level}`");
            report.fail((ROOT, line), message, "set it in [workspace.lints]");
        }
    }
    let members = root.get("workspace").and_then(|workspace| workspace.get("default-members"));
    let first = members.and_then(|members| members.get(0)).and_then(toml::Value::as_str);
    if first != Some("crates/throughline") {
        let mend = "write default-members = [\"crates/throughline\"]";
        report.fail((ROOT, 1), "`cargo run` needs to know the program", mend);
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn a_crate_inherits_and_nothing_is_allowed() {
        let found = findings(
            check,
            &project(&[
                ("crates/a/Cargo.toml", "[lints]\nworkspace = true"),
                ("crates/b/Cargo.toml", "[package]"),
                ("crates/a/src/lib.rs", "// #[allow(x)]\n#[allow(clippy::x)]\nfn a() {}"),
            ]),
        );
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/b/Cargo.toml:1"));
        assert!(found[1].starts_with("crates/a/src/lib.rs:2"));
    }

    #[test]
    fn the_root_names_every_lint() {
        let text = "[workspace]\ndefault-members = [\"crates/throughline\"]\n\
                    [workspace.lints.clippy]\npedantic = { level = \"warn\", priority = -1 }\n";
        let found = findings(check, &project(&[("Cargo.toml", text)]));
        assert_eq!(found.len(), WANTED.len() - 1, "{found:?}");
        assert!(found[1].contains("Cargo.toml:3: rule: clippy lint `unwrap_used`"), "{found:?}");
    }
}
