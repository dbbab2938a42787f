//! The PostgreSQL side of [`Store`]: any server that speaks its protocol, shared by many programs.
//!
//! A commit is one statement, fenced by the lease's epoch. Leases run by the database's clock. When
//! a connection is lost, the owner first moves to a new epoch, so that nothing on its way under the
//! old one can land any more, and then looks at what had landed.

mod commit;
pub(crate) mod link;
mod migrating;
pub(crate) mod param;
mod sql;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{BodyId, Digest, Epoch, EventSeq, Shard, Timestamp};
use tokio_postgres::{Config, Row};

use self::link::{Background, Failure, Link};
use self::param::Param;
use crate::{Batch, Bind, Committed, Landed, Lease, Readers, Record, Store, StoreError, Value};

/// Read-only connections per body; statements follow one another on a connection without waiting.
const READERS: usize = 2;
/// A commit that has answered survives the loss of power.
const WRITES: &str =
    "SET synchronous_commit = 'on'; SET idle_in_transaction_session_timeout = 60000";
const READS: &str = "SET default_transaction_read_only = 'on'; SET statement_timeout = 30000";

/// Milliseconds since 1970 by the database's clock.
macro_rules! clock {
    () => {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
    };
}

const LEASE: &str = concat!(
    "INSERT INTO shard (body, shard, owner, epoch, lease_until, next_seq, chain_head)
VALUES (:body, :shard, :owner, 1, ",
    clock!(),
    " + CAST(:lease_ms AS BIGINT), 1, :chain_head)
ON CONFLICT (body, shard)
DO UPDATE SET owner = excluded.owner, epoch = shard.epoch + 1,
       lease_until = excluded.lease_until
 WHERE shard.lease_until <= ",
    clock!(),
    " OR shard.owner = excluded.owner
RETURNING epoch, next_seq, chain_head"
);
const LEASE_HOLDER: &str = "SELECT owner, lease_until
  FROM shard
 WHERE body = :body AND shard = :shard";
const RENEW: &str = concat!(
    "UPDATE shard SET lease_until = ",
    clock!(),
    " + CAST(:lease_ms AS BIGINT)
 WHERE body = :body AND shard = :shard AND epoch = :epoch
RETURNING epoch, next_seq, chain_head"
);
/// Nothing that was sent under the old epoch can land after this.
const NEXT_EPOCH: &str = "UPDATE shard SET epoch = epoch + 1
 WHERE body = :body AND shard = :shard AND epoch = :epoch
RETURNING epoch, next_seq, chain_head";
const STANDING: &str = "SELECT epoch, next_seq, chain_head
  FROM shard
 WHERE body = :body AND shard = :shard";
const LINK_AT: &str = "SELECT hash
  FROM event
 WHERE body = :body AND shard = :shard AND seq = :seq";
const RECEIVED: &str = "SELECT message_id
  FROM inbox
 WHERE body = :body AND shard = :shard AND sender = :sender AND message_id = :message";

/// A PostgreSQL server with its database, as its connection string names them.
#[derive(Clone)]
pub struct PostgresServer {
    config: Config,
    background: Arc<Background>,
}

impl std::fmt::Debug for PostgresServer {
    /// Host and database; never the password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (hosts, database) = (self.config.get_hosts(), self.config.get_dbname());
        write!(formatter, "PostgresServer({hosts:?}, {database:?})")
    }
}

impl PostgresServer {
    /// Reads a connection string, such as `postgres://user@host/database`, and brings the database
    /// to the newest schema. Several programs may do so at once.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the string is none or the server does not answer,
    /// [`StoreError::Newer`] when a newer release has migrated it.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let config: Config = url.parse().map_err(|_| {
            StoreError::corrupt(
                "the address of the database is not one: write postgres://user@host/database",
            )
        })?;
        let server = Self { config, background: Arc::new(Background::new()?) };
        let link = Link::new(&server.background, &server.config, WRITES);
        migrating::migrate(&link, crate::migrate::JOURNAL, &server.name())?;
        Ok(server)
    }

    /// What errors call it.
    fn name(&self) -> std::path::PathBuf {
        self.config.get_dbname().unwrap_or("the database").into()
    }
}

/// One body's journal and projections in a database that other bodies and programs share.
pub struct PostgresStore {
    body: BodyId,
    writer: Link,
    readers: Readers,
    /// The epoch in the database of a shard whose owner moved on, by the one of its lease.
    moved: BTreeMap<Shard, (Epoch, Epoch)>,
}

