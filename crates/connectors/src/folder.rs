//! File drop: the wire to a back office that picks files up from a folder.
//!
//! A request is `PUT file:///FOLDER/NAME`. The file is written beside its place under a name that
//! begins with a dot, synced, renamed, and the folder synced, so that whoever reads the folder sees
//! a file whole or not at all. A file that is there already is never written over: with the same
//! bytes the work is done (200), with other bytes it is refused (409). A folder that is not there,
//! is full or may not be written is a system that was not reached, and is tried again.
//!
//! Refuses a name with anything but letters, digits, `.`, `-` and `_`, and to follow a link that
//! stands where the file should.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use base::SystemId;

use crate::http::{Answer, Headers, HttpRequest, HttpResponse, MAX_REQUEST_BYTES, Method};
use crate::wire::{BoxFuture, Connector};
use crate::{System, SystemKind, TransportFault};

/// What the address of a folder begins with.
pub(crate) const FILE_SCHEME: &str = "file://";
/// The longest name of a file, in bytes.
pub const MAX_FILE_NAME_BYTES: usize = 128;
/// What the name of a file that is not whole yet ends in.
const PART: &str = ".part";
/// The attempt to which a half-written file belongs.
const ATTEMPT: &str = "x-attempt-id";

/// Back offices that read folders.
#[derive(Debug)]
pub struct FileDrop {
    folders: BTreeMap<SystemId, PathBuf>,
}

impl FileDrop {
    /// The folders of those of these systems that read one. What an earlier run left half-written
    /// in them is taken away: nobody has seen it.
    pub fn new(systems: &[System]) -> Self {
        let folder = |system: &System| {
            let path = system.base_url.strip_prefix(FILE_SCHEME)?;
            Some((system.id.clone(), PathBuf::from(path)))
        };
        let files = systems.iter().filter(|system| system.kind == SystemKind::Files);
        let folders: BTreeMap<SystemId, PathBuf> = files.filter_map(folder).collect();
        for folder in folders.values() {
            sweep(folder);
        }
        Self { folders }
    }

    /// Whether a system reads a folder.
    pub(crate) fn serves(&self, system: &SystemId) -> bool {
        self.folders.contains_key(system)
    }
}

impl Connector for FileDrop {
    fn exchange(&self, request: HttpRequest) -> BoxFuture<'_, Answer> {
        let folder = self.folders.get(&request.system).cloned();
        Box::pin(async move {
            let folder = folder.ok_or(TransportFault::Unsendable)?;
            let left = tokio::task::spawn_blocking(move || leave(&folder, &request));
            left.await.unwrap_or(Err(TransportFault::Broken))
        })
    }
}

/// Whether a file may have this name.
pub(crate) fn is_file_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let first = name.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_alphanumeric())
        && name.len() <= MAX_FILE_NAME_BYTES
        && name.bytes().all(plain)
        && !name.ends_with(PART)
}

/// Leaves a file in a folder.
fn leave(folder: &Path, request: &HttpRequest) -> Answer {
    let name = request.url.rsplit('/').next().unwrap_or_default();
    let fits = request.body.len() <= MAX_REQUEST_BYTES && request.method == Method::Put;
    if !is_file_name(name) || !fits {
        return Err(TransportFault::Unsendable);
    }
    let place = folder.join(name);
    if let Some(answer) = there_already(&place, &request.body) {
        return answer;
    }
    let attempt = request.headers.get(ATTEMPT).unwrap_or("0");
    let attempt: String = attempt.chars().filter(char::is_ascii_hexdigit).take(32).collect();
    let beside = folder.join(format!(".{name}.{attempt}{PART}"));
    if write_whole(&beside, &request.body).and_then(|()| fs::rename(&beside, &place)).is_err() {
        let _ = fs::remove_file(&beside);
        return Err(TransportFault::NotReached);
    }
    // The file is there; without this it might not be after the power fails.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|_| TransportFault::Broken)?;
    Ok(answer(201, "left"))
}

/// What stands in the file's place, if anything does.
fn there_already(place: &Path, bytes: &[u8]) -> Option<Answer> {
    let found = match fs::symlink_metadata(place) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(_) => return Some(Err(TransportFault::NotReached)),
    };
    let length = u64::try_from(bytes.len()).ok();
    if !found.is_file() || Some(found.len()) != length {
        return Some(Ok(answer(409, "another file of this name is there")));
    }
    Some(match same(place, bytes) {
        Ok(true) => Ok(answer(200, "there already")),
        Ok(false) => Ok(answer(409, "another file of this name is there")),
        // It may have been picked up just now; the next attempt sees.
        Err(_) => Err(TransportFault::Broken),
    })
}

fn same(place: &Path, bytes: &[u8]) -> io::Result<bool> {
    let mut found = Vec::with_capacity(bytes.len());
    let most = u64::try_from(bytes.len()).unwrap_or(u64::MAX).saturating_add(1);
    File::open(place)?.take(most).read_to_end(&mut found)?;
    Ok(found == bytes)
}

fn write_whole(place: &Path, bytes: &[u8]) -> io::Result<()> {
    // A file of an attempt that was broken off; `create_new` follows no link.
    match fs::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(place)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Takes half-written files of ours out of a folder; one that is not there is not there yet.
fn sweep(folder: &Path) {
    let Ok(files) = fs::read_dir(folder) else { return };
    for file in files.flatten() {
        let name = file.file_name();
        let name = name.to_string_lossy();
        let ours = name.strip_prefix('.').and_then(|name| name.strip_suffix(PART));
        let ours = ours.and_then(|name| name.rsplit_once('.')).is_some_and(|(name, attempt)| {
            is_file_name(name) && attempt.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if ours && file.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(file.path());
        }
    }
}

fn answer(status: u16, said: &str) -> HttpResponse {
    let headers = [("content-type", "text/plain")].into_iter().collect::<Headers>();
    HttpResponse { status, headers, body: said.as_bytes().to_vec() }
}

#[cfg(test)]
mod tests;
