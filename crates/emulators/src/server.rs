//! The offices as servers on loopback: each its own port, its own admin port, its own ledger file.
//!
//! The thin side: sockets, files and waiting. A request is answered only after its ledger entries
//! are on the disk, and is carried out even when the customer has hung up. What happens to it is
//! decided by the [`Fault`](crate::Fault) of the instant at which it comes.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::{SystemId, Timestamp};
use connectors::{ConnectorError, HttpConnector, Secrets, System, SystemKind};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::address_intake::AddressIntake;
use crate::badges::Badges;
use crate::benefits::Benefits;
use crate::collections::{Collections, District};
use crate::contractor::CallbackTarget;
use crate::council_tax::CouncilTax;
use crate::fault::Faults;
use crate::file_office::FileOffice;
use crate::ledger::{Entry, LedgerError, LedgerFile};
use crate::office::{BackOffice, Login};
use crate::payments::Payments;
use crate::schools::{Pupil, Schools};
use crate::sight_register::SightRegister;
use crate::time::{AtWork, Time};
use crate::waste_rest::WasteRest;
use crate::waste_soap::WasteSoap;

mod admin;
mod callbacks;
mod folder;
mod line;
mod requests;

pub use folder::Share;

/// Which back office.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OfficeKind {
    /// [`WasteSoap`].
    WasteSoap {
        /// The seed of its numbers and crews.
        seed: u64,
        /// Finishes each job so long after it is taken on, for tests on the computer's own clock.
        #[serde(default)]
        crew_ms: Option<i64>,
    },
    /// [`WasteRest`].
    WasteRest {
        /// The seed of its numbers and crews.
        seed: u64,
        /// As above.
        #[serde(default)]
        crew_ms: Option<i64>,
    },
    /// [`Benefits`].
    Benefits {
        /// The seed of what people get.
        seed: u64,
    },
    /// [`Schools`].
    Schools {
        /// The children whom it knows.
        pupils: Vec<Pupil>,
    },
    /// [`Payments`].
    Payments {
        /// The seed of its numbers.
        seed: u64,
    },
    /// [`Badges`].
    Badges,
    /// [`SightRegister`].
    SightRegister {
        /// The seed of who is registered.
        seed: u64,
    },
    /// [`Collections`].
    Collections {
        /// The district.
        district: District,
    },
    /// [`CouncilTax`].
    CouncilTax {
        /// The district.
        district: District,
    },
    /// [`AddressIntake`].
    AddressIntake {
        /// The seed of whose address is locked.
        seed: u64,
    },
    /// [`FileOffice`].
    Files {
        /// The folder that it reads; made when it is not there.
        folder: PathBuf,
        /// Looks every so many milliseconds, for an office on the computer's own clock; else it
        /// looks when its [`Share`] has brought something.
        #[serde(default)]
        look_ms: Option<i64>,
    },
}

/// One office to serve.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeConfig {
    /// Its name, the system's on our side.
    pub id: SystemId,
    /// Which one.
    pub office: OfficeKind,
    /// Its port on 127.0.0.1; 0 for any.
    #[serde(default)]
    pub port: u16,
    /// The port on 127.0.0.1 at which faults are switched; 0 for any.
    #[serde(default)]
    pub admin_port: u16,
    /// What its customer must show.
    #[serde(default)]
    pub login: Option<Login>,
    /// Where it tells its customer what it has finished.
    #[serde(default)]
    pub callback: Option<CallbackTarget>,
    /// Its ledger as JSON lines; in memory alone when absent.
    #[serde(default)]
    pub ledger: Option<PathBuf>,
    /// What goes wrong from the start.
    #[serde(default)]
    pub faults: Faults,
}

/// The offices of one process.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Each with a name of its own.
    pub offices: Vec<OfficeConfig>,
}

/// Why the offices cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    /// A port cannot be had.
    #[error("office {office} cannot listen on 127.0.0.1")]
    Listen {
        /// The office.
        office: SystemId,
        /// Why.
        source: std::io::Error,
    },
    /// A ledger's file cannot be used.
    #[error("office {office} cannot use its ledger")]
    Ledger {
        /// The office.
        office: SystemId,
        /// Why.
        source: LedgerError,
    },
    /// A folder cannot be had.
    #[error("office {office} cannot make its folder")]
    Folder {
        /// The office.
        office: SystemId,
        /// Why.
        source: std::io::Error,
    },
    /// The client for messages to the customer cannot be set up.
    #[error("office {office} cannot send messages")]
    Client {
        /// The office.
        office: SystemId,
        /// Why.
        source: ConnectorError,
    },
}

