//! `NAME.results.csv`: one row for every input row, with what became of it.
//!
//! Pure over a writer. Input cells stay as they came; a password never gets through, not even from a
//! ragged row whose cells have moved.

use std::io::{self, Write};

use csv::{StringRecord, Terminator, Writer, WriterBuilder};

use super::guard::FormulaGuard;
use super::heading::normalised;
use crate::outcome::{RowOutcome, Trouble};
use crate::row::RawRow;

/// The columns that follow the input's own.
pub const RESULT_COLUMNS: [&str; 14] = [
    "source_row",
    "result_status",
    "error_code",
    "error_message",
    "warnings",
    "details",
    "user_id",
    "device_ids",
    "sip_contact_uri",
    "steps_done",
    "http_status",
    "attempts",
    "request_id",
    "run_id",
];

/// Writes result rows.
pub struct ResultWriter<W: Write> {
    writer: Writer<W>,
    guard: FormulaGuard,
    input: InputColumns,
}

/// What of the input's columns goes into the results.
struct InputColumns {
    width: usize,
    kept: Vec<usize>,
    user_id: Option<usize>,
    secret: Vec<usize>,
}

impl<W: Write> ResultWriter<W> {
    /// Writes the header; `secret` are the positions of columns that may hold passwords.
    pub fn new(
        out: W,
        header: &StringRecord,
        secret: &[usize],
        guard: FormulaGuard,
    ) -> io::Result<ResultWriter<W>> {
        let input = InputColumns::of(header, secret);
        let mut writer = csv_writer(out);
        for column in &input.kept {
            writer.write_field(&header[*column])?;
        }
        writer.write_record(RESULT_COLUMNS)?;
        Ok(ResultWriter { writer, guard, input })
    }

    /// Writes what became of a row; `status` is the word for it, `warnings` are codes.
    pub fn write(
        &mut self,
        row: &RawRow,
        outcome: &RowOutcome,
        status: &str,
        warnings: &[&str],
        run_id: &str,
    ) -> io::Result<()> {
        for column in &self.input.kept {
            self.writer.write_field(self.input.cell(row, *column))?;
        }
        self.write_place(row, outcome, status, warnings)?;
        self.write_effects(row, outcome)?;
        self.add(run_id)?;
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    /// Hands the writer back when everything is in it.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(|error| error.into_error())
    }

    fn write_place(
        &mut self,
        row: &RawRow,
        outcome: &RowOutcome,
        status: &str,
        warnings: &[&str],
    ) -> io::Result<()> {
        let details: Vec<_> = outcome.details.iter().map(|(key, value)| format!("{key}={value}")).collect();
        self.add(&row.source_row.to_string())?;
        self.add(status)?;
        self.add(&codes(&outcome.troubles))?;
        self.add(&messages(&outcome.troubles))?;
        self.add(&warnings.join(";"))?;
        self.add(&details.join("; "))
    }

    fn write_effects(&mut self, row: &RawRow, outcome: &RowOutcome) -> io::Result<()> {
        let steps: Vec<_> = outcome.steps_done.iter().map(|step| step.word()).collect();
        match (outcome.user_id.is_empty(), self.input.user_id) {
            (true, Some(column)) => self.writer.write_field(self.input.cell(row, column))?,
            _ => self.add(&outcome.user_id)?,
        }
        self.add(&outcome.device_ids.join(";"))?;
        self.add(&outcome.sip_contact_uri)?;
        self.add(&steps.join(";"))?;
        self.add(&outcome.http_status.map(|status| status.to_string()).unwrap_or_default())?;
        self.add(&outcome.attempts.to_string())?;
        self.add(&outcome.request_id)
    }

    /// Writes a cell of ours.
    fn add(&mut self, cell: &str) -> io::Result<()> {
        Ok(self.writer.write_field(self.guard.of(cell).as_bytes())?)
    }
}

impl InputColumns {
    fn of(header: &StringRecord, secret: &[usize]) -> InputColumns {
        let names: Vec<String> = header.iter().map(normalised).collect();
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let stays =
            |column: &usize| !secret.contains(column) && !RESULT_COLUMNS.contains(&names[*column].as_str());
        InputColumns {
            width: header.len(),
            kept: (0..header.len()).filter(stays).collect(),
            user_id: place("user_id"),
            secret: secret.to_vec(),
        }
    }

    /// A cell as it came; blank where the row is too short, or where its password may have moved to.
    fn cell<'a>(&self, row: &'a RawRow, column: usize) -> &'a str {
        match self.may_be_password(row.cells.len(), column) {
            true => "",
            false => row.cells.get(column).unwrap_or_default(),
        }
    }

    /// A missing cell moves the password to the left, one too many to the right.
    fn may_be_password(&self, cells: usize, column: usize) -> bool {
        self.secret.iter().any(|password| {
            let first = password.saturating_sub(self.width.saturating_sub(cells));
            let last = password + cells.saturating_sub(self.width);
            (first..=last).contains(&column)
        })
    }
}

