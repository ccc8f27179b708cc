//! The wall clock: right at the provider, and here right, wrong by years, or jumping between any two looks at it (P16).

use std::cell::Cell;
use std::time::Duration;

use callroster::pace::{Kind, Learned, LearnedAtOnce, LearnedLimit};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::chance::Chance;
use crate::checker::violations;
use crate::seeds::asked;
use crate::story::{Ending, play, play_jumping};

/// When the provider's clock began.
const WALL: i64 = 1_767_225_600;
const HOUR: i64 = 3600;
const TEN_YEARS: i64 = 10 * 365 * 24 * HOUR;

/// The clock of the machine that the run is on.
pub struct WallClock {
    /// Seconds by which it is wrong.
    wrong: Cell<i64>,
    /// The seed of its jumps, and how often it was looked at.
    jumps: Option<(u64, Cell<u64>)>,
}

impl WallClock {
    pub fn wrong_by(years: i64) -> WallClock {
        WallClock { wrong: Cell::new(365 * 24 * HOUR * years), jumps: None }
    }

    pub fn jumping(seed: u64) -> WallClock {
        WallClock { wrong: Cell::default(), jumps: Some((seed, Cell::default())) }
    }

    /// What it shows when so much time has truly passed.
    pub fn look(&self, passed: Duration) -> Timestamp {
        if let Some((seed, looks)) = &self.jumps {
            looks.set(looks.get() + 1);
            let mut chance = Chance::new(*seed, 9, looks.get());
            let far = chance.below(2 * TEN_YEARS as u64 + 1) as i64 - TEN_YEARS;
            // Stays, goes back a little as after a correction, by an hour as in autumn, or anywhere.
            let wrong = self.wrong.get();
            self.wrong
                .set(chance.pick(&[wrong, wrong - 2, wrong - HOUR, far, far]).clamp(-TEN_YEARS, TEN_YEARS));
        }
        stamp(true_second(passed)) + SignedDuration::from_secs(self.wrong.get())
    }
}

/// The provider's time when so much time has passed, in seconds since 1970.
pub fn true_second(passed: Duration) -> i64 {
    WALL + passed.as_secs() as i64
}

pub fn http_date(second: i64) -> String {
    stamp(second).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn stamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time within our lives")
}

/// A tenth of `RIG_SEEDS`: 10000 in a full run.
#[test]
fn a_jumping_clock_changes_nothing_but_stamps() {
    let mut jumped = 0;
    for seed in 0..asked("RIG_SEEDS", 1_000).div_ceil(10) {
        let (steady, jumping) = (play(seed), play_jumping(seed, None));
        assert_eq!(steady.world.sites(), jumping.world.sites(), "P16: seed {seed}");
        assert_eq!(
            steady.world.course.get(),
            jumping.world.course.get(),
            "P16: seed {seed}: the calls differ"
        );
        assert_eq!(steady.told, jumping.told, "P16: seed {seed}");
        assert_eq!(steady.took, jumping.took, "P16: seed {seed}");
        let (one, two) = (unstamped(&steady), unstamped(&jumping));
        assert_eq!(one.0, two.0, "P16: seed {seed}");
        jumped += usize::from(one.1 != two.1);
    }
    println!("in {jumped} seeds the stamps differ");
    assert!(jumped > 0, "no clock jumped");
}

/// Remembered limits age by the wall clock, so the pace may differ; the promises hold.
#[test]
fn limits_remembered_under_a_jumping_clock_break_no_promise() {
    for seed in 0..asked("RIG_SEEDS", 1_000).div_ceil(10) {
        let ending = play_jumping(seed, Some(remembered(seed)));
        assert_eq!(violations(&ending), Vec::<String>::new(), "P16: seed {seed}");
    }
}

/// What an earlier run may have left: of any age, and not always sound.
fn remembered(seed: u64) -> Learned {
    let mut chance = Chance::new(seed, 10, 0);
    let when = |chance: &mut Chance| WALL + chance.pick(&[-3_650, -40, -5, -1, 0, 1, 3_650]) * 24 * HOUR;
    let mut limit = || {
        Some(LearnedLimit {
            when: when(&mut chance),
            kind: chance.pick(&[Kind::Window, Kind::Bucket]),
            calls: chance.pick(&[0.0, 1.0, 2.0, 50.0, 1_000.0]),
            rate: chance.pick(&[0.0, 0.05, 50.0 / 60.0, 2.0, 200.0]),
        })
        .filter(|_| !chance.one_in(4))
    };
    let (reads, writes) = (limit(), limit());
    let at_once = LearnedAtOnce { calls: chance.pick(&[0, 1, 2, 10]), when: when(&mut chance) };
    Learned { reads, writes, at_once: chance.one_in(2).then_some(at_once) }
}

/// The journal without its stamps, and the stamps.
fn unstamped(ending: &Ending) -> (Vec<Value>, Vec<Value>) {
    let (mut events, mut stamps) = (Vec::new(), Vec::new());
    let platter = ending.world.platter.borrow();
    for line in platter.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let mut event: Value =
            serde_json::from_slice(line).expect("a journal that was just reopened is whole");
        let event = event.as_object_mut().expect("a line is an object");
        event.remove("crc");
        for what in event.values_mut().filter_map(Value::as_object_mut) {
            stamps.extend(["at", "started"].iter().filter_map(|name| what.remove(*name)));
        }
        events.push(Value::Object(event.clone()));
    }
    (events, stamps)
}
