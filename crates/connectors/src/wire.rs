//! The wire: the seam to back offices, and its real side over HTTP.
//!
//! [`HttpConnector`] alone knows credentials: it adds them as a request leaves and strikes them out
//! of an answer that echoes them. It follows no redirect, uses no ambient proxy, retries nothing
//! and bounds every answer. How long to wait is the caller's concern, on the caller's clock:
//! dropping the future gives the exchange up.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use base::SystemId;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::http::{Answer, Headers, HttpRequest, HttpResponse, MAX_RESPONSE_BYTES, Method};
use crate::{Credential, Scheme, Secret, Secrets, System, TransportFault};

/// How long to wait for a connection before a system counts as never reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Idle connections kept for one system.
const POOL_MAX_IDLE: usize = 16;
/// Secrets shorter than this are not looked for in answers: they would strike out plain words.
const MIN_STRUCK_BYTES: usize = 6;

/// A future that can be kept in a list.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The seam to back offices.
pub trait Connector: Send + Sync {
    /// Carries a request there and the answer back. Dropping the future gives the exchange up; the
    /// system may still act on it, so the caller notes [`TransportFault::TimedOut`].
    fn exchange(&self, request: HttpRequest) -> BoxFuture<'_, Answer>;
}

/// Why the real connector cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    /// No secret of this name.
    #[error("system {system} needs secret `{secret}`, which is not there")]
    NoSecret {
        /// The system.
        system: SystemId,
        /// The name.
        secret: String,
    },
    /// A credential that cannot stand in a header.
    #[error("the credential of system {system} cannot stand in a header")]
    BadCredential {
        /// The system.
        system: SystemId,
    },
    /// The certificates to trust cannot be read.
    #[error("the certificates of system {system} cannot be read")]
    Certificates {
        /// The system.
        system: SystemId,
        /// Why.
        source: std::io::Error,
    },
    /// The HTTP client cannot be set up.
    #[error("the HTTP client of system {system} cannot be set up")]
    Client {
        /// The system.
        system: SystemId,
        /// Why.
        source: reqwest::Error,
    },
}

/// Back offices over HTTP.
#[derive(Debug)]
pub struct HttpConnector {
    lines: BTreeMap<SystemId, Line>,
}

/// What one system needs.
struct Line {
    client: reqwest::Client,
    credential: Option<(HeaderName, HeaderValue)>,
    struck: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Line").finish_non_exhaustive()
    }
}

impl HttpConnector {
    /// A connector for these systems.
    ///
    /// # Errors
    /// [`ConnectorError`] when a secret or certificate is missing or unusable.
    pub fn new(systems: &[System], secrets: &Secrets) -> Result<Self, ConnectorError> {
        // A second installation of the same provider changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut lines = BTreeMap::new();
        for system in systems {
            lines.insert(system.id.clone(), Line::new(system, secrets)?);
        }
        Ok(Self { lines })
    }
}

impl Connector for HttpConnector {
    fn exchange(&self, request: HttpRequest) -> BoxFuture<'_, Answer> {
        Box::pin(async move {
            let line = self.lines.get(&request.system).ok_or(TransportFault::Unsendable)?;
            line.exchange(request).await
        })
    }
}

