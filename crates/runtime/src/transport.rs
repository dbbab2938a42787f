//! Messages between bodies: one seam, whether the bodies share a host or not (DESIGN L4, L7).
//!
//! A message is taken in by its receiver's inbox in the commit that applies it, so that it may be
//! delivered any number of times. No transaction spans two bodies.

use std::future::Future;
use std::pin::Pin;

use base::{BodyId, MessageId};

use crate::command::Session;
use crate::crossing::{Carriage, CrossingLetter};

/// What one body tells another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyMessage {
    /// The identity office: this pseudonym of yours has signed in.
    OpenSession(Box<Session>),
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The message, the same in every delivery.
    pub id: MessageId,
    /// The body that sends it.
    pub from: BodyId,
    /// The body that it is for.
    pub to: BodyId,
    /// What it says.
    pub message: BodyMessage,
}

/// Why a message was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// There is no such body.
    #[error("no such body")]
    NoBody,
    /// The body cannot be reached or cannot write; deliver it again.
    #[error("body cannot be reached")]
    Unreachable,
    /// The body does not take it.
    #[error("body does not take the message")]
    Refused,
}

/// An answer that is on its way.
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Result<(), TransportError>> + Send + 'a>>;

/// Carries messages between bodies.
pub trait Transport: Send + Sync {
    /// Ends when the receiver has made the message durable.
    fn deliver(&self, letter: Letter) -> Delivery<'_>;

    /// Carries a question or a notice of `from` by the identity office to the other body, and
    /// brings back what it says. The same letter may be carried any number of times.
    fn cross(&self, from: BodyId, letter: CrossingLetter) -> Carriage<'_>;
}
