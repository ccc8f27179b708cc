//! The simulator on a loopback socket: an accept loop of its own, so that faults act on the
//! socket itself. It binds 127.0.0.1 only and is no part of the simulated account.

mod paced;
mod wire;

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::{Fate, SimReply, SimRequest, Simulator};
use paced::Paced;
use wire::Wire;

/// How long a call hangs at most; every sane caller has given up by then.
const HANG: Duration = Duration::from_secs(600);

/// A server in a thread of its own; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    pub address: SocketAddr,
    simulator: Arc<Mutex<Simulator>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// `http://127.0.0.1:PORT`
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The account that is served, for a look at the truth from inside the process.
    pub fn simulator(&self) -> Arc<Mutex<Simulator>> {
        Arc::clone(&self.simulator)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Sending fails only where the server ended by itself.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Serves the simulator on a loopback port, 0 for any, from a thread and a runtime of its own.
pub fn spawn(simulator: Simulator, port: u16) -> io::Result<Running> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let simulator = Arc::new(Mutex::new(simulator));
    let served = Arc::clone(&simulator);
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::Builder::new().name("simulator".into()).spawn(move || {
        runtime.block_on(async move {
            // Only a listener without its runtime is refused here, and this is inside of one.
            if let Ok(listener) = TcpListener::from_std(listener) {
                serve(listener, served, async { _ = stopped.await }).await;
            }
        });
    })?;
    Ok(Running { address, simulator, stop: Some(stop), thread: Some(thread) })
}

/// Serves the simulator until `shutdown` is over; open connections end with it.
pub async fn serve(
    listener: TcpListener,
    simulator: Arc<Mutex<Simulator>>,
    shutdown: impl Future<Output = ()>,
) {
    let before = simulator.lock().unwrap_or_else(PoisonError::into_inner).begin_at(Timestamp::now());
    let server = Arc::new(Server { simulator, before, started: Instant::now(), open: AtomicUsize::new(0) });
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // A connection without it is slower, not wrong.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(attend(Arc::clone(&server), stream));
                }
                // Out of descriptors: callers wait in the queue until some are free.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
        }
    }
}

struct Server {
    simulator: Arc<Mutex<Simulator>>,
    /// What the account's clock showed when the server began.
    before: Duration,
    started: Instant,
    /// Calls being answered.
    open: AtomicUsize,
}

/// The connection is to be reset: what the service tells hyper so that it lets go of the socket.
#[derive(Debug, thiserror::Error)]
#[error("the simulated network broke the connection")]
struct Broken;

impl Server {
    fn account(&self) -> std::sync::MutexGuard<'_, Simulator> {
        self.simulator.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts an open call for as long as it lives.
struct Open<'a>(&'a AtomicUsize);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn attend(server: Arc<Server>, stream: tokio::net::TcpStream) {
    let reset = Arc::new(AtomicBool::new(false));
    let wire = Wire::new(stream, Arc::clone(&reset));
    let service = service_fn(|request| exchange(Arc::clone(&server), Arc::clone(&reset), request));
    // A broken connection is the caller's loss, or the fault that was wished.
    let _ = http1::Builder::new().serve_connection(wire, service).await;
}

async fn exchange(
    server: Arc<Server>,
    reset: Arc<AtomicBool>,
    request: Request<Incoming>,
) -> Result<Response<Paced>, Broken> {
    let request = read(request).await?;
    let in_flight = server.open.fetch_add(1, Ordering::Relaxed) + 1;
    let _open = Open(&server.open);
    let (reply, fate, slow) = {
        let mut account = server.account();
        account.note_in_flight(in_flight);
        let (reply, fate) = account.handle(&request, server.before + server.started.elapsed());
        (reply, fate, account.settings().switches.slow_body)
    };
    match fate {
        Fate::Deliver { after } => {
            if !after.is_zero() {
                tokio::time::sleep(after).await;
            }
            Ok(respond(reply, Paced::whole))
        }
        Fate::CutBody => Ok(respond(reply, Paced::cut)),
        Fate::SlowBody => Ok(respond(reply, |body| Paced::slow(body, slow))),
        Fate::ResetBefore | Fate::ResetAfter => {
            reset.store(true, Ordering::Relaxed);
            Err(Broken)
        }
        Fate::Hang => {
            tokio::time::sleep(HANG).await;
            reset.store(true, Ordering::Relaxed);
            Err(Broken)
        }
    }
}

async fn read(request: Request<Incoming>) -> Result<SimRequest, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes().to_vec();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    Ok(SimRequest { method: head.method.as_str().to_owned(), path, headers: headers.collect(), body })
}

fn respond(reply: SimReply, pace: impl FnOnce(Vec<u8>) -> Paced) -> Response<Paced> {
    let mut response = Response::new(pace(reply.body));
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).unwrap_or_default();
    for (name, value) in reply.headers {
        let name = hyper::header::HeaderName::try_from(name);
        let value = hyper::header::HeaderValue::try_from(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
