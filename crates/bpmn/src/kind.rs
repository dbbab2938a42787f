//! What an executable element is, with the data its kind carries.
//!
//! [`ElementKind`] lists exactly what an engine must be able to execute. Whatever cannot be executed never becomes
//! one of these: it is a problem or a [`crate::Drawn`].

use crate::{ElementIndex, Expression};

/// The kind of an executable element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ElementKind {
    /// Begins its scope.
    StartEvent(StartTrigger),
    /// Ends a token, and perhaps more than that.
    EndEvent(EndResult),
    /// Work done by a job worker.
    ServiceTask(Job),
    /// A message sent by a job worker.
    SendTask(Job),
    /// Work done by a person.
    UserTask(Box<UserTask>),
    /// An expression, or a job.
    ScriptTask(ScriptTask),
    /// A decision, or a job.
    BusinessRuleTask(BusinessRuleTask),
    /// Work done outside the system: passed through.
    ManualTask,
    /// A task without a type: passed through.
    Task,
    /// Waits for a message.
    ReceiveTask(Message),
    /// One way in by each token, one way out by condition.
    ExclusiveGateway,
    /// Waits for every incoming flow, leaves by every outgoing flow.
    ParallelGateway,
    /// An embedded subprocess: a scope of its own.
    SubProcess,
    /// Another process, run as part of this one.
    CallActivity(CallActivity),
    /// Waits in the middle of a flow.
    IntermediateCatch(CatchTrigger),
    /// Passes, perhaps sending a message by a job.
    IntermediateThrow(Throw),
    /// Waits beside the activity it is attached to.
    Boundary(Boundary),
}

