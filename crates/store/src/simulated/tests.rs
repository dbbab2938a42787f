//! Each fault once, and random batches under random faults: what is acknowledged is there,
//! and what is there was sent.

use proptest::prelude::*;

use super::*;
use crate::effects::{EffectKey, EffectRow};
use crate::requests::{ServiceRequestKey, ServiceRequestRow};
use crate::testing::{Scratch, batch, body, case, effect, lease, request};
use crate::{SqliteStore, journal, page};

#[test]
fn each_fault_lands_or_does_not_as_it_says() {
    for fault in Fault::ALL {
        let mut store = SimStore::new(&body()).unwrap();
        let held = lease(&mut store, "one");
        let one = batch(&held, 1);
        store.fail_next(fault);
        let told = store.commit(&one).unwrap_err();
        assert_eq!(told.to_string(), fault.answer().to_string(), "{fault:?}");
        assert_eq!(store.is_stopped(), fault.crashes(), "{fault:?}");
        if fault.crashes() {
            assert!(matches!(store.landed(&one), Err(StoreError::Stopped)));
            assert!(matches!(store.commit(&one), Err(StoreError::Stopped)));
            store.reopen();
        }
        let landed = matches!(store.landed(&one).unwrap(), Landed::Yes(_));
        assert_eq!(landed, fault.lands(), "{fault:?}");
        if !landed {
            store.commit(&one).unwrap();
        }
        let reader = store.readers().shard(Shard(0));
        assert_eq!(journal::verify_chain(&reader).unwrap().events, 1, "{fault:?}");
    }
}

#[test]
fn faults_come_at_their_count() {
    let mut store = SimStore::new(&body()).unwrap();
    let mut held = lease(&mut store, "one");
    store.fail_at(2, Fault::Busy);
    held.advance(store.commit(&batch(&held, 1)).unwrap());
    let second = batch(&held, 2);
    assert!(store.commit(&second).unwrap_err().is_retryable());
    store.commit(&second).unwrap();
    assert_eq!(store.commits(), 3);
}

/// One write of a random batch.
#[derive(Debug, Clone)]
enum Write {
    Request(u8, u32),
    NoRequest(u8),
    Effect(u8, u32),
    NoEffect(u8),
    Event(u8),
}

fn write() -> impl Strategy<Value = Write> {
    let key = 0..6_u8;
    prop_oneof![
        (key.clone(), 0..9_u32).prop_map(|(key, touches)| Write::Request(key, touches)),
        key.clone().prop_map(Write::NoRequest),
        (key.clone(), 0..9_u32).prop_map(|(key, attempt)| Write::Effect(key, attempt)),
        key.clone().prop_map(Write::NoEffect),
        key.prop_map(Write::Event),
    ]
}

fn fill(batch: &mut Batch, writes: &[Write], model: &mut Model) {
    for write in writes {
        match *write {
            Write::Request(number, touches) => {
                let row = ServiceRequestRow { touches, ..request(number) };
                model.0.insert(case(number), row.clone());
                batch.put(row);
            }
            Write::NoRequest(number) => {
                model.0.remove(&case(number));
                let key = ServiceRequestKey { case_id: case(number) };
                batch.delete::<ServiceRequestRow>(key);
            }
            Write::Effect(number, attempt) => {
                let row = EffectRow { attempt, ..effect(number) };
                model.1.insert(number, row.clone());
                batch.put(row);
            }
            Write::NoEffect(number) => {
                model.1.remove(&number);
                batch.delete::<EffectRow>(EffectKey { effect_id: effect(number).effect_id });
            }
            Write::Event(number) => {
                model.2.push(vec![number; 3]);
                let at = Timestamp::from_millis(1);
                batch.append(Some(case(number)), at, "made", 1, vec![number; 3]);
            }
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Model(BTreeMap<base::CaseId, ServiceRequestRow>, BTreeMap<u8, EffectRow>, Vec<Vec<u8>>);

fn stored(store: &dyn Store) -> Model {
    let reader = store.readers().shard(Shard(0));
    let requests: Vec<ServiceRequestRow> = page(&reader, None, 100).unwrap();
    let effects: Vec<EffectRow> = page(&reader, None, 100).unwrap();
    let events = journal::events_from(&reader, base::EventSeq::START, 1_000).unwrap();
    journal::verify_chain(&reader).unwrap();
    Model(
        requests.into_iter().map(|row| (row.case_id, row)).collect(),
        effects.into_iter().map(|row| (row.bytes[0], row)).collect(),
        events.into_iter().map(|event| event.bytes).collect(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_is_acknowledged_is_there_under_any_faults(
        batches in prop::collection::vec(
            (prop::collection::vec(write(), 1..8), prop::option::of(0..Fault::ALL.len())),
            1..20,
        ),
    ) {
        let mut store = SimStore::new(&body()).unwrap();
        let mut held = lease(&mut store, "one");
        let mut model = Model::default();
        for (writes, fault) in batches {
            if let Some(fault) = fault {
                store.fail_next(Fault::ALL[fault]);
            }
            let mut next = model.clone();
            let mut batch = Batch::after(&held);
            // An event first, so that the batch can be told apart from no batch.
            fill(&mut batch, &[Write::Event(9)], &mut next);
            fill(&mut batch, &writes, &mut next);
            let mut sent = store.commit(&batch);
            if store.is_stopped() {
                store.reopen();
                let again = lease(&mut store, "one");
                prop_assert_eq!(again.next_seq == batch.next_seq(), fault.is_some_and(|fault| Fault::ALL[fault].lands()));
                held = again;
                model = if held.next_seq == batch.next_seq() { next } else { model };
            } else {
                if sent.as_ref().is_err_and(StoreError::is_in_doubt) {
                    sent = match store.landed(&batch).unwrap() {
                        Landed::Yes(committed) => Ok(committed),
                        Landed::No => store.commit(&batch),
                    };
                }
                if let Ok(committed) = sent {
                    held.advance(committed);
                    model = next;
                }
            }
            prop_assert_eq!(stored(&store), model.clone());
        }
    }

    #[test]
    fn random_batches_are_the_same_after_reopening(
        batches in prop::collection::vec(prop::collection::vec(write(), 1..8), 1..8),
    ) {
        let scratch = Scratch::new();
        let path = scratch.join("body.sqlite");
        let mut model = Model::default();
        for writes in batches {
            let mut store = SqliteStore::open_file(&path, &body()).unwrap();
            let held = lease(&mut store, "one");
            let mut batch = Batch::after(&held);
            fill(&mut batch, &writes, &mut model);
            store.commit(&batch).unwrap();
            drop(store);
            let store = SqliteStore::open_file(&path, &body()).unwrap();
            prop_assert_eq!(stored(&store), model.clone());
        }
    }
}
