//! Devices: made, shown, changed, given to another owner one by one (part 2.7 of the reference).

use serde_json::{Map, Value, json};

use super::super::chance::mix;
use super::super::tenant::fingerprint;
use super::body::{Body, Style};
use super::state::AudianDevice;
use super::tenant::Change;
use super::wrong::Wrong;
use super::{Desk, Done, Shown, seeding, view};

/// The fields that the account looks at, in the spelling of both dialects.
const KNOWN: [&str; 13] = [
    "id",
    "name",
    "device_type",
    "type",
    "owner_id",
    "assignedUser",
    "enabled",
    "status",
    "mac_address",
    "macAddress",
    "sip",
    "sipUsername",
    "sipPassword",
];

/// Makes a device; in the flat dialect a SIP device, which must have a SIP user name.
pub(super) fn create(desk: &Desk, body: &Body) -> Result<Done, Wrong> {
    body.needed("name")?;
    let device_type = match body.style {
        Style::Flat => {
            body.needed("sip.username")?;
            "sip_device"
        }
        Style::Kazoo => body.text("device_type")?.unwrap_or("sip_device"),
    };
    let serial = desk.tenant.next_device();
    let blank = AudianDevice {
        serial,
        id: seeding::device_id(desk.tenant, serial, device_type),
        device_type: device_type.to_owned(),
        enabled: true,
        ..AudianDevice::default()
    };
    let device = edited(desk, body, blank)?;
    Ok(Done { status: 201, ..changed(desk, device) })
}

pub(super) fn get(desk: &Desk, id: &str) -> Result<Done, Wrong> {
    Ok(Done::show(Shown::One(view::device(desk, find(desk, id)?, false))))
}

/// Changes what the body names; null takes the owner away.
pub(super) fn patch(desk: &Desk, id: &str, body: &Body) -> Result<Done, Wrong> {
    Ok(changed(desk, edited(desk, body, find(desk, id)?.clone())?))
}

/// Takes the body as the whole document: what it leaves out is lost, the SIP password too.
pub(super) fn replace(desk: &Desk, id: &str, body: &Body) -> Result<Done, Wrong> {
    body.needed("name")?;
    let device = find(desk, id)?;
    let blank = AudianDevice {
        serial: device.serial,
        id: device.id.clone(),
        device_type: body.text("device_type")?.unwrap_or("sip_device").to_owned(),
        hotdesk: device.hotdesk.clone(),
        enabled: true,
        ..AudianDevice::default()
    };
    let mut whole = edited(desk, body, blank)?;
    whole.moves = device.moves + u64::from(whole.owner != device.owner);
    Ok(changed(desk, whole))
}

fn changed(desk: &Desk, device: AudianDevice) -> Done {
    let shown = Shown::One(view::device(desk, &device, false));
    Done { status: 200, shown, changes: vec![Change::Device(Box::new(device))] }
}

pub(super) fn delete(desk: &Desk, id: &str) -> Result<Done, Wrong> {
    let device = find(desk, id)?;
    let shown = match desk.style {
        Style::Flat => Shown::Nothing,
        Style::Kazoo => Shown::One(view::device(desk, device, false)),
    };
    Ok(Done { status: 200, shown, changes: vec![Change::DeviceGone(device.id.clone())] })
}

/// The credentials of a SIP device, but for its password, which the simulator does not keep.
pub(super) fn credentials(desk: &Desk, id: &str) -> Result<Done, Wrong> {
    let device = find(desk, id)?;
    let shown = json!({
        "deviceId": device.id, "sipUsername": device.sip_username, "sipDomain": "sim.audian.example",
        "passwordSet": device.sip_password.is_some(),
    });
    Ok(Done::show(Shown::One(shown)))
}

/// Gives a SIP device a password of the account's making, and shows it this once.
pub(super) fn reset_password(desk: &Desk, id: &str) -> Result<Done, Wrong> {
    let mut device = find(desk, id)?.clone();
    let password = format!("Sp-{:016x}", mix(desk.call.wall as u64, device.serial));
    device.sip_password = Some(fingerprint(&password));
    let shown = json!({ "deviceId": device.id, "sipUsername": device.sip_username, "sipPassword": password });
    let changes = vec![Change::Device(Box::new(device))];
    Ok(Done { status: 200, shown: Shown::One(shown), changes })
}

pub(super) fn find<'a>(desk: &Desk<'a>, id: &str) -> Result<&'a AudianDevice, Wrong> {
    desk.tenant.device(id).ok_or(Wrong::DeviceMissing)
}

/// The device in the hands of another owner, or of nobody.
pub(super) fn given_to(device: &AudianDevice, owner: Option<&str>) -> AudianDevice {
    let mut device = device.clone();
    if device.owner.as_deref() != owner {
        device.owner = owner.map(str::to_owned);
        device.moves += 1;
    }
    device
}

fn edited(desk: &Desk, body: &Body, mut device: AudianDevice) -> Result<AudianDevice, Wrong> {
    if body.value("name").is_some() {
        device.name = body.needed("name")?.to_owned();
    }
    if let Some(owner) = body.text("owner_id")? {
        let missing = || Wrong::field("owner_id", "not_found", "Owner was not found", body.value("owner_id"));
        let owner = desk.tenant.user(owner).filter(|owner| owner.archived.is_none()).ok_or_else(missing)?;
        device = given_to(&device, Some(&owner.id));
    } else if body.is_null("owner_id") {
        device = given_to(&device, None);
    }
    if let Some(mac_address) = body.text("mac_address")? {
        device.mac_address = Some(mac_address.to_lowercase()).filter(|mac_address| !mac_address.is_empty());
    }
    if let Some(username) = sized(body, "sip.username", 2)? {
        device.sip_username = Some(username.to_owned());
    }
    if let Some(password) = sized(body, "sip.password", 5)? {
        device.sip_password = Some(fingerprint(password));
    }
    match body.style {
        Style::Kazoo => device.enabled = body.flag("enabled")?.unwrap_or(device.enabled),
        Style::Flat => {
            device.enabled = body.text("status")?.map_or(device.enabled, |word| word != "disabled")
        }
    }
    merge(&mut device.extra, body);
    check_taken(desk, &device)?;
    Ok(device)
}

/// A text of `least` to 32 characters (KZ-code); a refused one comes back in the error.
fn sized<'a>(body: &'a Body, name: &'static str, least: usize) -> Result<Option<&'a str>, Wrong> {
    let text = body.text(name)?;
    let length = text.map(|text| text.chars().count());
    let (rule, words) = match length {
        Some(length) if length < least => ("minLength", "String is too short"),
        Some(length) if length > 32 => ("maxLength", "String must not be more than 32 characters"),
        _ => return Ok(text),
    };
    Err(Wrong::field(name, rule, words, body.value(name)))
}

fn merge(extra: &mut Map<String, Value>, body: &Body) {
    for (name, value) in body.fields.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
        if value.is_null() {
            extra.remove(name);
        } else {
            extra.insert(name.clone(), value.clone());
        }
    }
}

fn check_taken(desk: &Desk, device: &AudianDevice) -> Result<(), Wrong> {
    let taken =
        |serials: &[u64]| desk.settings.switches.keys && serials.iter().any(|other| *other != device.serial);
    match (&device.sip_username, &device.mac_address) {
        (Some(username), _) if taken(desk.tenant.with_sip_username(username)) => {
            Err(Wrong::taken("sip.username", username))
        }
        (_, Some(mac_address)) if taken(desk.tenant.with_mac_address(mac_address)) => {
            Err(Wrong::taken("mac_address", mac_address))
        }
        _ => Ok(()),
    }
}
