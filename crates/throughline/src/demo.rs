//! The demonstration: a morning of a region, replayed on a virtual clock through the real channels.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use api::{ApiClient, EndpointKind};
use base::{BodyId, Language, Role, Text, Timestamp};
use catalogue::region::{Demo, Region};
use connectors::Secret;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use runtime::IdentityLevel;
use runtime::clock::{Busy, Clock, VirtualClock};
use runtime::entropy::SeededEntropy;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::install::{Foundation, Installation, Surroundings, install};
use crate::pages::Front;
use crate::post::Outbox;
use crate::presence;
use crate::say;

pub mod answers;
pub mod browser;
mod callers;
mod desk;
pub mod offices;
pub mod paying;
mod people;
pub mod plan;
pub mod settlement;
pub mod summary;
pub mod visits;

use offices::Offices;
use plan::{Area, Visit};
use settlement::{Settled, Settlement};
use summary::Summary;
use visits::{Codes, World};

/// The residents of the region.
const RESIDENTS: u64 = 2_000;
/// Residents who pay within one minute.
const PAYERS_IN_A_MINUTE: usize = 8;
/// What happens after the morning, with the minute after its 08:00: a day has 1,440 of them.
const AFTERWARDS: [(i64, Afterwards); 9] = [
    (420, Afterwards::StaffDecide),
    (540, Afterwards::StaffDecide),
    (600, Afterwards::ResidentsPay),
    (1_560, Afterwards::StaffDecide),
    (1_800, Afterwards::ResidentsLook),
    (1_980, Afterwards::StaffDecide),
    (2_040, Afterwards::ResidentsPay),
    (11_640, Afterwards::StaffDecide),
    (12_120, Afterwards::ResidentsPay),
];

/// What happens after the morning.
#[derive(Debug, Clone, Copy)]
enum Afterwards {
    /// Residents pay what is due.
    ResidentsPay,
    /// Staff work their queues.
    StaffDecide,
    /// Residents look whether it is fixed.
    ResidentsLook,
}

/// The part of the data folder in which back offices have the folders that they read.
const FOLDERS: &str = "back-offices";

/// What was asked for on the command line.
#[derive(Debug, Clone, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Options {
    /// The data folder, continued when it exists.
    #[arg(long, default_value = "throughline-demo")]
    pub data: PathBuf,
    /// Begin anew: empties the data folder, if it is one of ours.
    #[arg(long)]
    pub fresh: bool,
    /// From which everything that is drawn follows.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many requests the morning brings.
    #[arg(long, default_value_t = 500, value_parser = parse_requests)]
    pub requests: usize,
    /// Let each back office in turn be down, slow, failing, losing replies and doubling them.
    #[arg(long)]
    pub faults: bool,
    /// Stop after the summary.
    #[arg(long)]
    pub exit: bool,
    /// Print the summary as one line of JSON on standard output, all else on standard error.
    #[arg(long)]
    pub json: bool,
    /// The port on which the pages are served; any free one when 0.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The folder of the region.
    #[arg(long, default_value = "region")]
    pub region: PathBuf,
    /// The folder of the service packages.
    #[arg(long, default_value = "services")]
    pub services: PathBuf,
}

/// The most requests of a morning: all of them are planned before the first is sent.
const MOST_REQUESTS: usize = 1_000_000;

fn parse_requests(text: &str) -> Result<usize, String> {
    let requests: usize = text.parse().map_err(|_| "not a whole number".to_owned())?;
    if requests > MOST_REQUESTS {
        return Err(format!("at most {MOST_REQUESTS}"));
    }
    Ok(requests)
}

/// A demonstration that is set up.
struct Stage {
    installation: Arc<Installation>,
    offices: Offices,
    clock: VirtualClock,
    outbox: Outbox,
    areas: Vec<Area>,
    demo: Demo,
    begins: Timestamp,
    server: crate::server::Server,
}

