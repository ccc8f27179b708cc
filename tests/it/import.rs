//! Onboarding, update and offboarding against a simulator that sees every call.

use std::time::Duration;

use callroster::simulator::{CallSeen, Fault, Rate, SimSettings};

use crate::support::{Desk, people};

fn server() -> Desk {
    Desk::with(SimSettings::default())
}

#[test]
fn a_thousand_rows_with_three_hundred_passwords_need_few_calls() {
    let desk = server();
    desk.sheet("staff.csv", people(1_000, 300));
    desk.run(&["onboard", "staff.csv", "--progress", "none"]).exits(0);
    let truth = desk.truth();
    assert_eq!(truth.users.len(), 1_000);
    assert!(truth.creates.values().all(|count| *count == 1), "{:?}", truth.creates);
    assert!(truth.calls.len() <= 1_000 + 300 + 2 * 20 + 2, "{} calls", truth.calls.len());
    assert!(desk.column("staff.results.csv", "result_status").iter().all(|status| status == "created"));
}

#[test]
fn the_same_file_again_changes_nothing() {
    let desk = server();
    desk.sheet("staff.csv", people(60, 0));
    desk.run(&["onboard", "staff.csv"]).exits(0);
    desk.run(&["onboard", "staff.csv"]).exits(0);
    assert_eq!(desk.calls("POST"), 60);
    assert!(desk.column("staff.results.csv", "result_status").iter().all(|status| status == "unchanged"));
}

#[test]
fn who_is_there_and_differs_is_told_and_left_alone() {
    let desk = server();
    desk.sheet("staff.csv", people(1, 0));
    desk.run(&["onboard", "staff.csv"]).exits(0);
    desk.sheet("other.csv", people(1, 0).replace("Number0", "Other"));
    desk.run(&["onboard", "other.csv"]).exits(4);
    let row = &desk.results("other.results.csv")[0];
    assert_eq!((row["result_status"].as_str(), row["error_code"].as_str()), ("failed", "already_exists"));
    assert!(row["error_message"].contains("callroster update"), "{row:?}");
    assert_eq!(desk.calls("POST"), 1);
}

#[test]
fn a_password_follows_its_user_and_is_in_no_file_but_the_failed_one() {
    let desk = Desk::with(SimSettings::default());
    desk.simulator().lock().expect("fine").set_switch("sip_in_answer=off").expect("a switch");
    desk.sheet("staff.csv", people(2, 1));
    desk.run(&["onboard", "staff.csv"]).exits(0);
    assert_eq!(desk.column("staff.results.csv", "steps_done"), ["user;sip_password", "user"]);
    let truth = desk.truth();
    let devices =
        truth.users.iter().filter(|user| user.first_name == "Person0").flat_map(|user| &user.devices);
    let devices: Vec<_> = devices.collect();
    assert!(devices.iter().any(|device| device.password.is_some()), "{devices:?}");
    for file in walk(&desk.state()).into_iter().chain([desk.path("staff.results.csv")]) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).expect("it is there")).into_owned();
        assert!(!text.contains("Abcdefg1"), "{}", file.display());
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn a_row_that_stops_half_way_says_what_took_effect() {
    let desk = Desk::with(SimSettings::default());
    desk.simulator().lock().expect("fine").set_switch("voip=off").expect("a switch");
    desk.sheet("staff.csv", people(1, 1));
    desk.run(&["onboard", "staff.csv"]).exits(4);
    let row = &desk.results("staff.results.csv")[0];
    assert_eq!((row["result_status"].as_str(), row["steps_done"].as_str()), ("partial", "user"));
    assert_eq!(row["error_code"], "device_not_found");
    assert!(!row["user_id"].is_empty());
    assert_eq!(desk.results("staff.failed.csv").len(), 1);
}

#[test]
fn generated_passwords_are_kept_for_their_owner() {
    let desk = server();
    desk.sheet("staff.csv", people(3, 1));
    desk.run(&["onboard", "staff.csv", "--generate-sip-passwords"]).exits(0);
    let secrets = desk.results("staff.secrets.csv");
    assert_eq!(secrets.len(), 2);
    assert!(secrets.iter().all(|row| row["sip_password"].len() == 16));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            std::fs::metadata(desk.path("staff.secrets.csv")).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(desk.column("staff.results.csv", "steps_done").iter().all(|steps| steps == "user;sip_password"));
}

#[test]
fn a_dry_run_sends_nothing_that_changes() {
    let desk = server();
    desk.sheet("staff.csv", people(5, 1));
    let said = desk.run(&["onboard", "staff.csv", "--dry-run", "--json"]).exits(0);
    assert_eq!(desk.calls("POST") + desk.calls("PUT"), 0);
    assert!(said.out.contains("\"would_create\":5"), "{}", said.out);
    assert!(desk.column("staff.results.csv", "result_status").iter().all(|status| status == "would_create"));
    said.tells("plan: 5 to create");
}

