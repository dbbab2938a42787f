//! Outputs: whether rules give the same, and which decides before which.

use std::sync::Arc;

use feel::Value;

use crate::logic::Kind;
use crate::table::Table;
use crate::table::info::HitPolicy;

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
