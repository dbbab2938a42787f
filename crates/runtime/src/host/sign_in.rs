//! Signing in: a code by e-mail at the identity office, then one session in one body.

use base::{BodyId, Digest, Language, MessageId, Shard as ShardNumber, Timestamp};
use identity::{Assurance, Door, Holder, SessionToken, SignInId, session_terms};
use store::people::{SessionKey, SessionRow};

use super::Host;
use crate::authority::Authority;
use crate::command::{Command, Rejection, Session};
use crate::crossing::{Carriage, CrossingLetter};
use crate::entropy::{Place, Use};
use crate::messages::Mail;
use crate::office::{CodeMail, SignInAsker, SignInRejection};
use crate::transport::{BodyMessage, Delivery, Letter, Transport};

/// Where somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    /// As a resident.
    Resident,
    /// As a member of the body's staff.
    Staff,
}

/// A session that was opened; the token is the holder's secret.
pub struct SignedIn {
    /// The cookie's value.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The tokens of a resident's sessions in the other bodies of the host: one a body, for the
    /// name by which that body alone knows the person.
    pub elsewhere: Vec<(BodyId, String)>,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SignedIn(..)")
    }
}

impl Host {
    /// A fresh id of an attempt to sign in, for its browser's cookie.
    pub fn new_sign_in(&self, body: &BodyId) -> SignInId {
        let drawn = self.draw(body, Use::Token);
        SignInId::from_bytes(*drawn.first_chunk::<16>().unwrap_or(&[0; 16]))
    }

    /// Sends a code to an address. The answer is the same whether or not it has an account.
    ///
    /// # Errors
    /// [`SignInRejection`] when no code can be asked for now.
    pub async fn ask_code(
        &self,
        (body, entrance): (&BodyId, Entrance),
        by: impl Into<SignInAsker>,
        email: &str,
        language: Language,
        write: impl FnOnce(&CodeMail) -> Mail,
    ) -> Result<(), SignInRejection> {
        let door = match entrance {
            Entrance::Resident => Door::Resident,
            Entrance::Staff => Door::Staff { body: body.clone() },
        };
        let (office, email, now) = (self.office().clone(), email.to_owned(), self.clock().now());
        let by = by.into();
        let asked =
            tokio::task::spawn_blocking(move || office.ask_code(by, door, &email, language, now));
        let mail = asked.await.map_err(|_| SignInRejection::Unavailable)??;
        if let Some(mail) = mail {
            let drawn = self.draw(body, Use::Token);
            let id = MessageId::from_bytes(*drawn.first_chunk::<16>().unwrap_or(&[0; 16]));
            if let Err(why) = self.post(id, &write(&mail)) {
                tracing::warn!(%why, "a sign-in code could not be sent");
                return Err(SignInRejection::Unavailable);
            }
        }
        Ok(())
    }

    /// Checks a code and opens a session in the body.
    ///
    /// # Errors
    /// [`SignInRejection`] when nobody is signed in.
    pub async fn check_code(
        &self,
        body: &BodyId,
        sign_in: SignInId,
        typed: &str,
    ) -> Result<SignedIn, SignInRejection> {
        let (office, typed, now) = (self.office().clone(), typed.to_owned(), self.clock().now());
        let checked =
            tokio::task::spawn_blocking(move || office.check_code(sign_in, &typed, now)).await;
        let holder = checked.map_err(|_| SignInRejection::Unavailable)??;
        let (token, expires_at) = self.open_session(body, &holder).await?;
        let mut elsewhere = Vec::new();
        if let Holder::Citizen { .. } = &holder {
            for other in self.bodies.keys().filter(|other| *other != body) {
                // A body that cannot write now is left out: its own pages ask to sign in.
                if let Ok((token, _)) = self.open_session(other, &holder).await {
                    elsewhere.push((other.clone(), token));
                }
            }
        }
        Ok(SignedIn { token, expires_at, elsewhere })
    }

