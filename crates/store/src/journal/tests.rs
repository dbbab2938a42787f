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
