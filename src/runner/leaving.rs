//! Steps whose state can be seen: moving devices, and the ends of a user at a provider with an archive.
//!
//! It looks before a step that was in doubt is sent again, and when the provider knows nothing of a call it
//! reads the user, to tell a deployment that lacks the call from a user who is not there.

use std::time::Duration;

use super::step::{Applied, Current, StepEnd, Try, call_for, used_up};
use super::{Broken, Engine};
use crate::plan::{Plan, Step};
use crate::provider::{Call, CallError, Details, Facts, Failure, Parting, StartKeys};
use crate::retry::Next;
use crate::roster::{Device, User};
use crate::row::Mode;

/// The waits before looks at a list that may lag behind, in settling times.
const LOOKS: [u32; 4] = [0, 1, 2, 4];
const SHORTEST_SETTLE: Duration = Duration::from_millis(250);

/// What a look ahead of a call found.
pub(super) enum Ahead {
    /// The wished state is there.
    There(Details),
    /// It is not, and this call brings it about.
    Send(Call),
}

/// Whether a step is looked at before it is repeated.
pub(super) fn looks_first(step: &Step, facts: &Facts) -> bool {
    match step {
        Step::EnsureReassigned { .. }
        | Step::EnsureOwner { .. }
        | Step::EnsureArchived { .. }
        | Step::EnsurePurged
        | Step::EnsureRestored => true,
        Step::EnsureGone(_) => facts.modes.contains(&Mode::Archive),
        _ => false,
    }
}

