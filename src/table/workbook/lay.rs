//! Lays cells out as CSV: every cell in quotes, rows as wide as the header, blank rows as blank lines.
//!
//! Pure over a writer.

use std::io::{self, Write};

use super::super::Refusal;
use super::super::source::cannot_spool;
use super::archive::damaged;

/// Cells that a sheet may have, those included that only fill a row up.
pub const MOST_CELLS: u64 = 2_000_000;

/// A sheet that is being laid out.
pub struct Layout<W> {
    out: W,
    /// The row that is being filled, from 0.
    row: u32,
    cells: Vec<String>,
    /// How wide the header is.
    width: Option<usize>,
    laid: u64,
}

impl<W: Write> Layout<W> {
    pub fn new(out: W) -> Layout<W> {
        Layout { out, row: 0, cells: Vec::new(), width: None, laid: 0 }
    }

    /// Takes the next cell; rows come in order.
    pub fn cell(&mut self, (row, column): (u32, u32), text: String) -> Result<(), Refusal> {
        if row < self.row {
            return Err(damaged("its rows are not in order"));
        }
        while self.row < row {
            self.end_row()?;
        }
        let column = column as usize;
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
        Ok(())
    }

    pub fn finish(mut self) -> Result<(), Refusal> {
        self.end_row()?;
        self.out.flush().map_err(|error| cannot_spool(&error))
    }

    fn end_row(&mut self) -> Result<(), Refusal> {
        while self.cells.pop_if(|cell| cell.is_empty()).is_some() {}
        if !self.cells.is_empty() {
            let width = *self.width.get_or_insert(self.cells.len());
            self.cells.resize(self.cells.len().max(width), String::new());
        }
        self.laid += self.cells.len() as u64;
        if self.laid > MOST_CELLS {
            return Err(too_many());
        }
        self.write_row().map_err(|error| cannot_spool(&error))?;
        self.cells.clear();
        self.row += 1;
        Ok(())
    }

    fn write_row(&mut self) -> io::Result<()> {
        for (column, cell) in self.cells.iter().enumerate() {
            let comma = if column == 0 { "" } else { "," };
            write!(self.out, "{comma}\"{}\"", cell.replace('"', "\"\""))?;
        }
        self.out.write_all(b"\r\n")
    }
}

/// A sheet with more cells than any sheet of people.
pub fn too_many() -> Refusal {
    Refusal(format!("the sheet has more than {MOST_CELLS} cells; split it, or save it as CSV UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(cells: &[((u32, u32), &str)]) -> Result<String, Refusal> {
        let mut out = Vec::new();
        let mut layout = Layout::new(&mut out);
        for (place, text) in cells {
            layout.cell(*place, text.to_string())?;
        }
        layout.finish()?;
        Ok(String::from_utf8(out).expect("it is text"))
    }

    #[test]
    fn rows_keep_their_number_and_get_the_width_of_the_header() {
        let cells =
            [((0, 0), "a"), ((0, 2), "c"), ((0, 3), ""), ((2, 1), "x\"y\nz"), ((3, 0), ""), ((5, 4), "e")];
        let wanted =
            "\"a\",\"\",\"c\"\r\n\r\n\"\",\"x\"\"y\nz\",\"\"\r\n\r\n\r\n\"\",\"\",\"\",\"\",\"e\"\r\n";
        assert_eq!(laid(&cells).as_deref(), Ok(wanted));
    }

    #[test]
    fn what_cannot_be_a_sheet_of_people_is_refused() {
        let refusal = laid(&[((1, 0), "a"), ((0, 0), "b")]).expect_err("out of order");
        assert!(refusal.0.contains("not in order"), "{refusal}");
        let far: Vec<_> = (0..200).map(|row| ((row, 16_383), "x")).collect();
        assert_eq!(laid(&far), Err(too_many()));
    }
}
