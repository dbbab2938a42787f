//! One task: all that a person needs to decide it on one page, and the form that its model makes.

use std::collections::BTreeMap;

use base::{Date, Role};
use catalogue::{TaskFault, TaskField, TaskForm};
use engine::ElementKey;
use runtime::access::{ViewReason, Viewed};
use runtime::task::{Decision, roles_of};
use runtime::{CaseView, Command, REASON_CHARACTERS, Rejection};

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::{At, Staff, StaffForm};
use super::cookies::Kind;
use super::form::Fields;
use super::inquiry;
use super::my_data::answer_in_words;
use super::reviews::fault_of_reason;
use super::staff::{facts, opened};
use super::story::Story;
use super::tasks::{
    Filter, TOLD_ASKED, TOLD_DECIDED, address, due, element, go, over, reason, told, who,
};
use super::typed;
use crate::paths;
use crate::views::field::{Choice, Control, Field, Line, LineKind, errors_of};
use crate::views::page::{Link, PageError};
use crate::views::problem::ProblemKind;
use crate::views::request::Fact;
use crate::views::tag::{Tag, Tone};
use crate::views::task::{AskForm, StaffTask, TaskForm as Decide};

/// The roles that see a case's own page.
const CASES: [Role; 1] = [Role::Caseworker];
/// The field of the reason, and what stands before the name of each variable.
const REASON: &str = "reason";
const GIVE: &str = "give-";

/// An open task that the reader may work on.
struct Task {
    view: CaseView,
    key: ElementKey,
    id: String,
    form: TaskForm,
    due_on: Date,
}

/// What became of looking for one.
enum Found {
    Open(Box<Task>),
    Over,
}

fn find(staff: &Staff, at: &At) -> Result<Found, Fault> {
    let (case, key) = address(at)?;
    let view = staff.run()?.case(case)?.ok_or(Fault::NOT_FOUND)?;
    let Some(row) = view.case.process.get(key) else { return Ok(Found::Over) };
    let Some(task) = row.user_task() else { return Ok(Found::Over) };
    if !staff.has(&roles_of(task)) {
        return Err(Fault::Problem(ProblemKind::NotAllowed));
    }
    let closures = &staff.run()?.settings().closures;
    let due_on = view.task_due(key, closures).unwrap_or(view.case.request.promised);
    let id = row.element.to_string();
    let form = element(&view.service, &id).map(TaskForm::of).ok_or(Fault::NOT_FOUND)?;
    Ok(Found::Open(Box::new(Task { view, key, id, form, due_on })))
}

/// `GET /{body}/staff/tasks/{case}/{element}`
pub(crate) async fn show(staff: Staff, at: At) -> Answer {
    let task = match find(&staff, &at)? {
        Found::Open(task) => task,
        Found::Over => return over(&staff),
    };
    let typed = typed::kept(&staff)?.unwrap_or_default();
    let fields = fields(&staff, &task.form, &typed);
    let mut page = page_of(&staff, &task, fields).await?;
    page.form = page.form.filter(|_| page.held.is_none());
    let question = typed.text(inquiry::QUESTION);
    if page.ask.is_some() && !question.is_empty() {
        page.ask = asking(&staff, &task, question)?;
    }
    page.page.notice = told(&staff);
    let clear = page.page.notice.as_ref().map(|_| staff.clear(&Kind::Notice)).transpose()?;
    Ok(with_cookies(html(&page)?, clear))
}

/// `POST /{body}/staff/tasks/{case}/{element}`
pub(crate) async fn decide(StaffForm { staff, form }: StaffForm, at: At) -> Answer {
    let task = match find(&staff, &at)? {
        Found::Open(task) => task,
        Found::Over => return over(&staff),
    };
    let mut shown = fields(&staff, &task.form, &form);
    let (variables, chosen) = taken(&staff, &task.form, &form, &mut shown);
    if shown.iter().any(|field| field.error.is_some()) {
        return html_wrong(&page_of(&staff, &task, shown).await?);
    }
    let reason = form.text(REASON).replace("\r\n", "\n");
    let decision = Box::new(Decision { by: staff.holder()?, variables, chosen, reason });
    let case = task.view.case.request.case;
    let command = Command::DecideTask { case, element: task.key, decision };
    match staff.app.setup.host.submit(staff.id()?, staff.authority.clone(), command).await {
        Ok(_) => {
            let notice = staff.set(&Kind::Notice, TOLD_DECIDED)?;
            let to = format!("{}{}", paths::tasks(staff.id()?), Filter::of(&staff).query());
            Ok(with_cookies(see_other(&to), [notice]))
        }
        Err(Rejection::Held { .. }) => {
            let mut page = page_of(&staff, &task, shown).await?;
            let text = staff.words.task_taken_meanwhile().to_owned();
            page.page.errors.push(PageError { text, href: None });
            html_wrong(&page)
        }
        Err(Rejection::Process(_)) => over(&staff),
        Err(rejection) => Err(rejection.into()),
    }
}

