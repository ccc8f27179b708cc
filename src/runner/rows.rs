//! Rows in bounded concurrency, and the way of one row through its steps.

use super::step::{Applied, Current, StepEnd, call_for};
use super::{Broken, Engine, clearing, leaving};
use crate::journal::{Event, OpenRow};
use crate::outcome::{Cause, RowOutcome, Status, StepWord, Stop};
use crate::plan::{Plan, Step, of_user, step_word};
use crate::planted::{Bug, planted};
use crate::provider::{CallError, Details};

/// A row that has something to do.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Position among the data rows, from 0.
    pub row: u32,
    /// The row as a spreadsheet counts it.
    pub source_row: u64,
    pub plan: Plan,
    /// The intent of the first step, a create, is on disk already.
    pub ahead: bool,
}

/// How far a row got.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowEnd {
    Ended(Status),
    /// It may have been sent, and a later run finds out.
    Doubtful,
    /// The run stopped.
    Stopped,
}

impl Engine<'_> {
    pub(super) async fn watched(&self, planned: Planned) {
        let status = match self.run_row(&planned).await {
            RowEnd::Ended(status) => status,
            RowEnd::Doubtful => Status::Unknown,
            RowEnd::Stopped => return,
        };
        self.untold.borrow_mut().push((planned.source_row, status));
    }

    /// Whether `--max-errors` forbids to start another row; raises the stop sign then.
    pub(super) fn too_many_errors(&self) -> bool {
        let failed = self.failed_before + self.journal.state().ended(Status::Failed);
        let Some(most) = self.max_errors.filter(|most| failed >= (*most).max(1)) else { return false };
        let rows = if failed == 1 { "row" } else { "rows" };
        let message = format!(
            "{failed} {rows} failed and --max-errors is {most}, so no further row was started; look into them, then run \
             the same command with a higher --max-errors"
        );
        self.stop.raise(Stop::new(Cause::Guard, "guard", message));
        true
    }

    /// Brings one row to its end, or as far as the run goes.
    async fn run_row(&self, planned: &Planned) -> RowEnd {
        let Planned { row, source_row, plan, ahead } = planned;
        let open = match ahead {
            // All that the journal knows of the row is the intent that was written for it just now.
            true => OpenRow::default(),
            false => self.journal.state().open.get(row).cloned().unwrap_or_default(),
        };
        let mut progress = Progress::new(open, plan);
        let mut changed = false;
        for (at, step) in plan.steps.iter().enumerate() {
            let name = step.name();
            if progress.open.done.contains(&name) && !planted(Bug::DoneStepsAgain) {
                changed = true;
                continue;
            }
            let mut current = Current {
                row: *row,
                source_row: *source_row,
                name: &name,
                in_doubt: progress.open.in_doubt && progress.open.step == name,
                attempts: progress.open.attempts,
                intended: *ahead && at == 0,
            };
            let end = self.run_step(&mut current, step, &mut progress).await;
            progress.open.attempts = current.attempts;
            match end {
                StepEnd::Done(applied) if applied.already => {}
                StepEnd::Done(applied) => {
                    changed = true;
                    progress.take_in(name, &applied);
                    let kept = match step {
                        // Nothing but the journal can ever tell that this user was made.
                        Step::EnsureUser(wish) if !wish.has_natural_key() => {
                            self.durable(&progress.done(*row)).await
                        }
                        // The ending, which follows at once, says the same.
                        _ if at + 1 == plan.steps.len() => Ok(()),
                        // The next step's intent takes this to the disk before its call.
                        _ => self.note(&progress.done(*row)),
                    };
                    if kept.is_err() {
                        return RowEnd::Stopped;
                    }
                }
                StepEnd::Failed(error) => return self.end(*row, progress.failed(&name, &error)).await,
                StepEnd::Wrong(error) => {
                    return self.end(*row, progress.ended_badly(&name, &error, true)).await;
                }
                StepEnd::Partly(applied, error) => {
                    progress.take_in(name, &applied);
                    return self.end(*row, progress.partly(&error)).await;
                }
                StepEnd::Unknown(error) => return self.doubtful(*row, step, progress, &error).await,
                StepEnd::Stopped => return RowEnd::Stopped,
            }
        }
        self.end(*row, progress.outcome(if changed { plan.goal } else { Status::Unchanged })).await
    }

    async fn run_step(&self, current: &mut Current<'_>, step: &Step, progress: &mut Progress<'_>) -> StepEnd {
        let sip_device = match step {
            Step::EnsureUser(wish) => return self.ensure_user(current, wish).await,
            Step::EnsureSipPassword { password, .. } if password.reveal().is_empty() => {
                return StepEnd::Failed(no_password());
            }
            Step::EnsureSipPassword { device_id: Some(id), .. } => id.clone(),
            Step::EnsureSipPassword { device_id: None, .. } => match self.sip_device(progress).await {
                Ok(Some(id)) => id,
                Ok(None) => return StepEnd::Failed(no_sip_device()),
                Err(Broken::Stopped) => return StepEnd::Stopped,
                Err(Broken::Failed(error)) if self.concerns_all(&error) => return StepEnd::Stopped,
                Err(Broken::Failed(error)) if current.in_doubt => return StepEnd::Unknown(error),
                Err(Broken::Failed(error)) => return StepEnd::Failed(error),
            },
            _ => String::new(),
        };
        let user_id = progress.user_id().to_string();
        #[cfg(feature = "planted-bugs")]
        let user_id = self.namesake(step, progress.plan).await.unwrap_or(user_id);
        if leaving::looks_first(step, self.caller.provider().facts()) {
            let alone = clearing::without_heir(step, &progress.open.done);
            let sent = alone.as_ref().unwrap_or(step);
            // What few rows need is not carried about by all.
            let end = Box::pin(self.ensure_looking(current, &user_id, sent, progress.plan)).await;
            return match (end, step) {
                (StepEnd::Failed(error), Step::EnsureGone(parting)) if clearing::is_kept(step, &error) => {
                    Box::pin(self.without_devices(current, &user_id, parting, progress, error)).await
                }
                (end, _) => end,
            };
        }
        self.ensure(current, &user_id, step, &call_for(step, &user_id, &sip_device)).await
    }

    /// The id of the SIP device: as the create answered, else by a read that waits for it.
    async fn sip_device(&self, progress: &mut Progress<'_>) -> Result<Option<String>, Broken> {
        if progress.open.sip_device.is_empty()
            && let Some(user) = Box::pin(self.wait_for_sip_device(progress.user_id())).await?
        {
            progress.learn(&Applied { user: Some(Box::new(user)), ..Applied::default() });
        }
        let found = Some(progress.open.sip_device.clone()).filter(|id| !id.is_empty());
        self.sip_devices.seen.set(self.sip_devices.seen.get() || found.is_some());
        Ok(found)
    }

    async fn end(&self, row: u32, outcome: RowOutcome) -> RowEnd {
        let status = outcome.status;
        match self.note(&Event::Ended { row, outcome }) {
            Ok(()) => RowEnd::Ended(status),
            Err(_) => RowEnd::Stopped,
        }
    }

    /// A row whose effect could not be found out stays open for a later run, unless nothing can ever find it.
    async fn doubtful(&self, row: u32, step: &Step, progress: Progress<'_>, error: &CallError) -> RowEnd {
        match step {
            Step::EnsureUser(wish) if !wish.has_natural_key() => {
                let mut outcome = progress.outcome(Status::Unknown);
                outcome.http_status = error.status.or(outcome.http_status);
                outcome.troubles.push(crate::outcome::Trouble::new(
                    "outcome_unknown",
                    format!(
                        "the create was sent and its answer was lost ({}); the row has {}, so look for {} {} at the provider \
                         by hand before you send the row again",
                        error.code,
                        wish.lacks(),
                        wish.first_name,
                        wish.last_name
                    ),
                ));
                self.end(row, outcome).await
            }
            _ if planted(Bug::UnknownIsFailed) => self.end(row, progress.failed("user", error)).await,
            _ => RowEnd::Doubtful,
        }
    }
}

