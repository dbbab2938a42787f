use super::*;
use crate::SigningKey;

const ORIGIN: &str = "wealdmere.example/log";

fn key() -> SigningKey {
    SigningKey::from_seed("wealdmere.example", &[1; 32]).unwrap()
}

/// A log of ten records, the third erased, with a checkpoint after four and after nine.
fn log() -> (Vec<Entry>, Vec<String>) {
    let (mut tree, mut entries, mut notes) = (Tree::new(), Vec::new(), Vec::new());
    for number in 0..10_u8 {
        let opening = Opening { salt: Salt::from_bytes([number; 32]), record: vec![number; 5] };
        let commitment = Commitment::to(&opening.salt, &opening.record);
        let index = tree.push(&commitment);
        let opening = (number != 2).then_some(opening);
        entries.push(Entry { index, commitment, opening });
        if number == 3 || number == 8 {
            notes.push(Checkpoint::of(ORIGIN, &tree).unwrap().sign(&key()));
        }
    }
    (entries, notes)
}

fn check(spoil: impl FnOnce(&mut Vec<Entry>, &mut Vec<String>)) -> Result<Verified, LogFault> {
    let (mut entries, mut notes) = log();
    spoil(&mut entries, &mut notes);
    verify(ORIGIN, &key().verifying_key(), entries, &notes)
}

/// Numbers the entries anew, as somebody would who hides what they took out.
fn renumber(entries: &mut [Entry]) {
    for (index, entry) in (0..).zip(entries) {
        entry.index = index;
    }
}

#[test]
fn an_untouched_log_holds_though_a_record_was_erased() {
    let verified = check(|_, _| ()).unwrap();
    assert_eq!((verified.leaves, verified.opened, verified.signed), (10, 9, 9));
}

#[test]
fn an_altered_record_is_found() {
    let found = check(|entries, _| entries[5].opening.as_mut().unwrap().record[0] ^= 1);
    assert_eq!(found, Err(LogFault::RecordAltered { index: 5 }));
    let found = check(|entries, _| {
        let opening = entries[5].opening.as_mut().unwrap();
        opening.record[0] ^= 1;
        entries[5].commitment = Commitment::to(&opening.salt, &opening.record);
    });
    assert_eq!(found, Err(LogFault::RootDiffers { size: 9 }));
}

#[test]
fn a_dropped_leaf_is_found() {
    let found = check(|entries, _| drop(entries.remove(2)));
    assert_eq!(found, Err(LogFault::Gap { expected: 2, found: 3 }));
    let found = check(|entries, _| {
        entries.remove(2);
        renumber(entries);
    });
    assert_eq!(found, Err(LogFault::RootDiffers { size: 4 }));
}

#[test]
fn leaves_in_another_order_are_found() {
    let found = check(|entries, _| entries.swap(6, 7));
    assert_eq!(found, Err(LogFault::Gap { expected: 6, found: 7 }));
    let found = check(|entries, _| {
        entries.swap(6, 7);
        renumber(entries);
    });
    assert_eq!(found, Err(LogFault::RootDiffers { size: 9 }));
}

#[test]
fn a_log_that_was_cut_off_is_found() {
    let found = check(|entries, _| entries.truncate(8));
    assert_eq!(found, Err(LogFault::Truncated { signed: 9, found: 8 }));
    let found = check(|entries, _| entries.clear());
    assert_eq!(found, Err(LogFault::Truncated { signed: 4, found: 0 }));
}

#[test]
fn checkpoints_of_others_or_none_prove_nothing() {
    let found = check(|_, notes| notes.clear());
    assert_eq!(found, Err(LogFault::NoCheckpoint));
    let found = check(|_, notes| notes[1] = notes[1].replace('9', "8"));
    assert!(matches!(found, Err(LogFault::Checkpoint { number: 1, .. })), "{found:?}");
    let other = Checkpoint::of("another/log", &Tree::new()).unwrap().sign(&key());
    let found = check(|_, notes| notes.push(other));
    assert_eq!(found, Err(LogFault::OtherLog { number: 2 }));
}
