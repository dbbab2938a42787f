//! Working: the open copy of a case while one command is decided on, with what is still to be done.

use std::collections::VecDeque;
use std::sync::Arc;

use base::{Digest, Timestamp};

use crate::behaviour::incident;
use crate::deployment::Place;
use crate::variable::bytes_of_variables;
use crate::{
    Decided, Deployment, ElementId, ElementKey, Environment, Event, IncidentKind, Instance,
    Rejection, Token, Variables, element, is_legal, limits,
};

/// Why a step does not go on.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The element gets an incident.
    Incident {
        /// Which kind.
        kind: IncidentKind,
        /// Where and how, without values.
        detail: String,
    },
    /// The whole command is refused.
    Rejected(Rejection),
}

impl From<Rejection> for Halt {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl Halt {
    /// An incident.
    pub(crate) fn incident(kind: IncidentKind, detail: impl Into<String>) -> Self {
        Self::Incident { kind, detail: detail.into() }
    }
}

/// The open copy of a case while a command is decided on.
pub(crate) struct Working<'a> {
    deployment: &'a Deployment,
    instance: Instance,
    events: Vec<Event>,
    queue: VecDeque<ElementKey>,
    now: Timestamp,
    steps: u32,
    continued: bool,
    zone: &'a str,
    blind: &'a dyn Fn(&str, &str) -> Digest,
    limits: feel::Limits,
    expression_environment: Option<Arc<feel::Environment>>,
    variable_bytes: Option<usize>,
}

impl<'a> Working<'a> {
    pub(crate) fn new(
        deployment: &'a Deployment,
        instance: &Instance,
        now: Timestamp,
        environment: &Environment<'a>,
    ) -> Self {
        Self {
            deployment,
            instance: instance.clone(),
            events: Vec::with_capacity(8),
            queue: VecDeque::new(),
            now,
            steps: environment.steps,
            continued: false,
            zone: environment.zone,
            blind: environment.blind,
            limits: environment.expression_limits,
            expression_environment: None,
            variable_bytes: None,
        }
    }

    pub(crate) fn instance(&self) -> &Instance {
        &self.instance
    }

