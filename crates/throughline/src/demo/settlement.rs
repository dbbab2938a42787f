//! A region with those who live in it: the same people wherever the same seed is given.

use std::path::PathBuf;

use anyhow::Context as _;
use base::{BodyId, Language};
use catalogue::region::{Demo, Region};

use super::plan::{self, Area};
use crate::install::{Sources, read_sources};

/// Which region, and who lives in it.
#[derive(Debug, Clone, clap::Args)]
pub struct Settlement {
    /// The folder of the region.
    #[arg(long)]
    pub region: PathBuf,
    /// The folder of the service packages.
    #[arg(long)]
    pub services: PathBuf,
    /// From which everything that is drawn follows.
    #[arg(long)]
    pub seed: u64,
    /// How many residents there are.
    #[arg(long)]
    pub residents: u64,
}

/// A region and its residents.
pub struct Settled {
    /// The region and its packages.
    pub sources: Sources,
    /// What the demonstration does there.
    pub demo: Demo,
    /// The residents, by where they live.
    pub areas: Vec<Area>,
}

impl Settlement {
    /// Reads the region and settles it.
    ///
    /// # Errors
    /// When the region cannot be read, or says nothing of a demonstration.
    pub fn read(&self) -> anyhow::Result<Settled> {
        let sources = read_sources(&self.region, &self.services)?;
        let demo = demo_of(&sources.region)?.clone();
        let areas = settled(&sources.region, &demo, self.seed, self.residents);
        Ok(Settled { sources, demo, areas })
    }
}

/// What the demonstration does in a region.
///
/// # Errors
/// When the region says nothing of one.
pub fn demo_of(region: &Region) -> anyhow::Result<&Demo> {
    region.demo.as_ref().context("the region has no demo.toml")
}

/// The residents of a region, `count` of them.
pub fn settled(region: &Region, demo: &Demo, seed: u64, count: u64) -> Vec<Area> {
    let bilingual = |body: &BodyId| {
        region.body(body).is_some_and(|body| body.languages.contains(&Language::Cy))
    };
    plan::settle(demo, seed, count, &bilingual)
}
