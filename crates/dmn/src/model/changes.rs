//! Changes: what would have had to be otherwise. For each input the smallest change of it alone that
//! alters the outcome of a decision.
//!
//! The tables' cells part the values of an input into stretches within which they tell none apart,
//! so it is enough to decide once for each stretch, nearest first. Every change told was tried: the
//! decision was taken again with it, and came out otherwise without a fault.

use std::sync::Arc;

use feel::{Budget, Context, Environment, Shape, Slot, TooDeep, Value};

use super::{DecisionModel, Evaluation, EvaluationError, Model, failed};
use crate::analysis::near::{Column, Near, Probe, distance, near};
use crate::analysis::{Target, as_path};
use crate::logic::{Kind, Logic};
use crate::table::{Cell, Table};

/// How many alternatives without an order are told of one input.
const MAX_APART: usize = 20;

/// Where an input would have to move, and what the decision would then be.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternative {
    /// Where to.
    pub target: Target,
    /// What the decision would be.
    pub outcome: Value,
}

/// The smallest change of one input, all others as they are, that alters the outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The path of the input, such as `applicant.income`.
    pub input: Arc<str>,
    /// What the tables call it.
    pub label: Arc<str>,
    /// Its value.
    pub from: Value,
    /// The smallest changes: several where they are equally small, or no order says which is.
    pub alternatives: Vec<Alternative>,
    /// Whether it is known that nothing smaller would do. It is not where the input also goes into
    /// expressions other than constant cells of tables.
    pub is_smallest: bool,
}

/// A path of an input that columns look at.
struct Looked<'m> {
    path: Vec<&'m str>,
    text: &'m Arc<str>,
    label: &'m Arc<str>,
    column: Column<'m>,
}

impl Model {
    /// As [`Model::evaluate`], with the [changes](crate::Trace::changes) that would have altered the
    /// outcome: for each input, in the order in which tables look at them, the smallest one of it
    /// alone. An input is left out where no change of it alone alters the outcome, where it would
    /// have to become unknown, and where no column of a decision's own table looks at it.
    ///
    /// # Errors
    /// [`EvaluationError`], as of [`Model::evaluate`]; one budget serves all that is tried.
    pub fn explain(
        &self,
        decision: &str,
        inputs: &Context,
        environment: &Arc<Environment>,
        budget: &mut Budget,
    ) -> Result<Evaluation, EvaluationError> {
        let mut now = self.evaluate(decision, inputs, environment, budget)?;
        let needed = self.find(decision).map(|target| self.needed(target)).unwrap_or_default();
        let too_deep = |error: TooDeep| failed(decision, error.into());
        let taken = Context::from_entries(now.trace.inputs.iter().cloned()).map_err(too_deep)?;
        for looked in self.looked_at(&needed) {
            let Some(from) = value_at(&taken, &looked.path) else { continue };
            let mut attempt = |probe: &Probe| -> Result<Option<Alternative>, EvaluationError> {
                let inputs = replaced(&taken, &looked.path, &probe.value).map_err(too_deep)?;
                let then = self.evaluate(decision, &inputs, environment, budget)?;
                let alters = then.value != now.value && then.trace.all_faults().next().is_none();
                let target = probe.target.clone();
                Ok(alters.then_some(Alternative { target, outcome: then.value }))
            };
            let alternatives = smallest(&near(&looked.column, &from), &from, &mut attempt)?;
            if !alternatives.is_empty() {
                let is_smallest = self.is_only_looked_at(&looked, &needed);
                let (input, label) = (Arc::clone(looked.text), Arc::clone(looked.label));
                now.trace.changes.push(Change { input, label, from, alternatives, is_smallest });
            }
        }
        Ok(now)
    }

