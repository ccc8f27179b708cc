//! The network on this machine: HTTP/1.1 without TLS and proxy, over connections of our own.
//!
//! Plain http goes to loopback only, so nothing of what the way through the world needs is here, and a call costs
//! half as much. The promises are those of `http`: it never repeats a call, follows no redirect, keeps no cookie.
//! A connection has no task of its own: whoever waits for its answer moves it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use futures::future::LocalBoxFuture;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::clock::{TheirClock, local_now};
use super::http::{
    AGENT, LARGEST_BODY, LONGEST_IDLE, authorize, failure, innermost, limits_of, longest_connect, method,
    too_large, too_late,
};
use super::http_address::Address;
use super::{HttpReply, HttpRequest, Transport, TransportError, TransportFailure};

/// Connections are used again as long as at least so many calls are answered for each that breaks.
const LEAST_ANSWERED: u64 = 8;

/// The network on this machine.
pub(super) struct PlainTransport {
    address: Address,
    host: HeaderValue,
    timeout: Duration,
    /// Those that were used last stand last.
    #[expect(clippy::vec_box, reason = "connections are large, and move in and out with every call")]
    idle: RefCell<Vec<Box<Connection>>>,
    /// Calls on connections that had served before: those that were answered, and those whose connection broke.
    reused: Cell<Reused>,
    clock: TheirClock,
}

/// Whether it is worth to use a connection again. Some servers close each after its answer and do not say so; what is
/// sent on it meanwhile is lost, and a lost create costs a look.
#[derive(Debug, Clone, Copy, Default)]
struct Reused {
    well: u64,
    broken: u64,
}

/// A connection, and what moves it.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Gone when the connection has ended: a request that it did not take comes back when it is dropped.
    driver: Option<http1::Connection<TokioIo<TcpStream>, Full<Bytes>>>,
    idle_since: Instant,
    /// Wound up only when it runs down: most answers come long before, and a timer a call costs more than a look.
    timer: Pin<Box<Sleep>>,
}

/// A request on its way; it is large, and handed on a few times.
type Outgoing = Box<Request<Full<Bytes>>>;

/// Why a connection brought no reply.
enum Broken {
    /// Nothing of the request was written; here it is again.
    Unsent(Outgoing, hyper::Error),
    Lost(hyper::Error),
    TooLate,
    TooLarge,
}

