//! Accounts, sign-in by a one-time code, sessions and staff, as the identity office keeps them.
//!
//! `decide` turns a command into events; `apply` alone changes [`Accounts`].
//! Addresses are known by their blind index alone; the address itself is a
//! [`Personal`] value that rests sealed under the key of that contact
//! ([`Event::contact`]). Whatever is asked of an address, the answer is the same
//! whether or not it has an account: asking for a code always succeeds within the
//! limits, and a first correct code opens the account. At a staff door a code for
//! an unknown address is counted like any other and never sent.

use std::collections::{BTreeMap, BTreeSet};

use base::{
    AccountId, BodyId, Digest, Language, PersonHandle, Personal, Role, SessionId, Timestamp,
    typed_id,
};
use serde::{Deserialize, Serialize};

use crate::{Assurance, Holder, IdentityLevel, Session};

mod decide;
mod event;

pub use decide::{Checked, checked, decide};
pub use event::Event;

typed_id! {
    /// One attempt to sign in; it stands in the asker's cookie, so that a code only opens for the
    /// browser that asked for it and nobody can use up another's tries.
    SignInId, 16
}

/// How long a code lives.
pub const CODE_LIFE_MS: i64 = 10 * 60_000;
/// Tries that one code allows.
pub const MAX_TRIES: u8 = 5;
/// Codes that strangers together may ask for at one address within an hour, and so many again each
/// browser that signed in there before.
pub const MAX_CODES_PER_HOUR: usize = 5;
/// Codes that may be asked for likewise within a day: with five tries each, a guesser has one
/// chance in ten thousand a day.
pub const MAX_CODES_PER_DAY: usize = 20;
/// Sign-ins that may be open at once.
pub const MAX_OPEN_SIGN_INS: usize = 200_000;

pub(crate) const HOUR_MS: i64 = 3_600_000;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// Where somebody signs in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Door {
    /// As a resident.
    Resident,
    /// As a member of a body's staff.
    Staff {
        /// The body.
        body: BodyId,
    },
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Somebody asks for a code. The caller has made the code and sends it when
    /// [`Event::CodeAsked`] says so.
    AskCode {
        /// The attempt, made by the caller.
        sign_in: SignInId,
        /// The browser, when it signed in under this address before. It has an allowance of its own.
        browser: Option<Digest>,
        /// Where.
        door: Door,
        /// The blind index of the address.
        index: Digest,
        /// The address.
        email: Personal<String>,
        /// The language of the page, kept as the wish of a new account.
        language: Language,
        /// The code's keyed digest.
        code: Digest,
    },
    /// Somebody types a code.
    CheckCode {
        /// The attempt, from the asker's cookie.
        sign_in: SignInId,
        /// The keyed digest of what was typed.
        code: Digest,
        /// What to open when it is right.
        session: NewSession,
    },
    /// A request came with this session; to be given with each one.
    SeeSession {
        /// The digest of its token.
        token: Digest,
    },
    /// Somebody signs out.
    CloseSession {
        /// The digest of its token.
        token: Digest,
    },
    /// A resident chooses the language in which they want to be written to.
    ChooseLanguage {
        /// The account.
        account: AccountId,
        /// The language.
        language: Language,
    },
    /// Staff of a body checked who somebody is. It may come before their first sign-in.
    RecordAssurance {
        /// The blind index of the resident's address.
        index: Digest,
        /// How well they were checked.
        level: IdentityLevel,
        /// The body whose staff did it.
        by: BodyId,
    },
    /// The region's data name a member of staff.
    SetStaff {
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
    },
    /// The region's data no longer name them.
    WithdrawStaff {
        /// Their body.
        body: BodyId,
        /// The blind index of their address.
        index: Digest,
    },
    /// The account and its address are to be forgotten.
    EraseAccount {
        /// The account.
        account: AccountId,
    },
}

/// The ids and secrets that a right code needs, made by the caller beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSession {
    /// The session's id.
    pub session: SessionId,
    /// The digest of its token.
    pub token: Digest,
    /// The account's id, should this be the first sign-in.
    pub account: AccountId,
    /// The person's root handle, should this be the first sign-in.
    pub person: PersonHandle,
}

/// Why nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// This address asked for too many codes.
    #[error("too many codes were asked for: again at {again_at}")]
    TooManyCodes {
        /// When it may ask again.
        again_at: Timestamp,
    },
    /// The office has too many open sign-ins.
    #[error("too many sign-ins are open")]
    Busy,
    /// The attempt's id is in use.
    #[error("sign-in id is in use")]
    SignInExists,
    /// The attempt is not known, too old, used, or out of tries.
    #[error("the code has expired or was used")]
    CodeExpired,
    /// The session is not known or has ended.
    #[error("the session has ended")]
    NoSession,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// There is no such member of staff.
    #[error("there is no such member of staff")]
    NoStaff,
    /// A member of staff needs a role.
    #[error("a member of staff needs at least one role")]
    NoRole,
    /// An id or a token that should be new is in use.
    #[error("an id that should be new is in use")]
    IdInUse,
}

