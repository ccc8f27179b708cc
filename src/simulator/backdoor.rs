//! Paths that no provider has: what a test, or a person practising, does from outside the API.
//!
//! `GET /__truth` shows what really happened; `POST /__verify/USER/DEVICE[?available=false]`
//! verifies a device as its person would by a missed call; `POST /__call/USER[?end=true]` puts a
//! user on a call; `POST /__settle` lets late effects happen; `POST /__switch?NAME=VALUE` and
//! `POST /__fault/NAME` change the account as it runs. No credentials: the server is loopback only.
//! Audian's account has others, which stand beside its endpoints.

use serde_json::json;

use super::tenant::{Change, Tenant, User};
use super::{SimReply, SimRequest, Simulator, seeding};

pub(super) fn answer(simulator: &mut Simulator, request: &SimRequest) -> SimReply {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let done = match (request.method.as_str(), segments.as_slice()) {
        ("GET", ["__truth"]) => return SimReply::json(200, &simulator.truth()),
        ("POST", ["__settle"]) => {
            simulator.settle_all();
            Ok(())
        }
        ("POST", ["__switch"]) => simulator.set_switch(query),
        ("POST", ["__fault", name]) => name.parse().map(|fault| simulator.inject(Some(fault))),
        ("POST", path) => of_the_account(simulator, path, query),
        _ => Err(format!("there is no {} {path}", request.method)),
    };
    match done {
        Ok(()) => SimReply::json(200, &json!({"status": "ok"})),
        Err(error) => SimReply::json(404, &json!({"status": "error", "message": error})),
    }
}

fn of_the_account(simulator: &mut Simulator, path: &[&str], query: &str) -> Result<(), String> {
    let now = simulator.now;
    for change in simulator.account.backdoor(path, query)? {
        simulator.commit(change, now).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// What a path changes that only Exotel's account has.
pub(super) fn exotel(tenant: &Tenant, path: &[&str], query: &str) -> Result<Vec<Change>, String> {
    let edited = match path {
        ["__verify", user, device] => verify(tenant, user, device, query != "available=false")?,
        ["__call", user] => call(tenant, user, query != "end=true")?,
        _ => return Err(format!("there is no POST /{}", path.join("/"))),
    };
    Ok(vec![Change::Put(Box::new(edited))])
}

/// Verifies a device; it is ON after that unless the caller, or another device that is ON, forbids.
fn verify(tenant: &Tenant, id: &str, device: &str, wished: bool) -> Result<User, String> {
    let mut user = tenant.user(id).ok_or("there is no such user")?.clone();
    let on_elsewhere =
        user.devices.iter().any(|other| other.id.to_string() != device && other.available == Some(true));
    let device = user.devices.iter_mut().find(|known| known.id.to_string() == device);
    let device = device.ok_or("there is no such device")?;
    (device.verified, device.available) = (true, Some(wished && !on_elsewhere));
    Ok(user)
}

fn call(tenant: &Tenant, id: &str, begins: bool) -> Result<User, String> {
    let mut user = tenant.user(id).ok_or("there is no such user")?.clone();
    user.active_call = begins.then(|| seeding::call_id(user.serial));
    for device in &mut user.devices {
        device.busy = begins && device.available == Some(true);
    }
    Ok(user)
}
