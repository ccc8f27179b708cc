//! The protocol of one writing call: intent on disk, call, ending into the journal, and what follows.
//!
//! This file is for steps that are safe to repeat; a create has its own rules in `create.rs`.

use std::time::Duration;

use futures::FutureExt;

use super::caller::Tries;
use super::{Broken, Engine};
use crate::journal::{Event, NEVER_SENT};
use crate::pace::Does;
use crate::plan::Step;
use crate::planted::{Bug, planted};
use crate::provider::{Answer, Call, CallError, Changes, Content, Details, Failure};
use crate::retry::Next;
use crate::roster::{User, may_be_same_contact};

/// The waits for a SIP device that the provider makes on its own.
const DEVICE_WAITS: [u64; 6] = [0, 500, 1000, 2000, 4000, 8000];

/// An effect that has not shown after this never comes, whatever the provider enforces.
const LATEST_EFFECT: Duration = Duration::from_secs(35);

/// How a step ended.
#[derive(Debug)]
pub(super) enum StepEnd {
    Done(Applied),
    /// It did not take effect.
    Failed(CallError),
    /// It may have taken effect, and it could not be found out.
    Unknown(CallError),
    /// It took effect, and another one than was wished.
    Wrong(CallError),
    /// It took effect, and something that belongs to it did not.
    Partly(Applied, CallError),
    /// The run stops; the journal knows whether the step is in doubt.
    Stopped,
}

/// What is known of a step that took effect.
#[derive(Debug, Default, Clone)]
pub(super) struct Applied {
    pub user: Option<Box<User>>,
    pub status: Option<u16>,
    pub request_id: String,
    /// What is worth a place in the `details` column.
    pub details: Details,
    /// The wished state was there before, so that nothing was done.
    pub already: bool,
}

impl From<Answer> for Applied {
    fn from(answer: Answer) -> Applied {
        let (status, request_id) = (Some(answer.status), answer.request_id);
        let (user, details) = match answer.content {
            Content::User(user) => (Some(user), Details::new()),
            Content::Told(details) => (None, details),
            _ => (None, Details::new()),
        };
        Applied { user, status, request_id, details, already: false }
    }
}

/// How one try ended; the journal has it already.
pub(super) enum Try {
    Done(Applied),
    NoEffect(CallError),
    Unclear(CallError),
    Stopped,
}

/// A step in the middle of its row.
pub(super) struct Current<'a> {
    pub row: u32,
    pub source_row: u64,
    pub name: &'a str,
    /// An earlier attempt may have taken effect.
    pub in_doubt: bool,
    /// Attempts of the row so far.
    pub attempts: u32,
    /// The intent of the next attempt is on disk already.
    pub intended: bool,
}

impl<'a> Engine<'a> {
    /// For one step.
    pub(super) fn tries(&self) -> Tries<'_, 'a> {
        Tries::new(&self.caller, Does::Write)
    }

    /// One try: the intent is on disk before the call may leave.
    pub(super) async fn attempt(
        &self,
        current: &mut Current<'_>,
        call: &Call,
        content: Option<String>,
    ) -> Try {
        current.attempts += 1;
        let content = match call {
            Call::SetSipPassword { password, .. } if planted(Bug::PasswordInIntent) => {
                Some(password.reveal().to_uppercase())
            }
            _ => content,
        };
        let (row, name, mut ready) = (current.row, current.name, None);
        let step = || name.to_string();
        if !std::mem::take(&mut current.intended) {
            let is_findable = content.is_none();
            let intent = Event::Intent { row, step: step(), attempt: current.attempts, content };
            if !is_findable {
                // Nothing but the journal can tell of the row, so that waiting for the gate must not look like a call.
                ready = Some(self.intended(intent).boxed_local());
            } else if !self.intended(intent).await {
                current.attempts -= 1;
                return Try::Stopped;
            }
        }
        let result = self.caller.exchange_when(&mut ready, call, Some(current.source_row)).await;
        if ready.take().is_some() {
            // Its turn never came.
            current.attempts -= 1;
            return match result {
                Err(Broken::Failed(error)) => Try::NoEffect(error),
                _ => Try::Stopped,
            };
        }
        let (ended, event) = match result {
            Ok(answer) => return Try::Done(Applied::from(answer)),
            Err(Broken::Stopped) => {
                current.attempts -= 1;
                (Try::Stopped, Event::NoEffect { row, step: step(), code: NEVER_SENT.into() })
            }
            Err(Broken::Failed(error)) => {
                let (step, code) = (step(), error.code.clone());
                match error.failure.effect_possible() && !planted(Bug::TimeoutIsNoEffect) {
                    true => (Try::Unclear(error), Event::Unclear { row, step, code }),
                    false => (Try::NoEffect(error), Event::NoEffect { row, step, code }),
                }
            }
        };
        match self.note(&event) {
            Ok(()) => ended,
            Err(_) => Try::Stopped,
        }
    }

