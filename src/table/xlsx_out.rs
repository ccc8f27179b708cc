//! Workbooks out: one sheet of text cells with a header that stays in sight.
//!
//! Every cell is text, so that nothing runs as a formula and no number loses its `+` or its zeros; no
//! guard is needed. Rows go to a temporary file while they are written; at the end the whole workbook, packed, is in memory.

use std::io::{self, Write};

use rust_xlsxwriter::{DataValidation, Format, Workbook, Worksheet, XlsxError};

use super::MOST_WORKBOOK_ROWS;

/// What a spreadsheet shows of a column, in characters.
const WIDTHS: std::ops::RangeInclusive<usize> = 10..=40;

/// Writes a workbook with one sheet.
pub struct WorkbookWriter {
    workbook: Workbook,
    /// The next row, from 0.
    row: u32,
    widths: Vec<usize>,
    text: Format,
}

impl WorkbookWriter {
    /// Begins a workbook whose sheet has this name, and writes the header.
    pub fn new<'a>(sheet: &str, header: impl IntoIterator<Item = &'a str>) -> io::Result<WorkbookWriter> {
        let mut workbook = Workbook::new();
        workbook
            .add_worksheet_with_constant_memory()
            .and_then(|worksheet| worksheet.set_name(sheet)?.set_freeze_panes(1, 0))
            .map_err(cannot_write)?;
        let text = Format::new().set_num_format("@");
        let mut writer = WorkbookWriter { workbook, row: 0, widths: Vec::new(), text };
        let bold = writer.text.clone().set_bold();
        writer.write_row(header, &bold)?;
        Ok(writer)
    }

    /// Offers a list of words for the cells of a column, from 0; other words are refused by the spreadsheet.
    pub fn offer(&mut self, column: u16, words: &[&str]) -> io::Result<()> {
        let list = DataValidation::new().allow_list_strings(words).map_err(cannot_write)?;
        let sheet = self.sheet()?;
        sheet
            .add_data_validation(1, column, MOST_WORKBOOK_ROWS, column, &list)
            .map(drop)
            .map_err(cannot_write)
    }

    pub fn write<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        let text = self.text.clone();
        self.write_row(cells, &text)
    }

    /// Puts the whole workbook into `out`.
    pub fn finish(mut self, mut out: impl Write) -> io::Result<()> {
        self.dress().map_err(cannot_write)?;
        let bytes = self.workbook.save_to_buffer().map_err(cannot_write)?;
        out.write_all(&bytes)?;
        out.flush()
    }

    fn write_row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>, format: &Format) -> io::Result<()> {
        let row = self.row;
        let sheet = self.workbook.worksheet_from_index(0).map_err(cannot_write)?;
        let mut widths = std::mem::take(&mut self.widths);
        for (column, cell) in cells.into_iter().enumerate() {
            let column_of_sheet = u16::try_from(column).map_err(io::Error::other)?;
            if !cell.is_empty() {
                sheet.write_string_with_format(row, column_of_sheet, cell, format).map_err(cannot_write)?;
            }
            widths.resize(widths.len().max(column + 1), 0);
            widths[column] = widths[column].max(cell.chars().count());
        }
        self.widths = widths;
        self.row += 1;
        Ok(())
    }

    /// Columns as wide as their cells, cells below the last row as text too, and a filter.
    fn dress(&mut self) -> Result<(), XlsxError> {
        let last_row = self.row.saturating_sub(1);
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (column, width) in (0..).zip(&self.widths) {
            let width = (width + 2).clamp(*WIDTHS.start(), *WIDTHS.end());
            sheet.set_column_width(column, width as f64)?.set_column_format(column, &self.text)?;
        }
        if let Some(last_column) = u16::try_from(self.widths.len()).ok().and_then(|len| len.checked_sub(1)) {
            sheet.autofilter(0, 0, last_row, last_column)?;
        }
        Ok(())
    }

    fn sheet(&mut self) -> io::Result<&mut Worksheet> {
        self.workbook.worksheet_from_index(0).map_err(cannot_write)
    }
}

fn cannot_write(error: XlsxError) -> io::Error {
    io::Error::other(match error {
        XlsxError::RowColumnLimitError => {
            "a workbook has room for 1048576 rows and 16384 columns; write CSV instead".into()
        }
        XlsxError::MaxStringLengthExceeded => {
            "a cell of a workbook has room for 32767 characters; write CSV instead".to_string()
        }
        error => format!("the workbook cannot be written: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::RawRow;
    use crate::table::{Sheet, SheetOptions};

    fn written(writer: WorkbookWriter) -> Vec<u8> {
        let mut bytes = Vec::new();
        writer.finish(&mut bytes).expect("memory");
        bytes
    }

    /// The XML of the sheet.
    fn sheet_xml(bytes: &[u8]) -> String {
        let mut archive = zip::ZipArchive::new(io::Cursor::new(bytes)).expect("an archive");
        io::read_to_string(archive.by_name("xl/worksheets/sheet1.xml").expect("it is there")).expect("text")
    }

    #[test]
    fn every_cell_comes_back_as_the_text_it_was() {
        let cells =
            ["=1+1", "+919876543210", "007", "'x", "\ttab", "two\nlines", "  blanks ", "<&>\"", "true"];
        let header: Vec<String> = (0..cells.len()).map(|column| format!("column {column}")).collect();
        let mut writer = WorkbookWriter::new("Staff", header.iter().map(String::as_str)).expect("memory");
        writer.write(cells).expect("memory");
        writer.write([""; 9]).expect("memory");
        writer.write(["", "x"]).expect("memory");
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), written(writer)).expect("it can be written");
        let sheet = Sheet::open(file.path(), &SheetOptions::default()).expect("it is a table");
        let (mut rows, mut row) = (sheet.rows().expect("it can be read"), RawRow::default());
        assert!(rows.read(&mut row).expect("a row"));
        assert_eq!(row.cells, cells.to_vec());
        assert!(rows.read(&mut row).expect("a row"));
        assert_eq!((row.source_row, &row.cells[1]), (4, "x"));
    }

    #[test]
    fn no_cell_is_a_formula_and_the_header_stays_in_sight() {
        let mut writer = WorkbookWriter::new("Staff", ["first_name", "role"]).expect("memory");
        writer.offer(1, &["user", "admin"]).expect("a short list");
        writer.write(["=cmd|' /C calc'!A0", "user"]).expect("memory");
        let xml = sheet_xml(&written(writer));
        assert!(!xml.contains("<f>"), "{xml}");
        for part in
            ["state=\"frozen\"", "<autoFilter ref=\"A1:B2\"/>", "\"user,admin\"", "sqref=\"B2:B1048576\""]
        {
            assert!(xml.contains(part), "{part} in {xml}");
        }
    }

    #[test]
    fn what_a_workbook_has_no_room_for_is_told() {
        let mut writer = WorkbookWriter::new("Staff", ["note"]).expect("memory");
        let error = writer.write(["x".repeat(32_768).as_str()]).expect_err("too long");
        assert!(error.to_string().contains("32767 characters"), "{error}");
        writer.row = MOST_WORKBOOK_ROWS + 1;
        let error = writer.write(["x"]).expect_err("too many rows");
        assert!(error.to_string().contains("1048576 rows"), "{error}");
        assert!(WorkbookWriter::new("a/b", ["x"]).is_err());
    }
}
