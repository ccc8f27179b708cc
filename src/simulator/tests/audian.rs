//! Audian's account as a caller sees it, in both dialects.

mod auth;
mod kept;
mod lists;
mod users;
mod workflow;

use serde_json::json;

use super::*;

/// An account of Audian's with a clock of its own, spoken to in JSON.
struct Office {
    simulator: Simulator,
    now: Duration,
    token: String,
}

impl Office {
    fn new(users: usize, switches: &[&str]) -> Office {
        let provider = SimProvider::Audian;
        Office::with(SimSettings { provider, users, log: true, ..SimSettings::default() }, switches)
    }

    fn with(mut settings: SimSettings, switches: &[&str]) -> Office {
        for switch in switches {
            settings.set_switch(switch).expect("a switch");
        }
        let simulator = Simulator::new(settings).expect("the state file");
        Office { simulator, now: Duration::ZERO, token: "sim-token".into() }
    }

    fn wait(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
    }

    /// Sends a call with the token; `path` is what follows `/v2/accounts/sim`.
    fn send(&mut self, method: &str, path: &str, body: Value) -> (SimReply, Fate) {
        let request = SimRequest {
            method: method.into(),
            path: format!("/v2/accounts/sim{path}"),
            headers: vec![("X-Auth-Token".into(), self.token.clone())],
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        };
        self.simulator.handle(&request, self.now)
    }

    /// Status and JSON of a call.
    fn call(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let (reply, _) = self.send(method, path, body);
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or_default())
    }

    fn status(&mut self, method: &str, path: &str, body: Value) -> u16 {
        self.call(method, path, body).0
    }

    fn get(&mut self, path: &str) -> Value {
        let (status, json) = self.call("GET", path, Value::Null);
        assert_eq!(status, 200, "{json}");
        json
    }

    fn delete(&mut self, path: &str) -> (u16, Value) {
        self.call("DELETE", path, Value::Null)
    }

    fn backdoor(&mut self, path: &str) {
        let request =
            SimRequest { method: "POST".into(), path: path.into(), headers: Vec::new(), body: Vec::new() };
        assert_eq!(self.simulator.handle(&request, self.now).0.status, 200, "{path}");
    }

    fn switch(&mut self, text: &str) {
        self.simulator.set_switch(text).expect("a switch");
    }

    fn own(&self) -> AudianTruth {
        self.simulator.truth().audian.expect("an account of Audian's")
    }

    /// The ids of the devices that a user owns.
    fn devices_of(&self, user: &str) -> Vec<String> {
        let devices = self.own().devices.into_iter();
        devices.filter(|device| device.owner.as_deref() == Some(user)).map(|device| device.id).collect()
    }

    /// A user with two devices and no call, and one who may be the heir.
    fn leaver_and_heir(&self) -> (String, String) {
        let own = self.own();
        let leaver = own.users.iter().find(|user| self.devices_of(&user.id).len() == 2 && !user.on_call);
        let leaver = leaver.expect("made-up users have devices").id.clone();
        let heir = own.users.iter().find(|user| user.id != leaver).expect("another").id.clone();
        (leaver, heir)
    }
}
