//! An account that is kept in a file, seen from outside.

use std::path::Path;

use super::api::text;
use super::*;

fn kept(path: &Path, fresh: bool) -> Account {
    let state = Some(path.to_owned());
    Account::with(SimSettings { users: 5, state, fresh, log: true, ..SimSettings::default() }, &[])
}

#[test]
fn everything_committed_is_there_after_the_process_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tenant.jsonl");
    let mut account = kept(&path, false);
    let user = account.create(RAVI);
    let sip = format!("/users/{}/devices/{}/password", text(&user["id"]), user["devices"][1]["id"]);
    assert_eq!(account.call("PUT", &sip, r#"{"password":"Sesame-22"}"#).0, 200);
    let gone = account.simulator.truth().users[2].id.clone();
    assert_eq!(account.call("DELETE", &format!("/users/{gone}"), "").0, 200);
    let before = account.simulator.truth();
    // A copy of the file is what a killed process leaves: nothing is written at the end.
    let copy = folder.path().join("copy.jsonl");
    std::fs::copy(&path, &copy).expect("copied");
    assert!(!std::fs::read_to_string(&copy).expect("text").contains("Sesame"));
    let mut again = kept(&copy, false);
    let after = again.simulator.truth();
    assert_eq!((&after.users, &after.creates), (&before.users, &before.creates));
    assert_eq!(again.refusal("POST", "/users", RAVI).1, 1021);
    drop(again);
    assert_eq!(kept(&copy, true).simulator.users(), 5);
}

#[test]
fn an_id_is_not_used_twice_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tenant.jsonl");
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..4 {
        let mut account = kept(&path, false);
        let user = account.create(RAVI);
        assert!(ids.insert(text(&user["id"]).to_owned()));
        assert_eq!(account.call("DELETE", &format!("/users/{}", text(&user["id"])), "").0, 200);
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tenant.jsonl");
    drop(kept(&path, false));
    let mode = std::fs::metadata(&path).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
