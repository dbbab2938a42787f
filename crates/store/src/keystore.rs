//! Wrapped data keys, apart from the journal (DESIGN L9).
//!
//! Keys are appended in blocks before they are used, one flush a block, so that
//! a key always precedes its ciphertext. Forgetting overwrites the key where it
//! stands and truncates the log: afterwards its bytes are in neither file. What
//! a disk or a backup keeps of them beyond that is not in this file's power.

use std::path::Path;

use base::{BodyId, KeyId};
use rusqlite::{Connection, TransactionBehavior};

use crate::simulated::{Fault, Plan};
use crate::sqlite::connection;
use crate::statements::{Statement, statements};
use crate::{Bind, Column, DataFolder, Kind, PAGE_LIMIT, Record, StoreError, Value, migrate};

/// Which of the body's wrapping keys a data key is wrapped under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WrapEpoch(pub u32);

impl Bind for WrapEpoch {
    /// Four bytes whatever the number, so that a row never changes its length.
    fn bind(&self) -> Value<'_> {
        Value::Bytes(self.0.to_be_bytes().to_vec().into())
    }
}

impl Column for WrapEpoch {
    const KIND: Kind = Kind::Bytes;

    fn read(value: Value<'_>) -> Option<Self> {
        let bytes = Vec::<u8>::read(value)?;
        bytes.try_into().ok().map(|bytes| Self(u32::from_be_bytes(bytes)))
    }
}

/// A data key under the body's wrapping key. This crate does not unwrap it.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The data key.
    pub key: KeyId,
    /// What it is wrapped under.
    pub epoch: WrapEpoch,
    /// Ciphertext; never empty.
    pub wrapped: Vec<u8>,
}

impl std::fmt::Debug for WrappedKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "WrappedKey({})", self.key)
    }
}

/// A database of wrapped keys.
pub trait KeyStore: Send {
    /// Makes a block of new keys durable: all of them or none.
    ///
    /// # Errors
    /// [`StoreError::NotUnique`] when one of the ids is taken.
    fn append_keys(&mut self, keys: &[WrappedKey]) -> Result<(), StoreError>;

    /// The key, unless it is unknown or forgotten.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    fn key(&self, key: KeyId) -> Result<Option<WrappedKey>, StoreError>;

    /// The keys after an id, in the order of ids, at most [`PAGE_LIMIT`]; forgotten ones left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    fn keys_after(&self, after: Option<KeyId>, limit: u32) -> Result<Vec<WrappedKey>, StoreError>;

    /// Replaces keys by themselves under another wrapping key, in as many bytes: all of them or
    /// none. Forgotten and unknown ones stay so.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    fn rewrap(&mut self, keys: &[WrappedKey]) -> Result<(), StoreError>;

    /// Forgets keys for good and answers how many there were. When it fails, forget again.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    fn forget(&mut self, keys: &[KeyId]) -> Result<u64, StoreError>;
}

statements! {
    APPEND_KEY = "INSERT INTO data_key (body, key_id, epoch, wrapped)
VALUES (:body, :key_id, :epoch, :wrapped)";
    KEY = "SELECT key_id, epoch, wrapped
  FROM data_key
 WHERE body = :body AND key_id = :key_id
 LIMIT 1";
    KEYS_AFTER = "SELECT key_id, epoch, wrapped
  FROM data_key
 WHERE body = :body AND key_id > :after
 ORDER BY key_id
 LIMIT :limit";
    OVERWRITE_KEY = "UPDATE data_key
   SET epoch = :epoch, wrapped = :wrapped
 WHERE body = :body AND key_id = :key_id";
}

impl WrappedKey {
    fn read(record: &mut Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            key: record.take("key_id")?,
            epoch: record.take("epoch")?,
            wrapped: record.take("wrapped")?,
        })
    }

    fn is_forgotten(&self) -> bool {
        self.wrapped.iter().all(|byte| *byte == 0)
    }
}

/// The statements of both sides, on one connection.
struct Keys {
    body: BodyId,
    connection: Connection,
}

