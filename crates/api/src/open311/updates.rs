//! Service request updates, the extension of `FixMyStreet`: what happened, and "not fixed".

use axum::response::Response;
use base::{CaseId, Channel, Timestamp};
use catalogue::AnswerErrorKind;
use requests::MilestoneKind;
use runtime::{Body, CaseView, Command, Rejection, ShardError};

use super::call::{Answer, Call};
use super::discovery::instant;
use super::document::Node;
use super::requests::{LISTED, Reach, Wanted, missing, named};
use crate::error::{ApiError, Fault};
use crate::json::body::{NOTE_CHARACTERS, is_refused};
use crate::wording::{both, of_milestone};

/// The most cases that are opened for one list, whatever the span leaves of their updates.
const CASES: usize = LISTED;

/// One line of a timeline that has become an update.
struct Update {
    id: String,
    case: CaseId,
    at: Timestamp,
    status: &'static str,
    description: String,
}

/// `GET servicerequestupdates`.
pub(crate) async fn list(call: Call) -> Response {
    let listed = listed(&call).await;
    call.answer(listed)
}

async fn listed(call: &Call) -> Result<Answer, ApiError> {
    let wanted = Wanted::of(&call.at, &call.form)?;
    let language = call.at.language();
    let (found, reach) = call.at.read(move |body| updates(body, &wanted, language)).await?;
    // Whoever follows updates by their dates would not miss those that are left out.
    if reach == Reach::Cut {
        return Err(ApiError::TooWide);
    }
    let shown = found.into_iter().map(|update| {
        Node::Object(vec![
            ("update_id", update.id.into()),
            ("service_request_id", update.case.to_string().into()),
            ("status", update.status.into()),
            ("updated_datetime", instant(update.at)),
            ("description", update.description.into()),
        ])
    });
    Ok(Answer::ok("service_requests_updates", Node::List("request_update", shown.collect())))
}

/// The updates of the span, oldest first: of requests received at most 90 days before its end.
fn updates(
    body: &Body,
    wanted: &Wanted,
    language: base::Language,
) -> Result<(Vec<Update>, Reach), ShardError> {
    let mut found: Vec<Update> = Vec::new();
    let mut opened = 0_usize;
    // What was received after the end of the span has no update in it.
    let reach = wanted.looking_back().walk(body, |summary| {
        if summary.updated_at < wanted.since {
            return Ok(true);
        }
        opened = opened.saturating_add(1);
        if opened <= CASES
            && let Some(view) = body.case(summary.case_id)?
        {
            found.extend(of_case(&view, wanted, language));
        }
        Ok(opened <= CASES && found.len() <= LISTED)
    })?;
    found.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    Ok((found, reach))
}

fn of_case(view: &CaseView, wanted: &Wanted, language: base::Language) -> Vec<Update> {
    let request = &view.case.request;
    let lines = (0_u32..).zip(&request.timeline);
    let in_span = lines.filter(|(_, line)| (wanted.since..=wanted.until).contains(&line.at));
    in_span
        .filter_map(|(number, line)| {
            let (_, text) = of_milestone(view, &line.kind);
            Some(Update {
                id: update_id(request.case, number),
                case: request.case,
                at: line.at,
                status: status(view, &line.kind)?,
                description: text.in_language(language).to_owned(),
            })
        })
        .collect()
}

fn update_id(case: CaseId, number: u32) -> String {
    format!("{case}-{number}")
}

/// The status of an update; `None` for a line that changes nothing for its reader.
fn status(view: &CaseView, kind: &MilestoneKind) -> Option<&'static str> {
    match kind {
        MilestoneKind::Received | MilestoneKind::Joined | MilestoneKind::Chased => None,
        MilestoneKind::Reached(_)
        | MilestoneKind::ReviewAsked
        | MilestoneKind::Asked
        | MilestoneKind::Answered
        | MilestoneKind::Unanswered => Some("IN_PROGRESS"),
        MilestoneKind::Outcome(outcome) | MilestoneKind::Reviewed(_, outcome) => {
            let outcome = view.service.package.definition.outcome(outcome);
            Some(match outcome.map(|outcome| outcome.end) {
                Some(catalogue::OutcomeEnd::Done) => "FIXED",
                Some(catalogue::OutcomeEnd::Refused) => "NO_FURTHER_ACTION",
                None => "CLOSED",
            })
        }
        MilestoneKind::NotFixed => Some("OPEN"),
        MilestoneKind::Withdrawn => Some("CANCELLED"),
    }
}

/// `POST servicerequestupdates`: "this is not fixed".
pub(crate) async fn send(call: Call) -> Response {
    let sent = sent(&call).await;
    call.answer(sent)
}

async fn sent(call: &Call) -> Result<Answer, ApiError> {
    let client = call.client()?;
    let id = call.form.text("service_request_id").ok_or_else(|| missing("service_request_id"))?;
    let found = named(call, vec![id.to_owned()]).await?;
    let unknown = ApiError::Unknown("service_request_id");
    let case = found.first().ok_or(unknown)?.case_id;
    reopening(call.form.text("status").ok_or_else(|| missing("status"))?)?;
    let note = note(call.form.text("description"))?;
    let command = Command::NotFixed { case, channel: Channel::Open311, note };
    let heard = match client.submit(command).await {
        Ok(_) => latest_return(call, case).await?,
        // The same update sent again after its answer was lost.
        Err(rejection @ Rejection::Request(requests::Rejection::StillOpen)) => {
            latest_return(call, case).await?.map_or(Err(rejection), |id| Ok(Some(id)))?
        }
        Err(rejection) => return Err(rejection.into()),
    };
    let update = vec![("update_id", heard.unwrap_or_default().into())];
    let list = Node::List("request_update", vec![Node::Object(update)]);
    Ok(Answer::ok("service_request_updates", list))
}

/// The latest line of the timeline, when it is a return.
async fn latest_return(call: &Call, case: CaseId) -> Result<Option<String>, ApiError> {
    let view = call.at.read(move |body| body.case(case)).await?;
    let view = view.ok_or(ApiError::NotFound)?;
    let returned = (0_u32..)
        .zip(&view.case.request.timeline)
        .filter(|(_, line)| line.kind == MilestoneKind::NotFixed)
        .last();
    Ok(returned.map(|(number, _)| update_id(case, number)))
}

/// Only a reopening is heard: all else that a client may say changes nothing with us.
fn reopening(status: &str) -> Result<(), ApiError> {
    let sentence = || {
        both(
            "Only status REOPEN or OPEN is heard: \"this is not fixed\".",
            "Dim ond status REOPEN neu OPEN sy'n cael ei glywed: \"nid yw hwn wedi'i drwsio\".",
        )
    };
    let reopens = matches!(status.to_ascii_uppercase().as_str(), "REOPEN" | "OPEN");
    reopens.then_some(()).ok_or_else(|| ApiError::Unreadable(sentence()))
}

fn note(description: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(note) = description else { return Ok(None) };
    let fault = |kind| ApiError::Invalid(vec![Fault::of_member("description", kind)]);
    if note.chars().count() > NOTE_CHARACTERS {
        return Err(fault(AnswerErrorKind::TooLong));
    }
    if note.chars().any(is_refused) {
        return Err(fault(AnswerErrorKind::Format));
    }
    Ok(Some(note.to_owned()))
}
