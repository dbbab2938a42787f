//! The way out of an element: output mappings, then the flows that its tokens take.

use bpmn::{ElementKind, FlowIndex};

use super::{evaluate, mapping};
use crate::deployment::Place;
use crate::working::{Halt, Working};
use crate::{ElementId, ElementKey, Event, IncidentKind, Token, limits};

/// Applies output mappings and leaves.
pub(crate) fn complete(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(), Halt> {
    mapping::outputs(working, key, place)?;
    leave(working, key, place)
}

/// Leaves by the flows that the model and its conditions name. A fault here marks the element as leaving,
/// so that a retry does not apply its mappings again.
pub(crate) fn leave(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(), Halt> {
    match tokens(working, key, place) {
        Ok(tokens) => {
            let element = place.id().clone();
            Ok(working.emit(Event::ElementCompleted { key, element, tokens })?)
        }
        Err(halt) => Ok(super::incident::settle(working, key, Err(halt), true)?),
    }
}

fn tokens(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<Vec<Token>, Halt> {
    let flows = chosen(working, key, place)?;
    if flows.is_empty() {
        return Ok(Vec::new());
    }
    if working.instance().len() + flows.len() > limits::MAX_ELEMENTS {
        return Err(Halt::incident(IncidentKind::TooManyElements, "element instances of the case"));
    }
    let scope = working.instance().get(key).and_then(|row| row.parent).unwrap_or(key);
    let mut next = working.instance().next_key();
    let mut tokens: Vec<Token> = Vec::with_capacity(flows.len());
    for index in flows {
        let Some((flow, compiled)) = place.process.flow(index) else { continue };
        let Some(target) = place.process.place(flow.target) else { continue };
        let joins = joins(target);
        let join = joins.and_then(|_| {
            let beside = tokens.iter().find(|token| token.element == *target.id());
            beside.map(|token| token.key).or_else(|| working.instance().join(scope, target.id()))
        });
        let token_key = join.unwrap_or(next);
        if join.is_none() {
            next = ElementKey(next.0.saturating_add(1));
        }
        let element: ElementId = target.id().clone();
        tokens.push(Token { key: token_key, element, flow: Some(compiled.id.clone()), joins });
    }
    Ok(tokens)
}

/// From how many flows a join wants a token; `None` when the element takes each token by itself.
fn joins(target: Place<'_>) -> Option<u32> {
    let flows = target.element.incoming.len();
    if target.element.kind == ElementKind::ParallelGateway && flows > 1 {
        Some(u32::try_from(flows).unwrap_or(u32::MAX))
    } else {
        None
    }
}

/// The flows to take: all of a parallel gateway, the first that holds of an exclusive one, every one that
/// holds of anything else.
fn chosen(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<Vec<FlowIndex>, Halt> {
    let outgoing = &place.element.outgoing;
    if outgoing.is_empty() || place.element.kind == ElementKind::ParallelGateway {
        return Ok(outgoing.clone());
    }
    let first_only = place.element.kind == ElementKind::ExclusiveGateway;
    let mut chosen = Vec::with_capacity(outgoing.len());
    for index in outgoing {
        if place.element.default_flow == Some(*index) || !holds(working, key, place, *index)? {
            continue;
        }
        chosen.push(*index);
        if first_only {
            break;
        }
    }
    if chosen.is_empty() {
        chosen.extend(place.element.default_flow);
    }
    if chosen.is_empty() {
        let detail = "no condition holds and there is no default flow";
        return Err(Halt::incident(IncidentKind::NoFlowTaken, detail));
    }
    Ok(chosen)
}

/// Whether a flow's condition holds; one without a condition always does.
fn holds(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
    index: FlowIndex,
) -> Result<bool, Halt> {
    let Some((_, flow)) = place.process.flow(index) else { return Ok(false) };
    let Some(condition) = &flow.condition else { return Ok(true) };
    let what = format!("condition of flow {}", flow.id);
    let (value, _) = evaluate::expression(working, key, condition, &[], &what)?;
    value.as_bool().ok_or_else(|| {
        let detail = format!("{what} gave {}", value.type_name());
        Halt::incident(IncidentKind::ConditionNotBoolean, detail)
    })
}
