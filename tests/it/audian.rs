//! Audian as its users meet it. Here is the vocabulary of these tests; each concern has a file.

mod account;
mod archive;
mod leaving;
mod reunion;
mod roster;
mod unshown;

use std::time::Duration;

use callroster::simulator::{AudianTruth, SimProvider, SimRequest, SimSettings};

use crate::support::Desk;

fn settings(users: usize, switches: &[&str]) -> SimSettings {
    let mut settings = SimSettings { provider: SimProvider::Audian, users, ..SimSettings::default() };
    for switch in switches {
        settings.set_switch(switch).expect("a switch");
    }
    settings
}

fn desk(users: usize, switches: &[&str]) -> Desk {
    Desk::with(settings(users, switches))
}

fn own(desk: &Desk) -> AudianTruth {
    desk.truth().audian.expect("an account of Audian's")
}

fn owned(desk: &Desk, user: &str) -> Vec<String> {
    let devices = own(desk).devices.into_iter();
    devices.filter(|device| device.owner.as_deref() == Some(user)).map(|device| device.id).collect()
}

/// Users without a call, those with the most devices first.
fn people(desk: &Desk) -> Vec<String> {
    let mut users: Vec<_> =
        own(desk).users.into_iter().filter(|user| !user.on_call && !user.disabled).collect();
    users.sort_by_key(|user| std::cmp::Reverse(owned(desk, &user.id).len()));
    users.into_iter().map(|user| user.id).collect()
}

fn outside(desk: &Desk, path: &str) {
    let request =
        SimRequest { method: "POST".into(), path: path.into(), headers: Vec::new(), body: Vec::new() };
    let (reply, _) = desk.simulator().lock().expect("fine").handle(&request, Duration::from_secs(1));
    assert_eq!(reply.status, 200, "{path}");
}

/// The writing calls that the account saw, in order.
fn writes(desk: &Desk) -> Vec<String> {
    let calls = desk.truth().calls.into_iter();
    let writing = calls.filter(|call| call.method != "GET" && !call.path.ends_with("api_auth"));
    writing.map(|call| format!("{} {}", call.method, call.path.replace("/v2/accounts/sim", ""))).collect()
}

fn status(desk: &Desk, name: &str) -> String {
    desk.column(&format!("{name}.results.csv"), "result_status").join(" ")
}
