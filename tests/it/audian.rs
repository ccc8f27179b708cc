//! Audian as its users meet it: the offboarding of the documents, the way back, the log, and what goes wrong.

use std::time::Duration;

use callroster::simulator::{AudianTruth, Fault, FaultSettings, SimProvider, SimRequest, SimSettings};

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

#[test]
fn the_four_steps_of_the_documents_in_their_order() {
    let desk = desk(20, &[]);
    let (leaver, heir) = (people(&desk)[0].clone(), people(&desk)[3].clone());
    let devices = owned(&desk, &leaver);
    assert_eq!(devices.len(), 2);
    desk.sheet("leavers.csv", format!("user_id,reason,reassign_to\n{leaver},Left & moved,{heir}\n"));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    let row = &desk.results("leavers.results.csv")[0];
    assert_eq!(
        (row["result_status"].as_str(), row["steps_done"].as_str()),
        ("archived", "disable;reassign;archive")
    );
    assert!(row["details"].contains("devices_reassigned=2"), "{}", row["details"]);
    assert!(
        row["details"].contains("data_archived=true; devices")
            && row["details"].contains("restorable_until=20")
    );
    assert_eq!(
        writes(&desk),
        [
            format!("PATCH /users/{leaver}"),
            "POST /devices/reassign".to_string(),
            format!("DELETE /users/{leaver}?archiveData=true&reason=Left%20%26%20moved"),
        ]
    );
    assert!(devices.iter().all(|device| owned(&desk, &heir).contains(device)));
    desk.sheet("purge.csv", format!("user_id\n{leaver}\n"));
    desk.run(&["offboard", "purge.csv", "--mode", "purge", "--yes"]).exits(0);
    assert_eq!(status(&desk, "purge"), "purged");
    assert!(own(&desk).users.iter().all(|user| user.id != leaver));
}

#[test]
fn the_same_sheet_again_does_nothing_again() {
    let desk = desk(10, &[]);
    desk.sheet("leavers.csv", format!("user_id\n{}\n", people(&desk)[0]));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    let before = writes(&desk);
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    assert_eq!((status(&desk, "leavers").as_str(), writes(&desk)), ("unchanged", before));
}

#[test]
fn every_mode_goes_its_own_way() {
    let desk = desk(40, &[]);
    let people = people(&desk);
    let (heir, gone) = (&people[9], &people[2]);
    let sheet = format!(
        "user_id,mode,reassign_to,devices\n{},archive,,\n{},disable,,\n{gone},delete,{heir},\n{},delete,{heir},{}\n",
        people[0],
        people[1],
        people[3],
        owned(&desk, &people[3])[0],
    );
    desk.sheet("leavers.csv", sheet);
    desk.run(&["offboard", "leavers.csv", "--yes", "--reason", "left"]).exits(0);
    assert_eq!(status(&desk, "leavers"), "archived disabled deleted deleted");
    let steps = desk.column("leavers.results.csv", "steps_done");
    assert_eq!(steps, ["disable;archive", "disable", "delete", "reassign;delete"]);
    let writes = writes(&desk);
    assert!(
        writes.contains(&format!("DELETE /users/{gone}?reassignDevices={heir}&reason=left")),
        "{writes:?}"
    );
    assert!(desk.column("leavers.results.csv", "details")[2].contains("devices_reassigned="));
    let log = own(&desk).deletions;
    assert!(log.iter().all(|deletion| deletion.reason.as_deref() == Some("left")), "{log:?}");
}

#[test]
fn every_answer_to_an_end_counts() {
    for switch in ["delete_answer=204", "delete_answer=200", "delete_answer=enveloped"] {
        let desk = desk(10, &[switch]);
        let people = people(&desk);
        desk.sheet("leavers.csv", format!("user_id,mode\n{},archive\n{},delete\n", people[0], people[1]));
        desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
        assert_eq!(status(&desk, "leavers"), "archived deleted", "{switch}");
        assert!(desk.column("leavers.results.csv", "details")[0].contains("data_archived=true"), "{switch}");
    }
}

