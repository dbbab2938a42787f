//! `throughline drive`: visitors who ask a body for a service, as a process of their own.
//!
//! For tests that kill the server. Each visitor sends one request after the other, and the same one
//! again until it is acknowledged, however often the server goes away: by the JSON API under one
//! Idempotency-Key, by the pages with the form that no answer came to, signed in where the service
//! wants it. What was acknowledged stands in a file, synced before it counts. Whoever owes a fee
//! pays it at the provider's page.
//!
//! Orders come on standard input, a line each: `?` is answered with the counts so far; `stop` ends
//! the visits; `settle`, answered with the counts when all that was begun is acknowledged, lets
//! those who still owe a fee look again and the body's scripted staff work the service's queue. Its
//! end ends the program.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail};
use base::{BodyId, ServiceId};
use runtime::clock::{Clock as _, RealClock};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::demo::browser::{Browser, Met, Patience};
use crate::demo::paying::{Manner, Step};
use crate::demo::plan::Visit;
use crate::demo::settlement::Settlement;
use crate::demo::visits::{Codes, World};

mod wishes;

use wishes::Wishes;

/// How long a visitor waits before sending again, in milliseconds.
const AGAIN_MS: i64 = 40;
/// How often one request is sent before the visitor gives up: more than any test takes.
const ATTEMPTS: u32 = 5_000;

/// What was asked for on the command line.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The server: `http://localhost:8400`.
    #[arg(long)]
    origin: String,
    /// The body.
    #[arg(long)]
    body: BodyId,
    /// The service.
    #[arg(long)]
    service: ServiceId,
    /// Keys of API clients, used in turn.
    #[arg(long = "key")]
    keys: Vec<String>,
    #[command(flatten)]
    settlement: Settlement,
    /// How many visitors send by the API.
    #[arg(long, default_value_t = 0)]
    visitors: usize,
    /// How many visitors walk through the pages.
    #[arg(long, default_value_t = 0)]
    web_visitors: usize,
    /// The file of what was acknowledged, one JSON object a line.
    #[arg(long)]
    record: PathBuf,
}

/// What came of one sending.
enum Sent {
    Acknowledged { reference: String, joined: bool },
    Again,
}

/// Somebody who may owe a fee, with the browser in which they are signed in.
struct Payer {
    browser: Browser,
    reference: String,
    /// What they still do at the provider's.
    steps: &'static [Step],
}

struct Drive {
    client: reqwest::Client,
    clock: RealClock,
    origin: String,
    keys: Vec<String>,
    wishes: Wishes,
    service: ServiceId,
    run: String,
    record: Mutex<File>,
    payers: Mutex<VecDeque<Payer>>,
    ending: AtomicBool,
    next: AtomicU64,
    in_flight: AtomicU64,
    sent: AtomicU64,
    acknowledged: AtomicU64,
    joined: AtomicU64,
    cut: AtomicU64,
    unreached: AtomicU64,
    put_off: AtomicU64,
    given_up: AtomicU64,
    paid: AtomicU64,
    decided: AtomicU64,
}

/// Sends and settles as it is told.
///
/// # Errors
/// When a file cannot be read or written, or the server answers what it should not.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let drive = Arc::new(Drive::new(&options)?);
    let mut orders = listen(&drive)?;
    let world = Arc::new(world(&drive));
    let mut visitors = JoinSet::new();
    for _ in 0..options.visitors {
        let drive = Arc::clone(&drive);
        visitors.spawn(async move { drive.visit().await });
    }
    for _ in 0..options.web_visitors {
        let (drive, world) = (Arc::clone(&drive), Arc::clone(&world));
        visitors.spawn(async move { drive.walk(&world).await });
    }
    while let Some(visitor) = visitors.join_next().await {
        visitor.context("a visitor broke off")??;
    }
    while let Some(()) = orders.recv().await {
        drive.settle(&world).await?;
        crate::print_line(&drive.counts().to_string());
    }
    Ok(())
}

/// Takes orders; those to settle come out of what it gives.
fn listen(drive: &Arc<Drive>) -> anyhow::Result<mpsc::UnboundedReceiver<()>> {
    let (settle, orders) = mpsc::unbounded_channel();
    let drive = Arc::clone(drive);
    std::thread::Builder::new().name("orders".to_owned()).spawn(move || {
        for line in std::io::stdin().lock().lines() {
            match line.as_deref() {
                Ok("stop") => drive.ending.store(true, Ordering::SeqCst),
                // Nobody takes it when the program is ending by a fault, which it then tells.
                Ok("settle") => drop(settle.send(())),
                Ok(_) => crate::print_line(&drive.counts().to_string()),
                Err(_) => break,
            }
        }
        drive.ending.store(true, Ordering::SeqCst);
    })?;
    Ok(orders)
}

