//! The queue of tasks that wait for a person: whose, of which service, by due day; taking one and
//! giving it back.

use base::{CaseId, Date, Role, ServiceId};
use catalogue::TaskForm;
use engine::ElementKey;
use requests::InquiryEnd;
use runtime::task::{Claim, Holder};
use runtime::{Command, Rejection, Service, TaskView};
use store::tasks::{ASSESSORS, CASEWORKERS, Place as After, QUEUE_ROWS, Wanted};

use super::answer::{Answer, Fault, html, see_other, with_cookies};
use super::callers::{At, Form, Staff};
use super::cookies::Kind;
use super::form::encoded;
use super::staff::element_key;
use super::story::working_days_between;
use crate::paths;
use crate::views::page::{Link, Place};
use crate::views::staff::Duty;
use crate::views::tag::{Tag, Tone};
use crate::views::task::{TaskLine, TaskList};

pub(super) const TOLD_TAKEN: &str = "task-taken";
pub(super) const TOLD_HANDED_BACK: &str = "task-handed-back";
pub(super) const TOLD_DECIDED: &str = "task-decided";
pub(super) const TOLD_ASKED: &str = "task-asked";
pub(super) const TOLD_OVER: &str = "task-over";

/// The part of the queue that somebody looks at, as it stands in addresses.
pub(super) struct Filter {
    service: Option<ServiceId>,
    mine: bool,
    after: Option<After>,
}

impl Filter {
    /// Reads it from the address of the page.
    pub(super) fn of(staff: &Staff) -> Self {
        let text = |name: &str| staff.query.first(name).filter(|text| !text.is_empty());
        Self {
            service: text("service").and_then(|service| service.parse().ok()),
            mine: text("mine").is_some(),
            after: text("after").and_then(place),
        }
    }

    /// The same as the query of an address.
    pub(super) fn query(&self) -> String {
        let service = self.service.as_ref().map(|service| format!("service={service}"));
        let mine = self.mine.then(|| "mine=1".to_owned());
        let after = self.after.as_ref().map(|after| {
            let (due, case, element) = (after.due_on, after.case_id, after.element_key);
            format!("after={}", encoded(&format!("{due}_{case}_{element}")))
        });
        let parts: Vec<String> = [service, mine, after].into_iter().flatten().collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }
}

fn place(text: &str) -> Option<After> {
    let mut parts = text.split('_');
    let due_on: Date = parts.next()?.parse().ok()?;
    let case_id: CaseId = parts.next()?.parse().ok()?;
    let element_key = parts.next()?.parse().ok()?;
    Some(After { due_on, case_id, element_key })
}

/// The queues of a member of staff.
fn seen_by(staff: &Staff) -> u32 {
    let queue = |role, queue| if staff.has(&[role]) { queue } else { 0 };
    queue(Role::Caseworker, CASEWORKERS) | queue(Role::Assessor, ASSESSORS)
}

/// The tasks on the first page of staff.
pub(super) fn duty(staff: &Staff) -> Result<Duty, Fault> {
    let (words, body) = (staff.words, staff.id()?);
    let wanted = Wanted { seen_by: seen_by(staff), service: None, holder: None };
    let open = staff.run()?.task_count(&wanted)?;
    Ok(Duty {
        heading: words.tasks_title().to_owned(),
        text: words.tasks_card(words.count(open).as_str()),
        tag: (open > 0).then(|| Tag::new(Tone::Warn, words.state_needs_you())),
        links: vec![Link::new(words.tasks_open(), paths::tasks(body))],
    })
}

