//! Each command's own part: is the element there and does it wait for this, and what happens first.

use base::MessageId;
use bpmn::{Boundary, ElementKind};

use crate::behaviour::{error, incident, mapping, timer};
use crate::variable::bytes_of_variables;
use crate::working::{Halt, Working};
use crate::{
    Awaited, Command, ElementId, ElementKey, ElementState, Event, IncidentKind, Origin,
    ProcessVersion, Rejection, Resolution, Settled, Token, Variables, Waits, limits,
};

/// Handles a command up to where tokens run by themselves.
pub(super) fn handle(working: &mut Working<'_>, command: Command) -> Result<(), Rejection> {
    match command {
        Command::Start { process, start, variables } => {
            begin(working, process, start.as_ref(), variables)
        }
        Command::CompleteJob { element, variables } => complete_job(working, element, variables),
        Command::PassJob { element } => pass_job(working, element),
        Command::FailJob { element, code, retries } => fail_job(working, element, code, retries),
        Command::ThrowJobError { element, error_code, variables } => {
            throw_error(working, element, &error_code, variables)
        }
        Command::CompleteUserTask { element, variables } => {
            complete_user_task(working, element, variables)
        }
        Command::TriggerTimer { element } => trigger_timer(working, element),
        Command::CorrelateMessage { element, message, variables } => {
            correlate(working, element, message, variables)
        }
        Command::ResolveIncident { element, how } => resolve(working, element, how),
        Command::Cancel => {
            if working.instance().is_empty() {
                return Err(Rejection::NotRunning);
            }
            working.emit(Event::Cancelled {})
        }
        Command::Continue => {
            if working.queue_runnable() {
                Ok(())
            } else {
                Err(Rejection::NothingLeft)
            }
        }
    }
}

fn begin(
    working: &mut Working<'_>,
    process: ProcessVersion,
    start: Option<&ElementId>,
    variables: Variables,
) -> Result<(), Rejection> {
    if !working.instance().is_empty() {
        return Err(Rejection::AlreadyStarted);
    }
    small_enough(&variables)?;
    let Some(compiled) = working.deployment().compiled(&process) else {
        return Err(Rejection::UnknownProcess { process });
    };
    let Some(place) = compiled.start(None, start) else {
        return Err(Rejection::NoStartEvent { process });
    };
    let first = ElementKey(1);
    let token = Token { key: first, element: place.id().clone(), flow: None, joins: None };
    // What a message brings is for the start event's output mappings, where it has any, to choose from.
    let (kept, values) = match start {
        Some(_) => mapping::split(place, variables),
        None => (Variables::new(), variables),
    };
    working.emit(Event::Started { key: ElementKey::ROOT, caller: None, process, token, values })?;
    if kept.is_empty() {
        return Ok(());
    }
    working.emit(Event::VariablesSet { scope: first, values: kept })
}

/// Refuses more variables than one command may bring.
fn small_enough(variables: &Variables) -> Result<(), Rejection> {
    let bytes = bytes_of_variables(variables);
    if bytes > limits::MAX_COMMAND_BYTES {
        return Err(Rejection::TooLarge { bytes, limit: limits::MAX_COMMAND_BYTES });
    }
    Ok(())
}

/// What the working copy says the element waits for, or the refusal of a late command.
fn waiting(
    working: &Working<'_>,
    element: ElementKey,
    expected: Awaited,
) -> Result<Waits, Rejection> {
    let waits = working.instance().get(element).map(|row| &row.waits);
    let fits = match (waits, expected) {
        (Some(Waits::Job(_)), Awaited::Job)
        | (Some(Waits::UserTask(_)), Awaited::UserTask)
        | (Some(Waits::Timer(_)), Awaited::Timer)
        | (Some(Waits::Message { .. }), Awaited::Message) => waits.cloned(),
        (
            Some(
                Waits::Nothing
                | Waits::Job(_)
                | Waits::UserTask(_)
                | Waits::Timer(_)
                | Waits::Message { .. }
                | Waits::Children
                | Waits::Tokens { .. },
            )
            | None,
            Awaited::Job
            | Awaited::UserTask
            | Awaited::Timer
            | Awaited::Message
            | Awaited::Incident,
        ) => None,
    };
    fits.ok_or(Rejection::NotWaiting { element, expected })
}

