//! What the interfaces are given: the host, and each body's clients, secrets and words.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::{BodyId, Digest, SystemId, Text, Timestamp};
use connectors::Secret;
use identity::{RateLimit, RateLimiter, RetryAfter};
use runtime::Host;
use subtle::ConstantTimeEq as _;

/// What one client may ask: a burst of 600, then fifty a second.
pub const DEFAULT_RATE: RateLimit = RateLimit { capacity: 600, refill_ms: 20 };
/// Clients and visitors whose rate is remembered.
const RATED_CALLERS: usize = 100_000;

/// A program that may send requests.
#[derive(Debug, Clone)]
pub struct ApiClient {
    /// Its name, which stands in the records of what it did.
    pub name: String,
    /// The digest of its key; the key itself is kept nowhere.
    pub key: Digest,
}

impl ApiClient {
    /// A client with this key.
    pub fn with_key(name: impl Into<String>, key: &str) -> Self {
        Self { name: name.into(), key: Digest::of(key.as_bytes()) }
    }
}

/// Whether what is sent to a body is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointKind {
    /// It is.
    Production,
    /// It is a trial.
    Test,
}

impl EndpointKind {
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Test => "test",
        }
    }
}

/// One body as the interfaces show it.
#[derive(Debug, Clone)]
pub struct ApiBody {
    /// Its name.
    pub name: Text,
    /// Whom to ask about the interfaces, in a sentence.
    pub contact: Text,
    /// How to get a key, in a sentence.
    pub key_service: Text,
    /// Its name as an Open311 jurisdiction; any other is unknown.
    pub jurisdiction: String,
    /// Whether what is sent to it is real.
    pub kind: EndpointKind,
    /// When its interfaces last changed.
    pub changed_at: Timestamp,
    /// The programs that may send requests.
    pub clients: Vec<ApiClient>,
    /// The secrets with which back offices sign what they send.
    pub inbound_secrets: BTreeMap<SystemId, Secret>,
}

impl ApiBody {
    /// The client of a key. Every key is compared, each in constant time.
    pub(crate) fn client(&self, key: &str) -> Option<&ApiClient> {
        let given = Digest::of(key.as_bytes());
        self.clients.iter().fold(None, |found, client| {
            let same = bool::from(client.key.as_bytes().ct_eq(given.as_bytes()));
            if same { Some(client) } else { found }
        })
    }
}

/// What every handler is given.
pub struct ApiState {
    pub(crate) host: Arc<Host>,
    pub(crate) origin: String,
    bodies: BTreeMap<BodyId, Arc<ApiBody>>,
    limiter: Mutex<RateLimiter>,
}

impl std::fmt::Debug for ApiState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ApiState")
            .field("bodies", &self.bodies.keys())
            .finish_non_exhaustive()
    }
}

impl ApiState {
    /// The interfaces of these bodies of a host that is reached at `origin`, such as
    /// `http://localhost:8080`.
    pub fn new(
        host: Arc<Host>,
        origin: impl Into<String>,
        bodies: BTreeMap<BodyId, ApiBody>,
        rate: RateLimit,
    ) -> Self {
        let bodies = bodies.into_iter().map(|(id, body)| (id, Arc::new(body))).collect();
        let limiter = Mutex::new(RateLimiter::new(rate, RATED_CALLERS));
        Self { host, origin: origin.into(), bodies, limiter }
    }

    pub(crate) fn body(&self, id: &BodyId) -> Option<&Arc<ApiBody>> {
        self.bodies.get(id)
    }

    /// Counts one act of a caller.
    pub(crate) fn admit(&self, caller: Digest) -> Result<(), RetryAfter> {
        let mut limiter = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        limiter.take(caller, self.host.clock().now())
    }
}
