//! Preparing a request: a mapping over a job's variables, without clock, network or credential.

use base::{EffectId, Reference, SystemId};
use feel::{Context, Value};

use crate::expression::{Expression, Failed, Known, text_of};
use crate::http::MAX_REQUEST_BYTES;
use crate::mapping::{FileRequest, JsonNode, PathPart, Request, RestRequest, SoapRequest};
use crate::{Headers, HttpRequest, Mapping, Method, Phase, System, csv, folder, soap};

/// The longest address that is called, in bytes.
const MAX_URL_BYTES: usize = 8_000;

/// The piece of work that a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The same in every attempt: the key of `keyed` deliveries.
    pub id: EffectId,
    /// The case's reference, by which a system can be asked about the work.
    pub reference: Reference,
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// The address of the case's own page, to which a system may lead people back.
    pub page: String,
}

/// Why a job cannot be made into a request: a person mends the mapping or the data and replays it.
/// Says where, never what the values were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// The mapping has no call for this phase.
    #[error("the mapping has no lookup")]
    NoLookup,
    /// The system speaks another language than the mapping.
    #[error("the mapping does not fit system {system}")]
    WrongSystem {
        /// The system.
        system: SystemId,
    },
    /// An expression gave no value.
    #[error("the expression on line {line} of the mapping gave no value")]
    Expression {
        /// Its line.
        line: u32,
    },
    /// A value is a list or a context where a text is wanted.
    #[error("the value on line {line} of the mapping is not a plain one")]
    NotText {
        /// Its line.
        line: u32,
    },
    /// A value that the system must have is null.
    #[error("`{field}` on line {line} of the mapping is missing")]
    Missing {
        /// Its line.
        line: u32,
        /// The field.
        field: String,
    },
    /// A value cannot stand in a path or a header.
    #[error("the value on line {line} of the mapping cannot stand in {place}")]
    NotAllowed {
        /// Its line.
        line: u32,
        /// Where it would stand.
        place: &'static str,
    },
    /// The body would nest deeper than a value may.
    #[error("the body would nest too deep")]
    TooDeep,
    /// The request would be too long.
    #[error("the request would be longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
}

/// Makes the request of a phase.
///
/// # Errors
/// [`PrepareError`] when the mapping cannot be carried out over this input.
pub fn prepare(
    mapping: &Mapping,
    system: &System,
    phase: Phase,
    input: &Value,
    effect: &Effect,
) -> Result<HttpRequest, PrepareError> {
    if system.kind != mapping.kind() || system.id != mapping.system {
        return Err(PrepareError::WrongSystem { system: system.id.clone() });
    }
    let call = mapping.call(phase).ok_or(PrepareError::NoLookup)?;
    let line = mapping.line;
    let failed = |_: Failed| PrepareError::Expression { line };
    let known =
        effect_value(effect).and_then(|effect| Known::of_input(input, effect)).map_err(failed)?;
    let request = match &call.request {
        Request::Rest(rest) => rest_request(rest, system, &known)?,
        Request::Soap(soap) => soap_request(soap, system, &known)?,
        Request::File(file) => file_request(file, system, (&known, line))?,
    };
    if request.url.len() > MAX_URL_BYTES {
        return Err(PrepareError::TooLong { limit: MAX_URL_BYTES });
    }
    if request.body.len() > MAX_REQUEST_BYTES {
        return Err(PrepareError::TooLong { limit: MAX_REQUEST_BYTES });
    }
    Ok(request)
}

/// `effect` as expressions see it. `message` names one attempt, so that a packet that the network
/// doubles can be told from a second attempt.
fn effect_value(effect: &Effect) -> Result<Value, Failed> {
    let entries = [
        ("id", Value::from(effect.id.to_string())),
        ("reference", Value::from(effect.reference.as_str())),
        ("attempt", Value::from(i64::from(effect.attempt))),
        ("message", Value::from(format!("{}-{}", effect.id, effect.attempt))),
        ("page", Value::from(effect.page.as_str())),
    ];
    Context::from_entries(entries).map(Value::Context).map_err(|_| Failed)
}

fn rest_request(
    rest: &RestRequest,
    system: &System,
    known: &Known,
) -> Result<HttpRequest, PrepareError> {
    let mut url = system.base_url.clone();
    for part in &rest.path {
        match part {
            PathPart::Text(text) => url.push_str(text),
            PathPart::Value(value) => url.push_str(&segment(value, known)?),
        }
    }
    let mut separator = '?';
    for (name, value) in &rest.query {
        let Some(text) = text(value, known)? else { continue };
        url.push(separator);
        url.push_str(&percent_encoded(name));
        url.push('=');
        url.push_str(&percent_encoded(&text));
        separator = '&';
    }
    let mut headers = Headers::new();
    headers.push("accept", "application/json");
    for (name, value) in &rest.headers {
        let Some(text) = text(value, known)? else { continue };
        if !text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
            return Err(PrepareError::NotAllowed { line: value.line(), place: "a header" });
        }
        headers.push(name, text);
    }
    let body = match &rest.body {
        Some(node) => {
            headers.push("content-type", "application/json");
            json(node, known)?.to_json().into_bytes()
        }
        None => Vec::new(),
    };
    Ok(HttpRequest { system: system.id.clone(), method: rest.method, url, headers, body })
}

