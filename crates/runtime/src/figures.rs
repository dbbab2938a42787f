//! The figures of a body's services, read from what the journal's projections keep; every figure
//! opens to its cases (DESIGN section 7).

use std::collections::BTreeMap;

use base::{BodyId, CaseId, Channel, Date, EventSeq, Money, ServiceId, Timestamp, TouchReason};
use metering::{RateCard, Statement, Usage, UsageKind, state_costs};
use mining::{EventLog, ServiceMeasures};
use store::PAGE_LIMIT;
use store::requests::{ServiceRequestKey, ServiceRequestRow};

use crate::case::{Counts, StoredCase};
use crate::host::Body;
use crate::record::Record;
use crate::shard::ShardError;

/// Cases that one report reads.
pub const REPORT_CASES: usize = 1_000_000;
/// Records that the picture of a process is made of, the latest ones.
pub const PICTURE_RECORDS: usize = 500_000;

/// The figures of one service.
#[derive(Debug, Clone)]
pub struct ServiceFigures {
    /// The service.
    pub service: ServiceId,
    /// Rates, touches, medians.
    pub measures: ServiceMeasures,
    /// Reports of the same thing that were joined to an open request; they are no requests.
    pub joined: u64,
    /// Calls to back offices that were repeated.
    pub retries: u64,
    /// Questions that were let out to other bodies.
    pub questions_asked: u64,
    /// Those of them that were answered.
    pub questions_answered: u64,
    /// Mean cost of a request by channel, at the stated rates.
    pub cost_by_channel: BTreeMap<Channel, Money>,
    /// The whole cost.
    pub cost: Money,
    /// The same by the week of receipt, the oldest first.
    pub weeks: Vec<WeekFigures>,
}

/// The figures of the requests that one week brought, as they stand now.
#[derive(Debug, Clone)]
pub struct WeekFigures {
    /// Its Monday.
    pub monday: Date,
    /// Rates, touches, medians.
    pub measures: ServiceMeasures,
    /// Their whole cost.
    pub cost: Money,
}

/// The figures of one body, or of several together.
#[derive(Debug, Clone)]
pub struct Figures {
    /// By service, in the order of ids.
    pub services: Vec<ServiceFigures>,
    /// The whole statement of costs, with who owes whom.
    pub statement: Statement,
}

/// Reads the figures of bodies; `host` does the computing and charges its rates for it.
///
/// # Errors
/// [`ShardError`] when the store fails, or a rate is missing from a card.
pub fn figures(
    bodies: &[&Body],
    host: &BodyId,
    cards: &BTreeMap<BodyId, RateCard>,
    now: Timestamp,
) -> Result<Figures, ShardError> {
    let mut cases: BTreeMap<ServiceId, Vec<StoredCase>> = BTreeMap::new();
    let mut usage = Vec::new();
    for body in bodies {
        let owner = body.settings().body.clone();
        for_each_case(body, |case| {
            usage.extend(usage_of(&case, &owner, host));
            cases.entry(case.request.service.clone()).or_default().push(case);
        })?;
    }
    let statement = state_costs(usage, cards, &[])
        .map_err(|error| ShardError::Write(format!("costs: {error}")))?;
    let mut costs = costs_of(&statement);
    let cost_of = cost_by_case(&statement);
    let offered = bodies.iter().flat_map(|body| body.services().offered());
    let offered = offered.map(|service| service.id().clone());
    let mut services: Vec<ServiceId> = offered.chain(cases.keys().cloned()).collect();
    services.sort_unstable();
    services.dedup();
    let services = services
        .into_iter()
        .map(|service| {
            let cases = cases.remove(&service).unwrap_or_default();
            ServiceFigures {
                measures: ServiceMeasures::of(cases.iter().map(|case| &case.measure), now),
                weeks: weeks_of(&cases, &cost_of, now),
                joined: cases.iter().map(|case| u64::from(case.request.joined)).sum(),
                retries: counted(&cases, |counts| counts.retries),
                questions_asked: counted(&cases, |counts| counts.questions_asked),
                questions_answered: counted(&cases, Counts::questions_answered),
                cost: costs
                    .get(&service)
                    .map(|by| by.values().map(|(_, sum)| *sum).sum())
                    .unwrap_or_default(),
                cost_by_channel: means(&costs.remove(&service).unwrap_or_default()),
                service,
            }
        })
        .collect();
    Ok(Figures { services, statement })
}

/// A count of each case, added up.
fn counted(cases: &[StoredCase], count: impl Fn(&Counts) -> u32) -> u64 {
    cases.iter().map(|case| u64::from(count(&case.counts))).sum()
}

fn cost_by_case(statement: &Statement) -> BTreeMap<CaseId, Money> {
    let mut costs: BTreeMap<CaseId, Money> = BTreeMap::new();
    for line in &statement.lines {
        let cost = costs.entry(line.case).or_default();
        *cost = cost.plus(line.amount);
    }
    costs
}

