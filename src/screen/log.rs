//! Every call as one JSON line, by row and never by person: for `--log-json`, and for the report of a run.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::platform;
use crate::runner::CallSeen;

pub(super) struct CallLog(RefCell<BufWriter<File>>);

impl CallLog {
    pub(super) fn open(path: &Path) -> Result<CallLog, String> {
        let file = platform::private_log(path)
            .map_err(|error| format!("--log-json {} cannot be written: {error}", path.display()))?;
        Ok(CallLog(RefCell::new(BufWriter::new(file))))
    }

    pub(super) fn call(&self, seen: &CallSeen<'_>) {
        self.line(&json!({
            "at": Timestamp::now().to_string(),
            "row": seen.row,
            "call": seen.what,
            "status": seen.status,
            "code": seen.code,
            "milliseconds": seen.took.as_millis() as u64,
        }));
    }

    pub(super) fn paused(&self, wait: Duration) {
        self.line(&json!({"at": Timestamp::now().to_string(), "paused_seconds": wait.as_secs_f64()}));
    }

    /// A log that cannot be written is no reason to stop a run.
    fn line(&self, value: &serde_json::Value) {
        let mut file = self.0.borrow_mut();
        let _ = writeln!(file, "{value}").and_then(|()| file.flush());
    }
}
