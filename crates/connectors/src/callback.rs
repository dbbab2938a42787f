//! Callback: what a back office tells us of its own accord, proved to come from it.
//!
//! Messages are signed as Standard Webhooks has it: HMAC-SHA256 over `id.timestamp.body` in the
//! headers `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature` (`v1,` and base64).
//! An id is the same in every delivery, so the receiver's inbox drops doubles. What a message means
//! is data: the `[[callback]]` tables of `connectors.toml`.

use std::collections::BTreeMap;

use base::{SystemId, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use feel::{JsonLimits, Value};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::expression::{Expression, Known, text_of};
use crate::soap::{self, SoapBody};
use crate::toml_reader::{MappingError, Reader, Table};
use crate::{Headers, Secret, SystemKind};

/// How far a message's timestamp may be from our clock, in milliseconds.
pub const CLOCK_TOLERANCE_MS: i64 = 5 * 60_000;

/// The longest body of a callback, in bytes.
pub const MAX_CALLBACK_BYTES: usize = 256 << 10;

const MAX_ID_BYTES: usize = 200;
const JSON_LIMITS: JsonLimits = JsonLimits { bytes: MAX_CALLBACK_BYTES, depth: 32, values: 5_000 };

/// Why a callback is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// A header is missing or malformed.
    #[error("a header of the signature is missing or malformed")]
    Malformed,
    /// Signed too long ago, or ahead of our clock.
    #[error("the signature is not from within five minutes")]
    Stale,
    /// The signature is not this secret's over this body.
    #[error("the signature does not match")]
    WrongSignature,
    /// The body cannot be read, or lacks what the mapping needs.
    #[error("the message cannot be read by any mapping")]
    Unreadable,
    /// The body is longer than [`MAX_CALLBACK_BYTES`].
    #[error("the message is too long")]
    TooLong,
}

/// The headers that sign a message sent now.
pub fn sign(secret: &Secret, id: &str, now: Timestamp, body: &[u8]) -> Headers {
    let seconds = now.as_millis().div_euclid(1_000).to_string();
    let signature = format!("v1,{}", STANDARD.encode(digest(secret, id, &seconds, body)));
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds),
        ("webhook-signature", signature),
    ]
    .into_iter()
    .collect()
}

/// The message's id, when it was signed with this secret within five minutes.
///
/// # Errors
/// [`CallbackError`] when it was not.
pub fn verify(
    secret: &Secret,
    headers: &Headers,
    body: &[u8],
    now: Timestamp,
) -> Result<String, CallbackError> {
    if body.len() > MAX_CALLBACK_BYTES {
        return Err(CallbackError::TooLong);
    }
    let header = |name: &str| headers.get(name).ok_or(CallbackError::Malformed);
    let (id, seconds) = (header("webhook-id")?, header("webhook-timestamp")?);
    let readable = !id.is_empty() && id.len() <= MAX_ID_BYTES && !id.contains('.');
    let signed: i64 = seconds.parse().map_err(|_| CallbackError::Malformed)?;
    if !readable {
        return Err(CallbackError::Malformed);
    }
    let apart = now.as_millis().saturating_sub(signed.saturating_mul(1_000)).saturating_abs();
    if apart > CLOCK_TOLERANCE_MS.saturating_add(1_000) {
        return Err(CallbackError::Stale);
    }
    // A sender that changes its secret signs with both for a while.
    let signatures = header("webhook-signature")?.split(' ').take(4);
    for signature in signatures.filter_map(|signature| signature.strip_prefix("v1,")) {
        let Ok(bytes) = STANDARD.decode(signature) else { continue };
        if keyed(secret, id, seconds, body).verify_slice(&bytes).is_ok() {
            return Ok(id.to_owned());
        }
    }
    Err(CallbackError::WrongSignature)
}

fn digest(secret: &Secret, id: &str, seconds: &str, body: &[u8]) -> [u8; 32] {
    keyed(secret, id, seconds, body).finalize().into_bytes().into()
}

