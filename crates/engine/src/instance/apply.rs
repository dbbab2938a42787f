//! Applying events: the one place where a case changes. Nothing here can fail, and an event about an
//! element instance that is not there changes nothing.

use std::sync::Arc;

use crate::event::{Origin, Settled, Token};
use crate::{
    ElementInstance, ElementKey, ElementState, Event, Incident, ProcessVersion, Variables,
};
use crate::{Instance, Waits, limits};

impl Instance {
    /// Takes an event into the state.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Started { key, caller, process, token, values } => {
                self.begin(*key, *caller, process, values);
                self.arrive(*key, token);
            }
            Event::ElementActivated { key, token, .. } => {
                self.wait(*key, Waits::Children);
                if let Some(token) = token {
                    self.arrive(*key, token);
                }
            }
            Event::ElementCompleted { key, tokens, .. } => self.complete(*key, tokens),
            Event::ElementTerminated { key, .. } | Event::Completed { key } => self.remove(*key),
            Event::VariablesSet { scope, values } => self.set(*scope, values),
            Event::JobCreated { key, job, .. } => self.wait(*key, Waits::Job(job.clone())),
            Event::JobFailed { key, retries, .. } => self.set_retries(*key, *retries),
            Event::JobCompleted { key, values, origin, .. } => {
                self.came(*origin);
                self.finish(*key, values);
            }
            Event::UserTaskCompleted { key, values, .. } => self.work_done(*key, values),
            Event::UserTaskCreated { key, task, .. } => {
                self.wait(*key, Waits::UserTask(Box::new(task.clone())));
            }
            Event::DecisionEvaluated { key, .. } => {
                self.change(*key, |row| row.state = ElementState::Completing);
            }
            Event::IncidentRaised { key, incident, leaving, .. } => {
                self.raise(*key, incident, *leaving);
            }
            Event::IncidentResolved { key, how, values, .. } => self.settle(*key, *how, values),
            Event::Continued {} => self.go_on(),
            Event::Cancelled {} => {
                self.dirty.extend(self.elements.keys());
                self.elements.clear();
            }
            Event::TimerStarted { .. }
            | Event::TimerFired { .. }
            | Event::Subscribed { .. }
            | Event::MessageCorrelated { .. }
            | Event::ErrorCaught { .. } => self.apply_trigger(event),
        }
    }

    /// Timers, messages and errors, which may wait on a border and let a token go from there.
    fn apply_trigger(&mut self, event: &Event) {
        match event {
            Event::TimerStarted { key, element, host, timer } => {
                self.watch(*key, *host, element, Waits::Timer(timer.clone()));
            }
            Event::Subscribed { key, element, host, message, correlation, stays } => {
                let waits = Waits::Message {
                    message: message.clone(),
                    correlation: *correlation,
                    stays: *stays,
                    seen: Vec::new(),
                };
                self.watch(*key, *host, element, waits);
            }
            Event::TimerFired { key, token, next, .. } => {
                self.rest();
                let scope = self.scope_beside(*key);
                match (token, next) {
                    (None, _) => self.change(*key, |row| {
                        row.state = ElementState::Completing;
                        row.waits = Waits::Nothing;
                    }),
                    (Some(_), Some(next)) => {
                        self.change(*key, |row| row.waits = Waits::Timer(next.clone()));
                    }
                    (Some(_), None) => self.remove(*key),
                }
                self.let_go(scope, token.as_ref(), None);
            }
            Event::MessageCorrelated { key, message, token, values, .. } => {
                self.rest();
                let scope = self.scope_beside(*key);
                if token.is_none() {
                    self.work_done(*key, values);
                } else if !self.remember(*key, *message) {
                    self.remove(*key);
                }
                self.let_go(scope, token.as_ref(), Some(values));
            }
            Event::ErrorCaught { host, token, values, origin, .. } => {
                match origin {
                    Origin::Outside => self.rest(),
                    // The steps to the error were counted as they were taken.
                    Origin::Inside => {}
                }
                let scope = self.get(*host).and_then(|row| row.parent);
                self.let_go(scope, Some(token), Some(values));
            }
            Event::Started { .. }
            | Event::ElementActivated { .. }
            | Event::ElementCompleted { .. }
            | Event::ElementTerminated { .. }
            | Event::VariablesSet { .. }
            | Event::JobCreated { .. }
            | Event::JobFailed { .. }
            | Event::JobCompleted { .. }
            | Event::UserTaskCreated { .. }
            | Event::UserTaskCompleted { .. }
            | Event::DecisionEvaluated { .. }
            | Event::IncidentRaised { .. }
            | Event::IncidentResolved { .. }
            | Event::Continued {}
            | Event::Completed { .. }
            | Event::Cancelled {} => {}
        }
    }

    fn begin(
        &mut self,
        key: ElementKey,
        caller: Option<ElementKey>,
        process: &ProcessVersion,
        values: &Variables,
    ) {
        let mut row =
            ElementInstance::ready(key, caller, crate::ElementId::from(process.process.as_str()));
        row.process = Some(process.clone());
        row.state = ElementState::Active;
        row.waits = Waits::Children;
        row.variables = values.clone();
        self.insert(row);
    }

    /// Puts a row in, counted by its parent and by the case's process.
    fn insert(&mut self, row: ElementInstance) {
        let (key, border) = (row.key, row.border);
        if let Some(parent) = row.parent {
            self.change(parent, |parent| {
                let counter = if border { &mut parent.borders } else { &mut parent.children };
                *counter = counter.saturating_add(1);
            });
        }
        self.elements.insert(key, Arc::new(row));
        self.dirty.insert(key);
        self.change(ElementKey::ROOT, |root| {
            root.next_key = root.next_key.max(key.0.saturating_add(1));
        });
    }

    /// A token arrives at an element of a scope.
    fn arrive(&mut self, scope: ElementKey, token: &Token) {
        let Some(wanted) = token.joins else {
            self.insert(ElementInstance::ready(token.key, Some(scope), token.element.clone()));
            return;
        };
        if !self.elements.contains_key(&token.key) {
            let mut row = ElementInstance::ready(token.key, Some(scope), token.element.clone());
            row.state = ElementState::Active;
            row.waits = Waits::Tokens { arrived: std::collections::BTreeMap::new(), wanted };
            self.insert(row);
        }
        self.change(token.key, |row| {
            if let (Waits::Tokens { arrived, .. }, Some(flow)) = (&mut row.waits, &token.flow) {
                let count = arrived.entry(flow.clone()).or_insert(0);
                *count = count.saturating_add(1);
            }
            row.settle_join();
        });
    }

    fn complete(&mut self, key: ElementKey, tokens: &[Token]) {
        let scope = self.get(key).and_then(|row| row.parent);
        for token in tokens {
            if let Some(scope) = scope {
                self.arrive(scope, token);
            }
        }
        let mut stays = false;
        if self.get(key).is_some_and(|row| matches!(row.waits, Waits::Tokens { .. })) {
            self.change(key, |row| stays = row.take_tokens());
        }
        if !stays {
            self.remove(key);
        }
    }

    /// Removes a row with all that is inside it and on its border.
    fn remove(&mut self, key: ElementKey) {
        let Some(row) = self.elements.remove(&key) else { return };
        self.dirty.insert(key);
        if let Some(parent) = row.parent {
            self.change(parent, |parent| {
                let counter = if row.border { &mut parent.borders } else { &mut parent.children };
                *counter = counter.saturating_sub(1);
            });
        }
        if row.children > 0 || row.borders > 0 {
            let below: Vec<ElementKey> = self
                .rows()
                .filter(|other| other.parent == Some(key))
                .map(|other| other.key)
                .collect();
            for below in below {
                self.remove(below);
            }
        }
    }

    fn wait(&mut self, key: ElementKey, waits: Waits) {
        self.change(key, |row| {
            row.state = ElementState::Active;
            row.waits = waits;
        });
    }

    /// A timer or subscription: the element's own, or a new one on a border.
    fn watch(
        &mut self,
        key: ElementKey,
        host: Option<ElementKey>,
        element: &crate::ElementId,
        waits: Waits,
    ) {
        let Some(host) = host else { return self.wait(key, waits) };
        let mut row = ElementInstance::ready(key, Some(host), element.clone());
        row.state = ElementState::Active;
        row.border = true;
        row.waits = waits;
        self.insert(row);
    }

    fn set(&mut self, scope: ElementKey, values: &Variables) {
        self.change(scope, |row| {
            let values = values.iter().map(|(name, value)| (name.clone(), value.clone()));
            row.variables.extend(values);
        });
    }

    fn work_done(&mut self, key: ElementKey, values: &Variables) {
        self.rest();
        self.finish(key, values);
    }

    fn finish(&mut self, key: ElementKey, values: &Variables) {
        self.set(key, values);
        self.change(key, |row| {
            row.state = ElementState::Completing;
            row.waits = Waits::Nothing;
            row.incident = None;
        });
    }

    fn set_retries(&mut self, key: ElementKey, retries: u32) {
        self.change(key, |row| {
            if let Waits::Job(job) = &mut row.waits {
                job.retries = retries;
            }
        });
    }

    fn raise(&mut self, key: ElementKey, incident: &Incident, leaving: bool) {
        if incident.kind == crate::IncidentKind::JobFailed {
            self.set_retries(key, 0);
        }
        self.change(key, |row| {
            row.incident = Some(incident.clone());
            if leaving {
                row.state = ElementState::Leaving;
            }
        });
    }

    fn settle(&mut self, key: ElementKey, how: Settled, values: &Variables) {
        self.change(key, |row| row.incident = None);
        match how {
            Settled::Retry { retries } => {
                self.rest();
                self.set_retries(key, retries);
            }
            Settled::Done => {
                let leaving = self.get(key).is_some_and(|row| {
                    matches!(row.state, ElementState::Completing | ElementState::Leaving)
                });
                self.work_done(key, values);
                if leaving {
                    self.change(key, |row| row.state = ElementState::Leaving);
                }
            }
        }
    }

    /// A job is done: by a worker outside, or by the case itself, which then goes on without a wait.
    fn came(&mut self, origin: Origin) {
        match origin {
            Origin::Outside => self.rest(),
            Origin::Inside => self.go_on(),
        }
    }

    /// The case goes on by itself once more.
    fn go_on(&mut self) {
        self.change(ElementKey::ROOT, |root| root.continued = root.continued.saturating_add(1));
    }

    /// Something came from outside: the case does not run on and on by itself.
    fn rest(&mut self) {
        if self.get(ElementKey::ROOT).is_some_and(|root| root.continued != 0) {
            self.change(ElementKey::ROOT, |root| root.continued = 0);
        }
    }

    /// The scope beside a border: that of the activity on whose border the row waits.
    fn scope_beside(&self, key: ElementKey) -> Option<ElementKey> {
        let host = self.get(key).filter(|row| row.border)?.parent?;
        self.get(host)?.parent
    }

    fn let_go(
        &mut self,
        scope: Option<ElementKey>,
        token: Option<&Token>,
        values: Option<&Variables>,
    ) {
        let (Some(scope), Some(token)) = (scope, token) else { return };
        self.arrive(scope, token);
        if let Some(values) = values.filter(|values| !values.is_empty()) {
            self.set(token.key, values);
        }
    }

    /// Notes a message at a subscription that stays; false when it does not stay.
    fn remember(&mut self, key: ElementKey, id: base::MessageId) -> bool {
        let mut remembered = false;
        self.change(key, |row| {
            if let Waits::Message { stays: true, seen, .. } = &mut row.waits {
                if seen.len() >= limits::MAX_REMEMBERED_MESSAGES {
                    seen.remove(0);
                }
                seen.push(id);
                remembered = true;
            }
        });
        remembered
    }
}

impl ElementInstance {
    /// A row for a token that has just arrived.
    fn ready(key: ElementKey, parent: Option<ElementKey>, element: crate::ElementId) -> Self {
        Self {
            key,
            parent,
            element,
            process: None,
            state: ElementState::Ready,
            waits: Waits::Nothing,
            border: false,
            children: 0,
            borders: 0,
            variables: Variables::new(),
            incident: None,
            next_key: 0,
            continued: 0,
        }
    }

    /// A join is ready once a token waits on every flow.
    fn settle_join(&mut self) {
        if let Waits::Tokens { arrived, wanted } = &self.waits {
            let flows = u32::try_from(arrived.len()).unwrap_or(u32::MAX);
            self.state = if flows >= *wanted { ElementState::Ready } else { ElementState::Active };
        }
    }

    /// Takes one token of every flow; true when others still wait.
    fn take_tokens(&mut self) -> bool {
        let Waits::Tokens { arrived, .. } = &mut self.waits else { return false };
        for count in arrived.values_mut() {
            *count = count.saturating_sub(1);
        }
        arrived.retain(|_, count| *count > 0);
        let waiting = !arrived.is_empty();
        self.settle_join();
        waiting
    }
}
