//! Service requests by Open311: send one, list them, read one.

use axum::response::Response;
use base::{CaseId, Channel, Date, Language, Reference, ServiceId, Timestamp, id_from_parts};
use runtime::{Body, Command, DRAFT_SECONDS, Reply, RequestSummary, ShardError, Submit};

use super::call::{Answer, Call, Form};
use super::discovery::instant;
use super::document::Node;
use super::given::given;
use super::services::{offered, service};
use crate::answers::refused;
use crate::callers::At;
use crate::error::ApiError;
use crate::wording::both;

/// The longest span of a list, in seconds.
const SPAN_SECONDS: i64 = 90 * 86_400;
/// The most requests of a list.
pub(super) const LISTED: usize = 1_000;
/// The most rows that are looked at for one list, whatever the filter leaves of them.
const ROWS: usize = 5_000;

/// How far a walk came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To the end of what is wanted.
    Whole,
    /// To its limit: something older is left.
    Cut,
}

/// `POST requests`.
pub(crate) async fn send(call: Call) -> Response {
    let sent = sent(&call).await;
    call.answer(sent)
}

async fn sent(call: &Call) -> Result<Answer, ApiError> {
    let client = call.client()?;
    let code = call.form.text("service_code").ok_or_else(|| missing("service_code"))?;
    let service = service(&call.at, code)?;
    let places = &call.at.body()?.settings().places;
    let submit = Submit {
        service: service.id().clone(),
        channel: Channel::Open311,
        language: None,
        given: given(&call.form, service, places)?,
        draft: None,
        earlier: Vec::new(),
    };
    let reply = client.submit(Command::Submit(Box::new(submit))).await;
    let questions = &service.package.questions;
    taken(call, &reply.map_err(|rejection| refused(rejection, questions))?)
}

pub(super) fn missing(name: &str) -> ApiError {
    ApiError::Unreadable(both(&format!("Give a {name}."), &format!("Rhowch {name}.")))
}

fn taken(call: &Call, reply: &Reply) -> Result<Answer, ApiError> {
    let language = call.at.language();
    let answer = |case: &CaseId, notice: String| {
        let request = vec![
            ("service_request_id", case.to_string().into()),
            ("service_notice", notice.into()),
        ];
        Node::List("request", vec![Node::Object(request)])
    };
    match reply {
        Reply::Received { case, reference, promised } => {
            let notice = notice(reference, *promised, language);
            Ok(Answer::created("service_requests", answer(case, notice)))
        }
        Reply::Joined { case, reference, promised } => {
            let joined = both(
                "Somebody has already told us about this, so we added yours to it.",
                "Mae rhywun eisoes wedi dweud wrthym am hyn, felly rydym wedi ychwanegu eich un chi.",
            );
            let notice = notice(reference, *promised, language);
            let notice = format!("{} {notice}", joined.in_language(language));
            Ok(Answer::ok("service_requests", answer(case, notice)))
        }
        Reply::Draft { .. } | Reply::Done | Reply::AlreadyTaken | Reply::Considered(_) => {
            Err(ApiError::Broken)
        }
    }
}

/// What a person reads in their client, the day in words.
fn notice(reference: &Reference, promised: Date, language: Language) -> String {
    let [en, cy] = [Language::En, Language::Cy].map(|language| promised.in_words(language));
    let notice = both(
        &format!("Your reference is {reference}. We promise an outcome by {en}."),
        &format!("Eich cyfeirnod yw {reference}. Rydym yn addo canlyniad erbyn {cy}."),
    );
    notice.in_language(language).to_owned()
}

/// Which requests are wanted.
#[derive(Clone)]
pub(super) struct Wanted {
    services: Vec<ServiceId>,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    /// Whether the caller named an end or a beginning of the span.
    is_dated: bool,
    open: Option<bool>,
}

impl Wanted {
    /// Everything of the span that a form names: 90 days at most, up to now when it names no end.
    pub(super) fn of(at: &At, form: &Form) -> Result<Self, ApiError> {
        let (first, last) = (form.instant("start_date")?, form.instant("end_date")?);
        let until = last.unwrap_or_else(|| at.now());
        let earliest = until.plus_seconds(-SPAN_SECONDS);
        let since = first.map_or(earliest, |since| since.max(earliest));
        let is_dated = first.or(last).is_some();
        let codes = form.texts("service_code");
        let services = if codes.is_empty() {
            offered(at)?.into_iter().map(|service| service.id().clone()).collect()
        } else {
            let read = codes.into_iter().map(|code| Ok(service(at, code)?.id().clone()));
            read.collect::<Result<_, ApiError>>()?
        };
        Ok(Self { services, since, until, is_dated, open: open(form)? })
    }

    /// The same requests, looked for as far back as a span reaches.
    pub(super) fn looking_back(&self) -> Self {
        Self { since: self.until.plus_seconds(-SPAN_SECONDS), ..self.clone() }
    }

    /// The newest requests that were received in time to be of a service that is wanted, one after
    /// another until `take` has enough, or as many rows were looked at as one list may cost.
    pub(super) fn walk(
        &self,
        body: &Body,
        mut take: impl FnMut(RequestSummary) -> Result<bool, ShardError>,
    ) -> Result<Reach, ShardError> {
        let only = match self.services.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        // A case's id begins with the instant at which its form was begun, if not received.
        let begun = self.since.plus_seconds(-DRAFT_SECONDS);
        let mut before = CaseId::from_bytes(id_from_parts(self.until.plus_millis(1), [0; 16]));
        let after = CaseId::from_bytes(id_from_parts(begun, [0; 16]));
        let mut rows = 0_usize;
        while rows < ROWS {
            let page = body.newest_requests(only, before)?;
            let Some(last) = page.last() else { return Ok(Reach::Whole) };
            before = last.case_id;
            rows = rows.saturating_add(page.len());
            for summary in page {
                if self.services.contains(&summary.service) && !take(summary)? {
                    return Ok(Reach::Cut);
                }
            }
            if before < after {
                return Ok(Reach::Whole);
            }
        }
        Ok(Reach::Cut)
    }

