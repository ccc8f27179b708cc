//! What the list leaves out, and single reads show: who is archived or disabled, and whose number is which.

use callroster::simulator::Fault;

use super::*;

/// The list as documented, one that shows more, and Kazoo's.
const LISTS: [&[&str]; 3] =
    [&["archived_keys=kept"], &["summary_status=on"], &["dialect=kazoo", "new_device=off"]];

struct Office {
    desk: Desk,
    dialect: &'static str,
}

impl Office {
    fn new(switches: &[&str]) -> Office {
        let dialect = if switches.contains(&"dialect=kazoo") { "kazoo" } else { "flat" };
        let desk = desk(0, switches);
        desk.sheet("config.toml", "[default]\narchive_supported = true\n");
        Office { desk, dialect }
    }

    /// Somebody with an e-mail and a number.
    fn onboard_asha(&self) {
        let row = "Asha,Rao,asha@example.com,+919845012301";
        self.desk.sheet("staff.csv", format!("first_name,last_name,email,device_contact_uri\n{row}\n"));
        self.run(&["onboard", "staff.csv"]).exits(0);
    }

    fn run(&self, words: &[&str]) -> crate::support::Said {
        let common = ["--dialect", self.dialect, "--config", "config.toml"];
        self.desk.run(&[words, &common].concat())
    }

    fn ends(&self, name: &str) -> Vec<String> {
        let rows = self.desk.results(&format!("{name}.results.csv"));
        rows.iter().map(|row| format!("{} {}", row["result_status"], row["error_code"])).collect()
    }
}

#[test]
fn who_is_archived_is_known_whatever_the_list_shows() {
    for switches in LISTS {
        let office = Office::new(switches);
        let desk = &office.desk;
        desk.sheet(
            "staff.csv",
            "first_name,last_name,email\nAsha,Rao,asha@example.com\nRavi,Iyer,ravi@example.com\nDev,Nair,dev@example.com\n",
        );
        office.run(&["onboard", "staff.csv"]).exits(0);
        desk.sheet("leavers.csv", "email,mode\nasha@example.com,archive\ndev@example.com,disable\n");
        office.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
        let before = writes(desk);
        office.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
        assert_eq!(office.ends("leavers"), ["unchanged ", "unchanged "], "{switches:?}");
        office.run(&["onboard", "staff.csv"]).exits(4);
        assert_eq!(
            office.ends("staff"),
            ["failed already_exists", "unchanged ", "unchanged "],
            "{switches:?}"
        );
        let message = &desk.column("staff.results.csv", "error_message")[0];
        assert!(message.contains("callroster restore"), "{message}");
        desk.sheet("back.csv", "email,status\nasha@example.com,active\n");
        office.run(&["update", "back.csv"]).exits(4).tells("callroster restore");
        assert_eq!(office.ends("back"), ["failed user_archived"]);
        desk.sheet(
            "more.csv",
            "email,mode,reassign_to\nasha@example.com,disable,\nravi@example.com,archive,asha@example.com\n",
        );
        office.run(&["offboard", "more.csv", "--yes"]).exits(4);
        assert_eq!(office.ends("more"), ["unchanged ", "failed user_not_found"]);
        desk.sheet("heir.csv", "email,reassign_to\nravi@example.com,dev@example.com\n");
        office.run(&["offboard", "heir.csv", "--yes"]).exits(4);
        let message = &desk.column("heir.results.csv", "error_message")[0];
        assert!(message.contains("is disabled and cannot get devices"), "{message}");
        assert_eq!(writes(desk), before, "nothing of all that was sent");
    }
}

#[test]
fn whoever_left_by_number_alone_is_known_again() {
    let office = Office::new(&[]);
    let desk = &office.desk;
    office.onboard_asha();
    desk.sheet("leavers.csv", "device_contact_uri,mode\n+919845012301,delete\n+919845012399,delete\n");
    for ending in ["deleted ", "unchanged "] {
        office.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
        assert_eq!(office.ends("leavers"), [ending, "failed user_not_found"]);
    }
    let message = &desk.column("leavers.results.csv", "error_message")[1];
    assert!(message.contains("need not show numbers"), "{message}");
}

#[test]
fn a_number_that_was_not_changed_is_not_told_as_changed() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        let office = Office::new(&[]);
        let desk = &office.desk;
        office.onboard_asha();
        desk.sheet("change.csv", "email,new_device_contact_uri\nasha@example.com,+919845012302\n");
        let writes_before = writes(desk).len();
        for _ in 0..3 {
            desk.simulator().lock().expect("fine").inject(None);
        }
        desk.simulator().lock().expect("fine").inject(Some(fault));
        let came = fault == Fault::ResetAfter;
        office.run(&["update", "change.csv", "--retries", "0"]).exits(if came { 0 } else { 8 });
        assert_eq!(writes(desk).len(), writes_before + 1);
        assert_eq!(office.ends("change"), [if came { "updated " } else { "unknown outcome_unknown" }]);
        office.run(&["update", "change.csv"]).exits(0);
        assert_eq!(office.ends("change"), [if came { "unchanged " } else { "updated " }]);
    }
}

