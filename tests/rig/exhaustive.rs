//! Small sheets, and everything that can strike at every site of theirs.

use std::collections::BTreeMap;

use callroster::row::Kind;

use crate::checker::violations;
use crate::scenario::Scenario;
use crate::seeds::asked;
use crate::story::{Ending, play_with};
use crate::strikes::{DISK, DISK_CRASHES, NET, NET_CRASHES, Site, Strikes, written};

type Told = BTreeMap<Site, &'static str>;

const KINDS: [Kind; 3] = [Kind::Onboard, Kind::Update, Kind::Offboard];

/// From so many seeds on a run counts as a full one.
pub const FULL: u64 = 10_000;

#[test]
fn three_rows_survive_every_strike_at_every_site() {
    for (kind, variant) in variants(6) {
        for strike in strikes(&calm(kind, 3, variant), 1, &[NET, NET_CRASHES], &[DISK, DISK_CRASHES]) {
            holds(kind, 3, variant, &Told::from([strike]));
        }
    }
}

/// Without `RIG_SEEDS` at the full run's size only every 29th pair is played.
#[test]
fn two_rows_survive_every_pair_of_crashes() {
    let step = if asked("RIG_SEEDS", 0) >= FULL { 1 } else { 29 };
    for (kind, variant) in variants(2) {
        // A second life has sites of its own behind those of a calm run.
        let all = strikes(&calm(kind, 2, variant), 2, &[NET_CRASHES], &[DISK_CRASHES]);
        let pairs = all
            .iter()
            .flat_map(|one| all.iter().filter(move |two| one.0 < two.0).map(move |two| [*one, *two]));
        for pair in pairs.step_by(step) {
            holds(kind, 2, variant, &Told::from(pair));
        }
    }
}

fn variants(each: u64) -> impl Iterator<Item = (Kind, u64)> {
    KINDS.into_iter().flat_map(move |kind| (0..each).map(move |variant| (kind, variant)))
}

pub fn calm(kind: Kind, rows: usize, variant: u64) -> Ending {
    holds(kind, rows, variant, &Told::new())
}

/// All strikes at all sites of a calm run, `lives` times as many.
fn strikes(
    calm: &Ending,
    lives: u32,
    net: &[&[&'static str]],
    disk: &[&[&'static str]],
) -> Vec<(Site, &'static str)> {
    let (calls, writes) = calm.world.sites();
    let at = |sites: u32, site: fn(u32) -> Site, names: &[&[&'static str]]| -> Vec<(Site, &'static str)> {
        let names: Vec<&'static str> = names.iter().copied().flatten().copied().collect();
        (0..sites * lives).flat_map(|number| names.iter().map(move |name| (site(number), *name))).collect()
    };
    [at(calls, Site::Net, net), at(writes, Site::Disk, disk)].concat()
}

pub fn holds(kind: Kind, rows: usize, variant: u64, strikes: &Told) -> Ending {
    let (scenario, simulator) = Scenario::small(kind, rows, variant);
    let ending = play_with(scenario, simulator, Strikes::Told(strikes.clone()));
    assert_eq!(violations(&ending), Vec::<String>::new(), "{kind:?} {rows} {variant}: {}", written(strikes));
    ending
}
