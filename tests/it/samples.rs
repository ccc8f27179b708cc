//! Every sample is run, and its result is held against the one that stands beside it.

use std::path::{Path, PathBuf};

use crate::support::{Desk, rows_of};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// Runs a command on a copy of a sample and compares the columns that the expected file has.
fn check(desk: &Desk, words: &[&str], name: &str, code: i32) {
    let text = std::fs::read(sample(&format!("{name}.csv"))).expect("the sample is there");
    desk.sheet(&format!("{name}.csv"), text);
    let said = desk.run(words).exits(code);
    let expected = rows_of(&sample(&format!("expected/{name}.csv")));
    let results = desk.results(&format!("{name}.results.csv"));
    assert_eq!(results.len(), expected.len(), "{}", said.err);
    for (row, expected) in results.iter().zip(&expected) {
        for (column, cell) in expected {
            assert_eq!(&row[column], cell, "{column} of row {}: {row:?}", expected["source_row"]);
        }
    }
}

#[test]
fn the_main_job_of_the_readme() {
    let desk = Desk::new();
    check(&desk, &["onboard", "onboarding.csv", "--simulate"], "onboarding", 0);
    let roster = desk.run(&["export", "--simulate"]).exits(0);
    assert!(roster.out.contains("meera.nair@example.com"), "{}", roster.out);
    assert_eq!(roster.out.lines().count(), 13);
    check(&desk, &["update", "update.csv", "--simulate"], "update", 4);
    check(&desk, &["offboard", "offboarding.csv", "--simulate", "--yes"], "offboarding", 0);
    let roster = desk.run(&["export", "--simulate"]).exits(0);
    assert!(!roster.out.contains("meera.nair@example.com"), "{}", roster.out);
    assert_eq!(roster.out.lines().count(), 10);
}

#[test]
fn a_damaged_sheet_is_explained() {
    let desk = Desk::new();
    let words = ["validate", "damaged.csv", "--as", "onboard", "--results", "damaged.results.csv"];
    check(&desk, &words, "damaged", 3);
}

#[test]
fn the_offboarding_of_audian_from_the_readme() {
    let desk = Desk::new();
    let run = |words: &[&str], name: &str, code| {
        let sheet = format!("{name}.csv");
        let all =
            [&words[..1], &[sheet.as_str(), "--simulate", "--provider", "audian"], &words[1..]].concat();
        check(&desk, &all, name, code);
    };
    run(&["onboard"], "audian-onboarding", 0);
    run(&["offboard", "--yes"], "audian-offboarding", 0);
    let details = desk.column("audian-offboarding.results.csv", "details");
    assert!(
        details[0].starts_with("data_archived=true; devices_reassigned=1; restorable_until=20"),
        "{details:?}"
    );
    assert_eq!(details[2], "devices_reassigned=1");
    run(&["restore"], "audian-restore", 0);
    run(&["offboard", "--yes"], "audian-purge", 4);
    let log = desk.run(&["audit", "--simulate", "--provider", "audian"]).exits(0);
    assert!(log.out.starts_with("user_id,email,deleted_at,deleted_by,reason,archived,"), "{}", log.out);
    let roster = desk.run(&["export", "--simulate", "--provider", "audian"]).exits(0);
    assert!(
        roster.out.lines().next().is_some_and(|header| header.ends_with(",username,status")),
        "{}",
        roster.out
    );
    assert_eq!(roster.out.lines().count(), 4);
}
