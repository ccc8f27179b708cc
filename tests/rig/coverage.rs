//! Which strike met which state of a step, and how often: a fault that never met a state proves nothing there.

use std::collections::BTreeMap;
use std::fmt;

use crate::strikes::{DISK, DISK_CRASHES, NET, NET_CRASHES};

/// The states of a call's step, as the durable journal tells them.
pub const AT_CALLS: &[&str] = &[
    "preflight",
    "look",
    "user first",
    "user again",
    "user in doubt",
    "step first",
    "step again",
    "step in doubt",
];

/// What a disk write brings.
pub const AT_WRITES: &[&str] = &["disk: begin", "disk: intent", "disk: done", "disk: ending"];

/// How often each pair occurred.
#[derive(Default)]
pub struct Coverage(BTreeMap<(&'static str, &'static str), u64>);

impl Coverage {
    pub fn take(&mut self, met: &BTreeMap<(&'static str, &'static str), u64>) {
        for (pair, count) in met {
            *self.0.entry(*pair).or_default() += count;
        }
    }

    pub fn join(&mut self, other: Coverage) {
        self.take(&other.0);
    }

    /// Pairs that occurred less often than `least`.
    pub fn missing(&self, least: u64) -> Vec<(&'static str, &'static str)> {
        let net = NET
            .iter()
            .chain(NET_CRASHES)
            .flat_map(|strike| AT_CALLS.iter().map(move |state| (*strike, *state)));
        let disk = DISK
            .iter()
            .chain(DISK_CRASHES)
            .flat_map(|strike| AT_WRITES.iter().map(move |state| (*strike, *state)));
        net.chain(disk).filter(|pair| self.0.get(pair).copied().unwrap_or_default() < least).collect()
    }

    fn table(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        strikes: &[&[&'static str]],
        states: &[&'static str],
    ) -> fmt::Result {
        write!(formatter, "{:16}", "")?;
        for state in states {
            write!(formatter, "{state:>14}")?;
        }
        for strike in strikes.iter().copied().flatten() {
            write!(formatter, "\n{strike:16}")?;
            for state in states {
                write!(formatter, "{:>14}", self.0.get(&(*strike, *state)).copied().unwrap_or_default())?;
            }
        }
        writeln!(formatter)
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table(formatter, &[NET, NET_CRASHES], AT_CALLS)?;
        self.table(formatter, &[DISK, DISK_CRASHES], AT_WRITES)
    }
}
