//! A text cut into blocks that each hold whole rows, so that several threads can read one file.
//!
//! In a text without faults a line end is the end of a row exactly where the number of quotes before it is even.
//! What has faults is not told here: whoever meets a [`Doubt`] reads the file row by row, and hears what is wrong.

use std::io::Read;

use memchr::{memchr_iter, memrchr2};

use super::block_rows::BlockRows;
use super::source::{Source, SourceReader};
use super::walk::LONGEST_ROW;

/// Bytes of a block, unless its last row needs more.
const BLOCK: usize = 256 << 10;

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
    bytes: Vec<u8>,
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

impl Blocks<SourceReader> {
    /// Cuts the text from this place on, where a row begins.
    pub fn new(text: &Source, start: u64, delimiter: u8) -> Blocks<SourceReader> {
        Blocks { input: text.reader_from(start), delimiter, size: BLOCK, rest: Vec::new(), index: 0, start }
    }
}

impl<R: Read> Blocks<R> {
    /// Reads the next block; `false` at the end.
    pub fn read(&mut self, block: &mut Block) -> Result<bool, Doubt> {
        block.bytes.clear();
        block.bytes.append(&mut self.rest);
        (block.index, block.start, block.delimiter) = (self.index, self.start, self.delimiter);
        let more = self.fill(block)?;
        self.index += 1;
        self.start += block.bytes.len() as u64;
        Ok(more)
    }

    /// Reads until a row ends.
    fn fill(&mut self, block: &mut Block) -> Result<bool, Doubt> {
        loop {
            let from = block.bytes.len();
            let wanted = self.size.saturating_sub(from).max(self.size / 4 + 1);
            let read = self.input.by_ref().take(wanted as u64).read_to_end(&mut block.bytes);
            if read.map_err(|_| Doubt)? < wanted {
                return Ok(!block.bytes.is_empty());
            }
            if let Some(end) = last_row_end(&block.bytes) {
                self.rest.extend_from_slice(&block.bytes[end..]);
                block.bytes.truncate(end);
                return Ok(true);
            }
            if block.bytes.len() > LONGEST_ROW + 2 {
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
    /// Reads a block anew, of which start and length are known.
    pub fn read(&mut self, text: &Source, start: u64, length: usize, delimiter: u8) -> Result<(), Doubt> {
        self.bytes.clear();
        (self.start, self.delimiter) = (start, delimiter);
        let read = text.reader_from(start).take(length as u64).read_to_end(&mut self.bytes);
        if read.is_ok_and(|read| read == length) { Ok(()) } else { Err(Doubt) }
    }

    /// How many bytes it has.
    pub fn length(&self) -> usize {
        self.bytes.len()
    }

    /// The rows of the block in order, counted from 0 as a spreadsheet counts.
    pub fn rows(&self) -> BlockRows<'_> {
        BlockRows::new(&self.bytes, self.delimiter)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scan::split;
    use super::super::walk::Walk;
    use super::*;

    type Rows = Vec<(u64, Vec<String>)>;

    /// The rows as the strict walk finds them; `None` where it finds a fault.
    fn walked(file: &[u8]) -> Option<Rows> {
        let (mut walk, mut rows, mut cells) = (Walk::new(file, b','), Vec::new(), csv::StringRecord::new());
        while let Some(span) = walk.next().ok()? {
            let text = str::from_utf8(span.text).ok().filter(|text| !text.contains('\0'))?;
            split(text, b',', span.quoted, &mut cells);
            rows.push((span.source_row, cells.iter().map(String::from).collect()));
        }
        Some(rows)
    }

    /// The rows as blocks of about so many bytes have them.
    fn cut(file: &[u8], size: usize) -> Option<Rows> {
        let mut blocks = Blocks { input: file, delimiter: b',', size, rest: Vec::new(), index: 0, start: 0 };
        let (mut block, mut rows, mut next_row) = (Block::default(), Vec::new(), 1);
        while blocks.read(&mut block).ok()? {
            assert!(file[block.start as usize..].starts_with(&block.bytes));
            let mut found = block.rows();
            while let Some(row) = found.next().ok()? {
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
            assert_eq!(cut(long.as_bytes(), BLOCK), None, "{start:?}");
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
