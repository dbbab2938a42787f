//! The trace as plain FEEL values, ready for JSON or a template.

use std::sync::Arc;

use feel::{Date, TooDeep, Value};

use super::{DecisionTrace, Fault, Reason, TableTrace, Trace, Verdict};
use crate::analysis::Target;
use crate::model::Change;
use crate::table::info::RuleInfo;

type Entries = Vec<(Arc<str>, Value)>;

fn put(entries: &mut Entries, name: &str, value: impl Into<Value>) {
    entries.push((name.into(), value.into()));
}

fn put_some(entries: &mut Entries, name: &str, value: Option<&str>) {
    if let Some(text) = value {
        put(entries, name, text);
    }
}

fn list<T>(
    items: impl IntoIterator<Item = T>,
    each: impl Fn(T) -> Result<Value, TooDeep>,
) -> Result<Value, TooDeep> {
    let items: Result<Vec<Value>, TooDeep> = items.into_iter().map(each).collect();
    Value::list(items?)
}

pub(super) fn of_trace(trace: &Trace) -> Result<Value, TooDeep> {
    let mut model = Entries::new();
    put(&mut model, "namespace", &*trace.model.namespace);
    put(&mut model, "name", &*trace.model.name);
    put(&mut model, "digest", trace.model.digest.to_string());
    let mut entries = Entries::new();
    put(&mut entries, "model", Value::context(model)?);
    put(&mut entries, "decision", &*trace.decision);
    put(&mut entries, "inputs", Value::context(trace.inputs.iter().cloned())?);
    put(&mut entries, "faults", of_faults(&trace.faults)?);
    put(&mut entries, "decisions", list(&trace.decisions, of_decision)?);
    put(&mut entries, "truncated", trace.truncated);
    if !trace.changes.is_empty() {
        put(&mut entries, "changes", list(&trace.changes, of_change)?);
    }
    Value::context(entries)
}

fn of_change(change: &Change) -> Result<Value, TooDeep> {
    let mut entries = Entries::new();
    put(&mut entries, "input", &*change.input);
    put(&mut entries, "name", &*change.label);
    put(&mut entries, "from", change.from.clone());
    let alternatives = list(&change.alternatives, |one| {
        let mut entries = Entries::new();
        let (how, value) = match &one.target {
            Target::Exactly(value) => ("exactly", value),
            Target::Above(value) => ("above", value),
            Target::Below(value) => ("below", value),
            Target::AnyOther(value) => ("any_other_such_as", value),
        };
        put(&mut entries, how, value.clone());
        put(&mut entries, "outcome", one.outcome.clone());
        Value::context(entries)
    })?;
    put(&mut entries, "alternatives", alternatives);
    put(&mut entries, "smallest", change.is_smallest);
    Value::context(entries)
}

fn of_faults(faults: &[Fault]) -> Result<Value, TooDeep> {
    list(faults, |fault| Ok(fault.to_string().into()))
}

fn of_decision(decision: &DecisionTrace) -> Result<Value, TooDeep> {
    let mut entries = Entries::new();
    put(&mut entries, "id", &*decision.id);
    put(&mut entries, "name", &*decision.name);
    put(&mut entries, "value", decision.value.clone());
    put(&mut entries, "tables", list(&decision.tables, of_table)?);
    put(&mut entries, "faults", of_faults(&decision.faults)?);
    Value::context(entries)
}

fn of_table(trace: &TableTrace) -> Result<Value, TooDeep> {
    let table = &trace.table;
    let mut entries = Entries::new();
    put_some(&mut entries, "id", table.id.as_deref());
    put(&mut entries, "place", &*table.place);
    put(&mut entries, "hit_policy", table.hit_policy.name());
    let columns = table.inputs.iter().zip(&trace.inputs);
    let inputs = list(columns, |(column, value)| {
        Value::context([("name", Value::from(&*column.label)), ("value", value.clone())])
    })?;
    put(&mut entries, "inputs", inputs);
    let rules = table.rules.iter().zip(&trace.verdicts);
    put(&mut entries, "rules", list(rules, |(rule, verdict)| of_rule(trace, rule, *verdict))?);
    put(&mut entries, "hits", list(&trace.hits, |&hit| Ok(Value::from(i64::from(hit) + 1)))?);
    put(&mut entries, "defaulted", trace.defaulted);
    put(&mut entries, "value", trace.value.clone());
    Value::context(entries)
}

fn of_rule(trace: &TableTrace, rule: &RuleInfo, verdict: Verdict) -> Result<Value, TooDeep> {
    let mut entries = Entries::new();
    put(&mut entries, "rule", i64::from(rule.number));
    put_some(&mut entries, "id", rule.id.as_deref());
    match verdict {
        Verdict::Hit => {
            put(&mut entries, "hit", true);
            put(&mut entries, "reason", of_reason(&rule.reason)?);
        }
        Verdict::Failed { column } => {
            put(&mut entries, "hit", false);
            let label = trace.table.inputs.get(column as usize).map(|column| &*column.label);
            put_some(&mut entries, "failed", label);
            put_some(&mut entries, "wanted", rule.cells.get(column as usize).map(|cell| &**cell));
        }
        Verdict::NotTried => put(&mut entries, "hit", Value::Null),
    }
    Value::context(entries)
}

fn of_reason(reason: &Reason) -> Result<Value, TooDeep> {
    let mut entries = Entries::new();
    let texts = reason.texts.iter().map(|(tag, text)| (&**tag, Value::from(text.as_str())));
    put(&mut entries, "texts", Value::context(texts)?);
    put_some(&mut entries, "law", reason.law.as_deref());
    let mut put_date = |name: &str, date: Option<Date>| {
        if let Some(date) = date {
            put(&mut entries, name, date.to_string());
        }
    };
    put_date("in_force_from", reason.in_force_from);
    put_date("in_force_until", reason.in_force_until);
    put_some(&mut entries, "code", reason.code.as_deref());
    let other = reason.other.iter().map(|(name, text)| (&**name, Value::from(text.as_str())));
    put(&mut entries, "other", Value::context(other)?);
    Value::context(entries)
}
