//! The protocol of a create, which cannot be undone by trying again: look before repeating.

use std::time::Duration;

use super::step::{Applied, Current, StepEnd, Try};
use super::{Broken, Engine};
use crate::plan::created_by_row;
use crate::planted::{Bug, planted};
use crate::provider::{Call, CallError, Facts, Failure, Filter, Listing, Offsets, Paging, StartKeys};
use crate::retry::Next;
use crate::roster::{NewUser, User};

/// What a look for the row's user found.
#[derive(Debug)]
pub(super) enum Seen {
    /// The user that this row made.
    Ours(Box<User>),
    /// Somebody else has the e-mail or the number.
    Other(Box<User>),
    Nobody,
}

impl Engine<'_> {
    /// Brings about a user, exactly once.
    pub(super) async fn ensure_user(&self, current: &mut Current<'_>, wish: &NewUser) -> StepEnd {
        let call = Call::Create(wish.clone());
        let findable = wish.has_natural_key() || planted(Bug::NamelessSentAgain);
        let content = (!wish.has_natural_key()).then(|| (self.content_of)(wish));
        let mut tries = self.tries();
        // One look answers for all attempts before it; an attempt without effect raises no new question.
        let mut unanswered = current.in_doubt;
        loop {
            if unanswered && !planted(Bug::CreatesWithoutLook) {
                if !findable {
                    return StepEnd::Unknown(lost());
                }
                let seen = match self.found.take(current.row) {
                    Some(seen) => Ok(seen),
                    None => self.settled_look(wish, self.settle).await,
                };
                match seen {
                    Ok(Seen::Nobody) => unanswered = false,
                    Ok(seen) => return found(seen),
                    Err(end) => return end,
                }
            }
            let error = match self.attempt(current, &call, content.clone()).await {
                Try::Done(applied) => return StepEnd::Done(applied),
                Try::Stopped => return StepEnd::Stopped,
                Try::NoEffect(error) => error,
                Try::Unclear(error) => {
                    (current.in_doubt, unanswered) = (true, true);
                    if !findable {
                        return StepEnd::Unknown(error);
                    }
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
                    return self.create_used_up(current, wish, error).await;
                }
                Next::Final if self.concerns_all(&error) => return StepEnd::Stopped,
                Next::Final if planted(Bug::RefusalEndsDoubt) => return StepEnd::Failed(error),
                Next::Final
                    if (current.in_doubt || planted(Bug::ExistsIsOurs))
                        && error.failure == Failure::Exists =>
                {
                    return self.exists_after_doubt(wish, error).await;
                }
                Next::Final if current.in_doubt => return self.refused_after_doubt(wish, error).await,
                Next::Final => return StepEnd::Failed(error),
            }
        }
    }

    async fn create_used_up(&self, current: &Current<'_>, wish: &NewUser, error: CallError) -> StepEnd {
        if !current.in_doubt || planted(Bug::UsedUpIsFailed) {
            return StepEnd::Failed(error);
        }
        match self.settled_look(wish, self.settle).await {
            Ok(Seen::Nobody) | Err(StepEnd::Unknown(_)) => StepEnd::Unknown(error),
            Ok(seen) => found(seen),
            Err(end) => end,
        }
    }

    /// "Exists" after an unclear try is most likely our own user, whom a lagging list may not show yet.
    async fn exists_after_doubt(&self, wish: &NewUser, error: CallError) -> StepEnd {
        let mut wait = self.settle / 2;
        for _ in 0..5 {
            match self.settled_look(wish, wait).await {
                Ok(Seen::Nobody) => wait *= 2,
                Ok(seen) => return found(seen),
                Err(end) => return end,
            }
        }
        StepEnd::Unknown(error)
    }

    /// A refusal says nothing of the attempt before it: that one may have made the user, or may do so yet.
    async fn refused_after_doubt(&self, wish: &NewUser, error: CallError) -> StepEnd {
        match self.settled_look(wish, self.latest_effect()).await {
            Ok(Seen::Nobody) => StepEnd::Failed(error),
            Ok(seen) => found(seen),
            Err(end) => end,
        }
    }

    async fn settled_look(&self, wish: &NewUser, wait: Duration) -> Result<Seen, StepEnd> {
        let look = async {
            self.caller.rest(if planted(Bug::LooksAtOnce) { Duration::ZERO } else { wait }).await?;
            self.look_for(wish).await
        };
        // Rows that never look are smaller for it.
        Box::pin(look).await.map_err(|broken| match broken {
            Broken::Stopped => StepEnd::Stopped,
            Broken::Failed(error) if self.concerns_all(&error) => StepEnd::Stopped,
            Broken::Failed(error) => StepEnd::Unknown(error),
        })
    }

    /// Looks by e-mail, and by number where the e-mail shows nobody.
    async fn look_for(&self, wish: &NewUser) -> Result<Seen, Broken> {
        let (mut seen, facts) = (Seen::Nobody, self.caller.provider().facts());
        if let Some(email) = &wish.email {
            let users = self.listed(Filter::by_emails([email.to_string()], facts)).await?;
            seen = judged(wish, users, |user| user.email.eq_ignore_ascii_case(email));
        }
        if let (Seen::Nobody, Some(number)) = (&seen, &wish.number)
            && !planted(Bug::LooksByEmailOnly)
        {
            let users = self.listed(Filter::by_contacts([number.to_string()], facts)).await?;
            seen = judged(wish, users, |user| user.has_contact(number));
        }
        Ok(seen)
    }

    async fn listed(&self, filters: Vec<Filter>) -> Result<Vec<User>, Broken> {
        let mut users = Vec::new();
        for filter in filters {
            // Nobody who was just made is archived.
            users.extend(self.walked(filter, |user| !user.is_archived()).await?);
        }
        Ok(users)
    }

    /// The users of all pages of a list, as far as they are wanted.
    pub(super) async fn walked(
        &self,
        filter: Filter,
        is_wanted: impl Fn(&User) -> bool,
    ) -> Result<Vec<User>, Broken> {
        let Facts { page: limit, paging, .. } = *self.caller.provider().facts();
        let (mut users, mut keys, mut start) = (Vec::new(), StartKeys::default(), None);
        let mut offsets = Offsets::default();
        loop {
            // One of the two leads on, as the provider pages.
            let offset = offsets.offset();
            let listing = Listing { filter: filter.clone(), start, offset, limit, ..Listing::default() };
            let mut page = self.caller.read(&Call::List(listing)).await?.page();
            start = keys.follow(page.next.take()).map_err(Broken::Failed)?;
            let is_last = offsets.take(&mut page);
            users.extend(page.users.into_iter().filter(&is_wanted));
            let is_last = match paging {
                Paging::Offset => is_last,
                // A filter may thin out pages, so that only the one without a next key is the last.
                Paging::Key => start.is_none(),
            };
            if is_last {
                return Ok(users);
            }
        }
    }
}

