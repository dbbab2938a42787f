//! `throughline serve`: a real installation, from one configuration file.
//!
//! Everything that is wrong with the configuration, the secrets, the addresses and the region is
//! said at once, before anything is opened. The server listens on 127.0.0.1 alone: TLS and the
//! public address belong to the proxy before it. It ends on SIGTERM or SIGINT, when the answers
//! under way are given; work that was out is taken up again by the next start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use base::Text;
use catalogue::region::Region;
use catalogue::{Problem, ProblemKind};
use runtime::clock::{Clock, RealClock};
use runtime::entropy::SystemEntropy;

use crate::hold::Hold;
use crate::install::{Foundation, Installation, Sources, Surroundings, install, read_sources};
use crate::pages::Front;
use crate::post::Outbox;
use crate::say;

mod addresses;
mod config;
mod table;

use config::Config;

/// How long the answers under way may take when it is told to end.
const LAST_ANSWERS_MS: i64 = 10_000;

/// What was asked for on the command line.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The configuration file; docs/example-config.toml shows one.
    #[arg(long)]
    config: PathBuf,
    /// For tests of crashes: each call to a back office waits so many milliseconds after its commit,
    /// and a file tells which have left.
    #[arg(long, hide = true, value_names = ["FILE", "MILLISECONDS"], num_args = 2)]
    hold_effects: Option<Vec<String>>,
}

/// Serves until it is told to end.
///
/// # Errors
/// When the configuration is refused, the data folder is not ours, or the port is taken.
pub async fn run(options: Options) -> anyhow::Result<()> {
    log();
    let (config, sources) = read(&options.config)?;
    let clock = RealClock::start().context("no thread for the clock")?;
    let hold = options.hold_effects.as_deref().map(crate::hold::Hold::open).transpose()?;
    let outbox = Outbox::default();
    // The port first: a second server of the same configuration touches nothing.
    let (listener, local) = crate::server::listen(config.port).await?;
    let operations = match config.operations_port {
        Some(port) => Some(crate::server::listen(port).await?),
        None => None,
    };
    let origin = origin(&config, &local);
    let seams = (clock.clone(), outbox.clone());
    let installation = install_as(&config, sources, (origin, hold), seams)?;
    crate::presence::declare_real(&installation.folder)?;
    warn(&config, &installation);
    let front = front(&config, outbox, &local);
    let router = crate::pages::router(&installation, &front)?;
    let router = crate::proxies::behind(router, config.trusted_proxies.clone());
    let server = crate::server::serve(listener, local.clone(), router);
    let operations = operations.map(|(listener, local)| {
        say(&format!("metrics on {local}/metrics"));
        let router = crate::operations::router(Arc::clone(&installation.host));
        crate::server::serve(listener, local, router)
    });
    say(&format!("ready on {local}"));
    crate::server::told_to_end().await?;
    say("ending: the answers under way are given first");
    drop(operations);
    let late = clock.sleep_until(clock.now().plus_millis(LAST_ANSWERS_MS));
    tokio::select! {
        () = server.stop() => {}
        _late = late => say("some answers took too long and were given up"),
    }
    Ok(())
}

/// Opens the installation of a configuration as [`run`] does, and serves nobody.
///
/// # Errors
/// As [`run`].
pub fn open(path: &Path) -> anyhow::Result<Installation> {
    let (config, sources) = read(path)?;
    let clock = RealClock::start().context("no thread for the clock")?;
    let origin = origin(&config, "http://localhost");
    install_as(&config, sources, (origin, None), (clock, Outbox::default()))
}

fn install_as(
    config: &Config,
    sources: Sources,
    (origin, hold): (String, Option<Hold>),
    (clock, outbox): (RealClock, Outbox),
) -> anyhow::Result<Installation> {
    let surroundings = Surroundings {
        places: config.places.clone(),
        secrets: config.secrets.systems.clone(),
        journal_limit_bytes: config.journal_limit_bytes,
        origin,
        hold,
        ..Surroundings::default()
    };
    let foundation = Foundation {
        clock: Arc::new(clock),
        entropy: Arc::new(SystemEntropy),
        post: Arc::new(outbox),
    };
    install(&config.data, sources, &surroundings, &foundation)
}