/// A resident's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The blind index of the address.
    pub index: Digest,
    /// The address.
    pub email: Personal<String>,
    /// The person's root handle.
    pub person: PersonHandle,
    /// The language they want to be written to in.
    pub language: Language,
    /// How sure we are of who they are.
    pub assurance: Assurance,
    /// When the account was opened.
    pub opened_at: Timestamp,
}

/// A member of a body's staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffAccount {
    /// Their address.
    pub email: Personal<String>,
    /// Their name.
    pub name: Personal<String>,
    /// What they are there to do.
    pub roles: BTreeSet<Role>,
}

/// A sign-in that waits for its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignIn {
    pub(crate) door: Door,
    pub(crate) index: Digest,
    pub(crate) email: Personal<String>,
    pub(crate) language: Language,
    pub(crate) code: Digest,
    pub(crate) expires_at: Timestamp,
    pub(crate) tries: u8,
}

/// Everything that the identity office knows of accounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounts {
    by_id: BTreeMap<AccountId, Account>,
    by_index: BTreeMap<Digest, AccountId>,
    checked: BTreeMap<Digest, IdentityLevel>,
    staff: BTreeMap<(BodyId, Digest), StaffAccount>,
    sign_ins: BTreeMap<SignInId, SignIn>,
    sign_ins_by_end: BTreeSet<(Timestamp, SignInId)>,
    asked: BTreeMap<Digest, Vec<Timestamp>>,
    asked_in_order: BTreeSet<(Timestamp, Digest)>,
    sessions: BTreeMap<Digest, Session>,
    sessions_by_end: BTreeSet<(Timestamp, Digest)>,
}

impl Accounts {
    /// The live session of a token.
    pub fn session(&self, token: &Digest, now: Timestamp) -> Option<&Session> {
        let session = self.sessions.get(token).filter(|session| session.is_live(now))?;
        let holder_is_known = match &session.holder {
            Holder::Citizen { account } => self.by_id.contains_key(account),
            Holder::Staff { body, index } => self.staff(body, index).is_some(),
        };
        holder_is_known.then_some(session)
    }

    /// An account.
    pub fn account(&self, account: AccountId) -> Option<&Account> {
        self.by_id.get(&account)
    }

    /// The blind index of the address at which a code is awaited.
    pub fn signing_in(&self, sign_in: SignInId) -> Option<&Digest> {
        self.sign_ins.get(&sign_in).map(|waiting| &waiting.index)
    }

    /// The account of an address, for the office's own use: never answer a visitor from it.
    pub fn account_of(&self, index: &Digest) -> Option<(AccountId, &Account)> {
        let id = self.by_index.get(index)?;
        self.by_id.get(id).map(|account| (*id, account))
    }

    /// A member of staff.
    pub fn staff(&self, body: &BodyId, index: &Digest) -> Option<&StaffAccount> {
        self.staff.get(&(body.clone(), *index))
    }

