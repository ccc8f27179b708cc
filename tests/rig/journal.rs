//! A torn or damaged journal is never misread (P5): cut at every length, flipped at every bit, edited at random.
//!
//! What is read must be the state after some whole line, and only a cut may lose lines. The share of cases grows with
//! `RIG_SEEDS`: a full run (100000) plays all cuts of 64 KiB, all bits of 16 KiB, and a hundred thousand edits.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use callroster::journal::replay::replay;
use callroster::journal::{Damage, Disk, Event, FORMAT, Header, Input, Journal, Replay, State};
use callroster::outcome::{RowOutcome, Status};
use futures::future::LocalBoxFuture;

use crate::chance::Chance;
use crate::seeds::asked;

const FULL: u64 = 100_000;

/// A disk that never fails.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Disk for Memory {
    fn append(&self, bytes: Vec<u8>) -> LocalBoxFuture<'_, io::Result<()>> {
        self.0.borrow_mut().extend_from_slice(&bytes);
        Box::pin(async { Ok(()) })
    }

    fn line(&self, _: u64) -> io::Result<Vec<u8>> {
        Err(io::Error::other("nobody asks"))
    }
}

/// A journal of at least so many bytes, and the state after each of its lines by where that line ends.
fn journal(bytes: usize) -> (Vec<u8>, BTreeMap<usize, State>) {
    let memory = Memory::default();
    let journal = Journal::new(Box::new(memory.clone()) as Box<dyn Disk>, Replay::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("nothing is needed for it");
    let mut states = BTreeMap::from([(0, State::default())]);
    let mut put = |event: Event| -> usize {
        runtime.block_on(journal.durable(&event)).expect("memory does not fail");
        states.insert(memory.0.borrow().len(), journal.state().clone());
        memory.0.borrow().len()
    };
    put(Event::Run(Box::new(Header { format: FORMAT, input: Input::default(), ..Header::default() })));
    put(Event::Ready { roster: Some(229) });
    for row in 0.. {
        let step = "user".to_string();
        put(Event::Intent { row, step: step.clone(), attempt: 1, content: None });
        if row % 7 == 0 {
            put(Event::Unclear { row, step, code: "timeout".into() });
        }
        if put(Event::Ended { row, outcome: RowOutcome::new(Status::Created) }) >= bytes {
            break;
        }
    }
    (memory.0.take(), states)
}

fn read(bytes: &[u8]) -> Result<Replay, Damage> {
    replay(bytes, |_, _| {})
}

/// How many of all cases an ordinary run plays: every so many-th.
fn stride(all: usize) -> usize {
    let seeds = asked("RIG_SEEDS", 1_000).clamp(1, FULL);
    let wanted = (all as u64 * seeds / FULL).max(2_000).min(all as u64);
    (all as u64 / wanted).max(1) as usize
}

#[test]
fn a_journal_that_is_cut_anywhere_is_read_to_its_last_whole_line() {
    let (bytes, states) = journal(64 << 10);
    for cut in (0..=bytes.len()).step_by(stride(bytes.len())) {
        let replay = read(&bytes[..cut]).unwrap_or_else(|damage| panic!("cut at {cut}: {damage}"));
        // A line counts from its last byte on, with or without its line end.
        let (end, state) =
            states.range(..=cut + usize::from(cut > 0)).next_back().expect("the empty one fits");
        assert!(&replay.state == state, "cut at {cut}");
        assert_eq!(replay.length as usize, (*end).min(cut), "cut at {cut}");
    }
}

#[test]
fn no_flipped_bit_is_misread() {
    let (mut bytes, states) = journal(16 << 10);
    let whole = states.values().next_back().expect("it has lines").clone();
    let last_line = *states.keys().rev().nth(1).expect("it has lines");
    for bit in (0..bytes.len() * 8).step_by(stride(bytes.len() * 8)) {
        bytes[bit / 8] ^= 1 << (bit % 8);
        match read(&bytes) {
            Err(_) => {}
            // Only the line end of the last line may differ without a loss, and only that line may be torn.
            Ok(replay) => assert!(
                replay.state == whole || (bit / 8 >= last_line && replay.state == states[&last_line]),
                "bit {bit} was misread"
            ),
        }
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn no_edit_is_misread() {
    let (bytes, states) = journal(16 << 10);
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let edits = FULL as usize / stride(FULL as usize);
    for edit in 0..edits {
        let mut chance = Chance::new(edit as u64, 11, 0);
        let mut edited: Vec<&[u8]> = lines.clone();
        let (one, other) =
            (chance.below(lines.len() as u64) as usize, chance.below(lines.len() as u64) as usize);
        let mut bytes = match chance.below(4) {
            0 => {
                edited.swap(one, other);
                edited.concat()
            }
            1 => {
                edited.insert(other, lines[one]);
                edited.concat()
            }
            2 => {
                edited.remove(one);
                edited.concat()
            }
            _ => edited.concat(),
        };
        if edited == lines {
            let at = chance.below(bytes.len() as u64) as usize;
            let length = (1 + chance.below(16) as usize).min(bytes.len() - at);
            bytes[at..at + length].iter_mut().for_each(|byte| *byte = chance.below(256) as u8);
        }
        if let Ok(replay) = read(&bytes) {
            // What was done to the last line alone may look like a torn one.
            let last = states.values().rev().take(2).any(|state| *state == replay.state);
            assert!(last, "edit {edit} was misread");
        }
    }
}
