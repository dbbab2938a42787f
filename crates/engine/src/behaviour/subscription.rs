//! Subscriptions: what an element waits for from outside, of its own or on its border.

use bpmn::{BoundaryTrigger, ElementKind, Timer};
use feel::Value;

use super::{evaluate, timer};
use crate::deployment::{Place, Slot};
use crate::event::TimerSet;
use crate::working::{Halt, Working};
use crate::{ElementId, ElementKey, Event};

/// A wait whose expressions have been evaluated.
pub(crate) enum Planned {
    /// For a time.
    Timer(TimerSet),
    /// For a message.
    Message { name: String, correlation: base::Digest, stays: bool },
}

/// Evaluates what the events on an activity's border wait for. Errors wait for nothing.
pub(crate) fn plan_borders(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<Vec<(ElementId, Planned)>, Halt> {
    let mut planned = Vec::with_capacity(place.element.boundary_events.len());
    // A correlation key on a border belongs to the scope around the activity.
    let around = working.instance().get(key).and_then(|row| row.parent).unwrap_or(key);
    for index in &place.element.boundary_events {
        let Some(border) = place.process.place(*index) else { continue };
        let ElementKind::Boundary(boundary) = &border.element.kind else { continue };
        let plan = match &boundary.trigger {
            BoundaryTrigger::Error(_) => continue,
            BoundaryTrigger::Timer(timer) => plan_timer(working, key, border, timer)?,
            BoundaryTrigger::Message(_) => {
                plan_message(working, (key, around), border, !boundary.interrupting)?
            }
        };
        planned.push((border.id().clone(), plan));
    }
    Ok(planned)
}

/// Evaluates a timer of an element.
pub(crate) fn plan_timer(
    working: &mut Working<'_>,
    scope: ElementKey,
    place: Place<'_>,
    timer: &Timer,
) -> Result<Planned, Halt> {
    let value = evaluate::slot(working, scope, place, Slot::Timer)?;
    let value = value.map_or(Value::Null, |(value, _)| value);
    timer::set(working, timer, &value).map(Planned::Timer)
}

/// Evaluates a message of an element: its name in the first scope, its correlation key in the second.
pub(crate) fn plan_message(
    working: &mut Working<'_>,
    (scope, key_scope): (ElementKey, ElementKey),
    place: Place<'_>,
    stays: bool,
) -> Result<Planned, Halt> {
    let name = evaluate::text(working, scope, place, Slot::MessageName)?;
    let key = match evaluate::slot(working, key_scope, place, Slot::CorrelationKey)? {
        Some((Value::String(text), _)) if !text.is_empty() => text.to_string(),
        Some((Value::Number(number), _)) => number.to_string(),
        found => {
            let value = found.as_ref().map(|(value, _)| value);
            return Err(evaluate::wrong_type(Slot::CorrelationKey, value, "a text or number"));
        }
    };
    let correlation = working.blind(&name, &key);
    Ok(Planned::Message { name, correlation, stays })
}

/// Opens the waits on an activity's border, each with a number of its own.
pub(crate) fn open_borders(
    working: &mut Working<'_>,
    host: ElementKey,
    planned: Vec<(ElementId, Planned)>,
) -> Result<(), Halt> {
    planned.into_iter().try_for_each(|(element, plan)| {
        let key = working.instance().next_key();
        open(working, key, element, Some(host), plan)
    })
}

/// Opens a wait.
pub(crate) fn open(
    working: &mut Working<'_>,
    key: ElementKey,
    element: ElementId,
    host: Option<ElementKey>,
    plan: Planned,
) -> Result<(), Halt> {
    Ok(working.emit(match plan {
        Planned::Timer(timer) => Event::TimerStarted { key, element, host, timer },
        Planned::Message { name: message, correlation, stays } => {
            Event::Subscribed { key, element, host, message, correlation, stays }
        }
    })?)
}
