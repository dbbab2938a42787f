//! The driver: one writer thread per shard, calls on the event loop, answers after the commit.
//!
//! Owns the threads and the queues. A command waits in its shard's queue, is decided with up to
//! 255 others, committed once and only then answered. When a commit is in doubt or fails, the
//! shard is dropped and opened again from what is durable; the same bytes are sent again when the
//! database was only busy (DESIGN L1).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use base::{BodyId, Shard as ShardNumber, SystemId, Timestamp};
use connectors::{BreakerState, Connector};
use store::{Readers, Store};
use tokio::sync::{oneshot, watch};

use crate::authority::Authority;
use crate::clock::{AlarmId, Busy, Clock};
use crate::command::{Command, Rejection, Reply};
use crate::entropy::Entropy;
use crate::keyring::Keyring;
use crate::messages::Mail;
use crate::office::{Office, OfficeSetup};
use crate::services::Services;
use crate::shard::{BodySettings, ShardError};
use guesses::Guesses;
use metrics::Meters;
use presence::Presence;
use queue::Queue;
use roads::{Roads, Station};

mod guesses;
mod metrics;
mod perform;
mod presence;
mod queue;
mod roads;
mod sign_in;
mod writer;

pub use guesses::network_of;
pub use metrics::Metrics;
pub use sign_in::{Entrance, SignedIn};
pub(crate) use writer::{LEASE_MS, OWNER, commit};

/// Commands that may wait for one shard; more are answered "not now".
pub const QUEUE_LIMIT: usize = 10_000;

/// Sends messages to people.
pub trait Post: Send + Sync + 'static {
    /// Sends one; `id` is the same in every attempt.
    ///
    /// # Errors
    /// Why it could not be sent, without address or text.
    fn send(&self, id: base::MessageId, at: Timestamp, mail: &Mail) -> Result<(), String>;
}

/// What the host is given for all bodies.
#[derive(Clone)]
pub struct Seams {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Random numbers.
    pub entropy: Arc<dyn Entropy>,
    /// Messages to people.
    pub post: Arc<dyn Post>,
}

/// What the host is given for one body.
pub struct BodySetup {
    /// The body.
    pub settings: Arc<BodySettings>,
    /// Its services.
    pub services: Services,
    /// Its keys.
    pub keyring: Keyring,
    /// Its back offices, each reached with the body's own credential.
    pub connector: Arc<dyn Connector>,
    /// Its database.
    pub store: Box<dyn Store>,
}

/// What a shard's thread takes in.
pub(crate) enum Task {
    /// A command and who waits for its answer.
    Command(Authority, Command, oneshot::Sender<Result<Reply, Rejection>>, Busy),
    /// A call came back.
    Exchanged(Box<crate::command::Exchanged>, Busy),
    /// Something may be due.
    Tick(Busy),
    /// How the back offices are doing.
    Health(oneshot::Sender<Vec<(SystemId, BreakerState)>>),
}

/// One body as the host runs it.
pub struct Body {
    settings: Arc<BodySettings>,
    services: Services,
    keyring: Keyring,
    readers: Readers,
    queue: Queue,
    meters: Meters,
    commits: watch::Receiver<u64>,
}

impl Body {
    /// What is set for it.
    pub const fn settings(&self) -> &Arc<BodySettings> {
        &self.settings
    }

    /// Its services.
    pub const fn services(&self) -> &Services {
        &self.services
    }

    /// Its keys, for views that may open values (DESIGN L10).
    pub const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Changes with each batch that is durable: for pages that wait a moment for an answer.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }

    /// Whether it follows commands now. One that does not opens its shard again each second.
    pub fn is_open(&self) -> bool {
        self.meters.is_open()
    }

    /// For how many milliseconds something has been due that was not taken up.
    pub fn lag_ms(&self, now: Timestamp) -> i64 {
        self.meters.lag_ms(now)
    }

    /// Reads its one shard.
    pub fn reader(&self) -> store::Reader {
        self.readers.shard(ShardNumber(0))
    }
}

