//! Creating, showing, changing and ending a user (seed 001, parts 1.3 to 1.7 of the reference).

use serde_json::{Map, Value};

use super::super::seeding;
use super::super::switches::Voip;
use super::super::tenant::{Change, Device, DeviceKind, User};
use super::wrong::Wrong;
use super::{Desk, Done, Fields, Shown, is_e164, is_email, parse_query, text_of};

const ROLES: [&str; 3] = ["admin", "supervisor", "user"];

pub(super) fn create(desk: &Desk, body: &Map<String, Value>) -> Result<Done, Wrong> {
    let first_name = name(desk, text_of(body, "first_name")?)?.ok_or(Wrong::FirstNameMissing)?;
    let last_name = name(desk, text_of(body, "last_name")?)?.ok_or(Wrong::LastNameMissing)?;
    let email = text_of(body, "email")?;
    if email.is_some_and(|email| !is_email(email)) {
        return Err(Wrong::EmailInvalid);
    }
    let number = text_of(body, "device_contact_uri")?;
    check_number(desk, number)?;
    let role = text_of(body, "role")?.unwrap_or("user");
    if !ROLES.contains(&role) {
        return Err(Wrong::RoleInvalid);
    }
    let device_name = text_of(body, "device_name")?.filter(|name| !name.is_empty());
    if desk.switches.cap.is_some_and(|cap| desk.tenant.count() >= cap) {
        return Err(Wrong::CapReached);
    }
    if number.is_some_and(|number| number_taken(desk, number)) {
        return Err(Wrong::DeviceExists);
    }
    if email.is_some_and(|email| email_taken(desk, email)) {
        return Err(Wrong::EmailExists);
    }
    let (serial, id, hash) = desk.tenant.next_identity();
    let created = desk.wall.div_euclid(1000);
    let user = User {
        serial,
        id,
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        email: email.map(str::to_owned),
        role: role.to_owned(),
        created,
        updated: created,
        devices: first_devices(desk, (first_name, last_name), number, device_name, hash),
        ..User::default()
    };
    let shown = Shown::User(Box::new(user.clone()), Fields::DEVICES);
    Ok(Done { shown, changes: vec![Change::Create(Box::new(user))] })
}

pub(super) fn get(desk: &Desk, id: &str, query: &str) -> Result<Done, Wrong> {
    let user = match desk.tenant.user(id) {
        Some(user) => user,
        None if desk.switches.get_missing_is_null => {
            return Ok(Done { shown: Shown::Nothing, changes: Vec::new() });
        }
        None => return Err(Wrong::UserMissing),
    };
    let asked = Fields::parse(&parse_query(query));
    let fields = Fields { devices: asked.devices && desk.switches.get_devices, ..asked };
    Ok(Done { shown: Shown::User(Box::new(user.clone()), fields), changes: Vec::new() })
}

/// Changes what the body names; a field left out, or null, stays.
pub(super) fn update(desk: &Desk, id: &str, body: &Map<String, Value>) -> Result<Done, Wrong> {
    let mut user = desk.tenant.user(id).ok_or(Wrong::UserMissing)?.clone();
    if desk.switches.refuse_role && body.contains_key("role") {
        return Err(Wrong::FormatInvalid);
    }
    if let Some(first_name) = text_of(body, "first_name")? {
        user.first_name = name(desk, Some(first_name))?.ok_or(Wrong::FirstNameMissing)?.to_owned();
    }
    if let Some(last_name) = text_of(body, "last_name")? {
        user.last_name = name(desk, Some(last_name))?.ok_or(Wrong::LastNameMissing)?.to_owned();
    }
    if let Some(email) = text_of(body, "email")? {
        // Even the same address again is an update of the address.
        if user.email.is_some() {
            return Err(Wrong::EmailFixed);
        }
        if !is_email(email) {
            return Err(Wrong::EmailInvalid);
        }
        if email_taken(desk, email) {
            return Err(Wrong::EmailExists);
        }
        user.email = Some(email.to_owned());
    }
    user.updated = desk.wall.div_euclid(1000);
    let shown = Shown::User(Box::new(user.clone()), Fields::DEVICES);
    Ok(Done { shown, changes: vec![Change::Put(Box::new(user))] })
}

/// Ends a user for good; address and number are free again.
pub(super) fn delete(desk: &Desk, id: &str) -> Result<Done, Wrong> {
    let user = desk.tenant.user(id).ok_or(Wrong::UserMissing)?;
    Ok(Done { shown: Shown::Nothing, changes: vec![Change::Delete(user.id.clone())] })
}

/// Whether another user, or another account, has the number.
pub(super) fn number_taken(desk: &Desk, number: &str) -> bool {
    let elsewhere = desk.switches.elsewhere_number.as_deref();
    elsewhere.is_some_and(|prefix| number.starts_with(prefix))
        || desk.switches.keys && !desk.tenant.with_contact(number).is_empty()
}

fn email_taken(desk: &Desk, email: &str) -> bool {
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    domain.eq_ignore_ascii_case(&desk.switches.elsewhere_email)
        || desk.switches.keys && !desk.tenant.with_email(email).is_empty()
}

/// A name that is not blank, within the rule where the account has one (EX-api, EX-docs).
fn name<'a>(desk: &Desk, name: Option<&'a str>) -> Result<Option<&'a str>, Wrong> {
    let name = name.filter(|name| !name.trim().is_empty());
    let fits = |name: &str| {
        (3..=20).contains(&name.chars().count())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || " .'-".contains(c))
    };
    match name {
        Some(name) if desk.switches.name_rule && !fits(name) => Err(Wrong::NameRule),
        name => Ok(name),
    }
}

fn check_number(desk: &Desk, number: Option<&str>) -> Result<(), Wrong> {
    match number {
        None if desk.switches.voip == Voip::Nobody => Err(Wrong::NumberMissing),
        Some(uri) if uri.starts_with("sip:") => Err(Wrong::NotATelephone),
        Some(number) if !is_e164(number) => Err(Wrong::NumberInvalid),
        _ => Ok(()),
    }
}

/// The devices that a new user begins with: a phone for the number, a softphone where the account has VOIP.
fn first_devices(
    desk: &Desk,
    (first_name, last_name): (&str, &str),
    number: Option<&str>,
    device_name: Option<&str>,
    hash: u32,
) -> Vec<Device> {
    let mut id = desk.tenant.next_device();
    let mut devices = Vec::new();
    if let Some(number) = number {
        devices.push(Device {
            id,
            name: device_name.map_or_else(|| format!("{first_name}'s device"), str::to_owned),
            contact_uri: number.to_owned(),
            kind: DeviceKind::Tel,
            available: None,
            verified: false,
            busy: false,
            password: None,
            appears: 0,
        });
        id += 1;
    }
    let voip = desk.switches.voip;
    if voip == Voip::Everybody || voip == Voip::WithoutNumber && number.is_none() {
        let mut sip = seeding::sip_device(id, first_name, last_name, hash);
        if let (None, Some(name)) = (number, device_name) {
            sip.name = name.to_owned();
        }
        if desk.switches.sip_verified {
            (sip.verified, sip.available) = (true, Some(false));
        }
        if !desk.switches.sip_in_answer {
            sip.appears = desk.wall + desk.switches.sip_delay.as_millis() as i64;
        }
        devices.push(sip);
    }
    devices
}
