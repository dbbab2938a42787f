//! The services that a body offers by Open311, and their attributes.

use std::sync::Arc;

use axum::response::Response;
use base::{Channel, Language, ServiceId};
use catalogue::Open311Attribute;
use runtime::Service;

use super::call::{Answer, Call};
use super::document::Node;
use crate::callers::At;
use crate::error::ApiError;

/// A service of Open311 by its code.
pub(super) fn service<'a>(at: &'a At, code: &str) -> Result<&'a Arc<Service>, ApiError> {
    const UNKNOWN: ApiError = ApiError::Unknown("service_code");
    let id: ServiceId = code.parse().map_err(|_| UNKNOWN)?;
    let service = at.services()?.present(&id).ok_or(UNKNOWN)?;
    let offered = service.package.definition.offers(Channel::Open311);
    offered.then_some(service).ok_or(UNKNOWN)
}

/// Every service of Open311.
pub(super) fn offered(at: &At) -> Result<Vec<&Arc<Service>>, ApiError> {
    let services = at.services()?.offered();
    Ok(services.filter(|service| service.package.definition.offers(Channel::Open311)).collect())
}

/// `GET services`.
pub(crate) async fn list(call: Call) -> Response {
    let language = call.at.language();
    let services = offered(&call.at).map(|services| {
        let services = services.into_iter().map(|service| line(service, language));
        Answer::ok("services", Node::List("service", services.collect()))
    });
    call.answer(services)
}

/// `GET services/{code}`.
pub(crate) async fn read(call: Call) -> Response {
    let language = call.at.language();
    let definition = service(&call.at, &call.name).map(|service| {
        let attributes = attributes(service);
        let attributes = attributes.iter().map(|each| attribute(each, language));
        Answer::ok(
            "service_definition",
            Node::Object(vec![
                ("service_code", service.id().as_str().into()),
                ("attributes", Node::List("attribute", attributes.collect())),
            ]),
        )
    });
    call.answer(definition)
}

fn line(service: &Service, language: Language) -> Node {
    let definition = &service.package.definition;
    let own = definition.open311.group.as_str();
    let group = if own.is_empty() { definition.category.in_language(language) } else { own };
    Node::Object(vec![
        ("service_code", definition.id.as_str().into()),
        ("service_name", definition.title.in_language(language).into()),
        ("description", definition.summary.in_language(language).into()),
        ("metadata", Node::Truth(!attributes(service).is_empty())),
        ("type", "realtime".into()),
        ("keywords", definition.open311.keywords.join(", ").into()),
        ("group", group.into()),
    ])
}

fn attributes(service: &Service) -> Vec<Open311Attribute> {
    let package = &service.package;
    package.questions.open311_attributes(&package.definition.open311)
}

fn attribute(attribute: &Open311Attribute, language: Language) -> Node {
    let mut shown = vec![
        ("variable", Node::Truth(true)),
        ("code", attribute.code.as_str().into()),
        ("datatype", attribute.datatype.as_str().into()),
        ("required", Node::Truth(attribute.required)),
        ("datatype_description", attribute.datatype_description.in_language(language).into()),
        ("order", Node::Count(attribute.order)),
        ("description", attribute.description.in_language(language).into()),
    ];
    let values = attribute.values.iter().map(|(key, name)| {
        let name = name.in_language(language);
        Node::Object(vec![("key", key.as_str().into()), ("name", name.into())])
    });
    let values: Vec<Node> = values.collect();
    if !values.is_empty() {
        shown.push(("values", Node::List("value", values)));
    }
    Node::Object(shown)
}
