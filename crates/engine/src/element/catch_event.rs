//! Intermediate catch events: wait for a message or a time.

use crate::ElementKey;
use crate::behaviour::{mapping, subscription};
use crate::deployment::Place;
use crate::working::{Halt, Working};

pub(super) fn message(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    let plan = subscription::plan_message(working, (key, key), place, false)?;
    subscription::open(working, key, place.id().clone(), None, plan)
}

pub(super) fn timer(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
    timer: &bpmn::Timer,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    let plan = subscription::plan_timer(working, key, place, timer)?;
    subscription::open(working, key, place.id().clone(), None, plan)
}
