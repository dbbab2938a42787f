//! `throughline dmn check`: what is wrong with the tables of a model, with inputs that show it.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use dmn::analysis::{self, Finding, Severity};

use super::load;

pub(super) fn run(path: &Path) -> anyhow::Result<ExitCode> {
    let model = load(path)?;
    let (mut errors, mut warnings) = (0usize, 0usize);
    for table in model.tables() {
        let info = table.info();
        for finding in analysis::check(table).findings {
            let grade = match finding.severity {
                Severity::Error => {
                    errors += 1;
                    "error"
                }
                Severity::Warning => {
                    warnings += 1;
                    "warning"
                }
            };
            let place = format!("{}:{}", path.display(), info.line);
            let sentence = format!("in {}: {}", info.place, finding.message);
            crate::print_line(&format!("{place}: {grade}: {sentence}. {}", finding.kind.mend()));
            if let Some(witness) = witness(&finding)? {
                crate::print_line(&format!("  inputs that show it: {witness}"));
            }
        }
    }
    if errors == 0 && warnings == 0 {
        let tables = model.tables().count();
        crate::print_line(&format!("{}: sound (tables: {tables})", path.display()));
        return Ok(ExitCode::SUCCESS);
    }
    crate::print_line(&format!(
        "{}: not sound (errors, which forbid publishing: {errors}; warnings: {warnings})",
        path.display()
    ));
    Ok(ExitCode::FAILURE)
}

/// The inputs that show a finding, as JSON that `dmn eval` takes.
fn witness(finding: &Finding) -> anyhow::Result<Option<String>> {
    let Some(witness) = finding.kind.witness() else { return Ok(None) };
    let inputs = analysis::as_inputs(witness).context("the inputs nest too deep")?;
    Ok(Some(feel::Value::Context(inputs).to_json()))
}
