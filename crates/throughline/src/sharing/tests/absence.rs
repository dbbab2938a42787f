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
use sharing::{AgreementVersion, Answer, RecordKind, Refusal};

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
        withdrawn: false,
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

/// The agreement that the letters name.
const MEALS: &str = "agreements/qualifying-benefits.toml";
const SIGNATURES: &str = "agreements/qualifying-benefits.signatures.toml";

/// The sample region with keys of the test's own, by which `signers` have signed the agreement as
/// `change` leaves it; `after` is what somebody does to the files then.
fn agreed(
    change: impl FnOnce(String) -> String,
    signers: &[BodyId],
    after: impl FnOnce(&mut Files),
) -> Files {
    let mut files = region_files();
    let key = |body: &BodyId| {
        let seed = *Digest::of(body.as_str().as_bytes()).as_bytes();
        audit::SigningKey::from_seed(body.as_str(), &seed).unwrap()
    };
    for body in [asker(), agency()] {
        let name = format!("bodies/{body}.toml");
        let text = String::from_utf8(files[&name].clone()).unwrap();
        let others = text.lines().filter(|line| !line.starts_with("agreement_key"));
        let own = format!("agreement_key = \"{}\"", key(&body).verifying_key());
        let lines: Vec<&str> = std::iter::once(own.as_str()).chain(others).collect();
        files.insert(name, lines.join("\n").into_bytes());
    }
    let text = change(String::from_utf8(files[MEALS].clone()).unwrap());
    let mut signatures = sharing::Signatures::default();
    for body in signers {
        signatures.add(body.clone(), key(body).sign(text.as_bytes()));
    }
    files.insert(SIGNATURES.to_owned(), signatures.write().into_bytes());
    files.insert(MEALS.to_owned(), text.into_bytes());
    after(&mut files);
    files
}

/// Each way in which there is no agreement to ask under, with what the gates' own lines say of it.
fn absences() -> Vec<(&'static str, Files, Refusal)> {
    let both = [asker(), agency()];
    let days = |from: &'static str, until: &'static str, review: &'static str| {
        move |text: String| {
            let dated = |line: &str| match line.split(" = ").next() {
                Some("valid_from") => format!("valid_from = \"{from}\""),
                Some("valid_until") => format!("valid_until = \"{until}\""),
                Some("review_by") => format!("review_by = \"{review}\""),
                Some(_) | None => line.to_owned(),
            };
            text.lines().map(dated).collect::<Vec<String>>().join("\n")
        }
    };
    let gone = |files: &mut Files| {
        files
            .retain(|name, _| !name.starts_with("agreements/") && !name.starts_with(DATA_SERVICES));
    };
    let nothing = |_: &mut Files| {};
    let ended = days("2025-09-01", "2026-01-31", "2026-01-31");
    let to_come = days("2100-01-01", "2101-01-01", "2101-01-01");
    let overdue = days("2025-09-01", "2100-01-01", "2026-01-31");
    let altered = |files: &mut Files| edit(files, MEALS, "\"P2.Cl\"", "\"P0.Cl\"");
    vec![
        ("removed", agreed(|text| text, &both, gone), Refusal::NoAgreement),
        ("not signed", agreed(|text| text, &[], nothing), Refusal::NotSigned),
        ("signed by the asker", agreed(|text| text, &both[..1], nothing), Refusal::NotSigned),
        ("signed by the agency", agreed(|text| text, &both[1..], nothing), Refusal::NotSigned),
        ("altered since", agreed(|text| text, &both, altered), Refusal::NotSigned),
        ("ended", agreed(ended, &both, nothing), Refusal::Ended),
        ("to come", agreed(to_come, &both, nothing), Refusal::NotYet),
        ("overdue", agreed(overdue, &both, nothing), Refusal::ReviewOverdue),
    ]
}

/// Letters that an agreement in force does not allow.
fn not_allowed(sound: &CrossingLetter) -> Vec<(CrossingLetter, Refusal)> {
    let low = Assurance { identity: IdentityLevel::P1, ..sound.assurance };
    let version = AgreementVersion { version: 2, ..sound.agreement.clone() };
    let other_digest = Digest::of(b"other words");
    vec![
        (CrossingLetter { assurance: low, ..sound.clone() }, Refusal::AssuranceTooLow),
        (CrossingLetter { agreement: version, ..sound.clone() }, Refusal::NoAgreement),
        (CrossingLetter { agreement_digest: other_digest, ..sound.clone() }, Refusal::NoAgreement),
        (
            CrossingLetter { purpose: "Advertising".parse().unwrap(), ..sound.clone() },
            Refusal::OtherPurpose,
        ),
        (
            CrossingLetter { service: "blue-badge".parse().unwrap(), ..sound.clone() },
            Refusal::OtherService,
        ),
        (
            CrossingLetter { form: Form::Question("income".parse().unwrap()), ..sound.clone() },
            Refusal::NotNamed,
        ),
        (
            CrossingLetter { form: Form::Notice("income".parse().unwrap()), ..sound.clone() },
            Refusal::NotNamed,
        ),
    ]
}

/// Calls whatever yields another body's pseudonym, or what its register says, with a letter that no
/// agreement allows, and holds that each answers the same and writes it down.
struct Attack<'a> {
    path: &'a Path,
    installation: &'a Installation,
    letters: u8,
    /// The refusals that must stand in the logs, with the body whose gate refused.
    expected: Vec<(MessageId, BodyId, Refusal)>,
}

