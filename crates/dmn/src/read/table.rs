//! Decision tables, with every rule held to the table's columns.

use roxmltree::Node as Xml;

use super::{Reader, child, children, content, optional, text_of, type_ref};
use crate::problem::ProblemKind;
use crate::syntax::{InputColumn, OutputColumn, Rule, Table, Text};
use crate::table::info::HitPolicy;

/// Rules of a table.
pub(crate) const MAX_RULES: usize = 20_000;
/// Input, output and annotation columns of a table, each.
pub(crate) const MAX_COLUMNS: usize = 200;

impl Reader {
    pub(super) fn table(&mut self, node: Xml<'_, '_>) -> Option<Table> {
        let policy = self.hit_policy(node)?;
        let inputs = children(node, "input").filter_map(|found| self.input_column(found)).collect();
        let outputs: Vec<OutputColumn> =
            children(node, "output").map(Self::output_column).collect();
        if outputs.is_empty() {
            self.missing(node, "output");
        }
        if outputs.len() > 1 {
            let nameless = children(node, "output").filter(|o| optional(*o, "name").is_none());
            for output in nameless {
                self.required(output, "name");
            }
        }
        let annotations = children(node, "annotation")
            .map(|found| optional(found, "name").unwrap_or_default())
            .collect();
        let mut table = Table {
            id: optional(node, "id"),
            policy,
            inputs,
            outputs,
            annotations,
            rules: Vec::new(),
            at: node.id(),
        };
        let columns = children(node, "input").count();
        let widest = columns.max(table.outputs.len()).max(table.annotations.len());
        if widest > MAX_COLUMNS {
            self.problem(node, ProblemKind::TooMany { what: "columns", limit: MAX_COLUMNS });
            return None;
        }
        for (rule, number) in children(node, "rule").zip(1..) {
            if number > MAX_RULES {
                self.problem(rule, ProblemKind::TooMany { what: "rules", limit: MAX_RULES });
                break;
            }
            let read = self.rule(rule, number, columns, table.outputs.len());
            table.rules.extend(read);
        }
        Some(table)
    }

    fn hit_policy(&mut self, node: Xml<'_, '_>) -> Option<HitPolicy> {
        let name = optional(node, "hitPolicy");
        let aggregation = optional(node, "aggregation");
        let policy = match (name.as_deref().unwrap_or("UNIQUE"), aggregation.as_deref()) {
            ("UNIQUE", _) => HitPolicy::Unique,
            ("ANY", _) => HitPolicy::Any,
            ("PRIORITY", _) => HitPolicy::Priority,
            ("FIRST", _) => HitPolicy::First,
            ("RULE ORDER", _) => HitPolicy::RuleOrder,
            ("OUTPUT ORDER", _) => HitPolicy::OutputOrder,
            ("COLLECT", None) => HitPolicy::Collect,
            ("COLLECT", Some("SUM")) => HitPolicy::CollectSum,
            ("COLLECT", Some("MIN")) => HitPolicy::CollectMin,
            ("COLLECT", Some("MAX")) => HitPolicy::CollectMax,
            ("COLLECT", Some("COUNT")) => HitPolicy::CollectCount,
            ("COLLECT", Some(other)) => {
                self.not_a(node, "aggregation", other);
                return None;
            }
            (other, _) => {
                self.not_a(node, "hit policy", other);
                return None;
            }
        };
        Some(policy)
    }

    fn input_column(&mut self, node: Xml<'_, '_>) -> Option<InputColumn> {
        let inner = child(node, "inputExpression");
        let expression = inner.and_then(text_of);
        if expression.is_none() {
            self.missing(node, "inputExpression");
        }
        Some(InputColumn {
            label: optional(node, "label"),
            expression: expression?,
            type_ref: inner.and_then(type_ref),
            allowed: child(node, "inputValues").and_then(text_of),
            at: node.id(),
        })
    }

    fn output_column(node: Xml<'_, '_>) -> OutputColumn {
        OutputColumn {
            label: optional(node, "label"),
            name: optional(node, "name"),
            type_ref: type_ref(node),
            allowed: child(node, "outputValues").and_then(text_of),
            default: child(node, "defaultOutputEntry").and_then(text_of),
            at: node.id(),
        }
    }

    fn rule(
        &mut self,
        node: Xml<'_, '_>,
        number: usize,
        inputs: usize,
        outputs: usize,
    ) -> Option<Rule> {
        let cells: Vec<Text> = children(node, "inputEntry").map(cell).collect();
        let mut results = Vec::new();
        for entry in children(node, "outputEntry") {
            match text_of(entry) {
                Some(text) => results.push(text),
                None => results.push(Text { text: "null".to_owned(), at: entry.id() }),
            }
        }
        let counts =
            [("input entries", cells.len(), inputs), ("output entries", results.len(), outputs)];
        for (what, found, wanted) in counts {
            if found != wanted {
                self.problem(node, ProblemKind::Arity { rule: number, what, found, wanted });
                return None;
            }
        }
        Some(Rule {
            id: optional(node, "id"),
            description: child(node, "description").map(content).filter(|text| !text.is_empty()),
            cells,
            outputs: results,
            annotations: children(node, "annotationEntry").map(annotation).collect(),
            at: node.id(),
        })
    }
}

/// An input cell; an empty one is `-`, as in the tools that draw tables.
fn cell(node: Xml<'_, '_>) -> Text {
    text_of(node).unwrap_or_else(|| Text { text: "-".to_owned(), at: node.id() })
}

/// The words of an annotation, without the quotes that some tools put around them.
fn annotation(node: Xml<'_, '_>) -> String {
    let text = child(node, "text").map(content).unwrap_or_default();
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or_else(|| text.clone(), str::to_owned)
}