#[test]
fn hot_desked_devices_stay_with_their_owner() {
    let desk = desk(20, &[]);
    let people = people(&desk);
    let (leaver, owner, heir) = (&people[0], &people[1], &people[2]);
    let lent = owned(&desk, owner)[0].clone();
    outside(&desk, &format!("/__hotdesk/{leaver}/{lent}"));
    desk.sheet("leavers.csv", format!("user_id,reassign_to\n{leaver},{heir}\n"));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    assert!(owned(&desk, owner).contains(&lent));
    desk.sheet("other.csv", format!("user_id,reassign_to,devices\n{owner},{heir},{lent};nothing\n"));
    desk.run(&["offboard", "other.csv", "--yes"]).exits(4);
    assert_eq!(desk.column("other.results.csv", "error_code"), ["device_not_found"]);
}

#[test]
fn bad_input_is_an_error_of_its_row_before_anything_is_sent_for_it() {
    let desk = desk(40, &[]);
    let people = people(&desk);
    let (stays, leaves) = (&people[9], &people[0]);
    let email = own(&desk).users.iter().find(|user| user.id == people[4]).and_then(|user| user.email.clone());
    let sheet = format!(
        "user_id,email,mode,reassign_to\n{leaves},,,\n{},,,nobody@example.com\n{},,,{leaves}\n{},,,{}\n{},,purge,\n{},,delete,\n,{},disable,\nuser_999,,purge,\n{stays},,,user_998\n",
        people[1],
        people[2],
        people[3],
        people[3],
        people[5],
        people[4],
        email.expect("this one has an address"),
    );
    desk.sheet("leavers.csv", sheet);
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    let results = desk.results("leavers.results.csv");
    let ended: Vec<String> =
        results.iter().map(|row| format!("{} {}", row["result_status"], row["error_code"])).collect();
    assert_eq!(
        ended,
        [
            "archived ",
            "failed user_not_found",
            "invalid identity_conflict",
            "invalid identity_conflict",
            "failed user_not_archived",
            "deleted ",
            "invalid duplicate_user",
            "failed user_not_found",
            "failed user_not_found",
        ]
    );
    let sent = writes(&desk).join("\n");
    for spared in [&people[1], &people[2], &people[3], &people[5], stays] {
        assert!(!sent.contains(spared.as_str()), "{spared} in {sent}");
    }
}

#[test]
fn an_archive_that_archives_nothing_stops_the_run() {
    for switches in [&["data_archived=off"][..], &["plain_kazoo=on", "delete_answer=200"]] {
        let desk = desk(60, switches);
        let people = people(&desk);
        desk.sheet("leavers.csv", format!("user_id\n{}\n", people[..8].join("\n")));
        desk.run(&["offboard", "leavers.csv", "--yes"]).exits(5).tells("keeps no archive");
        let ended = status(&desk, "leavers");
        assert_eq!(ended.matches("partial").count(), 8, "{switches:?} {ended}");
        let codes = desk.column("leavers.results.csv", "error_code");
        assert_eq!(codes.iter().filter(|code| *code == "not_archived").count(), 1, "{codes:?}");
        assert_eq!(own(&desk).users.len(), 59, "one was lost, and nobody else");
    }
}

#[test]
fn active_resources_are_the_rows_error_with_the_way_out() {
    let desk = desk(20, &["conflict=devices"]);
    let people = people(&desk);
    desk.sheet("leavers.csv", format!("user_id,mode\n{},delete\n", people[0]));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    let row = &desk.results("leavers.results.csv")[0];
    assert_eq!((row["result_status"].as_str(), row["http_status"].as_str()), ("failed", "409"));
    assert!(row["error_message"].contains("reassign_to"), "{}", row["error_message"]);
    desk.sheet("again.csv", format!("user_id,mode,reassign_to\n{},delete,{}\n", people[0], people[1]));
    desk.run(&["offboard", "again.csv", "--yes"]).exits(0);
}

