//! The rig: whole runs of the real engine over a modelled network, disk, clock and chance.
//!
//! A seed decides everything. `seeds.rs` plays many, `exhaustive.rs` every crash point of small sheets, `full_disk.rs`
//! every write of long ones, `wall.rs` lets the clock jump, `regressions.rs` plays those that failed once, `planted.rs`
//! proves that the rig finds bugs.

mod account;
mod chance;
mod checker;
mod coverage;
mod disk;
mod exhaustive;
#[path = "../secrets/forms.rs"]
mod forms;
mod full_disk;
mod journal;
mod meddler;
mod network;
#[cfg(feature = "planted-bugs")]
mod planted;
mod regressions;
mod scenario;
mod seeds;
mod story;
mod strikes;
mod wall;
mod world;