#[test]
fn strict_stops_before_the_first_call() {
    let desk = server();
    desk.sheet("staff.csv", people(2, 0) + "X,Y,not-an-email,,\n");
    desk.run(&["onboard", "staff.csv", "--strict"]).exits(3).tells("--strict");
    assert_eq!(desk.truth().calls.len(), 0);
    desk.run(&["onboard", "staff.csv"]).exits(4);
    assert_eq!(desk.column("staff.results.csv", "result_status"), ["created", "created", "invalid"]);
    let failed = desk.results("staff.failed.csv");
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["error_code"], "email_invalid");
}

/// The whole roster is read where that is cheaper than to look up every row; what is found must not depend on it.
#[test]
fn many_new_rows_are_held_against_a_small_roster_in_its_few_pages() {
    for (users, rows, reads) in [(0, 300, 1), (229, 300, 5), (1_000, 300, 13), (229, 50, 2)] {
        let desk = Desk::with(SimSettings { users, ..SimSettings::default() });
        let mut sheet = people(rows, 0);
        let known = desk.truth().users;
        let known = known.iter().find_map(|user| {
            let number = user.devices.iter().find(|device| device.contact_uri.starts_with('+'))?;
            Some((user.email.as_ref()?.to_uppercase(), number.contact_uri.clone()))
        });
        if let Some((email, number)) = &known {
            sheet = sheet.replace("person7@example.com", email).replace("+919840000008", number);
        }
        desk.sheet("staff.csv", sheet);
        desk.run(&["onboard", "staff.csv"]).exits(if users == 0 { 0 } else { 4 });
        assert_eq!(desk.calls("GET"), reads, "{users} users, {rows} rows");
        let statuses = desk.column("staff.results.csv", "result_status");
        let codes = desk.column("staff.results.csv", "error_code");
        for (place, (status, code)) in statuses.iter().zip(&codes).enumerate() {
            let wanted = match place {
                7 | 8 if users > 0 => ("failed", "already_exists"),
                _ => ("created", ""),
            };
            assert_eq!((status.as_str(), code.as_str()), wanted, "row {place} beside {users} users");
        }
    }
}

#[test]
fn a_roster_that_tells_no_total_is_left_for_the_look_ups() {
    let mut settings = SimSettings { users: 60, ..SimSettings::default() };
    settings.set_switch("total=off").expect("a switch");
    let desk = Desk::with(settings);
    let known = desk.truth().users[59].email.clone().expect("everybody has one");
    desk.sheet("staff.csv", people(300, 0).replace("person7@example.com", &known));
    desk.run(&["onboard", "staff.csv"]).exits(4);
    // Only an empty page ends the one list that shows somebody.
    assert_eq!(desk.calls("GET"), 1 + 12 + 1);
    assert_eq!(desk.calls("POST"), 299);
    assert_eq!(desk.results("staff.results.csv")[7]["error_code"], "already_exists");
}

#[test]
fn leavers_by_id_are_found_with_few_reads() {
    let desk = Desk::with(SimSettings { users: 200, ..SimSettings::default() });
    let ids: Vec<String> = desk.truth().users.iter().map(|user| user.id.clone()).take(100).collect();
    desk.sheet("leavers.csv", format!("user_id\n{}\n", ids.join("\n")));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(5).tells("--max-delete");
    assert_eq!(desk.calls("DELETE"), 0);
    assert!(desk.calls("GET") <= 10, "{} reads", desk.calls("GET"));
    desk.run(&["offboard", "leavers.csv", "--yes", "--max-delete", "100"]).exits(0);
    assert_eq!(desk.truth().users.len(), 100);
}

#[test]
fn a_dry_run_foretells_that_too_many_would_go() {
    let desk = Desk::with(SimSettings { users: 30, ..SimSettings::default() });
    let ids: Vec<String> = desk.truth().users.iter().map(|user| user.id.clone()).take(11).collect();
    desk.sheet("leavers.csv", format!("user_id\n{}\n", ids.join("\n")));
    let said = desk.run(&["offboard", "leavers.csv", "--dry-run"]).exits(5);
    assert!(said.err.contains("would be refused: 11 of 30 users would go"), "{}", said.err);
    assert!(said.err.contains("give --max-delete 11"), "{}", said.err);
    assert_eq!(desk.column("leavers.results.csv", "result_status"), ["would_delete"; 11]);
    let said = desk.run(&["offboard", "leavers.csv", "--dry-run", "--max-delete", "11"]).exits(0);
    assert!(!said.err.contains("refused"), "{}", said.err);
}

