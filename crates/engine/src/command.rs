//! Commands: what may be asked of a case's process instances, and why it may be refused.

use base::MessageId;

use crate::{ElementId, ElementKey, ElementState, ProcessVersion, Variables};

/// What may be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Begin the process of the case.
    Start {
        /// Which process, in which version.
        process: ProcessVersion,
        /// The start event, when a message or timer starts it; else the one without a trigger.
        start: Option<ElementId>,
        /// The first variables of the process.
        variables: Variables,
    },
    /// A job is done.
    CompleteJob {
        /// The element that waits for it.
        element: ElementKey,
        /// What it gave.
        variables: Variables,
    },
    /// A job is done that no worker is asked for: the shell does it within the same step. It counts
    /// as going on without a wait, and is an incident when the case has done so for too long.
    PassJob {
        /// The element that waits for it.
        element: ElementKey,
    },
    /// A try of a job failed. With no tries left it becomes an incident.
    FailJob {
        /// The element that waits for it.
        element: ElementKey,
        /// Why, as a code without values: `unreachable`, `unknown_outcome`.
        code: String,
        /// How many tries are left.
        retries: u32,
    },
    /// A job ended in an error that the model may catch.
    ThrowJobError {
        /// The element that waits for it.
        element: ElementKey,
        /// The error code that catching events name.
        error_code: String,
        /// What the catching event is given.
        variables: Variables,
    },
    /// A person has done a user task.
    CompleteUserTask {
        /// The user task.
        element: ElementKey,
        /// What the person decided.
        variables: Variables,
    },
    /// A timer is due.
    TriggerTimer {
        /// The element that waits for it.
        element: ElementKey,
    },
    /// A message has arrived for a subscription.
    CorrelateMessage {
        /// The element that waits for it.
        element: ElementKey,
        /// The message, the same in every delivery.
        message: MessageId,
        /// What it brought.
        variables: Variables,
    },
    /// A member of staff settles an incident.
    ResolveIncident {
        /// The element that has it.
        element: ElementKey,
        /// In which way.
        how: Resolution,
    },
    /// End every process of the case at once.
    Cancel,
    /// Go on with what an earlier command left over (see [`Decided::continued`](crate::Decided)).
    Continue,
}

/// How an incident is settled.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// Try again what failed; a job gets this many tries.
    Retry {
        /// Tries of a job; at least one.
        retries: u32,
        /// Variables to put right first; they go where the model's own would.
        variables: Variables,
    },
    /// Take the element's own work as done, with these variables, and go on behind it.
    Done {
        /// What the work would have given.
        variables: Variables,
    },
}

/// Why a command is refused. A refused command has changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The case already has a process that runs.
    #[error("the case already runs a process")]
    AlreadyStarted,
    /// Nothing runs in the case.
    #[error("no process runs in the case")]
    NotRunning,
    /// The process is not deployed in this version.
    #[error("process {process} is not deployed")]
    UnknownProcess {
        /// The process.
        process: ProcessVersion,
    },
    /// The process cannot be started so.
    #[error("process {process} has no such start event")]
    NoStartEvent {
        /// The process.
        process: ProcessVersion,
    },
    /// The element is gone, or waits for something else: the command is late or doubled.
    #[error("element {element} does not wait for {expected}")]
    NotWaiting {
        /// The element.
        element: ElementKey,
        /// What the command was for.
        expected: Awaited,
    },
    /// The message was correlated to this subscription before.
    #[error("message was already correlated to element {element}")]
    DuplicateMessage {
        /// The element.
        element: ElementKey,
    },
    /// There is nothing left over to go on with.
    #[error("nothing is left over")]
    NothingLeft,
    /// The incident cannot be settled so.
    #[error("incident of element {element} cannot be settled in this way")]
    CannotResolve {
        /// The element.
        element: ElementKey,
    },
    /// More bytes of variables than a command may bring.
    #[error("the variables are too large: {bytes} bytes, at most {limit}")]
    TooLarge {
        /// How many bytes.
        bytes: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The case has as many element instances as it may have.
    #[error("the case has {limit} element instances, and no room for more")]
    TooManyElements {
        /// How many are allowed.
        limit: usize,
    },
    /// A value that the decision needs was not opened beforehand.
    #[error("variable {variable} is sealed")]
    Sealed {
        /// Its name.
        variable: String,
    },
    /// A change of state that the lifecycle table does not allow; a fault of this crate.
    #[error("element {element} may not go from {from:?} to {to:?}")]
    IllegalTransition {
        /// The element.
        element: ElementKey,
        /// Its state; `None` when there is no such element.
        from: Option<ElementState>,
        /// The state wanted; `None` for gone.
        to: Option<ElementState>,
    },
    /// The state names an element that its process does not have.
    #[error("element {element} is not in its process")]
    UnknownElement {
        /// The element.
        element: ElementKey,
    },
}

/// What a late command was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Awaited {
    /// A job.
    Job,
    /// A user task.
    UserTask,
    /// A timer.
    Timer,
    /// A message.
    Message,
    /// An incident.
    Incident,
}

impl std::fmt::Display for Awaited {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Job => "a job",
            Self::UserTask => "a user task",
            Self::Timer => "a timer",
            Self::Message => "a message",
            Self::Incident => "a settled incident",
        })
    }
}