impl PlainTransport {
    pub(super) fn new(address: Address, timeout: Duration) -> Result<PlainTransport, String> {
        let host = HeaderValue::from_str(&address.place)
            .map_err(|_| format!("`{}` cannot be written into a header", address.place))?;
        let (idle, reused, clock) = (RefCell::default(), Cell::default(), TheirClock::new());
        Ok(PlainTransport { address, host, timeout, idle, reused, clock })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpReply, TransportError> {
        let request = self.built(request).map_err(|message| failure(TransportFailure::NotSent, message))?;
        self.through_some_connection(request, Instant::now() + self.timeout).await
    }

    fn built(&self, request: HttpRequest) -> Result<Outgoing, String> {
        let path = match self.address.path.as_str() {
            "" => request.path,
            before => [before, &request.path].concat(),
        };
        let uri = Uri::try_from(path)
            .map_err(|error| format!("the address of the call cannot be written: {error}"))?;
        let (name, value) = request.authorization;
        let has_body = request.body.is_some();
        let mut built = Box::new(Request::new(Full::new(Bytes::from(request.body.unwrap_or_default()))));
        *built.method_mut() = method(request.method);
        *built.uri_mut() = uri;
        let headers = built.headers_mut();
        headers.reserve(5);
        headers.insert(HOST, self.host.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        // An exchange for a token has no credentials but those in its body.
        if !value.reveal().is_empty() {
            authorize(headers, name, value.reveal())?;
        }
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(built)
    }

    /// Takes idle connections first; one that was closed meanwhile gives the request back unsent.
    async fn through_some_connection(
        &self,
        mut request: Outgoing,
        due: Instant,
    ) -> Result<HttpReply, TransportError> {
        while let Some(connection) = self.idle_connection() {
            match self.through(connection, request, due).await {
                Err(Broken::Unsent(unsent, _)) => request = unsent,
                told => {
                    self.reused.set(self.reused.get().after(&told));
                    return told.map_err(|broken| self.failed(broken));
                }
            }
        }
        let connection = self.connect(due).await?;
        self.through(connection, request, due).await.map_err(|broken| self.failed(broken))
    }

    fn idle_connection(&self) -> Option<Box<Connection>> {
        let connection = self.idle.borrow_mut().pop()?;
        if connection.idle_since.elapsed() < LONGEST_IDLE && self.reused.get().pays() {
            return Some(connection);
        }
        // Those below have been idle for longer still, or are no better.
        self.idle.borrow_mut().clear();
        None
    }

    async fn connect(&self, due: Instant) -> Result<Box<Connection>, TransportError> {
        let Address { place, .. } = &self.address;
        let hint = self.address.hint();
        let not_sent = |message| failure(TransportFailure::NotSent, message);
        let longest = longest_connect(self.timeout);
        let stream = match timeout(longest, TcpStream::connect(place.as_str())).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => {
                return Err(not_sent(format!("could not connect to {place}: {}; {hint}", innermost(&error))));
            }
            Err(_) => {
                let seconds = longest.as_secs_f64();
                return Err(not_sent(format!("could not connect to {place} within {seconds} s; {hint}")));
            }
        };
        // Without it a call is merely slower.
        let _ = stream.set_nodelay(true);
        let shaken = http1::Builder::new()
            .writev(false)
            // What curl passes over stops no run.
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .handshake(TokioIo::new(stream))
            .await;
        let (sender, driver) = shaken.map_err(|error| {
            not_sent(format!("could not connect to {place}: {}; {hint}", innermost(&error)))
        })?;
        let timer = Box::pin(sleep_until(due));
        Ok(Box::new(Connection { sender, driver: Some(driver), idle_since: Instant::now(), timer }))
    }

    /// One exchange; the connection goes back to the idle ones where it can bear another.
    async fn through(
        &self,
        mut connection: Box<Connection>,
        request: Outgoing,
        due: Instant,
    ) -> Result<HttpReply, Broken> {
        let reply = connection.exchange(request, due, &self.clock).await?;
        if connection.driver.is_some() {
            connection.idle_since = Instant::now();
            self.idle.borrow_mut().push(connection);
        }
        Ok(reply)
    }

    fn failed(&self, broken: Broken) -> TransportError {
        let place = &self.address.place;
        match broken {
            Broken::Unsent(_, error) => {
                let message = format!(
                    "the connection to {place} broke before the call was sent: {}",
                    innermost(&error)
                );
                failure(TransportFailure::NotSent, message)
            }
            Broken::Lost(error) => {
                let message = format!(
                    "the connection to {place} broke before the whole answer came: {}",
                    innermost(&error)
                );
                failure(TransportFailure::Lost, message)
            }
            Broken::TooLate => too_late(&self.address, self.timeout),
            Broken::TooLarge => too_large(&self.address),
        }
    }
}

impl Transport for PlainTransport {
    fn send<'a>(&'a self, request: HttpRequest) -> LocalBoxFuture<'a, Result<HttpReply, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

impl Reused {
    fn pays(self) -> bool {
        self.broken * LEAST_ANSWERED <= self.well
    }