    /// Puts the intent of an attempt on disk; `false` when the run stops and nothing may be sent.
    async fn intended(&self, intent: Event) -> bool {
        !self.stop.is_raised() && self.durable(&intent).await.is_ok()
    }

    /// Brings about a step that may be repeated.
    pub(super) async fn ensure(
        &self,
        current: &mut Current<'_>,
        user_id: &str,
        step: &Step,
        call: &Call,
    ) -> StepEnd {
        let mut tries = self.tries();
        loop {
            let error = match self.attempt(current, call, None).await {
                Try::Done(applied) => return StepEnd::Done(applied),
                Try::Stopped => return StepEnd::Stopped,
                Try::NoEffect(error) => error,
                Try::Unclear(error) => {
                    current.in_doubt = !planted(Bug::StepForgetsDoubt);
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
                    let end = used_up(error, current.in_doubt);
                    let end = Box::pin(self.last_look(user_id, step, end)).await;
                    if let StepEnd::Unknown(error) | StepEnd::Failed(error) = &end {
                        tries.used_up(error);
                    }
                    return end;
                }
                Next::Final if self.concerns_all(&error) => return StepEnd::Stopped,
                Next::Final if current.in_doubt || planted(Bug::MissingIsDeleted) => {
                    return Box::pin(self.after_doubt(user_id, step, error)).await;
                }
                Next::Final => return StepEnd::Failed(error),
            }
        }
    }

    /// Tries are used up: where that leaves a doubt, one read may end it.
    async fn last_look(&self, user_id: &str, step: &Step, end: StepEnd) -> StepEnd {
        let StepEnd::Unknown(error) = end else { return end };
        let there = match self.caller.exchange(&Call::Get { user_id: user_id.to_string() }, None).await {
            Ok(answer) => match answer.user() {
                Some(user) => {
                    let told = self.caller.with_listed_devices(user).await;
                    told.is_ok_and(|user| holds(step, &user))
                }
                None => false,
            },
            Err(Broken::Failed(error)) => {
                error.failure == Failure::Missing && matches!(step, Step::EnsureGone(_))
            }
            Err(Broken::Stopped) => false,
        };
        match there {
            true => StepEnd::Done(Applied { status: error.status, ..Applied::default() }),
            false => StepEnd::Unknown(error),
        }
    }

    /// A refusal after an unclear try: perhaps the wished state is there already, or comes yet.
    async fn after_doubt(&self, user_id: &str, step: &Step, error: CallError) -> StepEnd {
        let applied = || StepEnd::Done(Applied { status: error.status, ..Applied::default() });
        let missing = |error: &CallError| error.failure == Failure::Missing;
        match step {
            Step::EnsureGone(_) if missing(&error) => return applied(),
            // Nobody can read a password.
            Step::EnsureSipPassword { .. } if !missing(&error) && !planted(Bug::PasswordRefusedIsFailed) => {
                return StepEnd::Unknown(error);
            }
            _ => {}
        }
        for wait in [Duration::ZERO, self.latest_effect()] {
            if self.caller.rest(wait).await.is_err() {
                return StepEnd::Stopped;
            }
            match self.caller.user(user_id).await {
                Ok(None) => {}
                Ok(Some(user)) => {
                    if holds(step, &user) {
                        return applied();
                    }
                    if hides(step, &user) {
                        return StepEnd::Unknown(error);
                    }
                }
                Err(Broken::Failed(read)) if missing(&read) => match step {
                    Step::EnsureGone(_) => return applied(),
                    _ => return StepEnd::Failed(error),
                },
                Err(Broken::Failed(_)) => return StepEnd::Unknown(error),
                Err(Broken::Stopped) => return StepEnd::Stopped,
            }
        }
        StepEnd::Failed(error)
    }

    /// How long the effect of an unclear try may be on its way.
    pub(super) fn latest_effect(&self) -> Duration {
        if planted(Bug::LateEffectForgotten) { Duration::ZERO } else { self.settle.max(LATEST_EFFECT) }
    }

    /// Whether a refusal is about the account, so that the row itself is not to blame.
    pub(super) fn concerns_all(&self, error: &CallError) -> bool {
        let account =
            matches!(error.failure, Failure::Unauthorized | Failure::Forbidden | Failure::ForbiddenUnknown);
        account && self.stop.is_raised() && !planted(Bug::AccountRefusalFailsRows)
    }