impl PostgresStore {
    /// Opens a body's part of a database.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the server does not answer.
    pub fn open(server: &PostgresServer, body: &BodyId) -> Result<Self, StoreError> {
        let link = |greeting| Link::new(&server.background, &server.config, greeting);
        let writer = link(WRITES);
        let claim = "INSERT INTO known_body (body) VALUES (:body) ON CONFLICT (body) DO NOTHING";
        query(&writer, claim, &[("body", body)]).map_err(|failure| failure.sorted("opening"))?;
        let slots = (0..READERS).map(|_| link(READS)).collect();
        let readers = Readers::over_links(body.clone(), slots);
        Ok(Self { body: body.clone(), writer, readers, moved: BTreeMap::new() })
    }

    fn is_ours(&self, body: &BodyId) -> Result<(), StoreError> {
        if *body == self.body {
            return Ok(());
        }
        Err(StoreError::corrupt(format!("a batch of {body} came to the store of {}", self.body)))
    }

    /// The epoch that the database knows the holder of a lease by.
    fn epoch(&self, shard: Shard, held: Epoch) -> Epoch {
        match self.moved.get(&shard) {
            Some((lease, now)) if *lease == held => *now,
            _ => held,
        }
    }

    fn standing(&self, shard: Shard) -> Result<Option<Standing>, StoreError> {
        self.standing_by(STANDING, &[("body", &self.body), ("shard", &shard)])
    }

    fn standing_by(
        &self,
        sql: &str,
        named: &[(&str, &dyn Bind)],
    ) -> Result<Option<Standing>, StoreError> {
        let rows = query(&self.writer, sql, named).map_err(|failure| failure.sorted("leasing"))?;
        rows.first().map(|row| Standing::read(&mut Record::of_postgres(row))).transpose()
    }

    /// Why the fence let nothing through.
    fn refused(&self, batch: &Batch) -> Result<StoreError, StoreError> {
        let standing = self.standing(batch.shard())?;
        let actual = standing.as_ref().map_or(Epoch(0), |standing| standing.epoch);
        if actual != self.epoch(batch.shard(), batch.epoch()) {
            return Ok(StoreError::LeaseLost { held: batch.epoch(), actual });
        }
        let actual = standing.map_or(EventSeq::START, |standing| standing.next_seq);
        Ok(StoreError::PositionConflict { expected: batch.first_seq(), actual })
    }

    /// The first message of a batch that was applied before.
    fn received(&self, batch: &Batch) -> Result<Option<StoreError>, StoreError> {
        for mark in &batch.inbox {
            let named: [(&str, &dyn Bind); 4] = [
                ("body", &self.body),
                ("shard", &batch.shard()),
                ("sender", &mark.sender),
                ("message", &mark.message),
            ];
            let found = query(&self.writer, RECEIVED, &named);
            if !found.map_err(|failure| failure.sorted("reading"))?.is_empty() {
                let (sender, message) = (mark.sender.clone(), mark.message);
                return Ok(Some(StoreError::AlreadyReceived { sender, message }));
            }
        }
        Ok(None)
    }

    fn has_landed(&self, batch: &Batch) -> Result<bool, StoreError> {
        let Some((last, event)) = batch.events().last() else { return Ok(false) };
        let named: [(&str, &dyn Bind); 3] =
            [("body", &self.body), ("shard", &batch.shard()), ("seq", &last)];
        let rows = query(&self.writer, LINK_AT, &named);
        let rows = rows.map_err(|failure| failure.sorted("reading"))?;
        let link = rows.first().map(|row| Record::of_postgres(row).take::<Digest>("hash"));
        Ok(link.transpose()? == Some(event.hash()))
    }
}

/// Where a shard stands.
struct Standing {
    epoch: Epoch,
    next_seq: EventSeq,
    chain_head: Digest,
}

impl Standing {
    fn read(record: &mut Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            epoch: record.take("epoch")?,
            next_seq: record.take("next_seq")?,
            chain_head: record.take("chain_head")?,
        })
    }
}

/// Runs a statement with its parameters given by name.
fn query(link: &Link, sql: &str, named: &[(&str, &dyn Bind)]) -> Result<Vec<Row>, Failure> {
    let (text, wanted) = sql::numbered(sql);
    let value = |wanted: &str| {
        let given = named.iter().find(|(name, _)| *name == wanted);
        given.map_or(Value::Null, |(_, value)| value.bind())
    };
    link.query(text, wanted.into_iter().map(|name| Param::one(value(name))).collect())
}

/// Runs statements on a connection of its own.
#[cfg(test)]
pub(crate) fn run(url: &str, sql: &str) {
    let config: Config = url.parse().unwrap();
    let link = Link::new(&Arc::new(Background::new().unwrap()), &config, "");
    link.run(sql.to_owned()).unwrap();
}

