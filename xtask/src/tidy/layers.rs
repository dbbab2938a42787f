//! Layers: a crate depends on lower layers only, as the table of STYLE section 1 says.

use super::project::{Crate, Project};
use super::report::Report;

/// Crate, layer, and the crates of its own layer that it may use.
const LAYERS: &[(&str, u8, &[&str])] = &[
    ("base", 0, &[]),
    ("feel", 1, &[]),
    ("dmn", 1, &["feel"]),
    ("bpmn", 1, &["feel"]),
    ("catalogue", 2, &[]),
    ("requests", 2, &[]),
    ("engine", 2, &[]),
    ("identity", 2, &[]),
    ("oidc", 2, &[]),
    ("sharing", 2, &[]),
    ("audit", 2, &[]),
    ("metering", 2, &[]),
    ("mining", 2, &[]),
    ("store", 3, &[]),
    ("connectors", 3, &[]),
    ("runtime", 4, &[]),
    ("emulators", 4, &[]),
    ("forecast", 4, &[]),
    ("api", 5, &[]),
    ("web", 5, &[]),
    ("throughline", 6, &[]),
    ("sim", 6, &[]),
    ("verify", 6, &[]),
];

/// The highest layer without I/O, clock, random numbers, async and threads.
const PURE: u8 = 2;

/// The layer of a crate.
pub(crate) fn layer(name: &str) -> Option<u8> {
    LAYERS.iter().find(|(crate_name, ..)| *crate_name == name).map(|(_, layer, _)| *layer)
}

/// Whether a crate is of the pure layers.
pub(crate) fn is_pure(name: &str) -> bool {
    layer(name).is_some_and(|layer| layer <= PURE)
}

pub(crate) fn check(project: &Project, report: &mut Report) {
    for one in project.crates.iter().filter(|one| one.folder.starts_with("crates/")) {
        let manifest = one.manifest_path();
        if layer(&one.name).is_none() {
            let message = format!("crate `{}` has no layer", one.name);
            report.fail((&manifest, 1), message, "give it one in xtask/src/tidy/layers.rs");
            continue;
        }
        for kind in ["dependencies", "build-dependencies"] {
            for used in one.dependencies(kind) {
                if let Some(message) = refused(one, used) {
                    let line = project.line_of(&manifest, used);
                    let mend = "depend on lower layers only: move the code, or pass data";
                    report.fail((&manifest, line), message, mend);
                }
            }
        }
    }
}

/// Why the crate may not use the other one.
fn refused(one: &Crate, used: &str) -> Option<String> {
    let (_, own, siblings) = LAYERS.iter().find(|(name, ..)| *name == one.name)?;
    let below = layer(used)?;
    let name = &one.name;
    if name == "verify" && !matches!(used, "base" | "audit" | "metering") {
        return Some(format!("verify stands on audit and metering alone, not on `{used}`"));
    }
    let allowed = below < *own || siblings.contains(&used);
    (!allowed).then(|| format!("`{name}` (layer {own}) depends on `{used}` (layer {below})"))
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    fn of(name: &str, used: &str) -> Vec<String> {
        let path = format!("crates/{name}/Cargo.toml");
        let text = format!("[package]\n[dependencies]\n{used}.workspace = true\n");
        findings(check, &project(&[(&path, &text)]))
    }

    #[test]
    fn lower_layers_are_allowed_and_others_not() {
        assert_eq!(of("engine", "bpmn"), Vec::<String>::new());
        assert_eq!(of("dmn", "feel"), Vec::<String>::new());
        assert_eq!(of("sim", "web"), Vec::<String>::new());
        assert_eq!(of("engine", "serde"), Vec::<String>::new());
        for (name, used) in [("feel", "dmn"), ("engine", "requests"), ("web", "api")] {
            assert!(of(name, used)[0].contains(&format!("depends on `{used}`")), "{name}");
        }
        assert!(of("engine", "store")[0].starts_with("crates/engine/Cargo.toml:3: rule: `engine`"));
        assert!(of("verify", "store")[0].contains("audit and metering alone"));
    }

    #[test]
    fn a_new_crate_needs_a_layer() {
        assert!(of("parking", "base")[0].contains("`parking` has no layer"));
    }

    #[test]
    fn dev_dependencies_are_free() {
        let text = "[package]\n[dev-dependencies]\nstore.workspace = true\n";
        let project = project(&[("crates/engine/Cargo.toml", text)]);
        assert!(findings(check, &project).is_empty());
    }
}