fn weeks_of(
    cases: &[StoredCase],
    cost_of: &BTreeMap<CaseId, Money>,
    now: Timestamp,
) -> Vec<WeekFigures> {
    let mut weeks: BTreeMap<Date, Vec<&StoredCase>> = BTreeMap::new();
    for case in cases {
        weeks.entry(case.request.received_at.uk_date().monday()).or_default().push(case);
    }
    let week = |(monday, cases): (Date, Vec<&StoredCase>)| WeekFigures {
        monday,
        measures: ServiceMeasures::of(cases.iter().map(|case| &case.measure), now),
        cost: cases.iter().filter_map(|case| cost_of.get(&case.request.case)).copied().sum(),
    };
    weeks.into_iter().map(week).collect()
}

/// Cases and cost of a channel.
type ChannelSums = BTreeMap<Channel, (i64, Money)>;

fn costs_of(statement: &Statement) -> BTreeMap<ServiceId, ChannelSums> {
    let mut costs: BTreeMap<ServiceId, ChannelSums> = BTreeMap::new();
    for cost in statement.by_channel() {
        let sums = costs.entry(cost.service.clone()).or_default();
        let (cases, sum) = sums.entry(cost.channel).or_default();
        *cases += i64::try_from(cost.cases).unwrap_or(i64::MAX);
        *sum = sum.plus(cost.amount);
    }
    costs
}

/// Mean cost by channel, to the nearest penny, halves up.
fn means(sums: &ChannelSums) -> BTreeMap<Channel, Money> {
    let mean = |cases: i64, sum: Money| (2 * sum.pence() + cases).div_euclid(2 * cases.max(1));
    sums.iter()
        .map(|(channel, (cases, sum))| (*channel, Money::from_pence(mean(*cases, *sum))))
        .collect()
}

fn for_each_case(body: &Body, mut each: impl FnMut(StoredCase)) -> Result<(), ShardError> {
    let reader = body.reader();
    let mut after: Option<ServiceRequestKey> = None;
    let mut read = 0;
    loop {
        let page = store::page::<ServiceRequestRow>(&reader, after.as_ref(), PAGE_LIMIT)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(ServiceRequestKey { case_id: last.case_id });
        for row in &page {
            let case: StoredCase = serde_json::from_slice(&row.bytes)
                .map_err(|source| ShardError::Row { what: "service request", source })?;
            each(case);
        }
        read += page.len();
        if read >= REPORT_CASES {
            return Ok(());
        }
    }
}

/// What a case used: the body's own staff and channels, and the host's computing.
fn usage_of(case: &StoredCase, owner: &BodyId, host: &BodyId) -> Vec<Usage> {
    let request = &case.request;
    let channel = request.channel;
    let usage = |provider: &BodyId, kind, quantity| Usage {
        case: request.case,
        service: request.service.clone(),
        channel,
        provider: provider.clone(),
        owner: owner.clone(),
        kind,
        quantity,
    };
    let counts = &case.counts;
    let mut used = vec![
        usage(owner, UsageKind::Contact { channel }, 1),
        usage(host, UsageKind::Command, u64::from(counts.records)),
        usage(host, UsageKind::ConnectorCall, u64::from(counts.calls)),
        usage(host, UsageKind::Message, u64::from(counts.messages)),
        usage(host, UsageKind::HostedCase, 1),
    ];
    for (role, centiminutes) in &counts.staff_centiminutes {
        used.push(usage(owner, UsageKind::StaffTime { role: *role }, u64::from(*centiminutes)));
    }
    for (body, questions) in &counts.answered_by {
        used.push(usage(body, UsageKind::Question, u64::from(*questions)));
    }
    used
}

/// The event log of a service, for the picture of its process.
///
/// # Errors
/// [`ShardError`] when the store fails or a record is not readable.
pub fn event_log(body: &Body, service: &ServiceId) -> Result<EventLog, ShardError> {
    let mut wanted = std::collections::BTreeSet::new();
    for_each_case(body, |case| {
        if case.request.service == *service {
            wanted.insert(case.request.case);
        }
    })?;
    let reader = body.reader();
    let head = store::journal::head(&reader)?.map_or(0, |head| head.next_seq.0);
    let first = head.saturating_sub(u64::try_from(PICTURE_RECORDS).unwrap_or(u64::MAX));
    let mut from = EventSeq(first);
    let mut observations = Vec::new();
    loop {
        let page = store::journal::events_from(&reader, from, PAGE_LIMIT)?;
        let Some(last) = page.last() else { break };
        from = last.seq.plus(1);
        for event in
            page.iter().filter(|event| event.case.is_some_and(|case| wanted.contains(&case)))
        {
            let record = Record::from_bytes(event.seq, &event.bytes)?;
            observations.extend(crate::observe::observation(&record));
        }
    }
    Ok(EventLog::from_observations(&observations))
}

/// The reasons for touches, the most frequent first.
pub fn ranked_touches(measures: &ServiceMeasures) -> Vec<(TouchReason, u64)> {
    let mut touches: Vec<(TouchReason, u64)> =
        measures.touches.iter().map(|(reason, count)| (*reason, *count)).collect();
    touches.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
    touches
}
