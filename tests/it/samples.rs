//! Every sample is run, and its result is held against the one that stands beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::{Desk, Said, rows_of};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

/// Runs a command on a copy of a sample.
fn run(desk: &Desk, words: &[&str], file: &str) -> Said {
    desk.sheet(file, std::fs::read(sample(file)).expect("the sample is there"));
    desk.run(words)
}

/// Compares the columns that the expected file has.
fn compare(desk: &Desk, results: &str, name: &str, said: &Said) {
    let expected = rows_of(&sample(&format!("expected/{name}.csv")));
    let results = desk.results(results);
    assert_eq!(results.len(), expected.len(), "{}", said.err);
    for (row, expected) in results.iter().zip(&expected) {
        for (column, cell) in expected {
            assert_eq!(&row[column], cell, "{column} of row {}: {row:?}", expected["source_row"]);
        }
    }
}

fn check(desk: &Desk, words: &[&str], name: &str, code: i32) {
    let said = run(desk, words, &format!("{name}.csv")).exits(code);
    compare(desk, &format!("{name}.results.csv"), name, &said);
}

/// Validates a sample and compares its results with `expected/NAME.csv`.
fn check_valid(file: &str, options: &[&str], name: &str, code: i32) -> Said {
    let desk = Desk::new();
    let words = [&["validate", file, "--as", "onboard", "--results", "results.csv"], options].concat();
    let said = run(&desk, &words, file).exits(code);
    compare(&desk, "results.csv", name, &said);
    said
}

/// Mends a sample and compares the copy with `expected/NAME.mended.csv`, byte by byte.
fn check_mended(file: &str, options: &[&str], name: &str, code: i32) -> Said {
    let desk = Desk::new();
    let words = [&["validate", file, "--as", "onboard", "--fix", "-o", "mended.csv"], options].concat();
    let said = run(&desk, &words, file).exits(code);
    let expected = std::fs::read(sample(&format!("expected/{name}.mended.csv"))).expect("it is there");
    assert_eq!(desk.read("mended.csv"), String::from_utf8(expected).expect("it is UTF-8"));
    said
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
    check_valid("damaged.csv", &[], "damaged", 3);
}

#[test]
fn excel_in_germany_writes_semicolons_and_windows_1252() {
    let said = check_valid("german-excel.csv", &[], "german-excel", 0);
    said.tells("read as windows-1252, a guess").tells("`;` is taken").tells("Vorname");
}

#[test]
fn unicode_text_of_excel_is_utf_16_with_tabs() {
    check_valid("unicode-text.csv", &[], "unicode-text", 0).tells("a tab is taken");
}

#[test]
fn headers_are_what_people_call_them() {
    let said = check_valid("own-headers.csv", &[], "own-headers", 0);
    said.tells("column C \"Work Email\" is taken as email")
        .tells("\"Mobile\" is taken as device_contact_uri");
}

#[test]
fn a_mark_and_windows_line_ends_change_nothing() {
    check_valid("bom-crlf.csv", &[], "bom-crlf", 3).tells("row 5, column C (email)");
}

#[cfg(feature = "xlsx")]
#[test]
fn workbooks_of_libreoffice_are_read_and_mended() {
    for file in ["workbook.xlsx", "workbook.ods"] {
        check_valid(file, &["--default-country", "IN"], "workbook", 0);
        check_mended(file, &["--default-country", "IN"], "workbook", 0).tells("3 cells mended, 0 left");
    }
}

#[test]
fn the_clinic_mends_what_it_can() {
    let said = check_mended("clinic.csv", &[], "clinic", 3);
    let said = said.tells("4 left as they are");
    assert!(!said.err.contains("Kite"), "{}", said.err);
}

#[test]
fn every_sample_is_run() {
    let text = include_str!("samples.rs");
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let samples = names(&sample("."));
    let files = samples
        .iter()
        .filter(|name| !name.starts_with('.') && !["expected", "README.md"].contains(&name.as_str()));
    for file in files {
        let stem = file.split('.').next().unwrap_or_default();
        let named = [format!("\"{file}\""), format!("\"{stem}\"")];
        assert!(named.iter().any(|name| text.contains(name)), "{file} is run by no test");
    }
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
    run(&["onboard", "-c", "1"], "audian-onboarding", 0);
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
