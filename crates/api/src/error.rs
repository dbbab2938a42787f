//! Why a call was not followed: one list, shown as problem details or as Open311 errors.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::{Language, Text};
use catalogue::{AnswerError, AnswerErrorKind, QuestionSet};
use runtime::{Rejection, ShardError};
use serde_json::{Value as JsonValue, json};

use crate::wording;

/// What is wrong with one value of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The question, or the member of the body.
    pub(crate) name: String,
    /// Where it stands in a JSON body (RFC 6901).
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) kind: AnswerErrorKind,
    /// What people read.
    pub(crate) message: Text,
}

impl Fault {
    /// A fault of an answer, in the question's own words where it has some.
    pub(crate) fn of_answer(error: &AnswerError, questions: &QuestionSet) -> Self {
        let message = |language| error.message(questions, language);
        Self {
            name: error.question.clone(),
            pointer: format!("/answers/{}", escaped(&error.question)),
            kind: error.kind,
            message: Text::english(message(Language::En)).with(Language::Cy, message(Language::Cy)),
        }
    }

    /// A fault of a member beside the answers.
    pub(crate) fn of_member(name: &str, kind: AnswerErrorKind) -> Self {
        let pointer = format!("/{}", escaped(name));
        Self { name: name.to_owned(), pointer, kind, message: kind.text() }
    }
}

/// A name as a step of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Why a call was not followed.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// There is nothing of this address.
    NotFound,
    /// A parameter of this name names nothing that we have.
    Unknown(&'static str),
    /// The address is not asked in this way.
    Method,
    /// The answer is not to be had in a form that the caller takes.
    NotAcceptable,
    /// The body is longer than is read.
    TooLong,
    /// The body did not come in time.
    TooLate,
    /// The body is of another kind.
    MediaType,
    /// Too many calls; one more is taken after so many seconds.
    TooMany {
        /// Seconds.
        seconds: i64,
    },
    /// No key, or one that is not known.
    Key,
    /// A signature that is missing or wrong.
    Signature,
    /// An idempotency key under which something else was sent before.
    KeyReused,
    /// A list that would be longer than is given, or take longer to make.
    TooWide,
    /// What was sent cannot be read.
    Unreadable(Text),
    /// Values that are not valid.
    Invalid(Vec<Fault>),
    /// An answer of the layers below.
    Rejected(Rejection),
    /// A fault of the program, logged where it arose.
    Broken,
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<ShardError> for ApiError {
    fn from(error: ShardError) -> Self {
        tracing::error!(%error, "a read failed");
        Self::Broken
    }
}

impl ApiError {
    /// The status of HTTP.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::Unknown(_) => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooLate => StatusCode::REQUEST_TIMEOUT,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Key | Self::Signature => StatusCode::UNAUTHORIZED,
            Self::Unreadable(_) | Self::TooWide => StatusCode::BAD_REQUEST,
            Self::Invalid(_) | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Rejected(rejection) => status_of(rejection),
            Self::Broken => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The kind of problem, which is the last part of its `type`.
    pub(crate) const fn slug(&self) -> &'static str {
        match self {
            Self::NotFound | Self::Unknown(_) => "not-found",
            Self::Method => "method-not-allowed",
            Self::NotAcceptable => "not-acceptable",
            Self::TooLong => "too-long",
            Self::TooLate => "too-late",
            Self::MediaType => "unsupported-media-type",
            Self::TooMany { .. } => "too-many-calls",
            Self::Key => "key-needed",
            Self::Signature => "wrong-signature",
            Self::KeyReused => "idempotency-key-reused",
            Self::TooWide => "span-too-wide",
            Self::Unreadable(_) => "unreadable",
            Self::Invalid(_) => "invalid-answers",
            Self::Rejected(rejection) => slug_of(rejection),
            Self::Broken => "unavailable",
        }
    }

    /// Seconds after which to come again.
    const fn retry_after(&self) -> Option<i64> {
        match self {
            Self::TooMany { seconds } => Some(*seconds),
            Self::Broken | Self::Rejected(Rejection::NotYet | Rejection::Unavailable) => Some(30),
            Self::NotFound
            | Self::Unknown(_)
            | Self::Method
            | Self::NotAcceptable
            | Self::TooLong
            | Self::TooLate
            | Self::MediaType
            | Self::TooWide
            | Self::Key
            | Self::Signature
            | Self::KeyReused
            | Self::Unreadable(_)
            | Self::Invalid(_)
            | Self::Rejected(_) => None,
        }
    }

    /// Adds what HTTP says beside the body.
    pub(crate) fn with_headers(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::Key) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }

    /// Problem details (RFC 9457).
    pub(crate) fn problem(&self) -> JsonValue {
        let title = wording::of_error(self);
        let mut problem = json!({
            "type": format!("/problems/{}", self.slug()),
            "title": title.in_language(Language::En),
            "title_cy": title.in_language(Language::Cy),
            "status": self.status().as_u16(),
        });
        if let (Self::Invalid(faults), Some(problem)) = (self, problem.as_object_mut()) {
            let errors = faults.iter().map(|fault| {
                json!({
                    "pointer": fault.pointer,
                    "code": fault.kind.key(),
                    "message": fault.message.in_language(Language::En),
                    "message_cy": fault.message.in_language(Language::Cy),
                })
            });
            problem.insert("errors".to_owned(), errors.collect());
        }
        problem
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(self.problem())).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        self.with_headers(response)
    }
}

