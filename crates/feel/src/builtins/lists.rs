//! Functions on lists. Positions count from 1, or from the end at -1.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use super::{
    Builtin, Cost, all, argument, fixed, integer, list, machine, new_list, number, some, variadic,
};
use crate::decimal::Decimal;
use crate::error::EvalError;
use crate::evaluate::Machine;
use crate::function::Function;
use crate::value::{List, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[
    machine("list contains", &[all(&["list", "element"])], Cost::Constant, contains),
    fixed("sublist", &[some(&["list", "start position", "length"], 2)], Cost::Linear, sublist),
    variadic("append", &[some(&["list", "item"], 1)], Cost::Linear, |values| {
        let (_, further) = values.split_first()?;
        let start = list(values, 0)?;
        new_list(start.items().iter().chain(further).cloned().collect())
    }),
    variadic("concatenate", &[some(&["list"], 1)], Cost::Linear, |values| {
        new_list(joined(values)?)
    }),
    fixed("insert before", &[all(&["list", "position", "newItem"])], Cost::Linear, |values| {
        let mut items = list(values, 0)?.items().to_vec();
        let place = place(items.len(), integer(values, 1)?)?;
        items.insert(place, argument(values, 2).clone());
        new_list(items)
    }),
    fixed("remove", &[all(&["list", "position"])], Cost::Linear, |values| {
        let mut items = list(values, 0)?.items().to_vec();
        let place = place(items.len(), integer(values, 1)?)?;
        items.remove(place);
        new_list(items)
    }),
    machine(
        "list replace",
        &[all(&["list", "position", "newItem"]), all(&["list", "match", "newItem"])],
        Cost::Linear,
        replace,
    ),
    fixed("reverse", &[all(&["list"])], Cost::Linear, |values| {
        new_list(list(values, 0)?.items().iter().rev().cloned().collect())
    }),
    machine("index of", &[all(&["list", "match"])], Cost::Constant, index_of),
    Builtin {
        name: "union",
        signatures: &[some(&["list"], 1)],
        variadic: true,
        cost: Cost::Linear,
        body: super::Body::Machine(|machine, values| {
            let Some(all) = joined(values) else { return Ok(None) };
            distinct(machine, &all)
        }),
    },
    machine("distinct values", &[all(&["list"])], Cost::Linear, |machine, values| {
        let Some(all) = list(values, 0) else { return Ok(None) };
        distinct(machine, all.items())
    }),
    fixed("flatten", &[all(&["list"])], Cost::Deep, |values| {
        let mut flat = Vec::new();
        flatten(list(values, 0)?.items(), &mut flat);
        new_list(flat)
    }),
    machine("sort", &[some(&["list", "precedes"], 1)], Cost::Linear, |machine, values| {
        let Some(all) = list(values, 0) else { return Ok(None) };
        let precedes = match argument(values, 1) {
            Value::Function(function) if function.takes(2) => Some(function.clone()),
            Value::Null if values.len() == 1 => None,
            _ => return Ok(None),
        };
        sort(machine, all.items().to_vec(), precedes.as_ref())
    }),
];

/// The index of a position within a list.
fn place(length: usize, position: i64) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let place = if position > 0 { position - 1 } else { length.checked_add(position)? };
    if position == 0 || place < 0 || place >= length {
        return None;
    }
    usize::try_from(place).ok()
}

fn contains(machine: &mut Machine<'_>, values: &[Value]) -> Result<Option<Value>, EvalError> {
    let Some(list) = list(values, 0) else { return Ok(None) };
    for item in list.items() {
        if machine.equal(item, argument(values, 1))? == Some(true) {
            return Ok(Some(true.into()));
        }
    }
    Ok(Some(false.into()))
}

fn index_of(machine: &mut Machine<'_>, values: &[Value]) -> Result<Option<Value>, EvalError> {
    let Some(list) = list(values, 0) else { return Ok(None) };
    let mut found = Vec::new();
    for (place, item) in list.items().iter().enumerate() {
        if machine.equal(item, argument(values, 1))? == Some(true) {
            found.push(Value::Number(Decimal::from(place.saturating_add(1))));
        }
    }
    Ok(new_list(found))
}

