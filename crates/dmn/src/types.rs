//! Types: item definitions resolved, and values made to conform to them.
//!
//! A value that does not conform becomes null, as DMN wants, and the caller is told. Null conforms to
//! every type: a missing input is not an error of type.

use std::collections::BTreeMap;
use std::sync::Arc;

use feel::{
    Budget, Context, Date, DateTime, DaysTime, Dialect, Environment, EvalError, Names, Scope, Time,
    TooDeep, Type, UnaryTests, Value, YearsMonths,
};
use roxmltree::NodeId;

use crate::problem::ProblemKind;
use crate::syntax::Item;
use crate::xml::Source;

/// How many item definitions may refer to each other in a row.
const MAX_TYPE_DEPTH: u32 = 64;

/// A type as an element uses it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TypeUse {
    Base(Type),
    Item(usize),
}

#[derive(Debug)]
struct ItemType {
    name: Arc<str>,
    kind: Kind,
    is_collection: bool,
    allowed: Option<UnaryTests>,
}

#[derive(Debug)]
enum Kind {
    Use(TypeUse),
    Components(Vec<(Arc<str>, TypeUse)>),
}

/// The item definitions of a model.
#[derive(Debug, Default)]
pub(crate) struct Types {
    items: Vec<ItemType>,
    by_name: BTreeMap<String, usize>,
    members: Vec<Arc<str>>,
}

/// The base types, by every name that models use for them.
fn base(name: &str) -> Option<Type> {
    let name = name.rsplit(':').next().unwrap_or(name);
    let found = match name {
        "Any" | "any" | "<Undefined>" => Type::Any,
        "boolean" => Type::Boolean,
        "number" | "integer" | "long" | "double" => Type::Number,
        "string" => Type::String,
        "date" => Type::Date,
        "time" => Type::Time,
        "dateTime" | "date and time" => Type::DateTime,
        "dayTimeDuration" | "days and time duration" => Type::DaysTime,
        "yearMonthDuration" | "years and months duration" => Type::YearsMonths,
        "context" => Type::Context(Vec::new()),
        "list" => Type::List(Box::new(Type::Any)),
        _ => return None,
    };
    Some(found)
}

/// The constants that a type allows: its base type and the tests along the way.
pub(crate) struct Domain<'t> {
    pub(crate) base: Type,
    pub(crate) allowed: Vec<&'t UnaryTests>,
}

impl Types {
    pub(crate) fn resolve(items: &[Item], source: &mut Source<'_>) -> Self {
        let mut types = Self::default();
        for (index, item) in items.iter().enumerate() {
            if types.by_name.insert(item.name.clone(), index).is_some() {
                source.problem(item.at, ProblemKind::DuplicateName { name: item.name.clone() });
            }
        }
        let mut builder = Builder { types, source, extra: Vec::new(), first_extra: items.len() };
        for item in items {
            let built = builder.item(item);
            builder.types.items.push(built);
        }
        let Builder { mut types, extra, .. } = builder;
        types.items.extend(extra);
        types.members.sort_unstable();
        types.members.dedup();
        types.refuse_circles(items, source);
        types
    }

    /// The type of a reference; `None` is no type at all.
    pub(crate) fn reference(
        &self,
        name: Option<&str>,
        at: NodeId,
        source: &mut Source<'_>,
    ) -> Option<TypeUse> {
        let name = name?;
        let found = self.lookup(name);
        if found.is_none() {
            source.problem(at, ProblemKind::UnknownType { name: name.to_owned() });
        }
        found
    }

    fn lookup(&self, name: &str) -> Option<TypeUse> {
        if let Some(&index) = self.by_name.get(name) {
            return Some(TypeUse::Item(index));
        }
        base(name).or_else(|| Type::parse(name)).map(TypeUse::Base)
    }

