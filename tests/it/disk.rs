//! A disk that fills, or cannot be written: no further call, exit 1 with the reason, and a later run is right.
//!
//! The small disk is a tmpfs, which only the superuser of Linux can mount; elsewhere those tests say so and end.

use std::path::Path;
use std::process::Command;

use callroster::simulator::SimSettings;

use crate::support::{Desk, people};

/// A folder on a disk of its own; unmounted when dropped.
struct SmallDisk<'a>(&'a Path);

impl<'a> SmallDisk<'a> {
    fn mount(folder: &'a Path, size: &str) -> Option<SmallDisk<'a>> {
        std::fs::create_dir_all(folder).expect("the folder is ours");
        let options = format!("size={size},mode=700");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(SmallDisk(folder));
        }
        eprintln!("no tmpfs can be mounted here; the test of a full disk is left out");
        None
    }

    fn grow(&self, size: &str) {
        let options = format!("remount,size={size}");
        let status =
            Command::new("mount").args(["-o", &options]).arg(self.0).status().expect("mount is there");
        assert!(status.success());
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l"]).arg(self.0).status();
    }
}

#[test]
fn a_full_disk_stops_the_calls_and_the_run_goes_on_later() {
    for size in ["32k", "48k", "64k"] {
        let desk = Desk::with(SimSettings::default());
        let state = desk.state();
        let Some(disk) = SmallDisk::mount(&state, size) else { return };
        desk.sheet("staff.csv", people(400, 50));
        let said = desk.run(&["onboard", "staff.csv", "--settle", "0.1"]).exits(1);
        assert!(said.err.contains("cannot be written"), "{}", said.err);
        let made = desk.truth().users.len();
        assert!(made < 400, "{size}: the disk was not full");
        disk.grow("16m");
        desk.run(&["onboard", "staff.csv", "--settle", "0.1"]).exits(0);
        let truth = desk.truth();
        assert_eq!(truth.users.len(), 400);
        assert!(truth.creates.values().all(|count| *count == 1), "{size}: {:?}", truth.creates);
        let results = desk.results("staff.results.csv");
        assert_eq!(results.len(), 400);
        assert!(results.iter().all(|row| row["result_status"] == "created"), "{size}");
    }
}

#[test]
fn a_state_folder_that_cannot_be_written_is_told_before_the_first_call() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", people(2, 0));
    desk.sheet("state", "a file where the folder should be");
    desk.run(&["onboard", "staff.csv"]).exits(1).tells("--state-dir");
    assert_eq!(desk.truth().calls.len(), 0);
}

#[cfg(unix)]
#[test]
fn a_state_folder_that_vanishes_loses_nothing() {
    use std::time::Duration;
    let desk = Desk::with(SimSettings { latency: Duration::from_millis(20), ..SimSettings::default() });
    desk.sheet("staff.csv", people(120, 0));
    let child = desk.start(&["onboard", "staff.csv", "-c", "4"]);
    desk.wait_for(|users| users >= 10);
    std::fs::rename(desk.state(), desk.path("moved")).expect("it is ours");
    let said = crate::support::said(child.wait_with_output().expect("it ends"));
    // An open file lives on under its folder's new name, so the calls go on; only the results have no place.
    assert_eq!(said.code, 1, "{}", said.err);
    std::fs::rename(desk.path("moved"), desk.state()).expect("it is ours");
    desk.run(&["onboard", "staff.csv", "--settle", "0.1"]).exits(0);
    assert_eq!(desk.truth().users.len(), 120);
    assert!(desk.truth().creates.values().all(|count| *count == 1));
    assert_eq!(desk.results("staff.results.csv").len(), 120);
}

#[test]
fn a_state_folder_that_cannot_be_made_is_named_with_the_mend() {
    let desk = Desk::new();
    desk.sheet("state-file", "");
    let said = desk.run(&["export", "--simulate", "--state-dir", "state-file"]).exits(1);
    assert!(said.err.contains("state folder") && said.err.contains("--state-dir"), "{}", said.err);
}
