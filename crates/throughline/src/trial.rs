//! `throughline connector try`: makes one call of a mapping and shows it whole.
//!
//! It really calls: the back office does what it is asked. The id of the work is a new one each
//! time, so that nothing is taken for a repetition of a case's own work.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use base::{BodyId, EffectId, JobType, Reference, ServiceId, SystemId};
use catalogue::region::Region;
use catalogue::{Files, Package};
use connectors::{
    Answer, BackOffices, Connector as _, Exchange, HttpRequest, Mapping, Outcome, Phase, Secret,
    System, TransportFault, describe, interpret, prepare,
};
use runtime::clock::{Clock as _, RealClock};
use runtime::entropy::{Entropy as _, Place, SystemEntropy, Use};

use crate::check::{adopt_package, check_package};
use crate::install::{Sources, Surroundings, read_sources, refused, systems_of};

/// What may be done with a connector.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Trial {
    /// Make one call and show it. IT REALLY CALLS: what you send, the back office does.
    Try(Box<Options>),
}

/// Which call.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The system, as the body names it.
    system: SystemId,
    /// The job type, as connectors.toml names it.
    job: JobType,
    /// A file with the job's variables as one JSON object.
    #[arg(long)]
    input: PathBuf,
    /// The service, where several have this job.
    #[arg(long)]
    service: Option<ServiceId>,
    /// The body, where several have this job.
    #[arg(long)]
    body: Option<BodyId>,
    /// Ask the system whether it did the work, as after an unclear outcome, and send nothing.
    #[arg(long)]
    lookup: bool,
    /// The reference of the work; a made-up one else.
    #[arg(long)]
    reference: Option<Reference>,
    /// Where the system is, in the place of the region's address: `http://127.0.0.1:8112`, or the
    /// folder that it reads: `/srv/register`.
    #[arg(long)]
    address: Option<String>,
    /// A secret that the system's credential names. Others on this computer may see it in the list
    /// of processes: give `NAME=@FILE` to read it from a file.
    #[arg(long = "secret", value_name = "NAME=VALUE")]
    secrets: Vec<String>,
    /// The folder of the region.
    #[arg(long, default_value = "region")]
    region: PathBuf,
    /// The folder of the service packages.
    #[arg(long, default_value = "services")]
    services: PathBuf,
}

/// Makes the call and prints it.
///
/// # Errors
/// When the mapping is not found or the request cannot be made.
pub async fn run(trial: Trial) -> anyhow::Result<ExitCode> {
    let Trial::Try(options) = trial;
    let sources = read_sources(&options.region, &options.services)?;
    let (body, mapping) = find(&sources, &options)?;
    let mut surroundings = Surroundings::default();
    for secret in &options.secrets {
        let (name, value) = read_secret(secret)?;
        surroundings.secrets.insert(name, Secret::new(value));
    }
    if let Some(address) = &options.address {
        let address = address.trim_end_matches('/').to_owned();
        surroundings.addresses.insert((body.clone(), options.system.clone()), address);
    }
    let system = system(&sources.region, &body, &options.system, &surroundings)?;
    let phase = if options.lookup { Phase::Lookup } else { Phase::Send };
    let request = request(&options, &body, (&mapping, &system), phase)?;
    crate::say(&format!("{body} really calls {} at {}", system.id, system.base_url));
    let connector = BackOffices::new(std::slice::from_ref(&system), &surroundings.secrets);
    let connector = connector.with_context(|| "give each secret with --secret NAME=VALUE")?;
    let answer = within(&connector, request.clone(), mapping.timeout_ms()).await?;
    let outcome = interpret(&mapping, phase, &answer);
    crate::print_line(describe(&Exchange { request, answer }, &outcome).trim_end());
    Ok(match outcome {
        Outcome::Done { .. } | Outcome::Refused { .. } | Outcome::NotFound => ExitCode::SUCCESS,
        Outcome::Retry { .. } | Outcome::Unclear { .. } | Outcome::Unmapped { .. } => {
            ExitCode::FAILURE
        }
    })
}

