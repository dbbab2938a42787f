//! What a morning came to: figures from the journal, losses and doubles from the back offices' own
//! records.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use base::{BodyId, CaseId, JobType, Reference, SystemId};
use emulators::{Entry, PaymentEnd};
use requests::Status;
use runtime::CaseView;
use runtime::figures::{Figures, ServiceFigures, ranked_touches};

use crate::install::Installation;

/// The kinds of ledger entries that are work for a requester.
#[derive(Debug, Clone, Copy, Default)]
pub struct Accounted {
    /// Requests that were acknowledged, or jobs that were confirmed, and are nowhere.
    pub lost: u64,
    /// Work that was done twice.
    pub doubled: u64,
}

/// Everything that is told at the end.
pub struct Summary {
    /// The figures of every body together.
    pub figures: Figures,
    /// What is still stuck.
    pub incidents_open: u64,
    /// Losses and doubles.
    pub accounted: Accounted,
    /// Requests a second of the machine's time, and the whole time in seconds.
    pub speed: (f64, f64),
}

/// Compares what visitors were told and what the bodies recorded with the back offices' records.
///
/// # Errors
/// When a body cannot be read.
pub fn account<'a>(
    installation: &Installation,
    offices: impl IntoIterator<Item = ((&'a BodyId, &'a SystemId), Vec<Entry>)>,
    told: &[(BodyId, String)],
) -> anyhow::Result<Accounted> {
    let mut accounted = Accounted::default();
    let mut cases: BTreeMap<(BodyId, CaseId), CaseView> = BTreeMap::new();
    for (body, told) in told {
        match find(installation, body, told)? {
            Some(view) => {
                cases.insert((body.clone(), view.case.request.case), view);
            }
            None => accounted.lost += 1,
        }
    }
    let mut worked: Worked<'_> = BTreeMap::new();
    for (office, entries) in offices {
        let known = worked.entry(office).or_default();
        let (mut jobs, mut records) = (BTreeMap::new(), BTreeMap::new());
        for entry in entries {
            match entry {
                Entry::JobCreated { reference, .. } | Entry::JobReturned { reference, .. } => {
                    known.insert(reference.clone());
                    *jobs.entry(reference).or_insert(0_u64) += 1;
                }
                Entry::Recorded { what, reference, .. } => {
                    known.insert(reference.clone());
                    *records.entry((what, reference)).or_insert(0_u64) += 1;
                }
                // Who pays twice for one request was asked twice.
                Entry::PaymentEnded { reference, end: PaymentEnd::Paid, .. } => {
                    *records.entry(("payment".to_owned(), reference)).or_insert(0_u64) += 1;
                }
                Entry::PaymentCreated { reference, .. } => {
                    known.insert(reference);
                }
                Entry::PaymentEnded { .. }
                | Entry::JobFinished { .. }
                | Entry::MessageAcknowledged { .. } => {}
            }
        }
        let counts = jobs.into_values().chain(records.into_values());
        accounted.doubled += counts.map(|count| count.saturating_sub(1)).sum::<u64>();
    }
    for ((body, _), view) in &cases {
        accounted.lost += u64::from(!is_there(body, view, &worked));
    }
    Ok(accounted)
}

/// The references in the record of each back office.
type Worked<'a> = BTreeMap<(&'a BodyId, &'a SystemId), BTreeSet<String>>;

/// Whether what a requester was told to be done stands in the back offices' own records: each job
/// that was told of in the record of its office, and a completed request in one of them at least.
fn is_there(body: &BodyId, view: &CaseView, worked: &Worked<'_>) -> bool {
    let request = &view.case.request;
    let reference = request.reference.as_str();
    let process = view.service.deployment.process(&view.service.process);
    let told = request.timeline.iter().filter_map(|milestone| {
        let element = process?.element(process?.find(milestone.reached()?)?)?;
        let job = element.kind.job()?.job_type.as_static()?.parse::<JobType>().ok()?;
        Some(view.service.mappings.get(&job)?.system())
    });
    let mut told = told.peekable();
    if told.peek().is_none() {
        let known = |((of, _), known): (&(&BodyId, _), &BTreeSet<String>)| {
            *of == body && known.contains(reference)
        };
        // What a person did by hand stands in no record of theirs.
        let by_machine = request.status == Status::Completed && !request.judged;
        return !by_machine || worked.iter().any(known);
    }
    told.all(|system| worked.get(&(body, system)).is_some_and(|known| known.contains(reference)))
}

/// The case that a visitor was told of, by its reference or, over Open311, by its id.
fn find(
    installation: &Installation,
    body: &BodyId,
    told: &str,
) -> anyhow::Result<Option<CaseView>> {
    let Some(known) = installation.host.body(body) else { return Ok(None) };
    if let Ok(reference) = told.parse::<Reference>() {
        return Ok(known.case_of(&reference)?);
    }
    match told.parse::<CaseId>() {
        Ok(case) => Ok(known.case(case)?),
        Err(_) => Ok(None),
    }
}

