//! Single lines of a journal, read again. They lie near each other for the most part, in either order: rows end about as
//! they began, and are told in the input's order.

use std::fs::File;
use std::io;

use crate::platform::read_at;

/// Bytes that are read at once.
const WINDOW: usize = 64 << 10;
/// As many of them lie before the line that was asked for.
const BEFORE: u64 = 16 << 10;
/// A longer line was not written by a run.
const LONGEST: usize = 64 << 20;

/// A part of the file, in which the next line is for the most part.
pub(super) struct Again {
    file: File,
    window: Vec<u8>,
    /// Where the window begins in the file.
    start: u64,
}

impl Again {
    pub(super) fn of(file: File) -> Again {
        Again { file, window: Vec::new(), start: 0 }
    }

    /// The line that begins at `offset`, without its line end.
    pub(super) fn line(&mut self, offset: u64) -> io::Result<Vec<u8>> {
        let mut length = WINDOW;
        loop {
            let from = usize::try_from(offset.wrapping_sub(self.start)).unwrap_or(usize::MAX);
            let line = self.window.get(from..).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', line) {
                return Ok(line[..end].to_vec());
            }
            self.start = offset.saturating_sub(BEFORE);
            let whole = self.read(length)?;
            if !whole || length > LONGEST {
                // The last line of the file has no end yet, and a line that is too long none that is looked for.
                let from = ((offset - self.start) as usize).min(self.window.len());
                let line = self.window[from..].split(|byte| *byte == b'\n').next();
                return Ok(line.unwrap_or_default().to_vec());
            }
            length *= 2;
        }
    }

    /// Fills the window with so many bytes; false where the file has no more.
    fn read(&mut self, length: usize) -> io::Result<bool> {
        self.window.resize(length, 0);
        let mut filled = 0;
        while filled < length {
            match read_at(&self.file, &mut self.window[filled..], self.start + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.window.truncate(filled);
        Ok(filled == length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn every_line_is_found_in_any_order_while_the_file_grows() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lines");
        let mut file = File::create(&path).expect("it can be made");
        let mut again = Again::of(File::open(&path).expect("it is there"));
        let (mut lines, mut end) = (Vec::new(), 0);
        let mut grow = |length: usize, lines: &mut Vec<(u64, String)>| {
            let line = format!("{}{}", lines.len(), "x".repeat(length));
            writeln!(file, "{line}").expect("there is room");
            lines.push((end, line));
            end = end + lines[lines.len() - 1].1.len() as u64 + 1;
        };
        for round in 0..3 {
            (0..900).for_each(|number| grow(number % 400, &mut lines));
            grow(3 * WINDOW, &mut lines);
            let count = lines.len();
            let forward = 0..count;
            let scattered = (0..count).map(|number| number * 7919 % count);
            for place in forward.clone().chain(forward.rev()).chain(scattered) {
                let (offset, line) = &lines[place];
                let found = again.line(*offset).expect("it can be read");
                assert!(found == line.as_bytes(), "line {place}, round {round}");
            }
        }
        write!(file, "torn").expect("there is room");
        assert_eq!(again.line(end).expect("it can be read"), b"torn");
        assert_eq!(again.line(end + 100).expect("nothing is there"), b"");
    }
}
