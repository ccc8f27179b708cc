//! What a person sees while the program works: on standard error, so that data can go to standard output.
//!
//! Calls are shown and logged by row, never by person.

mod log;
mod progress;
mod wrap;

use std::cell::OnceCell;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anstyle::{AnsiColor, Style};

use crate::cli::{ScreenSettings, Usage};
use crate::outcome::Status;
use crate::pace::Waiting;
use crate::runner::{CallSeen, Watch};
use log::CallLog;
use progress::Progress;

pub use progress::{in_words, people, plural};
pub use wrap::wrapped;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// The screen of one command.
pub struct Screen {
    progress: Progress,
    log: Option<CallLog>,
    /// The calls of a run, kept for its report.
    kept: OnceCell<CallLog>,
    quiet: bool,
    verbose: bool,
    draws: bool,
    began: std::time::Instant,
}

impl Screen {
    pub fn new(settings: &ScreenSettings) -> Result<Screen, Usage> {
        let log = settings.log_json.as_deref().map(CallLog::open).transpose().map_err(Usage::new)?;
        Ok(Screen {
            progress: Progress::new(settings),
            log,
            kept: OnceCell::new(),
            quiet: settings.quiet,
            verbose: settings.verbose,
            draws: io::stderr().is_terminal() || settings.color == crate::cli::ColorArgument::Always,
            began: std::time::Instant::now(),
        })
    }

    /// Keeps every call in a file from now on; a file that cannot be written is no reason to stop.
    pub fn keep_calls(&self, path: &Path) {
        if let Ok(log) = CallLog::open(path) {
            let _ = self.kept.set(log);
        }
    }

    fn logs(&self) -> impl Iterator<Item = &CallLog> {
        self.log.iter().chain(self.kept.get())
    }

    /// Seconds since the command began.
    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Whether somebody looks who is helped by pictures; elsewhere plain lines are better.
    pub fn draws(&self) -> bool {
        self.draws
    }

    /// A line of news; not shown with `--quiet`.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            self.progress.line(line);
        }
    }

    /// A line that is always shown.
    pub fn show(&self, line: &str) {
        self.progress.line(line);
    }

    /// Something that stops nothing but should be known.
    pub fn warn(&self, line: &str) {
        self.progress.line(&format!("{WARNING}warning:{WARNING:#} {line}"));
    }

    /// Begins a stretch of work of so many rows.
    pub fn begin(&self, what: &'static str, total: Option<u64>) {
        self.progress.begin(what, total);
    }

    /// So many calls the stretch takes in all.
    pub fn calls(&self, calls: u64) {
        self.progress.calls(calls);
    }

    /// So much of the stretch is done.
    pub fn done(&self, done: u64) {
        self.progress.done(done);
    }

    pub fn total(&self, total: u64) {
        self.progress.total(total);
    }

    /// Ends the stretch.
    pub fn end(&self) {
        self.progress.end();
    }
}

impl Watch for Screen {
    fn call(&self, seen: &CallSeen<'_>) {
        self.logs().for_each(|log| log.call(seen));
        if self.verbose {
            let row = seen.row.map(|row| format!("row {row}: ")).unwrap_or_default();
            let status = seen.status.map_or("no answer".to_string(), |status| status.to_string());
            let code = if seen.code.is_empty() { String::new() } else { format!(" ({})", seen.code) };
            let line = format!("{row}{}: {status}{code} in {} ms", seen.what, seen.took.as_millis());
            self.progress.line(&line);
        }
    }

    fn paused(&self, wait: Duration) {
        self.logs().for_each(|log| log.paused(wait));
        self.progress.paused(wait);
    }

    fn waiting(&self, why: Option<Waiting>, time_of: &dyn Fn(u64) -> Option<Duration>) {
        self.progress.waiting(why, time_of);
    }

    fn ended(&self, _source_row: u64, status: Status) {
        self.progress.ended(status);
    }
}

/// A line on standard error; where nobody can read it any more, it is no reason to stop a run.
fn write_line(line: &str) {
    let _ = match io::stderr().is_terminal() {
        true => writeln!(anstream::stderr(), "{}", wrap::fitted(line, width())),
        false => writeln!(anstream::stderr(), "{line}"),
    };
}

/// A note ahead of all that a command says; not shown with `--quiet`.
pub fn note(settings: &ScreenSettings, note: &str) {
    if !settings.quiet {
        write_line(&format!("note: {note}"));
    }
}

/// An error as the last word of a command.
pub fn complain(message: &str) {
    write_line(&format!("{ERROR}error:{ERROR:#} {message}"));
}

/// Applies `--color`; `auto` follows the terminal and `NO_COLOR`.
pub fn set_color(settings: &ScreenSettings) {
    use crate::cli::ColorArgument;
    let choice = match settings.color {
        ColorArgument::Auto => return,
        ColorArgument::Always => anstream::ColorChoice::Always,
        ColorArgument::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}

/// How many columns the terminal has; 80 where there is none.
pub fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0).max(20))
}

/// What somebody answered, or that nobody can.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    /// No terminal to ask at.
    Nobody,
}

/// Whether there is somebody to ask.
pub fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a `yes`; anything else is no.
pub fn ask(question: &str) -> Answer {
    if !somebody_is_there() {
        return Answer::Nobody;
    }
    let mut out = io::stderr();
    let _ = write!(out, "{question} Only `yes` goes on: ").and_then(|()| out.flush());
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(_) if line.trim().eq_ignore_ascii_case("yes") => Answer::Yes,
        _ => Answer::No,
    }
}
