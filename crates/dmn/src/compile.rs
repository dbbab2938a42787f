//! Compile: from syntax to logic. Names, types and references are resolved here, once; whatever
//! cannot be is a problem with its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use feel::{
    Budget, Dialect, Environment, Expression, Limits, Names, Scope, Slot, UnaryTests, Value,
};
use roxmltree::NodeId;

use crate::logic::{FunctionLogic, Kind, Logic};
use crate::problem::ProblemKind;
use crate::syntax;
use crate::table::{Cell, Table};
use crate::types::{TypeUse, Types};
use crate::xml::Source;

mod model;
mod table;

pub(crate) use model::{Reading, compile};

/// What the FEEL of a model is; DMN 1.6 will choose another by its version.
const DIALECT: Dialect = Dialect::STANDARD;

/// How many names may be looked at, in one model: every expression is read against those in scope,
/// and every context copies them.
const MAX_NAMES_SEEN: usize = 4_000_000;

/// What an expression sees: names with their types, and whom it belongs to.
#[derive(Debug, Clone)]
struct Sight {
    names: Names,
    types: BTreeMap<String, TypeUse>,
    owner: Arc<str>,
    /// How many names a copy copies: variables and members.
    size: usize,
}

impl Sight {
    fn add(&mut self, name: &str, declared: Option<&TypeUse>) -> Slot {
        match declared {
            Some(used) => self.types.insert(name.to_owned(), used.clone()),
            None => self.types.remove(name),
        };
        self.size = self.size.saturating_add(1);
        self.names.add(name)
    }
}

/// Compiles the expressions of one model.
struct Compiler<'c, 'a> {
    source: &'c mut Source<'a>,
    types: &'c Types,
    tables: Vec<Arc<Table>>,
    seen: usize,
}

impl Compiler<'_, '_> {
    /// A copy of what is seen, to be extended; `None` when there have been too many.
    fn inner(&mut self, sight: &Sight, at: NodeId) -> Option<Sight> {
        self.may_see(sight.size, at).then(|| sight.clone())
    }

    fn may_see(&mut self, size: usize, at: NodeId) -> bool {
        self.seen = self.seen.saturating_add(size).saturating_add(1);
        if self.seen > MAX_NAMES_SEEN {
            let kind = ProblemKind::TooMany { what: "names in scope", limit: MAX_NAMES_SEEN };
            self.source.problem(at, kind);
        }
        self.seen <= MAX_NAMES_SEEN
    }

    fn reference(&mut self, name: Option<&str>, at: NodeId) -> Option<TypeUse> {
        self.types.reference(name, at, self.source)
    }

    fn feel(&mut self, text: &syntax::Text, sight: &Sight) -> Option<Expression> {
        if !self.may_see(sight.size, text.at) {
            return None;
        }
        let compiled = Expression::compile(&text.text, &sight.names, DIALECT);
        compiled.map_err(|error| self.source.expression_problem(text.at, error)).ok()
    }

    fn tests(&mut self, text: &syntax::Text, sight: &Sight) -> Option<Cell> {
        if !self.may_see(sight.size, text.at) {
            return None;
        }
        let compiled = UnaryTests::compile(&text.text, &sight.names, DIALECT);
        compiled.map_err(|error| self.source.expression_problem(text.at, error)).ok().map(Cell::new)
    }

    fn logic(&mut self, expression: &syntax::Expression, sight: &Sight) -> Option<Logic> {
        let declared = self.reference(expression.type_ref.as_deref(), expression.at);
        let kind = match &expression.kind {
            syntax::Kind::Literal(text) => self.literal(text, sight)?,
            syntax::Kind::Table(table) => {
                let compiled = Arc::new(self.table(table, sight)?);
                self.tables.push(Arc::clone(&compiled));
                Kind::Table(compiled)
            }
            syntax::Kind::Context(entries) => self.context(entries, expression.at, sight)?,
            syntax::Kind::Invocation { callee, bindings } => {
                self.invocation(callee, bindings, expression.at, sight)?
            }
            syntax::Kind::List(items) => Kind::List(self.all(items, sight)?),
            syntax::Kind::Relation { columns, rows } => {
                let names = columns.iter().map(|column| column.name.as_str().into()).collect();
                let rows: Vec<_> = rows.iter().map(|row| self.all(row, sight)).collect();
                Kind::Relation { columns: names, rows: rows.into_iter().collect::<Option<_>>()? }
            }
            syntax::Kind::Function { parameters, body } => {
                let function = self.function(parameters, body, expression.at, sight)?;
                return Some(Logic {
                    kind: Kind::Function(Arc::new(function)),
                    declared: None,
                    name: Arc::clone(&sight.owner),
                });
            }
            syntax::Kind::Conditional { condition, then, otherwise } => {
                let condition = self.logic(condition, sight);
                let then = self.logic(then, sight);
                let otherwise = self.logic(otherwise, sight);
                Kind::Conditional(Box::new((condition?, then?, otherwise?)))
            }
        };
        Some(Logic { kind, declared, name: Arc::clone(&sight.owner) })
    }

