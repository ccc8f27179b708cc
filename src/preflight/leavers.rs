//! What a row of Audian's needs beside its user: the heir of the devices, the devices, archived users by id.
//!
//! Reads only. At Exotel the list shows devices, and nobody inherits.

use std::collections::{HashMap, HashSet};

use super::Preflight;
use super::people::{Found, identity_of};
use super::roster::Walk;
use crate::provider::{Call, Deletion, Failure, Paging, StartKeys, is_newer, says_archived};
use crate::roster::{Device, User};
use crate::row::{Identity, Mode, Request};
use crate::runner::Broken;
use crate::validate::Vocabulary;

/// A problem with a row: code and message.
type Refusal = (&'static str, String);

/// Who gets the devices, or why nobody does.
pub(super) type Heir = Result<Box<User>, Refusal>;

impl Preflight<'_> {
    /// Completes what was found for a row.
    pub(super) async fn with_devices(
        &self,
        request: &Request,
        found: Found,
        walk: &Walk,
    ) -> Result<Found, Broken> {
        if self.caller.provider().facts().paging != Paging::Key {
            return Ok(found);
        }
        let mut user = match found {
            Found::One(user) => user,
            Found::Nobody => return Ok(archived_by_id(request).unwrap_or(Found::Nobody)),
            found => return Ok(found),
        };
        if let Some(message) = taken_email(request, &user, walk) {
            return Ok(Found::Refused { user_id: user.id, code: "already_exists", message });
        }
        if is_purge(request)
            && user.is_disabled()
            && let Some(archived) = walk.archived.get_or_try_init(|| self.archived_by_log()).await?
            && !archived.contains(&user.id)
            && !self.read_one(&user.id).await?.is_some_and(|read| read.is_archived())
        {
            let message = format!(
                "the user {} is disabled, and the provider's log shows no archive of it; archive the user first, or write \
                 delete into mode",
                user.id
            );
            return Ok(Found::Refused { user_id: user.id, code: "user_not_archived", message });
        }
        if user.devices.is_none() && needs_devices(request) && !user.is_archived() {
            user.devices = self.devices(&user.id).await?;
            if user.devices.is_none()
                && let Request::Offboard(wish) = request
            {
                if wish.devices.is_empty() && wish.reassign_to.is_some() {
                    return Ok(unlisted_devices(user.id));
                }
                let named = wish.devices.iter().map(|id| Device { id: id.clone(), ..Device::default() });
                user.devices = Some(named.collect());
            }
        }
        let heir = match request {
            Request::Offboard(wish) if wish.mode != Mode::Purge => wish.reassign_to.as_deref(),
            _ => None,
        };
        let Some(heir) = heir.filter(|_| !user.is_archived()) else { return Ok(Found::One(user)) };
        Ok(match self.heir(heir, request, walk).await? {
            Ok(heir) => Found::Leaver(user, heir),
            Err((code, message)) => Found::Refused { user_id: user.id, code, message },
        })
    }

    /// The user who gets the devices; read once, however many rows name it.
    async fn heir(&self, name: &str, request: &Request, walk: &Walk) -> Result<Heir, Broken> {
        let heir = walk.heirs.borrow_mut().entry(name.to_lowercase()).or_default().clone();
        heir.get_or_try_init(|| self.find_heir(name, request, walk)).await.cloned()
    }

    async fn find_heir(&self, name: &str, request: &Request, walk: &Walk) -> Result<Heir, Broken> {
        let users = match (&walk.directory, name.contains('@')) {
            (Some(directory), true) => directory.named(&[name.to_string()]),
            _ => self.by_id(name, walk).await?.into_iter().collect(),
        };
        let mut users = self.in_full(users, request).await?;
        let known = users.first().map(|user| user.status.to_string());
        users.retain(|user| !user.is_archived() && !user.is_disabled());
        Ok(match (users.pop(), users.is_empty()) {
            (Some(user), true) => Ok(Box::new(user)),
            (Some(_), false) => Err((
                "user_ambiguous",
                format!("reassign_to {name} belongs to several users; name one by its user id"),
            )),
            (None, _) if known.is_some() => {
                let status = known.unwrap_or_default();
                Err((
                    "user_not_found",
                    format!("reassign_to {name} is {status} and cannot get devices; name somebody who stays"),
                ))
            }
            (None, _) => Err((
                "user_not_found",
                format!(
                    "nobody in the roster is the reassign_to {name}; correct the cell (a user id or an e-mail)"
                ),
            )),
        })
    }

    /// Who was archived by the provider's log; `None` where there is none. Archived users may be shown as disabled.
    async fn archived_by_log(&self) -> Result<Option<HashSet<String>>, Broken> {
        let (mut newest, mut keys, mut start) =
            (HashMap::<String, Deletion>::new(), StartKeys::default(), None);
        loop {
            let page = match self.caller.read(&Call::Deletions { start }).await {
                Ok(answer) => answer.deletions(),
                Err(Broken::Stopped) => return Err(Broken::Stopped),
                Err(Broken::Failed(_)) => return Ok(None),
            };
            for deletion in page.deletions {
                let id = deletion.get("user_id").cloned().unwrap_or_default();
                if newest.get(&id).is_none_or(|before| is_newer(&deletion, before)) {
                    newest.insert(id, deletion);
                }
            }
            let Ok(next) = keys.follow(page.next) else { return Ok(None) };
            start = next;
            if start.is_none() {
                // Whoever was deleted and can still be read was archived, whether or not the log says so.
                newest.retain(|_, deletion| says_archived(deletion) != Some(false));
                return Ok(Some(newest.into_keys().collect()));
            }
        }
    }

    /// The user with devices, where the row names one of them beside the user and no list of users shows any.
    pub(super) async fn with_named_sip(&self, user: User, who: &Identity) -> Result<User, Broken> {
        let names_sip = who.contact_uri.as_ref().is_some_and(|contact| contact.starts_with("sip:"));
        if !self.reads_more() || !names_sip || user.devices.is_some() || user.is_archived() {
            return Ok(user);
        }
        Ok(User { devices: self.devices(&user.id).await?, ..user })
    }

    /// The devices of a user who is there; `None` where nobody lists them.
    async fn devices(&self, user_id: &str) -> Result<Option<Vec<Device>>, Broken> {
        match self.caller.devices_of(user_id).await {
            Err(Broken::Failed(error)) if error.failure == Failure::Missing => Ok(None),
            read => read.map(Some).inspect_err(|broken| {
                if let Broken::Failed(error) = broken {
                    self.refused(&Call::Devices { user_id: String::new(), start: None }, error);
                }
            }),
        }
    }
}

