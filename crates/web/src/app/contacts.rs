//! Contacts that agents handed over: the queue of a role, by due day, and one of it, taken and
//! closed with what was done. Opening one shows what was said, so it is a look each time.

use base::{ContactId, Date, Role};
use runtime::access::{ViewReason, Viewed};
use runtime::contact::{Contact, TEAMS};
use runtime::{CallerCommand, ContactAct, ContactWords, Rejection};
use store::callers::QUEUE_ROWS;

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::{At, Form, Staff, StaffForm};
use super::cookies::Kind;
use super::form::encoded;
use super::reviews::fault_of_reason;
use super::typed;
use crate::paths;
use crate::views::contact::{ContactLine, ContactList, StaffContact, WaitingContact};
use crate::views::field::{Control, Field, errors_of};
use crate::views::page::{Link, PageError, Place};
use crate::views::problem::ProblemKind;
use crate::views::request::Fact;
use crate::views::staff::Duty;
use crate::views::tag::{Tag, Tone};

const TOLD_TAKEN: &str = "contact-taken";
const TOLD_BACK: &str = "contact-back";
const TOLD_CLOSED: &str = "contact-closed";
const TOLD_OVER: &str = "contact-over";
/// The field of what was done.
const REASON: &str = "reason";

/// The queues of a member of staff.
fn teams(staff: &Staff) -> Vec<Role> {
    TEAMS.into_iter().filter(|team| staff.has(&[*team])).collect()
}

/// The contacts on the first page of staff.
pub(super) fn duty(staff: &Staff) -> Result<Option<Duty>, Fault> {
    let (words, mut open) = (staff.words, 0);
    let teams = teams(staff);
    for team in &teams {
        open += staff.run()?.contacts_waiting_count(*team)?;
    }
    let body = staff.id()?;
    Ok((!teams.is_empty()).then(|| Duty {
        heading: words.contacts_title().to_owned(),
        text: words.contacts_card(words.count(open).as_str()),
        tag: (open > 0).then(|| Tag::new(Tone::Warn, words.state_needs_you())),
        links: vec![Link::new(words.contacts_open(), paths::contacts(body))],
    }))
}

/// `GET /{body}/staff/contacts`
pub(crate) async fn list(staff: Staff) -> Answer {
    let (words, body, teams) = (staff.words, staff.id()?, teams(&staff));
    let asked = staff.query.first("team");
    let here = teams.iter().copied().find(|team| Some(team.key()) == asked);
    let here = here.or_else(|| teams.first().copied());
    let here = here.ok_or(Fault::Problem(ProblemKind::NotAllowed))?;
    let after = staff.query.first("after").and_then(place);
    let contacts = staff.run()?.contacts_waiting(here, after)?;
    let count = staff.run()?.contacts_waiting_count(here)?;
    let address = |team: Role| format!("{}?team={}", paths::contacts(body), team.key());
    let last = contacts.last().filter(|_| contacts.len() >= QUEUE_ROWS);
    let next = last.and_then(|last| {
        let due = last.logged.handed?.due;
        Some(format!("{}&after={}", address(here), encoded(&format!("{due}_{}", last.id))))
    });
    let mut page = staff.frame().page(words.contacts_title()).back_to(paths::staff(body));
    page.notice = told(&staff);
    let clear = page.notice.as_ref().map(|_| staff.clear(&Kind::Notice)).transpose()?;
    let team = |team: &Role| Place {
        link: Link::new(words.role_name(*team), address(*team)),
        here: *team == here,
    };
    let lines = contacts.iter().map(|contact| waiting(&staff, contact));
    let view = ContactList {
        caption: staff.name_of(body),
        teams: teams.iter().map(team).collect(),
        count: words.contacts_count(words.count(count).as_str()),
        contacts: lines.collect::<Result<_, _>>()?,
        first: after.map(|_| address(here)),
        next,
        page,
    };
    Ok(with_cookies(html(&view)?, clear))
}

fn place(text: &str) -> Option<(Date, ContactId)> {
    let (due, contact) = text.split_once('_')?;
    Some((due.parse().ok()?, contact.parse().ok()?))
}

/// What has just happened to a contact, told once.
pub(super) fn told(staff: &Staff) -> Option<String> {
    let words = staff.words;
    let notice = match staff.cookie(&Kind::Notice)? {
        super::contact_form::TOLD_LOGGED => words.contact_logged_notice(),
        TOLD_TAKEN => words.contact_taken_notice(),
        TOLD_BACK => words.contact_back_notice(),
        TOLD_CLOSED => words.contact_closed_notice(),
        TOLD_OVER => words.contact_over_notice(),
        _ => return None,
    };
    Some(notice.to_owned())
}

