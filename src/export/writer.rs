//! The formats of an export: what makes text of cells.
//!
//! A writer knows nothing of users, sweeps and files; it writes into what it is given. Rows are made ready one by one
//! while the roster is read, and written when they are known to be wanted.

#[cfg(feature = "xlsx")]
use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use super::layout::Cell;
#[cfg(feature = "xlsx")]
use super::packed;
use crate::table::FormulaGuard;
#[cfg(feature = "xlsx")]
use crate::table::{WorkbookWriter, guarded};

const BUFFER: usize = 1 << 16;

/// A format: first the names of the columns, then every row, then the end.
pub trait RosterWriter {
    /// Takes the names; they are written with the first row, or at the end.
    fn header(&mut self, names: &[&str]) -> io::Result<()>;
    /// Adds a row to `ready`, in the form in which it may wait; nothing is written.
    fn make_ready(&mut self, cells: &[Cell<'_>], ready: &mut Vec<u8>);
    /// Writes rows that were made ready.
    fn write(&mut self, ready: &[u8]) -> io::Result<()>;
    /// Writes out what is still held back.
    fn finish(&mut self) -> io::Result<()>;

    /// Writes one row at once.
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        let mut ready = Vec::new();
        self.make_ready(cells, &mut ready);
        self.write(&ready)
    }
}

/// CSV by RFC 4180: CRLF, UTF-8, booleans as `true` and `false`.
pub struct CsvRoster<W: Write> {
    out: BufWriter<W>,
    guard: FormulaGuard,
    csv: csv_core::Writer,
    /// The names, until they are written.
    header: Vec<u8>,
}

impl<W: Write> CsvRoster<W> {
    pub fn new(out: W, guard: FormulaGuard) -> CsvRoster<W> {
        let csv = csv_core::WriterBuilder::new().terminator(csv_core::Terminator::CRLF).build();
        CsvRoster { out: BufWriter::with_capacity(BUFFER, out), guard, csv, header: Vec::new() }
    }

    fn record<'t>(&mut self, texts: impl Iterator<Item = &'t str> + Clone, ready: &mut Vec<u8>) {
        // Every byte may be a quote, which is doubled; a guard, quotes and a delimiter go around it.
        let room: usize = texts.clone().map(|text| 2 * text.len() + 6).sum();
        let mut end = ready.len();
        ready.resize(end + room + 8, 0);
        for (place, text) in texts.enumerate() {
            if place > 0 {
                end += self.csv.delimiter(&mut ready[end..]).1;
            }
            end += self.csv.field(self.guard.of(text).as_bytes(), &mut ready[end..]).2;
        }
        end += self.csv.terminator(&mut ready[end..]).1;
        ready.truncate(end);
    }
}

impl<W: Write> RosterWriter for CsvRoster<W> {
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        let mut header = Vec::new();
        self.record(names.iter().copied(), &mut header);
        self.header = header;
        Ok(())
    }

    fn make_ready(&mut self, cells: &[Cell<'_>], ready: &mut Vec<u8>) {
        self.record(cells.iter().map(plain_text), ready);
    }

    fn write(&mut self, ready: &[u8]) -> io::Result<()> {
        self.out.write_all(&std::mem::take(&mut self.header))?;
        self.out.write_all(ready)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.write(&[])?;
        self.out.flush()
    }
}

/// One JSON object a line, with the columns' names as keys; what is not known is null.
pub struct JsonLinesRoster<W: Write> {
    out: BufWriter<W>,
    /// What stands before each value: a brace or comma, the name, a colon.
    keys: Vec<String>,
}

impl<W: Write> JsonLinesRoster<W> {
    pub fn new(out: W) -> JsonLinesRoster<W> {
        JsonLinesRoster { out: BufWriter::with_capacity(BUFFER, out), keys: Vec::new() }
    }
}

