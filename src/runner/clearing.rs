//! A leaver whom the provider keeps because of devices: they go first, then the delete is sent once more.
//!
//! The seed says both that the devices of a deleted user become unassigned and that a user with active resources is
//! refused with 409 (delete user); so what the delete would have done to the devices is done one step ahead of it.

use super::step::{Applied, Current, StepEnd};
use super::{Engine, rows::Progress};
use crate::outcome::StepWord;
use crate::plan::{Step, step_word};
use crate::provider::{CallError, Parting};

/// Whether the user is kept for what still belongs to it.
pub(super) fn is_kept(step: &Step, error: &CallError) -> bool {
    matches!(step, Step::EnsureGone(_)) && error.status == Some(409)
}

/// The delete as it is sent once the devices have their heir, also by an earlier process of the run: one that named the
/// heir again would count them twice.
pub(super) fn without_heir(step: &Step, done: &[String]) -> Option<Step> {
    match step {
        Step::EnsureGone(parting) if done.iter().any(|name| step_word(name) == StepWord::Reassign) => {
            Some(Step::EnsureGone(Parting { heir: None, ..parting.clone() }))
        }
        _ => None,
    }
}

impl Engine<'_> {
    /// Takes the devices away as the delete was to do, then deletes; `refusal` stays where there are none to take.
    pub(super) async fn without_devices(
        &self,
        current: &mut Current<'_>,
        user_id: &str,
        parting: &Parting,
        progress: &mut Progress<'_>,
        refusal: CallError,
    ) -> StepEnd {
        if current.in_doubt {
            // A step for the devices ends the journal's doubt about the delete, so nothing may be left of it.
            match self.outlasts(user_id, &refusal).await {
                Ok(()) => current.in_doubt = false,
                Err(end) => return end,
            }
        }
        let owned = match self.owned_by(user_id).await {
            Ok(owned) if !owned.is_empty() => owned,
            Err(StepEnd::Stopped) => return StepEnd::Stopped,
            _ => return StepEnd::Failed(refusal),
        };
        for step in steps(parting, owned) {
            let name = step.name();
            let Current { row, source_row, attempts, .. } = *current;
            let mut first =
                Current { row, source_row, name: &name, in_doubt: false, attempts, intended: false };
            let end = self.ensure_looking(&mut first, user_id, &step, progress.plan).await;
            current.attempts = first.attempts;
            match end {
                StepEnd::Done(applied) => {
                    progress.take_in(name, &applied);
                    if self.note(&progress.done(row)).is_err() {
                        return StepEnd::Stopped;
                    }
                }
                StepEnd::Failed(_) => return StepEnd::Failed(refusal),
                end => return end,
            }
        }
        let alone = Step::EnsureGone(Parting { heir: None, ..parting.clone() });
        self.ensure_looking(current, user_id, &alone, progress.plan).await
    }

    /// Whoever is still there after the latest effect was not deleted by an unclear try, and never will be.
    async fn outlasts(&self, user_id: &str, refusal: &CallError) -> Result<(), StepEnd> {
        self.caller.rest(self.latest_effect()).await.map_err(|_| StepEnd::Stopped)?;
        match self.user(user_id).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(StepEnd::Done(Applied { status: refusal.status, ..Applied::default() })),
            Err(StepEnd::Failed(_)) => Err(StepEnd::Unknown(refusal.clone())),
            Err(end) => Err(end),
        }
    }
}

fn steps(parting: &Parting, devices: Vec<String>) -> Vec<Step> {
    match &parting.heir {
        Some(heir) => vec![Step::EnsureReassigned { to: heir.clone(), devices }],
        None => devices.into_iter().map(|device_id| Step::EnsureOwner { device_id, owner: None }).collect(),
    }
}
