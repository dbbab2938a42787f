//! The region of the tests: the sample region's two councils on one host, with a town of forty
//! homes each, and their back offices as the emulators have them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use base::{BlindKey, BodyId, DataKey, Date, MessageId, Timestamp};
use catalogue::region::Region;
use catalogue::{Adopter, Files, Package};
use connectors::{Answer, BoxFuture, Connector, HttpRequest, TransportFault};
use emulators::{
    BackOffice, Badges, Collections, CouncilTax, District, Fault, Payments, Seen, SightRegister,
    WasteRest, WasteSoap, deliver,
};
use identity::MasterKey;
use runtime::clock::{Busy, Clock as _, VirtualClock};
use runtime::entropy::SeededEntropy;
use runtime::{
    Authority, BodySettings, BodySetup, Command, Host, Keyring, Mail, OfficeSetup, Place, Places,
    Post, Reply, Seams, Service, Services, StaffSeed,
};
use store::{SimKeyStore, SimStore, WrapEpoch};

use crate::{
    BodyHelp, Brand, Officer, OutboxMessage, OutboxView, RegionInfo, WebBody, WebSetup, WebState,
};

/// A Tuesday morning in November.
const MORNING: &str = "2026-11-24T09:00:00Z";
/// The county's payment provider.
const PAYMENTS: &str = "http://127.0.0.1:8141";
/// The seed of the two towns.
const SEED: u64 = 1;

/// The folder of the repository.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn read_folder(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            read_folder(&path, &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

pub(super) fn files(folder: &str) -> Files {
    let mut files = Files::new();
    read_folder(&root().join(folder), "", &mut files);
    files
}

/// Messages to people, kept.
#[derive(Default)]
pub(super) struct Outbox(Mutex<Vec<OutboxMessage>>);

impl Post for Outbox {
    fn send(&self, id: MessageId, at: Timestamp, mail: &Mail) -> Result<(), String> {
        let (from, to) = (mail.from.clone(), mail.to.clone());
        let (subject, body) = (mail.subject.clone(), mail.body.clone());
        let message = OutboxMessage { id, at, from, way: mail.way, to, subject, body };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(0, message);
        Ok(())
    }
}

impl OutboxView for Outbox {
    fn messages(&self) -> Vec<OutboxMessage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Office {
    base_url: String,
    inside: Box<dyn BackOffice>,
    fault: Fault,
}

/// The back offices of both councils, with their faults.
pub(super) struct Offices {
    offices: Mutex<Vec<Office>>,
    clock: VirtualClock,
}

impl Connector for Offices {
    fn exchange(&self, request: HttpRequest) -> BoxFuture<'_, Answer> {
        let mut offices = self.offices.lock().unwrap_or_else(PoisonError::into_inner);
        let office = offices.iter_mut().find(|office| request.url.starts_with(&office.base_url));
        let answer = match office {
            None => Err(TransportFault::Unsendable),
            Some(office) if office.fault == Fault::Down => Err(TransportFault::NotReached),
            Some(office) => {
                match deliver(&mut *office.inside, office.fault, &request, self.clock.now()) {
                    Seen::Answer(answer) => Ok(answer),
                    Seen::Cut => Err(TransportFault::Broken),
                }
            }
        };
        Box::pin(async move { answer })
    }
}

/// The region, at a clock that stands still unless it is told to move.
pub(super) struct World {
    pub(super) host: Arc<Host>,
    pub(super) router: Router,
    pub(super) outbox: Arc<Outbox>,
    offices: Arc<Offices>,
    clock: VirtualClock,
    held: Mutex<Option<Busy>>,
}

fn district(body: &str) -> District {
    let (outcode, town, first_uprn) = match body {
        "wealdmere" | "aldershire" => ("ZZ1", "Wealdmere", 200_000_000_000),
        _ => ("ZZ7", "Eirlysfa", 210_000_000_000),
    };
    let (outcode, town) = (outcode.to_owned(), town.to_owned());
    District { seed: SEED, properties: 40, outcode, town, first_uprn }
}

fn places(body: &str) -> Places {
    let district = district(body);
    let addresses = (0..district.properties).filter_map(|index| district.address(index));
    Places::new(addresses.map(|home| Place {
        uprn: home.uprn,
        line: home.address,
        postcode: home.postcode,
    }))
}

