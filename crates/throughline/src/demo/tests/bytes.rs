//! The byte search of DESIGN L12 over a whole region: a morning of all four services is replayed,
//! then every file of every body is searched for every person as any other body knows them, raw
//! and opened with the body's own keys.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use base::{CaseId, Field, KeyId, Personal, SectorPersonId};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::scalar::Scalar;
use identity::{KeyEpoch, MasterKey};
use runtime::Keyring;
use serde_json::Value;
use store::access::{AccessRecordKey, AccessRecordRow};
use store::requests::{DraftKey, DraftRow};
use store::{DataFolder, PAGE_LIMIT, SqliteKeyStore, SqliteStore, Store as _, WrapEpoch};

use super::*;

/// Requests of the morning: enough for each service to be asked for, and each agreement used.
const REQUESTS: usize = 90;
/// Beside the names of variables, under what a body seals values.
const FIELDS: [&str; 23] = [
    "access.record",
    "contact.caller",
    "contact.email",
    "contact.name",
    "contact.note",
    "contact.reason",
    "crossing.said",
    "decision.inputs",
    "decision.result",
    "draft.answers",
    "effect.exchange",
    "message.letter_to",
    "request.answer",
    "request.answers",
    "request.by_hand",
    "request.kept",
    "request.not_fixed",
    "request.question",
    "request.review",
    "request.review_asked",
    "task.assignee",
    "task.candidate_users",
    "task.reason",
];

/// What is searched for in one go, whatever its length.
#[derive(Default)]
struct Needles {
    by_beginning: BTreeMap<[u8; 8], Vec<Vec<u8>>>,
    begins: Vec<bool>,
}

impl Needles {
    /// Every form in which a point may stand somewhere: as bytes, and in each text in use.
    fn add(&mut self, point: [u8; 32]) {
        let numbers: Vec<String> = point.iter().map(ToString::to_string).collect();
        let hex = SectorPersonId::from_bytes(point).to_string();
        let mut forms = vec![
            point.to_vec(),
            hex.to_uppercase().into_bytes(),
            hex.into_bytes(),
            numbers.join(",").into_bytes(),
            numbers.join(", ").into_bytes(),
        ];
        // Within a longer value, base64 begins at one of three places: what neighbours decide is
        // left out.
        for (before, cut) in [(0, 0), (1, 2), (2, 3)] {
            let shifted = [vec![0; before], point.to_vec()].concat();
            for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                let text = engine.encode(&shifted).into_bytes();
                forms.push(text[cut..text.len() - 1].to_vec());
            }
        }
        self.begins.resize(1 << 16, false);
        for form in forms {
            self.begins[usize::from(u16::from_be_bytes([form[0], form[1]]))] = true;
            let beginning = *form.first_chunk::<8>().unwrap();
            self.by_beginning.entry(beginning).or_default().push(form);
        }
    }

    fn are_in(&self, bytes: &[u8]) -> bool {
        bytes.windows(8).enumerate().any(|(at, window)| {
            self.begins[usize::from(u16::from_be_bytes([window[0], window[1]]))]
                && self
                    .by_beginning
                    .get(window)
                    .is_some_and(|forms| forms.iter().any(|form| bytes[at..].starts_with(form)))
        })
    }
}

