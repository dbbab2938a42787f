//! The operator: what is stuck, how the back offices do, one incident and the buttons that mend it.

use base::CaseId;
use connectors::BreakerState;
use runtime::access::{ViewReason, Viewed};
use runtime::{CaseView, Command, IncidentDetail, IncidentView, Settle};
use store::effects::{EffectFigure, EffectState};

use super::answer::{Answer, Fault, html, see_other, with_cookies};
use super::by_hand::form_of;
use super::callers::{At, Staff};
use super::cookies::Kind;
use super::staff::{element_key, element_name, system_name};
use super::typed;
use crate::paths;
use crate::views::operator::{
    Exchange, Incident, IncidentLine, Operator, SystemLine, Trouble, Unknown,
};
use crate::views::page::{Act, Link, Page};
use crate::views::request::Fact;
use crate::views::tag::{Tag, Tone};
use crate::views::tracking::{Moment, Place};

/// Troubles with a button each on the first page; all stand in the list of incidents.
const TROUBLES: usize = 10;
const TOLD_SETTLED: &str = "settled";
/// What the next page tells after a request was closed by hand.
pub(super) const TOLD_CLOSED: &str = "closed";

/// `GET /{body}/staff/operator`
pub(crate) async fn home(staff: Staff) -> Answer {
    let view = home_view(&staff).await?;
    let told = staff.cookie(&Kind::Notice).map(|_| staff.clear(&Kind::Notice)).transpose()?;
    Ok(with_cookies(html(&view)?, told))
}

/// `GET /{body}/staff/incidents/{case}/{element}`
pub(crate) async fn incident(staff: Staff, at: At) -> Answer {
    let (detail, view) = stuck(&staff, &at)?;
    let mut page = incident_view(&staff, &detail, &view, Open::Sealed)?;
    if let Some(typed) = typed::kept(&staff)? {
        let typed = (typed.text("outcome"), typed.text("reason"));
        page.by_hand = page.by_hand.map(|_| form_of(&staff, &view, &page.address, typed));
    }
    html(&page)
}

/// `POST /{body}/staff/incidents/{case}/{element}/exchange`
pub(crate) async fn exchange(staff: Staff, at: At) -> Answer {
    let (detail, view) = stuck(&staff, &at)?;
    let case = view.case.request.case;
    staff.look(case, Viewed::Exchange, ViewReason::Incident).await?;
    html(&incident_view(&staff, &detail, &view, Open::Shown)?)
}

/// `POST /{body}/staff/incidents/{case}/{element}/settle`
pub(crate) async fn settle(staff: Staff, at: At) -> Answer {
    let (case, element) = place(&at)?;
    let how = match staff.query.text("how") {
        "replay" => Settle::Replay,
        "done" => Settle::Done,
        "not_done" => Settle::NotDone,
        _ => return Err(Fault::NOT_FOUND),
    };
    let body = staff.id()?;
    let command = Command::Settle { case, element, how };
    staff.app.setup.host.submit(body, staff.authority.clone(), command).await?;
    let notice = staff.set(&Kind::Notice, TOLD_SETTLED)?;
    let operator = staff.has(&[base::Role::Operator]);
    let next = if operator { paths::operator(body) } else { paths::staff(body) };
    Ok(with_cookies(see_other(&next), [notice]))
}

/// Whether the last exchange is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Sealed,
    Shown,
}

fn place(at: &At) -> Result<(CaseId, engine::ElementKey), Fault> {
    Ok((at.get("case")?, element_key(&at.get::<String>("element")?)?))
}

/// What stands at an address, while it is open.
pub(super) fn stuck(staff: &Staff, at: &At) -> Result<(IncidentDetail, CaseView), Fault> {
    let (case, element) = place(at)?;
    let detail = staff.run()?.incident(case, element)?.ok_or(Fault::NOT_FOUND)?;
    let view = staff.run()?.case(case)?.ok_or(Fault::NOT_FOUND)?;
    let open = detail.incident.row.state == store::process::IncidentState::Open;
    if open { Ok((detail, view)) } else { Err(Fault::NOT_FOUND) }
}

fn address(staff: &Staff, incident: &IncidentView) -> Result<String, Fault> {
    Ok(paths::incident(staff.id()?, incident.row.case_id, incident.row.element_key))
}

