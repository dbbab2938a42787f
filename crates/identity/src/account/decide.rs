//! What the identity office answers to each command.

use base::{AccountId, Digest, SessionId, Timestamp};

use super::{
    Accounts, Command, DAY_MS, Door, Event, HOUR_MS, MAX_CODES_PER_DAY, MAX_CODES_PER_HOUR,
    MAX_OPEN_SIGN_INS, MAX_TRIES, NewSession, Rejection, SignIn, SignInId,
};
use crate::code::same_digest;
use crate::session::SEEN_STEP_MS;
use crate::{Assurance, Holder, session_terms};

/// What came of a typed code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It was right, and this session is open.
    SignedIn {
        /// The session.
        session: SessionId,
        /// Whose it is.
        holder: Holder,
    },
    /// It was wrong.
    Wrong {
        /// Tries that are left.
        tries_left: u8,
    },
}

/// Reads what came of [`Command::CheckCode`] from its events.
pub fn checked(events: &[Event]) -> Option<Checked> {
    events.iter().find_map(|event| {
        if let Event::SessionOpened { session, holder, .. } = event {
            return Some(Checked::SignedIn { session: *session, holder: holder.clone() });
        }
        if let Event::CodeMissed { tries_left, .. } = event {
            return Some(Checked::Wrong { tries_left: *tries_left });
        }
        None
    })
}

/// Turns a command into events. A wrong code is an event too, because it uses up a try.
///
/// # Errors
/// [`Rejection`], the same for every address whether or not it has an account.
pub fn decide(state: &Accounts, command: Command, now: Timestamp) -> Result<Vec<Event>, Rejection> {
    match command {
        Command::AskCode { .. } => ask_code(state, command, now),
        Command::CheckCode { sign_in, code, session } => {
            check_code(state, sign_in, &code, session, now)
        }
        Command::SeeSession { token } => see_session(state, token, now),
        Command::CloseSession { token } => {
            let session = state.session(&token, now).ok_or(Rejection::NoSession)?.id;
            Ok(vec![Event::SessionClosed { session, token, at: now }])
        }
        Command::ChooseLanguage { account, language } => {
            let known = state.by_id.get(&account).ok_or(Rejection::NoAccount)?;
            let same = known.language == language;
            let chosen = Event::LanguageChosen { account, language, at: now };
            Ok(if same { vec![] } else { vec![chosen] })
        }
        Command::RecordAssurance { index, level, by } => {
            let same = state.checked(&index) == level;
            let recorded = Event::AssuranceRecorded { index, level, by, at: now };
            Ok(if same { vec![] } else { vec![recorded] })
        }
        Command::SetStaff { body, index, email, name, roles } => {
            if roles.is_empty() {
                return Err(Rejection::NoRole);
            }
            Ok(vec![Event::StaffSet { body, index, email, name, roles, at: now }])
        }
        Command::WithdrawStaff { body, index } => {
            state.staff(&body, &index).ok_or(Rejection::NoStaff)?;
            Ok(vec![Event::StaffWithdrawn { body, index, at: now }])
        }
        Command::EraseAccount { account } => {
            let index = state.by_id.get(&account).ok_or(Rejection::NoAccount)?.index;
            Ok(vec![Event::AccountErased { account, index, at: now }])
        }
    }
}

fn ask_code(state: &Accounts, command: Command, now: Timestamp) -> Result<Vec<Event>, Rejection> {
    let Command::AskCode { sign_in, browser, door, index, email, language, code } = command else {
        return Ok(vec![]);
    };
    if state.sign_ins.get(&sign_in).is_some_and(|waiting| now < waiting.expires_at) {
        return Err(Rejection::SignInExists);
    }
    // What strangers ask for at an address takes nothing from the browsers that signed in there.
    let counted = browser.map(|browser| {
        Digest::of_parts(&[b"browser of an address", index.as_bytes(), browser.as_bytes()])
    });
    may_ask(state, &counted.unwrap_or(index), now)?;
    let oldest_has_ended = state.sign_ins_by_end.first().is_some_and(|(end, _)| *end <= now);
    if state.sign_ins.len() >= MAX_OPEN_SIGN_INS && !oldest_has_ended {
        return Err(Rejection::Busy);
    }
    let send = match &door {
        Door::Resident => true,
        Door::Staff { body } => state.staff(body, &index).is_some(),
    };
    Ok(vec![Event::CodeAsked {
        sign_in,
        door,
        index,
        email,
        language,
        code,
        send,
        at: now,
        counted,
    }])
}

