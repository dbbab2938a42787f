//! What the tests share: scratch folders, small batches, one sample row of the widest table.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use base::{
    BodyId, CaseId, Channel, Digest, EffectId, Language, Reference, Shard, Timestamp, id_from_parts,
};

use crate::effects::{EffectRow, EffectState};
use crate::postgres;
use crate::requests::ServiceRequestRow;
use crate::{Batch, Lease, PostgresServer, Store};

/// A folder that goes when the test ends.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("throughline-store-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A new database on the PostgreSQL server of `THROUGHLINE_POSTGRES`; it goes when the test ends.
pub(crate) struct PostgresDatabase {
    server: String,
    name: String,
}

impl PostgresDatabase {
    /// None, with a sentence, where no server is named.
    pub(crate) fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("THROUGHLINE_POSTGRES") else {
            eprintln!("PostgreSQL is skipped: THROUGHLINE_POSTGRES names no server");
            return None;
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("throughline_test_{}_{count}", std::process::id());
        postgres::run(&format!("{server}/postgres"), &format!("CREATE DATABASE {name}"));
        Some(Self { server, name })
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    pub(crate) fn server(&self) -> PostgresServer {
        PostgresServer::open(&self.url()).unwrap()
    }

    /// Runs statements beside the store.
    pub(crate) fn run(&self, sql: &str) {
        postgres::run(&self.url(), sql);
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        postgres::run(&format!("{}/postgres", self.server), &drop);
    }
}

pub(crate) fn body() -> BodyId {
    "millbrook".parse().unwrap()
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) fn lease(store: &mut dyn Store, owner: &str) -> Lease {
    store.lease(&body(), Shard(0), owner, at(0), 10_000).unwrap()
}

pub(crate) fn case(number: u8) -> CaseId {
    CaseId::from_bytes(id_from_parts(at(i64::from(number)), [number; 16]))
}

pub(crate) fn effect(number: u8) -> EffectRow {
    EffectRow {
        effect_id: EffectId::from_bytes([number; 16]),
        case_id: Some(case(number)),
        element_key: Some(1),
        system: "waste-contractor".parse().unwrap(),
        job_type: "report-missed-bin".parse().unwrap(),
        state: EffectState::Waiting,
        attempt: 0,
        due_at: at(i64::from(number)),
        opened_at: at(0),
        closed_at: None,
        bytes: vec![number],
    }
}

pub(crate) fn request(number: u8) -> ServiceRequestRow {
    ServiceRequestRow {
        case_id: case(number),
        reference: Reference::new("MBC", [0, 0, 0, 0, number]),
        service: "missed-bin-collection".parse().unwrap(),
        service_version: Digest::of(b"package"),
        status: "open".into(),
        held_by: None,
        channel: Channel::Web,
        language: Language::En,
        received_at: at(i64::from(number) * 60_000),
        updated_at: at(i64::from(number) * 60_000),
        promised_on: None,
        closed_at: None,
        outcome: None,
        sector_person_id: None,
        duplicate_key: None,
        duplicate_of: None,
        straight_through: None,
        provisional_until: None,
        touches: 0,
        reopenings: 0,
        rekeyed_fields: 0,
        staff_centiminutes: 0,
        calls: 1,
        messages: 1,
        questions_asked: 0,
        questions_answered: 0,
        cost_millipence: 12_500,
        bytes: vec![number; 8],
    }
}

/// A batch of one event with its request and its effect.
pub(crate) fn batch(lease: &Lease, number: u8) -> Batch {
    let mut batch = Batch::after(lease);
    let record = format!("{{\"number\":{number}}}").into_bytes();
    batch.append(Some(case(number)), at(i64::from(number)), "request.received", 1, record);
    batch.put(request(number));
    batch.put(effect(number));
    batch
}
