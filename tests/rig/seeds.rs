//! Many seeds: played on all cores, counted, and cut down to the least that still fails.
//!
//! `RIG_SEEDS` says how many (the full run is 100000), `RIG_FIRST` where to begin; `RIG_TRACE` shows every call.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use callroster::outcome::Status;

use crate::checker::violations;
use crate::coverage::Coverage;
use crate::scenario::{Expect, Scenario};
use crate::story::{Ending, play, play_with};
use crate::strikes::{Site, Strikes, written};

/// Seeds of an ordinary `cargo test`.
const FEW: u64 = 1_000;
/// Seeds of a full run.
const FULL: u64 = 100_000;
/// In a full run every strike meets every state of a step so often.
const LEAST: u64 = 50;
/// So many failing seeds are shown in full.
const SHOWN: usize = 5;

/// What many seeds came to.
#[derive(Default)]
struct Report {
    seeds: u64,
    calls: u64,
    faults: u64,
    crashes: u64,
    rows: u64,
    /// Rows that a later run could have found out, and that were told as unknown all the same.
    unknown: u64,
    simulated: Duration,
    coverage: Coverage,
    failed: Vec<(u64, String)>,
}

#[test]
fn every_seed_keeps_the_promises() {
    let (first, seeds) = (asked("RIG_FIRST", 0), asked("RIG_SEEDS", FEW));
    let began = Instant::now();
    let report = play_all(first..first + seeds);
    let took = began.elapsed().as_secs_f64();
    println!("{}", report.said(took));
    println!("{}", report.coverage);
    if seeds >= FULL {
        assert_eq!(report.coverage.missing(LEAST), [], "these hardly ever met");
    }
    let mut shown = report.failed;
    shown.sort_unstable();
    for (seed, what) in shown.iter().take(SHOWN) {
        println!("seed {seed}: {what}\n{}", shrunk(*seed));
    }
    assert!(shown.is_empty(), "{} of {seeds} seeds broke a promise", shown.len());
}

#[test]
fn a_seed_plays_the_same_twice() {
    for seed in 0..asked("RIG_SEEDS", FEW) / 50 {
        let (one, two) = (play(seed), play(seed));
        assert_eq!(one.told, two.told, "P19: seed {seed}");
        assert_eq!(one.world.sites(), two.world.sites(), "P19: seed {seed}");
        assert!(one.world.platter.borrow().bytes == two.world.platter.borrow().bytes, "P19: seed {seed}");
    }
}

/// A number from the environment.
pub fn asked(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn play_all(seeds: std::ops::Range<u64>) -> Report {
    let (next, whole) = (AtomicU64::new(seeds.start), Mutex::new(Report::default()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut report = Report::default();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    report.take(seed, &play(seed));
                }
                whole.lock().expect("no thread panics with it").join(report);
            });
        }
    });
    whole.into_inner().expect("all threads have ended")
}

impl Report {
    fn take(&mut self, seed: u64, ending: &Ending) {
        self.seeds += 1;
        self.calls += u64::from(ending.world.sites().0);
        self.faults += ending.world.faults();
        self.crashes += u64::from(ending.world.crashes.get());
        self.simulated += ending.took;
        self.coverage.take(&ending.world.met.borrow());
        let told = ending.told.last().map(Vec::as_slice).unwrap_or_default();
        for (outcome, meant) in told.iter().zip(&ending.scenario.rows) {
            let findable = !matches!(meant.expect, Expect::Elsewhere | Expect::Nameless);
            self.rows += 1;
            self.unknown += u64::from(outcome.status == Status::Unknown && findable);
        }
        self.failed.extend(violations(ending).into_iter().next().map(|what| (seed, what)));
    }

    fn join(&mut self, other: Report) {
        self.seeds += other.seeds;
        self.calls += other.calls;
        self.faults += other.faults;
        self.crashes += other.crashes;
        self.rows += other.rows;
        self.unknown += other.unknown;
        self.simulated += other.simulated;
        self.coverage.join(other.coverage);
        self.failed.extend(other.failed);
    }

    fn said(&self, took: f64) -> String {
        format!(
            "{} seeds in {took:.1} s ({:.0} a second), {:.0} simulated hours\n{} rows, {} calls, {} faults, {} crashes; \
             {} findable rows ended unknown",
            self.seeds,
            self.seeds as f64 / took,
            self.simulated.as_secs_f64() / 3600.0,
            self.rows,
            self.calls,
            self.faults,
            self.crashes,
            self.unknown
        )
    }
}

/// The shortest list of strikes that still breaks a promise, as a line of `regressions.rs`.
pub fn shrunk(seed: u64) -> String {
    let mut strikes: BTreeMap<Site, &'static str> = play(seed).world.struck.borrow().clone();
    let mut broken = told(seed, &strikes);
    loop {
        let shorter = strikes.keys().rev().find_map(|site| {
            let fewer: BTreeMap<_, _> =
                strikes.iter().filter(|(at, _)| *at != site).map(|(at, name)| (*at, *name)).collect();
            let broken = told(seed, &fewer);
            (!broken.is_empty()).then_some((fewer, broken))
        });
        match shorter {
            Some(shorter) => (strikes, broken) = shorter,
            None => break,
        }
    }
    let why = broken.first().map_or("it holds when it is told its strikes", String::as_str);
    format!("    ({seed}, {:?}, {why:?}),", written(&strikes))
}

/// What a seed breaks with these strikes and no others.
pub fn told(seed: u64, strikes: &BTreeMap<Site, &'static str>) -> Vec<String> {
    let (scenario, simulator) = Scenario::of(seed);
    violations(&play_with(scenario, simulator, Strikes::Told(strikes.clone())))
}
