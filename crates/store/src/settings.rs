//! Small documents: settings, published files, and what the simulated mail has sent.

use std::borrow::Cow;

use base::{MessageId, Timestamp};

use crate::statements::statements;
use crate::table::{Row, table};
use crate::{Reader, StoreError};

table! {
    /// A message that a fake has "sent", for the demo's outbox page.
    MessageOutRow by MessageOutKey in message_out
    (
        /// The message.
        message_id: MessageId,
    )
    {
        /// When it was sent.
        created_at: Timestamp,
        /// By which means: e-mail, text message, letter.
        kind: Cow<'static, str>,
        /// Recipient and text, sealed.
        bytes: Vec<u8>,
    }
}

table! {
    /// A file that the body keeps, such as a service package by version.
    DocumentRow by DocumentKey in document
    (
        /// Its name.
        name: String,
    )
    {
        /// Its media type.
        media_type: Cow<'static, str>,
        /// When it was put there.
        created_at: Timestamp,
        /// Its content.
        bytes: Vec<u8>,
    }
}

table! {
    /// One setting of the body.
    SettingRow by SettingKey in setting
    (
        /// Its name.
        name: Cow<'static, str>,
    )
    {
        /// Its value.
        bytes: Vec<u8>,
    }
}

statements! {
    MESSAGES_OUT = "SELECT message_id, created_at, kind, bytes
  FROM message_out
 WHERE body = :body AND shard = :shard AND message_id < :before
 ORDER BY message_id DESC
 LIMIT 50";
}

/// What the fakes have sent, newest first.
pub fn messages_out(
    reader: &Reader,
    before: Option<MessageId>,
) -> Result<Vec<MessageOutRow>, StoreError> {
    // Seventeen bytes lie after every id of sixteen.
    let before = before.map_or_else(|| vec![0xff; 17], |id| id.as_bytes().to_vec());
    reader.rows(MESSAGES_OUT, &[("before", &before)], MessageOutRow::read)
}
