//! The emulated back offices of a demonstration, on the demonstration's clock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use base::{BodyId, SystemId, Timestamp};
use catalogue::region::{Demo, FaultKind, Region};
use connectors::{BoxFuture, Scheme, Secret, Secrets, System, SystemKind};
use emulators::{
    AtWork, CallbackTarget, Config, District, Fault, Faults, Login, Office, OfficeConfig,
    OfficeKind, Pupil, Running, Share, Time, Window,
};
use runtime::Place;
use runtime::clock::{CallId, Clock};

use super::people::{self, Child, Resident};
use super::plan::{Area, Chance};
use crate::install::Surroundings;

/// The demonstration's clock as the emulators know it.
struct OnTheClock(Arc<dyn Clock>);

impl Time for OnTheClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn at_work(&self) -> AtWork {
        Box::new(self.0.busy())
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, AtWork> {
        let sleep = self.0.sleep_until(at);
        Box::pin(async move { Box::new(sleep.await) as AtWork })
    }

    fn answer_later(&self, request: Option<u128>, at: Timestamp) -> BoxFuture<'static, AtWork> {
        match request {
            Some(id) => {
                let sleep = self.0.answer_later(CallId(id), at);
                Box::pin(async move { Box::new(sleep.await) as AtWork })
            }
            None => self.sleep_until(at),
        }
    }
}

/// The offices of every body, each in a process part of its own.
pub struct Offices {
    /// Running offices by body.
    pub running: BTreeMap<BodyId, Running>,
}

/// How the offices of a region are run.
#[derive(Debug, Clone)]
pub struct Setting {
    /// From which their books, numbers and secrets follow.
    pub seed: u64,
    /// Where offices that read a folder have it.
    pub folders: PathBuf,
    /// Offices in a process of their own, on the computer's clock.
    pub apart: Option<Apart>,
}

/// Offices that outlive the server.
#[derive(Debug, Clone)]
pub struct Apart {
    /// The folder of their ledgers.
    pub ledgers: PathBuf,
    /// How long crews take for a job, in milliseconds.
    pub crew_ms: i64,
    /// How often folders are looked into, in milliseconds.
    pub look_ms: i64,
}

impl Setting {
    /// Where an office keeps its ledger, when it keeps one on the disk.
    fn ledger(&self, body: &BodyId, system: &SystemId) -> Option<PathBuf> {
        self.apart.as_ref().map(|apart| ledger_file(&apart.ledgers, body, system))
    }
}

/// The file of an office's ledger in a folder of ledgers.
pub fn ledger_file(folder: &Path, body: &BodyId, system: &SystemId) -> PathBuf {
    folder.join(format!("{body}-{system}.jsonl"))
}

/// Starts every back office of the region on a free port, or at a folder of its own, and tells
/// where it is.
///
/// # Errors
/// When one cannot be started.
pub async fn start(
    region: &Region,
    areas: &[Area],
    setting: &Setting,
    clock: &Arc<dyn Clock>,
    surroundings: &mut Surroundings,
) -> anyhow::Result<Offices> {
    let folders = std::path::absolute(&setting.folders).context("the folders of back offices")?;
    let mut running = BTreeMap::new();
    for body in &region.bodies {
        let systems = connectors::read_systems(&body.systems).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("the systems of {} are refused:\n{}", body.id, lines.join("\n"))
        })?;
        let served: Vec<&Area> = areas.iter().filter(|area| area.is_served_by(&body.id)).collect();
        let places = served.iter().map(|area| &area.district).flat_map(|district| {
            (0..district.properties).filter_map(|index| place(district, index))
        });
        surroundings.places.insert(body.id.clone(), places.collect());
        if systems.is_empty() {
            continue;
        }
        let offices: anyhow::Result<Vec<OfficeConfig>> = systems
            .iter()
            .map(|system| {
                let folder = folders.join(body.id.as_str()).join(system.id.as_str());
                let kind = kind_of(system, &served, setting, folder)?;
                Ok(office(&body.id, (system, kind), setting, &mut surroundings.secrets))
            })
            .collect();
        let offices = offices?;
        let time = Arc::new(OnTheClock(Arc::clone(clock)));
        let served = emulators::serve(Config { offices }, time).await;
        let served = served.with_context(|| format!("the back offices of {}", body.id))?;
        for (system, office) in systems.into_iter().zip(served.offices()) {
            let key = (body.id.clone(), office.id().clone());
            let Some(folder) = office.folder() else {
                surroundings.addresses.insert(key, office.url());
                continue;
            };
            let folder = folder.display().to_string();
            let base_url = System::folder_address(&folder).with_context(|| folder.clone())?;
            let share = Share::new(&System { base_url, ..system }, office.clone());
            surroundings.through.insert(key.clone(), Arc::new(share));
            surroundings.addresses.insert(key, folder);
        }
        running.insert(body.id.clone(), served);
    }
    Ok(Offices { running })
}

fn place(district: &District, index: u32) -> Option<Place> {
    let address = district.address(index)?;
    Some(Place { uprn: address.uprn, line: address.address, postcode: address.postcode })
}

/// The children of an area as the county's schools know them. Of one family in thirty they do not.
fn pupils(area: &Area, seed: u64) -> Vec<Pupil> {
    let chance = Chance(seed);
    let known = |resident: &&Resident| chance.below("unknown to schools", resident.number, 30) > 0;
    let of = |resident: &Resident| -> Vec<Pupil> {
        let address = area.district.address(resident.property);
        let lines = address
            .map(|address| format!("{} {}\n{}", resident.given, resident.family, address.address));
        let pupil = |child: Child| Pupil {
            name: child.name,
            born_on: child.born_on.to_string(),
            school: child.school.to_owned(),
            address: lines.clone().unwrap_or_default(),
        };
        people::children(chance, resident).into_iter().map(pupil).collect()
    };
    area.residents.iter().filter(known).flat_map(of).collect()
}

