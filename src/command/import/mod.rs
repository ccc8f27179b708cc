//! The story of onboarding, update and offboarding: one sheet, one run, one result row for every row.

mod begin;
mod consent;
mod finish;
mod input;
mod meanwhile;
mod passwords;
mod planning;
mod results;
mod rows;

use std::collections::HashMap;

use anyhow::Context;

use super::connection::block_on;
use super::output::spare_the_sheet;
use super::{Connection, Failure};
use crate::cli::{ImportOptions, ProviderChoice, Settings};
use crate::history::{History, Key, Run};
use crate::journal::NOT_ARCHIVED;
use crate::outcome::{Cause, Stop, exit};
use crate::platform::Signals;
use crate::preflight::{Preflight, PreflightFailed};
use crate::row::Kind;
use crate::runner::{CallCounts, Caller, Engine, StopSign};
use crate::screen::Screen;
use input::Input;
use planning::Planned;
use results::Results;
use rows::InputRows;

/// Everything that a run works with.
struct Import<'a> {
    options: &'a ImportOptions,
    settings: &'a Settings,
    screen: &'a Screen,
    connection: &'a Connection,
    input: &'a Input,
    run: &'a Run,
    history: &'a History,
    key: &'a Key,
    stop: StopSign,
}

/// Onboards, updates or offboards the users of a sheet.
pub fn import(options: &ImportOptions, settings: &Settings) -> Result<u8, Failure> {
    spare_the_sheet(&options.sheet.file, "--log-json", settings.screen.log_json.as_deref())?;
    let screen = Screen::new(&settings.screen)?;
    let choice = ProviderChoice {
        invite: !options.no_invite,
        accept_charges: options.accept_charges,
        ..settings.provider()?
    };
    consent::can_be_asked(options)?;
    let input = Input::open(options, &screen)?;
    input.has_a_mode(options, settings)?;
    let connection = Connection::open(&choice, settings)?;
    let history = History::open(&settings.screen.state_dir)?;
    input.can_be_known_again(&history)?;
    let key = history.key()?;
    // Held until the process ends, and freed by the system if it is killed.
    let lock = if options.dry_run { None } else { Some(history.lock(&connection.lock_name())?) };
    block_on(async {
        let run = begin::begin_or_go_on(options, &input, &connection, (&history, &key), &screen).await?;
        if !options.dry_run {
            screen.keep_calls(&run.folder.calls());
        }
        if let Some(lock) = &lock {
            // Only those who are refused miss the name.
            let _ = lock.name_holder(&run.folder.id, &input.described(options.kind));
        }
        let import = Import {
            options,
            settings,
            screen: &screen,
            connection: &connection,
            input: &input,
            run: &run,
            history: &history,
            key: &key,
            stop: StopSign::default(),
        };
        let mut signals = Signals::listen().context("an interruption could not be heard")?;
        tokio::select! {
            ended = import.carry_out() => match ended {
                Err(failure) if failure.exit_code == exit::INPUT && run.journal.state().wrote => {
                    Err(import.broken_off(failure).await)
                }
                ended => ended,
            },
            () = import.obey(&mut signals) => Ok(exit::INTERRUPTED),
        }
    })?
}

