//! Creates that a killed process left in doubt, at a provider whose list has keys.

use std::time::Duration;

use callroster::simulator::{Fault, SimSettings};

use super::*;

#[test]
fn all_doubtful_rows_are_looked_for_in_one_walk() {
    for filters in ["filters=ignored", "filters=on"] {
        let settings = settings(250, &[filters]);
        let desk = Desk::with(SimSettings { latency: Duration::from_millis(20), ..settings });
        desk.sheet("staff.csv", crate::support::people(60, 0).replace(",sip_password", ",note"));
        let mut child = desk.start(&["onboard", "staff.csv"]);
        desk.wait_for(|users| users >= 262);
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        let before = desk.truth().calls.len();
        desk.run(&["onboard", "staff.csv", "--settle", "0.2"]).exits(0).tells("going on with run");
        let truth = desk.truth();
        assert_eq!(truth.users.len(), 310);
        assert!(truth.creates.values().all(|count| *count == 1), "{:?}", truth.creates);
        let calls = &truth.calls[before..];
        let lists = calls.iter().filter(|call| call.method == "GET" && call.path.contains("/users?")).count();
        // One walk for those who were not started, and one for those in doubt.
        assert!(lists <= 8, "{lists} pages of a list of three or four, {filters}");
        assert!(calls.iter().all(|call| !call.path.contains("filter_email")), "{filters}");
    }
}

#[test]
fn a_row_with_a_number_and_no_email_is_told_what_it_lacks() {
    let desk = desk(0, &[]);
    desk.sheet("staff.csv", "first_name,last_name,email,device_contact_uri\nAsha,Rao,,+919845012301\n");
    // The exchange and the list; then the create is lost.
    for fault in [None, None, Some(Fault::ResetBefore)] {
        desk.simulator().lock().expect("fine").inject(fault);
    }
    desk.run(&["onboard", "staff.csv"]).exits(8);
    let message = &desk.column("staff.results.csv", "error_message")[0];
    assert!(message.contains("no e-mail, and this provider finds nobody by a number"), "{message}");
}