impl Drive {
    fn new(options: &Options) -> anyhow::Result<Self> {
        let clock = RealClock::start()?;
        let wishes = Wishes::read(
            &options.settlement,
            (&options.body, &options.service),
            clock.now().uk_date(),
        )?;
        let record = std::fs::OpenOptions::new().append(true).create(true).open(&options.record);
        // Gives this process its one provider of TLS, without which no client is made.
        connectors::HttpConnector::new(&[], &connectors::Secrets::new())?;
        Ok(Self {
            client: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .context("no HTTP client can be made")?,
            origin: options.origin.clone(),
            keys: options.keys.clone(),
            wishes,
            service: options.service.clone(),
            run: format!("drive-{}", clock.now().as_millis()),
            clock,
            record: Mutex::new(record.context("the record cannot be written")?),
            payers: Mutex::new(VecDeque::new()),
            ending: AtomicBool::new(false),
            next: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            joined: AtomicU64::new(0),
            cut: AtomicU64::new(0),
            unreached: AtomicU64::new(0),
            put_off: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
            paid: AtomicU64::new(0),
            decided: AtomicU64::new(0),
        })
    }

    fn counts(&self) -> Value {
        let count = |of: &AtomicU64| of.load(Ordering::SeqCst);
        json!({
            "begun": count(&self.next),
            "in_flight": count(&self.in_flight),
            "sent": count(&self.sent),
            "acknowledged": count(&self.acknowledged),
            "joined": count(&self.joined),
            "cut": count(&self.cut),
            "unreached": count(&self.unreached),
            "put_off": count(&self.put_off),
            "given_up": count(&self.given_up),
            "paid": count(&self.paid),
            "decided": count(&self.decided),
        })
    }

    /// Sends one request after the other by the API.
    async fn visit(&self) -> anyhow::Result<()> {
        while !self.ending.load(Ordering::SeqCst) {
            let (number, visit) = self.take()?;
            self.report(number, &visit).await?;
        }
        Ok(())
    }

    /// Sends one request after the other through the pages.
    async fn walk(&self, world: &World) -> anyhow::Result<()> {
        while !self.ending.load(Ordering::SeqCst) {
            let (number, visit) = self.take()?;
            let mut browser = world.browser();
            browser.call_from(network(number));
            self.in_flight.fetch_add(1, Ordering::SeqCst);
            let ready = world.arrive(&mut browser, &visit).await;
            let done = match ready {
                Ok(()) => Some(world.ask(&mut browser, &visit).await),
                // Who has asked for as many codes as an hour allows comes another day.
                Err(_) => None,
            };
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
            let Some(done) = done else {
                self.given_up.fetch_add(1, Ordering::SeqCst);
                continue;
            };
            let done = done.with_context(|| format!("visit {number} for {}", visit.service))?;
            // Who told us of what another person had told before was given no reference.
            let Some(reference) = done.reference else { continue };
            self.note(number, &reference, false)?;
            if visit.has_fee {
                let steps = Manner::of(&visit, self.wishes.chance).or_pays().steps();
                self.owe(Payer { browser, reference, steps });
                self.pay_next(world).await?;
            }
        }
        Ok(())
    }

    fn owe(&self, payer: Payer) {
        self.payers.lock().unwrap_or_else(PoisonError::into_inner).push_back(payer);
    }

    /// Whoever has not looked for the longest time looks whether a fee is due, and takes a step.
    async fn pay_next(&self, world: &World) -> anyhow::Result<()> {
        let next = self.payers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(mut payer) = next else { return Ok(()) };
        let Some((step, rest)) = payer.steps.split_first() else { return Ok(()) };
        let request = (&self.wishes.body.id, payer.reference.as_str());
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        let done = world.pay_step(&mut payer.browser, request, *step).await;
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        if done.with_context(|| format!("{} could not pay", payer.reference))? {
            payer.steps = rest;
            self.paid.fetch_add(u64::from(rest.is_empty()), Ordering::SeqCst);
        }
        if !payer.steps.is_empty() {
            self.owe(payer);
        }
        Ok(())
    }

    /// Everybody who owes a fee looks once, and staff work the service's queue.
    async fn settle(&self, world: &World) -> anyhow::Result<()> {
        let owing = self.payers.lock().unwrap_or_else(PoisonError::into_inner).len();
        for _ in 0..owing {
            self.pay_next(world).await?;
        }
        if !self.wishes.decisions.is_empty() {
            let (body, decisions) = (&self.wishes.body, &self.wishes.decisions);
            let decided = world.work_queues(body, decisions, self.wishes.chance).await?;
            self.decided.fetch_add(u64::from(decided), Ordering::SeqCst);
        }
        Ok(())
    }

