//! Paths that no provider has: what a test, or a person practising, does from outside the API.
//!
//! `GET /__truth` shows what really happened; `POST /__verify/USER/DEVICE[?available=false]`
//! verifies a device as its person would by a missed call; `POST /__call/USER[?end=true]` puts a
//! user on a call; `POST /__settle` lets late effects happen; `POST /__switch?NAME=VALUE` and
//! `POST /__fault/NAME` change the account as it runs. No credentials: the server is loopback only.

use serde_json::json;

use super::tenant::{Change, User};
use super::{SimReply, SimRequest, Simulator, seeding};

pub(super) fn answer(simulator: &mut Simulator, request: &SimRequest) -> SimReply {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let done = match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["__truth"]) => return SimReply::json(200, &simulator.truth()),
        ("POST", ["__verify", user, device]) => verify(simulator, user, device, query != "available=false"),
        ("POST", ["__call", user]) => call(simulator, user, query != "end=true"),
        ("POST", ["__settle"]) => {
            simulator.settle_all();
            Ok(())
        }
        ("POST", ["__switch"]) => simulator.set_switch(query),
        ("POST", ["__fault", name]) => name.parse().map(|fault| simulator.inject(Some(fault))),
        _ => Err(format!("there is no {} {path}", request.method)),
    };
    match done {
        Ok(()) => SimReply::json(200, &json!({"status": "ok"})),
        Err(error) => SimReply::json(404, &json!({"status": "error", "message": error})),
    }
}

/// Verifies a device; it is ON after that unless the caller, or another device that is ON, forbids.
fn verify(simulator: &mut Simulator, id: &str, device: &str, wished: bool) -> Result<(), String> {
    change(simulator, id, |user| {
        let on_elsewhere =
            user.devices.iter().any(|other| other.id.to_string() != device && other.available == Some(true));
        let device = user.devices.iter_mut().find(|known| known.id.to_string() == device);
        let device = device.ok_or("there is no such device")?;
        (device.verified, device.available) = (true, Some(wished && !on_elsewhere));
        Ok(())
    })
}

fn call(simulator: &mut Simulator, id: &str, begins: bool) -> Result<(), String> {
    change(simulator, id, |user| {
        user.active_call = begins.then(|| seeding::call_id(user.serial));
        for device in &mut user.devices {
            device.busy = begins && device.available == Some(true);
        }
        Ok(())
    })
}

fn change(
    simulator: &mut Simulator,
    id: &str,
    edit: impl FnOnce(&mut User) -> Result<(), &'static str>,
) -> Result<(), String> {
    let mut user = simulator.tenant.user(id).ok_or("there is no such user")?.clone();
    edit(&mut user)?;
    let now = simulator.now;
    simulator.commit(Change::Put(Box::new(user)), now).map_err(|error| error.to_string())
}
