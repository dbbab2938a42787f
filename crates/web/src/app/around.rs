//! What runs about every request: language, cookies, the check of forms, headers, problem pages.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use askama::Template as _;
use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base::Language;
use futures_util::FutureExt as _;

use super::answer::{Fault, Shown, add_cookie, see_other};
use super::cookies::{Kind, region_language};
use super::endpoints::Endpoint;
use super::form::{FORM_BYTES, Fields};
use super::seen::Seen;
use super::state::App;
use crate::views::problem::{Problem, ProblemKind};

/// No script, no inline style, nothing from elsewhere, no frame around us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
                                       form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const PERMISSIONS_POLICY: &str =
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()";

/// Takes a request in, lets its handler answer, and finishes the answer.
pub(crate) async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let (seen, readable) = match Seen::of(&app, &request) {
        Ok(seen) => (Arc::new(seen), Ok(())),
        Err(problem) => (Arc::new(Seen::unreadable(&app, &request)), Err(problem)),
    };
    let answered = AssertUnwindSafe(answer(&seen, readable, request, next)).catch_unwind().await;
    let response = answered.unwrap_or_else(|_| {
        tracing::error!(path = %seen.path, "a handler panicked");
        Fault::Problem(ProblemKind::OurFault).into_response()
    });
    finish(&seen, response)
}

async fn answer(
    seen: &Arc<Seen>,
    readable: Result<(), ProblemKind>,
    request: Request,
    next: Next,
) -> Response {
    if let Err(problem) = readable {
        return Fault::Problem(problem).into_response();
    }
    if let Some(switched) = switch_language(seen) {
        return switched;
    }
    match take_in(seen, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => Fault::Problem(problem).into_response(),
    }
}

/// `?lang=` on any page: keeps the choice and comes back without it.
fn switch_language(seen: &Seen) -> Option<Response> {
    let wanted = seen.query.first("lang").filter(|_| seen.method == Method::GET)?;
    let language = Language::from_tag(wanted).filter(|wish| seen.languages().contains(wish));
    let mut response = see_other(&seen.address());
    let cookie = language.map(|language| match seen.set(&Kind::Language, language.tag()) {
        Ok(cookie) => cookie,
        Err(_) => region_language(language.tag(), seen.app.setup.secure_cookies),
    });
    if let Some(cookie) = cookie {
        add_cookie(response.headers_mut(), &cookie);
    }
    Some(response)
}

/// Gives the handler what was seen, and the form that was sent once it is known to be ours.
async fn take_in(seen: &Arc<Seen>, request: Request) -> Result<Request, ProblemKind> {
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let endpoint = matched.and_then(|path| Endpoint::find(&seen.method, &path));
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Arc::clone(seen));
    let Some(endpoint) = endpoint else { return Ok(Request::from_parts(parts, body)) };
    parts.extensions.insert(endpoint);
    if seen.method == Method::POST {
        let form = read_form(seen, &parts.headers, body).await?;
        parts.extensions.insert(Arc::new(form));
        return Ok(Request::from_parts(parts, Body::empty()));
    }
    Ok(Request::from_parts(parts, body))
}

/// Reads a form and checks that our own page sent it.
async fn read_form(seen: &Seen, headers: &HeaderMap, body: Body) -> Result<Fields, ProblemKind> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let empty = headers.get(header::CONTENT_LENGTH).is_some_and(|length| length == "0");
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") && !empty {
        return Err(ProblemKind::NotUnderstood);
    }
    let bytes = to_bytes(body, FORM_BYTES).await.map_err(|_| ProblemKind::TooLarge)?;
    let form = Fields::parse(&bytes).map_err(|_| ProblemKind::NotUnderstood)?;
    let ours = is_same_origin(seen, headers) && seen.is_own_form(form.text("csrf"));
    if ours { Ok(form) } else { Err(ProblemKind::ExpiredForm) }
}

/// Whether the browser says that the form came from a page of this origin. One that says nothing
/// is judged by the form's token alone.
fn is_same_origin(seen: &Seen, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    match text(header::ORIGIN) {
        Some(origin) => {
            let host = text(header::HOST).unwrap_or_default();
            let plain = origin.strip_prefix("http://").filter(|_| !seen.app.setup.secure_cookies);
            let of = origin.strip_prefix("https://").or(plain);
            of.is_some_and(|of| !host.is_empty() && of.eq_ignore_ascii_case(host))
        }
        None if headers.contains_key(header::ORIGIN) => false,
        None => {
            headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none")
        }
    }
}

/// Makes the problem page where one is due, and puts the headers on.
fn finish(seen: &Seen, response: Response) -> Response {
    let mut response = match response.extensions().get::<Shown>().copied() {
        Some(Shown(kind)) => problem_page(seen, kind, response),
        None => response,
    };
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    if is_page {
        let tag = HeaderValue::from_static(seen.words.tag());
        headers.insert(header::CONTENT_LANGUAGE, tag);
        headers.append(header::VARY, HeaderValue::from_static("cookie, accept-language"));
    }
    if is_page
        && seen.is_new
        && let Ok(cookie) = seen.set(&Kind::Visitor, &seen.visitor)
    {
        add_cookie(headers, &cookie);
    }
    protect(headers, seen.app.setup.secure_cookies);
    response
}

fn protect(headers: &mut HeaderMap, secure: bool) {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("permissions-policy", HeaderValue::from_static(PERMISSIONS_POLICY));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if secure {
        let age = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, age);
    }
}

fn problem_page(seen: &Seen, kind: ProblemKind, response: Response) -> Response {
    let trace = matches!(kind, ProblemKind::OurFault).then(|| trace_of(seen));
    if let Some(trace) = &trace {
        tracing::error!(%trace, path = %seen.path, "answered with a fault of ours");
    }
    let (mut parts, _) = response.into_parts();
    let page = Problem::of(seen.frame(), kind, trace).render().unwrap_or_default();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    parts.headers.insert(header::CONTENT_TYPE, html);
    parts.headers.remove(header::CONTENT_LENGTH);
    if let ProblemKind::TooOften { again_minutes } = kind {
        let seconds = HeaderValue::from(again_minutes.saturating_mul(60));
        parts.headers.insert(header::RETRY_AFTER, seconds);
    }
    Response::from_parts(parts, Body::from(page))
}

/// A number by which staff find the fault in the log.
fn trace_of(seen: &Seen) -> String {
    let moment = seen.now.as_millis().to_be_bytes();
    let digest = base::Digest::of_parts(&[&moment, seen.path.as_bytes(), seen.visitor.as_bytes()]);
    digest.to_string().chars().take(10).collect()
}
