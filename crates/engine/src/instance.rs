//! Instance: the process instances of one case, a tree of element instances.
//!
//! `apply` alone changes it, cannot fail and never opens a value. Each element instance is one row
//! for the store; [`Instance::take_dirty`] names those that changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{Digest, MessageId, Party, Personal, SealError, Sealer, Timestamp};
use serde::{Deserialize, Serialize};

use crate::event::TimerSet;
use crate::{
    ElementId, ElementKey, ElementState, FlowId, Incident, Job, ProcessVersion, UserTask, Variable,
    Variables,
};

mod apply;
mod check;

pub use check::Broken;

/// What an element instance waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Waits {
    /// Nothing.
    Nothing,
    /// A worker.
    Job(Job),
    /// A person.
    UserTask(Box<UserTask>),
    /// A time.
    Timer(TimerSet),
    /// A message.
    Message {
        /// The message's name.
        message: String,
        /// The blind index of the correlation key.
        correlation: Digest,
        /// Whether it goes on waiting after a message came.
        #[serde(default, skip_serializing_if = "is_false")]
        stays: bool,
        /// The last messages that came.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        seen: Vec<MessageId>,
    },
    /// The end of its inside.
    Children,
    /// Tokens of the other flows.
    Tokens {
        /// How many tokens wait, by the flow they came by.
        arrived: BTreeMap<FlowId, u32>,
        /// From how many flows one must come.
        wanted: u32,
    },
}

/// One element instance; the store keeps it as one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementInstance {
    /// Its number in the case.
    pub key: ElementKey,
    /// The scope it is in; the activity for an event on its border; none for the case's process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ElementKey>,
    /// The element; for a process, its id.
    pub element: ElementId,
    /// Which process it is, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<ProcessVersion>,
    /// Where it stands.
    pub state: ElementState,
    /// What it waits for.
    pub waits: Waits,
    /// Whether it waits on the border of its parent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub border: bool,
    /// How many element instances are directly inside.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub children: u32,
    /// How many events wait on its border.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub borders: u32,
    /// Its own variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: Variables,
    /// Why it cannot go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// Of the case's process: the number that the next element instance gets.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub next_key: u32,
    /// Of the case's process: how often it went on without waiting.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub continued: u32,
}

impl ElementInstance {
    /// Whether it can go on by itself.
    pub fn is_runnable(&self) -> bool {
        self.incident.is_none()
            && match self.state {
                ElementState::Ready | ElementState::Completing | ElementState::Leaving => true,
                ElementState::Active => self.waits == Waits::Children && self.children == 0,
            }
    }

    /// When its timer is due, if it waits for one and has no incident.
    pub fn due(&self) -> Option<Timestamp> {
        match &self.waits {
            Waits::Timer(timer) if self.incident.is_none() => Some(timer.due),
            Waits::Timer(_)
            | Waits::Nothing
            | Waits::Job(_)
            | Waits::UserTask(_)
            | Waits::Message { .. }
            | Waits::Children
            | Waits::Tokens { .. } => None,
        }
    }

    /// The message it waits for, with the blind index of its correlation key.
    pub fn subscription(&self) -> Option<(&str, Digest)> {
        if let Waits::Message { message, correlation, .. } = &self.waits {
            Some((message, *correlation))
        } else {
            None
        }
    }

    /// The job that a worker is to do now; none while it has an incident.
    pub fn job(&self) -> Option<&Job> {
        match &self.waits {
            Waits::Job(job) if self.incident.is_none() => Some(job),
            Waits::Job(_)
            | Waits::Timer(_)
            | Waits::Nothing
            | Waits::UserTask(_)
            | Waits::Message { .. }
            | Waits::Children
            | Waits::Tokens { .. } => None,
        }
    }

    /// The user task it waits for.
    pub fn user_task(&self) -> Option<&UserTask> {
        if let Waits::UserTask(task) = &self.waits { Some(task) } else { None }
    }

    /// Visits its personal values, each with the field it is sealed under.
    fn visit<E>(&mut self, each: crate::event::Visit<'_, E>) -> Result<(), E> {
        crate::event::visit_variables(&mut self.variables, each)?;
        if let Waits::UserTask(task) = &mut self.waits {
            crate::event::visit_task(task, each)?;
        }
        Ok(())
    }
}

/// The process instances of one case.
#[derive(Debug, Clone, Default)]
pub struct Instance {
    elements: BTreeMap<ElementKey, Arc<ElementInstance>>,
    dirty: BTreeSet<ElementKey>,
}

/// Two are equal when their element instances are; which rows are yet to be written does not matter.
impl PartialEq for Instance {
    fn eq(&self, other: &Self) -> bool {
        self.elements == other.elements
    }
}

impl Instance {
    /// A case whose process has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// A case as the store has it.
    pub fn from_rows(rows: impl IntoIterator<Item = ElementInstance>) -> Self {
        let elements = rows.into_iter().map(|row| (row.key, Arc::new(row))).collect();
        Self { elements, dirty: BTreeSet::new() }
    }

    /// Every element instance, by key.
    pub fn rows(&self) -> impl Iterator<Item = &ElementInstance> {
        self.elements.values().map(|row| &**row)
    }