    /// The paths of inputs that the tables of these decisions look at.
    fn looked_at(&self, needed: &[usize]) -> Vec<Looked<'_>> {
        let mut all: Vec<Looked<'_>> = Vec::new();
        let decisions = needed.iter().filter_map(|&index| self.parts.decisions.get(index));
        for (decision, table) in decisions.filter_map(|one| Some((one, table_of(one)?))) {
            for (number, (column, info)) in table.columns.iter().zip(&table.info.inputs).enumerate()
            {
                let path = as_path(&info.text).unwrap_or_default();
                if path.first().is_none_or(|name| self.slot_of(decision, name).is_none()) {
                    continue;
                }
                let place = all.iter().position(|looked| looked.path == path);
                let place = place.unwrap_or_else(|| {
                    let (text, label) = (&info.text, &info.label);
                    all.push(Looked { path, text, label, column: Column::default() });
                    all.len().saturating_sub(1)
                });
                let Some(looked) = all.get_mut(place) else { continue };
                let cells = table.rules.iter().filter_map(|rule| rule.cells.get(number));
                looked.column.cells.extend(cells.map(Cell::shape));
                looked.column.domain.extend(&column.domain.allowed);
                if looked.column.base.is_none() {
                    looked.column.base.clone_from(&column.domain.base);
                }
            }
        }
        all
    }

    /// The slot under which a decision reads the input of a name.
    fn slot_of(&self, decision: &DecisionModel, name: &str) -> Option<Slot> {
        let named = |index: usize| self.parts.inputs.get(index).map(|input| &*input.name);
        let found = decision.inputs.iter().find(|(_, index)| named(*index) == Some(name));
        found.map(|(slot, _)| *slot)
    }

    /// Whether a path is read by constant cells of tables alone.
    fn is_only_looked_at(&self, looked: &Looked<'_>, needed: &[usize]) -> bool {
        let Some(name) = looked.path.first() else { return false };
        let mut decisions = needed.iter().filter_map(|&index| self.parts.decisions.get(index));
        !looked.column.cells.contains(&&Shape::NotAnalysable)
            && decisions.all(|decision| {
                let Some(slot) = self.slot_of(decision, name) else { return true };
                table_of(decision).is_some_and(|table| !is_read(table, slot, &looked.path))
            })
    }
}

fn table_of(decision: &DecisionModel) -> Option<&Table> {
    if let Kind::Table(table) = &decision.logic.kind { Some(table) } else { None }
}

/// Whether a table reads a slot elsewhere than by a column of this path.
fn is_read(table: &Table, slot: Slot, path: &[&str]) -> bool {
    let reads = |slots: &[Slot]| slots.contains(&slot);
    let computed = |logic: &Logic| {
        if let Kind::Feel(expression) = &logic.kind {
            reads(expression.slots())
        } else {
            !matches!(logic.kind, Kind::Constant(_))
        }
    };
    let columns = table.columns.iter().zip(&table.info.inputs).any(|(column, info)| {
        let is_path = as_path(&info.text).is_some_and(|own| own == path);
        (!is_path && reads(column.expression.slots()))
            || column.allowed.as_ref().is_some_and(|cell| reads(cell.slots()))
    });
    let rules = table.rules.iter().any(|rule| {
        rule.cells.iter().any(|cell| reads(cell.slots())) || rule.outputs.iter().any(computed)
    });
    columns || rules || table.outputs.iter().filter_map(|o| o.default.as_ref()).any(computed)
}

/// The nearest probes that alter the outcome.
fn smallest(
    near: &Near,
    from: &Value,
    attempt: &mut impl FnMut(&Probe) -> Result<Option<Alternative>, EvaluationError>,
) -> Result<Vec<Alternative>, EvaluationError> {
    let mut found = Vec::new();
    for side in [&near.below, &near.above] {
        for probe in side {
            if let Some(alternative) = attempt(probe)? {
                found.push(alternative);
                break;
            }
        }
    }
    if !found.is_empty() {
        let far = |one: &Alternative| distance(from, &one.target);
        let least = found.iter().filter_map(far).min();
        found.retain(|one| least.is_none() || far(one) == least);
        return Ok(found);
    }
    for probe in &near.apart {
        if found.len() < MAX_APART {
            found.extend(attempt(probe)?);
        }
    }
    Ok(found)
}

/// The value at a path, null where it is missing; `None` where the path leads through a value that
/// is no context, such as a list of people.
fn value_at(inputs: &Context, path: &[&str]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let mut value = inputs.get(first).cloned().unwrap_or_default();
    for name in rest {
        let inner = value.as_context().and_then(|context| context.get(name)).cloned();
        if value.as_context().is_none() && !value.is_null() {
            return None;
        }
        value = inner.unwrap_or_default();
    }
    Some(value)
}

/// The inputs with another value at a path.
fn replaced(inputs: &Context, path: &[&str], value: &Value) -> Result<Context, TooDeep> {
    let Some((first, rest)) = path.split_first() else { return Ok(inputs.clone()) };
    if rest.is_empty() {
        return inputs.with(*first, value.clone());
    }
    let inner = inputs.get(first).and_then(Value::as_context).cloned().unwrap_or_default();
    inputs.with(*first, Value::Context(replaced(&inner, rest, value)?))
}
