//! The head of service's figures: each opens to its cases, and the process is drawn with counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{BodyId, CaseId, Channel, Money, ServiceId, TouchReason};
use bpmn::draw::{Annotations, Mark, svg};
use metering::{Line, Statement};
use mining::ElementFigures;
use runtime::figures::{ServiceFigures, event_log, figures, ranked_touches};
use runtime::{Service, ShardError};
use store::requests::Behind;

use super::answer::{Answer, Fault, html};
use super::callers::{At, Staff};
use super::form::encoded;
use super::seen::Seen;
use super::staff::case_line;
use super::tracking::older;
use crate::paths;
use crate::views::figures::{
    CostLine, Figure, Owes, Period, ReasonLine, ServiceFigures as Shown, SmallLine, StepLine,
    Waiting,
};
use crate::views::page::Link;
use crate::views::problem::ProblemKind;
use crate::views::staff::{CaseLine, CaseList};
use crate::words::Words;

/// Weeks that a page of figures shows.
const WEEKS: usize = 12;

/// What one page of figures is made of.
struct Measured {
    figures: Option<ServiceFigures>,
    statement: Statement,
    elements: Vec<ElementFigures>,
}

/// `GET /{body}/staff/figures/{service}`
pub(crate) async fn service(staff: Staff, at: At) -> Answer {
    let service = offered(&staff, &at)?;
    let (app, body) = (Arc::clone(&staff.app), staff.id()?.clone());
    let (id, now) = (service.id().clone(), staff.now);
    let measured = tokio::task::spawn_blocking(move || {
        let setup = &app.setup;
        let Some(run) = setup.host.body(&body) else { return Ok(None) };
        measure(run, &setup.hosting, &setup.cards, &id, now).map(Some)
    });
    let measured = measured.await.map_err(|_| Fault::Problem(ProblemKind::OurFault))??;
    html(&figures_view(&staff, &service, &measured.ok_or(Fault::NOT_FOUND)?)?)
}

/// `GET /{body}/staff/figures/{service}/cases`
pub(crate) async fn cases(staff: Staff, at: At) -> Answer {
    let service = offered(&staff, &at)?;
    let asked = staff.query.text("behind").to_owned();
    let behind = behind_of(&asked).ok_or(Fault::NOT_FOUND)?;
    let before: Option<CaseId> = staff.query.first("before").and_then(|id| id.parse().ok());
    let rows = staff.run()?.requests_behind(service.id(), &behind, before)?;
    let (words, language) = (staff.words, staff.language_shown());
    let (name, definition) = told_of(words, &service, &behind);
    let cases = rows.iter().map(|row| {
        let line = case_line(&staff, row, why(words, &behind))?;
        // All are of the service that the page names.
        Ok::<_, Fault>(CaseLine { service: None, ..line })
    });
    let back = paths::figures(staff.id()?, service.id());
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let older = older(&rows).map(|query| format!("{query}&behind={}", encoded(&asked)));
    let page = staff.frame().page(words.cases_behind(name.as_str()));
    html(&CaseList {
        page: page.back_to(back),
        caption: service.package.definition.title.in_language(language).to_owned(),
        definition,
        count: words.cases_on_page(words.count(count).as_str()),
        cases: cases.collect::<Result<_, _>>()?,
        newer: None,
        older,
    })
}

fn offered(seen: &Seen, at: &At) -> Result<Arc<Service>, Fault> {
    let id: ServiceId = at.get("service")?;
    seen.run()?.services().present(&id).cloned().ok_or(Fault::NOT_FOUND)
}

fn measure(
    body: &runtime::Body,
    hosting: &BodyId,
    cards: &BTreeMap<BodyId, metering::RateCard>,
    service: &ServiceId,
    now: base::Timestamp,
) -> Result<Measured, ShardError> {
    let all = figures(&[body], hosting, cards, now)?;
    let log = event_log(body, service)?;
    Ok(Measured {
        figures: all.services.into_iter().find(|figures| figures.service == *service),
        statement: all.statement,
        elements: mining::element_figures(&log),
    })
}

/// The key of a list of cases in its address.
fn key_of(behind: &Behind) -> String {
    match behind {
        Behind::Requests => "requests".to_owned(),
        Behind::Open => "open".to_owned(),
        Behind::StraightThrough => "straight_through".to_owned(),
        Behind::NotStraightThrough => "not_straight_through".to_owned(),
        Behind::Touched(reason) => format!("touched.{}", reason.key()),
        Behind::Rekeyed => "rekeyed".to_owned(),
        Behind::Outcome(outcome) => format!("outcome.{outcome}"),
        Behind::Channel(channel) => format!("channel.{}", channel.key()),
    }
}

