//! What a row of Audian's needs beside its user: the heir of the devices, the devices, archived users by id.
//!
//! Reads only. At Exotel the list shows devices, and nobody inherits.

use std::collections::HashSet;

use super::Preflight;
use super::people::{Found, identity_of};
use super::roster::Walk;
use crate::provider::{Call, Failure, Paging, StartKeys};
use crate::roster::{Device, User};
use crate::row::{Mode, Request};
use crate::runner::Broken;
use crate::validate::Vocabulary;

/// A problem with the heir: code and message.
type Refusal = (&'static str, String);

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
            Found::Nobody => return Ok(archived_by_id(request).unwrap_or_else(|| nobody(request))),
            found => return Ok(found),
        };
        if is_purge(request)
            && user.status == "disabled"
            && let Some(archived) = walk.archived.get_or_try_init(|| self.archived_by_log()).await?
            && !archived.contains(&user.id)
        {
            let message = format!(
                "the user {} is disabled, and the provider's log shows no archive of it; archive the user first, or write \
                 delete into mode",
                user.id
            );
            return Ok(Found::Refused { user_id: user.id, code: "user_not_archived", message });
        }
        if user.devices.is_none() && needs_devices(request) && !user.is_archived() {
            user.devices = Some(self.devices(&user.id).await?);
        }
        let heir = match request {
            Request::Offboard(wish) if wish.mode != Mode::Purge => wish.reassign_to.as_deref(),
            _ => None,
        };
        let Some(heir) = heir.filter(|_| !user.is_archived()) else { return Ok(Found::One(user)) };
        Ok(match self.heir(heir, walk).await? {
            Ok(heir) => Found::Leaver(user, heir),
            Err((code, message)) => Found::Refused { user_id: user.id, code, message },
        })
    }

    /// The user who gets the devices.
    async fn heir(&self, name: &str, walk: &Walk) -> Result<Result<Box<User>, Refusal>, Broken> {
        let mut users = match (&walk.directory, name.contains('@')) {
            (Some(directory), true) => directory.named(&[name.to_string()]),
            _ => self.by_id(name, walk).await?.into_iter().collect(),
        };
        let known = users.len();
        users.retain(|user| !user.is_archived());
        Ok(match (users.pop(), users.is_empty()) {
            (Some(user), true) => Ok(Box::new(user)),
            (Some(_), false) => Err((
                "user_ambiguous",
                format!("reassign_to {name} belongs to several users; name one by its user id"),
            )),
            (None, _) if known > 0 => Err((
                "user_not_found",
                format!("reassign_to {name} is archived and cannot get devices; name somebody who stays"),
            )),
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
        let (mut archived, mut keys, mut start) = (HashSet::new(), StartKeys::default(), None);
        loop {
            let page = match self.caller.read(&Call::Deletions { start }).await {
                Ok(answer) => answer.deletions(),
                Err(Broken::Stopped) => return Err(Broken::Stopped),
                Err(Broken::Failed { .. }) => return Ok(None),
            };
            for deletion in page.deletions {
                let id = deletion.get("user_id").cloned().unwrap_or_default();
                match deletion.get("archived").map(String::as_str) {
                    Some("true") => _ = archived.insert(id),
                    _ => _ = archived.remove(&id),
                }
            }
            let Ok(next) = keys.follow(page.next) else { return Ok(None) };
            start = next;
            if start.is_none() {
                return Ok(Some(archived));
            }
        }
    }

    async fn devices(&self, user_id: &str) -> Result<Vec<Device>, Broken> {
        match self.caller.devices_of(user_id).await {
            Err(Broken::Failed { error, .. }) if error.failure == Failure::Missing => Ok(Vec::new()),
            read => read.inspect_err(|broken| {
                if let Broken::Failed { error, .. } = broken {
                    self.refused(&Call::Devices { user_id: String::new(), start: None }, error);
                }
            }),
        }
    }
}

/// Archived users need not be shown by any read, so their id is taken at its word.
fn archived_by_id(request: &Request) -> Option<Found> {
    let means_archived = match request {
        Request::Restore(_) => true,
        request => is_purge(request),
    };
    let id = identity_of(request).user_id.clone().filter(|_| means_archived)?;
    Some(Found::One(Box::new(User { id, ..User::default() })))
}

/// A number alone names nobody where the list shows none.
fn nobody(request: &Request) -> Found {
    let who = identity_of(request);
    match (&who.user_id, &who.email, &who.contact_uri) {
        (None, None, Some(contact)) => Found::Refused {
            user_id: String::new(),
            code: "user_not_found",
            message: format!(
                "nobody was found by the device_contact_uri {contact}, since this provider's list need not show numbers; name \
                 the user by user_id or email"
            ),
        },
        _ => Found::Nobody,
    }
}

fn is_purge(request: &Request) -> bool {
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
