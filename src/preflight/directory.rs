//! The roster, walked over once: who of it the rows mean.
//!
//! Where a provider names its pages, its filters take one value, may mind letter case and may be ignored, so that a walk,
//! a hundred users a page, costs less and is surer than a question for every row. Where pages are counted, new rows are
//! held against the whole roster if that takes fewer calls than looking all of them up: a migration begins in an
//! account that is nearly empty.

use std::collections::{HashMap, HashSet};

use futures::stream::{self, StreamExt};

use super::newcomers::{only_id_of, wish_of};
use super::people::identity_of;
use super::{BLOCK, Preflight, PreflightFailed, ValidRows};
use crate::provider::{Call, Listing, Paging, StartKeys};
use crate::roster::User;
use crate::row::{Kind, Request};
use crate::runner::Broken;

/// The users whom the rows may mean, by every name.
#[derive(Debug, Default)]
pub(super) struct Directory {
    users: Vec<User>,
    by_name: HashMap<String, Vec<usize>>,
    /// Everybody is in it, by the id too.
    pub whole: bool,
    /// Users in the roster who are not archived.
    pub living: u64,
    /// Their ids, as far as the list showed no number of them; `None` where nobody asks.
    without_number: Option<Vec<String>>,
}

impl Directory {
    /// Whether nobody is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// The users who have one of these e-mails or addresses, without regard to case.
    pub(super) fn named(&self, names: &[String]) -> Vec<User> {
        let places = names.iter().filter_map(|name| self.by_name.get(&name.to_lowercase())).flatten();
        places.map(|place| self.users[*place].clone()).collect()
    }

    pub(super) fn with_id(&self, id: &str) -> Option<User> {
        let places = self.by_name.get(&id.to_lowercase())?;
        places.iter().map(|place| &self.users[*place]).find(|user| user.id == id).cloned()
    }

    fn take(&mut self, user: User, wanted: &HashSet<String>) {
        if !user.is_archived() {
            self.living += 1;
            if let Some(ids) = self.without_number.as_mut().filter(|_| user.phone.is_empty()) {
                ids.push(user.id.clone());
            }
        }
        let names = [&*user.id, &user.email, &user.phone].map(str::to_lowercase);
        let names = names.into_iter().filter(|name| wanted.contains(name)).collect::<HashSet<String>>();
        if !names.is_empty() {
            self.keep(user, names);
        }
    }

    fn keep(&mut self, user: User, names: HashSet<String>) {
        names.into_iter().for_each(|name| self.by_name.entry(name).or_default().push(self.users.len()));
        self.users.push(user);
    }
}

/// Fewer look-ups than this are made without asking how large the roster is, which is a call itself.
const FEW_LOOK_UPS: u64 = 4;
/// Larger rosters are not kept in memory, whatever look-ups cost.
const MOST_PAGES: u64 = 100;

