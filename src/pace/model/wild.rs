//! Any answers in any order: the gate must never stay shut, whatever a provider says.

use std::time::Duration;

use super::run::Dice;
use crate::pace::{Cap, Change, Does, Ended, Gate, LONGEST_PAUSE, Pace, Ticket};
use crate::provider::Limits;

fn some(dice: &mut Dice, values: &[u64]) -> Option<u64> {
    let at = (dice.draw() * (values.len() + 1) as f64) as usize;
    values.get(at).copied()
}

fn wild(dice: &mut Dice) -> Ended {
    let seconds = |value: Option<u64>| value.map(Duration::from_secs);
    let limits = Limits {
        retry_after: seconds(some(dice, &[0, 1, 30, 3600])),
        limit: some(dice, &[0, 1, 50, u64::MAX]),
        remaining: some(dice, &[0, 1, 49, u64::MAX]),
        reset: seconds(some(dice, &[0, 1, 60, 3600, 1_000_000_000])),
        tokens: some(dice, &[0, 1, 2, 99, u64::MAX]),
    };
    match (dice.draw() * 8.0) as u32 {
        0 => Ended::Silent,
        1 => Ended::Failed(limits),
        2 => Ended::Limited(limits),
        3 | 4 => Ended::Limited(Limits::default()),
        5 => Ended::Answered(limits),
        _ => Ended::Answered(Limits::default()),
    }
}

/// One step of time: a call starts, or one ends; returns the time after it.
fn step(pace: &mut Pace, flying: &mut Vec<Ticket>, now: Duration, dice: &mut Dice) -> Duration {
    let does = if dice.draw() < 0.5 { Does::Read } else { Does::Write };
    let gate = pace.gate(now, does);
    match gate {
        Gate::Open => {
            let ticket = pace.start(now, does);
            if dice.draw() < 0.05 { pace.forget(ticket) } else { flying.push(ticket) }
        }
        Gate::At(then) => {
            assert!(then > now && then - now <= LONGEST_PAUSE.mul_f64(1.1), "{gate:?} at {now:?}: {pace:?}");
            if flying.is_empty() {
                return then;
            }
        }
        Gate::Full => assert!(!flying.is_empty(), "shut for ever at {now:?}: {pace:?}"),
    }
    let later = now + Duration::from_secs_f64(dice.draw() * 0.1);
    if !flying.is_empty() && (gate != Gate::Open || dice.draw() < 0.3) {
        let ticket = flying.swap_remove((dice.draw() * flying.len() as f64) as usize);
        let (ended, chance) = (wild(dice), dice.draw());
        if let Change::TooLong(wait) = pace.end(later, ticket, ended, chance) {
            assert!(wait > LONGEST_PAUSE);
        }
    }
    later
}

#[test]
fn the_gate_always_opens_again() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let cap = (seed % 3 == 0).then_some(Cap { calls: 1 + seed as u32, per: Duration::from_secs(60) });
        let mut pace = Pace::new(some(&mut dice, &[0, 1, 8, 64]).map(|most| most as u32), cap);
        if seed % 5 == 0 {
            pace = pace.with_headroom(dice.draw());
        }
        let (mut flying, mut now) = (Vec::new(), Duration::ZERO);
        for _ in 0..2000 {
            now = step(&mut pace, &mut flying, now, &mut dice);
        }
        let learned = pace.learned(1_000_000);
        let mut next = Pace::new(None, None).with_learned(&learned, 1_000_000);
        assert!(matches!(next.gate(Duration::ZERO, Does::Write), Gate::Open), "{learned:?}");
    }
}
