//! Boxes: the rules of a table as sets of atoms along the axes of its inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use feel::Shape;

use super::axis::{Axis, Set, intersection};
use crate::table::{Cell, Table};

/// A box of space: one half-open range of atoms per axis.
pub(super) type Region = Vec<(u32, u32)>;

/// A rule as a product of sets, one per axis.
#[derive(Debug)]
pub(super) struct RuleBox {
    pub(super) sets: Vec<Set>,
    /// Whether a cell is no constant set: its set is then everything, and the rule is taken to match
    /// wherever that makes a finding harder to come by.
    pub(super) is_partial: bool,
}

#[derive(Debug)]
pub(super) struct Space {
    pub(super) axes: Vec<Axis>,
    pub(super) rules: Vec<RuleBox>,
    /// Rule from 1 (none: allowed values), column, text.
    pub(super) not_analysable: Vec<(Option<u32>, Arc<str>, Arc<str>)>,
}

impl RuleBox {
    /// Whether it has a point within the region.
    pub(super) fn meets(&self, region: &Region) -> bool {
        self.sets.iter().zip(region).all(|(set, &range)| set_meets(set, range))
    }

    /// Whether it holds the whole region.
    pub(super) fn covers(&self, region: &Region) -> bool {
        self.sets.iter().zip(region).all(|(set, &range)| set_covers(set, range))
    }
}

/// The first range of a set that ends after `from`.
fn first_after(set: &Set, from: u32) -> Option<(u32, u32)> {
    set.get(set.partition_point(|&(_, to)| to <= from)).copied()
}

fn set_meets(set: &Set, (from, to): (u32, u32)) -> bool {
    first_after(set, from).is_some_and(|(start, _)| start < to)
}

fn set_covers(set: &Set, (from, to): (u32, u32)) -> bool {
    first_after(set, from).is_some_and(|(start, end)| start <= from && to <= end)
}

impl Space {
    pub(super) fn of(table: &Table) -> Self {
        let (groups, axis_of) = groups(table);
        let mut not_analysable = Vec::new();
        let axes: Vec<Axis> =
            groups.iter().map(|columns| axis(table, columns, &mut not_analysable)).collect();
        let mut rules = Vec::with_capacity(table.rules.len());
        for (rule, number) in table.rules.iter().zip(1u32..) {
            let mut sets: Vec<Set> = axes.iter().map(Axis::everything).collect();
            let mut is_partial = false;
            for (column, cell) in rule.cells.iter().enumerate() {
                let Some(&index) = axis_of.get(column) else { continue };
                let (Some(along), Some(set)) = (axes.get(index), sets.get_mut(index)) else {
                    continue;
                };
                if let Ok(found) = along.set(cell.shape()) {
                    *set = intersection(set, &found);
                } else {
                    is_partial = true;
                    let text = table.info.rules.get(number as usize - 1);
                    let text = text.and_then(|rule| rule.cells.get(column)).cloned();
                    let text = text.unwrap_or_else(|| "".into());
                    not_analysable.push((Some(number), Arc::clone(&along.label), text));
                }
            }
            rules.push(RuleBox { sets, is_partial });
        }
        Self { axes, rules, not_analysable }
    }

    /// All of space.
    pub(super) fn whole(&self) -> Region {
        let atoms = |axis: &Axis| u32::try_from(axis.atoms.len()).unwrap_or(u32::MAX);
        self.axes.iter().map(|axis| (0, atoms(axis))).collect()
    }
}

/// The columns of each axis (those with one expression share one), and the axis of each column.
fn groups(table: &Table) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut by_text: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut axis_of = Vec::new();
    for (column, info) in table.info.inputs.iter().enumerate() {
        let text = info.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let index = *by_text.entry(text).or_insert(groups.len());
        if index == groups.len() {
            groups.push(Vec::new());
        }
        if let Some(group) = groups.get_mut(index) {
            group.push(column);
        }
        axis_of.push(index);
    }
    (groups, axis_of)
}

fn axis(
    table: &Table,
    columns: &[usize],
    not_analysable: &mut Vec<(Option<u32>, Arc<str>, Arc<str>)>,
) -> Axis {
    let own: Vec<_> = columns.iter().filter_map(|&column| table.columns.get(column)).collect();
    let info = columns.first().and_then(|&column| table.info.inputs.get(column));
    let label: Arc<str> = info.map_or_else(|| "".into(), |info| Arc::clone(&info.label));
    let text: Arc<str> = info.map_or_else(|| "".into(), |info| Arc::clone(&info.text));
    let base = own.iter().find_map(|column| column.domain.base.as_ref());
    let domain: Vec<&Shape> = own.iter().flat_map(|column| &column.domain.allowed).collect();
    if domain.contains(&&Shape::NotAnalysable) {
        not_analysable.push((None, Arc::clone(&label), "allowed values".into()));
    }
    let cells = table.rules.iter().flat_map(|rule| {
        columns.iter().filter_map(|&column| rule.cells.get(column)).map(Cell::shape)
    });
    Axis::new((label, text), base, &cells.collect::<Vec<_>>(), &domain)
}
