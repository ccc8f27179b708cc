//! What people do to a run while it lasts, and with its files: nothing is lost, and the last word tells the way on.

use std::io::Write;
use std::time::Duration;

use callroster::simulator::{Fault, SimSettings};

use crate::support::{Desk, people, said};

fn slow_desk() -> Desk {
    Desk::with(SimSettings { latency: Duration::from_millis(5), ..SimSettings::default() })
}

#[test]
fn a_sheet_that_is_written_to_meanwhile_ends_the_run_whole() {
    let desk = slow_desk();
    // More than is read at once.
    let (text, count) = (people(6000, 0), 6000);
    let sheet = desk.sheet("staff.csv", &text);
    let child = desk.start(&["onboard", "staff.csv", "-c", "16"]);
    desk.wait_for(|users| users >= 50);
    let mut file = std::fs::File::options().append(true).open(&sheet).expect("it is there");
    file.write_all(b"New,Comer,new.comer@example.com,,user,,\r\n").expect("there is room");
    let broken_off = said(child.wait_with_output().expect("it ends"));
    assert_eq!(broken_off.code, 1, "{}", broken_off.err);
    let made = desk.truth().users.len();
    assert!((50..count).contains(&made), "{made}");
    let words = format!("{made} rows had ended by then");
    assert!(
        broken_off.err.contains(&words) && broken_off.err.contains("callroster resume"),
        "{}",
        broken_off.err
    );
    desk.run(&["onboard", "staff.csv"]).exits(3).tells("changed under the unfinished run");
    desk.sheet("staff.csv", &text);
    desk.run(&["onboard", "staff.csv", "--settle", "0.1"]).exits(0);
    assert_eq!(desk.truth().users.len(), count);
    assert!(desk.truth().creates.values().all(|times| *times == 1));
    assert!(desk.column("staff.results.csv", "result_status").iter().all(|status| status == "created"));
}

#[cfg(unix)]
#[test]
fn results_that_find_no_place_do_not_leave_the_run_open() {
    let desk = slow_desk();
    desk.sheet("staff.csv", people(60, 0));
    std::fs::create_dir(desk.path("out")).expect("it is ours");
    let child = desk.start(&["onboard", "staff.csv", "-c", "4", "--results", "out/r.csv"]);
    desk.wait_for(|users| users >= 5);
    std::fs::remove_dir_all(desk.path("out")).expect("it is ours");
    let said = said(child.wait_with_output().expect("it ends"));
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("60 created") && said.err.contains("the results are in"), "{}", said.err);
    assert!(!said.err.contains("to go on"), "{}", said.err);
    let listed = desk.run(&["runs"]).exits(0).out;
    assert!(listed.contains("finished") && !listed.contains("unfinished"), "{listed}");
}

#[cfg(feature = "xlsx")]
#[test]
fn a_workbook_that_cannot_be_written_takes_no_other_results_with_it() {
    let desk = slow_desk();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/workbook.xlsx");
    desk.sheet("staff.xlsx", std::fs::read(sample).expect("the sample is there"));
    desk.sheet("staff.csv", people(40, 0));
    // A folder of its name keeps the workbook out, as a spreadsheet does that has it open.
    let begun = |sheet: &str, results: &[&str], workbook: &str| {
        let words = [&["onboard", sheet, "-c", "1", "--default-country", "IN"], results].concat();
        let child = desk.start(&words);
        let before = desk.truth().users.len();
        desk.wait_for(|users| users > before);
        std::fs::create_dir(desk.path(workbook)).expect("it is ours");
        said(child.wait_with_output().expect("it ends")).exits(1)
    };
    let both = begun("staff.xlsx", &[], "staff.results.xlsx");
    assert!(both.err.contains("staff.results.xlsx cannot be written"), "{}", both.err);
    assert!(both.err.contains("the results are in"), "{}", both.err);
    assert!(!desk.results("staff.results.csv").is_empty());
    let alone = begun("staff.csv", &["--results", "r.xlsx"], "r.xlsx");
    assert!(!alone.err.contains("results: r.xlsx"), "{}", alone.err);
    assert!(alone.err.contains("runs") && alone.err.contains("results.csv"), "{}", alone.err);
}

#[test]
fn a_state_folder_without_its_key_makes_nobody_twice() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", "first_name,last_name\nAsha,Rao\n");
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let key = desk.state().join("key");
    std::fs::rename(&key, desk.path("copy")).expect("it is ours");
    desk.run(&["onboard", "staff.csv"]).exits(1).tells("bring the file back").tells("nothing was sent");
    desk.sheet("keyed.csv", people(2, 0));
    desk.run(&["onboard", "keyed.csv"]).exits(0);
    assert!(!key.exists(), "no new one takes its place");
    std::fs::rename(desk.path("copy"), &key).expect("it is ours");
    desk.run(&["onboard", "staff.csv"]).exits(0);
    assert_eq!(desk.column("staff.results.csv", "result_status"), ["unchanged"]);
    assert_eq!(desk.truth().users.len(), 3);
}

