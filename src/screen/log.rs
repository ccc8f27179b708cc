//! Every call as one JSON line, by row and never by person: for `--log-json`, and for the report of a run.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Serialize, Serializer};

use crate::platform;
use crate::runner::CallSeen;

/// Lines that follow each other faster than this go to the disk together.
const TOGETHER: Duration = Duration::from_millis(100);

pub(super) struct CallLog {
    file: RefCell<BufWriter<File>>,
    flushed: Cell<Timestamp>,
}

#[derive(Serialize)]
struct CallLine<'a> {
    #[serde(serialize_with = "as_text")]
    at: Timestamp,
    call: &'a str,
    code: &'a str,
    milliseconds: u64,
    row: Option<u64>,
    status: Option<u16>,
}

#[derive(Serialize)]
struct PauseLine {
    #[serde(serialize_with = "as_text")]
    at: Timestamp,
    paused_seconds: f64,
}

fn as_text<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&DateTimePrinter::new().timestamp_to_string(at))
}

impl CallLog {
    pub(super) fn open(path: &Path) -> Result<CallLog, String> {
        let file = platform::private_log(path)
            .map_err(|error| format!("--log-json {} cannot be written: {error}", path.display()))?;
        Ok(CallLog {
            file: RefCell::new(BufWriter::with_capacity(1 << 16, file)),
            flushed: Cell::new(Timestamp::UNIX_EPOCH),
        })
    }

    pub(super) fn call(&self, seen: &CallSeen<'_>) {
        let at = Timestamp::now();
        self.line(&CallLine {
            at,
            call: seen.what,
            code: seen.code,
            milliseconds: seen.took.as_millis() as u64,
            row: seen.row,
            status: seen.status,
        });
        if at.duration_since(self.flushed.get()).unsigned_abs() >= TOGETHER {
            self.flush(at);
        }
    }

    pub(super) fn paused(&self, wait: Duration) {
        let at = Timestamp::now();
        self.line(&PauseLine { at, paused_seconds: wait.as_secs_f64() });
        self.flush(at);
    }

    /// A log that cannot be written is no reason to stop a run.
    fn line(&self, line: &impl Serialize) {
        let mut file = self.file.borrow_mut();
        let _ = serde_json::to_writer(&mut *file, line);
        let _ = file.write_all(b"\n");
    }

    fn flush(&self, at: Timestamp) {
        let _ = self.file.borrow_mut().flush();
        self.flushed.set(at);
    }
}
