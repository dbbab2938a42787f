//! Heads: the lints of a layer stand as `#![deny(..)]` at the head of its `lib.rs`.

use super::layers::is_pure;
use super::project::Project;
use super::report::Report;

/// Statistics live here, so floats may.
const FLOATS: &[&str] = &["identity", "mining", "forecast"];
/// Reads bytes from outside.
const OUTSIDE: &[&str] = &["feel", "dmn", "bpmn", "api"];

pub(crate) fn check(project: &Project, report: &mut Report) {
    for one in project.crates.iter().filter(|one| one.folder.starts_with("crates/")) {
        let path = format!("{}/src/lib.rs", one.folder);
        let Some(lib) = project.file(&path) else { continue };
        let denied = denied(&lib.rust.code);
        for wanted in wanted(&one.name) {
            if !denied.iter().any(|lint| lint == wanted) {
                let message = format!("`#![deny(clippy::{wanted})]` is missing");
                report.fail((&path, 1), message, "write it under the crate's header");
            }
        }
    }
}

fn wanted(name: &str) -> Vec<&'static str> {
    let pure = is_pure(name);
    let lints = [
        (pure, "wildcard_enum_match_arm"),
        (pure && !FLOATS.contains(&name), "float_arithmetic"),
        (OUTSIDE.contains(&name), "indexing_slicing"),
    ];
    lints.into_iter().filter(|(wanted, _)| *wanted).map(|(_, lint)| lint).collect()
}

/// The clippy lints that inner attributes deny; outside tests only counts too.
fn denied(code: &str) -> Vec<String> {
    let attributes = code.split("#![").skip(1).filter_map(|rest| rest.split(']').next());
    let denying = attributes.filter(|attribute| attribute.contains("deny("));
    let names = |attribute: &str| {
        let names = attribute.split(|one: char| !one.is_alphanumeric() && one != '_' && one != ':');
        names.filter_map(|name| name.strip_prefix("clippy::")).map(str::to_owned).collect()
    };
    denying.flat_map(|attribute| -> Vec<String> { names(attribute) }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    fn of(name: &str, head: &str) -> Vec<String> {
        let (manifest, lib) =
            (format!("crates/{name}/Cargo.toml"), format!("crates/{name}/src/lib.rs"));
        findings(check, &project(&[(&manifest, "[package]"), (&lib, head)]))
    }

    #[test]
    fn each_layer_has_its_lints() {
        let both = "//! x\n#![deny(clippy::wildcard_enum_match_arm, clippy::float_arithmetic)]";
        assert!(of("engine", both).is_empty());
        assert_eq!(of("bpmn", both).len(), 1);
        assert!(of("mining", "#![deny(clippy::wildcard_enum_match_arm)]").is_empty());
        assert!(of("api", "#![cfg_attr(not(test), deny(clippy::indexing_slicing))]").is_empty());
        assert_eq!(of("engine", "// #![deny(clippy::wildcard_enum_match_arm)]").len(), 2);
        assert!(of("runtime", "").is_empty());
    }
}
