//! A sheet that is believed: opened, read once as a whole, and found to be a table.
//!
//! Ragged rows are no fault of the file; they leave as they came and the rules of a row judge them.

use std::path::Path;

use csv::StringRecord;
use memchr::memchr;

use super::scan::{column_at, split};
use super::source::{Source, SourceReader};
use super::walk::{Span, Walk};
use super::{Refusal, SheetOptions};
use crate::row::RawRow;

/// A file that was read once as a whole and is a table.
#[derive(Debug)]
pub struct Sheet {
    name: String,
    /// The table as UTF-8 text.
    text: Source,
    delimiter: u8,
    header: StringRecord,
    count: u64,
    bytes: u64,
    sha256: String,
    notes: Vec<String>,
}

impl Sheet {
    /// Opens the file at `path`, `-` for standard input.
    pub fn open(path: &Path, options: &SheetOptions) -> Result<Sheet, Refusal> {
        let named = naming(path);
        let source = Source::open(path).map_err(&named)?;
        let mut sheet = Sheet::of(path, &source, options).map_err(&named)?;
        sheet.sha256 = source.sha256().map_err(&named)?;
        Ok(sheet)
    }

    /// Opens a file whose SHA-256 nobody will ask for, which saves a reading of it.
    pub fn open_unhashed(path: &Path, options: &SheetOptions) -> Result<Sheet, Refusal> {
        let named = naming(path);
        let source = Source::open(path).map_err(&named)?;
        Sheet::of(path, &source, options).map_err(&named)
    }

    pub fn header(&self) -> &StringRecord {
        &self.header
    }

    /// How many data rows there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// SHA-256 of the file as it came, in hex; empty where it was opened unhashed.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Bytes of the file as it came.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What was assumed, each with the option that overrides it.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Reads the data rows from the first one on, as often as wished.
    pub fn rows(&self) -> Result<Rows, Refusal> {
        let named = naming(Path::new(&self.name));
        let mut walk = Walk::new(self.text.reader(), self.delimiter);
        walk.next().map_err(named)?;
        Ok(Rows { name: self.name.clone(), delimiter: self.delimiter, walk, read: 0, count: self.count })
    }

    fn of(path: &Path, source: &Source, options: &SheetOptions) -> Result<Sheet, Refusal> {
        if source.length() == 0 {
            return Err(Refusal("it is empty; the first line must name the columns".into()));
        }
        let delimiter = options.delimiter.unwrap_or(b',');
        let text = source.clone();
        let (header, count) = checked(&text, delimiter)?;
        Ok(Sheet {
            name: path.to_string_lossy().into_owned(),
            text,
            delimiter,
            header,
            count,
            bytes: source.length(),
            sha256: String::new(),
            notes: Vec::new(),
        })
    }
}

/// The data rows of a sheet in order.
pub struct Rows {
    name: String,
    delimiter: u8,
    walk: Walk<SourceReader>,
    read: u64,
    count: u64,
}

impl Rows {
    /// Reads the next row into `row`; `false` at the end.
    pub fn read(&mut self, row: &mut RawRow) -> Result<bool, Refusal> {
        let named = naming(Path::new(&self.name));
        let Some(span) = self.walk.next().map_err(&named)? else {
            return match self.read == self.count {
                true => Ok(false),
                false => Err(named(other_rows())),
            };
        };
        let text = str::from_utf8(span.text).map_err(|_| named(other_rows()))?;
        split(text, self.delimiter, span.quoted, &mut row.cells);
        row.source_row = span.source_row;
        row.index = u32::try_from(self.read).map_err(|_| named(too_many()))?;
        self.read += 1;
        Ok(true)
    }
}

/// Reads the whole text and finds its header and the number of its data rows.
fn checked(text: &Source, delimiter: u8) -> Result<(StringRecord, u64), Refusal> {
    let mut walk = Walk::new(text.reader(), delimiter);
    let mut header = StringRecord::new();
    match walk.next()? {
        Some(span) => read_header(&span, delimiter, &mut header)?,
        None => return Err(Refusal("it has only blank lines; the first line must name the columns".into())),
    }
    let mut count = 0;
    while let Some(span) = walk.next()? {
        checked_text(&span, delimiter, &header)?;
        count += 1;
    }
    match u32::try_from(count) {
        Ok(_) => Ok((header, count)),
        Err(_) => Err(too_many()),
    }
}

fn read_header(span: &Span<'_>, delimiter: u8, header: &mut StringRecord) -> Result<(), Refusal> {
    let text = checked_text(span, delimiter, &StringRecord::new())?;
    if span.source_row > 1 {
        return Err(Refusal(
            "line 1 is blank; delete the blank lines above the line that names the columns".into(),
        ));
    }
    split(text, delimiter, span.quoted, header);
    match header.iter().all(|cell| cell.trim().is_empty()) {
        true => Err(Refusal("line 1 is blank; it must name the columns".into())),
        false => Ok(()),
    }
}

/// The text of a row, which must be UTF-8 without zero bytes.
fn checked_text<'a>(span: &Span<'a>, delimiter: u8, header: &StringRecord) -> Result<&'a str, Refusal> {
    let place = |at: usize| {
        let column = column_at(span.text, at, delimiter);
        let name = header.get(column).map(|name| format!(" ({name})")).unwrap_or_default();
        format!("line {}, column {}{name}", span.line, column + 1)
    };
    if let Some(at) = memchr(0, span.text) {
        return Err(Refusal(format!(
            "{}: there is a zero byte, so this is no text file; save the sheet as CSV UTF-8",
            place(at)
        )));
    }
    str::from_utf8(span.text).map_err(|error| {
        let at = place(error.valid_up_to());
        Refusal(format!("{at}: the text is not UTF-8; save the sheet as CSV UTF-8"))
    })
}

fn other_rows() -> Refusal {
    Refusal("it has other rows than a moment ago; let nobody write to it and start again".into())
}

fn too_many() -> Refusal {
    Refusal("it has more than four billion rows; split it".into())
}

/// Puts the name of the file before a refusal.
fn naming(path: &Path) -> impl Fn(Refusal) -> Refusal {
    let name = match path == Path::new("-") {
        true => "standard input".into(),
        false => path.display().to_string(),
    };
    move |refusal| Refusal(format!("{name}: {refusal}"))
}

#[cfg(test)]
mod tests;
