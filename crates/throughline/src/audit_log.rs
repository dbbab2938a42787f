//! `throughline audit verify`: whether each body's access log is the one that the body signed.
//!
//! Reads a data folder that nobody serves, with the installation's keys. Prints one line a body;
//! a log that was altered, dropped from, reordered or cut off is told in a sentence, and the
//! program ends with 1. Then it holds the logs against each other: each question and each notice
//! between two bodies must stand in both, and in the identity office's. Writes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use base::{BodyId, Shard};
use clap::Subcommand;
use runtime::{CrossingLog, Finding, Keyring, Reconciled};
use store::{DataFolder, Reader, SqliteKeyStore, SqliteStore, Store as _, WrapEpoch};

use crate::keys::{BodySecrets, body_secrets, key_file};
use crate::print_line;

/// The longest proof that is read, in bytes.
const MAX_PROOF_BYTES: u64 = 1 << 20;

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
        /// A checkpoint that was kept elsewhere, or a downloaded proof that holds one: the log must
        /// contain it. May be given more than once.
        #[arg(long = "checkpoint")]
        checkpoints: Vec<PathBuf>,
    },
    /// Print the newest signed checkpoint of a body's access log, to be kept elsewhere.
    Checkpoint {
        /// The data folder.
        #[arg(long)]
        data: PathBuf,
        /// The body.
        #[arg(long)]
        body: BodyId,
    },
    /// Check the proof of an entry that a person downloaded from “Who looked at your data”.
    Proof {
        /// The file.
        file: PathBuf,
    },
}

/// Runs the command.
///
/// # Errors
/// When the folder cannot be opened.
pub fn run(audit: &Audit) -> anyhow::Result<ExitCode> {
    match audit {
        Audit::Verify { data, body, checkpoints } => verify_all(data, body.as_ref(), checkpoints),
        Audit::Checkpoint { data, body } => {
            let stored = Stored::open(&DataFolder::open(data)?, body)?;
            let latest = store::access::latest_checkpoint(&stored.reader)?;
            let latest = latest.with_context(|| format!("{body} has signed nothing yet"))?;
            print_line(latest.note.trim_end_matches('\n'));
            Ok(ExitCode::SUCCESS)
        }
        Audit::Proof { file } => proof(file),
    }
}

fn verify_all(
    data: &Path,
    body: Option<&BodyId>,
    checkpoints: &[PathBuf],
) -> anyhow::Result<ExitCode> {
    let folder = DataFolder::open(data)?;
    let mut bodies = bodies(&folder)?;
    if let Some(wanted) = body {
        bodies.retain(|found| found == wanted);
        if bodies.is_empty() {
            bail!("{} holds nothing of {wanted}", data.display());
        }
    }
    let (mut code, mut logs) = (ExitCode::SUCCESS, BTreeMap::new());
    for file in checkpoints {
        let line = kept(&folder, &bodies, file).unwrap_or_else(|error| {
            code = ExitCode::FAILURE;
            format!("{} does not hold: {error:#}", file.display())
        });
        print_line(&line);
    }
    for body in bodies {
        match verify(&folder, &body) {
            Ok(proved) => {
                print_line(&format!("{body}: {}", proved.line));
                logs.insert(body, proved.crossings);
            }
            Err(error) => {
                print_line(&format!("{body}: does not hold: {error:#}"));
                code = ExitCode::FAILURE;
            }
        }
    }
    let (lines, sound) = told(&runtime::reconcile(&logs));
    for line in &lines {
        print_line(line);
    }
    Ok(if sound { code } else { ExitCode::FAILURE })
}

/// What every body's log of a folder tells of crossings, once each holds by itself.
#[cfg(test)]
pub(crate) fn crossings(folder: &DataFolder) -> anyhow::Result<BTreeMap<BodyId, CrossingLog>> {
    let mut logs = BTreeMap::new();
    for body in bodies(folder)? {
        let proved = verify(folder, &body).with_context(|| body.to_string())?;
        logs.insert(body, proved.crossings);
    }
    Ok(logs)
}

/// The same, held against each other.
#[cfg(test)]
pub(crate) fn reconciled(folder: &DataFolder) -> anyhow::Result<Reconciled> {
    Ok(runtime::reconcile(&crossings(folder)?))
}

