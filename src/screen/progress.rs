//! Progress of a stretch of work: a bar, plain lines, JSON lines, or nothing.

use std::cell::{Cell, RefCell};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::write_line;
use crate::cli::{ProgressArgument, ScreenSettings};
use crate::outcome::{Status, Tally};
use crate::pace::Waiting;

/// Time between two plain lines, or two JSON lines.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Bar,
    Plain,
    Json,
    Silent,
}

pub(super) struct Progress {
    form: Form,
    bar: RefCell<Option<ProgressBar>>,
    what: Cell<&'static str>,
    done: Cell<u64>,
    total: Cell<Option<u64>>,
    tally: RefCell<Tally>,
    last_line: Cell<Instant>,
    /// Why nothing goes on at the moment.
    why: RefCell<Option<String>>,
}

impl Progress {
    pub(super) fn new(settings: &ScreenSettings) -> Progress {
        let form = match settings.progress {
            ProgressArgument::None => Form::Silent,
            ProgressArgument::Bar => Form::Bar,
            ProgressArgument::Plain => Form::Plain,
            ProgressArgument::Json => Form::Json,
            ProgressArgument::Auto if settings.quiet => Form::Silent,
            ProgressArgument::Auto if std::io::stderr().is_terminal() => Form::Bar,
            ProgressArgument::Auto => Form::Plain,
        };
        Progress {
            form,
            bar: RefCell::new(None),
            what: Cell::new(""),
            done: Cell::new(0),
            total: Cell::new(None),
            tally: RefCell::new(Tally::default()),
            last_line: Cell::new(Instant::now()),
            why: RefCell::new(None),
        }
    }

    /// Prints a line above the bar.
    pub(super) fn line(&self, line: &str) {
        match &*self.bar.borrow() {
            Some(bar) => bar.suspend(|| write_line(line)),
            None => write_line(line),
        }
    }

    pub(super) fn begin(&self, what: &'static str, total: Option<u64>) {
        self.end();
        self.what.set(what);
        self.total.set(total);
        self.done.set(0);
        *self.tally.borrow_mut() = Tally::default();
        self.last_line.set(Instant::now());
        if self.form == Form::Bar {
            let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
            bar.set_style(style(total.is_some()));
            bar.set_prefix(what);
            bar.enable_steady_tick(Duration::from_millis(200));
            *self.bar.borrow_mut() = Some(bar);
        }
    }

    pub(super) fn total(&self, total: u64) {
        if self.total.replace(Some(total)).is_none()
            && let Some(bar) = &*self.bar.borrow()
        {
            bar.set_length(total);
            bar.set_style(style(true));
        }
    }

    pub(super) fn done(&self, done: u64) {
        self.done.set(done);
        if let Some(bar) = &*self.bar.borrow() {
            bar.set_position(done);
        }
        if self.last_line.get().elapsed() >= BETWEEN_LINES {
            self.last_line.set(Instant::now());
            self.report();
        }
    }

    pub(super) fn ended(&self, status: Status) {
        self.tally.borrow_mut().add(status);
        if let Some(bar) = &*self.bar.borrow() {
            bar.set_message(endings(&self.tally.borrow()));
        }
        self.done(self.done.get() + 1);
    }

    pub(super) fn paused(&self, wait: Duration) {
        let line = format!("the provider limits its calls; waiting {:.0} s", wait.as_secs_f64().ceil());
        match self.form {
            Form::Bar => {
                if let Some(bar) = &*self.bar.borrow() {
                    bar.set_message(line);
                }
            }
            Form::Plain if wait >= Duration::from_secs(2) => self.line(&line),
            Form::Json => self.json(&json!({"event": "paused", "seconds": wait.as_secs_f64()})),
            Form::Plain | Form::Silent => {}
        }
    }

