//! Logic: compiled boxed expressions and their evaluation.
//!
//! Each expression was compiled against the names visible where it stands; their values stand in one
//! [`Scope`] per decision or call, which contexts extend and restore.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use feel::{Budget, Environment, EvalError, Expression, Function, Native, Scope, Slot, Value};

use crate::table::Table;
use crate::trace::{Fault, TableTrace};
use crate::types::{TypeUse, Types};

/// How many evaluations of tables one trace holds; the others are evaluated but not told.
pub const MAX_TABLE_TRACES: usize = 1_000;
/// How many faults one trace holds.
const MAX_FAULTS: usize = 1_000;
/// How many boxed functions one evaluation may make: each may hold the one before it.
const MAX_CLOSURES: u32 = 400;

/// A compiled expression with the type that its place declares.
#[derive(Debug)]
pub(crate) struct Logic {
    pub(crate) kind: Kind,
    pub(crate) declared: Option<TypeUse>,
    /// What its value is called in faults.
    pub(crate) name: Arc<str>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Constant(Value),
    Feel(Expression),
    Table(Arc<Table>),
    Context {
        entries: Vec<(Arc<str>, Slot, Logic)>,
        result: Option<Box<Logic>>,
    },
    /// The arguments, then the expression that calls with them.
    Call {
        arguments: Vec<(Slot, Logic)>,
        call: Expression,
    },
    List(Vec<Logic>),
    Relation {
        columns: Vec<Arc<str>>,
        rows: Vec<Vec<Logic>>,
    },
    Function(Arc<FunctionLogic>),
    Conditional(Box<(Logic, Logic, Logic)>),
    /// Null, since the decision has a problem: its name and the problem.
    Unread(Arc<str>, Arc<str>),
}

/// The parameters and body of a function.
#[derive(Debug)]
pub(crate) struct FunctionLogic {
    pub(crate) names: Vec<Arc<str>>,
    pub(crate) slots: Vec<(Slot, Option<TypeUse>)>,
    pub(crate) body: Logic,
}

/// What an evaluation collects, also from within functions that FEEL calls.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) tables: Vec<TableTrace>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) told: usize,
    pub(crate) closures: u32,
    pub(crate) truncated: bool,
}

/// The one place that an evaluation and its functions write to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Collected>>);

impl Sink {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Collected> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn fault(&self, fault: Fault) {
        let mut all = self.lock();
        if all.faults.len() < MAX_FAULTS {
            all.faults.push(fault);
        }
    }

    pub(crate) fn table(&self, trace: TableTrace) {
        let mut all = self.lock();
        if all.told < MAX_TABLE_TRACES {
            all.told = all.told.saturating_add(1);
            if all.tables.is_empty() {
                // Most decisions look at one table.
                all.tables.reserve_exact(1);
            }
            all.tables.push(trace);
        } else {
            all.truncated = true;
        }
    }
}

/// What one evaluation works with.
pub(crate) struct Run<'r> {
    pub(crate) sink: Sink,
    pub(crate) types: &'r Arc<Types>,
    pub(crate) environment: &'r Arc<Environment>,
    pub(crate) budget: &'r mut Budget,
}

impl Run<'_> {
    /// The value as one of the declared type; null and a fault where it is none.
    pub(crate) fn conform(
        &mut self,
        declared: Option<&TypeUse>,
        value: Value,
        name: &Arc<str>,
    ) -> Result<Value, EvalError> {
        let Some(used) = declared else { return Ok(value) };
        let found = self.types.conform(used, &value, self.environment, self.budget)?;
        Ok(found.unwrap_or_else(|| {
            let type_name = self.types.name(used);
            self.sink.fault(Fault::NotOfType { name: Arc::clone(name), type_name });
            Value::Null
        }))
    }
}

impl Logic {
    pub(crate) fn evaluate(
        &self,
        scope: &mut Scope,
        run: &mut Run<'_>,
    ) -> Result<Value, EvalError> {
        run.budget.enter()?;
        let value = self.kind.evaluate(scope, run);
        run.budget.leave();
        if self.declared.is_none() {
            return value;
        }
        run.conform(self.declared.as_ref(), value?, &self.name)
    }
}

impl Kind {
    fn evaluate(&self, scope: &mut Scope, run: &mut Run<'_>) -> Result<Value, EvalError> {
        run.budget.charge_steps(1)?;
        match self {
            Self::Constant(value) => Ok(value.clone()),
            Self::Feel(expression) => expression.evaluate(scope, run.budget),
            Self::Table(table) => table.evaluate(scope, run),
            Self::Context { entries, result } => context(entries, result.as_deref(), scope, run),
            Self::Call { arguments, call } => {
                let before = values_of(scope, arguments.iter().map(|(slot, _)| *slot));
                let value = call_with(arguments, call, scope, run);
                restore(scope, before);
                value
            }
            Self::List(items) => Ok(Value::list(all(items, scope, run)?)?),
            Self::Relation { columns, rows } => relation(columns, rows, scope, run),
            Self::Function(logic) => function(logic, scope, run),
            Self::Unread(name, problem) => {
                let (name, problem) = (Arc::clone(name), Arc::clone(problem));
                run.sink.fault(Fault::Unread { name, problem });
                Ok(Value::Null)
            }
            Self::Conditional(parts) => {
                let (condition, then, otherwise) = &**parts;
                let yes = condition.evaluate(scope, run)?.as_bool() == Some(true);
                if yes { then.evaluate(scope, run) } else { otherwise.evaluate(scope, run) }
            }
        }
    }
}

