//! Canaries: key, token and passwords that are found again wherever they leak, at the most talkative level (P9).

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use callroster::simulator::{SimRequest, SimSettings, Simulator};

use crate::forms::Leaks;
use crate::support::{Desk, said};

const KEY: &str = "Kanari-key+/7";
const TOKEN: &str = "Toledo-token=\"9";
const PASSWORD: &str = "Wombat\"7+Zz";

/// What the simulator takes in place of the canaries.
const BASIC: &str = "Basic c2ltLWtleTpzaW0tdG9rZW4=";

/// A provider that sends its caller's own headers and body back in the first answer to every call, and in the second
/// to every password.
fn echoing(simulator: Arc<Mutex<Simulator>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let address = listener.local_addr().expect("it is bound");
    let seen = Arc::new(Mutex::new(HashMap::new()));
    let began = Instant::now();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (simulator, seen) = (Arc::clone(&simulator), Arc::clone(&seen));
            std::thread::spawn(move || serve(stream, &simulator, &seen, began));
        }
    });
    format!("http://{address}")
}

fn serve(
    stream: TcpStream,
    simulator: &Mutex<Simulator>,
    seen: &Mutex<HashMap<String, u32>>,
    began: Instant,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some(number) = line.to_lowercase().strip_prefix("content-length:") {
                length = number.trim().parse().ok()?;
            }
            if line.trim().is_empty() {
                break;
            }
            head += &line;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let mut words = head.split_whitespace();
        let (method, path) = (words.next()?.to_string(), words.next()?.to_string());
        let times = {
            let mut seen = seen.lock().ok()?;
            let times =
                seen.entry(format!("{method} {path} {}", String::from_utf8_lossy(&body))).or_default();
            *times += 1;
            *times
        };
        let headers = vec![("authorization".to_string(), BASIC.to_string())];
        let (status, reply) = match times {
            1 => (500, echo(&head, &body)),
            // Every refusal of a password is final, so that its row tells what the provider said.
            2 if path.ends_with("password") => (400, echo(&head, &body)),
            _ => {
                let request = SimRequest { method, path, headers, body };
                let (reply, _) = simulator.lock().ok()?.handle(&request, began.elapsed());
                (reply.status, reply.body)
            }
        };
        write!(stream, "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\n").ok()?;
        write!(stream, "content-length: {}\r\n\r\n", reply.len()).ok()?;
        stream.write_all(&reply).ok()?;
    }
}

/// An error body that shows all that was sent, and the canaries by themselves.
fn echo(head: &str, body: &[u8]) -> Vec<u8> {
    let sent = head.lines().filter(|line| line.to_lowercase().starts_with("authorization"));
    let sent: String = sent.collect::<Vec<_>>().join(" ");
    let said = format!("got {sent} of {KEY}, {TOKEN}: {}", String::from_utf8_lossy(body));
    let error = serde_json::json!({ "code": "NA", "description": said, "message": said });
    let answer =
        serde_json::json!({ "request_id": TOKEN, "response": { "status": "failure", "error_data": error } });
    answer.to_string().into_bytes()
}

/// What is run, and how it ends: the answers that echo are failures.
const COMMANDS: [(&[&str], i32); 8] = [
    (&["validate", "staff.csv"], 3),
    (&["doctor"], 7),
    (&["onboard", "staff.csv", "--yes", "--settle", "0.1", "--retries", "0"], 7),
    (&["onboard", "staff.csv", "--yes", "--settle", "0.1", "--retries", "3"], 8),
    (&["resume", "--settle", "0.1", "--retries", "1"], 4),
    (&["update", "changes.csv", "--yes", "--settle", "0.1", "--retries", "3"], 4),
    (&["offboard", "leavers.csv", "--yes", "--retries", "3"], 0),
    (&["export", "-o", "roster.csv"], 0),
];

#[test]
fn no_command_lets_a_canary_out() {
    let desk = Desk::with(SimSettings { users: 5, ..SimSettings::default() });
    let url = echoing(desk.simulator());
    let people = desk.truth().users;
    let quoted = PASSWORD.replace('"', "\"\"");
    desk.sheet("staff.csv", format!("first_name,last_name,email,sip_password\nAsha,Rao,asha@example.com,\"{quoted}\"\nRavi,Rao,ravi@example.com,\"{quoted}\"\nShort,Word,short@example.com,Wombat\n"));
    desk.sheet(
        "changes.csv",
        format!("user_id,first_name,sip_password\n{},Zoe,\"{quoted}\"\n", people[0].id),
    );
    desk.sheet("leavers.csv", format!("user_id\n{}\n", people[1].id));
    let leaks = Leaks::of([KEY, TOKEN, PASSWORD]);
    let mut cut_out = 0;
    let mut tell = |words: &[&str]| {
        let mut command = desk.command(words);
        command.env("CALLROSTER_BASE_URL", &url);
        command.env("EXOTEL_API_KEY", KEY).env("EXOTEL_API_TOKEN", TOKEN);
        let said = said(command.output().expect("it starts"));
        for stream in [&said.out, &said.err] {
            assert_eq!(leaks.found(stream.as_bytes()), None, "{words:?}: {stream}");
        }
        cut_out += said.err.matches("[secret]").count() + search(&desk, &leaks);
        said.code
    };
    for (place, (words, code)) in COMMANDS.iter().enumerate() {
        let log = format!("log{place}.jsonl");
        let words: Vec<&str> = words.iter().chain(&["-v", "--log-json", &log]).copied().collect();
        assert_eq!(tell(&words), *code, "{words:?}");
    }
    let runs = std::fs::read_dir(desk.state().join("runs")).expect("there were runs");
    for run in runs.map(|run| run.expect("an entry").file_name().to_string_lossy().into_owned()) {
        assert_eq!([tell(&["runs", &run]), tell(&["report", &run, "--show-personal"])], [0, 0]);
    }
    assert_eq!([tell(&["runs"]), tell(&["explain", "1021"])], [0, 0]);
    // A test that met no echo would prove nothing.
    assert!(cut_out > 10, "{cut_out}");
}

/// Searches all files of a desk but those that hold passwords on purpose: what people wrote, and the rows to mend.
/// Returns how often a secret was cut out of them.
fn search(desk: &Desk, leaks: &Leaks) -> usize {
    let mut cut_out = 0;
    for path in files(&desk.path("")) {
        let bytes = std::fs::read(&path).expect("a file");
        let is_failed = path.to_string_lossy().ends_with(".failed.csv");
        let is_input = ["staff.csv", "changes.csv", "leavers.csv"].iter().any(|name| path.ends_with(name));
        if !is_input && !is_failed {
            let text = String::from_utf8_lossy(&bytes);
            assert_eq!(leaks.found(&bytes), None, "{}: {text}", path.display());
            cut_out += text.matches("[secret]").count();
        }
        #[cfg(unix)]
        if path.starts_with(desk.state()) || is_failed {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
    }
    cut_out
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
