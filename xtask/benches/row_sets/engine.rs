//! The engine in process: requests submitted to a shard, each through its whole process to its
//! outcome, committed to SQLite with what the program writes for them.
//!
//! Nothing is left out: answers are checked and sealed under a durable key, the process runs in
//! FEEL, events carry their measure, rows of the request and its costs are written, and the batch
//! is fenced, chained and durable before it counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{BlindKey, BodyId, Channel, DataKey, ServiceId, Shard as ShardNumber, Timestamp};
use runtime::entropy::SystemEntropy;
use runtime::{
    Authority, BodySettings, Command, Input, Keyring, Places, ReplyTo, Service, Services, Shard,
    Step, Submit,
};
use store::{SqliteKeyStore, SqliteStore, Store as _, WrapEpoch};

use super::usage::Usage;
use super::{BATCH, Outcome};

const SERVICE: &str = include_str!("fee/service.toml");
const QUESTIONS: &str = include_str!("fee/questions.toml");
const PROCESS: &str = include_str!("fee/process.bpmn");

/// Rows of a row-set of the probe, the shard's row left out on both sides.
const ROWS_OF_A_ROW_SET: f64 = 5.0;
/// The lease outlasts any bench.
const LEASE_MS: i64 = 3_600_000;

/// What was done in how long.
pub(crate) struct Measured {
    cases: u32,
    events: u32,
    rows: u32,
    bytes: u64,
    took: Duration,
    used: Usage,
}

impl Measured {
    /// Counts what a step wrote: its events, the row that says where those of a case stand, the
    /// rows of its projections, and the key of each case.
    fn add(&mut self, step: &Step) -> Outcome<()> {
        let cases = u32::try_from(step.replies.len())?;
        self.cases += cases;
        self.rows += u32::try_from(step.batch.rows.len())? + cases;
        let mut last = None;
        for (_, event) in step.batch.events() {
            self.events += 1;
            self.bytes += u64::try_from(event.bytes().len())?;
            self.rows += u32::from(event.case.is_some() && event.case != last);
            last = event.case;
        }
        Ok(())
    }

    fn per_case(&self, count: u32) -> f64 {
        f64::from(count) / f64::from(self.cases.max(1))
    }

    /// Rows written, events among them, as row-sets of the probe.
    pub(crate) fn row_sets_per_second(&self) -> f64 {
        f64::from(self.events + self.rows) / ROWS_OF_A_ROW_SET / self.took.as_secs_f64()
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = f64::from(self.cases) / self.took.as_secs_f64();
        let cases = u64::from(self.cases.max(1));
        write!(
            formatter,
            "engine: {rate:.0} finished cases/s; a finished case writes {:.1} rows, {:.1} of them \
             events ({} bytes of events): {:.1} row-sets. It takes {} us of a processor, and {} \
             bytes go to the disk for it, log and checkpoints and keys included",
            self.per_case(self.events + self.rows),
            self.per_case(self.events),
            self.bytes / cases,
            self.per_case(self.events + self.rows) / ROWS_OF_A_ROW_SET,
            self.used.processor.as_micros() / u128::from(cases),
            self.used.written / cases,
        )
    }
}

/// Submits requests in full batches for so many seconds, into new files at `path`.
#[expect(clippy::disallowed_methods, reason = "a bench measures the wall clock")]
pub(crate) fn measure(path: &Path, seconds: u32) -> Outcome<Measured> {
    let body: BodyId = "bench".parse()?;
    let began = Timestamp::parse("2026-11-24T09:00:00Z")?;
    let mut store = SqliteStore::open_file(path, &body)?;
    let keys = SqliteKeyStore::open_file(&path.with_extension("keys"), &body)?;
    let keyring =
        Keyring::new(body.clone(), DataKey::from_bytes([7; 32]), WrapEpoch(1), Box::new(keys));
    let lease = store.lease(&body, ShardNumber(0), "bench", began, LEASE_MS)?;
    let reader = store.readers().shard(ShardNumber(0));
    let (service, services) = services(&body)?;
    let settings = Arc::new(settings(body)?);
    let mut shard =
        Shard::open(lease, settings, services, keyring, Arc::new(SystemEntropy), &reader)?;
    let (took, used) = (Duration::ZERO, Usage::default());
    let mut measured = Measured { cases: 0, events: 0, rows: 0, bytes: 0, took, used };
    let (span, clock) = (Duration::from_secs(u64::from(seconds)), Instant::now());
    let before = Usage::now();
    while clock.elapsed() < span {
        let now = began.plus_millis(i64::try_from(clock.elapsed().as_millis())?);
        let step = shard.step(now, inputs(&service, measured.cases), &reader)?;
        for (_, answer) in &step.replies {
            answer.as_ref().map_err(|rejection| format!("a request was refused: {rejection}"))?;
        }
        let committed = store.commit(&step.batch)?;
        let calls = shard.committed(&step, committed);
        if !calls.is_empty() {
            return Err("a case of this bench calls nobody".into());
        }
        measured.add(&step)?;
    }
    (measured.took, measured.used) = (clock.elapsed(), Usage::now().since(before));
    let open = shard.cases().filter(|(_, case)| !case.process.is_empty()).count();
    if open > 0 {
        return Err(format!("{open} cases did not reach their outcome").into());
    }
    Ok(measured)
}

fn inputs(service: &ServiceId, first: u32) -> Vec<Input> {
    let submit = |number: u32| Input::Command {
        authority: Authority::System,
        command: Command::Submit(Box::new(Submit {
            service: service.clone(),
            channel: Channel::Web,
            language: None,
            given: BTreeMap::from([
                ("bins".to_owned(), serde_json::json!(1 + number % 8)),
                ("notes".to_owned(), serde_json::json!("Behind the gate on the left.")),
            ]),
            draft: None,
            earlier: Vec::new(),
        })),
        reply: ReplyTo(u64::from(number)),
    };
    (first..first + BATCH).map(submit).collect()
}

fn services(body: &BodyId) -> Outcome<(ServiceId, Services)> {
    let files =
        [("service.toml", SERVICE), ("questions.toml", QUESTIONS), ("process.bpmn", PROCESS)];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    let (package, _) = catalogue::Package::read(&files.into())
        .map_err(|problems| format!("the bench's package is refused: {problems:?}"))?;
    let service = Service::compile(body.clone(), Arc::new(package), None, &BTreeMap::new())
        .map_err(|errors| format!("the bench's package does not run: {errors:?}"))?;
    let id = service.id().clone();
    let mut services = Services::new();
    services.publish(Arc::new(service));
    Ok((id, services))
}

fn settings(body: BodyId) -> Outcome<BodySettings> {
    let log_key = runtime::log_key(&body, &[3; 32]).ok_or("the body can have no log key")?;
    Ok(BodySettings {
        identity_office: body.clone(),
        body,
        languages: vec![base::Language::En],
        systems: BTreeMap::new(),
        places: Arc::new(Places::default()),
        blind: BlindKey::from_bytes([9; 32]),
        closures: BTreeSet::new(),
        sharing: Arc::default(),
        log_key,
        origin: "http://localhost".to_owned(),
    })
}