/// Comparing goes through `verify_slice`, which takes constant time.
fn keyed(secret: &Secret, id: &str, seconds: &str, body: &[u8]) -> Hmac<Sha256> {
    let key = sized_key(secret.reveal().as_bytes());
    let mut mac = Hmac::<Sha256>::new(&key.into());
    for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

/// The key as HMAC itself would pad it (RFC 2104), so that its constructor cannot fail.
fn sized_key(secret: &[u8]) -> [u8; 64] {
    use sha2::Digest as _;
    let mut key = [0_u8; 64];
    let hashed: [u8; 32];
    let bytes = if secret.len() > key.len() {
        hashed = Sha256::digest(secret).into();
        &hashed[..]
    } else {
        secret
    };
    key.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    key
}

/// What one kind of message means: a BPMN message with its correlation key and variables.
#[derive(Debug, Clone)]
pub struct CallbackMapping {
    system: SystemId,
    message: String,
    format: SystemKind,
    when: Option<Expression>,
    key: Expression,
    variables: Vec<(String, Expression)>,
}

/// A message for the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The name of the BPMN message.
    pub message: String,
    /// The correlation key.
    pub key: String,
    /// Its variables.
    pub variables: BTreeMap<String, Value>,
}

impl CallbackMapping {
    /// The system that sends it.
    pub const fn system(&self) -> &SystemId {
        &self.system
    }

    /// The name of the BPMN message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The variables that it gives.
    pub fn gives(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|(name, _)| name.as_str())
    }

    fn receive(&self, body: &[u8]) -> Option<Received> {
        let value = match self.format {
            SystemKind::Rest => {
                let text = std::str::from_utf8(body).ok()?;
                Value::from_json(text, JSON_LIMITS).ok()?
            }
            SystemKind::Soap => match soap::read_envelope(body).ok()? {
                SoapBody::Element { name, value } => {
                    value.as_context()?.with("element", Value::from(name)).ok()?.into()
                }
                SoapBody::Fault(_) => return None,
            },
            // A folder sends nothing of its own accord.
            SystemKind::Files => return None,
        };
        let response = Value::context([("body", value)]).ok()?;
        let known = Known::of_response(response).ok()?;
        if let Some(when) = &self.when
            && when.evaluate(&known).ok()? != Value::Boolean(true)
        {
            return None;
        }
        let key = text_of(&self.key.evaluate(&known).ok()?).ok()??;
        let mut variables = BTreeMap::new();
        for (name, value) in &self.variables {
            variables.insert(name.clone(), value.evaluate(&known).ok()?);
        }
        Some(Received { message: self.message.clone(), key, variables })
    }
}

/// What a verified message means: the first mapping of its system that can read it.
///
/// # Errors
/// [`CallbackError::Unreadable`] when none can.
pub fn receive(
    mappings: &[CallbackMapping],
    system: &SystemId,
    body: &[u8],
) -> Result<Received, CallbackError> {
    if body.len() > MAX_CALLBACK_BYTES {
        return Err(CallbackError::TooLong);
    }
    let mut own = mappings.iter().filter(|mapping| mapping.system == *system);
    own.find_map(|mapping| mapping.receive(body)).ok_or(CallbackError::Unreadable)
}

/// Reads the `[[callback]]` tables of a `connectors.toml`: `system`, `message`, `format` ("rest"
/// or "soap"), `key`, and optionally `when` and `variables`, FEEL over `response.body`.
///
/// # Errors
/// Every mistake with its line and a sentence.
pub fn read_callbacks(text: &str) -> Result<Vec<CallbackMapping>, Vec<MappingError>> {
    let mut reader = Reader::new(text);
    let mut mappings = Vec::new();
    if let Some(root) = reader.parse() {
        for table in root.tables(&mut reader, "callback") {
            mappings.extend(read_callback(&mut reader, &table));
        }
    }
    reader.outcome(mappings)
}

fn read_callback(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<CallbackMapping> {
    let system = table.name(reader, "system");
    let message = table.required_text(reader, "message").map(|message| message.value);
    let format =
        table.required_text(reader, "format").and_then(|format| match format.value.as_str() {
            "rest" => Some(SystemKind::Rest),
            "soap" => Some(SystemKind::Soap),
            other => {
                let sentence = format!("`format` is \"{other}\"; use \"rest\" or \"soap\"");
                reader.error(&format.span, sentence);
                None
            }
        });
    let key = table.required_text(reader, "key");
    let key = key.and_then(|key| reader.expression(&key.value, &key.span));
    let when = match table.text(reader, "when") {
        Some(when) => Some(reader.expression(&when.value, &when.span)?),
        None => None,
    };
    let variables = crate::mapping::read_named(reader, table, "variables");
    table.finish(reader);
    Some(CallbackMapping {
        system: system?,
        message: message?,
        format: format?,
        when,
        key: key?,
        variables,
    })
}

#[cfg(test)]
mod tests;
