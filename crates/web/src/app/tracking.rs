//! Following a request: look-up, status, "this is not fixed", taking it back, my requests.

use base::{CaseId, Channel, Reference};
use runtime::access::ViewReason;
use runtime::{CaseView, Command, REASON_CHARACTERS, RequestSummary};

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::{At, Citizen, Form, Visitor};
use super::cookies::Kind;
use super::fields::lines_of;
use super::form::Fields;
use super::inquiry;
use super::seen::Seen;
use super::story::{Story, line};
use super::typed;
use crate::paths;
use crate::views::field::{Control, Field, LineKind, errors_of};
use crate::views::page::{Link, Page};
use crate::views::problem::ProblemKind;
use crate::views::request::Fact;
use crate::views::tracking::{
    Look, LookAgain, MyRequests, NotFixed, Pay, RequestLine, Status, StatusLookup, Withdraw,
};
use crate::words::Words;

/// The most characters of what is said with "not fixed".
const NOTE_CHARACTERS: usize = 1_000;
/// What the next page tells after an act.
const TOLD_NOT_FIXED: &str = "not-fixed";
const TOLD_WITHDRAWN: &str = "withdrawn";
const TOLD_REVIEW: &str = "review";
pub(super) const TOLD_ANSWERED: &str = "answered";

/// `GET /{body}/requests`
pub(crate) async fn lookup(visitor: Visitor) -> Answer {
    html(&lookup_view(&visitor, "", None)?)
}

/// `POST /{body}/requests`
pub(crate) async fn find(visitor: Visitor, Form(form): Form) -> Answer {
    let typed = form.text("reference");
    let words = visitor.words;
    let Ok(reference) = typed.parse::<Reference>() else {
        return html_wrong(&lookup_view(
            &visitor,
            typed,
            Some(words.error_reference().to_owned()),
        )?);
    };
    if visitor.look_up(|body| body.summary_of(&reference))?.is_none() {
        let error = words.case_search_nothing(reference.as_str());
        return html_wrong(&lookup_view(&visitor, typed, Some(error))?);
    }
    Ok(see_other(&paths::request(visitor.id()?, &reference)))
}

/// `GET /{body}/requests/{reference}`
pub(crate) async fn status(visitor: Visitor, at: At) -> Answer {
    let (reference, view) = followed(&visitor, &at)?;
    let told = visitor.cookie(&Kind::Notice).map(str::to_owned);
    let mut view = status_view(&visitor, &reference, &view)?;
    if let Some(again) = look_again_of(&mut view) {
        let typed = typed::kept(&visitor)?.unwrap_or_default();
        again.why = look_again_why(&visitor, typed.text("why"));
    }
    view.page.notice = match told.as_deref() {
        Some(TOLD_NOT_FIXED) => Some(visitor.words.not_fixed_noted().to_owned()),
        Some(TOLD_WITHDRAWN) => Some(visitor.words.withdrawn_notice().to_owned()),
        Some(TOLD_REVIEW) => Some(visitor.words.look_again_noted().to_owned()),
        Some(TOLD_ANSWERED) => Some(visitor.words.answered_notice().to_owned()),
        Some(_) | None => None,
    };
    let clear = told.map(|_| visitor.clear(&Kind::Notice)).transpose()?;
    Ok(with_cookies(html(&view)?, clear))
}

/// `GET /{body}/requests/{reference}/paid`: back from the provider's page. The address says nothing
/// of what was done there, so that coming by it twice, or without having paid, is no harm: the
/// process reads where the payment stands.
pub(crate) async fn paid(visitor: Visitor, at: At) -> Answer {
    let (reference, view) = followed(&visitor, &at)?;
    let body = visitor.id()?;
    let command = Command::PaymentReturned { case: view.case.request.case };
    visitor.app.setup.host.submit(body, visitor.authority.clone(), command).await?;
    visitor.run()?.case_in_a_moment(&reference).await?;
    Ok(see_other(&paths::request(body, &reference)))
}

/// `GET /{body}/requests/{reference}/not-fixed`
pub(crate) async fn ask_not_fixed(visitor: Visitor, at: At) -> Answer {
    let (reference, view) = own_case(&visitor, &at)?;
    if !view.may_say_not_fixed(visitor.now) {
        return Err(Fault::Problem(ProblemKind::NotNow));
    }
    let typed = typed::kept(&visitor)?.unwrap_or_default();
    html(&not_fixed_view(&visitor, &reference, &view, typed.text("note"), None)?)
}

