//! What every side promises, asked of each: SQLite's files, and PostgreSQL where a server is at hand.

use base::{AccountId, Digest, Epoch, EventSeq, MessageId, Shard};

use crate::effects::{EffectKey, EffectRow};
use crate::people::{AccountKey, AccountRow};
use crate::requests::{ServiceRequestKey, ServiceRequestRow};
use crate::testing::{PostgresDatabase, Scratch, at, batch, body, case, effect, lease, request};
use crate::{
    Batch, InboxMark, Landed, Lease, PostgresStore, SqliteStore, Store, StoreError, journal, row,
};

/// Opens one body's store, again and again.
type Open<'a> = &'a dyn Fn() -> Box<dyn Store>;

/// Asks it of each side.
fn on_each_side(promise: impl Fn(Open<'_>)) {
    let scratch = Scratch::new();
    let file = scratch.join("body.sqlite");
    promise(&|| Box::new(SqliteStore::open_file(&file, &body()).unwrap()));
    let Some(database) = PostgresDatabase::new() else { return };
    promise(&|| Box::new(PostgresStore::open(&database.server(), &body()).unwrap()));
}

#[test]
fn a_batch_lands_whole_and_is_there_after_reopening() {
    on_each_side(|open| {
        let mut store = open();
        let mut held = lease(&mut *store, "one");
        assert_eq!(
            (held.epoch, held.next_seq, held.chain_head),
            (Epoch(1), EventSeq(1), Digest::ZERO)
        );
        for number in 1..=3 {
            held.advance(store.commit(&batch(&held, number)).unwrap());
        }
        drop(store);
        let mut store = open();
        let again = lease(&mut *store, "one");
        assert_eq!((again.epoch, again.next_seq), (Epoch(2), EventSeq(4)));
        assert_eq!(again.chain_head, held.chain_head);
        let reader = store.readers().shard(Shard(0));
        assert_eq!(journal::verify_chain(&reader).unwrap().chain_head, held.chain_head);
        let stored: Option<ServiceRequestRow> =
            row(&reader, &ServiceRequestKey { case_id: case(2) }).unwrap();
        assert_eq!(stored, Some(request(2)));
        let events = journal::events_of_case(&reader, case(3), EventSeq::START, 10).unwrap();
        assert_eq!(events.iter().map(|event| event.seq.0).collect::<Vec<_>>(), [3]);
    });
}

#[test]
fn the_last_write_of_a_batch_stands() {
    on_each_side(|open| {
        let mut store = open();
        let mut held = lease(&mut *store, "one");
        let mut first = batch(&held, 1);
        let mut later = effect(1);
        later.attempt = 2;
        first.put(later.clone());
        first.put(effect(2));
        first.delete::<EffectRow>(EffectKey { effect_id: effect(2).effect_id });
        held.advance(store.commit(&first).unwrap());
        let reader = store.readers().shard(Shard(0));
        let get = |number: u8| {
            row::<EffectRow>(&reader, &EffectKey { effect_id: effect(number).effect_id }).unwrap()
        };
        assert_eq!((get(1), get(2)), (Some(later), None));
        let mut second = Batch::after(&held);
        second.delete::<EffectRow>(EffectKey { effect_id: effect(1).effect_id });
        store.commit(&second).unwrap();
        assert_eq!(get(1), None);
    });
}

#[test]
fn of_two_owners_only_the_later_one_writes() {
    on_each_side(|open| {
        let mut first = open();
        let mut second = open();
        let old = lease(&mut *first, "one");
        let refused = second.lease(&body(), Shard(0), "two", at(0), 10_000);
        assert!(matches!(refused, Err(StoreError::LeaseHeld { owner, .. }) if owner == "one"));
        first.renew(&old, at(0), 0).unwrap();
        let new = second.lease(&body(), Shard(0), "two", at(0), 10_000).unwrap();
        let late = first.commit(&batch(&old, 1));
        assert!(matches!(late, Err(StoreError::LeaseLost { held: Epoch(1), actual: Epoch(2) })));
        assert!(matches!(first.renew(&old, at(1), 1), Err(StoreError::LeaseLost { .. })));
        assert!(matches!(first.landed(&batch(&old, 1)), Err(StoreError::LeaseLost { .. })));
        second.renew(&new, at(0), 10_000).unwrap();
        second.commit(&batch(&new, 2)).unwrap();
        let reader = first.readers().shard(Shard(0));
        let events = journal::events_from(&reader, EventSeq::START, 10).unwrap();
        assert_eq!(events.len(), 1, "nothing of the old owner's batch landed");
        assert_eq!(
            row::<EffectRow>(&reader, &EffectKey { effect_id: effect(1).effect_id }).unwrap(),
            None
        );
    });
}

#[test]
fn a_batch_is_taken_once_and_in_its_place() {
    on_each_side(|open| {
        let mut store = open();
        let mut held = lease(&mut *store, "one");
        let one = batch(&held, 1);
        assert_eq!(store.landed(&one).unwrap(), Landed::No);
        let committed = store.commit(&one).unwrap();
        assert_eq!(store.landed(&one).unwrap(), Landed::Yes(committed));
        assert!(matches!(
            store.commit(&one),
            Err(StoreError::PositionConflict { expected: EventSeq(1), actual: EventSeq(2) })
        ));
        held.advance(committed);
        store.commit(&batch(&held, 2)).unwrap();
        assert_eq!(
            store.landed(&one).unwrap(),
            Landed::Yes(committed),
            "also when others followed"
        );
        let elsewhere = batch(&Lease { chain_head: Digest::of(b"another past"), ..held }, 3);
        assert!(matches!(store.commit(&elsewhere), Err(StoreError::PositionConflict { .. })));
    });
}

#[test]
fn a_message_is_applied_once() {
    on_each_side(|open| {
        let mut store = open();
        let mut held = lease(&mut *store, "one");
        let mark = InboxMark {
            sender: "waste-contractor".to_owned(),
            message: MessageId::from_bytes([1; 16]),
            received_at: at(5),
        };
        let mut first = batch(&held, 1);
        first.inbox.push(mark.clone());
        held.advance(store.commit(&first).unwrap());
        let mut again = batch(&held, 2);
        again.inbox.push(mark.clone());
        assert!(matches!(store.commit(&again), Err(StoreError::AlreadyReceived { .. })));
        let reader = store.readers().shard(Shard(0));
        assert_eq!(journal::head(&reader).unwrap().unwrap().next_seq, EventSeq(2));
        let received = journal::received(&reader, "waste-contractor", mark.message).unwrap();
        assert_eq!(received, Some(at(5)));
        assert_eq!(journal::received(&reader, "another", mark.message).unwrap(), None);
    });
}

#[test]
fn a_taken_address_refuses_the_batch() {
    on_each_side(|open| {
        let mut store = open();
        let mut held = lease(&mut *store, "one");
        let account = |number| AccountRow {
            account_id: AccountId::from_bytes([number; 16]),
            email_index: Digest::of(b"a@example.org"),
            bytes: vec![number],
        };
        let mut first = batch(&held, 1);
        first.put(account(1));
        held.advance(store.commit(&first).unwrap());
        let mut second = batch(&held, 2);
        second.put(account(2));
        assert!(matches!(store.commit(&second), Err(StoreError::NotUnique { .. })));
        assert_eq!(store.landed(&second).unwrap(), Landed::No);
    });
}

#[test]
fn shards_and_bodies_are_apart() {
    on_each_side(|open| {
        let mut store = open();
        let zero = lease(&mut *store, "one");
        let one = store.lease(&body(), Shard(1), "one", at(0), 1).unwrap();
        store.commit(&batch(&zero, 1)).unwrap();
        store.commit(&batch(&one, 1)).unwrap();
        store.commit(&batch(&Lease { next_seq: EventSeq(1), ..zero.clone() }, 2)).unwrap_err();
        for shard in [0, 1] {
            let reader = store.readers().shard(Shard(shard));
            assert_eq!(journal::events_from(&reader, EventSeq::START, 10).unwrap().len(), 1);
        }
        let stranger = "ashvale".parse().unwrap();
        assert!(store.lease(&stranger, Shard(0), "one", at(0), 1).is_err());
    });
}

#[test]
fn what_a_batch_takes_away_frees_its_unique_values_for_what_it_writes() {
    on_each_side(|open| {
        let mut store = open();
        let mut held = lease(&mut *store, "one");
        for number in 1..=40 {
            let mut next = batch(&held, number);
            next.put(AccountRow {
                account_id: AccountId::from_bytes([number; 16]),
                email_index: Digest::of(b"a@example.org"),
                bytes: vec![],
            });
            let before = AccountId::from_bytes([number - 1; 16]);
            next.delete::<AccountRow>(AccountKey { account_id: before });
            held.advance(store.commit(&next).unwrap());
        }
        let reader = store.readers().shard(Shard(0));
        let left = crate::page::<AccountRow>(&reader, None, 10).unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].account_id, AccountId::from_bytes([40; 16]));
    });
}

#[test]
fn a_large_batch_reads_back_page_by_page_in_the_order_of_its_keys() {
    on_each_side(|open| {
        let mut store = open();
        let held = lease(&mut *store, "one");
        let mut large = Batch::after(&held);
        for number in 1..=250 {
            let text =
                if number % 2 == 0 { None } else { Some("Dŵr \u{1f6b0} 'quoted' \\".into()) };
            large.append(Some(case(number)), at(1), "request.received", 1, vec![number; 99]);
            large.put(ServiceRequestRow { outcome: text, ..request(number) });
        }
        store.commit(&large).unwrap();
        let reader = store.readers().shard(Shard(0));
        let (mut after, mut all) = (None, Vec::new());
        loop {
            let page: Vec<ServiceRequestRow> = crate::page(&reader, after.as_ref(), 99).unwrap();
            let Some(last) = page.last() else { break };
            after = Some(crate::Row::key(last));
            all.extend(page);
        }
        let written: Vec<ServiceRequestRow> = large.rows.written().cloned().collect();
        assert_eq!(all, written);
        assert_eq!(journal::verify_chain(&reader).unwrap().events, 250);
    });
}
