//! What the pages are given: the host, and each body's name, languages, colour and keys.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base::Timestamp;
use base::{BlindKey, BodyId, DataKey, Digest, EventSeq, Language, MessageId, Role, Shard, Text};
use identity::{RateLimit, RateLimiter, RetryAfter};
use metering::RateCard;
use runtime::Host;
use runtime::entropy::{Place, Use};

use crate::Brand;

/// Codes that one network may ask for: a burst, then twelve a minute.
const NETWORK_RATE: RateLimit = RateLimit { capacity: 60, refill_ms: 5_000 };
/// Codes that strangers together may ask for at one address, and each browser that signed in there:
/// five, then one in three minutes.
const ADDRESS_RATE: RateLimit = RateLimit { capacity: 5, refill_ms: 180_000 };
/// Searches for callers by one member of staff in an hour, a tenth of them at once: more than anybody
/// makes who speaks with each caller, and few for whoever walks through numbers.
const SEARCHES_AN_HOUR: u32 = 300;
/// Forms that visitors of one network may begin in an hour, where nothing else is configured: a form
/// is kept for a day, so this bounds what a network can have us keep.
pub const FORMS_AN_HOUR: u32 = 1_200;
/// Networks and addresses whose rate is remembered.
const RATED: usize = 100_000;

/// What every handler is given.
pub(crate) type App = Arc<WebState>;

/// The region, as its front page names it.
#[derive(Debug, Clone)]
pub struct RegionInfo {
    /// Its name.
    pub name: Text,
    /// What it is, in a sentence.
    pub tagline: Text,
}

/// Whom residents ask for help.
#[derive(Debug, Clone, Default)]
pub struct BodyHelp {
    /// The number as people read it; none at bodies that take no calls.
    pub phone: Option<String>,
    /// When somebody answers.
    pub hours: Text,
    /// An e-mail address.
    pub email: Option<String>,
}

/// A data-protection officer, as the record of processing names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
}

impl Officer {
    /// Those of a body: staff with that role.
    pub fn of(body: &catalogue::region::Body) -> Vec<Self> {
        let officers = body.staff.iter().filter(|it| it.roles.contains(&Role::DataProtection));
        officers.map(|it| Self { name: it.name.clone(), email: it.email.clone() }).collect()
    }
}

/// One body as its pages show it.
#[derive(Debug, Clone)]
pub struct WebBody {
    /// The body.
    pub id: BodyId,
    /// Its name.
    pub name: Text,
    /// The languages that it serves, its own first; never none.
    pub languages: Vec<Language>,
    /// Its colour.
    pub brand: Brand,
    /// Whom residents ask.
    pub help: BodyHelp,
    /// Its data-protection officers.
    pub officers: Vec<Officer>,
    /// Its key for what a browser keeps: form tokens and sealed cookies.
    pub form_key: DataKey,
}

/// A message that the fake post "sent".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// The message.
    pub id: MessageId,
    /// When.
    pub at: Timestamp,
    /// The body that wrote it.
    pub from: BodyId,
    /// The way by which it went.
    pub way: catalogue::Way,
    /// To whom: of a letter, the lines of the address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// The outbox of the fake post, which pages show while it is in use.
pub trait OutboxView: Send + Sync + 'static {
    /// The messages, newest first.
    fn messages(&self) -> Vec<OutboxMessage>;
}

/// What the pages are set up with.
pub struct WebSetup {
    /// The host.
    pub host: Arc<Host>,
    /// The region.
    pub region: RegionInfo,
    /// Its bodies; those that the host does not run have no pages.
    pub bodies: BTreeMap<BodyId, WebBody>,
    /// Their rate cards.
    pub cards: BTreeMap<BodyId, RateCard>,
    /// The body that hosts the others and charges for it.
    pub hosting: BodyId,
    /// The fake post, while it is in use.
    pub outbox: Option<Arc<dyn OutboxView>>,
    /// What else is only pretended here, such as "the waste contractors".
    pub fakes: Vec<Text>,
    /// Whether the pages are reached by HTTPS alone.
    pub secure_cookies: bool,
    /// Forms that visitors of one network may begin in an hour; [`FORMS_AN_HOUR`] is plenty.
    pub forms_an_hour: u32,
}