#[test]
fn the_plan_counts_invalid_rows_once() {
    let desk = server();
    desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@x.example\n");
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let rows = "asha@x.example,+919845012399\nnobody,\n";
    desk.sheet("leavers.csv", format!("email,device_contact_uri\n{rows}"));
    let said = desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    assert!(said.err.contains("plan: 2 invalid\n"), "{}", said.err);
}

#[test]
fn offboarding_asks_and_nobody_answers() {
    let desk = server();
    desk.sheet("leavers.csv", "email\na@example.com\n");
    desk.run(&["offboard", "leavers.csv"]).exits(2).tells("--yes");
    assert_eq!(desk.truth().calls.len(), 0);
}

#[test]
fn a_leaver_who_is_not_there_fails_and_one_whom_we_ended_does_not() {
    let desk = server();
    desk.sheet("staff.csv", people(2, 0));
    desk.run(&["onboard", "staff.csv"]).exits(0);
    desk.sheet("leavers.csv", "email\nperson0@example.com\nnobody@example.com\n");
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    assert_eq!(desk.column("leavers.results.csv", "result_status"), ["deleted", "failed"]);
    assert_eq!(desk.column("leavers.results.csv", "error_code"), ["", "user_not_found"]);
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    assert_eq!(desk.column("leavers.results.csv", "result_status"), ["unchanged", "failed"]);
}

#[test]
fn rows_that_contradict_themselves_or_each_other_are_not_sent() {
    let desk = server();
    desk.sheet("staff.csv", people(3, 0));
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let users = desk.truth().users;
    let id = &users.iter().find(|user| user.first_name == "Person2").expect("everybody is there").id;
    let sheet = format!(
        "user_id,email,device_contact_uri\n,person0@example.com,+919840000001\n,person1@example.com,\n{id},,\n,,+919840000002\n"
    );
    desk.sheet("leavers.csv", sheet);
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    let codes = desk.column("leavers.results.csv", "error_code");
    assert_eq!(codes, ["identity_conflict", "", "", "duplicate_user"]);
    assert_eq!(desk.calls("DELETE"), 2);
}

#[test]
fn a_device_goes_on_after_the_other_one_is_off() {
    let desk = server();
    desk.sheet("staff.csv", people(1, 0));
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let user = desk.truth().users[0].clone();
    let verify = |device: &str| {
        let path = format!("/__verify/{}/{device}", user.id);
        desk.simulator().lock().expect("fine").handle(
            &callroster::simulator::SimRequest { method: "POST".into(), path, headers: vec![], body: vec![] },
            Duration::from_secs(1),
        )
    };
    let ids: Vec<String> = user.devices.iter().map(|device| device.id.to_string()).collect();
    for id in &ids {
        let (reply, _) = verify(id);
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    }
    let sheet = |id: &str| format!("email,device_id,available\nperson0@example.com,{id},on\n");
    desk.sheet("on.csv", sheet(&ids[0]));
    desk.run(&["update", "on.csv"]).exits(0);
    desk.sheet("other.csv", sheet(&ids[1]));
    desk.run(&["update", "other.csv"]).exits(0);
    let devices = desk.truth().users[0].devices.clone();
    assert_eq!(devices.iter().map(|device| device.available).collect::<Vec<_>>(), [Some(false), Some(true)]);
}

#[test]
fn the_limit_is_obeyed_and_no_row_fails_for_it() {
    let rate = Rate { calls: 20, per: Duration::from_secs(1) };
    let desk = Desk::with(SimSettings { rate: Some(rate), ..SimSettings::default() });
    let switch = |text| desk.simulator().lock().expect("fine").set_switch(text).expect("a switch");
    switch("limit_headers=off");
    switch("limit_shape=retry_after");
    desk.sheet("staff.csv", people(60, 0));
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let truth = desk.truth();
    assert_eq!(truth.users.len(), 60);
    assert!(truth.calls.iter().any(|call| call.status == 429), "the limit was never met");
    for refused in &truth.calls {
        let Some(wait) = refused.retry_after.as_ref().and_then(|wait| wait.parse::<f64>().ok()) else {
            continue;
        };
        // Calls that were on their way when the refusal came may still arrive.
        let early = |call: &&CallSeen| call.now > refused.now + 0.1 && call.now < refused.now + wait - 0.01;
        let early: Vec<_> = truth.calls.iter().filter(early).collect();
        assert!(early.is_empty(), "refused at {} for {wait} s, and called again: {early:?}", refused.now);
    }
}

