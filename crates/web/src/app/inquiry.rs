//! A question that staff put to the person from a task, and its answer: by the person on their
//! request's page, or by an agent who reads it out.

use base::{Channel, Reference};
use requests::{ANSWER_WORKING_DAYS, InquiryEnd};
use runtime::access::Viewed;
use runtime::{ANSWER_CHARACTERS, CaseView, Command, InquiryView, QUESTION_CHARACTERS};

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::{At, Form, Staff, StaffForm, Visitor};
use super::cookies::Kind;
use super::form::Fields;
use super::seen::Seen;
use super::staff::{found_case, reader_of};
use super::tracking::{TOLD_ANSWERED, caption, fault_of_text, follow, own_case, own_case_of};
use super::typed;
use crate::paths;
use crate::views::field::{Control, Field, errors_of};
use crate::views::inquiry::{AnswerQuestion, Asked};
use crate::views::page::Page;
use crate::views::problem::ProblemKind;
use crate::views::request::Fact;
use crate::views::task::AskForm;

/// The field of the question and of the answer.
pub(super) const QUESTION: &str = "question";
const ANSWER: &str = "answer";

/// `GET /{body}/requests/{reference}/question`
pub(crate) async fn show(visitor: Visitor, at: At) -> Answer {
    let (reference, view) = own_case(&visitor, &at)?;
    let typed = typed::kept(&visitor)?.unwrap_or_default();
    let field = answer_field(&visitor, typed.text(ANSWER));
    html(&resident_page(&visitor, &reference, &view, field)?)
}

/// `POST /{body}/requests/{reference}/question`
pub(crate) async fn answer(visitor: Visitor, at: At, Form(form): Form) -> Answer {
    let (reference, view) = own_case_of(&visitor, &at, &form, &visitor.path).await?;
    let typed = form.text(ANSWER);
    if let Some(error) = fault_of_answer(&visitor, typed) {
        let field = answer_field(&visitor, typed).wrong(error);
        return html_wrong(&resident_page(&visitor, &reference, &view, field)?);
    }
    let (case, answer) = (view.case.request.case, typed.replace("\r\n", "\n"));
    let command = Command::AnswerQuestion { case, channel: Channel::Web, answer };
    follow(&visitor, command, &reference, TOLD_ANSWERED).await
}

/// `GET /{body}/staff/cases/{reference}/question`
pub(crate) async fn show_to_agent(staff: Staff, at: At) -> Answer {
    let (reference, view) = found_case(&staff, &at)?;
    let typed = typed::kept(&staff)?.unwrap_or_default();
    let field = answer_field(&staff, typed.text(ANSWER));
    html(&agent_page(&staff, &reference, &view, field).await?)
}

/// `POST /{body}/staff/cases/{reference}/question`
pub(crate) async fn answer_by_agent(StaffForm { staff, form }: StaffForm, at: At) -> Answer {
    let (reference, view) = found_case(&staff, &at)?;
    if reader_of(&staff, &view)?.is_none() {
        return Err(Fault::Elsewhere(paths::caller(staff.id()?, &reference)));
    }
    let typed = form.text(ANSWER);
    if let Some(error) = fault_of_answer(&staff, typed) {
        let field = answer_field(&staff, typed).wrong(error);
        return html_wrong(&agent_page(&staff, &reference, &view, field).await?);
    }
    let (case, answer) = (view.case.request.case, typed.replace("\r\n", "\n"));
    let command = Command::AnswerQuestion { case, channel: Channel::Agent, answer };
    let body = staff.id()?;
    staff.app.setup.host.submit(body, staff.authority.clone(), command).await?;
    let notice = staff.set(&Kind::Notice, TOLD_ANSWERED)?;
    Ok(with_cookies(see_other(&paths::case(body, &reference)), [notice]))
}

fn answer_field(seen: &Seen, typed: &str) -> Field {
    let area =
        Control::Area { value: typed.to_owned(), most: u32::try_from(ANSWER_CHARACTERS).ok() };
    let field = Field::new(seen.words, ANSWER, seen.words.question_your_answer(), area);
    if seen.is_staff_page() { field } else { field.hinted(seen.words.question_who_reads()) }
}

fn fault_of_answer(seen: &Seen, typed: &str) -> Option<String> {
    let empty = typed.trim().is_empty().then(|| seen.words.error_answer().to_owned());
    empty.or_else(|| fault_of_text(seen, typed, ANSWER_CHARACTERS))
}

fn resident_page(
    seen: &Seen,
    reference: &Reference,
    view: &CaseView,
    field: Field,
) -> Result<AnswerQuestion, Fault> {
    let here = paths::request(seen.id()?, reference);
    let page = seen.frame().page(seen.words.question_title()).back_to(here.clone());
    answer_page(seen, view, (page, caption(seen, reference, view)), (field, here))
}

/// The question is personal, so reading it out is a look.
async fn agent_page(
    staff: &Staff,
    reference: &Reference,
    view: &CaseView,
    field: Field,
) -> Result<AnswerQuestion, Fault> {
    let here = paths::case(staff.id()?, reference);
    let page = staff.frame().page(staff.words.question_enter()).back_to(here.clone());
    let page = (page, caption(staff, reference, view));
    let mut shown = answer_page(staff, view, page, (field, here))?;
    // An agent reads it to a caller whom they have checked.
    let Some(reason) = reader_of(staff, view)? else {
        return Err(Fault::Elsewhere(paths::caller(staff.id()?, reference)));
    };
    staff.look(view.case.request.case, Viewed::Answers, reason).await?;
    shown.say = Some(staff.words.question_say().to_owned());
    Ok(shown)
}

