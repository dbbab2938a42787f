//! Events: what has happened in a case's process instances, as the journal keeps it.
//!
//! Each names the element instances that it creates, so that [`Instance::apply`](crate::Instance::apply)
//! needs nothing but the event. Values are personal and sealed before they are written; ids,
//! codes and dates are not personal and stand in clear.

use std::collections::BTreeMap;

use base::{Digest, Field, Lifecycle, MessageId, Personal, SealError, Sealer, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    DecisionId, ElementId, ElementKey, FlowId, Incident, ProcessVersion, Variable, Variables,
};

mod seal;

pub(crate) use seal::{Visit, visit_task, visit_variables};

/// A token on its way into an element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The element instance it becomes, or joins.
    pub key: ElementKey,
    /// The element.
    pub element: ElementId,
    /// The flow it came by; none for the first in a scope and for events on a border.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowId>,
    /// When it arrives at a join: how many flows the join waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joins: Option<u32>,
}

/// Which form a user task shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FormReference {
    /// A form deployed by this id.
    Id(String),
    /// A key that only the form's host understands.
    Key(String),
    /// A form elsewhere.
    External(String),
}

/// A timer as it was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimerSet {
    /// When it fires next.
    pub due: Timestamp,
    /// The cycle it belongs to, when it fires again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Cycle>,
}

/// A timer that fires again and again: its n-th time is `anchor + n * interval`, by the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    /// Where counting begins.
    pub anchor: Timestamp,
    /// From one time to the next, in ISO 8601.
    pub interval: String,
    /// Which time `due` is.
    pub count: u32,
    /// How many times there are; without end when `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// What a worker is told about a job, without values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The type a worker asks for.
    pub job_type: String,
    /// How many tries are left.
    pub retries: u32,
    /// Fixed pairs of the model.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// What a person is told about a user task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserTask {
    /// The form, if it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FormReference>,
    /// Groups whose members may take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidate_groups: Vec<String>,
    /// Persons who may take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate_users: Option<Personal<Variable>>,
    /// The person it is given to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Personal<Variable>>,
    /// When it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When to look at it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<Timestamp>,
    /// 0 to 100.
    pub priority: u8,
    /// Fixed pairs of the model.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// Whether something came to the case from outside. What the case does to itself never lets it begin
/// anew to count how long it runs without waiting ([`limits::MAX_CONTINUED`](crate::limits)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A worker, a person, a clock or another case brought it.
    #[default]
    Outside,
    /// The case did it itself, within the step that it was in.
    Inside,
}

