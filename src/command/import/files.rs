//! The files that a run leaves: the results, and the rows to mend.

use std::io;
use std::path::{Path, PathBuf};

use super::Input;
use crate::command::Failure;
use crate::outcome::{RowOutcome, Status};
use crate::row::{Field, Problem, RawRow, Request};
use crate::table::{FailedWriter, FormulaGuard, Privacy, ResultWriter, WholeFile};

/// Both files while they are written; nobody sees them before [`ResultFiles::commit`].
pub(super) struct ResultFiles<'a> {
    input: &'a Input,
    guard: FormulaGuard,
    path: PathBuf,
    results: ResultWriter<WholeFile>,
    /// Made for the first row that it is to hold.
    failed: Option<FailedWriter<WholeFile>>,
}

impl<'a> ResultFiles<'a> {
    /// Begins the result file at `path`.
    pub(super) fn create(
        input: &'a Input,
        path: &Path,
        guard: FormulaGuard,
    ) -> Result<ResultFiles<'a>, Failure> {
        let columns = input.checker.columns();
        let file = WholeFile::create(path, Privacy::Private).map_err(disk(path))?;
        let results = ResultWriter::new(file, columns.header(), columns.place(Field::SipPassword), guard);
        Ok(ResultFiles {
            input,
            guard,
            path: path.to_path_buf(),
            results: results.map_err(disk(path))?,
            failed: None,
        })
    }

    pub(super) fn add(
        &mut self,
        raw: &RawRow,
        outcome: &RowOutcome,
        word: &str,
        warnings: &[&str],
        run_id: &str,
    ) -> Result<(), Failure> {
        self.results.write(raw, outcome, word, warnings, run_id).map_err(disk(&self.path))
    }

    /// Adds a row to those that are to be mended.
    pub(super) fn add_failed(&mut self, raw: &RawRow, outcome: &RowOutcome) -> Result<(), Failure> {
        let path = &self.input.paths.failed;
        let failed = match &mut self.failed {
            Some(failed) => failed,
            none => {
                let file = WholeFile::create(path, Privacy::Private).map_err(disk(path))?;
                let header = self.input.checker.columns().header();
                none.insert(FailedWriter::new(file, header, self.guard).map_err(disk(path))?)
            }
        };
        failed.write(raw, outcome).map_err(disk(path))
    }

    /// Lets both files appear.
    pub(super) fn commit(self) -> Result<(), Failure> {
        self.results.finish().and_then(WholeFile::commit).map_err(disk(&self.path))?;
        match self.failed {
            Some(failed) => {
                failed.finish().and_then(WholeFile::commit).map_err(disk(&self.input.paths.failed))
            }
            None => Ok(()),
        }
    }
}

/// Rows that can be mended and sent again; those that belong to `resume` cannot.
pub(super) fn is_to_be_mended(outcome: &RowOutcome, request: &Result<Request, Vec<Problem>>) -> bool {
    match outcome.status {
        Status::Invalid | Status::Failed => true,
        Status::Partial => !matches!(
            request,
            Ok(Request::Onboard(wish)) if !wish.user.has_natural_key()
        ),
        _ => false,
    }
}

fn disk(path: &Path) -> impl Fn(io::Error) -> Failure {
    let path = path.display().to_string();
    move |error| Failure::disk(&path, error)
}