/// Runs the demonstration.
///
/// # Errors
/// When the data folder is not ours, the region is refused, or a visitor does not get what the
/// demonstration promises.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let (stage, token) = set_up(&options).await?;
    say(&format!(
        "{} is set up: {} residents",
        stage.installation.region.name.in_language(base::Language::En),
        RESIDENTS
    ));
    for problem in &stage.installation.problems {
        say(&format!("refused: {problem}"));
    }
    let started = wall();
    let told = replay(&options, &stage, token).await?;
    let seconds = started.elapsed().as_secs_f64();
    let summary = conclude(&options, &stage, &told, seconds)?;
    if options.json {
        crate::print_line(&summary.json());
    } else {
        say(&summary.table());
    }
    if options.exit {
        stage.server.stop().await;
        return Ok(());
    }
    stage.clock.flow();
    addresses(&stage);
    crate::server::told_to_end().await?;
    stage.server.stop().await;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the machine's own time of the replay is told")]
fn wall() -> std::time::Instant {
    std::time::Instant::now()
}

/// Sets everything up. The clock stands still as long as the token is held.
async fn set_up(options: &Options) -> anyhow::Result<(Stage, Busy)> {
    presence::refuse_real(&options.data)?;
    if options.fresh && options.data.exists() {
        store::DataFolder::remove(&options.data)?;
    }
    let settlement = Settlement {
        region: options.region.clone(),
        services: options.services.clone(),
        seed: options.seed,
        residents: RESIDENTS,
    };
    let Settled { sources, demo, areas } = settlement.read()?;
    let begins = first_morning(options)?;
    let clock = VirtualClock::new(begins);
    let token = clock.busy();
    let seam: Arc<dyn Clock> = Arc::new(clock.clone());
    let mut surroundings = Surroundings::default();
    // The folders of back offices that read one stand in the data folder, which is ours from here.
    drop(store::DataFolder::open_or_create(&options.data)?);
    let folders = options.data.join(FOLDERS);
    let setting = offices::Setting { seed: options.seed, folders, apart: None };
    let around = &mut surroundings;
    let offices = offices::start(&sources.region, &areas, &setting, &seam, around).await?;
    let outbox = Outbox::default();
    let foundation = Foundation {
        clock: seam,
        entropy: Arc::new(SeededEntropy(
            options.seed ^ u64::try_from(begins.as_millis()).unwrap_or(0),
        )),
        post: Arc::new(outbox.clone()),
    };
    let (listener, origin) = crate::server::listen(options.port).await?;
    surroundings.origin.clone_from(&origin);
    let installation = Arc::new(install(&options.data, sources, &surroundings, &foundation)?);
    enrol(&installation, &areas, options.seed)?;
    let front = front(&installation, &outbox, &origin, options.seed);
    let router = crate::pages::router(&installation, &front)?;
    let server = crate::server::serve(listener, origin.clone(), router);
    offices.call_back_to(&origin, options.seed);
    Ok((Stage { installation, offices, clock, outbox, areas, demo, begins, server }, token))
}

/// Staff of the residents' own council have checked who they are, long ago.
pub fn enrol(installation: &Installation, areas: &[Area], seed: u64) -> anyhow::Result<()> {
    let now = installation.host.clock().now();
    for area in areas {
        let levels = area.residents.iter().map(|resident| {
            (resident.email.clone(), people::checked(plan::Chance(seed), resident))
        });
        let levels: Vec<(String, IdentityLevel)> = levels.collect();
        let Some(body) = area.bodies.first() else { continue };
        installation.host.office().record_assurance(&levels, body, now)?;
    }
    Ok(())
}

/// The key of a body's API client in a demonstration. It is printed, so it is no secret.
fn demo_api_key(body: &BodyId) -> String {
    format!("demo-key-{body}")
}

/// All simulated residents come from this computer, which no limit by network may slow down.
const FORMS_AN_HOUR: u32 = 3_600_000;

