//! A text cut into blocks that each hold whole rows, so that several threads can read one file.
//!
//! In a text without faults a line end is the end of a row exactly where the number of quotes before it is even.
//! What has faults is not told here: whoever meets a [`Doubt`] reads the file row by row, and hears what is wrong.

use std::borrow::Cow;
use std::io::Read;

use memchr::{memchr, memchr_iter, memrchr2};

use super::scan::{each_cell, row_end};
use super::source::{Source, SourceReader};
use super::walk::LONGEST_ROW;
use crate::row::RowView;

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
            let wanted = self.size.saturating_sub(from).max(self.size / 4);
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
    pub fn rows(&self) -> Result<BlockRows<'_>, Doubt> {
        match str::from_utf8(&self.bytes) {
            Ok(text) if memchr(0, &self.bytes).is_none() => {
                Ok(BlockRows { text, delimiter: self.delimiter, at: 0, source_row: 0, cells: Vec::new() })
            }
            _ => Err(Doubt),
        }
    }
}

/// Goes from row to row of a block.
pub struct BlockRows<'a> {
    text: &'a str,
    delimiter: u8,
    at: usize,
    source_row: u64,
    cells: Vec<Cow<'a, str>>,
}

impl<'a> BlockRows<'a> {
    /// The next row that is not blank; `None` at the end.
    pub fn next(&mut self) -> Result<Option<RowView<'_>>, Doubt> {
        self.next_of(|_| true)
    }

    /// The next row of those that are wanted by their count in the block.
    pub fn next_of(&mut self, mut is_wanted: impl FnMut(u64) -> bool) -> Result<Option<RowView<'_>>, Doubt> {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let end = row_end(&bytes[self.at..], self.delimiter, true).map_err(|_| Doubt)?;
            let end = end.filter(|end| end.text <= LONGEST_ROW).ok_or(Doubt)?;
            let (at, source_row) = (self.at, self.source_row);
            self.at += end.total;
            self.source_row += 1;
            if end.text > 0 && is_wanted(source_row) {
                self.cells.clear();
                let row = &self.text[at..at + end.text];
                each_cell(row, self.delimiter, end.quoted, |cell| self.cells.push(cell));
                return Ok(Some(RowView::new(source_row, &self.cells)));
            }
        }
        Ok(None)
    }

    /// How many rows were passed, the blank ones too.
    pub fn passed(&self) -> u64 {
        self.source_row
    }
}
