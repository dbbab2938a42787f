//! Without an agreement there is no identifier to ask with; with one the asker never holds it.
//!
//! A real installation on real files: whatever of the program yields another body's pseudonym is
//! called, and the asker's database and keystore are searched for it, byte by byte.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Digest, MessageId, SectorPersonId};
use connectors::{Secret, System};
use emulators::{Config, Faults, OfficeConfig, OfficeKind, WallTime};
use identity::{BodySecret, KeyEpoch, MasterKey};
use runtime::clock::{Clock as _, RealClock};
use runtime::crossing::{Considered, Passage};
use runtime::entropy::SeededEntropy;
use runtime::{
    Assurance, Authority, Command, CrossingLetter, Heard, IdentityLevel, Rejection, Reply,
    Transport as _,
};
use sharing::{AgreementVersion, Answer};

use super::*;
use crate::install::{Foundation, Installation, Sources, Surroundings, install};
use crate::post::Outbox;

/// Packages by name.
type Packages = std::collections::BTreeMap<String, Files>;

/// How many residents are asked about.
pub(super) const RESIDENTS: u8 = 12;

pub(super) struct Folder(pub(super) PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn folder(name: &str) -> Folder {
    let name = format!("throughline-absence-{name}-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let _ = std::fs::remove_dir_all(&path);
    Folder(path)
}

pub(super) fn asker() -> BodyId {
    "aldershire".parse().unwrap()
}

pub(super) fn agency() -> BodyId {
    "benefits-agency".parse().unwrap()
}

pub(super) async fn installed(
    path: &Path,
    region: Region,
    packages: Packages,
) -> (Installation, emulators::Running) {
    let register = OfficeConfig {
        id: "benefits-register".parse().unwrap(),
        office: OfficeKind::Benefits { seed: 7 },
        port: 0,
        admin_port: 0,
        login: None,
        callback: None,
        ledger: None,
        faults: Faults::default(),
    };
    let served = emulators::serve(Config { offices: vec![register] }, Arc::new(WallTime)).await;
    let served = served.unwrap();
    let mut surroundings = Surroundings::default();
    for office in served.offices() {
        surroundings.addresses.insert((agency(), office.id().clone()), office.url());
    }
    let systems = region
        .bodies
        .iter()
        .flat_map(|body| connectors::read_systems(&body.systems).unwrap_or_default());
    for System { credential, .. } in systems {
        let Some(credential) = credential else { continue };
        surroundings.secrets.insert(credential.secret, Secret::new("no secret".to_owned()));
    }
    let foundation = Foundation {
        clock: Arc::new(RealClock::start().unwrap()),
        entropy: Arc::new(SeededEntropy(1)),
        post: Arc::new(Outbox::default()),
    };
    let sources = Sources { region, packages };
    (install(path, sources, &surroundings, &foundation).unwrap(), served)
}

/// A resident as a body knows them, for the test alone: it holds the transcryptor's key.
pub(super) fn known_to(path: &Path, body: &BodyId, number: u8) -> SectorPersonId {
    let master = crate::keys::secret(path, "transcryptor", || [0; 32]).unwrap();
    let share = MasterKey::from_bytes(master).share(body, KeyEpoch(1)).unwrap();
    let handle = identity::handle_from_random(&[number + 1; 64]).unwrap();
    BodySecret::from_shares(&[share]).unwrap().pseudonym(handle).unwrap()
}

fn letter(path: &Path, number: u8, digest: Digest) -> CrossingLetter {
    CrossingLetter {
        id: MessageId::from_bytes([number + 1; 16]),
        agreement: AgreementVersion { id: "qualifying-benefits".parse().unwrap(), version: 1 },
        agreement_digest: digest,
        form: Form::Question("qualifying_benefit".parse().unwrap()),
        provider: agency(),
        recipient: asker(),
        purpose: "PublicServiceEligibilityAssessment".parse().unwrap(),
        service: "free-school-meals".parse().unwrap(),
        assurance: Assurance { identity: IdentityLevel::P2, ..Assurance::default() },
        on: RealClock::start().unwrap().now().uk_date(),
        leaf: Digest::of(&[number]),
        person: known_to(path, &asker(), number),
        fields: std::collections::BTreeMap::new(),
    }
}

/// Whether anything in the asker's database or keystore is a resident as the agency knows them.
pub(super) fn is_known_to_asker(path: &Path, number: u8) -> bool {
    let person = known_to(path, &agency(), number);
    let (raw, hex) = (person.as_bytes().to_vec(), person.to_string());
    let upper = hex.to_uppercase();
    let mut searched = 0;
    let mut found = false;
    for part in ["bodies", "keys"] {
        for entry in std::fs::read_dir(path.join(part)).unwrap() {
            let entry = entry.unwrap();
            if !entry.file_name().to_string_lossy().starts_with("aldershire") {
                continue;
            }
            let bytes = std::fs::read(entry.path()).unwrap();
            searched += bytes.len();
            for needle in [raw.as_slice(), hex.as_bytes(), upper.as_bytes()] {
                found |= bytes.windows(needle.len()).any(|window| window == needle);
            }
        }
    }
    assert!(searched > 10_000, "{searched} bytes were searched");
    found
}

fn refused(heard: &Heard) -> bool {
    matches!(heard, Heard::NotShared { leaf: Some(_) })
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_agreement_nothing_yields_the_other_bodys_pseudonym() {
    let folder = folder("removed");
    let path = folder.0.as_path();
    let mut files = region_files();
    let signed = Shared::read(&Region::read(&files).unwrap());
    let id: AgreementId = "qualifying-benefits".parse().unwrap();
    let digest = *signed.agreements.known[&id].agreement().digest();
    files.retain(|name, _| !name.starts_with("agreements/") && !name.starts_with(DATA_SERVICES));
    let (installation, served) =
        installed(path, Region::read(&files).unwrap(), Packages::new()).await;
    let host = &installation.host;
    let letter = letter(path, 0, digest);
    assert!(refused(&host.cross(asker(), letter.clone()).await.unwrap()));
    let again = host.cross(asker(), letter.clone()).await.unwrap();
    assert!(refused(&again), "the same letter is told the same");
    let now = host.clock().now();
    let passed = host.office().pass(&asker(), &letter, now).unwrap();
    assert!(matches!(&passed, Passage::Said(heard) if refused(heard)));
    let other = CrossingLetter { id: MessageId::from_bytes([99; 16]), ..letter.clone() };
    let by_other = host.office().pass(&agency(), &other, now).unwrap();
    assert!(matches!(&by_other, Passage::Said(heard) if refused(heard)));
    let identity = installation.region.identity_office.clone();
    for authority in [
        Authority::Visitor,
        Authority::System,
        Authority::Body { body: asker() },
        Authority::Staff { body: agency(), roles: base::Role::ALL.to_vec() },
    ] {
        for command in [
            Command::Consider(Box::new(letter.clone())),
            Command::Conclude { letter: Box::new(letter.clone()), answer: None },
        ] {
            let answer = host.submit(&agency(), authority.clone(), command).await;
            assert_eq!(answer, Err(Rejection::Forbidden));
        }
    }
    for command in [
        Command::Consider(Box::new(letter.clone())),
        Command::Conclude { letter: Box::new(letter), answer: None },
    ] {
        let office = Authority::Body { body: identity.clone() };
        let answer = host.submit(&agency(), office, command).await.unwrap();
        let Reply::Considered(considered) = answer else { panic!("{answer:?}") };
        assert!(matches!(&*considered, Considered::Said(heard) if refused(heard)));
    }
    assert!(!is_known_to_asker(path, 0));
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_questions_were_answered_the_asker_holds_no_pseudonym_of_the_agencys() {
    let folder = folder("answered");
    let path = folder.0.as_path();
    let region = Region::read(&region_files()).unwrap();
    let signed = Shared::read(&region);
    let id: AgreementId = "qualifying-benefits".parse().unwrap();
    let digest = *signed.agreements.known[&id].agreement().digest();
    let (installation, served) = installed(path, region, Packages::new()).await;
    let host = &installation.host;
    let mut told = std::collections::BTreeSet::new();
    for number in 0..RESIDENTS {
        let letter = letter(path, number, digest);
        let heard = host.cross(asker(), letter.clone()).await.unwrap();
        let Heard::Answered { answer, .. } = &heard else { panic!("resident {number}") };
        told.insert(match answer {
            Answer::Told(told) => told.clone(),
            Answer::CannotTell => "cannot_tell".to_owned(),
        });
        let again = host.cross(asker(), letter.clone()).await.unwrap();
        assert_eq!(again, heard, "a letter that comes again is told the same");
        let replayed = CrossingLetter { leaf: Digest::of(b"another"), ..letter };
        assert!(refused(&host.cross(asker(), replayed).await.unwrap()));
    }
    assert!(told.contains("yes") && told.contains("no"), "{told:?}");
    for number in 0..RESIDENTS {
        assert!(!is_known_to_asker(path, number), "resident {number}");
    }
    served.stop().await;
}