type Saved = Vec<(Slot, Value)>;

fn values_of(scope: &Scope, slots: impl Iterator<Item = Slot>) -> Saved {
    slots.map(|slot| (slot, scope.get(slot).cloned().unwrap_or_default())).collect()
}

fn restore(scope: &mut Scope, saved: Saved) {
    for (slot, value) in saved {
        scope.set(slot, value);
    }
}

fn context(
    entries: &[(Arc<str>, Slot, Logic)],
    result: Option<&Logic>,
    scope: &mut Scope,
    run: &mut Run<'_>,
) -> Result<Value, EvalError> {
    let before = values_of(scope, entries.iter().map(|(_, slot, _)| *slot));
    let value = filled(entries, result, scope, run);
    restore(scope, before);
    value
}

fn filled(
    entries: &[(Arc<str>, Slot, Logic)],
    result: Option<&Logic>,
    scope: &mut Scope,
    run: &mut Run<'_>,
) -> Result<Value, EvalError> {
    let mut values = Vec::with_capacity(entries.len());
    for (name, slot, logic) in entries {
        let value = logic.evaluate(scope, run)?;
        scope.set(*slot, value.clone());
        values.push((Arc::clone(name), value));
    }
    match result {
        Some(result) => result.evaluate(scope, run),
        None => Ok(Value::context(values)?),
    }
}

fn call_with(
    arguments: &[(Slot, Logic)],
    call: &Expression,
    scope: &mut Scope,
    run: &mut Run<'_>,
) -> Result<Value, EvalError> {
    let mut values = Vec::with_capacity(arguments.len());
    for (slot, logic) in arguments {
        values.push((*slot, logic.evaluate(scope, run)?));
    }
    restore(scope, values);
    call.evaluate(scope, run.budget)
}

fn all(items: &[Logic], scope: &mut Scope, run: &mut Run<'_>) -> Result<Vec<Value>, EvalError> {
    items.iter().map(|item| item.evaluate(scope, run)).collect()
}

fn relation(
    columns: &[Arc<str>],
    rows: &[Vec<Logic>],
    scope: &mut Scope,
    run: &mut Run<'_>,
) -> Result<Value, EvalError> {
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let cells = all(row, scope, run)?;
        values.push(Value::context(columns.iter().cloned().zip(cells))?);
    }
    Ok(Value::list(values)?)
}

fn function(
    logic: &Arc<FunctionLogic>,
    scope: &Scope,
    run: &mut Run<'_>,
) -> Result<Value, EvalError> {
    {
        let mut all = run.sink.lock();
        all.closures = all.closures.saturating_add(1);
        if all.closures > MAX_CLOSURES {
            let message = format!("more than {MAX_CLOSURES} functions made");
            return Err(EvalError::Host { name: logic.body.name.to_string(), message });
        }
    }
    run.budget.charge_memory(1_024)?;
    Ok(closure(logic, scope.clone(), run.sink.clone(), run.types))
}

/// A function value that evaluates `logic` in a copy of `scope`.
pub(crate) fn closure(
    logic: &Arc<FunctionLogic>,
    scope: Scope,
    sink: Sink,
    types: &Arc<Types>,
) -> Value {
    let logic = Arc::clone(logic);
    let closure = Closure { logic, scope, sink, types: Arc::clone(types) };
    Value::Function(Function::native(Arc::new(closure)))
}

struct Closure {
    logic: Arc<FunctionLogic>,
    scope: Scope,
    sink: Sink,
    types: Arc<Types>,
}

impl Native for Closure {
    fn parameters(&self) -> &[Arc<str>] {
        &self.logic.names
    }

    fn call(
        &self,
        arguments: &[Value],
        environment: &Arc<Environment>,
        budget: &mut Budget,
    ) -> Result<Value, EvalError> {
        let mut run = Run { sink: self.sink.clone(), types: &self.types, environment, budget };
        run.budget.enter()?;
        let value = self.body(arguments, &mut run);
        run.budget.leave();
        value
    }
}

impl Closure {
    fn body(&self, arguments: &[Value], run: &mut Run<'_>) -> Result<Value, EvalError> {
        let mut scope = self.scope.clone();
        let slots = self.logic.slots.iter().zip(&self.logic.names);
        for (((slot, declared), name), argument) in slots.zip(arguments) {
            let value = run.conform(declared.as_ref(), argument.clone(), name)?;
            scope.set(*slot, value);
        }
        self.logic.body.evaluate(&mut scope, run)
    }
}
