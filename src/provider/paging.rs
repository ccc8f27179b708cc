//! Pages of lists, and how one leads to the next: by counting, or by a key that the provider names.
//!
//! Pure. Keys are opaque; a list that names the same page twice would never end, so it is refused.

use std::collections::HashSet;

use super::{CallError, Failure};
use crate::roster::{Device, User};

/// How one page of a provider's lists leads to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Paging {
    /// By the number of users before it, to an empty page or to the total.
    #[default]
    Offset,
    /// By the key that the page before names, to the page that names none.
    Key,
}

/// One page of the users of an account.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub users: Vec<User>,
    /// How many users match in all, where the provider says so.
    pub total: Option<u64>,
    /// The key of the next page, at a provider that names its pages.
    pub next: Option<String>,
    /// Those of the page who are not among `users`.
    pub unreadable: Vec<Unreadable>,
}

impl Page {
    /// How many users the page shows, in whatever form.
    pub fn length(&self) -> u64 {
        (self.users.len() + self.unreadable.len()) as u64
    }
}

/// A user whom the provider sent in a form that cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// The place on its page, or in the whole list, from 0.
    pub place: u64,
    /// Empty where it shows none.
    pub user_id: String,
    /// What is wrong with it: a phrase without personal data.
    pub problem: String,
}

/// One page of the devices of a user.
#[derive(Debug, Clone, Default)]
pub struct DevicePage {
    pub devices: Vec<Device>,
    pub next: Option<String>,
}

/// The keys that one walk has followed.
#[derive(Debug, Default)]
pub struct StartKeys(HashSet<String>);

impl StartKeys {
    /// The next page's key, unless the walk has been there.
    pub fn follow(&mut self, next: Option<String>) -> Result<Option<String>, CallError> {
        match next {
            Some(key) if !self.0.insert(key.clone()) => Err(CallError {
                failure: Failure::Refused,
                code: "bad_response".into(),
                message: "the provider's list names the same next page twice, so it would never end; ask the provider"
                    .into(),
                status: None,
                request_id: String::new(),
            }),
            next => Ok(next),
        }
    }
}

/// A walk by offsets over the users whom a filter finds. A short page is no end of it, since a provider may have smaller pages
/// than were asked for, and a full one is none either, since it may pass filters over.
#[derive(Debug, Default)]
pub struct Offsets {
    offset: u64,
    seen: HashSet<String>,
}

impl Offsets {
    /// How many users the pages before showed.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The users of the next page whom no page before it showed, and whether it is the last: it is empty or shows nobody new,
    /// or the total is reached.
    pub fn take(&mut self, page: Page) -> (Vec<User>, bool) {
        let total = page.total;
        self.offset += page.length();
        let mut users = page.users;
        users.retain(|user| self.seen.insert(user.id.clone()));
        let is_last = users.is_empty() || total.is_some_and(|total| self.offset >= total);
        (users, is_last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_by_offsets_goes_on_after_a_short_page_and_never_in_circles() {
        let page = |ids: &[&str], total| {
            let users = ids.iter().map(|id| User { id: (*id).into(), ..User::default() }).collect();
            Page { users, total, ..Page::default() }
        };
        let mut untold = Offsets::default();
        let walk = [(&["a", "b"][..], false), (&["c"], false), (&[], true)];
        for (ids, is_last) in walk {
            let (found, last) = untold.take(page(ids, None));
            assert_eq!((found.len(), last), (ids.len(), is_last), "{ids:?}");
        }
        assert_eq!(untold.offset(), 3);
        let (found, is_last) = untold.take(page(&["a", "b"], None));
        assert!(found.is_empty() && is_last, "the first page again");
        let mut told = Offsets::default();
        assert!(!told.take(page(&["a"], Some(2))).1);
        assert!(told.take(page(&["b"], Some(2))).1);
    }

    #[test]
    fn a_walk_ends_at_no_key_and_stops_at_a_repeated_one() {
        let mut keys = StartKeys::default();
        for key in ["a", "b", "c"] {
            assert_eq!(keys.follow(Some(key.into())), Ok(Some(key.into())));
        }
        assert_eq!(keys.follow(None), Ok(None));
        assert!(keys.follow(Some("b".into())).is_err_and(|error| error.code == "bad_response"));
    }
}
