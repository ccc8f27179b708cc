//! Audian's simulated account: users, devices with owners of their own, and the log of deletions.
//!
//! It changes only by a [`Change`], as Exotel's does. Hash maps here are looked into, never walked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use serde::{Deserialize, Serialize};

use super::super::store::Kept;
use super::super::tenant::{enter, leave};
use super::state::{AudianDevice, AudianTruth, AudianUser, Deletion};

/// One committed change of a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::simulator) enum Change {
    /// A new user; counted by key.
    Create(Box<AudianUser>),
    /// A user's new state.
    User(Box<AudianUser>),
    /// The end of the user with this id.
    UserGone(String),
    /// A device's state, new or changed.
    Device(Box<AudianDevice>),
    /// The end of the device with this id.
    DeviceGone(String),
    Logged(Box<Deletion>),
    /// Every token that was exchanged so far ends.
    TokensEnd,
    /// The clock is moved on by so many milliseconds.
    ClockMoved(i64),
    /// What is known beside users, devices and log.
    Memory(Memory),
}

/// What a tenant remembers beside its users, devices and log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::simulator) struct Memory {
    next_user: u64,
    next_device: u64,
    creates: BTreeMap<String, u64>,
    generation: u64,
    clock_moved: i64,
}

/// How long archived data are kept, in seconds: 90 days.
pub(super) const RETENTION: i64 = 90 * 86_400;

/// All users and devices of one account, in the order of the lists.
#[derive(Debug, Clone, Default)]
pub(in crate::simulator) struct Tenant {
    pub(super) seed: u64,
    /// Whether new ids are 32 hexadecimal digits.
    pub(super) hex_ids: bool,
    users: BTreeMap<u64, AudianUser>,
    devices: BTreeMap<u64, AudianDevice>,
    log: Vec<Deletion>,
    user_ids: HashMap<String, u64>,
    device_ids: HashMap<String, u64>,
    emails: HashMap<String, Vec<u64>>,
    usernames: HashMap<String, Vec<u64>>,
    extensions: HashMap<String, Vec<u64>>,
    sip_usernames: HashMap<String, Vec<u64>>,
    mac_addresses: HashMap<String, Vec<u64>>,
    /// The devices of each owner.
    owned: HashMap<String, BTreeSet<u64>>,
    /// The devices that each user borrows.
    borrowed: HashMap<String, BTreeSet<u64>>,
    /// Archived users by the moment from which they are gone.
    expiring: BTreeSet<(i64, u64)>,
    memory: Memory,
}

impl Tenant {
    pub(in crate::simulator) fn new(seed: u64, hex_ids: bool) -> Tenant {
        Tenant { seed, hex_ids, ..Tenant::default() }
    }

    pub(super) fn user(&self, id: &str) -> Option<&AudianUser> {
        self.users.get(self.user_ids.get(id)?)
    }

    pub(super) fn device(&self, id: &str) -> Option<&AudianDevice> {
        self.devices.get(self.device_ids.get(id)?)
    }

    pub(super) fn user_at(&self, serial: u64) -> Option<&AudianUser> {
        self.users.get(&serial)
    }

    /// Users from this serial on, in list order.
    pub(super) fn users_from(&self, serial: u64) -> impl Iterator<Item = &AudianUser> {
        self.users.range((Bound::Included(serial), Bound::Unbounded)).map(|(_, user)| user)
    }

    /// Devices from this serial on, in list order.
    pub(super) fn devices_from(&self, serial: u64) -> impl Iterator<Item = &AudianDevice> {
        self.devices.range((Bound::Included(serial), Bound::Unbounded)).map(|(_, device)| device)
    }

    /// The devices that belong to a user.
    pub(super) fn devices_of(&self, owner: &str) -> impl Iterator<Item = &AudianDevice> {
        self.owned.get(owner).into_iter().flatten().filter_map(|serial| self.devices.get(serial))
    }

    /// The devices that belong to a user or that the user borrows, in list order.
    pub(super) fn devices_with(&self, user: &str) -> impl Iterator<Item = &AudianDevice> {
        let of = |index: &HashMap<String, BTreeSet<u64>>| index.get(user).cloned().unwrap_or_default();
        let serials = &of(&self.owned) | &of(&self.borrowed);
        serials.into_iter().filter_map(|serial| self.devices.get(&serial))
    }

