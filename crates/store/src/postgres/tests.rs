//! What is PostgreSQL's alone: its statements, its clock, lost connections, programs side by side.

use base::{Epoch, EventSeq, Shard};
use expect_test::expect_file;

use super::*;
use crate::effects::{EffectKey, EffectRow};
use crate::journal;
use crate::testing::{PostgresDatabase, at, batch, body, effect, lease};

#[test]
fn a_batch_is_one_statement() {
    let lease = Lease {
        body: body(),
        shard: Shard(0),
        epoch: Epoch(1),
        next_seq: EventSeq::START,
        chain_head: Digest::ZERO,
    };
    let mut batch = batch(&lease, 1);
    batch.delete::<EffectRow>(EffectKey { effect_id: effect(2).effect_id });
    let sentence = commit::sentence(&batch, lease.epoch).unwrap();
    expect_file!["../../postgres.golden"].assert_eq(&(sentence.sql + ";\n"));
}

#[test]
fn every_statement_answers_on_postgresql() {
    let Some(database) = PostgresDatabase::new() else { return };
    let server = database.server();
    let link = Link::new(&server.background, &server.config, READS);
    for (name, sql) in crate::statements::tests::all() {
        let other = ["probe ", "migrate ", "keystore ", "sqlite::connection"];
        if other.iter().any(|subject| name.starts_with(subject)) {
            continue;
        }
        let (text, _) = sql::numbered(&sql);
        let columns = link.prepare(text).map_err(|failure| format!("{name}: {failure:?}"));
        for column in columns.unwrap() {
            let read = ["int8", "int4", "text", "bytea"].contains(&column.as_str());
            assert!(read, "{name} answers with {column}");
        }
    }
}

#[test]
fn programs_that_start_together_migrate_once() {
    let Some(database) = PostgresDatabase::new() else { return };
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| drop(database.server()));
        }
    });
    database.run("INSERT INTO schema_migration (number, checksum) VALUES (900, 'x')");
    let newer = PostgresServer::open(&database.url());
    assert!(matches!(newer, Err(StoreError::Newer { found: 900, .. })));
    database.run("DELETE FROM schema_migration WHERE number = 900");
    database.run("UPDATE schema_migration SET checksum = 'x' WHERE number = 1");
    let changed = PostgresServer::open(&database.url());
    assert!(matches!(changed, Err(StoreError::MigrationChanged { number: 1 })));
}

#[test]
fn a_lease_ends_by_the_clock_of_the_database() {
    let Some(database) = PostgresDatabase::new() else { return };
    let server = database.server();
    let mut first = PostgresStore::open(&server, &body()).unwrap();
    let mut second = PostgresStore::open(&server, &body()).unwrap();
    lease(&mut first, "one");
    let late = at(i64::MAX / 2);
    let refused = second.lease(&body(), Shard(0), "two", late, 10_000);
    assert!(
        matches!(refused, Err(StoreError::LeaseHeld { .. })),
        "whatever the caller's clock says"
    );
    database.run("UPDATE shard SET lease_until = 1");
    let taken = second.lease(&body(), Shard(0), "two", at(0), 10_000).unwrap();
    assert_eq!(taken.epoch, Epoch(2));
}

/// Ends every connection of the database but the one that says so.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[test]
fn a_lost_connection_leaves_a_batch_in_doubt_and_the_owner_settles_it() {
    let Some(database) = PostgresDatabase::new() else { return };
    let mut store = PostgresStore::open(&database.server(), &body()).unwrap();
    let mut held = lease(&mut store, "one");
    held.advance(store.commit(&batch(&held, 1)).unwrap());
    database.run(CUT);
    let next = batch(&held, 2);
    // The driver may know of the end already: then nothing was sent, and it lands on a new one.
    let committed = match store.commit(&next) {
        Ok(committed) => committed,
        Err(error) => {
            assert!(error.is_in_doubt(), "{error}");
            assert_eq!(store.landed(&next).unwrap(), Landed::No);
            store.commit(&next).unwrap()
        }
    };
    assert_eq!(store.landed(&next).unwrap(), Landed::Yes(committed));
    held.advance(committed);
    // The lease goes on under the epoch that the owner moved to, and its old one is shut.
    store.renew(&held, at(0), 10_000).unwrap();
    held.advance(store.commit(&batch(&held, 3)).unwrap());
    let reader = store.readers().shard(Shard(0));
    assert!(journal::head(&reader).unwrap().unwrap().epoch > held.epoch);
    assert_eq!(journal::verify_chain(&reader).unwrap().events, 3);
}

#[test]
fn what_was_on_its_way_under_the_old_epoch_does_not_land_any_more() {
    let Some(database) = PostgresDatabase::new() else { return };
    let server = database.server();
    let mut store = PostgresStore::open(&server, &body()).unwrap();
    let held = lease(&mut store, "one");
    let late = batch(&held, 1);
    let sentence = commit::sentence(&late, held.epoch).unwrap();
    assert_eq!(store.landed(&late).unwrap(), Landed::No);
    let delayed = Link::new(&server.background, &server.config, WRITES);
    let rows = delayed.query(sentence.sql, sentence.params).unwrap();
    assert_eq!(Record::of_postgres(&rows[0]).take::<u64>("count").unwrap(), 0);
    let reader = store.readers().shard(Shard(0));
    assert_eq!(journal::verify_chain(&reader).unwrap().events, 0);
    store.commit(&late).unwrap();
    assert_eq!(journal::verify_chain(&reader).unwrap().events, 1);
}

#[test]
fn a_server_that_is_away_is_said_in_a_sentence_without_its_password() {
    let refused = PostgresServer::open("postgres://someone:secret@127.0.0.1:1/nowhere");
    let error = refused.unwrap_err();
    let told = format!("{error}: {}", std::error::Error::source(&error).unwrap());
    assert!(told.contains("PostgreSQL does not answer"), "{told}");
    assert!(!format!("{told} {error:?}").contains("secret"));
    let refused = PostgresServer::open("someone:secret@nowhere").unwrap_err();
    assert!(matches!(refused, StoreError::NotAnAddress));
    assert!(!format!("{refused} {refused:?}").contains("secret"));
}

#[test]
fn readers_read_while_others_write_and_cannot_write() {
    let Some(database) = PostgresDatabase::new() else { return };
    let server = database.server();
    let mut store = PostgresStore::open(&server, &body()).unwrap();
    let mut held = lease(&mut store, "one");
    let readers = store.readers();
    std::thread::scope(|threads| {
        for _ in 0..4 {
            let reader = readers.shard(Shard(0));
            threads.spawn(move || {
                for _ in 0..20 {
                    journal::verify_chain(&reader).unwrap();
                }
            });
        }
        for number in 1..=50 {
            held.advance(store.commit(&batch(&held, number)).unwrap());
        }
    });
    assert_eq!(journal::verify_chain(&readers.shard(Shard(0))).unwrap().events, 50);
    let link = Link::new(&server.background, &server.config, READS);
    assert!(matches!(link.run("DELETE FROM event".to_owned()), Err(Failure::Refused(_))));
}
