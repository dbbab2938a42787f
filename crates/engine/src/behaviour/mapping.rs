//! Variable mappings with Camunda 8's scoping.
//!
//! Input mappings are evaluated in the scope around the element and become its own variables.
//! What the work gives goes to the element's own variables when output mappings are to choose from
//! it; else each value goes to the nearest scope that has a variable of its name, at last to the
//! process. Results of output mappings go the same way, from the scope around the element.

use std::collections::BTreeMap;

use base::{Party, Personal};
use feel::{Context, Value};

use super::evaluate::{self, About};
use crate::deployment::{CompiledMapping, Place};
use crate::working::{Halt, Working};
use crate::{ElementKey, Event, IncidentKind, Variable, Variables};

/// Evaluates the input mappings and sets the element's own variables.
pub(crate) fn inputs(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(), Halt> {
    if place.compiled.inputs.is_empty() {
        return Ok(());
    }
    let scope = working.instance().get(key).and_then(|row| row.parent).unwrap_or(key);
    let values = evaluate_all(working, scope, &place.compiled.inputs, None)?;
    set(working, key, values)
}

/// Evaluates the output mappings and sends their results up.
pub(crate) fn outputs(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(), Halt> {
    if place.compiled.outputs.is_empty() {
        return Ok(());
    }
    let around = working.instance().get(key).and_then(|row| row.parent);
    let values = evaluate_all(working, key, &place.compiled.outputs, around)?;
    propagate(working, around, values)
}

/// Parts what the work gave into what the element keeps for its output mappings and what goes up at once.
pub(crate) fn split(place: Place<'_>, values: Variables) -> (Variables, Variables) {
    if place.compiled.outputs.is_empty() {
        (Variables::new(), values)
    } else {
        (values, Variables::new())
    }
}

/// What the work of an element gave, set or sent up.
pub(crate) fn result(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
    values: Variables,
) -> Result<(), Halt> {
    let (kept, rising) = split(place, values);
    set(working, key, kept)?;
    propagate(working, Some(key), rising)
}

/// Sends each value to the nearest scope, from `from` outwards, that has a variable of its name;
/// else to the process.
pub(crate) fn propagate(
    working: &mut Working<'_>,
    from: Option<ElementKey>,
    values: Variables,
) -> Result<(), Halt> {
    let Some(from) = from.filter(|_| !values.is_empty()) else { return Ok(()) };
    let mut left = values;
    let mut found: Vec<(ElementKey, Variables)> = Vec::new();
    for row in working.instance().scopes(from) {
        if row.process.is_some() {
            found.push((row.key, std::mem::take(&mut left)));
            break;
        }
        if !row.variables.is_empty() {
            let (here, on): (Variables, Variables) =
                left.into_iter().partition(|(name, _)| row.variables.contains_key(name));
            left = on;
            found.push((row.key, here));
        }
    }
    found.into_iter().try_for_each(|(scope, values)| set(working, scope, values))
}

/// Sets variables of one scope, if the case may hold them.
pub(crate) fn set(
    working: &mut Working<'_>,
    scope: ElementKey,
    values: Variables,
) -> Result<(), Halt> {
    if values.is_empty() {
        return Ok(());
    }
    if working.would_overflow(&values) {
        return Err(Halt::incident(IncidentKind::VariablesTooLarge, "variables of the case"));
    }
    Ok(working.emit(Event::VariablesSet { scope, values })?)
}

/// Evaluates mappings in order; a later line sees what earlier ones gave. With `around`, a path goes
/// into the value that the scope around already has; else into what earlier lines gave.
fn evaluate_all(
    working: &mut Working<'_>,
    scope: ElementKey,
    mappings: &[CompiledMapping],
    around: Option<ElementKey>,
) -> Result<Variables, Halt> {
    let mut given: Vec<(String, About)> = Vec::with_capacity(mappings.len());
    for mapping in mappings {
        let what = format!("mapping to {}", mapping.variable);
        let (value, party) = evaluate::source(working, scope, &mapping.source, &given, &what)?;
        let place = given.iter().position(|(name, _)| *name == mapping.variable);
        let value = if mapping.path.is_empty() {
            value
        } else {
            let earlier = place.and_then(|place| given.get(place)).map(|(_, (value, _))| value);
            let base = match earlier {
                Some(value) => value.clone(),
                None => existing(working, around, &mapping.variable)?,
            };
            within(&base, &mapping.path, value).map_err(|_| {
                Halt::incident(IncidentKind::ExpressionFailed, format!("{what} nests too deep"))
            })?
        };
        match place.and_then(|place| given.get_mut(place)) {
            Some(entry) => entry.1 = (value, party),
            None => given.push((mapping.variable.clone(), (value, party))),
        }
    }
    let open = |(name, (value, party))| (name, Personal::about(party, Variable::new(value)));
    Ok(given.into_iter().map(open).collect::<BTreeMap<_, _>>())
}

/// The open value of a variable that a path goes into; null when there is none.
fn existing(working: &Working<'_>, around: Option<ElementKey>, name: &str) -> Result<Value, Halt> {
    match around.and_then(|scope| working.instance().visible(scope, name)) {
        None | Some(Personal::Erased) => Ok(Value::Null),
        Some(Personal::Open { value, .. }) => Ok(value.value().clone()),
        Some(Personal::Sealed(_)) => {
            Err(crate::Rejection::Sealed { variable: name.to_owned() }.into())
        }
    }
}

/// `base` with `value` at the end of a path; what is no context on the way becomes one.
fn within(base: &Value, path: &[String], value: Value) -> Result<Value, feel::TooDeep> {
    let Some((first, rest)) = path.split_first() else { return Ok(value) };
    let context = base.as_context().cloned().unwrap_or_else(Context::new);
    let inner = context.get(first).cloned().unwrap_or_default();
    let inner = within(&inner, rest, value)?;
    Ok(Value::from(context.with(first.as_str(), inner)?))
}

/// One open value about the requester or whoever it was made of.
pub(crate) fn one(name: &str, value: Value, party: Party) -> Variables {
    BTreeMap::from([(name.to_owned(), Personal::about(party, Variable::new(value)))])
}
