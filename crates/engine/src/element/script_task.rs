//! Script tasks: a FEEL expression whose value becomes a variable.

use crate::ElementKey;
use crate::behaviour::{evaluate, mapping, transition};
use crate::deployment::{Place, Slot};
use crate::working::{Halt, Working};

pub(super) fn activate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
    result_variable: &str,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    if let Some((value, party)) = evaluate::slot(working, key, place, Slot::Script)? {
        mapping::result(working, key, place, mapping::one(result_variable, value, party))?;
    }
    transition::complete(working, key, place)
}
