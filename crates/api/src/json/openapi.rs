//! The `OpenAPI` 3.1 document of a body's API, made from the questions of its services.

use axum::Json;
use base::Language;
use runtime::Service;
use serde_json::{Map, Value, json};

use super::body::NOTE_CHARACTERS;
use super::services::offered;
use crate::callers::{At, Visitor};
use crate::error::ApiError;

/// The document.
pub(crate) async fn document(Visitor(at): Visitor) -> Result<Json<Value>, ApiError> {
    let mut paths = Map::new();
    let mut put = |rest: &str, operations: Value| paths.insert(at.address(rest), operations);
    put("/api", get("links", "What is served here", &[], None));
    put("/api/services", get("listServices", "Every service", &[], None));
    put("/api/services/{service}", get("readService", "One service", &["service"], None));
    put("/api/addresses", addresses());
    let request = Some("ServiceRequest");
    let (read, reference) = ("Where a request stands", &["reference"]);
    put("/api/requests/{reference}", get("readRequest", read, reference, request));
    put("/api/requests/{reference}/not-fixed", not_fixed());
    put("/api/requests/{reference}/withdraw", withdraw());
    put("/api/requests/{reference}/review", review());
    let mut schemas = components();
    for service in offered(&at)? {
        let name = schema_name(service);
        put(&format!("/api/services/{}/requests", service.id()), send(service, &name));
        let mut schema = service.package.questions.schema();
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$schema");
        }
        schemas.insert(name, schema);
    }
    Ok(Json(json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": info(&at),
        "servers": [{ "url": at.state.origin }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
        }
    })))
}

fn info(at: &At) -> Value {
    json!({
        "title": at.settings.name.in_language(Language::En),
        "description": at.settings.contact.in_language(Language::En),
        "version": at.settings.changed_at.uk_date(),
    })
}

/// The name under which a service's schema stands.
fn schema_name(service: &Service) -> String {
    format!("answers.{}", service.id())
}

fn in_path(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
}

fn problem(description: &str) -> Value {
    json!({
        "description": description,
        "content": {
            "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } }
        }
    })
}

fn answer(description: &str, schema: Option<&str>) -> Value {
    let schema = schema.map_or_else(
        || json!({ "type": "object" }),
        |name| json!({ "$ref": format!("#/components/schemas/{name}") }),
    );
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

/// The problems that every call may meet, with those of its own.
fn responses(own: Vec<(&str, Value)>) -> Value {
    let common = [
        ("404", problem("There is nothing at this address.")),
        ("406", problem("The Accept header does not allow JSON.")),
        ("429", problem("Too many calls: come again after the seconds of Retry-After.")),
        ("503", problem("Not now: nothing was stored.")),
    ];
    let all = common.into_iter().chain(own);
    Value::Object(all.map(|(status, response)| (status.to_owned(), response)).collect())
}

fn get(id: &str, summary: &str, parameters: &[&str], schema: Option<&str>) -> Value {
    let parameters: Vec<Value> = parameters.iter().map(|name| in_path(name)).collect();
    json!({
        "get": {
            "operationId": id,
            "summary": summary,
            "parameters": parameters,
            "responses": responses(vec![("200", answer(summary, schema))]),
        }
    })
}

fn addresses() -> Value {
    let summary = "The addresses of a postcode";
    json!({
        "get": {
            "operationId": "listAddresses",
            "summary": summary,
            "parameters": [{
                "name": "postcode", "in": "query", "required": true,
                "schema": { "type": "string" }
            }],
            "responses": responses(vec![
                ("200", answer(summary, None)),
                ("400", problem("No postcode was given.")),
            ]),
        }
    })
}

/// The problems of every call with a key.
fn keyed(own: Vec<(&str, Value)>) -> Value {
    let keyed = [
        ("400", problem("What was sent cannot be read.")),
        ("401", problem("No key, or one that is not known.")),
        ("403", problem("The key does not allow this.")),
        ("409", problem("The request is in a state that does not allow this.")),
        ("410", problem("The personal details of the request were erased.")),
        ("413", problem("The body is too long.")),
        ("415", problem("The body is not JSON.")),
        ("422", problem("Values are not valid; `errors` lists them.")),
    ];
    responses(keyed.into_iter().chain(own).collect())
}

fn send(service: &Service, schema: &str) -> Value {
    let definition = &service.package.definition;
    json!({
        "post": {
            "operationId": format!("send-{}", definition.id),
            "summary": definition.title.in_language(Language::En),
            "description": definition.summary.in_language(Language::En),
            "security": [{ "key": [] }],
            "parameters": [{
                "name": "Idempotency-Key", "in": "header", "required": false,
                "description": "The same key of the same client is the same request; something \
                                else sent under it is refused (422).",
                "schema": { "type": "string", "minLength": 1, "maxLength": 255 }
            }],
            "requestBody": {
                "required": true,
                "content": { "application/json": { "schema": {
                    "type": "object",
                    "required": ["answers"],
                    "additionalProperties": false,
                    "properties": {
                        "answers": { "$ref": format!("#/components/schemas/{schema}") },
                        "language": {
                            "description": "The language to write to the requester in; \
                                            every language of the body, when it is not known.",
                            "enum": ["en", "cy", null]
                        }
                    }
                } } }
            },
            "responses": keyed(vec![
                ("200", answer("It was joined to an open request.", Some("Receipt"))),
                ("201", answer("It was received.", Some("Receipt"))),
            ]),
        }
    })
}

fn not_fixed() -> Value {
    let summary = "Say that it is not fixed";
    json!({
        "post": {
            "operationId": "notFixed",
            "summary": summary,
            "security": [{ "key": [] }],
            "parameters": [in_path("reference")],
            "requestBody": {
                "required": true,
                "content": { "application/json": { "schema": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "note": { "type": ["string", "null"], "maxLength": NOTE_CHARACTERS }
                    }
                } } }
            },
            "responses": keyed(vec![("200", answer(summary, Some("ServiceRequest")))]),
        }
    })
}

