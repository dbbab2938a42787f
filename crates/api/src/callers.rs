//! Who calls: the extractors that read body, client and signature from a call.
//!
//! They alone make an [`Authority`] here (DESIGN L15). A key or a signature is compared in constant
//! time; each call counts against its client's rate, or its network address's when it has no key.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body as HttpBody, Bytes};
use axum::extract::connect_info::ConnectInfo;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use base::{BodyId, Digest, DraftId, Language, MessageId, SystemId, Timestamp, id_from_parts};
use connectors::Headers;
use connectors::callback::{MAX_CALLBACK_BYTES, verify};
use futures_util::StreamExt as _;
use identity::RetryAfter;
use runtime::{Authority, Body, Command, Rejection, Reply, Services, ShardError};

use crate::error::ApiError;
use crate::state::{ApiBody, ApiState};
use crate::wording::both;

/// The longest key that is looked at, in bytes.
const KEY_BYTES: usize = 512;

/// A body that is served here.
#[derive(Clone)]
pub(crate) struct At {
    pub(crate) state: Arc<ApiState>,
    pub(crate) id: BodyId,
    pub(crate) settings: Arc<ApiBody>,
    /// The network that a visitor is counted by.
    visitor: Digest,
    wished: Option<Language>,
}

impl At {
    /// Reads the body of an address.
    pub(crate) async fn of(parts: &mut Parts, state: &Arc<ApiState>) -> Result<Self, ApiError> {
        let named = path_parameter(parts, state, "body").await;
        let id: BodyId = named.and_then(|name| name.parse().ok()).ok_or(ApiError::NotFound)?;
        let settings = state.body(&id).cloned().ok_or(ApiError::NotFound)?;
        state.host.body(&id).ok_or(ApiError::NotFound)?;
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let visitor = runtime::network_of(address.map(|address| address.0.ip()));
        let wished = wished_language(&parts.headers);
        Ok(Self { state: Arc::clone(state), id, settings, visitor, wished })
    }

    /// The present instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.state.host.clock().now()
    }

    /// The body as the host runs it.
    pub(crate) fn body(&self) -> Result<&Body, ApiError> {
        self.state.host.body(&self.id).ok_or(ApiError::NotFound)
    }

    /// The body's services.
    pub(crate) fn services(&self) -> Result<&Services, ApiError> {
        self.body().map(Body::services)
    }

    /// The languages that the body serves, its own first.
    pub(crate) fn languages(&self) -> Vec<Language> {
        self.body().map(|body| body.settings().languages.clone()).unwrap_or_default()
    }

    /// The language to answer in where an answer has room for one: the caller's wish, where the
    /// body serves it, else the body's own.
    pub(crate) fn language(&self) -> Language {
        let served = self.languages();
        let wished = self.wished.filter(|wished| served.contains(wished));
        wished.or_else(|| served.first().copied()).unwrap_or_default()
    }

    /// An address within the body.
    pub(crate) fn address(&self, rest: &str) -> String {
        format!("/{}{rest}", self.id)
    }

    /// Reads from the store, away from the event loop.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Body) -> Result<T, ShardError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (host, id) = (Arc::clone(&self.state.host), self.id.clone());
        let read = tokio::task::spawn_blocking(move || host.body(&id).map(work));
        match read.await {
            Ok(Some(read)) => Ok(read?),
            Ok(None) => Err(ApiError::NotFound),
            Err(_) => Err(ApiError::Broken),
        }
    }

    /// Counts a call of somebody without a key.
    pub(crate) fn admit_visitor(&self) -> Result<(), ApiError> {
        self.admit(self.visitor)
    }

    /// What a reference finds for a visitor; a network that tries too many which find nothing is
    /// sent away.
    pub(crate) async fn look_up<T: Send + 'static>(
        &self,
        find: impl FnOnce(&Body) -> Result<Option<T>, ShardError> + Send + 'static,
    ) -> Result<Option<T>, ApiError> {
        self.state.host.may_look_up(self.visitor).map_err(too_many)?;
        let found = self.read(find).await?;
        if found.is_none() {
            self.state.host.found_nothing(self.visitor);
        }
        Ok(found)
    }

    fn admit(&self, caller: Digest) -> Result<(), ApiError> {
        self.state.admit(caller).map_err(too_many)
    }

    /// The client of a key.
    pub(crate) fn client(&self, key: Option<&str>) -> Result<Client, ApiError> {
        let known = key
            .filter(|key| key.len() <= KEY_BYTES)
            .and_then(|key| self.settings.client(key))
            .map(|client| client.name.clone());
        let Some(name) = known else {
            self.admit_visitor()?;
            return Err(ApiError::Key);
        };
        let parts = [b"client".as_slice(), self.id.as_str().as_bytes(), name.as_bytes()];
        self.admit(Digest::of_parts(&parts))?;
        Ok(Client { at: self.clone(), name })
    }
}

