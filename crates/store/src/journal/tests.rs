//! Paging through the journal.

use base::Shard;

use super::*;
use crate::testing::{at, body, case, lease};
use crate::{Batch, SimStore, Store};

#[test]
fn pages_follow_one_another_without_gaps() {
    let mut store = SimStore::new(&body()).unwrap();
    let mut held = lease(&mut store, "one");
    for number in 0..50_u8 {
        let mut batch = Batch::after(&held);
        for _ in 0..50 {
            batch.append(Some(case(number % 3)), at(1), "made", 1, vec![number]);
        }
        held.advance(store.commit(&batch).unwrap());
    }
    let reader = store.readers().shard(Shard(0));
    assert_eq!(
        verify_chain(&reader).unwrap(),
        Verified { events: 2_500, chain_head: held.chain_head }
    );
    let (mut from, mut seen) = (EventSeq::START, 0);
    loop {
        let page = events_of_case(&reader, case(1), from, 70).unwrap();
        let Some(last) = page.last() else { break };
        from = last.seq.plus(1);
        seen += page.len();
        assert!(page.iter().all(|event| event.case == Some(case(1))));
    }
    assert_eq!(seen, 17 * 50);
    assert_eq!(events_from(&reader, EventSeq(2_499), 10).unwrap().len(), 2);
    assert_eq!(events_from(&reader, EventSeq(1), u32::MAX).unwrap().len(), 1_000);
}

#[test]
fn an_empty_journal_is_whole() {
    let store = SimStore::new(&body()).unwrap();
    let reader = store.readers().shard(Shard(0));
    assert_eq!(head(&reader).unwrap(), None);
    assert_eq!(verify_chain(&reader).unwrap().events, 0);
}

#[test]
fn the_events_of_a_case_are_found_between_those_of_others() {
    let mut store = SimStore::new(&body()).unwrap();
    let mut held = lease(&mut store, "one");
    let cases = [Some(1), Some(1), None, Some(1), Some(2), Some(2), Some(1)];
    for _ in 0..3 {
        let mut batch = Batch::after(&held);
        for number in cases {
            batch.append(number.map(case), at(1), "made", 1, vec![number.unwrap_or(0)]);
        }
        held.advance(store.commit(&batch).unwrap());
    }
    let reader = store.readers().shard(Shard(0));
    let places = |number, from, limit| -> Vec<u64> {
        let found = events_of_case(&reader, case(number), EventSeq(from), limit).unwrap();
        found.iter().map(|event| event.seq.0).collect()
    };
    assert_eq!(places(1, 0, 99), [1, 2, 4, 7, 8, 9, 11, 14, 15, 16, 18, 21]);
    assert_eq!(places(1, 2, 3), [2, 4, 7]);
    assert_eq!(places(2, 6, 99), [6, 12, 13, 19, 20]);
    assert_eq!(places(3, 0, 99), [0_u64; 0]);
}

/// Steps that the database takes to read a case that stands at the end of a journal in which
/// `others` events come before it.
fn steps_behind(others: u32) -> i32 {
    use crate::sqlite::connection;
    let mut journal = connection::open_memory(connection::JOURNAL_FILE).unwrap();
    crate::migrate::migrate(&mut journal, "memory".as_ref(), crate::migrate::JOURNAL).unwrap();
    let put_event = "INSERT INTO event (body, shard, seq, case_id, at, name, version, bytes, hash)
 VALUES ('millbrook', 0, ?1, ?2, 0, 'made', 1, x'7b7d', x'00')";
    let put_run = "INSERT INTO event_run (body, shard, case_id, first_seq, last_seq)
 VALUES ('millbrook', 0, ?1, ?2, ?3)";
    for seq in 1..=others {
        journal.execute(put_event, (seq, [1_u8; 16])).unwrap();
    }
    journal.execute(put_run, ([1_u8; 16], 1, others)).unwrap();
    for seq in [others + 1, others + 3] {
        journal.execute(put_event, (seq, [2_u8; 16])).unwrap();
        journal.execute(put_event, (seq + 1, [1_u8; 16])).unwrap();
        journal.execute(put_run, ([2_u8; 16], seq, seq)).unwrap();
    }
    let mut read = journal.prepare(EVENTS_OF_CASE.sql).unwrap();
    let given = rusqlite::named_params! {
        ":body": "millbrook", ":shard": 0, ":case": [2_u8; 16], ":from": 0, ":limit": 100,
    };
    assert_eq!(read.query_map(given, |_| Ok(())).unwrap().count(), 2);
    read.get_status(rusqlite::StatementStatus::VmStep)
}

#[test]
fn reading_a_case_costs_the_same_however_long_the_journal_is() {
    assert_eq!(steps_behind(10), steps_behind(5_000));
}
