//! Sheets in, whole result files out. The only place that knows CSV files and workbooks.

use std::path::{Path, PathBuf};

use csv::StringRecord;

use crate::row::RawRow;

/// What was said of a file's form; `None` is found out.
#[derive(Debug, Clone, Default)]
pub struct SheetOptions {
    pub delimiter: Option<u8>,
    pub encoding: Option<String>,
    /// The sheet of a workbook, by name.
    pub sheet: Option<String>,
    /// Somebody sees the notes before anything is sent, so that a guess on thin evidence may stand.
    pub attended: bool,
}

/// Why a file is refused as a whole: what happened, where, and the mend. Exit code 3.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

/// A file that was read once as a whole and is a table.
#[derive(Debug)]
pub struct Sheet {
    header: StringRecord,
}

impl Sheet {
    /// Opens the file at `path`, `-` for standard input.
    pub fn open(_path: &Path, _options: &SheetOptions) -> Result<Sheet, Refusal> {
        Err(Refusal("(being written)".into()))
    }

    pub fn header(&self) -> &StringRecord {
        &self.header
    }

    /// How many data rows there are.
    pub fn count(&self) -> u64 {
        0
    }

    /// SHA-256 of the file as it came, in hex.
    pub fn sha256(&self) -> &str {
        ""
    }

    /// Bytes of the file as it came.
    pub fn bytes(&self) -> u64 {
        0
    }

    /// What was assumed, each with the option that overrides it.
    pub fn notes(&self) -> &[String] {
        &[]
    }

    /// Reads the data rows from the first one on, as often as wished.
    pub fn rows(&self) -> Result<Rows, Refusal> {
        Ok(Rows {})
    }
}

/// The data rows of a sheet in order.
pub struct Rows {}

impl Rows {
    /// Reads the next row into `row`; `false` at the end.
    pub fn read(&mut self, _row: &mut RawRow) -> Result<bool, Refusal> {
        Ok(false)
    }
}

/// A file that appears whole or not at all.
pub struct WholeFile {
    path: PathBuf,
}

impl WholeFile {
    /// The path that it will have.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
