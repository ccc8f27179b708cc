//! The network: one request out, one reply in, and why if not. By reqwest, but for plain http (`http_plain`).
//!
//! It never repeats a call, follows no redirect and keeps no cookie: whether a call may be
//! sent again is for others to decide. Messages name host and port, never a path or a query,
//! since those hold addresses of people.

use std::error::Error;
use std::io;
use std::time::Duration;

use futures::future::LocalBoxFuture;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, Request, Response, redirect, retry};

use super::clock::{TheirClock, local_now};
use super::http_address::Address;
pub use super::http_address::canonical as canonical_base_url;
use super::http_plain::PlainTransport;
use super::{HttpReply, HttpRequest, Limits, Method, Transport, TransportError, TransportFailure};

/// A connection that is not there after this will not come.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);
/// Gateways drop idle connections after 60 s or more; ours are gone before that, so that no call meets a dead one.
pub(super) const LONGEST_IDLE: Duration = Duration::from_secs(45);
/// No page of users comes near this; more would only fill the memory.
pub(super) const LARGEST_BODY: usize = 64 << 20;
/// How we present ourselves.
pub(super) const AGENT: &str = concat!("callroster/", env!("CARGO_PKG_VERSION"));
/// A cause is a sentence; some list whole certificates.
const LONGEST_CAUSE: usize = 200;

/// The network.
pub struct HttpTransport(Box<dyn Transport>);

impl HttpTransport {
    /// `base_url` is scheme, host, port and any path before `/v2`. `practice` never leaves this machine.
    pub fn new(base_url: &str, timeout: Duration, practice: bool) -> Result<HttpTransport, String> {
        let address = Address::read(base_url, practice)?;
        Ok(HttpTransport(match address.plain {
            true => Box::new(PlainTransport::new(address, timeout)?),
            false => Box::new(ReqwestTransport::new(address, timeout, practice)?),
        }))
    }
}

impl Transport for HttpTransport {
    fn send<'a>(&'a self, request: HttpRequest) -> LocalBoxFuture<'a, Result<HttpReply, TransportError>> {
        self.0.send(request)
    }
}

/// What the headers of a reply say of limits; most say nothing, which one look at their names tells.
pub(super) fn limits_of(headers: &HeaderMap, clock: &TheirClock, sent: f64) -> Limits {
    if !headers.keys().any(|name| Limits::may_be_in(name.as_str())) {
        return Limits::default();
    }
    Limits::read(|name| headers.get(name)?.to_str().ok(), |date| clock.when_came(date, sent))
}

/// The network, by reqwest.
struct ReqwestTransport {
    client: Client,
    address: Address,
    timeout: Duration,
    clock: TheirClock,
}

