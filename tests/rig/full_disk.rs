//! A long sheet whose disk fails at one write, each in turn; then the disk is well, and a later process goes on.
//!
//! With `RIG_SEEDS` at the full run's size every write fails in every way; an ordinary run plays every 31st, each sheet and
//! each way from a start of its own, and `RIG_FIRST` moves them all.

use std::collections::BTreeMap;

use callroster::row::Kind;

use crate::exhaustive::{FULL, calm, holds};
use crate::seeds::asked;
use crate::strikes::{FULL_DISK, Site};

const ROWS: usize = 200;
/// With and without passwords, limits, keys and a bound on the calls in flight: 50 to 292 writes each.
const VARIANTS: u64 = 6;
/// An ordinary run plays every so many writes.
const SELDOM: usize = 31;
/// From one start to the next.
const SHIFT: usize = 11;

#[test]
fn two_hundred_rows_survive_a_failure_at_every_write() {
    let step = if asked("RIG_SEEDS", 0) >= FULL { 1 } else { SELDOM };
    let mut start = asked("RIG_FIRST", 0) as usize;
    let mut played = 0;
    for variant in 0..VARIANTS {
        let (_, writes) = calm(Kind::Onboard, ROWS, variant).world.sites();
        for failure in FULL_DISK {
            for write in (start % step..writes as usize).step_by(step) {
                let failing = BTreeMap::from([(Site::Disk(write as u32), *failure)]);
                let ending = holds(Kind::Onboard, ROWS, variant, &failing);
                assert_eq!(*ending.world.struck.borrow(), failing, "{variant}: it never came to this write");
                played += 1;
            }
            start += SHIFT;
        }
    }
    println!("{played} runs of {ROWS} rows, each with one write that failed");
}
