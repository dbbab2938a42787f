//! World: one body with everything around it, moved by an agenda from one seed.
//!
//! Owns virtual time, the store and its faults, the shard's lives and what is on the wire. A crash
//! takes the shard, the callers and the answers on their way; the store keeps what had landed and
//! the back offices go on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use base::{BlindKey, BodyId, CaseId, DataKey, EffectId, EventSeq, Language, Shard as Number};
use base::{SystemId, Timestamp};
use connectors::{System, SystemKind};
use emulators::{Collections, District, WasteSoap};
use runtime::entropy::SeededEntropy;
use runtime::{BodySettings, Case, Keyring, Place, Places, Services, Shard};
use store::{Reader, SimKeyStore, SimStore, Store, WrapEpoch};

use crate::chance::Chance;
use crate::keys::SharedKeys;
use crate::office::{Mode, ModelOffice};
use crate::package;
use crate::report::{Failure, Report};

mod check;
mod network;
mod people;
mod staff;
mod steps;

use network::Wire;
use people::Resident;

/// When every run begins: a Monday morning.
const BEGIN: &str = "2026-11-02T08:00:00Z";
/// How long residents come, in milliseconds.
const BUSY_MS: i64 = 3 * 86_400_000;
/// How long faults are injected, in milliseconds.
const FAULTY_MS: i64 = 12 * 86_400_000;
/// How long a run goes on at most, in milliseconds: a timer beyond it is a reason to wait.
const HORIZON_MS: i64 = 200 * 86_400_000;
/// When the faulty conditions of random models come right, after the beginning.
const MENDED_MS: i64 = 2 * 86_400_000;
/// Lines of the trace that a failure shows.
const TRACE_LINES: usize = 60;
/// Lease of the shard, in milliseconds.
const LEASE_MS: i64 = 10 * 60_000;

/// What a run is to be.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// From which all else follows.
    pub seed: u64,
    /// Random processes to deploy; each gets one or two requests.
    pub processes: u64,
    /// Requests for the missed-bin service.
    pub requests: u64,
    /// Steps after which a run is taken to be lost.
    pub steps: u64,
    /// Whether anything goes wrong.
    pub faults: bool,
}

impl Plan {
    /// The usual run of a seed.
    pub const fn of_seed(seed: u64) -> Self {
        Self { seed, processes: 105, requests: 30, steps: 200_000, faults: true }
    }
}

/// Runs a plan to its end.
///
/// # Errors
/// [`Failure`] when a promise was not kept, with the way there.
pub fn run(plan: &Plan) -> Result<Report, Box<Failure>> {
    let mut world = World::new(*plan).map_err(|what| {
        let at = Timestamp::from_millis(0);
        Box::new(Failure { seed: plan.seed, step: 0, at, what, trace: Vec::new() })
    })?;
    match world.live() {
        Ok(()) => Ok(world.report),
        Err(what) => Err(Box::new(world.failure(what))),
    }
}

/// What may come next, and when it was asked for.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    /// A resident acts.
    Resident(usize),
    /// Somebody looks at a case: a postman, a person with a task, staff with an incident.
    Visit(CaseId),
    /// A resident takes a request back.
    Withdraw(CaseId),
    /// A resident says that it is not fixed.
    NotFixed(CaseId),
    /// A party is erased.
    Erase(CaseId),
    /// A back office's message comes, for the n-th time.
    Deliver(Box<people::Post>),
    /// A request arrives at a back office.
    Arrive(u64),
    /// An answer, or the end of waiting for it, comes back to the program.
    Return(u64),
    /// A back office does what is due.
    OfficeDue,
    /// The program stops dead.
    Crash,
    /// The program starts again.
    Restart,
    /// The clock jumps forward.
    ClockJump,
}