fn offices(clock: &VirtualClock) -> Offices {
    let office = |base_url: &str, inside: Box<dyn BackOffice>| Office {
        base_url: base_url.to_owned(),
        inside,
        fault: Fault::None,
    };
    let calendar = |body: &str| Box::new(Collections::new(district(body), None));
    let offices = vec![
        office("http://127.0.0.1:8111", calendar("wealdmere")),
        office("http://127.0.0.1:8112", Box::new(WasteSoap::new(SEED, None))),
        office("http://127.0.0.1:8113", Box::new(CouncilTax::new(district("wealdmere"), None))),
        office("http://127.0.0.1:8121", calendar("bro-eirlys")),
        office("http://127.0.0.1:8122", Box::new(WasteRest::new(SEED, None))),
        office(PAYMENTS, Box::new(Payments::new(SEED, None).served_at(PAYMENTS))),
        office("http://127.0.0.1:8142", Box::new(Badges::new(None))),
        office("http://127.0.0.1:8143", Box::new(SightRegister::new(SEED, None))),
    ];
    Offices { offices: Mutex::new(offices), clock: clock.clone() }
}

fn package(region: &Region, body: &catalogue::region::Body) -> Option<Package> {
    let files = files("services/missed-bin-collection");
    if body.id.as_str() == "wealdmere" {
        return Some(Package::read(&files).unwrap().0);
    }
    let overlay = region.overlay(&body.id, &super::SERVICE.parse().unwrap());
    if overlay.is_empty() {
        return None;
    }
    let adopter = Adopter { body: &body.id, nation: &body.nation, languages: &body.languages };
    Some(catalogue::adopt(&files, &overlay, adopter).unwrap().package)
}

fn keyring(id: &BodyId) -> Keyring {
    let keys = Box::new(SimKeyStore::new(id).unwrap());
    Keyring::new(id.clone(), DataKey::from_bytes([7; 32]), WrapEpoch(1), keys)
}

fn setup(
    region: &Region,
    body: &catalogue::region::Body,
    connector: Arc<dyn Connector>,
    more: &[Files],
) -> BodySetup {
    let systems = connectors::read_systems(&body.systems).unwrap();
    let systems: BTreeMap<_, _> =
        systems.into_iter().map(|system| (system.id.clone(), system)).collect();
    let mut services = Services::new();
    if let Some(package) = package(region, body) {
        let service = Service::compile(body.id.clone(), Arc::new(package), None, &systems);
        services.publish(Arc::new(service.unwrap()));
    }
    for files in more {
        let package = Arc::new(Package::read(files).unwrap().0);
        if package.definition.owner != body.id {
            continue;
        }
        let service = Service::compile(body.id.clone(), package, None, &systems);
        services.publish(Arc::new(service.unwrap()));
    }
    let settings = BodySettings {
        body: body.id.clone(),
        languages: body.languages.clone(),
        systems,
        places: Arc::new(places(body.id.as_str())),
        identity_office: region.identity_office.clone(),
        blind: BlindKey::from_bytes([9; 32]),
        log_key: runtime::log_key(&body.id, &[3; 32]).unwrap(),
        closures: body.closures.clone(),
        origin: "http://localhost".to_owned(),
        sharing: Arc::new(sharing(region, &body.id)),
    };
    BodySetup {
        settings: Arc::new(settings),
        services,
        keyring: keyring(&body.id),
        connector,
        store: Box::new(SimStore::new(&body.id).unwrap()),
    }
}

/// The agreements that a body is a party to, with their signatures.
fn sharing(region: &Region, body: &BodyId) -> runtime::Sharing {
    let verifies = |of: &BodyId, bytes: &[u8], signature: &[u8; 64]| {
        let of = region.bodies.iter().find(|known| known.id == *of);
        let key = of.and_then(|of| of.agreement_key.as_ref()?.parse::<audit::VerifyingKey>().ok());
        key.is_some_and(|key| key.verifies(bytes, signature))
    };
    let text = |path: &str| {
        region.agreement_file(path).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
    };
    let mut agreements = std::collections::BTreeMap::new();
    for (path, bytes) in region.agreements() {
        let Some(name) = path.strip_suffix(".toml").filter(|name| !name.ends_with(".signatures"))
        else {
            continue;
        };
        let signatures = text(&format!("{name}.signatures.toml")).unwrap_or_default();
        let signatures = sharing::Signatures::read(&signatures).unwrap();
        let agreement = std::str::from_utf8(bytes).unwrap();
        let signed = sharing::SignedAgreement::check(agreement, &signatures, verifies).unwrap();
        if signed.agreement().parties().any(|party| party == body) {
            agreements.insert(signed.agreement().version().id, signed);
        }
    }
    runtime::Sharing { agreements, ..runtime::Sharing::default() }
}

fn web_body(body: &catalogue::region::Body) -> WebBody {
    WebBody {
        id: body.id.clone(),
        name: body.name.clone(),
        languages: body.languages.clone(),
        brand: Brand::parse(&body.colour).unwrap(),
        help: BodyHelp {
            phone: Some(body.help.phone.clone()),
            hours: body.help.hours.clone(),
            email: Some(body.help.email.clone()),
        },
        officers: Officer::of(body),
        form_key: DataKey::from_bytes(*base::Digest::of(body.id.as_str().as_bytes()).as_bytes()),
    }
}

