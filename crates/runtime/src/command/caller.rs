//! What agents do for a caller, and teams with what was handed over to them.

use base::{CaseId, ContactId, ServiceId};

use super::Command;
use crate::access::{Checks, ViewReason, Viewed};
use crate::asker::{Asker, FoundBy};
use crate::contact;
use crate::task::Holder;

/// A contact that is no request, as an agent writes it down.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// Its id; a second one with it is the same one.
    pub id: ContactId,
    /// What it was.
    pub kind: contact::Kind,
    /// The service that it was about.
    pub service: Option<ServiceId>,
    /// The case by which its caller was found.
    pub about: Option<CaseId>,
    /// Who it was, as they said.
    pub caller: Asker,
    /// What was said.
    pub note: String,
    /// Who deals with it, and within how many working days.
    pub handed: Option<(base::Role, u32)>,
}

/// What is done to a contact that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactAct {
    /// Take it.
    Take,
    /// Give it back to those who wait.
    HandBack,
    /// Close it.
    Close {
        /// What was done.
        reason: String,
    },
}

/// What may be asked about a caller and their contacts.
#[derive(Debug, Clone)]
pub enum CallerCommand {
    /// A member of staff looked for somebody, and is about to see what was found.
    Search {
        /// By what kind of thing.
        by: FoundBy,
        /// The requests that they are going to see, a page at most.
        found: Vec<CaseId>,
    },
    /// Begin a service for whoever made a request, with what is known of them.
    BeginFor {
        /// Their request.
        case: CaseId,
        /// The service.
        service: ServiceId,
        /// What an agent checked with them.
        checked: Checks,
    },
    /// Write down a contact that is no request.
    LogContact(Box<NewContact>),
    /// Do something to a contact that was handed over.
    ActOnContact {
        /// The contact.
        contact: ContactId,
        /// What.
        act: ContactAct,
        /// Who.
        by: Holder,
    },
    /// A member of staff is about to see a contact.
    ViewContact {
        /// The contact.
        contact: ContactId,
        /// What of it.
        what: Viewed,
        /// Why.
        reason: ViewReason,
    },
    /// Erase what was said in a contact.
    EraseContact {
        /// The contact.
        contact: ContactId,
    },
}

impl From<CallerCommand> for Command {
    fn from(command: CallerCommand) -> Self {
        Self::Caller(command)
    }
}
