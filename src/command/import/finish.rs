//! The end of a run: the results where the user wants them, and the summary.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Import;
use super::begin::now;
use super::input::Paths;
use super::results::{Results, Told};
use crate::command::Failure;
use crate::command::output::{put_out_json, standard_output};
use crate::command::runs::goes_on_by;
use crate::journal::Event;
use crate::outcome::{Cause, Status, Stop, Tally, exit, exit_code};
use crate::runner::CallCounts;
use crate::screen::{people, plural};
use crate::table::{Privacy, WholeFile, write_results_workbook};

impl Import<'_> {
    /// Writes what came of every row and says so; returns the exit code.
    pub(super) async fn finish(&self, results: Results<'_>, counts: CallCounts) -> Result<u8, Failure> {
        // What happened is told from the journal, so all of it must be there first.
        if let Err(failed) = self.run.journal.sync().await {
            let message = format!("{failed}; mend the disk, then run the same command, it goes on");
            self.stop.raise(Stop::new(Cause::Disk, "interrupted", message));
        }
        let told = results.finish().await?;
        let stop = self.stop.stop();
        let mut code = exit_code(&told.tally, stop.as_ref().map(|stop| stop.cause), told.later);
        let (first_written, handed_out) = self.hand_out();
        if !self.options.dry_run {
            // A journal that failed cannot say that it ended; a later run finds out by itself.
            let end = Event::End {
                at: now(),
                exit_code: code,
                stopped: stop.is_some(),
                outcomes: told.tally.clone(),
            };
            let _ = self.run.journal.durable(&end).await;
        }
        // The run is over, wherever its results are.
        if handed_out.is_err() {
            code = exit::INTERNAL;
        }
        self.summarise(&told, counts, code, self.results_file(first_written))?;
        if let Some(stop) = stop {
            crate::screen::complain(&stop.message);
        }
        if self.goes_on() {
            let command = self.settings.typed().command("resume", &self.run.folder.id);
            self.screen.show(&match self.reads_standard_input() {
                true => "to go on: give the same command the same input again".to_owned(),
                false => format!("to go on: {command}"),
            });
        }
        handed_out.map(|()| code)
    }

    /// The last word of a run that sent something and cannot go on, such as one whose sheet somebody wrote to.
    pub(super) async fn broken_off(&self, failure: Failure) -> Failure {
        let end =
            Event::End { at: now(), exit_code: exit::INTERNAL, stopped: true, outcomes: Tally::default() };
        let _ = self.run.journal.durable(&end).await;
        let ended = plural(self.run.journal.state().ended_rows(), "row");
        let command = self.settings.typed().command("resume", &self.run.folder.id);
        let message = format!(
            "{}; {ended} had ended by then, and the run keeps what it did: put the sheet back as it was, then {command} goes on \
             and writes the results; or send the changed sheet with --fresh, which looks at everybody first",
            failure.message
        );
        Failure::new(exit::INTERNAL, message)
    }

    /// Puts copies of the results where the user wants them, as many as can be written. Also tells whether the first of
    /// them was.
    fn hand_out(&self) -> (bool, Result<(), Failure>) {
        let kept = self.run.folder.results();
        let Paths { workbook, results, .. } = &self.input.paths;
        let workbook_is_all = workbook.is_some() && workbook == results;
        let copied = if workbook_is_all { Ok(()) } else { self.copy_out(&kept) };
        let told = match workbook {
            Some(path) => write_results_workbook(&kept, path)
                .map_err(|error| self.not_handed_out(Failure::disk(path.display(), error))),
            None => Ok(()),
        };
        let first = if workbook_is_all { told.is_ok() } else { copied.is_ok() };
        (first, copied.and(told))
    }

    fn copy_out(&self, kept: &Path) -> Result<(), Failure> {
        let mut from = std::fs::File::open(kept).map_err(|error| Failure::disk(kept.display(), error))?;
        match &self.input.paths.results {
            Some(path) => {
                let copied = WholeFile::create(path, Privacy::Open).and_then(|mut file| {
                    io::copy(&mut from, &mut file)?;
                    file.commit()
                });
                copied.map_err(|error| self.not_handed_out(Failure::disk(path.display(), error)))
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

    /// The failure of a copy; a dry run keeps nothing else.
    fn not_handed_out(&self, failure: Failure) -> Failure {
        match self.options.dry_run {
            true => failure,
            false => {
                let kept = self.run.folder.results();
                Failure::new(
                    failure.exit_code,
                    format!("{}; the results are in {}", failure.message, kept.display()),
                )
            }
        }
    }

    /// The file with the results, as far as it was written. With `--json`, what would go to standard output stays in the
    /// run's folder; a dry run leaves no folder.
    fn results_file(&self, handed_out: bool) -> Option<PathBuf> {
        let kept = || (!self.options.dry_run).then(|| self.run.folder.results());
        match &self.input.paths.results {
            Some(path) if handed_out => Some(path.clone()),
            None if !self.settings.screen.json => None,
            _ => kept(),
        }
    }

    /// Whether something is left.
    fn goes_on(&self) -> bool {
        let state = self.run.journal.state();
        // A run that met an archive which was none goes no further; the stop message names the way.
        !self.options.dry_run && state.unfinished() && !state.not_archived
    }

    fn reads_standard_input(&self) -> bool {
        self.options.sheet.file == Path::new("-")
    }

    fn summarise(
        &self,
        told: &Told,
        counts: CallCounts,
        code: u8,
        results: Option<PathBuf>,
    ) -> Result<(), Failure> {
        let seconds = self.screen.seconds();
        if self.settings.screen.json {
            self.print_json(told, counts, code, (seconds, results.as_deref()))?;
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
        if told.invited > 0 && !self.options.no_invite {
            self.screen.say(&format!("the provider sent an invitation mail to {}", people(told.invited)));
        }
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
        if let Some(results) = results {
            self.screen.say(&format!("results: {}", results.display()));
        }
        if told.failed > 0 {
            let failed = self.input.paths.failed.display();
            self.screen
                .say(&format!("to mend and send again: {failed} ({})", plural(told.failed as u64, "row")));
        } else if !self.options.dry_run && self.input.paths.failed.exists() {
            self.screen
                .say(&format!("note: {} is older than these results", self.input.paths.failed.display()));
        }
        Ok(())
    }

    fn print_json(
        &self,
        told: &Told,
        counts: CallCounts,
        code: u8,
        (seconds, results): (f64, Option<&Path>),
    ) -> Result<(), Failure> {
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
            "results": results.map(|path| path.display().to_string()),
            "failed": failed,
            "exit_code": code,
            // Whoever reads this knows the options that were given.
            "resume": self.goes_on().then(|| goes_on_by(&self.run.journal.state().header)),
        });
        put_out_json(&summary)
    }
}
