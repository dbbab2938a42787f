//! Functions that reduce a list to one value: sums, means, extremes, and logic over lists.

use std::cmp::Ordering;

use super::{Builtin, Cost, all, fixed, items, list, new_list, variadic};
use crate::decimal::Decimal;
use crate::value::{List, Value, order};

const LIST: &[super::Signature] = &[all(&["list"])];

pub(super) const FUNCTIONS: &[Builtin] = &[
    fixed("count", LIST, Cost::Constant, |values| {
        Some(Decimal::from(list(values, 0)?.len()).into())
    }),
    variadic("min", LIST, Cost::Deep, |values| extreme(values, Ordering::Less)),
    variadic("max", LIST, Cost::Deep, |values| extreme(values, Ordering::Greater)),
    variadic("sum", LIST, Cost::Linear, |values| sum(&numbers(values)?).map(Value::Number)),
    variadic("product", LIST, Cost::Linear, |values| {
        let product = |total: Decimal, next: &Decimal| total.checked_mul(*next).ok();
        numbers(values)?.iter().try_fold(Decimal::ONE, product).map(Value::Number)
    }),
    variadic("mean", LIST, Cost::Linear, |values| mean(&numbers(values)?).map(Value::Number)),
    variadic("median", LIST, Cost::Linear, median),
    variadic("stddev", LIST, Cost::Linear, deviation),
    variadic("mode", LIST, Cost::Linear, mode),
    variadic("all", LIST, Cost::Linear, |values| every(values, true)),
    variadic("and", LIST, Cost::Linear, |values| every(values, true)),
    variadic("any", LIST, Cost::Linear, |values| every(values, false)),
    variadic("or", LIST, Cost::Linear, |values| every(values, false)),
];

/// The numbers of a list that is not empty and has nothing else.
fn numbers(values: &[Value]) -> Option<Vec<Decimal>> {
    let numbers: Option<Vec<_>> = items(values)?.items().iter().map(Value::as_number).collect();
    numbers.filter(|numbers| !numbers.is_empty())
}

fn sum(numbers: &[Decimal]) -> Option<Decimal> {
    numbers.iter().try_fold(Decimal::ZERO, |total, next| total.checked_add(*next).ok())
}

fn mean(numbers: &[Decimal]) -> Option<Decimal> {
    sum(numbers)?.checked_div(Decimal::from(numbers.len())).ok()
}

fn extreme(values: &[Value], wanted: Ordering) -> Option<Value> {
    let list: List = items(values)?;
    let (first, rest) = list.items().split_first()?;
    let mut best = first;
    // A value that has no order, even alone, has no extreme.
    order(best, best)?;
    for next in rest {
        if order(next, best)? == wanted {
            best = next;
        }
    }
    Some(best.clone())
}

fn median(values: &[Value]) -> Option<Value> {
    let mut numbers = numbers(values)?;
    numbers.sort_unstable();
    let middle = numbers.len() / 2;
    let upper = *numbers.get(middle)?;
    if numbers.len() % 2 == 1 {
        return Some(upper.into());
    }
    mean(&[*numbers.get(middle.checked_sub(1)?)?, upper]).map(Value::Number)
}

/// The deviation of a sample: at least two numbers.
fn deviation(values: &[Value]) -> Option<Value> {
    let numbers = numbers(values)?;
    let mean = mean(&numbers)?;
    let squares: Option<Vec<_>> = numbers
        .iter()
        .map(|number| number.checked_sub(mean).and_then(|gap| gap.checked_mul(gap)).ok())
        .collect();
    let divisor = Decimal::from(numbers.len().checked_sub(1)?);
    sum(&squares?)?.checked_div(divisor).ok()?.sqrt().ok().map(Value::Number)
}

/// The most frequent numbers in ascending order.
fn mode(values: &[Value]) -> Option<Value> {
    let list = items(values)?;
    if list.is_empty() {
        return new_list(Vec::new());
    }
    let mut numbers = numbers(values)?;
    numbers.sort_unstable();
    let runs: Vec<&[Decimal]> = numbers.chunk_by(|left, right| left == right).collect();
    let most = runs.iter().map(|run| run.len()).max()?;
    let modes = runs.iter().filter(|run| run.len() == most).filter_map(|run| run.first());
    new_list(modes.map(|number| Value::Number(*number)).collect())
}

/// Whether all items are `wanted`; what is no truth value leaves it open.
fn every(values: &[Value], wanted: bool) -> Option<Value> {
    let list = items(values)?;
    let mut open = false;
    for item in list.items() {
        match item.as_bool() {
            Some(truth) if truth == wanted => {}
            Some(_) => return Some((!wanted).into()),
            None => open = true,
        }
    }
    (!open).then(|| wanted.into())
}
