//! Whole runs against modelled limiters, in virtual time: how near to the limit, and with how many refusals.
//!
//! Nobody tells the client a limit. Every scenario runs with many seeds, which vary latency, jitter and phase; the
//! bounds hold for the median, and the table shows the worst: `cargo test --lib pace::model -- --nocapture`.

mod courses;
mod limiter;
mod limits;
mod run;
mod scenario;
mod wild;