#[test]
fn a_number_that_only_a_read_shows_counts() {
    let office = Office::new(&[]);
    let desk = &office.desk;
    let sheet = |number: &str| {
        let row = format!("Asha,Rao,asha@example.com,{number},operator");
        desk.sheet("staff.csv", format!("first_name,last_name,email,device_contact_uri,role\n{row}\n"));
    };
    sheet("+919845012301");
    office.run(&["onboard", "staff.csv"]).exits(0);
    office.run(&["onboard", "staff.csv"]).exits(0);
    assert_eq!(office.ends("staff"), ["unchanged "]);
    sheet("+919845012302");
    office.run(&["onboard", "staff.csv"]).exits(4);
    assert_eq!(office.ends("staff"), ["failed already_exists"]);
    let id = own(desk).users[0].id.clone();
    for (at, who) in ["asha@example.com,", &format!(",{id}")].into_iter().enumerate() {
        for (number, update, offboard) in [
            ("+919845012302", "invalid identity_conflict", "invalid identity_conflict"),
            ("+919845012301", "updated ", "disabled "),
        ] {
            desk.sheet(
                "change.csv",
                format!("email,user_id,device_contact_uri,last_name\n{who},{number},Name{at}\n"),
            );
            office.run(&["update", "change.csv", "--fresh"]);
            assert_eq!(office.ends("change"), [update], "{who} {number}");
            desk.sheet(
                "leavers.csv",
                format!("email,user_id,device_contact_uri,mode\n{who},{number},disable\n"),
            );
            office.run(&["offboard", "leavers.csv", "--yes"]);
            assert_eq!(office.ends("leavers"), [offboard], "{who} {number}");
            desk.sheet("on.csv", "email,status\nasha@example.com,active\n");
            office.run(&["update", "on.csv"]).exits(0);
        }
    }
    let message = {
        sheet("+919845012301");
        desk.sheet("change.csv", "email,device_contact_uri,last_name\nasha@example.com,+919845012309,X\n");
        office.run(&["update", "change.csv"]).exits(4);
        desk.column("change.results.csv", "error_message")[0].clone()
    };
    assert!(message.contains("has the number +919845012301, not +919845012309"), "{message}");
}

#[test]
fn an_heir_of_many_is_read_once_and_newcomers_never() {
    let desk = desk(120, &[]);
    let people = people(&desk);
    let heir = people[100].clone();
    let rows: Vec<String> = people[..20].iter().map(|id| format!("{id},{heir}")).collect();
    desk.sheet("leavers.csv", format!("user_id,reassign_to\n{}\n", rows.join("\n")));
    desk.run(&["offboard", "leavers.csv", "--yes", "--dry-run"]).exits(0);
    let reads = |end: &str| desk.truth().calls.iter().filter(|call| call.path.ends_with(end)).count();
    assert_eq!((reads(&format!("/users/{heir}")), reads(&format!("/users/{}", people[0]))), (1, 1));
    desk.sheet(
        "staff.csv",
        "first_name,last_name,email\nAsha,Rao,asha@example.com\nRavi,Iyer,ravi@example.com\n",
    );
    let before = desk.truth().calls.len();
    desk.run(&["onboard", "staff.csv", "--dry-run"]).exits(0);
    assert_eq!(desk.truth().calls.len() - before, 3, "the exchange and two pages");
}

#[test]
fn an_export_finds_the_numbers_that_only_reads_show() {
    let desk = desk(0, &[]);
    desk.sheet(
        "staff.csv",
        "first_name,last_name,email,device_contact_uri\nAsha,Rao,asha@example.com,+919845012301\nRavi,Iyer,ravi@example.com,\n",
    );
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let out = desk.run(&["export", "--columns", "email,status,device_contact_uri"]).exits(0).out;
    assert!(out.contains("asha@example.com,active,+919845012301"), "{out}");
    assert!(out.contains("ravi@example.com,active,"), "{out}");
    let out = desk.run(&["export", "--contact-uri", "+919845012301", "--columns", "email"]).exits(0).out;
    assert_eq!(out.lines().collect::<Vec<_>>(), ["email", "asha@example.com"]);
    // Nothing asks for more than the list shows.
    let before = desk.truth().calls.len();
    desk.run(&["export"]).exits(0);
    assert_eq!(desk.truth().calls.len() - before, 3, "the exchange and two sweeps");
}