/// Every row of a table, its bytes as text.
fn rows<R: store::Row>(reader: &store::Reader, text: impl Fn(&R) -> String) -> String {
    let rows = store::page::<R>(reader, None, 1_000).unwrap();
    let lines: Vec<String> = rows.iter().map(|row| format!("{row:?} {}", text(row))).collect();
    lines.join("\n")
}

impl World {
    /// What a body's store holds, as far as it could be read by somebody who has it.
    pub(super) fn dump(&self, body: &str) -> String {
        use store::access::AccessRecordRow;
        use store::callers::{ContactRow, PersonIndexRow};
        use store::requests::{DraftRow, ServiceRequestRow};
        let reader = self.host.body(&body.parse().unwrap()).unwrap().reader();
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let events = store::journal::events_from(&reader, base::EventSeq::START, 1_000).unwrap();
        let events: String = events.iter().map(|event| lossy(&event.bytes)).collect();
        [
            events,
            rows::<ServiceRequestRow>(&reader, |row| lossy(&row.bytes)),
            rows::<DraftRow>(&reader, |row| lossy(&row.bytes)),
            rows::<AccessRecordRow>(&reader, |row| lossy(&row.bytes)),
            rows::<ContactRow>(&reader, |row| lossy(&row.bytes)),
            rows::<PersonIndexRow>(&reader, |row| row.found_by.to_string()),
        ]
        .concat()
    }

    /// The region on a Tuesday morning.
    pub(super) fn new() -> Self {
        Self::with(false, &[])
    }

    /// The region as it is served by HTTPS.
    pub(super) fn secure() -> Self {
        Self::with(true, &[])
    }

    /// The region with further services of its bodies.
    pub(super) fn also(more: &[Files]) -> Self {
        Self::with(false, more)
    }

    /// The region where a network begins few forms an hour.
    pub(super) fn with_few_forms(forms_an_hour: u32) -> Self {
        Self::limited((false, forms_an_hour), &[])
    }

    fn with(secure_cookies: bool, more: &[Files]) -> Self {
        Self::limited((secure_cookies, crate::FORMS_AN_HOUR), more)
    }

    fn limited((secure_cookies, forms_an_hour): (bool, u32), more: &[Files]) -> Self {
        let clock = VirtualClock::new(Timestamp::parse(MORNING).unwrap());
        let held = Mutex::new(Some(clock.busy()));
        let region = Region::read(&files("region")).unwrap();
        let (outbox, offices) = (Arc::new(Outbox::default()), Arc::new(offices(&clock)));
        let seams = Seams {
            clock: Arc::new(clock.clone()),
            entropy: Arc::new(SeededEntropy(SEED)),
            post: Arc::clone(&outbox) as Arc<dyn Post>,
        };
        let office = OfficeSetup {
            body: region.identity_office.clone(),
            blind: BlindKey::from_bytes([8; 32]),
            master: MasterKey::from_bytes([5; 32]),
            keyring: keyring(&region.identity_office),
            log_key: runtime::log_key(&region.identity_office, &[4; 32]).unwrap(),
            sharing: Arc::default(),
            store: Box::new(SimStore::new(&region.identity_office).unwrap()),
        };
        let bodies = || region.bodies.iter().filter(|body| body.id != region.identity_office);
        let setups = bodies()
            .map(|body| setup(&region, body, Arc::clone(&offices) as Arc<dyn Connector>, more))
            .collect();
        let host = Arc::new(Host::start(seams, office, setups).unwrap());
        for body in bodies() {
            let seeds: Vec<StaffSeed> = body.staff.iter().map(seed).collect();
            host.office().set_staff(&body.id, &seeds, clock.now()).unwrap();
        }
        let state = WebState::new(WebSetup {
            host: Arc::clone(&host),
            region: RegionInfo { name: region.name.clone(), tagline: region.tagline.clone() },
            bodies: region.bodies.iter().map(|body| (body.id.clone(), web_body(body))).collect(),
            cards: bodies()
                .map(|body| (body.id.clone(), toml::from_str(&body.rates).unwrap()))
                .collect(),
            hosting: "aldershire".parse().unwrap(),
            outbox: Some(Arc::clone(&outbox) as Arc<dyn OutboxView>),
            fakes: Vec::new(),
            secure_cookies,
            forms_an_hour,
        });
        let router = crate::router(state);
        Self { host, router, outbox, offices, clock, held }
    }

