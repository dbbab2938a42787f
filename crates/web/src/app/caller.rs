//! Whoever is on the phone, by one of their requests: masked until the agent has checked two facts
//! with them, then with what they told us, what is open and what can be done.
//!
//! That a caller is known is kept for half an hour in a sealed cookie of the agent's own session.
//! Each time the page opens values that is a look, written down with what was checked.

use base::{CaseId, Digest, Reference, Timestamp};
use runtime::access::{Checked, Checks, ViewReason, Viewed};
use runtime::{Asker, CaseView, RequestSummary};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::{At, Form, Staff};
use super::cookies::Kind;
use super::search::who;
use super::staff::{calls, case_line};
use crate::paths;
use crate::views::caller::{Caller, Verification};
use crate::views::field::{Choice, Control, Field, errors_of};
use crate::views::page::Link;
use crate::views::request::Fact;
use crate::views::staff::CaseLine;

/// The field of what was checked.
const CHECKED: &str = "checked";
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
    html(&page_of(&staff, &reference, &view, None).await?)
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

/// What was checked with whoever made a request, while they are on the phone.
pub(super) fn checked(staff: &Staff, view: &CaseView) -> Result<Option<Checks>, Fault> {
    let known: Option<Known> = staff.open(&Kind::Caller);
    let session = staff.session()?;
    let known = known.filter(|known| known.session == session && known.until > staff.now);
    let Some(known) = known else { return Ok(None) };
    let own = known.case == view.case.request.case;
    let theirs = || staff.run()?.related(view).map_err(Fault::from);
    let theirs = own || theirs()?.iter().any(|request| request.case_id == known.case);
    Ok(theirs.then_some(known.checked))
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
        open: lines(staff, related.iter().filter(|request| request.closed_at.is_none()))?,
        closed: lines(staff, related.iter().filter(|request| request.closed_at.is_some()))?,
        calls: calls(staff, &page)?,
        search: Link::new(words.next_call(), paths::callers(body)),
        page: page.with_errors(errors),
    })
}

fn lines<'a>(
    staff: &Staff,
    requests: impl Iterator<Item = &'a RequestSummary>,
) -> Result<Vec<CaseLine>, Fault> {
    requests.map(|request| case_line(staff, request, String::new())).collect()
}

/// That the same person was in touch shortly before.
fn repeat(staff: &Staff, view: &CaseView, related: &[RequestSummary]) -> Option<String> {
    let others = related.iter().filter(|request| request.case_id != view.case.request.case);
    let others: Vec<_> =
        others.map(|request| (request.service.clone(), request.received_at)).collect();
    let service = &view.case.request.service;
    let repeat = runtime::is_repeat(staff.now, Some(service), &others, &[]);
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
