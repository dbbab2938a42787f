//! Reasons: each third-party dependency of the root manifest has one line saying why.

use super::project::{File, Project};
use super::report::Report;

const ROOT: &str = "Cargo.toml";

pub(crate) fn check(project: &Project, report: &mut Report) {
    let text = project.file(ROOT).map_or("", File::text);
    let mut inside = false;
    for (line, number) in text.lines().zip(1..) {
        if line.starts_with('[') {
            inside = line.starts_with("[workspace.dependencies]");
            continue;
        }
        let Some((name, _)) = line.split_once('=').filter(|_| inside && !line.starts_with('#'))
        else {
            continue;
        };
        let ours = line.contains("path =");
        let reason = line.split_once(" # ").map_or("", |(_, reason)| reason.trim());
        if !ours && reason.is_empty() {
            let message = format!("`{}` has no reason", name.trim());
            report.fail((ROOT, number), message, "write why after # on its line");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_is_named() {
        let text = "[workspace.dependencies]\n# all\nanyhow = \"1\" # errors\nserde = \"1\"\n\
                    base = { path = \"crates/base\" }\n[profile.dev]\ndebug = false\n";
        let found = findings(check, &project(&[("Cargo.toml", text)]));
        let wanted = "Cargo.toml:4: rule: `serde` has no reason; write why after # on its line";
        assert_eq!(found, [wanted]);
    }
}
