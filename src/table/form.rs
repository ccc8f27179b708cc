//! What the name of a file to be written promises. Pure.

use std::path::Path;

/// The form that a file's ending names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedForm {
    /// CSV, and whatever a spreadsheet would not take for a workbook.
    Text,
    JsonLines,
    /// `.xlsx`, the only workbook that is written.
    Workbook,
    /// Another workbook: a spreadsheet would refuse text under such a name.
    OtherWorkbook,
}

impl NamedForm {
    pub fn of(path: &Path) -> NamedForm {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        match ending.as_str() {
            "xlsx" => NamedForm::Workbook,
            "xls" | "xlsb" | "xlsm" | "ods" => NamedForm::OtherWorkbook,
            "jsonl" | "ndjson" => NamedForm::JsonLines,
            _ => NamedForm::Text,
        }
    }

    pub fn is_workbook(path: &Path) -> bool {
        NamedForm::of(path) == NamedForm::Workbook
    }
}
