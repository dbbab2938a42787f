//! A contact that is no request: what somebody was in touch about, and what became of it.
//!
//! `decide` turns what staff do into events; [`Contact::apply`] alone changes a [`Contact`], and
//! replaying its records gives the same one. What was said, and by whom, is sealed under the
//! contact's own key, and goes with it. An agent who logs a contact does what the caller asked, so
//! that it is no touch; every other act of staff on it is one, with its reason.

use base::{CaseId, Channel, ContactId, Date, Field, KeyId, Personal, Role, SealError, Sealer};
use base::{ServiceId, Timestamp};

use crate::command::Rejection;
use crate::record::{Fact, Record};
use crate::task::Holder;

/// The longest note of a contact, in characters.
pub const NOTE_CHARACTERS: usize = 1_000;
/// The most working days within which a contact that is handed over is to be dealt with.
pub const MOST_DAYS: u32 = 20;
/// Whom a contact can be handed over to.
pub const TEAMS: [Role; 4] = [Role::Caseworker, Role::Assessor, Role::Head, Role::DataProtection];

/// The names under which values are sealed.
const NOTE: Field<'static> = Field("contact.note");
const CALLER: Field<'static> = Field("contact.caller");
const REASON: Field<'static> = Field("contact.reason");

/// What somebody was in touch about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// They asked something.
    Question,
    /// They asked what has become of something.
    Chase,
    /// Something about them has changed.
    Change,
    /// They are not content.
    Complaint,
    /// They said thank you.
    Praise,
    /// It is for another body.
    Elsewhere,
    /// Anything else.
    Other,
}

impl Kind {
    /// Every kind, in the order in which it is asked.
    pub const ALL: [Self; 7] = [
        Self::Question,
        Self::Chase,
        Self::Change,
        Self::Complaint,
        Self::Praise,
        Self::Elsewhere,
        Self::Other,
    ];

    /// The key in rows and forms.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Chase => "chase",
            Self::Change => "change",
            Self::Complaint => "complaint",
            Self::Praise => "praise",
            Self::Elsewhere => "elsewhere",
            Self::Other => "other",
        }
    }
}

/// To whom it was handed over, and by when they deal with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandedOver {
    /// Whose queue.
    pub to: Role,
    /// The day on which it is due.
    pub due: Date,
}

/// A contact as an agent logs it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logged {
    /// What it was about.
    pub kind: Kind,
    /// By which channel.
    pub channel: Channel,
    /// In which role it was logged.
    pub role: Role,
    /// The service, if it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The case, if it was about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<CaseId>,
    /// Its key.
    pub key: KeyId,
    /// Who it was and how to reach them, as they said it.
    pub caller: Personal<String>,
    /// What was said.
    pub note: Personal<String>,
    /// To whom it was handed over; nothing when the agent dealt with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed: Option<HandedOver>,
    /// Whether the same person had been in touch shortly before.
    pub repeat: bool,
}

/// What happens to a contact.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// An agent logged it.
    Logged(Box<Logged>),
    /// Somebody of the team took it.
    Taken {
        /// In which role.
        role: Role,
        /// Who.
        by: Holder,
    },
    /// It went back to those who wait.
    HandedBack {
        /// In which role.
        role: Role,
        /// Who gave it back.
        by: Holder,
    },
    /// Somebody dealt with it.
    Closed {
        /// In which role.
        role: Role,
        /// Who.
        by: Holder,
        /// What was done, in their words.
        reason: Personal<String>,
    },
    /// What was said in it was erased.
    Erased,
}

impl Event {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Logged(_) => "contact.logged",
            Self::Taken { .. } => "contact.taken",
            Self::HandedBack { .. } => "contact.handed_back",
            Self::Closed { .. } => "contact.closed",
            Self::Erased => "contact.erased",
        }
    }

    /// The version of the event's form.
    pub const fn version(&self) -> u16 {
        1
    }

    /// Seals every personal value in place.
    ///
    /// # Errors
    /// [`SealError`] when there is no key.
    pub fn seal(&mut self, sealer: &mut dyn Sealer) -> Result<(), SealError> {
        match self {
            Self::Logged(logged) => {
                logged.caller.seal(CALLER, sealer)?;
                logged.note.seal(NOTE, sealer)
            }
            Self::Closed { reason, .. } => reason.seal(REASON, sealer),
            Self::Taken { .. } | Self::HandedBack { .. } | Self::Erased => Ok(()),
        }
    }
}

/// Who has it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// In which role.
    pub role: Role,
    /// Who.
    pub by: Holder,
}