impl ElementKind {
    /// The name of the kind, as a word for programs: `user-task`, `exclusive-gateway`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::StartEvent(_) => "start-event",
            Self::EndEvent(_) => "end-event",
            Self::ServiceTask(_) => "service-task",
            Self::SendTask(_) => "send-task",
            Self::UserTask(_) => "user-task",
            Self::ScriptTask(_) => "script-task",
            Self::BusinessRuleTask(_) => "business-rule-task",
            Self::ManualTask => "manual-task",
            Self::Task => "task",
            Self::ReceiveTask(_) => "receive-task",
            Self::ExclusiveGateway => "exclusive-gateway",
            Self::ParallelGateway => "parallel-gateway",
            Self::SubProcess => "sub-process",
            Self::CallActivity(_) => "call-activity",
            Self::IntermediateCatch(_) => "intermediate-catch-event",
            Self::IntermediateThrow(_) => "intermediate-throw-event",
            Self::Boundary(_) => "boundary-event",
        }
    }

    /// Whether boundary events may be attached: tasks, subprocesses and call activities.
    pub fn is_activity(&self) -> bool {
        match self {
            Self::ServiceTask(_)
            | Self::SendTask(_)
            | Self::UserTask(_)
            | Self::ScriptTask(_)
            | Self::BusinessRuleTask(_)
            | Self::ManualTask
            | Self::Task
            | Self::ReceiveTask(_)
            | Self::SubProcess
            | Self::CallActivity(_) => true,
            Self::StartEvent(_)
            | Self::EndEvent(_)
            | Self::ExclusiveGateway
            | Self::ParallelGateway
            | Self::IntermediateCatch(_)
            | Self::IntermediateThrow(_)
            | Self::Boundary(_) => false,
        }
    }

    /// Whether this is a gateway.
    pub fn is_gateway(&self) -> bool {
        matches!(self, Self::ExclusiveGateway | Self::ParallelGateway)
    }

    /// Whether this is an event of any position.
    pub fn is_event(&self) -> bool {
        !self.is_activity() && !self.is_gateway()
    }

    /// The data of a boundary event.
    pub fn boundary(&self) -> Option<&Boundary> {
        if let Self::Boundary(boundary) = self { Some(boundary) } else { None }
    }

    /// The job a worker is given for this element, if it works by jobs.
    pub fn job(&self) -> Option<&Job> {
        match self {
            Self::ServiceTask(job)
            | Self::SendTask(job)
            | Self::ScriptTask(ScriptTask::Job(job))
            | Self::BusinessRuleTask(BusinessRuleTask::Job(job))
            | Self::EndEvent(EndResult::Message(job))
            | Self::IntermediateThrow(Throw::Message(job)) => Some(job),
            Self::StartEvent(_)
            | Self::EndEvent(EndResult::None | EndResult::Terminate | EndResult::Error(_))
            | Self::UserTask(_)
            | Self::ScriptTask(ScriptTask::Expression { .. })
            | Self::BusinessRuleTask(BusinessRuleTask::Decision(_))
            | Self::ManualTask
            | Self::Task
            | Self::ReceiveTask(_)
            | Self::ExclusiveGateway
            | Self::ParallelGateway
            | Self::SubProcess
            | Self::CallActivity(_)
            | Self::IntermediateCatch(_)
            | Self::IntermediateThrow(Throw::None)
            | Self::Boundary(_) => None,
        }
    }

    /// The message this element waits for, if it waits for one.
    pub fn caught_message(&self) -> Option<&Message> {
        match self {
            Self::StartEvent(StartTrigger::Message(message))
            | Self::ReceiveTask(message)
            | Self::IntermediateCatch(CatchTrigger::Message(message))
            | Self::Boundary(Boundary { trigger: BoundaryTrigger::Message(message), .. }) => {
                Some(message)
            }
            Self::StartEvent(StartTrigger::None | StartTrigger::Timer(_))
            | Self::EndEvent(_)
            | Self::ServiceTask(_)
            | Self::SendTask(_)
            | Self::UserTask(_)
            | Self::ScriptTask(_)
            | Self::BusinessRuleTask(_)
            | Self::ManualTask
            | Self::Task
            | Self::ExclusiveGateway
            | Self::ParallelGateway
            | Self::SubProcess
            | Self::CallActivity(_)
            | Self::IntermediateCatch(CatchTrigger::Timer(_))
            | Self::IntermediateThrow(_)
            | Self::Boundary(Boundary {
                trigger: BoundaryTrigger::Timer(_) | BoundaryTrigger::Error(_),
                ..
            }) => None,
        }
    }

    /// The error this element throws or catches, if it names one.
    pub fn error(&self) -> Option<&Error> {
        if let Self::EndEvent(EndResult::Error(error)) = self {
            return Some(error);
        }
        match &self.boundary()?.trigger {
            BoundaryTrigger::Error(error) => error.as_ref(),
            BoundaryTrigger::Message(_) | BoundaryTrigger::Timer(_) => None,
        }
    }

    /// The timer this element waits for, if it waits for one.
    pub fn timer(&self) -> Option<&crate::Timer> {
        match self {
            Self::StartEvent(StartTrigger::Timer(timer))
            | Self::IntermediateCatch(CatchTrigger::Timer(timer))
            | Self::Boundary(Boundary { trigger: BoundaryTrigger::Timer(timer), .. }) => {
                Some(timer)
            }
            Self::StartEvent(StartTrigger::None | StartTrigger::Message(_))
            | Self::EndEvent(_)
            | Self::ServiceTask(_)
            | Self::SendTask(_)
            | Self::UserTask(_)
            | Self::ScriptTask(_)
            | Self::BusinessRuleTask(_)
            | Self::ManualTask
            | Self::Task
            | Self::ReceiveTask(_)
            | Self::ExclusiveGateway
            | Self::ParallelGateway
            | Self::SubProcess
            | Self::CallActivity(_)
            | Self::IntermediateCatch(CatchTrigger::Message(_))
            | Self::IntermediateThrow(_)
            | Self::Boundary(Boundary {
                trigger: BoundaryTrigger::Message(_) | BoundaryTrigger::Error(_),
                ..
            }) => None,
        }
    }
}

/// What starts a process. Inside a subprocess only `None` occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartTrigger {
    /// A command, or the scope being entered.
    None,
    /// A message.
    Message(Message),
    /// A date or a cycle.
    Timer(crate::Timer),
}

/// What an end event does besides ending its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndResult {
    /// Nothing.
    None,
    /// Ends everything else in its scope.
    Terminate,
    /// Throws an error to the nearest catcher.
    Error(Error),
    /// Sends a message by a job.
    Message(Job),
}