fn sublist(values: &[Value]) -> Option<Value> {
    let list = list(values, 0)?;
    let start = place(list.len(), integer(values, 1)?)?;
    let length = match argument(values, 2) {
        Value::Null => list.len(),
        _ => usize::try_from(integer(values, 2)?).ok()?,
    };
    if length > list.len() - start && !argument(values, 2).is_null() {
        return None;
    }
    new_list(list.items().iter().skip(start).take(length).cloned().collect())
}

/// The items of all lists; a value that is no list counts as one item.
fn joined(values: &[Value]) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    for place in 0..values.len() {
        all.extend_from_slice(list(values, place)?.items());
    }
    Some(all)
}

fn distinct(machine: &mut Machine<'_>, all: &[Value]) -> Result<Option<Value>, EvalError> {
    let mut kept: Vec<Value> = Vec::new();
    'items: for item in all {
        for before in &kept {
            if machine.equal(before, item)? == Some(true) {
                continue 'items;
            }
        }
        kept.push(item.clone());
    }
    Ok(Some(Value::List(List::new(kept)?)))
}

/// Nesting is bounded by the depth of values.
fn flatten(items: &[Value], flat: &mut Vec<Value>) {
    for item in items {
        match item.as_list() {
            Some(inner) => flatten(inner, flat),
            None => flat.push(item.clone()),
        }
    }
}

fn replace(machine: &mut Machine<'_>, values: &[Value]) -> Result<Option<Value>, EvalError> {
    let Some(list) = list(values, 0) else { return Ok(None) };
    let new = argument(values, 2);
    let mut items = list.items().to_vec();
    if let Value::Function(matches) = argument(values, 1) {
        if !matches.takes(2) {
            return Ok(None);
        }
        for item in &mut items {
            match machine.call(matches, vec![item.clone(), new.clone()])?.as_bool() {
                Some(true) => *item = new.clone(),
                Some(false) => {}
                None => return Ok(None),
            }
        }
        return Ok(new_list(items));
    }
    // A position with a fraction loses it.
    let position = number(values, 1).and_then(|position| position.truncated().to_i64());
    let found = position.and_then(|position| place(items.len(), position));
    let Some(item) = found.and_then(|place| items.get_mut(place)) else { return Ok(None) };
    *item = new.clone();
    Ok(new_list(items))
}

/// Merges sorted runs of growing length; stable, and the function is asked n log n times.
fn sort(
    machine: &mut Machine<'_>,
    mut all: Vec<Value>,
    precedes: Option<&Function>,
) -> Result<Option<Value>, EvalError> {
    let mut width = 1;
    while width < all.len() {
        let mut merged = Vec::with_capacity(all.len());
        for pair in all.chunks(width.saturating_mul(2)) {
            let (left, right) = pair.split_at_checked(width).unwrap_or((pair, &[]));
            if !merge(machine, left, right, precedes, &mut merged)? {
                return Ok(None);
            }
        }
        all = merged;
        width = width.saturating_mul(2);
    }
    Ok(new_list(all))
}

/// Merges two sorted runs; false where two items cannot be ordered.
fn merge(
    machine: &mut Machine<'_>,
    mut left: &[Value],
    mut right: &[Value],
    precedes: Option<&Function>,
    merged: &mut Vec<Value>,
) -> Result<bool, EvalError> {
    while let (Some((first, left_rest)), Some((second, right_rest))) =
        (left.split_first(), right.split_first())
    {
        machine.budget.charge_steps(1)?;
        let swap = if let Some(function) = precedes {
            machine.call(function, vec![second.clone(), first.clone()])? == Value::Boolean(true)
        } else {
            let truth = machine.compare(crate::ast::Comparison::Less, second, first)?;
            let Some(less) = truth else { return Ok(false) };
            less
        };
        if swap {
            merged.push(second.clone());
            right = right_rest;
        } else {
            merged.push(first.clone());
            left = left_rest;
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
    Ok(true)
}
