//! Packages: those of the lock file, their sources, their number and their versions.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::project::Project;
use super::report::Report;
use super::settings;

/// Packages in the root lock file.
const MOST_PACKAGES: usize = 600;
/// How the source of the one registry ends, whatever its host.
const INDEX: &str = "/crates.io-index";

/// What cargo says of the lock file.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Packages {
    packages: Vec<Package>,
    resolve: Option<Resolve>,
}

/// A package.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Package {
    id: String,
    pub(crate) name: String,
    version: String,
    source: Option<String>,
    pub(crate) license: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, serde::Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Debug, serde::Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

/// `kind` is nothing for what a program links.
#[derive(Debug, serde::Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

impl Packages {
    /// Asks cargo, which refuses when manifests and lock file differ.
    pub(crate) fn read() -> Result<Self> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let given = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked"])
            .output()
            .context("cargo is not here to list the packages")?;
        let said = String::from_utf8_lossy(&given.stderr);
        ensure!(given.status.success(), "cargo metadata --locked failed: {}", said.trim());
        serde_json::from_slice(&given.stdout).context("cargo's list of packages is not readable")
    }

    /// Packages from outside the workspace.
    pub(crate) fn foreign(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.source.is_some())
    }

    /// Names of all that a crate of the workspace links, directly or behind another one.
    pub(crate) fn behind(&self, name: &str) -> BTreeSet<&str> {
        let Some(resolve) = &self.resolve else { return BTreeSet::new() };
        let nodes: BTreeMap<&str, &Node> =
            resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let names: BTreeMap<&str, &str> = self
            .packages
            .iter()
            .map(|package| (package.id.as_str(), package.name.as_str()))
            .collect();
        let own = |package: &&Package| package.source.is_none() && package.name == name;
        let mut open: Vec<&str> =
            self.packages.iter().filter(own).map(|package| package.id.as_str()).collect();
        let mut seen: BTreeSet<&str> = open.iter().copied().collect();
        while let Some(node) = open.pop().and_then(|id| nodes.get(id)) {
            for dependency in &node.deps {
                let linked = dependency.dep_kinds.iter().any(|kind| kind.kind.is_none());
                if linked && seen.insert(&dependency.pkg) {
                    open.push(&dependency.pkg);
                }
            }
        }
        seen.into_iter().filter_map(|id| names.get(id).copied()).collect()
    }
}

pub(crate) fn check(project: &Project, report: &mut Report) {
    const LOCK: &str = "Cargo.lock";
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in project.packages.foreign() {
        versions.entry(&package.name).or_default().push(&package.version);
        let source = package.source.as_deref().unwrap_or("");
        if !(source.starts_with("registry+") && source.ends_with(INDEX)) {
            let message = format!("`{}` does not come from crates.io", package.name);
            report.fail((LOCK, 1), message, "take a published version, or do without");
        }
    }
    let count = project.packages.foreign().count();
    if count > MOST_PACKAGES {
        let message = format!("{count} packages, {MOST_PACKAGES} at most");
        report.fail((LOCK, 1), message, "turn off features, or do without one");
    }
    let known = &project.settings.duplicates;
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        if !known.contains_key(*name) {
            let message = format!("`{name}` comes in versions {}", versions.join(" and "));
            report.fail((LOCK, 1), message, "agree on one, or say why in xtask/tidy.toml");
        }
    }
    for name in known.keys() {
        if versions.get(name.as_str()).is_none_or(|versions| versions.len() < 2) {
            let message = format!("[duplicates] `{name}` comes in one version");
            report.warn((settings::FILE, 1), message, "take it out");
        }
    }
    if project.file(LOCK).is_none() {
        report.fail((LOCK, 1), "the lock file is not committed", "commit it");
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    const SAID: &str = r#"{"packages": [
        {"id": "e", "name": "engine", "version": "0.1.0", "source": null, "license": "MIT"},
        {"id": "a1", "name": "a", "version": "1.0.0", "source": "registry+x/crates.io-index"},
        {"id": "a2", "name": "a", "version": "2.0.0", "source": "registry+x/crates.io-index"},
        {"id": "g", "name": "g", "version": "2.0.0", "source": "git+x"}
      ], "resolve": {"nodes": [
        {"id": "e", "deps": [{"pkg": "a1", "dep_kinds": [{"kind": null}]},
                             {"pkg": "a2", "dep_kinds": [{"kind": "dev"}]}]},
        {"id": "a1", "deps": [{"pkg": "g", "dep_kinds": [{"kind": null}]}]},
        {"id": "a2", "deps": []}, {"id": "g", "deps": []}]}}"#;

    #[test]
    fn sources_and_versions_are_checked() {
        let mut project = project(&[("Cargo.lock", "")]);
        project.packages = serde_json::from_str(SAID).unwrap();
        let found = findings(check, &project);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("`g` does not come from crates.io"));
        assert!(found[1].contains("`a` comes in versions 1.0.0 and 2.0.0"));
        project.settings.duplicates.insert("a".into(), "why".into());
        assert_eq!(findings(check, &project).len(), 1);
    }

    #[test]
    fn what_stands_behind_a_crate_is_what_it_links() {
        let packages: Packages = serde_json::from_str(SAID).unwrap();
        assert_eq!(packages.behind("engine").into_iter().collect::<Vec<_>>(), ["a", "engine", "g"]);
    }
}
