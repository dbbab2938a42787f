//! The SQLite side on real files: fences, reopening, damage, foreign files, a full disk.

use base::{EventSeq, Shard};

use super::*;
use crate::journal;
use crate::testing::{Scratch, at, batch, body, case, lease, request};

fn open(scratch: &Scratch) -> SqliteStore {
    SqliteStore::open_file(&scratch.join("body.sqlite"), &body()).unwrap()
}

#[test]
fn a_full_disk_loses_nothing_and_lands_nothing() {
    let scratch = Scratch::new();
    let mut store = open(&scratch);
    store.limit_bytes(600_000).unwrap();
    let mut held = lease(&mut store, "one");
    let mut landed = 0;
    let refused = loop {
        let mut large = Batch::after(&held);
        large.append(None, at(1), "large", 1, vec![b' '; 20_000]);
        match store.commit(&large) {
            Ok(committed) => held.advance(committed),
            Err(error) => break (error, large),
        }
        landed += 1;
        assert!(landed < 100, "the limit must be met");
    };
    assert!(matches!(refused.0, StoreError::Full), "{:?}", refused.0);
    assert_eq!(store.landed(&refused.1).unwrap(), Landed::No);
    let reader = store.readers().shard(Shard(0));
    assert_eq!(journal::verify_chain(&reader).unwrap().events, landed);
    store.limit_bytes(6_000_000).unwrap();
    held.advance(store.commit(&refused.1).unwrap());
    store.check().unwrap();
    assert_eq!(held.next_seq.0, landed + 2);
}

#[test]
fn what_a_crash_leaves_behind_opens() {
    let scratch = Scratch::new();
    let mut store = open(&scratch);
    let mut held = lease(&mut store, "one");
    for number in 1..=20 {
        held.advance(store.commit(&batch(&held, number)).unwrap());
        // What a kill at this moment leaves: the file and its log, without a farewell.
        let left = scratch.join(&format!("left-{number}.sqlite"));
        std::fs::copy(scratch.join("body.sqlite"), &left).unwrap();
        let log = scratch.join(&format!("left-{number}.sqlite-wal"));
        std::fs::copy(scratch.join("body.sqlite-wal"), &log).unwrap();
        let mut reopened = SqliteStore::open_file(&left, &body()).unwrap();
        let found = lease(&mut reopened, "one");
        assert_eq!((found.next_seq, found.chain_head), (held.next_seq, held.chain_head));
        journal::verify_chain(&reopened.readers().shard(Shard(0))).unwrap();
    }
}

#[test]
fn every_torn_end_of_the_log_opens_at_a_commit() {
    let scratch = Scratch::new();
    let mut store = open(&scratch);
    let mut held = lease(&mut store, "one");
    for number in 1..=6 {
        held.advance(store.commit(&batch(&held, number)).unwrap());
    }
    let log = std::fs::read(scratch.join("body.sqlite-wal")).unwrap();
    let file = std::fs::read(scratch.join("body.sqlite")).unwrap();
    let mut seen = 0;
    for cut in (0..log.len()).rev().step_by(2_971) {
        let left = scratch.join("torn.sqlite");
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(scratch.join(&format!("torn.sqlite{end}")));
        }
        std::fs::write(&left, &file).unwrap();
        std::fs::write(scratch.join("torn.sqlite-wal"), &log[..cut]).unwrap();
        let mut reopened = SqliteStore::open_file(&left, &body()).unwrap();
        let found = lease(&mut reopened, "one");
        assert!(found.next_seq <= held.next_seq);
        let verified = journal::verify_chain(&reopened.readers().shard(Shard(0))).unwrap();
        assert_eq!(verified.events + 1, found.next_seq.0);
        seen += 1;
    }
    assert!(seen > 20, "only {seen} cuts were tried");
}

