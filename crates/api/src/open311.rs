//! Open311 `GeoReport` v2, with service discovery and service request updates.
//!
//! What differs from the customs of the field: a request's id is its case's, not the reference that
//! its requester reads out, since lists are open to anybody (the reference stands in the notice that
//! the sender gets); nothing that a person told us is shown again, so a request's description is its
//! service's name and it has no address; a place is an address, not a point. Everything is
//! `realtime`: an id is given at once, and a token is the id.

mod call;
pub(crate) mod discovery;
mod document;
mod given;
mod place;
pub(crate) mod requests;
pub(crate) mod services;
pub(crate) mod updates;

use axum::http::Uri;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use call::{Format, Refusal};

/// Any other address under Open311, and any other way of asking.
pub(crate) fn refused(uri: &Uri, error: ApiError) -> Response {
    Refusal { format: Format::of_path(uri.path()), error }.into_response()
}

/// Any other address under Open311.
pub(crate) async fn nothing(uri: Uri) -> Response {
    refused(&uri, ApiError::NotFound)
}