impl Engine<'_> {
    /// Brings about a step that is looked at first.
    pub(super) async fn ensure_looking(
        &self,
        current: &mut Current<'_>,
        user_id: &str,
        step: &Step,
        plan: &Plan,
    ) -> StepEnd {
        match step {
            Step::EnsureArchived { .. } => self.ensure_archived(current, user_id, step).await,
            _ => {
                let end = self.looking(current, user_id, step, plan).await;
                self.told(end, user_id, step, plan).await
            }
        }
    }

    /// Looks, sends, and looks again where the effect is not known, as long as that may help.
    pub(super) async fn looking(
        &self,
        current: &mut Current<'_>,
        user_id: &str,
        step: &Step,
        plan: &Plan,
    ) -> StepEnd {
        let mut tries = self.tries();
        loop {
            let call = match self.ahead(current.in_doubt, user_id, step, plan).await {
                Ok(Ahead::There(details)) => {
                    return StepEnd::Done(Applied { details, ..Applied::default() });
                }
                Ok(Ahead::Send(call)) => call,
                // What a look could not see stays in doubt, for a later run.
                Err(StepEnd::Failed(error)) if current.in_doubt => return StepEnd::Unknown(error),
                Err(end) => return end,
            };
            let error = match self.attempt(current, &call, None).await {
                Try::Done(applied) => return StepEnd::Done(applied),
                Try::Stopped => return StepEnd::Stopped,
                Try::NoEffect(error) => error,
                Try::Unclear(error) => {
                    current.in_doubt = true;
                    error
                }
            };
            match tries.after(&error) {
                Next::Again(wait) => {
                    if self.caller.rest(wait).await.is_err() {
                        return StepEnd::Stopped;
                    }
                }
                Next::UsedUp => {
                    tries.used_up(&error);
                    return used_up(error, current.in_doubt);
                }
                Next::Final if self.concerns_all(&error) => return StepEnd::Stopped,
                Next::Final => return self.refused(current.in_doubt, user_id, step, error).await,
            }
        }
    }

    /// What is to be done for a step, as far as a look can tell.
    async fn ahead(&self, in_doubt: bool, user_id: &str, step: &Step, plan: &Plan) -> Result<Ahead, StepEnd> {
        let call = call_for(step, user_id, "");
        match step {
            Step::EnsureReassigned { to, devices } => {
                let owned = match self.owned_by(user_id).await {
                    // Where nobody lists devices, those are sent that the row names.
                    Err(StepEnd::Failed(error)) if error.failure == Failure::Missing && !in_doubt => {
                        return Ok(Ahead::Send(call));
                    }
                    owned => owned?,
                };
                let left: Vec<String> = devices.iter().filter(|id| owned.contains(id)).cloned().collect();
                if left.is_empty() {
                    return Ok(Ahead::There(moved(devices.len())));
                }
                Ok(Ahead::Send(Call::Reassign { from: user_id.to_string(), to: to.clone(), devices: left }))
            }
            Step::EnsureOwner { device_id, owner } => {
                let owned = self.owned_by(user_id).await?;
                let details = if owner.is_some() { moved(1) } else { Details::new() };
                Ok(if owned.contains(device_id) { Ahead::Send(call) } else { Ahead::There(details) })
            }
            _ if !in_doubt => Ok(Ahead::Send(call)),
            Step::EnsureArchived { .. } => self.archived_in_doubt(user_id, call).await,
            Step::EnsureRestored => {
                // Whoever is restored may be disabled still.
                let was_archived = plan.user.as_ref().is_some_and(|user| user.is_archived());
                let is_back = |user: User| match user.status.as_str() {
                    "active" => true,
                    "disabled" => was_archived,
                    _ => false,
                };
                let back = self.user(user_id).await?.is_some_and(is_back);
                Ok(if back { Ahead::There(Details::new()) } else { Ahead::Send(call) })
            }
            // Where reads never showed the archived user, they cannot show that it is gone.
            Step::EnsurePurged if plan.user.as_ref().is_none_or(|user| user.status.is_empty()) => {
                Ok(Ahead::Send(call))
            }
            _ => match (self.user(user_id).await?, &plan.user) {
                (None, _) => Ok(Ahead::There(Details::new())),
                (Some(now), Some(meant)) if has_another_email(&now, meant) => {
                    Err(StepEnd::Failed(somebody_else(&now, meant)))
                }
                (Some(_), _) => Ok(Ahead::Send(call)),
            },
        }
    }

    /// The provider will not: perhaps it is done already, perhaps it lacks the call.
    async fn refused(&self, in_doubt: bool, user_id: &str, step: &Step, error: CallError) -> StepEnd {
        let user = match self.user(user_id).await {
            Ok(user) => user,
            Err(StepEnd::Failed(_)) if in_doubt => return StepEnd::Unknown(error),
            Err(StepEnd::Failed(_)) => return StepEnd::Failed(error),
            Err(end) => return end,
        };
        let applied = || StepEnd::Done(Applied { status: error.status, ..Applied::default() });
        match (step, user) {
            (Step::EnsureGone(_) | Step::EnsurePurged, None) if in_doubt => applied(),
            (Step::EnsureRestored, Some(user)) if in_doubt && !user.is_archived() => applied(),
            // Whoever came back may still be disabled.
            (Step::EnsureRestored, Some(user))
                if user.status == "active" || error.code == "user_not_archived" =>
            {
                StepEnd::Done(Applied { already: true, ..Applied::default() })
            }
            (Step::EnsureReassigned { to, devices }, _) if in_doubt => {
                match self.arrived(to, devices.clone()).await {
                    Ok(Some(count)) if count == devices.len() => applied(),
                    Err(StepEnd::Stopped) => StepEnd::Stopped,
                    _ => StepEnd::Unknown(error),
                }
            }
            (Step::EnsureArchived { .. }, user) if in_doubt => {
                self.archive_refused(user_id, user, error).await
            }
            (Step::EnsureArchived { .. }, Some(user)) if user.is_archived() => applied(),
            // Archived before, as this account shows those.
            (Step::EnsureArchived { .. }, Some(user))
                if user.is_disabled() && self.is_logged(user_id).await =>
            {
                StepEnd::Done(Applied { already: true, ..Applied::default() })
            }
            // The call is there, and it is the device that is not.
            (Step::EnsureReassigned { .. }, Some(_)) if error.message.to_lowercase().contains("device") => {
                StepEnd::Failed(error)
            }
            (Step::EnsureReassigned { to, .. }, Some(_)) if matches!(self.user(to).await, Ok(None)) => {
                StepEnd::Failed(no_heir(to, error))
            }
            (Step::EnsurePurged, Some(user)) if user.status == "active" => {
                StepEnd::Failed(not_archived(user_id, error))
            }
            // Gone for good (410), whatever a read still shows.
            (Step::EnsurePurged | Step::EnsureRestored, Some(_)) if error.status == Some(410) => {
                StepEnd::Failed(nobody_archived(user_id, error))
            }
            (_, Some(_)) if error.failure == Failure::Missing && may_lack(step) => {
                StepEnd::Failed(lacking(step, error))
            }
            (Step::EnsureGone(_) | Step::EnsureArchived { .. }, None)
                if error.failure == Failure::Missing && !in_doubt =>
            {
                StepEnd::Failed(no_user(user_id, error))
            }
            (Step::EnsurePurged | Step::EnsureRestored, None) if error.failure == Failure::Missing => {
                StepEnd::Failed(nobody_archived(user_id, error))
            }
            _ => StepEnd::Failed(error),
        }
    }

    /// Completes what the answer told, and keeps what is for the `details` column.
    async fn told(&self, end: StepEnd, user_id: &str, step: &Step, plan: &Plan) -> StepEnd {
        let StepEnd::Done(mut applied) = end else { return end };
        applied.details.retain(|name, _| name == "devices_reassigned");
        let planned = plan.user.as_deref().map(User::devices).unwrap_or_default();
        let planned = || -> Vec<String> {
            planned.iter().filter(|device| !device.borrowed).map(|device| device.id.clone()).collect()
        };
        let checked = match step {
            Step::EnsureReassigned { to, devices } => self.arrived(to, devices.clone()).await,
            Step::EnsureGone(parting) => match &parting.heir {
                Some(heir) => self.arrived(heir, planned()).await,
                None => Ok(None),
            },
            Step::EnsureOwner { owner: Some(_), .. } => Ok(Some(1)),
            Step::EnsureRestored => {
                applied.details.insert("not_restored".into(), "devices".into());
                let user = self.user(user_id).await;
                user.map(|user| {
                    let status = user.map(|user| user.status).filter(|status| !status.is_empty());
                    applied.details.extend(status.map(|status| ("status".to_string(), status.into())));
                    None
                })
            }
            _ => Ok(None),
        };
        let checked = match checked {
            // A later process looks again: it goes on with a step that it finds open.
            Err(StepEnd::Stopped) if !matches!(step, Step::EnsureRestored) => return StepEnd::Stopped,
            checked => checked,
        };
        // The step itself is done, also where what it moved could not be counted.
        if let Ok(Some(count)) = checked {
            applied.details.extend(moved(count));
        }
        let arrived = applied.details.get("devices_reassigned").and_then(|count| count.parse::<usize>().ok());
        match step {
            Step::EnsureGone(Parting { heir: Some(heir), .. })
                if arrived.is_some_and(|count| count < planned().len()) =>
            {
                let error = not_inherited(heir, planned().len(), &applied);
                StepEnd::Partly(applied, error)
            }
            Step::EnsureReassigned { to, devices } if applied.status.is_some() => {
                match self.left_behind(user_id, devices, &applied).await {
                    Ok(true) => StepEnd::Failed(not_moved(to, devices.len(), &applied)),
                    Err(StepEnd::Stopped) => StepEnd::Stopped,
                    _ => StepEnd::Done(applied),
                }
            }
            _ => StepEnd::Done(applied),
        }
    }

    /// Whether devices that did not reach the heir are still the leaver's; somebody else may have taken one meanwhile.
    async fn left_behind(
        &self,
        user_id: &str,
        devices: &[String],
        applied: &Applied,
    ) -> Result<bool, StepEnd> {
        let arrived = applied.details.get("devices_reassigned").and_then(|count| count.parse::<usize>().ok());
        if arrived.is_none_or(|count| count >= devices.len()) {
            return Ok(false);
        }
        let owned = self.owned_by(user_id).await?;
        Ok(devices.iter().any(|id| owned.contains(id)))
    }

    /// How many of these devices are the user's now; a list may lag behind, so it is read again.
    async fn arrived(&self, user_id: &str, devices: Vec<String>) -> Result<Option<usize>, StepEnd> {
        let mut count = 0;
        for patience in LOOKS {
            self.caller
                .rest(self.settle.max(SHORTEST_SETTLE) * patience)
                .await
                .map_err(|_| StepEnd::Stopped)?;
            let owned = self.owned_by(user_id).await?;
            count = devices.iter().filter(|id| owned.contains(id)).count();
            if count == devices.len() {
                break;
            }
        }
        Ok(Some(count))
    }

    /// The ids of the devices that a user owns; those that the user borrows are left out.
    pub(super) async fn owned_by(&self, user_id: &str) -> Result<Vec<String>, StepEnd> {
        let devices = self.caller.devices_of(user_id).await.map_err(|broken| self.unread(broken))?;
        Ok(devices.into_iter().filter(|device| !device.borrowed).map(|device| device.id).collect())
    }

    /// The user as a read shows it; `None` for nobody.
    pub(super) async fn user(&self, user_id: &str) -> Result<Option<User>, StepEnd> {
        match self.caller.read(&Call::Get { user_id: user_id.to_string() }).await {
            Ok(answer) => Ok(answer.user()),
            Err(Broken::Failed(error)) if error.failure == Failure::Missing => Ok(None),
            Err(broken) => Err(self.unread(broken)),
        }
    }

    /// A look that failed leaves the step as it was: not sent, or in doubt.
    pub(super) fn unread(&self, broken: Broken) -> StepEnd {
        match broken {
            Broken::Stopped => StepEnd::Stopped,
            Broken::Failed(error) if self.concerns_all(&error) => StepEnd::Stopped,
            Broken::Failed(error) => StepEnd::Failed(error),
        }
    }
}