/// Which back office stands behind a name of the region's files.
fn kind_of(
    system: &System,
    areas: &[&Area],
    setting: &Setting,
    folder: PathBuf,
) -> anyhow::Result<OfficeKind> {
    let seed = setting.seed;
    let crew_ms = setting.apart.as_ref().map(|apart| apart.crew_ms);
    let look_ms = setting.apart.as_ref().map(|apart| apart.look_ms);
    let district = || {
        let area = areas.first().context("the office needs a district")?;
        anyhow::Ok(area.district.clone())
    };
    Ok(match (system.id.as_str(), system.kind) {
        (_, SystemKind::Files) => OfficeKind::Files { folder, look_ms },
        ("collections", _) => OfficeKind::Collections { district: district()? },
        ("council-tax", _) => OfficeKind::CouncilTax { district: district()? },
        ("address-intake", _) => OfficeKind::AddressIntake { seed },
        ("waste-contractor", SystemKind::Soap) => OfficeKind::WasteSoap { seed, crew_ms },
        ("waste-contractor", SystemKind::Rest) => OfficeKind::WasteRest { seed, crew_ms },
        ("benefits-register", _) => OfficeKind::Benefits { seed },
        ("schools", _) => {
            let pupils = areas.iter().flat_map(|area| pupils(area, seed));
            OfficeKind::Schools { pupils: pupils.collect() }
        }
        ("payments", _) => OfficeKind::Payments { seed },
        ("badges", _) => OfficeKind::Badges,
        ("sight-register", _) => OfficeKind::SightRegister { seed },
        (other, _) => anyhow::bail!("the demonstration has no back office for the system {other}"),
    })
}

fn office(
    body: &BodyId,
    (system, office): (&System, OfficeKind),
    setting: &Setting,
    secrets: &mut Secrets,
) -> OfficeConfig {
    let seed = setting.seed;
    let login = system.credential.as_ref().map(|credential| {
        let secret = shown_secret(seed, body, &system.id);
        secrets.insert(credential.secret.clone(), Secret::new(secret.clone()));
        login(&credential.scheme, &secret)
    });
    OfficeConfig {
        id: system.id.clone(),
        office,
        port: 0,
        admin_port: 0,
        login,
        callback: None,
        ledger: setting.ledger(body, &system.id),
        faults: Faults::default(),
    }
}

/// What an office's customer must show.
pub fn shown_secret(seed: u64, body: &BodyId, system: &SystemId) -> String {
    let drawn = Chance(seed).below(&format!("secret of {body}/{system}"), 0, u64::MAX);
    format!("demo-{drawn:016x}")
}

/// The secret with which an office signs its own messages.
pub fn inbound_secret(seed: u64, body: &BodyId, system: &SystemId) -> String {
    let drawn = Chance(seed).below(&format!("inbound of {body}/{system}"), 0, u64::MAX);
    format!("demo-inbound-{drawn:016x}")
}

fn login(scheme: &Scheme, secret: &str) -> Login {
    use base64::Engine as _;
    match scheme {
        Scheme::Basic { username } => {
            let pair =
                base64::engine::general_purpose::STANDARD.encode(format!("{username}:{secret}"));
            Login { header: "authorization".to_owned(), value: format!("Basic {pair}") }
        }
        Scheme::Bearer => {
            Login { header: "authorization".to_owned(), value: format!("Bearer {secret}") }
        }
        Scheme::Header { name } => Login { header: name.clone(), value: secret.to_owned() },
    }
}

impl Offices {
    /// Tells each office where its own messages go.
    pub fn call_back_to(&self, origin: &str, seed: u64) {
        for (body, running) in &self.running {
            for office in running.offices() {
                let id = office.id();
                office.set_callback(Some(CallbackTarget {
                    url: format!("{origin}/{body}/inbound/{id}"),
                    api_key: None,
                    secret: inbound_secret(seed, body, id),
                }));
            }
        }
    }

    /// Lets each office in turn fail as the demonstration's file says, counted from this instant.
    pub fn fail(&self, demo: &Demo, from: Timestamp) {
        let Some(faults) = &demo.faults else { return };
        for (number, (_, office)) in (0..).zip(self.all()) {
            let windows = faults.windows(number).map(|window| Window {
                from: from.plus_seconds(i64::from(window.from_minute) * 60),
                to: from.plus_seconds(i64::from(window.to_minute) * 60),
                fault: kind(window.kind, faults.slow_ms),
            });
            office.set_faults(Faults { windows: windows.collect(), ..Faults::default() });
        }
    }

    /// Every office with its body.
    pub fn all(&self) -> impl Iterator<Item = (&BodyId, &Office)> {
        self.running
            .iter()
            .flat_map(|(body, running)| running.offices().iter().map(move |office| (body, office)))
    }
}

const fn kind(kind: FaultKind, delay_ms: i64) -> Fault {
    match kind {
        FaultKind::Down => Fault::Down,
        FaultKind::Slow => Fault::Slow { delay_ms },
        FaultKind::Fail500 => Fault::Fail500,
        FaultKind::Fail500AfterWork => Fault::Fail500AfterWork,
        FaultKind::LoseReply => Fault::LoseReply,
        FaultKind::Double => Fault::Double,
    }
}
