//! A call of Open311: format by the address, parameters from the query and from the form.
//!
//! An empty parameter is an absent one. Files that come with a form are read past, not kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Timestamp;

use super::document::Node;
use crate::callers::{At, Client, broken_off, bytes_of};
use crate::error::ApiError;
use crate::state::ApiState;
use crate::wording::{both, of_error};

/// The longest form that is not multipart, and the most text of one that is, in bytes.
const FORM_BYTES: usize = 256 << 10;

/// The most parameters of a call.
const PARAMETERS: usize = 500;

/// The end of an address that is answered in JSON.
const JSON: &str = ".json";
/// The end of an address that is answered in XML.
const XML: &str = ".xml";

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// `application/json`.
    Json,
    /// `text/xml`.
    Xml,
}

impl Format {
    /// The format of an address; XML, which every server of Open311 has, where it names none.
    pub(crate) fn of_path(path: &str) -> Self {
        if path.strip_suffix(JSON).is_some() { Self::Json } else { Self::Xml }
    }
}

/// An answer.
pub(super) struct Answer {
    status: StatusCode,
    root: &'static str,
    node: Node,
}

impl Answer {
    pub(super) const fn ok(root: &'static str, node: Node) -> Self {
        Self { status: StatusCode::OK, root, node }
    }

    pub(super) const fn created(root: &'static str, node: Node) -> Self {
        Self { status: StatusCode::CREATED, root, node }
    }
}

fn written(format: Format, status: StatusCode, root: &str, node: &Node) -> Response {
    let (kind, bytes) = match format {
        Format::Json => {
            ("application/json; charset=utf-8", node.to_json().to_string().into_bytes())
        }
        Format::Xml => ("text/xml; charset=utf-8", node.to_xml(root)),
    };
    let mut response = (status, bytes).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Why a call was not followed, in its format.
pub(crate) struct Refusal {
    pub(super) format: Format,
    pub(super) error: ApiError,
}

impl Refusal {
    /// The codes of `GeoReport`: a general failure is 400, a key that is missing or unknown 403.
    fn status(&self) -> StatusCode {
        match self.error.status() {
            StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT | StatusCode::GONE => {
                StatusCode::BAD_REQUEST
            }
            status => status,
        }
    }

    fn node(&self) -> Node {
        let code = self.status().as_u16().to_string();
        let one = |description: String| {
            vec![("code", Node::Text(code.clone())), ("description", description.into())]
        };
        let language = base::Language::En;
        let errors: Vec<Node> = match &self.error {
            ApiError::Invalid(faults) => faults
                .iter()
                .map(|fault| {
                    let message = fault.message.in_language(language);
                    let mut error = one(format!("{}: {message}", fault.name));
                    error.push(("attribute", fault.name.clone().into()));
                    error.push(("reason", fault.kind.key().into()));
                    Node::Object(error)
                })
                .collect(),
            ApiError::NotFound
            | ApiError::Unknown(_)
            | ApiError::Method
            | ApiError::NotAcceptable
            | ApiError::TooLong
            | ApiError::TooLate
            | ApiError::MediaType
            | ApiError::TooMany { .. }
            | ApiError::Key
            | ApiError::Signature
            | ApiError::KeyReused
            | ApiError::TooWide
            | ApiError::Unreadable(_)
            | ApiError::Rejected(_)
            | ApiError::Broken => {
                let description = of_error(&self.error).in_language(language).to_owned();
                vec![Node::Object(one(description))]
            }
        };
        Node::List("error", errors)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let response = written(self.format, self.status(), "errors", &self.node());
        self.error.with_headers(response)
    }
}

/// The parameters of a call.
#[derive(Debug, Default)]
pub(super) struct Form(BTreeMap<String, Vec<String>>);

impl Form {
    fn put(&mut self, name: &str, value: &str) -> Result<(), ApiError> {
        let sentence = || both("Too many parameters.", "Gormod o baramedrau.");
        if self.0.values().map(Vec::len).sum::<usize>() >= PARAMETERS {
            return Err(ApiError::Unreadable(sentence()));
        }
        if !value.trim().is_empty() {
            self.0.entry(name.to_owned()).or_default().push(value.to_owned());
        }
        Ok(())
    }

    fn put_encoded(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        form_urlencoded::parse(bytes).try_for_each(|(name, value)| self.put(&name, &value))
    }

    /// A parameter's text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(|text| text.trim())
    }

    /// A parameter's texts, which commas part.
    pub(super) fn texts(&self, name: &str) -> Vec<&str> {
        let values = self.0.get(name).into_iter().flatten();
        let parts = values.flat_map(|value| value.split(','));
        parts.map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    /// An instant with its zone; a plus sign that was not encoded came as a space.
    pub(super) fn instant(&self, name: &str) -> Result<Option<Timestamp>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let sentence = || {
            both(
                &format!("{name} is not a date and time with its zone, like 2026-11-24T09:00:00Z."),
                &format!(
                    "Nid yw {name} yn ddyddiad ac amser gyda'i barth, fel 2026-11-24T09:00:00Z."
                ),
            )
        };
        let read = Timestamp::parse(&text.replace(' ', "+"));
        read.map(Some).map_err(|_| ApiError::Unreadable(sentence()))
    }

    /// The attributes of a new request: `attribute[code]` and `attribute[code][]`.
    pub(super) fn attributes(&self) -> BTreeMap<&str, Vec<String>> {
        let mut attributes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, values) in &self.0 {
            let code = name.strip_prefix("attribute[").and_then(|rest| rest.split_once(']'));
            if let Some((code, _)) = code {
                attributes.entry(code).or_default().extend(values.iter().cloned());
            }
        }
        attributes
    }
}

