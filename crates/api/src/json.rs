//! The JSON API of a body.

pub(crate) mod addresses;
pub(crate) mod body;
pub(crate) mod openapi;
pub(crate) mod requests;
pub(crate) mod services;

use axum::Json;
use base::{Language, Text};
use serde_json::{Value, json};

use crate::callers::Visitor;
use crate::error::ApiError;

/// A text in the languages of the body.
fn by_language(text: &Text, languages: &[Language]) -> Value {
    let said = languages
        .iter()
        .filter_map(|language| Some((language.tag().to_owned(), text.get(*language)?.into())));
    Value::Object(said.collect())
}

/// What is served here.
pub(crate) async fn links(Visitor(at): Visitor) -> Json<Value> {
    Json(json!({
        "body": at.id,
        "name": by_language(&at.settings.name, &at.languages()),
        "contact": by_language(&at.settings.contact, &at.languages()),
        "keys": by_language(&at.settings.key_service, &at.languages()),
        "links": {
            "self": at.address("/api"),
            "services": at.address("/api/services"),
            "addresses": at.address("/api/addresses"),
            "openapi": at.address("/api/openapi.json"),
            "open311": at.address("/open311/discovery.json"),
        }
    }))
}

/// Any other address under the API.
pub(crate) async fn nothing() -> ApiError {
    ApiError::NotFound
}