const fn status_of(rejection: &Rejection) -> StatusCode {
    match rejection {
        Rejection::Invalid(_) | Rejection::NoReason => StatusCode::UNPROCESSABLE_ENTITY,
        Rejection::Request(requests::Rejection::Unknown)
        | Rejection::NotFound
        | Rejection::NotOffered { .. } => StatusCode::NOT_FOUND,
        Rejection::Request(
            requests::Rejection::AlreadyReceived
            | requests::Rejection::AlreadyClosed { .. }
            | requests::Rejection::StillOpen
            | requests::Rejection::TooLate { .. }
            | requests::Rejection::TooOften
            | requests::Rejection::NotByMachine
            | requests::Rejection::UnderReview
            | requests::Rejection::NotUnderReview
            | requests::Rejection::AskedAlready
            | requests::Rejection::AskedTooOften
            | requests::Rejection::NothingAsked,
        )
        | Rejection::Held { .. }
        | Rejection::Process(_) => StatusCode::CONFLICT,
        Rejection::Forbidden | Rejection::SignInNeeded => StatusCode::FORBIDDEN,
        Rejection::NotYet | Rejection::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Rejection::Erased | Rejection::Over => StatusCode::GONE,
    }
}

const fn slug_of(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::Invalid(_) => "invalid-answers",
        Rejection::Request(requests::Rejection::Unknown) | Rejection::NotFound => "not-found",
        Rejection::NotOffered { .. } => "not-offered",
        Rejection::Request(requests::Rejection::AlreadyReceived) => "already-received",
        Rejection::Request(requests::Rejection::AlreadyClosed { .. }) => "already-closed",
        Rejection::Request(requests::Rejection::StillOpen) => "still-open",
        Rejection::Request(requests::Rejection::TooLate { .. }) => "too-late",
        Rejection::Request(requests::Rejection::TooOften) => "too-often",
        Rejection::Request(requests::Rejection::NotByMachine) => "not-by-machine",
        Rejection::Request(requests::Rejection::UnderReview) => "under-review",
        Rejection::Request(requests::Rejection::NotUnderReview) => "not-under-review",
        Rejection::Request(requests::Rejection::AskedAlready) => "asked-already",
        Rejection::Request(requests::Rejection::AskedTooOften) => "asked-too-often",
        Rejection::Request(requests::Rejection::NothingAsked) => "nothing-asked",
        Rejection::NoReason => "reason-needed",
        Rejection::Process(_) => "not-waiting",
        Rejection::Held { .. } => "held",
        Rejection::Forbidden => "forbidden",
        Rejection::SignInNeeded => "sign-in-needed",
        Rejection::NotYet => "not-yet",
        Rejection::Over => "over",
        Rejection::Erased => "erased",
        Rejection::Unavailable => "unavailable",
    }
}