/// `POST /{body}/staff/tasks/{case}/{element}/ask`
pub(crate) async fn ask(StaffForm { staff, form }: StaffForm, at: At) -> Answer {
    let task = match find(&staff, &at)? {
        Found::Open(task) => task,
        Found::Over => return over(&staff),
    };
    let question = match inquiry::typed_question(&staff, &form) {
        Ok(question) => question,
        Err((typed, error)) => {
            let shown = fields(&staff, &task.form, &Fields::default());
            let mut page = page_of(&staff, &task, shown).await?;
            let asked = asking(&staff, &task, &typed)?;
            page.ask = asked.map(|ask| AskForm { field: ask.field.wrong(error), ..ask });
            let wrong = page.ask.iter().flat_map(|ask| errors_of(std::slice::from_ref(&ask.field)));
            page.page.errors = wrong.collect();
            return html_wrong(&page);
        }
    };
    let case = task.view.case.request.case;
    let command = Command::AskRequester { case, element: task.key, by: staff.holder()?, question };
    let to =
        format!("{}{}", paths::task(staff.id()?, case, task.key.0), Filter::of(&staff).query());
    go(&staff, command, (TOLD_ASKED, to)).await
}

/// The form that puts a question, open with what was typed.
fn asking(staff: &Staff, task: &Task, typed: &str) -> Result<Option<AskForm>, Fault> {
    let address = paths::task(staff.id()?, task.view.case.request.case, task.key.0);
    let form = inquiry::form(staff, &task.view, &address, typed);
    Ok(form.map(|form| AskForm { open: true, ..form }))
}

/// What the form gives the process, and the options chosen; faults are put on the fields.
fn taken(
    staff: &Staff,
    form: &TaskForm,
    typed: &Fields,
    shown: &mut [Field],
) -> (BTreeMap<String, feel::Value>, BTreeMap<String, String>) {
    let (words, language) = (staff.words, staff.language_shown());
    let (mut variables, mut chosen) = (BTreeMap::new(), BTreeMap::new());
    for (field, shown) in form.fields.iter().zip(shown.iter_mut()) {
        let text = typed.text(&format!("{GIVE}{}", field.name));
        let question = field.label.in_language(language).to_lowercase();
        match field.read(text) {
            Ok(value) => {
                variables.insert(field.name.clone(), value);
                if field.option(text).is_some() {
                    chosen.insert(field.name.clone(), text.to_owned());
                }
            }
            Err(TaskFault::Missing | TaskFault::Unknown) if !field.options.is_empty() => {
                shown.error = Some(words.error_task_choose(question.as_str()));
            }
            Err(TaskFault::Unfit) => {
                let most = u64::try_from(catalogue::LINE_CHARACTERS).unwrap_or(u64::MAX);
                shown.error = Some(words.error_shorten(words.count(most).as_str()));
            }
            Err(TaskFault::Missing | TaskFault::Unknown) => {
                shown.error = Some(words.error_task_write(question.as_str()));
            }
        }
    }
    if let Some(last) = shown.last_mut() {
        last.error = fault_of_reason(staff, typed.text(REASON));
    }
    (variables, chosen)
}

fn fields(staff: &Staff, form: &TaskForm, typed: &Fields) -> Vec<Field> {
    let words = staff.words;
    let mut fields: Vec<Field> =
        form.fields.iter().map(|field| field_of(staff, field, typed)).collect();
    let value = typed.text(REASON).to_owned();
    let area = Control::Area { value, most: u32::try_from(REASON_CHARACTERS).ok() };
    fields.push(Field::new(words, REASON, words.task_reason(), area));
    fields
}

fn field_of(staff: &Staff, field: &TaskField, typed: &Fields) -> Field {
    let language = staff.language_shown();
    let name = format!("{GIVE}{}", field.name);
    let value = typed.text(&name).to_owned();
    let choice = |option: &catalogue::TaskOption| {
        let law = option.law.in_language(language);
        Choice {
            hint: (!law.is_empty()).then(|| law.to_owned()),
            chosen: option.key == value,
            ..Choice::new(&option.key, option.text.in_language(language))
        }
    };
    let control = if field.options.is_empty() {
        Control::Line(Line { value, kind: LineKind::Text })
    } else {
        Control::one_of(field.options.iter().map(choice).collect())
    };
    Field::new(staff.words, name, field.label.in_language(language), control)
}