    fn literal(&mut self, text: &syntax::Text, sight: &Sight) -> Option<Kind> {
        let expression = self.feel(text, sight)?;
        Some(match constant(&text.text, &expression) {
            Some(value) => Kind::Constant(value),
            None => Kind::Feel(expression),
        })
    }

    fn all(&mut self, items: &[syntax::Expression], sight: &Sight) -> Option<Vec<Logic>> {
        let items: Vec<Option<Logic>> = items.iter().map(|item| self.logic(item, sight)).collect();
        items.into_iter().collect()
    }

    fn context(&mut self, entries: &[syntax::Entry], at: NodeId, sight: &Sight) -> Option<Kind> {
        let mut sight = self.inner(sight, at)?;
        let mut compiled = Vec::with_capacity(entries.len());
        let (mut result, mut whole) = (None, true);
        for entry in entries {
            let logic = self.logic(&entry.expression, &sight);
            let Some(variable) = &entry.variable else {
                whole &= logic.is_some();
                result = logic.map(Box::new);
                continue;
            };
            let name: Arc<str> = variable.name.as_str().into();
            let declared = self.reference(variable.type_ref.as_deref(), variable.at);
            if compiled.iter().any(|(other, _, _)| *other == name) && compiled.len() < 1_000 {
                let kind = ProblemKind::DuplicateName { name: variable.name.clone() };
                self.source.problem(variable.at, kind);
            }
            let known = declared.clone().or_else(|| logic.as_ref()?.declared.clone());
            let slot = sight.add(&variable.name, known.as_ref());
            match logic {
                Some(logic) => {
                    let logic = declared_as(logic, declared, &name);
                    compiled.push((name, slot, logic));
                }
                None => whole = false,
            }
        }
        whole.then_some(Kind::Context { entries: compiled, result })
    }

    /// An invocation is a call in FEEL whose arguments are names that nobody else can write.
    fn invocation(
        &mut self,
        callee: &syntax::Text,
        bindings: &[(syntax::Parameter, syntax::Expression)],
        at: NodeId,
        sight: &Sight,
    ) -> Option<Kind> {
        self.feel(callee, sight)?;
        let mut inner = self.inner(sight, at)?;
        let mut arguments = Vec::with_capacity(bindings.len());
        let mut call = String::new();
        let mut whole = true;
        for ((parameter, expression), number) in bindings.iter().zip(1..) {
            let declared = self.reference(parameter.type_ref.as_deref(), parameter.at);
            let Some(logic) = self.logic(expression, sight) else {
                whole = false;
                continue;
            };
            let argument = format!("argument_{number}_of_this_invocation");
            let slot = inner.add(&argument, None);
            let separator = if call.is_empty() { "" } else { ", " };
            call.extend([separator, &parameter.name, ": ", &argument]);
            arguments.push((slot, declared_as(logic, declared, &sight.owner)));
        }
        let text = format!("{}({call})", callee.text);
        let call = self.feel(&syntax::Text { text, at: callee.at }, &inner)?;
        whole.then_some(Kind::Call { arguments, call })
    }

    fn function(
        &mut self,
        parameters: &[syntax::Parameter],
        body: &syntax::Expression,
        at: NodeId,
        sight: &Sight,
    ) -> Option<FunctionLogic> {
        let mut sight = self.inner(sight, at)?;
        let mut names: Vec<Arc<str>> = Vec::with_capacity(parameters.len());
        let mut slots = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            let declared = self.reference(parameter.type_ref.as_deref(), parameter.at);
            slots.push((sight.add(&parameter.name, declared.as_ref()), declared));
            names.push(parameter.name.as_str().into());
        }
        let body = self.logic(body, &sight)?;
        Some(FunctionLogic { names, slots, body })
    }
}

/// The logic held to a further type; the place's own stands where there was none.
fn declared_as(logic: Logic, declared: Option<TypeUse>, name: &Arc<str>) -> Logic {
    Logic { declared: declared.or(logic.declared), name: Arc::clone(name), kind: logic.kind }
}

/// The value of an expression that depends on nothing: not on names, the clock, the zone or chance.
fn constant(text: &str, expression: &Expression) -> Option<Value> {
    if !expression.slots().is_empty() {
        return None;
    }
    let limits = Limits { steps: 200, memory: 64 * 1024, depth: 20 };
    let scope = Scope::new(&Names::new(), Arc::new(Environment::default()));
    let value = expression.evaluate(&scope, &mut Budget::new(limits)).ok()?;
    // A null may be for want of the zone, and functions are not values that tables give.
    if value.is_null() {
        return (text == "null").then_some(Value::Null);
    }
    (!matches!(value, Value::Function(_))).then_some(value)
}
