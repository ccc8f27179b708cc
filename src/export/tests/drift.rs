//! A roster that moves by chance: what "complete" claims is true, whatever the seed.
//!
//! Between two pages at most one user comes or goes; any number change places. (Somebody going and somebody
//! coming between the same two pages is what no single sweep can tell from rest.)

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::fake::*;
use super::{Run, columns};
use crate::export::Consistency;
use crate::roster::User;

const SEEDS: u64 = 3_000;

/// Splitmix64 (public domain, S. Vigna).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// How lively one seed is, in percent of pages.
struct Liveliness {
    inserts: u64,
    deletes: u64,
    moves: u64,
    wrong_pages: u64,
    failures: u64,
    /// After so many pages the roster rests.
    rests_after: u64,
}

impl Liveliness {
    fn of(chance: &mut Chance) -> Liveliness {
        let mut some = |most| if chance.percent(50) { chance.below(most) } else { 0 };
        Liveliness {
            inserts: some(60),
            deletes: some(60),
            moves: some(100),
            wrong_pages: some(20),
            failures: some(30),
            rests_after: [u64::MAX, 3, 8, 14, 25][some(5) as usize],
        }
    }
}

/// What really happened.
#[derive(Default)]
struct History {
    dead: BTreeSet<String>,
    next: u64,
}

fn drifting(seed: u64) -> (Fake, Rc<RefCell<History>>) {
    let mut chance = Chance(seed);
    let lively = Rc::new(Liveliness::of(&mut chance));
    let count = chance.below(70);
    let mut fake = Fake::new(users(count), 10);
    fake.totals.set(chance.percent(70));
    let history = Rc::new(RefCell::new(History { next: count, ..History::default() }));
    let chance = Rc::new(RefCell::new(chance));
    let (totals, twist_chance, twist_lively) = (fake.totals.get(), chance.clone(), lively.clone());
    fake.twist = Box::new(move |asked, users, sent| {
        twisted(&mut twist_chance.borrow_mut(), &twist_lively, totals, asked, users, sent)
    });
    let (drift_chance, drift_history) = (chance.clone(), history.clone());
    fake.drift = Box::new(move |users, shown| {
        if shown <= lively.rests_after {
            drift(&mut drift_chance.borrow_mut(), &lively, users, &mut drift_history.borrow_mut());
        }
    });
    fake.latency = Box::new(move || chance.borrow_mut().below(50));
    (fake, history)
}

fn drift(chance: &mut Chance, lively: &Liveliness, users: &mut Vec<User>, history: &mut History) {
    let length = users.len() as u64;
    if chance.percent(lively.inserts) {
        let place = [0, length, chance.below(length)][chance.below(3) as usize];
        users.insert(place as usize, user(history.next));
        history.next += 1;
    } else if length > 0 && chance.percent(lively.deletes) {
        history.dead.insert(users.remove(chance.below(length) as usize).id);
    }
    for _ in 0..3 {
        if users.len() > 1 && chance.percent(lively.moves) {
            let moving = users.remove(chance.below(users.len() as u64) as usize);
            users.insert(chance.below(users.len() as u64 + 1) as usize, moving);
        }
    }
}

/// Now and then a failure, an earlier or later page in place of this one, or none at all.
fn twisted(
    chance: &mut Chance,
    lively: &Liveliness,
    totals: bool,
    asked: &Asked,
    users: &[User],
    sent: u64,
) -> Option<crate::provider::HttpReply> {
    if chance.percent(lively.failures) && sent < 40 {
        return Some(broken([429, 500, 503][chance.below(3) as usize]));
    }
    if !totals || sent > lively.rests_after || !chance.percent(lively.wrong_pages) {
        return None;
    }
    let offset = match chance.below(3) {
        0 => asked.offset.saturating_sub(asked.limit),
        1 => asked.offset + asked.limit,
        _ => usize::MAX,
    };
    let page = users.iter().skip(offset).take(asked.limit).cloned().collect();
    Some(shown(Some(users.len() as u64), page))
}

/// Runs one seed, holds the file against what happened, and tells how it ended.
fn check(seed: u64) -> Consistency {
    let (fake, history) = drifting(seed);
    let initial = ids(&fake.users.borrow());
    let mut run = Run::of(fake);
    run.concurrency = 1 + (seed % 8) as u32;
    run.retries = 30;
    let (exported, written) = run.export(&columns("user_id"));
    let exported = exported.unwrap_or_else(|failed| panic!("seed {seed}: {failed}"));
    let file: BTreeSet<String> = written.iter().cloned().collect();
    assert_eq!(file.len(), written.len(), "seed {seed}: somebody is in the file twice");
    assert_eq!(exported.users, file.len() as u64, "seed {seed}");
    match exported.consistency {
        Consistency::Complete => {
            let dead = &history.borrow().dead;
            let lost = initial.iter().find(|id| !dead.contains(*id) && !file.contains(*id));
            assert_eq!(lost, None, "seed {seed}: somebody who was there throughout is missing");
            let long_dead =
                file.iter().find(|id| !run.fake.alive_at_start.borrow().contains(*id) && dead.contains(*id));
            assert_eq!(
                long_dead, None,
                "seed {seed}: somebody who went before the last sweep is in the file"
            );
        }
        Consistency::Partial | Consistency::Changed => {
            assert_eq!(exported.sweeps, 5, "seed {seed}");
            assert_eq!(file, *run.fake.served.borrow(), "seed {seed}: the union holds all who were seen");
        }
    }
    exported.consistency
}

#[test]
fn complete_is_never_claimed_falsely() {
    let complete = (0..SEEDS).filter(|seed| check(*seed) == Consistency::Complete).count() as u64;
    // Seeds of one kind only would prove nothing.
    assert!(complete > SEEDS / 5 && complete < SEEDS * 4 / 5, "{complete} of {SEEDS} came to rest");
}
