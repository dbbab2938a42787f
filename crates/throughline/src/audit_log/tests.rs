//! A real data folder, written by a shard, then changed as somebody with its database could.

use std::sync::Arc;

use audit::Commitment;
use base::{CaseId, Channel, Digest, Language, Party, Role, SectorPersonId, Timestamp};
use catalogue::Given;
use runtime::access::{ViewReason, Viewed};
use runtime::entropy::SeededEntropy;
use runtime::{
    Assurance, Authority, BodySettings, Command, Input, Place, Places, Reply, ReplyTo, Service,
    Services, Shard as BodyShard, ShardError, Submit,
};
use store::access::{
    AccessCheckpointKey, AccessCheckpointRow, AccessLeafKey, AccessLeafRow, AccessRecordKey,
    AccessRecordRow,
};
use store::{Batch, Reader};

use super::*;
use crate::check::check_package;
use crate::install::{Surroundings, read_sources, systems_of};

const LEASE_MS: i64 = 600_000;

/// A data folder that goes when the test ends.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn wealdmere() -> BodyId {
    "wealdmere".parse().unwrap()
}

/// The district's shard over its database, one command a commit.
struct Town {
    shard: BodyShard,
    store: SqliteStore,
    reader: Reader,
    now: Timestamp,
    /// Holds the folder's lock.
    _folder: DataFolder,
}

impl Town {
    fn open(path: &Path, now: &str) -> Result<Self, ShardError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let sources = read_sources(&root.join("region"), &root.join("services")).unwrap();
        let region = &sources.region;
        let body = region.body(&wealdmere()).unwrap();
        let systems = systems_of(body, &Surroundings::default()).unwrap();
        let package = check_package(region, &sources.packages["missed-bin-collection"]).unwrap();
        let service = Service::compile(wealdmere(), Arc::new(package), None, &systems).unwrap();
        let mut services = Services::new();
        services.publish(Arc::new(service));
        let folder = DataFolder::open_or_create(path).unwrap();
        let secrets = body_secrets(path, &wealdmere(), || [7; 32]).unwrap();
        let home = Place {
            uprn: "200000000001".to_owned(),
            line: "1 Mill Lane, Wealdmere".to_owned(),
            postcode: "ZZ1 0AA".to_owned(),
        };
        let settings = Arc::new(BodySettings {
            body: wealdmere(),
            languages: vec![Language::En],
            systems,
            places: Arc::new(Places::new([home])),
            identity_office: region.identity_office.clone(),
            blind: secrets.blind,
            closures: std::collections::BTreeSet::new(),
            log_key: secrets.log,
            origin: "http://localhost".to_owned(),
            sharing: Arc::default(),
        });
        let keys = Box::new(SqliteKeyStore::open(&folder, &wealdmere()).unwrap());
        let keyring = Keyring::new(wealdmere(), secrets.wrap, WrapEpoch(1), keys);
        let now = Timestamp::parse(now).unwrap();
        let mut store = SqliteStore::open(&folder, &wealdmere()).unwrap();
        let lease = store.lease(&wealdmere(), Shard(0), "test", now, LEASE_MS).unwrap();
        let reader = store.readers().shard(Shard(0));
        let entropy = Arc::new(SeededEntropy(1));
        let shard = BodyShard::open(lease, settings, services, keyring, entropy, &reader)?;
        Ok(Self { shard, store, reader, now, _folder: folder })
    }

    fn does(&mut self, authority: Authority, command: Command) -> Reply {
        let input = Input::Command { authority, command, reply: ReplyTo(0) };
        let mut step = self.shard.step(self.now, vec![input], &self.reader).unwrap();
        let committed = self.store.commit(&step.batch).unwrap();
        let _ = self.shard.committed(&step, committed);
        step.replies.pop().unwrap().1.unwrap()
    }

    fn asks(&mut self, person: Option<u8>, bin: &str) -> CaseId {
        let given: Given = [
            ("address", "200000000001"),
            ("bin", bin),
            ("missed_on", "2026-11-18"),
            ("email", "sam@example.org"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), serde_json::Value::from(value)))
        .collect();
        let service = "missed-bin-collection".parse().unwrap();
        let (channel, language) = (Channel::Web, Some(Language::En));
        let submit = Submit { service, channel, language, given, draft: None, earlier: Vec::new() };
        let authority = person.map_or(Authority::Visitor, |person| Authority::Citizen {
            person: SectorPersonId::from_bytes([person; 32]),
            assurance: Assurance::default(),
        });
        match self.does(authority, Command::Submit(Box::new(submit))) {
            Reply::Received { case, .. } => case,
            other => panic!("{other:?}"),
        }
    }

    fn looks(&mut self, case: CaseId) {
        let authority = Authority::Staff { body: wealdmere(), roles: vec![Role::Caseworker] };
        let (what, reason) = (Viewed::Answers, ViewReason::CaseWork);
        assert_eq!(self.does(authority, Command::View { case, what, reason }), Reply::Done);
    }

    fn erases(&mut self, case: CaseId) {
        let command = Command::Erase { case, party: Party::REQUESTER };
        assert_eq!(self.does(Authority::System, command), Reply::Done);
    }
}

