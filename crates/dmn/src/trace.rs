//! Trace: why a decision came out as it did.
//!
//! For each decision evaluated, in order, it names the tables, the value of each input, for every
//! rule its first failing cell, the rules hit with their annotations, and the value. It is plain data
//! that turns into a FEEL context ([`Trace::to_value`]) or JSON. It holds the values that went in
//! and came out, so it is as personal as they are; [`Trace::codes`] holds none.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Digest;
use feel::{Date, TooDeep, Value};

use crate::model::Change;
use crate::table::info::TableInfo;

mod value;

/// Which model was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelStamp {
    /// The namespace that its author gave it.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

/// What a rule's annotations say: why, in people's languages, and by which law.
///
/// They are read from annotation columns by name: `reason:en` (any language tag), `law`,
/// `in_force_from`, `in_force_until`, `code`; other columns are kept under their own names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reason {
    /// The reason by language tag.
    pub texts: BTreeMap<String, String>,
    /// The law that the rule follows.
    pub law: Option<String>,
    /// The first day on which it is in force.
    pub in_force_from: Option<Date>,
    /// The last day on which it is in force.
    pub in_force_until: Option<Date>,
    /// A short code for programs.
    pub code: Option<String>,
    /// Other annotations by column name.
    pub other: BTreeMap<String, String>,
}

/// What became of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every cell passed.
    Hit,
    /// This input column, from 0, was the first whose cell did not pass.
    Failed {
        /// The column, from 0.
        column: u32,
    },
    /// An earlier rule had already decided (hit policy first).
    NotTried,
}

/// What went wrong in a way that DMN answers with null (or that it ignores). A caller that acts on
/// people should treat a trace with faults as no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Fault {
    /// No rule matched and there is no default output.
    #[error("{table}: no rule matched")]
    NoRuleMatched {
        /// The table.
        table: Arc<str>,
    },
    /// Several rules matched where the hit policy allows one.
    #[error("{table}: several rules matched where only one may: {rules:?}")]
    SeveralRulesMatched {
        /// The table.
        table: Arc<str>,
        /// The rules, from 1.
        rules: Vec<u32>,
    },
    /// Hit policy any: the rules that matched have different outputs.
    #[error("{table}: the rules that matched have different outputs: {rules:?}")]
    OutputsDiffer {
        /// The table.
        table: Arc<str>,
        /// The rules, from 1.
        rules: Vec<u32>,
    },
    /// A table's input is outside the column's allowed values.
    #[error("{table}: the value of `{column}` is not among its allowed values")]
    InputNotAllowed {
        /// The table.
        table: Arc<str>,
        /// The label of the column.
        column: Arc<str>,
    },
    /// A table's output is outside the column's allowed values.
    #[error("{table}: rule {rule} gives a value that is not allowed")]
    OutputNotAllowed {
        /// The table.
        table: Arc<str>,
        /// The rule, from 1.
        rule: u32,
    },
    /// The outputs of the rules that matched cannot be aggregated.
    #[error("{table}: the outputs cannot be aggregated")]
    NotAggregable {
        /// The table.
        table: Arc<str>,
    },
    /// A value is not of the type that its place declares; null stands in its stead.
    #[error("the value of `{name}` is not of type {type_name}")]
    NotOfType {
        /// The input, decision or entry.
        name: Arc<str>,
        /// The type.
        type_name: Arc<str>,
    },
    /// A decision or knowledge model with a problem, in a model that was read leniently.
    #[error("`{name}` cannot be read: {problem}")]
    Unread {
        /// The decision or knowledge model.
        name: Arc<str>,
        /// The first problem found in it, with its place.
        problem: Arc<str>,
    },
}

/// One evaluation of one decision table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableTrace {
    /// The table: its columns, rules and annotations.
    pub table: Arc<TableInfo>,
    /// The value of each input column.
    pub inputs: Vec<Value>,
    /// What became of each rule, in order.
    pub verdicts: Vec<Verdict>,
    /// The rules whose outputs count, from 0, in the order of the hit policy.
    pub hits: Vec<u32>,
    /// Whether the default outputs were used.
    pub defaulted: bool,
    /// What it gave.
    pub value: Value,
}

impl TableTrace {
    /// The annotations of the rules whose outputs count.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        let rules = &self.table.rules;
        self.hits.iter().filter_map(|&hit| rules.get(hit as usize)).map(|rule| &rule.reason)
    }
}

/// One decision evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionTrace {
    /// Its id (its name where it has none).
    pub id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
    /// The tables evaluated on the way, those of knowledge models included, in order.
    pub tables: Vec<TableTrace>,
    /// What went wrong.
    pub faults: Vec<Fault>,
}

/// Why a decision came out as it did.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The model.
    pub model: Arc<ModelStamp>,
    /// The id of the decision asked for.
    pub decision: Arc<str>,
    /// The inputs used, as the model took them, by name.
    pub inputs: Vec<(Arc<str>, Value)>,
    /// What is wrong with the inputs.
    pub faults: Vec<Fault>,
    /// The decisions evaluated, in order; the one asked for is the last.
    pub decisions: Vec<DecisionTrace>,
    /// Whether tables were left out because there were more than
    /// [`MAX_TABLE_TRACES`](crate::MAX_TABLE_TRACES).
    pub truncated: bool,
    /// What would have altered the outcome, where that was asked for
    /// ([`Model::explain`](crate::Model::explain)).
    pub changes: Vec<Change>,
}

/// Which rule counted: no values, only places in the model and words of its author.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonCode {
    /// The decision's id.
    pub decision: String,
    /// The table's id, or its place in the model.
    pub table: String,
    /// The rule, from 1; 0 is the default output.
    pub rule: u32,
    /// The rule's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_id: Option<String>,
    /// The rule's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The law that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<String>,
}

impl Trace {
    /// The rules that counted, in order, without any value.
    pub fn codes(&self) -> Vec<ReasonCode> {
        let mut codes = Vec::new();
        for decision in &self.decisions {
            for table in &decision.tables {
                table_codes(&decision.id, table, &mut codes);
            }
        }
        codes
    }

    /// The annotations of the rules that counted, in order.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.decisions.iter().flat_map(|decision| &decision.tables).flat_map(TableTrace::reasons)
    }

    /// Everything that went wrong, of the inputs first.
    pub fn all_faults(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter().chain(self.decisions.iter().flat_map(|decision| &decision.faults))
    }

    /// The trace as a FEEL context of plain values.
    pub fn to_value(&self) -> Result<Value, TooDeep> {
        value::of_trace(self)
    }

    /// The trace as canonical JSON.
    pub fn to_json(&self) -> Result<String, TooDeep> {
        self.to_value().map(|value| value.to_json())
    }
}

fn table_codes(decision: &str, trace: &TableTrace, codes: &mut Vec<ReasonCode>) {
    let table = trace.table.id.as_ref().unwrap_or(&trace.table.place).to_string();
    let code = |rule, rule_id, reason: Option<&Reason>| ReasonCode {
        decision: decision.to_owned(),
        table: table.clone(),
        rule,
        rule_id,
        code: reason.and_then(|reason| reason.code.clone()),
        law: reason.and_then(|reason| reason.law.clone()),
    };
    if trace.defaulted {
        codes.push(code(0, None, None));
    }
    for &hit in &trace.hits {
        if let Some(rule) = trace.table.rules.get(hit as usize) {
            let id = rule.id.as_ref().map(ToString::to_string);
            codes.push(code(hit.saturating_add(1), id, Some(&rule.reason)));
        }
    }
}
