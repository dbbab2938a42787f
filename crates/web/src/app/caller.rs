//! Whoever is on the phone, by one of their requests: masked until the agent has checked two facts
//! with them, then with what they told us, what is open and what can be done.
//!
//! That a caller is known is kept for half an hour in a sealed cookie of the agent's own session.
//! Each time the page opens values that is a look, written down with what was checked.

use base::{CaseId, Channel, Digest, Reference, Role, ServiceId, Timestamp};
use runtime::access::{Checked, Checks, ViewReason, Viewed};
use runtime::{Asker, CallerCommand, CaseView, Command, Related, Reply, RequestSummary};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::{At, Form, Staff};
use super::contacts;
use super::cookies::Kind;
use super::search::who;
use super::staff::{calls, case_line};
use super::walk::Walk;
use crate::paths;
use crate::views::caller::{Caller, Verification};
use crate::views::contact::ContactLine;
use crate::views::field::{Choice, Control, Field, errors_of};
use crate::views::page::{Act, Link, Page};
use crate::views::request::Fact;
use crate::views::staff::{CaseLine, ServiceCall};

/// The field of what was checked.
const CHECKED: &str = "checked";
/// Contacts that the page shows, and of how many of these it shows what was said.
const CONTACTS_SHOWN: usize = 10;
const CONTACTS_OPENED: usize = 5;
/// How long a caller stays known, in seconds.
const KNOWN_SECONDS: i64 = 1_800;

/// A caller who is known to be who they say, as the agent's browser keeps it, sealed.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    /// The request by which they were found.
    case: CaseId,
    /// What was checked.
    checked: Checks,
    /// The agent's session.
    session: Digest,
    /// Until when it counts.
    until: Timestamp,
}

/// `GET /{body}/staff/callers/{reference}`
pub(crate) async fn show(staff: Staff, at: At) -> Answer {
    let (reference, view) = found(&staff, &at)?;
    let mut page = page_of(&staff, &reference, &view, None).await?;
    page.page.notice = contacts::told(&staff);
    let clear = page.page.notice.as_ref().map(|_| staff.clear(&Kind::Notice)).transpose()?;
    Ok(with_cookies(html(&page)?, clear))
}

/// `POST /{body}/staff/callers/{reference}/services/{service}`
///
/// Begins a service with what the caller has said before, at the first page that asks more.
pub(crate) async fn begin(staff: Staff, at: At) -> Answer {
    let (reference, view) = found(&staff, &at)?;
    let Some(checked) = checked(&staff, &view)? else {
        return Err(Fault::Elsewhere(paths::caller(staff.id()?, &reference)));
    };
    let service: ServiceId = at.get("service")?;
    let case = view.case.request.case;
    let command = CallerCommand::BeginFor { case, service: service.clone(), checked };
    let host = &staff.app.setup.host;
    let begun = host.submit(staff.id()?, staff.authority.clone(), command.into()).await?;
    let Reply::Draft { draft } = begun else { return Err(Fault::NOT_FOUND) };
    let walk = Walk::of_call(staff.seen(), &staff.authority, &service)?;
    let given = staff.run()?.draft(draft, &service, staff.now)?.unwrap_or_default();
    let cookie = walk.hold(draft)?;
    Ok(with_cookies(see_other(&walk.first(&given)), [cookie]))
}

const TOLD_CHASED: &str = "chased";

/// What an agent has just done for a caller, told once.
pub(super) fn told(staff: &Staff) -> Option<String> {
    let chased = staff.cookie(&Kind::Notice) == Some(TOLD_CHASED);
    chased.then(|| staff.words.caller_act_done().to_owned())
}

/// `POST /{body}/staff/cases/{reference}/acts/{act}`
pub(crate) async fn act(staff: Staff, at: At) -> Answer {
    let (reference, view) = found(&staff, &at)?;
    let body = staff.id()?;
    if checked(&staff, &view)?.is_none() {
        return Err(Fault::Elsewhere(paths::caller(body, &reference)));
    }
    let (case, channel) = (view.case.request.case, Channel::Agent);
    let command = match at.get::<String>("act")?.as_str() {
        "chase" => Command::Chase { case, channel },
        "withdraw" => Command::Withdraw { case },
        "not-fixed" => Command::NotFixed { case, channel, note: None },
        _ => return Err(Fault::NOT_FOUND),
    };
    staff.app.setup.host.submit(body, staff.authority.clone(), command).await?;
    let notice = staff.set(&Kind::Notice, TOLD_CHASED)?;
    Ok(with_cookies(see_other(&paths::case(body, &reference)), [notice]))
}