/// The one mapping that is meant, with the body whose it is.
fn find(sources: &Sources, options: &Options) -> anyhow::Result<(BodyId, Mapping)> {
    let mut found: BTreeMap<(BodyId, ServiceId), Mapping> = BTreeMap::new();
    for files in sources.packages.values() {
        for package in of_every_body(&sources.region, files) {
            let (body, package) = package?;
            let mappings = connectors::read_mappings(&package.connectors).unwrap_or_default();
            let wanted = mappings.into_iter().find(|mapping| {
                *mapping.job_type() == options.job && *mapping.system() == options.system
            });
            let service = package.definition.id.clone();
            let right = options.body.as_ref().is_none_or(|wanted| *wanted == body)
                && options.service.as_ref().is_none_or(|wanted| *wanted == service);
            if let Some(mapping) = wanted.filter(|_| right) {
                found.insert((body, service), mapping);
            }
        }
    }
    if found.len() > 1 {
        let named: Vec<String> =
            found.keys().map(|(body, service)| format!("{service} of {body}")).collect();
        bail!("say which with --service and --body: {}", named.join(", "));
    }
    let only = found.into_iter().next();
    let ((body, _), mapping) = only.with_context(|| {
        format!("no package has a job {} that goes to {}", options.job, options.system)
    })?;
    Ok((body, mapping))
}

/// The package as its owner and each adopting body have it.
pub fn of_every_body<'a>(
    region: &'a Region,
    files: &'a Files,
) -> impl Iterator<Item = anyhow::Result<(BodyId, Package)>> + 'a {
    let owned =
        check_package(region, files).map(|package| (package.definition.owner.clone(), package));
    let service = owned.as_ref().ok().map(|(_, package)| package.definition.id.clone());
    let adopting = region.adopts.iter().filter_map(move |adoption| {
        let service = service.clone().filter(|service| *service == adoption.service)?;
        let overlay = region.overlay(&adoption.body, &service);
        let adopted = adopt_package(region, files, &overlay, &adoption.body);
        Some(adopted.map(|(package, _)| (adoption.body.clone(), package)))
    });
    std::iter::once(owned)
        .chain(adopting)
        .map(|package| package.map_err(|problems| refused("a package", &problems)))
}

fn system(
    region: &Region,
    body: &BodyId,
    system: &SystemId,
    surroundings: &Surroundings,
) -> anyhow::Result<System> {
    let known = region.body(body).with_context(|| format!("the region has no body {body}"))?;
    let mut systems = systems_of(known, surroundings)?;
    systems.remove(system).with_context(|| format!("{body} has no system {system}"))
}

fn request(
    options: &Options,
    body: &BodyId,
    (mapping, system): (&Mapping, &System),
    phase: Phase,
) -> anyhow::Result<HttpRequest> {
    let said = || format!("{} cannot be read", options.input.display());
    let text = std::fs::read_to_string(&options.input).with_context(said)?;
    let input = feel::Value::from_json(&text, feel::JsonLimits::STANDARD).with_context(said)?;
    if !matches!(input, feel::Value::Context(_)) {
        bail!("{} is not one JSON object of variables by name", options.input.display());
    }
    let shard = base::Shard(0);
    let place = Place { body, shard, seq: base::EventSeq::START, index: 0, purpose: Use::CaseId };
    let drawn = SystemEntropy.draw(place);
    let id = EffectId::from_bytes(drawn.first_chunk::<16>().copied().unwrap_or_default());
    let letters = drawn.last_chunk::<5>().copied().unwrap_or_default();
    let reference = options.reference.clone().unwrap_or_else(|| Reference::new("TRY", letters));
    let page = format!("http://localhost/{body}/requests/{reference}");
    let effect = connectors::Effect { id, reference, attempt: 1, page };
    prepare(mapping, system, phase, &input, &effect).context("the request cannot be made")
}

async fn within(
    connector: &BackOffices,
    request: HttpRequest,
    timeout_ms: i64,
) -> anyhow::Result<Answer> {
    let clock = Arc::new(RealClock::start()?);
    let late = clock.sleep_until(clock.now().plus_millis(timeout_ms));
    Ok(tokio::select! {
        answer = connector.exchange(request) => answer,
        _late = late => Err(TransportFault::TimedOut),
    })
}

fn read_secret(text: &str) -> anyhow::Result<(String, String)> {
    let (name, value) = text.split_once('=').context("a secret is given as NAME=VALUE")?;
    let value = match value.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("{file} cannot be read"))?
            .trim_end_matches(['\r', '\n'])
            .to_owned(),
        None => value.to_owned(),
    };
    Ok((name.to_owned(), value))
}