/// What the logs together say of crossings, a line each, and whether nothing of it is wrong.
fn told(reconciled: &Reconciled) -> (Vec<String>, bool) {
    let Reconciled { agreed, refused, findings } = reconciled;
    let mut lines = vec![format!(
        "between bodies: {agreed} questions and notices stand in every log alike, {refused} were \
         refused by the body's own gate"
    )];
    let line = |finding: &Finding| {
        let how = if finding.wrong { "does not hold" } else { "is open" };
        format!("crossing {} {how}: {}", finding.crossing, finding.sentence)
    };
    lines.extend(findings.iter().map(line));
    (lines, findings.iter().all(|finding| !finding.wrong))
}

/// Holds a checkpoint that was kept elsewhere against the log that it names.
fn kept(folder: &DataFolder, bodies: &[BodyId], file: &Path) -> anyhow::Result<String> {
    let text = read_proof(file)?;
    let proof: Option<runtime::LedgerProof> = serde_json::from_str(&text).ok();
    let note = proof.map_or(text, |proof| proof.checkpoint);
    let named = note.lines().next().unwrap_or_default();
    let body = bodies.iter().find(|body| runtime::log_origin(body) == named);
    let body = body
        .with_context(|| format!("it is of the log \u{201c}{named}\u{201d}, which is not here"))?;
    let stored = Stored::open(folder, body)?;
    let key = stored.secrets.log.verifying_key();
    let size = runtime::verify_kept(&stored.reader, &key, &note)?;
    Ok(format!("{body}: contains the {size} entries of the checkpoint in {}", file.display()))
}

fn read_proof(file: &Path) -> anyhow::Result<String> {
    let said = || format!("{} cannot be read", file.display());
    let length = std::fs::metadata(file).with_context(said)?.len();
    if length > MAX_PROOF_BYTES {
        bail!("{} is longer than a proof is", file.display());
    }
    std::fs::read_to_string(file).with_context(said)
}

/// Whether a downloaded proof holds, in a line.
fn proof(file: &Path) -> anyhow::Result<ExitCode> {
    let text = read_proof(file)?;
    let proof: runtime::LedgerProof = serde_json::from_str(&text).context("it is no proof")?;
    Ok(match proof.verify() {
        Ok(()) => {
            let (leaf, size) = (proof.leaf, proof.size);
            print_line(&format!("holds: leaf {leaf} of {}, {size} signed", proof.origin));
            print_line(&format!("record: {}", proof.record));
            print_line(&format!("signed by: {}", proof.key));
            ExitCode::SUCCESS
        }
        Err(fault) => {
            print_line(&format!("does not hold: {fault}"));
            ExitCode::FAILURE
        }
    })
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

/// What is proved of a body's log, in a line, and what it tells of crossings.
struct Proved {
    line: String,
    crossings: CrossingLog,
}

/// What a body has in a data folder.
struct Stored {
    secrets: BodySecrets,
    reader: Reader,
}

impl Stored {
    fn open(folder: &DataFolder, body: &BodyId) -> anyhow::Result<Self> {
        let (keys, journal) = (key_file(folder.path(), body.as_str()), folder.journal_file(body));
        for file in [&keys, &journal, &folder.key_file(body)] {
            there(file)?;
        }
        let secrets = body_secrets(folder.path(), body, || [0; 32])?;
        let reader = SqliteStore::open(folder, body)?.readers().shard(Shard(0));
        Ok(Self { secrets, reader })
    }
}

fn verify(folder: &DataFolder, body: &BodyId) -> anyhow::Result<Proved> {
    let Stored { secrets, reader } = Stored::open(folder, body)?;
    let keystore = SqliteKeyStore::open(folder, body)?;
    let keyring = Keyring::new(body.clone(), secrets.wrap, WrapEpoch(1), Box::new(keystore));
    let verified = runtime::verify_log(&reader, &keyring, &secrets.log.verifying_key())?;
    let crossings = runtime::crossing_log(&reader, &keyring, &verified)?;
    let line = format!(
        "holds: {} entries, {} with their records, {} signed, root {}",
        verified.leaves, verified.opened, verified.signed, verified.root
    );
    Ok(Proved { line, crossings })
}

fn there(file: &Path) -> anyhow::Result<()> {
    let found = file.try_exists().with_context(|| format!("{} cannot be read", file.display()))?;
    if found { Ok(()) } else { bail!("{} is missing", file.display()) }
}

#[cfg(test)]
mod tests;