/// How it was dealt with by the team.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// In which role.
    pub role: Role,
    /// What was done, in their words.
    pub reason: Personal<String>,
}

/// A contact, as rebuilt from its events.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The contact.
    pub id: ContactId,
    /// When it was.
    pub at: Timestamp,
    /// As it was logged.
    pub logged: Logged,
    /// Who has it.
    pub taken: Option<Taken>,
    /// How it was dealt with; nothing while it waits, and when the agent dealt with it.
    pub closed: Option<Closed>,
}

/// What staff do to a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Take it.
    Take {
        /// In which role.
        role: Role,
        /// Who.
        by: Holder,
    },
    /// Give it back to those who wait.
    HandBack {
        /// In which role.
        role: Role,
        /// Who.
        by: Holder,
    },
    /// Close it with what was done.
    Close {
        /// In which role.
        role: Role,
        /// Who.
        by: Holder,
        /// What was done.
        reason: String,
    },
}

/// Decides what an act does to a contact. Doing again what is done changes nothing.
///
/// # Errors
/// [`Rejection`] when it is over, or somebody else's.
pub fn decide(contact: &Contact, act: Act) -> Result<Vec<Event>, Rejection> {
    if !contact.is_open() {
        return Err(Rejection::Over);
    }
    match act {
        Act::Take { role, by } => {
            contact.free_for(&by)?;
            let again = contact.taken.is_some();
            Ok(if again { Vec::new() } else { vec![Event::Taken { role, by }] })
        }
        Act::HandBack { role, by } => {
            let free = contact.taken.is_none();
            Ok(if free { Vec::new() } else { vec![Event::HandedBack { role, by }] })
        }
        Act::Close { role, by, reason } => {
            contact.free_for(&by)?;
            Ok(vec![Event::Closed { role, by, reason: Personal::new(reason) }])
        }
    }
}

impl Contact {
    /// The contact that its first event makes.
    pub fn logged(id: ContactId, logged: Logged, at: Timestamp) -> Self {
        Self { id, at, logged, taken: None, closed: None }
    }

    /// Rebuilds a contact from its records; `None` when they do not begin with its being logged.
    pub fn replay<'a>(
        id: ContactId,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Option<Self> {
        let mut contact: Option<Self> = None;
        for record in records {
            let Fact::Contact(event) = &record.fact else { continue };
            match (&mut contact, event) {
                (None, Event::Logged(logged)) => {
                    contact = Some(Self::logged(id, (**logged).clone(), record.at));
                }
                (Some(contact), event) => contact.apply(event, record.at),
                (None, _) => return None,
            }
        }
        contact
    }

    /// Changes the state as the event says. Never fails and never opens a value.
    pub fn apply(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Logged(logged) => *self = Self::logged(self.id, (**logged).clone(), at),
            Event::Taken { role, by } => {
                self.taken = Some(Taken { role: *role, by: by.clone() });
            }
            Event::HandedBack { .. } => self.taken = None,
            Event::Closed { role, reason, .. } => {
                self.closed = Some(Closed { at, role: *role, reason: reason.clone() });
            }
            Event::Erased => {
                self.logged.caller = Personal::Erased;
                self.logged.note = Personal::Erased;
                if let Some(closed) = &mut self.closed {
                    closed.reason = Personal::Erased;
                }
            }
        }
    }

    /// Whether somebody still has to deal with it.
    pub const fn is_open(&self) -> bool {
        self.logged.handed.is_some() && self.closed.is_none()
    }

    /// Whether what was said in it was erased.
    pub fn is_erased(&self) -> bool {
        self.logged.note == Personal::Erased
    }

    /// What was said, opened.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_note(&self, keys: &dyn Sealer) -> Result<Personal<String>, SealError> {
        self.logged.note.open(NOTE, keys)
    }

    /// Who it was, opened.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_caller(&self, keys: &dyn Sealer) -> Result<Personal<String>, SealError> {
        self.logged.caller.open(CALLER, keys)
    }

    /// What was done, opened.
    ///
    /// # Errors
    /// [`SealError`] when it is erased or does not open.
    pub fn open_reason(&self, keys: &dyn Sealer) -> Result<Option<Personal<String>>, SealError> {
        self.closed.as_ref().map(|closed| closed.reason.open(REASON, keys)).transpose()
    }

    fn free_for(&self, by: &Holder) -> Result<(), Rejection> {
        match &self.taken {
            Some(taken) if taken.by.key != by.key => {
                Err(Rejection::Held { role: taken.role, initials: taken.by.initials.clone() })
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
