//! Writing batches: one `IMMEDIATE` transaction, the fence first, cached statements in loops.

use base::{BodyId, Digest, Shard, Timestamp};
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior};

use crate::batch::EachTable;
use crate::journal::Head;
use crate::statements::{Statement, statements};
use crate::table::Row;
use crate::value::{Bind, Record};
use crate::{Batch, Landed, Lease, StoreError, Writes, journal, seam};

statements! {
    LEASE = "INSERT INTO shard (body, shard, owner, epoch, lease_until, next_seq, chain_head)
VALUES (:body, :shard, :owner, 1, :lease_until, 1, :chain_head)
ON CONFLICT (body, shard)
DO UPDATE SET owner = excluded.owner, epoch = shard.epoch + 1,
       lease_until = excluded.lease_until
 WHERE shard.lease_until <= :now OR shard.owner = excluded.owner
RETURNING epoch, next_seq, chain_head";
    RENEW = "UPDATE shard
   SET lease_until = :lease_until
 WHERE body = :body AND shard = :shard AND epoch = :epoch";
    FENCE = "UPDATE shard
   SET next_seq = :next_seq, chain_head = :chain_head
 WHERE body = :body AND shard = :shard AND epoch = :epoch
   AND next_seq = :first_seq AND chain_head = :previous";
    APPEND = "INSERT INTO event (body, shard, seq, case_id, at, name, version, bytes, hash)
VALUES (:body, :shard, :seq, :case_id, :at, :name, :version, :bytes, :hash)";
    APPEND_RUN = "INSERT INTO event_run (body, shard, case_id, first_seq, last_seq)
VALUES (:body, :shard, :case_id, :first_seq, :last_seq)";
    RECEIVE = "INSERT INTO inbox (body, shard, sender, message_id, received_at)
VALUES (:body, :shard, :sender, :message_id, :received_at)
ON CONFLICT (body, shard, sender, message_id)
DO NOTHING";
}

/// A statement with its values given by place.
fn prepared<'c>(
    connection: &'c Connection,
    statement: Statement,
    values: &[&dyn Bind],
) -> Result<CachedStatement<'c>, StoreError> {
    let failed = |source| StoreError::from_driver("preparing", source);
    let mut prepared = connection.prepare_cached(statement.sql).map_err(failed)?;
    for (place, value) in (1..).zip(values) {
        prepared.raw_bind_parameter(place, value.bind()).map_err(failed)?;
    }
    Ok(prepared)
}

fn execute(
    connection: &Connection,
    statement: Statement,
    values: &[&dyn Bind],
) -> Result<usize, StoreError> {
    let run = prepared(connection, statement, values)?.raw_execute();
    run.map_err(|source| StoreError::from_driver("writing", source))
}

fn one<T>(
    connection: &Connection,
    statement: Statement,
    values: &[&dyn Bind],
    read: impl Fn(&mut Record<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let failed = |source| StoreError::from_driver("reading", source);
    let mut prepared = prepared(connection, statement, values)?;
    let mut rows = prepared.raw_query();
    let answer = match rows.next().map_err(failed)? {
        Some(row) => Some(read(&mut Record::of(row))?),
        None => None,
    };
    // A statement that returns rows takes effect when it has been stepped to its end.
    while rows.next().map_err(failed)?.is_some() {}
    Ok(answer)
}

fn head(connection: &Connection, body: &BodyId, shard: Shard) -> Result<Option<Head>, StoreError> {
    one(connection, journal::HEAD, &[body, &shard], Head::read)
}

/// Takes or takes over a shard.
pub(crate) fn lease(
    connection: &Connection,
    (body, shard): (&BodyId, Shard),
    owner: &str,
    now: Timestamp,
    lease_ms: i64,
) -> Result<Lease, StoreError> {
    let until = now.plus_millis(lease_ms);
    let values: [&dyn Bind; 6] = [body, &shard, &owner, &until, &Digest::ZERO, &now];
    if let Some(taken) = one(connection, LEASE, &values, Head::read)? {
        return Ok(Lease::taken(body, shard, taken));
    }
    let held = one(connection, seam::LEASE_HOLDER, &[body, &shard], seam::held)?;
    Err(held.unwrap_or(StoreError::Busy))
}

/// Prolongs a lease.
pub(crate) fn renew(
    connection: &Connection,
    lease: &Lease,
    until: Timestamp,
) -> Result<(), StoreError> {
    let values: [&dyn Bind; 4] = [&until, &lease.body, &lease.shard, &lease.epoch];
    if execute(connection, RENEW, &values)? == 1 {
        return Ok(());
    }
    Err(seam::lost(lease.epoch, head(connection, &lease.body, lease.shard)?))
}

/// Writes the batch and leaves the transaction open: only its commit makes it land.
pub(crate) fn write<'c>(
    connection: &'c mut Connection,
    batch: &Batch,
) -> Result<Transaction<'c>, StoreError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|source| StoreError::from_driver("beginning", source))?;
    fence(&transaction, batch)?;
    append(&transaction, batch)?;
    append_runs(&transaction, batch)?;
    batch.rows.visit(&mut WriteRows { connection: &transaction, batch })?;
    receive(&transaction, batch)?;
    Ok(transaction)
}