/// The page shows what the requester told us, so it is a look each time.
async fn page_of(staff: &Staff, task: &Task, fields: Vec<Field>) -> Result<StaffTask, Fault> {
    let (words, body, view) = (staff.words, staff.id()?, &task.view);
    let request = &view.case.request;
    staff.look(request.case, Viewed::Answers, ViewReason::CaseWork).await?;
    let story = Story::of(staff, view);
    let me = staff.holder()?;
    let claim = view.case.tasks.claim(task.key);
    let queue = Filter::of(staff).query();
    let address = paths::task(body, request.case, task.key.0);
    let name = element(&view.service, &task.id);
    let title = name.map_or(task.id.as_str(), |it| it.name_in(staff.language_shown().tag()));
    let page = staff.frame().page(title).back_to(format!("{}{queue}", paths::tasks(body)));
    let (due, late) = due(staff, &view.service, task.due_on);
    let theirs = claim.is_some_and(|claim| claim.by.key != me.key);
    let act = match claim {
        None => page.second_act(words.task_take(), format!("{address}/claim{queue}")),
        Some(_) => page.second_act(words.task_hand_back(), format!("{address}/hand-back{queue}")),
    };
    let who = who(staff, claim, &me);
    let seen = words.see_case(request.reference.as_str());
    let case = || Link::new(seen, paths::case(body, &request.reference));
    Ok(StaffTask {
        page: page.with_errors(errors_of(&fields)),
        caption: format!("{} {}", story.title(), request.reference),
        due: Tag::new(if late { Tone::Warn } else { Tone::Busy }, due),
        why: words.task_why(reason(staff, &task.form).as_str()),
        who,
        held: theirs.then(|| words.task_is_held().to_owned()),
        acts: vec![act],
        asked: inquiry::of_task(staff, view, task.key.0),
        ask: inquiry::form(staff, view, &address, "").filter(|_| !theirs),
        answers: opened(staff, view)?,
        found: found(staff, task),
        reasons: story.reasons(staff.run()?.reasons(view)?),
        decided: decided(staff, view),
        facts: facts(staff, view),
        timeline: story.timeline(),
        case: staff.has(&CASES).then(case),
        form: Some(Decide { fields, action: format!("{address}{queue}") }),
    })
}

/// What the process found out: its variables but for the answers and what the program itself gave.
fn found(staff: &Staff, task: &Task) -> Vec<Fact> {
    let view = &task.view;
    let language = staff.language_shown();
    let asked = |name: &str| {
        let questions = view.service.package.questions.questions();
        let mut ids = questions.iter().map(|question| question.id.as_str());
        ids.any(|id| name == id || name.strip_suffix("_line") == Some(id))
    };
    let named = |name: &str| {
        let shown = task.form.shown.iter().find(|(of, _)| of == name);
        shown.map_or_else(
            || name.replace('_', " "),
            |(_, text)| text.in_language(language).to_owned(),
        )
    };
    let variables = view.variables().into_iter();
    // The address at which the requester pays is theirs alone.
    let payment = view.service.package.definition.payment.as_ref();
    let known = |name: &str| {
        catalogue::KNOWN.contains(&name) || payment.is_some_and(|payment| payment.page == name)
    };
    let found = variables.filter(|(name, _)| !asked(name) && !known(name));
    let sourced = view.service.package.questions.sourced();
    let lines = |name: &str, json: &str| match serde_json::from_str(json) {
        Ok(serde_json::Value::String(told)) if sourced.iter().any(|it| it.id.as_str() == name) => {
            vec![answer_in_words(staff.words, &told)]
        }
        _ => value_lines(staff, json),
    };
    found.map(|(name, json)| Fact { name: named(&name), lines: lines(&name, &json) }).collect()
}

/// A value of the process as people read it.
fn value_lines(staff: &Staff, json: &str) -> Vec<String> {
    let words = staff.words;
    let line = |value: &serde_json::Value| match value {
        serde_json::Value::Null => words.not_given().to_owned(),
        serde_json::Value::Bool(yes) => (if *yes { words.yes() } else { words.no() }).to_owned(),
        serde_json::Value::String(text) => {
            let date: Option<Date> = text.parse().ok();
            date.map_or_else(|| text.clone(), |date| words.date(date))
        }
        other => other.to_string(),
    };
    match serde_json::from_str(json).unwrap_or(serde_json::Value::Null) {
        serde_json::Value::Array(values) => values.iter().map(line).collect(),
        serde_json::Value::Object(fields) => {
            let field = |(name, value): (&String, &serde_json::Value)| {
                format!("{}: {}", name.replace('_', " "), line(value))
            };
            fields.iter().map(field).collect()
        }
        value => vec![line(&value)],
    }
}

/// What people decided before in this case, with their reasons.
fn decided(staff: &Staff, view: &CaseView) -> Vec<Fact> {
    let language = staff.language_shown();
    let reasons = view.task_reasons();
    let line = |(decided, reason): (&runtime::task::Decided, String)| {
        let element = element(&view.service, &decided.element);
        let form = element.map(TaskForm::of);
        let option = |(name, key): (&String, &String)| {
            let field = form.as_ref()?.fields.iter().find(|field| field.name == *name)?;
            Some(field.option(key)?.text.in_language(language).to_owned())
        };
        let mut lines: Vec<String> = decided.chosen.iter().filter_map(option).collect();
        lines.push(reason);
        let name = element.map_or(decided.element.as_str(), |it| it.name_in(language.tag()));
        Fact { name: name.to_owned(), lines }
    };
    view.case.tasks.decided().iter().zip(reasons).map(line).collect()
}
