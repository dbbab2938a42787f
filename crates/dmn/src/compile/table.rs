//! Decision tables: cells compiled, constants found, annotations sorted into reasons.

use std::collections::BTreeMap;
use std::sync::Arc;

use feel::{Date, Shape, Test, Value};

use super::{Compiler, Sight, declared_as};
use crate::logic::{Kind, Logic};
use crate::problem::ProblemKind;
use crate::syntax;
use crate::table::info::{ColumnInfo, HitPolicy, RuleInfo, TableInfo};
use crate::table::{Cell, Column, ColumnDomain, Output, Rule, Table, accepts};
use crate::trace::Reason;
use crate::types::TypeUse;

impl Compiler<'_, '_> {
    pub(super) fn table(&mut self, table: &syntax::Table, sight: &Sight) -> Option<Table> {
        let columns: Vec<_> =
            table.inputs.iter().map(|column| self.column(column, sight)).collect();
        let outputs: Vec<_> =
            table.outputs.iter().map(|column| self.output(column, sight)).collect();
        let columns: Option<Vec<Column>> = columns.into_iter().collect();
        let outputs: Vec<Output> = outputs.into_iter().collect::<Option<_>>()?;
        self.policy_holds(table, &outputs);
        // Most cells of a table are written more than once.
        let mut known = BTreeMap::new();
        let rules: Vec<_> = table
            .rules
            .iter()
            .map(|rule| {
                let cells = self.cells(rule, sight, &mut known);
                let outputs = self.results(rule, &outputs, sight);
                Some(Rule { cells: cells?, kinds: Vec::new(), outputs: outputs?, constant: None })
            })
            .collect();
        let info = Arc::new(self.info(table, sight));
        let rules = rules.into_iter().collect::<Option<Vec<Rule>>>();
        let mut table = Table { info, columns: columns?, outputs, rules: rules?, different: 0 };
        table.different = number_cells(&mut table.rules, &table.info.rules);
        let constants: Vec<Option<Value>> =
            table.rules.iter().map(|rule| constant_row(&table, rule)).collect();
        for (rule, constant) in table.rules.iter_mut().zip(constants) {
            rule.constant = constant;
        }
        Some(table)
    }

    fn policy_holds(&mut self, table: &syntax::Table, outputs: &[Output]) {
        let policy = table.policy;
        let ordered = outputs.iter().any(|output| {
            output.allowed.as_ref().is_some_and(|cell| matches!(cell.shape(), Shape::Tests(_)))
        });
        let why = match policy {
            HitPolicy::Priority | HitPolicy::OutputOrder if !ordered => {
                "an output with a list of allowed values, the most important first, is needed"
            }
            HitPolicy::CollectSum | HitPolicy::CollectMin | HitPolicy::CollectMax
                if outputs.len() > 1 =>
            {
                "only one output can be aggregated"
            }
            HitPolicy::Unique
            | HitPolicy::Any
            | HitPolicy::Priority
            | HitPolicy::First
            | HitPolicy::RuleOrder
            | HitPolicy::OutputOrder
            | HitPolicy::Collect
            | HitPolicy::CollectSum
            | HitPolicy::CollectMin
            | HitPolicy::CollectMax
            | HitPolicy::CollectCount => return,
        };
        self.source.problem(table.at, ProblemKind::HitPolicy { policy: policy.name(), why });
    }

    fn column(&mut self, column: &syntax::InputColumn, sight: &Sight) -> Option<Column> {
        let expression = self.feel(&column.expression, sight);
        let declared = self.reference(column.type_ref.as_deref(), column.at);
        let allowed = match &column.allowed {
            Some(text) => Some(self.tests(text, sight)?),
            None => None,
        };
        let inferred = self.type_of_path(&column.expression.text, sight);
        let domain = self.domain(declared.as_ref(), inferred.as_ref(), allowed.as_ref());
        Some(Column { expression: expression?, declared, allowed, domain })
    }