impl Keys {
    fn execute(&self, statement: Statement, values: &[&dyn Bind]) -> Result<usize, StoreError> {
        let failed = |source| StoreError::from_driver("writing keys", source);
        let mut prepared = self.connection.prepare_cached(statement.sql).map_err(failed)?;
        for (place, value) in (1..).zip(values) {
            prepared.raw_bind_parameter(place, value.bind()).map_err(failed)?;
        }
        prepared.raw_execute().map_err(failed)
    }

    fn read(
        &self,
        statement: Statement,
        values: &[&dyn Bind],
    ) -> Result<Vec<WrappedKey>, StoreError> {
        let failed = |source| StoreError::from_driver("reading keys", source);
        let mut prepared = self.connection.prepare_cached(statement.sql).map_err(failed)?;
        for (place, value) in (1..).zip(values) {
            prepared.raw_bind_parameter(place, value.bind()).map_err(failed)?;
        }
        let mut rows = prepared.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            all.push(WrappedKey::read(&mut Record::of(row))?);
        }
        Ok(all)
    }

    /// All or none: `land` decides whether the transaction commits.
    fn atomically<T>(
        &mut self,
        fault: Option<Fault>,
        write: impl FnOnce(&Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if let Some(fault @ (Fault::CrashBefore | Fault::Full | Fault::Busy)) = fault {
            return Err(fault.answer());
        }
        let transaction =
            rusqlite::Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)
                .map_err(|source| StoreError::from_driver("beginning", source))?;
        let written = write(self)?;
        if fault.is_none_or(Fault::lands) {
            transaction.commit().map_err(StoreError::from_commit)?;
        } else {
            drop(transaction); // rolls back
        }
        fault.map_or(Ok(written), |fault| Err(fault.answer()))
    }

    fn append(&self, keys: &[WrappedKey]) -> Result<(), StoreError> {
        for key in keys {
            if key.is_forgotten() {
                return Err(StoreError::corrupt(format!("key {} has no content", key.key)));
            }
            self.execute(APPEND_KEY, &[&self.body, &key.key, &key.epoch, &key.wrapped])?;
        }
        Ok(())
    }

    fn key(&self, key: KeyId) -> Result<Option<WrappedKey>, StoreError> {
        let found = self.read(KEY, &[&self.body, &key])?;
        Ok(found.into_iter().find(|key| !key.is_forgotten()))
    }

    fn after(&self, after: Option<KeyId>, limit: u32) -> Result<Vec<WrappedKey>, StoreError> {
        let limit = limit.clamp(1, PAGE_LIMIT);
        let mut after = after.map_or_else(Vec::new, |key| key.as_bytes().to_vec());
        loop {
            let mut page = self.read(KEYS_AFTER, &[&self.body, &after, &limit])?;
            let Some(last) = page.last().map(|key| key.key.as_bytes().to_vec()) else {
                return Ok(page);
            };
            page.retain(|key| !key.is_forgotten());
            if !page.is_empty() {
                return Ok(page);
            }
            after = last; // a page of forgotten keys is not the end
        }
    }

    fn rewrap(&self, keys: &[WrappedKey]) -> Result<(), StoreError> {
        for key in keys {
            let Some(known) = self.key(key.key)? else { continue };
            if key.is_forgotten() || key.wrapped.len() != known.wrapped.len() {
                let what = format!("key {} cannot be rewrapped in another length", key.key);
                return Err(StoreError::corrupt(what));
            }
            self.execute(OVERWRITE_KEY, &[&key.epoch, &key.wrapped, &self.body, &key.key])?;
        }
        Ok(())
    }

    fn forget(&self, keys: &[KeyId]) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        for key in keys {
            if let Some(known) = self.key(*key)? {
                // As many bytes as before, so that the row is overwritten where it stands.
                let nothing = vec![0_u8; known.wrapped.len()];
                self.execute(OVERWRITE_KEY, &[&known.epoch, &nothing, &self.body, key])?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }
}

/// One body's keys in a file of their own.
pub struct SqliteKeyStore(Keys);

impl SqliteKeyStore {
    /// Opens the body's keys in a data folder, made when they are not there.
    ///
    /// # Errors
    /// As [`crate::SqliteStore::open`].
    pub fn open(folder: &DataFolder, body: &BodyId) -> Result<Self, StoreError> {
        Self::open_file(&folder.key_file(body), body)
    }

