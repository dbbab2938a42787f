//! `throughline translations`: says that each Welsh text was read against its English.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use catalogue::{OVERLAY, TRANSLATIONS_LOCK};

use crate::files::read_folder;

/// Writes the lock of translations of a package or an overlay anew, and names the texts that whoever
/// runs it has confirmed.
///
/// # Errors
/// When the folder is neither, or cannot be read or written.
pub fn run(folder: &Path) -> anyhow::Result<()> {
    let files = read_folder(folder)?;
    if !files.contains_key("service.toml") && !files.contains_key(OVERLAY) {
        bail!("{} holds neither a service.toml nor an {OVERLAY}", folder.display());
    }
    let lock = catalogue::translations_lock(&files);
    let before = files.get(TRANSLATIONS_LOCK).map(|bytes| String::from_utf8_lossy(bytes));
    let (before, now) = (confirmed(before.as_deref().unwrap_or_default()), confirmed(&lock));
    let path = folder.join(TRANSLATIONS_LOCK);
    std::fs::write(&path, &lock)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    for (key, digest) in &now {
        match before.get(key) {
            Some(then) if then == digest => {}
            Some(_) => crate::print_line(&format!("confirmed again: {key}")),
            None => crate::print_line(&format!("confirmed: {key}")),
        }
    }
    for key in before.keys().filter(|key| !now.contains_key(*key)) {
        crate::print_line(&format!("gone: {key}"));
    }
    crate::print_line(&format!("{}: {} texts", path.display(), now.len()));
    Ok(())
}

/// The digests of a lock by key; none when it cannot be read.
fn confirmed(lock: &str) -> BTreeMap<String, String> {
    toml::from_str(lock).unwrap_or_default()
}