#[test]
fn what_a_deployment_lacks_is_told_from_who_is_not_there() {
    for lacking in ["lacking=404", "lacking=405"] {
        let desk = desk(40, &["reassign=off", "restore=off", "purge=off", "audit=off", lacking]);
        let people = people(&desk);
        desk.sheet(
            "leavers.csv",
            format!("user_id,reassign_to\n{},{}\n{},\n", people[0], people[9], people[1]),
        );
        desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
        assert_eq!(status(&desk, "leavers"), "partial archived");
        let row = &desk.results("leavers.results.csv")[0];
        assert_eq!(row["steps_done"], "disable");
        assert!(row["error_message"].contains("deployment"), "{}", row["error_message"]);
        assert!(owned(&desk, &people[0]).len() == 2, "nothing was archived with its devices");
        desk.sheet("back.csv", format!("user_id\n{}\nuser_999\n", people[1]));
        desk.run(&["restore", "back.csv"]).exits(4);
        let messages = desk.column("back.results.csv", "error_message");
        assert!(
            messages[0].contains("cannot restore") && messages[1].contains("no archived user"),
            "{messages:?}"
        );
        desk.run(&["offboard", "back.csv", "--mode", "purge", "--yes", "--results", "p.csv"]).exits(4);
        assert!(desk.column("p.csv", "error_message")[0].contains("cannot purge"));
        desk.run(&["audit"]).exits(2).tells("keeps no log");
    }
}

#[test]
fn archived_users_come_back_for_ninety_days() {
    let desk = desk(20, &[]);
    let people = people(&desk);
    desk.sheet("leavers.csv", format!("user_id\n{}\n{}\n", people[0], people[1]));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    desk.sheet("back.csv", format!("user_id\n{}\n{}\nuser_999\n", people[0], people[5]));
    desk.run(&["restore", "back.csv"]).exits(4);
    assert_eq!(status(&desk, "back"), "restored unchanged failed");
    let row = &desk.results("back.results.csv")[0];
    assert_eq!(
        (row["steps_done"].as_str(), row["details"].as_str()),
        ("restore", "not_restored=devices; status=disabled")
    );
    outside(&desk, "/__clock?days=91");
    desk.sheet("late.csv", format!("user_id\n{}\n", people[1]));
    desk.run(&["restore", "late.csv"]).exits(4);
    let late = &desk.results("late.results.csv")[0];
    assert_eq!(late["error_code"], "user_not_found");
    assert!(late["error_message"].contains("90 days"), "{}", late["error_message"]);
    desk.sheet("who.csv", "email\na@example.com\n");
    desk.run(&["restore", "who.csv"]).exits(3).tells("user_id is missing");
}

#[test]
fn the_log_of_deletions_is_a_table() {
    let desk = desk(20, &[]);
    let people = people(&desk);
    desk.sheet(
        "leavers.csv",
        format!("user_id,mode,reason\n{},archive,=left\n{},delete,\n", people[0], people[1]),
    );
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    desk.run(&["audit", "-o", "log.csv", "--json"]).exits(0);
    let log = crate::support::rows_of(&desk.path("log.csv"));
    assert!(desk.read("log.csv").starts_with("user_id,email,deleted_at,deleted_by,reason,archived,"));
    let archived = log.iter().find(|row| row["user_id"] == people[0]).expect("it is logged");
    assert_eq!((archived["archived"].as_str(), archived["reason"].as_str()), ("true", "'=left"));
    assert_eq!(log.len(), 2);
    let said = desk.run(&["audit"]).exits(0);
    assert_eq!(said.out.lines().count(), 3);
}

