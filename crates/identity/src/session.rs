//! Sessions: what a cookie's secret opens, and for how long.
//!
//! The secret is thirty-two random bytes in the browser; the office keeps its
//! digest. A session ends when it has been idle, at an absolute time, or when it
//! is closed.

use std::fmt;

use base::{AccountId, BodyId, Digest, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::ZeroizeOnDrop;

use crate::Assurance;

/// How long a session may rest, and how long it lives at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTerms {
    /// Milliseconds without a sign of life after which it ends.
    pub idle_ms: i64,
    /// Milliseconds after its opening when it ends in any case.
    pub life_ms: i64,
}

/// A sign of life is written at most this often, so that reading pages does not fill the journal.
pub(crate) const SEEN_STEP_MS: i64 = 60_000;

const MINUTE_MS: i64 = 60_000;

/// How long a resident's session may rest.
pub const RESIDENT_IDLE_MS: i64 = 60 * MINUTE_MS;
/// How long a session of staff may rest: they leave desks at which others sit down.
pub const STAFF_IDLE_MS: i64 = 30 * MINUTE_MS;
/// How long a resident's session lives at most.
pub const RESIDENT_LIFE_MS: i64 = 12 * 60 * MINUTE_MS;
/// How long a session of staff lives at most: a working day.
pub const STAFF_LIFE_MS: i64 = 10 * 60 * MINUTE_MS;

/// The terms of a holder's sessions.
pub const fn session_terms(holder: &Holder) -> SessionTerms {
    match holder {
        Holder::Citizen { .. } => {
            SessionTerms { idle_ms: RESIDENT_IDLE_MS, life_ms: RESIDENT_LIFE_MS }
        }
        Holder::Staff { .. } => SessionTerms { idle_ms: STAFF_IDLE_MS, life_ms: STAFF_LIFE_MS },
    }
}

/// Whose session it is. A member of staff's roles are read from their account at each use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Holder {
    /// A resident.
    Citizen {
        /// Their account.
        account: AccountId,
    },
    /// A member of a body's staff.
    Staff {
        /// The body.
        body: BodyId,
        /// The blind index of their address.
        index: Digest,
    },
}

/// A session as the office keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, for logs and audit.
    pub id: SessionId,
    /// Whose it is.
    pub holder: Holder,
    /// How sure the sign-in was.
    pub assurance: Assurance,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its last sign of life, to the minute.
    pub seen_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
}

impl Session {
    /// Whether it still opens anything.
    pub fn is_live(&self, now: Timestamp) -> bool {
        let idle = now.millis_since(self.seen_at);
        now < self.expires_at && idle < session_terms(&self.holder).idle_ms
    }
}

/// A text is not a session's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a session token")]
pub struct TokenError;

/// The secret of a session, as it stands in a cookie. It never prints by `Debug`.
#[derive(Clone, ZeroizeOnDrop)]
pub struct SessionToken([u8; 32]);

impl SessionToken {
    /// Takes thirty-two random bytes.
    pub const fn from_random(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// Reads a cookie: sixty-four hexadecimal digits.
    ///
    /// # Errors
    /// [`TokenError`] when it is anything else.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        if text.len() != 64 {
            return Err(TokenError);
        }
        let digits: Digest = text.parse().map_err(|_| TokenError)?;
        Ok(Self(*digits.as_bytes()))
    }

    /// The cookie's text.
    pub fn cookie_text(&self) -> String {
        Digest::from_bytes(self.0).to_string()
    }

    /// What the office keeps. The token is random and long, so a plain digest hides it.
    pub fn digest(&self) -> Digest {
        Digest::of_parts(&[b"session token", &self.0])
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SessionToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_from_its_cookie() {
        let token = SessionToken::from_random([0xa5; 32]);
        let read = SessionToken::parse(&token.cookie_text()).unwrap();
        assert_eq!(read.digest(), token.digest());
        assert_ne!(read.digest(), Digest::from_bytes([0xa5; 32]), "the office keeps no token");
        assert_eq!(format!("{token:?}"), "SessionToken(..)");
        for text in ["", "a5", &"g".repeat(64), &"a".repeat(63), &"a-".repeat(64)] {
            assert_eq!(SessionToken::parse(text).err(), Some(TokenError), "{text}");
        }
    }

    #[test]
    fn a_session_ends_when_idle_and_at_its_absolute_time() {
        let at = Timestamp::from_millis(1_000);
        let holder = Holder::Citizen { account: AccountId::from_bytes([1; 16]) };
        let terms = session_terms(&holder);
        let mut session = Session {
            id: SessionId::from_bytes([1; 16]),
            holder,
            assurance: Assurance::default(),
            opened_at: at,
            seen_at: at,
            expires_at: at.plus_millis(terms.life_ms),
        };
        assert!(session.is_live(at.plus_millis(terms.idle_ms - 1)));
        assert!(!session.is_live(at.plus_millis(terms.idle_ms)));
        session.seen_at = session.expires_at;
        assert!(!session.is_live(session.expires_at));
        assert!(session.is_live(session.expires_at.plus_millis(-1)));
    }
}
