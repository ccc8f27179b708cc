//! Giving devices of one user to another in one call (seed 002, part 2.8 of the reference).
//!
//! All or nothing: one device that is not the user's refuses the whole call. The answer is not
//! documented; it is modelled on that of a delete with details.

use serde_json::{Value, json};

use super::body::{Body, camel};
use super::state::AudianDevice;
use super::tenant::Change;
use super::wrong::Wrong;
use super::{Desk, Done, Shown, devices};

pub(super) fn reassign(desk: &Desk, body: &Body) -> Result<Done, Wrong> {
    // The seed's body has these names; a body in Kazoo's envelope may spell them its own way.
    let from = user_named(desk, body, "from_user_id")?;
    let to = user_named(desk, body, "to_user_id")?;
    if from == to {
        return Err(Wrong::field("to_user_id", "invalid", "Both users are the same", None));
    }
    let (mut moved, mut skipped) = (Vec::new(), Vec::new());
    for id in listed(body)? {
        let device = devices::find(desk, id)?;
        let borrowed = device.hotdesk.as_deref() == Some(&from);
        match device.owner.as_deref() == Some(&from) {
            true => moved.push(devices::given_to(device, Some(&to))),
            false if borrowed && desk.own().skip_hotdesked => skipped.push(device.id.clone()),
            false => return Err(Wrong::NotTheirs),
        }
    }
    let shown = if desk.own().reassign_is_silent {
        Shown::Nothing
    } else {
        Shown::One(told(&from, &to, &moved, &skipped))
    };
    let changes = moved.into_iter().map(|device| Change::Device(Box::new(device))).collect();
    Ok(Done { status: 200, shown, changes })
}

fn told(from: &str, to: &str, moved: &[AudianDevice], skipped: &[String]) -> Value {
    let ids: Vec<&String> = moved.iter().map(|device| &device.id).collect();
    json!({
        "status": "reassigned",
        "message": "Devices reassigned successfully",
        "details": {
            "fromUserId": from, "toUserId": to, "devicesReassigned": ids.len(), "devices": ids,
            "skipped": skipped,
        },
    })
}

/// The id of a user that is there; an archived one has no devices to take or give.
fn user_named(desk: &Desk, body: &Body, name: &'static str) -> Result<String, Wrong> {
    let id = either(body, name).and_then(Value::as_str).ok_or_else(|| Wrong::required(name))?;
    let user = desk.user(id)?;
    if user.archived.is_some() { Err(Wrong::UserMissing) } else { Ok(user.id.clone()) }
}

/// The devices that the call names; leaving them out is not documented, and refused here.
fn listed(body: &Body) -> Result<Vec<&str>, Wrong> {
    let value = body.fields.get("devices");
    let ids = value.and_then(Value::as_array).filter(|ids| !ids.is_empty());
    let ids = ids.ok_or_else(|| Wrong::required("devices"))?;
    let texts: Option<Vec<&str>> = ids.iter().map(Value::as_str).collect();
    let mut texts =
        texts.ok_or_else(|| Wrong::field("devices", "type", "Value did not match type(s): string", value))?;
    texts.sort_unstable();
    texts.dedup();
    Ok(texts)
}

fn either<'a>(body: &'a Body, name: &str) -> Option<&'a Value> {
    body.fields.get(&camel(name)).or_else(|| body.fields.get(name))
}
