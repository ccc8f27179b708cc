//! What became of the creates that an earlier process left in doubt: looked up a page a call, before anything is sent.

use std::collections::{HashMap, HashSet};

use super::create::{Seen, judged};
use super::rows::Planned;
use super::{Broken, Engine};
use crate::plan::Step;
use crate::provider::{Call, Filter, Listing, Paging};
use crate::roster::NewUser;
use crate::roster::User;

impl Engine<'_> {
    /// Waits once for late effects and looks up all doubtful rows that `next` gives; what that cannot find out is
    /// left to each row.
    pub async fn find_doubtful<E>(
        &self,
        mut next: impl AsyncFnMut() -> Result<Option<Planned>, E>,
    ) -> Result<(), E> {
        let mut doubtful = Vec::new();
        if self.journal.state().open.is_empty() {
            return Ok(());
        }
        while let Some(planned) = next().await? {
            if self.is_doubtful(&planned) {
                doubtful.push(planned);
            }
        }
        self.find(&doubtful).await;
        Ok(())
    }

    /// Whether only a look can tell if an earlier process made the row's user.
    fn is_doubtful(&self, planned: &Planned) -> bool {
        let state = self.journal.state();
        let open = state.open.get(&planned.row).filter(|open| open.in_doubt && open.done.is_empty());
        open.is_some() && wish_of(planned).is_some_and(NewUser::has_natural_key)
    }

    async fn find(&self, rows: &[Planned]) {
        // A row that is alone finds its user as well by itself, and perhaps with one call.
        let by_walk = self.caller.provider().facts().paging == Paging::Key;
        if rows.len() <= usize::from(by_walk) || self.caller.rest(self.settle).await.is_err() {
            return;
        }
        if by_walk {
            // What a walk cannot show is left to each row.
            let _ = self.find_by_walk(rows).await;
            return;
        }
        for block in rows.chunks(self.caller.provider().facts().page.max(1) as usize) {
            let Ok(Some(users)) = self.users_of(block).await else { return };
            for planned in block {
                let Some(wish) = wish_of(planned) else { continue };
                self.found.keep(planned.row, seen_among(wish, &users));
            }
        }
    }

    /// One walk over the roster for all rows: a filter takes one value there, and may be ignored (Audian).
    async fn find_by_walk(&self, rows: &[Planned]) -> Result<(), Broken> {
        let emails = rows.iter().filter_map(wish_of).filter_map(|wish| wish.email.as_deref());
        let wanted: HashSet<String> = emails.map(str::to_lowercase).collect();
        let is_wanted = |user: &User| !user.is_archived() && wanted.contains(&*user.email.to_lowercase());
        let mut users: HashMap<String, Vec<User>> = HashMap::new();
        for user in self.walked(Filter::All, is_wanted).await? {
            users.entry(user.email.to_lowercase().into()).or_default().push(user);
        }
        for planned in rows {
            let Some(wish) = wish_of(planned) else { continue };
            let email = wish.email.as_deref().unwrap_or_default().to_lowercase();
            self.found.keep(planned.row, seen_among(wish, users.get(&email).map_or(&[][..], Vec::as_slice)));
        }
        Ok(())
    }

    /// All who have an e-mail or a number of the block; `None` where they are more than a page.
    async fn users_of(&self, block: &[Planned]) -> Result<Option<Vec<User>>, Broken> {
        let wishes = || block.iter().filter_map(wish_of);
        let emails: Vec<String> =
            wishes().filter_map(|wish| wish.email.as_deref().map(str::to_owned)).collect();
        let numbers: Vec<String> =
            wishes().filter_map(|wish| wish.number.as_deref().map(str::to_owned)).collect();
        let facts = self.caller.provider().facts();
        let (mut users, limit) = (Vec::new(), facts.page);
        for filter in [Filter::by_emails(emails, facts), Filter::by_contacts(numbers, facts)].concat() {
            let call = Call::List(Listing { filter, limit, ..Listing::default() });
            let page = self.caller.read(&call).await?.page();
            let all = page.total.is_some_and(|total| total <= page.users.len() as u64);
            if !all || !page.unreadable.is_empty() {
                return Ok(None);
            }
            users.extend(page.users);
        }
        Ok(Some(users))
    }
}

fn wish_of(planned: &Planned) -> Option<&NewUser> {
    match planned.plan.steps.first() {
        Some(Step::EnsureUser(wish)) => Some(wish),
        _ => None,
    }
}

/// Looks by e-mail, and by number where the e-mail shows nobody, as a single look does.
fn seen_among(wish: &NewUser, users: &[User]) -> Seen {
    let by_email =
        |user: &User| wish.email.as_ref().is_some_and(|email| user.email.eq_ignore_ascii_case(email));
    let by_number = |user: &User| wish.number.as_ref().is_some_and(|number| user.has_contact(number));
    match judged(wish, users.to_vec(), by_email) {
        Seen::Nobody => judged(wish, users.to_vec(), by_number),
        seen => seen,
    }
}
