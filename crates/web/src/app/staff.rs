//! Staff: the first page by role, looking a request up, and one case.

use base::{Channel, Reference, Role, SystemId};
use bpmn::ElementKind;
use engine::{ElementInstance, ElementKey};
use runtime::access::{ViewReason, Viewed};
use runtime::{CaseView, RequestSummary};

use super::answer::{Answer, Fault, html, with_cookies};
use super::callers::{At, Form, Staff};
use super::cookies::Kind;
use super::search;
use super::seen::Seen;
use super::story::{Story, line};
use super::tracking::{TOLD_ANSWERED, facts as told_facts};
use crate::paths;
use crate::views::front::ServiceLine;
use crate::views::page::{Link, Page};
use crate::views::request::Fact;
use crate::views::staff::{
    CaseLine, CaseSearch, Duty, ElementLine, ServiceCall, StaffAnswers, StaffCase, StaffHome,
};
use crate::views::tag::{Tag, Tone};
use crate::words::Words;

/// Who may look a request up by its reference; an agent finds callers.
const FINDERS: [Role; 3] = [Role::Caseworker, Role::Operator, Role::Head];
/// The longest text that is looked up, in characters.
const QUERY_CHARACTERS: usize = 40;

/// `GET /{body}/staff`
pub(crate) async fn home(staff: Staff) -> Answer {
    html(&home_view(&staff, String::new(), None)?)
}

/// `POST /{body}/staff/find`
pub(crate) async fn find(staff: Staff, Form(form): Form) -> Answer {
    let typed: String = form.text("q").chars().take(QUERY_CHARACTERS).collect();
    let found = match typed.parse::<Reference>() {
        Ok(reference) => staff.run()?.summary_of(&reference)?,
        Err(_) => None,
    };
    let found = found.iter().map(|row| case_line(&staff, row, String::new()));
    let found = found.collect::<Result<Vec<_>, _>>()?;
    html(&home_view(&staff, typed, Some(found))?)
}

/// `GET /{body}/staff/cases/{reference}`
pub(crate) async fn case(staff: Staff, at: At) -> Answer {
    let (reference, view) = found_case(&staff, &at)?;
    let reason = reader_of(&staff, &view)?;
    if let Some(reason) = reason.filter(|_| view.is_of_a_person()) {
        staff.look(view.case.request.case, Viewed::Course, reason).await?;
    }
    let mut page = case_view(&staff, &reference, &view, reason)?;
    let answered = staff.cookie(&Kind::Notice) == Some(TOLD_ANSWERED);
    let answered = answered.then(|| staff.words.answered_notice().to_owned());
    page.page.notice = answered.or_else(|| super::caller::told(&staff));
    let clear = page.page.notice.as_ref().map(|_| staff.clear(&Kind::Notice)).transpose()?;
    if reason.is_some() {
        let open = format!("{}/answers", paths::case(staff.id()?, &reference));
        let act = page.page.second_act(staff.words.show_answers(), open);
        page.answers = StaffAnswers::Folded(act);
    } else if staff.has(&[Role::Agent]) {
        let check = paths::caller(staff.id()?, &reference);
        page.answers = StaffAnswers::Closed(Link::new(staff.words.caller_check(), check));
    }
    Ok(with_cookies(html(&page)?, clear))
}

/// `POST /{body}/staff/cases/{reference}/answers`
pub(crate) async fn answers(staff: Staff, at: At) -> Answer {
    let (reference, view) = found_case(&staff, &at)?;
    let Some(reason) = reader_of(&staff, &view)? else {
        return Err(Fault::Elsewhere(paths::caller(staff.id()?, &reference)));
    };
    staff.look(view.case.request.case, Viewed::Answers, reason).await?;
    let mut page = case_view(&staff, &reference, &view, Some(reason))?;
    page.answers = opened(&staff, &view)?;
    page.page.notice = Some(staff.words.answers_opened().to_owned());
    html(&page)
}

/// Why somebody may open a case's answers: they work on it, or have its requester on the phone.
pub(super) fn reader_of(staff: &Staff, view: &CaseView) -> Result<Option<ViewReason>, Fault> {
    if staff.has(&[Role::Caseworker]) {
        return Ok(Some(ViewReason::CaseWork));
    }
    let checked = super::caller::checked(staff, view)?;
    Ok(checked.map(|checked| ViewReason::CallerVerified { checked }))
}

