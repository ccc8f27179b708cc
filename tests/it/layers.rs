//! The borders of the house, read from its sources: who may use whom.

use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test(&path) {
                let name =
                    path.strip_prefix(folder).expect("it is inside").to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).expect("a source is text")));
            }
        }
    }
    found
}

fn is_test(path: &Path) -> bool {
    path.iter().any(|part| part == "tests" || part == "tests.rs")
}

/// The code of a file: without comments, and without the tests at its foot. Tests in a file of their own are named at the
/// top of some.
fn code(text: &str) -> String {
    let starts = |(at, mark): &(usize, &str)| {
        text[at + mark.len()..].lines().next().is_some_and(|line| line.ends_with('{'))
    };
    let tests = text.match_indices("#[cfg(test)]\nmod ").find(starts);
    let body = &text[..tests.map_or(text.len(), |(at, _)| at)];
    body.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn check(is_meant: impl Fn(&str) -> bool, forbidden: &[&str], why: &str) {
    let all = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let meant: Vec<_> = all.iter().filter(|(name, _)| is_meant(name)).collect();
    assert!(!meant.is_empty(), "no file is meant by: {why}");
    for (name, text) in meant {
        let code = code(text);
        for word in forbidden {
            assert!(!code.contains(word), "{name} names {word}, but {why}");
        }
    }
}

#[test]
fn pure_files_know_no_outside() {
    let pure = [
        "row.rs",
        "validate",
        "columns",
        "clinic",
        "plan",
        "outcome.rs",
        "retry.rs",
        "pace",
        "roster.rs",
        "template",
        "explain",
        "report",
    ];
    let is_pure = |name: &str| {
        pure.iter().any(|start| name.starts_with(start))
            || name == "journal/replay.rs"
            || name == "journal/state.rs"
            || name == "journal/line.rs"
    };
    let outside = [
        "tokio::",
        "std::fs",
        "Instant::now",
        "SystemTime::now",
        "Timestamp::now",
        "reqwest",
        "getrandom",
        "std::net",
    ];
    check(is_pure, &outside, "pure files name no runtime, file, clock, chance or network");
}

#[test]
fn simulator_and_providers_do_not_know_each_other() {
    check(
        |name| name.starts_with("simulator"),
        &["crate::provider", "super::super::provider"],
        "a mistake would be made twice",
    );
    check(|name| name.starts_with("provider"), &["crate::simulator"], "a mistake would be made twice");
}

#[test]
fn clap_stays_at_the_door() {
    let inside = |name: &str| !name.starts_with("cli") && name != "main.rs";
    check(inside, &["clap::", "use clap"], "only the command line knows clap");
}

#[test]
fn only_the_transport_knows_reqwest_and_only_tables_know_workbooks() {
    check(
        |name| !name.starts_with("provider/http"),
        &["reqwest::", "use reqwest"],
        "the network is one file",
    );
    check(|name| !name.starts_with("table"), &["calamine", "rust_xlsxwriter"], "sheets are the table's part");
}

#[test]
fn only_the_runner_waits() {
    let inside = |name: &str| {
        ![
            "runner",
            "simulator",
            "platform.rs",
            "screen",
            "command/",
            "history",
            "provider/http",
            "journal/store.rs",
        ]
        .iter()
        .any(|start| name.starts_with(start))
    };
    check(
        inside,
        &["tokio::time", "thread::sleep", "Instant::now"],
        "only the runner reads the clock and sleeps",
    );
}

#[test]
fn rooms_do_not_know_what_is_not_theirs() {
    let in_room = |room: &'static str| move |name: &str| name.starts_with(room);
    let outside = ["crate::provider", "crate::runner", "crate::preflight", "crate::command"];
    check(in_room("table"), &outside, "tables know no requests and no providers");
    check(in_room("table"), &["Request", "crate::plan"], "tables know no requests and no providers");
    check(in_room("journal"), &outside, "the journal knows no provider");
    check(in_room("history"), &outside, "the state folder knows no network");
    check(
        in_room("runner"),
        &["std::fs", "std::net", "crate::screen"],
        "the runner knows no file and no screen",
    );
    check(
        in_room("preflight"),
        &["std::fs", "std::net", "crate::screen"],
        "looks know no file and no screen",
    );
    let writes =
        ["Create(", "Change {", "SetNumber", "SetAvailable", "SetSipPassword", "SetOwner", "Reassign {"];
    let ends = ["Call::Archive", "Call::Delete", "Call::Purge", "Call::Restore"];
    check(in_room("preflight"), &writes, "looks change nothing");
    check(in_room("preflight"), &ends, "looks change nothing");
    let pure = ["wish.rs", "layout.rs", "ids.rs"];
    let is_pure = |name: &str| {
        pure.iter().any(|file| name == format!("export/{file}")) || name == "provider/filters.rs"
    };
    check(is_pure, &["tokio::", "std::fs", "Instant::now", "reqwest"], "these decide, and do nothing");
}