/// An office that is being served. Cloning shares it.
#[derive(Clone)]
pub struct Office(Arc<Shared>);

pub(crate) struct Shared {
    id: SystemId,
    address: SocketAddr,
    admin_address: SocketAddr,
    folder: Option<PathBuf>,
    time: Arc<dyn Time>,
    client: HttpConnector,
    state: Mutex<State>,
    /// Something changed that the sender of messages must look at.
    changes: mpsc::UnboundedSender<AtWork>,
    next_ticket: AtomicU64,
}

struct State {
    core: Box<dyn BackOffice>,
    faults: Faults,
    callback: Option<CallbackTarget>,
    file: Option<LedgerFile>,
    /// How many entries of the ledger are in the file.
    written: usize,
    /// Requests and messages that are being worked on.
    busy: u32,
    /// Requests that a slow office holds back, and until when.
    held: BTreeMap<u64, Timestamp>,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Office({} at {})", self.0.id, self.0.address)
    }
}

impl Office {
    /// Its name.
    pub fn id(&self) -> &SystemId {
        &self.0.id
    }

    /// Where it is served, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Where its faults are switched, without a slash at the end.
    pub fn admin_url(&self) -> String {
        format!("http://{}", self.0.admin_address)
    }

    /// The folder that it reads, if it reads one.
    pub fn folder(&self) -> Option<&Path> {
        self.0.folder.as_deref()
    }

    /// Switches its faults.
    pub fn set_faults(&self, faults: Faults) {
        self.0.state().faults = faults;
        self.0.changed(self.0.time.at_work());
    }

    /// Its faults.
    pub fn faults(&self) -> Faults {
        self.0.state().faults.clone()
    }

    /// Says where it tells its customer what it has finished; nowhere until then.
    pub fn set_callback(&self, callback: Option<CallbackTarget>) {
        self.0.state().callback = callback;
        self.0.changed(self.0.time.at_work());
    }

    /// When it will next do something of its own accord, requests held back by slowness included.
    pub fn next_due(&self) -> Option<Timestamp> {
        let state = self.0.state();
        let own = state.core.next_due().filter(|_| state.callback.is_some());
        own.into_iter().chain(state.held.values().copied()).min()
    }

    /// Whether nothing is in flight here and nothing is due: a virtual clock may move on.
    pub fn is_idle(&self) -> bool {
        let now = self.0.time.now();
        let busy = self.0.state().busy;
        busy == 0 && self.next_due().is_none_or(|due| due > now)
    }

    /// What it really did, in order.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.state().core.ledger().entries().to_vec()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the sender of messages to look; the clock stands still until it has.
    fn changed(&self, at_work: AtWork) {
        // It is gone only when the office is stopped, and then there is nothing to look at.
        let _ = self.changes.send(at_work);
    }

    fn ticket(&self) -> u64 {
        self.next_ticket.fetch_add(1, Ordering::Relaxed)
    }
}

impl State {
    /// Puts new entries on the disk.
    fn write(&mut self) -> std::io::Result<()> {
        let entries = self.core.ledger().entries();
        if let Some(file) = &mut self.file {
            file.append(entries.get(self.written..).unwrap_or_default())?;
        }
        self.written = entries.len();
        Ok(())
    }
}

/// Offices that are being served.
#[derive(Debug)]
pub struct Running {
    offices: Vec<Office>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Running {
    /// Every office, in the order of the configuration.
    pub fn offices(&self) -> &[Office] {
        &self.offices
    }

    /// An office by its name.
    pub fn office(&self, id: &SystemId) -> Option<&Office> {
        self.offices.iter().find(|office| office.id() == id)
    }

    /// Whether nothing is in flight in any office and nothing is due.
    pub fn is_idle(&self) -> bool {
        self.offices.iter().all(Office::is_idle)
    }

    /// When an office will next do something of its own accord.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.offices.iter().filter_map(Office::next_due).min()
    }

