//! The interfaces for programs: a JSON API, Open311 `GeoReport` v2, and back offices' messages.
//!
//! Everything stands under `/{body}/`. Handlers parse by types, ask [`runtime`] and render; what is
//! valid and who may do what is decided below. One list of questions is the source of the JSON
//! Schema, of the OpenAPI document and of the Open311 attributes, and the same check answers in each,
//! so that the stored record and the set of errors do not depend on the way by which a request came.
//! [`ENDPOINTS`] lists all that is served. No answer here carries what a person told us.
//!
//! - JSON API: `/{body}/api`, described by `/{body}/api/openapi.json`. Errors are problem details
//!   (RFC 9457), each with a `type`, and with `errors` that point into the body that was sent.
//! - Open311: `/{body}/open311/v2`, in JSON and XML, with `/{body}/open311/discovery.{json,xml}` and
//!   the service request updates that `FixMyStreet` added.
//! - Back offices: `POST /{body}/inbound/{system}`, signed as Standard Webhooks has it.
#![deny(clippy::wildcard_enum_match_arm, clippy::indexing_slicing)]

mod answers;
mod callers;
mod endpoints;
mod error;
mod inbound;
mod json;
mod open311;
mod state;
mod wording;

pub use endpoints::{Caller, ENDPOINTS, Endpoint, router};
pub use state::{ApiBody, ApiClient, ApiState, DEFAULT_RATE, EndpointKind};

#[cfg(test)]
mod tests;