    /// The names of all components, so that expressions can be read that use them.
    pub(crate) fn members(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|name| &**name)
    }

    /// What a type is called.
    pub(crate) fn name(&self, used: &TypeUse) -> Arc<str> {
        match used {
            TypeUse::Base(base) => format!("{base:?}").to_lowercase().into(),
            TypeUse::Item(index) => self.items.get(*index).map_or("?".into(), |i| i.name.clone()),
        }
    }

    /// The type of a component; `None` where there is none of that name.
    pub(crate) fn component(&self, used: &TypeUse, name: &str) -> Option<TypeUse> {
        let mut used = used.clone();
        for _ in 0..MAX_TYPE_DEPTH {
            let TypeUse::Item(index) = used else { return None };
            let item = self.items.get(index).filter(|item| !item.is_collection)?;
            match &item.kind {
                Kind::Use(inner) => used = inner.clone(),
                Kind::Components(all) => {
                    return all
                        .iter()
                        .find(|(own, _)| &**own == name)
                        .map(|(_, used)| used.clone());
                }
            }
        }
        None
    }

    /// What values a type has, where it is simple.
    pub(crate) fn domain(&self, used: &TypeUse) -> Option<Domain<'_>> {
        let mut allowed = Vec::new();
        let mut used = used.clone();
        for _ in 0..MAX_TYPE_DEPTH {
            match used {
                TypeUse::Base(base) => return Some(Domain { base, allowed }),
                TypeUse::Item(index) => {
                    let item = self.items.get(index).filter(|item| !item.is_collection)?;
                    allowed.extend(&item.allowed);
                    match &item.kind {
                        Kind::Use(inner) => used = inner.clone(),
                        Kind::Components(_) => return None,
                    }
                }
            }
        }
        None
    }

    /// The value with its texts read as the dates, times and durations that the type declares.
    pub(crate) fn read_text(&self, used: &TypeUse, value: &Value) -> Result<Value, TooDeep> {
        let item = match used {
            TypeUse::Base(base) => return Ok(read_as(base, value)),
            TypeUse::Item(index) => self.items.get(*index),
        };
        let Some(item) = item else { return Ok(value.clone()) };
        match value.as_list().filter(|_| item.is_collection) {
            Some(items) => {
                let read = items.iter().map(|inner| self.read_single(item, inner));
                Value::list(read.collect::<Result<Vec<_>, _>>()?)
            }
            None => self.read_single(item, value),
        }
    }

    fn read_single(&self, item: &ItemType, value: &Value) -> Result<Value, TooDeep> {
        let (components, context) = match (&item.kind, value.as_context()) {
            (Kind::Use(used), _) => return self.read_text(used, value),
            (Kind::Components(_), None) => return Ok(value.clone()),
            (Kind::Components(components), Some(context)) => (components, context),
        };
        let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(context.len());
        for (name, value) in context.iter() {
            let component = components.iter().find(|(own, _)| &**own == name);
            let value = match component {
                Some((_, used)) => self.read_text(used, value)?,
                None => value.clone(),
            };
            entries.push((name.into(), value));
        }
        Value::context(entries)
    }

    /// The value as one of the type, or `None` where it is none.
    pub(crate) fn conform(
        &self,
        used: &TypeUse,
        value: &Value,
        environment: &Arc<Environment>,
        budget: &mut Budget,
    ) -> Result<Option<Value>, EvalError> {
        if value.is_null() {
            return Ok(Some(Value::Null));
        }
        match used {
            TypeUse::Base(base) => Ok(of_base(base, value)),
            TypeUse::Item(index) => match self.items.get(*index) {
                Some(item) => {
                    budget.charge_steps(1)?;
                    self.conform_item(item, value, environment, budget)
                }
                None => Ok(None),
            },
        }
    }

    fn conform_item(
        &self,
        item: &ItemType,
        value: &Value,
        environment: &Arc<Environment>,
        budget: &mut Budget,
    ) -> Result<Option<Value>, EvalError> {
        if !item.is_collection {
            return self.conform_single(item, value, environment, budget);
        }
        let single = std::slice::from_ref(value);
        let mut items = Vec::new();
        for inner in value.as_list().unwrap_or(single) {
            match self.conform_single(item, inner, environment, budget)? {
                Some(inner) => items.push(inner),
                None => return Ok(None),
            }
        }
        Ok(Some(Value::list(items)?))
    }

    fn conform_single(
        &self,
        item: &ItemType,
        value: &Value,
        environment: &Arc<Environment>,
        budget: &mut Budget,
    ) -> Result<Option<Value>, EvalError> {
        if value.is_null() {
            return Ok(Some(Value::Null));
        }
        let conformed = match &item.kind {
            Kind::Use(used) => self.conform(used, value, environment, budget)?,
            Kind::Components(all) => match value.as_context() {
                Some(context) => self.conform_context(all, context, environment, budget)?,
                None => None,
            },
        };
        let (Some(value), Some(tests)) = (&conformed, &item.allowed) else { return Ok(conformed) };
        let scope = Scope::new(&Names::new(), Arc::clone(environment));
        let passed = tests.evaluate(value, &scope, budget)?.as_bool() == Some(true);
        Ok(conformed.filter(|_| passed))
    }

    fn conform_context(
        &self,
        components: &[(Arc<str>, TypeUse)],
        context: &Context,
        environment: &Arc<Environment>,
        budget: &mut Budget,
    ) -> Result<Option<Value>, EvalError> {
        let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(context.len());
        for (name, value) in context.iter() {
            let component = components.iter().find(|(own, _)| &**own == name);
            let value = match component {
                None => Some(value.clone()),
                Some((_, used)) => self.conform(used, value, environment, budget)?,
            };
            match value {
                Some(value) => entries.push((name.into(), value)),
                None => return Ok(None),
            }
        }
        Ok(Some(Value::context(entries)?))
    }

    /// Item definitions may not be made of themselves, and not of too many in a row.
    fn refuse_circles(&mut self, items: &[Item], source: &mut Source<'_>) {
        let edges: Vec<Vec<usize>> = self.items.iter().map(uses).collect();
        let order = crate::graph::order(&edges);
        for path in &order.circles {
            let names: Vec<String> = path
                .iter()
                .filter_map(|&index| self.items.get(index))
                .map(|item| item.name.to_string())
                .collect();
            let at = path.iter().find_map(|&index| items.get(index)).map(|item| item.at);
            if let Some(at) = at {
                source.problem(at, ProblemKind::RecursiveType { path: names });
            }
        }
        let deep = order.depths.iter().position(|&depth| depth > MAX_TYPE_DEPTH);
        if let Some(item) = deep.map(|index| items.get(index).or(items.first())) {
            let limit = MAX_TYPE_DEPTH as usize;
            let kind = ProblemKind::TooMany { what: "item definitions made of each other", limit };
            if let Some(item) = item {
                source.problem(item.at, kind);
            }
        }
    }
}

