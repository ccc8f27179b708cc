//! Exotel's simulated account: its users, their devices, and indexes over them.
//!
//! A tenant changes only by a [`Change`]; a change is a value, so that it can be written to a
//! file, applied late, or shown to a lagging view. Hash maps here are looked into, never walked.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::chance::mix;
use super::order::Order;
use super::seeding;
use super::store::Kept;

/// A user of the simulated account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Place in the list; never used twice.
    pub serial: u64,
    /// 32 lower-case hexadecimal digits.
    pub id: String,
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub role: String,
    /// Seconds since 1970.
    pub created: i64,
    /// Seconds since 1970.
    pub updated: i64,
    /// Seconds since 1970.
    pub last_login: Option<i64>,
    /// The id of the call the user is on.
    pub active_call: Option<String>,
    pub devices: Vec<Device>,
}

/// A phone of a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    pub id: u64,
    pub name: String,
    /// E.164 for `tel`, `sip:…` for `sip`.
    pub contact_uri: String,
    #[serde(rename = "type")]
    pub kind: DeviceKind,
    /// ON or OFF; `None` while unverified.
    pub available: Option<bool>,
    pub verified: bool,
    pub busy: bool,
    /// The [`fingerprint`] of the SIP password, once one is set.
    pub password: Option<String>,
    /// Milliseconds since 1970 before which no answer shows the device; 0 is always shown.
    #[serde(default)]
    pub appears: i64,
}

/// The two types of device that the provider has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    Tel,
    Sip,
}

/// One committed change of a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// A new user; counted by key.
    Create(Box<User>),
    /// A user's new state.
    Put(Box<User>),
    /// The end of the user with this id.
    Delete(String),
    /// What is known beside the users.
    Memory(Memory),
}

/// What a tenant remembers beside its users.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    pub next_serial: u64,
    pub next_device: u64,
    /// How many creates were committed for each key.
    pub creates: BTreeMap<String, u64>,
    /// How often each user was ended, by `delete:ID`.
    #[serde(default)]
    pub deletes: BTreeMap<String, u64>,
}

/// The first device id; the seed's samples have six digits.
const FIRST_DEVICE: u64 = 425_215;

/// All users of one account, in the order of the list.
#[derive(Debug, Clone, Default)]
pub struct Tenant {
    seed: u64,
    slots: Vec<Option<Box<User>>>,
    order: Order,
    by_id: HashMap<String, u64>,
    by_email: HashMap<String, Vec<u64>>,
    by_contact: HashMap<String, Vec<u64>>,
    next_device: u64,
    creates: BTreeMap<String, u64>,
    deletes: BTreeMap<String, u64>,
}

impl Tenant {
    pub(super) fn new(seed: u64) -> Tenant {
        Tenant { seed, next_device: FIRST_DEVICE, ..Tenant::default() }
    }

    pub fn count(&self) -> usize {
        self.order.taken()
    }

    pub(super) fn user(&self, id: &str) -> Option<&User> {
        self.at(*self.by_id.get(id)?)
    }

    pub(super) fn at(&self, serial: u64) -> Option<&User> {
        self.slots.get(serial as usize)?.as_deref()
    }

