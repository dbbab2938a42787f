//! What happens to accounts, as the journal keeps it.

use std::collections::BTreeSet;

use base::{
    AccountId, BodyId, Digest, Field, Language, PersonHandle, Personal, Role, SealError, Sealer,
    SessionId, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{Door, SignInId};
use crate::{Assurance, Holder, IdentityLevel};

/// The field under which an address is sealed, in every event that carries a copy of it.
const EMAIL: Field<'static> = Field("contact.email");
/// The field under which a member of staff's name is sealed.
const NAME: Field<'static> = Field("contact.name");

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A code was asked for.
    CodeAsked {
        /// The attempt.
        sign_in: SignInId,
        /// Where.
        door: Door,
        /// The blind index of the address.
        index: Digest,
        /// The address.
        email: Personal<String>,
        /// The language of the page, and of the message.
        language: Language,
        /// The code's keyed digest.
        code: Digest,
        /// Whether the code is to be sent. At a staff door an unknown address gets none.
        send: bool,
        /// When.
        at: Timestamp,
        /// Under what it is counted, when the browser has an allowance of its own; else under the
        /// address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counted: Option<Digest>,
    },
    /// A wrong code was typed.
    CodeMissed {
        /// The attempt.
        sign_in: SignInId,
        /// Tries that are left.
        tries_left: u8,
        /// When.
        at: Timestamp,
    },
    /// The right code was typed; it opens nothing again.
    CodeAccepted {
        /// The attempt.
        sign_in: SignInId,
        /// When.
        at: Timestamp,
    },
    /// An address signed in for the first time.
    AccountOpened {
        /// The account.
        account: AccountId,
        /// The blind index of the address.
        index: Digest,
        /// The address.
        email: Personal<String>,
        /// The person's root handle.
        person: PersonHandle,
        /// The language they want to be written to in.
        language: Language,
        /// When.
        at: Timestamp,
    },
    /// A session was opened.
    SessionOpened {
        /// The session.
        session: SessionId,
        /// The digest of its token.
        token: Digest,
        /// Whose it is.
        holder: Holder,
        /// How sure the sign-in was.
        assurance: Assurance,
        /// When.
        at: Timestamp,
        /// When it ends in any case.
        expires_at: Timestamp,
    },
    /// A session showed a sign of life; written once a minute at most.
    SessionSeen {
        /// The digest of its token.
        token: Digest,
        /// When.
        at: Timestamp,
    },
    /// Somebody signed out.
    SessionClosed {
        /// The session.
        session: SessionId,
        /// The digest of its token.
        token: Digest,
        /// When.
        at: Timestamp,
    },
    /// A resident chose their language.
    LanguageChosen {
        /// The account.
        account: AccountId,
        /// The language.
        language: Language,
        /// When.
        at: Timestamp,
    },
    /// Staff of a body checked who somebody is.
    AssuranceRecorded {
        /// The blind index of the resident's address.
        index: Digest,
        /// How well they were checked.
        level: IdentityLevel,
        /// The body whose staff did it.
        by: BodyId,
        /// When.
        at: Timestamp,
    },
    /// The region's data named a member of staff, or changed one.
    StaffSet {
        /// Their body.
        body: BodyId,
        /// The blind index of their address.
        index: Digest,
        /// Their address.
        email: Personal<String>,
        /// Their name.
        name: Personal<String>,
        /// What they are there to do.
        roles: BTreeSet<Role>,
        /// When.
        at: Timestamp,
    },
    /// A member of staff left.
    StaffWithdrawn {
        /// Their body.
        body: BodyId,
        /// The blind index of their address.
        index: Digest,
        /// When.
        at: Timestamp,
    },
    /// An account was forgotten; its contact's key with it.
    AccountErased {
        /// The account.
        account: AccountId,
        /// The blind index of the address, which names the key to forget.
        index: Digest,
        /// When.
        at: Timestamp,
    },
}

impl Event {
    /// The event's name in the journal.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CodeAsked { .. } => "account.code_asked",
            Self::CodeMissed { .. } => "account.code_missed",
            Self::CodeAccepted { .. } => "account.code_accepted",
            Self::AccountOpened { .. } => "account.opened",
            Self::SessionOpened { .. } => "account.session_opened",
            Self::SessionSeen { .. } => "account.session_seen",
            Self::SessionClosed { .. } => "account.session_closed",
            Self::LanguageChosen { .. } => "account.language_chosen",
            Self::AssuranceRecorded { .. } => "account.assurance_recorded",
            Self::StaffSet { .. } => "account.staff_set",
            Self::StaffWithdrawn { .. } => "account.staff_withdrawn",
            Self::AccountErased { .. } => "account.erased",
        }
    }

    /// The version of its form.
    pub const fn version(&self) -> u16 {
        1
    }

    /// The contact whose data key seals this event's personal values, or whose key is to be
    /// forgotten with [`Event::AccountErased`]. Copies of an address keep its value id, so they
    /// open under the one key.
    pub const fn contact(&self) -> Option<Digest> {
        match self {
            Self::CodeAsked { index, .. }
            | Self::AccountOpened { index, .. }
            | Self::StaffSet { index, .. }
            | Self::StaffWithdrawn { index, .. }
            | Self::AccountErased { index, .. } => Some(*index),
            Self::CodeMissed { .. }
            | Self::CodeAccepted { .. }
            | Self::SessionOpened { .. }
            | Self::SessionSeen { .. }
            | Self::SessionClosed { .. }
            | Self::LanguageChosen { .. }
            | Self::AssuranceRecorded { .. } => None,
        }
    }

    /// Visits every personal value with the field under which it is sealed.
    pub fn for_each_personal_mut(
        &mut self,
        visit: &mut dyn FnMut(Field<'static>, &mut Personal<String>),
    ) {
        match self {
            Self::CodeAsked { email, .. } | Self::AccountOpened { email, .. } => {
                visit(EMAIL, email);
            }
            Self::StaffSet { email, name, .. } => {
                visit(EMAIL, email);
                visit(NAME, name);
            }
            Self::CodeMissed { .. }
            | Self::CodeAccepted { .. }
            | Self::SessionOpened { .. }
            | Self::SessionSeen { .. }
            | Self::SessionClosed { .. }
            | Self::LanguageChosen { .. }
            | Self::AssuranceRecorded { .. }
            | Self::StaffWithdrawn { .. }
            | Self::AccountErased { .. } => {}
        }
    }

    /// Seals every open value.
    ///
    /// # Errors
    /// [`SealError`] when the contact has no key.
    pub fn seal(mut self, sealer: &mut dyn Sealer) -> Result<Self, SealError> {
        let mut result = Ok(());
        self.for_each_personal_mut(&mut |field, value| {
            if result.is_ok() {
                result = value.seal(field, sealer);
            }
        });
        result.map(|()| self)
    }
}
