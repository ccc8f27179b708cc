//! The journal as the run uses it: events go in, and a caller may wait until they are on disk.
//!
//! Group commit: whoever needs durability first takes all waiting bytes and syncs once for everybody.
//! The first failed write or sync is final; it is never tried again, since a second sync may report a
//! success that is none.

use std::cell::{Cell, Ref, RefCell};
use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::LocalBoxFuture;

use super::again::Again;
use super::event::Event;
use super::line::{Chain, known_event};
use super::replay::{Damage, Replay, replay};
use super::state::State;
use crate::planted::{Bug, planted};

/// The journal could not be written; no further call may start.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the journal cannot be written: {0}")]
pub struct JournalFailed(pub String);

/// Where the bytes lie. A model of it is enough to test a whole run.
pub trait Disk {
    /// Appends the bytes and makes them durable.
    fn append(&self, bytes: Vec<u8>) -> LocalBoxFuture<'_, io::Result<()>>;

    /// The line that begins at `offset`, without its line end.
    fn line(&self, offset: u64) -> io::Result<Vec<u8>>;
}

/// A run's journal.
pub struct Journal {
    disk: Box<dyn Disk>,
    chain: RefCell<Chain>,
    state: RefCell<State>,
    pending: RefCell<Pending>,
    failed: RefCell<Option<JournalFailed>>,
    writing: Cell<bool>,
    turn: tokio::sync::Mutex<()>,
}

struct Pending {
    bytes: Vec<u8>,
    /// Bytes that are on disk.
    durable: u64,
    /// Bytes that were ever taken in.
    taken: u64,
}

impl Journal {
    /// Goes on after what a replay found; a new journal goes on after nothing.
    pub fn new(disk: Box<dyn Disk>, replay: Replay) -> Journal {
        let bytes = if replay.unterminated && !planted(Bug::TailGlued) { vec![b'\n'] } else { Vec::new() };
        let pending = Pending { durable: replay.length, taken: replay.length + bytes.len() as u64, bytes };
        Journal {
            disk,
            chain: RefCell::new(replay.chain),
            state: RefCell::new(replay.state),
            pending: RefCell::new(pending),
            failed: RefCell::new(None),
            writing: Cell::new(false),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    /// What the journal says so far, waiting events included.
    pub fn state(&self) -> Ref<'_, State> {
        self.state.borrow()
    }

    /// Takes in an event; it reaches the disk with the next durable one at the latest.
    pub fn append(&self, event: &Event) -> Result<(), JournalFailed> {
        if let Some(failed) = self.failed.borrow().as_ref() {
            return Err(failed.clone());
        }
        let mut pending = self.pending.borrow_mut();
        let (offset, before) = (pending.taken, pending.bytes.len());
        self.chain.borrow_mut().encode(event, &mut pending.bytes);
        pending.taken += (pending.bytes.len() - before) as u64;
        self.state.borrow_mut().apply(event, offset);
        Ok(())
    }

    /// Takes in an event and returns when it is on disk.
    pub async fn durable(&self, event: &Event) -> Result<(), JournalFailed> {
        self.append(event)?;
        self.sync().await
    }

    /// Returns when everything taken in so far is on disk.
    pub async fn sync(&self) -> Result<(), JournalFailed> {
        let wanted = self.pending.borrow().taken;
        let _turn = self.turn.lock().await;
        if let Some(failed) = self.failed.borrow().as_ref() {
            return Err(failed.clone());
        }
        if self.writing.get() {
            return Err(JournalFailed("a write was broken off".into()));
        }
        let bytes = {
            let mut pending = self.pending.borrow_mut();
            if pending.durable >= wanted {
                return Ok(());
            }
            std::mem::take(&mut pending.bytes)
        };
        let length = bytes.len() as u64;
        // A caller that is dropped in the middle of its write leaves nobody who knows how far it came.
        self.writing.set(true);
        let written = self.disk.append(bytes).await;
        self.writing.set(false);
        if let Err(error) = written
            && !planted(Bug::FailedWriteIgnored)
        {
            let failed = JournalFailed(error.to_string());
            if planted(Bug::FailedSyncForgotten) {
                return Err(failed);
            }
            *self.failed.borrow_mut() = Some(failed.clone());
            return Err(failed);
        }
        self.pending.borrow_mut().durable += length;
        Ok(())
    }

    /// Whether the event at a place that the state names will never be on disk.
    pub fn lost(&self, offset: u64) -> bool {
        self.failed.borrow().is_some() && !planted(Bug::LostEndingTold) && !self.is_durable(offset)
    }

    /// Whether the event at a place that the state names is on disk.
    pub fn is_durable(&self, offset: u64) -> bool {
        offset < self.pending.borrow().durable
    }

    /// The event at a place that the state names.
    pub async fn event_at(&self, offset: u64) -> Result<Event, JournalFailed> {
        if !self.is_durable(offset) {
            self.sync().await?;
        }
        let unreadable = |what: String| JournalFailed(format!("byte {offset} cannot be read again: {what}"));
        let line = self.disk.line(offset).map_err(|error| unreadable(error.to_string()))?;
        known_event(line).ok_or_else(|| unreadable("it is not an event".into()))
    }
}

/// A journal in a file.
pub struct FileDisk {
    file: Arc<Mutex<File>>,
    again: RefCell<Again>,
}

impl FileDisk {
    /// Opens the journal at `path`, which exists, and reads it. A torn tail is cut off.
    pub fn open(path: &Path, seen: impl FnMut(&Event, u64)) -> Result<(FileDisk, Replay), Damage> {
        let replay = replay(BufReader::with_capacity(1 << 16, File::open(path)?), seen)?;
        let mut file = File::options().read(true).write(true).open(path)?;
        if replay.torn > 0 {
            file.set_len(replay.length)?;
            file.sync_all()?;
        }
        file.seek(SeekFrom::Start(replay.length))?;
        let again = Again::of(File::open(path)?);
        Ok((FileDisk { file: Arc::new(Mutex::new(file)), again: RefCell::new(again) }, replay))
    }
}

impl Disk for FileDisk {
    fn append(&self, bytes: Vec<u8>) -> LocalBoxFuture<'_, io::Result<()>> {
        let file = Arc::clone(&self.file);
        Box::pin(async move {
            let write = move || {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.write_all(&bytes)?;
                file.sync_data()
            };
            tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
        })
    }