fn answer_page(
    seen: &Seen,
    view: &CaseView,
    (page, caption): (Page, String),
    (field, here): (Field, String),
) -> Result<AnswerQuestion, Fault> {
    let inquiry = view.open_inquiry().ok_or(Fault::Problem(ProblemKind::NotNow))?;
    let fields = vec![field];
    Ok(AnswerQuestion {
        page: page.with_errors(errors_of(&fields)),
        caption,
        say: None,
        asked: Asked {
            text: question_of(seen, &inquiry),
            lang: inquiry.language.tag(),
            until: until(seen, &inquiry),
            answer: None,
        },
        fields,
        action: format!("{here}/question"),
    })
}

fn question_of(seen: &Seen, inquiry: &InquiryView) -> String {
    inquiry.question.clone().unwrap_or_else(|| seen.words.answers_gone().to_owned())
}

/// Until when an answer is waited for, to the person.
fn until(seen: &Seen, inquiry: &InquiryView) -> String {
    let date = seen.words.date(inquiry.until);
    match &inquiry.end {
        None => seen.words.question_until(date.as_str()),
        Some(_) => seen.words.question_late(date.as_str()),
    }
}

/// What staff ask, on the page of the request.
pub(super) fn of_resident(
    visitor: &Visitor,
    reference: &Reference,
    view: &CaseView,
) -> Result<Option<Asked>, Fault> {
    let Some(inquiry) = view.open_inquiry() else { return Ok(None) };
    Ok(Some(Asked {
        text: question_of(visitor, &inquiry),
        lang: inquiry.language.tag(),
        until: until(visitor, &inquiry),
        answer: Some(format!("{}/question", paths::request(visitor.id()?, reference))),
    }))
}

/// What was asked and answered since, beside what the person told us at first.
pub(super) fn facts(seen: &Seen, view: &CaseView) -> Vec<Fact> {
    let words = seen.words;
    let fact = |inquiry: InquiryView| {
        let answer = match (inquiry.answer, &inquiry.end) {
            (Some(answer), _) => answer,
            (None, None) => words.no_answer_yet().to_owned(),
            (None, Some(InquiryEnd::Stopped { .. })) => words.answer_not_needed().to_owned(),
            (None, Some(_)) => words.no_answer_came().to_owned(),
        };
        inquiry.question.map(|question| Fact::new(question, answer))
    };
    view.inquiries().into_iter().filter_map(fact).collect()
}

/// What was last asked from a task, as its caseworker sees it.
pub(super) fn of_task(staff: &Staff, view: &CaseView, task: u32) -> Option<Asked> {
    let words = staff.words;
    let last = view.case.request.inquiries.last().filter(|inquiry| inquiry.asked.task == task)?;
    let shown = view.inquiries().pop()?;
    let date = words.date(shown.until);
    let told = match &last.end {
        None => {
            let asked = words.moment(shown.asked_at);
            words.task_asked_out(asked.as_str(), date.as_str())
        }
        Some(InquiryEnd::Answered { .. }) => words.task_asked_answered().to_owned(),
        Some(InquiryEnd::Silent { .. }) => words.task_asked_silent(date.as_str()),
        Some(InquiryEnd::Stopped { .. }) => return None,
    };
    let answer = shown.answer.as_ref().map(|answer| format!("{told} \u{201c}{answer}\u{201d}"));
    Some(Asked {
        text: question_of(staff, &shown),
        lang: shown.language.tag(),
        until: answer.unwrap_or(told),
        answer: None,
    })
}

/// The form that puts a question; none while one is out.
pub(super) fn form(staff: &Staff, view: &CaseView, address: &str, typed: &str) -> Option<AskForm> {
    let words = staff.words;
    let request = &view.case.request;
    if request.inquiry().is_some() || request.inquiries.len() >= requests::INQUIRIES {
        return None;
    }
    let days = words.working_days(u64::from(ANSWER_WORKING_DAYS));
    let language = request.language.map_or_else(
        || words.task_ask_any_language().to_owned(),
        |language| words.task_ask_language(crate::Words::of(language).language_name()),
    );
    let mut notes = vec![words.task_ask_text(days.as_str()), language];
    if !view.has_contact() {
        notes.push(words.task_ask_no_address().to_owned());
    }
    if request.person.is_none() {
        notes.push(words.task_ask_reference().to_owned());
    }
    let area =
        Control::Area { value: typed.to_owned(), most: u32::try_from(QUESTION_CHARACTERS).ok() };
    let field = Field::new(words, QUESTION, words.task_ask_field(), area);
    Some(AskForm { notes, field, action: format!("{address}/ask"), open: false })
}

/// What staff typed as a question, or what is wrong with it.
pub(super) fn typed_question(staff: &Staff, form: &Fields) -> Result<String, (String, String)> {
    let typed = form.text(QUESTION).to_owned();
    let empty = typed.trim().is_empty().then(|| staff.words.error_ask().to_owned());
    match empty.or_else(|| fault_of_text(staff, &typed, QUESTION_CHARACTERS)) {
        Some(error) => Err((typed, error)),
        None => Ok(typed.replace("\r\n", "\n")),
    }
}
