//! How people leave: the steps in their order, bad input, and steps of unclear effect.

use std::time::Duration;

use callroster::simulator::{Fault, FaultSettings, SimRequest, SimSettings};

use super::*;

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
    let own = owned(&desk, leaver).join(";");
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    assert!(owned(&desk, owner).contains(&lent));
    assert_eq!(desk.column("leavers.results.csv", "device_ids"), [own]);
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
fn devices_that_keep_a_leaver_go_first_and_the_delete_is_sent_once_more() {
    let desk = desk(20, &["conflict=devices"]);
    let people = people(&desk);
    let (leaver, devices) = (&people[0], owned(&desk, &people[0]));
    desk.sheet("leavers.csv", format!("user_id,mode\n{leaver},delete\n"));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    let row = &desk.results("leavers.results.csv")[0];
    assert_eq!((row["result_status"].as_str(), row["steps_done"].as_str()), ("deleted", "device;delete"));
    let delete = format!("DELETE /users/{leaver}");
    let device = |id: &String| format!("PATCH /devices/{id}");
    assert_eq!(writes(&desk), [delete.clone(), device(&devices[0]), device(&devices[1]), delete]);
    assert!(
        own(&desk).devices.iter().filter(|device| devices.contains(&device.id)).all(|d| d.owner.is_none())
    );
}

#[test]
fn devices_that_went_first_are_counted_once_by_a_run_that_goes_on() {
    let desk = desk(20, &[]);
    let people = people(&desk);
    let (leaver, heir) = (&people[0], &people[5]);
    outside(&desk, &format!("/__call/{leaver}"));
    desk.sheet("leavers.csv", format!("user_id,mode,reassign_to\n{leaver},delete,{heir}\n"));
    // What goes before: looks, the delete that is refused, the devices, their reassignment, and a look at the heir;
    // then the second delete is lost.
    for _ in 0..11 {
        desk.simulator().lock().expect("fine").inject(None);
    }
    desk.simulator().lock().expect("fine").inject(Some(Fault::ResetBefore));
    desk.run(&["offboard", "leavers.csv", "--yes", "--retries", "0"]).exits(8);
    assert_eq!(desk.column("leavers.results.csv", "steps_done"), ["reassign"]);
    outside(&desk, &format!("/__call/{leaver}?end=true"));
    desk.run(&["resume"]).exits(0);
    let row = &desk.results("leavers.results.csv")[0];
    assert_eq!((row["result_status"].as_str(), row["steps_done"].as_str()), ("deleted", "reassign;delete"));
    assert_eq!(row["details"], "devices_reassigned=2");
}

#[test]
fn whoever_is_kept_by_a_call_is_an_error_with_the_way_out() {
    let desk = desk(20, &[]);
    let people = people(&desk);
    let (leaver, heir) = (&people[0], &people[1]);
    let devices = owned(&desk, leaver);
    outside(&desk, &format!("/__call/{leaver}"));
    desk.sheet("leavers.csv", format!("user_id,mode,reassign_to\n{leaver},delete,{heir}\n"));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    let row = &desk.results("leavers.results.csv")[0];
    assert_eq!((row["result_status"].as_str(), row["http_status"].as_str()), ("partial", "409"));
    assert_eq!((row["steps_done"].as_str(), row["details"].as_str()), ("reassign", "devices_reassigned=2"));
    assert!(row["error_message"].contains("end the user's calls"), "{}", row["error_message"]);
    assert!(devices.iter().all(|device| owned(&desk, heir).contains(device)));
    outside(&desk, &format!("/__call/{leaver}?end=true"));
    desk.run(&["offboard", "leavers.failed.csv", "--yes"]).exits(0);
}

#[test]
fn devices_that_did_not_reach_their_heir_are_told() {
    let desk = desk(20, &["plain_kazoo=on"]);
    let people = people(&desk);
    desk.sheet("leavers.csv", format!("user_id,mode,reassign_to\n{},delete,{}\n", people[0], people[1]));
    desk.run(&["offboard", "leavers.csv", "--yes", "--settle", "0"]).exits(4);
    let row = &desk.results("leavers.results.csv")[0];
    assert_eq!(
        (row["result_status"].as_str(), row["error_code"].as_str(), row["steps_done"].as_str()),
        ("partial", "not_reassigned", "delete")
    );
    assert!(row["error_message"].contains("only 0 of 2 devices"), "{}", row["error_message"]);
    // The user is gone, and by whom is known.
    desk.run(&["offboard", "leavers.failed.csv", "--yes"]).exits(0);
    assert_eq!(status(&desk, "leavers.failed"), "unchanged");
}

#[cfg(unix)]
#[test]
fn an_interruption_hides_no_devices_that_stayed_behind() {
    let desk = desk(20, &["plain_kazoo=on"]);
    let (people, before) = (people(&desk), own(&desk).users.len());
    desk.sheet("leavers.csv", format!("user_id,mode,reassign_to\n{},delete,{}\n", people[0], people[1]));
    // Long waits, so that it comes after the delete and before the heir was looked at for the last time.
    let child = desk.start(&["offboard", "leavers.csv", "--yes", "--settle", "60"]);
    desk.wait_for(|users| users < before);
    crate::support::interrupted(child).exits(130);
    assert_eq!(status(&desk, "leavers"), "unknown");
    desk.run(&["resume", "--settle", "0"]).exits(4);
    let row = &desk.results("leavers.results.csv")[0];
    assert_eq!((row["result_status"].as_str(), row["error_code"].as_str()), ("partial", "not_reassigned"));
}

