//! The migrator on PostgreSQL: the same numbered files, each once, under a row that programs which
//! start together wait for.

use std::path::Path;

use base::Digest;

use super::link::{Failure, Link};
use super::sql;
use crate::migrate::{APPLIED, CREATE_MIGRATIONS, Migration};
use crate::statements::statements;
use crate::{Record, StoreError};

/// Programs that start at the same instant may meet in making the first tables.
const TRIES: u32 = 5;

statements! {
    CREATE_LOCK = "CREATE TABLE IF NOT EXISTS schema_lock (
  lock BIGINT NOT NULL,
  held BIGINT NOT NULL,
  PRIMARY KEY (lock)
)";
    FIRST_LOCK = "INSERT INTO schema_lock (lock, held)
VALUES (1, 0)
ON CONFLICT (lock)
DO NOTHING";
}

/// Brings the database to the newest schema.
pub(crate) fn migrate(
    link: &Link,
    migrations: &[Migration],
    name: &Path,
) -> Result<(), StoreError> {
    let prepare = [CREATE_LOCK.sql, CREATE_MIGRATIONS.sql, FIRST_LOCK.sql].join(";\n");
    let mut tries = 1;
    while let Err(failure) = link.run(prepare.clone()) {
        let met = matches!(&failure, Failure::Refused(_)) && tries < TRIES;
        if !met {
            return Err(failure.sorted("migrating"));
        }
        tries += 1;
    }
    let known = migrations.last().map_or(0, |newest| newest.number);
    let found = applied(link)?.last().map_or(0, |(number, _)| *number);
    if found > known {
        return Err(StoreError::Newer { path: name.to_owned(), found, known });
    }
    migrations.iter().try_for_each(|migration| apply(link, migration))
}

/// Applies one file if nobody has, holding the row that others wait for.
fn apply(link: &Link, migration: &Migration) -> Result<(), StoreError> {
    let number = migration.number;
    let checksum = Digest::of(migration.sql.as_bytes()).to_string();
    if is_applied(link, number, &checksum)? {
        return Ok(());
    }
    // The number's row comes first: whoever waited for the lock finds it taken and takes all back.
    let text = sql::migration(migration.sql);
    let whole = format!(
        "BEGIN;\nUPDATE schema_lock SET held = {number} WHERE lock = 1;\n\
         INSERT INTO schema_migration (number, checksum) VALUES ({number}, '{checksum}');\n\
         {text};\nCOMMIT"
    );
    match link.run(whole) {
        Ok(()) => Ok(()),
        Err(_) if is_applied(link, number, &checksum)? => Ok(()),
        Err(failure) => Err(failure.sorted("migrating")),
    }
}

fn is_applied(link: &Link, number: u32, checksum: &str) -> Result<bool, StoreError> {
    match applied(link)?.into_iter().find(|(applied, _)| *applied == number) {
        Some((_, then)) if then == checksum => Ok(true),
        Some(_) => Err(StoreError::MigrationChanged { number }),
        None => Ok(false),
    }
}

fn applied(link: &Link) -> Result<Vec<(u32, String)>, StoreError> {
    let rows = link.query(APPLIED.sql.to_owned(), Vec::new());
    let rows = rows.map_err(|failure| failure.sorted("migrating"))?;
    let read = |row| {
        let mut record = Record::of_postgres(row);
        Ok((record.take("number")?, record.take("checksum")?))
    };
    rows.iter().map(read).collect()
}