    pub(super) fn log(&self) -> &[Deletion] {
        &self.log
    }

    /// The serials of users with this address, case aside.
    pub(super) fn with_email(&self, email: &str) -> &[u64] {
        found(&self.emails, email)
    }

    pub(super) fn with_username(&self, username: &str) -> &[u64] {
        found(&self.usernames, username)
    }

    pub(super) fn with_extension(&self, extension: &str) -> &[u64] {
        found(&self.extensions, extension)
    }

    /// The serials of devices with this SIP user name, case aside.
    pub(super) fn with_sip_username(&self, username: &str) -> &[u64] {
        found(&self.sip_usernames, username)
    }

    pub(super) fn with_mac_address(&self, mac_address: &str) -> &[u64] {
        found(&self.mac_addresses, mac_address)
    }

    /// Archived users whose 90 days are over at this moment, in seconds since 1970.
    pub(super) fn expired(&self, now: i64) -> impl Iterator<Item = &AudianUser> {
        self.expiring.range(..=(now, u64::MAX)).filter_map(|(_, serial)| self.users.get(serial))
    }

    pub(super) fn next_user(&self) -> u64 {
        self.memory.next_user
    }

    pub(super) fn next_device(&self) -> u64 {
        self.memory.next_device
    }

    /// Which tokens are valid: those of this generation.
    pub(super) fn generation(&self) -> u64 {
        self.memory.generation
    }

    /// By how many milliseconds the clock was moved on.
    pub(in crate::simulator) fn clock_moved(&self) -> i64 {
        self.memory.clock_moved
    }

    pub(in crate::simulator) fn count(&self) -> usize {
        self.users.len()
    }

    /// Committed creates for each key: `email:…`, `username:…`, or `name:…` for users without both.
    pub(in crate::simulator) fn creates(&self) -> &BTreeMap<String, u64> {
        &self.memory.creates
    }

    pub(in crate::simulator) fn truth(&self) -> AudianTruth {
        AudianTruth {
            users: self.users.values().cloned().collect(),
            devices: self.devices.values().cloned().collect(),
            deletions: self.log.clone(),
        }
    }

    fn put_user(&mut self, user: AudianUser) {
        self.remove_user(&user.id);
        self.memory.next_user = self.memory.next_user.max(user.serial + 1);
        self.user_ids.insert(user.id.clone(), user.serial);
        if let Some(archived) = user.archived {
            self.expiring.insert((archived + RETENTION, user.serial));
        }
        let indexes = [
            (&mut self.emails, &user.email),
            (&mut self.usernames, &user.username),
            (&mut self.extensions, &user.extension),
        ];
        for (index, key) in indexes {
            key.iter().for_each(|key| enter(index, key, user.serial));
        }
        self.users.insert(user.serial, user);
    }

    fn remove_user(&mut self, id: &str) {
        let Some(user) = self.user_ids.remove(id).and_then(|serial| self.users.remove(&serial)) else {
            return;
        };
        if let Some(archived) = user.archived {
            self.expiring.remove(&(archived + RETENTION, user.serial));
        }
        let indexes = [
            (&mut self.emails, &user.email),
            (&mut self.usernames, &user.username),
            (&mut self.extensions, &user.extension),
        ];
        for (index, key) in indexes {
            key.iter().for_each(|key| leave(index, key, user.serial));
        }
    }

    fn put_device(&mut self, device: AudianDevice) {
        self.remove_device(&device.id);
        self.memory.next_device = self.memory.next_device.max(device.serial + 1);
        self.device_ids.insert(device.id.clone(), device.serial);
        for (index, user) in [(&mut self.owned, &device.owner), (&mut self.borrowed, &device.hotdesk)] {
            if let Some(user) = user {
                index.entry(user.clone()).or_default().insert(device.serial);
            }
        }
        let indexes =
            [(&mut self.sip_usernames, &device.sip_username), (&mut self.mac_addresses, &device.mac_address)];
        for (index, key) in indexes {
            key.iter().for_each(|key| enter(index, key, device.serial));
        }
        self.devices.insert(device.serial, device);
    }