    /// The type of a name or path such as `applicant.income`.
    fn type_of_path(&self, path: &str, sight: &Sight) -> Option<TypeUse> {
        if let Some(used) = sight.types.get(path) {
            return Some(used.clone());
        }
        let mut parts = path.split('.').map(str::trim);
        let first = sight.types.get(parts.next()?)?.clone();
        parts.try_fold(first, |used, name| self.types.component(&used, name))
    }

    fn domain(
        &self,
        declared: Option<&TypeUse>,
        inferred: Option<&TypeUse>,
        own: Option<&Cell>,
    ) -> ColumnDomain {
        let mut domain = ColumnDomain::default();
        for used in [declared, inferred].into_iter().flatten() {
            if let Some(found) = self.types.domain(used) {
                if found.base != feel::Type::Any {
                    domain.base.get_or_insert(found.base);
                }
                domain.allowed.extend(found.allowed.into_iter().map(|tests| tests.shape().clone()));
            }
        }
        domain.allowed.extend(own.map(|cell| cell.shape().clone()));
        domain
    }

    fn output(&mut self, column: &syntax::OutputColumn, sight: &Sight) -> Option<Output> {
        let declared = self.reference(column.type_ref.as_deref(), column.at);
        let allowed = match &column.allowed {
            Some(text) => Some(self.tests(text, sight)?),
            None => None,
        };
        let name: Arc<str> = column.name.as_deref().unwrap_or(&sight.owner).into();
        let default = match &column.default {
            Some(text) => {
                let kind = self.literal(text, sight)?;
                Some(Logic { kind, declared: declared.clone(), name: Arc::clone(&name) })
            }
            None => None,
        };
        let allowed = allowed.or_else(|| self.constraint_of(declared.as_ref()));
        Some(Output { name, declared, allowed, default })
    }

    /// The allowed values of an output's type serve as its own, which gives them an order too.
    fn constraint_of(&self, declared: Option<&TypeUse>) -> Option<Cell> {
        let domain = self.types.domain(declared?)?;
        domain.allowed.first().map(|tests| Cell::new((*tests).clone()))
    }

    fn cells<'t>(
        &mut self,
        rule: &'t syntax::Rule,
        sight: &Sight,
        known: &mut BTreeMap<&'t str, Cell>,
    ) -> Option<Vec<Cell>> {
        let mut cells = Vec::with_capacity(rule.cells.len());
        let mut whole = true;
        for text in &rule.cells {
            if let Some(cell) = known.get(text.text.as_str()) {
                cells.push(cell.clone());
            } else if let Some(cell) = self.tests(text, sight) {
                known.insert(&text.text, cell.clone());
                cells.push(cell);
            } else {
                whole = false;
            }
        }
        whole.then_some(cells)
    }

    fn results(
        &mut self,
        rule: &syntax::Rule,
        outputs: &[Output],
        sight: &Sight,
    ) -> Option<Vec<Logic>> {
        let texts = rule.outputs.iter().zip(outputs);
        let results: Vec<_> =
            texts.map(|(text, output)| self.result(text, output, sight)).collect();
        results.into_iter().collect()
    }

    fn result(&mut self, text: &syntax::Text, output: &Output, sight: &Sight) -> Option<Logic> {
        let kind = self.literal(text, sight)?;
        if let (Kind::Constant(value), Some(allowed)) = (&kind, &output.allowed)
            && !allows(allowed.shape(), value)
        {
            let kind = ProblemKind::OutputNotAllowed { value: text.text.clone() };
            self.source.problem(text.at, kind);
        }
        let logic = Logic { kind, declared: None, name: Arc::clone(&output.name) };
        Some(declared_as(logic, output.declared.clone(), &output.name))
    }

    fn info(&mut self, table: &syntax::Table, sight: &Sight) -> TableInfo {
        let place = format!("decision table of \"{}\"", sight.owner);
        let inputs = table.inputs.iter().map(|column| ColumnInfo {
            label: column.label.as_deref().unwrap_or(&column.expression.text).into(),
            text: column.expression.text.as_str().into(),
            type_name: column.type_ref.as_deref().map(Into::into),
        });
        let outputs = table.outputs.iter().map(|column| {
            let name = column.name.as_deref().unwrap_or("");
            let label = column.label.as_deref().or(column.name.as_deref());
            ColumnInfo {
                label: label.unwrap_or(&sight.owner).into(),
                text: name.into(),
                type_name: column.type_ref.as_deref().map(Into::into),
            }
        });
        let rules = table.rules.iter().zip(1..).map(|(rule, number)| RuleInfo {
            number,
            id: rule.id.as_deref().map(Into::into),
            description: rule.description.as_deref().map(Into::into),
            cells: rule.cells.iter().map(|cell| cell.text.as_str().into()).collect(),
            outputs: rule.outputs.iter().map(|cell| cell.text.as_str().into()).collect(),
            reason: self.reason(&table.annotations, rule),
        });
        let rules = rules.collect();
        TableInfo {
            id: table.id.as_deref().map(Into::into),
            place: place.into(),
            owner: Arc::clone(&sight.owner),
            hit_policy: table.policy,
            inputs: inputs.collect(),
            outputs: outputs.collect(),
            rules,
            line: self.source.line(table.at),
        }
    }
}