/// The answer to a statement of the golden list, its values asked for by place and name.
pub(crate) fn read(
    link: &Link,
    sql: &str,
    value: impl Fn(usize, &str) -> Param,
) -> Result<Vec<Row>, StoreError> {
    let (text, names) = sql::numbered(sql);
    let values = names.into_iter().enumerate().map(|(place, name)| value(place, name)).collect();
    link.query(text, values).map_err(|failure| failure.sorted("reading"))
}

impl Store for PostgresStore {
    /// As the seam says, by the database's own clock: `now` is not looked at.
    fn lease(
        &mut self,
        body: &BodyId,
        shard: Shard,
        owner: &str,
        _now: Timestamp,
        lease_ms: i64,
    ) -> Result<Lease, StoreError> {
        self.is_ours(body)?;
        let named: [(&str, &dyn Bind); 5] = [
            ("body", body),
            ("shard", &shard),
            ("owner", &owner),
            ("lease_ms", &lease_ms),
            ("chain_head", &Digest::ZERO),
        ];
        self.moved.remove(&shard);
        if let Some(taken) = self.standing_by(LEASE, &named)? {
            let Standing { epoch, next_seq, chain_head } = taken;
            return Ok(Lease { body: body.clone(), shard, epoch, next_seq, chain_head });
        }
        let held = query(&self.writer, LEASE_HOLDER, &named);
        let held = held.map_err(|failure| failure.sorted("leasing"))?;
        let Some(row) = held.first() else { return Err(StoreError::Busy) };
        let mut record = Record::of_postgres(row);
        Err(StoreError::LeaseHeld { owner: record.take("owner")?, until: record.take("until")? })
    }

    fn renew(&mut self, lease: &Lease, _now: Timestamp, lease_ms: i64) -> Result<(), StoreError> {
        let epoch = self.epoch(lease.shard, lease.epoch);
        let named: [(&str, &dyn Bind); 4] = [
            ("lease_ms", &lease_ms),
            ("body", &lease.body),
            ("shard", &lease.shard),
            ("epoch", &epoch),
        ];
        if self.standing_by(RENEW, &named)?.is_some() {
            return Ok(());
        }
        let actual = self.standing(lease.shard)?.map_or(Epoch(0), |standing| standing.epoch);
        Err(StoreError::LeaseLost { held: lease.epoch, actual })
    }

    fn commit(&mut self, batch: &Batch) -> Result<Committed, StoreError> {
        self.is_ours(batch.body())?;
        let sentence = commit::sentence(batch, self.epoch(batch.shard(), batch.epoch()))?;
        let rows = match self.writer.query(sentence.sql, sentence.params) {
            Ok(rows) => rows,
            Err(Failure::Lost) => return Err(StoreError::InDoubt { source: None }),
            Err(failure) => {
                let sorted = failure.sorted("committing");
                let taken = matches!(sorted, StoreError::NotUnique { .. });
                let received = if taken { self.received(batch)? } else { None };
                return Err(received.unwrap_or(sorted));
            }
        };
        let row = rows.first().ok_or(StoreError::InDoubt { source: None })?;
        if Record::of_postgres(row).take::<u64>("count")? == 0 {
            return Err(self.refused(batch)?);
        }
        Ok(Committed { next_seq: batch.next_seq(), chain_head: batch.chain_head() })
    }

    fn landed(&mut self, batch: &Batch) -> Result<Landed, StoreError> {
        let shard = batch.shard();
        let epoch = self.epoch(shard, batch.epoch());
        let named: [(&str, &dyn Bind); 3] =
            [("body", &self.body), ("shard", &shard), ("epoch", &epoch)];
        let moved = self.standing_by(NEXT_EPOCH, &named)?;
        if let Some(standing) = &moved {
            self.moved.insert(shard, (batch.epoch(), standing.epoch));
        }
        if self.has_landed(batch)? {
            let (next_seq, chain_head) = (batch.next_seq(), batch.chain_head());
            return Ok(Landed::Yes(Committed { next_seq, chain_head }));
        }
        let Some(standing) = moved else {
            let actual = self.standing(shard)?.map_or(Epoch(0), |standing| standing.epoch);
            return Err(StoreError::LeaseLost { held: batch.epoch(), actual });
        };
        if standing.next_seq == batch.first_seq() && standing.chain_head == batch.previous() {
            return Ok(Landed::No);
        }
        let (expected, actual) = (batch.first_seq(), standing.next_seq);
        Err(StoreError::PositionConflict { expected, actual })
    }

    fn readers(&self) -> Readers {
        self.readers.clone()
    }
}

#[cfg(test)]
mod tests;
