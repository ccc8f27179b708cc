//! Killed, interrupted, changed: what goes on and what is refused.

use std::time::Duration;

use callroster::simulator::{Fault, SimSettings};

use crate::support::{Desk, people};

fn slow() -> Desk {
    Desk::with(SimSettings { latency: Duration::from_millis(20), ..SimSettings::default() })
}

#[test]
fn a_killed_run_goes_on_and_makes_nobody_twice() {
    let desk = slow();
    desk.sheet("staff.csv", people(120, 30));
    for seen in [10, 40, 80] {
        let mut child = desk.start(&["onboard", "staff.csv", "--settle", "0.2"]);
        desk.wait_for(|users| users >= seen);
        child.kill().expect("it runs");
        child.wait().expect("it ends");
    }
    desk.run(&["onboard", "staff.csv", "--settle", "0.2"]).exits(0).tells("going on with run");
    let truth = desk.truth();
    assert_eq!(truth.users.len(), 120);
    assert!(truth.creates.values().all(|count| *count == 1), "{:?}", truth.creates);
    let results = desk.results("staff.results.csv");
    assert_eq!(results.len(), 120);
    for (row, user) in results.iter().map(|row| (row, &truth.users)) {
        let there = user
            .iter()
            .find(|user| user.email.as_deref() == Some(&row["email"]))
            .expect("everybody is there");
        assert_eq!(row["user_id"], there.id);
        assert_eq!(row["result_status"], "created");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_how_to_go_on_and_does() {
    let desk = slow();
    desk.sheet("staff.csv", people(200, 0));
    let child = desk.start(&["onboard", "staff.csv", "-c", "4"]);
    desk.wait_for(|users| users >= 20);
    let said = crate::support::interrupted(child).exits(130);
    let last = said.err.lines().last().unwrap_or_default().to_string();
    assert!(last.contains("callroster resume "), "{}", said.err);
    let made = desk.truth().users.len();
    assert!(made < 200, "{made}");
    let statuses = desk.column("staff.results.csv", "result_status");
    assert_eq!(statuses.iter().filter(|status| *status == "created").count(), made);
    assert_eq!(statuses.iter().filter(|status| *status == "not_attempted").count(), 200 - made);
    let run = last.split_whitespace().last().expect("it names the run");
    desk.run(&["runs", run]).exits(0);
    desk.run(&["resume"]).exits(0);
    assert_eq!(desk.truth().users.len(), 200);
    assert!(desk.truth().creates.values().all(|count| *count == 1));
    desk.run(&["resume"]).exits(2).tells("no unfinished run");
}

#[test]
fn a_changed_file_is_refused_with_its_first_changed_row() {
    let desk = slow();
    desk.sheet("staff.csv", people(60, 0));
    let mut child = desk.start(&["onboard", "staff.csv"]);
    desk.wait_for(|users| users >= 5);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    desk.sheet("staff.csv", people(60, 0).replace("Number7,", "Changed,"));
    desk.run(&["onboard", "staff.csv"]).exits(3).tells("row 9").tells("--fresh");
    desk.sheet("staff.csv", people(60, 0));
    desk.run(&["onboard", "staff.csv", "--strict-names"]).exits(2).tells("--strict-names");
    desk.run(&["onboard", "staff.csv", "--fresh", "--settle", "0.1"]).exits(0).tells("giving up");
    assert_eq!(desk.truth().users.len(), 60);
    assert!(desk.truth().creates.values().all(|count| *count == 1));
}

#[test]
fn a_lost_answer_is_looked_up_and_adopted() {
    for fault in [Fault::ResetAfter, Fault::CutBody, Fault::ErrorAfter, Fault::GatewayAfter, Fault::NotJson] {
        let desk = Desk::with(SimSettings::default());
        desk.sheet("staff.csv", people(1, 0));
        let simulator = desk.simulator();
        // The two look-ups of the preflight are calm.
        for fault in [None, None, Some(fault)] {
            simulator.lock().expect("fine").inject(fault);
        }
        desk.run(&["onboard", "staff.csv", "--settle", "0.1"]).exits(0);
        let truth = desk.truth();
        assert_eq!(truth.users.len(), 1, "{fault:?}");
        assert_eq!(desk.column("staff.results.csv", "user_id"), [truth.users[0].id.clone()], "{fault:?}");
        assert_eq!(desk.calls("POST"), 1, "{fault:?}");
    }
}

#[test]
fn a_row_without_a_key_is_never_sent_twice() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("desk.csv", "first_name,last_name\nFront,Desk\n");
    desk.simulator().lock().expect("fine").inject(Some(Fault::ResetAfter));
    desk.run(&["onboard", "desk.csv", "--settle", "0.1"]).exits(8);
    let row = &desk.results("desk.results.csv")[0];
    assert_eq!((row["result_status"].as_str(), row["error_code"].as_str()), ("unknown", "outcome_unknown"));
    assert!(row["error_message"].contains("by hand"), "{row:?}");
    desk.run(&["onboard", "desk.csv"]).exits(8);
    assert_eq!(desk.calls("POST"), 1);
    desk.run(&["onboard", "desk.csv", "--again"]).exits(0);
    assert_eq!(desk.calls("POST"), 2);
    desk.run(&["onboard", "desk.csv"]).exits(0);
    assert_eq!(desk.calls("POST"), 2);
    assert_eq!(desk.column("desk.results.csv", "result_status"), ["unchanged"]);
}

#[test]
fn the_second_run_on_an_account_is_refused_and_told_of_the_first() {
    let desk = slow();
    desk.sheet("staff.csv", people(100, 0));
    desk.sheet("others.csv", people(1, 0));
    let mut child = desk.start(&["onboard", "staff.csv", "-c", "1"]);
    desk.wait_for(|users| users >= 2);
    desk.run(&["onboard", "others.csv"]).exits(7).tells("staff.csv");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    desk.run(&["onboard", "others.csv"]).exits(0);
}

#[cfg(unix)]
#[test]
fn a_run_under_nohup_outlives_its_terminal_and_another_one_stops_safely() {
    // Under a test run that ignores hangups itself (`nohup`, some schedulers) no program of ours hears one.
    let heard = std::process::Command::new("sh").args(["-c", "kill -HUP $$"]).status().expect("sh is there");
    let ways = [(true, 0), (false, 130)];
    for (nohup, code) in ways.into_iter().filter(|(nohup, _)| *nohup || !heard.success()) {
        let desk = slow();
        desk.sheet("staff.csv", people(100, 0));
        let command = desk.command(&["onboard", "staff.csv", "-c", "4"]);
        let mut started =
            if nohup { std::process::Command::new("nohup") } else { std::process::Command::new("env") };
        started.arg(command.get_program()).args(command.get_args()).current_dir(desk.path(""));
        started.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        started.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped());
        let child = started.stderr(std::process::Stdio::piped()).spawn().expect("it starts");
        desk.wait_for(|users| users >= 10);
        std::process::Command::new("kill")
            .args(["-HUP", &child.id().to_string()])
            .status()
            .expect("kill is there");
        crate::support::said(child.wait_with_output().expect("it ends")).exits(code);
        assert_eq!(desk.truth().users.len() == 100, nohup);
    }
}