    pub(crate) fn deployment(&self) -> &'a Deployment {
        self.deployment
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn zone(&self) -> &'a str {
        self.zone
    }

    pub(crate) fn blind(&self, message: &str, key: &str) -> Digest {
        (self.blind)(message, key)
    }

    pub(crate) fn steps_left(&self) -> u32 {
        self.steps
    }

    pub(crate) fn decided(self) -> Decided {
        Decided { events: self.events, continued: self.continued }
    }

    /// A fresh budget for one expression.
    pub(crate) fn budget(&self) -> feel::Budget {
        feel::Budget::new(self.limits)
    }

    /// What expressions may know: the instant of the command in the zone of the body.
    pub(crate) fn expression_environment(&mut self) -> Arc<feel::Environment> {
        let (now, zone) = (self.now, self.zone);
        let made = self.expression_environment.get_or_insert_with(|| {
            let zone = feel::Zone::named(zone);
            let now = zone
                .clone()
                .and_then(|zone| feel::DateTime::from_epoch_milliseconds(now.as_millis(), zone));
            Arc::new(feel::Environment { now, zone, entropy: None })
        });
        Arc::clone(made)
    }

    /// The element of the model behind a row.
    pub(crate) fn place(&self, key: ElementKey) -> Result<Place<'a>, Rejection> {
        let unknown = Rejection::UnknownElement { element: key };
        let row = self.instance.get(key).ok_or_else(|| unknown.clone())?;
        let process = self.instance.process_of(key).ok_or_else(|| unknown.clone())?;
        let compiled = self
            .deployment
            .compiled(process)
            .ok_or_else(|| Rejection::UnknownProcess { process: process.clone() })?;
        compiled.find(&row.element).ok_or(unknown)
    }

    /// The element id of a row.
    pub(crate) fn element_id(&self, key: ElementKey) -> Result<ElementId, Rejection> {
        let row = self.instance.get(key).ok_or(Rejection::UnknownElement { element: key })?;
        Ok(row.element.clone())
    }

    /// A new token at an element, with the next number.
    pub(crate) fn token(&self, element: &ElementId) -> Token {
        Token { key: self.instance.next_key(), element: element.clone(), flow: None, joins: None }
    }

    /// Takes an event into the working copy, if its change of state is legal.
    pub(crate) fn emit(&mut self, event: Event) -> Result<(), Rejection> {
        let state = |instance: &Instance, key| instance.get(key).map(|row| row.state);
        let scope = event.key().and_then(|key| self.instance.get(key)).and_then(|row| row.parent);
        let before = event.key().and_then(|key| state(&self.instance, key));
        self.instance.apply(&event);
        if let Some(key) = event.key() {
            let after = state(&self.instance, key);
            if before != after && !is_legal(before, after) || before.is_none() && after.is_none() {
                return Err(Rejection::IllegalTransition { element: key, from: before, to: after });
            }
            self.queue.push_back(key);
        }
        self.count(&event);
        self.enqueue(&event, scope);
        self.events.push(event);
        Ok(())
    }

    /// Queues what an event may have made able to go on.
    fn enqueue(&mut self, event: &Event, scope: Option<ElementKey>) {
        let token = match event {
            Event::Started { token, .. } | Event::ErrorCaught { token, .. } => Some(token),
            Event::ElementActivated { token, .. }
            | Event::TimerFired { token, .. }
            | Event::MessageCorrelated { token, .. } => token.as_ref(),
            Event::ElementCompleted { tokens, .. } => {
                self.queue.extend(tokens.iter().map(|token| token.key));
                None
            }
            Event::ElementTerminated { .. }
            | Event::VariablesSet { .. }
            | Event::JobCreated { .. }
            | Event::JobFailed { .. }
            | Event::JobCompleted { .. }
            | Event::TimerStarted { .. }
            | Event::Subscribed { .. }
            | Event::UserTaskCreated { .. }
            | Event::UserTaskCompleted { .. }
            | Event::DecisionEvaluated { .. }
            | Event::IncidentRaised { .. }
            | Event::IncidentResolved { .. }
            | Event::Continued {}
            | Event::Completed { .. }
            | Event::Cancelled {} => None,
        };
        self.queue.extend(token.map(|token| token.key));
        self.queue.extend(scope);
    }

    /// Keeps the sum of bytes, once it has been asked for.
    fn count(&mut self, event: &Event) {
        if let (Some(bytes), Event::VariablesSet { values, .. } | Event::Started { values, .. }) =
            (&mut self.variable_bytes, event)
        {
            *bytes = bytes.saturating_add(bytes_of_variables(values));
        }
    }

    /// Whether these variables would be more than a case may hold. Replaced values count twice
    /// within one command, which errs on the safe side.
    pub(crate) fn would_overflow(&mut self, values: &Variables) -> bool {
        if values.is_empty() {
            return false;
        }
        let instance = &self.instance;
        let held = *self.variable_bytes.get_or_insert_with(|| {
            instance.rows().map(|row| bytes_of_variables(&row.variables)).sum()
        });
        held.saturating_add(bytes_of_variables(values)) > limits::MAX_VARIABLE_BYTES
    }

    /// Ends a row with all that is inside it, the innermost first.
    pub(crate) fn terminate(&mut self, key: ElementKey) -> Result<(), Rejection> {
        let mut below = vec![key];
        let mut at = 0;
        while let Some(parent) = below.get(at).copied() {
            below.extend(self.instance.children(parent).map(|row| row.key));
            at += 1;
        }
        below.into_iter().rev().try_for_each(|key| {
            let element = self.element_id(key)?;
            self.emit(Event::ElementTerminated { key, element })
        })
    }

    /// Queues every row that can go on; false when there is none.
    pub(crate) fn queue_runnable(&mut self) -> bool {
        let runnable = self.instance.rows().filter(|row| row.is_runnable()).map(|row| row.key);
        self.queue.extend(runnable);
        !self.queue.is_empty()
    }

    /// Runs every queued element as far as it goes, or until the steps are used up.
    pub(crate) fn run(&mut self) -> Result<(), Rejection> {
        while let Some(key) = self.queue.pop_front() {
            if !self.instance.get(key).is_some_and(crate::ElementInstance::is_runnable) {
                continue;
            }
            if self.steps == 0 {
                self.queue.push_front(key);
                return self.leave_over();
            }
            self.steps -= 1;
            element::step(self, key)?;
        }
        Ok(())
    }

    /// Whether the case has gone on by itself as often as it may without a wait.
    pub(crate) fn has_gone_on_long(&self) -> bool {
        let root = self.instance.get(ElementKey::ROOT);
        root.is_some_and(|root| root.continued >= limits::MAX_CONTINUED)
    }

    /// The steps are used up: the rest goes on by a command of its own, but not for ever.
    fn leave_over(&mut self) -> Result<(), Rejection> {
        if !self.has_gone_on_long() {
            self.continued = true;
            return self.emit(Event::Continued {});
        }
        while let Some(key) = self.queue.pop_front() {
            if self.instance.get(key).is_some_and(crate::ElementInstance::is_runnable) {
                incident::raise(self, key, IncidentKind::NeverWaits, "steps without a wait")?;
            }
        }
        Ok(())
    }
}
