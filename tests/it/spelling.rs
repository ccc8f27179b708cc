//! What Exotel's lists may leave out, and people whom it writes in a way of its own.

use callroster::simulator::{Fault, SimSettings, User};

use crate::support::Desk;

/// An account with somebody in it.
fn with_asha(switches: &[&str]) -> Desk {
    let mut settings = SimSettings::default();
    for switch in switches {
        settings.set_switch(switch).expect("a switch");
    }
    let desk = Desk::with(settings);
    desk.sheet(
        "staff.csv",
        "first_name,last_name,email,device_contact_uri\nAsha,Rao,Asha@example.com,+919845012301\n",
    );
    desk
}

#[test]
fn devices_that_lists_leave_out_are_read_by_id() {
    let desk = with_asha(&["list_devices=off"]);
    for ending in ["created", "unchanged"] {
        desk.run(&["onboard", "staff.csv"]).exits(0);
        assert_eq!(desk.column("staff.results.csv", "result_status"), [ending]);
    }
    desk.sheet("change.csv", "device_contact_uri,last_name\n+919845012301,Iyer\n");
    desk.run(&["update", "change.csv"]).exits(0);
    desk.sheet("leavers.csv", "device_contact_uri,mode\n+919845012301,delete\n+919845012399,delete\n");
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    assert_eq!(desk.column("leavers.results.csv", "result_status"), ["deleted", "failed"]);
}

#[test]
fn a_lost_answer_is_found_however_the_provider_writes_people() {
    let desk = with_asha(&["spelling=own"]);
    // The look for who is there, by e-mail and by number.
    for _ in 0..2 {
        desk.simulator().lock().expect("fine").inject(None);
    }
    desk.simulator().lock().expect("fine").inject(Some(Fault::ResetAfter));
    desk.run(&["onboard", "staff.csv", "--settle", "0.1"]).exits(0);
    assert_eq!(desk.column("staff.results.csv", "result_status"), ["created"]);
    assert!(desk.truth().creates.values().all(|count| *count == 1), "{:?}", desk.truth().creates);
    // Somebody else of that number was there before, and is nobody's to take.
    desk.sheet("other.csv", "first_name,last_name,device_contact_uri\nRavi,Rao,+919845012301\n");
    desk.run(&["onboard", "other.csv", "--settle", "0.1"]).exits(4);
    assert_eq!(desk.column("other.results.csv", "error_code"), ["already_exists"]);
    desk.sheet("same.csv", "first_name,last_name,device_contact_uri\nASHA,RAO,+919845012301\n");
    desk.run(&["onboard", "same.csv", "--settle", "0.1"]).exits(0);
    assert_eq!(desk.column("same.results.csv", "result_status"), ["unchanged"]);
    assert_eq!((desk.truth().users.len(), desk.calls("POST")), (1, 1), "nothing was sent for either");
}

#[test]
fn a_lost_answer_is_found_on_the_third_page_of_a_list_that_knows_no_filters() {
    for total in ["total=on", "total=off"] {
        let mut settings = SimSettings { users: 120, ..SimSettings::default() };
        for switch in ["list_filters=ignored", "keys=off", total] {
            settings.set_switch(switch).expect("a switch");
        }
        let desk = Desk::with(settings);
        desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@example.com\n");
        desk.run(&["onboard", "staff.csv", "--dry-run"]).exits(0);
        let looked = desk.calls("GET");
        (0..looked).for_each(|_| desk.simulator().lock().expect("fine").inject(None));
        desk.simulator().lock().expect("fine").inject(Some(Fault::ResetAfter));
        desk.run(&["onboard", "staff.csv", "--settle", "0.1"]).exits(0);
        assert_eq!(desk.column("staff.results.csv", "result_status"), ["created"], "{total}");
        assert_eq!((desk.truth().users.len(), desk.calls("POST")), (121, 1), "nobody twice: {total}");
        // Whoever is there already is found as well.
        desk.run(&["onboard", "staff.csv"]).exits(0);
        assert_eq!(desk.column("staff.results.csv", "result_status"), ["unchanged"], "{total}");
    }
}