pub(crate) struct World {
    plan: Plan,
    chance: Chance,
    now: Timestamp,
    quiet_from: Timestamp,
    horizon: Timestamp,
    agenda: BTreeMap<(Timestamp, u64), Happening>,
    order: u64,
    settings: Arc<BodySettings>,
    services: Services,
    store: SimStore,
    reader: Reader,
    keys: Arc<Mutex<SimKeyStore>>,
    keyring: Keyring,
    shard: Option<Shard>,
    life: u64,
    wire: Wire,
    residents: Vec<Resident>,
    randoms: Vec<package::RandomService>,
    errors: BTreeMap<String, BTreeSet<String>>,
    district: District,
    models: BTreeMap<SystemId, ModelOffice>,
    waste: WasteSoap,
    office_at: Option<Timestamp>,
    turned_away: BTreeMap<String, u32>,
    calendar: Collections,
    replay: BTreeMap<CaseId, Case>,
    seen: EventSeq,
    changed: BTreeSet<CaseId>,
    touched: BTreeSet<CaseId>,
    acknowledged: BTreeMap<CaseId, String>,
    effects: BTreeMap<EffectId, check::Known>,
    erased: BTreeSet<CaseId>,
    visits: BTreeMap<CaseId, u32>,
    asked: u64,
    taken: BTreeSet<base::MessageId>,
    trace: VecDeque<String>,
    pub(crate) report: Report,
}

fn systems() -> Result<BTreeMap<SystemId, System>, String> {
    let named = [
        (Mode::Keyed.system(), SystemKind::Rest),
        (Mode::Lookup.system(), SystemKind::Rest),
        (Mode::Manual.system(), SystemKind::Rest),
        ("collections", SystemKind::Rest),
        ("waste-contractor", SystemKind::Soap),
    ];
    named
        .into_iter()
        .map(|(name, kind)| {
            let id: SystemId = name.parse().map_err(|error| format!("{name}: {error}"))?;
            let base_url = format!("http://{name}.example");
            Ok((
                id.clone(),
                System {
                    name: base::Text::default(),
                    id,
                    kind,
                    base_url,
                    credential: None,
                    ca_file: None,
                    pages: None,
                    transfer: None,
                },
            ))
        })
        .collect()
}

fn district(seed: u64) -> District {
    District {
        seed,
        properties: 240,
        outcode: "ZZ9".to_owned(),
        town: "Wealdmere".to_owned(),
        first_uprn: 100_000_000_000,
    }
}

fn places(district: &District) -> Places {
    Places::new((0..district.properties).filter_map(|index| {
        let address = district.address(index)?;
        Some(Place { uprn: address.uprn, line: address.address, postcode: address.postcode })
    }))
}

/// What a body offers: its services, the random ones among them, and the errors of their jobs.
type Offered = (Services, Vec<package::RandomService>, BTreeMap<String, BTreeSet<String>>);

fn offered(
    plan: &Plan,
    settings: &BodySettings,
    now: Timestamp,
    chance: &mut Chance,
) -> Result<Offered, String> {
    let body = &settings.body;
    let mut services = Services::new();
    let (mut randoms, mut errors) = (Vec::new(), BTreeMap::<String, BTreeSet<String>>::new());
    let mended_at = now.plus_millis(MENDED_MS).to_string();
    for number in 0..plan.processes {
        let mut random = package::random(number, &mended_at, (body, &settings.systems), chance)
            .map_err(|what| format!("random process {number}: {what}"))?;
        services.publish(Arc::clone(&random.service));
        for (job, codes) in std::mem::take(&mut random.errors) {
            errors.entry(job).or_default().extend(codes);
        }
        randoms.push(random);
    }
    if plan.requests > 0 {
        services.publish(package::missed_bin(body, &settings.systems)?);
    }
    Ok((services, randoms, errors))
}

