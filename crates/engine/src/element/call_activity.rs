//! Call activities: another process, run inside this case with variables of its own.

use crate::behaviour::{evaluate, mapping, subscription};
use crate::deployment::{Place, Slot};
use crate::working::{Halt, Working};
use crate::{ElementKey, Event, IncidentKind, ProcessId, Variables, limits};

pub(super) fn activate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
    model: &bpmn::CallActivity,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    let id = evaluate::text(working, key, place, Slot::ProcessId)?;
    let deployment = working.deployment();
    let called = deployment
        .bound(&ProcessId::from(id.as_str()), &model.binding, &place.process.id)
        .and_then(|version| deployment.compiled(&version));
    let Some(called) = called else {
        let detail = format!("process {id} is not deployed");
        return Err(Halt::incident(IncidentKind::CalledProcessMissing, detail));
    };
    let Some(start) = called.start(None, None) else {
        let detail = format!("process {id} has no plain start event");
        return Err(Halt::incident(IncidentKind::CalledProcessMissing, detail));
    };
    room(working, key)?;
    let values = handed_down(working, key, model.propagate_all_parent_variables);
    if working.would_overflow(&values) {
        return Err(Halt::incident(IncidentKind::VariablesTooLarge, "variables of the case"));
    }
    let borders = subscription::plan_borders(working, key, place)?;
    working.emit(Event::ElementActivated { key, element: place.id().clone(), token: None })?;
    let child = working.instance().next_key();
    let token =
        crate::Token { key: ElementKey(child.0.saturating_add(1)), ..working.token(start.id()) };
    let process = called.id.clone();
    working.emit(Event::Started { key: child, caller: Some(key), process, token, values })?;
    subscription::open_borders(working, key, borders)
}

/// Whether another process may be called and has room.
fn room(working: &Working<'_>, key: ElementKey) -> Result<(), Halt> {
    let depth = working.instance().scopes(key).filter(|row| row.process.is_some()).count();
    if depth > limits::MAX_CALL_DEPTH {
        return Err(Halt::incident(IncidentKind::CallsTooDeep, "processes that call each other"));
    }
    if working.instance().len() + 2 > limits::MAX_ELEMENTS {
        return Err(Halt::incident(IncidentKind::TooManyElements, "element instances of the case"));
    }
    Ok(())
}

/// The first variables of the called process: all that the caller sees, or only what its input mappings made.
fn handed_down(working: &Working<'_>, key: ElementKey, all: bool) -> Variables {
    if all {
        let visible = working.instance().visible_variables(key);
        return visible.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
    }
    working.instance().get(key).map(|row| row.variables.clone()).unwrap_or_default()
}