/// `POST /{body}/requests/{reference}/not-fixed`
pub(crate) async fn not_fixed(visitor: Visitor, at: At, Form(form): Form) -> Answer {
    let (reference, view) = own_case_of(&visitor, &at, &form, &visitor.path).await?;
    let note = form.text("note");
    if let Some(error) = fault_of_note(&visitor, note) {
        return html_wrong(&not_fixed_view(&visitor, &reference, &view, note, Some(error))?);
    }
    let case = view.case.request.case;
    let note = Some(note.replace("\r\n", "\n"));
    let command = Command::NotFixed { case, channel: Channel::Web, note };
    follow(&visitor, command, &reference, TOLD_NOT_FIXED).await
}

/// `GET /{body}/requests/{reference}/withdraw`
pub(crate) async fn ask_withdraw(visitor: Visitor, at: At) -> Answer {
    let (reference, view) = own_case(&visitor, &at)?;
    if !view.may_withdraw(visitor.now) {
        return Err(Fault::Problem(ProblemKind::NotNow));
    }
    let words = visitor.words;
    let here = paths::request(visitor.id()?, &reference);
    let page = visitor.frame().page(words.withdraw_title()).back_to(here.clone());
    html(&Withdraw {
        caption: caption(&visitor, &reference, &view),
        text: words.withdraw_text().to_owned(),
        act: page.grave_act(words.withdraw_button(), format!("{here}/withdraw")),
        keep: Link::new(words.withdraw_keep(), here),
        page,
    })
}

/// `POST /{body}/requests/{reference}/withdraw`
pub(crate) async fn withdraw(visitor: Visitor, at: At) -> Answer {
    let (reference, view) = own_case(&visitor, &at)?;
    let command = Command::Withdraw { case: view.case.request.case };
    follow(&visitor, command, &reference, TOLD_WITHDRAWN).await
}

/// `POST /{body}/requests/{reference}/review`: one button, and no page before it.
pub(crate) async fn ask_for_review(visitor: Visitor, at: At, Form(form): Form) -> Answer {
    let page = paths::request(visitor.id()?, &at.get("reference")?);
    let (reference, view) = own_case_of(&visitor, &at, &form, &page).await?;
    let case = view.case.request.case;
    let why = form.text("why").replace("\r\n", "\n");
    if let Some(error) = fault_of_text(&visitor, &why, REASON_CHARACTERS) {
        let mut page = status_view(&visitor, &reference, &view)?;
        let again = look_again_of(&mut page).ok_or(Fault::Problem(ProblemKind::NotNow))?;
        again.why = look_again_why(&visitor, &why).wrong(error);
        page.page.errors = errors_of(std::slice::from_ref(&again.why));
        return html_wrong(&page);
    }
    let command = Command::AskForReview { case, channel: Channel::Web, reason: Some(why) };
    follow(&visitor, command, &reference, TOLD_REVIEW).await
}

/// `GET /{body}/my-requests`
pub(crate) async fn my_requests(citizen: Citizen) -> Answer {
    let before: Option<CaseId> = citizen.query.first("before").and_then(|id| id.parse().ok());
    let rows = citizen.run()?.requests_of(citizen.person, before)?;
    let body = citizen.id()?;
    let (open, closed): (Vec<_>, Vec<_>) = rows.iter().partition(|row| line(&citizen, row).is_open);
    let lines = |rows: Vec<&RequestSummary>| {
        rows.into_iter().map(|row| request_line(&citizen, row)).collect::<Result<Vec<_>, _>>()
    };
    html(&MyRequests {
        page: citizen.frame().page(citizen.words.my_requests()),
        open: lines(open)?,
        closed: lines(closed)?,
        services: Link::new(citizen.words.all_services(), paths::front(body)),
        track: Link::new(citizen.words.track_title(), paths::lookup(body)),
        older: older(&rows),
    })
}

/// The query of the page after a full one.
pub(crate) fn older(rows: &[RequestSummary]) -> Option<String> {
    let full = rows.len() >= store::requests::LIST_ROWS;
    rows.last().filter(|_| full).map(|last| format!("?before={}", last.case_id))
}

fn request_line(seen: &Seen, row: &RequestSummary) -> Result<RequestLine, Fault> {
    let told = line(seen, row);
    let sent = seen.words.on_date(row.received_at.uk_date());
    Ok(RequestLine {
        title: told.title,
        reference: row.reference.to_string(),
        body: seen.name_of(seen.id()?),
        tag: told.tag,
        sentence: told.sentence,
        sent: seen.words.sent_on(sent.as_str()),
        href: paths::request(seen.id()?, &row.reference),
    })
}

/// A request that the visitor may act on: theirs, or one of nobody's, by its reference.
pub(super) fn own_case(visitor: &Visitor, at: &At) -> Result<(Reference, CaseView), Fault> {
    let (reference, view) = followed(visitor, at)?;
    if Story::of(visitor, &view).is_withheld() {
        return Err(Fault::NOT_FOUND);
    }
    Ok((reference, view))
}