fn soap_request(
    request: &SoapRequest,
    system: &System,
    known: &Known,
) -> Result<HttpRequest, PrepareError> {
    let mut headers = Headers::new();
    headers.push("accept", "text/xml");
    headers.push("content-type", "text/xml; charset=utf-8");
    headers.push("soapaction", format!("\"{}\"", request.action));
    Ok(HttpRequest {
        system: system.id.clone(),
        method: Method::Post,
        url: system.base_url.clone(),
        headers,
        body: soap::write_envelope(request, known)?,
    })
}

/// The file that is to be left in a folder.
fn file_request(
    file: &FileRequest,
    system: &System,
    (known, line): (&Known, u32),
) -> Result<HttpRequest, PrepareError> {
    let mut name = String::new();
    for part in &file.name {
        match part {
            PathPart::Text(text) => name.push_str(text),
            PathPart::Value(value) => name.push_str(&text(value, known)?.unwrap_or_default()),
        }
    }
    if !folder::is_file_name(&name) {
        return Err(PrepareError::NotAllowed { line, place: "a file's name" });
    }
    let mut cells = Vec::new();
    for (_, value) in &file.columns {
        let line = value.line();
        let found = value.evaluate(known).map_err(|_| PrepareError::Expression { line })?;
        cells.push(csv::cell(&found).map_err(|fault| match fault {
            csv::NoCell::NotPlain => PrepareError::NotText { line },
            csv::NoCell::TooLong => PrepareError::TooLong { limit: csv::MAX_CELL_BYTES },
        })?);
    }
    let headings = csv::line(file.columns.iter().map(|(heading, _)| heading.as_str()));
    let body = headings + &csv::line(cells.iter().map(String::as_str));
    Ok(HttpRequest {
        system: system.id.clone(),
        method: Method::Put,
        url: format!("{}/{name}", system.base_url),
        headers: [("content-type", "text/csv; charset=utf-8; header=present")]
            .into_iter()
            .collect(),
        body: body.into_bytes(),
    })
}

fn text(value: &Expression, known: &Known) -> Result<Option<String>, PrepareError> {
    let line = value.line();
    let found = value.evaluate(known).map_err(|_| PrepareError::Expression { line })?;
    text_of(&found).map_err(|_| PrepareError::NotText { line })
}

/// One segment's value. An empty one or dots would make it another path.
fn segment(value: &Expression, known: &Known) -> Result<String, PrepareError> {
    let line = value.line();
    let missing = PrepareError::Missing { line, field: "path".to_owned() };
    let text = text(value, known)?.ok_or(missing)?;
    if matches!(text.as_str(), "" | "." | "..") {
        return Err(PrepareError::NotAllowed { line, place: "a path" });
    }
    Ok(percent_encoded(&text))
}

/// Everything but the unreserved characters of RFC 3986, encoded.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => {
                encoded.push('%');
                for digit in [other >> 4, other & 15] {
                    let digit = char::from_digit(u32::from(digit), 16).unwrap_or('0');
                    encoded.push(digit.to_ascii_uppercase());
                }
            }
        }
    }
    encoded
}

fn json(node: &JsonNode, known: &Known) -> Result<Value, PrepareError> {
    match node {
        JsonNode::Literal(value) => Ok(value.clone()),
        JsonNode::Value(expression) => {
            let line = expression.line();
            let value = expression.evaluate(known);
            let value = value.map_err(|_| PrepareError::Expression { line })?;
            match value {
                Value::Function(_) | Value::Range(_) => Err(PrepareError::NotText { line }),
                other => Ok(other),
            }
        }
        JsonNode::List(items) => {
            let items: Result<Vec<Value>, _> = items.iter().map(|item| json(item, known)).collect();
            Value::list(items?).map_err(|_| PrepareError::TooDeep)
        }
        JsonNode::Object(members) => {
            let mut entries = Vec::new();
            for (name, member) in members {
                let value = json(member, known)?;
                if !value.is_null() {
                    entries.push((name.as_str(), value));
                }
            }
            Value::context(entries).map_err(|_| PrepareError::TooDeep)
        }
    }
}

#[cfg(test)]
mod tests;