    /// Opens a body's keys by their path, made when they are not there.
    ///
    /// # Errors
    /// As [`crate::SqliteStore::open`].
    pub fn open_file(path: &Path, body: &BodyId) -> Result<Self, StoreError> {
        let mut connection = connection::open_writer(path, connection::KEY_FILE)?;
        migrate::migrate(&mut connection, path, migrate::KEYS)?;
        connection::claim(&connection, path, body)?;
        let store = Self(Keys { body: body.clone(), connection });
        store.truncate_log()?; // a crash may have left forgotten keys in it
        Ok(store)
    }

    /// Copies the log into the file and cuts it to nothing.
    fn truncate_log(&self) -> Result<(), StoreError> {
        let failed = |source| StoreError::from_driver("truncating the log of keys", source);
        let busy: i64 = self
            .0
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .map_err(failed)?;
        if busy == 0 { Ok(()) } else { Err(StoreError::Busy) }
    }
}

impl KeyStore for SqliteKeyStore {
    fn append_keys(&mut self, keys: &[WrappedKey]) -> Result<(), StoreError> {
        self.0.atomically(None, |store| store.append(keys))
    }

    fn key(&self, key: KeyId) -> Result<Option<WrappedKey>, StoreError> {
        self.0.key(key)
    }

    fn keys_after(&self, after: Option<KeyId>, limit: u32) -> Result<Vec<WrappedKey>, StoreError> {
        self.0.after(after, limit)
    }

    fn rewrap(&mut self, keys: &[WrappedKey]) -> Result<(), StoreError> {
        self.0.atomically(None, |store| store.rewrap(keys))?;
        self.truncate_log()
    }

    fn forget(&mut self, keys: &[KeyId]) -> Result<u64, StoreError> {
        let forgotten = self.0.atomically(None, |store| store.forget(keys))?;
        self.truncate_log()?;
        Ok(forgotten)
    }
}

/// Keys in memory, with faults on demand.
pub struct SimKeyStore {
    keys: Keys,
    plan: Plan,
}

impl SimKeyStore {
    /// An empty keystore.
    ///
    /// # Errors
    /// [`StoreError::Database`] when there is no memory for it.
    pub fn new(body: &BodyId) -> Result<Self, StoreError> {
        let mut connection = connection::open_memory(connection::KEY_FILE)?;
        migrate::migrate(&mut connection, Path::new("memory"), migrate::KEYS)?;
        Ok(Self { keys: Keys { body: body.clone(), connection }, plan: Plan::default() })
    }

    /// Lets a fault befall the `write`-th write, counted from 1 since the keystore was made.
    pub fn fail_at(&mut self, write: u64, fault: Fault) {
        self.plan.set(write, fault);
    }

    /// Lets a fault befall the next write.
    pub fn fail_next(&mut self, fault: Fault) {
        self.plan.set_next(fault);
    }

    /// Stops it, as a crash would.
    pub const fn crash(&mut self) {
        self.plan.stop();
    }

    /// Starts again after a crash, with what had landed.
    pub const fn reopen(&mut self) {
        self.plan.restart();
    }
}

impl KeyStore for SimKeyStore {
    fn append_keys(&mut self, keys: &[WrappedKey]) -> Result<(), StoreError> {
        let fault = self.plan.next()?;
        self.keys.atomically(fault, |store| store.append(keys))
    }

    fn key(&self, key: KeyId) -> Result<Option<WrappedKey>, StoreError> {
        self.plan.running()?;
        self.keys.key(key)
    }

    fn keys_after(&self, after: Option<KeyId>, limit: u32) -> Result<Vec<WrappedKey>, StoreError> {
        self.plan.running()?;
        self.keys.after(after, limit)
    }

    fn rewrap(&mut self, keys: &[WrappedKey]) -> Result<(), StoreError> {
        let fault = self.plan.next()?;
        self.keys.atomically(fault, |store| store.rewrap(keys))
    }

    fn forget(&mut self, keys: &[KeyId]) -> Result<u64, StoreError> {
        let fault = self.plan.next()?;
        self.keys.atomically(fault, |store| store.forget(keys))
    }
}

#[cfg(test)]
mod tests;