/// The answers of a case whose look is written down, with what was said since.
pub(super) fn opened(staff: &Staff, view: &CaseView) -> Result<StaffAnswers, Fault> {
    let words = staff.words;
    let mut facts = told_facts(staff, view)?;
    if facts.is_empty() {
        return Ok(StaffAnswers::Erased(words.answers_gone().to_owned()));
    }
    let said = [
        (words.not_fixed_what(), view.not_fixed_note()),
        (words.review_their_words(), view.review_asked()),
        (words.reviewers_reason(), view.review_reason()),
        (words.by_hand_reason(), view.by_hand_reason()),
    ];
    facts.extend(said.into_iter().filter_map(|(name, text)| Some(Fact::new(name, text?))));
    Ok(StaffAnswers::Shown { facts, recorded: words.look_recorded().to_owned() })
}

pub(super) fn found_case(staff: &Staff, at: &At) -> Result<(Reference, CaseView), Fault> {
    let reference: Reference = at.get("reference")?;
    let view = staff.run()?.case_of(&reference)?.ok_or(Fault::NOT_FOUND)?;
    Ok((reference, view))
}

fn case_view(
    staff: &Staff,
    reference: &Reference,
    view: &CaseView,
    reason: Option<ViewReason>,
) -> Result<StaffCase, Fault> {
    let story = match reason {
        Some(_) => Story::of(staff, view),
        None => Story::in_passing(staff, view),
    };
    Ok(StaffCase {
        page: staff.frame().page(story.title()).back_to(paths::staff(staff.id()?)),
        reference: reference.to_string(),
        tag: story.tag(),
        sentence: story.sentence(),
        acts: super::caller::acts(staff, view)?,
        trouble: trouble(staff, view)?,
        question: question(staff, reference, view)?,
        facts: facts(staff, view),
        answers: StaffAnswers::Erased(answers_not_here(staff.words, view).to_owned()),
        decision: story.decision(None, false)?,
        parts: story.parts(),
        timeline: story.timeline(),
        elements: elements(staff, view),
    })
}

/// Who sees the answers, as they are not shown to staff.
const fn answers_not_here(words: Words, view: &CaseView) -> &'static str {
    match view.case.request.person {
        Some(_) => words.answers_not_here(),
        None => words.answers_not_here_nobody(),
    }
}

/// A case in a list of staff.
pub(crate) fn case_line(seen: &Seen, row: &RequestSummary, why: String) -> Result<CaseLine, Fault> {
    let told = line(seen, row);
    Ok(CaseLine {
        reference: row.reference.to_string(),
        href: paths::case(seen.id()?, &row.reference),
        service: Some(told.title),
        tag: told.tag,
        received: seen.words.received_at(seen.words.moment(row.received_at).as_str()),
        due: told.due,
        why: if why.is_empty() { told.sentence } else { why },
    })
}

fn home_view(
    staff: &Staff,
    query: String,
    found: Option<Vec<CaseLine>>,
) -> Result<StaffHome, Fault> {
    let (words, body) = (staff.words, staff.id()?);
    let page = staff.frame().page(words.staff_home());
    let names: Vec<String> =
        staff.roles.iter().map(|role| words.role_name(*role).to_owned()).collect();
    let action = format!("{}/find", paths::staff(body));
    let agent = staff.has(&[Role::Agent]);
    let callers = if agent && found.is_none() { Some(search::empty(staff)?) } else { None };
    let finds = staff.has(&FINDERS) && callers.is_none();
    Ok(StaffHome {
        callers,
        search: finds.then_some(CaseSearch { action, query, found }),
        roles: words.your_roles(words.list(&names).as_str()),
        calls: if agent { calls(staff, &page)? } else { Vec::new() },
        duties: duties(staff)?,
        page,
    })
}