#[test]
fn a_foreign_file_is_refused_and_untouched() {
    let scratch = Scratch::new();
    let path = scratch.join("body.sqlite");
    let foreign = Connection::open(scratch.join("other.sqlite")).unwrap();
    foreign.execute_batch("CREATE TABLE theirs (a INTEGER)").unwrap();
    drop(foreign);
    let other = std::fs::read(scratch.join("other.sqlite")).unwrap();
    for content in [other, b"a shopping list".to_vec(), vec![0; 4_096], vec![0xff; 99]] {
        std::fs::write(&path, &content).unwrap();
        let refused = SqliteStore::open_file(&path, &body());
        assert!(matches!(refused, Err(StoreError::Foreign { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), content);
        assert!(!scratch.join("body.sqlite-wal").exists());
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(SqliteStore::open_file(&path, &body()), Err(StoreError::Foreign { .. })));
}

#[test]
fn a_file_of_another_purpose_or_body_is_refused() {
    let scratch = Scratch::new();
    let keys = scratch.join("keys.sqlite");
    drop(crate::SqliteKeyStore::open_file(&keys, &body()).unwrap());
    assert!(matches!(SqliteStore::open_file(&keys, &body()), Err(StoreError::Foreign { .. })));
    drop(open(&scratch));
    let another = "ashvale".parse().unwrap();
    let refused = SqliteStore::open_file(&scratch.join("body.sqlite"), &another);
    assert!(matches!(refused, Err(StoreError::Foreign { .. })));
}

#[test]
fn a_newer_or_changed_schema_is_refused() {
    let scratch = Scratch::new();
    drop(open(&scratch));
    let path = scratch.join("body.sqlite");
    let change = |sql: &str| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    change("INSERT INTO schema_migration (number, checksum) VALUES (900, 'x')");
    let newer = SqliteStore::open_file(&path, &body());
    assert!(matches!(newer, Err(StoreError::Newer { found: 900, known: 7, .. })));
    change("DELETE FROM schema_migration WHERE number = 900");
    change("UPDATE schema_migration SET checksum = 'x' WHERE number = 1");
    let changed = SqliteStore::open_file(&path, &body());
    assert!(matches!(changed, Err(StoreError::MigrationChanged { number: 1 })));
}

#[test]
fn a_file_of_the_release_before_opens_and_its_references_are_found() {
    let scratch = Scratch::new();
    let path = scratch.join("body.sqlite");
    let mut before = connection::open_writer(&path, connection::JOURNAL_FILE).unwrap();
    migrate::migrate(&mut before, &path, &migrate::JOURNAL[..6]).unwrap();
    connection::claim(&before, &path, &body()).unwrap();
    let drawn = request(9).reference;
    let row = "INSERT INTO service_request (body, shard, case_id, reference, service,
       service_version, status, channel, language, received_at, updated_at, touches, reopenings,
       rekeyed_fields, staff_centiminutes, calls, messages, questions_asked, questions_answered,
       cost_millipence, bytes)
VALUES (?1, 0, ?2, ?3, 'missed-bin-collection', zeroblob(32), 'open', 'web', 'en', 1, 1, 0, 0, 0,
       0, 0, 0, 0, 0, 0, x'07')";
    let case_id = case(9).as_bytes().to_vec();
    before.execute(row, (body().as_str(), case_id, drawn.as_str())).unwrap();
    drop(before);
    let store = open(&scratch);
    let reader = store.readers().shard(Shard(0));
    let found = |reference, place| {
        crate::requests::request_by_reference(&reader, reference, place).unwrap()
    };
    assert_eq!(found(&drawn, None).unwrap().case_id, case(9));
    assert_eq!(found(&drawn, Some((Shard(0), EventSeq(3)))).unwrap().case_id, case(9));
    assert_eq!(found(&request(8).reference, Some((Shard(0), EventSeq(3)))), None);
}

#[test]
fn damage_is_found() {
    let scratch = Scratch::new();
    let mut store = open(&scratch);
    let mut held = lease(&mut store, "one");
    for number in 1..=200 {
        held.advance(store.commit(&batch(&held, number)).unwrap());
    }
    drop(store);
    let path = scratch.join("body.sqlite");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 8_192]).unwrap();
    let short = SqliteStore::open_file(&path, &body());
    assert!(matches!(short, Err(StoreError::Corrupt { .. })));
    let mut smudged = whole.clone();
    for page in smudged.chunks_mut(8_192).skip(3) {
        page[..64].fill(0xa5);
    }
    std::fs::write(&path, &smudged).unwrap();
    let found = SqliteStore::open_file(&path, &body()).and_then(|store| store.check());
    assert!(matches!(found, Err(StoreError::Corrupt { .. })), "{found:?}");
    std::fs::write(&path, &whole).unwrap();
    SqliteStore::open_file(&path, &body()).unwrap().check().unwrap();
}

