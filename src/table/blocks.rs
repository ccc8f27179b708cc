//! A text cut into blocks that each hold whole rows, so that several threads can read one file.
//!
//! In a text without faults a line end is the end of a row exactly where the number of quotes before it is even.
//! What has faults is not told here: whoever meets a [`Doubt`] reads the file row by row, and hears what is wrong.

use std::io::{ErrorKind, Read};

use memchr::{memchr_iter, memrchr2};

use super::block_rows::BlockRows;
use super::source::Source;
use super::walk::LONGEST_ROW;

/// The text may be no table, or could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt;

/// Whole rows that follow each other.
#[derive(Debug, Default)]
pub struct Block {
    /// Position among those that are read, from 0.
    pub index: usize,
    /// Where it begins in the text.
    pub start: u64,
    /// Longer than the block, and kept for the next one.
    buffer: Vec<u8>,
    length: usize,
    delimiter: u8,
}

/// Cuts a text from a row's start on.
pub struct Blocks<R> {
    input: R,
    delimiter: u8,
    size: usize,
    /// The start of the next block, read already.
    rest: Vec<u8>,
    index: usize,
    start: u64,
}

impl<R: Read> Blocks<R> {
    /// Cuts what the input gives, which begins with a row at this place of the text.
    pub fn new(input: R, start: u64, delimiter: u8, size: usize) -> Blocks<R> {
        Blocks { input, delimiter, size, rest: Vec::new(), index: 0, start }
    }

    /// Reads the next block; `false` at the end.
    pub fn read(&mut self, block: &mut Block) -> Result<bool, Doubt> {
        block.restart(self.start, self.delimiter);
        block.index = self.index;
        block.add(&mut self.rest.as_slice(), self.rest.len())?;
        self.rest.clear();
        self.fill(block)?;
        self.index += 1;
        self.start += block.length as u64;
        Ok(block.length > 0)
    }

    /// Reads until a row ends.
    fn fill(&mut self, block: &mut Block) -> Result<(), Doubt> {
        loop {
            let wanted = self.size.saturating_sub(block.length).max(self.size / 4 + 1);
            if block.add(&mut self.input, wanted)? < wanted {
                return Ok(());
            }
            if let Some(end) = last_row_end(block.bytes()) {
                self.rest.extend_from_slice(&block.bytes()[end..]);
                block.length = end;
                return Ok(());
            }
            if block.length > LONGEST_ROW + 2 {
                return Err(Doubt);
            }
        }
    }
}

/// The place behind the last line end that is no part of a cell.
fn last_row_end(bytes: &[u8]) -> Option<usize> {
    let count = |bytes: &[u8]| memchr_iter(b'"', bytes).count();
    let (mut quotes, mut to) = (count(bytes), bytes.len());
    while let Some(at) = memrchr2(b'\n', b'\r', &bytes[..to]) {
        quotes -= count(&bytes[at..to]);
        // A `\r` that ends the bytes may have its `\n` behind them.
        if quotes.is_multiple_of(2) && (bytes[at] == b'\n' || at + 1 < bytes.len()) {
            return Some(at + 1);
        }
        to = at;
    }
    None
}

impl Block {
    /// Reads whole rows anew, of which start and length are known.
    pub fn read(&mut self, text: &Source, start: u64, length: usize, delimiter: u8) -> Result<(), Doubt> {
        self.restart(start, delimiter);
        let read = self.add(&mut text.reader_from(start), length)?;
        if read == length { Ok(()) } else { Err(Doubt) }
    }

    fn restart(&mut self, start: u64, delimiter: u8) {
        (self.start, self.delimiter, self.length) = (start, delimiter, 0);
    }

    /// Adds so many bytes, fewer only at the end of the input; how many there were.
    fn add(&mut self, input: &mut impl Read, wanted: usize) -> Result<usize, Doubt> {
        let (from, end) = (self.length, self.length + wanted);
        if self.buffer.len() < end {
            self.buffer.resize(end, 0);
        }
        while self.length < end {
            match input.read(&mut self.buffer[self.length..end]) {
                Ok(0) => break,
                Ok(read) => self.length += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(Doubt),
            }
        }
        Ok(self.length - from)
    }

    /// How many bytes it has.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The rows of the block in order, counted from 0 as a spreadsheet counts.
    pub fn rows(&self) -> Result<BlockRows<'_>, Doubt> {
        let text = str::from_utf8(self.bytes()).map_err(|_| Doubt)?;
        Ok(BlockRows::new(text, self.delimiter))
    }

    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scan::split;
    use super::super::walk::Walk;
    use super::*;

    type Rows = Vec<(u64, Vec<String>)>;

    /// The rows as the strict walk finds them; `None` where it finds a fault, or a cell that may hold rows.
    fn walked(file: &[u8]) -> Option<Rows> {
        let (mut walk, mut rows, mut cells) = (Walk::new(file, b','), Vec::new(), csv::StringRecord::new());
        while let Some(span) = walk.next().ok()? {
            let text = str::from_utf8(span.text).ok().filter(|text| !text.contains('\0'))?;
            split(text, b',', span.quoted, &mut cells);
            if cells.iter().any(|cell| cell.contains(',') && cell.contains(['\n', '\r'])) {
                return None;
            }
            rows.push((span.source_row, cells.iter().map(String::from).collect()));
        }
        Some(rows)
    }

    /// The rows as blocks of about so many bytes have them.
    fn cut(file: &[u8], size: usize) -> Option<Rows> {
        let mut blocks = Blocks::new(file, 0, b',', size);
        let (mut block, mut rows, mut next_row) = (Block::default(), Vec::new(), 1);
        while blocks.read(&mut block).ok()? {
            assert!(file[block.start as usize..].starts_with(block.bytes()));
            let mut found = block.rows().ok()?;
            while let Some(row) = found.next_row().ok()? {
                let cells = (0..row.width()).filter_map(|place| row.cell(place)).map(String::from);
                rows.push((next_row + row.source_row, cells.collect()));
            }
            next_row += found.passed();
        }
        Some(rows)
    }

    #[test]
    fn a_row_that_never_ends_is_a_doubt() {
        for start in ["a\n", "a\n\""] {
            let long = format!("{start}{}", "x,\n\"".repeat(LONGEST_ROW));
            assert_eq!(cut(long.as_bytes(), 1 << 18), None, "{start:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn blocks_of_any_size_have_the_rows_of_the_walk(
            file in "([ab\u{e4},\"\n\r]|a,b\n|\"a,\n\"\"b\",c\r\n){0,40}", size in 1_usize..50,
        ) {
            prop_assert_eq!(cut(file.as_bytes(), size), walked(file.as_bytes()));
        }

        #[test]
        fn bytes_that_are_no_text_are_a_doubt(
            file in prop::collection::vec(prop::sample::select(&b"ab,\n\"\0\xc3\xa4"[..]), 0..30), size in 1_usize..20,
        ) {
            prop_assert_eq!(cut(&file, size), walked(&file));
        }
    }
}