fn fence(connection: &Connection, batch: &Batch) -> Result<(), StoreError> {
    let values: [&dyn Bind; 7] = [
        &batch.next_seq(),
        &batch.chain_head(),
        batch.body(),
        &batch.shard(),
        &batch.epoch(),
        &batch.first_seq(),
        &batch.previous(),
    ];
    if execute(connection, FENCE, &values)? == 1 {
        return Ok(());
    }
    let head = head(connection, batch.body(), batch.shard())?;
    Err(seam::refused(batch, batch.epoch(), head))
}

fn append(connection: &Connection, batch: &Batch) -> Result<(), StoreError> {
    let failed = |source| StoreError::from_driver("appending to the journal", source);
    let mut statement = prepared(connection, APPEND, &[batch.body(), &batch.shard()])?;
    for (seq, event) in batch.events() {
        for (place, value) in (3..).zip(event.columns(seq)) {
            statement.raw_bind_parameter(place, value).map_err(failed)?;
        }
        statement.raw_execute().map_err(failed)?;
    }
    Ok(())
}

/// Notes where the events of each case stand.
fn append_runs(connection: &Connection, batch: &Batch) -> Result<(), StoreError> {
    let failed = |source| StoreError::from_driver("appending to the journal", source);
    let mut statement = prepared(connection, APPEND_RUN, &[batch.body(), &batch.shard()])?;
    for (case, first, last) in batch.runs() {
        for (place, value) in (3..).zip([case.bind(), first.bind(), last.bind()]) {
            statement.raw_bind_parameter(place, value).map_err(failed)?;
        }
        statement.raw_execute().map_err(failed)?;
    }
    Ok(())
}

struct WriteRows<'c> {
    connection: &'c Connection,
    batch: &'c Batch,
}

impl EachTable for WriteRows<'_> {
    fn table<R: Row>(&mut self, writes: &Writes<R>) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        let failed = |source| StoreError::from_driver("writing a row", source);
        let shared: [&dyn Bind; 2] = [self.batch.body(), &self.batch.shard()];
        let named = |sql| Statement { name: R::TABLE, sql };
        // Deletions first: they free unique values that a row of the same batch may take.
        let mut delete = prepared(self.connection, named(R::DELETE), &shared)?;
        for (key, _) in writes.iter().filter(|(_, row)| row.is_none()) {
            let mut place = 2;
            R::bind_key(key, &mut |value| {
                place += 1;
                delete.raw_bind_parameter(place, value).map_err(failed)
            })?;
            delete.raw_execute().map_err(failed)?;
        }
        let mut put = prepared(self.connection, named(R::PUT), &shared)?;
        for row in writes.iter().filter_map(|(_, row)| row) {
            let mut place = 2;
            row.bind(&mut |value| {
                place += 1;
                put.raw_bind_parameter(place, value).map_err(failed)
            })?;
            put.raw_execute().map_err(failed)?;
        }
        Ok(())
    }
}

fn receive(connection: &Connection, batch: &Batch) -> Result<(), StoreError> {
    for mark in &batch.inbox {
        let values: [&dyn Bind; 5] =
            [batch.body(), &batch.shard(), &mark.sender, &mark.message, &mark.received_at];
        if execute(connection, RECEIVE, &values)? == 0 {
            return Err(StoreError::AlreadyReceived {
                sender: mark.sender.clone(),
                message: mark.message,
            });
        }
    }
    Ok(())
}

/// Settles what became of a batch, also after others have followed it.
pub(crate) fn landed(connection: &Connection, batch: &Batch) -> Result<Landed, StoreError> {
    let (body, shard) = (batch.body(), batch.shard());
    let link = match batch.events().last() {
        Some((last, _)) => {
            one(connection, seam::LINK_AT, &[body, &shard, &last], |record| record.take("hash"))?
        }
        None => None,
    };
    seam::settled(batch, link, batch.epoch(), head(connection, body, shard)?)
}
