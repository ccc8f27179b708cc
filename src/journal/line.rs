//! One event as one line: `{"seq":7,"intent":{…},"crc":"1badcafe"}`.
//!
//! Pure. The checksum is CRC-32C over the previous line's checksum and this line's text before it, so a
//! line that was changed, removed or moved is seen.

use super::event::Event;

/// Where a chain of lines has got to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chain {
    /// The number of the next line.
    pub seq: u64,
    crc: u32,
}

const SUFFIX: &[u8] = b",\"crc\":\"";
const SUFFIX_LENGTH: usize = SUFFIX.len() + 8 + 2;

impl Chain {
    /// The next line, with its line end.
    pub fn encode(&mut self, event: &Event) -> String {
        let json = serde_json::to_string(event).expect("events have string keys only");
        let body = &json[1..json.len() - 1];
        let text = format!("{{\"seq\":{},{body}", self.seq);
        self.crc = chained(self.crc, text.as_bytes());
        self.seq += 1;
        format!("{text},\"crc\":\"{:08x}\"}}\n", self.crc)
    }

    /// Reads one whole line without its line end; an error says what is wrong with it.
    pub fn decode(&mut self, line: &[u8]) -> Result<Event, &'static str> {
        let text = checked(self.crc, line)?;
        let crc = chained(self.crc, text);
        let start = format!("{{\"seq\":{},", self.seq);
        let body = text.strip_prefix(start.as_bytes()).ok_or("it is out of order")?;
        let mut json = Vec::with_capacity(body.len() + 2);
        json.push(b'{');
        json.extend_from_slice(body);
        json.push(b'}');
        let event =
            serde_json::from_slice(&json).map_err(|_| "it has a form that this version does not know")?;
        *self = Chain { seq: self.seq + 1, crc };
        Ok(event)
    }

    /// Whether the bytes begin with a whole next line and go on: then they are not merely torn.
    pub fn begins_whole(&self, bytes: &[u8]) -> bool {
        let ends = (SUFFIX_LENGTH..=bytes.len()).filter(|end| bytes[..*end].ends_with(b"\"}"));
        ends.into_iter().any(|end| checked(self.crc, &bytes[..end]).is_ok())
    }
}

/// The text before the checksum, if the checksum is right.
fn checked(previous: u32, line: &[u8]) -> Result<&[u8], &'static str> {
    let at = line.len().checked_sub(SUFFIX_LENGTH).ok_or("it is too short")?;
    let (text, suffix) = line.split_at(at);
    let hex = suffix
        .strip_prefix(SUFFIX)
        .and_then(|rest| rest.strip_suffix(b"\"}"))
        .ok_or("its checksum is missing")?;
    match hex == format!("{:08x}", chained(previous, text)).as_bytes() {
        true => Ok(text),
        false => Err("its checksum does not fit"),
    }
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

    #[test]
    fn a_line_is_plain_json_and_comes_back() {
        let mut writer = Chain::default();
        let lines = [writer.encode(&event(0)), writer.encode(&event(1))];
        assert!(lines[0].starts_with(r#"{"seq":0,"intent":{"row":0,"step":"user","attempt":1},"crc":""#));
        serde_json::from_str::<serde_json::Value>(&lines[0]).expect("a line is JSON");
        let mut reader = Chain::default();
        for (row, line) in lines.iter().enumerate() {
            assert_eq!(reader.decode(line.trim_end().as_bytes()), Ok(event(row as u32)));
        }
    }

    #[test]
    fn a_line_that_moved_or_changed_is_refused() {
        let mut writer = Chain::default();
        let (first, second) = (writer.encode(&event(0)), writer.encode(&event(1)));
        assert!(Chain::default().decode(second.trim_end().as_bytes()).is_err());
        let mut again = Chain::default();
        again.decode(first.trim_end().as_bytes()).expect("it is whole");
        assert!(again.decode(first.trim_end().as_bytes()).is_err(), "a doubled line");
        assert!(Chain::default().decode(first.to_uppercase().trim_end().as_bytes()).is_err());
    }
}