/// The service of a contact, or that there is none.
fn service_of(staff: &Staff, contact: &Contact) -> Result<String, Fault> {
    let service = contact.logged.service.as_ref();
    let service = match service {
        Some(service) => staff.run()?.services().present(service),
        None => None,
    };
    let title = service.map(|it| it.package.definition.title.in_language(staff.language_shown()));
    Ok(title.unwrap_or_else(|| staff.words.contact_no_service()).to_owned())
}

/// Due in working days of the nation of its service, and whether it is late.
fn due(staff: &Staff, contact: &Contact) -> Result<(String, bool), Fault> {
    let Some(handed) = contact.logged.handed else { return Ok((String::new(), false)) };
    let services = staff.run()?.services();
    let own = contact.logged.service.as_ref().and_then(|service| services.present(service));
    let Some(service) = own.or_else(|| services.offered().next()) else {
        return Ok((staff.words.date(handed.due), false));
    };
    Ok(super::tasks::due(staff, service, handed.due))
}

/// When it is due, or that it is over.
fn state(staff: &Staff, contact: &Contact) -> Result<Tag, Fault> {
    if !contact.is_open() {
        return Ok(Tag::new(Tone::Quiet, staff.words.contact_over()));
    }
    let (due, late) = due(staff, contact)?;
    Ok(Tag::new(if late { Tone::Warn } else { Tone::Busy }, due))
}

fn who(staff: &Staff, contact: &Contact) -> Result<String, Fault> {
    let words = staff.words;
    let me = staff.holder()?;
    Ok(match &contact.taken {
        None => words.task_nobody().to_owned(),
        Some(taken) if taken.by.key == me.key => words.task_yours().to_owned(),
        Some(taken) => words.colleague(taken.role, &taken.by.initials),
    })
}

fn waiting(staff: &Staff, contact: &Contact) -> Result<WaitingContact, Fault> {
    let words = staff.words;
    let (due, late) = due(staff, contact)?;
    Ok(WaitingContact {
        what: words.contact_kind(contact.logged.kind).to_owned(),
        href: paths::contact(staff.id()?, contact.id),
        service: service_of(staff, contact)?,
        repeat: contact.logged.repeat.then(|| Tag::new(Tone::Warn, words.contact_repeat())),
        late: late.then(|| Tag::new(Tone::Warn, due.as_str())),
        due,
        who: who(staff, contact)?,
    })
}

/// A contact as a line of its caller's page; `words` once the caller is known.
pub(super) fn line(
    staff: &Staff,
    contact: &Contact,
    said: Option<&ContactWords>,
) -> Result<ContactLine, Fault> {
    let words = staff.words;
    let kind = words.contact_kind(contact.logged.kind);
    Ok(ContactLine {
        what: format!("{kind}: {}", service_of(staff, contact)?),
        when: words.moment(contact.at),
        tag: state(staff, contact)?,
        note: said.and_then(|said| said.note.clone()),
    })
}

fn found(staff: &Staff, at: &At) -> Result<Contact, Fault> {
    let contact = staff.run()?.contact(at.get("contact")?)?.ok_or(Fault::NOT_FOUND)?;
    let team = contact.logged.handed.map(|handed| handed.to).ok_or(Fault::NOT_FOUND)?;
    if staff.has(&[team]) { Ok(contact) } else { Err(Fault::Problem(ProblemKind::NotAllowed)) }
}

/// `GET /{body}/staff/contacts/{contact}`
pub(crate) async fn show(staff: Staff, at: At) -> Answer {
    let contact = found(&staff, &at)?;
    let kept = typed::kept(&staff)?.unwrap_or_default();
    let mut page = page_of(&staff, &contact, field(&staff, kept.text(REASON))).await?;
    page.page.notice = told(&staff);
    let clear = page.page.notice.as_ref().map(|_| staff.clear(&Kind::Notice)).transpose()?;
    Ok(with_cookies(html(&page)?, clear))
}

/// `POST /{body}/staff/contacts/{contact}/take`
pub(crate) async fn take(staff: Staff, at: At, Form(_): Form) -> Answer {
    let contact = found(&staff, &at)?;
    let to = paths::contact(staff.id()?, contact.id);
    act(&staff, &contact, ContactAct::Take, (TOLD_TAKEN, to)).await
}

/// `POST /{body}/staff/contacts/{contact}/hand-back`
pub(crate) async fn hand_back(staff: Staff, at: At, Form(_): Form) -> Answer {
    let contact = found(&staff, &at)?;
    let to = paths::contacts(staff.id()?);
    act(&staff, &contact, ContactAct::HandBack, (TOLD_BACK, to)).await
}

