//! Service requests by the API: send one, follow it, say that it is not fixed, take it back.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::{Channel, DraftId, Reference};
use catalogue::QuestionSet;
use runtime::{CaseView, Command, Rejection, Reply, Submit};
use serde_json::{Value, json};

use super::body::{NewRequest, NotFixed};
use super::{by_language, services};
use crate::answers::refused;
use crate::callers::{At, Client, Follower, only};
use crate::error::ApiError;
use crate::wording::{both, of_milestone};

/// The longest idempotency key.
const IDEMPOTENCY_KEY_BYTES: usize = 255;
/// Days, the present one counted, for which an idempotency key is known.
const KEY_DAYS: i64 = 3;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// Sends a request: 201, or 200 when the same thing is already being dealt with.
pub(crate) async fn send(
    client: Client,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
    sent: NewRequest,
) -> Result<Response, ApiError> {
    let service = services::service(&client.at, &name)?;
    let questions = &service.package.questions;
    let mut ids = drafts(&client, &headers)?.into_iter();
    let submit = Submit {
        service: service.id().clone(),
        channel: Channel::Api,
        language: sent.language,
        given: sent.answers.into_iter().collect(),
        draft: ids.next(),
        earlier: ids.collect(),
    };
    let reply = client.submit(Command::Submit(Box::new(submit))).await;
    taken(&client.at, reply.map_err(|rejection| not_taken(rejection, questions))?)
}

/// A key that was used for something else is the caller's fault, and said as such.
fn not_taken(rejection: Rejection, questions: &QuestionSet) -> ApiError {
    if rejection == Rejection::Request(requests::Rejection::AlreadyReceived) {
        ApiError::KeyReused
    } else {
        refused(rejection, questions)
    }
}

/// The request that a call sent again is the same as: its id follows from client and key, and from
/// the day on which the key was first used, so that ids keep the order of time. The id of today first,
/// then of each day for which the key is known.
fn drafts(client: &Client, headers: &HeaderMap) -> Result<Vec<DraftId>, ApiError> {
    let Some(key) = only(headers, "idempotency-key")? else { return Ok(Vec::new()) };
    let sentence = || {
        both(
            "The Idempotency-Key is not 1 to 255 plain characters.",
            "Nid yw'r Idempotency-Key yn 1 i 255 o nodau plaen.",
        )
    };
    let key = key.to_str().ok().map(str::trim);
    let key = key.filter(|key| !key.is_empty() && key.len() <= IDEMPOTENCY_KEY_BYTES);
    let key = key.ok_or_else(|| ApiError::Unreadable(sentence()))?;
    let today = client.at.now().as_millis().div_euclid(DAY_MS);
    let days = (0..KEY_DAYS).map(|ago| today.saturating_sub(ago));
    Ok(days.map(|day| client.id_of(key, day.saturating_mul(DAY_MS))).collect())
}

