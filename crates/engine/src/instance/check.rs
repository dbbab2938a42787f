//! The invariants of a case: no token is lost, doubled or orphaned.

use std::collections::BTreeMap;

use super::{ElementInstance, Instance, Waits};
use crate::{ElementKey, ElementState};

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The row of the case's process is missing while others are there.
    #[error("the case has element instances but no process")]
    NoRoot,
    /// A row's parent is not there, or a second row has none.
    #[error("element {element} is an orphan")]
    Orphan {
        /// The row.
        element: ElementKey,
    },
    /// A counter differs from what it counts.
    #[error("element {element} counts {counted} inside and on its border, but there are {there}")]
    Miscounted {
        /// The row.
        element: ElementKey,
        /// What its counters say.
        counted: u32,
        /// What is there.
        there: u32,
    },
    /// A row waits, but for nothing.
    #[error("element {element} waits for nothing")]
    WaitsForNothing {
        /// The row.
        element: ElementKey,
    },
    /// A row does not wait, yet holds something it would wait for.
    #[error("element {element} is {state:?} and still waits")]
    StillWaits {
        /// The row.
        element: ElementKey,
        /// Its state.
        state: ElementState,
    },
    /// A number beyond those given out.
    #[error("element {element} has a number that was not given out")]
    NotGivenOut {
        /// The row.
        element: ElementKey,
    },
}

pub(super) fn check(instance: &Instance) -> Result<(), Broken> {
    let Some(root) = instance.get(ElementKey::ROOT) else {
        return if instance.is_empty() { Ok(()) } else { Err(Broken::NoRoot) };
    };
    let mut below: BTreeMap<ElementKey, (u32, u32)> = BTreeMap::new();
    for row in instance.rows() {
        check_row(instance, root, row)?;
        if let Some(parent) = row.parent {
            let (children, borders) = below.entry(parent).or_default();
            *(if row.border { borders } else { children }) += 1;
        }
    }
    instance.rows().try_for_each(|row| {
        let there = below.get(&row.key).copied().unwrap_or_default();
        if there == (row.children, row.borders) {
            return Ok(());
        }
        let counted = row.children.saturating_add(row.borders);
        Err(Broken::Miscounted { element: row.key, counted, there: there.0 + there.1 })
    })
}

fn check_row(
    instance: &Instance,
    root: &ElementInstance,
    row: &ElementInstance,
) -> Result<(), Broken> {
    let element = row.key;
    let parented =
        row.parent.is_some_and(|parent| parent < element && instance.get(parent).is_some());
    if parented == (element == ElementKey::ROOT) || (row.process.is_none() && !parented) {
        return Err(Broken::Orphan { element });
    }
    if element.0 >= root.next_key {
        return Err(Broken::NotGivenOut { element });
    }
    let waits = !matches!(row.waits, Waits::Nothing);
    match row.state {
        ElementState::Active if !waits => Err(Broken::WaitsForNothing { element }),
        ElementState::Ready if waits && !matches!(row.waits, Waits::Tokens { .. }) => {
            Err(Broken::StillWaits { element, state: row.state })
        }
        ElementState::Completing | ElementState::Leaving
            if !matches!(row.waits, Waits::Nothing | Waits::Tokens { .. } | Waits::Children) =>
        {
            Err(Broken::StillWaits { element, state: row.state })
        }
        ElementState::Ready
        | ElementState::Active
        | ElementState::Completing
        | ElementState::Leaving => Ok(()),
    }
}
