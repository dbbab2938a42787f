//! Outputs: whether rules give the same, and which decides before which.

use std::collections::BTreeMap;
use std::sync::Arc;

use feel::Value;

use super::axis::Set;
use super::boxes::Space;
use crate::logic::Kind;
use crate::table::Table;
use crate::table::info::HitPolicy;

/// How many rules with the same inputs and different outputs a further one is compared with.
const MAX_ALIKE: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sameness {
    Same,
    Different,
    /// An output is computed, and its text is not the same.
    Unknown,
}

pub(super) struct Outputs<'t> {
    constants: Vec<Option<&'t Value>>,
    texts: Vec<&'t [Arc<str>]>,
}

impl<'t> Outputs<'t> {
    pub(super) fn of(table: &'t Table) -> Self {
        Self {
            constants: table.rules.iter().map(|rule| rule.constant.as_ref()).collect(),
            texts: table.info.rules.iter().map(|rule| rule.outputs.as_slice()).collect(),
        }
    }

    pub(super) fn compare(&self, first: u32, second: u32) -> Sameness {
        let (first, second) = (first as usize, second as usize);
        if self.texts.get(first) == self.texts.get(second) {
            return Sameness::Same;
        }
        match (self.constants.get(first), self.constants.get(second)) {
            (Some(Some(left)), Some(Some(right))) => match left.feel_equal(right) {
                Some(true) => Sameness::Same,
                Some(false) | None => Sameness::Different,
            },
            _ => Sameness::Unknown,
        }
    }
}

/// What a rule accepts: its sets, and its cells as written where they are not all sets.
type Inputs<'r> = (&'r [Set], &'r [Arc<str>]);

/// Rules that accept what an earlier one accepts and give the same: (rule, earlier), from 0. Rules
/// with a cell that is no constant set are the same when they are written the same.
pub(super) fn duplicates(table: &Table, space: &Space) -> Vec<(u32, u32)> {
    let outputs = Outputs::of(table);
    let mut known: BTreeMap<Inputs<'_>, Vec<u32>> = BTreeMap::new();
    let mut found = Vec::new();
    for ((rule, info), number) in space.rules.iter().zip(&table.info.rules).zip(0u32..) {
        if rule.sets.iter().any(Vec::is_empty) {
            continue;
        }
        let texts = if rule.is_partial { info.cells.as_slice() } else { &[] };
        let alike = known.entry((&rule.sets, texts)).or_default();
        let same = |other: &&u32| outputs.compare(**other, number) == Sameness::Same;
        match alike.iter().find(same) {
            Some(&earlier) => found.push((number, earlier)),
            // One of each output is kept; a hundred different ones on the same inputs are enough.
            None if alike.len() < MAX_ALIKE => alike.push(number),
            None => {}
        }
    }
    found
}

/// The rules in the order in which they decide: of the table, or of their outputs' priority. Rules
/// whose outputs are computed are left out of an order by priority.
pub(super) fn deciding_order(table: &Table) -> Vec<u32> {
    let rules = table.rules.iter().zip(0u32..);
    if table.info.hit_policy != HitPolicy::Priority {
        return rules.map(|(_, number)| number).collect();
    }
    let mut ranked: Vec<(Vec<usize>, u32)> = rules
        .filter_map(|(rule, number)| {
            let values: Option<Vec<Value>> = rule
                .outputs
                .iter()
                .map(|logic| match &logic.kind {
                    Kind::Constant(value) => Some(value.clone()),
                    Kind::Feel(_)
                    | Kind::Table(_)
                    | Kind::Context { .. }
                    | Kind::Call { .. }
                    | Kind::List(_)
                    | Kind::Relation { .. }
                    | Kind::Function(_)
                    | Kind::Conditional(_)
                    | Kind::Unread(..) => None,
                })
                .collect();
            Some((table.ranks(&values?), number))
        })
        .collect();
    ranked.sort();
    ranked.into_iter().map(|(_, number)| number).collect()
}