/// Every string of a JSON value with the name beside which it stands.
fn strings<'v>(value: &'v Value, name: &'v str, each: &mut impl FnMut(&'v str, &'v str)) {
    match value {
        Value::String(text) => each(name, text),
        Value::Array(values) => values.iter().for_each(|value| strings(value, name, each)),
        Value::Object(object) => {
            object.iter().for_each(|(name, value)| strings(value, name, each));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The keys that a JSON value names, as the parties of one case or as those of what is no case.
fn keys_in(value: &Value) -> Vec<Vec<KeyId>> {
    let (mut keys, mut parties) = (Vec::new(), Vec::new());
    strings(value, "", &mut |name, text| match (name, text.parse()) {
        ("keys", Ok(key)) => parties.push(key),
        ("key", Ok(key)) => keys.push(vec![key]),
        _ => {}
    });
    keys.push(parties);
    keys
}

/// What a body stores, opened with its own keys.
struct Dump {
    keyring: Keyring,
    keys: BTreeMap<CaseId, Vec<Vec<KeyId>>>,
    persons: BTreeSet<SectorPersonId>,
    opened: Vec<Vec<u8>>,
}

impl Dump {
    fn of(folder: &DataFolder, body: &BodyId) -> Self {
        let secrets = crate::keys::body_secrets(folder.path(), body, || [0; 32]).unwrap();
        let keys = Box::new(SqliteKeyStore::open(folder, body).unwrap());
        let keyring = Keyring::new(body.clone(), secrets.wrap, WrapEpoch(1), keys);
        let (keys, persons) = (BTreeMap::new(), BTreeSet::new());
        let mut dump = Self { keyring, keys, persons, opened: Vec::new() };
        let reader = SqliteStore::open(folder, body).unwrap().readers().shard(base::Shard(0));
        let mut from = base::EventSeq::START;
        while let page = store::journal::events_from(&reader, from, PAGE_LIMIT).unwrap()
            && let Some(last) = page.last()
        {
            from = last.seq.plus(1);
            for event in &page {
                dump.take(event.case, &event.bytes);
            }
        }
        let mut after = None;
        while let page =
            store::page::<AccessRecordRow>(&reader, after.as_ref(), PAGE_LIMIT).unwrap()
            && let Some(last) = page.last()
        {
            after = Some(AccessRecordKey { leaf: last.leaf });
            for row in &page {
                dump.persons.extend(row.sector_person_id);
                dump.take(row.case_id, &row.bytes);
            }
        }
        let mut after = None;
        while let page = store::page::<DraftRow>(&reader, after.as_ref(), PAGE_LIMIT).unwrap()
            && let Some(last) = page.last()
        {
            after = Some(DraftKey { draft_id: last.draft_id });
            for row in &page {
                dump.take(None, &row.bytes);
            }
        }
        dump
    }

    /// Opens every sealed value of a record. One that does not open is a value that this search
    /// would be blind to.
    fn take(&mut self, case: Option<CaseId>, bytes: &[u8]) {
        let value: Value = serde_json::from_slice(bytes).unwrap();
        let mut keys = keys_in(&value);
        if let Some(case) = case {
            let of_case = self.keys.entry(case).or_default();
            of_case.extend(keys.iter().filter(|keys| !keys.is_empty()).cloned());
            keys.extend(of_case.iter().cloned());
        }
        let (mut sealed, mut persons) = (Vec::new(), Vec::new());
        strings(&value, "", &mut |name, text| {
            if text.starts_with("s1.") {
                sealed.push((name, text));
            }
            if name == "person" {
                persons.extend(text.parse::<SectorPersonId>().ok());
            }
        });
        self.persons.extend(persons);
        for (name, text) in sealed {
            let opened = self.open(&keys, name, text);
            self.opened.push(opened.unwrap_or_else(|| panic!("{name} does not open")));
        }
    }

    fn open(&self, keys: &[Vec<KeyId>], name: &str, text: &str) -> Option<Vec<u8>> {
        let sealed: Personal<Vec<u8>> = serde_json::from_value(text.into()).unwrap();
        let variable = engine::field_of(name);
        let keys = keys.iter().rev().filter(|keys| !keys.is_empty());
        keys.map(|keys| self.keyring.of_case(keys).unwrap()).find_map(|keys| {
            let fields = std::iter::once(variable.as_str()).chain(FIELDS);
            fields
                .map(|field| sealed.open(Field(field), &keys))
                .find_map(|opened| opened.ok().and_then(|opened| opened.opened().cloned()))
        })
    }
}

/// A body's secret factor: the test's own, for no part of the program gives it.
fn factor(path: &Path, body: &BodyId) -> Scalar {
    let master = crate::keys::secret(path, "transcryptor", || unreachable!("it is there"));
    let share = MasterKey::from_bytes(master.unwrap()).share(body, KeyEpoch(1)).unwrap();
    Scalar::from_canonical_bytes(*share.expose()).unwrap()
}

fn times(point: &[u8; 32], factor: Scalar) -> [u8; 32] {
    (CompressedRistretto(*point).decompress().unwrap() * factor).compress().to_bytes()
}

/// The files of a data folder, by the body whose they are; those of nobody under none.
fn files(path: &Path, bodies: &[BodyId]) -> Vec<(Option<BodyId>, PathBuf)> {
    let (mut folders, mut files) = (vec![path.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let file = entry.unwrap().path();
            if file.is_dir() {
                folders.push(file);
                continue;
            }
            let parts: Vec<&str> =
                file.strip_prefix(path).unwrap().iter().filter_map(|part| part.to_str()).collect();
            let owned = |body: &&BodyId| {
                let named = |part: &str| part.split('.').next() == Some(body.as_str());
                parts.iter().any(|part| named(part))
            };
            files.push((bodies.iter().find(owned).cloned(), file.clone()));
        }
    }
    files
}

/// The morning, and what the fake post sent.
async fn lived(options: &Options) -> (Vec<BodyId>, BodyId, Vec<crate::post::Sent>) {
    let (stage, token) = set_up(options).await.unwrap();
    assert!(stage.installation.problems.is_empty(), "{:?}", stage.installation.problems);
    replay(options, &stage, token).await.unwrap();
    let mut asked: BTreeMap<String, u64> = BTreeMap::new();
    for body in stage.installation.host.bodies() {
        for (id, signed) in &body.settings().sharing.agreements {
            let used = body.agreement_use(&signed.agreement().version()).unwrap();
            let used: u64 = used.days.values().map(|day| day.used).sum();
            *asked.entry(id.to_string()).or_default() += used;
        }
    }
    assert!(asked.values().all(|used| *used > 0), "each agreement was used: {asked:?}");
    let region = &stage.installation.region;
    let bodies = region.bodies.iter().map(|body| body.id.clone()).collect();
    let (office, sent) = (region.identity_office.clone(), stage.outbox.messages());
    stage.server.stop().await;
    (bodies, office, sent)
}

/// Whether any of a body's files holds one of the needles as it lies there.
fn files_hold(
    files: &[(Option<BodyId>, PathBuf)],
    body: Option<&BodyId>,
    sought: &Needles,
) -> bool {
    let own = files.iter().filter(|(owner, _)| owner.as_ref() == body);
    own.fold(false, |found, (_, file)| found | sought.are_in(&std::fs::read(file).unwrap()))
}

/// The points of persons in each body, and the handles from which all of them come.
struct Points {
    handles: Vec<[u8; 32]>,
    factors: BTreeMap<BodyId, Scalar>,
}

impl Points {
    fn new(path: &Path, bodies: &[BodyId], dumps: &[(BodyId, Dump)]) -> Self {
        let factors: BTreeMap<BodyId, Scalar> =
            bodies.iter().map(|body| (body.clone(), factor(path, body))).collect();
        let mut handles = BTreeSet::new();
        for (body, dump) in dumps {
            let back = factors[body].invert();
            handles.extend(dump.persons.iter().map(|person| times(person.as_bytes(), back)));
        }
        Self { handles: handles.into_iter().collect(), factors }
    }

    /// The needles of the bodies that are wanted, with those of the handles where they are.
    fn needles(&self, wanted: impl Fn(&BodyId) -> bool, handles: bool) -> Needles {
        let mut needles = Needles::default();
        for (_, factor) in self.factors.iter().filter(|(body, _)| wanted(body)) {
            self.handles.iter().for_each(|handle| needles.add(times(handle, *factor)));
        }
        if handles {
            self.handles.iter().for_each(|handle| needles.add(*handle));
        }
        needles
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_of_a_body_holds_anybody_as_another_body_knows_them() {
    let options = Options { requests: REQUESTS, ..options("bytes") };
    let (bodies, office, sent) = lived(&options).await;
    let path = options.data.clone();
    let folder = DataFolder::open(&path).unwrap();
    let askers = bodies.iter().filter(|body| **body != office);
    let dumps: Vec<(BodyId, Dump)> =
        askers.map(|body| (body.clone(), Dump::of(&folder, body))).collect();
    let points = Points::new(&path, &bodies, &dumps);
    assert!(points.handles.len() > 9, "{} people are known", points.handles.len());
    let files = files(&path, &bodies);
    for (body, dump) in &dumps {
        assert!(!dump.opened.is_empty() || dump.persons.is_empty(), "{body} has sealed values");
        let (own, others) =
            (points.needles(|it| it == body, false), points.needles(|it| it != body, true));
        // What is there is found, raw and opened: the search is not blind.
        assert_eq!(files_hold(&files, Some(body), &own), !dump.persons.is_empty(), "{body}");
        assert!(!files_hold(&files, Some(body), &others), "a file of {body}");
        assert!(!files_hold(&files, None, &others), "a file of nobody");
        assert!(!dump.opened.iter().any(|value| others.are_in(value)), "opened by {body}");
        for mail in sent.iter().map(|sent| &sent.mail).filter(|mail| mail.from == *body) {
            let text = [&*mail.to, &*mail.subject, &*mail.body].concat();
            assert!(!others.are_in(text.as_bytes()), "a message of {body}");
        }
    }
    let opened: Vec<&Vec<u8>> = dumps.iter().flat_map(|(_, dump)| &dump.opened).collect();
    let everybody = points.needles(|_| true, true);
    assert!(opened.iter().any(|value| everybody.are_in(value)), "sealed records name people");
    // The office that translates keeps handles, and nobody as any body knows them.
    let pseudonyms = points.needles(|_| true, false);
    assert!(!files_hold(&files, Some(&office), &pseudonyms), "a file of {office}");
    drop(folder);
    std::fs::remove_dir_all(&path).unwrap();
}

#[test]
fn a_point_is_found_in_every_form() {
    let point: [u8; 32] = std::array::from_fn(|at| u8::try_from(at * 37 % 251).unwrap());
    let mut needles = Needles::default();
    needles.add(point);
    let hex = SectorPersonId::from_bytes(point).to_string();
    let longer = |before: usize| [vec![7; before], point.to_vec(), vec![9; 5]].concat();
    let mut texts = vec![hex.to_uppercase(), hex, serde_json::to_string(&point).unwrap()];
    texts.push(format!("{point:?}"));
    for before in 0..4 {
        texts.push(STANDARD_NO_PAD.encode(longer(before)));
        texts.push(URL_SAFE_NO_PAD.encode(longer(before)));
    }
    for text in texts {
        assert!(needles.are_in(format!("some text {text} and more").as_bytes()), "{text}");
    }
    assert!(needles.are_in(&longer(3)));
    assert!(!needles.are_in(&longer(3)[4..]));
}
