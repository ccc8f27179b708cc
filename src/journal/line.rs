//! One event as one line: `{"seq":7,"intent":{…},"crc":"1badcafe"}`.
//!
//! Pure. The checksum is CRC-32C over the previous line's checksum and this line's text before it, so a
//! line that was changed, removed or moved is seen.

use serde::Serialize;

use super::event::Event;

/// Where a chain of lines has got to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chain {
    /// The number of the next line.
    pub seq: u64,
    crc: u32,
}

const PREFIX: &[u8] = b"{\"seq\":";
const SUFFIX: &[u8] = b",\"crc\":\"";
const SUFFIX_LENGTH: usize = SUFFIX.len() + 8 + 2;

impl Chain {
    /// Adds the next line, with its line end, to `lines`.
    pub fn encode(&mut self, event: &Event, lines: &mut Vec<u8>) {
        let start = lines.len();
        lines.extend_from_slice(PREFIX);
        put(lines, &self.seq);
        lines.push(b',');
        let brace = lines.len();
        put(lines, event);
        // The event's own braces: its keys stand beside the number and the checksum.
        lines.pop();
        lines.remove(brace);
        self.crc = chained(self.crc, &lines[start..]);
        self.seq += 1;
        lines.extend_from_slice(SUFFIX);
        lines.extend_from_slice(&hex(self.crc));
        lines.extend_from_slice(b"\"}\n");
    }

    /// Reads one whole line without its line end; an error says what is wrong with it.
    pub fn decode(&mut self, line: &[u8]) -> Result<Event, &'static str> {
        let text = checked(self.crc, line)?;
        let crc = chained(self.crc, text);
        let start = format!("{{\"seq\":{},", self.seq);
        let body = text.strip_prefix(start.as_bytes()).ok_or("it is out of order")?;
        let event = event_of(body).ok_or("it has a form that this version does not know")?;
        *self = Chain { seq: self.seq + 1, crc };
        Ok(event)
    }

    /// Whether the bytes begin with a whole next line and go on: then they are not merely torn.
    pub fn begins_whole(&self, bytes: &[u8]) -> bool {
        let ends = (SUFFIX_LENGTH..=bytes.len()).filter(|end| bytes[..*end].ends_with(b"\"}"));
        ends.into_iter().any(|end| checked(self.crc, &bytes[..end]).is_ok())
    }
}

/// The event of a whole line whose chain was checked before.
pub fn known_event(mut line: Vec<u8>) -> Option<Event> {
    let end = line.len().checked_sub(SUFFIX_LENGTH)?;
    let begin = memchr::memchr(b',', &line[..end])?;
    // Number and checksum give way to the event's own braces.
    (line[begin], line[end]) = (b'{', b'}');
    // A text that is known to be UTF-8 is read faster.
    serde_json::from_str(std::str::from_utf8(&line[begin..=end]).ok()?).ok()
}

/// The event of a line without its number and its checksum.
fn event_of(body: &[u8]) -> Option<Event> {
    let json = [b"{", body, b"}"].concat();
    serde_json::from_slice(&json).ok()
}

/// The text before the checksum, if the checksum is right.
fn checked(previous: u32, line: &[u8]) -> Result<&[u8], &'static str> {
    let at = line.len().checked_sub(SUFFIX_LENGTH).ok_or("it is too short")?;
    let (text, suffix) = line.split_at(at);
    let digits = suffix
        .strip_prefix(SUFFIX)
        .and_then(|rest| rest.strip_suffix(b"\"}"))
        .ok_or("its checksum is missing")?;
    match digits == hex(chained(previous, text)) {
        true => Ok(text),
        false => Err("its checksum does not fit"),
    }
}

fn put(lines: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(lines, value).expect("memory takes every byte, and events have string keys only");
}

/// The number in eight digits, as a checksum is written.
fn hex(number: u32) -> [u8; 8] {
    std::array::from_fn(|place| b"0123456789abcdef"[(number >> (28 - 4 * place) & 15) as usize])
}

fn chained(previous: u32, text: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&previous.to_le_bytes()), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(row: u32) -> Event {
        Event::Intent { row, step: "user".into(), attempt: 1, content: None }
    }

    fn line(chain: &mut Chain, row: u32) -> String {
        let mut lines = Vec::new();
        chain.encode(&event(row), &mut lines);
        String::from_utf8(lines).expect("JSON is UTF-8")
    }

    #[test]
    fn a_line_is_plain_json_and_comes_back() {
        let mut writer = Chain::default();
        let lines = [line(&mut writer, 0), line(&mut writer, 1)];
        assert!(lines[0].starts_with(r#"{"seq":0,"intent":{"row":0,"step":"user","attempt":1},"crc":""#));
        serde_json::from_str::<serde_json::Value>(&lines[0]).expect("a line is JSON");
        let mut reader = Chain::default();
        for (row, line) in lines.iter().enumerate() {
            assert_eq!(reader.decode(line.trim_end().as_bytes()), Ok(event(row as u32)));
            assert_eq!(known_event(line.trim_end().into()), Some(event(row as u32)));
        }
    }

    #[test]
    fn a_line_that_moved_or_changed_is_refused() {
        let mut writer = Chain::default();
        let (first, second) = (line(&mut writer, 0), line(&mut writer, 1));
        assert!(Chain::default().decode(second.trim_end().as_bytes()).is_err());
        let mut again = Chain::default();
        again.decode(first.trim_end().as_bytes()).expect("it is whole");
        assert!(again.decode(first.trim_end().as_bytes()).is_err(), "a doubled line");
        assert!(Chain::default().decode(first.to_uppercase().trim_end().as_bytes()).is_err());
    }
}
