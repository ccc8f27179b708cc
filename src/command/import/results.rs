//! What came of the rows, in the input's order: written as far as they have ended while calls are still made, the rest
//! after them.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Import;
use super::planning::{journal_failed, on_a_call};
use super::rows::InputRows;
use crate::command::Failure;
use crate::explain::Groups;
use crate::outcome::{RowOutcome, Status, StepWord, Tally};
use crate::plan::{Look, Verdict, verdict};
use crate::preflight::Sought;
use crate::roster::User;
use crate::row::{Mode, Problem, RawRow, Request};
use crate::runner;
use crate::table::{FailedWriter, Privacy, ResultWriter, WholeFile, sweep};
use crate::validate::Checked;

/// How soon rows that ended are written down; much later where none does.
const SOON: Duration = Duration::from_millis(10);
const LATER: Duration = Duration::from_secs(1);
/// Rows after which calls have their turn.
const TURN: u64 = 16;

/// The results while they are written; nobody sees the file before its end.
pub(super) struct Results<'a> {
    import: &'a Import<'a>,
    rows: InputRows<'a>,
    path: PathBuf,
    /// `None` once something could not be written or read: its place on the disk is the journal's then, and all is written
    /// anew at the end.
    writer: Option<ResultWriter<WholeFile>>,
    /// The row that was read last, where it has not ended yet.
    waiting: Option<Checked>,
    told: Told,
    /// Rows that can be mended and sent again.
    to_mend: Vec<u32>,
}

/// What the result file says in all.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub tally: Tally,
    pub warnings: std::collections::BTreeMap<String, u64>,
    pub troubles: Groups,
    pub failed: usize,
    /// People who were made and have an e-mail.
    pub invited: u64,
    /// Rows failed that have another try when the run goes on.
    pub later: bool,
}

