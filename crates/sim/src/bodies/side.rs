//! One body of the two, and the office between them, each with a store that outlives its lives.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{BlindKey, BodyId, DataKey, Language, Shard as Number, Timestamp};
use identity::MasterKey;
#[cfg(test)]
use runtime::Service;
use runtime::crossing::{CrossingLetter, Passage};
use runtime::entropy::SeededEntropy;
use runtime::{
    BodySettings, Call, Delay, Input, Keyring, Office, OfficeSetup, Places, Rejection, Reply,
    Services, Shard, Sharing,
};
use store::{
    Batch, Committed, Fault, Landed, Lease, Reader, Readers, SimKeyStore, SimStore, Store,
    StoreError, WrapEpoch,
};

use super::region;
use crate::keys::SharedKeys;

/// A lease that outlives every run.
const LEASE_MS: i64 = 100 * 366 * 86_400_000;
/// How often a commit is sent again while the database is busy or in doubt.
const TRIES: u32 = 5;

/// What commands were answered with, in their order.
pub(super) type Answers = Vec<Result<Reply, Rejection>>;

/// A store that the program opens again after a crash.
#[derive(Clone)]
pub(super) struct SharedStore(Arc<Mutex<SimStore>>);

impl SharedStore {
    fn new(body: &BodyId) -> Result<Self, String> {
        let store = SimStore::new(body).map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(Mutex::new(store))))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, SimStore> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for SharedStore {
    fn lease(
        &mut self,
        body: &BodyId,
        shard: Number,
        owner: &str,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Lease, StoreError> {
        self.lock().lease(body, shard, owner, now, lease_ms)
    }

    fn renew(&mut self, lease: &Lease, now: Timestamp, lease_ms: i64) -> Result<(), StoreError> {
        self.lock().renew(lease, now, lease_ms)
    }

    fn commit(&mut self, batch: &Batch) -> Result<Committed, StoreError> {
        self.lock().commit(batch)
    }

    fn landed(&mut self, batch: &Batch) -> Result<Landed, StoreError> {
        self.lock().landed(batch)
    }

    fn readers(&self) -> Readers {
        self.lock().readers()
    }
}

/// What came of a step.
pub(super) enum Stepped {
    /// The body is down.
    Down,
    /// It went down at the commit.
    Crashed,
    /// It is durable.
    Done { answers: Answers, calls: Vec<Call>, next_due: Option<Timestamp> },
}

/// A body.
pub(super) struct Side {
    pub(super) settings: Arc<BodySettings>,
    services: Services,
    pub(super) store: SharedStore,
    pub(super) reader: Reader,
    keys: Arc<Mutex<SimKeyStore>>,
    pub(super) keyring: Keyring,
    seed: u64,
    shard: Option<Shard>,
    /// How often it has stopped.
    pub(super) life: u64,
}

fn keyring(body: &BodyId, keys: &Arc<Mutex<SimKeyStore>>) -> Keyring {
    let store = Box::new(SharedKeys(Arc::clone(keys)));
    Keyring::new(body.clone(), DataKey::from_bytes([9; 32]), WrapEpoch(1), store)
}

impl Side {
    pub(super) fn county(seed: u64, now: Timestamp) -> Result<Self, String> {
        let mut services = Services::new();
        services.publish(region::service("P20D")?);
        Self::new(&region::county()?, services, (seed, now), region::sharing()?)
    }

    pub(super) fn agency(seed: u64, now: Timestamp) -> Result<Self, String> {
        Self::new(&region::agency()?, Services::new(), (seed, now), region::sharing()?)
    }

    fn new(
        body: &BodyId,
        services: Services,
        (seed, now): (u64, Timestamp),
        sharing: Sharing,
    ) -> Result<Self, String> {
        let settings = Arc::new(BodySettings {
            body: body.clone(),
            languages: vec![Language::En],
            systems: region::systems()?,
            places: Arc::new(Places::new([])),
            identity_office: region::identity()?,
            blind: BlindKey::from_bytes([7; 32]),
            log_key: runtime::log_key(body, &[3; 32]).ok_or("no key")?,
            closures: BTreeSet::new(),
            sharing: Arc::new(sharing),
            origin: "http://localhost".to_owned(),
        });
        let store = SharedStore::new(body)?;
        let reader = store.readers().shard(Number(0));
        let keys = SimKeyStore::new(body).map_err(|error| error.to_string())?;
        let keys = Arc::new(Mutex::new(keys));
        let keyring = keyring(body, &keys);
        let mut side =
            Self { settings, services, store, reader, keys, keyring, seed, shard: None, life: 0 };
        side.begin(now)?;
        Ok(side)
    }

    fn begin(&mut self, now: Timestamp) -> Result<(), String> {
        let body = self.settings.body.clone();
        let lease = self.store.lease(&body, Number(0), "sim", now, LEASE_MS);
        let shard = Shard::open(
            lease.map_err(|error| error.to_string())?,
            Arc::clone(&self.settings),
            self.services.clone(),
            self.keyring.clone(),
            Arc::new(SeededEntropy(self.seed)),
            &self.reader,
        );
        self.shard = Some(shard.map_err(|error| format!("{body} does not open: {error}"))?);
        Ok(())
    }

    /// What it may share from now on, in a new life.
    #[cfg(test)]
    pub(super) fn shares(&mut self, sharing: Sharing, now: Timestamp) -> Result<(), String> {
        let settings = BodySettings { sharing: Arc::new(sharing), ..(*self.settings).clone() };
        self.settings = Arc::new(settings);
        self.life += 1;
        self.begin(now)
    }

    /// What it offers from now on, in a new life.
    #[cfg(test)]
    pub(super) fn offers(&mut self, service: Arc<Service>, now: Timestamp) -> Result<(), String> {
        self.services.publish(service);
        self.life += 1;
        self.begin(now)
    }

    pub(super) fn step(
        &mut self,
        now: Timestamp,
        inputs: Vec<Input>,
        fault: Option<u64>,
    ) -> Result<Stepped, String> {
        let Some(mut shard) = self.shard.take() else { return Ok(Stepped::Down) };
        let step = shard.step(now, inputs, &self.reader).map_err(|error| error.to_string())?;
        let calls = if step.batch.is_empty() {
            Vec::new()
        } else {
            if let Some(fault) = fault.and_then(fault_of) {
                self.store.lock().fail_next(fault);
            }
            match commit(&mut self.store, &step.batch)? {
                Some(committed) => shard.committed(&step, committed),
                None => return Ok(Stepped::Crashed),
            }
        };
        let answers = step.replies.into_iter().map(|(_, answer)| answer).collect();
        let next_due = shard.next_due();
        self.shard = Some(shard);
        Ok(Stepped::Done { answers, calls, next_due })
    }

    pub(super) fn crash(&mut self) {
        self.shard = None;
        self.life += 1;
        self.store.lock().crash();
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).crash();
    }

    pub(super) fn restart(&mut self, now: Timestamp) -> Result<(), String> {
        if self.shard.is_some() {
            return Ok(());
        }
        self.store.lock().reopen();
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).reopen();
        self.keyring = keyring(&self.settings.body, &self.keys);
        self.begin(now)
    }
}