/// Four looks over two days, one of them at a case that was then erased; where the journal stood is
/// the first leaf, and the fifth.
fn filled(name: &str) -> Folder {
    let path =
        std::env::temp_dir().join(format!("throughline-audit-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    let folder = Folder(path);
    let mut town = Town::open(&folder.0, "2026-11-19T09:00:00Z").unwrap();
    let (known, unknown) = (town.asks(Some(3), "recycling"), town.asks(None, "food"));
    town.looks(known);
    town.looks(unknown);
    town.erases(unknown);
    drop(town);
    let mut town = Town::open(&folder.0, "2026-11-20T09:00:00Z").unwrap();
    town.looks(known);
    town.looks(known);
    folder
}

fn verdict(folder: &Folder) -> Result<String, String> {
    let opened = DataFolder::open(&folder.0).unwrap();
    let proved = verify(&opened, &wealdmere());
    proved.map(|proved| proved.line).map_err(|error| format!("{error:#}"))
}

/// Writes to the database as its operator could.
fn tamper(folder: &Folder, write: impl FnOnce(&Reader, &mut Batch)) {
    let opened = DataFolder::open(&folder.0).unwrap();
    let mut store = SqliteStore::open(&opened, &wealdmere()).unwrap();
    let now = Timestamp::parse("2026-11-20T10:00:00Z").unwrap();
    let lease = store.lease(&wealdmere(), Shard(0), "test", now, LEASE_MS).unwrap();
    let mut batch = Batch::after(&lease);
    write(&store.readers().shard(Shard(0)), &mut batch);
    store.commit(&batch).unwrap();
}

fn leaf(reader: &Reader, leaf: u64) -> AccessLeafRow {
    store::row(reader, &AccessLeafKey { leaf }).unwrap().unwrap()
}

fn record(reader: &Reader, leaf: u64) -> AccessRecordRow {
    store::row(reader, &AccessRecordKey { leaf }).unwrap().unwrap()
}

#[test]
fn a_log_holds_when_nobody_touched_it_and_a_case_was_erased() {
    let folder = filled("holds");
    let line = verdict(&folder).unwrap();
    assert!(line.starts_with("holds: 6 entries, 5 with their records, 6 signed, root "), "{line}");
    let person = SectorPersonId::from_bytes([3; 32]);
    let opened = DataFolder::open(&folder.0).unwrap();
    let store = SqliteStore::open(&opened, &wealdmere()).unwrap();
    let reader = store.readers().shard(Shard(0));
    let newest = store::access::NEWEST_LEAF;
    let about = store::access::records_of_person(&reader, person, newest, 9).unwrap();
    let entries: Vec<(u64, u64)> = about.iter().map(|row| (row.leaf, row.entry)).collect();
    assert_eq!(entries, [(5, 3), (3, 2), (1, 1)], "a gap would show");
}

#[test]
fn an_altered_leaf_or_record_is_found() {
    let folder = filled("leaf-altered");
    tamper(&folder, |_, batch| {
        batch.put(AccessLeafRow { leaf: 3, commitment: Digest::of(b"something else") });
    });
    assert_eq!(verdict(&folder).unwrap_err(), "the record of leaf 3 was altered");

    let folder = filled("record-altered");
    tamper(&folder, |reader, batch| {
        let bytes = record(reader, 5).bytes;
        batch.put(AccessRecordRow { bytes, ..record(reader, 3) });
    });
    assert_eq!(verdict(&folder).unwrap_err(), "the record of leaf 3 was altered");

    let folder = filled("record-nonsense");
    tamper(&folder, |reader, batch| {
        batch.put(AccessRecordRow { bytes: b"\"s1.AAAA\"".to_vec(), ..record(reader, 3) });
    });
    let said = verdict(&folder).unwrap_err();
    assert_eq!(said, "the record of leaf 3 was altered: it does not open under its case's key");

    let folder = filled("both-altered");
    tamper(&folder, |_, batch| {
        let commitment = *Commitment::to(&audit::Salt::from_bytes([1; 32]), b"{}").digest();
        batch.put(AccessLeafRow { leaf: 3, commitment });
        batch.delete::<AccessRecordRow>(AccessRecordKey { leaf: 3 });
    });
    let said = verdict(&folder).unwrap_err();
    assert!(said.starts_with("the first 6 leaves are not those that were signed"), "{said}");
}

#[test]
fn a_dropped_leaf_or_record_is_found() {
    let folder = filled("leaf-dropped");
    tamper(&folder, |_, batch| {
        batch.delete::<AccessLeafRow>(AccessLeafKey { leaf: 2 });
    });
    assert_eq!(verdict(&folder).unwrap_err(), "leaf 2 is missing: leaf 3 stands in its place");

    let folder = filled("record-dropped");
    tamper(&folder, |_, batch| {
        batch.delete::<AccessRecordRow>(AccessRecordKey { leaf: 3 });
    });
    assert_eq!(
        verdict(&folder).unwrap_err(),
        "the record of leaf 3 is missing, though its case was not erased"
    );

    let folder = filled("moved-up");
    tamper(&folder, |reader, batch| {
        for place in [3, 4, 5] {
            batch.put(AccessLeafRow { leaf: place - 1, ..leaf(reader, place) });
            batch.put(AccessRecordRow { leaf: place - 1, ..record(reader, place) });
        }
        batch.delete::<AccessLeafRow>(AccessLeafKey { leaf: 5 });
        batch.delete::<AccessRecordRow>(AccessRecordKey { leaf: 5 });
    });
    let said = verdict(&folder).unwrap_err();
    assert!(said.starts_with("the first 3 leaves are not those that were signed"), "{said}");
}

#[test]
fn leaves_in_another_order_are_found() {
    let folder = filled("reordered");
    tamper(&folder, |reader, batch| {
        for (from, to) in [(3, 5), (5, 3)] {
            batch.put(AccessLeafRow { leaf: to, ..leaf(reader, from) });
            batch.put(AccessRecordRow { leaf: to, ..record(reader, from) });
        }
    });
    let said = verdict(&folder).unwrap_err();
    assert!(said.starts_with("the first 6 leaves are not those that were signed"), "{said}");
}

#[test]
fn a_log_that_was_cut_off_is_found_and_not_gone_on_with() {
    let cut = |batch: &mut Batch| {
        batch.delete::<AccessLeafRow>(AccessLeafKey { leaf: 5 });
        batch.delete::<AccessRecordRow>(AccessRecordKey { leaf: 5 });
    };
    let folder = filled("truncated");
    tamper(&folder, |_, batch| cut(batch));
    let said = verdict(&folder).unwrap_err();
    assert_eq!(said, "6 leaves were signed and 5 are there: the log was cut off");
    let opened = Town::open(&folder.0, "2026-11-21T09:00:00Z");
    assert!(matches!(opened, Err(ShardError::Log(audit::LogFault::Truncated { .. }))));

    // With the day's checkpoint gone too, the journal still tells.
    let folder = filled("truncated-with-note");
    tamper(&folder, |_, batch| {
        cut(batch);
        let day = "2026-11-20".parse().unwrap();
        batch.delete::<AccessCheckpointRow>(AccessCheckpointKey { day });
    });
    let said = verdict(&folder).unwrap_err();
    assert!(said.starts_with("leaf 5 is not the one that event "), "{said}");
}

#[test]
fn a_checkpoint_of_another_key_and_a_lost_journal_are_found() {
    let folder = filled("other-key");
    tamper(&folder, |_, batch| {
        let key = runtime::log_key(&wealdmere(), &[9; 32]).unwrap();
        let note = audit::Checkpoint::of(&runtime::log_origin(&wealdmere()), &audit::Tree::new());
        let day = "2026-11-20".parse().unwrap();
        batch.put(AccessCheckpointRow { day, note: note.unwrap().sign(&key) });
    });
    let said = verdict(&folder).unwrap_err();
    assert_eq!(said, "checkpoint 1 does not hold: not signed by the key of this body");

    let opened = DataFolder::open(&folder.0).unwrap();
    std::fs::remove_file(opened.journal_file(&wealdmere())).unwrap();
    assert_eq!(bodies(&opened).unwrap(), [wealdmere()], "its keys tell that it was there");
    drop(opened);
    assert!(verdict(&folder).unwrap_err().ends_with("wealdmere.sqlite is missing"));
}