fn front(installation: &Installation, outbox: &Outbox, origin: &str, seed: u64) -> Front {
    let mut clients = BTreeMap::new();
    let mut inbound = BTreeMap::new();
    for body in installation.host.bodies() {
        let settings = body.settings();
        let id = &settings.body;
        clients.insert(id.clone(), vec![ApiClient::with_key("demo", &demo_api_key(id))]);
        for system in settings.systems.keys() {
            let secret = Secret::new(offices::inbound_secret(seed, id, system));
            inbound.insert((id.clone(), system.clone()), secret);
        }
    }
    let fakes = Text::english("the back offices").with(Language::Cy, "y systemau cefn");
    Front {
        origin: origin.to_owned(),
        secure_cookies: false,
        forms_an_hour: FORMS_AN_HOUR,
        kind: EndpointKind::Test,
        clients,
        inbound,
        outbox: Some(outbox.clone()),
        fakes: vec![fakes],
    }
}

/// 08:00 of the seed's working day, or of the working day after the last one that the data folder
/// has seen.
fn first_morning(options: &Options) -> anyhow::Result<Timestamp> {
    let day = plan::working_day(options.seed);
    let seen = last_event(&options.data)?;
    let mut day = day;
    while seen.is_some_and(|seen| day.at_uk(8, 0) <= seen) {
        day = requests::working_days::after(day, 1, "wales", &std::collections::BTreeSet::new());
    }
    Ok(day.at_uk(8, 0))
}

fn last_event(data: &std::path::Path) -> anyhow::Result<Option<Timestamp>> {
    if !data.join(".throughline").exists() {
        return Ok(None);
    }
    let folder = store::DataFolder::open(data)?;
    let mut last = None;
    for body in folder.bodies()? {
        presence::Kept::body(&folder, &body).refuse_lost(&folder)?;
        let store = store::SqliteStore::open(&folder, &body)?;
        let reader = store::Store::readers(&store).shard(base::Shard(0));
        let head = store::journal::head(&reader)?;
        let Some(head) = head else { continue };
        let from = base::EventSeq(head.next_seq.0.saturating_sub(1));
        let events = store::journal::events_from(&reader, from, 1)?;
        last = last.max(events.last().map(|event| event.at));
    }
    Ok(last)
}

/// Replays the morning. The clock moves only when nothing is in flight; the visits of one minute
/// run together. Ends when nothing is due any more.
///
/// The token is given back only when the next instant is already waited for, and held while
/// somebody is at work: else the clock would run past them, and their codes and sessions expire.
async fn replay(
    options: &Options,
    stage: &Stage,
    mut token: Busy,
) -> anyhow::Result<Vec<(BodyId, Option<String>)>> {
    let visits = planned(options, stage);
    if options.faults {
        stage.offices.fail(&stage.demo, stage.begins);
    }
    let world = Arc::new(world(stage)?);
    let bar = progress(options, visits.len());
    let mut references: BTreeMap<usize, String> = BTreeMap::new();
    let mut told = Vec::new();
    let mut at = 0;
    while at < visits.len() {
        let minute = visits.get(at).map_or(0, |visit| visit.minute);
        let together: Vec<Visit> =
            visits.iter().skip(at).take_while(|visit| visit.minute == minute).cloned().collect();
        at += together.len();
        token = wait_until(stage, minute, token).await;
        for (visit, reference) in visit_all(&world, together).await? {
            told.push((visit.body.clone(), reference.clone()));
            references.extend(reference.map(|reference| (visit.number, reference)));
            bar.inc(1);
        }
    }
    let mut paid = BTreeSet::new();
    for (minute, happens) in AFTERWARDS {
        token = wait_until(stage, minute, token).await;
        match happens {
            Afterwards::ResidentsPay => {
                let asked = (visits.as_slice(), &references);
                token = pay((options, stage), &world, asked, &mut paid, token).await?;
            }
            Afterwards::StaffDecide => staff_decide(options, stage, &world).await?,
            Afterwards::ResidentsLook => say_not_fixed(&world, &visits, &references).await?,
        }
    }
    drop(token);
    settle(&stage.clock).await?;
    // What a time limit has given to a person meanwhile.
    let token = stage.clock.busy();
    staff_decide(options, stage, &world).await?;
    drop(token);
    settle(&stage.clock).await?;
    bar.finish_and_clear();
    Ok(told)
}

