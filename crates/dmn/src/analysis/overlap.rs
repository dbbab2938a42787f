//! Overlaps: pairs of rules that match the same inputs. Two boxes meet when their sets meet on every
//! axis, so pairs are looked at directly, along the axis that leaves the fewest of them.

use super::MAX_LISTED;
use super::axis::{Set, intersection};
use super::boxes::{RuleBox, Space};
use super::search::Work;

pub(super) struct Pairs {
    /// Pairs of rules, from 0, the first before the second.
    pub(super) found: Vec<(u32, u32)>,
    pub(super) more: bool,
    pub(super) too_complex: bool,
}

/// A rule with the hull of its set along one axis.
struct Placed<'s> {
    from: u32,
    to: u32,
    number: u32,
    rule: &'s RuleBox,
}

/// The rules that are wholly known and match something.
fn known(space: &Space) -> Vec<(&RuleBox, u32)> {
    let known = space.rules.iter().zip(0u32..).filter(|(rule, _)| !rule.is_partial);
    known.filter(|(rule, _)| rule.sets.iter().all(|set| !set.is_empty())).collect()
}

fn placed<'s>(known: &[(&'s RuleBox, u32)], axis: usize) -> Vec<Placed<'s>> {
    let mut all: Vec<Placed<'s>> = known
        .iter()
        .map(|&(rule, number)| {
            let set = rule.sets.get(axis);
            let from = set.and_then(|set| set.first()).map_or(0, |range| range.0);
            let to = set.and_then(|set| set.last()).map_or(1, |range| range.1);
            Placed { from, to, number, rule }
        })
        .collect();
    all.sort_by_key(|placed| (placed.from, placed.number));
    all
}

/// How many later rules each rule must be compared with.
fn comparisons(all: &[Placed<'_>]) -> usize {
    let later = |(index, placed): (usize, &Placed<'_>)| {
        let reach = all.partition_point(|other| other.from < placed.to);
        reach.saturating_sub(index).saturating_sub(1)
    };
    all.iter().enumerate().map(later).sum()
}

fn meet(left: &Set, right: &Set) -> bool {
    match (left.as_slice(), right.as_slice()) {
        ([(a, b)], [(c, d)]) => a < d && c < b,
        _ => !intersection(left, right).is_empty(),
    }
}

/// The pairs that meet and are wanted.
pub(super) fn pairs(space: &Space, work: &mut Work, wanted: impl Fn(u32, u32) -> bool) -> Pairs {
    let mut pairs = Pairs { found: Vec::new(), more: false, too_complex: false };
    let known = known(space);
    let orders = (0..space.axes.len().max(1)).map(|axis| placed(&known, axis));
    let Some(all) = orders.min_by_key(|all| comparisons(all)) else { return pairs };
    for (index, first) in all.iter().enumerate() {
        let later = all.get(index.saturating_add(1)..).unwrap_or(&[]);
        let reach = later.partition_point(|other| other.from < first.to);
        if !work.charge(reach) {
            pairs.too_complex = true;
            return pairs;
        }
        for second in later.get(..reach).unwrap_or(&[]) {
            let mut sets = first.rule.sets.iter().zip(&second.rule.sets);
            if !sets.all(|(left, right)| meet(left, right)) {
                continue;
            }
            let pair = (first.number.min(second.number), first.number.max(second.number));
            if !wanted(pair.0, pair.1) {
                continue;
            }
            if pairs.found.len() >= MAX_LISTED {
                pairs.more = true;
                return pairs;
            }
            pairs.found.push(pair);
        }
    }
    pairs.found.sort_unstable();
    pairs
}

/// Rules that one other rule holds whole, among pairs that are wanted: (rule, by).
pub(super) fn subsumed(
    space: &Space,
    work: &mut Work,
    same: impl Fn(u32, u32) -> bool,
) -> Vec<(u32, u32)> {
    let holds = |outer: u32, inner: u32| {
        let rules = (space.rules.get(outer as usize), space.rules.get(inner as usize));
        matches!(rules, (Some(outer), Some(inner)) if holds(outer, inner))
    };
    let found = pairs(space, work, |first, second| {
        same(first, second) && (holds(first, second) || holds(second, first))
    });
    let ordered = |&(first, second): &(u32, u32)| {
        if holds(first, second) { (second, first) } else { (first, second) }
    };
    found.found.iter().map(ordered).collect()
}

/// Whether one rule accepts whatever the other accepts.
fn holds(outer: &RuleBox, inner: &RuleBox) -> bool {
    let mut sets = outer.sets.iter().zip(&inner.sets);
    sets.all(|(outer, inner)| intersection(outer, inner) == *inner)
}

/// Rules whose inputs a later rule of the order would decide alike if they were not there: (rule,
/// by), in the order of the table. `None` where that is too much work.
pub(super) fn needless(
    space: &Space,
    order: &[u32],
    work: &mut Work,
    same: impl Fn(u32, u32) -> bool,
) -> Option<Vec<(u32, u32)>> {
    let mut found = Vec::new();
    for (place, &number) in order.iter().enumerate() {
        let Some(rule) = space.rules.get(number as usize) else { continue };
        if rule.sets.iter().any(Vec::is_empty) {
            continue;
        }
        for &later in order.get(place.saturating_add(1)..).unwrap_or(&[]) {
            if !work.charge(1) {
                return None;
            }
            let Some(other) = space.rules.get(later as usize) else { continue };
            if !rule.sets.iter().zip(&other.sets).all(|(left, right)| meet(left, right)) {
                continue;
            }
            if !same(number, later) {
                break;
            }
            if !other.is_partial && holds(other, rule) {
                found.push((number, later));
                break;
            }
        }
    }
    found.sort_unstable();
    Some(found)
}
