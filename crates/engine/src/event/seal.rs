//! The one walk over the personal values of an event.

use base::{Field, Personal};

use crate::variable::field_of;
use crate::{Event, UserTask, Variable, Variables};

/// What is done with each value.
pub(crate) type Visit<'a, E> =
    &'a mut dyn FnMut(Field<'_>, &mut Personal<Variable>) -> Result<(), E>;

/// Visits every personal value, by its field.
pub(super) fn visit<E>(event: &mut Event, each: Visit<'_, E>) -> Result<(), E> {
    match event {
        Event::Started { values, .. }
        | Event::VariablesSet { values, .. }
        | Event::JobCompleted { values, .. }
        | Event::MessageCorrelated { values, .. }
        | Event::ErrorCaught { values, .. }
        | Event::UserTaskCompleted { values, .. }
        | Event::IncidentResolved { values, .. } => visit_variables(values, each),
        Event::UserTaskCreated { task, .. } => visit_task(task, each),
        Event::DecisionEvaluated { inputs, result, .. } => {
            each(Field("decision.inputs"), inputs)?;
            each(Field("decision.result"), result)
        }
        Event::ElementActivated { .. }
        | Event::ElementCompleted { .. }
        | Event::ElementTerminated { .. }
        | Event::JobCreated { .. }
        | Event::JobFailed { .. }
        | Event::TimerStarted { .. }
        | Event::TimerFired { .. }
        | Event::Subscribed { .. }
        | Event::IncidentRaised { .. }
        | Event::Continued {}
        | Event::Completed { .. }
        | Event::Cancelled {} => Ok(()),
    }
}

/// Visits the values of a scope.
pub(crate) fn visit_variables<E>(values: &mut Variables, each: Visit<'_, E>) -> Result<(), E> {
    values.iter_mut().try_for_each(|(name, value)| each(Field(&field_of(name)), value))
}

/// Visits the values of a user task.
pub(crate) fn visit_task<E>(task: &mut UserTask, each: Visit<'_, E>) -> Result<(), E> {
    if let Some(assignee) = &mut task.assignee {
        each(Field("task.assignee"), assignee)?;
    }
    task.candidate_users.as_mut().map_or(Ok(()), |users| each(Field("task.candidate_users"), users))
}