/// What went wrong, in a few words.
fn what(staff: &Staff, incident: &IncidentView) -> String {
    let words = staff.words;
    match &incident.row.system {
        Some(system) if incident.note.unclear => {
            words.incident_unclear(system_name(staff, system).as_str())
        }
        Some(system) => words.incident_no_answer(system_name(staff, system).as_str()),
        None => words.incident_stopped().to_owned(),
    }
}

/// The name of the element, as the service's present version has it.
fn element_of(staff: &Staff, incident: &IncidentView) -> String {
    let service = staff.run().ok().and_then(|run| run.services().present(&incident.service));
    let found = service.and_then(|service| {
        let process = service.deployment.process(&service.process)?;
        process.element(process.find(&incident.note.element)?)
    });
    let tag = staff.language_shown().tag();
    found.map_or_else(|| incident.note.element.clone(), |found| found.name_in(tag).to_owned())
}

async fn home_view(staff: &Staff) -> Result<Operator, Fault> {
    let (words, body, run) = (staff.words, staff.id()?, staff.run()?);
    let before = before(staff);
    let incidents = run.incidents(before.as_ref())?;
    let figures = run.effects()?;
    let mut page = staff.frame().page(words.operator_title());
    page.notice = match staff.cookie(&Kind::Notice) {
        Some(TOLD_SETTLED) => Some(words.settled_notice().to_owned()),
        Some(TOLD_CLOSED) => Some(words.by_hand_notice().to_owned()),
        Some(_) | None => None,
    };
    let (unclear, held): (Vec<_>, Vec<_>) = incidents.iter().partition(|it| it.note.unclear);
    let health = staff.app.setup.host.health(body).await;
    let mut troubles = down(staff, &health, &figures);
    for held in held.iter().take(TROUBLES) {
        troubles.push(trouble(staff, &page, held)?);
    }
    let unknowns = unclear.iter().take(TROUBLES).map(|it| unknown(staff, &page, it));
    Ok(Operator {
        as_of: words.as_of(words.moment(staff.now).as_str()),
        troubles,
        unknowns: unknowns.collect::<Result<_, _>>()?,
        incidents: incidents.iter().map(|it| incident_line(staff, it)).collect::<Result<_, _>>()?,
        more_incidents: older(&incidents),
        systems: systems(staff, &health, &figures)?,
        effects: waiting(staff, &figures),
        page,
    })
}

fn before(staff: &Staff) -> Option<store::process::IncidentKey> {
    let (case, element) = staff.query.first("before")?.split_once('.')?;
    let (case_id, element_key) = (case.parse().ok()?, element.parse().ok()?);
    Some(store::process::IncidentKey { case_id, element_key })
}

fn older(incidents: &[IncidentView]) -> Option<String> {
    let full = incidents.len() >= store::requests::LIST_ROWS;
    let last = incidents.last().filter(|_| full)?;
    Some(format!("?before={}.{}", last.row.case_id, last.row.element_key))
}

fn incident_line(staff: &Staff, incident: &IncidentView) -> Result<IncidentLine, Fault> {
    let since = staff.words.moment(incident.row.raised_at);
    Ok(IncidentLine {
        what: Link::new(what(staff, incident), address(staff, incident)?),
        reference: incident.reference.to_string(),
        place: element_of(staff, incident),
        since: staff.words.since_moment(since.as_str()),
    })
}

/// Back offices that rest after failures: what waits goes out by itself when they answer.
fn down(
    staff: &Staff,
    health: &[(base::SystemId, BreakerState)],
    figures: &[EffectFigure],
) -> Vec<Trouble> {
    let words = staff.words;
    let trouble = |(system, state): &(base::SystemId, BreakerState)| {
        let (BreakerState::Open { until, .. } | BreakerState::HalfOpen { until, .. }) = state
        else {
            return None;
        };
        let own = figures.iter().filter(|figure| figure.system == *system);
        let waiting = own.filter(|figure| figure.state == EffectState::Waiting);
        let count = waiting.map(|figure| figure.effects).sum();
        Some(Trouble {
            tag: Tag::new(Tone::Bad, words.system_down()),
            what: words.trouble_system_down(system_name(staff, system).as_str()),
            since: words.next_try(words.time(*until).as_str()),
            holds: words.holds_up_cases(words.count(count).as_str()),
            link: None,
            mend: None,
        })
    };
    health.iter().filter_map(trouble).collect()
}

