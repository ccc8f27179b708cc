//! What a provider's list leaves out and a column or a filter asks for: completed by single reads, each user once.
//!
//! Audian's list shows neither who is disabled, nor roles but the administrators', nor phones, nor whose the devices are.
//! A read for every user is dear, so that it is made only for columns that were asked for by name, and for a filter that
//! nothing else can answer.

use std::cell::RefCell;
use std::collections::HashMap;

use compact_str::CompactString;
use futures::stream::{self, StreamExt};

use super::ExportFailed;
use super::layout::Column;
use super::wish::ExportWish;
use crate::provider::{Call, Facts, Failure, Paging};
use crate::roster::{Device, User};
use crate::runner::{Broken, Caller};

/// The reads that an export needs beside its list, and what they told.
pub struct Completion {
    status: bool,
    role: bool,
    phone: bool,
    devices: bool,
    /// By user id; a second sweep asks nobody again.
    known: RefCell<HashMap<String, Told>>,
}

/// What single reads told of a user.
#[derive(Clone, Default)]
struct Told {
    status: CompactString,
    role: CompactString,
    phone: CompactString,
    devices: Option<Vec<Device>>,
}

impl Completion {
    /// Nothing is left out of lists that count their pages.
    pub fn of(wish: &ExportWish, facts: &Facts) -> Completion {
        let bare = facts.paging == Paging::Key;
        Completion {
            status: bare && wish.shape.asks_for(Column::Status),
            role: bare && (wish.shape.asks_for(Column::Role) || !wish.roles.is_empty()),
            phone: bare && (wish.shape.asks_for(Column::DeviceContactUri) || !wish.contact_uris.is_empty()),
            devices: bare && (wish.shape.asks_for_devices() || wish.seeks_device()),
            known: RefCell::default(),
        }
    }

    /// Fills in what the list left blank.
    pub async fn complete(&self, caller: &Caller<'_>, users: &mut [User]) -> Result<(), ExportFailed> {
        if !self.status && !self.role && !self.phone && !self.devices {
            return Ok(());
        }
        let reads = stream::iter(users.iter()).map(|user| self.told(caller, user));
        // All of them, also after a failure: a read that is dropped would keep its place in the line.
        let told: Vec<Result<Told, ExportFailed>> = reads.buffered(caller.most().max(1)).collect().await;
        let told = told.into_iter().collect::<Result<Vec<Told>, ExportFailed>>()?;
        for (user, told) in users.iter_mut().zip(told) {
            if user.status.is_empty() {
                user.status = told.status;
            }
            if user.role.is_empty() {
                user.role = told.role;
            }
            if user.phone.is_empty() {
                user.phone = told.phone;
            }
            user.devices = user.devices.take().or(told.devices);
        }
        Ok(())
    }

    async fn told(&self, caller: &Caller<'_>, user: &User) -> Result<Told, ExportFailed> {
        if let Some(told) = self.known.borrow().get(&user.id) {
            return Ok(told.clone());
        }
        let mut told = Told::default();
        let lacks = (self.status && user.status.is_empty())
            || (self.role && user.role.is_empty())
            || (self.phone && user.phone.is_empty());
        if lacks {
            let read = caller.read(&Call::Get { user_id: user.id.clone() }).await;
            let read = unless_gone(read)?.and_then(|answer| answer.user()).unwrap_or_default();
            (told.status, told.role, told.phone) = (read.status, read.role, read.phone);
        }
        if self.devices && user.devices.is_none() {
            let devices = unless_gone(caller.devices_of(&user.id).await)?;
            told.devices = devices.map(|all| all.into_iter().filter(|device| !device.borrowed).collect());
        }
        self.known.borrow_mut().insert(user.id.clone(), told.clone());
        Ok(told)
    }
}

/// Somebody may go between the list and the read.
fn unless_gone<T>(read: Result<T, Broken>) -> Result<Option<T>, ExportFailed> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(Broken::Failed(error)) if error.failure == Failure::Missing => Ok(None),
        Err(broken) => Err(broken.into()),
    }
}
