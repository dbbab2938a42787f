//! The data folder: a marker that says whose it is, a lock, a file per body, keys apart.
//!
//! A folder without our marker is never written to, let alone emptied; one
//! folder is served by one process.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use base::BodyId;

use crate::StoreError;

/// The newest format of folders that this release knows.
const FORMAT: u32 = 1;
/// The marker's name.
const MARKER: &str = ".throughline";
/// The marker before it has its name.
const MARKER_DRAFT: &str = ".throughline.new";
/// The name of the file that a serving process holds locked.
const LOCK: &str = "lock";
/// The marker's first line.
const HEADING: &str = "This folder belongs to Throughline. Do not change what is in it.";
/// The journals' folder.
const BODIES: &str = "bodies";
/// The keys' folder, to be backed up apart or not at all.
const KEYS: &str = "keys";
/// More bytes than a marker has.
const MARKER_BYTES: u64 = 4_096;

/// An open data folder; the lock is held while this lives.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Opens a folder that carries our marker.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] without the marker, [`StoreError::Newer`] when a newer release
    /// made it, [`StoreError::InUse`] when another process serves it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        read_marker(path)?;
        let lock = lock(path)?;
        for folder in [BODIES, KEYS] {
            make_folder(&path.join(folder))?;
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Makes a folder where there is none, or in an empty one.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] when something is there already.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        refuse_foreign(path)?;
        fs::create_dir_all(path).map_err(|error| StoreError::io("making a folder", path, error))?;
        let lock = lock(path)?;
        refuse_foreign(path)?;
        write_marker(path)?;
        drop(lock);
        Self::open(path)
    }

    /// Opens the folder when it is ours, makes it when there is nothing.
    ///
    /// # Errors
    /// As [`Self::open`] and [`Self::create`].
    pub fn open_or_create(path: &Path) -> Result<Self, StoreError> {
        if path.join(MARKER).exists() { Self::open(path) } else { Self::create(path) }
    }

    /// Empties a folder that carries our marker; nothing happens when there is no folder or an
    /// empty one.
    ///
    /// # Errors
    /// [`StoreError::Foreign`] without the marker, [`StoreError::InUse`] when it is served.
    pub fn remove(path: &Path) -> Result<(), StoreError> {
        if !path.join(MARKER).exists() {
            return refuse_foreign(path);
        }
        read_marker(path)?;
        let lock = lock(path)?;
        let failed = |error| StoreError::io("emptying a folder", path, error);
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if [MARKER, LOCK].iter().any(|kept| entry.file_name() == *kept) {
                continue; // they go last, so that an interrupted removal can be taken up again
            }
            let is_folder = entry.file_type().map_err(failed)?.is_dir();
            let gone = if is_folder {
                fs::remove_dir_all(entry.path())
            } else {
                fs::remove_file(entry.path())
            };
            gone.map_err(failed)?;
        }
        fs::remove_file(path.join(MARKER)).map_err(failed)?;
        drop(lock);
        fs::remove_file(path.join(LOCK)).map_err(failed)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of a body's journal and projections.
    pub fn journal_file(&self, body: &BodyId) -> PathBuf {
        self.path.join(BODIES).join(format!("{body}.sqlite"))
    }

    /// The file of a body's keys.
    pub fn key_file(&self, body: &BodyId) -> PathBuf {
        self.path.join(KEYS).join(format!("{body}.sqlite"))
    }

    /// The bodies that have a journal here, by name.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the folder does not read.
    pub fn bodies(&self) -> Result<Vec<BodyId>, StoreError> {
        let folder = self.path.join(BODIES);
        let failed = |error| StoreError::io("reading a folder", &folder, error);
        let mut bodies = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(".sqlite"));
            bodies.extend(name.and_then(|name| name.parse::<BodyId>().ok()));
        }
        bodies.sort();
        Ok(bodies)
    }
}

/// Refuses whatever is neither absent nor empty.
fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    let foreign = |why| StoreError::Foreign { path: path.to_owned(), why };
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return Err(foreign("it is a file: name a folder"));
        }
        Err(error) => return Err(StoreError::io("reading a folder", path, error)),
    };
    for entry in entries {
        let name = entry.map_err(|error| StoreError::io("reading a folder", path, error))?;
        let name = name.file_name();
        if name == MARKER {
            return Err(foreign("it holds data already: open it, or empty it with --fresh"));
        }
        if name != LOCK && name != MARKER_DRAFT {
            return Err(foreign("it holds files that are not ours: name an empty or new folder"));
        }
    }
    Ok(())
}

fn read_marker(path: &Path) -> Result<(), StoreError> {
    let marker = path.join(MARKER);
    let foreign = |why| StoreError::Foreign { path: path.to_owned(), why };
    let about = match fs::metadata(&marker) {
        Ok(about) => about,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(foreign("it does not carry our marker: name another folder"));
        }
        Err(error) => return Err(StoreError::io("looking for the marker", &marker, error)),
    };
    let strange = || foreign("its marker does not read: restore the folder from a backup");
    if !about.is_file() || about.len() > MARKER_BYTES {
        return Err(strange());
    }
    let text = fs::read_to_string(&marker).map_err(|_| strange())?;
    let mut lines = text.lines();
    let heading = lines.next().filter(|heading| *heading == HEADING);
    let format = lines.next().and_then(|line| line.strip_prefix("format = "));
    let format = format.and_then(|format| format.parse::<u32>().ok());
    match (heading, format) {
        (Some(_), Some(1..=FORMAT)) => Ok(()),
        (Some(_), Some(found)) if found > FORMAT => {
            Err(StoreError::Newer { path: path.to_owned(), found, known: FORMAT })
        }
        (Some(_), Some(_)) | (None, _) | (_, None) => Err(strange()),
    }
}

/// Writes the marker under another name first, so that it is whole or absent.
fn write_marker(path: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::io("writing the marker", path, error);
    let draft = path.join(MARKER_DRAFT);
    let mut file = File::create(&draft).map_err(failed)?;
    writeln!(file, "{HEADING}\nformat = {FORMAT}").map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::rename(&draft, path.join(MARKER)).map_err(failed)?;
    File::open(path).and_then(|folder| folder.sync_all()).map_err(failed)
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let place = path.join(LOCK);
    let failed = |error| StoreError::io("locking a folder", path, error);
    let file =
        File::options().create(true).truncate(false).write(true).open(&place).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Makes a folder that only its owner may look into.
fn make_folder(path: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::io("making a folder", path, error)),
    }
}

#[cfg(test)]
mod tests;
