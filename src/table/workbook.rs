//! Workbooks (XLSX, XLS, XLSB, ODS) turned into the text of a table, so that all sheets are read alike.
//!
//! Blank rows become blank lines, so that a row keeps the number that the spreadsheet shows.

#[cfg(feature = "xlsx")]
mod archive;
#[cfg(feature = "xlsx")]
mod book;
#[cfg(feature = "xlsx")]
mod lay;
#[cfg(feature = "xlsx")]
mod ods;
#[cfg(feature = "xlsx")]
mod quiet;
#[cfg(feature = "xlsx")]
mod value;

#[cfg(feature = "xlsx")]
pub use book::converted;

#[cfg(not(feature = "xlsx"))]
use super::Refusal;
use super::source::Source;

const ZIP: &[u8] = b"PK\x03\x04";
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// The sheet of a workbook as CSV in UTF-8.
#[derive(Debug)]
pub struct Converted {
    pub text: Source,
    pub note: Option<String>,
}

/// Whether a file that begins with these bytes is a workbook, whatever its name.
pub fn is_one(head: &[u8]) -> bool {
    head.starts_with(ZIP) || head.starts_with(COMPOUND_FILE)
}

/// Refuses every workbook: this build cannot read them.
#[cfg(not(feature = "xlsx"))]
pub fn converted(_source: &Source, _sheet: Option<&str>) -> Result<Converted, Refusal> {
    Err(Refusal("it is a workbook, which this build cannot read; save the sheet as CSV UTF-8".into()))
}

/// A cell as a spreadsheet names it: `B7`.
#[cfg(feature = "xlsx")]
fn address((row, column): (u32, u32)) -> String {
    let (mut letters, mut left) = (String::new(), u64::from(column) + 1);
    while left > 0 {
        letters.insert(0, char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    format!("{letters}{}", u64::from(row) + 1)
}

#[cfg(all(test, feature = "xlsx"))]
mod tests;