/// What an agent can do to a case while its requester is on the phone.
pub(super) fn acts(staff: &Staff, view: &CaseView) -> Result<Vec<Act>, Fault> {
    if !staff.has(&[Role::Agent]) || checked(staff, view)?.is_none() {
        return Ok(Vec::new());
    }
    let words = staff.words;
    let page = staff.frame().page("");
    let base = format!("{}/acts", paths::case(staff.id()?, &view.case.request.reference));
    let mut acts = Vec::new();
    if view.may_chase(staff.now) {
        acts.push(page.second_act(words.note_chase(), format!("{base}/chase")));
    }
    if view.may_say_not_fixed(staff.now) {
        acts.push(page.second_act(words.caller_not_fixed(), format!("{base}/not-fixed")));
    }
    if view.may_withdraw(staff.now) {
        acts.push(page.grave_act(words.caller_withdraw(), format!("{base}/withdraw")));
    }
    Ok(acts)
}

/// `POST /{body}/staff/callers/{reference}`
pub(crate) async fn verify(staff: Staff, at: At, Form(form): Form) -> Answer {
    let (reference, view) = found(&staff, &at)?;
    let chosen = form.all(CHECKED);
    let facts: Vec<Checked> = Checked::ALL
        .into_iter()
        .filter(|fact| chosen.iter().any(|chosen| chosen == fact.key()))
        .collect();
    let Ok(checked) = Checks::of(&facts) else {
        return html_wrong(&page_of(&staff, &reference, &view, Some(&facts)).await?);
    };
    let session = staff.session()?;
    let until = staff.now.plus_seconds(KNOWN_SECONDS);
    let known = Known { case: view.case.request.case, checked, session, until };
    let cookie = staff.seal(&Kind::Caller, &known)?;
    Ok(with_cookies(see_other(&paths::caller(staff.id()?, &reference)), [cookie]))
}

fn found(staff: &Staff, at: &At) -> Result<(Reference, CaseView), Fault> {
    let reference: Reference = at.get("reference")?;
    let view = staff.run()?.case_of(&reference)?.ok_or(Fault::NOT_FOUND)?;
    Ok((reference, view))
}

/// What was checked with whoever made a request, while they are on the phone: of this request, or of
/// another that is theirs by what was checked.
pub(super) fn checked(staff: &Staff, view: &CaseView) -> Result<Option<Checks>, Fault> {
    let known: Option<Known> = staff.open(&Kind::Caller);
    let session = staff.session()?;
    let known = known.filter(|known| known.session == session && known.until > staff.now);
    let Some(known) = known else { return Ok(None) };
    let run = staff.run()?;
    let of = run.case(known.case)?;
    Ok(of.and_then(|of| run.checked_of(&of, known.checked, view)))
}

/// The page; `missed` is what was checked and is too little.
async fn page_of(
    staff: &Staff,
    reference: &Reference,
    view: &CaseView,
    missed: Option<&[Checked]>,
) -> Result<Caller, Fault> {
    let (words, body) = (staff.words, staff.id()?);
    let checked = if missed.is_none() { checked(staff, view)? } else { None };
    let (what, reason) = match checked {
        Some(checked) => (Viewed::Answers, ViewReason::CallerVerified { checked }),
        None => (Viewed::Summary, ViewReason::Call),
    };
    staff.look(view.case.request.case, what, reason).await?;
    let asker = staff.run()?.asker(view);
    let related = staff.run()?.related(view)?;
    let contacts = contact_lines(staff, &related, checked.map(|checked| (view, checked))).await?;
    let page = staff.frame().page(words.caller_title()).back_to(paths::callers(body));
    let field = fields_to_check(staff, missed);
    let errors = errors_of(std::slice::from_ref(&field));
    let verification = match checked {
        Some(checked) => Verification::Done(words.caller_verified(words.checks(checked).as_str())),
        None => {
            Verification::Asked { field: Box::new(field), action: paths::caller(body, reference) }
        }
    };
    Ok(Caller {
        reference: reference.to_string(),
        known: if checked.is_some() { details(staff, &asker) } else { masked(staff, &asker) },
        verification,
        repeat: repeat(staff, view, &related),
        open: lines(staff, &related, |request| request.closed_at.is_none())?,
        closed: lines(staff, &related, |request| request.closed_at.is_some())?,
        contacts,
        log: Link::new(words.contact_title(), super::contact_form::link(staff, view)?),
        calls: calls_for(staff, &page, (reference, checked.is_some()))?,
        search: Link::new(words.next_call(), paths::callers(body)),
        page: page.with_errors(errors),
    })
}