/// Every body that this installation serves.
pub struct Host {
    seams: Seams,
    bodies: BTreeMap<BodyId, Body>,
    office: Office,
    office_body: BodyId,
    roads: Arc<Roads>,
    draws: AtomicU32,
    metrics: Metrics,
    presence: Presence,
    guesses: Guesses,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.bodies.keys()).finish()
    }
}

impl Host {
    /// Starts a writer thread for each body. Runs inside a tokio runtime, on which calls go out.
    ///
    /// # Errors
    /// [`ShardError`] when a body's shard cannot be opened.
    pub fn start(
        seams: Seams,
        office: OfficeSetup,
        setups: Vec<BodySetup>,
    ) -> Result<Self, ShardError> {
        let office_body = office.body.clone();
        let office = Office::open(office, Arc::clone(&seams.entropy), seams.clock.now())?;
        let metrics = Metrics::default();
        let mut bodies = BTreeMap::new();
        let (mut stations, mut lanes) = (BTreeMap::new(), Vec::new());
        for setup in setups {
            let body = setup.settings.body.clone();
            let meters = metrics.of(&body);
            let lane = queue::queue(meters.queued.clone());
            stations.insert(body, Station::new(&setup, lane.0.clone()));
            lanes.push((setup, lane, meters));
        }
        let roads = Arc::new(Roads {
            clock: Arc::clone(&seams.clock),
            office: office.clone(),
            office_body: office_body.clone(),
            stations,
        });
        for (alarm, (setup, lane, meters)) in (0_u64..).zip(lanes) {
            let readers = setup.store.readers();
            let (settings, services) = (Arc::clone(&setup.settings), setup.services.clone());
            let keyring = setup.keyring.clone();
            let (committed, commits) = watch::channel(0);
            let told = writer::Told { meters: meters.clone(), committed };
            let (queue, alarm) = (lane.0.clone(), AlarmId(alarm));
            writer::start(setup, seams.clone(), alarm, told, lane, Arc::clone(&roads))?;
            let id = settings.body.clone();
            let body = Body { settings, services, keyring, readers, queue, meters, commits };
            bodies.insert(id, body);
        }
        let draws = AtomicU32::new(0);
        let presence = Presence::new(seams.clock.now());
        let guesses = Guesses::new();
        Ok(Self { seams, bodies, office, office_body, roads, draws, metrics, presence, guesses })
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.seams.clock
    }

    /// Random numbers.
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.seams.entropy
    }

    /// The identity office.
    pub const fn office(&self) -> &Office {
        &self.office
    }

    pub(crate) const fn office_body(&self) -> &BodyId {
        &self.office_body
    }

    pub(crate) fn next_draw(&self) -> u32 {
        self.draws.fetch_add(1, Ordering::Relaxed)
    }

    /// Sends a message to a person outside any case, such as a sign-in code.
    ///
    /// # Errors
    /// Why it could not be sent.
    pub fn post(&self, id: base::MessageId, mail: &Mail) -> Result<(), String> {
        self.seams.post.send(id, self.seams.clock.now(), mail)
    }

    /// A body.
    pub fn body(&self, id: &BodyId) -> Option<&Body> {
        self.bodies.get(id)
    }

    /// Every body, by id.
    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        self.bodies.values()
    }

    /// What operators see of it.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Submits a command and waits until its answer is durable.
    ///
    /// # Errors
    /// [`Rejection`] when it was not followed.
    pub async fn submit(
        &self,
        body: &BodyId,
        authority: Authority,
        command: Command,
    ) -> Result<Reply, Rejection> {
        self.roads.submit(body, authority, command).await
    }

    /// How a body's back offices are doing, those that were called.
    pub async fn health(&self, body: &BodyId) -> Vec<(SystemId, BreakerState)> {
        let Some(body) = self.bodies.get(body) else { return Vec::new() };
        let (reply, answer) = oneshot::channel();
        if body.queue.offer(Task::Health(reply)).is_err() {
            return Vec::new();
        }
        answer.await.unwrap_or_default()
    }
}
