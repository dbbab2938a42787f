//! Embedded subprocesses: a scope of its own that ends when all inside it has ended.

use crate::behaviour::{mapping, subscription};
use crate::deployment::Place;
use crate::working::{Halt, Working};
use crate::{ElementKey, Event, IncidentKind, limits};

pub(super) fn activate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    let Some(start) = place.process.start(Some(place.index), None) else {
        // The reader of models refuses such a subprocess; a model built by hand may still have one.
        return Err(Halt::incident(IncidentKind::NoFlowTaken, "the subprocess has no start event"));
    };
    if working.instance().len() >= limits::MAX_ELEMENTS {
        return Err(Halt::incident(IncidentKind::TooManyElements, "element instances of the case"));
    }
    let borders = subscription::plan_borders(working, key, place)?;
    let token = Some(working.token(start.id()));
    working.emit(Event::ElementActivated { key, element: place.id().clone(), token })?;
    subscription::open_borders(working, key, borders)
}