fn uses(item: &ItemType) -> Vec<usize> {
    let index = |used: &TypeUse| match used {
        TypeUse::Item(index) => Some(*index),
        TypeUse::Base(_) => None,
    };
    match &item.kind {
        Kind::Use(used) => index(used).into_iter().collect(),
        Kind::Components(all) => all.iter().filter_map(|(_, used)| index(used)).collect(),
    }
}

/// A text as the date, time or duration that it stands for, where that is declared.
fn read_as(base: &Type, value: &Value) -> Value {
    let Some(text) = value.as_str() else { return value.clone() };
    let read = match base {
        Type::Date => Date::parse(text).map(Value::Date),
        Type::Time => Time::parse(text).map(Value::Time),
        Type::DateTime => DateTime::parse(text).map(Value::DateTime),
        Type::DaysTime => DaysTime::parse(text).map(Value::DaysTime),
        Type::YearsMonths => YearsMonths::parse(text).map(Value::YearsMonths),
        Type::Any
        | Type::Null
        | Type::Boolean
        | Type::Number
        | Type::String
        | Type::List(_)
        | Type::Context(_)
        | Type::Range(_)
        | Type::Function(_) => None,
    };
    read.unwrap_or_else(|| value.clone())
}

fn of_base(base: &Type, value: &Value) -> Option<Value> {
    if *base == Type::Any || base.accepts(value) {
        return Some(value.clone());
    }
    let coerced = base.coerce(value.clone());
    (!coerced.is_null()).then_some(coerced)
}

/// Builds item types; components become item types of their own, after the named ones.
struct Builder<'b, 'a> {
    types: Types,
    source: &'b mut Source<'a>,
    extra: Vec<ItemType>,
    first_extra: usize,
}

impl Builder<'_, '_> {
    fn item(&mut self, item: &Item) -> ItemType {
        let kind = if item.is_function {
            Kind::Use(TypeUse::Base(Type::Any))
        } else if item.components.is_empty() {
            let used = self.types.reference(item.type_ref.as_deref(), item.at, self.source);
            Kind::Use(used.unwrap_or(TypeUse::Base(Type::Any)))
        } else {
            Kind::Components(item.components.iter().map(|inner| self.component(inner)).collect())
        };
        let allowed = item.allowed.as_ref().and_then(|text| {
            let compiled = UnaryTests::compile(&text.text, &Names::new(), Dialect::STANDARD);
            compiled.map_err(|error| self.source.expression_problem(text.at, error)).ok()
        });
        ItemType {
            name: item.name.as_str().into(),
            kind,
            is_collection: item.is_collection,
            allowed,
        }
    }

    fn component(&mut self, inner: &Item) -> (Arc<str>, TypeUse) {
        let name: Arc<str> = inner.name.as_str().into();
        self.types.members.push(Arc::clone(&name));
        let built = self.item(inner);
        self.extra.push(built);
        let index = self.first_extra.saturating_add(self.extra.len()).saturating_sub(1);
        (name, TypeUse::Item(index))
    }
}
