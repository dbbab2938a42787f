//! A person's second look at what a machine decided: who waits, one case with its reasons, and the
//! form that closes it.

use base::{CaseId, Reference};
use requests::Status;
use runtime::access::{ViewReason, Viewed};
use runtime::{CaseView, Command, REASON_CHARACTERS};

use super::answer::{Answer, Fault, html, html_wrong, see_other, with_cookies};
use super::callers::{At, Staff, StaffForm};
use super::cookies::Kind;
use super::staff::{case_line, facts, opened};
use super::story::{Story, outcome_of};
use super::tracking::older;
use super::typed;
use crate::paths;
use crate::views::field::{Choice, Control, Field, errors_of};
use crate::views::page::Link;
use crate::views::staff::{CaseList, StaffReview};

const TOLD_DECIDED: &str = "decided";

/// `GET /{body}/staff/reviews`
pub(crate) async fn list(staff: Staff) -> Answer {
    let (words, body) = (staff.words, staff.id()?);
    let before: Option<CaseId> = staff.query.first("before").and_then(|id| id.parse().ok());
    let rows = staff.run()?.open_reviews(before)?;
    let mut page = staff.frame().page(words.reviews_title()).back_to(paths::staff(body));
    let told = staff.cookie(&Kind::Notice) == Some(TOLD_DECIDED);
    page.notice = told.then(|| words.review_decided_notice().to_owned());
    let lines = rows.iter().map(|row| case_line(&staff, row, String::new()));
    let mut lines = lines.collect::<Result<Vec<_>, _>>()?;
    for (line, row) in lines.iter_mut().zip(&rows) {
        line.href = paths::review(body, &row.reference);
    }
    let view = CaseList {
        page,
        caption: staff.name_of(body),
        definition: words.reviews_definition().to_owned(),
        count: words.reviews_card(words.count(staff.run()?.open_review_count()?).as_str()),
        cases: lines,
        newer: None,
        older: older(&rows),
    };
    let clear = told.then(|| staff.clear(&Kind::Notice)).transpose()?;
    Ok(with_cookies(html(&view)?, clear))
}

/// `GET /{body}/staff/reviews/{reference}`
pub(crate) async fn review(staff: Staff, at: At) -> Answer {
    let (reference, view) = waiting(&staff, &at)?;
    let typed = typed::kept(&staff)?.unwrap_or_default();
    let fields = fields(&staff, &view, (typed.text("outcome"), typed.text("reason")));
    html(&page_of(&staff, &reference, &view, fields).await?)
}

/// `POST /{body}/staff/reviews/{reference}`
pub(crate) async fn decide(StaffForm { staff, form }: StaffForm, at: At) -> Answer {
    let (reference, view) = waiting(&staff, &at)?;
    let (outcome, reason) = (form.text("outcome"), form.text("reason"));
    let mut fields = fields(&staff, &view, (outcome, reason));
    let faults = [fault_of_outcome(&staff, &view, outcome), fault_of_reason(&staff, reason)];
    if faults.iter().any(Option::is_some) {
        for (field, fault) in fields.iter_mut().zip(faults) {
            field.error = fault;
        }
        return html_wrong(&page_of(&staff, &reference, &view, fields).await?);
    }
    let body = staff.id()?;
    let command = Command::DecideReview {
        case: view.case.request.case,
        outcome: outcome.to_owned(),
        reason: reason.replace("\r\n", "\n"),
    };
    staff.app.setup.host.submit(body, staff.authority.clone(), command).await?;
    let notice = staff.set(&Kind::Notice, TOLD_DECIDED)?;
    Ok(with_cookies(see_other(&paths::reviews(body)), [notice]))
}

/// A case under review.
fn waiting(staff: &Staff, at: &At) -> Result<(Reference, CaseView), Fault> {
    let reference: Reference = at.get("reference")?;
    let view = staff.run()?.case_of(&reference)?.ok_or(Fault::NOT_FOUND)?;
    let waits = view.case.request.status == Status::UnderReview;
    if waits { Ok((reference, view)) } else { Err(Fault::NOT_FOUND) }
}

fn fault_of_outcome(staff: &Staff, view: &CaseView, outcome: &str) -> Option<String> {
    let known = view.service.package.definition.outcome(outcome).is_some();
    (!known).then(|| staff.words.error_review_outcome().to_owned())
}

/// What is wrong with a reason, if anything is.
pub(crate) fn fault_of_reason(staff: &Staff, reason: &str) -> Option<String> {
    let words = staff.words;
    let hostile = reason.chars().any(|letter| letter.is_control() && !"\r\n\t".contains(letter));
    if reason.trim().is_empty() || hostile {
        return Some(words.error_review_reason().to_owned());
    }
    let most = u64::try_from(REASON_CHARACTERS).unwrap_or(u64::MAX);
    let long = reason.chars().count() > REASON_CHARACTERS;
    long.then(|| words.error_shorten(words.count(most).as_str()))
}

/// The outcomes of the case's service, as options.
pub(crate) fn outcomes(staff: &Staff, view: &CaseView, chosen: &str) -> Vec<Choice> {
    let present = view.case.request.outcome.as_deref();
    let outcomes = view.service.package.definition.outcomes.iter();
    let choice = |outcome: &catalogue::Outcome| Choice {
        hint: (present == Some(&outcome.id)).then(|| staff.words.review_stands().to_owned()),
        chosen: outcome.id == chosen,
        ..Choice::new(&outcome.id, outcome.text.in_language(staff.language_shown()))
    };
    outcomes.map(choice).collect()
}

fn fields(staff: &Staff, view: &CaseView, (outcome, reason): (&str, &str)) -> Vec<Field> {
    let words = staff.words;
    let most = u32::try_from(REASON_CHARACTERS).ok();
    let options = Control::one_of(outcomes(staff, view, outcome));
    let area = Control::Area { value: reason.to_owned(), most };
    vec![
        Field::new(words, "outcome", words.review_outcome(), options),
        Field::new(words, "reason", words.review_reason(), area),
    ]
}

/// The page shows what the requester told us, so it is a look each time.
async fn page_of(
    staff: &Staff,
    reference: &Reference,
    view: &CaseView,
    fields: Vec<Field>,
) -> Result<StaffReview, Fault> {
    let (words, body) = (staff.words, staff.id()?);
    let story = Story::of(staff, view);
    let page = staff.frame().page(words.review_title()).back_to(paths::reviews(body));
    let outcome = view.case.request.outcome.as_deref().unwrap_or_default();
    staff.look(view.case.request.case, Viewed::Answers, ViewReason::Review).await?;
    let decided = outcome_of(&view.service, outcome, staff.language_shown());
    Ok(StaffReview {
        page: page.with_errors(errors_of(&fields)),
        caption: format!("{} {reference}", story.title()),
        decided: decided.unwrap_or_default(),
        reasons: story.reasons(staff.run()?.reasons(view)?),
        facts: facts(staff, view),
        answers: opened(staff, view)?,
        timeline: story.timeline(),
        case: Link::new(words.see_case(reference.as_str()), paths::case(body, reference)),
        fields,
        action: paths::review(body, reference),
    })
}