    /// The serials of users with this address, case aside, in list order.
    pub(super) fn with_email(&self, email: &str) -> &[u64] {
        self.by_email.get(&email.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The serials of users with this number or SIP URI, in list order.
    pub(super) fn with_contact(&self, contact_uri: &str) -> &[u64] {
        self.by_contact.get(&contact_uri.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// Users from `offset` on, at most `limit`; costs O(limit · log n) at any depth.
    pub(super) fn page(&self, offset: usize, limit: usize) -> Vec<&User> {
        let end = offset.saturating_add(limit).min(self.count());
        (offset..end).filter_map(|position| self.at(self.order.nth(position)? as u64)).collect()
    }

    /// All users in list order.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.slots.iter().filter_map(Option::as_deref)
    }

    /// How many creates were committed for each key: `email:…`, `number:…`, or `name:…` without both.
    pub fn creates(&self) -> &BTreeMap<String, u64> {
        &self.creates
    }

    /// How often each user was ended, by `delete:ID`.
    pub(super) fn deletes(&self) -> &BTreeMap<String, u64> {
        &self.deletes
    }

    /// The serial, the id and a spare hash that the next user gets.
    pub(super) fn next_identity(&self) -> (u64, String, u32) {
        let serial = self.slots.len() as u64;
        let (high, low) = (mix(self.seed, serial * 2), mix(self.seed, serial * 2 + 1));
        (serial, format!("{high:016x}{low:016x}"), (high ^ low) as u32)
    }

    pub(super) fn next_device(&self) -> u64 {
        self.next_device
    }

    fn memory(&self) -> Memory {
        Memory {
            next_serial: self.slots.len() as u64,
            next_device: self.next_device,
            creates: self.creates.clone(),
            deletes: self.deletes.clone(),
        }
    }

    fn remember(&mut self, memory: Memory) {
        self.grow(memory.next_serial);
        self.next_device = self.next_device.max(memory.next_device);
        self.creates = memory.creates;
        self.deletes = memory.deletes;
    }

    fn put(&mut self, user: Box<User>) {
        self.remove(&user.id);
        self.grow(user.serial + 1);
        self.by_id.insert(user.id.clone(), user.serial);
        if let Some(email) = &user.email {
            enter(&mut self.by_email, email, user.serial);
        }
        for device in &user.devices {
            enter(&mut self.by_contact, &device.contact_uri, user.serial);
            self.next_device = self.next_device.max(device.id + 1);
        }
        let slot = user.serial as usize;
        self.order.take(slot);
        self.slots[slot] = Some(user);
    }

    fn remove(&mut self, id: &str) -> Option<Box<User>> {
        let serial = self.by_id.remove(id)?;
        let user = self.slots[serial as usize].take()?;
        self.order.free(serial as usize);
        if let Some(email) = &user.email {
            leave(&mut self.by_email, email, serial);
        }
        for device in &user.devices {
            leave(&mut self.by_contact, &device.contact_uri, serial);
        }
        Some(user)
    }

    fn grow(&mut self, slots: u64) {
        while (self.slots.len() as u64) < slots {
            self.slots.push(None);
            self.order.push();
        }
    }
}

impl Kept for Tenant {
    type Change = Change;

    const WORD: &'static str = "simulator";

    fn apply(&mut self, change: Change) {
        match change {
            Change::Create(user) => {
                for key in keys(&user) {
                    *self.creates.entry(key).or_default() += 1;
                }
                self.put(user);
            }
            Change::Put(user) => self.put(user),
            Change::Delete(id) => {
                self.remove(&id);
                *self.deletes.entry(format!("delete:{id}")).or_default() += 1;
            }
            Change::Memory(memory) => self.remember(memory),
        }
    }

    fn size(&self) -> usize {
        self.count() + self.deletes.len()
    }

    fn whole(&self) -> Vec<Change> {
        let users = self.users().map(|user| Change::Put(Box::new(user.clone())));
        users.chain([Change::Memory(self.memory())]).collect()
    }

    fn populate(&mut self, users: usize) {
        seeding::populate(self, users);
    }
}

/// A mark of a SIP password that lets a test compare, without keeping the password.
///
/// Eight digits on purpose: enough to notice a wrong password, too few to find the right one
/// among the many that share them.
pub fn fingerprint(password: &str) -> String {
    let digest = Sha256::new().chain_update("sip-password:").chain_update(password).finalize();
    digest[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn keys(user: &User) -> Vec<String> {
    let email = user.email.iter().map(|email| format!("email:{}", email.to_lowercase()));
    let numbers = user.devices.iter().filter(|device| device.kind == DeviceKind::Tel);
    let mut keys: Vec<String> =
        email.chain(numbers.map(|device| format!("number:{}", device.contact_uri))).collect();
    if keys.is_empty() {
        keys.push(format!("name:{} {}", user.first_name, user.last_name));
    }
    keys
}

pub(super) fn enter(index: &mut HashMap<String, Vec<u64>>, key: &str, serial: u64) {
    let serials = index.entry(key.to_lowercase()).or_default();
    if let Err(place) = serials.binary_search(&serial) {
        serials.insert(place, serial);
    }
}

pub(super) fn leave(index: &mut HashMap<String, Vec<u64>>, key: &str, serial: u64) {
    let key = key.to_lowercase();
    if let Some(serials) = index.get_mut(&key) {
        serials.retain(|other| *other != serial);
        if serials.is_empty() {
            index.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::seeding;

    fn seeded(users: usize) -> Tenant {
        let mut tenant = Tenant::new(1);
        seeding::populate(&mut tenant, users);
        tenant
    }

    #[test]
    fn deletion_keeps_the_order_and_frees_the_keys() {
        let mut tenant = seeded(100);
        let before: Vec<String> = tenant.users().map(|user| user.id.clone()).collect();
        let gone = tenant.users().nth(40).expect("there are 100").clone();
        tenant.apply(Change::Delete(gone.id.clone()));
        let after: Vec<String> = tenant.page(0, 100).iter().map(|user| user.id.clone()).collect();
        assert_eq!(after.len(), 99);
        assert_eq!(after, before.iter().filter(|id| **id != gone.id).cloned().collect::<Vec<_>>());
        assert!(tenant.with_contact(&gone.devices[0].contact_uri).is_empty());
        assert!(tenant.user(&gone.id).is_none());
    }

    #[test]
    fn pages_of_a_great_tenant_reach_everybody() {
        let mut tenant = seeded(5_000);
        for id in tenant.users().step_by(3).map(|user| user.id.clone()).collect::<Vec<_>>() {
            tenant.apply(Change::Delete(id));
        }
        let mut seen = Vec::new();
        while let [first, rest @ ..] = tenant.page(seen.len(), 50).as_slice() {
            seen.push(first.id.clone());
            seen.extend(rest.iter().map(|user| user.id.clone()));
        }
        assert_eq!(seen, tenant.users().map(|user| user.id.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn a_password_leaves_a_short_mark() {
        assert_eq!(fingerprint("Secret-1").len(), 8);
        assert_ne!(fingerprint("Secret-1"), fingerprint("Secret-2"));
    }
}