fn withdraw() -> Value {
    let summary = "Take a request back";
    json!({
        "post": {
            "operationId": "withdraw",
            "summary": summary,
            "security": [{ "key": [] }],
            "parameters": [in_path("reference")],
            "responses": keyed(vec![("200", answer(summary, Some("ServiceRequest")))]),
        }
    })
}

fn review() -> Value {
    let summary = "Ask a person to look again at what a machine decided";
    json!({
        "post": {
            "operationId": "review",
            "summary": summary,
            "security": [{ "key": [] }],
            "parameters": [in_path("reference")],
            "responses": keyed(vec![("200", answer(summary, Some("ServiceRequest")))]),
        }
    })
}

fn components() -> Map<String, Value> {
    let text = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let instant = json!({ "type": ["string", "null"], "format": "date-time" });
    let problem = json!({
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference" },
            "title": { "type": "string" },
            "title_cy": { "type": "string" },
            "status": { "type": "integer" },
            "errors": { "type": "array", "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": { "type": "string" },
                    "code": { "type": "string" },
                    "message": { "type": "string" },
                    "message_cy": { "type": "string" }
                }
            } }
        }
    });
    let receipt = json!({
        "type": "object",
        "required": ["reference", "promised_on", "joined_open_request", "links"],
        "properties": {
            "reference": { "type": "string" },
            "promised_on": { "type": "string", "format": "date" },
            "joined_open_request": { "type": "boolean" },
            "links": { "type": "object" }
        }
    });
    let request = json!({
        "type": "object",
        "required": ["reference", "service", "status", "received_at", "promised_on", "timeline"],
        "properties": {
            "reference": { "type": "string" },
            "service": { "type": "string" },
            "title": text,
            "status": { "enum": ["open", "completed", "refused", "withdrawn", "under_review"] },
            "received_at": { "type": "string", "format": "date-time" },
            "updated_at": instant,
            "closed_at": instant,
            "promised_on": { "type": "string", "format": "date" },
            "outcome": { "type": ["object", "null"] },
            "parts": { "type": "array", "items": {
                "type": "object",
                "required": ["id", "title", "state", "text"],
                "properties": {
                    "id": { "type": "string" },
                    "title": text,
                    "state": { "enum": ["waiting", "done", "with_person", "not_done", "left_out"] },
                    "text": text,
                    "since": instant
                }
            } },
            "timeline": { "type": "array", "items": {
                "type": "object",
                "required": ["at", "what", "text"],
                "properties": { "at": instant, "what": { "type": "string" }, "text": text }
            } },
            "may": { "type": "object" },
            "links": { "type": "object" }
        }
    });
    let named = [("Problem", problem), ("Receipt", receipt), ("ServiceRequest", request)];
    named.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}