impl super::Caller<'_> {
    /// All devices of a user. Where nothing lists those of one user, the ones that belong to the user are found among all;
    /// else those are included that the user only borrows.
    pub async fn devices_of(&self, user_id: &str) -> Result<Vec<Device>, Broken> {
        let user_id = || user_id.to_string();
        match self.devices_by(|start| Call::Devices { user_id: user_id(), start }).await {
            Err(Broken::Failed(error)) if error.failure == Failure::Missing => {
                let all = self.devices_by(|start| Call::AllDevices { owner: user_id(), start }).await;
                all.map_err(|broken| match broken {
                    Broken::Stopped => Broken::Stopped,
                    Broken::Failed(_) => Broken::Failed(error),
                })
            }
            read => read,
        }
    }

    async fn devices_by(&self, call: impl Fn(Option<String>) -> Call) -> Result<Vec<Device>, Broken> {
        let (mut devices, mut keys, mut start) = (Vec::new(), StartKeys::default(), None);
        loop {
            let call = call(start);
            let page = self.read(&call).await?.devices();
            devices.extend(page.devices);
            start = keys.follow(page.next).map_err(Broken::Failed)?;
            if start.is_none() {
                return Ok(devices);
            }
        }
    }
}

fn has_another_email(now: &User, meant: &User) -> bool {
    let told = !now.email.is_empty() && !meant.email.is_empty();
    told && !now.email.eq_ignore_ascii_case(&meant.email)
}

