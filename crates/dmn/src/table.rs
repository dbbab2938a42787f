//! Table: a compiled decision table, and its evaluation with a trace of every rule.
//!
//! Each input expression is evaluated once. A cell that is a constant set is a test on values; only
//! cells that depend on more are evaluated as FEEL. A rule stops at its first failing cell, which is
//! what the trace tells.

use std::sync::Arc;

use feel::{EvalError, Expression, Scope, Shape, Slot, Test, UnaryTests, Value};

use crate::logic::{Logic, Run};
use crate::trace::{Fault, TableTrace, Verdict};
use crate::types::TypeUse;

mod hit;
pub(crate) mod info;

use info::{HitPolicy, TableInfo};

/// Up to this many different cells what is known of them needs no memory of its own.
const FEW_CELLS: usize = 128;

/// A compiled decision table.
#[derive(Debug)]
pub struct Table {
    pub(crate) info: Arc<TableInfo>,
    pub(crate) columns: Vec<Column>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) rules: Vec<Rule>,
    /// How many different constant cells there are, over all columns.
    pub(crate) different: u32,
}

/// An input column.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) expression: Expression,
    pub(crate) declared: Option<TypeUse>,
    pub(crate) allowed: Option<Cell>,
    /// What the analysis takes the column's values to be.
    pub(crate) domain: ColumnDomain,
}

/// The values of an input column, as far as its type says.
#[derive(Debug, Default)]
pub(crate) struct ColumnDomain {
    pub(crate) base: Option<feel::Type>,
    /// Constraints of the type; the column's own allowed values come on top.
    pub(crate) allowed: Vec<Shape>,
}

/// An output column.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) name: Arc<str>,
    pub(crate) declared: Option<TypeUse>,
    pub(crate) allowed: Option<Cell>,
    pub(crate) default: Option<Logic>,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) cells: Vec<Cell>,
    /// For each cell which of the table's different ones it is: rules of one column often share
    /// theirs. A cell that is no constant set is none of them.
    pub(crate) kinds: Vec<u32>,
    pub(crate) outputs: Vec<Logic>,
    /// The result, where every output is a constant.
    pub(crate) constant: Option<Value>,
}

/// Unary tests, ready to be run often.
#[derive(Debug, Clone)]
pub(crate) struct Cell(UnaryTests);

impl Cell {
    pub(crate) fn new(tests: UnaryTests) -> Self {
        Self(tests)
    }

    pub(crate) fn shape(&self) -> &Shape {
        self.0.shape()
    }

    /// The slots that it reads.
    pub(crate) fn slots(&self) -> &[Slot] {
        self.0.slots()
    }

    /// Whether a value passes. Null for an answer (a test that cannot be made) does not pass.
    #[inline]
    fn passes(&self, value: &Value, scope: &Scope, run: &mut Run<'_>) -> Result<bool, EvalError> {
        match self.0.shape() {
            Shape::Any => Ok(true),
            Shape::Tests(tests) if is_simple(value) => {
                Ok(tests.iter().any(|test| accepts(test, value) == Some(true)))
            }
            Shape::Not(tests) if is_simple(value) => {
                Ok(tests.iter().all(|test| accepts(test, value) == Some(false)))
            }
            Shape::Tests(_) | Shape::Not(_) | Shape::NotAnalysable => {
                Ok(self.0.evaluate(value, scope, run.budget)?.as_bool() == Some(true))
            }
        }
    }
}