impl Import<'_> {
    /// Look first, plan, ask, act, tell.
    async fn carry_out(&self) -> Result<u8, Failure> {
        let caller = self.connection.caller(self.settings, self.history, (&self.stop, self.screen));
        let mut rows = InputRows::new(self.input);
        let read = self.read_meanwhile(rows.again());
        let (looked, all_new) = tokio::join!(self.look(&caller, &mut rows), read);
        looked?;
        let planned = self.plan(&mut rows, all_new?).await?;
        self.show_plan(&planned, &caller);
        if !self.may_go_on(&planned).await {
            self.connection.remember(self.history, &caller);
            return self.finish(Results::begin(self, rows.again())?, caller.counts()).await;
        }
        self.give_passwords(&mut rows, &planned).await?;
        let mut results = Results::begin(self, rows.again())?;
        let counts = self.act(caller, &mut rows, &planned, &mut results).await?;
        self.finish(results, counts).await
    }

    /// Asks the roster about the valid rows; where an earlier process of the run did, about those that were not started
    /// again. Restored are ids, which nobody else can come to have.
    async fn look(&self, caller: &Caller<'_>, rows: &mut InputRows<'_>) -> Result<(), Failure> {
        let again = self.run.journal.state().ready;
        let is_done = again && self.options.kind == Kind::Restore;
        if self.strictly_refused(0) || self.input.survey.valid == 0 || is_done {
            return Ok(());
        }
        let mut preflight = Preflight {
            caller,
            journal: &self.run.journal,
            stop: &self.stop,
            kind: self.options.kind,
            earlier: &|wanted| self.history.earlier(&self.run.journal.state().header, wanted),
            content_of: &|user| self.key.wished(&self.connection.account, user),
            nameless: self.input.survey.nameless > 0,
            again: self.options.again,
            progress: &|done| self.screen.done(done),
            meant: HashMap::new(),
        };
        self.screen.begin("looking up", Some(self.input.survey.valid));
        let looked = match again {
            true => preflight.look_again(rows).await,
            false => preflight.look(rows).await,
        };
        self.screen.end();
        match looked {
            // The stop sign says why, and the results will tell it.
            Ok(()) | Err(PreflightFailed::Stopped) => Ok(()),
            Err(PreflightFailed::Rows(refusal)) => Err(refusal.into()),
        }
    }

    /// Makes the calls, and writes down what has come of the rows.
    async fn act(
        &self,
        caller: Caller<'_>,
        rows: &mut InputRows<'_>,
        planned: &Planned,
        results: &mut Results<'_>,
    ) -> Result<CallCounts, Failure> {
        let engine = Engine {
            caller,
            journal: &self.run.journal,
            stop: &self.stop,
            watch: self.screen,
            settle: self.settings.settle.unwrap_or(self.connection.provider.facts().settle),
            content_of: &|user| self.key.wished(&self.connection.account, user),
            max_errors: self.options.max_errors.map(|bound| bound.of(self.input.survey.rows)),
            failed_before: planned.failed,
            untold: Default::default(),
            found: Default::default(),
            sip_devices: Default::default(),
        };
        self.screen.begin(self.verb(), Some(planned.to_do));
        self.screen.calls(planned.calls);
        rows.rewind_rows()?;
        engine.find_doubtful(async || self.next_planned(rows).await).await?;
        rows.rewind_rows()?;
        let executed = tokio::select! {
            executed = engine.execute(async || self.next_planned(rows).await) => executed,
            never = results.follow() => match never {},
        };
        self.screen.end();
        self.connection.remember(self.history, &engine.caller);
        executed?;
        Ok(engine.caller.counts())
    }

    /// The checks between the plan and the first writing call.
    async fn may_go_on(&self, planned: &Planned) -> bool {
        if self.options.dry_run {
            self.foretell_guard(planned);
            return false;
        }
        if planned.to_do == 0 || self.stop.is_raised() {
            return false;
        }
        !self.archive_refused()
            && !self.strictly_refused(planned.invalid)
            && self.guarded(planned)
            && self.consented(planned).await
    }

    /// A run that met an account without an archive does not try it on another user; raises the stop sign then.
    fn archive_refused(&self) -> bool {
        let refused = self.run.journal.state().not_archived;
        if refused {
            let message = "this run met an archive that was a final delete, so it goes no further; the rest can be disabled \
                           with --mode disable --fresh";
            self.stop.raise(Stop::new(Cause::Guard, NOT_ARCHIVED, message));
        }
        refused
    }

    /// `--strict`: one invalid row stops the run; raises the stop sign then.
    fn strictly_refused(&self, found_by_roster: u64) -> bool {
        let invalid = self.input.survey.invalid + found_by_roster;
        if !self.options.strict || invalid == 0 {
            return false;
        }
        let message = format!(
            "{} invalid and --strict is given, so {} was sent; {}",
            crate::screen::plural(invalid, "row") + if invalid == 1 { " is" } else { " are" },
            self.nothing_more(),
            match self.run.journal.state().wrote {
                true => "leave --strict out to go on with the others, then mend and send what is left",
                false => "mend the rows, or leave --strict out to send the others",
            }
        );
        self.stop.raise(Stop::new(Cause::Strict, "guard", message));
        true
    }

    /// "nothing", or in a run that sent something before, "nothing more".
    fn nothing_more(&self) -> &'static str {
        if self.run.journal.state().wrote { "nothing more" } else { "nothing" }
    }

    /// The first signal stops new rows, the second leaves at once.
    async fn obey(&self, signals: &mut Signals) {
        signals.next().await;
        let message = "interrupted: calls in flight were finished; the same command goes on";
        self.stop.raise(Stop::new(Cause::Interrupted, "interrupted", message));
        self.screen.show("stopping: open calls end first; interrupt again to leave at once (both are safe)");
        signals.next().await;
        self.screen.end();
        if self.options.dry_run {
            // Its folder goes with the run, and holds what the roster showed.
            return;
        }
        // The journal knows all; the runtime would wait for a call that hangs.
        std::process::exit(i32::from(exit::INTERRUPTED));
    }

    fn verb(&self) -> &'static str {
        match self.options.kind {
            Kind::Onboard => "onboarding",
            Kind::Update => "updating",
            Kind::Offboard => "offboarding",
            Kind::Restore => "restoring",
        }
    }
}
