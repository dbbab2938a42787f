//! Raising incidents: every fault of a step ends here, so that nothing is lost in silence.

use crate::working::{Halt, Working};
use crate::{ElementKey, Event, Incident, IncidentKind, Rejection, limits};

/// Raises an incident on an element.
pub(crate) fn raise(
    working: &mut Working<'_>,
    key: ElementKey,
    kind: IncidentKind,
    detail: &str,
) -> Result<(), Rejection> {
    let halt = Err(Halt::Incident { kind, detail: detail.to_owned() });
    settle(working, key, halt, false)
}

/// Turns the fault of a step into an incident of its element; a rejection goes on up.
pub(crate) fn settle(
    working: &mut Working<'_>,
    key: ElementKey,
    result: Result<(), Halt>,
    leaving: bool,
) -> Result<(), Rejection> {
    match result {
        Ok(()) => Ok(()),
        Err(Halt::Rejected(rejection)) => Err(rejection),
        Err(Halt::Incident { kind, detail }) => {
            let element = working.element_id(key)?;
            let incident = Incident { kind, detail: short(detail) };
            working.emit(Event::IncidentRaised { key, element, incident, leaving })
        }
    }
}

/// A code or detail, no longer than it may be.
pub(crate) fn short(mut text: String) -> String {
    let mut end = text.len().min(limits::MAX_CODE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
