//! Ending by hand a request that cannot go on: its outcome, and what was done.

use runtime::{CaseView, Command, IncidentDetail, REASON_CHARACTERS};

use super::answer::{Answer, html_wrong, see_other, with_cookies};
use super::callers::{At, Staff, StaffForm};
use super::cookies::Kind;
use super::operator::{Open, TOLD_CLOSED, incident_view, stuck};
use super::reviews::{fault_of_reason, outcomes};
use crate::paths;
use crate::views::field::{Control, Field, errors_of};
use crate::views::operator::ByHand;

/// `POST /{body}/staff/incidents/{case}/{element}/by-hand`
pub(crate) async fn close(StaffForm { staff, form }: StaffForm, at: At) -> Answer {
    let (detail, view) = stuck(&staff, &at)?;
    let (outcome, reason) = (form.text("outcome"), form.text("reason"));
    let known = view.service.package.definition.outcome(outcome).is_some();
    let faults = [
        (!known).then(|| staff.words.error_by_hand_outcome().to_owned()),
        fault_of_reason(&staff, reason).map(|_| staff.words.error_reason().to_owned()),
    ];
    if faults.iter().any(Option::is_some) {
        return wrong(&staff, (&detail, &view), (outcome, reason), faults);
    }
    let body = staff.id()?;
    let command = Command::CloseByHand {
        case: view.case.request.case,
        outcome: outcome.to_owned(),
        reason: reason.replace("\r\n", "\n"),
    };
    staff.app.setup.host.submit(body, staff.authority.clone(), command).await?;
    let notice = staff.set(&Kind::Notice, TOLD_CLOSED)?;
    let operator = staff.has(&[base::Role::Operator]);
    let next = if operator { paths::operator(body) } else { paths::staff(body) };
    Ok(with_cookies(see_other(&next), [notice]))
}

fn wrong(
    staff: &Staff,
    (detail, view): (&IncidentDetail, &CaseView),
    typed: (&str, &str),
    faults: [Option<String>; 2],
) -> Answer {
    let mut page = incident_view(staff, detail, view, Open::Sealed)?;
    let mut by_hand = form_of(staff, view, &page.address, typed);
    for (field, fault) in by_hand.fields.iter_mut().zip(faults) {
        field.error = fault;
    }
    page.page.errors = errors_of(&by_hand.fields);
    page.by_hand = Some(by_hand);
    html_wrong(&page)
}

/// The form of an incident's page.
pub(crate) fn form_of(
    staff: &Staff,
    view: &CaseView,
    address: &str,
    (outcome, reason): (&str, &str),
) -> ByHand {
    let words = staff.words;
    let most = u32::try_from(REASON_CHARACTERS).ok();
    let options = Control::one_of(outcomes(staff, view, outcome));
    let area = Control::Area { value: reason.to_owned(), most };
    ByHand {
        fields: vec![
            Field::new(words, "outcome", words.by_hand_outcome(), options),
            Field::new(words, "reason", words.by_hand_reason(), area),
        ],
        action: format!("{address}/by-hand"),
    }
}
