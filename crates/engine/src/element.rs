//! What each kind of element does when a token arrives and when its work is done: one small module a
//! kind. Ending from outside is the same for all and lives with the working copy.

use bpmn::{BusinessRuleTask, CatchTrigger, ElementKind, EndResult, ScriptTask, Throw};

use crate::behaviour::{incident, job, transition};
use crate::deployment::Place;
use crate::working::{Halt, Working};
use crate::{ElementKey, ElementState, Rejection};

mod business_rule_task;
mod call_activity;
mod catch_event;
mod end_event;
mod process;
mod receive_task;
mod script_task;
mod sub_process;
mod task;
mod user_task;

/// Takes one element instance as far as it goes; its faults become its incident.
pub(crate) fn step(working: &mut Working<'_>, key: ElementKey) -> Result<(), Rejection> {
    let Some(row) = working.instance().get(key) else { return Ok(()) };
    let (state, is_process) = (row.state, row.process.is_some());
    if is_process {
        let ended = process::complete(working, key);
        return incident::settle(working, key, ended, false);
    }
    let place = working.place(key)?;
    let done = match state {
        ElementState::Ready => activate(working, key, place),
        // A scope whose inside has ended, or an element whose work is done.
        ElementState::Active | ElementState::Completing => {
            transition::complete(working, key, place)
        }
        ElementState::Leaving => transition::leave(working, key, place),
    };
    incident::settle(working, key, done, false)
}

/// A token has arrived.
fn activate(working: &mut Working<'_>, key: ElementKey, place: Place<'_>) -> Result<(), Halt> {
    match &place.element.kind {
        ElementKind::StartEvent(_)
        | ElementKind::Boundary(_)
        | ElementKind::IntermediateThrow(Throw::None)
        | ElementKind::EndEvent(EndResult::None)
        | ElementKind::ManualTask
        | ElementKind::Task => task::activate(working, key, place),
        ElementKind::ExclusiveGateway | ElementKind::ParallelGateway => {
            transition::leave(working, key, place)
        }
        ElementKind::ServiceTask(model)
        | ElementKind::SendTask(model)
        | ElementKind::ScriptTask(ScriptTask::Job(model))
        | ElementKind::BusinessRuleTask(BusinessRuleTask::Job(model))
        | ElementKind::IntermediateThrow(Throw::Message(model))
        | ElementKind::EndEvent(EndResult::Message(model)) => {
            job::activate(working, key, place, model)
        }
        ElementKind::EndEvent(EndResult::Terminate) => end_event::terminate(working, key, place),
        ElementKind::EndEvent(EndResult::Error(_)) => end_event::error(working, key, place),
        ElementKind::UserTask(model) => user_task::activate(working, key, place, model),
        ElementKind::ScriptTask(ScriptTask::Expression { result_variable, .. }) => {
            script_task::activate(working, key, place, result_variable)
        }
        ElementKind::BusinessRuleTask(BusinessRuleTask::Decision(model)) => {
            business_rule_task::activate(working, key, place, model)
        }
        ElementKind::ReceiveTask(_) => receive_task::activate(working, key, place),
        ElementKind::SubProcess => sub_process::activate(working, key, place),
        ElementKind::CallActivity(model) => call_activity::activate(working, key, place, model),
        ElementKind::IntermediateCatch(CatchTrigger::Message(_)) => {
            catch_event::message(working, key, place)
        }
        ElementKind::IntermediateCatch(CatchTrigger::Timer(timer)) => {
            catch_event::timer(working, key, place, timer)
        }
    }
}
