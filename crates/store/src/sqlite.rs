//! The SQLite side of [`Store`]: one file per body, one writer, a few readers.
//!
//! WAL with `synchronous=FULL`: a commit that has answered survives the loss of
//! power, as far as the disk tells the truth about its flushes.

pub(crate) mod connection;
pub(crate) mod planner;
pub(crate) mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex};

use base::{BodyId, Shard, Timestamp};
use rusqlite::Connection;

use crate::{
    Batch, Committed, DataFolder, Landed, Lease, Readers, Store, StoreError, migrate, seam,
};

/// Read-only connections per body: more than the cores that a small machine has.
const READERS: usize = 4;

/// One body's journal and projections in a file of its own.
pub struct SqliteStore {
    body: BodyId,
    writer: Connection,
    readers: Readers,
}

impl SqliteStore {
    /// Looks at a body's journal and keys without opening them, so that a folder with a strange
    /// file is refused before any other file in it is touched.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] and [`StoreError::Corrupt`] as [`Self::open`] gives them.
    pub fn examine(folder: &DataFolder, body: &BodyId) -> Result<(), StoreError> {
        connection::examine(&folder.journal_file(body), connection::JOURNAL_FILE)?;
        connection::examine(&folder.key_file(body), connection::KEY_FILE)?;
        Ok(())
    }

    /// Opens the body's file in a data folder, made when it is not there.
    ///
    /// # Errors
    /// [`StoreError::Foreign`], [`StoreError::Newer`] and [`StoreError::Corrupt`] leave the file
    /// as it was.
    pub fn open(folder: &DataFolder, body: &BodyId) -> Result<Self, StoreError> {
        Self::open_file(&folder.journal_file(body), body)
    }

    /// Opens a body's file by its path, made when it is not there.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_file(path: &Path, body: &BodyId) -> Result<Self, StoreError> {
        let mut writer = connection::open_writer(path, connection::JOURNAL_FILE)?;
        migrate::migrate(&mut writer, path, migrate::JOURNAL)?;
        connection::claim(&writer, path, body)?;
        let slots = (0..READERS)
            .map(|_| connection::open_reader(path).map(|slot| Arc::new(Mutex::new(slot))))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { body: body.clone(), writer, readers: Readers::over(body.clone(), slots) })
    }

    /// Reads every page and index of the file; slow, so only when asked.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with SQLite's first complaint.
    pub fn check(&self) -> Result<(), StoreError> {
        connection::quick_check(&self.writer)
    }

    /// Lets the file grow to this many bytes at most; a commit beyond that is
    /// [`StoreError::Full`].
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database refuses.
    pub fn limit_bytes(&mut self, bytes: u64) -> Result<(), StoreError> {
        connection::limit_bytes(&self.writer, bytes)
    }
}

impl Store for SqliteStore {
    fn lease(
        &mut self,
        body: &BodyId,
        shard: Shard,
        owner: &str,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Lease, StoreError> {
        seam::is_ours(&self.body, body)?;
        writer::lease(&self.writer, (body, shard), owner, now, lease_ms)
    }

    fn renew(&mut self, lease: &Lease, now: Timestamp, lease_ms: i64) -> Result<(), StoreError> {
        writer::renew(&self.writer, lease, now.plus_millis(lease_ms))
    }

    fn commit(&mut self, batch: &Batch) -> Result<Committed, StoreError> {
        seam::is_ours(&self.body, batch.body())?;
        let transaction = writer::write(&mut self.writer, batch)?;
        transaction.commit().map_err(StoreError::from_commit)?;
        Ok(batch.committed())
    }

    fn landed(&mut self, batch: &Batch) -> Result<Landed, StoreError> {
        writer::landed(&self.writer, batch)
    }

    fn readers(&self) -> Readers {
        self.readers.clone()
    }
}

#[cfg(test)]
mod tests;
