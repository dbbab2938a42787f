//! Variable: a value of a process as it is kept: JSON's kinds only, exact to 34 digits.
//!
//! As in Camunda 8, a date, time or duration becomes its ISO 8601 text when it is kept.

use std::collections::BTreeMap;
use std::fmt;

use base::{Party, Personal, Plaintext, PlaintextError};
use feel::{JsonLimits, Value};

/// The variables of one scope, or those that a command brings.
pub type Variables = BTreeMap<String, Personal<Variable>>;

/// A value of a process.
#[derive(Clone, PartialEq)]
pub struct Variable(Value);

/// Only the value's own equality decides; there are no floats in it.
impl Eq for Variable {}

impl Variable {
    /// Takes a value as it will be kept.
    pub fn new(value: Value) -> Self {
        Self(kept(value))
    }

    /// Reads JSON text.
    ///
    /// # Errors
    /// [`feel::JsonError`] when the text is not JSON or beyond the limits.
    pub fn from_json(text: &str) -> Result<Self, feel::JsonError> {
        Value::from_json(text, JsonLimits::STANDARD).map(Self)
    }

    /// Canonical JSON text.
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The value.
    pub const fn value(&self) -> &Value {
        &self.0
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        bytes_of(&self.0)
    }
}

impl From<Value> for Variable {
    fn from(value: Value) -> Self {
        Self::new(value)
    }
}

impl fmt::Debug for Variable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Variable(..)")
    }
}

impl Plaintext for Variable {
    fn to_plaintext(&self) -> Vec<u8> {
        self.0.to_json().into_bytes()
    }

    fn from_plaintext(bytes: &[u8]) -> Result<Self, PlaintextError> {
        let text = std::str::from_utf8(bytes).map_err(|_| PlaintextError)?;
        Self::from_json(text).map_err(|_| PlaintextError)
    }
}

/// The field under which a variable is sealed.
pub fn field_of(name: &str) -> String {
    format!("variable.{name}")
}

/// Open variables about the requester, from names and values.
pub fn open_variables<N: Into<String>>(values: impl IntoIterator<Item = (N, Value)>) -> Variables {
    values
        .into_iter()
        .map(|(name, value)| (name.into(), Personal::about(Party::REQUESTER, Variable::new(value))))
        .collect()
}

/// About how many bytes these variables take, sealed ones by their ciphertext.
pub fn bytes_of_variables(variables: &Variables) -> usize {
    variables.iter().map(|(name, value)| name.len() + bytes_of_personal(value)).sum()
}

fn bytes_of_personal(value: &Personal<Variable>) -> usize {
    match value {
        Personal::Open { value, .. } => value.bytes(),
        Personal::Sealed(sealed) => sealed.ciphertext.len(),
        Personal::Erased => 0,
    }
}

/// The value as it is kept. A range or function has no JSON form and becomes null.
fn kept(value: Value) -> Value {
    match value {
        Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_) => value,
        Value::Date(date) => Value::string(date.to_string()),
        Value::Time(time) => Value::string(time.to_string()),
        Value::DateTime(at) => Value::string(at.to_string()),
        Value::DaysTime(length) => Value::string(length.to_string()),
        Value::YearsMonths(length) => Value::string(length.to_string()),
        Value::List(list) => {
            Value::list(list.items().iter().cloned().map(kept)).unwrap_or_default()
        }
        Value::Context(context) => {
            let entries = context.iter().map(|(name, value)| (name, kept(value.clone())));
            Value::context(entries).unwrap_or_default()
        }
        Value::Range(_) | Value::Function(_) => Value::Null,
    }
}

/// An estimate that never costs more than walking the value.
fn bytes_of(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::List(list) => 2 + list.items().iter().map(|item| 1 + bytes_of(item)).sum::<usize>(),
        Value::Context(context) => {
            2 + context.iter().map(|(name, value)| name.len() + 4 + bytes_of(value)).sum::<usize>()
        }
        Value::Null
        | Value::Boolean(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::DaysTime(_)
        | Value::YearsMonths(_)
        | Value::Range(_)
        | Value::Function(_) => 8,
    }
}