    /// The next thing to ask for.
    fn take(&self) -> anyhow::Result<(u64, Visit)> {
        loop {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            if let Some(visit) = self.wishes.visit(number)? {
                return Ok((number, visit));
            }
        }
    }

    /// Waits for a moment.
    async fn wait_for_server(&self, met: Met) {
        let count = match met {
            Met::Cut => &self.cut,
            Met::Nobody => &self.unreached,
            Met::NotNow | Met::NoCode => &self.put_off,
        };
        count.fetch_add(1, Ordering::SeqCst);
        let _token = self.clock.sleep_until(self.clock.now().plus_millis(AGAIN_MS)).await;
    }

    /// Sends one request until it is acknowledged.
    async fn report(&self, number: u64, visit: &Visit) -> anyhow::Result<()> {
        for _ in 0..ATTEMPTS {
            match self.send(number, visit).await? {
                Sent::Acknowledged { reference, joined } => {
                    return self.note(number, &reference, joined);
                }
                Sent::Again => {
                    let at = self.clock.now().plus_millis(AGAIN_MS);
                    let _token = self.clock.sleep_until(at).await;
                }
            }
        }
        bail!("request {number} was never acknowledged")
    }

    async fn send(&self, number: u64, visit: &Visit) -> anyhow::Result<Sent> {
        let place = usize::try_from(number).unwrap_or(0) % self.keys.len().max(1);
        let key = self.keys.get(place).context("no key")?;
        let (origin, body, service) = (&self.origin, &self.wishes.body.id, &self.service);
        let request = self
            .client
            .post(format!("{origin}/{body}/api/services/{service}/requests"))
            .bearer_auth(key)
            .header("idempotency-key", format!("{}-{number}", self.run))
            .header("content-type", "application/json")
            .body(json!({ "answers": visit.answers, "language": "en" }).to_string());
        self.sent.fetch_add(1, Ordering::SeqCst);
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        let answer = exchange(request).await;
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        let (status, text) = match answer {
            Ok(answer) => answer,
            Err(error) => {
                // A server that was reached and went away before its answer was whole.
                let count = if error.is_connect() { &self.unreached } else { &self.cut };
                count.fetch_add(1, Ordering::SeqCst);
                return Ok(Sent::Again);
            }
        };
        match status {
            200 | 201 => {
                let body: Value = serde_json::from_str(&text).context("an answer is no JSON")?;
                let reference = body.get("reference").and_then(Value::as_str);
                let joined = body.get("joined_open_request").and_then(Value::as_bool);
                let reference = reference.context("an answer without a reference")?.to_owned();
                Ok(Sent::Acknowledged { reference, joined: joined == Some(true) })
            }
            429 | 503 => {
                self.put_off.fetch_add(1, Ordering::SeqCst);
                Ok(Sent::Again)
            }
            other => bail!("request {number} was answered {other}: {text}"),
        }
    }

    /// Writes down what was acknowledged, and counts it once it is on the disk.
    fn note(&self, number: u64, reference: &str, joined: bool) -> anyhow::Result<()> {
        let line = json!({ "number": number, "reference": reference, "joined": joined });
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(record, "{line}").context("the record cannot be written")?;
        record.sync_data().context("the record cannot be written")?;
        drop(record);
        let count = if joined { &self.joined } else { &self.acknowledged };
        count.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

async fn exchange(request: reqwest::RequestBuilder) -> reqwest::Result<(u16, String)> {
    let response = request.send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

/// A network of a visitor's own, from which it is not too often that codes are asked for.
fn network(number: u64) -> String {
    let [.., first, second, third] = number.to_be_bytes();
    format!("10.{first}.{second}.{third}")
}

/// What the visitors of the pages know.
fn world(drive: &Arc<Drive>) -> World {
    let waiting = Arc::clone(drive);
    let patience: Patience = Arc::new(move |met| {
        let drive = Arc::clone(&waiting);
        Box::pin(async move {
            // Nothing of this visitor's is in flight meanwhile.
            drive.in_flight.fetch_sub(1, Ordering::SeqCst);
            drive.wait_for_server(met).await;
            drive.in_flight.fetch_add(1, Ordering::SeqCst);
        })
    });
    World {
        origin: drive.origin.clone(),
        client: drive.client.clone(),
        codes: Codes::Pages,
        api_keys: BTreeMap::new(),
        agents: BTreeMap::new(),
        signed_in: tokio::sync::Mutex::new(BTreeMap::new()),
        patience: Some(patience),
    }
}
