//! What a row of Audian's needs beside its user: the heir of the devices, the devices, archived users by id.
//!
//! Reads only. At Exotel the list shows devices, and nobody inherits.

use super::Preflight;
use super::people::{Found, identity_of};
use super::roster::Walk;
use crate::provider::{Call, Failure, Paging};
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
            Found::Nobody => return Ok(archived_by_id(request).unwrap_or(Found::Nobody)),
            found => return Ok(found),
        };
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
            Err((code, message)) => Found::NoHeir { user_id: user.id, code, message },
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
        Request::Offboard(wish) => wish.mode == Mode::Purge,
        _ => false,
    };
    let id = identity_of(request).user_id.clone().filter(|_| means_archived)?;
    Some(Found::One(Box::new(User { id, ..User::default() })))
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