#[test]
fn the_summary_is_one_json_object() {
    let desk = server();
    desk.sheet("staff.csv", people(2, 0));
    let said = desk.run(&["onboard", "staff.csv", "--json"]).exits(0);
    let summary: serde_json::Value = serde_json::from_str(&said.out).expect("one object");
    assert_eq!(summary["outcomes"]["created"], 2);
    assert_eq!(summary["exit_code"], 0);
    assert_eq!(summary["resume"], serde_json::Value::Null);
    assert_eq!(summary["calls"]["write"], 2);
}

#[test]
fn standard_input_answers_on_standard_output() {
    let desk = server();
    let said = desk.run_with(&["onboard", "-"], people(2, 0).as_bytes()).exits(0);
    assert_eq!(said.out.lines().count(), 3);
    assert!(said.out.contains("created"), "{}", said.out);
}

#[test]
fn a_change_whose_answers_were_all_lost_is_looked_at_before_it_is_told() {
    for (faults, status, exit) in [
        (&[Fault::ResetAfter, Fault::ErrorAfter][..], "updated", 0),
        (&[Fault::ErrorBefore, Fault::ErrorBefore], "unknown", 8),
    ] {
        let desk = server();
        desk.sheet("staff.csv", people(1, 0));
        desk.run(&["onboard", "staff.csv"]).exits(0);
        let id = desk.column("staff.results.csv", "user_id").remove(0);
        desk.sheet("changes.csv", format!("user_id,last_name\n{id},Iyer\n"));
        let simulator = desk.simulator();
        // The read of the preflight is calm.
        [None].into_iter().chain(faults.iter().copied().map(Some)).for_each(|fault| {
            simulator.lock().expect("fine").inject(fault);
        });
        desk.run(&["update", "changes.csv", "--retries", "1"]).exits(exit);
        assert_eq!(desk.column("changes.results.csv", "result_status"), [status]);
        assert_eq!(desk.calls("PUT"), 2, "{faults:?}");
    }
}

#[test]
fn who_cannot_be_switched_off_yet_is_warned_of() {
    let desk = server();
    desk.sheet("staff.csv", people(1, 0));
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let id = desk.column("staff.results.csv", "user_id").remove(0);
    desk.sheet("leavers.csv", format!("user_id,mode\n{id},disable\n"));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0).tells("device_unverified 1");
    let row = &desk.results("leavers.results.csv")[0];
    assert_eq!((row["result_status"].as_str(), row["warnings"].as_str()), ("unchanged", "device_unverified"));
}

#[test]
fn somebody_without_email_and_number_who_was_deleted_is_made_again() {
    let desk = server();
    let sheet = |name: &str| desk.sheet(name, "first_name,last_name\nBob,Ceeson\n");
    sheet("bob.csv");
    desk.run(&["onboard", "bob.csv"]).exits(0);
    desk.run(&["onboard", "bob.csv"]).exits(0);
    assert_eq!(desk.column("bob.results.csv", "result_status"), ["unchanged"]);
    let id = desk.column("bob.results.csv", "user_id").remove(0);
    desk.sheet("leavers.csv", format!("user_id\n{id}\n"));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    desk.run(&["onboard", "bob.csv"]).exits(0);
    assert_eq!(desk.column("bob.results.csv", "result_status"), ["created"]);
    desk.run(&["onboard", "bob.csv", "--again"]).exits(0);
    let newest = desk.column("bob.results.csv", "user_id");
    desk.run(&["onboard", "bob.csv"]).exits(0);
    assert_eq!(desk.column("bob.results.csv", "user_id"), newest);
}

#[test]
fn results_that_give_way_to_the_summary_are_named_by_it() {
    let desk = server();
    let said = desk.run_with(&["onboard", "-", "--json"], people(2, 0).as_bytes()).exits(0);
    let summary: serde_json::Value = serde_json::from_str(&said.out).expect("one object");
    let results = std::fs::read_to_string(summary["results"].as_str().expect("a path")).expect("it is there");
    assert_eq!(results.matches(",created,").count(), 2, "{results}");
    let tried = desk.run_with(&["onboard", "-", "--json", "--dry-run"], people(2, 0).as_bytes()).exits(0);
    let summary: serde_json::Value = serde_json::from_str(&tried.out).expect("one object");
    assert_eq!(summary["results"], serde_json::Value::Null, "a dry run leaves nothing");
}

#[test]
fn a_lost_answer_of_a_row_without_a_key_sends_people_to_look_by_hand() {
    let desk = Desk::new();
    let explained = desk.run(&["explain", "outcome_unknown", "--json"]).exits(0);
    let told: serde_json::Value = serde_json::from_str(&explained.out).expect("one object");
    let mend = told["mend"].as_str().expect("a text");
    assert!(mend.contains("look by hand for a row that has neither e-mail nor number"), "{mend}");
}