#[test]
fn a_run_that_cannot_be_read_is_told_of_where_no_other_goes_on() {
    let desk = slow();
    desk.sheet("staff.csv", people(60, 0));
    let mut child = desk.start(&["onboard", "staff.csv"]);
    desk.wait_for(|users| users >= 10);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let mut runs = std::fs::read_dir(desk.state().join("runs")).expect("a folder");
    let journal = runs.next().expect("a run").expect("a folder").path().join("journal.jsonl");
    let damaged = std::fs::read_to_string(&journal).expect("text").replacen("staff.csv", "other.csv", 1);
    std::fs::write(&journal, damaged).expect("it is ours");
    desk.run(&["resume"]).exits(3).tells("cannot go on").tells("line 1");
}

#[test]
fn rows_that_waited_for_the_limit_are_not_taken_for_sent() {
    let desk = Desk::with(SimSettings::default());
    let rows: String = (0..30).map(|n| format!("Person{n},Rao\n")).collect();
    desk.sheet("staff.csv", format!("first_name,last_name\n{rows}"));
    let words = ["onboard", "staff.csv", "--rate", "20/s", "-c", "16"];
    let mut child = desk.start(&words);
    desk.wait_for(|users| users >= 5);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let made = desk.truth().users.len();
    desk.run(&["onboard", "staff.csv"]);
    let unknown =
        desk.column("staff.results.csv", "result_status").iter().filter(|word| *word == "unknown").count();
    assert!(unknown <= 1, "{unknown} rows, of which one at most was on its way");
    let left = desk.truth().users.len() - made;
    assert!(left + made + unknown >= 30, "{made} made, {left} then, {unknown} unknown");
}

#[test]
fn of_two_that_begin_at_once_one_works() {
    let desk = Desk::with(SimSettings { latency: Duration::from_millis(5), ..SimSettings::default() });
    desk.sheet("one.csv", people(40, 0));
    desk.sheet("other.csv", people(40, 0).replace("person", "other").replace("+91984", "+91985"));
    let mut refused = 0;
    for pair in 0..50 {
        let both = ["one.csv", "other.csv"].map(|sheet| desk.start(&["onboard", sheet, "-c", "1"]));
        let codes = both.map(|child| crate::support::said(child.wait_with_output().expect("it ends")).code);
        assert!(codes.iter().all(|code| [0, 7].contains(code)), "pair {pair}: {codes:?}");
        // Both are through only where one ended before the other began.
        assert!(codes.contains(&0), "pair {pair}: both were refused: {codes:?}");
        refused += codes.iter().filter(|code| **code == 7).count();
    }
    assert!(refused > 0, "no two of them met");
    assert!(desk.truth().creates.values().all(|count| *count == 1));
}
