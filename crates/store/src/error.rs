//! What can go wrong between the program and its database.
//!
//! Every variant says whether the batch at hand can have landed; only
//! [`StoreError::InDoubt`] leaves that open, and [`crate::Store::landed`] settles it.

use std::fmt;
use std::path::{Path, PathBuf};

use base::{Epoch, EventSeq, MessageId, Timestamp};

/// A fault of the store, for operators.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another owner holds the shard.
    #[error("shard is leased to {owner} until {until}")]
    LeaseHeld {
        /// Who holds it.
        owner: String,
        /// Until when, unless renewed.
        until: Timestamp,
    },
    /// Another owner took the shard over; nothing landed and nothing more will.
    #[error("lease of epoch {} is lost to epoch {}", held.0, actual.0)]
    LeaseLost {
        /// The epoch of the batch.
        held: Epoch,
        /// The epoch in the database.
        actual: Epoch,
    },
    /// The batch does not continue the journal; nothing landed.
    #[error("journal append at {} refused: journal is at {}", expected.0, actual.0)]
    PositionConflict {
        /// Where the batch begins.
        expected: EventSeq,
        /// Where the journal stands.
        actual: EventSeq,
    },
    /// A message of the batch was applied before; nothing landed.
    #[error("message {message} of {sender} was received before")]
    AlreadyReceived {
        /// Who sent it.
        sender: String,
        /// Which one.
        message: MessageId,
    },
    /// A reference or an index value is taken by another row; nothing landed.
    #[error("a value that must be unique is taken")]
    NotUnique {
        /// The driver's account, which names columns and no values.
        source: DriverError,
    },
    /// No room on the disk; nothing landed.
    #[error("no room on the disk")]
    Full,
    /// Somebody else is writing; nothing landed, and the same batch may be sent again.
    #[error("database is busy")]
    Busy,
    /// It is not known whether the batch landed.
    #[error("database did not say whether the batch landed")]
    InDoubt {
        /// The driver's account, where there is one.
        source: Option<DriverError>,
    },
    /// Stored bytes are not what this program wrote.
    #[error("stored data is damaged: {what}")]
    Corrupt {
        /// What was found.
        what: String,
    },
    /// A folder or file that is not this program's; it was left as it was.
    #[error("{} is not ours: {why}", path.display())]
    Foreign {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong with it and what to do.
        why: &'static str,
    },
    /// Written by a newer release; it was left as it was.
    #[error("{} has format {found}, this release reads up to {known}: use a newer release",
        path.display())]
    Newer {
        /// The folder or file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest that this release knows.
        known: u32,
    },
    /// Another process serves the folder.
    #[error("{} is in use by another process: stop that one first", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A migration differs from the one that made this database.
    #[error("migration {number} is not the one that made this database")]
    MigrationChanged {
        /// Its number.
        number: u32,
    },
    /// What should name a database does not. It is not told, for it may hold a password.
    #[error("the address of the database is not one: write postgres://user@host/database")]
    NotAnAddress,
    /// The simulated machine has crashed and was not started again.
    #[error("store has stopped")]
    Stopped,
    /// The operating system refused.
    #[error("{} failed while {doing}", path.display())]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database refused; nothing landed.
    #[error("database call failed while {doing}")]
    Database {
        /// What was attempted.
        doing: &'static str,
        /// Why.
        source: DriverError,
    },
}

impl StoreError {
    /// Whether the same batch may be sent again as it is.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy)
    }

    /// Whether the batch may have landed: ask [`crate::Store::landed`] before going on.
    pub const fn is_in_doubt(&self) -> bool {
        matches!(self, Self::InDoubt { .. } | Self::Stopped)
    }

    pub(crate) fn io(doing: &'static str, path: &Path, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::StorageFull {
            return Self::Full;
        }
        Self::Io { doing, path: path.to_owned(), source }
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }

    /// Sorts the driver's errors by what the caller can do about them.
    pub(crate) fn from_driver(doing: &'static str, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::corrupt(format!("{source}, while {doing}"))
            }
            Some(ErrorCode::ConstraintViolation) => {
                Self::NotUnique { source: DriverError::sqlite(source) }
            }
            _ => Self::Database { doing, source: DriverError::sqlite(source) },
        }
    }

    /// Sorts what a PostgreSQL server says (its manual, appendix A, has the codes).
    pub(crate) fn from_postgres(doing: &'static str, source: &tokio_postgres::Error) -> Self {
        let code = source.code().map_or("", |code| code.code());
        match code {
            // serialization_failure, deadlock_detected, lock_not_available
            "40001" | "40P01" | "55P03" => Self::Busy,
            // disk_full
            "53100" => Self::Full,
            // data_corrupted, index_corrupted
            "XX001" | "XX002" => Self::corrupt(format!("PostgreSQL answered {code}")),
            // unique_violation
            "23505" => Self::NotUnique { source: DriverError::postgres(Some(source)) },
            _ => Self::Database { doing, source: DriverError::postgres(Some(source)) },
        }
    }

    /// No connection came about, or it was lost.
    pub(crate) fn away(source: Option<&tokio_postgres::Error>) -> Self {
        Self::Database { doing: "connecting", source: DriverError::postgres(source) }
    }

    /// Sorts what a failed `COMMIT` says: an error of the disk leaves the outcome open.
    pub(crate) fn from_commit(source: rusqlite::Error) -> Self {
        match Self::from_driver("committing", source) {
            Self::Database { source, .. } => Self::InDoubt { source: Some(source) },
            sorted => sorted,
        }
    }
}

/// The database driver's own error. It names columns, tables and codes, and no values.
#[derive(Debug)]
pub struct DriverError(Driver);

#[derive(Debug)]
enum Driver {
    Sqlite(rusqlite::Error),
    /// The server's message may quote values, so that only its code and names are kept.
    Postgres {
        code: String,
        at: String,
    },
    Unreachable,
}

impl DriverError {
    const fn sqlite(source: rusqlite::Error) -> Self {
        Self(Driver::Sqlite(source))
    }

    fn postgres(source: Option<&tokio_postgres::Error>) -> Self {
        let Some(source) = source.and_then(tokio_postgres::Error::as_db_error) else {
            return Self(Driver::Unreachable);
        };
        let names = [source.table(), source.column(), source.constraint()];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        Self(Driver::Postgres { code: source.code().code().to_owned(), at: names.join(" ") })
    }
}

impl fmt::Display for DriverError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Driver::Sqlite(source) => source.fmt(formatter),
            Driver::Postgres { code, at } if at.is_empty() => {
                write!(formatter, "PostgreSQL answered {code}")
            }
            Driver::Postgres { code, at } => {
                write!(formatter, "PostgreSQL answered {code} at {at}")
            }
            Driver::Unreachable => formatter
                .write_str("PostgreSQL does not answer: is it running, and is its address right?"),
        }
    }
}

impl std::error::Error for DriverError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Driver::Sqlite(source) => source.source(),
            Driver::Postgres { .. } | Driver::Unreachable => None,
        }
    }
}