/// `POST /{body}/staff/contacts/{contact}`
pub(crate) async fn close(StaffForm { staff, form }: StaffForm, at: At) -> Answer {
    let contact = found(&staff, &at)?;
    let reason = form.text(REASON).replace("\r\n", "\n");
    let mut field = field(&staff, &reason);
    field.error = fault_of_reason(&staff, &reason);
    if field.error.is_some() {
        return html_wrong(&page_of(&staff, &contact, field).await?);
    }
    let to = paths::contacts(staff.id()?);
    act(&staff, &contact, ContactAct::Close { reason }, (TOLD_CLOSED, to)).await
}

async fn act(
    staff: &Staff,
    contact: &Contact,
    act: ContactAct,
    (told, to): (&str, String),
) -> Answer {
    let command = CallerCommand::ActOnContact { contact: contact.id, act, by: staff.holder()? };
    match staff.app.setup.host.submit(staff.id()?, staff.authority.clone(), command.into()).await {
        Ok(_) => Ok(with_cookies(see_other(&to), [staff.set(&Kind::Notice, told)?])),
        Err(Rejection::Over) => {
            let notice = staff.set(&Kind::Notice, TOLD_OVER)?;
            Ok(with_cookies(see_other(&paths::contacts(staff.id()?)), [notice]))
        }
        Err(Rejection::Held { .. }) => {
            let now = staff.run()?.contact(contact.id)?.ok_or(Fault::NOT_FOUND)?;
            let mut page = page_of(staff, &now, field(staff, "")).await?;
            let text = staff.words.contact_taken_meanwhile().to_owned();
            page.page.errors.push(PageError { text, href: None });
            html_wrong(&page)
        }
        Err(rejection) => Err(rejection.into()),
    }
}

fn field(staff: &Staff, typed: &str) -> Field {
    let most = u32::try_from(runtime::REASON_CHARACTERS).ok();
    let area = Control::Area { value: typed.to_owned(), most };
    Field::new(staff.words, REASON, staff.words.contact_reason(), area)
}

/// The page shows what was said, so it is a look each time.
async fn page_of(staff: &Staff, contact: &Contact, field: Field) -> Result<StaffContact, Fault> {
    let (words, body) = (staff.words, staff.id()?);
    staff.look_at_contact(contact.id, Viewed::Answers, ViewReason::CaseWork).await?;
    let said = staff.run()?.contact_words(contact)?;
    let address = paths::contact(body, contact.id);
    let page = staff.frame().page(words.contact_kind(contact.logged.kind));
    let page = page.back_to(paths::contacts(body));
    let me = staff.holder()?;
    let mine = contact.taken.as_ref().is_none_or(|taken| taken.by.key == me.key);
    let act = match &contact.taken {
        None => page.second_act(words.contact_take(), format!("{address}/take")),
        Some(_) => page.second_act(words.task_hand_back(), format!("{address}/hand-back")),
    };
    let gone = || words.answers_gone().to_owned();
    Ok(StaffContact {
        caption: service_of(staff, contact)?,
        due: state(staff, contact)?,
        who: who(staff, contact)?,
        repeat: contact.logged.repeat.then(|| words.caller_repeat().to_owned()),
        said: said_by(staff, &said),
        note: said.note.unwrap_or_else(gone),
        done: contact.closed.is_some().then(|| said.reason.unwrap_or_else(gone)),
        facts: vec![
            Fact::new(words.received(), words.moment(contact.at)),
            Fact::new(words.contact_logged_by(), words.role_name(contact.logged.role)),
        ],
        acts: if contact.is_open() { vec![act] } else { Vec::new() },
        case: case_link(staff, contact)?,
        form: (contact.is_open() && mine).then(|| (vec![field.clone()], address)),
        page: page.with_errors(errors_of(&[field])),
    })
}

/// Who said it and how to reach them, as far as they said.
fn said_by(staff: &Staff, said: &ContactWords) -> Vec<Fact> {
    let words = staff.words;
    let facts = [
        (words.full_name(), said.caller.name()),
        (words.phone_number(), said.caller.phone.clone()),
        (words.email_address(), said.caller.email.clone()),
    ];
    facts.into_iter().filter_map(|(name, value)| Some(Fact::new(name, value?))).collect()
}

fn case_link(staff: &Staff, contact: &Contact) -> Result<Option<Link>, Fault> {
    let about = contact.logged.about.filter(|_| staff.has(&[Role::Caseworker, Role::Head]));
    let Some(case) = about else { return Ok(None) };
    let Some(found) = staff.run()?.summary(case)? else { return Ok(None) };
    let text = staff.words.see_case(found.reference.as_str());
    Ok(Some(Link::new(text, paths::case(staff.id()?, &found.reference))))
}
