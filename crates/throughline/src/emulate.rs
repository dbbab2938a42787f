//! `throughline emulate`: emulated back offices as a process of their own, on the computer's clock.
//!
//! For tests that kill the server: what the offices really did stands in ledgers of their own,
//! synced before they answer.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use emulators::{Config, WallTime};

/// What was asked for on the command line.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The offices, as JSON.
    #[arg(long)]
    config: PathBuf,
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
