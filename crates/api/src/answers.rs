//! Answers as programs send them: a JSON body read strictly, and the faults of its answers.
//!
//! No member stands twice, nothing nests deep, and a whole number is one however it is written.
//! What is valid, and how a text is read, is the question list's alone.

use std::fmt;

use catalogue::{AnswerError, QuestionSet};
use runtime::Rejection;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use crate::error::{ApiError, Fault};
use crate::wording::both;

/// The longest JSON body, in bytes.
pub(crate) const JSON_BYTES: usize = 256 << 10;
/// How deep a JSON body may nest.
const JSON_DEPTH: u32 = 16;

/// Reads a JSON object.
pub(crate) fn read_object(bytes: &[u8]) -> Result<Map<String, Json>, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Strict { depth: JSON_DEPTH }.deserialize(&mut reader);
    let whole = read.and_then(|value| reader.end().map(|()| value));
    match whole {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(ApiError::Unreadable(both(
            "The body is not a JSON object.",
            "Nid gwrthrych JSON yw'r corff.",
        ))),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            Err(ApiError::Unreadable(both(
                &format!(
                    "The body cannot be read as JSON at line {line}, column {column}: it is \
                     malformed, names a member twice, or nests more than {JSON_DEPTH} deep."
                ),
                &format!(
                    "Ni ellir darllen y corff fel JSON yn llinell {line}, colofn {column}: mae'n \
                     ddiffygiol, yn enwi aelod ddwywaith, neu'n nythu'n ddyfnach na {JSON_DEPTH}."
                ),
            )))
        }
    }
}

/// One JSON value at most this deep, with no member named twice.
#[derive(Clone, Copy)]
struct Strict {
    depth: u32,
}

impl Strict {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1);
        depth.map(|depth| Self { depth }).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    /// `3.0` is the whole number 3 (JSON Schema 2020-12), and is stored as every channel does.
    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        let whole = (value.fract() == 0.0).then(|| format!("{value:.0}"));
        let whole = whole.and_then(|digits| digits.parse::<i64>().ok());
        let number = whole.map(Number::from).or_else(|| Number::from_f64(value));
        Ok(number.map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        let deeper = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element_seed(deeper)? {
            values.push(value);
        }
        Ok(Json::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let deeper = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(deeper)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is named twice"));
            }
        }
        Ok(Json::Object(object))
    }
}

/// A rejection of a new request, its faults in the service's words.
pub(crate) fn refused(rejection: Rejection, questions: &QuestionSet) -> ApiError {
    match rejection {
        Rejection::Invalid(errors) => ApiError::Invalid(faults(&errors, questions)),
        other @ (Rejection::Request(_)
        | Rejection::Process(_)
        | Rejection::NotFound
        | Rejection::Forbidden
        | Rejection::NotOffered { .. }
        | Rejection::SignInNeeded
        | Rejection::NotYet
        | Rejection::NoReason
        | Rejection::Over
        | Rejection::Held { .. }
        | Rejection::Erased
        | Rejection::Unavailable) => ApiError::Rejected(other),
    }
}

fn faults(errors: &[AnswerError], questions: &QuestionSet) -> Vec<Fault> {
    errors.iter().map(|error| Fault::of_answer(error, questions)).collect()
}