/// The request that a form of its pages is about. Whose session has ended signs in, comes back to
/// the form's page and finds what they typed.
pub(super) async fn own_case_of(
    visitor: &Visitor,
    at: &At,
    form: &Fields,
    page: &str,
) -> Result<(Reference, CaseView), Fault> {
    match own_case(visitor, at) {
        Err(Fault::Elsewhere(_)) => Err(typed::sign_in_first(visitor, form, page).await),
        found => found,
    }
}

/// A request that the visitor may follow: theirs, or one of nobody's, by its reference.
fn followed(visitor: &Visitor, at: &At) -> Result<(Reference, CaseView), Fault> {
    let reference: Reference = at.get("reference")?;
    let view = visitor.look_up(|body| body.case_of(&reference))?.ok_or(Fault::NOT_FOUND)?;
    match (view.case.request.person, visitor.authority.person()) {
        (None, _) => Ok((reference, view)),
        (Some(owner), Some(person)) if owner == person => Ok((reference, view)),
        (Some(_), Some(_)) => Err(Fault::NOT_FOUND),
        (Some(_), None) => Err(Fault::Elsewhere(visitor.sign_in()?)),
    }
}

/// Follows a command and tells of it on the request's page.
pub(super) async fn follow(
    visitor: &Visitor,
    command: Command,
    reference: &Reference,
    told: &str,
) -> Answer {
    let body = visitor.id()?;
    visitor.app.setup.host.submit(body, visitor.authority.clone(), command).await?;
    let notice = visitor.set(&Kind::Notice, told)?;
    Ok(with_cookies(see_other(&paths::request(body, reference)), [notice]))
}

fn fault_of_note(seen: &Seen, note: &str) -> Option<String> {
    if note.is_empty() {
        return Some(seen.words.error_not_fixed().to_owned());
    }
    fault_of_text(seen, note, NOTE_CHARACTERS)
}

/// What is wrong with what somebody wrote, if anything is; nothing written is for the caller.
pub(super) fn fault_of_text(seen: &Seen, text: &str, most: usize) -> Option<String> {
    if text.chars().any(|letter| letter.is_control() && !"\r\n\t".contains(letter)) {
        return Some(seen.words.error_plain_text().to_owned());
    }
    let count = seen.words.count(u64::try_from(most).unwrap_or(u64::MAX));
    (text.chars().count() > most).then(|| seen.words.error_shorten(count.as_str()))
}

fn lookup_view(seen: &Seen, typed: &str, error: Option<String>) -> Result<StatusLookup, Fault> {
    let (words, body) = (seen.words, seen.id()?);
    let field = Field::line(words, "reference", words.reference(), LineKind::Reference, typed);
    let mut field = field.hinted(words.reference_hint());
    field.error = error;
    let page = seen.frame().page(words.track_title()).back_to(paths::front(body));
    Ok(StatusLookup {
        page: page.with_errors(errors_of(std::slice::from_ref(&field))),
        field,
        action: paths::lookup(body),
        mine: paths::my_requests(body),
    })
}

pub(super) fn caption(seen: &Seen, reference: &Reference, view: &CaseView) -> String {
    let title = view.service.package.definition.title.in_language(seen.language_shown());
    format!("{title} {reference}")
}

fn not_fixed_view(
    seen: &Seen,
    reference: &Reference,
    view: &CaseView,
    note: &str,
    error: Option<String>,
) -> Result<NotFixed, Fault> {
    let words = seen.words;
    let here = paths::request(seen.id()?, reference);
    let most = u32::try_from(NOTE_CHARACTERS).ok();
    let area = Control::Area { value: note.to_owned(), most };
    let mut field = Field::new(words, "note", words.not_fixed_what(), area);
    field.error = error;
    let page = seen.frame().page(words.not_fixed_title()).back_to(here.clone());
    Ok(NotFixed {
        page: page.with_errors(errors_of(std::slice::from_ref(&field))),
        caption: caption(seen, reference, view),
        told: Story::of(seen, view).sentence(),
        next: words.not_fixed_then().to_owned(),
        fields: vec![field],
        action: format!("{here}/not-fixed"),
    })
}