/// Nobody is ended while the devices that the row gives away stay behind.
fn unlisted_devices(user_id: String) -> Found {
    let message = format!(
        "this deployment of the provider does not list the devices of the user {user_id}, so nobody knows which of them go to \
         reassign_to; name them in the devices column, or clear reassign_to"
    );
    Found::Refused { user_id, code: "device_not_found", message }
}

/// Archived users need not be shown by any read, so their id is taken at its word.
fn archived_by_id(request: &Request) -> Option<Found> {
    let id = identity_of(request).user_id.clone()?;
    match request {
        Request::Restore(_) => Some(Found::One(Box::new(User { id, ..User::default() }))),
        request if is_purge(request) => Some(Found::Unseen(id)),
        _ => None,
    }
}

/// Kazoo takes an e-mail twice (its code enforces user names only), so that another user's is found here.
fn taken_email(request: &Request, user: &User, walk: &Walk) -> Option<String> {
    let Request::Update(wish) = request else { return None };
    let email = wish.new_email.as_ref()?;
    let holders = walk.directory.as_ref()?.named(std::slice::from_ref(email));
    let other = holders.iter().find(|other| other.id != user.id)?;
    Some(format!(
        "the new_email {email} belongs to the user {} already; give the row another e-mail, or free that one first",
        other.id
    ))
}

pub(super) fn is_purge(request: &Request) -> bool {
    matches!(request, Request::Offboard(wish) if wish.mode == Mode::Purge)
}

fn needs_devices(request: &Request) -> bool {
    match request {
        Request::Offboard(wish) => {
            let left = wish.mode == Mode::Delete && wish.vocabulary == Vocabulary::AudianKazoo;
            wish.mode != Mode::Purge && (wish.reassign_to.is_some() || !wish.devices.is_empty() || left)
        }
        Request::Update(wish) => wish.sip_password.is_some() || wish.device_id.is_some(),
        _ => false,
    }
}
