//! (being written)

use std::time::Duration;

use futures::future::LocalBoxFuture;

use super::{HttpReply, HttpRequest, Transport, TransportError};

/// The network, by reqwest.
pub struct HttpTransport {}

impl HttpTransport {
    /// `base_url` is scheme, host, port and any path before `/v2`. `practice` never leaves this machine.
    pub fn new(_base_url: &str, _timeout: Duration, _practice: bool) -> Result<HttpTransport, String> {
        Ok(HttpTransport {})
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, _request: HttpRequest) -> LocalBoxFuture<'a, Result<HttpReply, TransportError>> {
        unimplemented!()
    }
}
