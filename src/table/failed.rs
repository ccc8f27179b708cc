//! `NAME.failed.csv`: the input rows to mend and feed back, with the reason behind each.
//!
//! Pure over a writer. Rows keep all their own cells, a SIP password too: the file must be private.

use std::io::{self, Write};

use csv::{StringRecord, Writer};

use super::guard::FormulaGuard;
use super::heading::normalised;
use super::results::{codes, csv_writer, messages};
use crate::outcome::RowOutcome;
use crate::row::RawRow;

const REASONS: [&str; 2] = ["error_code", "error_message"];

/// Writes the rows that are to be mended.
pub struct FailedWriter<W: Write> {
    writer: Writer<W>,
    guard: FormulaGuard,
    width: usize,
    kept: Vec<usize>,
}

impl<W: Write> FailedWriter<W> {
    /// Writes the header.
    pub fn new(out: W, header: &StringRecord, guard: FormulaGuard) -> io::Result<FailedWriter<W>> {
        let is_reason = |column: usize| REASONS.contains(&normalised(&header[column]).as_str());
        let kept: Vec<usize> = (0..header.len()).filter(|column| !is_reason(*column)).collect();
        let mut writer = csv_writer(out);
        for column in &kept {
            writer.write_field(&header[*column])?;
        }
        writer.write_record(REASONS)?;
        Ok(FailedWriter { writer, guard, width: header.len(), kept })
    }

    pub fn write(&mut self, row: &RawRow, outcome: &RowOutcome) -> io::Result<()> {
        let reasons = [codes(&outcome.troubles), messages(&outcome.troubles)];
        let reasons = reasons.iter().map(|reason| self.guard.of(reason));
        let reasons: Vec<_> = reasons.collect();
        let whole = row.cells.len() == self.width;
        let mut cells: Vec<&str> = match whole {
            true => self.kept.iter().map(|column| &row.cells[*column]).collect(),
            // Nobody knows which cell is missing or too many, so that none may go.
            false => row.cells.iter().collect(),
        };
        // A reason stands below its own heading, whatever the row looks like.
        cells.resize(cells.len().max(self.kept.len()), "");
        let too_many = cells.split_off(self.kept.len());
        cells.extend(reasons.iter().map(|reason| &**reason));
        // A ragged row must not look whole when it is fed back as it is.
        cells.extend(if whole || !too_many.is_empty() { too_many } else { vec![""] });
        Ok(self.writer.write_record(cells)?)
    }

    /// Hands the writer back when everything is in it.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(|error| error.into_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Status;

    fn written(header: &[&str], cells: &[&str]) -> String {
        let header = StringRecord::from(header.to_vec());
        let row = RawRow { index: 0, source_row: 2, cells: StringRecord::from(cells.to_vec()) };
        let outcome = RowOutcome::troubled(Status::Invalid, "email_invalid", "=x is no e-mail");
        let mut writer = FailedWriter::new(Vec::new(), &header, FormulaGuard::On).expect("memory");
        writer.write(&row, &outcome).expect("memory");
        let text = String::from_utf8(writer.finish().expect("memory")).expect("it is text");
        text.split("\r\n").nth(1).expect("a second line").into()
    }

    #[test]
    fn a_row_keeps_its_cells_and_gets_a_reason() {
        let line = written(&["email", "sip_password"], &["=x", "S3cret!pass"]);
        assert_eq!(line, "=x,S3cret!pass,email_invalid,'=x is no e-mail");
    }

    #[test]
    fn an_earlier_reason_is_replaced() {
        let line = written(&["Error Code", "email", "error_message"], &["old", "x", "old"]);
        assert_eq!(line, "x,email_invalid,'=x is no e-mail");
    }

    #[test]
    fn a_ragged_row_stays_ragged() {
        assert_eq!(written(&["a", "b", "c"], &["1"]), "1,,,email_invalid,'=x is no e-mail,");
        assert_eq!(written(&["a", "b"], &["1", "2", "3"]), "1,2,email_invalid,'=x is no e-mail,3");
        let looks_whole = written(&["a", "b", "error_code", "error_message"], &["1", "2"]);
        assert_eq!(looks_whole, "1,2,email_invalid,'=x is no e-mail,");
    }
}