    fn line(&self, offset: u64) -> io::Result<Vec<u8>> {
        self.again.borrow_mut().line(offset)
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::{FORMAT, Header};
    use super::*;

    fn header() -> Event {
        Event::Run(Box::new(Header { format: FORMAT, ..Header::default() }))
    }

    fn intent(row: u32) -> Event {
        Event::Intent { row, step: "user".into(), attempt: 1, content: None }
    }

    fn open(path: &Path) -> Journal {
        let (disk, replay) = FileDisk::open(path, |_, _| {}).expect("it is whole");
        Journal::new(Box::new(disk), replay)
    }

    #[tokio::test]
    async fn what_was_written_is_there_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.jsonl");
        File::create(&path).expect("a file");
        let journal = open(&path);
        journal.durable(&header()).await.expect("it can be written");
        let looked = Event::Looked { row: 3, look: crate::plan::Look::Matches(vec![]) };
        journal.append(&looked).expect("it is taken in");
        let offset = journal.state().looked_at(3).expect("it is known");
        assert_eq!(journal.event_at(offset).await, Ok(looked));
        let state = journal.state().clone();
        drop(journal);
        let mut torn = File::options().append(true).open(&path).expect("it exists");
        torn.write_all(b"{\"seq\":2,\"int").expect("it can be written");
        let again = open(&path);
        assert_eq!(*again.state(), state);
        again.durable(&intent(1)).await.expect("it goes on");
        assert!(open(&path).state().wrote);
    }

    struct FailsOnce(RefCell<u32>);

    impl Disk for FailsOnce {
        fn append(&self, _: Vec<u8>) -> LocalBoxFuture<'_, io::Result<()>> {
            *self.0.borrow_mut() += 1;
            let fails = *self.0.borrow() == 2;
            Box::pin(async move { if fails { Err(io::Error::other("disk full")) } else { Ok(()) } })
        }

        fn line(&self, _: u64) -> io::Result<Vec<u8>> {
            Err(io::Error::other("not here"))
        }
    }

    #[tokio::test]
    async fn the_first_failure_is_final() {
        let journal = Journal::new(Box::new(FailsOnce(RefCell::new(0))), Replay::default());
        journal.durable(&header()).await.expect("the first write goes well");
        assert_eq!(journal.durable(&intent(1)).await, Err(JournalFailed("disk full".into())));
        assert_eq!(journal.durable(&intent(2)).await, Err(JournalFailed("disk full".into())));
    }

    #[tokio::test]
    async fn waiting_events_share_one_sync() {
        struct Counts(std::rc::Rc<RefCell<Vec<usize>>>);
        impl Disk for Counts {
            fn append(&self, bytes: Vec<u8>) -> LocalBoxFuture<'_, io::Result<()>> {
                self.0.borrow_mut().push(bytes.iter().filter(|byte| **byte == b'\n').count());
                Box::pin(async {
                    tokio::task::yield_now().await;
                    Ok(())
                })
            }
            fn line(&self, _: u64) -> io::Result<Vec<u8>> {
                Err(io::Error::other("not here"))
            }
        }
        let writes = std::rc::Rc::new(RefCell::new(Vec::new()));
        let journal = Journal::new(Box::new(Counts(writes.clone())), Replay::default());
        journal.append(&header()).expect("it is taken in");
        let events: Vec<Event> = (0..16).map(intent).collect();
        futures::future::join_all(events.iter().map(|event| journal.durable(event))).await;
        assert_eq!(writes.borrow().iter().sum::<usize>(), 17);
        assert!(writes.borrow().len() <= 2, "{:?}", writes.borrow());
    }
}