#[test]
fn the_email_of_somebody_else_is_not_sent() {
    for dialect in ["flat", "kazoo"] {
        let office = Office::new(&[&format!("dialect={dialect}")]);
        let desk = &office.desk;
        desk.sheet(
            "staff.csv",
            "first_name,last_name,email\nAsha,Rao,asha@example.com\nRavi,Iyer,ravi@example.com\n",
        );
        office.run(&["onboard", "staff.csv"]).exits(0);
        let asha = own(desk).users.iter().find(|user| user.first_name == "Asha").expect("made").id.clone();
        let before = writes(desk);
        for who in ["user_id", "email"] {
            let name = if who == "email" { "asha@example.com" } else { &asha };
            desk.sheet("change.csv", format!("{who},new_email\n{name},Ravi@example.com\n"));
            office.run(&["update", "change.csv"]).exits(4);
            assert_eq!(office.ends("change"), ["failed already_exists"], "{dialect} {who}");
        }
        assert_eq!(writes(desk), before);
        // One's own, in other letters, is nobody else's.
        desk.sheet("own.csv", "email,new_email\nasha@example.com,Asha@example.com\n");
        office.run(&["update", "own.csv"]).exits(0);
    }
}

#[test]
fn a_number_alone_finds_its_user_where_single_reads_show_it() {
    for switches in LISTS {
        let office = Office::new(switches);
        let desk = &office.desk;
        let number = if office.dialect == "flat" { "device_contact_uri" } else { "note" };
        desk.sheet(
            "staff.csv",
            format!(
                "first_name,last_name,email,{number}\nAsha,Rao,asha@example.com,+919845000001\n\
                 Ravi,Iyer,ravi@example.com,+919845000002\nDev,Nair,dev@example.com,\n"
            ),
        );
        office.run(&["onboard", "staff.csv"]).exits(0);
        desk.sheet("leavers.csv", "device_contact_uri,mode\n+919845000002,disable\n+919845000009,disable\n");
        office.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
        let found = if office.dialect == "flat" { "disabled " } else { "failed user_not_found" };
        assert_eq!(office.ends("leavers"), [found, "failed user_not_found"], "{switches:?}");
        let ravi = &desk.column("staff.results.csv", "user_id")[1];
        let gone = &desk.column("leavers.results.csv", "user_id")[0];
        assert_eq!(gone, if office.dialect == "flat" { ravi } else { "" });
    }
}

#[test]
fn devices_reach_the_heir_whichever_list_shows_them() {
    for lists in [&["user_devices=off"][..], &["user_devices=off", "lacking=405"], &["all_devices=off"]] {
        let desk = desk(10, lists);
        let (leaver, heir) = (people(&desk)[0].clone(), people(&desk)[3].clone());
        let devices = owned(&desk, &leaver);
        desk.sheet("leavers.csv", format!("user_id,reassign_to\n{leaver},{heir}\n"));
        desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
        let row = &desk.results("leavers.results.csv")[0];
        assert_eq!(row["steps_done"], "disable;reassign;archive", "{lists:?}");
        assert!(row["details"].contains(&format!("devices_reassigned={}", devices.len())), "{row:?}");
        assert!(devices.iter().all(|device| owned(&desk, &heir).contains(device)), "{lists:?}");
    }
}

#[test]
fn nobody_goes_while_devices_that_nothing_lists_would_stay_behind() {
    let desk = desk(10, &["user_devices=off", "all_devices=off"]);
    let (leaver, heir) = (people(&desk)[0].clone(), people(&desk)[3].clone());
    let devices = owned(&desk, &leaver);
    desk.sheet("leavers.csv", format!("user_id,reassign_to\n{leaver},{heir}\n"));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    let message = &desk.results("leavers.results.csv")[0]["error_message"];
    assert!(message.contains("name them in the devices column"), "{message}");
    assert_eq!(writes(&desk), [""; 0]);
    desk.sheet(
        "leavers.csv",
        format!("user_id,reassign_to,devices\n{leaver},{heir},{}\n", devices.join(";")),
    );
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    assert_eq!(desk.results("leavers.results.csv")[0]["steps_done"], "disable;reassign;archive");
    assert!(devices.iter().all(|device| owned(&desk, &heir).contains(device)));
}

#[test]
fn a_result_file_of_archives_goes_on_to_a_purge() {
    let desk = desk(10, &["archived_get=ok", "archived_list=off", "purge_early=ok"]);
    let email = own(&desk).users[0].email.clone().expect("everybody has one");
    desk.sheet("leavers.csv", format!("email\n{email}\n"));
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(0);
    let again = desk.run(&["offboard", "leavers.results.csv", "--yes", "--results", "again.csv"]);
    again.exits(0).tells("1 unchanged");
    desk.run(&["offboard", "leavers.results.csv", "--mode", "purge", "--yes", "--results", "purge.csv"])
        .exits(0);
    assert_eq!(desk.column("purge.csv", "result_status"), ["purged"]);
}