/// `GET /{body}/staff/tasks`
pub(crate) async fn list(staff: Staff) -> Answer {
    let (words, body, filter) = (staff.words, staff.id()?, Filter::of(&staff));
    let me = staff.holder()?;
    let wanted = Wanted {
        seen_by: seen_by(&staff),
        service: filter.service.clone(),
        holder: filter.mine.then_some(me.key),
    };
    let tasks = staff.run()?.tasks(&wanted, filter.after.as_ref())?;
    let count = staff.run()?.task_count(&wanted)?;
    let mut page = staff.frame().page(words.tasks_title()).back_to(paths::staff(body));
    page.notice = told(&staff);
    let next = tasks.last().filter(|_| tasks.len() >= QUEUE_ROWS).map(|last| {
        let row = &last.row;
        let (due_on, case_id, element_key) = (row.due_on, row.case_id, row.element_key);
        let after = Some(After { due_on, case_id, element_key });
        Filter { after, service: filter.service.clone(), ..filter }.query()
    });
    let first = Filter { after: None, service: filter.service.clone(), ..filter };
    let first = filter.after.map(|_| format!("{}{}", paths::tasks(body), first.query()));
    let lines = tasks.iter().map(|task| task_line(&staff, task, &me, &filter));
    let view = TaskList {
        caption: staff.name_of(body),
        filters: filters(&staff, &filter)?,
        count: words.tasks_count(words.count(count).as_str()),
        tasks: lines.collect::<Result<_, _>>()?,
        first,
        next,
        page,
    };
    let clear = view.page.notice.as_ref().map(|_| staff.clear(&Kind::Notice)).transpose()?;
    Ok(with_cookies(html(&view)?, clear))
}

/// What has just happened, told once.
pub(super) fn told(staff: &Staff) -> Option<String> {
    let words = staff.words;
    let notice = match staff.cookie(&Kind::Notice)? {
        TOLD_TAKEN => words.task_taken_notice(),
        TOLD_HANDED_BACK => words.task_handed_back_notice(),
        TOLD_DECIDED => words.task_decided_notice(),
        TOLD_ASKED => words.task_asked_notice(),
        TOLD_OVER => words.task_over_notice(),
        _ => return None,
    };
    Some(notice.to_owned())
}

/// Everybody's tasks, one's own, and those of each service.
fn filters(staff: &Staff, filter: &Filter) -> Result<Vec<Place>, Fault> {
    let (words, tasks) = (staff.words, paths::tasks(staff.id()?));
    let to = |text: &str, service: Option<&ServiceId>, mine: bool, here: bool| {
        let to = Filter { service: service.cloned(), mine, after: None };
        Place { link: Link::new(text, format!("{tasks}{}", to.query())), here }
    };
    let service = filter.service.as_ref();
    let nothing = service.is_none() && !filter.mine;
    let mut places = vec![to(words.tasks_all(), None, false, nothing)];
    places.push(to(words.tasks_mine(), service, !filter.mine, filter.mine));
    for offered in staff.run()?.services().offered() {
        let id = offered.id();
        let title = offered.package.definition.title.in_language(staff.language_shown());
        places.push(to(title, Some(id), filter.mine, service == Some(id)));
    }
    Ok(places)
}

/// Why a person was needed: what the model says, else that judgement is needed.
pub(super) fn reason(staff: &Staff, form: &TaskForm) -> String {
    let said = form.why.in_language(staff.language_shown());
    let said = if said.is_empty() { None } else { Some(said) };
    let usual = || staff.words.touch_reason(base::TouchReason::JudgementNeeded);
    said.unwrap_or_else(usual).trim_end_matches('.').to_owned()
}

/// Whoever has a task, in words.
pub(super) fn who(staff: &Staff, claim: Option<&Claim>, me: &Holder) -> String {
    let words = staff.words;
    match claim {
        None => words.task_nobody().to_owned(),
        Some(claim) if claim.by.key == me.key => words.task_yours().to_owned(),
        Some(claim) => words.colleague(claim.role, &claim.by.initials),
    }
}

/// Due, in working days of the body, and whether it is late.
pub(super) fn due(staff: &Staff, service: &Service, due_on: Date) -> (String, bool) {
    let today = staff.now.uk_date();
    let late = working_days_between(staff, service, due_on, today);
    let left = working_days_between(staff, service, today, due_on);
    let signed = |days: u64| i64::try_from(days).unwrap_or(i64::MAX);
    let days = if late > 0 { -signed(late) } else { signed(left) };
    (staff.words.due_in(days), late > 0)
}

