//! Reading a journal again, whatever happened to it.
//!
//! Policy *drop the torn, refuse the damaged*: a last line that is only the beginning of a line, or that
//! the file system filled with NUL bytes, was never acknowledged and is dropped. A whole last line without
//! its line end counts. Any other damage is refused with its place: nothing is guessed.

use std::io::{BufRead, Read};

use super::event::{Event, FORMAT};
use super::line::Chain;
use super::state::State;

/// A line longer than this is damage.
const LONGEST_LINE: u64 = 64 << 20;

/// A journal that was read again.
#[derive(Debug, Default)]
pub struct Replay {
    pub state: State,
    /// Where the next line follows.
    pub chain: Chain,
    /// The bytes that count; what lies behind is torn.
    pub length: u64,
    /// Bytes of the torn tail.
    pub torn: u64,
    /// The last line counts, but its line end is missing.
    pub unterminated: bool,
}

/// Why a journal is refused.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    #[error("line {line} (byte {offset}) of the journal is damaged: {what}")]
    Line { line: u64, offset: u64, what: &'static str },
    #[error(
        "the journal was written in format {found} by callroster {version}, and this one reads format {FORMAT}; use that version"
    )]
    Newer { found: u32, version: String },
    #[error("the journal does not begin with a run")]
    Foreign,
    #[error("the journal cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
}

/// Folds a journal; `seen` is told of every event with its place.
pub fn replay(mut input: impl BufRead, mut seen: impl FnMut(&Event, u64)) -> Result<Replay, Damage> {
    let mut replay = Replay::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = Read::take(&mut input, LONGEST_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(replay);
        }
        let whole = line.last() == Some(&b'\n');
        let content = if whole { &line[..line.len() - 1] } else { &line[..] };
        let before = replay.chain;
        match replay.chain.decode(content) {
            Ok(event) => {
                accept(&mut replay, &event)?;
                seen(&event, replay.length);
                replay.length += read as u64;
                replay.unterminated = !whole;
            }
            Err(what) => {
                let torn = tail(&before, whole, content, &mut input)?;
                replay.torn =
                    torn.ok_or(Damage::Line { line: before.seq + 1, offset: replay.length, what })?;
                return Ok(replay);
            }
        }
    }
}

fn accept(replay: &mut Replay, event: &Event) -> Result<(), Damage> {
    match event {
        Event::Run(header) if header.format > FORMAT => {
            return Err(Damage::Newer { found: header.format, version: header.version.clone() });
        }
        Event::Run(_) if replay.chain.seq == 1 => {}
        Event::Run(_) => return Err(Damage::Foreign),
        _ if replay.chain.seq == 1 => return Err(Damage::Foreign),
        _ => {}
    }
    replay.state.apply(event, replay.length);
    Ok(())
}

/// The length of a torn tail that begins with `content`, or `None` for damage.
fn tail(chain: &Chain, whole: bool, content: &[u8], input: &mut impl BufRead) -> Result<Option<u64>, Damage> {
    if whole {
        return Ok(None);
    }
    let mut rest = Vec::new();
    input.read_to_end(&mut rest)?;
    let text_length = content.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let text = &content[..text_length];
    let torn = rest.is_empty() && !text.contains(&0) && could_begin_a_line(text) && !chain.begins_whole(text);
    Ok(torn.then_some(content.len() as u64))
}

fn could_begin_a_line(text: &[u8]) -> bool {
    let start = b"{\"seq\":";
    let common = text.len().min(start.len());
    text[..common] == start[..common]
}

#[cfg(test)]
mod tests {
    use super::super::event::{Header, Input};
    use super::*;
    use crate::outcome::{RowOutcome, Status};

    fn events(rows: u32) -> Vec<Event> {
        let input = Input { rows: u64::from(rows), ..Input::default() };
        let mut events = vec![
            Event::Run(Box::new(Header { format: FORMAT, input, ..Header::default() })),
            Event::Ready { roster: None },
        ];
        for row in 0..rows {
            let step = "user".to_string();
            events.push(Event::Intent { row, step: step.clone(), attempt: 1, content: None });
            events.push(Event::Done {
                row,
                step,
                user_id: format!("u{row}"),
                device_ids: vec!["d*J".into()],
                sip_contact_uri: String::new(),
                sip_device: String::new(),
                details: Default::default(),
            });
            events.push(Event::Ended { row, outcome: RowOutcome::new(Status::Created) });
        }
        events
    }

    fn lines(chain: &mut Chain, events: &[Event]) -> Vec<u8> {
        let mut lines = Vec::new();
        events.iter().for_each(|event| chain.encode(event, &mut lines));
        lines
    }

    fn journal(rows: u32) -> Vec<u8> {
        lines(&mut Chain::default(), &events(rows))
    }

    fn read(bytes: &[u8]) -> Result<Replay, Damage> {
        replay(bytes, |_, _| {})
    }

    /// The states after each whole line, with the length of the journal there.
    fn states(bytes: &[u8]) -> Vec<(usize, State)> {
        let mut states = vec![(0, State::default())];
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            states.push((at + 1, read(&bytes[..=at]).expect("it is whole").state));
        }
        states
    }

    #[test]
    fn a_journal_of_every_length_is_read_right() {
        let bytes = journal(12);
        let states = states(&bytes);
        for cut in 0..=bytes.len() {
            let replay = read(&bytes[..cut]).unwrap_or_else(|damage| panic!("cut at {cut}: {damage}"));
            // A line counts from its last byte on, with or without its line end.
            let (length, state) = states
                .iter()
                .rfind(|(length, _)| *length <= cut + 1 && (*length <= cut || cut > 0))
                .expect("the empty one fits");
            assert_eq!(&replay.state, state, "cut at {cut}");
            assert_eq!(replay.length as usize, (*length).min(cut), "cut at {cut}");
        }
    }

    #[test]
    fn no_flipped_bit_is_misread() {
        let bytes = journal(6);
        let right = read(&bytes).expect("it is whole").state;
        let mut flipped = bytes.clone();
        for bit in 0..bytes.len() * 8 {
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok(replay) = read(&flipped) {
                assert_eq!(replay.state, right, "bit {bit} of byte {}", bit / 8);
            }
            flipped[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn a_tail_of_nul_bytes_is_torn_and_text_behind_it_is_damage() {
        let mut bytes = journal(2);
        let whole = bytes.len() as u64;
        bytes.extend_from_slice(b"{\"seq\":8,\"int\0\0\0\0");
        let replay = read(&bytes).expect("a torn tail");
        assert_eq!((replay.length, replay.torn), (whole, 17));
        bytes.extend_from_slice(b"x");
        assert!(matches!(read(&bytes), Err(Damage::Line { line: 9, .. })));
    }

    #[test]
    fn newer_and_foreign_journals_are_refused() {
        let line = |event| lines(&mut Chain::default(), &[event]);
        let newer = line(Event::Run(Box::new(Header { format: FORMAT + 1, ..Header::default() })));
        assert!(matches!(read(&newer), Err(Damage::Newer { .. })));
        let foreign = line(Event::Ready { roster: None });
        assert!(matches!(read(&foreign), Err(Damage::Foreign)));
        assert!(matches!(read(b"hello\n"), Err(Damage::Line { line: 1, offset: 0, .. })));
    }
}