fn taken(at: &At, reply: Reply) -> Result<Response, ApiError> {
    let (status, joined, reference, promised) = match reply {
        Reply::Received { reference, promised, .. } => {
            (StatusCode::CREATED, false, reference, promised)
        }
        Reply::Joined { reference, promised, .. } => (StatusCode::OK, true, reference, promised),
        Reply::Draft { .. } | Reply::Done | Reply::AlreadyTaken | Reply::Considered(_) => {
            return Err(ApiError::Broken);
        }
    };
    let address = at.address(&format!("/api/requests/{reference}"));
    let body = json!({
        "reference": reference,
        "promised_on": promised,
        "joined_open_request": joined,
        "links": { "self": address },
    });
    let mut response = (status, Json(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(&address) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn reference(name: &str) -> Result<Reference, ApiError> {
    name.parse().map_err(|_| ApiError::NotFound)
}

/// The case of a reference. One that is a person's own is there for the program that sent it, and
/// for nobody else who has the reference.
async fn case(at: &At, client: Option<&Client>, name: &str) -> Result<CaseView, ApiError> {
    let reference = reference(name)?;
    // A program is known, and its mistakes are its own.
    let found = match client {
        Some(_) => at.read(move |body| body.case_of(&reference)).await?,
        None => at.look_up(move |body| body.case_of(&reference)).await?,
    };
    let theirs = |view: &CaseView| client.is_some_and(|client| client.sent(&view.case.request));
    found.filter(|view| !view.is_of_a_person() || theirs(view)).ok_or(ApiError::NotFound)
}

/// Where a request stands.
pub(crate) async fn read(
    Follower { at, client }: Follower,
    Path((_, name)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let view = case(&at, client.as_ref(), &name).await?;
    Ok(Json(shown(&at, &view)))
}

/// "This is not fixed."
pub(crate) async fn not_fixed(
    client: Client,
    Path((_, name)): Path<(String, String)>,
    said: NotFixed,
) -> Result<Json<Value>, ApiError> {
    let id = case(&client.at, Some(&client), &name).await?.case.request.case;
    let command = Command::NotFixed { case: id, channel: Channel::Api, note: said.note };
    client.submit(command).await?;
    Ok(Json(shown(&client.at, &case(&client.at, Some(&client), &name).await?)))
}

/// Takes a request back.
pub(crate) async fn withdraw(
    client: Client,
    Path((_, name)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let id = case(&client.at, Some(&client), &name).await?.case.request.case;
    client.submit(Command::Withdraw { case: id }).await?;
    Ok(Json(shown(&client.at, &case(&client.at, Some(&client), &name).await?)))
}

/// Asks a person to look again at what a machine decided.
pub(crate) async fn review(
    client: Client,
    Path((_, name)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let id = case(&client.at, Some(&client), &name).await?.case.request.case;
    client.submit(Command::AskForReview { case: id, channel: Channel::Api, reason: None }).await?;
    Ok(Json(shown(&client.at, &case(&client.at, Some(&client), &name).await?)))
}

/// A request without anything that its requester told us.
fn shown(at: &At, view: &CaseView) -> Value {
    let request = &view.case.request;
    let languages = at.languages();
    let timeline = request.timeline.iter().map(|milestone| {
        let (what, text) = of_milestone(view, &milestone.kind);
        json!({
            "at": milestone.at.to_string(),
            "what": what,
            "text": by_language(&text, &languages),
        })
    });
    let parts = view.parts().into_iter().map(|part| {
        json!({
            "id": part.id,
            "title": by_language(&part.title, &languages),
            "state": part.state.key(),
            "text": by_language(&part.text, &languages),
            "since": part.since.map(|since| since.to_string()),
        })
    });
    let definition = &view.service.package.definition;
    let outcome = request.outcome.as_ref().map(|id| {
        let text = definition.outcome(id).map(|outcome| by_language(&outcome.text, &languages));
        json!({ "id": id, "text": text })
    });
    let address = at.address(&format!("/api/requests/{}", request.reference));
    json!({
        "reference": request.reference,
        "service": request.service,
        "title": by_language(&definition.title, &languages),
        "status": request.status.key(),
        "received_at": request.received_at.to_string(),
        "updated_at": view.case.updated_at.to_string(),
        "closed_at": request.closed_at.map(|at| at.to_string()),
        "promised_on": request.promised,
        "outcome": outcome,
        "parts": parts.collect::<Vec<Value>>(),
        "timeline": timeline.collect::<Vec<Value>>(),
        "may": {
            "not_fixed": view.may_say_not_fixed(at.now()),
            "withdraw": view.may_withdraw(at.now()),
            "review": view.may_ask_for_review(at.now()),
        },
        "links": {
            "self": address,
            "not_fixed": format!("{address}/not-fixed"),
            "withdraw": format!("{address}/withdraw"),
            "review": format!("{address}/review"),
        }
    })
}