impl<'a> Results<'a> {
    /// Begins the result file in the run's folder.
    pub(super) fn begin(import: &'a Import<'a>, rows: InputRows<'a>) -> Result<Results<'a>, Failure> {
        let path = import.run.folder.results();
        // A process that was killed could not take its own away.
        let swept = path.parent().map_or(Ok(()), sweep);
        let file = swept.and_then(|()| WholeFile::create(&path, Privacy::Private)).map_err(disk(&path))?;
        let columns = import.input.checker.columns();
        let guard = import.options.sheet.formula_guard;
        let writer =
            ResultWriter::new(file, columns.header(), columns.secret(), guard).map_err(disk(&path))?;
        Ok(Results {
            import,
            rows,
            path,
            writer: Some(writer),
            waiting: None,
            told: Told::default(),
            to_mend: Vec::new(),
        })
    }

    /// Writes down rows as they end. May be dropped whenever it waits, which is between two rows only; the rest is left to
    /// [`Results::finish`].
    pub(super) async fn follow(&mut self) -> Infallible {
        let mut wait = SOON;
        while self.writer.is_some() {
            tokio::time::sleep(wait).await;
            let before = self.told.tally.total();
            if self.write_ended().await.is_err() {
                self.writer = None;
            }
            wait = if self.told.tally.total() > before { SOON } else { (wait * 2).min(LATER) };
        }
        std::future::pending().await
    }

    /// Writes down all that is left, and lets the files appear.
    pub(super) async fn finish(mut self) -> Result<Told, Failure> {
        if self.writer.is_none() {
            self = Results::begin(self.import, self.rows.again())?;
        }
        while let Some(checked) = self.next_row()? {
            self.write(&checked).await?;
        }
        if let Some(writer) = self.writer {
            writer.finish().and_then(WholeFile::commit).map_err(disk(&self.path))?;
        }
        self.told.failed = self.to_mend.len();
        if !self.to_mend.is_empty() {
            write_failed(self.import, self.rows, &self.to_mend).await?;
        }
        Ok(self.told)
    }

    async fn write_ended(&mut self) -> Result<(), Failure> {
        while let Some(checked) = self.next_row()? {
            if !self.has_ended(&checked).await? {
                self.waiting = Some(checked);
                break;
            }
            self.write(&checked).await?;
            if self.told.tally.total().is_multiple_of(TURN) {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    fn next_row(&mut self) -> Result<Option<Checked>, Failure> {
        match self.waiting.take() {
            Some(checked) => Ok(Some(checked)),
            None => Ok(self.rows.next_checked()?.map(|(_, checked)| checked)),
        }
    }

    /// Whether the row's ending is on disk, or it never had a call to make; answers at once.
    async fn has_ended(&self, checked: &Checked) -> Result<bool, Failure> {
        let Ok(request) = &checked.request else { return Ok(true) };
        let RawRow { index: row, source_row, .. } = *self.rows.raw();
        let journal = &self.import.run.journal;
        let (looked_at, ended_at) = (journal.state().looked_at(row), journal.state().ended_at(row));
        // Nothing here may wait for the disk: whoever drops a wait would drop the row.
        if [looked_at, ended_at].into_iter().flatten().any(|offset| !journal.is_durable(offset)) {
            return Ok(false);
        }
        if ended_at.is_some() {
            return Ok(true);
        }
        let sought = Sought { row, source_row, request: request.clone() };
        Ok(runner::planned(journal, sought).await.map_err(journal_failed)?.is_none())
    }

    async fn write(&mut self, checked: &Checked) -> Result<(), Failure> {
        let (import, raw) = (self.import, self.rows.raw());
        let (outcome, look) = outcome_of(import, raw.index, &checked.request).await?;
        let warnings = warnings(checked, look.as_ref());
        let word = if import.options.dry_run { outcome.status.would() } else { outcome.status.word() };
        if let Some(writer) = &mut self.writer {
            let written = writer.write(raw, &outcome, word, &warnings, &import.run.folder.id);
            written.map_err(disk(&self.path))?;
        }
        self.told.count(raw.source_row, &outcome, &warnings);
        self.told.invited += u64::from(is_invited(&outcome, &checked.request));
        self.told.later |= outcome.may_pass_later();
        let state = import.run.journal.state();
        // A run that met an archive which was none goes no further, so that nothing has an ending to come.
        let ended = state.ended_at(raw.index).is_some() || state.not_archived;
        drop(state);
        if is_to_be_mended(&outcome, &checked.request, ended) && !import.options.dry_run {
            self.to_mend.push(raw.index);
        }
        Ok(())
    }
}

/// Writes `NAME.failed.csv`.
async fn write_failed(import: &Import<'_>, mut rows: InputRows<'_>, to_mend: &[u32]) -> Result<(), Failure> {
    let path = &import.input.paths.failed;
    let header = import.input.checker.columns().header();
    let file = WholeFile::create(path, Privacy::Private).map_err(disk(path))?;
    let mut failed =
        FailedWriter::new(file, header, import.options.sheet.formula_guard).map_err(disk(path))?;
    let mut to_mend = to_mend.iter().copied().peekable();
    rows.rewind_rows()?;
    while let (Some(row), Some((raw, checked))) = (to_mend.peek().copied(), rows.next_checked()?) {
        if raw.index == row {
            to_mend.next();
            let (outcome, _) = outcome_of(import, row, &checked.request).await?;
            failed.write(raw, &outcome).map_err(disk(path))?;
        }
    }
    failed.finish().and_then(WholeFile::commit).map_err(disk(path))
}

/// How a row ended, from the journal where it has an ending there.
async fn outcome_of(
    import: &Import<'_>,
    row: u32,
    request: &Result<Request, Vec<Problem>>,
) -> Result<(RowOutcome, Option<Look>), Failure> {
    let request = match request {
        Ok(request) => request,
        Err(problems) => return Ok((RowOutcome::invalid(problems), None)),
    };
    let stop = import.stop.stop();
    let journal = &import.run.journal;
    let told = runner::outcome_of(journal, row, request, stop.as_ref()).await.map_err(journal_failed)?;
    if import.options.dry_run
        && journal.state().ready
        && told.0.status == Status::NotAttempted
        && let Verdict::Go(plan) = verdict(request.clone(), told.1.as_ref())
    {
        return Ok((runner::wished_outcome(&plan), told.1));
    }
    Ok(told)
}

/// Rows that can be mended and sent again; those that have no ending yet, or cannot be found again, are not.
fn is_to_be_mended(outcome: &RowOutcome, request: &Result<Request, Vec<Problem>>, ended: bool) -> bool {
    match outcome.status {
        Status::Invalid | Status::Failed => true,
        Status::Partial => ended && !is_without_key(request),
        _ => false,
    }
}

/// Whether the provider sent a mail: it does so when it makes somebody who has an e-mail.
fn is_invited(outcome: &RowOutcome, request: &Result<Request, Vec<Problem>>) -> bool {
    let made = outcome.steps_done.contains(&StepWord::User);
    made && matches!(request, Ok(Request::Onboard(wish)) if wish.user.email.is_some())
}

/// Whether nothing but a journal can tell who was made of the row.
fn is_without_key(request: &Result<Request, Vec<Problem>>) -> bool {
    matches!(request, Ok(Request::Onboard(wish)) if !wish.user.has_natural_key())
}

/// The codes of the warnings column.
fn warnings(checked: &Checked, look: Option<&Look>) -> Vec<&'static str> {
    let mut codes = checked.warnings.clone();
    if look.and_then(Look::user).is_some_and(on_a_call) {
        codes.push("on_a_call");
    }
    let stays = |user: &User| user.devices().iter().any(|device| device.available.is_none());
    if let Ok(Request::Offboard(leaver)) = &checked.request
        && leaver.mode == Mode::Disable
        // Audian's devices are never verified.
        && !leaver.vocabulary.is_audian()
        && look.and_then(Look::user).is_some_and(stays)
    {
        // It cannot be switched off, and could be used once somebody verifies it.
        codes.push("device_unverified");
    }
    let number = checked.request.as_ref().ok().and_then(Request::wished_number);
    if let (Some(look), Some(number)) = (look, number)
        && look.has_verified(number)
    {
        codes.retain(|code| *code != "device_unverified");
    }
    codes.sort_unstable();
    codes.dedup();
    codes
}

impl Told {
    fn count(&mut self, source_row: u64, outcome: &RowOutcome, warnings: &[&str]) {
        self.tally.add(outcome.status);
        // Rows that were not attempted have their reason in the run's own last word.
        if outcome.status != Status::NotAttempted {
            outcome.troubles.iter().for_each(|trouble| self.troubles.add(&trouble.code, source_row));
        }
        for warning in warnings {
            *self.warnings.entry((*warning).to_string()).or_default() += 1;
        }
    }
}

fn disk(path: &Path) -> impl Fn(io::Error) -> Failure {
    let path = path.display().to_string();
    move |error| Failure::disk(&path, error)
}