fn behind_of(key: &str) -> Option<Behind> {
    Some(match key.split_once('.') {
        None => match key {
            "requests" => Behind::Requests,
            "open" => Behind::Open,
            "straight_through" => Behind::StraightThrough,
            "not_straight_through" => Behind::NotStraightThrough,
            "rekeyed" => Behind::Rekeyed,
            _ => return None,
        },
        Some(("touched", reason)) => {
            Behind::Touched(TouchReason::ALL.into_iter().find(|of| of.key() == reason)?)
        }
        Some(("outcome", outcome)) => Behind::Outcome(outcome.to_owned()),
        Some(("channel", channel)) => Behind::Channel(Channel::from_key(channel)?),
        Some(_) => return None,
    })
}

/// The name of a list of cases, and what counts in it.
fn told_of(words: Words, service: &Service, behind: &Behind) -> (String, String) {
    let plain = |name: &str, means: &str| (name.to_owned(), means.to_owned());
    let requests = words.figure_requests_means();
    match behind {
        Behind::Requests => plain(words.figure_requests(), requests),
        Behind::Open => plain(words.open_requests(), requests),
        Behind::StraightThrough => {
            plain(words.figure_straight_through(), words.figure_straight_through_means())
        }
        Behind::NotStraightThrough => {
            plain(words.not_straight_through(), words.figure_straight_through_means())
        }
        Behind::Touched(reason) => {
            let reason = words.touch_reason(*reason);
            (words.reasons_for_touches().to_owned(), words.person_needed(reason))
        }
        Behind::Rekeyed => plain(words.figure_rekeyed(), words.figure_rekeyed_means()),
        Behind::Outcome(outcome) => {
            let told = super::story::outcome_of(service, outcome, words.language());
            (outcome.replace('_', " "), told.unwrap_or_default())
        }
        Behind::Channel(channel) => plain(words.channel_name(*channel), requests),
    }
}

/// Why a case is in the list, where that is not its own state.
fn why(words: Words, behind: &Behind) -> String {
    match behind {
        Behind::Touched(reason) => words.person_needed(words.touch_reason(*reason)),
        Behind::Requests
        | Behind::Open
        | Behind::StraightThrough
        | Behind::NotStraightThrough
        | Behind::Rekeyed
        | Behind::Outcome(_)
        | Behind::Channel(_) => String::new(),
    }
}

pub(super) fn cases_address(
    seen: &Seen,
    service: &ServiceId,
    behind: &Behind,
) -> Result<String, Fault> {
    let page = paths::figures(seen.id()?, service);
    Ok(format!("{page}/cases?behind={}", encoded(&key_of(behind))))
}

fn figures_view(staff: &Staff, service: &Service, measured: &Measured) -> Result<Shown, Fault> {
    let (words, language) = (staff.words, staff.language_shown());
    let title = service.package.definition.title.in_language(language);
    let of_service = |line: &&Line| line.service == *service.id();
    let lines: Vec<&Line> = measured.statement.lines.iter().filter(of_service).collect();
    let page = staff.frame().page(title).back_to(paths::staff(staff.id()?));
    Ok(Shown {
        page,
        period: words.period_until(words.moment(staff.now).as_str()),
        figures: five(staff, service.id(), measured.figures.as_ref())?,
        periods: periods(words, measured.figures.as_ref()),
        reasons: reasons(staff, service.id(), measured.figures.as_ref())?,
        channels: by_channel(words, &lines),
        bodies: by_body(staff, &lines),
        owes: owes(staff, &lines),
        sample_rates: measured.statement.sample.then(|| words.sample_rates().to_owned()),
        picture: picture(words, service, &measured.elements),
        steps: steps(words, service, &measured.elements),
    })
}

/// What the five figures of some requests are made of.
pub(super) struct Measure<'a> {
    pub(super) measures: &'a mining::ServiceMeasures,
    pub(super) cost: Money,
}

impl Measure<'_> {
    /// The figures as numbers for a line: requests, thousandths, values, minutes, pence.
    pub(super) fn numbers(&self) -> [Option<i64>; 5] {
        let of = self.measures;
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let any = of.requests > 0;
        [
            any.then(|| number(of.requests)),
            any.then(|| i64::from(per_mille(of.straight_through, of.requests))),
            any.then(|| number(of.rekeyed_fields)),
            of.median_minutes().map(|minutes| number(whole_minutes(minutes))),
            any.then(|| each(self.cost, of.requests).pence()),
        ]
    }
}

/// A figure's number as people read it.
pub(super) fn shown(words: Words, index: usize, number: Option<i64>) -> String {
    let Some(number) = number else { return words.nothing_yet().to_owned() };
    let count = number.unsigned_abs();
    match index {
        1 => words.percent(u32::try_from(count).unwrap_or(u32::MAX)),
        3 => words.duration(count),
        4 => words.money(Money::from_pence(number)),
        _ => words.count(count),
    }
}

