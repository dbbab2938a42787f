//! An installation: the region's bodies with their services, keys, databases and back offices,
//! wired to one host.
//!
//! The demonstration and a real installation are built by the same code; they differ in their
//! clock, their random numbers and where their back offices are.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use base::{BodyId, Digest, SystemId};
use catalogue::region::{Body, Region};
use catalogue::{Files, Package, Problem};
use connectors::{BackOffices, Connector, Secrets, System, SystemKind};
use metering::RateCard;
use runtime::clock::Clock;
use runtime::entropy::{Entropy, Place as DrawPlace, Use};
use runtime::{
    BodySettings, BodySetup, Host, Keyring, OfficeSetup, Place, Places, Post, Seams, Service,
    Services, StaffSeed, keep_packages,
};
use store::{DataFolder, SqliteKeyStore, SqliteStore, WrapEpoch};

use crate::files::{folders, read_folder};
use crate::hold::{Held, Hold};
use crate::keys::{BodySecrets, body_secrets, fingerprint, secret};
use crate::presence::Kept;
use crate::sharing::Shared;

/// The name of the key of pseudonyms.
const TRANSCRYPTOR: &str = "transcryptor";

/// The region and its packages, as files on the disk say.
pub struct Sources {
    /// The region.
    pub region: Region,
    /// The packages by the service's name, with what is wrong with those that were refused.
    pub packages: BTreeMap<String, Files>,
}

/// What may be set from outside for each body.
#[derive(Default)]
pub struct Surroundings {
    /// Back offices by body and name: the address that takes the place of the region's.
    pub addresses: BTreeMap<(BodyId, SystemId), String>,
    /// The addresses that each body serves.
    pub places: BTreeMap<BodyId, Vec<Place>>,
    /// What stands between a body and a back office, in the place of its wire.
    pub through: BTreeMap<(BodyId, SystemId), Arc<dyn Connector>>,
    /// Secrets by name.
    pub secrets: Secrets,
    /// Where people reach the installation: `http://localhost:8400`.
    pub origin: String,
    /// How large a body's journal may grow; what would not fit is answered "not now".
    pub journal_limit_bytes: Option<u64>,
    /// A pause between the commit of an effect and its call, for tests of crashes.
    pub hold: Option<Hold>,
}

/// A body as the pages and interfaces know it.
pub struct InstalledBody {
    /// What the region says of it.
    pub body: Body,
    /// Its secrets.
    pub secrets: BodySecrets,
}

/// A running installation.
pub struct Installation {
    /// The host.
    pub host: Arc<Host>,
    /// The region.
    pub region: Region,
    /// Its bodies.
    pub bodies: BTreeMap<BodyId, InstalledBody>,
    /// The rate cards.
    pub cards: BTreeMap<BodyId, RateCard>,
    /// What was found wrong with packages; the rest runs.
    pub problems: Vec<String>,
    /// Keeps other processes out of the data folder while the installation runs.
    pub folder: DataFolder,
}

/// Reads the region and the packages.
///
/// # Errors
/// When the region cannot be read; a broken package is told by [`install`].
pub fn read_sources(region: &Path, services: &Path) -> anyhow::Result<Sources> {
    let files = read_folder(region)?;
    let region = Region::read(&files).map_err(|problems| refused("the region", &problems))?;
    let mut packages = BTreeMap::new();
    for folder in folders(services)? {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        packages.insert(name.unwrap_or_default(), read_folder(&folder)?);
    }
    Ok(Sources { region, packages })
}

/// Says every problem in one error.
pub fn refused(what: &str, problems: &[Problem]) -> anyhow::Error {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("{what} is refused:\n{}", lines.join("\n"))
}

/// The seams that an installation is built on.
pub struct Foundation {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Random numbers.
    pub entropy: Arc<dyn Entropy>,
    /// Messages to people.
    pub post: Arc<dyn Post>,
}

