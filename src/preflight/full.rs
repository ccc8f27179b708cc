//! What a list leaves out of the users whom rows name, read one by one where a row's plan rests on it.
//!
//! The list of a provider that names its pages shows neither who is disabled or archived nor anybody's phone (Audian's only
//! page on it, docs.audian.com, basics; Kazoo's summaries alike); a single read shows both.

use futures::stream::{self, StreamExt, TryStreamExt};

use super::Preflight;
use super::leavers::is_purge;
use super::people::identity_of;
use crate::provider::{Call, Failure, Listing, Paging};
use crate::roster::User;
use crate::row::{Mode, Request};
use crate::runner::Broken;

impl Preflight<'_> {
    /// Whether lists of the provider leave out what single reads show.
    pub(super) fn reads_more(&self) -> bool {
        self.caller.provider().facts().paging == Paging::Key
    }

    /// The users whom a row names, with all that its plan rests on.
    pub(super) async fn in_full(&self, users: Vec<User>, request: &Request) -> Result<Vec<User>, Broken> {
        if users.iter().all(|user| self.tells_enough(user, request)) {
            return Ok(users);
        }
        let read = stream::iter(users).map(|listed| self.one_in_full(listed, request));
        let read: Vec<Option<User>> = read.buffered(self.caller.most()).try_collect().await?;
        Ok(read.into_iter().flatten().collect())
    }

    async fn one_in_full(&self, listed: User, request: &Request) -> Result<Option<User>, Broken> {
        if self.tells_enough(&listed, request) {
            return Ok(Some(listed));
        }
        let gone = if self.reads_more() { unread(&listed, request) } else { None };
        Ok(self.completed_by_read(listed).await?.or(gone))
    }

    /// What a single read and the list show of a user; `None` where the read shows nobody.
    async fn completed_by_read(&self, listed: User) -> Result<Option<User>, Broken> {
        Ok(self.read_one(&listed.id).await?.map(|read| completed(read, listed)))
    }

    /// Users whom a filter by number found, with devices: a list that shows none of them cannot tell whose number it is.
    pub(super) async fn with_devices_read(&self, users: Vec<User>) -> Result<Vec<User>, Broken> {
        let read = stream::iter(users).map(|listed| async {
            match listed.devices {
                Some(_) => Ok(Some(listed)),
                None => self.completed_by_read(listed).await,
            }
        });
        let read: Vec<Option<User>> = read.buffered(self.caller.most()).try_collect().await?;
        Ok(read.into_iter().flatten().collect())
    }

    /// A user whom a single read showed, with the devices that only a list shows.
    pub(super) async fn with_listed_devices(&self, user: User) -> Result<User, Broken> {
        self.caller.with_listed_devices(user).await.inspect_err(|broken| {
            if let Broken::Failed(error) = broken {
                self.refused(&Call::List(Listing::default()), error);
            }
        })
    }

    /// Whether the list showed of the user what the plan of the row rests on.
    fn tells_enough(&self, user: &User, request: &Request) -> bool {
        match self.reads_more() {
            true => tells_account(user, request),
            // A list that counts its pages shows all, but for an account whose list has no devices.
            false => user.devices.is_some() || !rests_on_devices(request),
        }
    }

    /// One user as a single read shows it; `None` for nobody.
    pub(super) async fn read_one(&self, id: &str) -> Result<Option<User>, Broken> {
        match self.caller.read(&Call::Get { user_id: id.to_string() }).await {
            Ok(answer) => Ok(answer.user()),
            Err(Broken::Failed(error)) if error.failure == Failure::Missing => Ok(None),
            Err(broken) => {
                if let Broken::Failed(error) = &broken {
                    self.refused(&Call::Get { user_id: String::new() }, error);
                }
                Err(broken)
            }
        }
    }
}

/// Whether status, number and role are shown, as far as the row asks for them.
fn tells_account(user: &User, request: &Request) -> bool {
    let (number, role) = match request {
        Request::Onboard(wish) => (wish.user.phone.is_some(), wish.user.role.is_some()),
        Request::Update(wish) => {
            (wish.new_number.is_some() || identity_of(request).contact_uri.is_some(), false)
        }
        request => (identity_of(request).contact_uri.is_some(), false),
    };
    let lacks = user.status.is_empty() || (number && user.phone.is_empty()) || (role && user.role.is_empty());
    !lacks
}

/// Whether devices decide what becomes of the row.
pub(super) fn rests_on_devices(request: &Request) -> bool {
    let named = identity_of(request).contact_uri.is_some();
    match request {
        Request::Onboard(wish) => wish.user.number.is_some() || wish.sip_password.is_some(),
        Request::Update(wish) => {
            let device = wish.device_id.is_some() || wish.new_number.is_some();
            named || device || wish.available.is_some() || wish.sip_password.is_some()
        }
        Request::Offboard(wish) => named || wish.mode == Mode::Disable,
        Request::Restore(_) => false,
    }
}

/// A user whom the list shows and a single read does not: archived users need not be shown, and others may have gone since.
fn unread(listed: &User, request: &Request) -> Option<User> {
    match request {
        // Its e-mail is not free, so nobody is made beside it.
        Request::Onboard(_) => Some(User { status: "archived".into(), ..listed.clone() }),
        request if is_purge(request) => Some(listed.clone()),
        _ => None,
    }
}

/// What a read showed, and what only the list did.
fn completed(read: User, listed: User) -> User {
    let or = |read: compact_str::CompactString, listed| if read.is_empty() { listed } else { read };
    User {
        id: listed.id,
        first_name: or(read.first_name, listed.first_name),
        last_name: or(read.last_name, listed.last_name),
        email: or(read.email, listed.email),
        role: or(read.role, listed.role),
        username: or(read.username, listed.username),
        status: or(read.status, listed.status),
        phone: or(read.phone, listed.phone),
        devices: read.devices.or(listed.devices),
        active_call: or(read.active_call, listed.active_call),
        ..read
    }
}
