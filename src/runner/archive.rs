//! The archiving of a user, which some deployments silently turn into a final delete.
//!
//! Until one archive was seen to be one, archives go one at a time; an answer or a log that says that
//! nothing was archived stops the run. A plain delete never stands in for an archive.

use jiff::{SignedDuration, Timestamp};

use super::leaving::Ahead;
use super::step::{Applied, Current, StepEnd};
use super::{Broken, Engine};
use crate::journal::NOT_ARCHIVED;
use crate::outcome::{Cause, Status, Stop};
use crate::plan::{Plan, Step};
use crate::provider::{Call, CallError, Deletion, Details, Failure, StartKeys, is_newer, says_archived};
use crate::roster::User;

/// How long archived data are kept (docs.audian.com, delete user).
const RETENTION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What is known of a user's archive.
enum Kept {
    Yes,
    No,
    /// Neither reads nor the provider's log tell.
    Untold,
}

impl Engine<'_> {
    /// Archives a user; the first one of a run goes alone.
    pub(super) async fn ensure_archived(
        &self,
        current: &mut Current<'_>,
        user_id: &str,
        step: &Step,
    ) -> StepEnd {
        let mut turn = Some(self.caller.archive.lock().await);
        let seen_before = turn.as_deref().is_some_and(|seen| *seen);
        if seen_before {
            turn = None;
        }
        let plan = Plan { goal: Status::Archived, user: None, steps: Vec::new() };
        let applied = match self.looking(current, user_id, step, &plan).await {
            StepEnd::Done(applied) => applied,
            end => return end,
        };
        let kept = match self.kept(&applied, user_id, seen_before).await {
            Ok(kept) => kept,
            Err(StepEnd::Failed(_)) => Kept::Untold,
            Err(end) => return end,
        };
        if let (Kept::Yes, Some(mut seen)) = (&kept, turn.take()) {
            *seen = true;
        }
        match kept {
            Kept::No => self.not_archived(user_id, &applied),
            kept => StepEnd::Done(Applied { details: details(&applied, &kept), ..applied }),
        }
    }

    /// Whether the user's data were kept: by the answer, else by a read, else by the provider's log.
    async fn kept(&self, applied: &Applied, user_id: &str, seen_before: bool) -> Result<Kept, StepEnd> {
        match applied.details.get("data_archived").map(String::as_str) {
            Some("true") => return Ok(Kept::Yes),
            Some("false") => return Ok(Kept::No),
            _ => {}
        }
        if self.user(user_id).await?.is_some() {
            return Ok(Kept::Yes);
        }
        match self.logged(user_id).await? {
            // Archived users may be hidden from reads; a deleted document in the answer says that this one is not.
            Kept::Untold if applied.details.contains_key("document") && !seen_before => Ok(Kept::No),
            kept => Ok(kept),
        }
    }

    /// What the provider's log of deletions says of a user; its newest entry counts.
    async fn logged(&self, user_id: &str) -> Result<Kept, StepEnd> {
        let (mut keys, mut start, mut newest) = (StartKeys::default(), None, None::<Deletion>);
        loop {
            let page = match self.caller.read(&Call::Deletions { start }).await {
                Ok(answer) => answer.deletions(),
                Err(Broken::Failed(error)) if !error.failure.later() && !self.concerns_all(&error) => {
                    return Ok(Kept::Untold);
                }
                Err(broken) => return Err(self.unread(broken)),
            };
            for deletion in page.deletions {
                if deletion.get("user_id").is_some_and(|id| id == user_id)
                    && newest.as_ref().is_none_or(|before| is_newer(&deletion, before))
                {
                    newest = Some(deletion);
                }
            }
            let Ok(Some(next)) = keys.follow(page.next) else { break };
            start = Some(next);
        }
        Ok(match newest.as_ref().and_then(says_archived) {
            Some(true) => Kept::Yes,
            Some(false) => Kept::No,
            None => Kept::Untold,
        })
    }

    /// Whether the provider's log shows that the user was archived.
    pub(super) async fn is_logged(&self, user_id: &str) -> bool {
        matches!(self.logged(user_id).await, Ok(Kept::Yes))
    }

    /// A look after an archive of unclear effect.
    pub(super) async fn archived_in_doubt(&self, user_id: &str, call: Call) -> Result<Ahead, StepEnd> {
        match self.user(user_id).await? {
            Some(user) if user.is_archived() => Ok(Ahead::There(kept_details(true))),
            // Shown as disabled, it may be archived or not yet; a second archive does no harm.
            Some(_) => Ok(Ahead::Send(call)),
            None => match self.logged(user_id).await? {
                Kept::Yes => Ok(Ahead::There(kept_details(true))),
                Kept::No => Ok(Ahead::There(kept_details(false))),
                Kept::Untold => Err(StepEnd::Unknown(hidden())),
            },
        }
    }

    /// A refusal after an archive of unclear effect: most likely it had one.
    pub(super) async fn archive_refused(
        &self,
        user_id: &str,
        user: Option<User>,
        error: CallError,
    ) -> StepEnd {
        let told = format!("{} {}", error.code, error.message).to_lowercase().contains("archived");
        let done = |kept| {
            StepEnd::Done(Applied { status: error.status, details: kept_details(kept), ..Applied::default() })
        };
        if user.is_some_and(|user| user.is_archived()) || told {
            return done(true);
        }
        match self.logged(user_id).await {
            Ok(Kept::Yes) => done(true),
            Ok(Kept::No) => done(false),
            Ok(Kept::Untold) | Err(StepEnd::Failed(_)) => StepEnd::Unknown(error),
            Err(end) => end,
        }
    }

    /// The user is gone for good, which nobody wanted: nobody else may follow.
    fn not_archived(&self, user_id: &str, applied: &Applied) -> StepEnd {
        let message = format!(
            "the provider deleted the user {user_id} for good although it was asked to archive: this account keeps no \
             archive, so no further user was sent; ask the provider, and until then use --mode disable"
        );
        self.stop.raise(Stop::new(Cause::Guard, NOT_ARCHIVED, message.clone()));
        StepEnd::Wrong(CallError {
            failure: Failure::Refused,
            code: NOT_ARCHIVED.into(),
            message,
            status: applied.status,
            request_id: applied.request_id.clone(),
        })
    }
}

fn kept_details(kept: bool) -> Details {
    Details::from([("data_archived".to_string(), kept.to_string())])
}

fn details(applied: &Applied, kept: &Kept) -> Details {
    let told = applied.details.get("deleted_at").and_then(|at| at.parse::<Timestamp>().ok());
    let until = told.unwrap_or_else(Timestamp::now).checked_add(RETENTION).ok();
    let kept = if matches!(kept, Kept::Yes) { "true" } else { "unconfirmed" };
    let mut details = Details::from([("data_archived".to_string(), kept.to_string())]);
    details
        .extend(until.map(|until| ("restorable_until".to_string(), until.strftime("%Y-%m-%d").to_string())));
    details
}

fn hidden() -> CallError {
    CallError {
        failure: Failure::Unclear,
        code: "outcome_unknown".into(),
        message: "the archive was sent and its answer was lost; the provider shows neither the user nor an entry in its log"
            .into(),
        status: None,
        request_id: String::new(),
    }
}
