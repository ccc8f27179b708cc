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

    /// Takes the next page, leaves those on it whom no page before showed, and tells whether it is the last: nobody is left, or the
    /// total is reached.
    pub fn take(&mut self, page: &mut Page) -> bool {
        self.offset += page.length();
        page.users.retain(|user| self.seen.insert(user.id.clone()));
        page.users.is_empty() || page.total.is_some_and(|total| self.offset >= total)
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
            let mut next = page(ids, None);
            let last = untold.take(&mut next);
            assert_eq!((next.users.len(), last), (ids.len(), is_last), "{ids:?}");
        }
        assert_eq!(untold.offset(), 3);
        assert!(untold.take(&mut page(&["a", "b"], None)), "the first page again");
        let mut told = Offsets::default();
        assert!(!told.take(&mut page(&["a"], Some(2))));
        assert!(told.take(&mut page(&["b"], Some(2))));
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
