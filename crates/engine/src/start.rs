//! Starts: what begins a process without a command of its own, for the shell to watch while the process
//! is the newest of its id.

use base::Timestamp;
use bpmn::{ElementKind, StartTrigger};

use crate::behaviour::{evaluate, incident, subscription, timer};
use crate::deployment::{CompiledProcess, Place, Slot};
use crate::event::TimerSet;
use crate::working::{Halt, Working};
use crate::{
    Deployment, ElementId, ElementKey, Environment, Incident, Instance, ProcessVersion, Rejection,
};

/// The timers that start a process. Their expressions see no variables.
///
/// # Errors
/// The fault of an expression, as an incident names it; a process that is not deployed has no timers.
pub fn timer_starts(
    deployment: &Deployment,
    process: &ProcessVersion,
    now: Timestamp,
    environment: &Environment<'_>,
) -> Result<Vec<(ElementId, TimerSet)>, Incident> {
    let Some(compiled) = deployment.compiled(process) else { return Ok(Vec::new()) };
    let mut working = Working::new(deployment, &Instance::new(), now, environment);
    let mut found = Vec::new();
    for place in starts(compiled) {
        if let ElementKind::StartEvent(StartTrigger::Timer(timer)) = &place.element.kind {
            let plan = subscription::plan_timer(&mut working, ElementKey::ROOT, place, timer);
            if let subscription::Planned::Timer(timer) = plan.map_err(fault)? {
                found.push((place.id().clone(), timer));
            }
        }
    }
    Ok(found)
}

/// The names of the messages that start a process.
///
/// # Errors
/// The fault of an expression, as an incident names it; a process that is not deployed has no messages.
pub fn message_starts(
    deployment: &Deployment,
    process: &ProcessVersion,
    now: Timestamp,
    environment: &Environment<'_>,
) -> Result<Vec<(ElementId, String)>, Incident> {
    let Some(compiled) = deployment.compiled(process) else { return Ok(Vec::new()) };
    let mut working = Working::new(deployment, &Instance::new(), now, environment);
    let mut found = Vec::new();
    for place in starts(compiled) {
        if let ElementKind::StartEvent(StartTrigger::Message(_)) = &place.element.kind {
            let name = evaluate::text(&mut working, ElementKey::ROOT, place, Slot::MessageName);
            found.push((place.id().clone(), name.map_err(fault)?));
        }
    }
    Ok(found)
}

/// When a timer that fired now fires again; nothing when it is over.
pub fn next_time(timer: &TimerSet, now: Timestamp, zone: &str) -> Option<TimerSet> {
    timer::next(now, zone, timer)
}

fn starts(process: &CompiledProcess) -> impl Iterator<Item = Place<'_>> {
    process.process.start_events(None).filter_map(|index| process.place(index))
}

/// Without a case nothing can be sealed or out of place, so that a fault is always an incident's.
fn fault(halt: Halt) -> Incident {
    match halt {
        Halt::Incident { kind, detail } => Incident { kind, detail: incident::short(detail) },
        Halt::Rejected(rejection) => refused(&rejection),
    }
}

fn refused(rejection: &Rejection) -> Incident {
    let kind = crate::IncidentKind::ExpressionFailed;
    Incident { kind, detail: incident::short(rejection.to_string()) }
}
