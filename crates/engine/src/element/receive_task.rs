//! Receive tasks: wait for a message, as an activity with a border.

use crate::ElementKey;
use crate::behaviour::{mapping, subscription};
use crate::deployment::Place;
use crate::working::{Halt, Working};

pub(super) fn activate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    let plan = subscription::plan_message(working, (key, key), place, false)?;
    let borders = subscription::plan_borders(working, key, place)?;
    subscription::open(working, key, place.id().clone(), None, plan)?;
    subscription::open_borders(working, key, borders)
}