/// Whose the row's e-mail or number is. Where several have it, the one that the row made counts.
pub(super) fn judged(wish: &NewUser, users: Vec<User>, is_meant: impl Fn(&User) -> bool) -> Seen {
    let most = if planted(Bug::FirstFoundCounts) { 1 } else { usize::MAX };
    let users = users.into_iter().filter(|user| is_meant(user) || created_by_row(wish, user)).take(most);
    let (ours, others): (Vec<User>, Vec<User>) =
        users.partition(|user| created_by_row(wish, user) || planted(Bug::AdoptsAnybody));
    let other = || others.into_iter().next().map(|user| Seen::Other(Box::new(user)));
    ours.into_iter().next().map(|user| Seen::Ours(Box::new(user))).or_else(other).unwrap_or(Seen::Nobody)
}

fn found(seen: Seen) -> StepEnd {
    match seen {
        Seen::Ours(user) => StepEnd::Done(Applied { user: Some(user), ..Applied::default() }),
        Seen::Other(user) => StepEnd::Failed(CallError {
            failure: Failure::Exists,
            code: "already_exists".into(),
            message: format!(
                "the e-mail or the number belongs to another user (id {}) with other data; correct the row, or change \
                 the user with `callroster update`",
                user.id
            ),
            status: None,
            request_id: String::new(),
        }),
        Seen::Nobody => StepEnd::Unknown(lost()),
    }
}

fn lost() -> CallError {
    CallError {
        failure: Failure::Unclear,
        code: "outcome_unknown".into(),
        message: "the answer was lost".into(),
        status: None,
        request_id: String::new(),
    }
}
