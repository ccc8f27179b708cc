//! What a user, a device and a deletion look like in either dialect.

use serde_json::{Map, Value, json};

use super::super::stamp;
use super::Desk;
use super::body::Style;
use super::state::{AudianDevice, AudianUser, Deletion, Ending};

/// Seconds from the year 0, where Kazoo's moments begin, to 1970.
const GREGORIAN: i64 = 62_167_219_200;

/// A user in full.
pub(super) fn user(desk: &Desk, user: &AudianUser) -> Value {
    let mut view = summary(desk, user);
    for (name, value) in status(desk, user) {
        view.insert(name, value);
    }
    match desk.style {
        Style::Flat => {
            view.insert("accountId".into(), json!(desk.settings.account));
            view.insert("createdAt".into(), json!(stamp::utc(user.created)));
            view.insert("updatedAt".into(), json!(stamp::utc(user.updated)));
        }
        Style::Kazoo => {
            view.insert("created".into(), json!(user.created + GREGORIAN));
            view.insert("modified".into(), json!(user.updated + GREGORIAN));
        }
    }
    for (name, value) in &user.extra {
        view.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Value::Object(view)
}

/// A user as a row of the list, with the keys of the only page on it (docs.audian.com, basics): it shows neither who is
/// disabled nor anybody's phone.
pub(super) fn user_row(desk: &Desk, user: &AudianUser) -> Value {
    let mut view = match desk.style {
        Style::Kazoo => summary(desk, user),
        Style::Flat => flat_row(desk, user),
    };
    if desk.own().summary_status {
        view.extend(status(desk, user));
    }
    if desk.settings.switches.unreadable.as_ref() == Some(&user.id) {
        view.insert("id".into(), json!({}));
    }
    Value::Object(view)
}

fn summary(desk: &Desk, user: &AudianUser) -> Map<String, Value> {
    let view = match desk.style {
        Style::Flat => json!({
            "id": user.id, "firstName": user.first_name, "lastName": user.last_name, "email": user.email,
            "username": user.username, "extension": user.extension, "role": flat_role(&user.role),
        }),
        Style::Kazoo => json!({
            "id": user.id, "first_name": user.first_name, "last_name": user.last_name, "email": user.email,
            "username": user.username, "priv_level": priv_level(&user.role), "features": [],
            "timezone": user.extra.get("timezone"), "extension": user.extension,
        }),
    };
    let Value::Object(mut view) = view else { return Map::new() };
    if desk.style == Style::Kazoo {
        // Kazoo leaves out what a document does not have.
        view.retain(|_, value| !value.is_null());
    }
    view
}

fn flat_row(desk: &Desk, user: &AudianUser) -> Map<String, Value> {
    let (name, role) = match desk.own().summary_level {
        true => ("priv_level", priv_level(&user.role)),
        false => ("role", flat_role(&user.role)),
    };
    let row = json!({
        "id": user.id, "first_name": user.first_name, "last_name": user.last_name, "email": user.email,
        "username": user.username, name: role,
    });
    let Value::Object(row) = row else { return Map::new() };
    row
}

fn status(desk: &Desk, user: &AudianUser) -> Vec<(String, Value)> {
    let archived = user.archived.is_some();
    let word = match desk.own().archived_status {
        word if archived => word,
        _ if user.disabled => Some("disabled"),
        _ => Some("active"),
    };
    match (desk.style, word) {
        (Style::Flat, word) => word.map(|word| ("status".to_owned(), json!(word))).into_iter().collect(),
        (Style::Kazoo, Some("archived")) => {
            vec![("enabled".to_owned(), json!(false)), ("status".to_owned(), json!("archived"))]
        }
        (Style::Kazoo, None) => Vec::new(),
        (Style::Kazoo, Some(_)) => vec![("enabled".to_owned(), json!(!user.disabled))],
    }
}

/// A device; `borrowed` where it is listed for a user who does not own it.
pub(super) fn device(desk: &Desk, device: &AudianDevice, borrowed: bool) -> Value {
    let mut view = match desk.style {
        Style::Flat => json!({
            "id": device.id, "accountId": desk.settings.account, "name": device.name,
            "type": device.device_type, "sipUsername": device.sip_username,
            "macAddress": device.mac_address, "assignedUser": device.owner,
            "status": if device.enabled { "active" } else { "disabled" },
            "registrationStatus": if device.enabled { "registered" } else { "unregistered" },
        }),
        Style::Kazoo => json!({
            "id": device.id, "name": device.name, "device_type": device.device_type,
            "enabled": device.enabled,
        }),
    };
    if desk.style == Style::Kazoo {
        for (name, value) in [("owner_id", &device.owner), ("mac_address", &device.mac_address)] {
            if let Some(value) = value {
                view[name] = json!(value);
            }
        }
        if let Some(username) = &device.sip_username {
            view["sip"] = json!({ "username": username, "method": "password" });
        }
    }
    if borrowed {
        view["hotdesked"] = json!(true);
    }
    for (name, value) in &device.extra {
        if view.get(name).is_none() {
            view[name] = value.clone();
        }
    }
    view
}

/// An entry of the log; its form is not documented.
pub(super) fn deletion(desk: &Desk, deletion: &Deletion) -> Value {
    let archived = deletion.ending == Ending::Archive;
    let permanent = !archived;
    match desk.style {
        Style::Flat => json!({
            "userId": deletion.user_id, "email": deletion.email, "deletedAt": stamp::utc(deletion.at),
            "deletedBy": deletion.by, "reason": deletion.reason, "archived": archived,
            "permanent": permanent, "devicesReassigned": deletion.devices_reassigned,
        }),
        Style::Kazoo => json!({
            "user_id": deletion.user_id, "email": deletion.email, "deleted_at": stamp::utc(deletion.at),
            "deleted_by": deletion.by, "reason": deletion.reason, "archived": archived,
            "permanent": permanent, "devices_reassigned": deletion.devices_reassigned,
        }),
    }
}

/// A role as the flat pages name it.
fn flat_role(role: &str) -> &str {
    if role == "user" { "standard" } else { role }
}

/// A role as Kazoo knows it.
fn priv_level(role: &str) -> &str {
    if role == "admin" { "admin" } else { "user" }
}