fn fault_of(drawn: u64) -> Option<Fault> {
    let faults = [
        Fault::CrashBefore,
        Fault::TornCommit,
        Fault::CrashAfter,
        Fault::InDoubtLanded,
        Fault::InDoubtLost,
        Fault::Busy,
    ];
    let count = u64::try_from(faults.len()).ok()?;
    faults.get(usize::try_from(drawn % count).ok()?).copied()
}

/// Commits; none when the machine stopped.
fn commit(store: &mut SharedStore, batch: &Batch) -> Result<Option<Committed>, String> {
    for _ in 0..TRIES {
        match store.commit(batch) {
            Ok(committed) => return Ok(Some(committed)),
            Err(StoreError::Stopped) => return Ok(None),
            Err(error) if error.is_in_doubt() => {
                if let Ok(Landed::Yes(committed)) = store.landed(batch) {
                    return Ok(Some(committed));
                }
            }
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(format!("a commit failed: {error}")),
        }
    }
    Err("the database stays busy".to_owned())
}

/// The identity office.
pub(super) struct OfficeSide {
    pub(super) body: BodyId,
    pub(super) store: SharedStore,
    pub(super) reader: Reader,
    keys: Arc<Mutex<SimKeyStore>>,
    pub(super) keyring: Keyring,
    seed: u64,
    pub(super) sharing: Arc<Sharing>,
    office: Option<Office>,
}

impl OfficeSide {
    pub(super) fn new(seed: u64, now: Timestamp) -> Result<Self, String> {
        let body = region::identity()?;
        let store = SharedStore::new(&body)?;
        let reader = store.readers().shard(Number(0));
        let keys = SimKeyStore::new(&body).map_err(|error| error.to_string())?;
        let keys = Arc::new(Mutex::new(keys));
        let keyring = keyring(&body, &keys);
        let sharing = Arc::new(region::sharing()?);
        let mut side = Self { body, store, reader, keys, keyring, seed, sharing, office: None };
        side.begin(now)?;
        Ok(side)
    }

    pub(super) fn begin(&mut self, now: Timestamp) -> Result<(), String> {
        let setup = OfficeSetup {
            body: self.body.clone(),
            blind: BlindKey::from_bytes([8; 32]),
            master: region_master(),
            keyring: self.keyring.clone(),
            log_key: runtime::log_key(&self.body, &[3; 32]).ok_or("no key")?,
            sharing: Arc::clone(&self.sharing),
            store: Box::new(self.store.clone()),
        };
        let office = Office::open(setup, Arc::new(SeededEntropy(self.seed)), now);
        self.office = Some(office.map_err(|error| format!("the office does not open: {error}"))?);
        Ok(())
    }

    /// What the office makes of a letter; none while it is down.
    pub(super) fn pass(
        &mut self,
        from: &BodyId,
        letter: &CrossingLetter,
        now: Timestamp,
        fault: Option<u64>,
    ) -> Option<Result<Passage, Delay>> {
        let office = self.office.as_ref()?;
        if let Some(fault) = fault.and_then(fault_of) {
            self.store.lock().fail_next(fault);
        }
        Some(office.pass(from, letter, now))
    }

    pub(super) fn crash(&mut self) {
        self.office = None;
        self.store.lock().crash();
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).crash();
    }

    pub(super) fn restart(&mut self, now: Timestamp) -> Result<(), String> {
        if self.office.is_some() {
            return Ok(());
        }
        self.store.lock().reopen();
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).reopen();
        self.keyring = keyring(&self.body, &self.keys);
        self.begin(now)
    }
}

fn region_master() -> MasterKey {
    region::master()
}
