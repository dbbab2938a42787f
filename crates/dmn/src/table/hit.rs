//! Hit policies: from the rules that matched to one result.

use std::cmp::Ordering;
use std::sync::Arc;

use feel::{Decimal, EvalError, Scope, Shape, Value};

use super::info::HitPolicy;
use super::{Cell, Rule, Table, accepts};
use crate::logic::Run;
use crate::trace::Fault;

/// What a table gives.
pub(super) struct Outcome {
    pub(super) value: Value,
    pub(super) hits: Vec<u32>,
    pub(super) defaulted: bool,
}

impl Outcome {
    pub(super) fn none() -> Self {
        Self { value: Value::Null, hits: Vec::new(), defaulted: false }
    }

    fn of(value: Value, hits: Vec<u32>) -> Self {
        Self { value, hits, defaulted: false }
    }
}

/// Where an output stands among the allowed values: the first is the most important.
pub(crate) fn rank(allowed: Option<&Cell>, value: &Value) -> usize {
    match allowed.map(Cell::shape) {
        Some(Shape::Tests(tests)) => {
            let found = tests.iter().position(|test| accepts(test, value) == Some(true));
            found.unwrap_or(usize::MAX)
        }
        Some(Shape::Any | Shape::Not(_) | Shape::NotAnalysable) | None => 0,
    }
}

