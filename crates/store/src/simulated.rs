//! The simulated side of [`Store`]: the same SQL on a database in memory, with faults on demand.
//!
//! Faults are told beforehand, by the count of commits, so that a run is the
//! same every time. A crash stops the store until [`SimStore::reopen`]; what had
//! landed by then is what a disk would hold.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{BodyId, Shard, Timestamp};
use rusqlite::Connection;

use crate::sqlite::{connection, writer};
use crate::{Batch, Committed, Landed, Lease, Readers, Store, StoreError, migrate, seam};

/// What befalls a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The machine crashes before anything is written.
    CrashBefore,
    /// It crashes with the batch half written: recovery takes it back.
    TornCommit,
    /// It crashes after the batch is durable and before anyone is told.
    CrashAfter,
    /// The answer is lost and the batch landed.
    InDoubtLanded,
    /// The answer is lost and the batch did not land.
    InDoubtLost,
    /// The disk is full.
    Full,
    /// Somebody else is writing.
    Busy,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 7] = [
        Self::CrashBefore,
        Self::TornCommit,
        Self::CrashAfter,
        Self::InDoubtLanded,
        Self::InDoubtLost,
        Self::Full,
        Self::Busy,
    ];

    /// Whether the write itself takes effect.
    pub(crate) const fn lands(self) -> bool {
        matches!(self, Self::CrashAfter | Self::InDoubtLanded)
    }

    /// Whether the machine stops.
    pub(crate) const fn crashes(self) -> bool {
        matches!(self, Self::CrashBefore | Self::TornCommit | Self::CrashAfter)
    }

    /// What the caller is told.
    pub(crate) const fn answer(self) -> StoreError {
        match self {
            Self::CrashBefore | Self::TornCommit | Self::CrashAfter => StoreError::Stopped,
            Self::InDoubtLanded | Self::InDoubtLost => StoreError::InDoubt { source: None },
            Self::Full => StoreError::Full,
            Self::Busy => StoreError::Busy,
        }
    }
}

/// Faults to come, by the count of writes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    faults: BTreeMap<u64, Fault>,
    writes: u64,
    stopped: bool,
}

impl Plan {
    pub(crate) fn set(&mut self, write: u64, fault: Fault) {
        self.faults.insert(write, fault);
    }

    pub(crate) fn set_next(&mut self, fault: Fault) {
        self.faults.insert(self.writes + 1, fault);
    }

    pub(crate) const fn writes(&self) -> u64 {
        self.writes
    }

    pub(crate) const fn is_stopped(&self) -> bool {
        self.stopped
    }

    pub(crate) const fn running(&self) -> Result<(), StoreError> {
        if self.stopped { Err(StoreError::Stopped) } else { Ok(()) }
    }

    pub(crate) const fn stop(&mut self) {
        self.stopped = true;
    }

    pub(crate) const fn restart(&mut self) {
        self.stopped = false;
    }

    /// Counts a write and says what befalls it.
    pub(crate) fn next(&mut self) -> Result<Option<Fault>, StoreError> {
        self.running()?;
        self.writes += 1;
        let fault = self.faults.remove(&self.writes);
        self.stopped = fault.is_some_and(Fault::crashes);
        Ok(fault)
    }
}

/// A body's journal and projections in memory.
pub struct SimStore {
    body: BodyId,
    disk: Arc<Mutex<Connection>>,
    readers: Readers,
    plan: Plan,
}

impl SimStore {
    /// An empty store.
    ///
    /// # Errors
    /// [`StoreError::Database`] when there is no memory for it.
    pub fn new(body: &BodyId) -> Result<Self, StoreError> {
        let mut memory = connection::open_memory(connection::JOURNAL_FILE)?;
        let path = Path::new("memory");
        migrate::migrate(&mut memory, path, migrate::JOURNAL)?;
        connection::claim(&memory, path, body)?;
        let disk = Arc::new(Mutex::new(memory));
        let readers = Readers::over(body.clone(), vec![Arc::clone(&disk)]);
        Ok(Self { body: body.clone(), disk, readers, plan: Plan::default() })
    }

    /// Lets a fault befall the `commit`-th commit, counted from 1 since the store was made.
    pub fn fail_at(&mut self, commit: u64, fault: Fault) {
        self.plan.set(commit, fault);
    }

    /// Lets a fault befall the next commit.
    pub fn fail_next(&mut self, fault: Fault) {
        self.plan.set_next(fault);
    }

    /// Commits attempted so far.
    pub const fn commits(&self) -> u64 {
        self.plan.writes()
    }

    /// Whether a crash has stopped it.
    pub const fn is_stopped(&self) -> bool {
        self.plan.is_stopped()
    }

    /// Stops it between commits, as a crash would.
    pub const fn crash(&mut self) {
        self.plan.stop();
    }

    /// Starts again after a crash, with what had landed.
    pub const fn reopen(&mut self) {
        self.plan.restart();
    }

    fn running(&self, body: &BodyId) -> Result<MutexGuard<'_, Connection>, StoreError> {
        self.plan.running()?;
        seam::is_ours(&self.body, body)?;
        Ok(self.disk.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store for SimStore {
    fn lease(
        &mut self,
        body: &BodyId,
        shard: Shard,
        owner: &str,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Lease, StoreError> {
        writer::lease(&*self.running(body)?, (body, shard), owner, now, lease_ms)
    }

    fn renew(&mut self, lease: &Lease, now: Timestamp, lease_ms: i64) -> Result<(), StoreError> {
        writer::renew(&*self.running(&lease.body)?, lease, now.plus_millis(lease_ms))
    }

    fn commit(&mut self, batch: &Batch) -> Result<Committed, StoreError> {
        let fault = self.plan.next()?;
        if let Some(fault @ (Fault::CrashBefore | Fault::Full | Fault::Busy)) = fault {
            return Err(fault.answer());
        }
        let mut disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer::write(&mut disk, batch)?;
        if fault.is_none_or(Fault::lands) {
            transaction.commit().map_err(StoreError::from_commit)?;
        } else {
            drop(transaction); // rolls back
        }
        fault.map_or_else(|| Ok(batch.committed()), |fault| Err(fault.answer()))
    }

    fn landed(&mut self, batch: &Batch) -> Result<Landed, StoreError> {
        writer::landed(&*self.running(batch.body())?, batch)
    }

    fn readers(&self) -> Readers {
        self.readers.clone()
    }
}

#[cfg(test)]
mod tests;
