//! `throughline audit verify`: whether each body's access log is the one that the body signed.
//!
//! Reads a data folder that nobody serves, with the installation's keys. Prints one line a body;
//! a log that was altered, dropped from, reordered or cut off is told in a sentence, and the
//! program ends with 1. Writes nothing.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use base::{BodyId, Shard};
use clap::Subcommand;
use runtime::Keyring;
use store::{DataFolder, SqliteKeyStore, SqliteStore, Store as _, WrapEpoch};

use crate::keys::{body_secrets, key_file};
use crate::print_line;

/// Work with the access logs.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Prove every entry of the access logs of a data folder.
    Verify {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// One body alone.
        #[arg(long)]
        body: Option<BodyId>,
    },
}

/// Runs the command.
///
/// # Errors
/// When the folder cannot be opened.
pub fn run(audit: &Audit) -> anyhow::Result<ExitCode> {
    let Audit::Verify { data, body } = audit;
    let folder = DataFolder::open(data)?;
    let mut bodies = bodies(&folder)?;
    if let Some(wanted) = body {
        bodies.retain(|found| found == wanted);
        if bodies.is_empty() {
            bail!("{} holds nothing of {wanted}", data.display());
        }
    }
    let mut code = ExitCode::SUCCESS;
    for body in &bodies {
        match verify(&folder, body) {
            Ok(line) => print_line(&format!("{body}: {line}")),
            Err(error) => {
                print_line(&format!("{body}: does not hold: {error:#}"));
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

/// Every body that has a journal or a keystore here: one whose journal is gone is told.
fn bodies(folder: &DataFolder) -> anyhow::Result<Vec<BodyId>> {
    let mut bodies = folder.bodies()?;
    for entry in std::fs::read_dir(folder.path().join("keys"))? {
        let name = entry?.file_name();
        let name = name.to_str().and_then(|name| name.strip_suffix(".sqlite"));
        bodies.extend(name.and_then(|name| name.parse::<BodyId>().ok()));
    }
    bodies.sort();
    bodies.dedup();
    Ok(bodies)
}

/// What is proved of a body's log, in a line.
fn verify(folder: &DataFolder, body: &BodyId) -> anyhow::Result<String> {
    let (keys, journal) = (key_file(folder.path(), body.as_str()), folder.journal_file(body));
    for file in [&keys, &journal, &folder.key_file(body)] {
        there(file)?;
    }
    let secrets = body_secrets(folder.path(), body, || [0; 32])?;
    let keystore = SqliteKeyStore::open(folder, body)?;
    let keyring = Keyring::new(body.clone(), secrets.wrap, WrapEpoch(1), Box::new(keystore));
    let store = SqliteStore::open(folder, body)?;
    let reader = store.readers().shard(Shard(0));
    let verified = runtime::verify_log(&reader, &keyring, &secrets.log.verifying_key())?;
    Ok(format!(
        "holds: {} entries, {} with their records, {} signed, root {}",
        verified.leaves, verified.opened, verified.signed, verified.root
    ))
}

fn there(file: &Path) -> anyhow::Result<()> {
    let found = file.try_exists().with_context(|| format!("{} cannot be read", file.display()))?;
    if found { Ok(()) } else { bail!("{} is missing", file.display()) }
}

#[cfg(test)]
mod tests;