fn trouble(staff: &Staff, page: &Page, incident: &IncidentView) -> Result<Trouble, Fault> {
    let words = staff.words;
    let address = address(staff, incident)?;
    let since = words.moment(incident.row.raised_at);
    Ok(Trouble {
        tag: Tag::new(Tone::Bad, words.state_stopped()),
        what: format!("{}: {}", incident.reference, what(staff, incident)),
        since: words.since_moment(since.as_str()),
        holds: element_of(staff, incident),
        link: Some(Link::new(words.see_incident(), address.clone())),
        mend: Some(page.act(words.try_again(), format!("{address}/settle?how=replay"))),
    })
}

fn unknown(staff: &Staff, page: &Page, incident: &IncidentView) -> Result<Unknown, Fault> {
    let words = staff.words;
    let address = address(staff, incident)?;
    let since = words.moment(incident.row.raised_at);
    let system = incident.row.system.as_ref().map(|system| system_name(staff, system));
    let reference = incident.reference.as_str();
    let [done, not_done] = outcomes(staff, page, &address);
    Ok(Unknown {
        id: format!("unknown-{}-{}", incident.row.case_id, incident.row.element_key),
        what: element_of(staff, incident),
        ask: words.unknown_ask(system.unwrap_or_default().as_str()),
        look_for: vec![Fact::new(words.our_reference(), reference)],
        since: words.since_moment(since.as_str()),
        case: Link::new(words.see_case(reference), paths::case(staff.id()?, &incident.reference)),
        done,
        not_done,
    })
}

fn outcomes(staff: &Staff, page: &Page, address: &str) -> [Act; 2] {
    let words = staff.words;
    [
        page.act(words.done_button(), format!("{address}/settle?how=done")),
        page.second_act(words.not_done_button(), format!("{address}/settle?how=not_done")),
    ]
}

fn systems(
    staff: &Staff,
    health: &[(base::SystemId, BreakerState)],
    figures: &[EffectFigure],
) -> Result<Vec<SystemLine>, Fault> {
    let words = staff.words;
    let line = |system: &base::SystemId| {
        let state = health.iter().find(|(id, _)| id == system).map(|(_, state)| *state);
        let (tag, note) = match state {
            Some(BreakerState::Open { until, .. }) => (
                Tag::new(Tone::Bad, words.system_down()),
                words.next_try(words.time(until).as_str()),
            ),
            Some(BreakerState::HalfOpen { .. }) => {
                (Tag::new(Tone::Warn, words.system_tried()), String::new())
            }
            Some(BreakerState::Closed { failures }) if failures > 0 => {
                (Tag::new(Tone::Warn, words.system_failing()), String::new())
            }
            Some(BreakerState::Closed { .. }) => {
                (Tag::new(Tone::Good, words.system_answers()), String::new())
            }
            Some(BreakerState::Unused) | None => {
                (Tag::new(Tone::Quiet, words.system_not_called()), String::new())
            }
        };
        let own = figures.iter().filter(|figure| figure.system == *system);
        let waiting = own.clone().filter(|it| it.state == EffectState::Waiting);
        SystemLine {
            name: system_name(staff, system),
            tag,
            repeated: words.count(own.map(|figure| figure.retries).sum()),
            waiting: words.count(waiting.map(|figure| figure.effects).sum()),
            note,
        }
    };
    Ok(staff.run()?.settings().systems.keys().map(line).collect())
}

fn waiting(staff: &Staff, figures: &[EffectFigure]) -> Vec<Fact> {
    let words = staff.words;
    let waiting = figures.iter().filter(|figure| figure.state == EffectState::Waiting);
    let count: u64 = waiting.clone().map(|figure| figure.effects).sum();
    let oldest = waiting.map(|figure| figure.first_due_at).min();
    let mut facts = vec![Fact::new(words.effects_waiting(), words.count(count))];
    facts.extend(oldest.map(|at| Fact::new(words.effects_oldest(), words.moment(at))));
    facts
}

