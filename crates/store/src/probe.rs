//! The raw probe that published figures are divided by: plain rusqlite, no fence of types, no
//! seam, the row-set of the storage bench.
//!
//! A row-set is one instance upsert of 600 bytes (each instance written four
//! times), four event rows of 200 bytes and the shard's row, in WAL with
//! `synchronous=FULL`, `batch` row-sets to a commit.

use std::path::Path;
use std::time::{Duration, Instant};

use base::{CaseId, Digest, Shard, Timestamp};
use rusqlite::Connection;

use crate::process::ProcessInstanceRow;
use crate::statements::statements;
use crate::{Batch, SqliteStore, Store, StoreError};

/// Bytes of an instance.
const INSTANCE_BYTES: usize = 600;
/// Bytes of an event.
const EVENT_BYTES: usize = 200;
/// How often each instance is written.
const WRITES_PER_INSTANCE: u64 = 4;

statements! {
    PROBE_INSTANCE = "INSERT INTO instance (shard, instance_id, bytes)
VALUES (0, :instance_id, :bytes)
ON CONFLICT (shard, instance_id)
DO UPDATE SET bytes = excluded.bytes";
    PROBE_EVENT = "INSERT INTO event (shard, seq, bytes)
VALUES (0, :seq, :bytes)";
    PROBE_FENCE = "UPDATE shard
   SET next_seq = :next_seq
 WHERE shard = 0 AND epoch = 1";
}

const SCHEMA: &str = "
CREATE TABLE shard (
  shard INTEGER NOT NULL, epoch INTEGER NOT NULL, next_seq INTEGER NOT NULL, PRIMARY KEY (shard)
) STRICT;
CREATE TABLE instance (
  shard INTEGER NOT NULL, instance_id BLOB NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (shard, instance_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE event (
  shard INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (shard, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO shard (shard, epoch, next_seq) VALUES (0, 1, 1);
";

/// Row-sets per second that plain rusqlite writes into a new file at `path`.
///
/// # Errors
/// [`StoreError::Database`] when the file cannot be made or written.
#[expect(clippy::disallowed_methods, reason = "a bench measures the wall clock")]
pub fn raw_row_sets(path: &Path, batch: u32, seconds: u32) -> Result<f64, StoreError> {
    let failed = |source| StoreError::from_driver("probing", source);
    let mut connection = Connection::open(path).map_err(failed)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    connection.execute_batch(SCHEMA).map_err(failed)?;
    let (span, begun) = (Duration::from_secs(u64::from(seconds)), Instant::now());
    let mut row_sets = 0_u64;
    while begun.elapsed() < span {
        write(&mut connection, row_sets, batch).map_err(failed)?;
        row_sets += u64::from(batch);
    }
    let elapsed = begun.elapsed().as_secs_f64();
    Ok(f64::from(u32::try_from(row_sets).unwrap_or(u32::MAX)) / elapsed)
}

/// Row-sets per second that [`SqliteStore`] writes into a new file at `path`: the same bytes
/// through the seam, with the chain, case and time of each event, and the fence.
///
/// # Errors
/// [`StoreError`] when the file cannot be made or written.
#[expect(clippy::disallowed_methods, reason = "a bench measures the wall clock")]
pub fn store_row_sets(path: &Path, batch: u32, seconds: u32) -> Result<f64, StoreError> {
    let Ok(body) = "probe".parse() else { return Err(StoreError::corrupt("no such body")) };
    let now = Timestamp::from_millis(0);
    let mut store = SqliteStore::open_file(path, &body)?;
    let mut lease = store.lease(&body, Shard(0), "probe", now, 1_000)?;
    let (span, begun) = (Duration::from_secs(u64::from(seconds)), Instant::now());
    let mut row_sets = 0_u64;
    while begun.elapsed() < span {
        let mut rows = Batch::after(&lease);
        for row_set in row_sets..row_sets + u64::from(batch) {
            let case_id = CaseId::from_bytes(instance_id(row_set, batch));
            for _ in 0..4 {
                rows.append(Some(case_id), now, "probe.made", 1, vec![7; EVENT_BYTES]);
            }
            rows.put(ProcessInstanceRow {
                case_id,
                process: "probe".into(),
                version: Digest::ZERO,
                bytes: vec![7; INSTANCE_BYTES],
            });
        }
        lease.advance(store.commit(&rows)?);
        row_sets += u64::from(batch);
    }
    let elapsed = begun.elapsed().as_secs_f64();
    Ok(f64::from(u32::try_from(row_sets).unwrap_or(u32::MAX)) / elapsed)
}

fn write(connection: &mut Connection, first: u64, batch: u32) -> rusqlite::Result<()> {
    let (instance, event) = ([7_u8; INSTANCE_BYTES], [7_u8; EVENT_BYTES]);
    let transaction = connection.transaction()?;
    let mut upsert = transaction.prepare_cached(PROBE_INSTANCE.sql)?;
    let mut append = transaction.prepare_cached(PROBE_EVENT.sql)?;
    let mut seq = i64::try_from(first * 4).unwrap_or(i64::MAX);
    for row_set in first..first + u64::from(batch) {
        upsert.execute((instance_id(row_set, batch), &instance[..]))?;
        for _ in 0..4 {
            seq += 1;
            append.execute((seq, &event[..]))?;
        }
    }
    transaction.prepare_cached(PROBE_FENCE.sql)?.execute([seq + 1])?;
    drop((upsert, append));
    transaction.commit()
}

/// Instances come four times, in four batches one after another.
fn instance_id(row_set: u64, batch: u32) -> [u8; 16] {
    let batch = u64::from(batch.max(1));
    let (round, place) = (row_set / batch / WRITES_PER_INSTANCE, row_set % batch);
    let mut id = [0_u8; 16];
    id[..8].copy_from_slice(&(round * batch + place).to_be_bytes());
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Scratch;

    #[test]
    fn both_probes_write_row_sets() {
        let scratch = Scratch::new();
        assert!(raw_row_sets(&scratch.join("raw.sqlite"), 32, 1).unwrap() > 0.0);
        assert!(store_row_sets(&scratch.join("store.sqlite"), 32, 1).unwrap() > 0.0);
        assert!(raw_row_sets(&scratch.join("raw.sqlite"), 32, 1).is_err(), "a new file is wanted");
    }
}