/// Turns what the work gave into `done`, and sends its values up where no output mapping chooses.
fn finish(
    working: &mut Working<'_>,
    key: ElementKey,
    values: Variables,
    done: impl FnOnce(ElementId, Variables) -> Event,
) -> Result<(), Rejection> {
    let place = working.place(key)?;
    if working.would_overflow(&values) {
        return incident::raise(working, key, IncidentKind::VariablesTooLarge, "result");
    }
    let (kept, rising) = mapping::split(place, values);
    working.emit(done(place.id().clone(), kept))?;
    rise(working, key, rising)
}

/// Sends values up from an element. They were counted before, so no incident can come of it.
fn rise(working: &mut Working<'_>, key: ElementKey, values: Variables) -> Result<(), Rejection> {
    match mapping::propagate(working, Some(key), values) {
        Ok(()) => Ok(()),
        Err(Halt::Rejected(rejection)) => Err(rejection),
        Err(Halt::Incident { kind, detail }) => incident::raise(working, key, kind, &detail),
    }
}

fn complete_job(
    working: &mut Working<'_>,
    key: ElementKey,
    variables: Variables,
) -> Result<(), Rejection> {
    waiting(working, key, Awaited::Job)?;
    small_enough(&variables)?;
    let origin = Origin::Outside;
    finish(working, key, variables, |element, values| Event::JobCompleted {
        key,
        element,
        values,
        origin,
    })
}

/// Goes past a job that needs no worker, but not for ever without a wait.
fn pass_job(working: &mut Working<'_>, key: ElementKey) -> Result<(), Rejection> {
    waiting(working, key, Awaited::Job)?;
    if working.has_gone_on_long() {
        return incident::raise(working, key, IncidentKind::NeverWaits, "jobs without a wait");
    }
    let origin = Origin::Inside;
    finish(working, key, Variables::new(), |element, values| Event::JobCompleted {
        key,
        element,
        values,
        origin,
    })
}

fn complete_user_task(
    working: &mut Working<'_>,
    key: ElementKey,
    variables: Variables,
) -> Result<(), Rejection> {
    waiting(working, key, Awaited::UserTask)?;
    small_enough(&variables)?;
    finish(working, key, variables, |element, values| Event::UserTaskCompleted {
        key,
        element,
        values,
    })
}

fn fail_job(
    working: &mut Working<'_>,
    key: ElementKey,
    code: String,
    retries: u32,
) -> Result<(), Rejection> {
    waiting(working, key, Awaited::Job)?;
    if working.instance().get(key).is_some_and(|row| row.incident.is_some()) {
        return Err(Rejection::NotWaiting { element: key, expected: Awaited::Job });
    }
    let code = incident::short(code);
    if retries == 0 {
        return incident::raise(working, key, IncidentKind::JobFailed, &code);
    }
    let element = working.place(key)?.id().clone();
    let retries = retries.min(limits::MAX_RETRIES);
    working.emit(Event::JobFailed { key, element, code, retries })
}

fn throw_error(
    working: &mut Working<'_>,
    key: ElementKey,
    code: &str,
    variables: Variables,
) -> Result<(), Rejection> {
    waiting(working, key, Awaited::Job)?;
    small_enough(&variables)?;
    let thrown = error::throw(working, key, code, variables, Origin::Outside);
    incident::settle(working, key, thrown, false)
}

fn trigger_timer(working: &mut Working<'_>, key: ElementKey) -> Result<(), Rejection> {
    let not_due = Rejection::NotWaiting { element: key, expected: Awaited::Timer };
    let Waits::Timer(timer) = waiting(working, key, Awaited::Timer)? else { return Err(not_due) };
    if timer.due > working.now() {
        return Err(not_due);
    }
    if working.instance().get(key).is_some_and(|row| row.incident.is_some()) {
        return Err(not_due);
    }
    let place = working.place(key)?;
    let element = place.id().clone();
    let Some(boundary) = border(working, key, &place.element.kind) else {
        return working.emit(Event::TimerFired { key, element, token: None, next: None });
    };
    if is_full(working) {
        // The timer rests until somebody has made room and tries it again.
        return incident::raise(working, key, IncidentKind::TooManyElements, "a timer that fired");
    }
    let token = Some(working.token(place.id()));
    let next = if boundary.interrupting {
        None
    } else {
        timer::next(working.now(), working.zone(), &timer)
    };
    let host = working.instance().get(key).and_then(|row| row.parent);
    working.emit(Event::TimerFired { key, element, token, next })?;
    interrupt(working, boundary, host)
}