/// Opens the data folder and starts the host.
///
/// # Errors
/// When the data folder is not ours, a body cannot be opened, or keys are missing.
pub fn install(
    data: &Path,
    sources: Sources,
    surroundings: &Surroundings,
    foundation: &Foundation,
) -> anyhow::Result<Installation> {
    let folder = DataFolder::open_or_create(data)?;
    for body in &sources.region.bodies {
        Kept::body(&folder, &body.id).refuse_lost(&folder)?;
        SqliteStore::examine(&folder, &body.id)?;
    }
    Kept::key(TRANSCRYPTOR).refuse_lost(&folder)?;
    let mut bodies = BTreeMap::new();
    let mut cards = BTreeMap::new();
    let mut systems = BTreeMap::new();
    for (number, body) in (0_u32..).zip(&sources.region.bodies) {
        let random = || draw(&*foundation.entropy, &body.id, number);
        let secrets = body_secrets(folder.path(), &body.id, random)?;
        Kept::body(&folder, &body.id).refuse_other_key(&folder, &secrets.fingerprint)?;
        let card: RateCard = toml::from_str(&body.rates)
            .with_context(|| format!("the rates of {} cannot be read", body.id))?;
        cards.insert(body.id.clone(), card);
        systems.insert(body.id.clone(), systems_of(body, surroundings)?);
        bodies.insert(body.id.clone(), InstalledBody { body: body.clone(), secrets });
    }
    let (mut services, mut problems) = compile(&sources, &systems);
    let shared = Shared::read(&sources.region);
    problems.extend(shared.problems.iter().map(|problem| format!("region/{problem}")));
    let seams = Seams {
        clock: Arc::clone(&foundation.clock),
        entropy: Arc::clone(&foundation.entropy),
        post: Arc::clone(&foundation.post),
    };
    let mut setups = Vec::new();
    let mut office = None;
    for (id, installed) in &bodies {
        let mut store = SqliteStore::open(&folder, id)?;
        if let Some(bytes) = surroundings.journal_limit_bytes {
            store.limit_bytes(bytes)?;
        }
        let keys = SqliteKeyStore::open(&folder, id)?;
        let wrap = installed.secrets.wrap.clone();
        let keyring = Keyring::new(id.clone(), wrap, WrapEpoch(1), Box::new(keys));
        if *id == sources.region.identity_office {
            let master = transcryptor(&folder, foundation, id)?;
            office = Some(OfficeSetup {
                body: id.clone(),
                blind: installed.secrets.blind.clone(),
                master: identity::MasterKey::from_bytes(master),
                keyring,
                log_key: installed.secrets.log.clone(),
                sharing: Arc::new(shared.of(&sources.region, id)),
                store: Box::new(store),
            });
            continue;
        }
        let sharing = Arc::new(shared.of(&sources.region, id));
        let settings = settings(installed, (&sources.region, sharing), &systems, surroundings);
        let mut compiled = services.remove(id).unwrap_or_default();
        let now = foundation.clock.now();
        let old = keep_packages(&mut store, id, &compiled.files, now)?;
        keep_old(&mut compiled, id, old, &systems, &mut problems);
        let services = compiled.services;
        let connector = connector(&settings, surroundings, foundation)?;
        setups.push(BodySetup { settings, services, keyring, connector, store: Box::new(store) });
    }
    let office = office.context("the region names no identity office")?;
    let host = Arc::new(Host::start(seams, office, setups)?);
    for installed in bodies.values() {
        let seeds: Vec<StaffSeed> = installed.body.staff.iter().map(seed).collect();
        host.office().set_staff(&installed.body.id, &seeds, host.clock().now())?;
    }
    for (id, installed) in &bodies {
        Kept::body(&folder, id).remember(&folder, &installed.secrets.fingerprint)?;
    }
    Ok(Installation { host, region: sources.region, bodies, cards, problems, folder })
}

/// The transcryptor's master key: all pseudonyms follow from it, so that another is never taken in
/// its place.
fn transcryptor(
    folder: &DataFolder,
    foundation: &Foundation,
    office: &BodyId,
) -> anyhow::Result<[u8; 32]> {
    let random = || draw(&*foundation.entropy, office, u32::MAX);
    let master = secret(folder.path(), TRANSCRYPTOR, random)?;
    let (kept, fingerprint) = (Kept::key(TRANSCRYPTOR), fingerprint(&master));
    kept.refuse_other_key(folder, &fingerprint)?;
    kept.remember(folder, &fingerprint)?;
    Ok(master)
}

fn seed(staff: &catalogue::region::Staff) -> StaffSeed {
    StaffSeed { email: staff.email.clone(), name: staff.name.clone(), roles: staff.roles.clone() }
}

/// The first secret of a body: drawn like any other random number of the installation.
fn draw(entropy: &dyn Entropy, body: &BodyId, number: u32) -> [u8; 32] {
    let place = DrawPlace {
        body,
        shard: base::Shard(0),
        seq: base::EventSeq::START,
        index: number,
        purpose: Use::DataKey,
    };
    entropy.draw(place).first_chunk::<32>().copied().unwrap_or([0; 32])
}

/// The back offices of a body, those that were moved at their new address.
///
/// # Errors
/// Every mistake of their file.
pub fn systems_of(
    body: &Body,
    surroundings: &Surroundings,
) -> anyhow::Result<BTreeMap<SystemId, System>> {
    let read = connectors::read_systems(&body.systems).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the systems of {} are refused:\n{}", body.id, lines.join("\n"))
    })?;
    let moved = read.into_iter().map(|mut system| {
        if let Some(address) = surroundings.addresses.get(&(body.id.clone(), system.id.clone())) {
            system.base_url = moved_to(&system, address)?;
        }
        Ok((system.id.clone(), system))
    });
    moved.collect()
}

/// A system's address in another place. Of an office on a network only the origin moves, and a path
/// within it stays; a folder is another folder.
fn moved_to(system: &System, address: &str) -> anyhow::Result<String> {
    match system.kind {
        SystemKind::Rest | SystemKind::Soap => {
            let path = system
                .base_url
                .split_once("://")
                .and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
            Ok(format!("{address}{}", path.unwrap_or_default()))
        }
        SystemKind::Files => {
            let refused = || format!("{address} is no folder of system {}", system.id);
            System::folder_address(address).with_context(refused)
        }
    }
}

