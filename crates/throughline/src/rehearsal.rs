//! `throughline rehearsal`: what tests do to an installation before and after they kill its server.
//!
//! Nobody serves it meanwhile. Before, its bodies have checked who the demonstration's residents
//! are; afterwards what visitors were told and what the journals hold is compared with the ledgers
//! of the back offices, by the demonstration's own account, and told as its one line of JSON.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base::{BodyId, SystemId};
use emulators::{Entry, Ledger};

use crate::demo::enrol;
use crate::demo::offices::ledger_file;
use crate::demo::settlement::{demo_of, settled};
use crate::demo::summary::{self, Summary};

/// What may be done.
#[derive(Debug, clap::Subcommand)]
pub enum Rehearsal {
    /// Let staff have checked who the residents are.
    Enrol {
        /// The configuration of the installation.
        #[arg(long)]
        config: PathBuf,
        /// From which the residents follow.
        #[arg(long)]
        seed: u64,
        /// How many residents there are.
        #[arg(long)]
        residents: u64,
    },
    /// Compare what visitors were told with the journals and the ledgers.
    Account {
        /// The configuration of the installation.
        #[arg(long)]
        config: PathBuf,
        /// The folder of the ledgers.
        #[arg(long)]
        ledgers: PathBuf,
        /// What the visitors of a body were told: `BODY=FILE`.
        #[arg(long = "told")]
        told: Vec<String>,
    },
}

/// Does it.
///
/// # Errors
/// When the installation cannot be opened, or a file cannot be read.
pub fn run(rehearsal: &Rehearsal) -> anyhow::Result<()> {
    match rehearsal {
        Rehearsal::Enrol { config, seed, residents } => {
            let installation = crate::serve::open(config)?;
            let demo = demo_of(&installation.region)?;
            let areas = settled(&installation.region, demo, *seed, *residents);
            enrol(&installation, &areas, *seed)
        }
        Rehearsal::Account { config, ledgers, told } => {
            let told: anyhow::Result<Vec<Vec<(BodyId, String)>>> =
                told.iter().map(|told| read_told(told)).collect();
            crate::print_line(&account(config, ledgers, &told?.concat())?);
            Ok(())
        }
    }
}

fn account(config: &Path, ledgers: &Path, told: &[(BodyId, String)]) -> anyhow::Result<String> {
    let installation = crate::serve::open(config)?;
    let mut worked: Vec<((&BodyId, &SystemId), Vec<Entry>)> = Vec::new();
    for body in installation.host.bodies() {
        let settings = body.settings();
        for system in settings.systems.keys() {
            let file = ledger_file(ledgers, &settings.body, system);
            let ledger = Ledger::read(&file).with_context(|| file.display().to_string())?;
            worked.push(((&settings.body, system), ledger.entries().to_vec()));
        }
    }
    let accounted = summary::account(&installation, worked, told)?;
    Ok(Summary::of(&installation, accounted, (0.0, 0.0))?.json())
}

/// The references in a record of `throughline drive`.
fn read_told(told: &str) -> anyhow::Result<Vec<(BodyId, String)>> {
    let (body, file) = told.split_once('=').context("BODY=FILE is wanted")?;
    let body: BodyId = body.parse().ok().with_context(|| format!("{body} is no body"))?;
    let text = std::fs::read_to_string(file).with_context(|| file.to_owned())?;
    let lines = text.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line)?;
        let reference = line.get("reference").and_then(serde_json::Value::as_str);
        Ok((body.clone(), reference.context("a line without a reference")?.to_owned()))
    });
    lines.collect()
}