    /// Lets time pass, and all that is due in it.
    pub(super) async fn wait(&self, seconds: i64) {
        let sleep = self.clock.sleep_until(self.clock.now().plus_seconds(seconds));
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(held);
        let token = sleep.await;
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }

    /// The newest message to an address.
    pub(super) fn mail(&self, address: &str) -> String {
        let messages = self.outbox.messages();
        messages.iter().find(|message| message.to == address).expect("a message").body.clone()
    }

    /// Lets a fault befall an office, by the number of its port.
    pub(super) fn fault(&self, port: u16, fault: Fault) {
        let mut offices = self.offices.offices.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = format!(":{port}");
        offices
            .iter_mut()
            .filter(|it| it.base_url.ends_with(&wanted))
            .for_each(|it| it.fault = fault);
    }

    /// Waits until the contractor's crews are done with what they have, and tells so.
    pub(super) async fn emptied(&self, body: &str) {
        let port = if body == "wealdmere" { 8112 } else { 8122 };
        let due = self.at_office(port, |office| office.next_due()).expect("a job to finish");
        self.wait(due.millis_since(self.clock.now()) / 1_000 + 1).await;
        let now = self.clock.now();
        for told in self.at_office(port, |office| office.take_due(now)) {
            let system: base::SystemId = "waste-contractor".parse().unwrap();
            let message = base::Digest::of(told.message.as_bytes());
            let command = Command::Deliver {
                system: system.clone(),
                versions: Vec::new(),
                message: MessageId::from_slice(&message.as_bytes()[..16]).unwrap(),
                name: "bin-emptied".to_owned(),
                key: told.reference.clone(),
                variables: [("emptied_at".to_owned(), feel::Value::string(now.to_string()))].into(),
            };
            let body = body.parse().unwrap();
            let taken = self.host.submit(&body, Authority::BackOffice { system }, command).await;
            assert_eq!(taken, Ok(Reply::Done));
            self.at_office(port, |office| office.note_acknowledged(&told.message, now));
        }
    }

    fn at_office<T>(&self, port: u16, act: impl FnOnce(&mut dyn BackOffice) -> T) -> T {
        let mut offices = self.offices.offices.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = format!(":{port}");
        let office = offices.iter_mut().find(|office| office.base_url.ends_with(&wanted));
        act(&mut *office.expect("an office at the port").inside)
    }

    /// The newest code that was sent to an address.
    pub(super) fn code(&self, address: &str) -> String {
        let messages = self.outbox.messages();
        let mail = messages.iter().find(|message| message.to == address).expect("a message");
        let digits = mail.body.split(|letter: char| !letter.is_ascii_digit());
        digits.into_iter().find(|run| run.len() == 6).expect("a code").to_owned()
    }

    /// What a person does at the payment provider's page, where it leads them.
    pub(super) async fn at_the_provider(&self, page: &str, card: &str) -> String {
        let request = HttpRequest {
            system: "payments".parse().unwrap(),
            method: connectors::Method::Post,
            url: page.to_owned(),
            headers: connectors::Headers::default(),
            body: format!("act=pay&card={}", card.replace(' ', "+")).into_bytes(),
        };
        let answer = self.offices.exchange(request).await.unwrap();
        answer.headers.get("location").unwrap_or_default().to_owned()
    }

    /// How many badges the county's badge system was told to make.
    pub(super) fn badges(&self) -> usize {
        self.at_office(8142, |office| office.ledger().entries().len())
    }

    /// How many requests a body has.
    pub(super) fn requests(&self, body: &str) -> usize {
        let body = self.host.body(&body.parse().unwrap()).unwrap();
        body.newest_requests(None, store::requests::NEWEST).unwrap().len()
    }
}

fn seed(staff: &catalogue::region::Staff) -> StaffSeed {
    StaffSeed { email: staff.email.clone(), name: staff.name.clone(), roles: staff.roles.clone() }
}

/// A home whose general waste was due on a day within the last week, with that day.
pub(super) struct Home {
    pub(super) uprn: String,
    pub(super) line: String,
    pub(super) postcode: String,
    pub(super) due: Date,
}

/// The `number`-th such home of a council.
pub(super) fn home(body: &str, number: usize) -> Home {
    let district = district(body);
    let today = Timestamp::parse(MORNING).unwrap().uk_date();
    let due = |index: u32| {
        (1..=4)
            .map(|days| today.plus_days(-days))
            .find(|day| district.collects(index, "refuse", *day))
    };
    let homes = (0..district.properties).filter_map(|index| {
        let (due, home) = (due(index)?, district.address(index)?);
        let line = home.address.strip_suffix(&format!(", {}", home.postcode))?.to_owned();
        Some(Home { uprn: home.uprn, line, postcode: home.postcode, due })
    });
    homes.into_iter().nth(number).expect("a home whose bin was due")
}
