//! The network as providers see it: a request out, a reply in, or why there is none.
//!
//! Types and one small trait; `http` is an implementation, tests have others.

use std::borrow::Cow;

use futures::future::LocalBoxFuture;

use super::{CallError, Failure, Limits};
use crate::secret::Secret;

/// A request as it goes on the wire, but for scheme and host.
#[derive(Clone)]
pub struct HttpRequest {
    pub method: Method,
    /// Path and query, beginning with `/`, joined to the base URL.
    pub path: String,
    /// The header that carries the credentials, and its value.
    pub authorization: (&'static str, Secret),
    /// JSON.
    pub body: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// A reply as it came off the wire.
#[derive(Debug, Clone, Default)]
pub struct HttpReply {
    pub status: u16,
    pub body: Vec<u8>,
    /// What the headers say of limits.
    pub limits: Limits,
}

impl HttpReply {
    /// The body as JSON text, without the byte order mark that some put before it (RFC 8259 lets readers pass over it).
    ///
    /// One odd letter in somebody's name is no reason to read nobody.
    pub fn json(&self) -> Cow<'_, str> {
        let text = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        str::from_utf8(text).map_or_else(|_| String::from_utf8_lossy(text), Cow::Borrowed)
    }
}

/// The network, as one small trait: a whole run is tested without a socket.
pub trait Transport {
    fn send<'a>(&'a self, request: HttpRequest) -> LocalBoxFuture<'a, Result<HttpReply, TransportError>>;
}

/// Why no reply came.
#[derive(Debug, Clone, PartialEq)]
pub struct TransportError {
    pub kind: TransportFailure,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportFailure {
    /// Nothing was written: refused connection, unknown name, TLS.
    NotSent,
    /// Sent, but no whole reply within the time given.
    TimedOut,
    /// Sent, and the connection broke.
    Lost,
}

impl From<TransportError> for CallError {
    fn from(error: TransportError) -> CallError {
        let (failure, code) = match error.kind {
            TransportFailure::NotSent => (Failure::NotSent, "connection"),
            TransportFailure::TimedOut => (Failure::Unclear, "timeout"),
            TransportFailure::Lost => (Failure::Unclear, "connection"),
        };
        CallError {
            failure,
            code: code.into(),
            message: error.message,
            status: None,
            request_id: String::new(),
        }
    }
}