#[test]
fn a_device_that_is_not_there_is_not_a_call_that_is_not_there() {
    let desk = desk(20, &["stale=600"]);
    let people = people(&desk);
    let device = &owned(&desk, &people[0])[0];
    // Lists still show the device with the leaver, from whom somebody took it.
    let body = format!("{{\"assignedUser\":\"{}\"}}", people[5]).into_bytes();
    let headers = vec![("X-Auth-Token".into(), "sim-token".into())];
    let path = format!("/v2/accounts/sim/devices/{device}");
    let request = SimRequest { method: "PATCH".into(), path, headers, body };
    desk.simulator().lock().expect("fine").handle(&request, Duration::from_secs(1));
    desk.sheet("leavers.csv", format!("user_id,reassign_to\n{},{}\n", people[0], people[1]));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    let row = &desk.results("leavers.results.csv")[0];
    assert_eq!((row["result_status"].as_str(), row["error_code"].as_str()), ("partial", "device_not_found"));
    assert!(!row["error_message"].contains("deployment"), "{}", row["error_message"]);
}

#[test]
fn devices_that_are_never_verified_are_no_warning() {
    let desk = desk(20, &[]);
    let people = people(&desk);
    desk.sheet("leavers.csv", format!("user_id,mode,reassign_to\n{},disable,{}\n", people[0], people[1]));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    assert_eq!(desk.column("leavers.results.csv", "warnings"), [""]);
}

#[test]
fn a_purge_is_known_again_and_an_archive_is_no_purge() {
    for switches in [&[][..], &["archived_list=off", "archived_get=404"]] {
        let desk = desk(10, switches);
        desk.sheet("leavers.csv", format!("user_id\n{}\n", people(&desk)[0]));
        desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
        desk.run(&["offboard", "leavers.csv", "--yes", "--mode", "purge"]).exits(0);
        assert_eq!(status(&desk, "leavers"), "purged");
        let before = writes(&desk);
        desk.run(&["offboard", "leavers.csv", "--yes", "--mode", "purge"]).exits(0);
        assert_eq!((status(&desk, "leavers").as_str(), writes(&desk)), ("unchanged", before), "{switches:?}");
    }
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
        let rows: Vec<String> = people[..3].iter().map(|id| format!("{id},{}", people[20])).collect();
        desk.sheet("leavers.csv", format!("user_id,reassign_to\n{}\n", rows.join("\n")));
        let devices: usize = people[..3].iter().map(|id| owned(&desk, id).len()).sum();
        let before = owned(&desk, &people[20]).len();
        desk.run(&["offboard", "leavers.csv", "--yes", "--settle", "0"]).exits(0);
        assert_eq!(status(&desk, "leavers"), ["archived"; 3].join(" "), "{switches:?}");
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
fn a_run_that_goes_on_lists_the_devices_again() {
    let desk = desk(40, &[]);
    let people = people(&desk);
    let (leaver, heir, other) = (&people[0], &people[5], &people[6]);
    desk.sheet("leavers.csv", format!("user_id,reassign_to\n{leaver},{heir}\n"));
    let stays = owned(&desk, leaver);
    // The exchange, the roster, both users, the devices; the user is disabled, the devices are listed, and the
    // reassignment is lost on its way.
    for _ in 0..7 {
        desk.simulator().lock().expect("fine").inject(None);
    }
    desk.simulator().lock().expect("fine").inject(Some(Fault::ResetBefore));
    desk.run(&["offboard", "leavers.csv", "--yes", "--retries", "0"]).exits(8);
    assert_eq!(desk.column("leavers.results.csv", "steps_done"), ["disable"]);
    // Meanwhile a person gives one of the devices to somebody else.
    let body = format!("{{\"assignedUser\":\"{other}\"}}").into_bytes();
    let path = format!("/v2/accounts/sim/devices/{}", stays[0]);
    let headers = vec![("X-Auth-Token".into(), "sim-token".into())];
    let request = SimRequest { method: "PATCH".into(), path, headers, body };
    let (reply, _) = desk.simulator().lock().expect("fine").handle(&request, Duration::from_secs(1));
    assert_eq!(reply.status, 200);
    desk.run(&["resume"]).exits(0);
    assert!(owned(&desk, other).contains(&stays[0]) && owned(&desk, heir).contains(&stays[1]));
}

#[test]
fn a_reassignment_of_unclear_effect_is_not_sent_again() {
    for (fault, sent) in [(Fault::ResetAfter, 1), (Fault::ResetBefore, 2)] {
        let desk = desk(40, &[]);
        let people = people(&desk);
        desk.sheet("leavers.csv", format!("user_id,reassign_to\n{},{}\n", people[0], people[5]));
        // The exchange, the roster, both users, the devices; then the user is disabled, and the devices are listed again.
        for _ in 0..7 {
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
fn a_dry_run_shows_every_end_and_sends_none() {
    let desk = desk(40, &[]);
    let people = people(&desk);
    let sheet = format!(
        "user_id,mode,reassign_to\n{},archive,{}\n{},delete,\n{},disable,\nuser_999,purge,\n",
        people[0], people[9], people[1], people[2]
    );
    desk.sheet("leavers.csv", sheet);
    let said = desk.run(&["offboard", "leavers.csv", "--dry-run", "--json"]).exits(0);
    assert!(said.out.contains("\"would_archive\":1"), "{}", said.out);
    assert_eq!(status(&desk, "leavers"), "would_archive would_delete would_disable would_purge");
    assert_eq!(writes(&desk), Vec::<String>::new());
}
