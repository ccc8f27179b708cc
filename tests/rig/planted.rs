//! The rig proves itself: every bug that the feature `planted-bugs` can plant is found within 1,000 seeds.

use std::panic::{AssertUnwindSafe, catch_unwind};

use callroster::planted::{ALL, Bug, plant};

use crate::checker::violations;
use crate::regressions::{ONCE_BROKEN, again};
use crate::seeds::{asked, shrunk};
use crate::story::play;

/// A bug that hides longer than this is not found.
const MOST_SEEDS: u64 = 1_000;

#[test]
fn every_planted_bug_is_found() {
    assert!(ALL.len() >= 24, "{} bugs", ALL.len());
    let hidden: Vec<Bug> = ALL.iter().copied().filter(|bug| !is_found(*bug)).collect();
    assert_eq!(hidden, [], "nobody finds these");
}

/// A line that its own fault no longer breaks guards nothing: look for another seed.
#[test]
fn every_planted_fault_of_old_still_breaks_its_line() {
    for (seed, strikes, why, fault) in ONCE_BROKEN.iter().filter(|line| !line.3.is_empty()) {
        let bug = ALL.iter().copied().find(|bug| format!("{bug:?}") == *fault);
        plant(Some(bug.unwrap_or_else(|| panic!("nobody plants {fault}"))));
        let broken = again(*seed, strikes);
        plant(None);
        // What was once broken, and not whatever else the bug does.
        let promise = &why[..2];
        assert!(
            broken.iter().any(|what| what.starts_with(promise)),
            "{fault} spares seed {seed}: {broken:?}"
        );
    }
}

/// The search for secrets finds them itself, not some other judge.
#[test]
fn a_planted_leak_is_found_as_a_leak() {
    for bug in [Bug::EchoedSecretTold, Bug::PasswordInIntent] {
        plant(Some(bug));
        let found = (0..MOST_SEEDS).find_map(broken);
        plant(None);
        assert!(found.as_ref().is_some_and(|what| what.starts_with("P9")), "{bug:?}: {found:?}");
    }
}

fn is_found(bug: Bug) -> bool {
    plant(Some(bug));
    let found = (0..MOST_SEEDS).find_map(|seed| Some((seed, broken(seed)?)));
    match &found {
        Some((seed, what)) => println!("{bug:?}: seed {seed}: {what}"),
        None => println!("{bug:?}: not found in {MOST_SEEDS} seeds"),
    }
    if let (Some((seed, _)), 1) = (&found, asked("RIG_SHRINK", 0)) {
        println!("{}", shrunk(*seed));
    }
    plant(None);
    found.is_some()
}

/// What a seed breaks first; a panic of the program counts.
fn broken(seed: u64) -> Option<String> {
    let found = catch_unwind(AssertUnwindSafe(|| violations(&play(seed))));
    found.unwrap_or_else(|_| vec!["it panicked".into()]).into_iter().next()
}
