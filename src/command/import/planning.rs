//! What the run is going to do, counted before it does anything.

use super::Import;
use super::rows::InputRows;
use crate::columns::visible;
use crate::command::Failure;
use crate::journal::JournalFailed;
use crate::outcome::{Status, Tally, exit};
use crate::plan::{Look, Step, Verdict, verdict};
use crate::roster::User;
use crate::row::{Kind, Request};
use crate::runner::{self, Caller};
use crate::screen::{self, plural};

/// Leavers who are named before the question.
const NAMED: usize = 10;

/// The plan of a run in numbers.
#[derive(Debug, Default)]
pub(super) struct Planned {
    /// How the valid rows that have no ending yet will end when all goes well.
    pub tally: Tally,
    /// Rows with calls to make.
    pub to_do: u64,
    /// Writing calls that they need when all goes well.
    pub calls: u64,
    /// Rows that the roster shows to fail.
    pub failed: u64,
    /// Rows that the roster shows to be invalid.
    pub invalid: u64,
    /// Rows that ended in an earlier process of this run.
    pub ended: u64,
    /// People who will get an invitation mail.
    pub invited: u64,
    /// The first leavers: row, and who it is.
    pub leavers: Vec<String>,
    /// Leavers who are on a call.
    pub busy: u64,
}

impl Import<'_> {
    /// Counts what follows from the rows and what the roster showed; `all_new` is what follows where it showed nobody.
    pub(super) async fn plan(
        &self,
        rows: &mut InputRows<'_>,
        all_new: Option<Planned>,
    ) -> Result<Planned, Failure> {
        if !self.run.journal.state().ready {
            return Ok(Planned::default());
        }
        let mut planned = match all_new {
            Some(planned) if self.run.journal.state().nobody_is_there() => planned,
            _ => self.count(rows).await?,
        };
        if self.options.no_invite {
            planned.invited = 0;
        }
        Ok(planned)
    }

    async fn count(&self, rows: &mut InputRows<'_>) -> Result<Planned, Failure> {
        let mut planned = Planned::default();
        rows.rewind_rows()?;
        while let Some(sought) = rows.next_valid()? {
            if self.run.journal.state().ended_at(sought.row).is_some() {
                planned.ended += 1;
                continue;
            }
            let look = self.look_of(sought.row).await?;
            let leaves = matches!(sought.request, Request::Offboard(_));
            let verdict = verdict(sought.request, look.as_ref());
            planned.count(&verdict, look.as_ref().filter(|_| leaves), sought.source_row);
        }
        Ok(planned)
    }

    /// The next row that has calls to make.
    pub(super) async fn next_planned(
        &self,
        rows: &mut InputRows<'_>,
    ) -> Result<Option<runner::Planned>, Failure> {
        while let Some(sought) = rows.next_valid()? {
            let planned = runner::planned(&self.run.journal, sought).await.map_err(journal_failed)?;
            if planned.is_some() {
                return Ok(planned);
            }
        }
        Ok(None)
    }

    /// What the preflight learned about a row.
    pub(super) async fn look_of(&self, row: u32) -> Result<Option<Look>, Failure> {
        runner::look_of(&self.run.journal, row).await.map_err(journal_failed)
    }

    /// Says on the screen what will be done.
    pub(super) fn show_plan(&self, planned: &Planned, caller: &Caller<'_>) {
        if self.input.survey.rows == 0 {
            return self.screen.say("the sheet has a header and no rows; nothing is to be done");
        }
        if !self.run.journal.state().ready {
            return;
        }
        let mut tally = planned.tally.clone();
        tally.add_many(Status::Invalid, self.input.survey.invalid);
        let parts: Vec<String> = tally
            .iter()
            .map(|(status, count)| format!("{count} {}", status.would().replace("would_", "to ")))
            .collect();
        self.screen.say(&format!("plan: {}", parts.join(", ")));
        self.show_time(planned, caller);
        if planned.ended > 0 {
            self.screen.say(&format!(
                "{} ended before; {} left",
                plural(planned.ended, "row"),
                planned.to_do
            ));
        }
        if planned.invited > 0 {
            let people = screen::people(planned.invited);
            self.screen.say(&format!("{people} will get an invitation mail from the provider"));
        }
        let nameless = self.input.survey.nameless;
        if nameless > 0 && self.options.kind == Kind::Onboard {
            let have = if nameless == 1 { "has" } else { "have" };
            self.screen.say(&format!(
                "note: {} {have} no e-mail and no number to be found by; a line with a total would look so",
                plural(nameless, "row")
            ));
        }
        if planned.busy > 0 {
            self.screen.warn(&format!(
                "{} on a call right now (on_a_call in the results)",
                plural(planned.busy, "leaver")
            ));
        }
    }

    /// Says how many calls it takes, and how long under a known limit.
    fn show_time(&self, planned: &Planned, caller: &Caller<'_>) {
        let calls = plural(planned.calls, "writing call");
        match caller.estimate(planned.calls) {
            Some(time) => {
                let time = screen::in_words(time);
                self.screen.say(&format!("{calls}; under the limit that is known about {time}"));
            }
            None if self.options.dry_run => {
                self.screen.say(&format!("{calls}; the provider's limit is not known yet"));
            }
            None => {}
        }
        if planned.calls > 500 {
            self.screen.say("it may be interrupted at any time (Ctrl-C); the same command goes on");
        }
    }
}

impl Planned {
    /// `leaver` is what was learned of a row that lets somebody go.
    pub(super) fn count(&mut self, verdict: &Verdict, leaver: Option<&Look>, source_row: u64) {
        self.tally.add(verdict.status());
        match verdict.status() {
            Status::Failed => self.failed += 1,
            Status::Invalid => self.invalid += 1,
            _ => {}
        }
        let Verdict::Go(plan) = verdict else { return };
        self.to_do += 1;
        self.calls += plan.steps.len() as u64;
        if let Some(Step::EnsureUser(user)) = plan.steps.first() {
            self.invited += u64::from(user.email.is_some());
        }
        if let Some(user) = leaver.and_then(Look::user) {
            self.busy += u64::from(on_a_call(user));
            if self.leavers.len() < NAMED {
                self.leavers.push(format!("row {source_row}: {}", named(user)));
            }
        }
    }

    /// How many users would go.
    pub(super) fn going(&self, kind: Kind) -> u64 {
        if kind == Kind::Offboard { self.to_do + self.ended } else { 0 }
    }
}

/// Whether a leaver was busy when the roster was read.
pub(super) fn on_a_call(user: &User) -> bool {
    !user.active_call.is_empty() || user.devices().iter().any(|device| device.status == "busy")
}

fn named(user: &User) -> String {
    let email = if user.email.is_empty() { String::new() } else { format!(", {}", user.email) };
    visible(&format!("{} {}{email} (id {})", user.first_name, user.last_name, user.id))
}

pub(super) fn journal_failed(failed: JournalFailed) -> Failure {
    Failure::new(exit::INTERNAL, format!("{failed}; the same command goes on when the disk is mended"))
}
