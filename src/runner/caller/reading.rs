//! Reads whose answers may leave out what was asked for.
//!
//! The sample of a single read has no devices (seed 001), and nothing says which account shows them where.

use std::time::Duration;

use super::{Broken, Caller};
use crate::provider::{Call, Filter, Listing, Offsets, Paging};
use crate::roster::User;

/// The first wait before a read that was answered, but not as it should be.
const FIRST_WAIT: Duration = Duration::from_millis(500);

impl Caller<'_> {
    /// The waits between tries of such a read: as many as a failing one has.
    pub fn patience(&self) -> impl Iterator<Item = Duration> {
        (0..self.retries).map(|tried| FIRST_WAIT * 2_u32.pow(tried.min(5)))
    }

    /// The user as a single read shows it, with the devices that a list shows where the read shows none.
    pub async fn user(&self, user_id: &str) -> Result<Option<User>, Broken> {
        match self.read(&Call::Get { user_id: user_id.to_string() }).await?.user() {
            Some(user) => self.with_listed_devices(user).await.map(Some),
            None => Ok(None),
        }
    }

    /// A user whom a single read showed, with the devices that only a list shows; they stay untold where it shows none either.
    pub async fn with_listed_devices(&self, user: User) -> Result<User, Broken> {
        let facts = self.provider().facts();
        if user.devices.is_some() || user.email.is_empty() || facts.paging == Paging::Key {
            return Ok(user);
        }
        for filter in Filter::by_emails([user.email.to_string()], facts) {
            let mut offsets = Offsets::default();
            loop {
                let (filter, offset) = (filter.clone(), offsets.offset());
                let listing = Listing { filter, offset, limit: facts.page, ..Listing::default() };
                let mut page = self.read(&Call::List(listing)).await?.page();
                let is_last = offsets.take(&mut page);
                if let Some(listed) = page.users.into_iter().find(|listed| listed.id == user.id) {
                    return Ok(User { devices: listed.devices, ..user });
                }
                if is_last {
                    break;
                }
            }
        }
        Ok(user)
    }
}
