//! Answers that help: codes explained, errors grouped, a page of a run, and quiet endings.

use std::process::{Command, Stdio};

use callroster::simulator::SimSettings;

use crate::support::{Desk, people, said};

#[test]
fn a_code_is_explained_and_a_slip_of_the_finger_is_met() {
    let desk = Desk::new();
    let said = desk.run(&["explain", "phone_damaged"]).exits(0);
    assert!(said.out.contains("format the column as text"), "{}", said.out);
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    desk.run(&["explain", "phone_damged"]).exits(2).tells("did you mean `phone_damaged`?");
    desk.run(&["explain", "8"]).exits(2).tells("did you mean `exit-8`?");
    let said = desk.run(&["explain", "10812", "--json"]).exits(0);
    assert!(said.out.contains("\"source\":\"exotel\""), "{}", said.out);
    assert!(desk.run(&["explain"]).exits(0).out.contains("exit-130"));
}

#[test]
fn every_kind_in_a_list_of_changes_is_explained() {
    let desk = Desk::new();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/clinic.csv");
    let said = desk.run(&["validate", sample, "--fix", "-o", "mended.csv"]).exits(3);
    said.tells("callroster explain KIND");
    let kinds = desk.column("mended.changes.csv", "kind");
    assert!(kinds.iter().any(|kind| kind.contains("lost_plus")), "{kinds:?}");
    for kind in kinds.iter().flat_map(|kinds| kinds.split("; ")) {
        let said = desk.run(&["explain", kind, "--json"]).exits(0);
        assert!(said.out.contains("\"source\":\"clinic\""), "{kind}: {}", said.out);
    }
}

#[test]
fn problems_that_repeat_share_a_line_with_the_mend() {
    let desk = Desk::new();
    let row = "Anna,Lee,not-an-address,,\n";
    desk.sheet("staff.csv", people(1, 0) + row + row + "Ben,Lee,ben@example.com,12,\n");
    let said = desk.run(&["validate", "staff.csv"]).exits(3);
    let said = said
        .tells("email_invalid  2 problems (3, 4): correct the address")
        .tells("callroster explain email_invalid");
    assert!(!said.err.contains("explain phone_invalid"), "{}", said.err);
}

#[test]
fn shells_and_man_get_their_pages() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = desk.run(&["completions", shell]).exits(0).out;
        assert!(script.contains("--max-delete") || script.contains("max-delete"), "{shell}");
    }
    let page = desk.run(&["man"]).exits(0).out;
    assert!(page.contains(".TH callroster 1") && page.contains("EXIT STATUS"), "{page}");
}

/// The command with an output that nobody reads.
fn unread(mut command: Command, which: fn(&mut Command, Stdio)) -> Command {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    which(&mut command, writer.into());
    command
}

fn standard_output(command: &mut Command, stdio: Stdio) {
    command.stdout(stdio);
}

fn standard_error(command: &mut Command, stdio: Stdio) {
    command.stderr(stdio);
}

#[test]
fn a_reader_who_has_seen_enough_ends_a_command_quietly() {
    let desk = Desk::new();
    desk.sheet("staff.csv", people(3, 0) + "X,Y,not-an-address,,\n");
    for words in
        [&["explain"][..], &["man"], &["completions", "bash"], &["template", "onboard"], &["runs", "--json"]]
    {
        let said = said(unread(desk.command(words), standard_output).output().expect("it starts")).exits(0);
        assert_eq!(said.err, "", "{words:?}");
    }
    let checked = unread(desk.command(&["validate", "staff.csv", "--json"]), standard_output).output();
    said(checked.expect("it starts")).exits(3);
    let checked = unread(desk.command(&["validate", "staff.csv"]), standard_error).output();
    said(checked.expect("it starts")).exits(3);
}

#[test]
fn a_roster_and_a_run_end_quietly_too() {
    let desk = Desk::with(SimSettings { users: 200, ..SimSettings::default() });
    let exported = unread(desk.command(&["export", "-q"]), standard_output).output();
    assert_eq!(said(exported.expect("it starts")).exits(0).err, "");
    desk.sheet("staff.csv", people(20, 0));
    let ran = unread(desk.command(&["onboard", "staff.csv", "-v"]), standard_error).output();
    said(ran.expect("it starts")).exits(0);
    assert_eq!(desk.truth().users.len(), 220);
}

#[test]
fn a_run_is_told_on_one_page_without_names() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", people(12, 0) + "Carla,Diaz,carla.example.com,+919845000099,\n");
    desk.run(&["onboard", "staff.csv"]).exits(4).tells("email_invalid  1 row (14): correct the address");
    let run = desk.column("staff.results.csv", "run_id").remove(0);
    let page = desk.run(&["report", &run]).exits(0).out;
    for words in ["12 of 13 rows as wished", "email_invalid", "C. D. · c*** · +91********99", "calls in"] {
        assert!(page.contains(words), "`{words}` is not in:\n{page}");
    }
    for hidden in ["Carla", "carla.example", "person0", "<script", "http://", "https://"] {
        assert!(!page.contains(hidden), "`{hidden}` is in:\n{page}");
    }
    desk.run(&["report", &run, "--show-personal", "-o", "page.html"]).exits(0);
    assert!(desk.read("page.html").contains("Carla Diaz · carla.example.com"));
    desk.run(&["report", "nobody"]).exits(2).tells("callroster runs");
    desk.run(&["report", &run, "--json"]).exits(2).tells("-o");
}

#[test]
fn a_template_never_overwrites_a_sheet_that_somebody_filled_in() {
    let desk = Desk::new();
    desk.sheet("staff.csv", "");
    for _ in 0..2 {
        desk.run(&["template", "onboard", "-o", "staff.csv"]).exits(0);
    }
    let filled = "first_name,last_name\nAsha,Rao\n";
    desk.sheet("staff.csv", filled);
    desk.run(&["template", "onboard", "-o", "staff.csv"]).exits(2).tells("name another file");
    desk.run(&["template", "onboard", "-o", "staff.ods"]).exits(2).tells("name it .csv or .xlsx");
    assert_eq!(desk.read("staff.csv"), filled);
}
