//! End events that do more than end their token.

use crate::Variables;
use crate::behaviour::{error, evaluate, mapping, transition};
use crate::deployment::{Place, Slot};
use crate::working::{Halt, Working};
use crate::{ElementKey, Origin};

/// Ends everything else in the scope of the event, and nothing outside it.
pub(super) fn terminate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(), Halt> {
    let scope = working.instance().get(key).and_then(|row| row.parent);
    if let Some(scope) = scope {
        let others: Vec<ElementKey> = working
            .instance()
            .children(scope)
            .map(|row| row.key)
            .filter(|other| *other != key)
            .collect();
        others.into_iter().try_for_each(|other| working.terminate(other))?;
    }
    transition::complete(working, key, place)
}

/// Throws an error to the nearest event that catches it.
pub(super) fn error(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    let code = evaluate::text(working, key, place, Slot::ErrorCode)?;
    error::throw(working, key, &code, Variables::new(), Origin::Inside)
}