fn planned(options: &Options, stage: &Stage) -> Vec<Visit> {
    let host = &stage.installation.host;
    let offered = |body: &BodyId, service: &base::ServiceId| {
        let service = host.body(body)?.services().present(service)?;
        let definition = &service.package.definition;
        let (channels, sign_in) = (definition.channels.clone(), definition.sign_in);
        let has_fee = definition.fee_pence > 0;
        let asks = service.package.questions.questions().iter();
        let asks = asks.filter_map(|question| Some((question.role?, question.id.to_string())));
        Some(plan::Offer { channels, sign_in, has_fee, asks: asks.collect() })
    };
    let day = stage.begins.uk_date();
    plan::morning(&stage.demo, &stage.areas, options.seed, options.requests, day, &offered)
}

async fn visit_all(
    world: &Arc<World>,
    visits: Vec<Visit>,
) -> anyhow::Result<Vec<(Visit, Option<String>)>> {
    let mut together = JoinSet::new();
    for visit in visits {
        let world = Arc::clone(world);
        together.spawn(async move {
            let done = world.visit(&visit).await?;
            anyhow::Ok((visit, done.reference))
        });
    }
    let mut done = Vec::new();
    while let Some(one) = together.join_next().await {
        done.push(one.context("a visit broke off")??);
    }
    done.sort_by_key(|(visit, _)| visit.number);
    Ok(done)
}

async fn wait_until(stage: &Stage, minute: i64, token: Busy) -> Busy {
    let instant = stage.clock.sleep_until(stage.begins.plus_seconds(minute * 60));
    drop(token);
    instant.await
}

/// Residents who asked for something that costs a fee look whether it is due, a few in a minute:
/// they all sign in from one network. Whoever has paid does not look again.
async fn pay(
    (options, stage): (&Options, &Stage),
    world: &Arc<World>,
    asked: (&[Visit], &BTreeMap<usize, String>),
    paid: &mut BTreeSet<usize>,
    mut token: Busy,
) -> anyhow::Result<Busy> {
    let (visits, references) = asked;
    let chance = plan::Chance(options.seed);
    let due = visits.iter().filter(|visit| visit.has_fee && !paid.contains(&visit.number));
    let due: Vec<&Visit> = due.collect();
    for together in due.chunks(PAYERS_IN_A_MINUTE) {
        for visit in together {
            let Some(reference) = references.get(&visit.number) else { continue };
            let has_paid = world.pay(visit, reference, chance).await;
            if has_paid.with_context(|| format!("visit {} could not pay", visit.number))? {
                paid.insert(visit.number);
            }
        }
        let now = stage.installation.host.clock().now();
        let next = stage.clock.sleep_until(now.plus_seconds(60));
        drop(token);
        token = next.await;
    }
    Ok(token)
}

/// Staff of every body work their queues.
async fn staff_decide(options: &Options, stage: &Stage, world: &Arc<World>) -> anyhow::Result<()> {
    let chance = plan::Chance(options.seed);
    for body in &stage.installation.region.bodies {
        let offers = stage.installation.host.body(&body.id);
        let offers = |service| offers.is_some_and(|it| it.services().present(service).is_some());
        let decisions = stage.demo.decisions.iter().filter(|it| offers(&it.service));
        let decisions: Vec<_> = decisions.cloned().collect();
        if !decisions.is_empty() {
            world.work_queues(body, &decisions, chance).await?;
        }
    }
    Ok(())
}

async fn say_not_fixed(
    world: &Arc<World>,
    visits: &[Visit],
    references: &BTreeMap<usize, String>,
) -> anyhow::Result<()> {
    for visit in visits.iter().filter(|visit| visit.not_fixed.is_some()) {
        if let Some(reference) = references.get(&visit.number) {
            world.say_not_fixed(visit, reference).await?;
        }
    }
    Ok(())
}

