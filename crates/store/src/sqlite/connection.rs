//! Opening SQLite files: only ours, never changing a foreign one, always durable.
//!
//! A file's first hundred bytes are read before SQLite touches it. A new file
//! gets its application id in a transaction of its own before the journal mode
//! changes, so that every header that exists on disk names its owner.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use base::BodyId;
use rusqlite::{Connection, OpenFlags};

use crate::statements::statements;
use crate::{Bind, Record, StoreError};

/// What a file is for, as its application id says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose {
    application_id: i32,
    secure_delete: bool,
}

/// A body's journal: `TLjr`.
pub(crate) const JOURNAL_FILE: Purpose =
    Purpose { application_id: 0x544c_6a72, secure_delete: false };
/// A body's keys: `TLks`.
pub(crate) const KEY_FILE: Purpose = Purpose { application_id: 0x544c_6b73, secure_delete: true };

/// How long a connection waits for another before it says that it is busy.
const BUSY: Duration = Duration::from_secs(5);
/// Statements that a connection keeps prepared: more than there are.
pub(crate) const CACHED_STATEMENTS: usize = 256;
/// SQLite's header.
const HEADER_BYTES: usize = 100;
/// Bytes of a page in new files.
const PAGE_BYTES: u32 = 8_192;
/// Pages in the write-ahead log before they are copied into the file.
const CHECKPOINT_PAGES: u32 = 2_000;

statements! {
    CLAIM = "INSERT INTO known_body (body)
VALUES (:body)";
    OWNERS = "SELECT body
  FROM known_body
 ORDER BY body
 LIMIT 2";
}

/// Opens a file for writing, made when it is not there.
pub(crate) fn open_writer(path: &Path, purpose: Purpose) -> Result<Connection, StoreError> {
    examine(path, purpose)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |source| StoreError::from_driver("opening", source);
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    // Counted after SQLite has taken back what a crash left half made: a file that looked like
    // ours may be empty then, and needs its name again.
    let pages: i64 =
        connection.pragma_query_value(None, "page_count", |row| row.get(0)).map_err(failed)?;
    if pages == 0 {
        connection.pragma_update(None, "page_size", PAGE_BYTES).map_err(failed)?;
        connection.pragma_update(None, "application_id", purpose.application_id).map_err(failed)?;
    }
    let mode: String = connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .map_err(failed)?;
    if mode != "wal" {
        return Err(StoreError::Foreign {
            path: path.to_owned(),
            why: "its disk does not take a write-ahead log: use a local disk",
        });
    }
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES).map_err(failed)?;
    prepare(&connection, purpose).map_err(failed)?;
    Ok(connection)
}

/// What every writing connection is set to, in memory too.
pub(crate) fn prepare(connection: &Connection, purpose: Purpose) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "secure_delete", purpose.secure_delete)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(())
}

/// Opens a file that a writer has opened before, to read only.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |source| StoreError::from_driver("opening to read", source);
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(BUSY).map_err(failed)?;
    connection.pragma_update(None, "query_only", true).map_err(failed)?;
    connection.pragma_update(None, "trusted_schema", false).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(connection)
}

/// A database in memory, for the simulated sides.
pub(crate) fn open_memory(purpose: Purpose) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::from_driver("opening", source);
    let connection = Connection::open_in_memory().map_err(failed)?;
    prepare(&connection, purpose).map_err(failed)?;
    Ok(connection)
}

/// Writes the body's name into a new database; refuses one of another body.
pub(crate) fn claim(connection: &Connection, path: &Path, body: &BodyId) -> Result<(), StoreError> {
    let failed = |source| StoreError::from_driver("opening", source);
    let mut statement = connection.prepare(OWNERS.sql).map_err(failed)?;
    let mut rows = statement.raw_query();
    let mut owners: Vec<BodyId> = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        owners.push(Record::of(row).take("body")?);
    }
    drop(rows);
    if owners.is_empty() {
        let mut statement = connection.prepare(CLAIM.sql).map_err(failed)?;
        statement.raw_bind_parameter(1, body.bind()).map_err(failed)?;
        statement.raw_execute().map_err(failed)?;
    } else if owners.as_slice() != std::slice::from_ref(body) {
        return Err(StoreError::Foreign {
            path: path.to_owned(),
            why: "it is another body's: put it back under that body's name",
        });
    }
    Ok(())
}

/// Looks at a file before SQLite may touch it.
pub(crate) fn examine(path: &Path, purpose: Purpose) -> Result<(), StoreError> {
    let foreign = |why| StoreError::Foreign { path: path.to_owned(), why };
    let about = match std::fs::metadata(path) {
        Ok(about) if about.is_file() => about,
        Ok(_) => return Err(foreign("a file was expected there: name another data folder")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::io("looking at a file", path, error)),
    };
    if about.len() == 0 {
        return Ok(());
    }
    let mut header = [0_u8; HEADER_BYTES];
    let mut file = File::open(path).map_err(|error| StoreError::io("opening", path, error))?;
    file.read_exact(&mut header)
        .map_err(|_| foreign("it is not one of our databases: move it elsewhere"))?;
    if !header.starts_with(b"SQLite format 3\0")
        || number_at(&header, 68) != purpose.application_id.cast_unsigned()
    {
        return Err(foreign("it is not one of our databases: move it elsewhere"));
    }
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    let wanted = page * u64::from(number_at(&header, 28));
    if about.len() < wanted && !has_log(path) {
        return Err(StoreError::corrupt(format!(
            "{} is {} bytes long and was {wanted}: restore it from a backup",
            path.display(),
            about.len()
        )));
    }
    Ok(())
}

/// Whether a write-ahead log stands beside the file, which may then be shorter than it says.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

fn number_at(header: &[u8; HEADER_BYTES], place: usize) -> u32 {
    u32::from_be_bytes([header[place], header[place + 1], header[place + 2], header[place + 3]])
}

/// Reads every page and index.
pub(crate) fn quick_check(connection: &Connection) -> Result<(), StoreError> {
    let verdict: String = connection
        .pragma_query_value(None, "quick_check", |row| row.get(0))
        .map_err(|source| StoreError::from_driver("checking", source))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::corrupt(verdict)) }
}

/// Lets the file grow to this many bytes at most.
pub(crate) fn limit_bytes(connection: &Connection, bytes: u64) -> Result<(), StoreError> {
    let failed = |source| StoreError::from_driver("limiting the file", source);
    let page: u32 =
        connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(failed)?;
    let pages = i64::try_from(bytes / u64::from(page.max(1))).unwrap_or(i64::MAX).max(1);
    connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).map_err(failed)
}