#[test]
fn devices_that_a_read_leaves_out_are_found_in_the_list() {
    let mut settings = SimSettings { users: 120, ..SimSettings::default() };
    for switch in ["get_devices=off", "sip_in_answer=off", "sip_delay=0"] {
        settings.set_switch(switch).expect("a switch");
    }
    let desk = Desk::with(settings);
    desk.sheet(
        "staff.csv",
        "first_name,last_name,email,sip_password\nAsha,Rao,asha@example.com,Zb8#kQ2!vLw9\n",
    );
    desk.run(&["onboard", "staff.csv"]).exits(0);
    assert_eq!(desk.column("staff.results.csv", "steps_done"), ["user;sip_password"]);
    let asha = desk.column("staff.results.csv", "user_id").remove(0);
    // By id alone, in a roster too large to be read for one row.
    let is_on = |user: &User| user.devices.iter().any(|device| device.available == Some(true));
    let before = desk.truth();
    let leaver = &before.users.iter().find(|user| is_on(user)).expect("somebody is on").id;
    desk.sheet("leavers.csv", format!("user_id,mode\n{leaver},disable\n"));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    assert_eq!(desk.column("leavers.results.csv", "result_status"), ["disabled"]);
    let truth = desk.truth();
    let left = truth.users.iter().find(|user| user.id == *leaver).expect("kept");
    assert!(!is_on(left), "{left:?}");
    desk.sheet("change.csv", format!("user_id,sip_password\n{asha},Zb8#kQ2!vLw8\n"));
    desk.run(&["update", "change.csv"]).exits(0);
}

#[test]
fn one_unknown_id_stops_no_other_row() {
    let mut settings = SimSettings { users: 120, ..SimSettings::default() };
    settings.set_switch("get_missing=null").expect("a switch");
    let desk = Desk::with(settings);
    let there = desk.truth().users[0].id.clone();
    desk.sheet("change.csv", format!("user_id,last_name\nnobody,Rao\n{there},Iyer\n"));
    desk.run(&["update", "change.csv"]).exits(4);
    assert_eq!(desk.column("change.results.csv", "result_status"), ["failed", "updated"]);
    assert_eq!(desk.column("change.results.csv", "error_code"), ["user_not_found", ""]);
}

#[test]
fn one_user_who_cannot_be_read_stops_no_other_row() {
    let first = Desk::with(SimSettings::default());
    first.sheet(
        "staff.csv",
        "first_name,last_name,email\nAsha,Rao,asha@example.com\nRavi,Iyer,ravi@example.com\n",
    );
    first.run(&["onboard", "staff.csv"]).exits(0);
    let odd = first.truth().users[0].id.clone();
    first.simulator().lock().expect("fine").set_switch(&format!("unreadable={odd}")).expect("a switch");
    let made = first.calls("POST");
    first.sheet("change.csv", "email,last_name\nasha@example.com,Sen\nravi@example.com,Sen\n");
    first.run(&["update", "change.csv", "--retries", "1"]).exits(4);
    assert_eq!(first.column("change.results.csv", "result_status"), ["failed", "updated"]);
    assert_eq!(first.column("change.results.csv", "error_code"), ["bad_response", ""]);
    first.sheet(
        "more.csv",
        "first_name,last_name,email\nAsha,Rao,asha@example.com\nRavi,Sen,ravi@example.com\nDev,Nair,dev@example.com\n",
    );
    first.run(&["onboard", "more.csv", "--retries", "1"]).exits(4);
    assert_eq!(first.column("more.results.csv", "result_status"), ["failed", "unchanged", "created"]);
    assert_eq!(first.calls("POST"), made + 1, "nothing is sent for somebody who may be there");
}
