//! The roster as a file.

use callroster::simulator::{SimProvider, SimSettings};

use crate::support::{Desk, rows_of};

#[test]
fn a_roster_of_229_takes_at_most_six_calls() {
    let desk = Desk::with(SimSettings { users: 229, ..SimSettings::default() });
    let said = desk.run(&["export", "-o", "roster.csv", "--json"]).exits(0);
    assert_eq!(rows_of(&desk.path("roster.csv")).len(), 229);
    assert!(desk.calls("GET") <= 6, "{} calls", desk.calls("GET"));
    let summary: serde_json::Value = serde_json::from_str(&said.out).expect("one object");
    assert_eq!((&summary["users"], &summary["consistency"]), (&229.into(), &"complete".into()));
}

#[test]
fn an_export_can_be_onboarded_elsewhere() {
    let desk = Desk::with(SimSettings { users: 60, ..SimSettings::default() });
    desk.run(&["export", "-o", "roster.csv"]).exits(0);
    desk.run(&["onboard", "roster.csv", "--dry-run"]).tells("plan:");
    let statuses = desk.column("roster.results.csv", "result_status");
    assert!(statuses.iter().all(|status| status == "unchanged" || status == "would_create"), "{statuses:?}");
}

#[test]
fn nobody_is_to_verify_a_number_that_is_verified() {
    let desk = Desk::with(SimSettings { users: 40, ..SimSettings::default() });
    desk.run(&["export", "-o", "roster.csv"]).exits(0);
    desk.run(&["onboard", "roster.csv", "--dry-run"]).tells("plan:");
    let mut verified = 0;
    for row in desk.results("roster.results.csv") {
        let warned = row["warnings"].contains("device_unverified");
        assert_eq!(warned, row["device_verified"] == "false", "{row:?}");
        verified += usize::from(row["device_verified"] == "true");
    }
    assert!(verified > 0);
}

#[test]
fn columns_filters_and_layouts() {
    let desk = Desk::with(SimSettings { users: 60, ..SimSettings::default() });
    let said = desk.run(&["export", "--columns", "email,user_id"]).exits(0);
    assert!(said.out.starts_with("email,user_id\r\n"), "{}", said.out);
    let email = desk.truth().users.iter().find_map(|user| user.email.clone()).expect("somebody has one");
    let said = desk.run(&["export", "--email", &email]).exits(0);
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
    let said = desk.run(&["export", "--layout", "device"]).exits(0);
    assert!(said.out.lines().next().is_some_and(|line| line.contains("device_type")), "{}", said.out);
    desk.run(&["export", "--columns", "colour"]).exits(2).tells("email");
}

#[test]
fn a_dash_is_standard_output_wherever_a_file_may_be_named() {
    let desk = Desk::with(SimSettings { users: 3, ..SimSettings::default() });
    desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@x.example\n");
    for words in [
        &["export", "-o", "-"][..],
        &["template", "onboard", "-o", "-"],
        &["validate", "staff.csv", "--results", "-"],
        &["onboard", "staff.csv", "--dry-run", "--results", "-"],
    ] {
        let said = desk.run(words).exits(0);
        assert!(said.out.contains("first_name,last_name,email"), "{words:?}: {}", said.out);
        assert!(!desk.path("-").exists(), "{words:?}");
    }
}

#[test]
fn a_role_may_be_asked_for_by_its_alias_and_a_wrong_one_is_refused() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", "first_name,last_name,email,role\nAsha,Rao,asha@x.example,agent\n");
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let said = desk.run(&["export", "--role", "Agent", "--columns", "email"]).exits(0);
    assert_eq!(said.out, "email\r\nasha@x.example\r\n");
    desk.run(&["export", "--role", "boss"]).exits(2).tells("choose from user, supervisor, admin");
}

#[test]
fn a_user_who_cannot_be_read_is_named_and_everybody_else_exported() {
    for provider in [SimProvider::Exotel, SimProvider::Audian] {
        let desk = Desk::with(SimSettings { provider, users: 120, ..SimSettings::default() });
        let said = desk.run(&["export", "--columns", "user_id"]).exits(0);
        let all: Vec<&str> = said.out.lines().skip(1).collect();
        let odd = all[57];
        desk.simulator().lock().expect("fine").set_switch(&format!("unreadable={odd}")).expect("a switch");
        let said = desk.run(&["export", "-o", "roster.csv", "--columns", "user_id", "--json"]).exits(4);
        let said = said.tells("119 users to roster.csv, without 1 person who cannot be read");
        let said = said.tells("user 58 of the list that the provider sent cannot be read and is left out");
        let said = said.tells("ask the provider to mend that, then export again");
        assert!(!said.err.contains("moved"), "{}", said.err);
        let rows = desk.column("roster.csv", "user_id");
        assert_eq!(rows, all.iter().copied().filter(|id| *id != odd).collect::<Vec<_>>());
        let summary: serde_json::Value = serde_json::from_str(&said.out).expect("one object");
        assert_eq!((&summary["users"], &summary["unreadable"]), (&119.into(), &1.into()));
        assert_ne!(summary["consistency"], "complete");
    }
}
