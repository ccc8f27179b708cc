//! Made-up users for a new tenant: ordinary ones, and the odd ones that break naive readers.

use super::chance::mix;
use super::store::Kept;
use super::tenant::{Change, Device, DeviceKind, Tenant, User};

/// First names with the spelling that an address takes.
const FIRST: [(&str, &str); 16] = [
    ("Asha", "asha"),
    ("Ravi", "ravi"),
    ("Zoë", "zoe"),
    ("Meera", "meera"),
    ("José", "jose"),
    ("Arjun", "arjun"),
    ("D'Arcy", "darcy"),
    ("Anne-Marie", "anne-marie"),
    ("Priya", "priya"),
    ("Jürgen", "juergen"),
    ("Kiran", "kiran"),
    ("Łukasz", "lukasz"),
    ("Farah", "farah"),
    ("Sunil", "sunil"),
    ("देव", "dev"),
    ("Nguyễn", "nguyen"),
];

const LAST: [(&str, &str); 13] = [
    ("Rao", "rao"),
    ("O'Neill", "oneill"),
    ("Sharma", "sharma"),
    ("St. John", "stjohn"),
    ("Müller", "mueller"),
    ("Iyer", "iyer"),
    ("van der Berg", "vanderberg"),
    ("Kumar", "kumar"),
    ("Peña", "pena"),
    ("Das", "das"),
    ("Smith, Jr.", "smith"),
    ("Żak", "zak"),
    ("Patel", "patel"),
];

/// First names that a spreadsheet would run, or that are short, quoted or padded inside.
const ODD: [&str; 6] = ["=Sum", "+Plus", "-Minus", "@At", "\"Quo\"te", "Li"];

/// 1 October 2024, when the made-up accounts began.
pub(super) const BEGIN: i64 = 1_727_740_800;

/// Fills a tenant; user `n` is the same for every count and depends on the tenant's seed only in the ids.
pub(super) fn populate(tenant: &mut Tenant, users: usize) {
    for number in 0..users {
        let user = made_up(tenant, number as u64);
        // These were there before: nobody counts their creation.
        tenant.apply(Change::Put(Box::new(user)));
    }
}

fn made_up(tenant: &Tenant, number: u64) -> User {
    let (serial, id, hash) = tenant.next_identity();
    let Names { first: first_name, last, plain } = made_up_names(number);
    let on_call = number % 41 == 9;
    let verified = number.is_multiple_of(4) || on_call;
    // One in ten never had an address; the first of them stands on the first page.
    let email = (number % 10 != 3).then(|| format!("{plain}.{number}@roster.example"));
    let email_verified = email.is_some() && !number.is_multiple_of(3);
    let created = BEGIN + (number as i64) * 613;
    let mut devices = vec![Device {
        id: tenant.next_device(),
        name: format!("{first_name}'s device"),
        contact_uri: format!("+9172{number:08}"),
        kind: DeviceKind::Tel,
        available: verified.then_some(true),
        verified,
        busy: on_call,
        password: None,
        appears: 0,
    }];
    if number % 5 == 1 {
        devices.push(sip_device(tenant.next_device() + 1, &first_name, &last, hash));
    }
    User {
        serial,
        id,
        first_name,
        last_name: last,
        last_login: email_verified.then_some(created + 86_400),
        email,
        email_verified,
        role: role(number).to_owned(),
        created,
        // The seed shows a record updated before it was created.
        updated: if number % 30 == 11 { created - 3_600 } else { created },
        active_call: on_call.then(|| call_id(number)),
        devices,
    }
}

/// The names of a made-up person.
pub(super) struct Names {
    pub(super) first: String,
    pub(super) last: String,
    /// Both as an address spells them, with a dot between.
    pub(super) plain: String,
}

/// The names of user `number`; one in 25 has a first name that breaks naive readers.
pub(super) fn made_up_names(number: u64) -> Names {
    let (first, first_plain) = FIRST[(number % 16) as usize];
    let (last, last_plain) = LAST[(number % 13) as usize];
    let odd = (number % 25 == 7).then(|| ODD[(number / 25 % 6) as usize]);
    Names {
        first: odd.unwrap_or(first).to_owned(),
        last: last.to_owned(),
        plain: format!("{first_plain}.{last_plain}"),
    }
}

fn role(number: u64) -> &'static str {
    match number % 20 {
        0 => "admin",
        5 | 15 => "supervisor",
        _ => "user",
    }
}

/// The id of a call: 31 hexadecimal digits and an `s`, as in the seed's sample.
pub(super) fn call_id(number: u64) -> String {
    let digits = format!("{:016x}{:016x}", mix(3, number), mix(4, number));
    format!("{}s", &digits[..31])
}

/// A softphone as the provider makes it: `sip:arjuns2d853099` and no domain (seed 001).
pub(super) fn sip_device(id: u64, first_name: &str, last_name: &str, hash: u32) -> Device {
    let plain =
        |text: &str| text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let initial: String = plain(last_name).chars().take(1).collect();
    Device {
        id,
        name: format!("{first_name}'s SIP device"),
        contact_uri: format!("sip:{}{initial}{hash:08x}", plain(first_name)),
        kind: DeviceKind::Sip,
        available: None,
        verified: false,
        busy: false,
        password: None,
        appears: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_has_every_kind_of_trouble() {
        let mut tenant = Tenant::new(1);
        populate(&mut tenant, 50);
        let page = tenant.page(0, 50);
        assert!(page.iter().any(|user| user.email.is_none()));
        assert!(page.iter().any(|user| user.first_name.starts_with('=')));
        assert!(page.iter().any(|user| user.first_name.contains('ë')));
        assert!(page.iter().any(|user| user.last_name.contains('\'')));
        assert!(page.iter().any(|user| user.active_call.is_some()));
        assert!(page.iter().any(|user| user.devices[0].available == Some(true)));
        assert!(page.iter().any(|user| user.devices.len() == 2));
    }
}