#[test]
fn a_changed_event_breaks_the_chain() {
    let scratch = Scratch::new();
    let mut store = open(&scratch);
    let mut held = lease(&mut store, "one");
    for number in 1..=5 {
        held.advance(store.commit(&batch(&held, number)).unwrap());
    }
    let reader = store.readers().shard(Shard(0));
    journal::verify_chain(&reader).unwrap();
    let change = |sql: &str| {
        Connection::open(scratch.join("body.sqlite")).unwrap().execute_batch(sql).unwrap();
        journal::verify_chain(&reader)
    };
    let changed = change("UPDATE event SET bytes = CAST('{\"number\":9}' AS BLOB) WHERE seq = 3");
    assert!(matches!(changed, Err(StoreError::Corrupt { what }) if what.contains("event 3")));
    change("UPDATE event SET bytes = CAST('{\"number\":3}' AS BLOB) WHERE seq = 3").unwrap();
    let cut = change("DELETE FROM event WHERE seq = 5");
    assert!(matches!(cut, Err(StoreError::Corrupt { .. })));
}

#[test]
fn a_reader_cannot_write_and_reads_while_others_write() {
    let scratch = Scratch::new();
    let mut store = open(&scratch);
    let mut held = lease(&mut store, "one");
    held.advance(store.commit(&batch(&held, 1)).unwrap());
    let connection = connection::open_reader(&scratch.join("body.sqlite")).unwrap();
    assert!(connection.execute_batch("DELETE FROM event").is_err());
    let readers = store.readers();
    std::thread::scope(|threads| {
        for _ in 0..8 {
            let reader = readers.shard(Shard(0));
            threads.spawn(move || {
                for _ in 0..50 {
                    journal::verify_chain(&reader).unwrap();
                }
            });
        }
        for number in 2..=100 {
            held.advance(store.commit(&batch(&held, number)).unwrap());
        }
    });
    assert_eq!(journal::verify_chain(&readers.shard(Shard(0))).unwrap().events, 100);
}

#[test]
fn a_folder_is_looked_at_without_being_touched() {
    let scratch = Scratch::new();
    let folder = crate::DataFolder::open_or_create(&scratch.join("data")).unwrap();
    SqliteStore::examine(&folder, &body()).unwrap();
    assert!(!folder.journal_file(&body()).exists(), "nothing is made");
    for file in [folder.journal_file(&body()), folder.key_file(&body())] {
        std::fs::write(&file, "a shopping list").unwrap();
        let refused = SqliteStore::examine(&folder, &body());
        assert!(matches!(refused, Err(StoreError::Foreign { .. })));
        std::fs::remove_file(&file).unwrap();
    }
}

#[test]
fn a_file_whose_making_was_cut_short_is_made_again() {
    let scratch = Scratch::new();
    let path = scratch.join("body.sqlite");
    // What is on the disk when the program ends between the first page and its commit.
    let mut page = vec![0_u8; 8_192];
    page[..16].copy_from_slice(b"SQLite format 3\0");
    page[16..24].copy_from_slice(&[0x20, 0, 1, 1, 0, 64, 32, 32]);
    page[27] = 1;
    page[31] = 1;
    page[68..72].copy_from_slice(&0x544c_6a72_u32.to_be_bytes());
    page[100] = 13;
    let mut journal = vec![0_u8; 512];
    journal[..8].copy_from_slice(&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    journal[22] = 2;
    journal[26] = 0x20;
    std::fs::write(&path, page).unwrap();
    std::fs::write(scratch.join("body.sqlite-journal"), journal).unwrap();
    drop(open(&scratch));
    drop(open(&scratch));
}
