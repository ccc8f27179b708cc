//! Faults, limits and late effects, without a socket.

use super::*;

/// What a create brings that meets the fault: status, fate, users at once, users in the end.
fn meet(fault: Fault) -> (u16, Fate, usize, usize) {
    let mut account = Account::new(0, &[]);
    account.simulator.inject(Some(fault));
    let (reply, fate) = account.send("POST", "/users", RAVI);
    let at_once = account.simulator.users();
    account.simulator.settle_all();
    (reply.status, fate, at_once, account.simulator.users())
}

#[test]
fn every_fault_does_what_its_name_says() {
    let calm = Fate::Deliver { after: Duration::ZERO };
    assert_eq!(meet(Fault::ResetBefore), (500, Fate::ResetBefore, 0, 0));
    assert_eq!(meet(Fault::ResetAfter), (200, Fate::ResetAfter, 1, 1));
    assert_eq!(meet(Fault::CutBody), (200, Fate::CutBody, 1, 1));
    assert_eq!(meet(Fault::SlowBody), (200, Fate::SlowBody, 1, 1));
    assert_eq!(meet(Fault::HangBefore), (500, Fate::Hang, 0, 0));
    assert_eq!(meet(Fault::HangAfter), (200, Fate::Hang, 1, 1));
    assert_eq!(meet(Fault::ErrorBefore), (500, calm, 0, 0));
    assert_eq!(meet(Fault::ErrorAfter), (500, calm, 1, 1));
    assert_eq!(meet(Fault::GatewayBefore), (502, calm, 0, 0));
    assert_eq!(meet(Fault::GatewayAfter), (502, calm, 1, 1));
    assert_eq!(meet(Fault::NotJson), (200, calm, 1, 1));
    assert_eq!(meet(Fault::TooMany), (429, calm, 0, 0));
    assert_eq!(meet(Fault::LateReset), (500, Fate::ResetBefore, 0, 1));
    assert_eq!(meet(Fault::LateHang), (500, Fate::Hang, 0, 1));
    let (status, fate, at_once, _) = meet(Fault::Delay);
    assert!(matches!(fate, Fate::Deliver { after } if !after.is_zero()));
    assert_eq!((status, at_once), (200, 1));
}

#[test]
fn a_late_create_takes_effect_in_its_time_and_only_if_it_still_may() {
    let mut account = Account::new(0, &[]);
    account.simulator.inject(Some(Fault::LateReset));
    account.send("POST", "/users", RAVI);
    account.wait(999);
    assert!(account.get("/users")["response"].is_null());
    account.wait(29_001);
    assert_eq!(account.get("/users")["metadata"]["total"], 1);

    let mut account = Account::new(0, &[]);
    account.simulator.inject(Some(Fault::LateHang));
    account.send("POST", "/users", RAVI);
    account.create(RAVI);
    account.wait(30_000);
    assert_eq!(account.get("/users")["metadata"]["total"], 1);
    assert_eq!(account.simulator.truth().creates["email:ravi@example.com"], 1);
}

/// Everything a run of many calls brought, to the byte.
fn run(faults: &str) -> (Vec<(SimReply, Fate)>, Truth) {
    let settings = SimSettings {
        users: 30,
        rate: Rate::parse("40/min").expect("a rate"),
        faults: faults.parse().expect("faults"),
        log: true,
        ..SimSettings::default()
    };
    let mut account = Account::with(settings, &["stale=2"]);
    let replies = (0..400).map(|number| {
        account.wait(700);
        let email = format!("user{}@example.com", number % 90);
        match number % 3 {
            0 => account.send("GET", &format!("/users?fields=devices&email={email}"), ""),
            1 => account.send("GET", "/users?limit=50&fields=devices,active_call", ""),
            _ => account.send(
                "POST",
                "/users",
                &format!(r#"{{"first_name":"Asha","last_name":"Rao","email":"{email}"}}"#),
            ),
        }
    });
    let replies = replies.collect();
    (replies, account.simulator.truth())
}

#[test]
fn the_same_seed_and_calls_bring_the_same_replies() {
    let (replies, truth) = run("5:0.3");
    assert_eq!((replies.clone(), truth.clone()), run("5:0.3"));
    assert_ne!(replies, run("6:0.3").0);
    assert_eq!(truth.calls.len(), 400);
    assert!(truth.creates.values().all(|creates| *creates == 1));
}

#[test]
fn the_limit_counts_after_the_credentials_and_says_when() {
    let settings =
        SimSettings { rate: Rate::parse("2/min").expect("a rate"), log: true, ..SimSettings::default() };
    let mut account = Account::with(settings, &[]);
    account.wait(15_000);
    let stranger = SimRequest { headers: Vec::new(), ..request("GET", "/users", "") };
    for _ in 0..5 {
        assert_eq!(account.simulator.handle(&stranger, account.now).0.status, 401);
    }
    let (first, _) = account.send("GET", "/users", "");
    assert_eq!((first.get("x-ratelimit-limit"), first.get("x-ratelimit-remaining")), (Some("2"), Some("1")));
    account.send("GET", "/users", "");
    let (refused, _) = account.send("POST", "/users", RAVI);
    assert_eq!((refused.status, refused.get("retry-after")), (429, Some("45")));
    let json: Value = serde_json::from_slice(&refused.body).expect("JSON");
    assert_eq!(json["response"]["error_data"]["code"], "NA");
    account.wait(45_000);
    assert_eq!(account.send("POST", "/users", RAVI).0.status, 200);
    let truth = account.simulator.truth();
    assert_eq!(truth.counts["GET 401"], 5);
    assert_eq!(truth.calls[7].retry_after.as_deref(), Some("45"));
}

#[test]
fn the_backdoor_puts_a_user_on_a_call() {
    let mut account = Account::new(1, &[]);
    let id = account.simulator.truth().users[0].id.clone();
    assert_eq!(account.backdoor("POST", &format!("/__call/{id}")), 200);
    assert!(account.simulator.truth().users[0].active_call.is_some());
    assert_eq!(account.backdoor("POST", &format!("/__call/{id}?end=true")), 200);
    assert!(account.simulator.truth().users[0].active_call.is_none());
    assert_eq!(account.backdoor("POST", "/__call/nobody"), 404);
    assert_eq!(account.backdoor("POST", "/__switch?kyc=incomplete"), 200);
    assert_eq!(account.send("GET", "/users", "").0.status, 403);
}
