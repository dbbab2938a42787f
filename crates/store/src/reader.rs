//! Read-only connections, a few per body, shared by every thread that answers questions.
//!
//! A [`Reader`] carries body and shard, and gives both to every statement. Each
//! statement sees one consistent state; two statements may see different ones.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{BodyId, Shard};
use rusqlite::Connection;

use crate::StoreError;
use crate::postgres::link::Link;
use crate::postgres::param::Param;
use crate::statements::Statement;
use crate::table::Row;
use crate::value::{Bind, Record, Value};

/// The most rows that one page may ask for.
pub const PAGE_LIMIT: u32 = 1_000;

struct Pool {
    slots: Slots,
    turn: AtomicUsize,
}

enum Slots {
    /// One reader at a time on each.
    Sqlite(Vec<Arc<Mutex<Connection>>>),
    /// Any number of readers on each, one after another.
    Postgres(Vec<Link>),
}

impl Pool {
    fn next_turn(&self, slots: usize) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed) % slots.max(1)
    }
}

/// The read-only connections of one body's database.
#[derive(Clone)]
pub struct Readers {
    body: BodyId,
    pool: Arc<Pool>,
}

impl Readers {
    pub(crate) fn over(body: BodyId, slots: Vec<Arc<Mutex<Connection>>>) -> Self {
        Self::over_slots(body, Slots::Sqlite(slots))
    }

    pub(crate) fn over_links(body: BodyId, links: Vec<Link>) -> Self {
        Self::over_slots(body, Slots::Postgres(links))
    }

    fn over_slots(body: BodyId, slots: Slots) -> Self {
        Self { body, pool: Arc::new(Pool { slots, turn: AtomicUsize::new(0) }) }
    }

    /// A reader of one shard.
    pub fn shard(&self, shard: Shard) -> Reader {
        Reader { body: self.body.clone(), shard, pool: Arc::clone(&self.pool) }
    }

    /// The body whose database it is.
    pub const fn body(&self) -> &BodyId {
        &self.body
    }
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Readers({})", self.body)
    }
}

/// Reads one shard of one body.
#[derive(Clone)]
pub struct Reader {
    body: BodyId,
    shard: Shard,
    pool: Arc<Pool>,
}

/// Parameters by name; body and shard are given by the reader.
pub(crate) type Named<'a> = [(&'a str, &'a dyn Bind)];

impl Reader {
    /// The body.
    pub const fn body(&self) -> &BodyId {
        &self.body
    }

    /// The shard.
    pub const fn shard(&self) -> Shard {
        self.shard
    }

    /// Every row of the answer.
    pub(crate) fn rows<T>(
        &self,
        statement: Statement,
        named: &Named<'_>,
        read: impl Fn(&mut Record<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.answer(statement.sql, |_, name| self.named(name, named), read)
    }

    /// The first row of the answer.
    pub(crate) fn one<T>(
        &self,
        statement: Statement,
        named: &Named<'_>,
        read: impl Fn(&mut Record<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(statement, named, read)?.into_iter().next())
    }

    /// The value of a parameter; body and shard are the reader's own.
    fn named<'a>(&'a self, wanted: &str, named: &'a Named<'_>) -> Value<'a> {
        match wanted {
            "body" => self.body.bind(),
            "shard" => self.shard.bind(),
            wanted => {
                let given = named.iter().find(|(name, _)| *name == wanted);
                given.map_or(Value::Null, |(_, value)| value.bind())
            }
        }
    }

    /// Every row of the answer to a statement, whose values are asked for by place (from 0, each
    /// name once) and name.
    fn answer<'a, T>(
        &self,
        sql: &'static str,
        value: impl Fn(usize, &str) -> Value<'a>,
        read: impl Fn(&mut Record<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        match &self.pool.slots {
            Slots::Sqlite(slots) => {
                let connection = self.connection(slots)?;
                let failed = |source| StoreError::from_driver("reading", source);
                let mut statement = connection.prepare_cached(sql).map_err(failed)?;
                for index in 1..=statement.parameter_count() {
                    let name = statement.parameter_name(index).unwrap_or_default();
                    let value = value(index - 1, name.trim_start_matches(':'));
                    statement.raw_bind_parameter(index, value).map_err(failed)?;
                }
                let mut answer = statement.raw_query();
                let mut all = Vec::new();
                while let Some(row) = answer.next().map_err(failed)? {
                    all.push(read(&mut Record::of(row))?);
                }
                Ok(all)
            }
            Slots::Postgres(links) => {
                let link = links.get(self.pool.next_turn(links.len()));
                let link = link.ok_or(StoreError::Stopped)?;
                let value = |place, name: &str| Param::one(value(place, name));
                let rows = crate::postgres::read(link, sql, value);
                let rows = rows.map_err(|failure| failure.sorted("reading"))?;
                rows.iter().map(|row| read(&mut Record::of_postgres(row))).collect()
            }
        }
    }

    /// A free connection, else the next in turn.
    fn connection<'a>(
        &self,
        slots: &'a [Arc<Mutex<Connection>>],
    ) -> Result<MutexGuard<'a, Connection>, StoreError> {
        if let Some(free) = slots.iter().find_map(|slot| slot.try_lock().ok()) {
            return Ok(free);
        }
        let slot = slots.get(self.pool.next_turn(slots.len())).ok_or(StoreError::Stopped)?;
        Ok(slot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The row of any table under a key.
pub fn row<R: Row>(reader: &Reader, key: &R::Key) -> Result<Option<R>, StoreError> {
    Ok(keyed_rows::<R>(reader, R::GET, Some(key), None)?.into_iter().next())
}

/// The rows of any table in the order of their keys, after a key, at most [`PAGE_LIMIT`].
pub fn page<R: Row>(
    reader: &Reader,
    after: Option<&R::Key>,
    limit: u32,
) -> Result<Vec<R>, StoreError> {
    let sql = if after.is_some() { R::NEXT_PAGE } else { R::FIRST_PAGE };
    keyed_rows::<R>(reader, sql, after, Some(limit.min(PAGE_LIMIT)))
}

/// Gives body, shard, the key's columns and the limit by place, as every table's statements
/// name them in that order.
fn keyed_rows<R: Row>(
    reader: &Reader,
    sql: &'static str,
    key: Option<&R::Key>,
    limit: Option<u32>,
) -> Result<Vec<R>, StoreError> {
    let mut places = vec![reader.body.bind(), reader.shard.bind()];
    if let Some(key) = key {
        R::bind_key(key, &mut |value| -> Result<(), StoreError> {
            places.push(value.into_owned());
            Ok(())
        })?;
    }
    places.extend(limit.map(|limit| limit.bind().into_owned()));
    let value = |place: usize, _: &str| places.get(place).map_or(Value::Null, Value::borrowed);
    reader.answer(sql, value, R::read)
}