fn status_view(visitor: &Visitor, reference: &Reference, view: &CaseView) -> Result<Status, Fault> {
    let (words, body) = (visitor.words, visitor.id()?);
    let story = Story::of(visitor, view);
    let here = paths::request(body, reference);
    let theirs = view.case.request.person.is_some();
    let back = if theirs { paths::my_requests(body) } else { paths::lookup(body) };
    let title = view.service.package.definition.title.in_language(words.language());
    let page = page_of(visitor, title, back);
    let look_again =
        LookAgain { why: look_again_why(visitor, ""), action: format!("{here}/review") };
    let withheld = story.is_withheld();
    Ok(Status {
        page,
        reference: reference.to_string(),
        tag: story.tag(),
        sentence: story.sentence(),
        promised: story.promised(),
        pay: pay(visitor, view)?,
        parts: story.parts(),
        holder: story.holder(),
        asked: if withheld { None } else { inquiry::of_resident(visitor, reference, view)? },
        timeline: story.timeline(),
        decision: story.decision(Some(look_again), theirs)?,
        answers: if theirs { facts(visitor, view)? } else { Vec::new() },
        looks: if theirs { looks(visitor, view)? } else { None },
        sign_in: None,
        not_fixed: (!withheld && view.may_say_not_fixed(visitor.now))
            .then(|| format!("{here}/not-fixed")),
        withdraw: (!withheld && view.may_withdraw(visitor.now)).then(|| format!("{here}/withdraw")),
    })
}

/// The button that asks for a person, where it is offered.
fn look_again_of(page: &mut Status) -> Option<&mut LookAgain> {
    page.decision.as_mut()?.look_again.as_deref_mut()
}

/// What the requester is to pay now, with the link to the provider's page.
fn pay(visitor: &Visitor, view: &CaseView) -> Result<Option<Pay>, Fault> {
    let words = visitor.words;
    Ok(visitor.run()?.payment_due(view).map(|due| {
        let amount = due.amount.to_string();
        let provider = due.provider.in_language(visitor.language_shown());
        Pay { text: words.pay_text(provider), link: Link::new(words.pay_button(&amount), due.page) }
    }))
}

/// Why they ask for a person, for whoever wants to say.
fn look_again_why(seen: &Seen, typed: &str) -> Field {
    let area =
        Control::Area { value: typed.to_owned(), most: u32::try_from(REASON_CHARACTERS).ok() };
    Field::new(seen.words, "why", seen.words.ask_a_person_why(), area).optional()
}

fn page_of(seen: &Seen, title: &str, back: String) -> Page {
    seen.frame().page(title).back_to(back)
}

/// What the person told us: for that person, and for staff whose look is written down.
pub(super) fn facts(seen: &Seen, view: &CaseView) -> Result<Vec<Fact>, Fault> {
    let Some(answers) = view.answers() else { return Ok(Vec::new()) };
    let places = &*seen.run()?.settings().places;
    let questions = view.service.package.questions.questions().iter();
    let fact = |question: &catalogue::Question| {
        let answer = answers.get(question.id.as_str())?;
        let name = question.short().in_language(seen.language_shown()).to_owned();
        Some(Fact { name, lines: lines_of(seen.words, question, Some(answer), Some(places)) })
    };
    Ok(questions.filter_map(fact).chain(inquiry::facts(seen, view)).collect())
}

/// Why a member of staff looked, to the person.
pub(super) fn why_looked(words: Words, reason: ViewReason) -> String {
    match reason {
        ViewReason::CaseWork => words.opened_for_case_work().to_owned(),
        ViewReason::Review => words.opened_for_review().to_owned(),
        ViewReason::Incident => words.opened_for_incident().to_owned(),
        ViewReason::Call => words.opened_for_call().to_owned(),
        ViewReason::CallerVerified { checked } => {
            words.opened_for_caller(words.checks(checked).as_str())
        }
    }
}

/// Members of staff who opened values of it or had to act on it, in the order of time; nothing
/// when nobody did.
fn looks(seen: &Seen, view: &CaseView) -> Result<Option<Vec<Look>>, Fault> {
    let words = seen.words;
    let opened = seen.run()?.looks(view.case.request.case)?;
    let opened = opened.iter().map(|look| {
        let why = why_looked(words, look.reason);
        let (when, who) = (words.moment(look.at), words.role_title(look.role));
        (look.at, Look { when, who, why })
    });
    let touches = seen.run()?.touches(view.case.request.case)?;
    let look = |touch: &store::requests::TouchRow| Look {
        when: words.moment(touch.at),
        who: words.role_title(touch.role),
        why: words.look_because(words.touch_reason(touch.reason)),
    };
    let acted = touches.iter().map(|touch| (touch.at, look(touch)));
    let mut looks: Vec<(base::Timestamp, Look)> = opened.chain(acted).collect();
    looks.sort_by_key(|(at, _)| *at);
    let looks: Vec<Look> = looks.into_iter().map(|(_, look)| look).collect();
    Ok((!looks.is_empty()).then_some(looks))
}