/// A body's own connector: two bodies may share a back office, each with a credential of its own.
fn connector(
    settings: &BodySettings,
    surroundings: &Surroundings,
    foundation: &Foundation,
) -> anyhow::Result<Arc<dyn Connector>> {
    let systems: Vec<System> = settings.systems.values().cloned().collect();
    let connector = BackOffices::new(&systems, &surroundings.secrets)
        .with_context(|| format!("the systems of {} cannot be reached", settings.body))?;
    let through = surroundings.through.iter().filter(|((body, _), _)| *body == settings.body);
    let connector = through.fold(connector, |connector, ((_, system), through)| {
        connector.through(system.clone(), Arc::clone(through))
    });
    let connector: Arc<dyn Connector> = Arc::new(connector);
    Ok(match surroundings.hold.clone() {
        Some(hold) => Arc::new(Held { connector, hold, clock: Arc::clone(&foundation.clock) }),
        None => connector,
    })
}

fn settings(
    installed: &InstalledBody,
    (region, sharing): (&Region, Arc<runtime::Sharing>),
    systems: &BTreeMap<BodyId, BTreeMap<SystemId, System>>,
    surroundings: &Surroundings,
) -> Arc<BodySettings> {
    let id = &installed.body.id;
    let places = surroundings.places.get(id).cloned().unwrap_or_default();
    Arc::new(BodySettings {
        body: id.clone(),
        languages: installed.body.languages.clone(),
        systems: systems.get(id).cloned().unwrap_or_default(),
        places: Arc::new(Places::new(places)),
        identity_office: region.identity_office.clone(),
        blind: installed.secrets.blind.clone(),
        log_key: installed.secrets.log.clone(),
        sharing,
        closures: installed.body.closures.clone(),
        origin: surroundings.origin.clone(),
    })
}

/// A body's services, with the files of each by version.
#[derive(Default)]
struct CompiledBody {
    services: Services,
    files: BTreeMap<Digest, Files>,
}

type Compiled = BTreeMap<BodyId, CompiledBody>;

/// Adds the versions that the body ran before: cases that began on one go on with it.
fn keep_old(
    compiled: &mut CompiledBody,
    body: &BodyId,
    old: BTreeMap<Digest, Files>,
    systems: &BTreeMap<BodyId, BTreeMap<SystemId, System>>,
    problems: &mut Vec<String>,
) {
    let none = BTreeMap::new();
    let systems = systems.get(body).unwrap_or(&none);
    for (version, files) in old {
        let before = |why: &dyn std::fmt::Display| {
            format!("{body}: version {version}, which cases may be on, cannot run: {why}")
        };
        let package = match Package::read(&files) {
            Ok((package, _)) => package,
            Err(found) => {
                problems.extend(found.iter().map(|problem| before(problem)));
                continue;
            }
        };
        match Service::compile(body.clone(), Arc::new(package), None, systems) {
            Ok(service) => compiled.services.keep(Arc::new(service)),
            Err(errors) => problems.extend(errors.iter().map(|error| before(error))),
        }
    }
}

/// Compiles each body's services. A package that is refused is told; the rest runs.
fn compile(
    sources: &Sources,
    systems: &BTreeMap<BodyId, BTreeMap<SystemId, System>>,
) -> (Compiled, Vec<String>) {
    let mut compiled: Compiled = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, files) in &sources.packages {
        let owner = match crate::check::check_package(&sources.region, files) {
            Ok(package) => package,
            Err(found) => {
                problems.extend(found.iter().map(|problem| format!("{name}/{problem}")));
                continue;
            }
        };
        let owner_id = owner.definition.owner.clone();
        let service = owner.definition.id.clone();
        let owner = (owner, files.clone());
        publish(&mut compiled, &mut problems, (&owner_id, name), owner, systems);
        for adoption in sources.region.adopts.iter().filter(|adoption| adoption.service == service)
        {
            let overlay = sources.region.overlay(&adoption.body, &service);
            match crate::check::adopt_package(&sources.region, files, &overlay, &adoption.body) {
                Ok(package) => {
                    let body = &adoption.body;
                    publish(&mut compiled, &mut problems, (body, name), package, systems);
                }
                Err(found) => {
                    let lines =
                        found.iter().map(|problem| format!("{}/{name}/{problem}", adoption.body));
                    problems.extend(lines);
                }
            }
        }
    }
    (compiled, problems)
}

fn publish(
    compiled: &mut Compiled,
    problems: &mut Vec<String>,
    (body, name): (&BodyId, &str),
    (package, files): (Package, Files),
    systems: &BTreeMap<BodyId, BTreeMap<SystemId, System>>,
) {
    let none = BTreeMap::new();
    let systems = systems.get(body).unwrap_or(&none);
    match Service::compile(body.clone(), Arc::new(package), None, systems) {
        Ok(service) => {
            let compiled = compiled.entry(body.clone()).or_default();
            compiled.files.insert(service.package.version, files);
            compiled.services.publish(Arc::new(service));
        }
        Err(errors) => {
            problems.extend(errors.iter().map(|error| format!("{body}: {name}/{error}")));
        }
    }
}
