//! What a handler answers: a page, a way onward, or what stands in the way.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use runtime::{Rejection, ShardError, SignInRejection};

use crate::views::problem::ProblemKind;

/// A handler's answer.
pub(crate) type Answer = Result<Response, Fault>;

/// Why there is no page; `around` shows it.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Something is in the way, and the person is told what.
    Problem(ProblemKind),
    /// The person goes somewhere else first.
    Elsewhere(String),
}

impl Fault {
    pub(crate) const NOT_FOUND: Self = Self::Problem(ProblemKind::NotFound);
}

/// What `around` finds on a response whose page it has to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown(pub(crate) ProblemKind);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(kind) => {
                let mut response = status_of(kind).into_response();
                response.extensions_mut().insert(Shown(kind));
                response
            }
            Self::Elsewhere(to) => see_other(&to),
        }
    }
}

/// The status of a problem.
pub(crate) fn status_of(kind: ProblemKind) -> StatusCode {
    StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl From<ShardError> for Fault {
    fn from(error: ShardError) -> Self {
        tracing::error!(%error, "a page could not be read from the store");
        Self::Problem(ProblemKind::OurFault)
    }
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        Self::Problem(match rejection {
            Rejection::Invalid(_) | Rejection::NoReason => ProblemKind::NotUnderstood,
            Rejection::Request(_)
            | Rejection::Process(_)
            | Rejection::NotYet
            | Rejection::Over
            | Rejection::Held { .. }
            | Rejection::NotOffered { .. }
            | Rejection::Erased => ProblemKind::NotNow,
            Rejection::NotFound => ProblemKind::NotFound,
            Rejection::Forbidden | Rejection::SignInNeeded => ProblemKind::NotAllowed,
            Rejection::Unavailable => ProblemKind::Unavailable,
        })
    }
}

impl From<SignInRejection> for Fault {
    fn from(rejection: SignInRejection) -> Self {
        Self::Problem(match rejection {
            SignInRejection::NotAnAddress
            | SignInRejection::NotACode
            | SignInRejection::Wrong { .. }
            | SignInRejection::Expired => ProblemKind::NotUnderstood,
            SignInRejection::TooMany { again_ms } => ProblemKind::too_often(again_ms),
            SignInRejection::Unavailable => ProblemKind::Unavailable,
        })
    }
}

impl From<identity::RetryAfter> for Fault {
    fn from(retry: identity::RetryAfter) -> Self {
        Self::Problem(ProblemKind::too_often(retry.millis))
    }
}

/// A page.
pub(crate) fn html(view: &impl Template) -> Answer {
    html_with(StatusCode::OK, view)
}

/// A page whose form has errors.
pub(crate) fn html_wrong(view: &impl Template) -> Answer {
    html_with(StatusCode::UNPROCESSABLE_ENTITY, view)
}

/// A page with a status.
pub(crate) fn html_with(status: StatusCode, view: &impl Template) -> Answer {
    match view.render() {
        Ok(page) => Ok((status, Html(page)).into_response()),
        Err(error) => {
            tracing::error!(%error, "a page could not be made");
            Err(Fault::Problem(ProblemKind::OurFault))
        }
    }
}

/// The way to another page of ours.
pub(crate) fn see_other(to: &str) -> Response {
    let location = HeaderValue::from_str(to);
    location.map_or_else(
        |_| Fault::NOT_FOUND.into_response(),
        |location| (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
    )
}

/// Adds a cookie to an answer.
pub(crate) fn add_cookie(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// The same answer with cookies.
pub(crate) fn with_cookies(
    mut response: Response,
    cookies: impl IntoIterator<Item = String>,
) -> Response {
    for cookie in cookies {
        add_cookie(response.headers_mut(), &cookie);
    }
    response
}