/// Waits until nothing is in flight and nothing is due.
async fn settle(clock: &VirtualClock) -> anyhow::Result<()> {
    clock.nothing_due().await.context("the clock has stopped")
}

fn world(stage: &Stage) -> anyhow::Result<World> {
    let region: &Region = &stage.installation.region;
    let agents = region.bodies.iter().filter_map(|body| {
        let agent = body.staff.iter().find(|staff| staff.roles.contains(&Role::Agent))?;
        Some((body.id.clone(), agent.email.clone()))
    });
    let keys = region.bodies.iter().map(|body| (body.id.clone(), demo_api_key(&body.id)));
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .context("no HTTP client can be made")?;
    Ok(World {
        origin: stage.server.origin.clone(),
        client,
        codes: Codes::Outbox(stage.outbox.clone()),
        api_keys: keys.collect(),
        agents: agents.collect(),
        signed_in: Mutex::new(BTreeMap::new()),
        patience: None,
    })
}

fn progress(options: &Options, visits: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(visits).unwrap_or(0));
    if options.json {
        bar.set_draw_target(ProgressDrawTarget::stderr());
    }
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} visits, {elapsed}") {
        bar.set_style(style);
    }
    bar
}

fn conclude(
    options: &Options,
    stage: &Stage,
    told: &[(BodyId, Option<String>)],
    seconds: f64,
) -> anyhow::Result<Summary> {
    let worked = stage.offices.all();
    let worked = worked.map(|(body, office)| ((body, office.id()), office.entries()));
    let given = told.iter().filter_map(|(body, told)| Some((body.clone(), told.clone()?)));
    let given: Vec<(BodyId, String)> = given.collect();
    let accounted = summary::account(&stage.installation, worked, &given)?;
    if told.is_empty() && options.requests > 0 {
        bail!("no visit was made: does any body offer a service?");
    }
    let rate = f64::from(u32::try_from(told.len()).unwrap_or(u32::MAX)) / seconds.max(0.001);
    Summary::of(&stage.installation, accounted, (rate, seconds))
}

/// What an Open311 client needs, on one line.
fn open311_line(stage: &Stage, body: &catalogue::region::Body) -> Option<String> {
    let known = stage.installation.host.body(&body.id)?;
    let service = known
        .services()
        .offered()
        .find(|service| service.package.definition.offers(base::Channel::Open311))?;
    let place = known.settings().places.all().next()?;
    let (origin, id, key) = (&stage.server.origin, &body.id, demo_api_key(&body.id));
    let (service, uprn) = (service.id(), &place.uprn);
    Some(format!("  Open311: {origin}/{id}/open311/v2 key {key} service {service} address {uprn}"))
}

/// Every page with who may sign in to see it.
fn addresses(stage: &Stage) {
    let origin = &stage.server.origin;
    say(&format!("The region: {origin}/"));
    for body in &stage.installation.region.bodies {
        let offers = stage.installation.host.body(&body.id);
        if offers.is_none_or(|body| body.services().offered().next().is_none()) {
            continue;
        }
        say(body.name.in_language(base::Language::En));
        say(&format!("  residents         {origin}/{}/", body.id));
        say(&format!("  staff             {origin}/{}/staff/sign-in", body.id));
        for staff in &body.staff {
            let roles: Vec<&str> = staff.roles.iter().map(|role| role.key()).collect();
            say(&format!("    {:<40} {}", staff.email, roles.join(", ")));
        }
        say(&format!("  messages \"sent\"   {origin}/{}/outbox (codes arrive here)", body.id));
        if let Some(line) = open311_line(stage, body) {
            say(&line);
        }
        for (_, office) in stage.offices.all().filter(|(of, _)| **of == body.id) {
            let (id, admin) = (office.id(), office.admin_url());
            say(&format!("  faults            {admin}/faults (PUT) of {id}"));
        }
        say(&format!(
            "  API               {origin}/{}/api/openapi.json (key {})",
            body.id,
            demo_api_key(&body.id)
        ));
    }
    say("Stop with Ctrl-C.");
}

#[cfg(test)]
mod tests;
