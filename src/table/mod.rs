//! Sheets in, whole result files out. The only place that knows CSV files and workbooks.
//!
//! A [`Sheet`] is read once as a whole before it is believed, and then row by row as often as wished,
//! with flat memory. What is no table is a [`Refusal`] that names the place and the mend. What a row
//! means is not known here: cells leave as they came (see [`unguarded`]).

mod beside;
mod blanks;
mod block_rows;
mod blocks;
mod check;
mod delimiter;
mod encoding;
mod failed;
mod foreign;
mod form;
mod guard;
mod heading;
mod in_order;
mod marks;
mod results;
#[cfg(feature = "xlsx")]
mod results_workbook;
mod scan;
mod secrets;
mod sheet;
mod source;
mod swallowed;
mod walk;
mod whole_file;
mod workbook;
#[cfg(feature = "xlsx")]
mod xlsx_out;

pub use beside::beside;
pub use blanks::{is_blank, trimmed, visible};
pub use block_rows::BlockRows;
pub use blocks::{Block, Blocks, Doubt};
pub use encoding::known_encoding;
pub use failed::FailedWriter;
pub use form::NamedForm;
pub use guard::{FormulaGuard, guarded, runs_behind_quotes, unguarded};
pub use heading::normalised;
pub use in_order::in_order;
pub use results::{RESULT_COLUMNS, ResultWriter};
#[cfg(feature = "xlsx")]
pub use results_workbook::write_results_workbook;
pub use secrets::{SECRET_COLUMNS, SecretRow, read_secrets, write_secrets};
pub use sheet::{Rows, Sheet};
pub use whole_file::{Privacy, WholeFile, check_writable, sweep};
#[cfg(feature = "xlsx")]
pub use xlsx_out::WorkbookWriter;

/// Stands in where workbooks are left out.
#[cfg(not(feature = "xlsx"))]
pub fn write_results_workbook(_results: &std::path::Path, _path: &std::path::Path) -> std::io::Result<()> {
    Err(std::io::Error::other("this build of callroster knows no workbooks; write CSV instead"))
}

/// Rows that a sheet of a workbook takes below its header.
pub const MOST_WORKBOOK_ROWS: u32 = 1_048_575;

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