#[test]
fn one_file_is_not_written_twice() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", people(2, 0));
    let words = ["onboard", "staff.csv", "--results", "x.csv", "--failed", "./x.csv"];
    desk.run(&words).exits(2).tells("is to be written twice");
    for (option, name, mend) in [
        ("--failed", "x.xlsx", "name it .csv"),
        ("--failed", "x.ods", "name it .csv"),
        ("--failed", "-", "needs the name of a file"),
        ("--results", "x.xls", "name it .csv or .xlsx"),
    ] {
        desk.run(&["onboard", "staff.csv", option, name]).exits(2).tells(mend);
        assert!(!desk.path(name).exists());
    }
    desk.run(&["onboard", "staff.csv", "--region", "paris"]).exits(2).tells("there is no region `paris`");
    desk.run(&["export", "-o", "roster.ods"]).exits(2).tells("name it .csv or .xlsx");
    assert_eq!(desk.truth().calls.len(), 0);
    desk.run(&["validate", "staff.csv", "--results", "-", "--json"]).exits(2).tells("name a file");
}

#[test]
fn passwords_under_any_heading_stay_out_of_results() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet(
        "staff.csv",
        "first_name,last_name,email,Portal password,team\nAsha,Rao,asha@example.com,Canary-7!,blue\n",
    );
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let results = desk.read("staff.results.csv");
    assert!(
        !results.contains("Canary") && !results.contains("Portal") && results.contains("blue"),
        "{results}"
    );
}

#[test]
fn a_profile_names_the_columns_of_the_sheets_that_have_them() {
    let desk = Desk::new();
    desk.sheet("config.toml", "[acme]\nmap = { Given = \"first_name\", Family = \"last_name\" }\n");
    desk.sheet("theirs.csv", "Given,Family,email\nAsha,Sharma,asha@example.com\n");
    desk.sheet("ours.csv", "first_name,last_name,email\nRavi,Iyer,ravi@example.com\n");
    desk.sheet("leavers.csv", "email\nravi@example.com\n");
    for (command, sheet) in [("onboard", "theirs.csv"), ("onboard", "ours.csv"), ("offboard", "leavers.csv")]
    {
        desk.run(&[command, sheet, "--simulate", "--yes", "--config", "config.toml", "-p", "acme"]).exits(0);
    }
}

#[test]
fn the_list_of_runs_tells_of_rows_without_a_call_too() {
    let desk = Desk::new();
    desk.sheet("staff.csv", people(2, 0));
    desk.run(&["onboard", "staff.csv", "--simulate"]).exits(0);
    desk.sheet("leavers.csv", "email\nnobody@example.com\nnot an address\n");
    desk.run(&["offboard", "leavers.csv", "--simulate", "--yes"]).exits(4);
    let runs = desk.run(&["runs"]).exits(0).out;
    assert!(runs.contains("2 created"), "{runs}");
    assert!(runs.contains("nothing sent") && runs.contains("1 invalid, 1 failed"), "{runs}");
}

#[test]
fn a_run_is_found_where_the_profile_keeps_it() {
    let desk = Desk::new();
    desk.sheet("staff.csv", people(3, 0));
    desk.sheet("config.toml", format!("[acme]\nstate_dir = {:?}\n", desk.path("elsewhere")));
    let run = |words: &[&str]| {
        let mut command = desk.command(&[words, &["--config", "config.toml", "-p", "acme"]].concat());
        said(command.env_remove("CALLROSTER_STATE_DIR").output().expect("the program starts"))
    };
    run(&["onboard", "staff.csv", "--simulate"]).exits(0);
    let runs = run(&["runs"]).exits(0).out;
    assert!(runs.contains("3 created"), "{runs}");
    let id = runs.split_whitespace().next().expect("a run");
    run(&["resume", id]).exits(2).tells("has nothing left to do");
    run(&["report", id, "-o", "run.html"]).exits(0);
}

