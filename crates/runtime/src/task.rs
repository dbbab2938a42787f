//! Who works on the tasks that a process gives to a person, and what they decided.
//!
//! A task is held by one person at most. What is shown of them is a role and initials; the body's
//! blind index of their address tells one from another, and no address stands in the journal.

use std::collections::BTreeMap;

use base::{Digest, Field, Lifecycle, Party, Personal, Role, SealError, Sealer, Timestamp};
use engine::ElementKey;

use crate::command::Rejection;

/// The name under which the reason of a decision is sealed.
const REASON: Field<'static> = Field("task.reason");
/// Decisions that a case keeps at hand; the journal keeps all.
const DECISIONS: usize = 50;

/// A member of staff who works on a task.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// The body's blind index of their address.
    pub key: Digest,
    /// What colleagues see of them.
    pub initials: String,
}

/// What a person decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Who.
    pub by: Holder,
    /// What the process is given.
    pub variables: BTreeMap<String, feel::Value>,
    /// The options of the model that were chosen, by the name of what is given.
    pub chosen: BTreeMap<String, String>,
    /// Why, in their words.
    pub reason: String,
}

/// What happens to a task beside its process.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A member of staff took it.
    Claimed {
        /// The element instance.
        key: ElementKey,
        /// The element of the process.
        element: String,
        /// In which role.
        role: Role,
        /// Who.
        by: Holder,
    },
    /// It went back to those who wait.
    HandedBack {
        /// The element instance.
        key: ElementKey,
        /// The element of the process.
        element: String,
        /// In which role.
        role: Role,
        /// Who gave it back.
        by: Holder,
    },
    /// A member of staff decided it.
    Decided {
        /// The element instance.
        key: ElementKey,
        /// The element of the process.
        element: String,
        /// In which role.
        role: Role,
        /// Who.
        by: Holder,
        /// The options of the model that were chosen, by the name of what is given.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        chosen: BTreeMap<String, String>,
        /// Why, in their words.
        reason: Personal<String>,
    },
}

impl Event {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Claimed { .. } => "task.claimed",
            Self::HandedBack { .. } => "task.handed_back",
            Self::Decided { .. } => "task.decided",
        }
    }

    /// The version of the event's form.
    pub const fn version(&self) -> u16 {
        1
    }

    /// The element of the process and its instance.
    pub fn place(&self) -> (&str, ElementKey) {
        match self {
            Self::Claimed { key, element, .. }
            | Self::HandedBack { key, element, .. }
            | Self::Decided { key, element, .. } => (element, *key),
        }
    }

    /// Where the task's work stands after this event; its end is the process's own event.
    pub const fn lifecycle(&self) -> Option<Lifecycle> {
        match self {
            Self::Claimed { .. } => Some(Lifecycle::Started),
            Self::HandedBack { .. } => Some(Lifecycle::Enabled),
            Self::Decided { .. } => None,
        }
    }

    /// Seals every personal value in place.
    ///
    /// # Errors
    /// [`SealError`] when a party has no key.
    pub fn seal(&mut self, sealer: &mut dyn Sealer) -> Result<(), SealError> {
        match self {
            Self::Decided { reason, .. } => reason.seal(REASON, sealer),
            Self::Claimed { .. } | Self::HandedBack { .. } => Ok(()),
        }
    }

    /// Turns what it says about a party into an erased value.
    pub fn erase(&mut self, party: Party) {
        match self {
            Self::Decided { reason, .. } => reason.erase(party),
            Self::Claimed { .. } | Self::HandedBack { .. } => {}
        }
    }
}

/// Who has a task.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// In which role.
    pub role: Role,
    /// Who.
    pub by: Holder,
    /// Since when.
    pub at: Timestamp,
}

/// A decision that a person took.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// The element of the process.
    pub element: String,
    /// In which role.
    pub role: Role,
    /// The options of the model that were chosen, by the name of what is given.
    pub chosen: BTreeMap<String, String>,
    /// Why, in their words.
    pub reason: Personal<String>,
}

impl Decided {
    /// Why, opened.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_reason(&self, keys: &dyn Sealer) -> Result<Personal<String>, SealError> {
        self.reason.open(REASON, keys)
    }
}

/// The tasks of a case: who has those that are open, and how earlier ones were decided.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tasks {
    claims: BTreeMap<ElementKey, Claim>,
    decided: Vec<Decided>,
}

impl Tasks {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty() && self.decided.is_empty()
    }

    /// Who has a task.
    pub fn claim(&self, key: ElementKey) -> Option<&Claim> {
        self.claims.get(&key)
    }

    /// The decisions that people took, the oldest first.
    pub fn decided(&self) -> &[Decided] {
        &self.decided
    }

    /// Whether a person may work on a task: it is theirs, or nobody's.
    ///
    /// # Errors
    /// [`Rejection::Held`] when it is somebody else's.
    pub fn free_for(&self, key: ElementKey, holder: Option<&Holder>) -> Result<(), Rejection> {
        match self.claim(key) {
            Some(claim) if holder.is_none_or(|holder| holder.key != claim.by.key) => {
                Err(Rejection::Held { role: claim.role, initials: claim.by.initials.clone() })
            }
            Some(_) | None => Ok(()),
        }
    }

    pub(crate) fn apply(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Claimed { key, role, by, .. } => {
                self.claims.insert(*key, Claim { role: *role, by: by.clone(), at });
            }
            Event::HandedBack { key, .. } => {
                self.claims.remove(key);
            }
            Event::Decided { element, role, chosen, reason, .. } => {
                if self.decided.len() < DECISIONS {
                    let (element, chosen, reason) =
                        (element.clone(), chosen.clone(), reason.clone());
                    self.decided.push(Decided { at, element, role: *role, chosen, reason });
                }
            }
        }
    }

    /// Keeps the claims of tasks that are still open.
    pub(crate) fn keep(&mut self, open: impl Fn(ElementKey) -> bool) {
        self.claims.retain(|key, _| open(*key));
    }

    pub(crate) fn erase(&mut self, party: Party) {
        self.decided.iter_mut().for_each(|decided| decided.reason.erase(party));
    }
}

/// Whose task it is, by the groups that the model names; caseworkers' when it names none of ours.
pub fn roles_of(task: &engine::UserTask) -> Vec<Role> {
    let named = |role: &Role| task.candidate_groups.iter().any(|group| group == role.key());
    let roles: Vec<Role> = [Role::Caseworker, Role::Assessor].into_iter().filter(named).collect();
    if roles.is_empty() { vec![Role::Caseworker] } else { roles }
}

#[cfg(test)]
mod tests;
