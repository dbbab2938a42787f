//! `throughline emulate`: emulated back offices as a process of their own, on the computer's clock.
//!
//! For tests that kill the server: what the offices really did stands in ledgers of their own,
//! synced before they answer. The offices are those of a file, or those that the demonstration has
//! for a region.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use emulators::{Config, WallTime};
use runtime::Place;
use runtime::clock::{Clock, RealClock};
use serde_json::json;

use crate::demo::offices::{self, Apart, Setting};
use crate::demo::settlement::{Settled, Settlement};
use crate::install::{Sources, Surroundings};

/// What was asked for on the command line.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The offices, as JSON.
    #[arg(long)]
    config: PathBuf,
}

/// The offices of which region.
#[derive(Debug, Clone, clap::Args)]
pub struct RegionOptions {
    #[command(flatten)]
    settlement: Settlement,
    /// Where ledgers, the folders of back offices and the addresses of each body go.
    #[arg(long)]
    folder: PathBuf,
    /// The server that they tell what they have done: `http://localhost:8400`.
    #[arg(long)]
    origin: String,
    /// How long crews take for a job, in milliseconds.
    #[arg(long)]
    crew_ms: i64,
    /// How often folders are looked into, in milliseconds.
    #[arg(long)]
    look_ms: i64,
}

/// Serves every back office of a region until it is told to end. Writes the addresses that each body
/// serves to `BODY.csv`, and prints as one line of JSON where each office is, what its customer must
/// show and with what it signs.
///
/// # Errors
/// As [`run`], or when the region is refused.
pub async fn run_region(options: RegionOptions) -> anyhow::Result<()> {
    let Settled { sources: Sources { region, .. }, areas, .. } = options.settlement.read()?;
    let seed = options.settlement.seed;
    let clock: Arc<dyn Clock> = Arc::new(RealClock::start().context("no thread for the clock")?);
    let apart = Apart {
        ledgers: options.folder.clone(),
        crew_ms: options.crew_ms,
        look_ms: options.look_ms,
    };
    let folders = options.folder.join("folders");
    let setting = Setting { seed, folders, apart: Some(apart) };
    let mut surroundings = Surroundings::default();
    let running = offices::start(&region, &areas, &setting, &clock, &mut surroundings).await?;
    running.call_back_to(&options.origin, seed);
    for (body, places) in &surroundings.places {
        write_places(&options.folder.join(format!("{body}.csv")), places)?;
    }
    let known: Vec<serde_json::Value> = surroundings
        .addresses
        .iter()
        .map(|((body, system), address)| {
            json!({
                "body": body,
                "system": system,
                "address": address,
                "shown": offices::shown_secret(seed, body, system),
                "signs_with": offices::inbound_secret(seed, body, system),
            })
        })
        .collect();
    crate::print_line(&serde_json::Value::Array(known).to_string());
    crate::server::told_to_end().await?;
    for running in running.running.into_values() {
        running.stop().await;
    }
    Ok(())
}

/// Writes addresses as a configuration names them.
fn write_places(path: &Path, places: &[Place]) -> anyhow::Result<()> {
    let mut text = "uprn,address,postcode\n".to_owned();
    for place in places {
        let line = place.line.replace('"', "\"\"");
        let _ = writeln!(text, "{},\"{line}\",{}", place.uprn, place.postcode);
    }
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

/// Serves the offices until it is told to end; prints where each is as one line of JSON.
///
/// # Errors
/// When the configuration cannot be read, or a port or a ledger cannot be had.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let said = || format!("{} cannot be read", options.config.display());
    let text = std::fs::read_to_string(&options.config).with_context(said)?;
    let config: Config = serde_json::from_str(&text).with_context(said)?;
    let running = emulators::serve(config, Arc::new(WallTime)).await?;
    let offices: Vec<serde_json::Value> = running
        .offices()
        .iter()
        .map(|office| {
            serde_json::json!({
                "id": office.id(), "url": office.url(), "admin_url": office.admin_url(),
            })
        })
        .collect();
    crate::print_line(&serde_json::Value::Array(offices).to_string());
    crate::server::told_to_end().await?;
    running.stop().await;
    Ok(())
}