    /// Says beside the endings why nothing goes on, and for how long.
    pub(super) fn waiting(&self, why: Option<Waiting>) {
        let why = why.filter(|why| why.left >= Duration::from_secs(1)).map(|why| reason(&why));
        if let Some(bar) = &*self.bar.borrow() {
            let endings = endings(&self.tally.borrow());
            let parts: Vec<&str> = [endings.as_str(), why.as_deref().unwrap_or_default()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect();
            bar.set_message(parts.join("; "));
        }
        *self.why.borrow_mut() = why;
        self.done(self.done.get());
    }

    pub(super) fn end(&self) {
        if let Some(bar) = self.bar.borrow_mut().take() {
            bar.finish_and_clear();
        }
        if self.form == Form::Json && !self.what.get().is_empty() {
            self.report();
        }
        self.what.set("");
    }

    /// The line of those who cannot show a bar.
    fn report(&self) {
        let (what, done, total) = (self.what.get(), self.done.get(), self.total.get());
        match self.form {
            Form::Plain => {
                let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
                let endings = endings(&self.tally.borrow());
                let why = self.why.borrow().as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
                self.line(format!("{what}: {done}{of} {endings}{why}").trim_end());
            }
            Form::Json => {
                let why = self.why.borrow();
                let why = why.as_deref();
                self.json(
                    &json!({"event": "progress", "what": what, "done": done, "total": total, "waits": why}),
                );
            }
            Form::Bar | Form::Silent => {}
        }
    }

    fn json(&self, value: &serde_json::Value) {
        write_line(&value.to_string());
    }
}

/// `60 created, 2 failed`.
fn endings(tally: &Tally) -> String {
    let words: Vec<String> =
        tally.iter().map(|(status, count)| format!("{count} {}", status.word())).collect();
    words.join(", ")
}

/// `limit 50/min, 14 s to go`.
fn reason(why: &Waiting) -> String {
    let left = in_words(why.left);
    match why.limit {
        None => format!("the provider asked to wait, {left} to go"),
        Some(limit) if limit.per >= Duration::from_secs(30) => {
            let minute = limit.calls * 60.0 / limit.per.as_secs_f64();
            format!("limit {minute:.0}/min, {left} to go")
        }
        Some(limit) => {
            format!("limit {:.0}/s, {left} to go", limit.calls / limit.per.as_secs_f64().max(1e-9))
        }
    }
}

fn style(known: bool) -> ProgressStyle {
    let template = match known {
        // A bar of a few signs tells nothing.
        true if super::width() < 60 => "{prefix} {pos}/{len} {msg} ({eta} left)",
        true => "{prefix} [{wide_bar}] {pos}/{len} {msg} ({eta} left)",
        false => "{prefix} {spinner} {pos} {msg}",
    };
    ProgressStyle::with_template(template).expect("a constant").progress_chars("=> ")
}

/// `1 row`, `2 rows`.
pub fn plural(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `1 person`, `2 people`.
pub fn people(count: u64) -> String {
    if count == 1 { "1 person".into() } else { format!("{count} people") }
}

/// A time as people say it: `40 s`, `7 min`, `6.7 hours`.
pub fn in_words(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 90.0 => format!("{:.0} s", seconds.ceil()),
        seconds if seconds < 5400.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.1} hours", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::Limit;

    #[test]
    fn a_wait_has_its_reason() {
        let waiting = |calls, per| Waiting {
            left: Duration::from_secs(14),
            limit: Some(Limit { calls, per: Duration::from_secs(per) }),
        };
        assert_eq!(reason(&waiting(50.0, 60)), "limit 50/min, 14 s to go");
        assert_eq!(reason(&waiting(200.0, 1)), "limit 200/s, 14 s to go");
        assert_eq!(
            reason(&Waiting { limit: None, ..waiting(1.0, 1) }),
            "the provider asked to wait, 14 s to go"
        );
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        let words = |seconds| in_words(Duration::from_secs_f64(seconds));
        assert_eq!(
            [words(0.2), words(89.5), words(420.0), words(24_000.0)],
            ["1 s", "90 s", "7 min", "6.7 hours"]
        );
        assert_eq!([plural(1, "row"), plural(0, "row")], ["1 row", "0 rows"]);
    }
}