    /// A body's staff, by the index of their addresses.
    pub fn staff_of<'a>(
        &'a self,
        body: &'a BodyId,
    ) -> impl Iterator<Item = (Digest, &'a StaffAccount)> {
        let from = (body.clone(), Digest::ZERO);
        let of_body = self.staff.range(from..).take_while(move |((at, _), _)| at == body);
        of_body.map(|((_, index), staff)| (*index, staff))
    }

    /// How well the holder of an address was checked.
    pub fn checked(&self, index: &Digest) -> IdentityLevel {
        self.checked.get(index).copied().unwrap_or_default()
    }

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is no account.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Changes the state; the events are those that [`decide`] gave, in their order.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::CodeAsked { .. } => self.code_asked(event),
            Event::CodeMissed { sign_in, .. } => {
                if let Some(waiting) = self.sign_ins.get_mut(sign_in) {
                    waiting.tries = waiting.tries.saturating_add(1);
                }
            }
            Event::CodeAccepted { sign_in, .. } => self.forget_sign_in(*sign_in),
            Event::AccountOpened { account, index, email, person, language, at } => {
                let (index, email, person) = (*index, email.clone(), *person);
                let assurance =
                    Assurance { identity: self.checked(&index), ..Assurance::default() };
                let opened = Account {
                    index,
                    email,
                    person,
                    language: *language,
                    assurance,
                    opened_at: *at,
                };
                self.by_index.insert(index, *account);
                self.by_id.insert(*account, opened);
            }
            Event::SessionOpened { .. } => self.session_opened(event),
            Event::SessionSeen { token, at } => {
                if let Some(session) = self.sessions.get_mut(token) {
                    session.seen_at = *at;
                }
            }
            Event::SessionClosed { token, .. } => self.forget_session(*token),
            Event::LanguageChosen { account, language, .. } => {
                if let Some(account) = self.by_id.get_mut(account) {
                    account.language = *language;
                }
            }
            Event::AssuranceRecorded { index, level, .. } => {
                self.checked.insert(*index, *level);
                let account = self.by_index.get(index).and_then(|id| self.by_id.get_mut(id));
                if let Some(account) = account {
                    account.assurance.identity = *level;
                }
            }
            Event::StaffSet { body, index, email, name, roles, .. } => {
                let staff =
                    StaffAccount { email: email.clone(), name: name.clone(), roles: roles.clone() };
                self.staff.insert((body.clone(), *index), staff);
            }
            Event::StaffWithdrawn { body, index, .. } => {
                self.staff.remove(&(body.clone(), *index));
                let holder = Holder::Staff { body: body.clone(), index: *index };
                self.forget_sessions_of(&holder);
            }
            Event::AccountErased { account, .. } => self.account_erased(*account),
        }
    }

    fn code_asked(&mut self, event: &Event) {
        let Event::CodeAsked { sign_in, door, index, email, language, code, at, counted, .. } =
            event
        else {
            return;
        };
        self.forget_stale(*at);
        let expires_at = at.plus_millis(CODE_LIFE_MS);
        let waiting = SignIn {
            door: door.clone(),
            index: *index,
            email: email.clone(),
            language: *language,
            code: *code,
            expires_at,
            tries: 0,
        };
        self.sign_ins.insert(*sign_in, waiting);
        self.sign_ins_by_end.insert((expires_at, *sign_in));
        let counted = counted.unwrap_or(*index);
        self.asked.entry(counted).or_default().push(*at);
        self.asked_in_order.insert((*at, counted));
    }

    fn session_opened(&mut self, event: &Event) {
        let Event::SessionOpened { session, token, holder, assurance, at, expires_at } = event
        else {
            return;
        };
        self.forget_ended_sessions(*at);
        let opened = Session {
            id: *session,
            holder: holder.clone(),
            assurance: *assurance,
            opened_at: *at,
            seen_at: *at,
            expires_at: *expires_at,
        };
        self.sessions.insert(*token, opened);
        self.sessions_by_end.insert((*expires_at, *token));
    }

    fn account_erased(&mut self, account: AccountId) {
        let Some(erased) = self.by_id.remove(&account) else { return };
        self.by_index.remove(&erased.index);
        self.checked.remove(&erased.index);
        self.forget_sessions_of(&Holder::Citizen { account });
        // A sign-in that waits holds the same address, whose key is forgotten with the account.
        let waiting: Vec<SignInId> = self
            .sign_ins
            .iter()
            .filter(|(_, waiting)| waiting.index == erased.index)
            .map(|(id, _)| *id)
            .collect();
        for id in waiting {
            self.forget_sign_in(id);
        }
    }

    /// Lets go of sign-ins that have expired and of codes asked for more than a day ago.
    fn forget_stale(&mut self, now: Timestamp) {
        while let Some((_, id)) = self.sign_ins_by_end.first().filter(|(end, _)| *end <= now) {
            self.forget_sign_in(*id);
        }
        let day_ago = now.plus_millis(-DAY_MS);
        while let Some((at, index)) =
            self.asked_in_order.first().filter(|(at, _)| *at <= day_ago).copied()
        {
            self.asked_in_order.remove(&(at, index));
            if let Some(times) = self.asked.get_mut(&index) {
                times.retain(|time| *time > day_ago);
                if times.is_empty() {
                    self.asked.remove(&index);
                }
            }
        }
    }

    fn forget_ended_sessions(&mut self, now: Timestamp) {
        while let Some((_, token)) = self.sessions_by_end.first().filter(|(end, _)| *end <= now) {
            self.forget_session(*token);
        }
    }

    fn forget_sign_in(&mut self, id: SignInId) {
        if let Some(waiting) = self.sign_ins.remove(&id) {
            self.sign_ins_by_end.remove(&(waiting.expires_at, id));
        }
    }

    fn forget_session(&mut self, token: Digest) {
        if let Some(session) = self.sessions.remove(&token) {
            self.sessions_by_end.remove(&(session.expires_at, token));
        }
    }

    fn forget_sessions_of(&mut self, holder: &Holder) {
        let tokens: Vec<Digest> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.holder == *holder)
            .map(|(token, _)| *token)
            .collect();
        for token in tokens {
            self.forget_session(token);
        }
    }
}

#[cfg(test)]
mod tests;
