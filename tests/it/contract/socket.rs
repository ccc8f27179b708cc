//! What only a real connection shows: the reqwest transport on loopback.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;
use std::time::Duration;

use callroster::provider::http::HttpTransport;
use callroster::provider::{
    Answer, Call, CallError, Failure, Filter, HttpReply, Provider, Transport, TransportError,
    TransportFailure,
};
use callroster::simulator::{Fault, Running, SimSettings, Simulator, spawn};

use super::bench::*;

fn serving(users: usize, faults: &[Fault]) -> Running {
    let mut simulator = Simulator::new(SimSettings { users, ..SimSettings::default() }).expect("no file");
    for fault in faults {
        simulator.inject(Some(*fault));
    }
    spawn(simulator, 0).expect("a free port")
}

fn transport(base_url: &str) -> HttpTransport {
    HttpTransport::new(base_url, Duration::from_millis(1_500), false).expect(base_url)
}

fn provider() -> Box<dyn Provider> {
    exotel(&SimSettings::default())
}

async fn call(transport: &HttpTransport, call: Call) -> Result<Answer, CallError> {
    let provider = provider();
    provider.answer(&call, &transport.send(provider.request(&call)).await?)
}

async fn raw(base_url: &str) -> Result<HttpReply, TransportError> {
    transport(base_url).send(provider().request(&list(Filter::All, 0, 50))).await
}

fn users(running: &Running) -> usize {
    running.simulator().lock().expect("not poisoned").users()
}

/// Answers one connection with these bytes, whatever it asks.
fn answering(reply: Vec<u8>) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(&reply);
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_whole_life_over_the_socket() {
    let running = serving(60, &[]);
    for base in [running.base_url(), format!("{}/", running.base_url())] {
        let transport = transport(&base);
        let made = call(&transport, Call::Create(asha())).await.expect("created").user().expect("a user");
        let page = call(&transport, list(Filter::Emails(vec![made.email.to_string()]), 0, 50))
            .await
            .expect("a page");
        assert_eq!(page.page().users, std::slice::from_ref(&made));
        let soft = device_of(&made, "sip");
        call(&transport, password(&made, soft, "S3cret!pass")).await.expect("set");
        call(&transport, delete(&made.id)).await.expect("deleted");
        let gone = call(&transport, delete(&made.id)).await.expect_err("gone");
        assert_eq!(gone.failure, Failure::Missing);
    }
    assert_eq!(users(&running), 60);
}

#[tokio::test]
async fn what_broke_after_sending_is_unclear_and_never_sent_again() {
    for (fault, code, there) in [
        (Fault::ResetBefore, "connection", 0),
        (Fault::ResetAfter, "connection", 1),
        (Fault::CutBody, "connection", 1),
        (Fault::HangAfter, "timeout", 1),
        (Fault::NotJson, "bad_response", 1),
        (Fault::GatewayBefore, "http_502", 0),
    ] {
        let running = serving(0, &[fault]);
        let transport = transport(&running.base_url());
        let error = call(&transport, Call::Create(asha())).await.expect_err("a fault");
        assert_eq!((error.failure, error.code.as_str()), (Failure::Unclear, code), "{fault:?}");
        assert_eq!(users(&running), there, "{fault:?}");
        let secret = ["asha", "9800000001", "/v2/", "sim-token"];
        assert!(!secret.iter().any(|part| error.message.contains(part)), "{}", error.message);
        // The transport goes on, and a kept connection that met a reset is not used again.
        call(&transport, list(Filter::All, 0, 50)).await.expect("a page");
    }
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = free.local_addr().expect("it is bound");
    drop(free);
    let error = raw(&format!("http://{address}")).await.expect_err("nobody listens");
    assert_eq!(error.kind, TransportFailure::NotSent);
    let expected = format!("could not connect to {address}: connection refused; is the simulator running");
    assert!(error.message.starts_with(&expected), "{}", error.message);
}

#[tokio::test]
async fn a_tls_trouble_was_not_sent() {
    let running = serving(0, &[]);
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let silent = silent.local_addr().expect("it is bound");
    for (address, said) in [(running.address, "no secure connection"), (silent, "could not connect")] {
        let base = format!("https://{address}");
        let transport =
            HttpTransport::new(&base, Duration::from_millis(500), true).expect("practice needs no CA");
        let error = transport.send(provider().request(&get("u1"))).await.expect_err("no TLS there");
        assert_eq!(error.kind, TransportFailure::NotSent, "{}", error.message);
        assert!(error.message.starts_with(said), "{}", error.message);
    }
}

#[tokio::test]
async fn redirects_are_not_followed_and_huge_answers_not_read() {
    let away =
        b"HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec();
    assert_eq!(raw(&answering(away)).await.map(|reply| reply.status), Ok(307));
    let huge = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{".to_vec();
    let error = raw(&answering(huge)).await.expect_err("too large");
    assert_eq!(error.kind, TransportFailure::Lost);
    assert!(error.message.contains("larger than"), "{}", error.message);
}

#[tokio::test]
async fn limits_are_read_against_the_servers_own_clock() {
    let reply = b"HTTP/1.1 429 Slow\r\ndate: Mon, 23 Nov 2026 18:00:00 GMT\r\nretry-after: Mon, 23 Nov 2026 18:00:20 GMT\r\ncontent-length: 0\r\n\r\n";
    let reply = raw(&answering(reply.to_vec())).await.expect("a reply");
    assert_eq!(reply.limits.retry_after, Some(Duration::from_secs(20)));
}

/// The variables are the process's own, so the whole-life test runs again in another process.
#[test]
fn proxy_and_ca_variables_do_not_reach_loopback() {
    let myself = std::env::current_exe().expect("a running test has a file");
    let mut command = Command::new(myself);
    command.args(["--exact", "contract::socket::a_whole_life_over_the_socket"]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        command.env(name, "http://127.0.0.1:1");
    }
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env(name, "/nowhere");
    }
    let output = command.env_remove("NO_PROXY").env_remove("no_proxy").output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "{said}");
}
