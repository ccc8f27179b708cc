//! A sheet's rows as the checks read them.

use std::path::Path;

use crate::row::{RawRow, RowSource};
use crate::table::{Refusal, Rows, Sheet};

/// The sheet, for messages.
pub fn named_sheet(path: &Path) -> String {
    if path == Path::new("-") { "standard input".into() } else { path.display().to_string() }
}

/// Reads a sheet from its first row on, as often as wished.
pub struct SheetRows<'a> {
    sheet: &'a Sheet,
    rows: Option<Rows>,
}

impl<'a> SheetRows<'a> {
    pub fn new(sheet: &'a Sheet) -> SheetRows<'a> {
        SheetRows { sheet, rows: None }
    }
}

impl RowSource for SheetRows<'_> {
    fn rewind(&mut self) -> Result<(), Refusal> {
        self.rows = None;
        Ok(())
    }

    fn read(&mut self, row: &mut RawRow) -> Result<bool, Refusal> {
        let rows = match &mut self.rows {
            Some(rows) => rows,
            rows => rows.insert(self.sheet.rows()?),
        };
        rows.read(row)
    }
}
