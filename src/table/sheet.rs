//! A sheet that is believed: opened, read once as a whole, and found to be a table.
//!
//! Ragged rows are no fault of the file; they leave as they came and the rules of a row judge them.

use std::path::Path;

use csv::StringRecord;

use super::blocks::{Block, Blocks, Doubt};
use super::check::{Fault, Table, checked_text, too_many};
use super::scan::split;
use super::source::{Source, SourceReader};
use super::swallowed::refuse_swallowed_rows;
use super::walk::Walk;
use super::{Refusal, SheetOptions, delimiter, encoding, foreign, workbook};
use crate::row::RawRow;

/// A file that was read once as a whole and is a table.
#[derive(Debug)]
pub struct Sheet {
    name: String,
    source: Source,
    table: Table,
    sha256: String,
    notes: Vec<String>,
    workbook: bool,
}

impl Sheet {
    /// Opens the file at `path`, `-` for standard input.
    pub fn open(path: &Path, options: &SheetOptions) -> Result<Sheet, Refusal> {
        Sheet::read(path, options, Depth::Hashed).map_err(naming(&name_of(path)))
    }

    /// Opens a file whose SHA-256 nobody will ask for, which saves a reading of it.
    pub fn open_unhashed(path: &Path, options: &SheetOptions) -> Result<Sheet, Refusal> {
        Sheet::read(path, options, Depth::Whole).map_err(naming(&name_of(path)))
    }

    /// Opens a file of which only the start is read, for one who sends nothing.
    ///
    /// Every later reading of its rows then finds the faults that opening it would have found.
    pub fn glance(path: &Path, options: &SheetOptions) -> Result<Sheet, Refusal> {
        Sheet::read(path, options, Depth::Glance).map_err(naming(&name_of(path)))
    }

    pub fn header(&self) -> &StringRecord {
        &self.table.header
    }

    /// How many data rows there are; 0 where nobody counted them ([`Sheet::glance`]).
    pub fn count(&self) -> u64 {
        self.table.count.unwrap_or_default()
    }

    /// How many data rows there may be, by the length of the first ones where nobody counted.
    pub fn likely_count(&self) -> u64 {
        self.table.count.unwrap_or_else(|| self.table.likely_count())
    }

    /// SHA-256 of the file as it came, in hex; empty where only [`Sheet::open`] would have taken it.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Bytes of the file as it came.
    pub fn bytes(&self) -> u64 {
        self.source.length()
    }

    /// What was assumed, each with the option that overrides it.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether the file is an Excel or OpenDocument workbook.
    pub fn is_workbook(&self) -> bool {
        self.workbook
    }

    /// Reads the data rows from the first one on, as often as wished.
    pub fn rows(&self) -> Result<Rows, Refusal> {
        let Table { text, delimiter, header, count, .. } = &self.table;
        let mut walk = Walk::new(text.reader(), *delimiter);
        walk.next().map_err(naming(&self.name))?;
        let (name, header) = (self.name.clone(), header.clone());
        let workbook = self.workbook;
        Ok(Rows { name, header, delimiter: *delimiter, workbook, walk, read: 0, count: *count })
    }

    /// Cuts the data rows into blocks of about so many bytes, which several threads can look at.
    pub fn blocks(&self, size: usize) -> Blocks<SourceReader> {
        Blocks::new(self.table.text.reader_from(self.table.body), self.table.body, self.table.delimiter, size)
    }

    /// Reads a block of [`Sheet::blocks`] once more.
    pub fn read_block(&self, start: u64, length: usize, block: &mut Block) -> Result<(), Doubt> {
        block.read(&self.table.text, start, length, self.table.delimiter)
    }

    /// Reads a file that was opened at a glance as a whole.
    pub fn look_closer(self, options: &SheetOptions) -> Result<Sheet, Refusal> {
        let Sheet { name, source, .. } = self;
        let named = name.clone();
        Sheet::of(source, name, options, Depth::Whole).map_err(naming(&named))
    }

    fn read(path: &Path, options: &SheetOptions, depth: Depth) -> Result<Sheet, Refusal> {
        Sheet::of(Source::open(path)?, name_of(path), options, depth)
    }