    fn holds(&self, summary: &RequestSummary) -> bool {
        (self.since..=self.until).contains(&summary.received_at)
            && self.open.is_none_or(|open| summary.closed_at.is_none() == open)
    }

    fn list(&self, body: &Body) -> Result<(Vec<RequestSummary>, Reach), ShardError> {
        let mut listed = Vec::new();
        let reach = self.walk(body, |summary| {
            let holds = self.holds(&summary);
            let has_room = listed.len() < LISTED;
            if holds && has_room {
                listed.push(summary);
            }
            Ok(!holds || has_room)
        })?;
        listed.sort_by(|one, other| {
            (other.received_at, other.case_id).cmp(&(one.received_at, one.case_id))
        });
        Ok((listed, reach))
    }
}

/// Whether open or closed requests are wanted; both, when nothing or both are named.
fn open(form: &Form) -> Result<Option<bool>, ApiError> {
    let named = form.texts("status");
    let sentence = || both("status is open or closed.", "open neu closed yw status.");
    if named.iter().any(|status| !matches!(*status, "open" | "closed")) {
        return Err(ApiError::Unreadable(sentence()));
    }
    let (open, closed) = (named.contains(&"open"), named.contains(&"closed"));
    Ok((open != closed).then_some(open))
}

/// `GET requests`.
pub(crate) async fn list(call: Call) -> Response {
    let listed = listed(&call).await;
    call.answer(listed)
}

async fn listed(call: &Call) -> Result<Answer, ApiError> {
    let ids = call.form.texts("service_request_id");
    let found = if ids.is_empty() {
        let wanted = Wanted::of(&call.at, &call.form)?;
        let is_dated = wanted.is_dated;
        let (listed, reach) = call.at.read(move |body| wanted.list(body)).await?;
        // Without a span the newest are meant, as many as a list holds (GeoReport v2). Of a span
        // that somebody named nothing is left out in silence.
        if is_dated && reach == Reach::Cut {
            return Err(ApiError::TooWide);
        }
        listed
    } else {
        named(call, ids.into_iter().map(str::to_owned).collect()).await?
    };
    Ok(requests(call, &found))
}

/// `GET requests/{id}`.
pub(crate) async fn read(call: Call) -> Response {
    let found = named(&call, vec![call.name.clone()]).await;
    let answer = found.and_then(|found| {
        if found.is_empty() {
            Err(ApiError::Unknown("service_request_id"))
        } else {
            Ok(requests(&call, &found))
        }
    });
    call.answer(answer)
}

/// `GET tokens/{token}`: an id was given at once, so it is its own token.
pub(crate) async fn token(call: Call) -> Response {
    let found = named(&call, vec![call.name.clone()]).await;
    let answer = found.and_then(|found| {
        let request = found.first().ok_or(ApiError::Unknown("token"))?;
        let id = request.case_id.to_string();
        let request = vec![("service_request_id", id.clone().into()), ("token", id.into())];
        let list = Node::List("request", vec![Node::Object(request)]);
        Ok(Answer::ok("service_requests", list))
    });
    call.answer(answer)
}

/// The requests of these ids, those that are there; a reference is taken as well.
pub(super) async fn named(call: &Call, ids: Vec<String>) -> Result<Vec<RequestSummary>, ApiError> {
    let services: Vec<ServiceId> =
        offered(&call.at)?.into_iter().map(|service| service.id().clone()).collect();
    let mut found = Vec::new();
    for id in ids.iter().take(LISTED) {
        let summary = match (id.parse::<CaseId>(), id.parse::<Reference>()) {
            (Ok(case), _) => call.at.read(move |body| body.summary(case)).await?,
            (_, Ok(reference)) => call.at.look_up(move |body| body.summary_of(&reference)).await?,
            (Err(_), Err(_)) => None,
        };
        found.extend(summary.filter(|summary| services.contains(&summary.service)));
    }
    Ok(found)
}

fn requests(call: &Call, found: &[RequestSummary]) -> Answer {
    let language = call.at.language();
    let shown = found.iter().map(|summary| shown(&call.at, summary, language));
    Answer::ok("service_requests", Node::List("request", shown.collect()))
}

/// A request without anything that its requester told us.
fn shown(at: &At, summary: &RequestSummary, language: Language) -> Node {
    let service = service(at, summary.service.as_str()).ok();
    let definition = service.map(|service| &service.package.definition);
    let name = definition.map_or("", |definition| definition.title.in_language(language));
    let status = if summary.closed_at.is_none() { "open" } else { "closed" };
    let mut shown = vec![
        ("service_request_id", summary.case_id.to_string().into()),
        ("status", status.into()),
        ("service_name", name.into()),
        ("service_code", summary.service.as_str().into()),
        ("description", name.into()),
        ("agency_responsible", at.settings.name.in_language(language).into()),
        ("requested_datetime", instant(summary.received_at)),
        ("updated_datetime", instant(summary.updated_at)),
    ];
    let outcome = definition.zip(summary.outcome.as_ref());
    let outcome = outcome.and_then(|(definition, outcome)| definition.outcome(outcome));
    if let Some(outcome) = outcome {
        shown.push(("status_notes", outcome.text.in_language(language).into()));
    }
    if let Some(promised) = summary.promised_on {
        shown.push(("expected_datetime", instant(promised.at_uk(23, 59))));
    }
    Node::Object(shown)
}
