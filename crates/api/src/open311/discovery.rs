//! Service discovery: where a body's endpoints are and in which formats they answer.

use axum::response::Response;
use base::Timestamp;

use super::call::{Answer, Call};
use super::document::Node;

/// The address of the specification.
const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";

/// An instant as W3C writes it, to the second, in UTC.
pub(super) fn instant(at: Timestamp) -> Node {
    let second = at.as_millis().div_euclid(1_000).saturating_mul(1_000);
    Timestamp::from_millis(second).to_string().into()
}

/// `GET discovery`.
pub(crate) async fn read(call: Call) -> Response {
    let (at, language) = (&call.at, call.at.language());
    let url = format!("{}{}", at.state.origin, at.address("/open311/v2"));
    let formats = ["text/xml", "application/json"].map(Node::from);
    let endpoint = Node::Object(vec![
        ("specification", SPECIFICATION.into()),
        ("url", url.into()),
        ("changeset", instant(at.settings.changed_at)),
        ("type", at.settings.kind.key().into()),
        ("formats", Node::List("format", formats.into())),
    ]);
    let discovery = Node::Object(vec![
        ("changeset", instant(at.settings.changed_at)),
        ("contact", at.settings.contact.in_language(language).into()),
        ("key_service", at.settings.key_service.in_language(language).into()),
        ("endpoints", Node::List("endpoint", vec![endpoint])),
    ]);
    call.answer(Ok(Answer::ok("discovery", discovery)))
}