#[test]
fn a_run_that_goes_on_makes_nobody_whom_another_sheet_made_meanwhile() {
    let desk = slow_desk();
    let nameless = "Nora,Nobody,,,\nNils,Nemo,,,\n";
    desk.sheet("staff.csv", people(40, 0) + nameless);
    let child = desk.start(&["onboard", "staff.csv", "-c", "1"]);
    desk.wait_for(|users| users >= 5);
    let mut child = child;
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let header = people(0, 0);
    let last = people(40, 0).lines().last().expect("a row").to_owned() + "\n";
    desk.sheet("more.csv", format!("{header}{last}{nameless}"));
    desk.run(&["onboard", "more.csv"]).exits(0);
    let made = desk.column("more.results.csv", "user_id");
    desk.run(&["onboard", "staff.csv", "--settle", "0.1"]).exits(0);
    assert_eq!(desk.truth().users.len(), 42);
    let (ends, ids) =
        (desk.column("staff.results.csv", "result_status"), desk.column("staff.results.csv", "user_id"));
    assert_eq!(ends[39..], ["unchanged", "unchanged", "unchanged"]);
    assert_eq!(ids[39..], made[..]);
}

#[test]
fn a_run_that_goes_on_ends_nobody_who_came_to_a_name_meanwhile() {
    let desk = slow_desk();
    let last = "first_name,last_name,email\nLea,Last,lea@example.com\n";
    desk.sheet("staff.csv", people(40, 0));
    desk.sheet("last.csv", last);
    desk.run(&["onboard", "staff.csv"]).exits(0);
    desk.run(&["onboard", "last.csv"]).exits(0);
    let emails: String = (0..40).map(|n| format!("person{n}@example.com\n")).collect();
    desk.sheet("leavers.csv", format!("email\n{emails}lea@example.com\n"));
    let words = ["offboard", "leavers.csv", "--yes", "--max-delete", "41", "-c", "1"];
    let mut child = desk.start(&words);
    desk.wait_for(|users| users <= 35);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    desk.sheet("one.csv", "email\nlea@example.com\n");
    desk.run(&["offboard", "one.csv", "--yes", "--state-dir", "other"]).exits(0);
    desk.run(&["onboard", "last.csv", "--state-dir", "other"]).exits(0);
    desk.run(&words).exits(4).tells("identity_conflict");
    let left: Vec<_> = desk.truth().users.iter().filter_map(|user| user.email.clone()).collect();
    assert_eq!(left, ["lea@example.com"]);
    let ends = desk.column("leavers.results.csv", "result_status");
    assert!(ends[..40].iter().all(|end| *end == "deleted") && ends[40] == "invalid", "{ends:?}");
}

#[test]
fn resume_goes_on_with_its_own_account_only() {
    let desk = slow_desk();
    desk.sheet("staff.csv", people(60, 0));
    let mut child = desk.start(&["onboard", "staff.csv", "-c", "1"]);
    desk.wait_for(|users| users >= 3);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let before = desk.truth().calls.len();
    for (option, value) in [("--simulate", ""), ("--account", "other"), ("--base-url", "http://127.0.0.1:9")]
    {
        let words: Vec<&str> =
            ["resume", option, value].into_iter().filter(|word| !word.is_empty()).collect();
        desk.run(&words).exits(2).tells("and goes on there; leave --");
    }
    assert_eq!(desk.truth().calls.len(), before);
    desk.run(&["resume", "--settle", "0.1"]).exits(0);
    assert_eq!(desk.truth().users.len(), 60);
}

#[test]
fn a_run_without_its_journal_may_have_made_anybody() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", "first_name,last_name,email\nNora,Nobody,\nAsha,Rao,asha@example.com\n");
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let runs = std::fs::read_dir(desk.state().join("runs")).expect("a run").flatten();
    let journal = runs.map(|run| run.path().join("journal.jsonl")).next().expect("a run");
    let text = std::fs::read(&journal).expect("it is there");
    let middle = text.len() / 2;
    let damaged = [&text[..middle], b"x", &text[middle + 1..]].concat();
    for damage in [Some(vec![]), None, Some(damaged)] {
        match damage {
            Some(text) => std::fs::write(&journal, text).expect("it is ours"),
            None => std::fs::remove_file(&journal).expect("it is ours"),
        }
        desk.sheet("again.csv", "first_name,last_name,email\nNora,Nobody,\n");
        desk.run(&["onboard", "again.csv", "--fresh"]).exits(8);
        let message = desk.column("again.results.csv", "error_message").remove(0);
        assert!(message.contains("--again"), "{message}");
    }
    assert_eq!(desk.truth().users.len(), 2);
}

