//! Errors: the nearest event that catches one, from the thrower outwards and up through callers.

use bpmn::{BoundaryTrigger, ElementKind};

use super::{incident, mapping};
use crate::deployment::{Place, Slot};
use crate::expression::Source;
use crate::working::{Halt, Working};
use crate::{ElementKey, Event, IncidentKind, Origin, Variables};

/// Throws an error from an element: the catching event gets a token, the activity it is attached to ends.
pub(crate) fn throw(
    working: &mut Working<'_>,
    key: ElementKey,
    code: &str,
    values: Variables,
    origin: Origin,
) -> Result<(), Halt> {
    let code = incident::short(code.to_owned());
    let Some((host, catcher)) = catcher(working, key, &code)? else {
        return Err(Halt::incident(IncidentKind::UncaughtError, code));
    };
    if working.would_overflow(&values) {
        return Err(Halt::incident(IncidentKind::VariablesTooLarge, "variables of the error"));
    }
    let (values, rising) = mapping::split(catcher, values);
    let element = working.element_id(key)?;
    let token = working.token(catcher.id());
    let at = token.key;
    working.emit(Event::ErrorCaught { key, element, code, host, token, values, origin })?;
    working.terminate(host)?;
    mapping::propagate(working, Some(at), rising)
}

/// The activity and the event on its border that catch a code. An event for this very code goes
/// before one for every code.
fn catcher<'a>(
    working: &Working<'a>,
    key: ElementKey,
    code: &str,
) -> Result<Option<(ElementKey, Place<'a>)>, Halt> {
    let around: Vec<ElementKey> = working
        .instance()
        .scopes(key)
        .filter(|row| row.process.is_none() && !row.border)
        .map(|row| row.key)
        .collect();
    for host in around {
        let place = working.place(host)?;
        let borders =
            || place.element.boundary_events.iter().filter_map(|index| place.process.place(*index));
        let found = borders()
            .find(|border| catches(border, Some(code)))
            .or_else(|| borders().find(|border| catches(border, None)));
        if let Some(border) = found {
            return Ok(Some((host, border)));
        }
    }
    Ok(None)
}

/// Whether a border event catches this very code, or every code when `None`.
fn catches(border: &Place<'_>, code: Option<&str>) -> bool {
    let ElementKind::Boundary(boundary) = &border.element.kind else { return false };
    let BoundaryTrigger::Error(error) = &boundary.trigger else { return false };
    match (error, code) {
        (None, None) => true,
        (Some(_), Some(code)) => match border.compiled.source(Slot::ErrorCode) {
            Some(Source::Text(own)) => **own == *code,
            Some(Source::Feel(_)) | None => false,
        },
        (Some(_), None) | (None, Some(_)) => false,
    }
}
