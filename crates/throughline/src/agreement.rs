//! `throughline agreement`: keys for agreements, signatures, and whether each one can be used.
//!
//! A body signs with a key that stands nowhere on a host: it is made into a file of its own, and
//! only its public half is written into the region. What is signed is the agreement's file as it
//! stands, byte for byte.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use audit::SigningKey;
use base::{BodyId, Date, ServiceId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalogue::Package;
use catalogue::region::Region;
use clap::Subcommand;
use runtime::clock::{Clock as _, RealClock};
use runtime::entropy::{Entropy as _, Place, SystemEntropy, Use};
use sharing::{Agreement, Signatures};

use crate::files::{folders, read_folder};
use crate::install::refused;
use crate::print_line;

mod read;

pub use read::Agreements;
use read::{SIGNATURES, key_of};

/// Work with agreements between bodies.
#[derive(Debug, Subcommand)]
pub enum AgreementCommand {
    /// Make a body's key for signing, and print the line for its file.
    Key {
        /// The body.
        #[arg(long)]
        body: BodyId,
        /// The file that is to hold the key. Keep it where no host reads it.
        #[arg(long)]
        out: PathBuf,
    },
    /// Sign an agreement's file as it stands.
    Sign {
        /// The agreement's file.
        file: PathBuf,
        /// The body that signs.
        #[arg(long)]
        body: BodyId,
        /// The file of its key.
        #[arg(long)]
        key: PathBuf,
        /// The folder of the region.
        #[arg(long, default_value = "region")]
        region: PathBuf,
    },
    /// Say of each agreement whether anything may cross under it.
    Check {
        /// The folder of the region.
        #[arg(long, default_value = "region")]
        region: PathBuf,
        /// The folder of the packages.
        #[arg(long, default_value = "services")]
        services: PathBuf,
        /// The day for which to say it; today, when it is left out.
        #[arg(long)]
        on: Option<Date>,
    },
}

/// Runs the command.
///
/// # Errors
/// When a file cannot be read or written, or a key is not the body's.
pub fn run(command: &AgreementCommand) -> anyhow::Result<ExitCode> {
    match command {
        AgreementCommand::Key { body, out } => {
            let place = Place {
                body,
                shard: base::Shard(0),
                seq: base::EventSeq::START,
                index: 0,
                purpose: Use::DataKey,
            };
            let drawn = SystemEntropy.draw(place);
            let seed = *drawn.first_chunk::<32>().context("no random numbers")?;
            print_line(&make_key(body, &seed, out)?);
            Ok(ExitCode::SUCCESS)
        }
        AgreementCommand::Sign { file, body, key, region } => {
            print_line(&sign(file, body, key, &read_region(region)?)?);
            Ok(ExitCode::SUCCESS)
        }
        AgreementCommand::Check { region, services, on } => {
            let today = match on {
                Some(day) => *day,
                None => RealClock::start()?.now().uk_date(),
            };
            Ok(check(&read_region(region)?, &offered(services)?, today))
        }
    }
}

fn read_region(folder: &Path) -> anyhow::Result<Region> {
    Region::read(&read_folder(folder)?).map_err(|problems| refused("the region", &problems))
}

/// The services whose packages can be read.
fn offered(folder: &Path) -> anyhow::Result<Vec<ServiceId>> {
    let mut services = Vec::new();
    for package in folders(folder)? {
        let read = Package::read(&read_folder(&package)?).ok();
        services.extend(read.map(|(package, _)| package.definition.id));
    }
    Ok(services)
}

/// Makes a key file that only its owner may read; answers the line for the body's file.
fn make_key(body: &BodyId, seed: &[u8; 32], out: &Path) -> anyhow::Result<String> {
    let key = SigningKey::from_seed(body.as_str(), seed)?;
    let said = || format!("{} cannot be written; a key is never replaced", out.display());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(out).with_context(said)?;
    writeln!(file, "{}", STANDARD.encode(seed)).with_context(said)?;
    file.sync_all().with_context(said)?;
    Ok(format!("agreement_key = \"{}\"", key.verifying_key()))
}

fn read_key(body: &BodyId, file: &Path) -> anyhow::Result<SigningKey> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let seed = STANDARD.decode(text.trim()).ok();
    let seed = seed.and_then(|seed| <[u8; 32]>::try_from(seed).ok());
    let seed = seed.with_context(|| format!("{} is not a key for signing", file.display()))?;
    Ok(SigningKey::from_seed(body.as_str(), &seed)?)
}

/// Adds the body's signature to those beside the agreement's file.
fn sign(file: &Path, body: &BodyId, key: &Path, region: &Region) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let agreement =
        Agreement::read(&text).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
    if !agreement.parties().any(|party| party == body) {
        bail!("{body} is no party to {}", agreement.version());
    }
    let key = read_key(body, key)?;
    let public = key_of(region, body).map_err(|sentence| anyhow::anyhow!(sentence))?;
    if public != key.verifying_key() {
        bail!("the key is not the one that bodies/{body}.toml names");
    }
    let stem = file.file_stem().context("the agreement has a name")?.to_string_lossy();
    let beside = file.with_file_name(format!("{stem}{SIGNATURES}"));
    let mut signatures = match std::fs::read_to_string(&beside) {
        Ok(text) => Signatures::read(&text)
            .map_err(|error| anyhow::anyhow!("{}: {error}", beside.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Signatures::default(),
        Err(error) => return Err(error).context(format!("{} cannot be read", beside.display())),
    };
    signatures.add(body.clone(), key.sign(text.as_bytes()));
    std::fs::write(&beside, signatures.write())
        .with_context(|| format!("{} cannot be written", beside.display()))?;
    Ok(format!("{body} has signed {}", agreement.version()))
}

fn check(region: &Region, offered: &[ServiceId], today: Date) -> ExitCode {
    let (problems, sound) = verdicts(region, offered, today);
    for line in sound {
        print_line(&line);
    }
    for problem in &problems {
        print_line(&problem.to_string());
    }
    let refused = problems.iter().any(|problem| !problem.warning);
    if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What is wrong, and a line for each agreement that is signed and in force.
fn verdicts(
    region: &Region,
    offered: &[ServiceId],
    today: Date,
) -> (Vec<catalogue::Problem>, Vec<String>) {
    let mut agreements = Agreements::read(region);
    let mut problems = std::mem::take(&mut agreements.problems);
    problems.extend(agreements.unknown_services(offered));
    problems.extend(agreements.on(today));
    problems.sort();
    problems.dedup();
    let sound = agreements.known.values().filter(|signed| signed.missing().is_empty());
    let sound = sound.map(|signed| {
        let agreement = signed.agreement();
        format!(
            "{}: signed by every party, valid until {}, to be reviewed by {}",
            agreement.version(),
            agreement.validity().1,
            agreement.review_by()
        )
    });
    let sound = sound.collect();
    (problems, sound)
}

#[cfg(test)]
mod tests;
