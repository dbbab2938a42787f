//! The answers of a new request, from `GeoReport`'s own parameters and from attributes.
//!
//! A question that one of the parameters answers (`[open311]` in `service.toml`) may also be answered
//! by its attribute, which then counts. An attribute that no question asks is a fault, but for
//! `uprn`, which a widespread client sends whether or not it is declared.

use std::collections::BTreeMap;

use base::{QuestionId, Timestamp};
use catalogue::{Definition, Given, Question, QuestionKind};
use runtime::{Places, Service};
use serde_json::Value;

use super::call::Form;
use super::place;
use crate::error::ApiError;
use crate::wording::both;

/// No address has this number: an address that is not ours is checked as this one.
const NO_PLACE: &str = "0";
/// The attribute that is taken undeclared.
const UPRN: &str = "uprn";

/// What a form answers.
pub(super) fn given(form: &Form, service: &Service, places: &Places) -> Result<Given, ApiError> {
    let questions = &service.package.questions;
    let mut attributes = form.attributes();
    let uprn = match questions.question(UPRN) {
        Some(_) => None,
        None => attributes.remove(UPRN).and_then(|texts| texts.into_iter().next()),
    };
    let mut given = Given::new();
    for question in questions.questions() {
        let code = question.id.as_str();
        let texts = attributes.remove(code).or_else(|| {
            let text = parameter(form, &service.package.definition, question)?;
            Some(vec![text])
        });
        if let Some(texts) = texts {
            given.insert(code.to_owned(), read(question, texts));
        }
    }
    if let Some(question) = place_question(service) {
        place_of(form, question, uprn, places, &mut given)?;
    }
    given.extend(unasked(attributes));
    Ok(given)
}

/// Attributes that no question asks: faults, unless empty.
fn unasked(attributes: BTreeMap<&str, Vec<String>>) -> impl Iterator<Item = (String, Value)> {
    attributes.into_iter().map(|(code, texts)| {
        (code.to_owned(), Value::Array(texts.into_iter().map(Value::String).collect()))
    })
}

/// The question that says where, when it is an address.
fn place_question(service: &Service) -> Option<&Question> {
    let id = service.package.definition.open311.address_id.as_ref()?;
    let question = service.package.questions.question(id.as_str())?;
    (question.kind == QuestionKind::Address).then_some(question)
}

/// What `GeoReport`'s own parameters say to a question.
fn parameter(form: &Form, definition: &Definition, question: &Question) -> Option<String> {
    let open311 = &definition.open311;
    let answers = |mapped: &Option<QuestionId>| mapped.as_ref() == Some(&question.id);
    let text = |name: &str| form.text(name).map(str::to_owned);
    if answers(&open311.address_id) {
        text("address_id")
    } else if answers(&open311.description) {
        text("description")
    } else if answers(&open311.email) {
        text("email")
    } else if answers(&open311.phone) {
        text("phone")
    } else if answers(&open311.name) {
        let names = ["first_name", "last_name"].map(|name| form.text(name));
        let names: Vec<&str> = names.into_iter().flatten().collect();
        (!names.is_empty()).then(|| names.join(" "))
    } else {
        None
    }
}

/// The address, where only its text or the undeclared `uprn` was sent.
fn place_of(
    form: &Form,
    question: &Question,
    uprn: Option<String>,
    places: &Places,
    given: &mut Given,
) -> Result<(), ApiError> {
    let code = question.id.as_str();
    if given.contains_key(code) {
        return Ok(());
    }
    let by_text = form.text("address_string").map(|text| {
        place::find(places, text).map_or_else(|| NO_PLACE.to_owned(), |place| place.uprn.clone())
    });
    if let Some(answer) = uprn.or(by_text) {
        given.insert(code.to_owned(), read(question, vec![answer]));
    } else if form.text("lat").is_some() || form.text("long").is_some() {
        return Err(ApiError::Unreadable(both(
            "We need an address, not a point: send address_id (a UPRN) or address_string with its \
             postcode.",
            "Mae angen cyfeiriad arnom, nid pwynt: anfonwch address_id (UPRN) neu address_string \
             gyda'i god post.",
        )));
    }
    Ok(())
}

/// One text as a text, several as a list; the check reads them as its question wants.
fn read(question: &Question, texts: Vec<String>) -> Value {
    let text = |text| if question.kind == QuestionKind::Date { day(text) } else { text };
    let mut texts: Vec<Value> = texts.into_iter().map(text).map(Value::String).collect();
    match (texts.pop(), texts.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            texts.push(last);
            Value::Array(texts)
        }
        (None, _) => Value::Null,
    }
}

/// The day of a `datetime`: as it stands in the United Kingdom when it names its zone.
fn day(text: String) -> String {
    if let Ok(instant) = Timestamp::parse(text.trim()) {
        return instant.uk_date().to_string();
    }
    match text.split_once('T') {
        Some((day, time)) if time.starts_with(|digit: char| digit.is_ascii_digit()) => {
            day.to_owned()
        }
        Some(_) | None => text,
    }
}
