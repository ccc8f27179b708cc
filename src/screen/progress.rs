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
    /// Calls that all of it takes, where that is known.
    calls: Cell<u64>,
    /// Why nothing goes on at the moment, and how long the rest takes under the known limit.
    why: RefCell<Option<String>>,
    left: Cell<Option<Duration>>,
    /// The bar itself tells a time, by what has passed.
    timed: Cell<bool>,
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
            calls: Cell::new(0),
            why: RefCell::new(None),
            left: Cell::new(None),
            timed: Cell::new(false),
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
        self.calls.set(0);
        self.left.set(None);
        *self.tally.borrow_mut() = Tally::default();
        self.last_line.set(Instant::now());
        if self.form == Form::Bar {
            let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
            bar.set_style(style(total.is_some(), false));
            self.timed.set(false);
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
            bar.set_style(style(true, self.timed.get()));
        }
    }

    pub(super) fn calls(&self, calls: u64) {
        self.calls.set(calls);
    }

    pub(super) fn done(&self, done: u64) {
        self.done.set(done);
        if let Some(bar) = &*self.bar.borrow() {
            bar.set_position(done);
        }
        self.time_by_the_past(done > 0 && self.left.get().is_none() && self.why.borrow().is_none());
        if self.last_line.get().elapsed() >= BETWEEN_LINES {
            self.last_line.set(Instant::now());
            self.report();
        }
    }

    pub(super) fn ended(&self, status: Status) {
        self.tally.borrow_mut().add(status);
        if let Some(bar) = &*self.bar.borrow() {
            bar.set_message(self.message());
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
                self.time_by_the_past(false);
            }
            Form::Plain if wait >= Duration::from_secs(2) => self.line(&line),
            Form::Json => self.json(&json!({"event": "paused", "seconds": wait.as_secs_f64()})),
            Form::Plain | Form::Silent => {}
        }
    }

    /// Says beside the endings why nothing goes on, and for how long, and when all of it will be done.
    pub(super) fn waiting(&self, why: Option<Waiting>, time_of: &dyn Fn(u64) -> Option<Duration>) {
        let pause = why.map_or(Duration::ZERO, |why| why.left);
        let why = why.filter(|why| why.left >= Duration::from_secs(1)).map(|why| reason(&why));
        *self.why.borrow_mut() = why;
        let rest = self.calls_left().and_then(time_of).map(|rest| rest + pause);
        self.left.set(rest.filter(|rest| *rest >= Duration::from_secs(1)));
        if let Some(bar) = &*self.bar.borrow() {
            bar.set_message(self.message());
        }
        self.done(self.done.get());
    }

    /// What the time that has passed tells of the rest is only right while nothing is waited for.
    fn time_by_the_past(&self, timed: bool) {
        if self.timed.replace(timed) != timed
            && let Some(bar) = &*self.bar.borrow()
        {
            bar.set_style(style(self.total.get().is_some(), timed));
        }
    }

    /// Calls of the rows that are left, as many for each as for all.
    fn calls_left(&self) -> Option<u64> {
        let total = self.total.get().filter(|total| *total > 0)?;
        let rows = total.saturating_sub(self.done.get());
        Some((u128::from(self.calls.get()) * u128::from(rows)).div_ceil(u128::from(total)) as u64)
    }

    /// What stands beside the bar.
    fn message(&self) -> String {
        let parts = [Some(endings(&self.tally.borrow())), self.why.borrow().clone(), self.left_in_words()];
        let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        parts.join("; ")
    }

    fn left_in_words(&self) -> Option<String> {
        self.left.get().map(|left| format!("about {} left", in_words(left)))
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
                let notes: Vec<String> =
                    [self.why.borrow().clone(), self.left_in_words()].into_iter().flatten().collect();
                let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
                self.line(format!("{what}: {done}{of} {endings}{notes}").trim_end());
            }
            Form::Json => {
                let why = self.why.borrow();
                let why = why.as_deref();
                let left = self.left.get().map(|left| left.as_secs_f64().ceil());
                self.json(
                    &json!({"event": "progress", "what": what, "done": done, "total": total, "waits": why, "seconds_left": left}),
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

/// `known`: how much there is in all; `timed`: the bar tells how much time is left.
fn style(known: bool, timed: bool) -> ProgressStyle {
    // A bar of a few signs tells nothing.
    let template = match (known, super::width() < 60) {
        (false, _) => "{prefix} {spinner} {pos} {msg}".to_owned(),
        (true, narrow) => {
            let bar = if narrow { "" } else { "[{wide_bar}] " };
            let left = if timed { " ({eta} left)" } else { "" };
            format!("{{prefix}} {bar}{{pos}}/{{len}} {{msg}}{left}")
        }
    };
    ProgressStyle::with_template(&template).expect("a constant").progress_chars("=> ")
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