fn too_many(retry: RetryAfter) -> ApiError {
    ApiError::TooMany { seconds: retry.millis.saturating_add(999).div_euclid(1_000) }
}

/// A parameter of the path, decoded.
pub(crate) async fn path_parameter(
    parts: &mut Parts,
    state: &Arc<ApiState>,
    name: &str,
) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, state).await.ok()?;
    parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// The first language of the caller's wish that anybody here speaks.
fn wished_language(headers: &HeaderMap) -> Option<Language> {
    let wish = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut tags = wish.split(',').take(16).map(|range| {
        let tag = range.split(';').next().unwrap_or_default().trim();
        tag.split('-').next().unwrap_or_default().to_ascii_lowercase()
    });
    tags.find_map(|tag| Language::from_tag(&tag))
}

/// Whether the caller takes JSON.
fn takes_json(headers: &HeaderMap) -> bool {
    let ranges: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let ranges = ranges.join(",");
    ranges.trim().is_empty()
        || ranges.split(',').any(|range| {
            let kind = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            let refused = range.split(';').any(|part| part.trim() == "q=0");
            !refused
                && matches!(
                    kind.as_str(),
                    "*/*" | "application/*" | "application/json" | "application/problem+json"
                )
        })
}

/// Anybody, at the JSON API of a body.
pub(crate) struct Visitor(pub(crate) At);

impl FromRequestParts<Arc<ApiState>> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<ApiState>,
    ) -> Result<Self, ApiError> {
        let at = At::of(parts, state).await?;
        at.admit_visitor()?;
        if takes_json(&parts.headers) { Ok(Self(at)) } else { Err(ApiError::NotAcceptable) }
    }
}

/// A program with a key of the body.
pub(crate) struct Client {
    pub(crate) at: At,
    name: String,
}

impl Client {
    fn authority(&self) -> Authority {
        Authority::ApiClient { client: self.name.clone() }
    }

    /// Whether this client sent a request.
    pub(crate) fn sent(&self, request: &requests::ServiceRequest) -> bool {
        request.client.as_deref() == Some(&*self.name)
    }

    /// Asks the body as this client.
    pub(crate) async fn submit(&self, command: Command) -> Result<Reply, Rejection> {
        self.at.state.host.submit(&self.at.id, self.authority(), command).await
    }

    /// An id that follows from this client, a key of its own choice and an instant.
    pub(crate) fn id_of(&self, key: &str, millis: i64) -> DraftId {
        let parts = [
            b"api".as_slice(),
            self.at.id.as_str().as_bytes(),
            self.name.as_bytes(),
            key.as_bytes(),
            &millis.to_be_bytes(),
        ];
        let digest = Digest::of_parts(&parts);
        let random = digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
        DraftId::from_bytes(id_from_parts(Timestamp::from_millis(millis), random))
    }
}