/// What is known of a row on its way.
pub(super) struct Progress<'a> {
    open: OpenRow,
    pub(super) plan: &'a Plan,
    status: Option<u16>,
    request_id: String,
}

impl<'a> Progress<'a> {
    fn new(open: OpenRow, plan: &'a Plan) -> Progress<'a> {
        Progress { open, plan, status: None, request_id: String::new() }
    }

    fn user_id(&self) -> &str {
        let planned = self.plan.user.as_ref().map(|user| user.id.as_str()).unwrap_or_default();
        if self.open.user_id.is_empty() { planned } else { &self.open.user_id }
    }

    /// Takes in a step that took effect.
    pub(super) fn take_in(&mut self, name: String, applied: &Applied) {
        if name == "user" {
            self.learn(applied);
        }
        self.status = applied.status.or(self.status);
        if !applied.request_id.is_empty() {
            self.request_id.clone_from(&applied.request_id);
        }
        add_details(&mut self.open.details, &applied.details);
        self.open.done.push(name);
        self.open.in_doubt = false;
    }

    /// What the journal is to say of the step that took effect last.
    pub(super) fn done(&self, row: u32) -> Event {
        Event::Done {
            row,
            step: self.open.done.last().cloned().unwrap_or_default(),
            user_id: self.open.user_id.clone(),
            device_ids: self.open.device_ids.clone(),
            sip_contact_uri: self.open.sip_contact_uri.clone(),
            sip_device: self.open.sip_device.clone(),
            details: self.open.details.clone(),
        }
    }

    /// Takes the ids of a made user.
    fn learn(&mut self, applied: &Applied) {
        let Some(user) = applied.user.as_ref().filter(|_| !planted(Bug::ForgetsIds)) else { return };
        let shown = of_user(Status::Created, user);
        self.open.user_id = shown.user_id;
        self.open.device_ids = shown.device_ids;
        self.open.sip_contact_uri = shown.sip_contact_uri;
        self.open.sip_device =
            user.devices_of("sip").next().map(|device| device.id.clone()).unwrap_or_default();
    }

    fn outcome(self, status: Status) -> RowOutcome {
        let mut outcome = open_outcome(status, self.open, self.plan);
        outcome.http_status = self.status;
        outcome.request_id = self.request_id;
        outcome
    }

    /// All steps took effect, and the last one not in all that belongs to it.
    fn partly(self, error: &CallError) -> RowOutcome {
        let mut outcome = self.outcome(Status::Partial);
        outcome.troubles.push(crate::outcome::Trouble::new(error.code.clone(), error.message.clone()));
        outcome
    }

    fn failed(self, step: &str, error: &CallError) -> RowOutcome {
        let partial = !self.open.done.is_empty() && !planted(Bug::PartialIsFailed);
        self.ended_badly(step, error, partial)
    }

    /// `partial` where something took effect, be it another effect than was wished.
    fn ended_badly(self, step: &str, error: &CallError, partial: bool) -> RowOutcome {
        let done = self.open.done.join(", ");
        let mut outcome = self.outcome(if partial { Status::Partial } else { Status::Failed });
        outcome.http_status = error.status;
        if !error.request_id.is_empty() {
            outcome.request_id.clone_from(&error.request_id);
        }
        let word = step_word(step);
        let message = match partial {
            // Of several steps of one word, the first of which were done.
            true if outcome.steps_done.contains(&word) => {
                format!("\"{step}\" was not done after \"{done}\": {}", error.message)
            }
            true => format!("{} was not done: {}", word.word(), error.message),
            false => error.message.clone(),
        };
        outcome.troubles.push(crate::outcome::Trouble::new(error.code.clone(), message));
        outcome
    }
}

/// The outcome of a row as far as the journal knows it.
pub fn open_outcome(status: Status, open: OpenRow, plan: &Plan) -> RowOutcome {
    let mut outcome = match &plan.user {
        Some(user) => of_user(status, user),
        None => RowOutcome::new(status),
    };
    if !open.user_id.is_empty() {
        (outcome.user_id, outcome.device_ids) = (open.user_id, open.device_ids);
        outcome.sip_contact_uri = open.sip_contact_uri;
    }
    let mut words: Vec<StepWord> = open.done.iter().map(|name| step_word(name)).collect();
    words.dedup();
    outcome.steps_done = words;
    outcome.details.extend(open.details);
    outcome.attempts = open.attempts;
    outcome
}

/// Devices are counted over all steps of the row; everything else is as the newest step tells it.
fn add_details(all: &mut Details, new: &Details) {
    for (name, text) in new {
        let sum = match (name.as_str(), all.get(name)) {
            ("devices_reassigned", Some(before)) => before
                .parse()
                .ok()
                .zip(text.parse().ok())
                .map(|(before, more): (u64, u64)| (before + more).to_string()),
            _ => None,
        };
        all.insert(name.clone(), sum.unwrap_or_else(|| text.clone()));
    }
}

/// A wish for a password that none was made for is never sent as a blank one.
fn no_password() -> CallError {
    CallError {
        failure: crate::provider::Failure::Refused,
        code: "sip_password_weak".into(),
        message: "no password was made for the row; write one into sip_password, or send the row again"
            .into(),
        status: None,
        request_id: String::new(),
    }
}

fn no_sip_device() -> CallError {
    CallError {
        failure: crate::provider::Failure::Missing,
        code: "device_not_found".into(),
        message: "the provider made no SIP device for the user; ask whether VOIP is enabled for the account"
            .into(),
        status: None,
        request_id: String::new(),
    }
}