    fn remove_device(&mut self, id: &str) {
        let Some(device) = self.device_ids.remove(id).and_then(|serial| self.devices.remove(&serial)) else {
            return;
        };
        for (index, user) in [(&mut self.owned, &device.owner), (&mut self.borrowed, &device.hotdesk)] {
            if let Some(serials) = user.as_ref().and_then(|user| index.get_mut(user)) {
                serials.remove(&device.serial);
            }
        }
        let indexes =
            [(&mut self.sip_usernames, &device.sip_username), (&mut self.mac_addresses, &device.mac_address)];
        for (index, key) in indexes {
            key.iter().for_each(|key| leave(index, key, device.serial));
        }
    }

    fn remember(&mut self, memory: Memory) {
        let (next_user, next_device) = (self.memory.next_user, self.memory.next_device);
        self.memory = memory;
        self.memory.next_user = self.memory.next_user.max(next_user);
        self.memory.next_device = self.memory.next_device.max(next_device);
    }
}

impl Kept for Tenant {
    type Change = Change;

    const WORD: &'static str = "audian";

    fn apply(&mut self, change: Change) {
        match change {
            Change::Create(user) => {
                for key in keys(&user) {
                    *self.memory.creates.entry(key).or_default() += 1;
                }
                self.put_user(*user);
            }
            Change::User(user) => self.put_user(*user),
            Change::UserGone(id) => self.remove_user(&id),
            Change::Device(device) => self.put_device(*device),
            Change::DeviceGone(id) => self.remove_device(&id),
            Change::Logged(deletion) => self.log.push(*deletion),
            Change::TokensEnd => self.memory.generation += 1,
            Change::ClockMoved(milliseconds) => {
                self.memory.clock_moved = self.memory.clock_moved.saturating_add(milliseconds);
            }
            Change::Memory(memory) => self.remember(memory),
        }
    }

    fn size(&self) -> usize {
        self.users.len() + self.devices.len() + self.log.len()
    }

    fn whole(&self) -> Vec<Change> {
        let users = self.users.values().map(|user| Change::User(Box::new(user.clone())));
        let devices = self.devices.values().map(|device| Change::Device(Box::new(device.clone())));
        let log = self.log.iter().map(|deletion| Change::Logged(Box::new(deletion.clone())));
        users.chain(devices).chain(log).chain([Change::Memory(self.memory.clone())]).collect()
    }

    fn populate(&mut self, users: usize) {
        super::seeding::populate(self, users);
    }
}

fn found<'a>(index: &'a HashMap<String, Vec<u64>>, key: &str) -> &'a [u64] {
    index.get(&key.to_lowercase()).map_or(&[], Vec::as_slice)
}

fn keys(user: &AudianUser) -> Vec<String> {
    let email = user.email.iter().map(|email| format!("email:{}", email.to_lowercase()));
    let username = user.username.iter().map(|username| format!("username:{username}"));
    let mut keys: Vec<String> = email.chain(username).collect();
    if keys.is_empty() {
        keys.push(format!("name:{} {}", user.first_name, user.last_name));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_changes_of_a_whole_tenant_build_it_anew() {
        let mut tenant = Tenant::new(1, false);
        tenant.populate(60);
        let first = tenant.users_from(0).next().expect("there are 60").clone();
        let archived = AudianUser { archived: Some(7), ..first.clone() };
        tenant.apply(Change::Create(Box::new(archived)));
        tenant.apply(Change::Logged(Box::default()));
        tenant.apply(Change::ClockMoved(5));
        let mut again = Tenant::new(1, false);
        tenant.whole().into_iter().for_each(|change| again.apply(change));
        assert_eq!((again.truth(), &again.memory), (tenant.truth(), &tenant.memory));
        assert_eq!(again.expired(7 + RETENTION).map(|user| &user.id).collect::<Vec<_>>(), [&first.id]);
        assert_eq!(again.expired(6 + RETENTION).count(), 0);
    }

    #[test]
    fn a_device_that_moves_leaves_its_owner() {
        let mut tenant = Tenant::new(1, false);
        tenant.populate(10);
        let device = tenant.devices_from(0).next().expect("there are some").clone();
        let owner = device.owner.clone().expect("it has an owner");
        let before = tenant.devices_of(&owner).count();
        tenant.apply(Change::Device(Box::new(AudianDevice { owner: Some("other".into()), ..device })));
        assert_eq!((tenant.devices_of(&owner).count(), tenant.devices_of("other").count()), (before - 1, 1));
    }
}
