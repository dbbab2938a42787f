//! Reading folders of text files within bounds: packages, overlays, the region.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use catalogue::Files;

/// The largest file of a package.
const FILE_BYTES: u64 = 4 * 1024 * 1024;
/// The most files of a package.
const FILES: usize = 500;
/// How deep a package's folders go.
const DEPTH: usize = 4;

/// The files of a folder by their path within it, hidden ones left out.
///
/// # Errors
/// When the folder cannot be read or is larger than a package may be.
pub fn read_folder(folder: &Path) -> anyhow::Result<Files> {
    let mut files = BTreeMap::new();
    let mut open = vec![(folder.to_owned(), String::new(), 0)];
    while let Some((path, prefix, depth)) = open.pop() {
        let said = || format!("{} cannot be read", path.display());
        for entry in std::fs::read_dir(&path).with_context(said)? {
            let entry = entry.with_context(said)?;
            let Ok(name) = entry.file_name().into_string() else {
                bail!("{} holds a file whose name is not UTF-8", path.display());
            };
            if name.starts_with('.') {
                continue;
            }
            let kind = entry.file_type().with_context(said)?;
            let within = format!("{prefix}{name}");
            if kind.is_dir() && depth < DEPTH {
                open.push((entry.path(), format!("{within}/"), depth + 1));
            } else if kind.is_dir() {
                bail!("{} lies more than {DEPTH} folders deep", entry.path().display());
            } else if kind.is_file() {
                files.insert(within, read_file(&entry.path())?);
            } else {
                bail!(
                    "{} is a link, not a file: put the file itself there",
                    entry.path().display()
                );
            }
            if files.len() > FILES {
                bail!("{} holds more than {FILES} files", folder.display());
            }
        }
    }
    Ok(files)
}

fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let said = || format!("{} cannot be read", path.display());
    if std::fs::metadata(path).with_context(said)?.len() > FILE_BYTES {
        bail!("{} is larger than {} MiB", path.display(), FILE_BYTES / 1024 / 1024);
    }
    std::fs::read(path).with_context(said)
}

/// The folders within a folder, in the order of names, hidden ones left out.
///
/// # Errors
/// When it cannot be read.
pub fn folders(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let said = || format!("{} cannot be read", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(said)? {
        let entry = entry.with_context(said)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.file_type().with_context(said)?.is_dir() && !hidden {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_refused_and_not_left_out() {
        let path = std::env::temp_dir().join(format!("throughline-files-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("a.toml"), "").unwrap();
        assert_eq!(read_folder(&path).unwrap().len(), 1);
        std::os::unix::fs::symlink("/etc/hostname", path.join("b.toml")).unwrap();
        let said = read_folder(&path).unwrap_err().to_string();
        assert!(
            said.ends_with("b.toml is a link, not a file: put the file itself there"),
            "{said}"
        );
        std::fs::remove_dir_all(&path).unwrap();
    }
}
