//! User tasks: work for a person.

use bpmn::Form;

use crate::behaviour::{evaluate, mapping, subscription};
use crate::deployment::{Place, Slot};
use crate::working::{Halt, Working};
use crate::{ElementKey, Event, FormReference, UserTask};

/// Where a user task stands among others when the model does not say.
const USUAL_PRIORITY: i64 = 50;

pub(super) fn activate(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
    model: &bpmn::UserTask,
) -> Result<(), Halt> {
    mapping::inputs(working, key, place)?;
    let task = task(working, key, place, model)?;
    let borders = subscription::plan_borders(working, key, place)?;
    let element = place.id().clone();
    working.emit(Event::UserTaskCreated { key, element, task })?;
    subscription::open_borders(working, key, borders)
}

fn task(
    working: &mut Working<'_>,
    key: ElementKey,
    place: Place<'_>,
    model: &bpmn::UserTask,
) -> Result<UserTask, Halt> {
    let form = match &model.form {
        None => None,
        Some(Form::Id { id, .. }) => Some(FormReference::Id(id.clone())),
        Some(Form::Key(text)) => Some(FormReference::Key(text.clone())),
        Some(Form::External(_)) => {
            evaluate::optional_text(working, key, place, Slot::Form)?.map(FormReference::External)
        }
    };
    let priority = evaluate::number(working, key, place, Slot::Priority)?;
    let priority = priority.unwrap_or(USUAL_PRIORITY).clamp(0, 100);
    Ok(UserTask {
        form,
        candidate_groups: evaluate::texts(working, key, place, Slot::CandidateGroups)?,
        candidate_users: evaluate::personal(working, key, place, Slot::CandidateUsers)?,
        assignee: evaluate::personal(working, key, place, Slot::Assignee)?,
        due: evaluate::instant(working, key, place, Slot::DueDate)?,
        follow_up: evaluate::instant(working, key, place, Slot::FollowUpDate)?,
        priority: u8::try_from(priority).unwrap_or(50),
        headers: model
            .headers
            .iter()
            .map(|header| (header.key.clone(), header.value.clone()))
            .collect(),
    })
}
