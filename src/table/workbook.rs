//! Workbooks (XLSX, XLS, XLSB, ODS) turned into the text of a table, so that all sheets are read alike.

use super::Refusal;
use super::source::Source;

/// The sheet of a workbook as CSV in UTF-8.
#[derive(Debug)]
pub struct Converted {
    pub text: Source,
    pub note: Option<String>,
}

/// Whether a file that begins with these bytes is a workbook, whatever its name.
pub fn is_one(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

/// This build cannot read them.
pub fn converted(_source: &Source, _sheet: Option<&str>) -> Result<Converted, Refusal> {
    Err(Refusal("it is a workbook, which this build cannot read; save the sheet as CSV UTF-8".into()))
}