impl Attack<'_> {
    fn fresh(&mut self, letter: &CrossingLetter) -> CrossingLetter {
        self.letters += 1;
        CrossingLetter { id: MessageId::from_bytes([self.letters; 16]), ..letter.clone() }
    }

    async fn with(&mut self, letter: &CrossingLetter, refusal: Refusal) {
        let (host, office) =
            (&self.installation.host, self.installation.region.identity_office.clone());
        let sender = letter.sender().clone();
        let sent = self.fresh(letter);
        let heard = host.cross(sender.clone(), sent.clone()).await.unwrap();
        assert!(refused(&heard), "{refusal}");
        assert_eq!(host.cross(sender.clone(), sent.clone()).await.unwrap(), heard, "told the same");
        self.expected.push((sent.id, office.clone(), refusal));

        let (passed, now) = (self.fresh(letter), host.clock().now());
        let said = host.office().pass(&sender, &passed, now).unwrap();
        assert!(matches!(&said, Passage::Said(heard) if refused(heard)), "{refusal}");
        self.expected.push((passed.id, office.clone(), refusal));

        // Whoever has the agency's pseudonym already learns nothing of its register by it.
        let person = known_to(self.path, &agency(), 0);
        for conclude in [false, true] {
            let brought = CrossingLetter { person, ..self.fresh(letter) };
            let command = || {
                let letter = Box::new(brought.clone());
                if conclude {
                    Command::Conclude { letter, answer: None }
                } else {
                    Command::Consider(letter)
                }
            };
            for authority in [
                Authority::Visitor,
                Authority::System,
                Authority::Body { body: asker() },
                Authority::Body { body: agency() },
                Authority::Citizen { person, assurance: letter.assurance },
                Authority::Staff { body: agency(), roles: base::Role::ALL.to_vec() },
            ] {
                let answer = host.submit(&agency(), authority, command()).await;
                assert_eq!(answer, Err(Rejection::Forbidden), "{refusal}");
            }
            // A notice is not for the agency to take, and is not read.
            let by_office = Authority::Body { body: office.clone() };
            let answer = host.submit(&agency(), by_office, command()).await;
            if *letter.receiver() != agency() {
                assert_eq!(answer, Err(Rejection::Forbidden), "{refusal}");
                continue;
            }
            let Ok(Reply::Considered(considered)) = answer else { panic!("{answer:?}") };
            assert!(matches!(&*considered, Considered::Said(heard) if refused(heard)), "{refusal}");
            self.expected.push((brought.id, agency(), refusal));
        }
    }
}

/// Holds that each refusal stands in its body's log, with its reason and nobody's answer.
fn all_logged(path: &Path, expected: &[(MessageId, BodyId, Refusal)]) {
    let opened = store::DataFolder::open(path).unwrap();
    let logs = crate::audit_log::crossings(&opened).unwrap();
    for (id, body, refusal) in expected {
        let lines: Vec<_> =
            logs[body].lines.iter().filter(|line| line.record.crossing == *id).collect();
        let [line] = lines.as_slice() else { panic!("{refusal}: {} lines", lines.len()) };
        assert_eq!(line.record.kind, RecordKind::Refused(*refusal), "{body}");
        assert!(line.record.categories.is_empty());
    }
    let refusals = expected.iter().filter(|(_, body, _)| *body == agency()).count();
    assert_eq!(logs[&agency()].lines.len(), refusals, "the agency wrote nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_agreement_nothing_yields_the_other_bodys_pseudonym() {
    let region = Region::read(&region_files()).unwrap();
    let id: AgreementId = "qualifying-benefits".parse().unwrap();
    let removed = *Shared::read(&region).agreements.known[&id].agreement().digest();
    for (what, files, refusal) in absences() {
        let folder = folder(&what.replace(' ', "-"));
        let path = folder.0.as_path();
        let region = Region::read(&files).unwrap();
        let known = Shared::read(&region).agreements.known;
        let digest = known.get(&id).map_or(removed, |signed| *signed.agreement().digest());
        let (installation, served) = installed(path, region, Packages::new()).await;
        let letter = letter(path, 0, digest);
        let mut attack =
            Attack { path, installation: &installation, letters: 0, expected: Vec::new() };
        attack.with(&letter, refusal).await;
        // Another body's letter is nobody's to send.
        let other = attack.fresh(&letter);
        let now = installation.host.clock().now();
        let said = installation.host.office().pass(&agency(), &other, now).unwrap();
        assert!(matches!(&said, Passage::Said(heard) if refused(heard)), "{what}");
        let expected = attack.expected;
        assert!(!is_known_to_asker(path, 0), "{what}");
        served.stop().await;
        drop(installation);
        all_logged(path, &expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agreement_does_not_allow_is_refused_alike_and_logged() {
    let folder = folder("not-allowed");
    let path = folder.0.as_path();
    let region = Region::read(&region_files()).unwrap();
    let id: AgreementId = "qualifying-benefits".parse().unwrap();
    let digest = *Shared::read(&region).agreements.known[&id].agreement().digest();
    let (installation, served) = installed(path, region, Packages::new()).await;
    let letter = letter(path, 0, digest);
    let mut attack = Attack { path, installation: &installation, letters: 0, expected: Vec::new() };
    for (letter, refusal) in not_allowed(&letter) {
        attack.with(&letter, refusal).await;
    }
    let expected = attack.expected;
    assert!(!is_known_to_asker(path, 0));
    served.stop().await;
    drop(installation);
    all_logged(path, &expected);
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
