//! Made-up users and devices for a new account of Audian's, with the same names as Exotel's.

use serde_json::{Map, json};

use super::super::chance::mix;
use super::super::seeding::{BEGIN, made_up_names};
use super::super::store::Kept;
use super::state::{AudianDevice, AudianUser};
use super::tenant::{Change, Tenant};

/// Fills a tenant; user `n` is the same for every count, but for the ids.
pub(super) fn populate(tenant: &mut Tenant, users: usize) {
    for number in 0..users as u64 {
        let user = made_up(tenant, number);
        let devices = devices_of(tenant, &user, number);
        // These were there before: nobody counts their creation.
        tenant.apply(Change::User(Box::new(user)));
        devices.into_iter().for_each(|device| tenant.apply(Change::Device(Box::new(device))));
    }
}

/// The softphone of a new user.
pub(super) fn softphone(tenant: &Tenant, user: &AudianUser) -> AudianDevice {
    let serial = tenant.next_device();
    AudianDevice {
        serial,
        id: device_id(tenant, serial, "softphone"),
        name: format!("{}'s softphone", user.first_name),
        device_type: "softphone".to_owned(),
        owner: Some(user.id.clone()),
        sip_username: Some(format!("sip{serial:06}")),
        enabled: true,
        ..AudianDevice::default()
    }
}

/// The id of the user with this serial.
pub(super) fn user_id(tenant: &Tenant, serial: u64) -> String {
    if tenant.hex_ids { hex_id(tenant.seed, serial * 2) } else { format!("user_{}", 100_000 + serial) }
}

/// The id of the device with this serial.
pub(super) fn device_id(tenant: &Tenant, serial: u64, device_type: &str) -> String {
    let kind = device_type.trim_end_matches("_device");
    if tenant.hex_ids {
        hex_id(tenant.seed, serial * 2 + 1)
    } else {
        format!("dev_{kind}_{}", 100_000 + serial)
    }
}

fn hex_id(seed: u64, number: u64) -> String {
    format!("{:016x}{:016x}", mix(seed, number), mix(seed ^ 0xa0d1, number))
}

fn made_up(tenant: &Tenant, number: u64) -> AudianUser {
    let serial = tenant.next_user();
    let names = made_up_names(number);
    let created = BEGIN + number as i64 * 613;
    let mut extra = Map::new();
    if number.is_multiple_of(3) {
        extra.insert("department".into(), json!("Sales"));
        extra.insert("timezone".into(), json!("Asia/Kolkata"));
    }
    AudianUser {
        serial,
        id: user_id(tenant, serial),
        // One in ten has no address; the first of them stands on the first page.
        email: (number % 10 != 3).then(|| format!("{}.{number}@roster.example", names.plain)),
        username: Some(format!("{}.{number}", names.plain)),
        extension: (number % 7 != 6).then(|| format!("{}", 1_000 + number)),
        role: role(tenant, number).to_owned(),
        disabled: number % 13 == 5,
        archived: None,
        created,
        updated: created,
        on_call: number % 41 == 9,
        invited: true,
        password: None,
        extra,
        first_name: names.first,
        last_name: names.last,
    }
}

fn role(tenant: &Tenant, number: u64) -> &'static str {
    match (tenant.hex_ids, number % 20) {
        (_, 0) => "admin",
        (true, _) => "user",
        (false, 5) => "operator",
        (false, 15) => "agent",
        (false, _) => "standard",
    }
}

/// A desk phone for most, a softphone for some; one in nine borrows the phone of the user before.
fn devices_of(tenant: &Tenant, user: &AudianUser, number: u64) -> Vec<AudianDevice> {
    let mut serial = tenant.next_device();
    let mut device = |device_type: &str| {
        let made = AudianDevice {
            serial,
            id: device_id(tenant, serial, device_type),
            name: format!("{}'s {}", user.first_name, device_type.replace('_', " ")),
            device_type: device_type.to_owned(),
            owner: Some(user.id.clone()),
            hotdesk: None,
            mac_address: (device_type == "sip_device").then(|| mac_address(serial)),
            sip_username: Some(format!("sip{serial:06}")),
            sip_password: None,
            enabled: true,
            moves: 0,
            extra: Map::new(),
        };
        serial += 1;
        made
    };
    let mut devices = Vec::new();
    if number % 8 != 6 {
        devices.push(device("sip_device"));
    }
    if number % 5 == 1 {
        devices.push(device("softphone"));
    }
    if number % 9 == 4 {
        let before = user.serial.checked_sub(1).and_then(|serial| tenant.user_at(serial));
        let lent = before.and_then(|before| tenant.devices_of(&before.id).next().cloned());
        devices.extend(lent.map(|lent| AudianDevice { hotdesk: Some(user.id.clone()), ..lent }));
    }
    devices
}

fn mac_address(serial: u64) -> String {
    let digits = format!("{serial:06x}");
    format!("00:15:65:{}:{}:{}", &digits[..2], &digits[2..4], &digits[4..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_has_every_kind_of_trouble() {
        let mut tenant = Tenant::new(1, false);
        populate(&mut tenant, 25);
        let page: Vec<&AudianUser> = tenant.users_from(0).collect();
        assert!(page.iter().any(|user| user.email.is_none()));
        assert!(page.iter().any(|user| user.first_name.starts_with('=')));
        assert!(page.iter().any(|user| user.first_name.contains('ë')));
        assert!(page.iter().any(|user| user.disabled));
        assert!(page.iter().any(|user| user.on_call));
        let devices = |user: &&AudianUser| tenant.devices_of(&user.id).count();
        assert!([0, 1, 2].iter().all(|count| page.iter().any(|user| devices(user) == *count)));
        assert!(tenant.devices_from(0).any(|device| device.hotdesk.is_some()));
    }

    #[test]
    fn ids_are_those_of_the_dialect() {
        for (hex_ids, length) in [(false, "user_100000".len()), (true, 32)] {
            let mut tenant = Tenant::new(1, hex_ids);
            populate(&mut tenant, 3);
            assert!(tenant.users_from(0).all(|user| user.id.len() == length));
        }
        assert_eq!(device_id(&Tenant::new(1, false), 7, "sip_device"), "dev_sip_100007");
    }
}
