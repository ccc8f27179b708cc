//! What goes wrong in a seed, and where: a strike is a fault, a crash or somebody else's deed at one site.
//!
//! Sites are the calls and the disk writes of a seed, numbered through all its processes. Strikes are drawn
//! from the seed, or told one by one, so that a failing seed can be replayed with fewer of them.

use std::collections::BTreeMap;

use crate::chance::Chance;

/// A place where something may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    Net(u32),
    Disk(u32),
}

/// The strikes on calls: those that the simulator knows by name, and those of the world around it.
pub const NET: &[&str] = &[
    "delay",
    "reset_before",
    "reset_after",
    "cut_body",
    "slow_body",
    "hang_before",
    "hang_after",
    "500_before",
    "500_after",
    "502_before",
    "502_after",
    "not_json",
    "429",
    "late_reset",
    "late_hang",
    "not_sent",
    "503_before",
    "504_after",
    "504_late",
    "empty_200",
    "no_id",
    "429_long",
    "429_absurd",
    "400",
    "cap",
    "401",
    "403_account",
    "403_trial",
    "interrupt",
    "somebody",
    "rehire",
];

/// The strikes on disk writes that do not end the process at once.
pub const DISK: &[&str] = &["full", "eio"];

/// How a disk write fails, by what it leaves behind: nothing, a part, or all of it. Told, never drawn.
pub const FULL_DISK: &[&str] = &["refused", "cut_short", "not_synced"];

/// The ways in which a process dies at a call.
pub const NET_CRASHES: &[&str] = &["crash_before", "crash_after", "crash_late"];

/// The ways in which a process dies at a disk write.
pub const DISK_CRASHES: &[&str] = &["crash_unwritten", "crash_torn", "crash_written"];

/// Strikes that are worst together; some seeds know no others.
const THEMES: &[&[&str]] = &[
    &["late_reset", "late_hang", "504_late", "400", "cap"],
    &["somebody", "rehire", "late_reset", "500_after", "reset_before"],
    &["429_absurd", "reset_after", "502_before"],
    &["429", "429_long", "not_sent", "401", "403_account", "cut_body"],
    &["somebody", "rehire"],
    &["hang_before", "hang_after", "no_id", "not_json"],
];

/// No seed dies more often.
pub const MOST_CRASHES: u32 = 6;

/// Sites behind this one are calm, so that every seed must come to its end.
const LAST_SITE: u32 = 220;

/// Where strikes come from.
#[derive(Debug, Clone)]
pub enum Strikes {
    Drawn(Menu),
    Told(BTreeMap<Site, &'static str>),
}

/// The faults that exist in a seed, and how often they strike: some seeds are calm, some brutal.
#[derive(Debug, Clone)]
pub struct Menu {
    seed: u64,
    net: Vec<&'static str>,
    disk: Vec<&'static str>,
    rate: f64,
    disk_rate: f64,
    crash_rate: f64,
}

impl Menu {
    pub fn of(seed: u64) -> Menu {
        let mut chance = Chance::new(seed, 1, 0);
        let mut swarm = |all: &[&'static str]| -> Vec<&'static str> {
            let share = 2 + chance.below(3);
            all.iter().copied().filter(|_| chance.one_in(share)).collect()
        };
        let (mut net, disk) = (swarm(NET), swarm(DISK));
        let mut rate = chance.pick(&[0.0, 0.05, 0.1, 0.2, 0.4]);
        if chance.one_in(2) {
            (net, rate) = (chance.pick(THEMES).to_vec(), chance.pick(&[0.1, 0.3, 0.5]));
        }
        Menu {
            seed,
            net,
            disk,
            rate,
            disk_rate: chance.pick(&[0.0, 0.0, 0.02]),
            crash_rate: chance.pick(&[0.0, 0.01, 0.03, 0.08, 0.2]),
        }
    }

    fn draw(&self, site: Site, crashes: u32) -> Option<&'static str> {
        let (purpose, number) = match site {
            Site::Net(number) => (2, number),
            Site::Disk(number) => (3, number),
        };
        if number > LAST_SITE {
            return None;
        }
        let mut chance = Chance::new(self.seed, purpose, u64::from(number));
        let is_net = matches!(site, Site::Net(_));
        if crashes < MOST_CRASHES && chance.fraction() < self.crash_rate {
            return Some(chance.pick(if is_net { NET_CRASHES } else { DISK_CRASHES }));
        }
        let (menu, rate) = if is_net { (&self.net, self.rate) } else { (&self.disk, self.disk_rate) };
        (!menu.is_empty() && chance.fraction() < rate).then(|| chance.pick(menu))
    }
}

impl Strikes {
    pub fn at(&self, site: Site, crashes: u32) -> Option<&'static str> {
        match self {
            Strikes::Drawn(menu) => menu.draw(site, crashes),
            Strikes::Told(told) => told.get(&site).copied(),
        }
    }

    /// Reads `net4=late_reset disk7=crash_torn`.
    pub fn parse(text: &str) -> Strikes {
        let strike = |word: &str| {
            let (site, name) = word.split_once('=').unwrap_or_else(|| panic!("`{word}` is no strike"));
            let site = match site.strip_prefix("net") {
                Some(number) => Site::Net(number.parse().expect("a number")),
                None => Site::Disk(site.trim_start_matches("disk").parse().expect("a number")),
            };
            (site, known(name))
        };
        Strikes::Told(text.split_whitespace().map(strike).collect())
    }
}

/// The strikes as [`Strikes::parse`] reads them.
pub fn written<'a>(strikes: impl IntoIterator<Item = (&'a Site, &'a &'static str)>) -> String {
    let words = strikes.into_iter().map(|(site, name)| match site {
        Site::Net(number) => format!("net{number}={name}"),
        Site::Disk(number) => format!("disk{number}={name}"),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn known(name: &str) -> &'static str {
    let all = [NET, DISK, FULL_DISK, NET_CRASHES, DISK_CRASHES];
    let found = all.into_iter().flatten().find(|known| **known == name);
    found.unwrap_or_else(|| panic!("there is no strike `{name}`"))
}