impl Origin {
    /// The origin that is not written, as events had none at first.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    const fn is_outside(&self) -> bool {
        matches!(self, Self::Outside)
    }
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A process began: that of the case, or one that an element called.
    Started {
        /// The instance of the process itself.
        key: ElementKey,
        /// The call activity that called it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caller: Option<ElementKey>,
        /// Which process.
        process: ProcessVersion,
        /// Its first token.
        token: Token,
        /// Its first variables.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        values: Variables,
    },
    /// An embedded subprocess or a call activity opened its scope.
    ElementActivated {
        /// The element instance.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// The first token of a subprocess; a call activity has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Token>,
    },
    /// An element is done and its tokens have gone on.
    ElementCompleted {
        /// The element instance; it is gone, but for a join that holds more tokens.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// Where its tokens went.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tokens: Vec<Token>,
    },
    /// An element was ended from outside.
    ElementTerminated {
        /// The element instance; it is gone.
        key: ElementKey,
        /// The element.
        element: ElementId,
    },
    /// Variables of one scope got these values.
    VariablesSet {
        /// The element instance whose variables they are.
        scope: ElementKey,
        /// The values.
        values: Variables,
    },
    /// A job waits for a worker.
    JobCreated {
        /// The element instance.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// What the worker is told.
        job: Job,
    },
    /// A try of a job failed and others are left.
    JobFailed {
        /// The element instance.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// Why, as a code.
        code: String,
        /// Tries that are left.
        retries: u32,
    },
    /// A job is done.
    JobCompleted {
        /// The element instance.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// What it gave, when output mappings are to choose from it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        values: Variables,
        /// Whether it came from outside.
        #[serde(default, skip_serializing_if = "Origin::is_outside")]
        origin: Origin,
    },
    /// A timer runs.
    TimerStarted {
        /// The element instance that waits; a new one on the border of `host`.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// The activity on whose border it waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<ElementKey>,
        /// When.
        timer: TimerSet,
    },
    /// A timer fired.
    TimerFired {
        /// The element instance that waited.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// The token that an event on a border lets go.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Token>,
        /// When it fires again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<TimerSet>,
    },
    /// A subscription waits for a message.
    Subscribed {
        /// The element instance that waits; a new one on the border of `host`.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// The activity on whose border it waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<ElementKey>,
        /// The message's name.
        message: String,
        /// The blind index of the correlation key.
        correlation: Digest,
        /// Whether it goes on waiting after a message came.
        #[serde(default, skip_serializing_if = "is_false")]
        stays: bool,
    },
    /// A message came.
    MessageCorrelated {
        /// The element instance that waited.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// The message.
        message: MessageId,
        /// The token that an event on a border lets go.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Token>,
        /// What it brought, when output mappings are to choose from it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        values: Variables,
    },
    /// An error was thrown and caught.
    ErrorCaught {
        /// The element instance that threw it.
        key: ElementKey,
        /// The element that threw it.
        element: ElementId,
        /// The error code.
        code: String,
        /// The activity on whose border it was caught.
        host: ElementKey,
        /// The token that the catching event lets go.
        token: Token,
        /// What came with it, when output mappings are to choose from it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        values: Variables,
        /// Whether it came from outside.
        #[serde(default, skip_serializing_if = "Origin::is_outside")]
        origin: Origin,
    },
    /// A person is asked to do something.
    UserTaskCreated {
        /// The element instance.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// What the person is told.
        task: UserTask,
    },
    /// A person has done it.
    UserTaskCompleted {
        /// The element instance.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// What they decided, when output mappings are to choose from it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        values: Variables,
    },
    /// A decision was evaluated.
    DecisionEvaluated {
        /// The element instance.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// Which decision.
        decision: DecisionId,
        /// The digest of its file.
        version: Digest,
        /// The rules that counted, of every decision that took part, without values.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rules: Vec<dmn::ReasonCode>,
        /// What it was given, as the model took it.
        inputs: Personal<Variable>,
        /// What it gave.
        result: Personal<Variable>,
    },
    /// An element cannot go on without a person.
    IncidentRaised {
        /// The element instance.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// Why.
        incident: Incident,
        /// Whether only the way out is left, its output mappings being applied.
        #[serde(default, skip_serializing_if = "is_false")]
        leaving: bool,
    },
    /// A member of staff settled an incident.
    IncidentResolved {
        /// The element instance.
        key: ElementKey,
        /// The element.
        element: ElementId,
        /// How.
        how: Settled,
        /// What the element's work is taken to have given, for output mappings to choose from.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        values: Variables,
    },
    /// The command's steps are used up; the rest goes on by `Command::Continue`.
    Continued {},
    /// A process came to its end.
    Completed {
        /// The instance of the process itself.
        key: ElementKey,
    },
    /// Every process of the case was ended.
    Cancelled {},
}

/// How an incident was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Settled {
    /// What failed is tried again; a waiting job has this many tries.
    Retry {
        /// Tries.
        retries: u32,
    },
    /// The element's own work is taken as done.
    Done,
}

