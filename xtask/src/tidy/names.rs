//! Names: crates and modules are split by subject, not by technical role.

use super::project::{Part, Project};
use super::report::Report;

/// Roles that are no subject.
const ROLES: &[&str] = &[
    "utils", "util", "common", "misc", "manager", "types", "models", "traits", "errors", "helpers",
    "helper",
];

pub(crate) fn check(project: &Project, report: &mut Report) {
    for one in project.crates.iter().filter(|one| ROLES.contains(&one.name.as_str())) {
        let message = format!("crate `{}` is named after a role", one.name);
        report.fail((&one.manifest_path(), 1), message, "name its subject");
    }
    for file in project.rust_files() {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        if name == "mod.rs" {
            let mend = "call it name.rs beside the folder name/";
            report.fail((&file.path, 1), "a module's file is called mod.rs", mend);
        }
        let stem = name.strip_suffix(".rs").unwrap_or(name);
        if ROLES.contains(&stem) && file.part == Part::Source {
            let message = format!("module `{stem}` is named after a role");
            report.fail((&file.path, 1), message, "name what it does, and put it by its user");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn roles_are_no_names() {
        let found = findings(
            check,
            &project(&[
                ("crates/common/Cargo.toml", "[package]"),
                ("crates/a/src/utils.rs", ""),
                ("crates/a/src/b/mod.rs", ""),
                ("crates/a/src/error.rs", ""),
                ("crates/a/src/tests/errors.rs", ""),
            ]),
        );
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