#[test]
fn a_token_that_ends_in_mid_run_fails_no_row() {
    let desk = desk(120, &["token_life=1"]);
    desk.simulator().lock().expect("fine").set_switch("slow_body=0").ok();
    let people = people(&desk);
    desk.sheet("leavers.csv", format!("user_id\n{}\n", people[..40].join("\n")));
    let words = ["offboard", "leavers.csv", "--yes", "--max-delete", "50", "--rate", "30/s"];
    desk.run(&words).exits(0);
    let truth = desk.truth();
    let exchanges = truth.calls.iter().filter(|call| call.path.ends_with("api_auth")).count();
    let refused = truth.calls.iter().filter(|call| call.status == 401).count();
    assert!(refused > 0 && exchanges >= 2, "{refused} refused, {exchanges} exchanges");
    assert!(exchanges < 20, "{exchanges} exchanges");
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
fn a_plain_kazoo_is_never_asked_to_archive() {
    let desk = desk(20, &["dialect=kazoo", "plain_kazoo=on"]);
    let people = people(&desk);
    let (leaver, heir) = (people[0].clone(), people[5].clone());
    let devices = owned(&desk, &leaver);
    desk.sheet("leavers.csv", format!("user_id,reassign_to\n{leaver},{heir}\n"));
    desk.sheet("back.csv", format!("user_id\n{leaver}\n"));
    let kazoo = |words: &[&str]| desk.run(&[words, &["--dialect", "kazoo"]].concat());
    for words in [
        &["offboard", "leavers.csv", "--yes"][..],
        &["offboard", "leavers.csv", "--yes", "--mode", "purge"],
        &["restore", "back.csv"],
        &["audit"],
    ] {
        kazoo(words).exits(2).tells("keeps no archive");
    }
    assert_eq!(desk.truth().calls.len(), 0);
    desk.sheet("mixed.csv", format!("user_id,mode\n{},archive\n", people[1]));
    kazoo(&["offboard", "mixed.csv", "--yes", "--mode", "delete"]).exits(4);
    assert_eq!(desk.column("mixed.results.csv", "error_code"), ["mode_invalid"]);
    kazoo(&["offboard", "leavers.csv", "--yes", "--mode", "delete"]).exits(0);
    assert_eq!(desk.column("leavers.results.csv", "steps_done"), ["reassign;delete"]);
    assert_eq!(desk.column("leavers.results.csv", "details"), ["devices_reassigned=2"]);
    assert!(devices.iter().all(|device| owned(&desk, &heir).contains(device)));
    desk.sheet("alone.csv", format!("user_id\n{}\n", people[1]));
    kazoo(&["offboard", "alone.csv", "--yes", "--mode", "delete"]).exits(0);
    assert_eq!(owned(&desk, &people[1]), Vec::<String>::new());
    assert_eq!(desk.column("alone.results.csv", "steps_done"), ["device;delete"]);
}

#[test]
fn exotel_refuses_what_needs_an_archive() {
    let desk = Desk::new();
    desk.sheet("back.csv", "user_id\nu1\n");
    for words in [
        &["restore", "back.csv", "--simulate"][..],
        &["audit", "--simulate"],
        &["offboard", "back.csv", "--simulate", "--yes", "--mode", "archive"],
    ] {
        desk.run(words).exits(2).tells("Exotel");
    }
}

#[test]
fn both_dialects_onboard_update_and_export() {
    for dialect in ["flat", "kazoo"] {
        let desk = desk(0, &[&format!("dialect={dialect}")]);
        let run = |words: &[&str]| desk.run(&[words, &["--dialect", dialect]].concat());
        desk.sheet(
            "staff.csv",
            "first_name,last_name,email,role\nAsha,Rao,Asha@example.com,admin\nRavi,Iyer,ravi@example.com,\n",
        );
        // One call at a time, so that the account lists them in the order of the sheet.
        run(&["onboard", "staff.csv", "--no-invite", "-c", "1"]).exits(0);
        run(&["onboard", "staff.csv"]).exits(0);
        assert_eq!(status(&desk, "staff"), "unchanged unchanged");
        let users = own(&desk).users;
        assert_eq!((users.len(), users.iter().filter(|user| user.invited).count()), (2, 0));
        desk.sheet("change.csv", "email,last_name,new_email,status\nasha@example.com,Nair,asha.nair@example.com,disabled\nravi@example.com,Iyer,,active\n");
        run(&["update", "change.csv"]).exits(0);
        let users = own(&desk).users;
        assert_eq!(
            (users[0].last_name.as_str(), users[0].email.as_deref(), users[0].disabled),
            ("Nair", Some("asha.nair@example.com"), true)
        );
        let said = run(&["export", "--columns", "email,role,status,username"]).exits(0);
        let lines: Vec<&str> = said.out.lines().collect();
        assert_eq!((lines[0], lines.len()), ("email,role,status,username", 3));
        assert!(lines[1].starts_with("asha.nair@example.com,admin,disabled"), "{}", said.out);
        assert!(lines[2].contains(",active"), "{}", said.out);
    }
}

#[test]
fn an_export_follows_keys_to_the_end_and_stops_at_a_repeated_one() {
    for switches in [
        &["last_key=empty"][..],
        &["last_key=null", "filters=short"],
        &["summary_status=off", "filters=ignored"],
    ] {
        let desk = desk(229, switches);
        let said = desk.run(&["export"]).exits(0);
        assert_eq!(said.out.lines().count(), 230);
        said.tells("complete");
    }
    let desk = desk(229, &["repeat_key=on"]);
    desk.run(&["export"]).exits(4).tells("same next page twice");
}

#[test]
fn unclear_steps_are_looked_at_and_done_once() {
    for (seed, switches) in [
        (1, &[][..]),
        (2, &["archive_again=404", "archived_get=404", "archived_list=off"]),
        (3, &["archived_status=disabled"]),
        (4, &["delete_answer=200", "reassign_answer=204"]),
    ] {
        let menu = vec![Fault::ResetAfter, Fault::ErrorAfter, Fault::GatewayAfter, Fault::ErrorBefore];
        let faults = FaultSettings { seed, rate: 0.25, menu };
        let desk = Desk::with(SimSettings { faults, ..settings(60, switches) });
        let people = people(&desk);
        let rows: Vec<String> = people[..6].iter().map(|id| format!("{id},{}", people[20])).collect();
        desk.sheet("leavers.csv", format!("user_id,reassign_to\n{}\n", rows.join("\n")));
        let devices: usize = people[..6].iter().map(|id| owned(&desk, id).len()).sum();
        let before = owned(&desk, &people[20]).len();
        desk.run(&["offboard", "leavers.csv", "--yes", "--settle", "0"]).exits(0);
        assert_eq!(status(&desk, "leavers"), ["archived"; 6].join(" "), "{switches:?}");
        assert_eq!(owned(&desk, &people[20]).len(), before + devices);
        let deletes = desk.truth().deletes;
        assert!(deletes.iter().all(|(key, count)| key.starts_with("archive:") && *count == 1), "{deletes:?}");
        let counted = desk.column("leavers.results.csv", "details");
        assert!(
            counted.iter().all(|details| details.contains("data_archived=true; devices_reassigned=")),
            "{counted:?}"
        );
    }
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
fn a_run_that_lost_a_user_goes_no_further() {
    let desk = desk(60, &["data_archived=off"]);
    desk.sheet("leavers.csv", format!("user_id\n{}\n", people(&desk)[..4].join("\n")));
    desk.run(&["offboard", "leavers.csv", "--yes", "-c", "1"]).exits(5);
    assert_eq!(own(&desk).users.len(), 59);
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(5).tells("goes no further");
    desk.run(&["resume"]).exits(5);
    assert_eq!(own(&desk).users.len(), 59);
}

#[test]
fn who_is_merely_disabled_is_not_purged() {
    for switch in ["archived_status=archived", "archived_status=disabled"] {
        let desk = desk(40, &[switch]);
        let disabled = own(&desk).users.iter().find(|user| user.disabled).expect("one is").id.clone();
        let archived = people(&desk)[0].clone();
        desk.sheet("leavers.csv", format!("user_id\n{archived}\n"));
        desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
        desk.sheet("purge.csv", format!("user_id\n{disabled}\n{archived}\n"));
        desk.run(&["offboard", "purge.csv", "--yes", "--mode", "purge"]).exits(4);
        assert_eq!(status(&desk, "purge"), "failed purged", "{switch}");
        assert!(!writes(&desk).join("\n").contains(&format!("{disabled}/archive")));
    }
}

#[test]
fn a_run_that_goes_on_lists_the_devices_again() {
    let desk = desk(40, &[]);
    let people = people(&desk);
    let (leaver, heir, other) = (&people[0], &people[5], &people[6]);
    desk.sheet("leavers.csv", format!("user_id,reassign_to\n{leaver},{heir}\n"));
    desk.simulator().lock().expect("fine").set_switch("maintenance=off").expect("a switch");
    let stays = owned(&desk, leaver);
    // The run is stopped after the user is disabled: from then on nothing is answered.
    desk.simulator().lock().expect("fine").set_switch("reassign=off").expect("a switch");
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    assert_eq!(desk.column("leavers.results.csv", "steps_done"), ["disable"]);
    desk.simulator().lock().expect("fine").set_switch("reassign=on").expect("a switch");
    // Meanwhile a person gives one of the devices to somebody else.
    let body = format!("{{\"assignedUser\":\"{other}\"}}").into_bytes();
    let path = format!("/v2/accounts/sim/devices/{}", stays[0]);
    let headers = vec![("X-Auth-Token".into(), "sim-token".into())];
    let request = SimRequest { method: "PATCH".into(), path, headers, body };
    let (reply, _) = desk.simulator().lock().expect("fine").handle(&request, Duration::from_secs(1));
    assert_eq!(reply.status, 200);
    desk.run(&["offboard", "leavers.failed.csv", "--yes"]).exits(0);
    assert!(owned(&desk, other).contains(&stays[0]) && owned(&desk, heir).contains(&stays[1]));
}

#[test]
fn a_reassignment_of_unclear_effect_is_not_sent_again() {
    for (fault, sent) in [(Fault::ResetAfter, 1), (Fault::ResetBefore, 2)] {
        let desk = desk(40, &[]);
        let people = people(&desk);
        desk.sheet("leavers.csv", format!("user_id,reassign_to\n{},{}\n", people[0], people[5]));
        // The exchange, the roster, the devices; then the user is disabled, and the devices are listed again.
        for _ in 0..5 {
            desk.simulator().lock().expect("fine").inject(None);
        }
        desk.simulator().lock().expect("fine").inject(Some(fault));
        desk.run(&["offboard", "leavers.csv", "--yes", "--retries", "0"]).exits(8);
        assert_eq!((status(&desk, "leavers"), writes(&desk).len()), ("unknown".into(), 2));
        desk.run(&["resume"]).exits(0);
        let row = &desk.results("leavers.results.csv")[0];
        assert_eq!(
            (row["result_status"].as_str(), row["steps_done"].as_str()),
            ("archived", "disable;reassign;archive")
        );
        assert!(row["details"].contains("devices_reassigned=2"), "{}", row["details"]);
        let reassigned = writes(&desk).into_iter().filter(|call| call.contains("reassign")).count();
        assert_eq!(reassigned, sent, "{fault:?}");
    }
}

#[test]
fn numbers_name_nobody_and_contradict_nobody() {
    let desk = desk(0, &[]);
    desk.sheet(
        "staff.csv",
        "first_name,last_name,email,device_contact_uri\nAsha,Rao,asha@example.com,+919845012301\n",
    );
    desk.run(&["onboard", "staff.csv"]).exits(0);
    desk.sheet(
        "leavers.csv",
        "email,device_contact_uri,mode\nasha@example.com,+919845012301,disable\n,+919845012302,disable\n",
    );
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    assert_eq!(status(&desk, "leavers"), "disabled failed");
    let message = &desk.column("leavers.results.csv", "error_message")[1];
    assert!(message.contains("name the user by user_id or email"), "{message}");
}