impl Preflight<'_> {
    /// The whole roster for new rows, where it costs fewer calls than to look them up.
    pub(super) async fn small_roster<R: ValidRows>(
        &self,
        rows: &mut R,
    ) -> Result<Option<Directory>, PreflightFailed<R::Error>> {
        let (mut names, mut ids) = (0, 0);
        while names / BLOCK as u64 + ids < MOST_PAGES
            && let Some(sought) = rows.next().map_err(PreflightFailed::Rows)?
        {
            let Some(wish) = wish_of(&sought.request) else { continue };
            names += u64::from(wish.email.is_some()) + u64::from(wish.number.is_some());
            ids += u64::from(only_id_of(&sought.request).is_some() && !self.again);
        }
        rows.rewind().map_err(PreflightFailed::Rows)?;
        let look_ups = names / BLOCK as u64 + ids;
        if look_ups < FEW_LOOK_UPS {
            return Ok(None);
        }
        let Some(users) = self.whole_roster(look_ups).await? else { return Ok(None) };
        let mut directory = Directory { whole: true, ..Directory::default() };
        for user in users {
            let contacts = user.devices().iter().map(|device| device.contact_uri.as_str());
            let names: HashSet<String> =
                contacts.chain([&*user.email, &*user.id]).map(str::to_lowercase).collect();
            directory.keep(user, names);
        }
        Ok(Some(directory))
    }

    /// Walks over the roster for the rows; `None` where the provider counts its pages, or nobody has to be found.
    pub(super) async fn directory_of<R: ValidRows>(
        &self,
        rows: &mut R,
    ) -> Result<Option<Directory>, PreflightFailed<R::Error>> {
        if self.caller.provider().facts().paging != Paging::Key || self.kind == Kind::Restore {
            return Ok(None);
        }
        let (mut wanted, mut by_id_alone, mut by_number_alone) = (HashSet::new(), true, false);
        while let Some(sought) = rows.next().map_err(PreflightFailed::Rows)? {
            let who = identity_of(&sought.request);
            let (email, other) = match &sought.request {
                // Somebody else may have the number.
                Request::Onboard(wish) => (wish.user.email.as_deref(), wish.user.any_number()),
                Request::Offboard(wish) => (who.email.as_deref(), wish.reassign_to.as_deref()),
                // Somebody else may have the new e-mail.
                Request::Update(wish) => (who.email.as_deref(), wish.new_email.as_deref()),
                Request::Restore(_) => (None, None),
            };
            by_id_alone &= email.is_none() && other.is_none() && who.contact_uri.is_none();
            by_number_alone |= email.is_none() && who.user_id.is_none() && who.contact_uri.is_some();
            let names = [email, other, who.user_id.as_deref(), who.contact_uri.as_deref()];
            let names = names.into_iter().flatten();
            wanted.extend(names.map(|name| name.to_lowercase()));
        }
        rows.rewind().map_err(PreflightFailed::Rows)?;
        if self.kind != Kind::Offboard && by_id_alone {
            return Ok(None);
        }
        let mut directory = Directory::default();
        if by_number_alone && self.caller.provider().facts().notes_numbers {
            directory.without_number = Some(Vec::new());
        }
        self.walk_by_key(&mut directory, &wanted).await?;
        self.read_numbers(&mut directory, &wanted).await?;
        Ok(Some(directory))
    }

    /// Reads those whose number the list did not show, since a row that names its user by number alone may mean any of them.
    async fn read_numbers(&self, directory: &mut Directory, wanted: &HashSet<String>) -> Result<(), Broken> {
        let unshown = directory.without_number.take().unwrap_or_default();
        let mut read = stream::iter(&unshown).map(|id| self.read_one(id)).buffered(self.caller.most());
        while let Some(user) = read.next().await {
            let number = |user: &User| user.phone.to_lowercase().to_string();
            if let Some(user) = user?.filter(|user| wanted.contains(&number(user))) {
                let names = HashSet::from([number(&user)]);
                directory.keep(user, names);
            }
        }
        Ok(())
    }

    async fn walk_by_key(&self, directory: &mut Directory, wanted: &HashSet<String>) -> Result<(), Broken> {
        let limit = self.caller.provider().facts().page;
        let (mut keys, mut start) = (StartKeys::default(), None);
        let mut seen = HashSet::new();
        loop {
            let call = Call::List(Listing { start, limit, ..Listing::default() });
            let page = self.read(&call).await?.page();
            for user in page.users {
                if seen.insert(user.id.clone()) {
                    directory.take(user, wanted);
                }
            }
            start = keys.follow(page.next).map_err(|error| {
                self.refused(&call, &error);
                Broken::Failed(error)
            })?;
            if start.is_none() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_wanted_are_kept_and_found_by_every_name() {
        let mut directory = Directory::default();
        let wanted = HashSet::from(["a@x.com".to_string(), "u2".to_string()]);
        for (id, email, status) in
            [("u1", "A@x.com", ""), ("u2", "", "archived"), ("u3", "c@x.com", ""), ("u4", "a@X.com", "")]
        {
            let user = User { id: id.into(), email: email.into(), status: status.into(), ..User::default() };
            directory.take(user, &wanted);
        }
        let ids = |users: Vec<User>| users.into_iter().map(|user| user.id).collect::<Vec<_>>();
        assert_eq!(ids(directory.named(&["a@X.com".into()])), ["u1", "u4"]);
        assert_eq!(directory.with_id("u2").map(|user| user.id), Some("u2".into()));
        assert_eq!(directory.with_id("U2"), None);
        assert_eq!((directory.living, directory.users.len()), (3, 3));
    }
}