pub(super) fn calls(staff: &Staff, page: &Page) -> Result<Vec<ServiceCall>, Fault> {
    let (body, language) = (staff.id()?, staff.language_shown());
    let offered = staff.run()?.services().offered();
    let by_phone = offered.filter(|it| it.package.definition.offers(Channel::Agent));
    let call = |service: &std::sync::Arc<runtime::Service>| {
        let definition = &service.package.definition;
        let base = paths::call(body, &definition.id);
        ServiceCall {
            act: page.act(staff.words.begin_call(), format!("{base}/start")),
            service: ServiceLine {
                title: definition.title.in_language(language).to_owned(),
                summary: definition.summary.in_language(language).to_owned(),
                href: base,
                body: None,
            },
        }
    };
    Ok(by_phone.map(call).collect())
}

fn duties(staff: &Staff) -> Result<Vec<Duty>, Fault> {
    let (words, body) = (staff.words, staff.id()?);
    let mut duties = Vec::new();
    if staff.has(&[Role::Operator]) {
        let open = staff.run()?.incidents(None)?;
        let unknown = open.iter().filter(|incident| incident.note.unclear).count();
        let all = staff.run()?.incident_count()?;
        let troubles = all.saturating_sub(u64::try_from(unknown).unwrap_or(u64::MAX));
        duties.push(Duty {
            heading: words.operator_title().to_owned(),
            text: words.troubles_count(troubles, unknown),
            tag: (all > 0).then(|| Tag::new(Tone::Bad, words.state_needs_you())),
            links: vec![Link::new(words.operator_open(), paths::operator(body))],
        });
    }
    if staff.has(&[Role::Caseworker, Role::Assessor]) {
        duties.push(super::tasks::duty(staff)?);
    }
    duties.extend(super::contacts::duty(staff)?);
    if staff.has(&[Role::Caseworker]) {
        let open = staff.run()?.open_review_count()?;
        duties.push(Duty {
            heading: words.reviews_title().to_owned(),
            text: words.reviews_card(words.count(open).as_str()),
            tag: (open > 0).then(|| Tag::new(Tone::Warn, words.state_needs_you())),
            links: vec![Link::new(words.reviews_open(), paths::reviews(body))],
        });
    }
    if staff.has(&[Role::Head, Role::Finance]) {
        duties.push(figures_duty(staff)?);
    }
    if staff.has(&[Role::DataProtection]) {
        duties.push(Duty {
            heading: words.data_protection().to_owned(),
            text: words.data_protection_card().to_owned(),
            tag: None,
            links: vec![Link::new(words.data_protection_open(), paths::data_protection(body))],
        });
    }
    Ok(duties)
}

/// The figures of each service.
pub(crate) fn figures_duty(staff: &Staff) -> Result<Duty, Fault> {
    let (words, body) = (staff.words, staff.id()?);
    let offered = staff.run()?.services().offered();
    let link = |service: &std::sync::Arc<runtime::Service>| {
        let title = service.package.definition.title.in_language(words.language());
        Link::new(title, paths::figures(body, service.id()))
    };
    Ok(Duty {
        heading: words.figures().to_owned(),
        text: words.figures_card().to_owned(),
        tag: None,
        links: offered.map(link).collect(),
    })
}

/// The incident that holds a case up, for those who can settle it.
fn trouble(staff: &Staff, view: &CaseView) -> Result<Option<Link>, Fault> {
    let mut incidents = view.case.process.incidents();
    let Some((key, _)) = incidents.next() else { return Ok(None) };
    if !staff.has(&[Role::Operator, Role::Caseworker]) {
        return Ok(None);
    }
    let address = paths::incident(staff.id()?, view.case.request.case, key.0);
    Ok(Some(Link::new(staff.words.see_incident(), address)))
}

/// Where the answer to what was asked is entered, for those who may.
fn question(staff: &Staff, reference: &Reference, view: &CaseView) -> Result<Option<Link>, Fault> {
    let asked = staff.has(&[Role::Caseworker, Role::Agent]) && view.open_inquiry().is_some();
    let to = format!("{}/question", paths::case(staff.id()?, reference));
    Ok(asked.then(|| Link::new(staff.words.question_enter(), to)))
}