impl Compiler<'_, '_> {
    /// A rule's annotations by the names of their columns.
    fn reason(&mut self, columns: &[String], rule: &syntax::Rule) -> Reason {
        let mut reason = Reason::default();
        for (column, text) in columns.iter().zip(&rule.annotations) {
            if text.is_empty() {
                continue;
            }
            match column.trim() {
                "law" => reason.law = Some(text.clone()),
                "code" => reason.code = Some(text.clone()),
                "in_force_from" => reason.in_force_from = self.date(text, rule),
                "in_force_until" => reason.in_force_until = self.date(text, rule),
                other => match other.strip_prefix("reason:") {
                    Some(tag) => {
                        reason.texts.insert(tag.trim().to_owned(), text.clone());
                    }
                    None => {
                        reason.other.insert(other.to_owned(), text.clone());
                    }
                },
            }
        }
        reason
    }

    fn date(&mut self, text: &str, rule: &syntax::Rule) -> Option<Date> {
        let date = Date::parse(text);
        if date.is_none() {
            let kind =
                ProblemKind::NotA { what: "date such as 2026-04-01", value: text.to_owned() };
            self.source.problem(rule.at, kind);
        }
        date
    }
}

/// Gives each constant cell the number of the first one of its column that is written the same, and
/// says how many there are.
fn number_cells(rules: &mut [Rule], written: &[RuleInfo]) -> u32 {
    let mut known: BTreeMap<(usize, &str), u32> = BTreeMap::new();
    let mut next = 0;
    for (rule, written) in rules.iter_mut().zip(written) {
        for ((column, cell), text) in rule.cells.iter().enumerate().zip(&written.cells) {
            let kind = if *cell.shape() == Shape::NotAnalysable {
                u32::MAX
            } else {
                *known.entry((column, &**text)).or_insert_with(|| {
                    next += 1;
                    next - 1
                })
            };
            rule.kinds.push(kind);
        }
    }
    next
}

/// Whether constant tests allow a constant; what cannot be said is allowed.
fn allows(shape: &Shape, value: &Value) -> bool {
    let accepted = |test: &Test| accepts(test, value) == Some(true);
    match shape {
        Shape::Any | Shape::NotAnalysable => true,
        Shape::Tests(tests) => value.is_null() || tests.iter().any(accepted),
        Shape::Not(tests) => !tests.iter().any(accepted),
    }
}

/// The result of a rule all of whose outputs are constants that need no conversion.
fn constant_row(table: &Table, rule: &Rule) -> Option<Value> {
    let mut values = Vec::with_capacity(rule.outputs.len());
    for logic in &rule.outputs {
        match (&logic.kind, &logic.declared) {
            (Kind::Constant(value), None) => values.push(value.clone()),
            (Kind::Constant(value), Some(TypeUse::Base(base))) if base.accepts(value) => {
                values.push(value.clone());
            }
            _ => return None,
        }
    }
    table.row(values).ok()
}