impl Summary {
    /// Reads the figures of an installation.
    ///
    /// # Errors
    /// When a body cannot be read.
    pub fn of(
        installation: &Installation,
        accounted: Accounted,
        speed: (f64, f64),
    ) -> anyhow::Result<Self> {
        let bodies: Vec<&runtime::Body> = installation.host.bodies().collect();
        let now = installation.host.clock().now();
        let hosting = crate::pages::hosting_body(&installation.region)?;
        let figures = runtime::figures::figures(&bodies, &hosting, &installation.cards, now)?;
        let mut incidents_open = 0;
        for body in &bodies {
            incidents_open += body.incident_count()?;
        }
        Ok(Self { figures, incidents_open, accounted, speed })
    }

    /// The one line of `--json`.
    pub fn json(&self) -> String {
        let services: Vec<serde_json::Value> = self.figures.services.iter().map(service).collect();
        let retries: u64 = self.figures.services.iter().map(|service| service.retries).sum();
        let (asked, answered) = self.questions();
        serde_json::json!({
            "services": services,
            "questions_asked": asked,
            "questions_answered": answered,
            "retries": retries,
            "incidents_open": self.incidents_open,
            "lost": self.accounted.lost,
            "doubled": self.accounted.doubled,
            "requests_per_second": (self.speed.0 * 10.0).round() / 10.0,
            "seconds": (self.speed.1 * 100.0).round() / 100.0,
        })
        .to_string()
    }

    /// Questions that were asked of other bodies, and those of them that were answered.
    fn questions(&self) -> (u64, u64) {
        let services = self.figures.services.iter();
        let asked = services.clone().map(|service| service.questions_asked).sum();
        (asked, services.map(|service| service.questions_answered).sum())
    }

    /// The table for a terminal.
    pub fn table(&self) -> String {
        let mut table = String::new();
        for figures in &self.figures.services {
            table.push_str(&rows(figures));
        }
        for (body, cost) in self.figures.statement.by_owner() {
            let _ = writeln!(table, "cost borne by {body}: {cost}");
        }
        for debt in self.figures.statement.owes_net() {
            let _ = writeln!(table, "{} owes {} {}", debt.from, debt.to, debt.amount);
        }
        if let Some(note) = self.figures.statement.note() {
            let _ = writeln!(table, "({note})");
        }
        let (asked, answered) = self.questions();
        let _ = writeln!(table, "questions asked of other bodies: {asked}, answered: {answered}");
        let _ = writeln!(table, "incidents open: {}", self.incidents_open);
        let _ =
            writeln!(table, "lost: {}, doubled: {}", self.accounted.lost, self.accounted.doubled);
        let (rate, seconds) = self.speed;
        let _ = writeln!(table, "{rate:.1} requests a second, {seconds:.1} seconds");
        table
    }
}

/// A service's part of the table. Of none asked there is no rate and no time.
fn rows(figures: &ServiceFigures) -> String {
    let measures = &figures.measures;
    let mut rows = format!("{}\n", figures.service);
    let mut row = |name: &str, value: String| {
        let _ = writeln!(rows, "  {name:<23} {value}");
    };
    row("requests", measures.requests.to_string());
    if let Some(rate) = measures.straight_through_rate() {
        row("straight through", format!("{:.1}% (provisional for 28 days)", rate * 100.0));
    }
    row("refused by rule", measures.refused_by_rule.to_string());
    row("joined to an open one", figures.joined.to_string());
    row("re-keyed fields", measures.rekeyed_fields.to_string());
    if let Some(median) = measures.median_minutes() {
        row("median time to outcome", duration(median));
    }
    for (reason, count) in ranked_touches(measures) {
        row(
            "a person was needed",
            format!("{count} times, because {}", reason.key().replace('_', " ")),
        );
    }
    for (channel, cost) in &figures.cost_by_channel {
        row(&format!("cost by {}", channel.key()), cost.to_string());
    }
    row("calls repeated", figures.retries.to_string());
    rows
}

fn service(figures: &ServiceFigures) -> serde_json::Value {
    let measures = &figures.measures;
    let touches: Vec<serde_json::Value> = ranked_touches(measures)
        .into_iter()
        .map(|(reason, count)| serde_json::json!({"reason": reason.key(), "count": count}))
        .collect();
    let costs: serde_json::Map<String, serde_json::Value> = figures
        .cost_by_channel
        .iter()
        .map(|(channel, cost)| (channel.key().to_owned(), cost.pence().into()))
        .collect();
    serde_json::json!({
        "id": figures.service,
        "requests": measures.requests,
        "straight_through_rate": round(measures.straight_through_rate().unwrap_or(0.0), 4),
        "touches": touches,
        "rekeyed_fields": measures.rekeyed_fields,
        "median_minutes": measures.median_minutes().map(|minutes| round(minutes, 2)),
        "cost_pence_by_channel": costs,
    })
}

fn round(value: f64, places: i32) -> f64 {
    let scale = 10_f64.powi(places);
    (value * scale).round() / scale
}

fn duration(minutes: f64) -> String {
    if minutes < 120.0 {
        format!("{minutes:.0} minutes")
    } else {
        format!("{:.1} hours", minutes / 60.0)
    }
}
