//! When what is kept for a while is forgotten, step by step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{BlindKey, BodyId, DataKey, Digest, DraftId, Language, MessageId, Shard as ShardNumber};
use store::{SimKeyStore, SimStore, Store as _, WrapEpoch};

use super::*;
use crate::entropy::SeededEntropy;
use crate::transport::{BodyMessage, Letter};
use crate::{Authority, BodySettings, Command, Input, Keyring, Places, Reply, ReplyTo};
use crate::{DRAFT_SECONDS, LOOSE_FORM, Services, Session};

/// One shard on a store in memory.
struct Desk {
    body: BodyId,
    store: SimStore,
    keyring: Keyring,
    shard: Shard,
}

impl Desk {
    fn new() -> Self {
        let body: BodyId = "millbrook".parse().unwrap();
        let mut store = SimStore::new(&body).unwrap();
        let keys = Box::new(SimKeyStore::new(&body).unwrap());
        let wrap = DataKey::from_bytes([7; 32]);
        let keyring = Keyring::new(body.clone(), wrap, WrapEpoch(1), keys);
        let settings = BodySettings {
            identity_office: body.clone(),
            body: body.clone(),
            languages: vec![Language::En],
            systems: BTreeMap::new(),
            places: Arc::new(Places::default()),
            blind: BlindKey::from_bytes([9; 32]),
            closures: BTreeSet::new(),
            sharing: Arc::default(),
            log_key: crate::log_key(&body, &[3; 32]).unwrap(),
            origin: "http://localhost".to_owned(),
        };
        let lease = store.lease(&body, ShardNumber(0), "test", at(9, 0), 1_000_000_000).unwrap();
        let reader = store.readers().shard(ShardNumber(0));
        let entropy = Arc::new(SeededEntropy(7));
        let (settings, keyring_of) = (Arc::new(settings), keyring.clone());
        let shard =
            Shard::open(lease, settings, Services::new(), keyring_of, entropy, &reader).unwrap();
        Self { body, store, keyring, shard }
    }

    /// One step that takes a command, and its commit.
    fn step(&mut self, now: Timestamp, command: Command) -> Reply {
        let authority = match command {
            Command::TakeLetter(_) => Authority::Body { body: self.body.clone() },
            _ => Authority::System,
        };
        let input = Input::Command { authority, command, reply: ReplyTo(1) };
        self.commit(now, vec![input]).unwrap()
    }

    fn commit(&mut self, now: Timestamp, inputs: Vec<Input>) -> Option<Reply> {
        let reader = self.store.readers().shard(ShardNumber(0));
        let step = self.shard.step(now, inputs, &reader).unwrap();
        let committed = self.store.commit(&step.batch).unwrap();
        assert!(self.shard.committed(&step, committed).is_empty(), "nobody is called");
        step.replies.into_iter().next().map(|(_, answer)| answer.unwrap())
    }

    /// Keeps a form, a new one or one that was begun.
    fn save(&mut self, now: Timestamp, draft: Option<DraftId>) -> DraftId {
        let (service, answers) = (LOOSE_FORM.parse().unwrap(), r#"{"a":["b"]}"#.to_owned());
        match self.step(now, Command::SaveDraft { draft, service, answers }) {
            Reply::Draft { draft } => draft,
            other => panic!("a form is kept, not {other:?}"),
        }
    }

    /// The key of a form that is kept.
    fn key_of(&self, draft: DraftId) -> Option<KeyId> {
        let reader = self.store.readers().shard(ShardNumber(0));
        let row = store::row::<DraftRow>(&reader, &DraftKey { draft_id: draft }).unwrap()?;
        Some(serde_json::from_slice::<StoredDraft>(&row.bytes).unwrap().key)
    }

    fn is_forgotten(&self, key: KeyId) -> bool {
        self.keyring.key(key).unwrap().is_none()
    }
}

/// An hour of the first day, and so many seconds.
fn at(hour: i64, seconds: i64) -> Timestamp {
    let midnight = Timestamp::parse("2026-11-24T00:00:00Z").unwrap();
    midnight.plus_seconds(hour * 3_600 + seconds)
}

#[test]
fn a_form_that_is_begun_in_the_step_of_a_sweep_is_swept_too() {
    let mut desk = Desk::new();
    let (token, expires_at) = (Digest::of(b"token"), at(10, 0));
    let (person, staff, roles) = (None, None, Vec::new());
    let assurance = crate::Assurance::default();
    let session =
        Session { token, person, assurance, staff, roles, opened_at: at(9, 0), expires_at };
    let letter = Letter {
        id: MessageId::from_bytes([1; 16]),
        from: desk.body.clone(),
        to: desk.body.clone(),
        message: BodyMessage::OpenSession(Box::new(session)),
    };
    desk.step(at(9, 0), Command::TakeLetter(Box::new(letter)));
    desk.step(at(9, 1), Command::CloseSession { token });
    assert_eq!(desk.shard.next_due(), Some(at(11, 0)), "the session would be swept then");
    let draft = desk.save(at(11, 0), None);
    let key = desk.key_of(draft).unwrap();
    assert_eq!(desk.shard.next_due(), Some(at(12, DRAFT_SECONDS)));
    desk.commit(at(12, DRAFT_SECONDS), vec![Input::Tick]);
    assert_eq!(desk.key_of(draft), None);
    assert!(desk.is_forgotten(key));
    desk.commit(at(12, DRAFT_SECONDS), vec![Input::Tick]);
    assert_eq!(desk.shard.next_due(), None, "nothing is kept that could expire");
}

#[test]
fn who_goes_on_with_a_form_that_has_expired_leaves_no_key_behind() {
    let mut desk = Desk::new();
    let draft = desk.save(at(9, 0), None);
    let first = desk.key_of(draft).unwrap();
    assert_eq!(desk.save(at(9, DRAFT_SECONDS - 1), Some(draft)), draft);
    assert_eq!(desk.key_of(draft), Some(first), "in time it is the same form");
    desk.save(at(9, 2 * DRAFT_SECONDS), Some(draft));
    let second = desk.key_of(draft).unwrap();
    assert!(second != first && desk.is_forgotten(first) && !desk.is_forgotten(second));
}