/// What an intermediate catch event waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatchTrigger {
    /// A message.
    Message(Message),
    /// A date or the end of a duration.
    Timer(crate::Timer),
}

/// What an intermediate throw event does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Throw {
    /// Nothing: it marks a point that was reached.
    None,
    /// Sends a message by a job.
    Message(Job),
}

/// An event attached to the border of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    /// The activity.
    pub attached_to: ElementIndex,
    /// Whether the activity is ended when the event occurs; always true for an error.
    pub interrupting: bool,
    /// What it waits for.
    pub trigger: BoundaryTrigger,
}

/// What a boundary event waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoundaryTrigger {
    /// A message.
    Message(Message),
    /// A date, the end of a duration, or a cycle.
    Timer(crate::Timer),
    /// An error of this code; of any code when `None`.
    Error(Option<Error>),
}

/// A message that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Id of the message definition.
    pub id: String,
    /// The name by which it is published.
    pub name: Expression,
    /// Tells which instance it is for; `None` on start events only.
    pub correlation_key: Option<Expression>,
}

/// An error that is thrown or caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Id of the error definition.
    pub id: String,
    /// Its name, for people.
    pub name: Option<String>,
    /// The code; a caught error with an empty code catches every error, and is then not kept as one.
    /// A caught code is always [`Expression::Static`].
    pub code: Expression,
}

/// Work for a job worker (`zeebe:taskDefinition`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The type a worker asks for.
    pub job_type: Expression,
    /// How often it is tried; 3 when the model does not say.
    pub retries: Expression,
    /// Fixed pairs for the worker.
    pub headers: Vec<Header>,
}

/// A fixed pair for a worker (`zeebe:header`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// A script task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptTask {
    /// A FEEL expression whose result becomes a variable.
    Expression {
        /// The expression.
        expression: Expression,
        /// The variable.
        result_variable: String,
    },
    /// A job.
    Job(Job),
}

/// A business rule task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BusinessRuleTask {
    /// A DMN decision whose result becomes a variable.
    Decision(Decision),
    /// A job.
    Job(Job),
}

/// A call of a DMN decision (`zeebe:calledDecision`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Id of the decision.
    pub decision_id: Expression,
    /// The variable that takes the result.
    pub result_variable: String,
    /// Which version is meant.
    pub binding: Binding,
}

/// Which version of a called process, decision or form is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Binding {
    /// The newest at the time of the call.
    #[default]
    Latest,
    /// The one deployed together with the caller.
    Deployment,
    /// The newest with this version tag.
    VersionTag(String),
}

/// A call activity (`zeebe:calledElement`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallActivity {
    /// Id of the process that is called.
    pub process_id: Expression,
    /// Which version is meant.
    pub binding: Binding,
    /// Whether every variable of the called process comes back, beside the output mappings.
    pub propagate_all_child_variables: bool,
    /// Whether the called process sees every variable of the caller, beside the input mappings.
    pub propagate_all_parent_variables: bool,
}

/// A task for a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserTask {
    /// Whether the engine itself manages it (`zeebe:userTask`), not a job worker.
    pub native: bool,
    /// The form, if it names one.
    pub form: Option<Form>,
    /// The person it is given to.
    pub assignee: Option<Expression>,
    /// The groups whose members may take it.
    pub candidate_groups: Option<Expression>,
    /// The persons who may take it.
    pub candidate_users: Option<Expression>,
    /// When it should be done.
    pub due_date: Option<Expression>,
    /// When to look at it again.
    pub follow_up_date: Option<Expression>,
    /// 0 to 100; 50 when the model does not say.
    pub priority: Option<Expression>,
    /// Fixed pairs.
    pub headers: Vec<Header>,
}

/// The form of a user task (`zeebe:formDefinition`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A form that is deployed by its id.
    Id {
        /// The id.
        id: String,
        /// Which version is meant.
        binding: Binding,
    },
    /// A key that only the form's host understands.
    Key(String),
    /// A form outside the engine.
    External(Expression),
}