/// The keys of what a browser keeps for a body, one for each purpose.
pub(crate) struct BrowserKeys {
    /// Proves that a form came from our page.
    pub(crate) form: BlindKey,
    /// Seals cookies.
    pub(crate) cookie: DataKey,
    /// Binds a browser to the address that it signed in under.
    pub(crate) known: BlindKey,
}

/// The pages' state.
pub struct WebState {
    pub(crate) setup: WebSetup,
    keys: BTreeMap<BodyId, BrowserKeys>,
    draws: AtomicU32,
    networks: Mutex<RateLimiter>,
    addresses: Mutex<RateLimiter>,
    forms: Mutex<RateLimiter>,
    searches: Mutex<RateLimiter>,
}

impl std::fmt::Debug for WebState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("WebState")
            .field("bodies", &self.keys.keys())
            .finish_non_exhaustive()
    }
}

impl WebState {
    /// The pages of these bodies of a host.
    pub fn new(mut setup: WebSetup) -> Arc<Self> {
        setup.bodies.retain(|id, _| setup.host.body(id).is_some());
        let derived = |body: &WebBody| {
            let root = BlindKey::from_bytes(*body.form_key.expose());
            BrowserKeys {
                form: BlindKey::from_bytes(*root.index("form tokens", b"1").as_bytes()),
                cookie: DataKey::from_bytes(*root.index("sealed cookies", b"1").as_bytes()),
                known: BlindKey::from_bytes(*root.index("known browsers", b"1").as_bytes()),
            }
        };
        let keys = setup.bodies.iter().map(|(id, body)| (id.clone(), derived(body))).collect();
        let forms = RateLimit::an_hour(setup.forms_an_hour);
        Arc::new(Self {
            setup,
            keys,
            draws: AtomicU32::new(0),
            networks: Mutex::new(RateLimiter::new(NETWORK_RATE, RATED)),
            addresses: Mutex::new(RateLimiter::new(ADDRESS_RATE, RATED)),
            forms: Mutex::new(RateLimiter::new(forms, RATED)),
            searches: Mutex::new(RateLimiter::new(RateLimit::an_hour(SEARCHES_AN_HOUR), RATED)),
        })
    }

    pub(crate) fn body(&self, id: &BodyId) -> Option<&WebBody> {
        self.setup.bodies.get(id)
    }

    pub(crate) fn keys(&self, id: &BodyId) -> Option<&BrowserKeys> {
        self.keys.get(id)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.setup.host.clock().now()
    }

    /// Fresh random bytes for what a browser keeps.
    pub(crate) fn draw(&self, body: &BodyId) -> [u8; 64] {
        let index = self.draws.fetch_add(1, Ordering::Relaxed);
        // A place that no event has: the browser's values stand in no journal.
        let (shard, seq) = (Shard(u16::MAX), EventSeq(u64::MAX));
        let place = Place { body, shard, seq, index, purpose: Use::Token };
        self.setup.host.entropy().draw(place)
    }

    /// Counts one request for a code: by network, and by the address or the known browser that asks.
    pub(crate) fn admit(&self, network: Digest, address: Digest) -> Result<(), RetryAfter> {
        let now = self.now();
        take(&self.networks, network, now)?;
        take(&self.addresses, address, now)
    }

    /// Counts a form that somebody begins of whom nothing but their network is known.
    pub(crate) fn admit_form(&self, network: Digest) -> Result<(), RetryAfter> {
        take(&self.forms, network, self.now())
    }

    /// Counts a search for a caller by a member of a body's staff.
    pub(crate) fn admit_search(&self, body: &BodyId, staff: &Digest) -> Result<(), RetryAfter> {
        let who = Digest::of_parts(&[body.as_str().as_bytes(), staff.as_bytes()]);
        take(&self.searches, who, self.now())
    }
}

fn take(limiter: &Mutex<RateLimiter>, key: Digest, now: Timestamp) -> Result<(), RetryAfter> {
    limiter.lock().unwrap_or_else(PoisonError::into_inner).take(key, now)
}
