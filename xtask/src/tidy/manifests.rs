//! Manifests: every crate is described and licensed, and takes its dependencies from the root.

use super::project::{Crate, Project};
use super::report::Report;

/// Packages that one part of the program alone may use, and which part.
const RESERVED: &[(&str, &[&str])] = &[
    ("anyhow", &["throughline", "xtask"]),
    ("rusqlite", &["store"]),
    ("tokio-postgres", &["store"]),
    ("deadpool-postgres", &["store"]),
    ("askama", &["web"]),
];

pub(crate) fn check(project: &Project, report: &mut Report) {
    for one in &project.crates {
        let manifest = one.manifest_path();
        let package = one.manifest.get("package").and_then(toml::Value::as_table);
        for wanted in ["description", "license"] {
            if package.is_none_or(|package| !package.contains_key(wanted)) {
                let message = format!("`{}` has no {wanted}", one.name);
                report.fail((&manifest, 1), message, "write it in [package]");
            }
        }
        let named = package.and_then(|package| package.get("name")).and_then(toml::Value::as_str);
        if named.is_some_and(|named| named != one.name) {
            let message = format!("folder `{}` and crate name differ", one.name);
            report.fail((&manifest, 1), message, "give them one name");
        }
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            dependencies(project, one, kind, report);
        }
    }
}

fn dependencies(project: &Project, one: &Crate, kind: &str, report: &mut Report) {
    let manifest = one.manifest_path();
    let Some(table) = one.manifest.get(kind).and_then(toml::Value::as_table) else { return };
    for (name, value) in table {
        let place = (manifest.as_str(), project.line_of(&manifest, name));
        if value.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
            let mend = "write it in the root manifest with its reason, then name.workspace = true";
            report.fail(place, format!("`{name}` is not taken from the workspace"), mend);
        }
        let reserved = RESERVED.iter().find(|(package, _)| package == name);
        if let Some((_, users)) = reserved.filter(|(_, users)| !users.contains(&one.name.as_str()))
            && kind == "dependencies"
        {
            let message = format!("`{name}` is for {} alone", users.join(" and "));
            report.fail(place, message, "ask that crate, or write an error enum");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn a_manifest_is_whole() {
        let text = "[package]\nname = \"a\"\ndescription = \"x\"\n[dependencies]\n\
                    anyhow.workspace = true\nserde = \"1\"\n";
        let found = findings(check, &project(&[("crates/a/Cargo.toml", text)]));
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("has no license"));
        assert!(found[1].contains("Cargo.toml:5: rule: `anyhow` is for throughline and xtask"));
        assert!(found[2].contains("Cargo.toml:6: rule: `serde` is not taken from the workspace"));
    }
}
