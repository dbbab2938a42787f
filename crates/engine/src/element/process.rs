//! The end of a process: of the case's own, or of one that a call activity called.

use bpmn::ElementKind;

use crate::behaviour::mapping;
use crate::working::{Halt, Working};
use crate::{ElementKey, Event};

pub(super) fn complete(working: &mut Working<'_>, key: ElementKey) -> Result<(), Halt> {
    let caller = working.instance().get(key).and_then(|row| row.parent);
    if let Some(caller) = caller {
        hand_back(working, key, caller)?;
    }
    Ok(working.emit(Event::Completed { key })?)
}

/// Gives the caller the variables of the called process: for its output mappings to choose from, or all.
fn hand_back(working: &mut Working<'_>, key: ElementKey, caller: ElementKey) -> Result<(), Halt> {
    let place = working.place(caller)?;
    let all = if let ElementKind::CallActivity(model) = &place.element.kind {
        model.propagate_all_child_variables
    } else {
        false // a process that nobody called has no caller to give all to
    };
    if !all && place.compiled.outputs.is_empty() {
        return Ok(());
    }
    let values = working.instance().get(key).map(|row| row.variables.clone()).unwrap_or_default();
    mapping::result(working, caller, place, values)
}
