//! The order in which people read a scope: each element before what follows it, loops cut where they close.

use crate::{ElementIndex, Process};

/// What comes behind an element: its boundary events, and the targets of its flows.
fn follows(process: &Process, index: ElementIndex) -> Vec<ElementIndex> {
    let flows = process.successors(index).map(|(_, target)| target);
    let element = process.element(index);
    flows.chain(element.into_iter().flat_map(|e| e.boundary_events.iter().copied())).collect()
}

/// The elements directly in a scope, in reverse postorder of one walk from all of its beginnings.
///
/// A flow that leads backwards in this order closes a loop; every other leads forwards.
pub(crate) fn of_scope(process: &Process, scope: Option<ElementIndex>) -> Vec<ElementIndex> {
    let members: Vec<ElementIndex> = process.children(scope).collect();
    let begins = |index: &ElementIndex| {
        process
            .element(*index)
            .is_some_and(|e| e.incoming.is_empty() && e.kind.boundary().is_none())
    };
    // Turned round at the end, so the beginning that is walked last is read first.
    let mut seen = vec![false; process.elements().len()];
    let mut postorder = Vec::new();
    for &root in members.iter().rev().filter(|index| begins(index)).chain(&members) {
        walk(process, root, &mut seen, &mut postorder);
    }
    postorder.reverse();
    postorder
}

fn walk(
    process: &Process,
    root: ElementIndex,
    seen: &mut [bool],
    postorder: &mut Vec<ElementIndex>,
) {
    let mut is_new = |index: ElementIndex| {
        seen.get_mut(index.0 as usize).is_some_and(|seen| !std::mem::replace(seen, true))
    };
    if !is_new(root) {
        return;
    }
    let mut stack = vec![(root, follows(process, root))];
    while let Some((index, rest)) = stack.last_mut() {
        // From the back, so that the first flow is read first.
        match rest.pop() {
            Some(next) if is_new(next) => stack.push((next, follows(process, next))),
            Some(_) => {}
            None => {
                postorder.push(*index);
                stack.pop();
            }
        }
    }
}