impl ReqwestTransport {
    fn new(address: Address, timeout: Duration, practice: bool) -> Result<ReqwestTransport, String> {
        let client = builder(timeout, practice).build().map_err(|error| {
            format!(
                "the HTTP client cannot start: {}; SSL_CERT_FILE may name a file of CA certificates",
                innermost(&error)
            )
        })?;
        Ok(ReqwestTransport { client, address, timeout, clock: TheirClock::new() })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpReply, TransportError> {
        let request = self.built(request).map_err(|message| failure(TransportFailure::NotSent, message))?;
        let sent = local_now();
        let mut response = self.client.execute(request).await.map_err(|error| self.failed(&error))?;
        let limits = limits_of(response.headers(), &self.clock, sent);
        let status = response.status().as_u16();
        let body = self.body(&mut response).await?;
        Ok(HttpReply { status, body, limits })
    }

    fn built(&self, request: HttpRequest) -> Result<Request, String> {
        let mut built = Request::new(method(request.method), self.address.join(&request.path)?);
        let (name, value) = request.authorization;
        // An exchange for a token has no credentials but those in its body.
        if !value.reveal().is_empty() {
            authorize(built.headers_mut(), name, value.reveal())?;
        }
        if let Some(body) = request.body {
            built.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *built.body_mut() = Some(body.into());
        }
        Ok(built)
    }

    async fn body(&self, response: &mut Response) -> Result<Vec<u8>, TransportError> {
        let promised = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if promised > LARGEST_BODY {
            return Err(too_large(&self.address));
        }
        let mut body = Vec::with_capacity(promised.min(1 << 20));
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(&error))? {
            if body.len() + chunk.len() > LARGEST_BODY {
                return Err(too_large(&self.address));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn failed(&self, error: &reqwest::Error) -> TransportError {
        let place = &self.address.place;
        if error.is_connect() {
            return failure(TransportFailure::NotSent, self.no_connection(error));
        }
        if error.is_builder() {
            let message = format!("the call to {place} could not be written: {}", innermost(error));
            return failure(TransportFailure::NotSent, message);
        }
        if error.is_timeout() {
            return too_late(&self.address, self.timeout);
        }
        let message =
            format!("the connection to {place} broke before the whole answer came: {}", innermost(error));
        failure(TransportFailure::Lost, message)
    }

    fn no_connection(&self, error: &reqwest::Error) -> String {
        let place = &self.address.place;
        if chain(error).any(|cause| cause.is::<rustls::Error>()) {
            let cause = innermost(error);
            return format!(
                "no secure connection to {place}: {cause}; where a company's own certificates are in use, SSL_CERT_FILE names their file"
            );
        }
        let hint = self.address.hint();
        if error.is_timeout() {
            let seconds = longest_connect(self.timeout).as_secs_f64();
            return format!("could not connect to {place} within {seconds} s; {hint}");
        }
        if error.is_dns() {
            return format!("could not find the address of {place}; {hint}");
        }
        format!("could not connect to {place}: {}; {hint}", innermost(error))
    }
}

impl Transport for ReqwestTransport {
    fn send<'a>(&'a self, request: HttpRequest) -> LocalBoxFuture<'a, Result<HttpReply, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

fn builder(timeout: Duration, practice: bool) -> ClientBuilder {
    // Fails only where one is installed already, and any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        .user_agent(AGENT)
        .timeout(timeout)
        .connect_timeout(longest_connect(timeout))
        .pool_idle_timeout(LONGEST_IDLE)
        .pool_max_idle_per_host(4_096)
        .tcp_nodelay(true)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .gzip(true);
    if practice {
        // Without this a machine that has no CA certificates could not even practise.
        builder.no_proxy().tls_certs_only([])
    } else {
        builder
    }
}

/// Shorter than the time for the whole call, so that a call which runs out of it was sent.
pub(super) fn longest_connect(timeout: Duration) -> Duration {
    LONGEST_CONNECT.min(timeout / 2)
}

pub(super) fn authorize(headers: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), String> {
    let name = HeaderName::try_from(name).map_err(|_| format!("`{name}` is no name of a header"))?;
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| "the credentials hold a line break or another odd character; copy them anew")?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

pub(super) fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

pub(super) fn failure(kind: TransportFailure, message: String) -> TransportError {
    TransportError { kind, message }
}

pub(super) fn too_late(address: &Address, timeout: Duration) -> TransportError {
    let (place, seconds) = (&address.place, timeout.as_secs_f64());
    let message = format!("no whole answer from {place} within {seconds} s; --timeout sets how long to wait");
    failure(TransportFailure::TimedOut, message)
}

pub(super) fn too_large(address: &Address) -> TransportError {
    let megabytes = LARGEST_BODY >> 20;
    let message = format!("the answer of {} is larger than {megabytes} MiB", address.place);
    failure(TransportFailure::Lost, message)
}

/// An error and its causes, from the outside in.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // An input or output error passes over what it holds when asked for its source.
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        held.map(|held| held as &(dyn Error + 'static)).or_else(|| error.source())
    })
}

/// The first cause, which names no address; the errors around it do.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let cause = chain(error).last().unwrap_or(error);
    let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => "connection refused".into(),
        Some(io::ErrorKind::ConnectionReset) => "connection reset".into(),
        _ if cause.is::<reqwest::Error>() => "it cannot be used".into(),
        _ => cause.to_string().chars().take(LONGEST_CAUSE).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_become_a_header_that_does_not_print() {
        let mut headers = HeaderMap::new();
        assert_eq!(authorize(&mut headers, "X-Auth-Token", "t0ken"), Ok(()));
        assert_eq!(headers["x-auth-token"], "t0ken");
        assert!(!format!("{headers:?}").contains("t0ken"));
        let error = authorize(&mut headers, "authorization", "t0ken\nx").expect_err("a line break");
        assert!(error.contains("copy them anew") && !error.contains("t0ken"), "{error}");
        assert!(authorize(&mut headers, "no header", "t0ken").is_err());
    }

    #[test]
    fn the_cause_is_the_innermost_and_short() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let wrapped = io::Error::other(io::Error::other(refused));
        assert_eq!(innermost(&wrapped), "connection refused");
        let tls = io::Error::other(rustls::Error::General("é".repeat(500)));
        assert!(chain(&tls).any(|cause| cause.is::<rustls::Error>()));
        assert_eq!(innermost(&tls).chars().count(), LONGEST_CAUSE);
    }
}