/// Nobody is ended who was not meant when the run began.
fn somebody_else(now: &User, meant: &User) -> CallError {
    let message = format!(
        "the user {} had the e-mail {} when the run began and has {} now; look whether it is the same person, then send the row \
         in a sheet of its own",
        now.id, meant.email, now.email
    );
    CallError {
        failure: Failure::Refused,
        code: "identity_conflict".into(),
        message,
        status: None,
        request_id: String::new(),
    }
}

fn moved(count: usize) -> Details {
    Details::from([("devices_reassigned".to_string(), count.to_string())])
}

fn not_inherited(heir: &str, left: usize, applied: &Applied) -> CallError {
    not_reassigned(applied, |count| {
        format!(
            "the user was deleted, but the provider lists only {count} of {left} devices with {heir}; look for the others there, \
             and give them to {heir} by hand"
        )
    })
}

fn not_moved(to: &str, wished: usize, applied: &Applied) -> CallError {
    not_reassigned(applied, |count| {
        format!(
            "the provider said yes, but lists only {count} of {wished} devices with {to}; look at both users there, then \
             send the row again"
        )
    })
}

/// `message` is told how many devices arrived.
fn not_reassigned(applied: &Applied, message: impl Fn(&str) -> String) -> CallError {
    CallError {
        failure: Failure::Refused,
        code: "not_reassigned".into(),
        message: message(applied.details.get("devices_reassigned").map_or("0", String::as_str)),
        status: applied.status,
        request_id: applied.request_id.clone(),
    }
}

/// Calls that the newer documents have and a plain Kazoo has not.
fn may_lack(step: &Step) -> bool {
    !matches!(step, Step::EnsureGone(_) | Step::EnsureOwner { .. })
}

fn lacking(step: &Step, error: CallError) -> CallError {
    let (what, way) = match step {
        Step::EnsureReassigned { .. } => {
            ("reassign devices in one call", "move the devices by hand, or leave reassign_to blank")
        }
        Step::EnsureArchived { .. } => {
            ("archive a user", "write disable into mode; nothing was deleted in place of it")
        }
        Step::EnsurePurged => ("purge archived data", "ask the provider to do it"),
        _ => ("restore a user", "ask the provider to do it"),
    };
    let message = format!(
        "the user is there, but this deployment of the provider cannot {what} ({}); {way}",
        error.message
    );
    CallError { message, ..error }
}

fn no_user(user_id: &str, error: CallError) -> CallError {
    let message =
        format!("the user {user_id} is not there any more: somebody else ended it since the roster was read");
    CallError { code: "user_not_found".into(), message, ..error }
}

fn no_heir(to: &str, error: CallError) -> CallError {
    let message = format!("{to}, who was to get the devices, is not there any more; name somebody who stays");
    CallError { code: "user_not_found".into(), message, ..error }
}

fn not_archived(user_id: &str, error: CallError) -> CallError {
    let message = format!(
        "the user {user_id} is active, and only archived data can be purged; archive the user first, or write delete into mode"
    );
    CallError { code: "user_not_archived".into(), message, ..error }
}

fn nobody_archived(user_id: &str, error: CallError) -> CallError {
    let message = format!(
        "no archived user has the id {user_id}; archives are kept for 90 days, and whoever was deleted cannot come back"
    );
    CallError { code: "user_not_found".into(), message, ..error }
}