fn correlate(
    working: &mut Working<'_>,
    key: ElementKey,
    message: MessageId,
    variables: Variables,
) -> Result<(), Rejection> {
    let waits = waiting(working, key, Awaited::Message)?;
    if let Waits::Message { seen, .. } = waits
        && seen.contains(&message)
    {
        return Err(Rejection::DuplicateMessage { element: key });
    }
    small_enough(&variables)?;
    if working.would_overflow(&variables) {
        let bytes = bytes_of_variables(&variables);
        return Err(Rejection::TooLarge { bytes, limit: limits::MAX_VARIABLE_BYTES });
    }
    let place = working.place(key)?;
    let element = place.id().clone();
    let (values, rising) = mapping::split(place, variables);
    let Some(boundary) = border(working, key, &place.element.kind) else {
        let token = None;
        working.emit(Event::MessageCorrelated { key, element, message, token, values })?;
        return rise(working, key, rising);
    };
    if is_full(working) {
        return Err(Rejection::TooManyElements { limit: limits::MAX_ELEMENTS });
    }
    let token = working.token(place.id());
    let (at, host) = (token.key, working.instance().get(key).and_then(|row| row.parent));
    let token = Some(token);
    working.emit(Event::MessageCorrelated { key, element, message, token, values })?;
    interrupt(working, boundary, host)?;
    rise(working, at, rising)
}

/// Whether the case has no room for another element instance.
fn is_full(working: &Working<'_>) -> bool {
    working.instance().len() >= limits::MAX_ELEMENTS
}

/// The boundary event, when the row waits on a border.
fn border<'k>(
    working: &Working<'_>,
    key: ElementKey,
    kind: &'k ElementKind,
) -> Option<&'k Boundary> {
    let on_border = working.instance().get(key).is_some_and(|row| row.border);
    kind.boundary().filter(|_| on_border)
}

/// Ends the activity that an interrupting event on its border breaks off.
fn interrupt(
    working: &mut Working<'_>,
    boundary: &Boundary,
    host: Option<ElementKey>,
) -> Result<(), Rejection> {
    match host {
        Some(host) if boundary.interrupting => working.terminate(host),
        Some(_) | None => Ok(()),
    }
}

fn resolve(working: &mut Working<'_>, key: ElementKey, how: Resolution) -> Result<(), Rejection> {
    let row = working.instance().get(key).filter(|row| row.incident.is_some());
    let Some(row) = row else {
        return Err(Rejection::NotWaiting { element: key, expected: Awaited::Incident });
    };
    let out_only = match row.state {
        ElementState::Completing | ElementState::Leaving => true,
        ElementState::Active => row.waits == Waits::Children,
        ElementState::Ready => false,
    };
    let (scope, begun) = (row.parent, row.state == ElementState::Ready);
    let is_process = row.process.is_some();
    match how {
        Resolution::Retry { retries, variables } => {
            small_enough(&variables)?;
            // What is only begun applies its input mappings again, from the scope around it.
            let from = if begun { scope.unwrap_or(key) } else { key };
            rise(working, from, variables)?;
            let retries = retries.clamp(1, limits::MAX_RETRIES);
            settled(working, key, Settled::Retry { retries }, Variables::new())
        }
        Resolution::Done { variables } => {
            small_enough(&variables)?;
            if is_process {
                return Err(Rejection::CannotResolve { element: key });
            }
            let place = working.place(key)?;
            if !has_work(&place.element.kind) {
                return Err(Rejection::CannotResolve { element: key });
            }
            if out_only {
                settled(working, key, Settled::Done, Variables::new())?;
                return rise(working, scope.unwrap_or(key), variables);
            }
            let (kept, rising) = mapping::split(place, variables);
            settled(working, key, Settled::Done, kept)?;
            rise(working, key, rising)
        }
    }
}

fn settled(
    working: &mut Working<'_>,
    key: ElementKey,
    how: Settled,
    values: Variables,
) -> Result<(), Rejection> {
    let element = working.element_id(key)?;
    working.emit(Event::IncidentResolved { key, element, how, values })
}

/// Whether the element does something of its own that could be taken as done.
fn has_work(kind: &ElementKind) -> bool {
    !kind.is_gateway() && !matches!(kind, ElementKind::StartEvent(_) | ElementKind::Boundary(_))
}