    /// Opens a session of a holder in a body; gives its token and when it ends.
    async fn open_session(
        &self,
        body: &BodyId,
        holder: &Holder,
    ) -> Result<(String, Timestamp), SignInRejection> {
        let now = self.clock().now();
        let drawn = self.draw(body, Use::Token);
        let token = SessionToken::from_random(*drawn.first_chunk::<32>().unwrap_or(&[0; 32]));
        let expires_at = now.plus_millis(session_terms(holder).life_ms);
        let mut session = Session {
            token: token.digest(),
            person: None,
            assurance: Assurance::default(),
            staff: None,
            roles: Vec::new(),
            opened_at: now,
            expires_at,
        };
        match holder {
            Holder::Citizen { account } => {
                session.person = self.office().pseudonym(*account, body);
                session.assurance = self.office().assurance(*account);
            }
            Holder::Staff { body: works_for, index } if works_for == body => {
                session.staff = Some(*index);
                session.roles = self.office().roles(body, index).into_iter().collect();
            }
            Holder::Staff { .. } => return Err(SignInRejection::Expired),
        }
        if session.person.is_none() && session.roles.is_empty() {
            return Err(SignInRejection::Expired);
        }
        let id = token.digest().as_bytes().first_chunk::<16>().copied().unwrap_or_default();
        let letter = Letter {
            id: MessageId::from_bytes(id),
            from: self.office_body().clone(),
            to: body.clone(),
            message: BodyMessage::OpenSession(Box::new(session)),
        };
        self.deliver(letter).await.map_err(|_| SignInRejection::Unavailable)?;
        Ok((token.cookie_text(), expires_at))
    }

    /// The session of a cookie's value in a body, while it lasts; asking is a sign of life. One
    /// that has rested too long, and one of somebody who is no longer of the staff, is ended for
    /// good; other roles hold from the next use.
    pub fn session(&self, body: &BodyId, cookie: &str) -> Option<Session> {
        let token = SessionToken::parse(cookie).ok()?.digest();
        let reader = self.body(body)?.readers.shard(ShardNumber(0));
        let row = store::row::<SessionRow>(&reader, &SessionKey { token }).ok()??;
        let mut session: Session = serde_json::from_slice(&row.bytes).ok()?;
        let now = self.clock().now();
        if session.expires_at <= now {
            return None;
        }
        let roles = session.staff.map(|index| self.office().roles(body, &index));
        session.roles = roles.into_iter().flatten().collect();
        let is_somebodys = session.person.is_some() || !session.roles.is_empty();
        if is_somebodys && self.presence.note(&session, now) {
            return Some(session);
        }
        self.forget_session(body, token);
        None
    }

    /// Ends a session without waiting for it; a full queue leaves it to its absolute end.
    fn forget_session(&self, body: &BodyId, token: Digest) {
        let Some(body) = self.body(body) else { return };
        let (reply, _) = tokio::sync::oneshot::channel();
        let command = Command::CloseSession { token };
        let task = super::Task::Command(Authority::System, command, reply, self.clock().busy());
        let _ = body.queue.offer(task);
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Rejection`] when the body cannot write now.
    pub async fn sign_out(&self, body: &BodyId, token: Digest) -> Result<(), Rejection> {
        let command = Command::CloseSession { token };
        self.submit(body, Authority::System, command).await.map(|_| ())
    }

    fn draw(&self, body: &BodyId, purpose: Use) -> [u8; 64] {
        let draws = self.next_draw();
        let seq = base::EventSeq(u64::MAX);
        self.entropy().draw(Place { body, shard: ShardNumber(0), seq, index: draws, purpose })
    }
}

impl Transport for Host {
    fn deliver(&self, letter: Letter) -> Delivery<'_> {
        self.roads.deliver(letter)
    }

    fn cross(&self, from: BodyId, letter: CrossingLetter) -> Carriage<'_> {
        self.roads.cross(from, letter)
    }
}
