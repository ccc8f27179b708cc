//! The rows of a block, found and split in one go.
//!
//! Pure. It takes exactly what [`super::walk`] takes, which a test compares; where a row is not right it has no words
//! but a [`Doubt`].

use super::Doubt;
use super::marks::Marks;
use super::walk::LONGEST_ROW;
use crate::row::{CellSpan, RowView};

const QUOTE: u8 = b'"';

/// Goes from row to row of a block.
pub struct BlockRows<'a> {
    text: &'a str,
    bytes: &'a [u8],
    delimiter: u8,
    marks: Marks<'a>,
    /// Where the next row begins.
    at: usize,
    source_row: u64,
    cells: Vec<CellSpan>,
    /// Whether a cell of the row has quotes in it, each written twice.
    doubled: bool,
    /// The cells of such a row, one behind the other.
    copy: String,
}

impl<'a> BlockRows<'a> {
    pub(super) fn new(text: &'a str, delimiter: u8) -> BlockRows<'a> {
        BlockRows {
            text,
            bytes: text.as_bytes(),
            delimiter,
            marks: Marks::new(text.as_bytes(), delimiter),
            at: 0,
            source_row: 0,
            cells: Vec::new(),
            doubled: false,
            copy: String::new(),
        }
    }

    /// The next row that is not blank; `None` at the end.
    pub fn next_row(&mut self) -> Result<Option<RowView<'_>>, Doubt> {
        self.next_wanted(|_| true)
    }

    /// The next row of those that are wanted, by their count in the block.
    pub fn next_wanted(
        &mut self,
        mut is_wanted: impl FnMut(u64) -> bool,
    ) -> Result<Option<RowView<'_>>, Doubt> {
        while self.at < self.bytes.len() {
            let (start, source_row) = (self.at, self.source_row);
            let end = self.find_end()?;
            self.source_row += 1;
            if end > start && is_wanted(source_row) {
                if self.doubled {
                    self.unquote();
                }
                let text = if self.doubled { &self.copy } else { self.text };
                return Ok(Some(RowView::new(source_row, text, &self.cells)));
            }
        }
        Ok(None)
    }

    /// How many rows were passed, the blank ones too.
    pub fn passed(&self) -> u64 {
        self.source_row
    }

    /// How many bytes were passed.
    pub fn passed_bytes(&self) -> usize {
        self.at
    }

    /// Goes behind the row that begins here; the end of its text.
    fn find_end(&mut self) -> Result<usize, Doubt> {
        let (start, mut from) = (self.at, self.at);
        self.cells.clear();
        self.doubled = false;
        loop {
            let (cell, end) = self.find_cell(from)?;
            self.cells.push(cell);
            let line_end = match self.bytes.get(end) {
                Some(byte) if *byte == self.delimiter => {
                    from = end + 1;
                    continue;
                }
                Some(b'\r') if self.bytes.get(end + 1) == Some(&b'\n') => self.marks.next() + 1 - end,
                Some(b'\n' | b'\r') => 1,
                Some(_) => return Err(Doubt),
                None => 0,
            };
            self.at = end + line_end;
            return if end - start <= LONGEST_ROW { Ok(end) } else { Err(Doubt) };
        }
    }

    /// The cell that begins here, and the place of the mark that ends it.
    #[inline]
    fn find_cell(&mut self, from: usize) -> Result<(CellSpan, usize), Doubt> {
        let end = self.marks.next();
        match self.bytes.get(end) {
            Some(&QUOTE) if end == from => self.find_closing_quote(from + 1),
            Some(&QUOTE) => Err(Doubt),
            _ => Ok((CellSpan { from, to: end }, end)),
        }
    }

    /// A cell with both a line end and a delimiter may hold rows (`swallowed.rs`), and is left to those who look closer.
    fn find_closing_quote(&mut self, from: usize) -> Result<(CellSpan, usize), Doubt> {
        let (mut broken, mut parted) = (false, false);
        loop {
            let to = self.marks.next();
            match self.bytes.get(to) {
                Some(&QUOTE) => {}
                Some(0) | None => return Err(Doubt),
                Some(byte) => {
                    broken |= matches!(byte, b'\n' | b'\r');
                    parted |= *byte == self.delimiter;
                    continue;
                }
            }
            let behind = self.marks.next();
            if behind != to + 1 {
                return Err(Doubt);
            }
            match self.bytes.get(behind) {
                Some(&QUOTE) => self.doubled = true,
                _ if broken && parted => return Err(Doubt),
                _ => return Ok((CellSpan { from, to }, behind)),
            }
        }
    }

    /// Copies the cells of the row, with one quote for two.
    fn unquote(&mut self) {
        self.copy.clear();
        for cell in &mut self.cells {
            let from = self.copy.len();
            let mut rest = &self.text[cell.from..cell.to];
            while let Some(quote) = rest.find('"') {
                self.copy.push_str(&rest[..=quote]);
                rest = rest.get(quote + 2..).unwrap_or_default();
            }
            self.copy.push_str(rest);
            *cell = CellSpan { from, to: self.copy.len() };
        }
    }
}
