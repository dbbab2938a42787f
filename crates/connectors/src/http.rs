//! HTTP messages as plain data: what a mapping makes, what a connector carries.
//!
//! A request here never holds a credential: [`HttpConnector`](crate::HttpConnector) adds it at the
//! wire, so that an exchange can be kept for an incident without anything to strike out.

use std::fmt;

use base::SystemId;

/// The longest body that is read from a back office, in bytes.
pub const MAX_RESPONSE_BYTES: usize = 1 << 20;

/// The longest body that is sent to a back office, in bytes.
pub const MAX_REQUEST_BYTES: usize = 1 << 20;

/// An HTTP method that back offices use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the methods name themselves")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Every method, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// As written on the request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Reads a method in upper case.
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Headers in order; names compare without case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a header behind the others.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// One request to a back office, without credentials.
///
/// It carries what a person told us, so its `Debug` shows no address beyond the system, no header
/// value and no body.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The system that it is for; the connector chooses credential and TLS roots by it.
    pub system: SystemId,
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// The headers, without credentials.
    pub headers: Headers,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// The path of the address, without query.
    pub fn path(&self) -> &str {
        self.target().split('?').next().unwrap_or("/")
    }

    /// The query of the address, empty when there is none.
    pub fn query(&self) -> &str {
        self.target().split_once('?').map_or("", |(_, query)| query)
    }

    fn target(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (system, method, bytes) = (&self.system, self.method, self.body.len());
        write!(formatter, "HttpRequest({method} to {system}, {bytes} bytes)")
    }
}

/// What a back office answered.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The whole body, at most [`MAX_RESPONSE_BYTES`].
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HttpResponse({}, {} bytes)", self.status, self.body.len())
    }
}

/// Why there is no whole answer.
///
/// The first two mean that the system cannot have acted on this request; the others leave that open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportFault {
    /// The request could not be put on a wire at all: a wrong address or certificate file.
    #[error("the request could not be formed for the wire")]
    Unsendable,
    /// No connection was made, so not a byte of the request was written: name not found, connection
    /// refused, TLS handshake failed.
    #[error("the system was never reached")]
    NotReached,
    /// The connection broke after the request may have been written.
    #[error("the connection broke before the whole answer came")]
    Broken,
    /// No answer within the time that the mapping allows; the caller gave up waiting.
    #[error("no answer in time")]
    TimedOut,
    /// The answer is longer than [`MAX_RESPONSE_BYTES`].
    #[error("the answer is too long")]
    TooLong,
}

/// An answer, or why there is none.
pub type Answer = Result<HttpResponse, TransportFault>;

/// A request with its answer: what an incident keeps, sealed, as its last exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What was sent, but for the credential.
    pub request: HttpRequest,
    /// What came back.
    pub answer: Answer,
}
