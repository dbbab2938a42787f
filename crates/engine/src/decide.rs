//! Deciding: a command becomes events. The working copy takes each event as it is made, so that the
//! journal, replayed, gives the very state that was decided on.

use base::Timestamp;

use crate::working::Working;
use crate::{Command, Deployment, Environment, Event, Instance, Rejection};

mod handle;

/// What a command leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// What happened, with open values.
    pub events: Vec<Event>,
    /// Whether steps ran out, so that a `Command::Continue` has to follow.
    pub continued: bool,
}

/// Turns a command into events. The values that it needs are open in `instance`
/// (see [`Instance::opened`]); `environment.steps` is less by the steps taken.
///
/// # Errors
/// [`Rejection`] when the command is refused; nothing has changed then.
pub fn decide(
    deployment: &Deployment,
    instance: &Instance,
    command: Command,
    now: Timestamp,
    environment: &mut Environment<'_>,
) -> Result<Decided, Rejection> {
    let mut working = Working::new(deployment, instance, now, environment);
    handle::handle(&mut working, command)?;
    working.run()?;
    environment.steps = working.steps_left();
    Ok(working.decided())
}
