//! The formats of an export: what makes text of cells.
//!
//! A writer knows nothing of users, sweeps and files; it writes into what it is given.

#[cfg(feature = "xlsx")]
use std::borrow::Cow;
use std::io::{self, Write};

use super::layout::Cell;
use crate::table::FormulaGuard;
#[cfg(feature = "xlsx")]
use crate::table::{WorkbookWriter, guarded};

const BUFFER: usize = 1 << 16;

/// A format: first the header, then every row, then the end.
pub trait RosterWriter {
    fn header(&mut self, names: &[&str]) -> io::Result<()>;
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()>;
    /// Writes out what is still held back.
    fn finish(&mut self) -> io::Result<()>;
}

/// CSV by RFC 4180: CRLF, UTF-8, booleans as `true` and `false`.
pub struct CsvRoster<W: Write> {
    csv: csv::Writer<W>,
    guard: FormulaGuard,
}

impl<W: Write> CsvRoster<W> {
    pub fn new(out: W, guard: FormulaGuard) -> CsvRoster<W> {
        let csv = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .buffer_capacity(BUFFER)
            .has_headers(false)
            .from_writer(out);
        CsvRoster { csv, guard }
    }
}

impl<W: Write> RosterWriter for CsvRoster<W> {
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        Ok(self.csv.write_record(names)?)
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for cell in cells {
            let text = match cell {
                Cell::Blank => "",
                Cell::Bool(true) => "true",
                Cell::Bool(false) => "false",
                Cell::Text(text) => {
                    self.csv.write_field(&*self.guard.of(text))?;
                    continue;
                }
            };
            self.csv.write_field(text)?;
        }
        Ok(self.csv.write_record(None::<&[u8]>)?)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

/// One JSON object a line, with the columns' names as keys; what is not known is null.
pub struct JsonLinesRoster<W: Write> {
    out: io::BufWriter<W>,
    /// What stands before each value: a brace or comma, the name, a colon.
    keys: Vec<String>,
}

impl<W: Write> JsonLinesRoster<W> {
    pub fn new(out: W) -> JsonLinesRoster<W> {
        JsonLinesRoster { out: io::BufWriter::with_capacity(BUFFER, out), keys: Vec::new() }
    }
}

impl<W: Write> RosterWriter for JsonLinesRoster<W> {
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        let key = |(place, name): (usize, &&str)| {
            let before = if place == 0 { '{' } else { ',' };
            Ok(format!("{before}{}:", serde_json::to_string(name)?))
        };
        self.keys = names.iter().enumerate().map(key).collect::<io::Result<_>>()?;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for (key, cell) in self.keys.iter().zip(cells) {
            self.out.write_all(key.as_bytes())?;
            match cell {
                Cell::Blank => self.out.write_all(b"null")?,
                Cell::Bool(value) => write!(self.out, "{value}")?,
                Cell::Text(text) => serde_json::to_writer(&mut self.out, text)?,
            }
        }
        self.out.write_all(b"}\n")
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A workbook of text cells. It is written as a whole at the end.
#[cfg(feature = "xlsx")]
pub struct WorkbookRoster<W: Write> {
    out: W,
    workbook: Option<WorkbookWriter>,
}

#[cfg(feature = "xlsx")]
impl<W: Write> WorkbookRoster<W> {
    pub fn new(out: W) -> WorkbookRoster<W> {
        WorkbookRoster { out, workbook: None }
    }
}

#[cfg(feature = "xlsx")]
impl<W: Write> RosterWriter for WorkbookRoster<W> {
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        self.workbook = Some(WorkbookWriter::new("roster", names.iter().copied())?);
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let texts: Vec<Cow<'_, str>> = cells.iter().map(workbook_text).collect();
        let texts = texts.iter().map(|text| &**text);
        self.workbook.as_mut().map_or(Ok(()), |workbook| workbook.write(texts))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.workbook.take().map_or(Ok(()), |workbook| workbook.finish(&mut self.out))
    }
}

/// A text cell never runs and needs no guard, but a `'` of its own must survive the reader, who takes one off.
#[cfg(feature = "xlsx")]
fn workbook_text<'a>(cell: &'a Cell<'_>) -> Cow<'a, str> {
    match cell {
        Cell::Blank => Cow::Borrowed(""),
        Cell::Bool(true) => Cow::Borrowed("true"),
        Cell::Bool(false) => Cow::Borrowed("false"),
        Cell::Text(text) if text.starts_with('\'') => guarded(text),
        Cell::Text(text) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell<'_> {
        Cell::Text(text.into())
    }

    fn written(writer: &mut dyn RosterWriter) {
        writer.header(&["user_id", "first_name", "ok"]).unwrap();
        writer.row(&[text("1"), text("=A1"), Cell::Bool(true)]).unwrap();
        writer.row(&[text("2"), text("Zoë, \"Z\""), Cell::Blank]).unwrap();
        writer.finish().unwrap();
    }

    fn csv(guard: FormulaGuard) -> String {
        let mut out = Vec::new();
        written(&mut CsvRoster::new(&mut out, guard));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn csv_has_crlf_quotes_and_a_guard() {
        let expected = "user_id,first_name,ok\r\n1,'=A1,true\r\n2,\"Zoë, \"\"Z\"\"\",\r\n";
        assert_eq!(csv(FormulaGuard::On), expected);
        assert_eq!(csv(FormulaGuard::Off), expected.replace('\'', ""));
    }

    #[test]
    fn a_blank_cell_alone_is_still_a_row() {
        let mut out = Vec::new();
        let mut writer = CsvRoster::new(&mut out, FormulaGuard::On);
        writer.header(&["email"]).unwrap();
        writer.row(&[Cell::Blank]).unwrap();
        writer.finish().unwrap();
        drop(writer);
        assert_eq!(out, b"email\r\n\"\"\r\n");
    }

    #[test]
    fn json_lines_are_typed() {
        let mut out = Vec::new();
        written(&mut JsonLinesRoster::new(&mut out));
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"user_id\":\"1\",\"first_name\":\"=A1\",\"ok\":true}\n\
             {\"user_id\":\"2\",\"first_name\":\"Zoë, \\\"Z\\\"\",\"ok\":null}\n"
        );
    }

    #[cfg(feature = "xlsx")]
    #[test]
    fn a_workbook_cell_comes_back_through_the_reader() {
        for (value, cell) in
            [("=1", "=1"), ("'=1", "''=1"), ("'tis", "'tis"), ("+919845012301", "+919845012301")]
        {
            let written = text(value);
            assert_eq!(workbook_text(&written), cell);
        }
    }
}