/// Whether a value is one that constant tests are made on directly.
fn is_simple(value: &Value) -> bool {
    match value {
        Value::Null
        | Value::Boolean(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Date(_)
        | Value::DaysTime(_)
        | Value::YearsMonths(_) => true,
        // Times may need the environment's zone.
        Value::Time(_)
        | Value::DateTime(_)
        | Value::List(_)
        | Value::Context(_)
        | Value::Range(_)
        | Value::Function(_) => false,
    }
}

/// One constant test on a simple value; `None` where the two cannot be compared.
#[inline]
pub(crate) fn accepts(test: &Test, value: &Value) -> Option<bool> {
    match test {
        Test::Equals(constant) => value.feel_equal(constant),
        Test::Differs(constant) => value.feel_equal(constant).map(|same| !same),
        Test::Within(range) => range.includes(value),
    }
}

impl Table {
    /// The table as written.
    pub fn info(&self) -> &Arc<TableInfo> {
        &self.info
    }

    /// The value of the table, with its trace left in the run's sink.
    pub(crate) fn evaluate(
        &self,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Value, EvalError> {
        let (inputs, sound) = self.inputs(scope, run)?;
        let mut verdicts = Vec::with_capacity(self.rules.len());
        let mut matched: Vec<u32> = Vec::new();
        let cells = self.rules.len().saturating_mul(self.columns.len().max(1));
        run.budget.charge_steps(u64::try_from(cells).unwrap_or(u64::MAX))?;
        run.budget.charge_memory(64 + 8 * u64::try_from(self.rules.len()).unwrap_or(u64::MAX))?;
        if sound {
            self.match_rules(&inputs, scope, run, &mut verdicts, &mut matched)?;
        } else {
            verdicts.resize(self.rules.len(), Verdict::NotTried);
        }
        let outcome = if sound { self.outcome(matched, scope, run)? } else { hit::Outcome::none() };
        let value = outcome.value.clone();
        run.sink.table(TableTrace {
            table: Arc::clone(&self.info),
            inputs,
            verdicts,
            hits: outcome.hits,
            defaulted: outcome.defaulted,
            value: outcome.value,
        });
        Ok(value)
    }

    /// The value of each column, and whether all are allowed.
    fn inputs(
        &self,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<(Vec<Value>, bool), EvalError> {
        let mut inputs = Vec::with_capacity(self.columns.len());
        let mut sound = true;
        for (column, info) in self.columns.iter().zip(&self.info.inputs) {
            let mut value = column.value(scope, run)?;
            if column.declared.is_some() {
                value = run.conform(column.declared.as_ref(), value, &info.label)?;
            }
            if let Some(allowed) = &column.allowed
                && !value.is_null()
                && !allowed.passes(&value, scope, run)?
            {
                sound = false;
                let table = Arc::clone(&self.info.place);
                run.sink.fault(Fault::InputNotAllowed { table, column: Arc::clone(&info.label) });
            }
            inputs.push(value);
        }
        Ok((inputs, sound))
    }

    fn match_rules(
        &self,
        inputs: &[Value],
        scope: &Scope,
        run: &mut Run<'_>,
        verdicts: &mut Vec<Verdict>,
        matched: &mut Vec<u32>,
    ) -> Result<(), EvalError> {
        let first_only = self.info.hit_policy == HitPolicy::First;
        let (mut few, mut many) = ([None; FEW_CELLS], Vec::new());
        let known = if let Some(known) = few.get_mut(..self.different as usize) {
            known
        } else {
            many.resize(self.different as usize, None);
            many.as_mut_slice()
        };
        for (rule, number) in self.rules.iter().zip(0u32..) {
            let verdict = rule.verdict(inputs, scope, run, known)?;
            verdicts.push(verdict);
            if verdict == Verdict::Hit {
                matched.push(number);
                if first_only {
                    verdicts.resize(self.rules.len(), Verdict::NotTried);
                    break;
                }
            }
        }
        Ok(())
    }
}

impl Column {
    /// The value of the expression; most are a name alone, which needs no evaluator.
    #[inline]
    fn value(&self, scope: &Scope, run: &mut Run<'_>) -> Result<Value, EvalError> {
        match self.expression.as_variable().and_then(|slot| scope.get(slot)) {
            Some(value) => {
                run.budget.charge_steps(1)?;
                Ok(value.clone())
            }
            None => self.expression.evaluate(scope, run.budget),
        }
    }
}

impl Rule {
    #[inline]
    fn verdict(
        &self,
        inputs: &[Value],
        scope: &Scope,
        run: &mut Run<'_>,
        known: &mut [Option<bool>],
    ) -> Result<Verdict, EvalError> {
        let cells = self.cells.iter().zip(&self.kinds).zip(inputs);
        for (((cell, kind), value), column) in cells.zip(0u32..) {
            let passes = match known.get_mut(*kind as usize) {
                Some(Some(passes)) => *passes,
                Some(place) => *place.insert(cell.passes(value, scope, run)?),
                None => cell.passes(value, scope, run)?,
            };
            if !passes {
                return Ok(Verdict::Failed { column });
            }
        }
        Ok(Verdict::Hit)
    }
}