impl Line {
    fn new(system: &System, secrets: &Secrets) -> Result<Self, ConnectorError> {
        let name = || system.id.clone();
        let (credential, struck) = match &system.credential {
            None => (None, Vec::new()),
            Some(credential) => {
                let secret = secrets.get(&credential.secret).ok_or_else(|| {
                    ConnectorError::NoSecret { system: name(), secret: credential.secret.clone() }
                })?;
                let (shown, struck) = shown(credential, secret);
                let shown =
                    shown.ok_or_else(|| ConnectorError::BadCredential { system: name() })?;
                (Some(shown), struck)
            }
        };
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .http1_only()
            .referer(false)
            .user_agent(concat!("Throughline/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .pool_max_idle_per_host(POOL_MAX_IDLE);
        let builder = match &system.ca_file {
            Some(file) => builder.tls_certs_only(certificates(system, file)?),
            // Without TLS there is nobody to trust, and a bare machine has no certificates.
            None if system.base_url.starts_with("http://") => builder.tls_certs_only([]),
            None => builder,
        };
        let client = builder.build();
        let client = client.map_err(|source| ConnectorError::Client { system: name(), source })?;
        Ok(Self { client, credential, struck })
    }

    async fn exchange(&self, request: HttpRequest) -> Answer {
        let request = self.on_the_wire(request)?;
        let mut response = self.client.execute(request).await.map_err(|error| fault(&error))?;
        let status = response.status().as_u16();
        let headers: Headers = response
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?)))
            .map(|(name, value)| (name, self.strike_text(value)))
            .collect();
        let mut body = Vec::new();
        // Once the head has come the system has acted or will: a break here is never "not reached".
        while let Some(chunk) = response.chunk().await.map_err(|_| TransportFault::Broken)? {
            if body.len().saturating_add(chunk.len()) > MAX_RESPONSE_BYTES {
                return Err(TransportFault::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse { status, headers, body: self.strike(body) })
    }

    fn on_the_wire(&self, request: HttpRequest) -> Result<reqwest::Request, TransportFault> {
        let unsendable = TransportFault::Unsendable;
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers.iter() {
            let name = HeaderName::try_from(name).map_err(|_| unsendable)?;
            headers.append(name, HeaderValue::try_from(value).map_err(|_| unsendable)?);
        }
        if let Some((name, value)) = &self.credential {
            headers.insert(name.clone(), value.clone());
        }
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let builder = self.client.request(method, &request.url).headers(headers);
        let builder = if request.body.is_empty() { builder } else { builder.body(request.body) };
        builder.build().map_err(|_| unsendable)
    }

    /// Strikes a credential out of an answer that echoes it.
    fn strike(&self, body: Vec<u8>) -> Vec<u8> {
        self.struck.iter().fold(body, |body, secret| replaced(&body, secret))
    }

    fn strike_text(&self, text: &str) -> String {
        String::from_utf8(self.strike(text.as_bytes().to_vec())).unwrap_or_default()
    }
}

/// The header that shows a credential, and the texts to strike out of answers.
fn shown(
    credential: &Credential,
    secret: &Secret,
) -> (Option<(HeaderName, HeaderValue)>, Vec<Vec<u8>>) {
    let secret = secret.reveal();
    let authorization = reqwest::header::AUTHORIZATION;
    let (name, text, encoded) = match &credential.scheme {
        Scheme::Basic { username } => {
            let encoded = STANDARD.encode(format!("{username}:{secret}"));
            (Some(authorization), format!("Basic {encoded}"), Some(encoded))
        }
        Scheme::Bearer => (Some(authorization), format!("Bearer {secret}"), None),
        Scheme::Header { name } => {
            (HeaderName::try_from(name.as_str()).ok(), secret.to_owned(), None)
        }
    };
    let value = HeaderValue::try_from(text).ok().map(|mut value| {
        value.set_sensitive(true);
        value
    });
    let struck = [Some(secret.to_owned()), encoded];
    let struck = struck.into_iter().flatten().filter(|text| text.len() >= MIN_STRUCK_BYTES);
    (name.zip(value), struck.map(String::into_bytes).collect())
}

fn replaced(body: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, behind)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(secret) {
            kept.extend_from_slice(b"***");
            rest = after;
        } else {
            kept.push(*first);
            rest = behind;
        }
    }
    kept
}

fn certificates(system: &System, file: &str) -> Result<Vec<reqwest::Certificate>, ConnectorError> {
    let name = || system.id.clone();
    let pem = std::fs::read(file)
        .map_err(|source| ConnectorError::Certificates { system: name(), source })?;
    reqwest::Certificate::from_pem_bundle(&pem)
        .map_err(|source| ConnectorError::Client { system: name(), source })
}

/// Only a failure to connect proves that nothing was sent.
fn fault(error: &reqwest::Error) -> TransportFault {
    if error.is_builder() {
        TransportFault::Unsendable
    } else if error.is_connect() {
        TransportFault::NotReached
    } else {
        TransportFault::Broken
    }
}

#[cfg(test)]
mod tests;
