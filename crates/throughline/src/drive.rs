//! `throughline drive`: visitors who send requests, as a process of their own.
//!
//! For tests that kill the server. Each visitor sends one request after the other, and the same one
//! again until it is acknowledged, however often the server goes away: by the JSON API under one
//! Idempotency-Key, by the pages with the form that no answer came to. What was acknowledged stands in a file, synced before it counts. Each line on standard
//! input is answered with the counts so far; its end ends the visits.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail};
use base::{BodyId, Channel, Date, Language, ServiceId};
use emulators::District;
use runtime::clock::{Clock as _, RealClock};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::demo::browser::Patience;
use crate::demo::plan::{Manner, Visit};
use crate::demo::visits::World;
use crate::post::Outbox;

/// How long a visitor waits before sending again, in milliseconds.
const AGAIN_MS: i64 = 40;
/// How often one request is sent before the visitor gives up: more than any test takes.
const ATTEMPTS: u32 = 5_000;
/// Bins that a calendar collects.
const BINS: [&str; 4] = ["food", "refuse", "recycling", "garden"];
/// Days back to which a bin can be reported by every body's rule.
const DAYS_BACK: i32 = 4;

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
    #[arg(long, default_value = "missed-bin-collection")]
    service: ServiceId,
    /// Keys of API clients, used in turn.
    #[arg(long = "key", required = true)]
    keys: Vec<String>,
    /// The district whose residents send, as JSON.
    #[arg(long)]
    district: PathBuf,
    /// How many visitors send by the API.
    #[arg(long, default_value_t = 16)]
    visitors: usize,
    /// How many visitors walk through the pages.
    #[arg(long, default_value_t = 8)]
    web_visitors: usize,
    /// The file of what was acknowledged, one JSON object a line.
    #[arg(long)]
    record: PathBuf,
}

/// One thing to report.
struct Missed {
    uprn: String,
    postcode: String,
    bin: &'static str,
    on: Date,
}

/// What came of one sending.
enum Sent {
    Acknowledged { reference: String, joined: bool },
    Again,
}

struct Drive {
    client: reqwest::Client,
    clock: RealClock,
    address: String,
    keys: Vec<String>,
    body: BodyId,
    service: ServiceId,
    missed: Vec<Missed>,
    run: String,
    record: Mutex<File>,
    ending: AtomicBool,
    next: AtomicU64,
    in_flight: AtomicU64,
    sent: AtomicU64,
    acknowledged: AtomicU64,
    joined: AtomicU64,
    cut: AtomicU64,
    unreached: AtomicU64,
    put_off: AtomicU64,
}

/// Sends until standard input ends, then until everything begun is acknowledged.
///
/// # Errors
/// When a file cannot be read or written, or the server answers what it should not.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let drive = Arc::new(Drive::new(&options)?);
    let listening = Arc::clone(&drive);
    std::thread::Builder::new().name("orders".to_owned()).spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_err() {
                break;
            }
            crate::print_line(&listening.counts().to_string());
        }
        listening.ending.store(true, Ordering::SeqCst);
    })?;
    let mut visitors = JoinSet::new();
    for _ in 0..options.visitors {
        let drive = Arc::clone(&drive);
        visitors.spawn(async move { drive.visit().await });
    }
    let world = Arc::new(world(&drive, &options));
    for _ in 0..options.web_visitors {
        let (drive, world) = (Arc::clone(&drive), Arc::clone(&world));
        visitors.spawn(async move { drive.walk(&world).await });
    }
    while let Some(visitor) = visitors.join_next().await {
        visitor.context("a visitor broke off")??;
    }
    crate::print_line(&drive.counts().to_string());
    Ok(())
}