    fn of(source: Source, name: String, options: &SheetOptions, depth: Depth) -> Result<Sheet, Refusal> {
        let head = source.head()?;
        foreign::refuse(&head)?;
        let mut notes = Vec::new();
        let workbook = workbook::is_one(&head);
        let table = match workbook {
            true => workbook_table(&source, options, &mut notes)?,
            false => text_table(&source, &head, options, depth, &mut notes)?,
        };
        let sha256 = if depth == Depth::Hashed { source.sha256()? } else { String::new() };
        Ok(Sheet { name, source, table, sha256, notes, workbook })
    }
}

/// How much of a file is read when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Glance,
    Whole,
    Hashed,
}

/// The data rows of a sheet in order.
pub struct Rows {
    name: String,
    header: StringRecord,
    delimiter: u8,
    workbook: bool,
    walk: Walk<SourceReader>,
    read: u64,
    count: Option<u64>,
}

impl Rows {
    /// Reads the next row into `row`; `false` at the end.
    pub fn read(&mut self, row: &mut RawRow) -> Result<bool, Refusal> {
        self.read_unnamed(row).map_err(|refusal| naming(&self.name)(refusal))
    }

    fn read_unnamed(&mut self, row: &mut RawRow) -> Result<bool, Refusal> {
        let Some(span) = self.walk.next()? else {
            return match self.count.is_none_or(|count| count == self.read) {
                true => Ok(false),
                false => Err(other_rows()),
            };
        };
        let text = checked_text(&span, self.delimiter, &self.header)?;
        split(text, self.delimiter, span.quoted, &mut row.cells);
        // The quotes of a workbook's text are ours, and none of them is stray.
        if !self.workbook {
            refuse_swallowed_rows(&span, self.delimiter, &row.cells)?;
        }
        row.source_row = span.source_row;
        row.index = u32::try_from(self.read).map_err(|_| too_many())?;
        self.read += 1;
        Ok(true)
    }
}

fn workbook_table(
    source: &Source,
    options: &SheetOptions,
    notes: &mut Vec<String>,
) -> Result<Table, Refusal> {
    let converted = workbook::converted(source, options.sheet.as_deref())?;
    notes.extend(converted.note);
    Ok(Table::of(converted.text, Some(b','))?)
}

fn text_table(
    source: &Source,
    head: &[u8],
    options: &SheetOptions,
    depth: Depth,
    notes: &mut Vec<String>,
) -> Result<Table, Refusal> {
    if let Some(sheet) = &options.sheet {
        return Err(Refusal(format!("it is no workbook and has no sheet {sheet}; leave --sheet out")));
    }
    let known = encoding::known(source, head, options)?;
    let text = known.as_ref().map_or(source, |decoded| &decoded.text).clone();
    notes.extend(known.and_then(|decoded| decoded.note));
    let read = match depth {
        Depth::Glance if !is_broken(head) => Table::glance,
        _ => Table::of,
    };
    let table = match read(text, options.delimiter) {
        Err(Fault::NotUtf8(refusal)) if options.encoding.is_none() => {
            guessed_table(source, refusal, options, notes)?
        }
        table => table?,
    };
    if options.delimiter.is_none() && table.delimiter != b',' {
        let shown = delimiter::shown(table.delimiter);
        notes.push(format!("{shown} is taken to stand between cells; --delimiter names another sign"));
    }
    Ok(table)
}

fn guessed_table(
    source: &Source,
    refusal: Refusal,
    options: &SheetOptions,
    notes: &mut Vec<String>,
) -> Result<Table, Refusal> {
    let guess = encoding::guessed(source, refusal)?;
    let table = Table::of(guess.text.clone(), options.delimiter)?;
    notes.push(guess.told(&table.samples()?, options.attended)?);
    Ok(table)
}

/// Whether the start of a file has bytes that are no UTF-8; a sign that is cut at its end is none.
fn is_broken(head: &[u8]) -> bool {
    str::from_utf8(head).is_err_and(|error| error.error_len().is_some())
}

fn other_rows() -> Refusal {
    Refusal("it has other rows than a moment ago; let nobody write to it and start again".into())
}

fn name_of(path: &Path) -> String {
    match path == Path::new("-") {
        true => "standard input".into(),
        false => path.display().to_string(),
    }
}

/// Puts the name of the file before a refusal.
fn naming(name: &str) -> impl Fn(Refusal) -> Refusal {
    move |refusal| Refusal(format!("{name}: {refusal}"))
}

#[cfg(test)]
mod tests;