impl World {
    pub(crate) fn new(plan: Plan) -> Result<Self, String> {
        let mut chance = Chance::new(plan.seed);
        let now = Timestamp::parse(BEGIN).map_err(|error| error.to_string())?;
        let body: BodyId = "wealdmere".parse().map_err(|error| format!("{error}"))?;
        let identity_office = "identity".parse().map_err(|error| format!("{error}"))?;
        let district = district(plan.seed);
        let settings = Arc::new(BodySettings {
            body: body.clone(),
            languages: vec![Language::En],
            systems: systems()?,
            places: Arc::new(places(&district)),
            identity_office,
            blind: BlindKey::from_bytes([7; 32]),
            log_key: runtime::log_key(&body, &[3; 32]).ok_or("no key")?,
            closures: BTreeSet::new(),
            origin: "http://localhost".to_owned(),
            sharing: Arc::default(),
        });
        let (services, randoms, errors) = offered(&plan, &settings, now, &mut chance)?;
        let store = SimStore::new(&body).map_err(|error| error.to_string())?;
        let reader = store.readers().shard(Number(0));
        let keys = SimKeyStore::new(&body).map_err(|error| error.to_string())?;
        let keys = Arc::new(Mutex::new(keys));
        let keyring = new_keyring(&body, &keys);
        let models = Mode::ALL.into_iter().filter_map(|mode| {
            Some((mode.system().parse().ok()?, ModelOffice::new(mode, plan.seed)))
        });
        let quiet_from = if plan.faults { now.plus_millis(FAULTY_MS) } else { now };
        let mut world = Self {
            chance,
            now,
            quiet_from,
            horizon: now.plus_millis(HORIZON_MS),
            agenda: BTreeMap::new(),
            order: 0,
            services,
            store,
            reader,
            keys,
            keyring,
            shard: None,
            life: 0,
            wire: Wire::default(),
            residents: Vec::new(),
            randoms,
            errors,
            models: models.collect(),
            waste: WasteSoap::new(plan.seed, None),
            office_at: None,
            turned_away: BTreeMap::new(),
            calendar: Collections::new(district.clone(), None),
            district,
            settings,
            replay: BTreeMap::new(),
            seen: EventSeq::START,
            changed: BTreeSet::new(),
            touched: BTreeSet::new(),
            acknowledged: BTreeMap::new(),
            effects: BTreeMap::new(),
            erased: BTreeSet::new(),
            visits: BTreeMap::new(),
            asked: 0,
            taken: BTreeSet::new(),
            trace: VecDeque::new(),
            report: Report { seed: plan.seed, processes: plan.processes, ..Report::default() },
            plan,
        };
        world.invite_residents();
        world.plan_trouble();
        Ok(world)
    }

    pub(crate) fn failure(&self, what: String) -> Failure {
        Failure {
            seed: self.plan.seed,
            step: self.report.steps,
            at: self.now,
            what,
            trace: self.trace.iter().cloned().collect(),
        }
    }

    /// Whether things still go wrong.
    fn faulty(&self) -> bool {
        self.now < self.quiet_from
    }

    fn later(&mut self, at: Timestamp, happening: Happening) {
        self.order += 1;
        self.agenda.insert((at, self.order), happening);
    }

    fn soon(&mut self, low_ms: i64, high_ms: i64, happening: Happening) {
        let at = self.now.plus_millis(self.chance.between(low_ms, high_ms));
        self.later(at, happening);
    }

    fn tell(&mut self, line: impl Into<String>) {
        if self.trace.len() >= TRACE_LINES {
            self.trace.pop_front();
        }
        self.trace.push_back(format!("{} {}", self.now, line.into()));
    }

    /// The contractor is looked at when it next has something to do.
    fn office_at(&mut self, at: Timestamp) {
        if self.office_at.is_none_or(|known| at < known) {
            self.office_at = Some(at);
            self.later(at, Happening::OfficeDue);
        }
    }

    fn fault(&mut self, name: &'static str) {
        *self.report.faults.entry(name).or_default() += 1;
    }

    /// Crashes and jumps of the clock at instants of their own, beside those at commits.
    fn plan_trouble(&mut self) {
        if !self.plan.faults {
            return;
        }
        for _ in 0..12 {
            let at = self.chance.between(0, FAULTY_MS - 1);
            self.later(self.now.plus_millis(at), Happening::Crash);
        }
        for _ in 0..3 {
            let at = self.chance.between(0, FAULTY_MS - 1);
            self.later(self.now.plus_millis(at), Happening::ClockJump);
        }
    }
}

fn new_keyring(body: &BodyId, keys: &Arc<Mutex<SimKeyStore>>) -> Keyring {
    let store = Box::new(SharedKeys(Arc::clone(keys)));
    Keyring::new(body.clone(), DataKey::from_bytes([9; 32]), WrapEpoch(1), store)
}

fn entropy(seed: u64) -> Arc<SeededEntropy> {
    Arc::new(SeededEntropy(seed))
}

#[cfg(test)]
mod tests;
