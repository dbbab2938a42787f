//! When each session last gave a sign of life, in memory: reading a page writes nothing.
//!
//! What is not remembered counts as last seen when the host started, so that a start of the program
//! prolongs no session by more than its idle time, and one that was dropped to make room only ends
//! too soon.

use std::sync::{Mutex, PoisonError};

use base::{Digest, FixedMap, Timestamp};

use crate::command::Session;

/// Sessions whose last sign of life is remembered.
const REMEMBERED: usize = 100_000;

pub(super) struct Presence {
    started_at: Timestamp,
    seen: Mutex<FixedMap<Digest, Timestamp>>,
}

impl Presence {
    pub(super) fn new(started_at: Timestamp) -> Self {
        Self { started_at, seen: Mutex::default() }
    }

    /// Notes a sign of life; `false` when the session has rested too long.
    pub(super) fn note(&self, session: &Session, now: Timestamp) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let last = seen.get(&session.token).copied().unwrap_or(self.started_at);
        if now.millis_since(last.max(session.opened_at)) >= idle_ms(session) {
            seen.remove(&session.token);
            return false;
        }
        if seen.len() >= REMEMBERED && !seen.contains_key(&session.token) {
            seen.retain(|_, last| now.millis_since(*last) < identity::RESIDENT_IDLE_MS);
            if seen.len() >= REMEMBERED {
                seen.clear();
            }
        }
        seen.insert(session.token, now);
        true
    }
}

const fn idle_ms(session: &Session) -> i64 {
    if session.roles.is_empty() { identity::RESIDENT_IDLE_MS } else { identity::STAFF_IDLE_MS }
}