/// A writer of CSV as RFC 4180 has it.
pub(super) fn csv_writer<W: Write>(out: W) -> Writer<W> {
    WriterBuilder::new().flexible(true).terminator(Terminator::CRLF).from_writer(out)
}

/// All codes of a row in one cell.
pub(super) fn codes(troubles: &[Trouble]) -> String {
    troubles.iter().map(|trouble| trouble.code.as_str()).collect::<Vec<_>>().join("; ")
}

/// All messages of a row in one cell, in the order of its codes: cut at `; `, both cells have as many parts.
pub(super) fn messages(troubles: &[Trouble]) -> String {
    troubles.iter().map(|trouble| trouble.message.replace("; ", ", ")).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Status, StepWord};

    fn row(cells: &[&str]) -> RawRow {
        RawRow { index: 0, source_row: 2, cells: StringRecord::from(cells.to_vec()) }
    }

    /// The file that one row with one outcome makes, as rows of cells.
    fn written(header: &[&str], cells: &[&str], outcome: &RowOutcome) -> Vec<Vec<String>> {
        let secret = header.iter().position(|name| normalised(name) == "sip_password");
        let header = StringRecord::from(header.to_vec());
        let secret = secret.as_slice();
        let mut writer = ResultWriter::new(Vec::new(), &header, secret, FormulaGuard::On).expect("memory");
        let warnings = ["role_alias", "device_unverified"];
        writer.write(&row(cells), outcome, outcome.status.word(), &warnings, "run1").expect("memory");
        let bytes = writer.finish().expect("memory");
        assert!(bytes.ends_with(b"\r\n"));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
        reader.records().map(|row| row.expect("as wide as all").iter().map(String::from).collect()).collect()
    }

    fn created() -> RowOutcome {
        let mut outcome = RowOutcome::new(Status::Created);
        outcome.details = [("b", "2"), ("a", "1")].map(|(key, value)| (key.into(), value.into())).into();
        outcome.user_id = "u1".into();
        outcome.device_ids = vec!["d1".into(), "d2".into()];
        outcome.sip_contact_uri = "sip:anna@x.io".into();
        outcome.steps_done = vec![StepWord::User, StepWord::SipPassword];
        outcome.http_status = Some(200);
        outcome.attempts = 2;
        outcome.request_id = "r1".into();
        outcome
    }

    #[test]
    fn a_row_says_what_became_of_it() {
        let rows = written(&["Name", "Sip Password", "team"], &["=Anna", "S3cret!pass", "x"], &created());
        let header: Vec<&str> = ["Name", "team"].into_iter().chain(RESULT_COLUMNS).collect();
        assert_eq!(rows[0], header);
        let wanted = "=Anna|x|2|created|||role_alias;device_unverified|a=1; b=2|u1|d1;d2|sip:anna@x.io|user;sip_password|200|2|r1|run1";
        assert_eq!(rows[1].join("|"), wanted);
    }

    #[test]
    fn all_problems_stand_in_two_cells_and_do_not_run() {
        let mut outcome = RowOutcome::troubled(Status::Failed, "-1", "=cmd is no name");
        outcome.troubles.push(Trouble::new("email_invalid", "no @"));
        let rows = written(&["name"], &["Anna"], &outcome);
        assert_eq!(rows[1][3..5], ["'-1; email_invalid", "'=cmd is no name; no @"]);
    }

    #[test]
    fn a_result_file_can_be_fed_back() {
        let first = written(&["name", "user_id"], &["Anna", "u0"], &created());
        let header: Vec<&str> = first[0].iter().map(String::as_str).collect();
        let cells: Vec<&str> = first[1].iter().map(String::as_str).collect();
        let again = written(&header, &cells, &RowOutcome::new(Status::NotAttempted));
        assert_eq!(again[0], first[0]);
        assert_eq!((again[1][7].as_str(), again[1][2].as_str()), ("u1", "not_attempted"));
    }

    #[test]
    fn a_ragged_row_stays_and_its_password_does_not() {
        let header = ["a", "b", "sip_password", "d", "e"];
        for (cells, kept) in [
            (&["1", "2", "S", "4", "5"][..], ["1", "2", "4", "5"]),
            (&["1", "S", "4", "5"], ["1", "", "5", ""]),
            (&["S"], ["", "", "", ""]),
            (&["1", "2", "x", "S", "4", "5"], ["1", "2", "", "4"]),
            (&["1", "2", "x", "y", "S", "4", "5"], ["1", "2", "", ""]),
        ] {
            let rows = written(&header, cells, &RowOutcome::new(Status::Invalid));
            assert_eq!(rows[1][..4], kept, "{cells:?}");
        }
    }
}