    /// Takes no more connections, lets the answers under way finish, and ends. Requests that a
    /// slow office holds back are given up: their instant may never come.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        if self.offices.iter().any(|office| !office.0.state().held.is_empty()) {
            self.tasks.shutdown().await;
        }
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Serves the offices until they are stopped.
///
/// # Errors
/// [`EmulatorError`] when a port or a ledger cannot be had; nothing is served then.
pub async fn serve(config: Config, time: Arc<dyn Time>) -> Result<Running, EmulatorError> {
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let mut offices = Vec::new();
    for office in config.offices {
        offices.push(start(office, &time, &mut tasks, &stopped).await?);
    }
    Ok(Running { offices, stop, tasks })
}

async fn start(
    config: OfficeConfig,
    time: &Arc<dyn Time>,
    tasks: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) -> Result<Office, EmulatorError> {
    let id = config.id.clone();
    let (listener, address) = listen(&id, config.port).await?;
    let (admin_listener, admin_address) = listen(&id, config.admin_port).await?;
    let mut core = new_core(&config, address, time.now());
    let folder = match &config.office {
        OfficeKind::Files { folder, .. } => Some(folder.clone()),
        _ => None,
    };
    if let Some(folder) = &folder {
        let made = std::fs::create_dir_all(folder);
        made.map_err(|source| EmulatorError::Folder { office: id.clone(), source })?;
    }
    let (file, written) = match &config.ledger {
        None => (None, 0),
        Some(path) => {
            let opened = LedgerFile::open(path);
            let (file, entries) =
                opened.map_err(|source| EmulatorError::Ledger { office: id.clone(), source })?;
            let written = entries.len();
            core.restore(entries);
            (Some(file), written)
        }
    };
    let customer = System {
        name: base::Text::default(),
        id: id.clone(),
        kind: SystemKind::Rest,
        base_url: "http://127.0.0.1".to_owned(),
        credential: None,
        ca_file: None,
        pages: None,
        transfer: None,
    };
    let client = HttpConnector::new(&[customer], &Secrets::new())
        .map_err(|source| EmulatorError::Client { office: id.clone(), source })?;
    let state = State {
        core,
        faults: config.faults,
        callback: config.callback,
        file,
        written,
        busy: 0,
        held: BTreeMap::new(),
    };
    let (changes, told) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        id,
        address,
        admin_address,
        folder,
        time: Arc::clone(time),
        client,
        state: Mutex::new(state),
        changes,
        next_ticket: AtomicU64::new(0),
    });
    tasks.spawn(requests::serve(Arc::clone(&shared), listener, stopped.clone()));
    tasks.spawn(admin::serve(Arc::clone(&shared), admin_listener, stopped.clone()));
    tasks.spawn(callbacks::send_all(Arc::clone(&shared), told, stopped.clone()));
    Ok(Office(shared))
}

async fn listen(office: &SystemId, port: u16) -> Result<(TcpListener, SocketAddr), EmulatorError> {
    let failed = |source| EmulatorError::Listen { office: office.clone(), source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn new_core(config: &OfficeConfig, address: SocketAddr, now: Timestamp) -> Box<dyn BackOffice> {
    let login = config.login.clone();
    match &config.office {
        OfficeKind::WasteSoap { seed, crew_ms } => {
            Box::new(WasteSoap::new(*seed, login).with_crews(*crew_ms))
        }
        OfficeKind::WasteRest { seed, crew_ms } => {
            Box::new(WasteRest::new(*seed, login).with_crews(*crew_ms))
        }
        OfficeKind::Payments { seed } => {
            Box::new(Payments::new(*seed, login).served_at(format!("http://{address}")))
        }
        OfficeKind::Badges => Box::new(Badges::new(login)),
        OfficeKind::SightRegister { seed } => Box::new(SightRegister::new(*seed, login)),
        OfficeKind::Benefits { seed } => Box::new(Benefits::new(*seed, login)),
        OfficeKind::Schools { pupils } => Box::new(Schools::new(pupils.clone(), login)),
        OfficeKind::Collections { district } => Box::new(Collections::new(district.clone(), login)),
        OfficeKind::CouncilTax { district } => Box::new(CouncilTax::new(district.clone(), login)),
        OfficeKind::AddressIntake { seed } => Box::new(AddressIntake::new(*seed, login)),
        OfficeKind::Files { folder, look_ms } => {
            Box::new(FileOffice::new(login).with_folder(folder.clone(), *look_ms, now))
        }
    }
}

/// Waits until the offices are to stop.
async fn stopping(mut stopped: watch::Receiver<bool>) {
    // An error means that the handle is gone, which stops them too.
    let _ = stopped.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests;