    fn after(self, told: &Result<HttpReply, Broken>) -> Reused {
        Reused {
            well: self.well + u64::from(told.is_ok()),
            broken: self.broken + u64::from(matches!(told, Err(Broken::Lost(_)))),
        }
    }
}

impl Connection {
    async fn exchange(
        &mut self,
        request: Outgoing,
        due: Instant,
        clock: &TheirClock,
    ) -> Result<HttpReply, Broken> {
        let Connection { sender, driver, timer, .. } = self;
        let mut talk = pin!(talk(sender, request, clock));
        poll_fn(|context| {
            // Once to be let in, once to send, once to hear.
            for _ in 0..3 {
                if let Poll::Ready(reply) = talk.as_mut().poll(context) {
                    return Poll::Ready(reply);
                }
                let Some(moving) = driver else { break };
                if Pin::new(moving).poll(context).is_ready() {
                    // How it ended is told to the talk.
                    *driver = None;
                }
            }
            if let Poll::Ready(reply) = talk.as_mut().poll(context) {
                return Poll::Ready(reply);
            }
            while timer.as_mut().poll(context).is_ready() {
                if Instant::now() >= due {
                    return Poll::Ready(Err(Broken::TooLate));
                }
                timer.as_mut().reset(due);
            }
            Poll::Pending
        })
        .await
    }
}

async fn talk(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Outgoing,
    clock: &TheirClock,
) -> Result<HttpReply, Broken> {
    if let Err(error) = sender.ready().await {
        return Err(Broken::Unsent(request, error));
    }
    let sent = local_now();
    let response =
        sender.try_send_request(*request).await.map_err(|mut error| match error.take_message() {
            Some(request) => Broken::Unsent(Box::new(request), error.into_error()),
            None => Broken::Lost(error.into_error()),
        })?;
    let limits = limits_of(response.headers(), clock, sent);
    Ok(HttpReply { status: response.status().as_u16(), body: body(response).await?, limits })
}

async fn body(response: Response<Incoming>) -> Result<Vec<u8>, Broken> {
    let mut incoming = response.into_body();
    let promised = usize::try_from(incoming.size_hint().lower()).unwrap_or(usize::MAX);
    if promised > LARGEST_BODY {
        return Err(Broken::TooLarge);
    }
    let mut body = Vec::with_capacity(promised.min(1 << 20));
    while let Some(frame) = incoming.frame().await {
        let Ok(chunk) = frame.map_err(Broken::Lost)?.into_data() else { continue };
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(Broken::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::provider::Method;
    use crate::secret::Secret;

    const WHOLE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    const CHUNKED: &str = "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\nretry-after: 7\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";

    /// Gives each of these replies to one connection and closes it; tells what was asked there.
    fn server(replies: &'static [&'static str]) -> (PlainTransport, Receiver<String>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let base = format!("http://{}/gate", listener.local_addr().expect("it is bound"));
        let (asked, told) = channel();
        std::thread::spawn(move || {
            for reply in replies {
                let (mut stream, _) = listener.accept().expect("a connection");
                let mut text = [0; 4096];
                let length = stream.read(&mut text).expect("a request");
                stream.write_all(reply.as_bytes()).expect("a listener");
                drop(stream);
                asked.send(String::from_utf8_lossy(&text[..length]).into_owned()).expect("a test");
            }
        });
        let address = Address::read(&base, true).expect("it is this machine");
        (PlainTransport::new(address, Duration::from_secs(9)).expect("a header"), told)
    }

    fn request() -> HttpRequest {
        let authorization = ("x-auth-token", Secret::new("t0ken"));
        HttpRequest {
            method: Method::Put,
            path: "/v2/x?a=%2B1".into(),
            authorization,
            body: Some(b"[1]".into()),
        }
    }

    #[tokio::test]
    async fn a_connection_that_was_closed_meanwhile_is_replaced_and_nothing_is_sent_twice() {
        let (transport, told) = server(&[WHOLE, CHUNKED]);
        for (status, wait) in [(200, None), (201, Some(Duration::from_secs(7)))] {
            let reply = transport.send(request()).await.expect("a reply");
            assert_eq!((reply.status, &reply.body[..], reply.limits.retry_after), (status, &b"{}"[..], wait));
            // The close is on this side before the server tells, but on a busy machine not yet through to us.
            let asked = told.recv().expect("one request on each connection");
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert!(
                asked.starts_with("PUT /gate/v2/x?a=%2B1 HTTP/1.1\r\n") && asked.ends_with("[1]"),
                "{asked}"
            );
            assert!(asked.contains("x-auth-token: t0ken\r\ncontent-type: application/json\r\n"), "{asked}");
        }
    }

    /// Answers on all its connections, closes them when it is told to, and answers on a new one.
    fn server_that_closes(connections: usize) -> (PlainTransport, Sender<()>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (close, closed) = channel();
        std::thread::spawn(move || {
            let answer = |stream: &mut TcpStream| {
                assert!(stream.read(&mut [0; 4096]).expect("a request") > 0);
                stream.write_all(WHOLE.as_bytes()).expect("a listener");
            };
            let accept = || listener.accept().expect("a connection").0;
            let mut first: Vec<_> = (0..connections).map(|_| accept()).collect();
            first.iter_mut().for_each(answer);
            closed.recv().expect("a test");
            drop(first);
            let mut second = accept();
            (0..connections).for_each(|_| answer(&mut second));
        });
        let address = Address::read(&base, true).expect("it is this machine");
        (PlainTransport::new(address, Duration::from_secs(9)).expect("a header"), close)
    }

    #[tokio::test]
    async fn connections_that_were_closed_while_they_were_idle_hold_no_call_up() {
        let (transport, close) = server_that_closes(3);
        let began = Instant::now();
        let replies = futures::future::join_all((0..3).map(|_| transport.send(request()))).await;
        assert!(replies.iter().all(Result::is_ok), "{replies:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        close.send(()).expect("a server");
        // Time for the close to be heard before the next call.
        tokio::time::sleep(Duration::from_millis(50)).await;
        for call in 0..3 {
            let reply = transport.send(request()).await;
            assert_eq!(reply.map(|reply| reply.status), Ok(200), "{call}");
        }
        assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
    }

    #[tokio::test]
    async fn a_server_that_closes_without_a_word_loses_one_call_and_no_more() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                assert!(stream.read(&mut [0; 4096]).expect("a request") > 0);
                stream.write_all(WHOLE.as_bytes()).expect("a listener");
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let address = Address::read(&base, true).expect("it is this machine");
        let transport = PlainTransport::new(address, Duration::from_secs(9)).expect("a header");
        let mut told = Vec::new();
        for _ in 0..6 {
            told.push(transport.send(request()).await.map_err(|error| error.kind).map(|reply| reply.status));
        }
        let lost = told.iter().filter(|told| **told == Err(TransportFailure::Lost)).count();
        let well = told.iter().filter(|told| **told == Ok(200)).count();
        assert_eq!((lost, well), (1, 5), "{told:?}");
    }

    #[tokio::test]
    async fn each_call_has_its_whole_time_on_a_connection_that_others_used() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (end, ended) = channel::<()>();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            for reply in [WHOLE, ""] {
                assert!(stream.read(&mut [0; 4096]).expect("a request") > 0);
                stream.write_all(reply.as_bytes()).expect("a listener");
            }
            let _ = ended.recv();
        });
        let address = Address::read(&base, true).expect("it is this machine");
        let whole_time = Duration::from_millis(300);
        let transport = PlainTransport::new(address, whole_time).expect("a header");
        transport.send(request()).await.expect("a reply");
        tokio::time::sleep(whole_time * 2 / 3).await;
        let began = Instant::now();
        let late = transport.send(request()).await.expect_err("no answer");
        assert_eq!(late.kind, TransportFailure::TimedOut, "{}", late.message);
        assert!(began.elapsed() >= whole_time, "it gave up after {:?}", began.elapsed());
        drop(end);
    }

    #[tokio::test]
    async fn an_answer_that_is_cut_is_lost() {
        let (transport, _told) = server(&["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"]);
        let cut = transport.send(request()).await.expect_err("half an answer");
        assert_eq!(cut.kind, TransportFailure::Lost, "{}", cut.message);
    }
}
