//! The roads between the bodies of this host: the [`Transport`] seam's real side where two bodies
//! share a host, and the identity office between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{BodyId, Digest, SystemId};
use connectors::{Answer, Connector, HttpRequest, TransportFault};
use tokio::sync::{Semaphore, oneshot};

use super::perform::CALLS_PER_SYSTEM;
use super::queue::Queue;
use super::{BodySetup, Task};
use crate::authority::Authority;
use crate::clock::{CallId, Clock};
use crate::command::{Command, Rejection, Reply};
use crate::crossing::{Carriage, Considered, CrossingLetter, Delay, Heard, Passage};
use crate::office::Office;
use crate::transport::{Delivery, Letter, Transport, TransportError};

/// A body at the side of the road.
pub(super) struct Station {
    queue: Queue,
    connector: Arc<dyn Connector>,
    gates: BTreeMap<SystemId, Arc<Semaphore>>,
}

impl Station {
    pub(super) fn new(setup: &BodySetup, queue: Queue) -> Self {
        let gate = |system: &SystemId| (system.clone(), Arc::new(Semaphore::new(CALLS_PER_SYSTEM)));
        let gates = setup.settings.systems.keys().map(gate).collect();
        Self { queue, connector: Arc::clone(&setup.connector), gates }
    }
}

/// The roads of a host.
pub(super) struct Roads {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) office: Office,
    pub(super) office_body: BodyId,
    pub(super) stations: BTreeMap<BodyId, Station>,
}

impl Roads {
    /// Puts a command in a body's queue and waits until its answer is durable.
    pub(super) async fn submit(
        &self,
        body: &BodyId,
        authority: Authority,
        command: Command,
    ) -> Result<Reply, Rejection> {
        let station = self.stations.get(body).ok_or(Rejection::NotFound)?;
        let (reply, answer) = oneshot::channel();
        let task = Task::Command(authority, command, reply, self.clock.busy());
        station.queue.offer(task).map_err(|_| Rejection::Unavailable)?;
        // A dropped sender means that the commit failed: nothing was done.
        answer.await.unwrap_or(Err(Rejection::Unavailable))
    }

    async fn carry(&self, from: BodyId, letter: CrossingLetter) -> Result<Heard, Delay> {
        let (office, now) = (self.office.clone(), self.clock.now());
        let passed = tokio::task::spawn_blocking(move || office.pass(&from, &letter, now)).await;
        let letter = match passed.map_err(|_| Delay::Office)?? {
            Passage::On(letter) => letter,
            Passage::Said(heard) => return Ok(heard),
        };
        let (request, timeout_ms) =
            match self.gate(&letter, Command::Consider(letter.clone())).await? {
                Considered::Call { request, timeout_ms } => (request, timeout_ms),
                Considered::Unasked => return self.conclude(letter, None).await,
                Considered::Said(heard) => return Ok(heard),
                Considered::Later(delay) => return Err(delay),
            };
        let answer = self.exchange(&letter, request, timeout_ms).await;
        self.conclude(letter, Some(Box::new(answer))).await
    }

    async fn conclude(
        &self,
        letter: Box<CrossingLetter>,
        answer: Option<Box<Answer>>,
    ) -> Result<Heard, Delay> {
        let command = Command::Conclude { letter: letter.clone(), answer };
        match self.gate(&letter, command).await? {
            Considered::Said(heard) => Ok(heard),
            Considered::Later(delay) => Err(delay),
            Considered::Call { .. } | Considered::Unasked => Err(Delay::Body),
        }
    }

    async fn gate(&self, letter: &CrossingLetter, command: Command) -> Result<Considered, Delay> {
        let authority = Authority::Body { body: self.office_body.clone() };
        match self.submit(letter.receiver(), authority, command).await {
            Ok(Reply::Considered(considered)) => Ok(*considered),
            Ok(_) | Err(_) => Err(Delay::Body),
        }
    }

    /// Asks the receiver's own back office.
    async fn exchange(
        &self,
        letter: &CrossingLetter,
        mut request: HttpRequest,
        timeout_ms: i64,
    ) -> Answer {
        let station = self.stations.get(letter.receiver());
        let Some(station) = station else { return Err(TransportFault::Unsendable) };
        let gate = station.gates.get(&request.system);
        let _place = match gate {
            Some(gate) => gate.acquire().await.ok(),
            None => None,
        };
        let now = self.clock.now();
        let id = call_id(letter, now.as_millis());
        request.headers.push("x-attempt-id", format!("{:032x}", id.0));
        let late = self.clock.deadline(id, now.plus_millis(timeout_ms));
        tokio::select! {
            answer = station.connector.exchange(request) => answer,
            _late = late => Err(TransportFault::TimedOut),
        }
    }
}

/// Names one attempt to both ends of a virtual clock.
fn call_id(letter: &CrossingLetter, millis: i64) -> CallId {
    let digest = Digest::of_parts(&[b"answering", letter.id.as_bytes(), &millis.to_be_bytes()]);
    let bytes = digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
    CallId(u128::from_be_bytes(bytes))
}

impl Transport for Roads {
    fn deliver(&self, letter: Letter) -> Delivery<'_> {
        Box::pin(async move {
            let authority = Authority::Body { body: letter.from.clone() };
            let to = letter.to.clone();
            let command = Command::TakeLetter(Box::new(letter));
            match self.submit(&to, authority, command).await {
                Ok(_) => Ok(()),
                Err(Rejection::NotFound) => Err(TransportError::NoBody),
                Err(Rejection::Unavailable) => Err(TransportError::Unreachable),
                Err(_) => Err(TransportError::Refused),
            }
        })
    }

    fn cross(&self, from: BodyId, letter: CrossingLetter) -> Carriage<'_> {
        Box::pin(self.carry(from, letter))
    }
}