/// An incident's page.
pub(super) fn incident_view(
    staff: &Staff,
    detail: &IncidentDetail,
    view: &CaseView,
    open: Open,
) -> Result<Incident, Fault> {
    let (words, incident) = (staff.words, &detail.incident);
    let address = address(staff, incident)?;
    let operator = staff.has(&[base::Role::Operator]);
    let back = if operator { paths::operator(staff.id()?) } else { paths::staff(staff.id()?) };
    let page = staff.frame().page(what(staff, incident)).back_to(back);
    let system = incident.row.system.as_ref().map(|system| system_name(staff, system));
    let sentence = match &system {
        Some(system) if incident.note.unclear => words.unknown_ask(system.as_str()),
        Some(system) => words.incident_sentence(system.as_str()),
        None => words.incident_stopped_text().to_owned(),
    };
    let acts = if incident.note.unclear {
        outcomes(staff, &page, &address).into()
    } else {
        vec![page.act(words.try_again(), format!("{address}/settle?how=replay"))]
    };
    Ok(Incident {
        tag: Tag::new(Tone::Bad, words.state_stopped()),
        sentence,
        facts: incident_facts(staff, incident, view),
        acts,
        case: Link::new(
            words.see_case(incident.reference.as_str()),
            paths::case(staff.id()?, &incident.reference),
        ),
        timeline: attempts(staff, detail),
        exchange: exchange_of(staff, detail, &page, &address, open),
        by_hand: Some(form_of(staff, view, &address, ("", ""))),
        address,
        page,
    })
}

fn incident_facts(staff: &Staff, incident: &IncidentView, view: &CaseView) -> Vec<Fact> {
    let words = staff.words;
    let title = view.service.package.definition.title.in_language(staff.language_shown());
    let mut facts = vec![
        Fact::new(words.reference(), incident.reference.as_str()),
        Fact::new(words.service(), title),
        Fact::new(words.element(), element_name(staff, view, &incident.note.element)),
        Fact::new(words.since(), words.moment(incident.row.raised_at)),
    ];
    // A bare code is for the log; the attempts below say why in words.
    if incident.note.detail.contains(' ') {
        facts.push(Fact::new(words.note(), incident.note.detail.as_str()));
    }
    facts
}

fn attempts(staff: &Staff, detail: &IncidentDetail) -> Vec<Moment> {
    let words = staff.words;
    let moment = |place, at, what: String, more| {
        let when = words.moment(at);
        Moment { place, when, what, more }
    };
    let mut moments = Vec::new();
    if let Some(effect) = &detail.effect {
        let made = u64::from(effect.attempts.sends) + u64::from(effect.attempts.lookups);
        let begun = words.attempt_first().to_owned();
        moments.push(moment(Place::Past, effect.opened_at, begun, Vec::new()));
        if let Some(at) = effect.attempts.sent_at {
            let last = words.attempt_last(words.count(made).as_str());
            moments.push(moment(Place::Past, at, last, Vec::new()));
        }
    }
    let why = detail.incident.note.why.iter().cloned().collect();
    let stopped = words.attempt_stopped().to_owned();
    moments.push(moment(Place::Now, detail.incident.row.raised_at, stopped, why));
    moments
}

fn exchange_of(
    staff: &Staff,
    detail: &IncidentDetail,
    page: &Page,
    address: &str,
    open: Open,
) -> Exchange {
    let words = staff.words;
    let Some(text) = &detail.exchange else { return Exchange::None };
    if open == Open::Sealed {
        return Exchange::Sealed(
            page.second_act(words.show_exchange(), format!("{address}/exchange")),
        );
    }
    let sent_at = detail.effect.as_ref().and_then(|effect| effect.attempts.sent_at);
    let (sent, came_back) = halves(text);
    Exchange::Shown {
        when: sent_at.map(|at| words.moment(at)).unwrap_or_default(),
        sent: sent.to_owned(),
        came_back: came_back.to_owned(),
    }
}

/// The request and the answer of an exchange's text.
fn halves(text: &str) -> (&str, &str) {
    let answer = text.find("\n\n< ").map(|at| at + 2);
    answer.and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}
