//! The packages that a body has ever run, kept as documents of its database, so that a case finds
//! the version that it began on when the program starts with another.
//!
//! A version's files are written before the first case can begin on it, and are never changed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base::{BodyId, Digest, Shard, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalogue::Files;
use store::settings::{DocumentKey, DocumentRow};
use store::{Batch, PAGE_LIMIT, Store};

use crate::host::{LEASE_MS, OWNER};
use crate::shard::ShardError;

/// What the names of these documents begin with; the version follows.
const PREFIX: &str = "package/";
/// The media type of a package as a document: its files by path, their bytes in base64.
const MEDIA_TYPE: &str = "application/vnd.throughline.package+json";

/// Keeps the packages that the body runs now, by version, and gives the files of all others that
/// it ever ran. Called before the host takes the store up.
///
/// # Errors
/// [`ShardError`] when the store fails or what it keeps is not readable.
pub fn keep_packages(
    store: &mut dyn Store,
    body: &BodyId,
    present: &BTreeMap<Digest, Files>,
    now: Timestamp,
) -> Result<BTreeMap<Digest, Files>, ShardError> {
    let mut kept = stored(store)?;
    let fresh: Vec<_> = present.iter().filter(|(version, _)| !kept.contains_key(version)).collect();
    if !fresh.is_empty() {
        let lease = store.lease(body, Shard(0), OWNER, now, LEASE_MS)?;
        let mut batch = Batch::after(&lease);
        for (version, files) in fresh {
            batch.put(DocumentRow {
                name: format!("{PREFIX}{version}"),
                media_type: Cow::Borrowed(MEDIA_TYPE),
                created_at: now,
                bytes: written(files)?,
            });
        }
        store.commit(&batch)?;
    }
    kept.retain(|version, _| !present.contains_key(version));
    Ok(kept)
}

fn stored(store: &dyn Store) -> Result<BTreeMap<Digest, Files>, ShardError> {
    let reader = store.readers().shard(Shard(0));
    let mut kept = BTreeMap::new();
    let mut after = DocumentKey { name: PREFIX.to_owned() };
    loop {
        let page = store::page::<DocumentRow>(&reader, Some(&after), PAGE_LIMIT)?;
        let Some(last) = page.last() else { return Ok(kept) };
        after = DocumentKey { name: last.name.clone() };
        for row in &page {
            let Some(version) = row.name.strip_prefix(PREFIX) else { return Ok(kept) };
            if let Ok(version) = version.parse() {
                kept.insert(version, read(&row.bytes)?);
            }
        }
    }
}

fn written(files: &Files) -> Result<Vec<u8>, ShardError> {
    let texts: BTreeMap<&str, String> =
        files.iter().map(|(path, bytes)| (path.as_str(), STANDARD.encode(bytes))).collect();
    serde_json::to_vec(&texts).map_err(|error| ShardError::Write(error.to_string()))
}

fn read(bytes: &[u8]) -> Result<Files, ShardError> {
    let texts: BTreeMap<String, String> = serde_json::from_slice(bytes)
        .map_err(|source| ShardError::Row { what: "package", source })?;
    let file = |(path, text): (String, String)| {
        let bytes = STANDARD.decode(text);
        bytes.map(|bytes| (path, bytes)).map_err(|error| {
            let source = <serde_json::Error as serde::de::Error>::custom(error);
            ShardError::Row { what: "package", source }
        })
    };
    texts.into_iter().map(file).collect()
}
