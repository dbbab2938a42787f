//! Every service of a body in one page of figures, what its cases cost by body, and who owes whom.
//!
//! Rates and touches are those of the body's own cases. Costs are stated over all bodies of the
//! host, so that a debt stands in both bodies' pages alike; of other bodies' cases nothing is shown
//! but their number and their cost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base::{BodyId, Money, ServiceId, TouchReason};
use metering::{Line, Statement};
use runtime::ShardError;
use runtime::figures::{Figures, ServiceFigures, figures};
use store::requests::Behind;

use super::answer::{Answer, Fault, html};
use super::callers::Staff;
use super::figures::{Measure, by_body, cases_address, named_figures, per_mille, shown, sum};
use super::seen::Seen;
use super::state::App;
use crate::paths;
use crate::views::figures::{AllFigures, ReasonByService, ServiceOwes, ServiceRow};
use crate::views::page::Link;
use crate::views::problem::ProblemKind;

/// The body's own figures, and the costs of all bodies that are run here.
struct Measured {
    own: Figures,
    costs: Statement,
}

/// `GET /{body}/staff/services-figures/`
pub(crate) async fn list(staff: Staff) -> Answer {
    let (app, body, now) = (Arc::clone(&staff.app), staff.id()?.clone(), staff.now);
    let measured = tokio::task::spawn_blocking(move || measure(&app, &body, now));
    let measured = measured.await.map_err(|_| Fault::Problem(ProblemKind::OurFault))??;
    html(&view(&staff, &measured)?)
}

fn measure(app: &App, body: &BodyId, now: base::Timestamp) -> Result<Measured, ShardError> {
    let setup = &app.setup;
    let own: Vec<&runtime::Body> = setup.host.body(body).into_iter().collect();
    let all: Vec<&runtime::Body> =
        setup.bodies.keys().filter_map(|body| setup.host.body(body)).collect();
    let own = figures(&own, &setup.hosting, &setup.cards, now)?;
    let costs = figures(&all, &setup.hosting, &setup.cards, now)?.statement;
    Ok(Measured { own, costs })
}

fn view(staff: &Staff, measured: &Measured) -> Result<AllFigures, Fault> {
    let (words, body) = (staff.words, staff.id()?);
    let ours = |line: &&Line| line.owner == *body || line.provider == *body;
    let lines: Vec<&Line> = measured.costs.lines.iter().filter(ours).collect();
    let rows = measured.own.services.iter().map(|figures| service_row(staff, figures));
    let page = staff.frame().page(words.figures()).back_to(paths::staff(body));
    Ok(AllFigures {
        page,
        caption: staff.name_of(body),
        period: words.period_until(words.moment(staff.now).as_str()),
        names: named_figures(words).map(|(_, name, ..)| name.to_owned()).to_vec(),
        services: rows.collect::<Result<_, _>>()?,
        reasons: reasons(staff, &measured.own.services)?,
        bodies: by_body(staff, &lines),
        owes: owes(staff, &lines)?,
        sample_rates: measured.costs.sample.then(|| words.sample_rates().to_owned()),
    })
}

/// A service by its name in the page's language.
fn title(seen: &Seen, service: &ServiceId) -> String {
    let known = seen.run().ok().and_then(|body| body.services().present(service));
    let title = known.map(|it| it.package.definition.title.in_language(seen.language_shown()));
    title.map_or_else(|| service.to_string(), str::to_owned)
}

/// A service's five figures, each with its cases.
fn service_row(staff: &Staff, figures: &ServiceFigures) -> Result<ServiceRow, Fault> {
    let words = staff.words;
    let measure = Measure { measures: &figures.measures, cost: figures.cost };
    let numbers = measure.numbers();
    let cell = |(index, (_, _, _, behind)): (usize, (&str, &str, &str, Behind))| {
        let value = shown(words, index, numbers.get(index).copied().flatten());
        Ok(Link::new(value, cases_address(staff, &figures.service, &behind)?))
    };
    let cells = named_figures(words).into_iter().enumerate().map(cell);
    Ok(ServiceRow {
        service: Link::new(
            title(staff, &figures.service),
            paths::figures(staff.id()?, &figures.service),
        ),
        values: cells.collect::<Result<_, Fault>>()?,
    })
}

/// Why people were needed, over all services, the most frequent first.
fn reasons(staff: &Staff, services: &[ServiceFigures]) -> Result<Vec<ReasonByService>, Fault> {
    let words = staff.words;
    let mut counts: BTreeMap<TouchReason, Vec<(&ServiceId, u64)>> = BTreeMap::new();
    for figures in services {
        for (reason, count) in &figures.measures.touches {
            counts.entry(*reason).or_default().push((&figures.service, *count));
        }
    }
    let total = |of: &[(&ServiceId, u64)]| -> u64 { of.iter().map(|(_, count)| count).sum() };
    let all: u64 = counts.values().map(|of| total(of)).sum();
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_by_key(|(reason, of)| (std::cmp::Reverse(total(of)), *reason));
    let line = |(reason, of): (TouchReason, Vec<(&ServiceId, u64)>)| {
        let link = |(service, count): &(&ServiceId, u64)| {
            let named = words
                .figure_of_service(words.count(*count).as_str(), title(staff, service).as_str());
            Ok(Link::new(named, cases_address(staff, service, &Behind::Touched(reason))?))
        };
        Ok(ReasonByService {
            reason: words.touch_reason(reason).to_owned(),
            count: words.count(total(&of)),
            share: words.percent(per_mille(total(&of), all)),
            services: of.iter().map(link).collect::<Result<_, Fault>>()?,
        })
    };
    ranked.into_iter().map(line).collect()
}

/// Who owes whom, each debt with the services that it is for. Only the body's own cases open.
fn owes(staff: &Staff, lines: &[&Line]) -> Result<Vec<ServiceOwes>, Fault> {
    let between: BTreeSet<(&BodyId, &BodyId)> = lines
        .iter()
        .filter(|line| line.owner != line.provider)
        .map(|line| (&line.owner, &line.provider))
        .collect();
    between.into_iter().map(|pair| debt(staff, lines, pair)).collect()
}

fn debt(
    staff: &Staff,
    lines: &[&Line],
    (owner, provider): (&BodyId, &BodyId),
) -> Result<ServiceOwes, Fault> {
    let (words, body) = (staff.words, staff.id()?);
    let of: Vec<&Line> = lines
        .iter()
        .copied()
        .filter(|line| line.owner == *owner && line.provider == *provider)
        .collect();
    let (cases, total): (u64, Money) = sum(of.iter().copied());
    let services: BTreeSet<&ServiceId> = of.iter().map(|line| &line.service).collect();
    let service = |service: &ServiceId| {
        let own = of.iter().copied().filter(|line| line.service == *service);
        let (_, amount) = sum(own);
        let named =
            words.figure_of_service(words.money(amount).as_str(), title(staff, service).as_str());
        let cases = (owner == body).then(|| cases_address(staff, service, &Behind::Requests));
        Ok((named, cases.transpose()?))
    };
    Ok(ServiceOwes {
        sentence: words.owes(
            words.money(total).as_str(),
            staff.name_of(owner).as_str(),
            staff.name_of(provider).as_str(),
        ),
        reason: words.owes_for_hosting(words.count(cases).as_str()),
        services: services.into_iter().map(service).collect::<Result<_, Fault>>()?,
    })
}
