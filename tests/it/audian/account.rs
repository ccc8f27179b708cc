//! The account: key and token, limits, charges, and what never reaches a file.

use std::time::Duration;

use callroster::simulator::{Rate, SimSettings};

use super::*;

#[test]
fn a_token_that_ends_in_mid_run_fails_no_row() {
    let desk = desk(120, &["token_life=1"]);
    let people = people(&desk);
    desk.sheet("leavers.csv", format!("user_id\n{}\n", people[..40].join("\n")));
    let words = ["offboard", "leavers.csv", "--yes", "--max-delete", "50", "--rate", "30/s"];
    desk.run(&words).exits(0);
    let truth = desk.truth();
    let exchanges = truth.calls.iter().filter(|call| call.path.ends_with("api_auth")).count();
    let refused = truth.calls.iter().filter(|call| call.status == 401).count();
    assert!(refused > 0 && exchanges >= 2, "{refused} refused, {exchanges} exchanges");
    assert!(exchanges <= refused + 1, "{refused} refused, {exchanges} exchanges");
}

/// Nothing but the `tokens` of each answer tells of the bucket.
#[test]
fn a_bucket_that_tells_its_tokens_is_never_run_dry() {
    let mut settings = settings(0, &["dialect=kazoo", "burst=60", "limit_headers=off", "limit_shape=bare"]);
    settings.rate = Rate::parse("100/s").expect("a rate");
    let desk = Desk::with(settings);
    desk.sheet("config.toml", "[default]\ndialect = \"kazoo\"\n");
    let rows: String = (0..200).map(|n| format!("Person{n},Number{n},person{n}@example.com\n")).collect();
    desk.sheet("staff.csv", format!("first_name,last_name,email\n{rows}"));
    desk.run(&["onboard", "staff.csv", "--config", "config.toml", "--progress", "none"]).exits(0);
    let truth = desk.truth();
    assert_eq!(truth.users.len(), 200);
    assert_eq!(truth.calls.iter().filter(|call| call.status == 429).count(), 0);
}

#[test]
fn a_refused_key_and_a_refused_token_stop_the_run() {
    for (variable, value) in [("AUDIAN_API_KEY", "wrong"), ("AUDIAN_AUTH_TOKEN", "wrong")] {
        for switch in ["wrong_key=401", "wrong_key=404"] {
            let desk = desk(10, &[switch]);
            desk.sheet("leavers.csv", format!("user_id\n{}\n", people(&desk)[0]));
            let mut command = desk.command(&["offboard", "leavers.csv", "--yes"]);
            command.env_remove("AUDIAN_API_KEY").env(variable, value);
            let said = crate::support::said(command.output().expect("it starts")).exits(6);
            assert!(said.err.contains("AUDIAN_API_KEY"), "{}", said.err);
            assert_eq!(writes(&desk), Vec::<String>::new());
        }
    }
    let desk = desk(10, &[]);
    let mut command = desk.command(&["export", "--columns", "user_id"]);
    command.env_remove("AUDIAN_API_KEY").env("AUDIAN_AUTH_TOKEN", "sim-token");
    let said = crate::support::said(command.output().expect("it starts")).exits(0);
    assert_eq!(said.out.lines().count(), 11);
}

#[test]
fn no_token_and_no_key_is_in_any_file_or_message() {
    let desk = desk(20, &["dialect=kazoo", "conflict=devices"]);
    desk.sheet("config.toml", "[default]\ndialect = \"kazoo\"\narchive_supported = true\n");
    let people = people(&desk);
    desk.sheet(
        "leavers.csv",
        format!("user_id,mode\n{},delete\n{},archive\n{},purge\n", people[0], people[1], people[2]),
    );
    let words =
        ["offboard", "leavers.csv", "--yes", "-v", "--log-json", "log.json", "--config", "config.toml"];
    let said = desk.run(&words);
    let mut texts = vec![said.err, said.out];
    for entry in walk(desk.path("leavers.csv").parent().expect("a folder")) {
        texts.push(String::from_utf8_lossy(&std::fs::read(entry).expect("a file")).into_owned());
    }
    for text in texts {
        assert!(!text.contains("simtok.") && !text.contains("sim-key"), "{text}");
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn a_charge_needs_consent() {
    let desk = desk(0, &["charges=on"]);
    desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@example.com\n");
    desk.run(&["onboard", "staff.csv"]).exits(4);
    let row = &desk.results("staff.results.csv")[0];
    assert_eq!(row["http_status"], "402");
    assert!(row["error_message"].contains("--accept-charges"), "{}", row["error_message"]);
    desk.run(&["onboard", "staff.csv", "--accept-charges"]).exits(0);
    assert_eq!(own(&desk).users.len(), 1);
}

#[test]
fn a_charge_of_kazoo_is_told_with_its_amounts() {
    let desk = desk(0, &["charges=on", "dialect=kazoo"]);
    desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@example.com\n");
    desk.run(&["onboard", "staff.csv", "--dialect", "kazoo"]).exits(4);
    let row = &desk.results("staff.results.csv")[0];
    assert_eq!((row["error_code"].as_str(), row["http_status"].as_str()), ("accept_charges", "402"));
    insta::assert_snapshot!(row["error_message"], @"the account would be charged 1 at once, and 1 × user at a rate of 2.5, run the same command with --accept-charges to agree to a charge, or top the account up if it lacks funds");
}

#[test]
fn a_token_bucket_is_obeyed_and_its_exchange_paid_once() {
    let rate = Rate { calls: 10, per: Duration::from_secs(1) };
    let desk =
        Desk::with(SimSettings { rate: Some(rate), ..settings(0, &["burst=100", "limit_shape=empty"]) });
    let rows: Vec<String> = (0..70).map(|n| format!("Person{n},Number{n},person{n}@example.com")).collect();
    desk.sheet("staff.csv", format!("first_name,last_name,email\n{}\n", rows.join("\n")));
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let truth = desk.truth();
    assert_eq!(
        (truth.users.len(), truth.calls.iter().filter(|call| call.path.ends_with("api_auth")).count()),
        (70, 1)
    );
    assert!(truth.creates.values().all(|creates| *creates == 1));
}

#[test]
fn a_permission_that_is_lost_meanwhile_stops_the_run() {
    let desk = Desk::with(SimSettings { latency: Duration::from_millis(20), ..settings(0, &[]) });
    let rows: String = (0..40).map(|n| format!("Person{n},Number{n},p{n}@example.com\n")).collect();
    desk.sheet("staff.csv", format!("first_name,last_name,email\n{rows}"));
    let child = desk.start(&["onboard", "staff.csv", "-c", "1"]);
    desk.wait_for(|users| users >= 5);
    desk.simulator().lock().expect("fine").set_switch("forbidden=writes").expect("a switch");
    crate::support::said(child.wait_with_output().expect("it ends")).exits(6);
    let ends = desk.column("staff.results.csv", "result_status");
    let of = |word: &str| ends.iter().filter(|end| *end == word).count();
    assert!(of("created") >= 5 && of("failed") < 5 && of("not_attempted") > 20, "{ends:?}");
}
