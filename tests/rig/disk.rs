//! A modelled disk: what is durable, what a crash tears, what fails; and what the journal says so far.
//!
//! It judges as well: a write after a failed one, and a journal that cannot be read again, are violations.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use callroster::journal::{Disk, Event, Replay, State, replay};
use futures::future::LocalBoxFuture;

use crate::chance::Chance;
use crate::world::World;

/// The bytes that survive a crash, and their fold.
#[derive(Debug, Default)]
pub struct Platter {
    pub bytes: Vec<u8>,
    /// The journal as far as it is durable; the judge of "intent first".
    pub state: State,
    /// Durable intents by row and step.
    pub intents: std::collections::BTreeMap<(u32, String), u32>,
    /// A write has failed, and the process that saw it still lives.
    pub failed: bool,
}

impl Platter {
    /// Reads the journal as a new process does; a torn tail is cut off.
    pub fn reopen(&mut self) -> Result<Replay, String> {
        let mut intents = std::collections::BTreeMap::new();
        let replay = replay::replay(&self.bytes[..], |event, _| count(&mut intents, event))
            .map_err(|damage| format!("P5: the journal is refused after a crash: {damage}"))?;
        self.bytes.truncate(replay.length as usize);
        (self.state, self.intents, self.failed) = (replay.state.clone(), intents, false);
        Ok(replay)
    }

    pub fn wipe(&mut self) {
        *self = Platter::default();
    }

    /// Takes in whole bytes of one write.
    fn keep(&mut self, bytes: &[u8]) {
        let mut offset = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if let Some(event) = event_of(line) {
                count(&mut self.intents, &event);
                self.state.apply(&event, offset as u64);
            }
            offset += line.len();
        }
    }
}

fn count(intents: &mut std::collections::BTreeMap<(u32, String), u32>, event: &Event) {
    if let Event::Intent { row, step, .. } = event {
        *intents.entry((*row, step.clone())).or_default() += 1;
    }
}

fn event_of(line: &[u8]) -> Option<Event> {
    let mut value: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(line).ok()?;
    value.remove("seq");
    value.remove("crc");
    serde_json::from_value(serde_json::Value::Object(value)).ok()
}

/// The disk as one process sees it.
pub struct ModelDisk(pub Rc<World>);

impl Disk for ModelDisk {
    fn append(&self, bytes: Vec<u8>) -> LocalBoxFuture<'_, io::Result<()>> {
        Box::pin(self.write(bytes))
    }

    fn line(&self, offset: u64) -> io::Result<Vec<u8>> {
        let platter = self.0.platter.borrow();
        let from = platter.bytes.get(offset as usize..).unwrap_or_default();
        let line = from.split(|byte| *byte == b'\n').next().unwrap_or_default();
        Ok(line.to_vec())
    }
}

impl ModelDisk {
    async fn write(&self, bytes: Vec<u8>) -> io::Result<()> {
        let world = &self.0;
        world.alive().await;
        world.shown.borrow_mut().extend_from_slice(&bytes);
        let (number, strike) = world.disk_site(&bytes);
        let mut chance = Chance::new(world.seed, 5, u64::from(number));
        match chance.below(3) {
            0 => {}
            1 => tokio::task::yield_now().await,
            _ => tokio::time::sleep(Duration::from_millis(1 + chance.below(20))).await,
        }
        if world.platter.borrow().failed {
            world.accuse("P6: the disk was written to after it had failed");
        }
        let part = chance.below(bytes.len() as u64 + 1) as usize;
        match strike.unwrap_or_default() {
            "" => world.platter.borrow_mut().keep(&bytes),
            "crash_unwritten" => world.crash().await,
            "crash_torn" => {
                // A whole line without its end is the worst part of one, and rare among all lengths.
                let part = if chance.one_in(8) { bytes.len().saturating_sub(1) } else { part };
                world.platter.borrow_mut().bytes.extend_from_slice(&bytes[..part]);
                world.crash().await;
            }
            "crash_written" => {
                world.platter.borrow_mut().keep(&bytes);
                world.crash().await;
            }
            "refused" => return Err(self.fail(&[], "No space left on device")),
            "cut_short" => {
                let part = part.clamp(1, bytes.len().saturating_sub(1).max(1));
                return Err(self.fail(&bytes[..part], "No space left on device"));
            }
            "not_synced" => return Err(self.fail(&bytes, "Input/output error")),
            "full" => return Err(self.fail(&bytes[..part], "No space left on device")),
            // What a failed sync left behind nobody knows: part of it, or all.
            _ => {
                let part = if chance.one_in(2) { bytes.len() } else { part };
                return Err(self.fail(&bytes[..part], "Input/output error"));
            }
        }
        Ok(())
    }

    fn fail(&self, left_behind: &[u8], what: &str) -> io::Error {
        let mut platter = self.0.platter.borrow_mut();
        platter.bytes.extend_from_slice(left_behind);
        platter.failed = true;
        io::Error::other(what.to_string())
    }
}
