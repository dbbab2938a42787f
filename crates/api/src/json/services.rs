//! The services that a body offers by the API.

use std::sync::Arc;

use axum::Json;
use axum::extract::Path;
use base::{Channel, ServiceId};
use runtime::Service;
use serde_json::{Value, json};

use super::by_language;
use crate::callers::{At, Visitor};
use crate::error::ApiError;

/// The services of the API, by id.
pub(super) fn offered(at: &At) -> Result<Vec<&Arc<Service>>, ApiError> {
    let services = at.services()?.offered();
    Ok(services.filter(|service| service.package.definition.offers(Channel::Api)).collect())
}

/// A service of the API.
pub(super) fn service<'a>(at: &'a At, name: &str) -> Result<&'a Arc<Service>, ApiError> {
    let id: ServiceId = name.parse().map_err(|_| ApiError::NotFound)?;
    let service = at.services()?.present(&id).ok_or(ApiError::NotFound)?;
    let offered = service.package.definition.offers(Channel::Api);
    offered.then_some(service).ok_or(ApiError::NotFound)
}

/// Every service.
pub(crate) async fn list(Visitor(at): Visitor) -> Result<Json<Value>, ApiError> {
    let services = offered(&at)?.into_iter().map(|service| line(&at, service));
    Ok(Json(json!({ "services": services.collect::<Vec<Value>>() })))
}

/// One service with the JSON Schema of its answers.
pub(crate) async fn read(
    Visitor(at): Visitor,
    Path((_, name)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let service = service(&at, &name)?;
    let mut shown = line(&at, service);
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("schema".to_owned(), service.package.questions.schema());
    }
    Ok(Json(shown))
}

fn line(at: &At, service: &Service) -> Value {
    let definition = &service.package.definition;
    let languages = at.languages();
    let channels: Vec<&str> = definition.channels.iter().map(|channel| channel.key()).collect();
    json!({
        "id": definition.id,
        "version": service.package.version,
        "title": by_language(&definition.title, &languages),
        "summary": by_language(&definition.summary, &languages),
        "category": by_language(&definition.category, &languages),
        "channels": channels,
        "promise_working_days": definition.promise.working_days,
        "not_fixed_within_days": definition.not_fixed.as_ref().map(|listens| listens.within_days),
        "links": {
            "self": at.address(&format!("/api/services/{}", definition.id)),
            "requests": at.address(&format!("/api/services/{}/requests", definition.id)),
        }
    })
}
