//! The vocabulary of these tests: a folder of one's own, sheets in it, and the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use callroster::simulator::{Running, SimProvider, SimSettings, Simulator, Truth, spawn};

/// A folder with its own state, where nothing of the machine's configuration is seen.
pub struct Desk {
    folder: tempfile::TempDir,
    server: Option<Running>,
    provider: SimProvider,
}

/// What the program said.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    /// With the simulator that is built into the program.
    pub fn new() -> Desk {
        Desk { folder: tempfile::tempdir().expect("a folder"), server: None, provider: SimProvider::Exotel }
    }

    /// With a simulator that outlives the program, as a real provider does.
    pub fn with(settings: SimSettings) -> Desk {
        let provider = settings.provider;
        let simulator = Simulator::new(SimSettings { log: true, ..settings }).expect("settings are right");
        Desk { server: Some(spawn(simulator, 0).expect("a loopback port")), provider, ..Desk::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// Writes a file into the folder.
    pub fn sheet(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("the folder is ours");
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A process of the program with these words, in this folder.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callroster"));
        command.args(words).current_dir(self.folder.path()).env_clear();
        command.env("HOME", self.folder.path()).env("CALLROSTER_STATE_DIR", self.state());
        // Windows opens no socket without its root, and has no other place for temporary files.
        for name in ["PATH", "SystemRoot", "TMP"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        if let Some(server) = &self.server {
            command.env("CALLROSTER_BASE_URL", server.base_url());
            match self.provider {
                SimProvider::Exotel => {
                    command.env("CALLROSTER_PROVIDER", "exotel").env("EXOTEL_ACCOUNT_SID", "sim");
                    command.env("EXOTEL_API_KEY", "sim-key").env("EXOTEL_API_TOKEN", "sim-token");
                }
                SimProvider::Audian => {
                    command.env("CALLROSTER_PROVIDER", "audian").env("AUDIAN_ACCOUNT_ID", "sim");
                    command.env("AUDIAN_API_KEY", "sim-key");
                }
            }
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, words: &[&str]) -> Said {
        said(self.command(words).output().expect("the program starts"))
    }

    /// Starts the program and goes on.
    pub fn start(&self, words: &[&str]) -> Child {
        self.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    }

    /// Runs the program and gives it standard input.
    pub fn run_with(&self, words: &[&str], input: &[u8]) -> Said {
        use std::io::Write;
        let mut command = self.command(words);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("it is piped");
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // The program may refuse and end before it has read all.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("it ends");
        writer.join().expect("the writer does not panic");
        said(output)
    }

    /// The result rows of an input of that name, as column to cell.
    pub fn results(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        rows_of(&self.path(name))
    }

    /// One column of a result file.
    pub fn column(&self, name: &str, column: &str) -> Vec<String> {
        self.results(name).iter().map(|row| row[column].clone()).collect()
    }

    pub fn simulator(&self) -> Arc<Mutex<Simulator>> {
        self.server.as_ref().expect("this desk has a server").simulator()
    }

    /// Waits until the account has so many users as `enough` asks for.
    pub fn wait_for(&self, enough: impl Fn(usize) -> bool) {
        for _ in 0..20_000 {
            if enough(self.simulator().lock().expect("fine").users()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("the run made no headway");
    }

    /// What really happened at the provider.
    pub fn truth(&self) -> Truth {
        self.simulator().lock().expect("nobody panicked").truth()
    }

    /// How many calls the provider saw, by method.
    pub fn calls(&self, method: &str) -> usize {
        self.truth().calls.iter().filter(|call| call.method == method).count()
    }
}

/// A CSV file as rows of column to cell.
pub fn rows_of(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.deserialize().map(|row| row.expect("it is a table")).collect()
}

/// Interrupts a run as Ctrl-C does, and waits for what it says.
#[cfg(unix)]
pub fn interrupted(child: Child) -> Said {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the run ended before");
    said(child.wait_with_output().expect("it ends"))
}

pub fn said(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Said {
    /// Asserts the exit code, and shows everything when it is another one.
    pub fn exits(self, code: i32) -> Said {
        assert_eq!(self.code, code, "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }

    /// Asserts that a person is told this.
    pub fn tells(self, words: &str) -> Said {
        assert!(self.err.contains(words), "`{words}` is not in:\n{}", self.err);
        self
    }
}

/// An onboarding sheet of so many people.
pub fn people(count: usize, passwords: usize) -> String {
    let mut text = String::from("first_name,last_name,email,device_contact_uri,sip_password\n");
    for n in 0..count {
        let password = if n < passwords { "Abcdefg1" } else { "" };
        text += &format!("Person{n},Number{n},person{n}@example.com,+91984{n:07},{password}\n");
    }
    text
}
