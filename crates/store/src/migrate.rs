//! The migrator: numbered SQL files, applied once each, in order, in one transaction.
//!
//! A checksum of each applied file is kept; a changed file is refused, and so
//! is a database that a newer release has migrated.

use std::path::Path;

use base::Digest;
use rusqlite::{Connection, TransactionBehavior};

use crate::sqlite::planner;
use crate::statements::statements;
use crate::{Record, StoreError};

/// One numbered file.
pub(crate) struct Migration {
    /// Its number, from 1, in order.
    pub(crate) number: u32,
    /// Its text with type tokens.
    pub(crate) sql: &'static str,
}

/// The journal's schema.
pub(crate) const JOURNAL: &[Migration] = &[
    Migration { number: 1, sql: include_str!("../migrations/0001_journal.sql") },
    Migration { number: 2, sql: include_str!("../migrations/0002_reviews.sql") },
    Migration { number: 3, sql: include_str!("../migrations/0003_access.sql") },
    Migration { number: 4, sql: include_str!("../migrations/0004_tasks.sql") },
    Migration { number: 5, sql: include_str!("../migrations/0005_crossings.sql") },
    Migration { number: 6, sql: include_str!("../migrations/0006_callers.sql") },
    Migration { number: 7, sql: include_str!("../migrations/0007_places.sql") },
];

/// The keystore's schema.
pub(crate) const KEYS: &[Migration] =
    &[Migration { number: 1, sql: include_str!("../migrations/keys/0001_keys.sql") }];

statements! {
    pub(crate) CREATE_MIGRATIONS = "CREATE TABLE IF NOT EXISTS schema_migration (
  number BIGINT NOT NULL,
  checksum TEXT NOT NULL,
  PRIMARY KEY (number)
)";
    pub(crate) APPLIED = "SELECT number, checksum
  FROM schema_migration
 ORDER BY number
 LIMIT 1000";
    RECORD = "INSERT INTO schema_migration (number, checksum)
VALUES (:number, :checksum)";
}

/// The text as SQLite reads it.
pub(crate) fn for_sqlite(sql: &str) -> String {
    sql.replace("$int", "INTEGER")
        .replace("$bytes", "BLOB")
        .replace("$table", "STRICT, WITHOUT ROWID")
        .replace("$heap", "STRICT")
}

/// Brings the database to the newest schema.
pub(crate) fn migrate(
    connection: &mut Connection,
    path: &Path,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let failed = |source| StoreError::from_driver("migrating", source);
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    transaction.execute_batch(CREATE_MIGRATIONS.sql).map_err(failed)?;
    let applied = applied(&transaction)?;
    let known = migrations.last().map_or(0, |newest| newest.number);
    if let Some((found, _)) = applied.last().filter(|(found, _)| *found > known) {
        return Err(StoreError::Newer { path: path.to_owned(), found: *found, known });
    }
    for migration in migrations {
        let checksum = Digest::of(migration.sql.as_bytes()).to_string();
        match applied.iter().find(|(number, _)| *number == migration.number) {
            Some((_, then)) if *then == checksum => {}
            Some((number, _)) => return Err(StoreError::MigrationChanged { number: *number }),
            None => {
                transaction.execute_batch(&for_sqlite(migration.sql)).map_err(failed)?;
                let row = (migration.number, checksum);
                transaction.execute(RECORD.sql, row).map_err(failed)?;
            }
        }
    }
    let is_changed = applied.len() < migrations.len();
    if is_changed {
        planner::tell(&transaction).map_err(failed)?;
    }
    transaction.commit().map_err(failed)?;
    if is_changed {
        planner::reload(connection).map_err(failed)?;
    }
    Ok(())
}

fn applied(connection: &Connection) -> Result<Vec<(u32, String)>, StoreError> {
    let failed = |source| StoreError::from_driver("reading migrations", source);
    let mut statement = connection.prepare(APPLIED.sql).map_err(failed)?;
    let mut rows = statement.raw_query();
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let mut record = Record::of(row);
        all.push((record.take("number")?, record.take("checksum")?));
    }
    Ok(all)
}
