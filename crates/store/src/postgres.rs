//! The PostgreSQL side of [`Store`]: any server that speaks its protocol, shared by many programs.
//!
//! A commit is one statement, fenced by the lease's epoch. Leases run by the database's clock. When
//! a connection is lost, the owner first moves to a new epoch, so that nothing on its way under the
//! old one can land any more, and then looks at what had landed.

mod commit;
pub(crate) mod link;
pub(crate) mod migrating;
pub(crate) mod param;
mod sql;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{BodyId, Digest, Epoch, Shard, Timestamp};
use tokio_postgres::{Config, Row};

use self::link::{Background, Failure, Link};
use self::param::Param;
use crate::journal::Head;
use crate::reader::Named;
use crate::statements::{Statement, statements};
use crate::{
    Batch, Bind, Committed, Landed, Lease, Readers, Record, Store, StoreError, Value, journal, seam,
};

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

statements! {
    CLAIM = "INSERT INTO known_body (body)
VALUES (:body)
ON CONFLICT (body)
DO NOTHING";
    LEASE = concat!(
        "INSERT INTO shard (body, shard, owner, epoch, lease_until, next_seq, chain_head)
VALUES (:body, :shard, :owner, 1, ", clock!(), " + CAST(:lease_ms AS BIGINT), 1, :chain_head)
ON CONFLICT (body, shard)
DO UPDATE SET owner = excluded.owner, epoch = shard.epoch + 1,
       lease_until = excluded.lease_until
 WHERE shard.lease_until <= ", clock!(), " OR shard.owner = excluded.owner
RETURNING epoch, next_seq, chain_head");
    RENEW = concat!("UPDATE shard
   SET lease_until = ", clock!(), " + CAST(:lease_ms AS BIGINT)
 WHERE body = :body AND shard = :shard AND epoch = :epoch
RETURNING epoch, next_seq, chain_head");
    /// Nothing that was sent under the old epoch can land after this.
    NEXT_EPOCH = "UPDATE shard
   SET epoch = epoch + 1
 WHERE body = :body AND shard = :shard AND epoch = :epoch
RETURNING epoch, next_seq, chain_head";
}

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
    /// [`StoreError::NotAnAddress`] when the string is none, [`StoreError::Database`] when the
    /// server does not answer, [`StoreError::Newer`] when a newer release has migrated it.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let config: Config = url.parse().map_err(|_| StoreError::NotAnAddress)?;
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
        rows(&writer, CLAIM, &[("body", body)], "opening")?;
        let slots = (0..READERS).map(|_| link(READS)).collect();
        let readers = Readers::over_links(body.clone(), slots);
        Ok(Self { body: body.clone(), writer, readers, moved: BTreeMap::new() })
    }

    /// The epoch that the database knows the holder of a lease by.
    fn epoch(&self, shard: Shard, held: Epoch) -> Epoch {
        match self.moved.get(&shard) {
            Some((lease, now)) if *lease == held => *now,
            _ => held,
        }
    }

    fn head(&self, shard: Shard) -> Result<Option<Head>, StoreError> {
        self.head_by(journal::HEAD, &[("body", &self.body), ("shard", &shard)])
    }

    fn head_by(&self, statement: Statement, named: &Named<'_>) -> Result<Option<Head>, StoreError> {
        let rows = rows(&self.writer, statement, named, "leasing")?;
        rows.first().map(|row| Head::read(&mut Record::of_postgres(row))).transpose()
    }

    /// The first message of a batch that was applied before.
    fn received(&self, batch: &Batch) -> Result<Option<StoreError>, StoreError> {
        let reader = self.readers.shard(batch.shard());
        for mark in &batch.inbox {
            if journal::received(&reader, &mark.sender, mark.message)?.is_some() {
                let (sender, message) = (mark.sender.clone(), mark.message);
                return Ok(Some(StoreError::AlreadyReceived { sender, message }));
            }
        }
        Ok(None)
    }

    /// The chain's link at the last place of a batch.
    fn link(&self, batch: &Batch) -> Result<Option<Digest>, StoreError> {
        let Some((last, _)) = batch.events().last() else { return Ok(None) };
        let named: [(&str, &dyn Bind); 3] =
            [("body", &self.body), ("shard", &batch.shard()), ("seq", &last)];
        let rows = rows(&self.writer, seam::LINK_AT, &named, "reading")?;
        rows.first().map(|row| Record::of_postgres(row).take("hash")).transpose()
    }
}

