//! Reading an answer: which of the outcomes it is.
//!
//! The crux is what may be sent again. Never reached, or refused before work began (429): surely
//! not done. Broken off, late, failing (5xx) or unreadable: nobody knows, so a `keyed` system is
//! sent the same key again and any other is not. A plain no (4xx, a SOAP client fault) is a BPMN
//! error where a rule knows it, and an incident where none does.

use std::collections::BTreeMap;

use feel::{Context, JsonLimits, Value};

use crate::expression::Known;
use crate::http::{Answer, HttpResponse, MAX_RESPONSE_BYTES, TransportFault};
use crate::mapping::{Call, Request, Rule, Verdict};
use crate::soap::{self, SoapBody, SoapFault};
use crate::{Delivery, Health, Mapping, Outcome, Phase, Unreadable, Why};

const JSON_LIMITS: JsonLimits = JsonLimits { bytes: MAX_RESPONSE_BYTES, depth: 64, values: 50_000 };
/// The longest message kept of a refusal, in characters.
const MAX_MESSAGE_CHARS: usize = 500;
/// The longest BPMN-independent header value that expressions see, in characters.
const MAX_HEADER_CHARS: usize = 2_000;

/// What an answer to the call of a phase means.
pub fn interpret(mapping: &Mapping, phase: Phase, answer: &Answer) -> Outcome {
    let doubt = Doubt { delivery: mapping.delivery, retry_after_ms: None };
    let response = match answer {
        Ok(response) => response,
        Err(fault) => return doubt.transport(*fault),
    };
    let Some(call) = mapping.call(phase) else {
        return Outcome::Unmapped { why: Why::Mapped };
    };
    let doubt = Doubt { retry_after_ms: retry_after_ms(response), ..doubt };
    let read = Read::of(call, response);
    match call.rules.iter().find(|rule| read.matches(rule)) {
        Some(rule) => read.judged(call, &rule.verdict, doubt),
        None => read.unjudged(call, phase, doubt),
    }
}

/// What an answer says about the system's health, for its [`Breaker`](crate::Breaker).
pub fn health(answer: &Answer) -> Health {
    Health::of(answer, soap::is_fault)
}

/// What becomes of an exchange that leaves open whether the work was done.
#[derive(Clone, Copy)]
struct Doubt {
    delivery: Delivery,
    retry_after_ms: Option<i64>,
}

impl Doubt {
    fn outcome(self, why: Why) -> Outcome {
        let retry_after_ms = self.retry_after_ms;
        match self.delivery {
            Delivery::Keyed => Outcome::Retry { why, retry_after_ms },
            Delivery::Lookup { .. } | Delivery::Manual => Outcome::Unclear { why, retry_after_ms },
        }
    }

    fn unreadable(self, what: Unreadable) -> Outcome {
        self.outcome(Why::Unreadable(what))
    }

    fn transport(self, fault: TransportFault) -> Outcome {
        let why = Why::Transport(fault);
        match fault {
            TransportFault::Unsendable => Outcome::Unmapped { why },
            TransportFault::NotReached => Outcome::Retry { why, retry_after_ms: None },
            TransportFault::Broken | TransportFault::TimedOut | TransportFault::TooLong => {
                self.outcome(why)
            }
        }
    }
}

/// An answer, read as far as it can be.
struct Read {
    status: u16,
    fault: Option<SoapFault>,
    body: Result<(), Unreadable>,
    known: Option<Known>,
}

impl Read {
    fn of(call: &Call, response: &HttpResponse) -> Self {
        let (fault, body) = match &call.request {
            Request::Rest(_) => (None, read_json(&response.body)),
            // What a folder says of a file stands in the status alone.
            Request::File(_) => (None, Ok(Value::Null)),
            Request::Soap(soap) => match soap::read_envelope(&response.body) {
                Ok(SoapBody::Fault(fault)) => {
                    let value = fault.value.clone();
                    (Some(fault), Ok(value))
                }
                Ok(SoapBody::Element { name, value }) if name == soap.response => (None, Ok(value)),
                Ok(SoapBody::Element { .. }) => (None, Err(Unreadable::Element)),
                Err(unreadable) => (None, Err(unreadable)),
            },
        };
        let (value, body) = match body {
            Ok(value) => (value, Ok(())),
            Err(unreadable) => (Value::Null, Err(unreadable)),
        };
        let known =
            response_value(response, value).and_then(|value| Known::of_response(value).ok());
        Self { status: response.status, fault, body, known }
    }

    fn is_good(&self) -> bool {
        (200..300).contains(&self.status) && self.fault.is_none()
    }

    fn evaluate(&self, expression: &crate::expression::Expression) -> Option<Value> {
        self.known.as_ref().and_then(|known| expression.evaluate(known).ok())
    }

