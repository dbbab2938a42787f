//! `throughline new service`: a package that runs, to be changed into the service that is wanted.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::{BodyId, ServiceId};
use catalogue::region::Region;

use crate::files::read_folder;

/// What to make.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum New {
    /// A service package with its scenarios; it passes `check` and `test` as it stands.
    Service {
        /// The service's id, such as `report-a-pothole`; the folder gets the same name.
        name: ServiceId,
        /// The body that owns it, as the region names it.
        #[arg(long)]
        owner: BodyId,
        /// The folder that holds the packages.
        #[arg(long, default_value = "services")]
        dir: PathBuf,
        /// The folder of the region.
        #[arg(long, default_value = "region")]
        region: PathBuf,
    },
}

/// Writes what was asked for and says what to do next.
///
/// # Errors
/// When the owner is not a body of the region, or the folder is there already.
pub fn run(new: New) -> anyhow::Result<()> {
    let New::Service { name, owner, dir, region } = new;
    let nation = nation_of(&owner, &region)?;
    let folder = dir.join(name.as_str());
    if folder.exists() {
        bail!("{} is there already: choose another name", folder.display());
    }
    let files = catalogue::scaffold::new_service(&name, &owner, &nation);
    for (path, bytes) in &files {
        write(&folder.join(path), bytes)?;
    }
    crate::print_line(&format!(
        "{at} is written: {count} files.\n\
         Next:\n\
         1. throughline check {at}    (it is sound as it stands)\n\
         2. throughline test {at}     (its scenarios pass)\n\
         3. Change questions.toml, then the process in Camunda Modeler, then the scenarios.\n\
         4. After changing a text, read its Welsh against it and run: throughline translations {at}\n\
         docs/guide-services.md takes you through it.",
        at = folder.display(),
        count = files.len(),
    ));
    Ok(())
}

fn nation_of(owner: &BodyId, region: &Path) -> anyhow::Result<String> {
    let files = read_folder(region)
        .with_context(|| "name the folder of the region with --region".to_owned())?;
    let region = Region::read(&files)
        .map_err(|problems| crate::install::refused("the region", &problems))?;
    let Some(body) = region.body(owner) else {
        let bodies: Vec<&str> = region.bodies.iter().map(|body| body.id.as_str()).collect();
        bail!("the region has no body {owner}; it has {}", bodies.join(", "));
    };
    Ok(body.nation.clone())
}

/// Writes a file that is not there yet.
fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write as _;
    let said = || format!("{} cannot be written", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(said)?;
    }
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(bytes)).with_context(said)
}
