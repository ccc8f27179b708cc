//! The mended copy while it is written, in the form that its name says.
//!
//! Blank lines of the input are kept, so that a row has the same number in both.

use std::io::{self, Write};
use std::path::Path;

use csv::StringRecord;

use crate::row::RawRow;
#[cfg(feature = "xlsx")]
use crate::table::WorkbookWriter;
use crate::table::{Privacy, WholeFile};

/// A copy that appears whole or not at all.
pub struct Copy {
    file: WholeFile,
    #[cfg(feature = "xlsx")]
    workbook: Option<WorkbookWriter>,
    /// The next row as a spreadsheet counts it; the header is 1.
    next_row: u64,
}

impl Copy {
    /// Begins a copy, and writes its header.
    pub fn new(path: &Path, privacy: Privacy, header: &StringRecord) -> io::Result<Copy> {
        let mut copy = Copy {
            file: WholeFile::create(path, privacy)?,
            #[cfg(feature = "xlsx")]
            workbook: None,
            next_row: 2,
        };
        #[cfg(feature = "xlsx")]
        if crate::table::NamedForm::is_workbook(path) {
            copy.workbook = Some(WorkbookWriter::new("mended", header)?);
            return Ok(copy);
        }
        copy.file.write_all(line(header).as_bytes())?;
        Ok(copy)
    }

    /// Writes a row at the place that it has in the input.
    pub fn write(&mut self, row: &RawRow) -> io::Result<()> {
        let blank = StringRecord::new();
        for _ in self.next_row..row.source_row {
            self.write_cells(&blank)?;
        }
        self.next_row = row.source_row + 1;
        self.write_cells(&row.cells)
    }

    /// Puts the copy in its place.
    pub fn finish(self) -> io::Result<()> {
        #[cfg(feature = "xlsx")]
        if let Some(workbook) = self.workbook {
            let mut file = self.file;
            workbook.finish(&mut file)?;
            return file.commit();
        }
        self.file.commit()
    }

    fn write_cells(&mut self, cells: &StringRecord) -> io::Result<()> {
        #[cfg(feature = "xlsx")]
        if let Some(workbook) = &mut self.workbook {
            return workbook.write(cells);
        }
        self.file.write_all(line(cells).as_bytes())
    }
}

/// A row as RFC 4180 has it; the `csv` crate would write quotes where a blank line is to be.
fn line(cells: &StringRecord) -> String {
    let quoted =
        |cell: &str| match cell.contains([',', '"', '\r', '\n']) || (cell.is_empty() && cells.len() == 1) {
            true => format!("\"{}\"", cell.replace('"', "\"\"")),
            false => cell.to_owned(),
        };
    cells.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        for (cells, expected) in [
            (&["a", " b ", ""][..], "a, b ,\r\n"),
            (&["a,b", "say \"hi\"", "two\nlines"], "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n"),
            (&[""], "\"\"\r\n"),
            (&[], "\r\n"),
        ] {
            assert_eq!(line(&StringRecord::from(cells.to_vec())), expected);
        }
    }
}
