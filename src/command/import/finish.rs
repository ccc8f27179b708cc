//! The end of a run: one result row for every input row, the rows to mend, and the summary.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Import;
use super::begin::now;
use super::files::{ResultFiles, is_to_be_mended};
use super::planning::{journal_failed, on_a_call};
use super::rows::InputRows;
use crate::command::Failure;
use crate::command::output::{put_out_json, standard_output};
use crate::explain::Groups;
use crate::journal::Event;
use crate::outcome::{RowOutcome, Status, Tally, Trouble, exit, exit_code};
use crate::plan::{Look, Verdict, verdict};
use crate::roster::User;
use crate::row::{Mode, Problem, Request};
use crate::runner::{self, CallCounts};
use crate::screen::plural;
use crate::table::{Privacy, WholeFile, write_results_workbook};
use crate::validate::Checked;

/// What the result files say in all.
#[derive(Debug, Default)]
struct Told {
    tally: Tally,
    warnings: std::collections::BTreeMap<String, u64>,
    troubles: Groups,
    failed: u64,
}

impl Import<'_> {
    /// Writes what came of every row and says so; returns the exit code.
    pub(super) async fn finish(&self, rows: &mut InputRows<'_>, counts: CallCounts) -> Result<u8, Failure> {
        // What happened is told from the journal, so all of it must be there first.
        let synced = self.run.journal.sync().await;
        let told = self.write_results(rows).await?;
        let stop = self.stop.stop();
        let mut code = exit_code(&told.tally, stop.as_ref().map(|stop| stop.cause));
        if synced.is_err() {
            code = exit::INTERNAL;
        }
        if !self.options.dry_run {
            // A journal that failed cannot say that it ended; a later run finds out by itself.
            let end = Event::End { at: now(), exit_code: code, stopped: stop.is_some() };
            let _ = self.run.journal.durable(&end).await;
        }
        self.summarise(&told, counts, code)?;
        if let Some(stop) = stop {
            crate::screen::complain(&stop.message);
        }
        if self.goes_on() {
            let command = self.settings.typed().command("resume", &self.run.folder.id);
            self.screen.show(&format!("to go on: {command}"));
        }
        Ok(code)
    }

    async fn write_results(&self, rows: &mut InputRows<'_>) -> Result<Told, Failure> {
        let kept = self.run.folder.results();
        let mut files = ResultFiles::create(self.input, &kept, self.options.sheet.formula_guard)?;
        let mut told = Told::default();
        rows.rewind_rows()?;
        while let Some((raw, checked)) = rows.next_checked()? {
            let (outcome, look) = self.outcome_of(raw.index, &checked.request).await?;
            let warnings = warnings(&checked, look.as_ref());
            let word = if self.options.dry_run { outcome.status.would() } else { outcome.status.word() };
            files.add(raw, &outcome, word, &warnings, &self.run.folder.id)?;
            told.count(raw.source_row, &outcome, &warnings);
            if is_to_be_mended(&outcome, &checked.request) && !self.options.dry_run {
                told.failed += 1;
                files.add_failed(raw, &outcome)?;
            }
        }
        files.commit()?;
        self.hand_out(&kept)?;
        Ok(told)
    }

    /// Puts a copy of the results where the user wants them.
    fn hand_out(&self, kept: &Path) -> Result<(), Failure> {
        let workbook = self.input.paths.workbook.as_deref();
        if let Some(path) = workbook {
            write_results_workbook(kept, path).map_err(|error| Failure::disk(path.display(), error))?;
        }
        if workbook == self.input.paths.results.as_deref() && workbook.is_some() {
            return Ok(());
        }
        let mut from = std::fs::File::open(kept).map_err(|error| Failure::disk(kept.display(), error))?;
        match &self.input.paths.results {
            Some(path) => {
                let copied = WholeFile::create(path, Privacy::Open).and_then(|mut file| {
                    io::copy(&mut from, &mut file)?;
                    file.commit()
                });
                copied.map_err(|error| {
                    let message = format!(
                        "{} cannot be written: {error}; the results are in {}",
                        path.display(),
                        kept.display()
                    );
                    Failure::new(exit::INTERNAL, message)
                })
            }
            None if self.settings.screen.json => Ok(()),
            None => {
                let mut out = standard_output();
                io::copy(&mut from, &mut out)
                    .and_then(|_| out.flush())
                    .map_err(|error| Failure::disk("standard output", error))
            }
        }
    }

    /// The file with the results. With `--json`, what would go to standard output stays in the run's folder; a dry run
    /// leaves no folder.
    fn results_file(&self) -> Option<PathBuf> {
        let stays = self.settings.screen.json && !self.options.dry_run;
        let kept = || stays.then(|| self.run.folder.results());
        self.input.paths.results.clone().or_else(kept)
    }

    /// How a row ended, from the journal where it has an ending there.
    async fn outcome_of(
        &self,
        row: u32,
        request: &Result<Request, Vec<Problem>>,
    ) -> Result<(RowOutcome, Option<Look>), Failure> {
        let request = match request {
            Ok(request) => request,
            Err(problems) => return Ok((invalid_outcome(problems), None)),
        };
        let stop = self.stop.stop();
        let journal = &self.run.journal;
        let told = runner::outcome_of(journal, row, request, stop.as_ref()).await.map_err(journal_failed)?;
        if self.options.dry_run
            && journal.state().ready
            && told.0.status == Status::NotAttempted
            && let Verdict::Go(plan) = verdict(request.clone(), told.1.as_ref())
        {
            return Ok((runner::wished_outcome(&plan), told.1));
        }
        Ok(told)
    }

    /// Whether something is left.
    fn goes_on(&self) -> bool {
        !self.options.dry_run && self.run.journal.state().unfinished()
    }

    fn summarise(&self, told: &Told, counts: CallCounts, code: u8) -> Result<(), Failure> {
        let seconds = self.screen.seconds();
        if self.settings.screen.json {
            self.print_json(told, counts, code, seconds)?;
        }
        let word = |status: Status| if self.options.dry_run { status.would() } else { status.word() };
        let parts: Vec<String> = told
            .tally
            .iter()
            .map(|(status, count)| format!("{count} {}", word(status).replace('_', " ")))
            .collect();
        let rows = plural(told.tally.total(), "row");
        let what = self.options.kind.word();
        self.screen.say(&format!(
            "{what}: {rows}: {}",
            if parts.is_empty() { "nothing to do".into() } else { parts.join(", ") }
        ));
        told.troubles.lines("row").iter().for_each(|line| self.screen.show(line));
        if !told.warnings.is_empty() {
            let warnings: Vec<String> =
                told.warnings.iter().map(|(code, count)| format!("{code} {count}")).collect();
            self.screen.say(&format!("warnings: {}", warnings.join(", ")));
        }
        let refused = if counts.refused > 0 {
            format!(", {} refused by the limit", counts.refused)
        } else {
            String::new()
        };
        self.screen.say(&format!(
            "calls: {} to read, {} to write{refused}; {seconds:.1} s",
            counts.read, counts.write
        ));
        if let Some(results) = self.results_file() {
            self.screen.say(&format!("results: {}", results.display()));
        }
        if told.failed > 0 {
            let failed = self.input.paths.failed.display();
            self.screen.say(&format!("to mend and send again: {failed} ({})", plural(told.failed, "row")));
        } else if !self.options.dry_run && self.input.paths.failed.exists() {
            self.screen.say(&format!("note: {} is of an earlier run", self.input.paths.failed.display()));
        }
        Ok(())
    }

    fn print_json(&self, told: &Told, counts: CallCounts, code: u8, seconds: f64) -> Result<(), Failure> {
        let outcomes: serde_json::Map<String, serde_json::Value> = told
            .tally
            .iter()
            .map(|(status, count)| {
                let word = if self.options.dry_run { status.would() } else { status.word() };
                (word.to_string(), count.into())
            })
            .collect();
        let failed = (told.failed > 0).then(|| self.input.paths.failed.display().to_string());
        let summary = json!({
            "run_id": self.run.folder.id,
            "command": self.options.kind.word(),
            "provider": self.connection.name.word(),
            "rows": told.tally.total(),
            "outcomes": outcomes,
            "calls": {"read": counts.read, "write": counts.write, "refused": counts.refused},
            "seconds": (seconds * 1000.0).round() / 1000.0,
            "results": self.results_file().map(|path| path.display().to_string()),
            "failed": failed,
            "exit_code": code,
            // Whoever reads this knows the options that were given.
            "resume": self.goes_on().then(|| format!("callroster resume {}", self.run.folder.id)),
        });
        put_out_json(&summary)
    }
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

fn invalid_outcome(problems: &[Problem]) -> RowOutcome {
    let mut outcome = RowOutcome::new(Status::Invalid);
    outcome
        .troubles
        .extend(problems.iter().map(|problem| Trouble::new(problem.code, problem.message.clone())));
    outcome
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
