//! The archive: the way back, the log, what is no archive, and deployments without one.

use callroster::simulator::SimRequest;

use super::*;

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
        assert_eq!(codes, ["not_archived"; 8]);
        let messages = desk.column("leavers.results.csv", "error_message");
        let lost = messages.iter().filter(|message| message.contains("for good")).count();
        let spared = messages.iter().filter(|message| message.contains("--mode disable --fresh")).count();
        assert_eq!((lost, spared), (1, 7), "{messages:?}");
        // Whoever named their leavers by id alone has them all to mend, since nothing goes on.
        assert_eq!(desk.results("leavers.failed.csv").len(), 8);
        assert_eq!(own(&desk).users.len(), 59, "one was lost, and nobody else");
    }
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
    desk.run(&["restore", "back.csv", "--fresh"]).exits(4);
    assert_eq!(status(&desk, "back"), "unchanged unchanged failed", "who came back is not archived");
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
fn a_run_that_lost_a_user_goes_no_further() {
    let desk = desk(60, &["data_archived=off"]);
    desk.sheet("leavers.csv", format!("user_id\n{}\n", people(&desk)[..4].join("\n")));
    let said = desk.run(&["offboard", "leavers.csv", "--yes", "-c", "1"]).exits(5);
    assert!(!said.err.contains("to go on") && !said.err.contains("resume"), "{}", said.err);
    assert_eq!(own(&desk).users.len(), 59);
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(5).tells("goes no further");
    let said = desk.run(&["resume"]).exits(5).tells("--mode disable --fresh");
    assert!(!said.err.contains("to go on"), "{}", said.err);
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
fn whom_we_archived_is_known_again_though_the_list_shows_a_disabled_user() {
    let shown = [
        "archived_status=disabled",
        "archived_get=404",
        "archive_again=404",
        "audit=off",
        "summary_status=on",
    ];
    let desk = desk(20, &shown);
    let people = people(&desk);
    desk.sheet("leavers.csv", format!("user_id,reassign_to\n{},\n{},{}\n", people[0], people[1], people[2]));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    let before = writes(&desk);
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    assert_eq!((status(&desk, "leavers"), writes(&desk)), ("unchanged unchanged".into(), before));
}

#[test]
fn a_key_that_may_not_read_the_log_may_still_archive() {
    let desk = desk(20, &["archived_get=404", "audit=off"]);
    desk.sheet("leavers.csv", format!("user_id\n{}\n", people(&desk)[0]));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    let details = &desk.column("leavers.results.csv", "details")[0];
    assert!(details.contains("data_archived=unconfirmed"), "{details}");
}

#[test]
fn an_address_may_be_free_again_after_its_owner_was_archived() {
    let desk = desk(0, &["archived_keys=free", "new_device=on"]);
    desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@example.com\n");
    desk.sheet("leavers.csv", "email\nasha@example.com\n");
    desk.run(&["onboard", "staff.csv"]).exits(0);
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    desk.run(&["onboard", "staff.csv"]).exits(4);
    assert!(desk.column("staff.results.csv", "error_message")[0].contains("callroster restore"));
    // Somebody made her anew by hand.
    let body = br#"{"firstName":"Asha","lastName":"Rao","email":"asha@example.com"}"#.to_vec();
    let headers = vec![("X-Auth-Token".into(), "sim-token".into())];
    let request = SimRequest { method: "POST".into(), path: "/v2/accounts/sim/users".into(), headers, body };
    let (reply, _) =
        desk.simulator().lock().expect("fine").handle(&request, std::time::Duration::from_secs(9));
    assert_eq!(reply.status, 201);
    desk.run(&["onboard", "staff.csv"]).exits(0);
    assert_eq!(status(&desk, "staff"), "unchanged");
    // By her new phone, which only she can have.
    let made = own(&desk).devices.last().and_then(|device| device.sip_username.clone()).expect("a phone");
    desk.sheet("leavers.csv", format!("email,device_contact_uri\nasha@example.com,sip:{made}\n"));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    assert_eq!(status(&desk, "leavers"), "archived");
}

#[test]
fn an_archive_that_no_list_shows_is_purged_by_the_name_that_its_row_had() {
    for (mode, expected) in [("archive", "unchanged"), ("delete", "failed"), ("purge", "purged")] {
        let desk = desk(20, &["archived_list=off", "archived_get=404"]);
        let email = desk.truth().users[0].email.clone().expect("all have one");
        desk.sheet("leavers.csv", format!("email\n{email}\n"));
        desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
        assert_eq!(status(&desk, "leavers"), "archived");
        desk.sheet("again.csv", format!("email,mode\n{email},{mode}\n"));
        desk.run(&["offboard", "again.csv", "--yes"]);
        assert_eq!(status(&desk, "again"), expected);
    }
}

#[test]
fn a_run_in_the_wrong_dialect_keeps_nobody_from_the_right_one() {
    let desk = desk(0, &["dialect=kazoo"]);
    desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@example.com\n");
    desk.run(&["onboard", "staff.csv"]).exits(6).tells("give --dialect kazoo");
    desk.run(&["resume", "--dialect", "kazoo"]).exits(2).tells("was begun with --dialect flat");
    desk.run(&["onboard", "staff.csv", "--dialect", "kazoo"])
        .exits(0)
        .tells("changed nothing; beginning anew");
    assert_eq!(desk.truth().users.len(), 1);
}

#[test]
fn passwords_are_not_made_where_a_new_user_has_no_device() {
    let desk = desk(0, &[]);
    desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@example.com\n");
    desk.run(&["onboard", "staff.csv", "--generate-sip-passwords"]).exits(2).tells("set passwords with");
    assert_eq!(desk.truth().users.len(), 0);
}

#[test]
fn rows_of_a_plain_kazoo_may_say_how_they_go() {
    let desk = desk(10, &["dialect=kazoo", "plain_kazoo=on"]);
    let people = people(&desk);
    desk.sheet("leavers.csv", format!("user_id,mode\n{},disable\n{},\n", people[0], people[1]));
    desk.run(&["offboard", "leavers.csv", "--yes", "--dialect", "kazoo"]).exits(4);
    assert_eq!(status(&desk, "leavers"), "disabled invalid");
}
