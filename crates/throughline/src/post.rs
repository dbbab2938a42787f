//! The fake post: messages to people go into an outbox that a page shows.
//!
//! It is a fake, so it keeps what it "sent" in memory alone, and pages carry a banner while it is
//! in use. A message that comes again under its id is the same message.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use base::{MessageId, Timestamp};
use runtime::{Mail, Post};

/// Messages that the outbox keeps.
const KEPT: usize = 2_000;

/// A message that was "sent".
#[derive(Debug, Clone)]
pub struct Sent {
    /// The message.
    pub id: MessageId,
    /// When.
    pub at: Timestamp,
    /// Address, subject and text.
    pub mail: Mail,
}

/// The outbox, newest first. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct Outbox(Arc<Mutex<VecDeque<Sent>>>);

impl Outbox {
    /// The messages, newest first.
    pub fn messages(&self) -> Vec<Sent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The newest message to an address.
    pub fn newest_to(&self, address: &str) -> Option<Sent> {
        let sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().find(|message| message.mail.to.eq_ignore_ascii_case(address)).cloned()
    }
}

impl Post for Outbox {
    fn send(&self, id: MessageId, at: Timestamp, mail: &Mail) -> Result<(), String> {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.iter().all(|message| message.id != id) {
            sent.push_front(Sent { id, at, mail: mail.clone() });
            sent.truncate(KEPT);
        }
        Ok(())
    }
}
