//! The addresses that a body serves, by postcode.

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde_json::{Value, json};

use crate::callers::Visitor;
use crate::error::ApiError;
use crate::wording::both;

/// What may be asked.
#[derive(serde::Deserialize)]
pub(crate) struct Search {
    postcode: String,
}

/// The addresses of a postcode; none when it is not ours.
pub(crate) async fn list(
    Visitor(at): Visitor,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let sentence = || both("Give a postcode.", "Rhowch god post.");
    let Query(search) = search.map_err(|_| ApiError::Unreadable(sentence()))?;
    let places = &at.body()?.settings().places;
    let found = places
        .at_postcode(&search.postcode)
        .map(|place| json!({"uprn": place.uprn, "line": place.line, "postcode": place.postcode}));
    Ok(Json(json!({ "addresses": found.collect::<Vec<Value>>() })))
}
