//! The real program, killed at random instants, over a real socket that breaks: in the end everybody is there once.
//!
//! The provider lives in this process and survives every kill. `CALLROSTER_KILLS` sets how many kills there are at
//! least; the chance of each sheet comes from its number, so that a failing one can be run again
//! (`CALLROSTER_KILL_SHEET`). The instants themselves are real time and differ from run to run.

#[path = "../it/support.rs"]
#[allow(dead_code)]
mod support;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use callroster::simulator::{Fault, FaultSettings, SimSettings};
use support::{Desk, Said, said};

/// Rows of one sheet.
const ROWS: usize = 40;
/// Sheets at a time.
const WORKERS: usize = 6;
/// Kills of one run before it may end.
const KILLS_A_SHEET: u64 = 10;

#[test]
fn a_run_that_is_killed_again_and_again_makes_everybody_once() {
    let wanted = number("CALLROSTER_KILLS").unwrap_or(1_000);
    let (next, kills) = (AtomicU64::new(0), AtomicU64::new(0));
    if let Some(sheet) = number("CALLROSTER_KILL_SHEET") {
        kills.store(one_sheet(sheet), Ordering::Relaxed);
    } else {
        // Runs wait for their provider most of the time, so several share the machine well.
        std::thread::scope(|scope| {
            for _ in 0..WORKERS {
                scope.spawn(|| {
                    while kills.load(Ordering::Relaxed) < wanted {
                        let sheet = next.fetch_add(1, Ordering::Relaxed);
                        kills.fetch_add(one_sheet(sheet), Ordering::Relaxed);
                    }
                });
            }
        });
    }
    let kills = kills.load(Ordering::Relaxed);
    println!("{kills} kills");
    assert!(kills > 0, "no run was ever killed");
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// One sheet from its first start to its end; returns how often it was killed on the way.
fn one_sheet(sheet: u64) -> u64 {
    let mut chance = Chance(sheet);
    let desk = Desk::with(SimSettings { faults: faults(sheet), ..SimSettings::default() });
    desk.sheet("staff.csv", rows(&mut chance));
    let words = ["onboard", "staff.csv", "--settle", "0.05", "--timeout", "1", "-c", "4"];
    let mut kills = 0;
    for _ in 0..KILLS_A_SHEET {
        let mut child = desk.start(&words);
        std::thread::sleep(Duration::from_micros(chance.below(60_000)));
        let ended = child.try_wait().expect("it is our child").is_some();
        let gently = stop(&mut child, &mut chance);
        let output = child.wait_with_output().expect("it ends");
        whole_or_absent(&desk, sheet);
        if gently && !ended {
            // Told to stop it finishes what is in flight; before it listens, a signal is as good as a kill.
            let said = said(output);
            assert!(
                [130, -1, 0, 4, 8].contains(&said.code),
                "sheet {sheet}: exit {}\n{}",
                said.code,
                said.err
            );
            kills += 1;
            continue;
        }
        if ended {
            let said = said(output);
            assert!([0, 4, 7, 8].contains(&said.code), "sheet {sheet}: exit {}\n{}", said.code, said.err);
            break;
        }
        kills += 1;
    }
    let last = to_the_end(&desk, &words, sheet);
    judge(&desk, sheet, &last);
    kills
}

/// Ends a process: mostly at once, now and then by a signal that asks; returns whether it was asked.
fn stop(child: &mut std::process::Child, chance: &mut Chance) -> bool {
    let signal = ["", "", "", "", "", "", "-INT", "-TERM", "-HUP"][chance.below(9) as usize];
    if cfg!(unix) && !signal.is_empty() {
        let sent = std::process::Command::new("kill").args([signal, &child.id().to_string()]).output();
        return sent.is_ok_and(|output| output.status.success());
    }
    // A run that has just ended cannot be killed any more, and that is fine.
    let _ = child.kill();
    false
}

/// A result file is there as a whole or not at all, whenever the process died (P15).
fn whole_or_absent(desk: &Desk, sheet: u64) {
    if desk.path("staff.results.csv").exists() {
        assert_eq!(desk.results("staff.results.csv").len(), ROWS, "sheet {sheet}: half a result file");
    }
}

/// Resets and broken answers, some of them after the effect; late effects need minutes and are for the model.
fn faults(seed: u64) -> FaultSettings {
    let menu = vec![Fault::ResetBefore, Fault::ResetAfter, Fault::CutBody, Fault::ErrorAfter, Fault::NotJson];
    FaultSettings { seed, rate: if seed.is_multiple_of(4) { 0.0 } else { 0.05 }, menu }
}

/// Starts the command until it says that nothing is left to find out.
fn to_the_end(desk: &Desk, words: &[&str], sheet: u64) -> Said {
    for _ in 0..8 {
        let said = desk.run(words);
        if said.code == 0 {
            return said;
        }
        assert!([4, 7, 8].contains(&said.code), "sheet {sheet}: exit {}\n{}", said.code, said.err);
        // Rows without a key that are in doubt stay so for ever.
        let open = desk.results("staff.results.csv").into_iter().any(|row| {
            !row["email"].is_empty()
                && matches!(row["result_status"].as_str(), "unknown" | "not_attempted" | "partial")
        });
        if !open {
            return said;
        }
    }
    panic!("sheet {sheet} never comes to its end");
}

/// Holds what was told against what is there.
fn judge(desk: &Desk, sheet: u64, last: &Said) {
    let truth = desk.truth();
    let twice: Vec<_> = truth.creates.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "sheet {sheet}: made twice: {twice:?}\n{}", last.err);
    let results = desk.results("staff.results.csv");
    assert_eq!(results.len(), ROWS, "sheet {sheet}");
    let ids: BTreeSet<&str> = truth.users.iter().map(|user| user.id.as_str()).collect();
    for (place, row) in results.iter().enumerate() {
        assert_eq!(row["source_row"], (place + 2).to_string(), "sheet {sheet}");
        let there = ids.contains(row["user_id"].as_str());
        let user = truth.users.iter().find(|user| user.id == row["user_id"]);
        let status = row["result_status"].as_str();
        match status {
            "created" | "updated" | "unchanged" => {
                assert!(there, "sheet {sheet}, row {}: {status} and not there", row["source_row"]);
                let user = user.expect("its id is there");
                assert_eq!(user.first_name, row["first_name"], "sheet {sheet}");
                let has_password = user.devices.iter().any(|device| device.password.is_some());
                assert_eq!(
                    has_password,
                    row["steps_done"].contains("sip_password"),
                    "sheet {sheet}: {row:?}"
                );
            }
            "unknown" => assert!(row["email"].is_empty(), "sheet {sheet}: {row:?}"),
            other => {
                panic!("sheet {sheet}, row {} ended {other}: {}", row["source_row"], row["error_message"])
            }
        }
    }
}

/// Every tenth person has no key, every third a password.
fn rows(chance: &mut Chance) -> String {
    let mut text = String::from("first_name,last_name,email,device_contact_uri,sip_password\n");
    for row in 0..ROWS {
        let (email, number) = match row % 10 {
            9 => (String::new(), String::new()),
            _ => (format!("person{row}@example.com"), format!("+91984{row:07}")),
        };
        let password = if chance.below(3) == 0 { "Abcdefg1" } else { "" };
        text += &format!("Person{row},Number,{email},{number},{password}\n");
    }
    text
}

/// splitmix64 (public domain, S. Vigna).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