impl FromRequestParts<Arc<ApiState>> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<ApiState>,
    ) -> Result<Self, ApiError> {
        let at = At::of(parts, state).await?;
        let given = only(&parts.headers, header::AUTHORIZATION.as_str())?;
        let given = given.and_then(|value| value.to_str().ok());
        let key = given.and_then(|given| {
            let (scheme, key) = given.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
        });
        let client = at.client(key)?;
        if takes_json(&parts.headers) { Ok(client) } else { Err(ApiError::NotAcceptable) }
    }
}

/// Whoever follows a request: a program by its key, which is looked at when it is shown, or anybody.
pub(crate) struct Follower {
    pub(crate) at: At,
    pub(crate) client: Option<Client>,
}

impl FromRequestParts<Arc<ApiState>> for Follower {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<ApiState>,
    ) -> Result<Self, ApiError> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let client = Client::from_request_parts(parts, state).await?;
            return Ok(Self { at: client.at.clone(), client: Some(client) });
        }
        let Visitor(at) = Visitor::from_request_parts(parts, state).await?;
        Ok(Self { at, client: None })
    }
}

/// A message of a back office whose signature was checked.
pub(crate) struct FromOffice {
    pub(crate) at: At,
    pub(crate) system: SystemId,
    /// The same in every delivery.
    pub(crate) message: MessageId,
    pub(crate) body: Bytes,
}

impl FromOffice {
    /// Asks the body as this back office.
    pub(crate) async fn submit(&self, command: Command) -> Result<Reply, Rejection> {
        let authority = Authority::BackOffice { system: self.system.clone() };
        self.at.state.host.submit(&self.at.id, authority, command).await
    }
}

impl FromRequest<Arc<ApiState>> for FromOffice {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &Arc<ApiState>) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let at = At::of(&mut parts, state).await?;
        let named = path_parameter(&mut parts, state, "system").await;
        let system: SystemId =
            named.and_then(|name| name.parse().ok()).ok_or(ApiError::NotFound)?;
        let secret = at.settings.inbound_secrets.get(&system).cloned();
        let secret = secret.ok_or(ApiError::NotFound)?;
        let body = bytes_of(body, MAX_CALLBACK_BYTES).await?;
        let mut headers = Headers::new();
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let value = only(&parts.headers, name)?;
            if let Some(value) = value.and_then(|value| value.to_str().ok()) {
                headers.push(name, value);
            }
        }
        let verified = verify(&secret, &headers, &body, at.now());
        let Ok(id) = verified else {
            at.admit_visitor()?;
            return Err(ApiError::Signature);
        };
        let digest = Digest::of_parts(&[b"inbound", system.as_str().as_bytes(), id.as_bytes()]);
        let message = digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
        Ok(Self { at, system, message: MessageId::from_bytes(message), body })
    }
}

/// A whole body, when it is not longer than this.
pub(crate) async fn bytes_of(body: HttpBody, limit: usize) -> Result<Bytes, ApiError> {
    let mut stream = body.into_data_stream();
    let mut read = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| broken_off(&error))?;
        if read.len().saturating_add(chunk.len()) > limit {
            return Err(ApiError::TooLong);
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.into())
}

/// The sender did not send all that it announced, or not in time.
pub(crate) fn broken_off(error: &(dyn std::error::Error + 'static)) -> ApiError {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut faults = causes.filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    if faults.any(|fault| fault.kind() == std::io::ErrorKind::TimedOut) {
        return ApiError::TooLate;
    }
    ApiError::Unreadable(both("The body broke off.", "Torrodd y corff i ffwrdd."))
}

/// A header that may stand once: where it stands twice, no reader could tell which was meant.
pub(crate) fn only<'a>(
    headers: &'a HeaderMap,
    name: &str,
) -> Result<Option<&'a HeaderValue>, ApiError> {
    let mut given = headers.get_all(name).iter();
    let first = given.next();
    if given.next().is_none() {
        return Ok(first);
    }
    Err(ApiError::Unreadable(both(
        &format!("The header {name} stands more than once."),
        &format!("Mae'r pennyn {name} yn ymddangos fwy nag unwaith."),
    )))
}
