//! Performing what goes out after a commit, each on its own road, and bringing the results back.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{BodyId, MessageId, SystemId, Timestamp};
use connectors::{Connector, Exchange, HttpRequest, Phase, TransportFault};
use tokio::sync::Semaphore;

use super::metrics::Meters;
use super::queue::Queue;
use super::roads::Roads;
use super::{BodySetup, Seams, Task};
use crate::clock::{Busy, CallId};
use crate::command::{CallResult, Exchanged};
use crate::crossing::{CrossingLetter, Heard};
use crate::keyring::Keyring;
use crate::shard::{Call, CallWork};
use crate::transport::Transport as _;

/// Calls that may be out to one system at once; one slow system never holds up another.
pub(super) const CALLS_PER_SYSTEM: usize = 64;

/// Carries out the calls of one body.
pub(super) struct Performer {
    seams: Seams,
    connector: Arc<dyn Connector>,
    keyring: Keyring,
    queue: Queue,
    meters: Meters,
    gates: BTreeMap<SystemId, Arc<Semaphore>>,
    body: BodyId,
    roads: Arc<Roads>,
    event_loop: tokio::runtime::Handle,
}

impl Performer {
    pub(super) fn new(
        setup: &BodySetup,
        seams: &Seams,
        queue: Queue,
        meters: Meters,
        roads: Arc<Roads>,
    ) -> Self {
        let gate = |system: &SystemId| (system.clone(), Arc::new(Semaphore::new(CALLS_PER_SYSTEM)));
        Self {
            seams: seams.clone(),
            connector: Arc::clone(&setup.connector),
            keyring: setup.keyring.clone(),
            queue,
            meters,
            gates: setup.settings.systems.keys().map(gate).collect(),
            body: setup.settings.body.clone(),
            roads,
            event_loop: tokio::runtime::Handle::current(),
        }
    }

    pub(super) fn perform(&self, calls: Vec<Call>) {
        for call in calls {
            let busy = self.seams.clock.busy();
            let (effect, phase, attempt) = (call.effect, call.phase, call.attempt);
            if call.attempt > 1 {
                self.meters.repeated_calls.inc();
            }
            let id = call_id(&call);
            let done = |result| Exchanged { effect, phase, attempt, result };
            match call.work {
                CallWork::Exchange { mut request, timeout_ms } => {
                    // Names the attempt in the logs of both ends.
                    request.headers.push("x-attempt-id", format!("{:032x}", id.0));
                    self.exchange(effect, (phase, attempt), (id, timeout_ms), request, busy);
                }
                CallWork::Mail(mail) => {
                    let id = MessageId::from_bytes(*effect.as_bytes());
                    let sent = self.seams.post.send(id, self.seams.clock.now(), &mail);
                    let result = sent.map_or_else(CallResult::Failed, |()| CallResult::Done);
                    self.bring_back(done(result), busy);
                }
                CallWork::Forget(key) => {
                    let forgotten = self.keyring.forget(key);
                    let result = forgotten.map_or_else(
                        |error| CallResult::Failed(error.to_string()),
                        |()| CallResult::Done,
                    );
                    self.bring_back(done(result), busy);
                }
                CallWork::Cross { letter, not_before } => {
                    self.cross((effect, phase, attempt), letter, not_before, busy);
                }
                CallWork::NotMade(why) => self.bring_back(done(CallResult::NotMade(why)), busy),
            }
        }
    }

    /// A call that is not made now is in doubt until the program starts again; the queue is long
    /// enough that this happens only when it stops.
    fn bring_back(&self, exchanged: Exchanged, busy: Busy) {
        let queue = self.queue.clone();
        self.event_loop.spawn_blocking(move || {
            queue.put(Task::Exchanged(Box::new(exchanged), busy));
        });
    }

    /// Sends a letter, or only lets the time of one pass: whoever looks sees no difference.
    fn cross(
        &self,
        (effect, phase, attempt): (base::EffectId, Phase, u32),
        letter: Option<Box<CrossingLetter>>,
        not_before: Timestamp,
        busy: Busy,
    ) {
        let (clock, roads) = (Arc::clone(&self.seams.clock), Arc::clone(&self.roads));
        let (body, queue) = (self.body.clone(), self.queue.clone());
        self.event_loop.spawn(async move {
            let result = match letter {
                Some(letter) => match roads.cross(body, *letter).await {
                    Ok(heard) => CallResult::Crossed(Box::new(heard)),
                    Err(delay) => CallResult::Delayed(delay),
                },
                None => CallResult::Crossed(Box::new(Heard::NotShared { leaf: None })),
            };
            let rest = clock.sleep_until(not_before.max(clock.now()));
            drop(busy);
            let busy = rest.await;
            let exchanged = Box::new(Exchanged { effect, phase, attempt, result });
            let sent = tokio::task::spawn_blocking(move || {
                queue.put(Task::Exchanged(exchanged, busy));
            });
            let _ = sent.await;
        });
    }

    fn exchange(
        &self,
        effect: base::EffectId,
        (phase, attempt): (Phase, u32),
        (id, timeout_ms): (CallId, i64),
        request: HttpRequest,
        busy: Busy,
    ) {
        let (clock, connector) = (Arc::clone(&self.seams.clock), Arc::clone(&self.connector));
        let gate = self.gates.get(&request.system).cloned();
        let queue = self.queue.clone();
        self.event_loop.spawn(async move {
            let _place = match &gate {
                Some(gate) => gate.acquire().await.ok(),
                None => None,
            };
            let late = clock.deadline(id, clock.now().plus_millis(timeout_ms));
            let answer = tokio::select! {
                answer = connector.exchange(request.clone()) => answer,
                _late = late => Err(TransportFault::TimedOut),
            };
            let result = CallResult::Exchange(Box::new(Exchange { request, answer }));
            let exchanged = Box::new(Exchanged { effect, phase, attempt, result });
            let sent = tokio::task::spawn_blocking(move || {
                queue.put(Task::Exchanged(exchanged, busy));
            });
            let _ = sent.await;
        });
    }
}

/// Names one attempt to both ends of a virtual clock.
fn call_id(call: &Call) -> CallId {
    let mut bytes = *call.effect.as_bytes();
    for (byte, attempt) in bytes.iter_mut().zip(call.attempt.to_be_bytes()) {
        *byte ^= attempt;
    }
    CallId(u128::from_be_bytes(bytes))
}
