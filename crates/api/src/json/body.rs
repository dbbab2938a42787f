//! The body of a call: JSON, of the right kind, not too long, read strictly.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use base::Language;
use catalogue::AnswerErrorKind;
use serde_json::{Map, Value};

use crate::answers::{JSON_BYTES, read_object};
use crate::callers::bytes_of;
use crate::error::{ApiError, Fault};
use crate::state::ApiState;

/// The longest note of "this is not fixed", in characters.
pub(crate) const NOTE_CHARACTERS: usize = 2_000;

/// A new request as it is sent.
#[derive(Debug)]
pub(crate) struct NewRequest {
    pub(crate) answers: Map<String, Value>,
    pub(crate) language: Option<Language>,
}

/// What is said with "this is not fixed".
#[derive(Debug)]
pub(crate) struct NotFixed {
    pub(crate) note: Option<String>,
}

/// The members of a body as they are taken out of it; what is left at the end is a fault.
struct Members {
    object: Map<String, Value>,
    faults: Vec<Fault>,
}

impl Members {
    async fn of(request: Request) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            return Err(ApiError::MediaType);
        }
        let object = read_object(&bytes_of(body, JSON_BYTES).await?)?;
        Ok(Self { object, faults: Vec::new() })
    }

    fn fault(&mut self, name: &str, kind: AnswerErrorKind) {
        self.faults.push(Fault::of_member(name, kind));
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.object.remove(name).filter(|value| !value.is_null())
    }

    fn object(&mut self, name: &str) -> Map<String, Value> {
        match self.take(name) {
            Some(Value::Object(object)) => return object,
            Some(_) => self.fault(name, AnswerErrorKind::Type),
            None => self.fault(name, AnswerErrorKind::Required),
        }
        Map::new()
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name) {
            Some(Value::String(text)) => {
                Some(text.trim().to_owned()).filter(|text| !text.is_empty())
            }
            Some(_) => {
                self.fault(name, AnswerErrorKind::Type);
                None
            }
            None => None,
        }
    }

    fn language(&mut self) -> Option<Language> {
        let tag = self.text("language")?;
        let language = Language::from_tag(&tag);
        if language.is_none() {
            self.fault("language", AnswerErrorKind::Option);
        }
        language
    }

    fn done<T>(mut self, read: T) -> Result<T, ApiError> {
        let left: Vec<String> = self.object.keys().take(64).cloned().collect();
        for name in left {
            let shown: String = name.chars().filter(char::is_ascii_graphic).take(64).collect();
            self.fault(&shown, AnswerErrorKind::NotAsked);
        }
        if self.faults.is_empty() { Ok(read) } else { Err(ApiError::Invalid(self.faults)) }
    }
}

impl FromRequest<Arc<ApiState>> for NewRequest {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &Arc<ApiState>) -> Result<Self, ApiError> {
        let mut members = Members::of(request).await?;
        let answers = members.object("answers");
        let language = members.language();
        members.done(Self { answers, language })
    }
}

impl FromRequest<Arc<ApiState>> for NotFixed {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &Arc<ApiState>) -> Result<Self, ApiError> {
        let mut members = Members::of(request).await?;
        let note = members.text("note");
        if note.as_ref().is_some_and(|note| note.chars().count() > NOTE_CHARACTERS) {
            members.fault("note", AnswerErrorKind::TooLong);
        }
        if note.as_ref().is_some_and(|note| note.chars().any(is_refused)) {
            members.fault("note", AnswerErrorKind::Format);
        }
        members.done(Self { note })
    }
}

/// Control characters but for line ends and tabs, as in every answer.
pub(crate) fn is_refused(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}
