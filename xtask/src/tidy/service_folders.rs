//! Service folders: data alone, and whole. What stands in the files is checked by the program's
//! own `check`, a stage of the gate.

use std::collections::BTreeSet;

use super::project::{Project, has_extension};
use super::report::Report;

/// Files that a service has (DESIGN section 4).
const WANTED: &[&str] = &["service.toml", "questions.toml", "process.bpmn"];
/// What a service's folder may hold.
const DATA: &[&str] = &["toml", "bpmn", "dmn", "txt", "md", "html", "json", "xml", "wsdl", "lock"];

pub(crate) fn check(project: &Project, report: &mut Report) {
    let mut services = BTreeSet::new();
    for file in &project.files {
        let data = file.path.starts_with("services/") || file.path.starts_with("region/");
        if data && !DATA.iter().any(|extension| has_extension(&file.path, extension)) {
            let message = "a service and the region are text files of data";
            report.fail((&file.path, 1), message, "move it, or write it as data");
        }
        let inside = file.path.strip_prefix("services/").and_then(|path| path.split_once('/'));
        services.extend(inside.map(|(service, _)| service));
    }
    for service in services {
        let folder = format!("services/{service}");
        for name in WANTED {
            let path = format!("{folder}/{name}");
            if project.file(&path).is_none() {
                report.fail((&path, 1), "missing", "`throughline new service` writes one");
            }
        }
        let scenarios = format!("{folder}/scenarios/");
        if !project.files.iter().any(|file| file.path.starts_with(&scenarios)) {
            let mend = "write at least one request with its trace and outcome";
            report.fail((&scenarios, 1), "no scenario", mend);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::project::{findings, project};
    use super::*;

    #[test]
    fn a_service_is_whole_and_data_alone() {
        let found = findings(
            check,
            &project(&[
                ("services/a/service.toml", ""),
                ("services/a/questions.toml", ""),
                ("services/a/scenarios/one.txt", ""),
                ("services/a/extra.rs", ""),
            ]),
        );
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("services/a/extra.rs:1"));
        assert!(found[1].starts_with("services/a/process.bpmn:1: rule: missing"));
    }
}