impl Table {
    pub(super) fn outcome(
        &self,
        matched: Vec<u32>,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Outcome, EvalError> {
        if matched.is_empty() {
            return self.nothing_matched(scope, run);
        }
        match self.info.hit_policy {
            HitPolicy::Unique if matched.len() > 1 => {
                let table = Arc::clone(&self.info.place);
                run.sink.fault(Fault::SeveralRulesMatched { table, rules: numbers(&matched) });
                Ok(Outcome { hits: matched, ..Outcome::none() })
            }
            HitPolicy::Unique | HitPolicy::First => self.single(matched, scope, run),
            HitPolicy::Any => self.any(matched, scope, run),
            HitPolicy::Priority => {
                let mut matched = self.by_priority(matched, scope, run)?;
                matched.truncate(1);
                self.single(matched, scope, run)
            }
            HitPolicy::OutputOrder => {
                let matched = self.by_priority(matched, scope, run)?;
                self.every(matched, scope, run)
            }
            HitPolicy::RuleOrder | HitPolicy::Collect => self.every(matched, scope, run),
            HitPolicy::CollectCount => {
                let count = i64::try_from(matched.len()).unwrap_or(i64::MAX);
                Ok(Outcome::of(count.into(), matched))
            }
            HitPolicy::CollectSum | HitPolicy::CollectMin | HitPolicy::CollectMax => {
                self.aggregated(matched, scope, run)
            }
        }
    }

    fn nothing_matched(&self, scope: &mut Scope, run: &mut Run<'_>) -> Result<Outcome, EvalError> {
        if self.outputs.iter().any(|output| output.default.is_some()) {
            let mut values = Vec::with_capacity(self.outputs.len());
            for output in &self.outputs {
                values.push(match &output.default {
                    Some(default) => default.evaluate(scope, run)?,
                    None => Value::Null,
                });
            }
            let value = self.row(values)?;
            let value =
                if self.info.hit_policy.is_multiple() { Value::list([value])? } else { value };
            return Ok(Outcome { value, hits: Vec::new(), defaulted: true });
        }
        let value = match self.info.hit_policy {
            HitPolicy::Unique | HitPolicy::Any | HitPolicy::Priority | HitPolicy::First => {
                run.sink.fault(Fault::NoRuleMatched { table: Arc::clone(&self.info.place) });
                Value::Null
            }
            HitPolicy::Collect | HitPolicy::RuleOrder | HitPolicy::OutputOrder => Value::list([])?,
            HitPolicy::CollectCount => Value::Number(Decimal::ZERO),
            HitPolicy::CollectSum | HitPolicy::CollectMin | HitPolicy::CollectMax => Value::Null,
        };
        Ok(Outcome::of(value, Vec::new()))
    }

    /// The outputs of a row as one value: itself where there is one, else a context.
    pub(crate) fn row(&self, mut values: Vec<Value>) -> Result<Value, EvalError> {
        if self.outputs.len() == 1 {
            return Ok(values.pop().unwrap_or_default());
        }
        let names = self.outputs.iter().map(|output| Arc::clone(&output.name));
        Ok(Value::context(names.zip(values))?)
    }

    fn rule(&self, number: u32) -> Option<&Rule> {
        self.rules.get(number as usize)
    }

    /// The outputs of a rule, each held to its column's allowed values.
    fn cells_of(
        &self,
        number: u32,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Vec<Value>, EvalError> {
        let Some(rule) = self.rule(number) else { return Ok(Vec::new()) };
        let mut values = Vec::with_capacity(rule.outputs.len());
        for (logic, output) in rule.outputs.iter().zip(&self.outputs) {
            let value = logic.evaluate(scope, run)?;
            // Constants were held to the allowed values when the model was read.
            if rule.constant.is_none()
                && let Some(allowed) = &output.allowed
                && !value.is_null()
                && !allowed.passes(&value, scope, run)?
            {
                let (table, rule) = (Arc::clone(&self.info.place), number.saturating_add(1));
                run.sink.fault(Fault::OutputNotAllowed { table, rule });
                values.push(Value::Null);
            } else {
                values.push(value);
            }
        }
        Ok(values)
    }

    fn result_of(
        &self,
        number: u32,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Value, EvalError> {
        if let Some(value) = self.rule(number).and_then(|rule| rule.constant.as_ref()) {
            return Ok(value.clone());
        }
        let values = self.cells_of(number, scope, run)?;
        self.row(values)
    }

    fn single(
        &self,
        hits: Vec<u32>,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Outcome, EvalError> {
        let value = match hits.first() {
            Some(&number) => self.result_of(number, scope, run)?,
            None => Value::Null,
        };
        Ok(Outcome::of(value, hits))
    }

    fn results(
        &self,
        hits: &[u32],
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Vec<Value>, EvalError> {
        hits.iter().map(|&number| self.result_of(number, scope, run)).collect()
    }

    fn every(
        &self,
        hits: Vec<u32>,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Outcome, EvalError> {
        let values = self.results(&hits, scope, run)?;
        Ok(Outcome::of(Value::list(values)?, hits))
    }

    fn any(
        &self,
        hits: Vec<u32>,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Outcome, EvalError> {
        let mut values = self.results(&hits, scope, run)?.into_iter();
        let first = values.next().unwrap_or_default();
        if values.all(|other| first.feel_equal(&other) == Some(true)) {
            return Ok(Outcome::of(first, hits));
        }
        let table = Arc::clone(&self.info.place);
        run.sink.fault(Fault::OutputsDiffer { table, rules: numbers(&hits) });
        Ok(Outcome { hits, ..Outcome::none() })
    }

    /// The rules by the places of their outputs among the allowed values; equals stay in order.
    fn by_priority(
        &self,
        hits: Vec<u32>,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Vec<u32>, EvalError> {
        let mut ranked: Vec<(Vec<usize>, u32)> = Vec::with_capacity(hits.len());
        for number in hits {
            let values = self.cells_of(number, scope, run)?;
            ranked.push((self.ranks(&values), number));
        }
        ranked.sort();
        Ok(ranked.into_iter().map(|(_, number)| number).collect())
    }

    pub(crate) fn ranks(&self, values: &[Value]) -> Vec<usize> {
        let outputs = self.outputs.iter().zip(values);
        outputs.map(|(output, value)| rank(output.allowed.as_ref(), value)).collect()
    }

    fn aggregated(
        &self,
        hits: Vec<u32>,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Outcome, EvalError> {
        let values = self.results(&hits, scope, run)?;
        let value = match self.info.hit_policy {
            HitPolicy::CollectSum => sum(&values),
            HitPolicy::CollectMin => extreme(&values, Ordering::Less),
            HitPolicy::CollectMax
            | HitPolicy::Unique
            | HitPolicy::Any
            | HitPolicy::Priority
            | HitPolicy::First
            | HitPolicy::RuleOrder
            | HitPolicy::OutputOrder
            | HitPolicy::Collect
            | HitPolicy::CollectCount => extreme(&values, Ordering::Greater),
        };
        if value.is_none() {
            run.sink.fault(Fault::NotAggregable { table: Arc::clone(&self.info.place) });
        }
        Ok(Outcome::of(value.unwrap_or_default(), hits))
    }
}

fn numbers(hits: &[u32]) -> Vec<u32> {
    hits.iter().map(|hit| hit.saturating_add(1)).collect()
}

fn sum(values: &[Value]) -> Option<Value> {
    let mut total = Decimal::ZERO;
    for value in values {
        total = total.checked_add(value.as_number()?).ok()?;
    }
    Some(Value::Number(total))
}

/// The value that stands at one end of the order of all.
fn extreme(values: &[Value], wanted: Ordering) -> Option<Value> {
    let mut best = values.first()?;
    for value in values {
        if value.feel_order(best)? == wanted {
            best = value;
        }
    }
    Some(best.clone())
}