/// The five figures: id, name, what counts in it, and its cases.
pub(super) fn named_figures(
    words: Words,
) -> [(&'static str, &'static str, &'static str, Behind); 5] {
    [
        ("requests", words.figure_requests(), words.figure_requests_means(), Behind::Requests),
        (
            "straight",
            words.figure_straight_through(),
            words.figure_straight_through_means(),
            Behind::StraightThrough,
        ),
        ("rekeyed", words.figure_rekeyed(), words.figure_rekeyed_means(), Behind::Rekeyed),
        ("time", words.figure_time(), words.figure_time_means(), Behind::Requests),
        ("cost", words.figure_cost(), words.figure_cost_means(), Behind::Requests),
    ]
}

/// The five figures, each with its definition, its weeks and its cases.
fn five(
    staff: &Staff,
    service: &ServiceId,
    figures: Option<&ServiceFigures>,
) -> Result<Vec<Figure>, Fault> {
    let words = staff.words;
    let all = figures.map(|of| Measure { measures: &of.measures, cost: of.cost });
    let all = all.map_or([None; 5], |all| all.numbers());
    let weeks = weeks_of(figures);
    let figure = |(index, (id, name, means, behind)): (usize, (&str, &str, &str, Behind))| {
        let series: Vec<(base::Date, Option<i64>)> = weeks
            .iter()
            .map(|(monday, numbers)| (*monday, numbers.get(index).copied().flatten()))
            .collect();
        Ok(Figure {
            id: format!("figure-{id}"),
            name: name.to_owned(),
            value: shown(words, index, all.get(index).copied().flatten()),
            before: series.iter().rev().nth(1).map(|(monday, number)| {
                let week = words.day_and_month(*monday);
                words.week_before(week.as_str(), shown(words, index, *number).as_str())
            }),
            definition: means.to_owned(),
            cases: cases_address(staff, service, &behind)?,
            line: line(words, (index, name), &series),
        })
    };
    named_figures(words).into_iter().enumerate().map(figure).collect()
}

/// The weeks that are shown, the oldest first; none before there are two.
fn weeks_of(figures: Option<&ServiceFigures>) -> Vec<(base::Date, [Option<i64>; 5])> {
    let weeks = figures.map_or(&[][..], |of| &of.weeks);
    let latest = weeks.iter().skip(weeks.len().saturating_sub(WEEKS));
    let numbers = latest.map(|week| {
        let measure = Measure { measures: &week.measures, cost: week.cost };
        (week.monday, measure.numbers())
    });
    if weeks.len() < 2 { Vec::new() } else { numbers.collect() }
}

/// The small line of a figure's weeks, where each of them has a number.
fn line(
    words: Words,
    (index, name): (usize, &str),
    series: &[(base::Date, Option<i64>)],
) -> Option<SmallLine> {
    let numbers: Option<Vec<i64>> = series.iter().map(|(_, number)| *number).collect();
    let numbers = numbers.filter(|numbers| numbers.len() > 1)?;
    let said: Vec<String> =
        numbers.iter().map(|number| shown(words, index, Some(*number))).collect();
    let figures = words.line_figures(words.list(&said).as_str());
    Some(SmallLine::through(&numbers, words.line_title(name), figures))
}

/// The weeks as a table, the newest first.
fn periods(words: Words, figures: Option<&ServiceFigures>) -> Vec<Period> {
    let period = |(monday, numbers): (base::Date, [Option<i64>; 5])| Period {
        name: words.week_of(words.day_and_month(monday).as_str()),
        values: (0..).zip(numbers).map(|(index, number)| shown(words, index, number)).collect(),
    };
    weeks_of(figures).into_iter().rev().map(period).collect()
}

pub(super) fn per_mille(part: u64, whole: u64) -> u32 {
    let rate = part.saturating_mul(1_000).checked_div(whole).unwrap_or(0);
    u32::try_from(rate).unwrap_or(u32::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a median of durations, never below nought and far below 2^53 minutes"
)]
fn whole_minutes(minutes: f64) -> u64 {
    minutes.round().max(0.0) as u64
}

/// Cases and cost of lines.
pub(super) fn sum<'a>(lines: impl Iterator<Item = &'a Line>) -> (u64, Money) {
    let mut cases = BTreeSet::new();
    let mut total = Money::ZERO;
    for line in lines {
        cases.insert(line.case);
        total = total.plus(line.amount);
    }
    (u64::try_from(cases.len()).unwrap_or(u64::MAX), total)
}

