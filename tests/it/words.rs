//! What people read, reviewed as snapshots: help, summaries and errors, with times, ports and ids blanked.
//!
//! After a wished change: `INSTA_UPDATE=always cargo test --test it words`, and a look at what git shows.

use callroster::simulator::SimSettings;

use crate::support::{Desk, Said, people};

const COMMANDS: [&str; 17] = [
    "validate",
    "onboard",
    "update",
    "offboard",
    "restore",
    "export",
    "audit",
    "resume",
    "runs",
    "report",
    "doctor",
    "simulate",
    "template",
    "explain",
    "completions",
    "man",
    "",
];

#[test]
fn every_command_explains_itself() {
    let desk = Desk::new();
    for command in COMMANDS {
        let words: Vec<&str> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let said = desk.run(&words).exits(0);
        insta::assert_snapshot!(
            format!("help_{}", if command.is_empty() { "callroster" } else { command }),
            said.out
        );
    }
}

#[test]
fn a_run_from_its_plan_to_its_summary() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", people(3, 1) + "X,Y,not-an-email,12,\n");
    insta::assert_snapshot!(
        "summary_of_a_run",
        blanked(&desk, &desk.run(&["onboard", "staff.csv"]).exits(4))
    );
    desk.sheet("leavers.csv", "email\nperson0@example.com\nnobody@example.com\n");
    let said = desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    insta::assert_snapshot!("summary_of_an_offboarding", blanked(&desk, &said));
}

#[test]
fn errors_say_what_to_do_next() {
    let desk = Desk::new();
    desk.sheet("staff.csv", people(1, 0));
    desk.sheet("doubled.csv", "first_name,last_name,First Name\nAsha,Rao,Asha\n");
    desk.sheet("short.csv", "first_name,email\nAsha,a@example.com\n");
    desk.sheet("quote.csv", "first_name,last_name\nAsha,\"Rao\nMeera,Nair\n");
    let mut all = String::new();
    for words in [
        &["onboard", "staff.csv"][..],
        &["onboard", "staff.csv", "--provider", "exotel"],
        &["onboard", "staff.csv", "--provider", "exotel", "--region", "moon"],
        &["onboard", "staff.csv", "--provider", "exotel", "--region", "mumbai"],
        &["onboard", "staff.csv", "--simulate", "--rate", "fast"],
        &["onboard", "staff.csv", "--simulate", "--max-errors", "many"],
        &["onboard", "nobody.csv", "--simulate"],
        &["onboard", "doubled.csv", "--simulate"],
        &["onboard", "short.csv", "--simulate"],
        &["onboard", "quote.csv", "--simulate"],
        &["offboard", "staff.csv", "--simulate"],
        &["offboard", "staff.csv", "--simulate", "--mode", "archive"],
        &["resume"],
        &["resume", "20260101T000000000Z-abcdef"],
        &["export", "--simulate", "--columns", "colour"],
        &["explain", "phone_damagd"],
    ] {
        let said = desk.run(words);
        all += &format!("$ callroster {}\n{}[exit {}]\n\n", words.join(" "), said.err, said.code);
    }
    insta::assert_snapshot!("errors", blank(&desk, &all));
}

#[test]
fn an_option_that_has_no_use_at_the_provider_is_noted_where_it_was_typed() {
    let desk = Desk::new();
    desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@example.com\n");
    for (words, note) in [
        (&["--provider", "audian", "--region", "mumbai"][..], "note: --region mumbai has no use at Audian"),
        (
            &["--provider", "exotel", "--dialect", "kazoo"],
            "note: --dialect kazoo has no use without --provider",
        ),
        (&["--provider", "exotel", "--region", "mumbai"], ""),
        (&["--provider", "audian", "--dialect", "kazoo"], ""),
    ] {
        for command in ["validate", "onboard"] {
            let said = desk.run(&[&[command, "staff.csv", "--simulate-fresh"], words].concat()).exits(0);
            let noted = said.err.lines().find(|line| line.contains("has no use")).unwrap_or_default();
            assert!(
                noted.starts_with(note) && noted.is_empty() == note.is_empty(),
                "{words:?}: {}",
                said.err
            );
        }
    }
    let mut command = desk.command(&["validate", "staff.csv", "--provider", "exotel"]);
    let said = crate::support::said(command.env("CALLROSTER_DIALECT", "kazoo").output().expect("it starts"));
    assert!(!said.exits(0).err.contains("has no use"));
}

fn blanked(desk: &Desk, said: &Said) -> String {
    blank(desk, &said.err)
}

/// Takes out what differs from run to run.
fn blank(desk: &Desk, text: &str) -> String {
    let folder = desk.path("").display().to_string();
    let text = text.replace(folder.trim_end_matches('/'), "[folder]");
    let mut blanked = String::new();
    for line in text.lines() {
        let line = match line.rsplit_once("; ") {
            Some((start, time)) if time.ends_with(" s") => format!("{start}; [time]"),
            _ => line.to_string(),
        };
        blanked += line.trim_end();
        blanked.push('\n');
    }
    blanked
}