/// A call of a body's Open311.
pub(crate) struct Call {
    pub(super) at: At,
    pub(super) form: Form,
    /// The last part of the address, without its format.
    pub(super) name: String,
    format: Format,
}

impl Call {
    /// The client of the call's key.
    pub(super) fn client(&self) -> Result<Client, ApiError> {
        self.at.client(self.form.text("api_key"))
    }

    pub(super) fn answer(&self, answer: Result<Answer, ApiError>) -> Response {
        match answer {
            Ok(answer) => written(self.format, answer.status, answer.root, &answer.node),
            Err(error) => Refusal { format: self.format, error }.into_response(),
        }
    }

    async fn of(request: Request, state: &Arc<ApiState>, format: Format) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let at = At::of(&mut parts, state).await?;
        let name = last_part(parts.uri.path());
        let mut form = Form::default();
        form.put_encoded(parts.uri.query().unwrap_or_default().as_bytes())?;
        if parts.method == Method::POST {
            read_body(parts, body, &mut form).await?;
        } else {
            at.admit_visitor()?;
        }
        let jurisdiction = form.text("jurisdiction_id");
        if jurisdiction.is_some_and(|named| named != at.settings.jurisdiction) {
            return Err(ApiError::Unknown("jurisdiction_id"));
        }
        Ok(Self { at, form, name, format })
    }
}

impl FromRequest<Arc<ApiState>> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &Arc<ApiState>) -> Result<Self, Refusal> {
        let format = Format::of_path(request.uri().path());
        Self::of(request, state, format).await.map_err(|error| Refusal { format, error })
    }
}

/// The last part of a path, decoded, without its format.
fn last_part(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    let name = last.strip_suffix(JSON).or_else(|| last.strip_suffix(XML)).unwrap_or(last);
    // A lone name without value is decoded as a form's name is; ids hold no plus sign.
    let decoded = form_urlencoded::parse(name.as_bytes()).next();
    decoded.map(|(name, _)| name.into_owned()).unwrap_or_default()
}

async fn read_body(parts: Parts, body: axum::body::Body, form: &mut Form) -> Result<(), ApiError> {
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    match kind.to_ascii_lowercase().as_str() {
        "" | "application/x-www-form-urlencoded" => {
            form.put_encoded(&bytes_of(body, FORM_BYTES).await?)
        }
        "multipart/form-data" => {
            let request = Request::from_parts(parts, body);
            let parts = Multipart::from_request(request, &()).await;
            read_parts(parts.map_err(|error| broken_off(&error))?, form).await
        }
        _ => Err(ApiError::MediaType),
    }
}

async fn read_parts(mut parts: Multipart, form: &mut Form) -> Result<(), ApiError> {
    let mut left = FORM_BYTES;
    for _ in 0..PARAMETERS {
        let Some(mut field) = parts.next_field().await.map_err(|error| broken(&error))? else {
            return Ok(());
        };
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            while field.chunk().await.map_err(|error| broken(&error))?.is_some() {}
            continue;
        }
        let text = read_field(&mut field, &mut left).await?;
        form.put(&name, &text)?;
    }
    Err(ApiError::TooLong)
}

async fn read_field(field: &mut Field<'_>, left: &mut usize) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        *left = left.checked_sub(chunk.len()).ok_or(ApiError::TooLong)?;
        bytes.extend_from_slice(&chunk);
    }
    let sentence = || both("The form is not UTF-8 text.", "Nid testun UTF-8 yw'r ffurflen.");
    String::from_utf8(bytes).map_err(|_| ApiError::Unreadable(sentence()))
}

fn broken(error: &MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::TooLong
    } else {
        broken_off(error)
    }
}