/// Where people reach the installation.
fn origin(config: &Config, local: &str) -> String {
    config.origin.clone().unwrap_or_else(|| local.to_owned())
}

fn front(config: &Config, outbox: Outbox, local: &str) -> Front {
    Front {
        origin: origin(config, local),
        secure_cookies: config.secure_cookies,
        forms_an_hour: config.forms_an_hour,
        kind: config.kind,
        clients: config.secrets.clients.clone(),
        inbound: config.secrets.inbound.clone(),
        outbox: Some(outbox),
        fakes: Vec::<Text>::new(),
    }
}

/// Faults of the program go to standard error, with ids and never persons.
fn log() {
    let subscriber = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false);
    // A second one cannot be set; the first one stays.
    let _ = subscriber.try_init();
}

/// Reads everything that the configuration names; what is wrong is said at once.
fn read(path: &Path) -> anyhow::Result<(Config, Sources)> {
    let mut problems = Vec::new();
    let config = config::read(path, &mut problems);
    let sources = config.as_ref().map(|config| read_sources(&config.region, &config.services));
    if let (Some(config), Some(Ok(sources))) = (&config, &sources) {
        against_region(config, &sources.region, &mut problems);
    }
    problems.sort();
    let mut lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    match (config, sources) {
        (Some(config), Some(Ok(sources))) if lines.is_empty() => return Ok((config, sources)),
        (_, Some(Err(error))) => lines.push(format!("{error:#}")),
        _ => {}
    }
    anyhow::bail!("the configuration is refused:\n{}", lines.join("\n"))
}

/// What the configuration says of bodies and systems that the region does not have, and secrets
/// that the region's systems need.
fn against_region(config: &Config, region: &Region, problems: &mut Vec<Problem>) {
    for mention in &config.mentions {
        let systems = region.body(&mention.body).map(systems_as_written);
        let (sentence, mend) = match (&systems, &mention.system) {
            (None, _) => {
                let bodies: Vec<&str> = region.bodies.iter().map(|body| body.id.as_str()).collect();
                let mend = format!("Name one of {}.", bodies.join(", "));
                (format!("The region has no body {}.", mention.body), mend)
            }
            (Some(systems), Some(system)) if systems.iter().all(|known| known.id != *system) => {
                let mend = "Name one of region/systems.".to_owned();
                (format!("{} has no system {system}.", mention.body), mend)
            }
            (Some(_), _) => continue,
        };
        let (file, position) = (mention.file.clone(), mention.position);
        problems.push(Problem::new(file, position, ProblemKind::Undefined, sentence, mend));
    }
    for body in &region.bodies {
        for system in systems_as_written(body) {
            let Some(credential) = system.credential else { continue };
            if config.secrets.systems.get(&credential.secret).is_none() {
                let file = config.secrets_path.display().to_string();
                let secret = credential.secret;
                let sentence = format!("{} of {} needs the secret `{secret}`.", system.id, body.id);
                let mend = "Add a line for it under [systems].";
                let kind = ProblemKind::Undefined;
                problems.push(Problem::new(file, (1, 1), kind, sentence, mend));
            }
        }
    }
}

/// The systems of a body; what is wrong with them is told when they are set up.
fn systems_as_written(body: &catalogue::region::Body) -> Vec<connectors::System> {
    connectors::read_systems(&body.systems).unwrap_or_default()
}

/// What an operator should know of how this installation runs.
fn warn(config: &Config, installation: &Installation) {
    for problem in &installation.problems {
        say(&format!("refused: {problem}"));
    }
    say("There is one transcryptor, on this computer: whoever runs it could join what the bodies \
         know of a person. Only two or more, held by different bodies, make that impossible.");
    say("Mail is fake: messages are not sent, and pages show them under a banner.");
    for body in installation.host.bodies() {
        let id = &body.settings().body;
        let offers = body.services().offered().next().is_some();
        if offers && !config.places.contains_key(id) {
            say(&format!("{id} serves no address: name its file under [addresses]."));
        }
        if offers && !config.secrets.clients.contains_key(id) {
            say(&format!("{id} has no API client: nobody can send requests by the API."));
        }
    }
}
