//! Standard output: data only, and a reader who has seen enough ends a command quietly.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::Failure;
use crate::outcome::exit;
use crate::table::NamedForm;

/// Standard output that takes a broken pipe for a reader who has seen enough: what follows is dropped.
pub struct StandardOutput {
    out: io::StdoutLock<'static>,
    unread: bool,
}

/// The file that is to be written; nothing named, or `-`, is standard output.
pub fn named_file(output: Option<&Path>) -> Option<&Path> {
    output.filter(|path| *path != Path::new("-"))
}

/// Refuses an option that names the sheet itself as the file to write: the sheet would be gone.
pub fn spare_the_sheet(sheet: &Path, option: &str, output: Option<&Path>) -> Result<(), Failure> {
    if named_file(output).is_some_and(|output| is_same_file(sheet, output)) {
        let message = format!("{option} names the sheet itself, which would be gone then; name another file");
        return Err(Failure::new(exit::USAGE, message));
    }
    Ok(())
}

/// Refuses a file whose name promises a form that it will not have: a spreadsheet would not open it.
pub fn fits_its_name(option: &str, output: Option<&Path>, as_workbook: bool) -> Result<(), Failure> {
    let Some(path) = named_file(output) else { return Ok(()) };
    let mend = match NamedForm::of(path) {
        NamedForm::OtherWorkbook if as_workbook => "name it .csv or .xlsx",
        NamedForm::OtherWorkbook | NamedForm::Workbook if !as_workbook => "name it .csv",
        NamedForm::Workbook if !cfg!(feature = "xlsx") => {
            "this build of callroster writes no workbooks; name it .csv"
        }
        _ => return Ok(()),
    };
    let message = format!("{option} {} is of a form that is not written here; {mend}", path.display());
    Err(Failure::new(exit::USAGE, message))
}

/// Whether both names lead to one file, be it there yet or not.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
    place(one).is_some_and(|one| place(other) == Some(one))
}

/// Standard output for a stretch of data.
pub fn standard_output() -> StandardOutput {
    StandardOutput { out: io::stdout().lock(), unread: false }
}

/// Writes data, such as a summary or a list, to standard output.
pub fn put_out(text: &str) -> Result<(), Failure> {
    put_out_bytes(text.as_bytes())
}

/// Writes data of any kind to standard output.
pub fn put_out_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = standard_output();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Failure::disk("standard output", error))
}

/// Writes one JSON value and a line end to standard output.
pub fn put_out_json(value: &serde_json::Value) -> Result<(), Failure> {
    put_out(&format!("{value}\n"))
}

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.unread {
            return Ok(bytes.len());
        }
        match self.out.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.unread = true;
                Ok(bytes.len())
            }
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.out.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.unread = true;
                Ok(())
            }
            flushed => flushed,
        }
    }
}
