//! The simulator as a caller sees it: every endpoint, every code, every fault.

mod api;
mod audian;
mod codes;
mod faulty;
mod socket;
mod state;

use std::time::Duration;

use serde_json::Value;

use super::*;

/// A simulator with a clock of its own, spoken to in JSON.
struct Account {
    simulator: Simulator,
    now: Duration,
}

impl Account {
    fn new(users: usize, switches: &[&str]) -> Account {
        Account::with(SimSettings { users, log: true, ..SimSettings::default() }, switches)
    }

    fn with(mut settings: SimSettings, switches: &[&str]) -> Account {
        for switch in switches {
            settings.set_switch(switch).expect("a switch");
        }
        Account { simulator: Simulator::new(settings).expect("no file"), now: Duration::ZERO }
    }

    fn wait(&mut self, milliseconds: u64) {
        self.now += Duration::from_millis(milliseconds);
    }

    /// Sends a call with credentials; `path` is what follows `/v2/accounts/sim`.
    fn send(&mut self, method: &str, path: &str, body: &str) -> (SimReply, Fate) {
        self.simulator.handle(&request(method, path, body), self.now)
    }

    /// Status and JSON of a call.
    fn call(&mut self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (reply, _) = self.send(method, path, body);
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or_default())
    }

    fn get(&mut self, path: &str) -> Value {
        let (status, json) = self.call("GET", path, "");
        assert_eq!(status, 200, "{json}");
        json
    }

    /// Creates a user and returns its record.
    fn create(&mut self, body: &str) -> Value {
        let (status, json) = self.call("POST", "/users", body);
        assert_eq!(status, 200, "{json}");
        json["response"]["data"].clone()
    }

    fn backdoor(&mut self, method: &str, path: &str) -> u16 {
        let request = SimRequest { path: path.into(), ..request(method, "", "") };
        self.simulator.handle(&request, self.now).0.status
    }

    /// Status, code and text of a refusal.
    fn refusal(&mut self, method: &str, path: &str, body: &str) -> (u16, Value, String) {
        let (status, json) = self.call(method, path, body);
        let error = &json["response"]["error_data"];
        assert_eq!(json["http_code"], status);
        assert_eq!(json["response"]["code"], status);
        (status, error["code"].clone(), error["description"].as_str().unwrap_or_default().to_owned())
    }
}

fn request(method: &str, path: &str, body: &str) -> SimRequest {
    SimRequest {
        method: method.into(),
        path: format!("/v2/accounts/sim{path}"),
        // sim-key:sim-token
        headers: vec![("Authorization".into(), "Basic c2ltLWtleTpzaW0tdG9rZW4=".into())],
        body: body.into(),
    }
}

const RAVI: &str = r#"{"first_name":"Ravi","last_name":"Iyer","email":"ravi@example.com","device_contact_uri":"+919800000001"}"#;
