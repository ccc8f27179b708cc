//! The faults that only a socket can show, and the server's life.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use super::*;

fn serving(faults: &[Fault], switches: &[&str]) -> Running {
    let mut account = Account::new(3, switches);
    for fault in faults {
        account.simulator.inject(Some(*fault));
    }
    spawn(account.simulator, 0).expect("a free port")
}

fn connect(running: &Running) -> TcpStream {
    let stream = TcpStream::connect(running.address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time");
    stream
}

/// Sends a call that asks to close, and reads to the end of the connection.
fn exchange(running: &Running, method: &str, path: &str, body: &str) -> Result<String, ErrorKind> {
    let mut stream = connect(running);
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: sim\r\nconnection: close\r\ncontent-length: {}\r\nauthorization: Basic c2ltLWtleTpzaW0tdG9rZW4=\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).map_err(|error| error.kind())?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).map_err(|error| error.kind())?;
    Ok(String::from_utf8_lossy(&reply).into_owned())
}

fn users(running: &Running) -> usize {
    running.simulator().lock().expect("not poisoned").users()
}

const USERS: &str = "/v2/accounts/sim/users";

#[test]
fn a_call_and_the_truth_over_the_socket() {
    let running = serving(&[], &[]);
    let reply = exchange(&running, "POST", USERS, RAVI).expect("a reply");
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
    assert!(reply.contains("ravi@example.com"));
    let truth = exchange(&running, "GET", "/__truth", "").expect("a reply");
    assert!(truth.contains(r#""email:ravi@example.com":1"#), "{truth}");
    assert!(truth.contains(r#""most_in_flight":1"#), "{truth}");
    let address = running.address;
    drop(running);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn resets_are_resets() {
    let running = serving(&[Fault::ResetBefore, Fault::ResetAfter, Fault::LateReset], &[]);
    for there in [3, 4, 4] {
        assert_eq!(exchange(&running, "POST", USERS, RAVI), Err(ErrorKind::ConnectionReset));
        assert_eq!(users(&running), there);
    }
}

#[test]
fn a_cut_body_is_shorter_than_promised() {
    let running = serving(&[Fault::CutBody], &[]);
    let reply = exchange(&running, "POST", USERS, RAVI).expect("half a reply");
    let (head, body) = reply.split_once("\r\n\r\n").expect("a head");
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    let promised: usize = promised.parse().expect("a number");
    assert_eq!(body.len(), promised / 2);
    assert_eq!(users(&running), 4);
}

#[test]
fn a_slow_body_comes_whole_in_the_end() {
    let running = serving(&[Fault::SlowBody], &["slow_body=0.5"]);
    let begun = Instant::now();
    let reply = exchange(&running, "POST", USERS, RAVI).expect("a reply");
    assert!(begun.elapsed() >= Duration::from_millis(400));
    let (_, body) = reply.split_once("\r\n\r\n").expect("a head");
    assert!(serde_json::from_str::<Value>(body).is_ok());
}

#[test]
fn a_hang_says_nothing() {
    let running = serving(&[Fault::HangAfter], &[]);
    let mut stream = connect(&running);
    stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a time");
    let head =
        format!("GET {USERS} HTTP/1.1\r\nhost: sim\r\nauthorization: Basic c2ltLWtleTpzaW0tdG9rZW4=\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("sent");
    let error = stream.read(&mut [0; 8]).expect_err("nothing comes");
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
}

#[test]
fn a_connection_is_kept_for_the_next_call() {
    let running = serving(&[], &[]);
    let mut stream = connect(&running);
    let head = format!(
        "GET {USERS}?limit=1 HTTP/1.1\r\nhost: sim\r\nauthorization: Basic c2ltLWtleTpzaW0tdG9rZW4=\r\n\r\n"
    );
    for _ in 0..3 {
        stream.write_all(head.as_bytes()).expect("sent");
        let mut reply = [0; 4096];
        let length = stream.read(&mut reply).expect("a reply");
        assert!(reply[..length].starts_with(b"HTTP/1.1 200"));
    }
}

#[test]
fn the_clock_goes_on_where_the_account_was_used_in_process() {
    let mut account = Account::with(
        SimSettings { rate: Rate::parse("1/s").expect("a rate"), ..SimSettings::default() },
        &["limiter=bucket"],
    );
    account.wait(3_600_000);
    account.send("GET", "/users", "");
    let running = spawn(account.simulator, 0).expect("a free port");
    std::thread::sleep(Duration::from_millis(1_050));
    let reply = exchange(&running, "GET", USERS, "").expect("a reply");
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}

#[test]
fn audian_is_served_as_well_and_a_204_has_no_body() {
    let settings = SimSettings { provider: SimProvider::Audian, users: 2, ..SimSettings::default() };
    let running = spawn(Simulator::new(settings).expect("no file"), 0).expect("a free port");
    let send = |method: &str, path: &str, token: &str, body: &str| {
        let mut stream = connect(&running);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: sim\r\nconnection: close\r\ncontent-length: {}\r\nx-auth-token: {token}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("sent");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("a reply");
        reply
    };
    let reply = send("PUT", "/v2/api_auth", "", r#"{"data":{"api_key":"sim-key"}}"#);
    let json: Value = serde_json::from_str(reply.split_once("\r\n\r\n").expect("a head").1).expect("JSON");
    let token = json["auth_token"].as_str().expect("a token");
    let reply = send("DELETE", "/v2/accounts/sim/users/user_100001?archiveData=true", token, "");
    assert!(reply.starts_with("HTTP/1.1 204") && reply.ends_with("\r\n\r\n"), "{reply}");
    assert!(send("GET", "/v2/accounts/sim/users/user_100001", token, "").contains("archived"));
}