    /// One element instance.
    pub fn get(&self, key: ElementKey) -> Option<&ElementInstance> {
        self.elements.get(&key).map(|row| &**row)
    }

    /// Whether nothing runs: the process has not begun or is over.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// How many element instances there are.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// The process that the case began with.
    pub fn process(&self) -> Option<&ProcessVersion> {
        self.get(ElementKey::ROOT)?.process.as_ref()
    }

    /// The process that an element instance is part of.
    pub fn process_of(&self, key: ElementKey) -> Option<&ProcessVersion> {
        self.scopes(key).find_map(|row| row.process.as_ref())
    }

    /// Whether something is left over that `Command::Continue` would take on.
    pub fn has_left_over(&self) -> bool {
        self.rows().any(ElementInstance::is_runnable)
    }

    /// The element instances that have an incident.
    pub fn incidents(&self) -> impl Iterator<Item = (ElementKey, &Incident)> {
        self.rows().filter_map(|row| row.incident.as_ref().map(|incident| (row.key, incident)))
    }

    /// The element instance itself and the scopes around it, innermost first, through callers too.
    pub fn scopes(&self, key: ElementKey) -> impl Iterator<Item = &ElementInstance> {
        let mut at = Some(key);
        // A chain is never longer than there are rows, even in rows that a fault has tied in a ring.
        (0..=self.elements.len()).map_while(move |_| {
            let row = self.get(at?)?;
            at = row.parent;
            Some(row)
        })
    }

    /// What an element instance sees: its own variables and those of the scopes around it, up to its process.
    pub fn visible_variables(&self, key: ElementKey) -> BTreeMap<&str, &Personal<Variable>> {
        let mut visible = BTreeMap::new();
        for row in self.scopes(key) {
            for (name, value) in &row.variables {
                visible.entry(name.as_str()).or_insert(value);
            }
            if row.process.is_some() {
                break;
            }
        }
        visible
    }

    /// One variable as an element instance sees it.
    pub fn visible(&self, key: ElementKey, name: &str) -> Option<&Personal<Variable>> {
        for row in self.scopes(key) {
            if let Some(value) = row.variables.get(name) {
                return Some(value);
            }
            if row.process.is_some() {
                break;
            }
        }
        None
    }

    /// The keys whose rows changed since the last call: write those that still exist, delete the others.
    pub fn take_dirty(&mut self) -> BTreeSet<ElementKey> {
        std::mem::take(&mut self.dirty)
    }

    /// A copy with every sealed value opened, for `decide`. Erased values stay so.
    ///
    /// # Errors
    /// [`SealError`] when a value does not open.
    pub fn opened(&self, keys: &dyn Sealer) -> Result<Self, SealError> {
        let mut copy = Self { elements: self.elements.clone(), dirty: BTreeSet::new() };
        for row in copy.elements.values_mut() {
            if holds_personal(row) {
                let opened: Result<(), SealError> =
                    Arc::make_mut(row).visit(&mut |field, value| {
                        if matches!(value, Personal::Sealed(_)) {
                            *value = value.open(field, keys)?;
                        }
                        Ok(())
                    });
                opened?;
            }
        }
        Ok(copy)
    }

    /// Turns every value about a party into an erased one.
    pub fn erase(&mut self, party: Party) {
        let holding: Vec<ElementKey> =
            self.rows().filter(|row| holds_personal(row)).map(|row| row.key).collect();
        for key in holding {
            self.change(key, |row| {
                let erased: Result<(), std::convert::Infallible> = row.visit(&mut |_, value| {
                    value.erase(party);
                    Ok(())
                });
                match erased {
                    Ok(()) => {}
                    Err(never) => match never {},
                }
            });
        }
    }

    /// Whether the invariants of a case hold; true after every event.
    ///
    /// # Errors
    /// [`Broken`] names the first that does not.
    pub fn check(&self) -> Result<(), Broken> {
        check::check(self)
    }

    /// The number that the next element instance will get.
    pub(crate) fn next_key(&self) -> ElementKey {
        ElementKey(self.get(ElementKey::ROOT).map_or(0, |root| root.next_key))
    }

    /// The element instances directly inside one, events on its border left out.
    pub(crate) fn children(&self, key: ElementKey) -> impl Iterator<Item = &ElementInstance> {
        let none = self.get(key).is_none_or(|row| row.children == 0);
        let rows = if none { None } else { Some(self.rows()) };
        rows.into_iter().flatten().filter(move |row| row.parent == Some(key) && !row.border)
    }

    /// The join of this element in a scope, when tokens wait in one.
    pub(crate) fn join(&self, scope: ElementKey, element: &ElementId) -> Option<ElementKey> {
        self.children(scope)
            .find(|row| matches!(row.waits, Waits::Tokens { .. }) && row.element == *element)
            .map(|row| row.key)
    }

    fn change(&mut self, key: ElementKey, change: impl FnOnce(&mut ElementInstance)) {
        if let Some(row) = self.elements.get_mut(&key) {
            change(Arc::make_mut(row));
            self.dirty.insert(key);
        }
    }
}

fn holds_personal(row: &ElementInstance) -> bool {
    !row.variables.is_empty() || matches!(row.waits, Waits::UserTask(_))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}