/// Channel, due date, language and the like.
pub(super) fn facts(seen: &Seen, view: &CaseView) -> Vec<Fact> {
    let words = seen.words;
    let request = &view.case.request;
    let language = match request.language {
        Some(language) => crate::Words::of(language).language_name(),
        None => words.not_given(),
    };
    let mut facts = vec![
        Fact::new(words.received(), words.moment(request.received_at)),
        Fact::new(words.channel(), words.channel_name(request.channel)),
        Fact::new(words.language_label(), language),
    ];
    let promised = words.date(request.promised);
    match request.closed_at.filter(|_| request.status != requests::Status::Open) {
        Some(closed) => {
            facts.push(Fact::new(words.closed_on(), words.moment(closed)));
            facts.push(Fact::new(words.was_promised(), promised));
        }
        None => facts.push(Fact::new(words.due(), promised)),
    }
    facts
}

/// The name of an element of a case's process in the page's language.
pub(crate) fn element_name(seen: &Seen, view: &CaseView, element: &str) -> String {
    let process = view.service.deployment.process(&view.service.process);
    let found = process.and_then(|process| process.element(process.find(element)?));
    let tag = seen.language_shown().tag();
    found.map_or_else(|| element.to_owned(), |element| element.name_in(tag).to_owned())
}

/// The elements of the process that the case is at.
fn elements(seen: &Seen, view: &CaseView) -> Vec<ElementLine> {
    let words = seen.words;
    let row = |instance: &ElementInstance| {
        let waiting = view.case.effect_of(instance.key);
        let system = waiting.and_then(|effect| effect.work.system());
        let note = system.map(|system| words.waits_for(system_name(seen, system).as_str()));
        ElementLine {
            name: element_name(seen, view, instance.element.as_str()),
            kind: kind_of(seen, view, instance),
            tag: match instance.incident {
                Some(_) => Tag::new(Tone::Bad, words.state_stopped()),
                None => Tag::new(Tone::Busy, words.state_waiting()),
            },
            since: waiting.map(|effect| words.moment(effect.opened_at)).unwrap_or_default(),
            note: note.unwrap_or_default(),
        }
    };
    let at: Vec<&ElementInstance> =
        view.case.process.rows().filter(|instance| instance.process.is_none()).collect();
    at.into_iter().map(row).collect()
}

fn kind_of(seen: &Seen, view: &CaseView, instance: &ElementInstance) -> String {
    let words = seen.words;
    let process = view.service.deployment.process(&view.service.process);
    let found =
        process.and_then(|process| process.element(process.find(instance.element.as_str())?));
    let Some(element) = found else { return words.element().to_owned() };
    match &element.kind {
        ElementKind::StartEvent(_) => words.element_start(),
        ElementKind::BusinessRuleTask(_) => words.element_rules(),
        ElementKind::ServiceTask(_) => words.element_service(),
        ElementKind::SendTask(_) => words.element_message(),
        ElementKind::UserTask(_) | ElementKind::ManualTask => words.element_person(),
        ElementKind::ReceiveTask(_)
        | ElementKind::IntermediateCatch(_)
        | ElementKind::Boundary(_) => words.element_waits(),
        ElementKind::EndEvent(_)
        | ElementKind::ScriptTask(_)
        | ElementKind::Task
        | ElementKind::ExclusiveGateway
        | ElementKind::ParallelGateway
        | ElementKind::SubProcess
        | ElementKind::CallActivity(_)
        | ElementKind::IntermediateThrow(_) => words.element(),
    }
    .to_owned()
}

/// A back office as staff know it, or another body that was asked; one that the body no longer has
/// keeps its id's words.
pub(crate) fn system_name(seen: &Seen, id: &SystemId) -> String {
    let known = seen.run().ok().and_then(|body| body.settings().systems.get(id));
    let asked = || id.as_str().parse().ok().and_then(|body| seen.app.body(&body));
    let name = known.map(|system| &system.name).or_else(|| asked().map(|body| &body.name));
    let name = name.map(|name| name.in_language(seen.language_shown()));
    name.map_or_else(|| id.as_str().replace('-', " "), str::to_owned)
}

/// The number of an element instance as it stands in an address.
pub(crate) fn element_key(text: &str) -> Result<ElementKey, Fault> {
    text.parse().map(ElementKey).map_err(|_| Fault::NOT_FOUND)
}
