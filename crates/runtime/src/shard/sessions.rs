//! Sessions of residents and staff in this body, opened by the identity office's message. Their
//! tokens are the holders' secrets; only digests are kept.

use base::{BodyId, Digest};
use store::InboxMark;
use store::people::{SessionKey, SessionRow};

use super::{Refused, Shard, ShardError, Turn};
use crate::authority::Authority;
use crate::command::{Rejection, Reply};
use crate::transport::{BodyMessage, Letter};

impl Shard {
    /// Takes another body's message in, once.
    pub(super) fn take_letter(
        &mut self,
        turn: &mut Turn<'_>,
        authority: &Authority,
        letter: Letter,
    ) -> Result<Reply, Refused> {
        let sender = self.trusted_sender(authority, &letter)?;
        let message = letter.id;
        let in_batch = turn.step.batch.inbox.iter().any(|mark| mark.message == message);
        if in_batch || store::journal::received(turn.reader, &sender, message)?.is_some() {
            return Ok(Reply::AlreadyTaken);
        }
        match letter.message {
            BodyMessage::OpenSession(session) => {
                let bytes = serde_json::to_vec(&session)
                    .map_err(|error| ShardError::Write(error.to_string()))?;
                let (token, expires_at) = (session.token, session.expires_at);
                turn.step.batch.put(SessionRow { token, account_id: None, expires_at, bytes });
                self.sweep_after(expires_at);
            }
        }
        turn.step.batch.inbox.push(InboxMark { sender, message, received_at: turn.now });
        Ok(Reply::Done)
    }

    /// Only the identity office opens sessions.
    fn trusted_sender(&self, authority: &Authority, letter: &Letter) -> Result<String, Rejection> {
        let office: &BodyId = &self.settings.identity_office;
        match authority {
            Authority::Body { body } if *body == letter.from && body == office => {
                Ok(format!("body/{body}"))
            }
            _ => Err(Rejection::Forbidden),
        }
    }

    pub(super) fn close_session(
        turn: &mut Turn<'_>,
        authority: &Authority,
        token: Digest,
    ) -> Result<Reply, Refused> {
        if *authority != Authority::System {
            return Err(Rejection::Forbidden.into());
        }
        turn.step.batch.delete::<SessionRow>(SessionKey { token });
        Ok(Reply::Done)
    }
}
