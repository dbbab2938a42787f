//! What was set up must be there again at the next start.
//!
//! Once a body runs, a mark beside its journal tells the fingerprint of its key. A journal, a
//! keystore or a key that has gone since, or is another's, is refused with where to put it back:
//! making a new one in its place would hide the loss, and seal what comes next apart from what is
//! there. The mark says nothing of the key itself.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::{BodyId, Digest};
use store::DataFolder;

use crate::keys::key_file;

/// Something of an installation that has a key: a body, or the transcryptor.
pub struct Kept<'a> {
    /// Its name, as its key file has it.
    pub name: &'a str,
    /// The databases that it has, which are never empty once it was set up.
    pub files: Vec<PathBuf>,
}

impl<'a> Kept<'a> {
    /// A body with its journal and its keystore.
    pub fn body(folder: &DataFolder, body: &'a BodyId) -> Self {
        Self { name: body.as_str(), files: vec![folder.journal_file(body), folder.key_file(body)] }
    }

    /// Something that has a key alone.
    pub const fn key(name: &'a str) -> Self {
        Self { name, files: Vec::new() }
    }

    /// Refuses to go on when something that was set up has gone.
    ///
    /// # Errors
    /// What is missing, and that it is to be put back.
    pub fn refuse_lost(&self, folder: &DataFolder) -> anyhow::Result<()> {
        let key = key_file(folder.path(), self.name);
        let known = mark(folder, self.name).exists();
        let begun = self.files.first().is_some_and(|journal| journal.exists());
        if (known || begun) && !key.exists() {
            bail!(
                "{} is missing, and without it what {} keeps cannot be read: put it back from its \
                 own backup",
                key.display(),
                self.name
            );
        }
        let lost = self.files.iter().find(|file| known && is_absent(file));
        if let Some(lost) = lost {
            bail!(
                "{} is missing or empty, and {} was set up here: put it back from its backup",
                lost.display(),
                self.name
            );
        }
        Ok(())
    }

    /// Refuses a key that is not the one under which this was set up.
    ///
    /// # Errors
    /// That the key is another.
    pub fn refuse_other_key(
        &self,
        folder: &DataFolder,
        fingerprint: &Digest,
    ) -> anyhow::Result<()> {
        let mark = mark(folder, self.name);
        let Ok(written) = std::fs::read_to_string(&mark) else { return Ok(()) };
        if written.trim() != fingerprint.to_string() {
            bail!(
                "{} is not the key under which {} was set up: put the right one back from its own \
                 backup",
                key_file(folder.path(), self.name).display(),
                self.name
            );
        }
        Ok(())
    }

    /// Writes that this was set up, whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn remember(&self, folder: &DataFolder, fingerprint: &Digest) -> anyhow::Result<()> {
        let mark = mark(folder, self.name);
        if mark.exists() {
            return Ok(());
        }
        write_whole(&mark, &format!("{fingerprint}\n"))
            .with_context(|| format!("{} cannot be written", mark.display()))
    }
}

/// The file that says that a folder is of a real installation.
const REAL: &str = "installation";

/// Refuses the data of a real installation to the demonstration, which empties folders and makes
/// residents up.
///
/// # Errors
/// That the folder is a real installation's.
pub fn refuse_real(data: &Path) -> anyhow::Result<()> {
    if data.join(REAL).exists() {
        bail!(
            "{} is the data of a real installation: name another folder for the demonstration",
            data.display()
        );
    }
    Ok(())
}

/// Writes that a folder is of a real installation.
///
/// # Errors
/// When the folder cannot be written.
pub fn declare_real(folder: &DataFolder) -> anyhow::Result<()> {
    let file = folder.path().join(REAL);
    if file.exists() {
        return Ok(());
    }
    write_whole(&file, "`throughline serve` runs on this folder; `throughline demo` refuses it.\n")
        .with_context(|| format!("{} cannot be written", file.display()))
}

fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    let mut file = std::fs::File::create(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}

fn mark(folder: &DataFolder, name: &str) -> PathBuf {
    folder.path().join("bodies").join(format!("{name}.set-up"))
}

fn is_absent(file: &Path) -> bool {
    std::fs::metadata(file).map_or(true, |about| about.len() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body that was set up, its folder emptied again at the end.
    fn check(change: impl FnOnce(&DataFolder, &BodyId), says: &str) {
        let (thread, process) = (std::thread::current().id(), std::process::id());
        let path = std::env::temp_dir().join(format!("throughline-kept-{process}-{thread:?}"));
        let folder = DataFolder::open_or_create(&path).unwrap();
        let body: BodyId = "wealdmere".parse().unwrap();
        let kept = Kept::body(&folder, &body);
        kept.refuse_lost(&folder).unwrap();
        let key = key_file(folder.path(), body.as_str());
        for file in kept.files.iter().chain([&key]) {
            std::fs::write(file, "content").unwrap();
        }
        kept.remember(&folder, &Digest::of(b"key")).unwrap();
        change(&folder, &body);
        let found = kept
            .refuse_lost(&folder)
            .and_then(|()| kept.refuse_other_key(&folder, &Digest::of(b"key")));
        let said = found.map_or_else(|error| error.to_string(), |()| "sound".to_owned());
        assert!(said.ends_with(says), "{said}");
        drop(folder);
        std::fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn what_was_set_up_and_has_gone_is_not_made_anew() {
        check(|_, _| {}, "sound");
        let remove = |file: PathBuf| std::fs::remove_file(file).unwrap();
        let again = "was set up here: put it back from its backup";
        check(|folder, body| remove(folder.journal_file(body)), again);
        check(|folder, body| remove(folder.key_file(body)), again);
        check(|folder, body| std::fs::write(folder.key_file(body), "").unwrap(), again);
        let key = "put it back from its own backup";
        check(|folder, body| remove(key_file(folder.path(), body.as_str())), key);
    }

    #[test]
    fn another_key_is_not_taken_for_the_one_of_the_set_up() {
        let other = Digest::of(b"another key").to_string();
        let says = "put the right one back from its own backup";
        check(|folder, body| std::fs::write(mark(folder, body.as_str()), other).unwrap(), says);
    }
}
