//! Jobs: work that a worker outside does for an element.

use super::{evaluate, mapping, subscription};
use crate::deployment::{Place, Slot};
use crate::working::{Halt, Working};
use crate::{ElementKey, Event, Job, limits};

/// Applies input mappings, creates the job and what waits on the element's border.
pub(crate) fn activate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
    model: &bpmn::Job,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    let job_type = evaluate::text(working, key, place, Slot::JobType)?;
    let retries = evaluate::number(working, key, place, Slot::Retries)?.unwrap_or(3);
    let retries = u32::try_from(retries).unwrap_or(0).clamp(1, limits::MAX_RETRIES);
    let headers =
        model.headers.iter().map(|header| (header.key.clone(), header.value.clone())).collect();
    let borders = subscription::plan_borders(working, key, place)?;
    let element = place.id().clone();
    let job = Job { job_type, retries, headers };
    working.emit(Event::JobCreated { key, element, job })?;
    subscription::open_borders(working, key, borders)
}
