//! What passes through at once: start events, plain throw and end events, events on a border that have
//! occurred, manual tasks and tasks without a type. Only their mappings have an effect.

use crate::ElementKey;
use crate::behaviour::{mapping, transition};
use crate::deployment::Place;
use crate::working::{Halt, Working};

pub(super) fn activate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    transition::complete(working, key, place)
}
