//! Decisions: tables without gap or overlap, and reasons for whatever a machine decides.

use std::collections::BTreeMap;

use super::Checking;
use crate::definition::Automation;
use crate::problem::ProblemKind;

impl Checking<'_> {
    pub(super) fn decisions(&mut self) {
        let package = self.package;
        let called = self.called_decisions();
        let mut decided: BTreeMap<String, &str> = BTreeMap::new();
        for (file, model) in &package.decisions {
            for decision in model.decisions() {
                if let Some(other) = decided.insert(decision.id.to_owned(), file) {
                    let place =
                        (file.as_str(), self.place(file, &[&format!("\"{}\"", decision.id)]));
                    let sentence =
                        format!("The decision `{}` stands in {other} as well.", decision.id);
                    self.refuse(place, ProblemKind::Repeated, sentence, "Give it another id.");
                }
            }
            for table in model.tables() {
                self.table(file, table);
                let owner = &*table.info().owner;
                let is_called = called
                    .iter()
                    .any(|id| model.decision(id).is_some_and(|decision| decision.name == owner));
                if is_called && package.definition.automated != Automation::None {
                    self.reasons(file, table);
                }
            }
        }
    }

    /// The decisions that the process calls by a fixed id.
    fn called_decisions(&self) -> Vec<String> {
        let elements = self.package.process.processes.iter().flat_map(bpmn::Process::elements);
        elements
            .filter_map(|element| super::flow::decision_of(&element.kind))
            .filter_map(|decision| decision.decision_id.as_static().map(str::to_owned))
            .collect()
    }

    fn table(&mut self, file: &str, table: &dmn::Table) {
        let place = (file, (table.info().line.max(1), 1));
        for finding in dmn::analysis::check(table).findings {
            let sentence = format!("In {}: {}.", table.info().place, finding.message);
            match finding.severity {
                dmn::analysis::Severity::Error => {
                    self.refuse(place, ProblemKind::Decision, sentence, finding.kind.mend());
                }
                dmn::analysis::Severity::Warning => {
                    self.warn(place, ProblemKind::Decision, sentence, finding.kind.mend());
                }
            }
        }
    }

    /// A rule by which a machine decides says why, and by which law or policy.
    fn reasons(&mut self, file: &str, table: &dmn::Table) {
        let info = table.info();
        for rule in &info.rules {
            let lacks = match (rule.reason.texts.contains_key("en"), &rule.reason.law) {
                (true, Some(_)) => continue,
                (false, _) => "reason",
                (true, None) => "law or policy",
            };
            let number = rule.number;
            let words = rule.id.as_deref().map(|id| format!("\"{id}\"")).unwrap_or_default();
            let position =
                if words.is_empty() { (info.line.max(1), 1) } else { self.place(file, &[&words]) };
            let sentence = format!(
                "Rule {number} of {} has no {lacks}, and a machine decides by it.",
                info.place
            );
            let mend = "Add the annotation columns reason:en, reason:cy and law, and fill them in.";
            self.refuse((file, position), ProblemKind::Automation, sentence, mend);
        }
    }
}
