//! The simulated account as somebody else uses it: who is there before a run, and who meddles during one.

use std::time::Duration;

use callroster::simulator::{SimRequest, Simulator, User};
use serde_json::{Value, json};

/// The credentials that the simulator takes.
pub const BASIC: &str = "Basic c2ltLWtleTpzaW0tdG9rZW4=";

/// What somebody else wants of a new user.
#[derive(Debug, Clone, Default)]
pub struct Person {
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    pub number: Option<String>,
    pub role: Option<String>,
}

/// A call of another client, which meets no fault.
fn call(simulator: &mut Simulator, now: Duration, method: &str, path: String, body: Value) -> u16 {
    let headers = vec![("authorization".to_string(), BASIC.to_string())];
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    simulator.handle(&SimRequest { method: method.into(), path, headers, body }, now).0.status
}

/// Makes a user; the id of who is there then.
pub fn join(simulator: &mut Simulator, now: Duration, person: &Person) -> Option<String> {
    let before = simulator.truth().users.len();
    let body = json!({
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "device_contact_uri": person.number,
        "role": person.role,
    });
    call(simulator, now, "POST", "/v2/accounts/sim/users".into(), body);
    let users = simulator.truth().users;
    (users.len() > before).then(|| users.last().map(|user| user.id.clone()))?
}

pub fn leave(simulator: &mut Simulator, now: Duration, id: &str) {
    call(simulator, now, "DELETE", format!("/v2/accounts/sim/users/{id}"), Value::Null);
}

pub fn rename(simulator: &mut Simulator, now: Duration, id: &str, last_name: &str) {
    let path = format!("/v2/accounts/sim/users/{id}");
    call(simulator, now, "PUT", path, json!({ "last_name": last_name }));
}

/// Verifies a device as its person would.
pub fn verify(simulator: &mut Simulator, user: &User, device: u64) {
    let path = format!("/__verify/{}/{device}", user.id);
    let request = SimRequest { method: "POST".into(), path, headers: Vec::new(), body: Vec::new() };
    simulator.handle(&request, Duration::ZERO);
}