    /// A rule that names neither status nor fault speaks of good, readable answers only.
    fn matches(&self, rule: &Rule) -> bool {
        let anywhere = rule.status.is_some() || rule.fault.is_some();
        let right_place = anywhere || (self.is_good() && self.body.is_ok());
        let right_status = rule.status.is_none_or(|status| status == self.status);
        let right_fault = rule.fault.as_ref().is_none_or(|code| {
            self.fault.as_ref().is_some_and(|fault| {
                fault.code == *code && (rule.detail.is_none() || rule.detail == fault.detail)
            })
        });
        let when = || {
            rule.when.as_ref().is_none_or(|when| self.evaluate(when) == Some(Value::Boolean(true)))
        };
        right_place && right_status && right_fault && when()
    }

    fn judged(&self, call: &Call, verdict: &Verdict, doubt: Doubt) -> Outcome {
        let retry_after_ms = doubt.retry_after_ms;
        match verdict {
            Verdict::Done => self.done(call, doubt),
            Verdict::Refused { error_code, message } => Outcome::Refused {
                error_code: error_code.clone(),
                message: self.message(message.as_ref()),
            },
            Verdict::Retry => Outcome::Retry { why: Why::Mapped, retry_after_ms },
            Verdict::Unclear => doubt.outcome(Why::Mapped),
            Verdict::NotFound => Outcome::NotFound,
        }
    }

    fn message(&self, message: Option<&crate::expression::Expression>) -> String {
        let written = message.and_then(|message| self.evaluate(message));
        let fault = || self.fault.as_ref().map(|fault| fault.message.clone());
        let text = match written {
            Some(Value::Null) | None => fault(),
            Some(value) => Some(value.to_string()),
        };
        text.unwrap_or_default().chars().take(MAX_MESSAGE_CHARS).collect()
    }

    /// No rule speaks of it.
    fn unjudged(&self, call: &Call, phase: Phase, doubt: Doubt) -> Outcome {
        if let Some(fault) = &self.fault {
            let why = Why::Fault(fault.code.clone());
            return match fault.code.as_str() {
                "Client" | "VersionMismatch" | "MustUnderstand" => Outcome::Unmapped { why },
                _ => doubt.outcome(why),
            };
        }
        match self.status {
            200..=299 => match (self.body, phase) {
                (Err(unreadable), _) => doubt.unreadable(unreadable),
                (Ok(()), Phase::Send) => self.done(call, doubt),
                // A question is answered by its rules alone: no guess that it means "yes".
                (Ok(()), Phase::Lookup) => doubt.unreadable(Unreadable::Expression),
            },
            425 | 429 => Outcome::Retry {
                why: Why::Status(self.status),
                retry_after_ms: doubt.retry_after_ms,
            },
            408 | 500.. => doubt.outcome(Why::Status(self.status)),
            _ => Outcome::Unmapped { why: Why::Status(self.status) },
        }
    }

    fn done(&self, call: &Call, doubt: Doubt) -> Outcome {
        let mut variables = BTreeMap::new();
        for variable in &call.variables {
            match self.evaluate(&variable.value) {
                Some(value) if !value.is_null() || variable.optional => {
                    variables.insert(variable.name.clone(), value);
                }
                Some(_) | None => return doubt.unreadable(Unreadable::Expression),
            }
        }
        Outcome::Done { variables }
    }
}

/// An empty body is null: 201 and 204 often have none.
fn read_json(bytes: &[u8]) -> Result<Value, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Json)?;
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    Value::from_json(text, JSON_LIMITS).map_err(|_| Unreadable::Json)
}

fn response_value(response: &HttpResponse, body: Value) -> Option<Value> {
    let headers = response.headers.iter().map(|(name, value)| {
        let value: String = value.chars().take(MAX_HEADER_CHARS).collect();
        (name.to_ascii_lowercase(), Value::from(value))
    });
    let entries = [
        ("status", Value::from(i64::from(response.status))),
        ("headers", Value::context(headers).ok()?),
        ("body", body),
    ];
    Context::from_entries(entries).map(Value::Context).ok()
}

/// `Retry-After` in seconds, or as a date read against the answer's own `Date`.
fn retry_after_ms(response: &HttpResponse) -> Option<i64> {
    let asked = response.headers.get("retry-after")?.trim();
    if let Ok(seconds) = asked.parse::<u32>() {
        return Some(i64::from(seconds).saturating_mul(1_000));
    }
    let instant = |text: &str| {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        parser.parse_timestamp(text.trim()).ok().map(base::Timestamp::from_jiff)
    };
    let until = instant(asked)?;
    let answered = instant(response.headers.get("date")?)?;
    Some(until.millis_since(answered).max(0))
}

#[cfg(test)]
mod tests;