/// Every row of the answer to a statement, its values given by name.
fn rows(
    link: &Link,
    statement: Statement,
    named: &Named<'_>,
    doing: &'static str,
) -> Result<Vec<Row>, StoreError> {
    let value = |_, wanted: &str| {
        let given = named.iter().find(|(name, _)| *name == wanted);
        Param::one(given.map_or(Value::Null, |(_, value)| value.bind()))
    };
    read(link, statement.sql, value).map_err(|failure| failure.sorted(doing))
}

/// Every row of the answer to a statement, its values asked for by place and name.
pub(crate) fn read(
    link: &Link,
    sql: &str,
    value: impl Fn(usize, &str) -> Param,
) -> Result<Vec<Row>, Failure> {
    let (text, names) = sql::numbered(sql);
    let values = names.into_iter().enumerate().map(|(place, name)| value(place, name)).collect();
    link.query(text, values)
}

/// Runs statements on a connection of its own.
#[cfg(test)]
pub(crate) fn run(url: &str, sql: &str) {
    let config: Config = url.parse().unwrap();
    let link = Link::new(&Arc::new(Background::new().unwrap()), &config, "");
    link.run(sql.to_owned()).unwrap();
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
        seam::is_ours(&self.body, body)?;
        let named: [(&str, &dyn Bind); 5] = [
            ("body", body),
            ("shard", &shard),
            ("owner", &owner),
            ("lease_ms", &lease_ms),
            ("chain_head", &Digest::ZERO),
        ];
        self.moved.remove(&shard);
        if let Some(taken) = self.head_by(LEASE, &named)? {
            return Ok(Lease::taken(body, shard, taken));
        }
        let held = rows(&self.writer, seam::LEASE_HOLDER, &named, "leasing")?;
        let held = held.first().map(|row| seam::held(&mut Record::of_postgres(row))).transpose()?;
        Err(held.unwrap_or(StoreError::Busy))
    }

    fn renew(&mut self, lease: &Lease, _now: Timestamp, lease_ms: i64) -> Result<(), StoreError> {
        let epoch = self.epoch(lease.shard, lease.epoch);
        let named: [(&str, &dyn Bind); 4] = [
            ("lease_ms", &lease_ms),
            ("body", &lease.body),
            ("shard", &lease.shard),
            ("epoch", &epoch),
        ];
        if self.head_by(RENEW, &named)?.is_some() {
            return Ok(());
        }
        Err(seam::lost(lease.epoch, self.head(lease.shard)?))
    }

    fn commit(&mut self, batch: &Batch) -> Result<Committed, StoreError> {
        seam::is_ours(&self.body, batch.body())?;
        let epoch = self.epoch(batch.shard(), batch.epoch());
        let sentence = commit::sentence(batch, epoch)?;
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
            return Err(seam::refused(batch, epoch, self.head(batch.shard())?));
        }
        Ok(batch.committed())
    }

    fn landed(&mut self, batch: &Batch) -> Result<Landed, StoreError> {
        let shard = batch.shard();
        let epoch = self.epoch(shard, batch.epoch());
        let named: [(&str, &dyn Bind); 3] =
            [("body", &self.body), ("shard", &shard), ("epoch", &epoch)];
        let moved = self.head_by(NEXT_EPOCH, &named)?;
        if let Some(head) = &moved {
            self.moved.insert(shard, (batch.epoch(), head.epoch));
        }
        let head = if moved.is_some() { moved } else { self.head(shard)? };
        seam::settled(batch, self.link(batch)?, self.epoch(shard, batch.epoch()), head)
    }

    fn readers(&self) -> Readers {
        self.readers.clone()
    }
}

#[cfg(test)]
mod tests;
