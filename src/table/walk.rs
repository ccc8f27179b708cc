//! Walks the rows of a CSV file with flat memory, and counts lines and rows as people do.
//!
//! The first walk that checks a file and every later one that reads it are this one, so that they cannot
//! disagree about where rows are.

use std::io::{self, Read};

use super::Refusal;
use super::scan::{QuoteFault, RowEnd, line_ends, row_end};
use super::source::cannot_read;

/// The longest row, in bytes; longer is a fault of the file and not a person.
pub const LONGEST_ROW: usize = 1 << 20;
const FIRST_BUFFER: usize = 256 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Goes from row to row.
pub struct Walk<R> {
    input: R,
    delimiter: u8,
    buffer: Vec<u8>,
    /// The bytes of the buffer that are not walked over yet.
    from: usize,
    to: usize,
    ended: bool,
    walked: u64,
    line: u64,
    source_row: u64,
}

/// One row that is not blank.
#[derive(Debug)]
pub struct Span<'a> {
    /// The row without its line end.
    pub text: &'a [u8],
    pub quoted: bool,
    /// The line on which it begins, as an editor counts, from 1.
    pub line: u64,
    /// The row as a spreadsheet counts it, from 1: blank lines count, line ends in cells do not.
    pub source_row: u64,
}

impl<R: Read> Walk<R> {
    pub fn new(input: R, delimiter: u8) -> Walk<R> {
        let buffer = vec![0; FIRST_BUFFER];
        Walk { input, delimiter, buffer, from: 0, to: 0, ended: false, walked: 0, line: 0, source_row: 0 }
    }

    /// The next row that is not blank; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Span<'_>>, Refusal> {
        if self.line == 0 {
            self.begin()?;
        }
        loop {
            let end = self.find_end()?;
            if end.total == 0 {
                return Ok(None);
            }
            let (at, line, source_row) = (self.from, self.line, self.source_row);
            let breaks = if end.quoted { line_ends(&self.buffer[at..at + end.text]) } else { 0 };
            self.from += end.total;
            self.walked += end.total as u64;
            self.line += 1 + breaks;
            self.source_row += 1;
            if end.text > 0 {
                let text = &self.buffer[at..at + end.text];
                return Ok(Some(Span { text, quoted: end.quoted, line, source_row }));
            }
        }
    }

    /// How many bytes of the text were walked over.
    pub fn walked(&self) -> u64 {
        self.walked
    }

    fn begin(&mut self) -> Result<(), Refusal> {
        while self.to < BYTE_ORDER_MARK.len() && !self.ended {
            self.fill()?;
        }
        if self.buffer[..self.to].starts_with(BYTE_ORDER_MARK) {
            self.from = BYTE_ORDER_MARK.len();
            self.walked = self.from as u64;
        }
        (self.line, self.source_row) = (1, 1);
        Ok(())
    }

    fn find_end(&mut self) -> Result<RowEnd, Refusal> {
        loop {
            let bytes = &self.buffer[self.from..self.to];
            let too_long = bytes.len() > LONGEST_ROW;
            match row_end(bytes, self.delimiter, self.ended || too_long) {
                Ok(Some(end)) if end.text <= LONGEST_ROW => return Ok(end),
                Ok(Some(_)) => return Err(self.too_long()),
                Ok(None) => self.fill()?,
                Err(fault) => return Err(self.refuse(fault)),
            }
        }
    }

    /// Reads on behind the bytes that are there; makes room first.
    fn fill(&mut self) -> Result<(), Refusal> {
        self.buffer.copy_within(self.from..self.to, 0);
        (self.from, self.to) = (0, self.to - self.from);
        if self.to == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.to..]) {
                Ok(length) => {
                    self.to += length;
                    self.ended = length == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(cannot_read(&error)),
            }
        }
    }

    fn too_long(&self) -> Refusal {
        Refusal(format!(
            "the row on line {} is longer than {} KiB; check that it is a sheet of people and that its lines end",
            self.line,
            LONGEST_ROW >> 10
        ))
    }

    fn refuse(&self, fault: QuoteFault) -> Refusal {
        let line = |place: usize| self.line + line_ends(&self.buffer[self.from..self.from + place]);
        Refusal(match fault {
            QuoteFault::Unclosed { opened } => format!(
                "a quote opens on line {} and is never closed; close it, or write \"\" for a quote that is part of the text",
                line(opened)
            ),
            QuoteFault::TextBehind { opened, at } => format!(
                "line {}: text follows a closing quote (the quote opened on line {}); close the quote at the end of its cell, or write \"\" for a quote that is part of the text",
                line(at),
                line(opened)
            ),
            QuoteFault::InsideCell { at } => format!(
                "line {}: a quote stands inside a cell that does not begin with one; put the whole cell in quotes and write \"\" for the quote, or delete it",
                line(at)
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte a read, so that every row crosses the end of the buffer.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(1);
            buffer[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }

    fn walked(bytes: &[u8]) -> Result<Vec<(String, u64, u64)>, Refusal> {
        let mut walk = Walk::new(Drip(bytes), b',');
        let mut rows = Vec::new();
        while let Some(span) = walk.next()? {
            rows.push((String::from_utf8_lossy(span.text).into_owned(), span.line, span.source_row));
        }
        Ok(rows)
    }

    #[test]
    fn blank_lines_count_and_line_ends_in_cells_do_not() {
        let rows = walked(b"\xef\xbb\xbfa,b\r\n\r\n\"c\r\nc\",d\n\n\ne,f").expect("it is a table");
        let wanted = [("a,b", 1, 1), ("\"c\r\nc\",d", 3, 3), ("e,f", 7, 6)];
        assert_eq!(rows, wanted.map(|(text, line, row)| (text.to_string(), line, row)));
    }

    #[test]
    fn every_line_end_ends_a_line() {
        for file in ["a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\nb", "a\rb"] {
            let rows = walked(file.as_bytes()).expect("it is a table");
            assert_eq!(rows, [("a".to_string(), 1, 1), ("b".to_string(), 2, 2)], "{file:?}");
        }
        assert_eq!(walked(b""), Ok(vec![]));
        assert_eq!(walked(b"\xef\xbb\xbf"), Ok(vec![]));
    }

    #[test]
    fn a_fault_is_told_with_its_lines() {
        for (file, words) in [
            ("a,b\nc,\"d\ne,f\n", "a quote opens on line 2 and is never closed"),
            ("a,b\nc,\"d\ne,\"f\"\n", "line 3: text follows a closing quote (the quote opened on line 2)"),
            ("a,b\n\nc,5\"\n", "line 3: a quote stands inside a cell"),
        ] {
            let refusal = walked(file.as_bytes()).expect_err(file);
            assert!(refusal.0.starts_with(words), "{refusal}");
        }
    }

    #[test]
    fn a_row_without_end_is_refused_with_flat_memory() {
        for (start, words) in
            [("a\nb", "the row on line 2 is longer"), ("a\n\"b\n", "a quote opens on line 2")]
        {
            let mut walk = Walk::new(start.as_bytes().chain(io::repeat(b'x')), b',');
            assert!(walk.next().is_ok());
            let refusal = walk.next().expect_err("it never ends");
            assert!(refusal.0.starts_with(words), "{refusal}");
            assert!(walk.buffer.len() <= 4 * LONGEST_ROW);
        }
    }
}
