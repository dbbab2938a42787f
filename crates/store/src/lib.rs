//! All SQL: the journal, its projections, effects, and the keys kept apart from them.
//!
//! Owns the [`Store`] seam with its SQLite side ([`SqliteStore`]) and its
//! simulated side ([`SimStore`]), the data folder, migrations, and every
//! statement of the program (`sql.golden` lists them). Promises that a commit
//! is whole, durable and fenced: one transaction, one owner, in order, and a
//! hash chain over the journal's bytes. Refuses closures in place of data:
//! writes are a [`Batch`], reads are functions per subject on read-only
//! connections. It never opens a sealed value and reads no clock.
//!
//! ```
//! use base::{Shard, Timestamp};
//! use store::{Batch, SimStore, Store};
//!
//! let body = "millbrook".parse()?;
//! let mut store = SimStore::new(&body)?;
//! let mut lease = store.lease(&body, Shard(0), "node-1", Timestamp::from_millis(0), 10_000)?;
//! let mut batch = Batch::after(&lease);
//! batch.append(None, Timestamp::from_millis(1), "body.opened", 1, b"{}".to_vec());
//! lease.advance(store.commit(&batch)?);
//! let reader = store.readers().shard(Shard(0));
//! assert_eq!(store::journal::verify_chain(&reader)?.events, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod access;
mod batch;
pub mod callers;
pub mod crossings;
pub mod effects;
mod error;
pub mod figures;
mod folder;
pub mod journal;
mod keystore;
mod migrate;
pub mod people;
mod postgres;
pub mod probe;
pub mod process;
mod reader;
pub mod requests;
mod seam;
pub mod settings;
mod simulated;
mod sqlite;
mod statements;
mod table;
pub mod tasks;
#[cfg(test)]
mod testing;
mod value;

pub use batch::{Batch, EventRow, InboxMark, Rows, Writes};
pub use error::{DriverError, StoreError};
pub use folder::DataFolder;
pub use keystore::{KeyStore, SimKeyStore, SqliteKeyStore, WrapEpoch, WrappedKey};
pub use postgres::{PostgresServer, PostgresStore};
pub use reader::{PAGE_LIMIT, Reader, Readers, page, row};
pub use seam::{Committed, Landed, Lease, Store};
pub use simulated::{Fault, SimStore};
pub use sqlite::SqliteStore;
pub use table::Row;
pub use value::{Bind, Column, Kind, Record, Value};
