//! Faults, late effects and the state file, which Audian's account has in common with Exotel's.

use std::path::Path;

use super::*;

fn asha() -> Value {
    json!({"firstName": "Asha", "lastName": "Rao", "email": "asha@example.com"})
}

#[test]
fn a_late_create_takes_effect_in_its_time_and_only_if_it_still_may() {
    let mut office = Office::new(0, &[]);
    office.simulator.inject(Some(Fault::LateReset));
    assert_eq!(office.send("POST", "/users", asha()).1, Fate::ResetBefore);
    office.wait(999);
    assert_eq!(office.get("/users")["page_size"], 0);
    office.wait(29_001);
    assert_eq!(office.get("/users")["page_size"], 1);
    assert_eq!(office.status("POST", "/users", asha()), 409);
    office.simulator.inject(Some(Fault::LateHang));
    let path = "/users/user_100000?archiveData=true";
    office.send("DELETE", path, Value::Null);
    assert_eq!(office.get("/users/user_100000")["status"], "active");
    office.simulator.settle_all();
    assert_eq!(office.get("/users/user_100000")["status"], "archived");
    assert_eq!(office.simulator.truth().creates["email:asha@example.com"], 1);
}

#[test]
fn faults_have_their_effect_and_errors_their_dialect() {
    for (switch, error) in [("dialect=flat", "/error/code"), ("dialect=kazoo", "/error")] {
        let mut office = Office::new(3, &[switch]);
        let path = format!("/users/{}", office.own().users[0].id);
        office.simulator.inject(Some(Fault::ErrorAfter));
        let (status, json) = office.delete(&path);
        assert_eq!((status, json.pointer(error).is_some_and(Value::is_string)), (500, true));
        assert_eq!(office.simulator.users(), 2);
        office.simulator.inject(Some(Fault::TooMany));
        assert_eq!(office.status("GET", "/users", Value::Null), 429);
    }
}

fn kept(path: &Path, users: usize) -> Office {
    let state = Some(path.to_owned());
    let settings =
        SimSettings { provider: SimProvider::Audian, users, state, log: true, ..SimSettings::default() };
    Office::with(settings, &[])
}

#[test]
fn everything_committed_is_there_after_the_process_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tenant.jsonl");
    let mut office = kept(&path, 30);
    let (leaver, heir) = office.leaver_and_heir();
    office.call("POST", "/users", asha());
    let device = office.devices_of(&heir)[0].clone();
    office.call("PATCH", &format!("/devices/{device}"), json!({"sipPassword": "Sesame-22"}));
    assert_eq!(office.delete(&format!("/users/{leaver}?archiveData=true&reassignDevices={heir}")).0, 204);
    office.backdoor("/__clock?days=50");
    let before = office.simulator.truth();
    // A copy of the file is what a killed process leaves: nothing is written at the end.
    let copy = folder.path().join("copy.jsonl");
    std::fs::copy(&path, &copy).expect("copied");
    assert!(!std::fs::read_to_string(&copy).expect("text").contains("Sesame"));
    let mut again = kept(&copy, 30);
    let after = again.simulator.truth();
    assert_eq!(
        (&after.audian, &after.creates, &after.deletes),
        (&before.audian, &before.creates, &before.deletes)
    );
    assert_eq!(again.status("POST", "/users", asha()), 409);
    again.backdoor("/__clock?days=40");
    assert_eq!(again.status("POST", &format!("/users/{leaver}/restore"), Value::Null), 404);
    assert_eq!(again.simulator.truth().deletes[&format!("expire:{leaver}")], 1);
}

#[test]
fn a_file_of_another_provider_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tenant.jsonl");
    drop(kept(&path, 3));
    let exotel = SimSettings { state: Some(path), ..SimSettings::default() };
    assert!(Simulator::new(exotel).is_err_and(|error| error.to_string().contains("line 1")));
}

#[test]
fn the_same_seed_and_calls_bring_the_same_replies() {
    let run = |seed: &str| {
        let settings = SimSettings {
            provider: SimProvider::Audian,
            users: 30,
            faults: seed.parse().expect("faults"),
            ..SimSettings::default()
        };
        let mut office = Office::with(settings, &["stale=2"]);
        let replies = (0..200).map(|number| {
            office.wait(300);
            let email = format!("user{}@example.com", number % 60);
            let body = json!({"firstName": "Asha", "lastName": "Rao", "email": email});
            match number % 3 {
                0 => office.send("GET", &format!("/users?filter_email={email}"), Value::Null),
                1 => office.send(
                    "DELETE",
                    &format!("/users/user_{}?archiveData=true", 100_000 + number),
                    Value::Null,
                ),
                _ => office.send("POST", "/users", body),
            }
        });
        let replies: Vec<_> = replies.collect();
        (replies, office.simulator.truth())
    };
    let (replies, truth) = run("5:0.3");
    assert_eq!((&replies, &truth), (&run("5:0.3").0, &run("5:0.3").1));
    assert_ne!(replies, run("6:0.3").0);
    assert!(truth.creates.values().all(|creates| *creates == 1));
    assert!(truth.deletes.values().all(|deletes| *deletes == 1));
}