#[test]
fn one_failure_is_not_the_end_of_a_run_that_allows_no_second_try() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", people(5, 0));
    {
        let simulator = desk.simulator();
        let mut simulator = simulator.lock().expect("fine");
        // Two looks, the first create, and the second, which comes to nothing.
        for fault in [None, None, None, Some(Fault::ErrorBefore)] {
            simulator.inject(fault);
        }
    }
    desk.run(&["onboard", "staff.csv", "-c", "1", "--retries", "0", "--settle", "0.1"]).exits(8);
    let statuses = desk.column("staff.results.csv", "result_status");
    assert_eq!(statuses, ["created", "unknown", "created", "created", "created"]);
    assert!(!desk.path("staff.failed.csv").exists(), "the row belongs to resume");
    desk.run(&["resume", "--settle", "0.1"]).exits(0);
    assert_eq!(desk.truth().users.len(), 5);
}

#[cfg(unix)]
#[test]
fn a_row_in_the_middle_of_its_steps_is_not_to_be_mended() {
    let desk = slow_desk();
    desk.sheet("staff.csv", people(300, 300));
    let child = desk.start(&["onboard", "staff.csv", "-c", "8"]);
    desk.wait_for(|users| users >= 20);
    crate::support::interrupted(child).exits(130);
    assert!(!desk.path("staff.failed.csv").exists(), "what is left belongs to resume");
    desk.run(&["resume"]).exits(0);
    assert!(desk.truth().creates.values().all(|times| *times == 1));
}

#[test]
fn an_export_that_comes_back_makes_nobody_twice_though_no_journal_knows_them() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet(
        "staff.csv",
        "first_name,last_name,email\nNora,Nobody,\nAsha,Rao,asha@example.com\nNils,Nemo,\n",
    );
    desk.run(&["onboard", "staff.csv"]).exits(0);
    desk.run(&["export", "-o", "roster.csv"]).exits(0);
    std::fs::remove_dir_all(desk.path("state")).expect("another machine");
    desk.run(&["onboard", "roster.csv"]).exits(0);
    assert_eq!(desk.column("roster.results.csv", "result_status"), ["unchanged"; 3]);
    assert_eq!(desk.truth().users.len(), 3);
    // Ids of another account are no hindrance, and a name that differs is told.
    desk.sheet("moved.csv", "user_id,first_name,last_name\nstranger1,Nina,Newman\n");
    desk.run(&["onboard", "moved.csv"]).exits(0);
    assert_eq!(desk.column("moved.results.csv", "result_status"), ["created"]);
    let nora = desk.truth().users[0].id.clone();
    desk.sheet("renamed.csv", format!("user_id,first_name,last_name\n{nora},Nora,Newman\n"));
    desk.run(&["onboard", "renamed.csv"]).exits(4);
    assert_eq!(desk.column("renamed.results.csv", "error_code"), ["already_exists"]);
}

#[test]
fn many_who_have_nothing_but_an_id_are_looked_for_on_the_pages_of_the_roster() {
    let desk = Desk::with(SimSettings { users: 200, ..SimSettings::default() });
    desk.run(&["export", "-o", "roster.csv"]).exits(0);
    let [ids, first, last] =
        ["user_id", "first_name", "last_name"].map(|column| desk.column("roster.csv", column));
    let rows = ids.iter().zip(&first).zip(&last).map(|((id, first), last)| format!("{id},{first},{last}\n"));
    let plain: Vec<String> =
        rows.filter(|row| row.chars().all(|c| c.is_alphanumeric() || ",\n".contains(c))).collect();
    assert!(plain.len() > 100, "{}", plain.len());
    desk.sheet("names.csv", format!("user_id,first_name,last_name\n{}", plain.concat()));
    std::fs::remove_dir_all(desk.path("state")).expect("another machine");
    let said = desk.run(&["onboard", "names.csv", "--json"]).exits(0);
    let summary: serde_json::Value = serde_json::from_str(&said.out).expect("a summary");
    assert_eq!(summary["outcomes"], serde_json::json!({"unchanged": plain.len()}));
    assert_eq!(summary["calls"]["read"], 4, "{summary}");
}

#[test]
fn an_update_that_was_carried_out_is_known_by_its_new_number() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", "first_name,last_name,email,phone\nAsha,Rao,asha@example.com,+919845000001\n");
    desk.run(&["onboard", "staff.csv"]).exits(0);
    let header = "email,device_contact_uri,new_device_contact_uri,first_name\n";
    desk.sheet("moves.csv", format!("{header}asha@example.com,+919845000001,+919845000002,Asha\n"));
    desk.run(&["update", "moves.csv"]).exits(0).tells("1 updated");
    desk.run(&["update", "moves.csv"]).exits(0).tells("1 unchanged");
    desk.run(&["update", "moves.results.csv", "--results", "again.csv"]).exits(0).tells("1 unchanged");
    desk.sheet("moves.csv", format!("{header}asha@example.com,+919845000001,+919845000003,Asha\n"));
    desk.run(&["update", "moves.csv"]).exits(4).tells("identity_conflict");
}