impl Event {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "process.started",
            Self::ElementActivated { .. } => "process.element_activated",
            Self::ElementCompleted { .. } => "process.element_completed",
            Self::ElementTerminated { .. } => "process.element_terminated",
            Self::VariablesSet { .. } => "process.variables_set",
            Self::JobCreated { .. } => "process.job_created",
            Self::JobFailed { .. } => "process.job_failed",
            Self::JobCompleted { .. } => "process.job_completed",
            Self::TimerStarted { .. } => "process.timer_started",
            Self::TimerFired { .. } => "process.timer_fired",
            Self::Subscribed { .. } => "process.subscribed",
            Self::MessageCorrelated { .. } => "process.message_correlated",
            Self::ErrorCaught { .. } => "process.error_caught",
            Self::UserTaskCreated { .. } => "process.user_task_created",
            Self::UserTaskCompleted { .. } => "process.user_task_completed",
            Self::DecisionEvaluated { .. } => "process.decision_evaluated",
            Self::IncidentRaised { .. } => "process.incident_raised",
            Self::IncidentResolved { .. } => "process.incident_resolved",
            Self::Continued {} => "process.continued",
            Self::Completed { .. } => "process.completed",
            Self::Cancelled {} => "process.cancelled",
        }
    }

    /// The version of the event's form.
    pub const fn version(&self) -> u16 {
        1
    }

    /// The element instance it is about; that of the process for the process's own events.
    pub const fn key(&self) -> Option<ElementKey> {
        match self {
            Self::Started { key, .. }
            | Self::ElementActivated { key, .. }
            | Self::ElementCompleted { key, .. }
            | Self::ElementTerminated { key, .. }
            | Self::JobCreated { key, .. }
            | Self::JobFailed { key, .. }
            | Self::JobCompleted { key, .. }
            | Self::TimerStarted { key, .. }
            | Self::TimerFired { key, .. }
            | Self::Subscribed { key, .. }
            | Self::MessageCorrelated { key, .. }
            | Self::ErrorCaught { key, .. }
            | Self::UserTaskCreated { key, .. }
            | Self::UserTaskCompleted { key, .. }
            | Self::DecisionEvaluated { key, .. }
            | Self::IncidentRaised { key, .. }
            | Self::IncidentResolved { key, .. }
            | Self::Completed { key } => Some(*key),
            Self::VariablesSet { scope, .. } => Some(*scope),
            Self::Continued {} | Self::Cancelled {} => None,
        }
    }

    /// The element of the model that it is about, if it is about one.
    pub fn element(&self) -> Option<&str> {
        match self {
            Self::ElementActivated { element, .. }
            | Self::ElementCompleted { element, .. }
            | Self::ElementTerminated { element, .. }
            | Self::JobCreated { element, .. }
            | Self::JobFailed { element, .. }
            | Self::JobCompleted { element, .. }
            | Self::TimerStarted { element, .. }
            | Self::TimerFired { element, .. }
            | Self::Subscribed { element, .. }
            | Self::MessageCorrelated { element, .. }
            | Self::ErrorCaught { element, .. }
            | Self::UserTaskCreated { element, .. }
            | Self::UserTaskCompleted { element, .. }
            | Self::DecisionEvaluated { element, .. }
            | Self::IncidentRaised { element, .. }
            | Self::IncidentResolved { element, .. } => Some(element.as_str()),
            Self::Started { .. }
            | Self::VariablesSet { .. }
            | Self::Continued {}
            | Self::Completed { .. }
            | Self::Cancelled {} => None,
        }
    }

    /// Where the element's work stands after this event. An element that passes at once is only
    /// `Completed`; a job or user task is `Enabled` first, and a scope `Started`.
    pub const fn lifecycle(&self) -> Option<Lifecycle> {
        match self {
            Self::JobCreated { .. } | Self::UserTaskCreated { .. } => Some(Lifecycle::Enabled),
            Self::ElementActivated { .. } => Some(Lifecycle::Started),
            Self::TimerStarted { host: None, .. } | Self::Subscribed { host: None, .. } => {
                Some(Lifecycle::Started)
            }
            Self::ElementCompleted { .. } => Some(Lifecycle::Completed),
            Self::TimerStarted { host: Some(_), .. }
            | Self::Subscribed { host: Some(_), .. }
            | Self::Started { .. }
            | Self::ElementTerminated { .. }
            | Self::VariablesSet { .. }
            | Self::JobFailed { .. }
            | Self::JobCompleted { .. }
            | Self::TimerFired { .. }
            | Self::MessageCorrelated { .. }
            | Self::ErrorCaught { .. }
            | Self::UserTaskCompleted { .. }
            | Self::DecisionEvaluated { .. }
            | Self::IncidentRaised { .. }
            | Self::IncidentResolved { .. }
            | Self::Continued {}
            | Self::Completed { .. }
            | Self::Cancelled {} => None,
        }
    }

    /// Every personal value of the event with the field that it is sealed under.
    pub fn for_each_personal_mut(
        &mut self,
        visit: &mut dyn FnMut(Field<'_>, &mut Personal<Variable>),
    ) {
        let visited: Result<(), std::convert::Infallible> =
            seal::visit(self, &mut |field, value| {
                visit(field, value);
                Ok(())
            });
        match visited {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }

    /// Seals every open value.
    ///
    /// # Errors
    /// [`SealError`] when a party has no key.
    pub fn seal(mut self, sealer: &mut dyn Sealer) -> Result<Self, SealError> {
        seal::visit(&mut self, &mut |field, value| value.seal(field, sealer))?;
        Ok(self)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
