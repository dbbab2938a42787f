//! Keys on real files: durable in blocks, forgotten for good, the bytes gone from both files.

use super::*;
use crate::testing::{Scratch, body};

fn key(number: u32) -> WrappedKey {
    // Spread, so that the index is split in its middle too.
    let id = base::Digest::of(&number.to_be_bytes());
    let wrapped: Vec<u8> = [id.as_bytes().as_slice(), &id.chained(b"w").as_bytes()[..]].concat();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&base::Digest::of(&wrapped).as_bytes()[..16]);
    WrappedKey { key: KeyId::from_bytes(bytes), epoch: WrapEpoch(number % 3), wrapped }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// What the disk holds of a keystore: file and log.
fn on_disk(scratch: &Scratch) -> Vec<u8> {
    let mut bytes = std::fs::read(scratch.join("keys.sqlite")).unwrap();
    bytes.extend(std::fs::read(scratch.join("keys.sqlite-wal")).unwrap_or_default());
    bytes
}

#[test]
fn a_forgotten_key_is_in_neither_file() {
    let scratch = Scratch::new();
    let path = scratch.join("keys.sqlite");
    let mut store = SqliteKeyStore::open_file(&path, &body()).unwrap();
    for block in 0..40_u32 {
        let keys: Vec<_> = (block * 64..(block + 1) * 64).map(key).collect();
        store.append_keys(&keys).unwrap();
    }
    assert!(contains(&on_disk(&scratch), &key(7).wrapped[..16]), "it must be found before");
    let gone: Vec<u32> = (0..2_560).filter(|number| number % 5 == 2).collect();
    for some in gone.chunks(100) {
        let ids: Vec<_> = some.iter().map(|number| key(*number).key).collect();
        assert_eq!(store.forget(&ids).unwrap(), ids.len() as u64);
        assert_eq!(store.forget(&ids).unwrap(), 0);
    }
    let disk = on_disk(&scratch);
    let mut heads = std::collections::BTreeSet::new();
    heads.extend(disk.windows(8).map(|window| <[u8; 8]>::try_from(window).unwrap()));
    for number in 0..2_560 {
        let held = number % 5 != 2;
        let wrapped = key(number).wrapped;
        for part in wrapped.chunks(8) {
            assert_eq!(heads.contains(part), held, "key {number}");
        }
        assert_eq!(store.key(key(number).key).unwrap(), held.then(|| key(number)));
    }
}

#[test]
fn a_rewrapped_key_leaves_no_trace_of_the_old_one() {
    let scratch = Scratch::new();
    let path = scratch.join("keys.sqlite");
    let mut store = SqliteKeyStore::open_file(&path, &body()).unwrap();
    store.append_keys(&(0..300).map(key).collect::<Vec<_>>()).unwrap();
    let again = |number: u32| WrappedKey {
        epoch: WrapEpoch(900),
        wrapped: key(number).wrapped.iter().map(|byte| !byte).collect(),
        ..key(number)
    };
    store.forget(&[key(3).key]).unwrap();
    store.rewrap(&(0..300).map(again).collect::<Vec<_>>()).unwrap();
    assert_eq!(store.key(key(3).key).unwrap(), None, "forgotten stays forgotten");
    assert_eq!(store.key(key(4).key).unwrap(), Some(again(4)));
    let disk = on_disk(&scratch);
    for number in [0, 3, 4, 150, 299] {
        assert!(!contains(&disk, &key(number).wrapped[..16]));
    }
    let longer = WrappedKey { wrapped: vec![1; 99], ..key(5) };
    assert!(store.rewrap(&[longer]).is_err());
}

#[test]
fn keys_are_there_after_reopening_and_in_order() {
    let scratch = Scratch::new();
    let path = scratch.join("keys.sqlite");
    let mut store = SqliteKeyStore::open_file(&path, &body()).unwrap();
    let keys: Vec<_> = (0..50).map(key).collect();
    store.append_keys(&keys).unwrap();
    assert!(matches!(store.append_keys(&keys[9..10]), Err(StoreError::NotUnique { .. })));
    drop(store);
    let mut store = SqliteKeyStore::open_file(&path, &body()).unwrap();
    let mut found = store.keys_after(None, 20).unwrap();
    store.forget(&found.iter().map(|key| key.key).take(19).collect::<Vec<_>>()).unwrap();
    found = store.keys_after(None, 5).unwrap();
    assert_eq!(found.len(), 1, "pages of forgotten keys are passed over");
    let rest = store.keys_after(Some(found[0].key), 100).unwrap();
    assert_eq!(rest.len(), 30);
    assert!(rest.is_sorted_by_key(|key| key.key));
    let another = "ashvale".parse().unwrap();
    drop(store);
    let refused = SqliteKeyStore::open_file(&path, &another);
    assert!(matches!(refused, Err(StoreError::Foreign { .. })));
}

#[test]
fn a_block_is_whole_or_absent_under_every_fault() {
    for fault in Fault::ALL {
        let mut store = SimKeyStore::new(&body()).unwrap();
        store.fail_next(fault);
        store.append_keys(&[key(1), key(2)]).unwrap_err();
        assert_eq!(store.key(key(1).key).is_err(), fault.crashes());
        store.reopen();
        let there = [1, 2].map(|number| store.key(key(number).key).unwrap().is_some());
        assert_eq!(there, [fault.lands(); 2], "{fault:?}");
    }
    let mut store = SimKeyStore::new(&body()).unwrap();
    store.append_keys(&[key(1), key(2)]).unwrap();
    store.fail_at(2, Fault::TornCommit);
    store.forget(&[key(1).key]).unwrap_err();
    store.reopen();
    assert_eq!(store.forget(&[key(1).key]).unwrap(), 1);
    assert_eq!(store.key(key(1).key).unwrap(), None);
    assert_eq!(store.keys_after(None, 9).unwrap(), [key(2)]);
}

#[test]
fn a_key_prints_its_id_alone() {
    let printed = format!("{:?}", key(1));
    assert_eq!(printed, format!("WrappedKey({})", key(1).key));
}