impl<W: Write> RosterWriter for JsonLinesRoster<W> {
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        let key = |(place, name): (usize, &&str)| {
            let before = if place == 0 { '{' } else { ',' };
            format!("{before}{}:", serde_json::Value::from(*name))
        };
        self.keys = names.iter().enumerate().map(key).collect();
        Ok(())
    }

    fn make_ready(&mut self, cells: &[Cell<'_>], ready: &mut Vec<u8>) {
        for (key, cell) in self.keys.iter().zip(cells) {
            ready.extend(key.as_bytes());
            match cell {
                Cell::Blank => ready.extend(b"null"),
                Cell::Bool(_) => ready.extend(plain_text(cell).as_bytes()),
                Cell::Text(text) => ready.extend(serde_json::Value::from(&**text).to_string().bytes()),
            }
        }
        ready.extend(b"}\n");
    }

    fn write(&mut self, ready: &[u8]) -> io::Result<()> {
        self.out.write_all(ready)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A workbook of text cells. It is written as a whole at the end.
#[cfg(feature = "xlsx")]
pub struct WorkbookRoster<W: Write> {
    out: W,
    width: usize,
    workbook: Option<WorkbookWriter>,
}

#[cfg(feature = "xlsx")]
impl<W: Write> WorkbookRoster<W> {
    pub fn new(out: W) -> WorkbookRoster<W> {
        WorkbookRoster { out, width: 1, workbook: None }
    }
}

#[cfg(feature = "xlsx")]
impl<W: Write> RosterWriter for WorkbookRoster<W> {
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        self.workbook = Some(WorkbookWriter::new("roster", names.iter().copied())?);
        self.width = names.len().max(1);
        Ok(())
    }

    fn make_ready(&mut self, cells: &[Cell<'_>], ready: &mut Vec<u8>) {
        cells.iter().for_each(|cell| packed::pack(&workbook_text(cell), ready));
    }

    fn write(&mut self, ready: &[u8]) -> io::Result<()> {
        let Some(workbook) = &mut self.workbook else { return Ok(()) };
        let texts = packed::unpacked(ready)?;
        texts.chunks(self.width).try_for_each(|row| workbook.write(row.iter().copied()))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.workbook.take().map_or(Ok(()), |workbook| workbook.finish(&mut self.out))
    }
}

fn plain_text<'a>(cell: &'a Cell<'_>) -> &'a str {
    match cell {
        Cell::Blank => "",
        Cell::Bool(true) => "true",
        Cell::Bool(false) => "false",
        Cell::Text(text) => text,
    }
}

/// A text cell never runs and needs no guard, but a `'` of its own must survive the reader, who takes one off.
#[cfg(feature = "xlsx")]
fn workbook_text<'a>(cell: &'a Cell<'_>) -> Cow<'a, str> {
    match cell {
        Cell::Text(text) if text.starts_with('\'') => guarded(text),
        cell => Cow::Borrowed(plain_text(cell)),
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
    fn csv_is_that_of_the_csv_crate() {
        for row in [
            ["", ""],
            ["\"", "\"\"\"\"\"\"\"\""],
            [",", "a\rb"],
            ["\n", "\r\n,\""],
            ["ä, 李", "'"],
            [" x ", "a\tb"],
        ] {
            for width in [1, 2] {
                let mut wanted =
                    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
                wanted.write_record(&row[..width]).unwrap();
                let mut ready = Vec::new();
                let cells: Vec<Cell<'_>> = row[..width].iter().map(|cell| text(cell)).collect();
                CsvRoster::new(Vec::new(), FormulaGuard::Off).make_ready(&cells, &mut ready);
                assert_eq!(ready, wanted.into_inner().unwrap(), "{row:?}");
            }
        }
    }

    #[test]
    fn nothing_is_written_before_the_first_row_is_wanted() {
        let mut out = Vec::new();
        let mut writer = CsvRoster::new(&mut out, FormulaGuard::On);
        writer.header(&["email"]).unwrap();
        writer.make_ready(&[text("a@x.io")], &mut Vec::new());
        drop(writer);
        assert_eq!(out, b"");
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