fn lines(
    staff: &Staff,
    related: &Related,
    wanted: impl Fn(&RequestSummary) -> bool,
) -> Result<Vec<CaseLine>, Fault> {
    let requests = related.requests.iter().filter(|request| wanted(request));
    requests.map(|request| case_line(staff, request, String::new())).collect()
}

/// Recent contacts; what was said in the newest of them, once it is known that they were this caller's.
async fn contact_lines(
    staff: &Staff,
    related: &Related,
    known: Option<(&CaseView, Checks)>,
) -> Result<Vec<ContactLine>, Fault> {
    let mut lines = Vec::new();
    for (index, row) in related.contacts.iter().take(CONTACTS_SHOWN).enumerate() {
        let Some(contact) = staff.run()?.contact(row.contact_id)? else { continue };
        let known = known.filter(|_| index < CONTACTS_OPENED);
        let checked = match known {
            Some((view, checked)) => staff.run()?.checked_of_contact(view, checked, &contact)?,
            None => None,
        };
        let said = match checked {
            Some(checked) => {
                let reason = ViewReason::CallerVerified { checked };
                staff.look_at_contact(contact.id, Viewed::Answers, reason).await?;
                Some(staff.run()?.contact_words(&contact)?)
            }
            None => None,
        };
        lines.push(contacts::line(staff, &contact, said.as_ref())?);
    }
    Ok(lines)
}

/// Services for the caller: with what they said before once they are known, else from nothing.
fn calls_for(
    staff: &Staff,
    page: &Page,
    (reference, known): (&Reference, bool),
) -> Result<Vec<ServiceCall>, Fault> {
    let mut calls = calls(staff, page)?;
    let body = staff.id()?;
    for call in calls.iter_mut().filter(|_| known) {
        let service = call.service.href.rsplit('/').next().unwrap_or_default();
        call.act.action = format!("{}/services/{service}", paths::caller(body, reference));
    }
    Ok(calls)
}

/// That the same person was in touch shortly before.
fn repeat(staff: &Staff, view: &CaseView, related: &Related) -> Option<String> {
    let repeat = related.is_repeat(staff.now, &view.case.request);
    repeat.then(|| staff.words.caller_repeat().to_owned())
}

fn masked(staff: &Staff, asker: &Asker) -> Vec<Fact> {
    vec![Fact::new(staff.words.caller_who(), who(staff, asker))]
}

/// What they told us of themselves.
fn details(staff: &Staff, asker: &Asker) -> Vec<Fact> {
    let words = staff.words;
    let place = asker.place.as_ref().map(|place| format!("{}, {}", place.line, place.postcode));
    let facts = [
        (words.full_name(), asker.name()),
        (words.date_of_birth(), asker.born.map(|born| words.day_and_month(born))),
        (words.address(), place),
        (words.phone_number(), asker.phone.clone()),
        (words.email_address(), asker.email.clone()),
    ];
    let told = |(name, value): (&str, Option<String>)| {
        Fact::new(name, value.unwrap_or_else(|| words.not_given().to_owned()))
    };
    facts.into_iter().map(told).collect()
}

fn fields_to_check(staff: &Staff, missed: Option<&[Checked]>) -> Field {
    let words = staff.words;
    let choice = |fact: Checked| Choice {
        chosen: missed.is_some_and(|facts| facts.contains(&fact)),
        ..Choice::new(fact.key(), words.checked(fact))
    };
    let options = Control::Checkboxes(Checked::ALL.into_iter().map(choice).collect());
    let field = Field::new(words, CHECKED, words.caller_checked(), options);
    let mut field = field.hinted(words.caller_checked_hint()).spoken(words.caller_say());
    field.error = missed.map(|_| words.error_caller_checked().to_owned());
    field
}