/// The mean, to the nearest penny, halves up.
fn each(total: Money, cases: u64) -> Money {
    let cases = i64::try_from(cases).unwrap_or(i64::MAX).max(1);
    let twice = total.pence().saturating_mul(2).saturating_add(cases);
    Money::from_pence(twice.div_euclid(cases.saturating_mul(2)))
}

fn cost_line(words: Words, name: String, (cases, total): (u64, Money)) -> CostLine {
    CostLine {
        name,
        requests: words.count(cases),
        each: words.money(each(total, cases)),
        total: words.money(total),
    }
}

fn by_channel(words: Words, lines: &[&Line]) -> Vec<CostLine> {
    let channels: BTreeSet<Channel> = lines.iter().map(|line| line.channel).collect();
    let of = |channel: Channel| {
        let own = lines.iter().copied().filter(|line| line.channel == channel);
        cost_line(words, words.channel_name(channel).to_owned(), sum(own))
    };
    channels.into_iter().map(of).collect()
}

pub(super) fn by_body(seen: &Seen, lines: &[&Line]) -> Vec<CostLine> {
    let bodies: BTreeSet<&BodyId> = lines.iter().map(|line| &line.provider).collect();
    let of = |body: &BodyId| {
        let own = lines.iter().copied().filter(|line| line.provider == *body);
        cost_line(seen.words, seen.name_of(body), sum(own))
    };
    bodies.into_iter().map(of).collect()
}

fn owes(seen: &Seen, lines: &[&Line]) -> Vec<Owes> {
    let words = seen.words;
    let pairs: BTreeSet<(&BodyId, &BodyId)> = lines
        .iter()
        .filter(|line| line.owner != line.provider)
        .map(|line| (&line.owner, &line.provider))
        .collect();
    let of = |(owner, provider): (&BodyId, &BodyId)| {
        let between = |line: &&Line| line.owner == *owner && line.provider == *provider;
        let (cases, total) = sum(lines.iter().copied().filter(between));
        Owes {
            from: seen.name_of(owner),
            to: seen.name_of(provider),
            reason: words.owes_for_hosting(words.count(cases).as_str()),
            amount: words.money(total),
        }
    };
    pairs.into_iter().map(of).collect()
}

fn reasons(
    staff: &Staff,
    service: &ServiceId,
    figures: Option<&ServiceFigures>,
) -> Result<Vec<ReasonLine>, Fault> {
    let words = staff.words;
    let Some(figures) = figures else { return Ok(Vec::new()) };
    let ranked = ranked_touches(&figures.measures);
    let all: u64 = ranked.iter().map(|(_, count)| count).sum();
    let line = |(reason, count): &(TouchReason, u64)| {
        let cases = cases_address(staff, service, &Behind::Touched(*reason))?;
        Ok(ReasonLine {
            reason: Link::new(words.touch_reason(*reason), cases),
            count: words.count(*count),
            share: words.percent(per_mille(*count, all)),
        })
    };
    ranked.iter().map(line).collect()
}

/// The process as SVG, each step with how many requests came there.
fn picture(words: Words, service: &Service, elements: &[ElementFigures]) -> Option<String> {
    let model = &service.package.process;
    let mark = |figures: &ElementFigures| {
        let mark = Mark {
            count: Some(words.count(figures.cases)),
            meaning: Some(words.requests_came_here(words.count(figures.cases).as_str())),
            state: (figures.in_hand > 0).then(|| "busy".to_owned()),
        };
        (figures.activity.clone(), mark)
    };
    let annotations = Annotations {
        title: words.the_process().to_owned(),
        description: words.the_process_text().to_owned(),
        language: words.tag().to_owned(),
        id_prefix: "process-picture".to_owned(),
        marks: elements.iter().map(mark).collect(),
    };
    model.diagram().map(|diagram| svg(model, diagram, &annotations))
}

/// The steps of the process in its order, with the same figures.
fn steps(words: Words, service: &Service, elements: &[ElementFigures]) -> Vec<StepLine> {
    let process = service.package.process.processes.first();
    let all = process.into_iter().flat_map(bpmn::Process::elements);
    let step = |element: &bpmn::Element| {
        let figures = elements.iter().find(|figures| figures.activity == element.id)?;
        let median = figures.whole.median_ms.map(|ms| whole_minutes(ms / 60_000.0));
        Some(StepLine {
            name: element.name_in(words.tag()).to_owned(),
            begun: words.count(figures.cases),
            ended: words.count(figures.completed),
            waiting: Waiting { count: words.count(figures.in_hand), href: None },
            median: median.map(|minutes| words.duration(minutes)).unwrap_or_default(),
        })
    };
    all.filter_map(step).collect()
}