    /// The SIP device of a user who was just made; the provider may take a moment to make it.
    ///
    /// An account without VOIP makes none: where somebody waited in vain and nobody has one, the others look once.
    pub(super) async fn wait_for_sip_device(&self, user_id: &str) -> Result<Option<User>, Broken> {
        for wait in DEVICE_WAITS {
            if wait > 0 && (self.sip_devices.are_none() || planted(Bug::NoDeviceWait)) {
                break;
            }
            self.caller.rest(Duration::from_millis(wait)).await?;
            let user = self.caller.user(user_id).await?;
            if let Some(user) = user.filter(|user| user.devices_of("sip").next().is_some()) {
                return Ok(Some(user));
            }
        }
        self.sip_devices.missed.set(true);
        Ok(None)
    }
}

/// The ending of tries that are used up.
pub(super) fn used_up(error: CallError, in_doubt: bool) -> StepEnd {
    let in_doubt = in_doubt || error.failure.effect_possible();
    if in_doubt && !planted(Bug::UsedUpStepIsFailed) {
        StepEnd::Unknown(error)
    } else {
        StepEnd::Failed(error)
    }
}

/// Whether the roster shows what the step wishes; a password cannot be read.
fn holds(step: &Step, user: &User) -> bool {
    if planted(Bug::AlwaysHolds) || planted(Bug::NeverHolds) {
        return planted(Bug::AlwaysHolds);
    }
    let device = |id: &str| user.devices().iter().find(|device| device.id == id);
    let same = |wished: &Option<String>, there: &str| wished.as_ref().is_none_or(|wished| wished == there);
    match step {
        Step::EnsureDetails(Changes { first_name, last_name, email, phone, enabled }) => {
            let email = email.as_deref().unwrap_or_default();
            same(first_name, &user.first_name)
                && same(last_name, &user.last_name)
                && (email.is_empty() || email.eq_ignore_ascii_case(&user.email))
                && phone.as_ref().is_none_or(|phone| may_be_same_contact(phone, &user.phone))
                && enabled.is_none_or(|enabled| user.status == if enabled { "active" } else { "disabled" })
        }
        Step::EnsureNumber { device_id, number } => {
            device(device_id).is_some_and(|device| device.contact_uri == *number)
        }
        Step::EnsureAvailable { device_id, available } => {
            device(device_id).is_some_and(|device| device.available == Some(*available))
        }
        Step::EnsureDisabled { device_id } => {
            user.devices.is_some() && device(device_id).is_none_or(|device| device.available != Some(true))
        }
        Step::EnsureUserDisabled => user.is_disabled(),
        // These have ways of their own to look.
        _ => false,
    }
}

/// Whether the roster shows nothing of what the step wishes.
fn hides(step: &Step, user: &User) -> bool {
    match step {
        Step::EnsureDetails(changes) => changes.phone.is_some() && user.phone.is_empty(),
        Step::EnsureNumber { .. } | Step::EnsureAvailable { .. } | Step::EnsureDisabled { .. } => {
            user.devices.is_none()
        }
        _ => false,
    }
}

/// The one writing call that brings a step about.
pub(super) fn call_for(step: &Step, user_id: &str, sip_device: &str) -> Call {
    let user_id = user_id.to_string();
    match step {
        Step::EnsureUser(user) => Call::Create(user.clone()),
        Step::EnsureDetails(changes) => Call::Change { user_id, changes: changes.clone() },
        Step::EnsureNumber { device_id, number } => {
            Call::SetNumber { user_id, device_id: device_id.clone(), number: number.clone() }
        }
        Step::EnsureAvailable { device_id, available } => {
            Call::SetAvailable { user_id, device_id: device_id.clone(), available: *available }
        }
        Step::EnsureDisabled { device_id } => {
            Call::SetAvailable { user_id, device_id: device_id.clone(), available: false }
        }
        Step::EnsureSipPassword { password, .. } => {
            Call::SetSipPassword { user_id, device_id: sip_device.to_string(), password: password.clone() }
        }
        Step::EnsureUserDisabled => {
            Call::Change { user_id, changes: Changes { enabled: Some(false), ..Changes::default() } }
        }
        Step::EnsureReassigned { to, devices } => {
            Call::Reassign { from: user_id, to: to.clone(), devices: devices.clone() }
        }
        Step::EnsureOwner { device_id, owner } => {
            Call::SetOwner { device_id: device_id.clone(), owner: owner.clone() }
        }
        Step::EnsureArchived { reason } => Call::Archive { user_id, reason: reason.clone() },
        Step::EnsureGone(parting) => Call::Delete { user_id, parting: parting.clone() },
        Step::EnsurePurged => Call::Purge { user_id },
        Step::EnsureRestored => Call::Restore { user_id },
    }
}
