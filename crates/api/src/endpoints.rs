//! Every endpoint, in one table: the router is made from it and the access table holds it.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get, post};

use crate::error::ApiError;
use crate::state::ApiState;
use crate::{inbound, json, open311};

/// The longest body of any endpoint, in bytes; most read less.
const BODY_BYTES: usize = 32 << 20;

/// Who gets more than a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// Anybody.
    Visitor,
    /// A program with a key of the body.
    ApiClient,
    /// A back office that signs what it sends.
    BackOffice,
}

/// One endpoint.
#[derive(Clone, Copy)]
pub struct Endpoint {
    /// The method.
    pub method: &'static str,
    /// The address; `{format}` is `json` or `xml`.
    pub path: &'static str,
    /// Who is let in.
    pub caller: Caller,
    route: fn() -> MethodRouter<Arc<ApiState>>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {} {:?}", self.method, self.path, self.caller)
    }
}

impl Endpoint {
    const fn read(path: &'static str, route: fn() -> MethodRouter<Arc<ApiState>>) -> Self {
        Self { method: "GET", path, caller: Caller::Visitor, route }
    }

    const fn send(path: &'static str, route: fn() -> MethodRouter<Arc<ApiState>>) -> Self {
        Self { method: "POST", path, caller: Caller::ApiClient, route }
    }

    /// The addresses that the router knows: one a format; an id takes its format with it.
    fn addresses(&self) -> Vec<String> {
        match self.path.strip_suffix(".{format}") {
            None => vec![self.path.to_owned()],
            Some(rest) if rest.ends_with('}') => vec![rest.to_owned()],
            Some(rest) => ["json", "xml"].map(|format| format!("{rest}.{format}")).into(),
        }
    }
}

/// All that is served.
pub const ENDPOINTS: &[Endpoint] = &[
    Endpoint::read("/{body}/api", || get(json::links)),
    Endpoint::read("/{body}/api/openapi.json", || get(json::openapi::document)),
    Endpoint::read("/{body}/api/services", || get(json::services::list)),
    Endpoint::read("/{body}/api/services/{service}", || get(json::services::read)),
    Endpoint::send("/{body}/api/services/{service}/requests", || post(json::requests::send)),
    Endpoint::read("/{body}/api/requests/{reference}", || get(json::requests::read)),
    Endpoint::send("/{body}/api/requests/{reference}/not-fixed", || {
        post(json::requests::not_fixed)
    }),
    Endpoint::send("/{body}/api/requests/{reference}/withdraw", || post(json::requests::withdraw)),
    Endpoint::send("/{body}/api/requests/{reference}/review", || post(json::requests::review)),
    Endpoint::read("/{body}/api/addresses", || get(json::addresses::list)),
    Endpoint::read("/{body}/open311/discovery.{format}", || get(open311::discovery::read)),
    Endpoint::read("/{body}/open311/v2/discovery.{format}", || get(open311::discovery::read)),
    Endpoint::read("/{body}/open311/v2/services.{format}", || get(open311::services::list)),
    Endpoint::read("/{body}/open311/v2/services/{id}.{format}", || get(open311::services::read)),
    Endpoint::read("/{body}/open311/v2/requests.{format}", || get(open311::requests::list)),
    Endpoint::send("/{body}/open311/v2/requests.{format}", || post(open311::requests::send)),
    Endpoint::read("/{body}/open311/v2/requests/{id}.{format}", || get(open311::requests::read)),
    Endpoint::read("/{body}/open311/v2/tokens/{id}.{format}", || get(open311::requests::token)),
    Endpoint::read("/{body}/open311/v2/servicerequestupdates.{format}", || {
        get(open311::updates::list)
    }),
    Endpoint::send("/{body}/open311/v2/servicerequestupdates.{format}", || {
        post(open311::updates::send)
    }),
    Endpoint {
        method: "POST",
        path: "/{body}/inbound/{system}",
        caller: Caller::BackOffice,
        route: || post(inbound::take),
    },
];

/// Everything that is served to programs, each address beginning with its body.
pub fn router(state: Arc<ApiState>) -> Router {
    let mut router = Router::new();
    for endpoint in ENDPOINTS {
        for address in endpoint.addresses() {
            router = router.route(&address, (endpoint.route)());
        }
    }
    router
        .route("/{body}/api/{*rest}", any(json::nothing))
        .route("/{body}/open311/{*rest}", any(open311::nothing))
        .route("/{body}/inbound/{system}/{*rest}", any(json::nothing))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(axum::middleware::map_response(protect))
        .with_state(state)
}

/// No answer is kept on its way, and none is taken for a page.
async fn protect(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn wrong_method(uri: Uri) -> Response {
    let mut parts = uri.path().split('/').skip(2);
    match parts.next() {
        Some("open311") => open311::refused(&uri, ApiError::Method),
        Some(_) | None => ApiError::Method.into_response(),
    }
}
