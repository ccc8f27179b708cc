//! The engine of a run: rows in bounded concurrency, each writing call by the protocol of `ARCHITECTURE.md`.
//!
//! Its clock, its sleep and its chance are asked here and in no decision below. It knows no file, no socket and no screen:
//! transport, disk and watcher are given in, so that whole runs are tested under a paused clock.

mod ahead;
mod archive;
mod caller;
mod clearing;
mod course;
mod create;
mod leaving;
#[cfg(feature = "planted-bugs")]
mod namesake;
mod reunion;
mod rows;
mod step;
mod stop;
mod token;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

pub use caller::{Broken, CallCounts, Caller};
pub use course::{look_of, outcome_of, planned, wished_outcome};
pub use rows::{Planned, RowEnd, open_outcome};
pub use stop::StopSign;

use crate::journal::{Event, Journal};
use crate::outcome::{Cause, Status, Stop};
use crate::pace::Waiting;
use crate::planted::{Bug, planted};
use crate::roster::NewUser;

/// One exchange, as logs show it; the row is named, never the person.
pub struct CallSeen<'a> {
    pub row: Option<u64>,
    pub what: &'static str,
    pub status: Option<u16>,
    /// Empty when the call went well.
    pub code: &'a str,
    pub took: Duration,
}

/// Somebody who looks on: the screen, or nobody.
pub trait Watch {
    fn call(&self, _seen: &CallSeen<'_>) {}
    /// All calls wait so long because the provider limits.
    fn paused(&self, _wait: Duration) {}
    /// Why the next call waits, asked again and again, and how long so many calls take as things stand; `None` while
    /// none waits, and while no limit is known.
    fn waiting(&self, _why: Option<Waiting>, _time_of: &dyn Fn(u64) -> Option<Duration>) {}
    /// A row has got so far, and this is on disk.
    fn ended(&self, _source_row: u64, _status: Status) {}
}

/// Nobody looks on.
pub struct Unwatched;

impl Watch for Unwatched {}

/// Everything that the rows of a run share.
pub struct Engine<'a> {
    pub caller: Caller<'a>,
    pub journal: &'a Journal,
    pub stop: &'a StopSign,
    pub watch: &'a dyn Watch,
    /// How long an effect may lag behind its lost answer.
    pub settle: Duration,
    /// Keyed hash of a wished user without e-mail and number.
    pub content_of: &'a dyn Fn(&NewUser) -> String,
    /// Stop starting rows after so many failed ones.
    pub max_errors: Option<u64>,
    /// Rows that the preflight found to fail.
    pub failed_before: u64,
    /// How far rows have got, on its way to the disk.
    pub untold: Untold,
    /// What the looks for doubtful rows found, until each row has taken notice.
    pub found: Found,
    /// Whether users get SIP devices at all.
    pub sip_devices: SipDevices,
}

/// What the looks for SIP devices of new users came to.
#[derive(Debug, Default)]
pub struct SipDevices {
    /// Somebody has one.
    seen: Cell<bool>,
    /// Somebody waited in vain.
    missed: Cell<bool>,
}

impl SipDevices {
    /// Whether the provider seems to make none, so that waiting is in vain.
    fn are_none(&self) -> bool {
        self.missed.get() && !self.seen.get()
    }
}

/// By row; only the engine knows what is inside.
#[derive(Debug, Default)]
pub struct Found(RefCell<BTreeMap<u32, create::Seen>>);

impl Found {
    fn keep(&self, row: u32, seen: create::Seen) {
        self.0.borrow_mut().insert(row, seen);
    }

    fn take(&self, row: u32) -> Option<create::Seen> {
        self.0.borrow_mut().remove(&row)
    }
}

/// What the watcher is told when it is on disk: rows by source row, and how they stand.
pub type Untold = RefCell<Vec<(u64, Status)>>;

impl Engine<'_> {
    /// Takes an event into the journal; a failure stops the run.
    fn note(&self, event: &Event) -> Result<(), Broken> {
        self.journal.append(event).map_err(|failed| self.disk_failed(failed.to_string()))
    }

    /// Puts an event on disk; a failure stops the run.
    async fn durable(&self, event: &Event) -> Result<(), Broken> {
        if matches!(event, Event::Intent { .. }) && planted(Bug::SendsBeforeIntent) {
            return self.note(event);
        }
        self.journal.durable(event).await.map_err(|failed| self.disk_failed(failed.to_string()))
    }

    /// Puts on disk what was taken in so far, and then tells of it; a failure stops the run.
    async fn synced(&self) -> Result<(), Broken> {
        let told = self.untold.take();
        if planted(Bug::EndingShownFirst) {
            told.iter().for_each(|(source_row, status)| self.watch.ended(*source_row, *status));
        }
        self.journal.sync().await.map_err(|failed| self.disk_failed(failed.to_string()))?;
        told.into_iter().for_each(|(source_row, status)| self.watch.ended(source_row, status));
        Ok(())
    }

    fn disk_failed(&self, message: String) -> Broken {
        let message = format!(
            "{message}; no further call was started; make room or mend the disk, then run the same command, it goes on"
        );
        self.stop.raise(Stop::new(Cause::Disk, "interrupted", message));
        Broken::Stopped
    }
}