/// The element of a task in its process.
pub(super) fn element<'a>(service: &'a Service, id: &str) -> Option<&'a bpmn::Element> {
    let process = service.deployment.process(&service.process)?;
    process.element(process.find(id)?)
}

fn task_line(
    staff: &Staff,
    task: &TaskView,
    me: &Holder,
    filter: &Filter,
) -> Result<TaskLine, Fault> {
    let (row, language) = (&task.row, staff.language_shown());
    let found = element(&task.service, &row.element_id);
    let form = found.map(TaskForm::of);
    let (mut due, mut late) = due(staff, &task.service, row.due_on);
    if let Some(out) = task.inquiry.as_ref().filter(|inquiry| inquiry.end.is_none()) {
        let until = staff.words.day_and_month(out.asked.until);
        (due, late) = (staff.words.due_waits(until.as_str()), false);
    }
    let address = paths::task(staff.id()?, row.case_id, row.element_key);
    let what = found.map_or(&*row.element_id, |element| element.name_in(language.tag()));
    Ok(TaskLine {
        reference: task.reference.to_string(),
        href: format!("{address}{}", filter.query()),
        what: what.to_owned(),
        service: task.service.package.definition.title.in_language(language).to_owned(),
        why: form.map(|form| reason(staff, &form)).unwrap_or_default(),
        news: news(staff, task),
        late: late.then(|| Tag::new(Tone::Warn, due.as_str())),
        due,
        who: who(staff, task.claim.as_ref(), me),
    })
}

/// What became of the last question to the person.
fn news(staff: &Staff, task: &TaskView) -> Option<Tag> {
    let end = task.inquiry.as_ref()?.end.as_ref()?;
    match end {
        InquiryEnd::Answered { .. } => Some(Tag::new(Tone::Good, staff.words.tasks_answered())),
        InquiryEnd::Silent { .. } => Some(Tag::new(Tone::Warn, staff.words.no_answer_came())),
        InquiryEnd::Stopped { .. } => None,
    }
}

/// `POST /{body}/staff/tasks/{case}/{element}/claim`
pub(crate) async fn claim(staff: Staff, at: At, Form(_): Form) -> Answer {
    let (case, element) = address(&at)?;
    let command = Command::ClaimTask { case, element, by: staff.holder()? };
    let to = format!("{}{}", paths::task(staff.id()?, case, element.0), Filter::of(&staff).query());
    go(&staff, command, (TOLD_TAKEN, to)).await
}

/// `POST /{body}/staff/tasks/{case}/{element}/hand-back`
pub(crate) async fn hand_back(staff: Staff, at: At, Form(_): Form) -> Answer {
    let (case, element) = address(&at)?;
    let command = Command::HandBackTask { case, element, by: staff.holder()? };
    let to = format!("{}{}", paths::tasks(staff.id()?), Filter::of(&staff).query());
    go(&staff, command, (TOLD_HANDED_BACK, to)).await
}

/// The case and the element of a task's address.
pub(super) fn address(at: &At) -> Result<(CaseId, ElementKey), Fault> {
    Ok((at.get("case")?, element_key(&at.get::<String>("element")?)?))
}

pub(super) async fn go(staff: &Staff, command: Command, (notice, to): (&str, String)) -> Answer {
    let host = &staff.app.setup.host;
    match host.submit(staff.id()?, staff.authority.clone(), command).await {
        Ok(_) => {
            let notice = staff.set(&Kind::Notice, notice)?;
            Ok(with_cookies(see_other(&to), [notice]))
        }
        // The page says who was quicker.
        Err(Rejection::Held { .. }) => Ok(see_other(&to)),
        Err(Rejection::Process(_)) => over(staff),
        Err(rejection) => Err(rejection.into()),
    }
}

/// Back to the queue: the task is not open any more.
pub(super) fn over(staff: &Staff) -> Answer {
    let notice = staff.set(&Kind::Notice, TOLD_OVER)?;
    let to = format!("{}{}", paths::tasks(staff.id()?), Filter::of(staff).query());
    Ok(with_cookies(see_other(&to), [notice]))
}
