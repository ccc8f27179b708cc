//! Changing a device, and its SIP password (seed 001, parts 1.8 and 1.9 of the reference).

use serde_json::{Map, Value};

use super::super::tenant::{Change, DeviceKind, User, fingerprint};
use super::users::number_taken;
use super::wrong::Wrong;
use super::{Desk, Done, Shown, is_e164, text_of};

/// Turns a device ON or OFF, or changes its number; never both.
pub(super) fn update(desk: &Desk, id: &str, device: &str, body: &Map<String, Value>) -> Result<Done, Wrong> {
    let (mut user, place) = find(desk, id, device)?;
    let number = text_of(body, "contact_uri")?;
    let available = match body.get("available") {
        None | Some(Value::Null) => None,
        Some(Value::Bool(available)) => Some(*available),
        Some(_) => return Err(Wrong::BodyNotParsed),
    };
    match (available, number) {
        (Some(_), Some(_)) => return Err(Wrong::BothInOneRequest),
        (None, None) => return Err(Wrong::FormatInvalid),
        (Some(available), None) => turn(&mut user, place, available)?,
        (None, Some(number)) => renumber(desk, &mut user, place, number)?,
    }
    user.updated = desk.wall.div_euclid(1000);
    let shown = Shown::Device(user.devices[place].clone());
    Ok(Done { shown, changes: vec![Change::Put(Box::new(user))] })
}

/// Sets the SIP password; nothing ever shows it.
pub(super) fn set_password(
    desk: &Desk,
    id: &str,
    device: &str,
    body: &Map<String, Value>,
) -> Result<Done, Wrong> {
    let (mut user, place) = find(desk, id, device)?;
    if user.devices[place].kind != DeviceKind::Sip && !desk.switches.sip_password_tel {
        return Err(Wrong::DeviceMissing);
    }
    let password = text_of(body, "password")?.ok_or(Wrong::FormatInvalid)?;
    if !is_strong(password) {
        return Err(Wrong::PasswordWeak);
    }
    user.devices[place].password = Some(fingerprint(password));
    user.updated = desk.wall.div_euclid(1000);
    Ok(Done { shown: Shown::Nothing, changes: vec![Change::Put(Box::new(user))] })
}

fn find(desk: &Desk, id: &str, device: &str) -> Result<(User, usize), Wrong> {
    let user = desk.tenant.user(id).ok_or(Wrong::UserMissing)?;
    let place = user.devices.iter().position(|known| known.id.to_string() == device);
    let place = place.filter(|place| user.devices[*place].appears <= desk.wall);
    Ok((user.clone(), place.ok_or(Wrong::DeviceMissing)?))
}

/// Only a verified device is ON or OFF, and only one device of a user may be ON.
fn turn(user: &mut User, place: usize, available: bool) -> Result<(), Wrong> {
    if !user.devices[place].verified {
        return Err(Wrong::DeviceUnverified);
    }
    let on = |(other, device): (usize, &super::Device)| other != place && device.available == Some(true);
    if available && user.devices.iter().enumerate().any(on) {
        return Err(Wrong::AnotherDeviceOn);
    }
    user.devices[place].available = Some(available);
    Ok(())
}

/// A new number must be verified again; the number that is there already changes nothing.
fn renumber(desk: &Desk, user: &mut User, place: usize, number: &str) -> Result<(), Wrong> {
    if desk.switches.number_put_missing {
        return Err(Wrong::DeviceMissing);
    }
    let device = &mut user.devices[place];
    if device.kind != DeviceKind::Tel {
        return Err(Wrong::NotPstn);
    }
    if !is_e164(number) {
        return Err(Wrong::NumberInvalid);
    }
    if device.contact_uri == number {
        return if desk.switches.refuse_same_number { Err(Wrong::DeviceExistsOnUpdate) } else { Ok(()) };
    }
    if number_taken(desk, number) {
        return Err(Wrong::DeviceExistsOnUpdate);
    }
    device.contact_uri = number.to_owned();
    (device.verified, device.available, device.busy) = (false, None, false);
    Ok(())
}

/// At least 8 characters, and 3 of lower case, upper case, digits, special ones (seed 001).
fn is_strong(password: &str) -> bool {
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric() && !c.is_whitespace() && !c.is_control(),
    ];
    password.chars().count() >= 8 && kinds.iter().filter(|kind| password.chars().any(kind)).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::is_strong;

    #[test]
    fn the_policy_of_passwords() {
        for good in ["abcDEF12", "abcdef1!", "ABCDEF1!", "aB3$aB3$"] {
            assert!(is_strong(good), "{good}");
        }
        for bad in ["", "aB3$", "abcdefgh", "abcdefG", "abcdefgH", "12345678!"] {
            assert!(!is_strong(bad), "{bad}");
        }
    }
}