/// Counts the codes of the last hour and of the last day.
fn may_ask(state: &Accounts, counted: &Digest, now: Timestamp) -> Result<(), Rejection> {
    let times = state.asked.get(counted).map_or(&[][..], Vec::as_slice);
    for (within_ms, limit) in [(HOUR_MS, MAX_CODES_PER_HOUR), (DAY_MS, MAX_CODES_PER_DAY)] {
        let since = now.plus_millis(-within_ms);
        let mut recent: Vec<Timestamp> = times.iter().filter(|at| **at > since).copied().collect();
        recent.sort_unstable();
        let blocking = recent.len().checked_sub(limit).and_then(|over| recent.get(over));
        if let Some(oldest) = blocking {
            return Err(Rejection::TooManyCodes { again_at: oldest.plus_millis(within_ms) });
        }
    }
    Ok(())
}

fn check_code(
    state: &Accounts,
    sign_in: SignInId,
    code: &Digest,
    new: NewSession,
    now: Timestamp,
) -> Result<Vec<Event>, Rejection> {
    let waiting = state
        .sign_ins
        .get(&sign_in)
        .filter(|waiting| now < waiting.expires_at && waiting.tries < MAX_TRIES)
        .ok_or(Rejection::CodeExpired)?;
    let holder = holder_of(state, waiting, new.account);
    let Some(holder) = holder.filter(|_| same_digest(&waiting.code, code)) else {
        let tries_left = MAX_TRIES.saturating_sub(waiting.tries.saturating_add(1));
        return Ok(vec![Event::CodeMissed { sign_in, tries_left, at: now }]);
    };
    let mut events = vec![Event::CodeAccepted { sign_in, at: now }];
    if holder == (Holder::Citizen { account: new.account }) {
        events.push(open_account(state, waiting, new, now)?);
    }
    if state.sessions.contains_key(&new.token) {
        return Err(Rejection::IdInUse);
    }
    events.push(Event::SessionOpened {
        session: new.session,
        token: new.token,
        expires_at: now.plus_millis(session_terms(&holder).life_ms),
        assurance: assurance_of(state, &holder, &waiting.index),
        holder,
        at: now,
    });
    Ok(events)
}

/// Whose session a right code opens: an address without an account gets the new one.
///
/// `None` at a staff door for an address that is not staff's (any more): there even the right
/// code is a wrong one, so that guessing it opens nothing.
fn holder_of(state: &Accounts, waiting: &SignIn, new: AccountId) -> Option<Holder> {
    match &waiting.door {
        Door::Staff { body } => {
            state.staff(body, &waiting.index)?;
            Some(Holder::Staff { body: body.clone(), index: waiting.index })
        }
        Door::Resident => {
            let account = state.account_of(&waiting.index).map_or(new, |(account, _)| account);
            Some(Holder::Citizen { account })
        }
    }
}

/// How sure the office is of whoever signs in: staff are who their body says.
fn assurance_of(state: &Accounts, holder: &Holder, index: &Digest) -> Assurance {
    match holder {
        Holder::Citizen { .. } => {
            Assurance { identity: state.checked(index), ..Assurance::default() }
        }
        Holder::Staff { .. } => Assurance::default(),
    }
}

fn open_account(
    state: &Accounts,
    waiting: &SignIn,
    new: NewSession,
    now: Timestamp,
) -> Result<Event, Rejection> {
    if state.by_id.contains_key(&new.account) {
        return Err(Rejection::IdInUse);
    }
    Ok(Event::AccountOpened {
        account: new.account,
        index: waiting.index,
        email: waiting.email.clone(),
        person: new.person,
        language: waiting.language,
        at: now,
    })
}

fn see_session(state: &Accounts, token: Digest, now: Timestamp) -> Result<Vec<Event>, Rejection> {
    let session = state.session(&token, now).ok_or(Rejection::NoSession)?;
    let rested = now.millis_since(session.seen_at);
    let seen = Event::SessionSeen { token, at: now };
    Ok(if rested >= SEEN_STEP_MS { vec![seen] } else { vec![] })
}