impl Drive {
    fn new(options: &Options) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(&options.district).context("no district")?;
        let district: District = serde_json::from_str(&text).context("no district")?;
        let clock = RealClock::start()?;
        let today = clock.now().uk_date();
        let record = std::fs::OpenOptions::new().append(true).create(true).open(&options.record);
        // Gives this process its one provider of TLS, without which no client is made.
        connectors::HttpConnector::new(&[], &connectors::Secrets::new())?;
        let (origin, body, service) = (&options.origin, &options.body, &options.service);
        Ok(Self {
            client: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .context("no HTTP client can be made")?,
            address: format!("{origin}/{body}/api/services/{service}/requests"),
            keys: options.keys.clone(),
            body: body.clone(),
            service: service.clone(),
            missed: missed(&district, today),
            run: format!("drive-{}", clock.now().as_millis()),
            clock,
            record: Mutex::new(record.context("the record cannot be written")?),
            ending: AtomicBool::new(false),
            next: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            joined: AtomicU64::new(0),
            cut: AtomicU64::new(0),
            unreached: AtomicU64::new(0),
            put_off: AtomicU64::new(0),
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
        })
    }

    /// Sends one request after the other by the API.
    async fn visit(&self) -> anyhow::Result<()> {
        while !self.ending.load(Ordering::SeqCst) {
            let (number, missed) = self.take()?;
            self.report(number, missed).await?;
        }
        Ok(())
    }

    /// Sends one request after the other through the pages.
    async fn walk(&self, world: &Arc<World>) -> anyhow::Result<()> {
        while !self.ending.load(Ordering::SeqCst) {
            let (number, missed) = self.take()?;
            let email = format!("visitor-{number}@example.org");
            let visit = Visit {
                number: usize::try_from(number).unwrap_or(usize::MAX),
                minute: 0,
                body: self.body.clone(),
                service: self.service.clone(),
                channel: Channel::Web,
                language: Language::En,
                manner: Manner::Plain,
                signs_in: false,
                has_fee: false,
                answers: answers(missed, &email),
                same: String::new(),
                account: email,
                postcode: missed.postcode.clone(),
                wrong: None,
                not_fixed: None,
            };
            self.in_flight.fetch_add(1, Ordering::SeqCst);
            let done = world.visit(&visit).await;
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
            self.note(number, &done?.reference, false)?;
        }
        Ok(())
    }

    /// The next thing to report.
    fn take(&self) -> anyhow::Result<(u64, &Missed)> {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let missed = self.missed.get(place);
        Ok((number, missed.context("every bin of the district is reported: make it larger")?))
    }

    /// Waits for a moment, after a server that was reached and went away, or was not there.
    async fn wait_for_server(&self, reached: bool) {
        let count = if reached { &self.cut } else { &self.unreached };
        count.fetch_add(1, Ordering::SeqCst);
        let _token = self.clock.sleep_until(self.clock.now().plus_millis(AGAIN_MS)).await;
    }

    /// Sends one request until it is acknowledged.
    async fn report(&self, number: u64, missed: &Missed) -> anyhow::Result<()> {
        for _ in 0..ATTEMPTS {
            match self.send(number, missed).await? {
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

    async fn send(&self, number: u64, missed: &Missed) -> anyhow::Result<Sent> {
        let place = usize::try_from(number).unwrap_or(0) % self.keys.len().max(1);
        let key = self.keys.get(place).context("no key")?;
        let answers = answers(missed, &format!("visitor-{number}@example.org"));
        let request = self
            .client
            .post(&self.address)
            .bearer_auth(key)
            .header("idempotency-key", format!("{}-{number}", self.run))
            .header("content-type", "application/json")
            .body(json!({ "answers": answers, "language": "en" }).to_string());
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

/// What a visitor answers.
fn answers(missed: &Missed, email: &str) -> catalogue::Given {
    let given = [
        ("address", json!(missed.uprn)),
        ("bin", json!(missed.bin)),
        ("missed_on", json!(missed.on.to_string())),
        ("email", json!(email)),
    ];
    given.into_iter().map(|(question, answer)| (question.to_owned(), answer)).collect()
}

async fn exchange(request: reqwest::RequestBuilder) -> reqwest::Result<(u16, String)> {
    let response = request.send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

/// What the visitors of the pages know.
fn world(drive: &Arc<Drive>, options: &Options) -> World {
    let waiting = Arc::clone(drive);
    let patience: Patience = Arc::new(move |reached| {
        let drive = Arc::clone(&waiting);
        Box::pin(async move {
            // Nothing of this visitor's is in flight meanwhile.
            drive.in_flight.fetch_sub(1, Ordering::SeqCst);
            drive.wait_for_server(reached).await;
            drive.in_flight.fetch_add(1, Ordering::SeqCst);
        })
    });
    World {
        origin: options.origin.clone(),
        client: drive.client.clone(),
        outbox: Outbox::default(),
        api_keys: BTreeMap::new(),
        agents: BTreeMap::new(),
        signed_in: tokio::sync::Mutex::new(BTreeMap::new()),
        patience: Some(patience),
    }
}

/// Bins that the calendar collected on the last days, each once, neighbours far apart.
fn missed(district: &District, today: Date) -> Vec<Missed> {
    let mut all = Vec::new();
    for ago in 1..=DAYS_BACK {
        let on = today.plus_days(-ago);
        for bin in BINS {
            for index in 0..district.properties {
                let Some(address) = district.address(index) else { continue };
                if district.collects(index, bin, on) {
                    let (uprn, postcode) = (address.uprn, address.postcode);
                    all.push(Missed { uprn, postcode, bin, on });
                }
            }
        }
    }
    all
}
