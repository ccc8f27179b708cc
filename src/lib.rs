//! callroster: from people in spreadsheets to users of a phone system, exactly once.
//!
//! # The parts, in reading order
//!
//! | part | what it is for |
//! |---|---|
//! | [`cli`] | what the user typed, and what is meant by it; nothing below knows clap |
//! | [`command`] | one story a file: import (onboard, update, offboard), export, validate, runs, resume, … |
//! | [`table`] | sheets in, whole files out |
//! | [`row`], [`columns`], [`validate`], [`template`] | cells become a typed request, or every problem of the row |
//! | [`clinic`] | what spreadsheets and mails do to cells, and what of it can be undone without a guess |
//! | [`preflight`] | few reads: who is there, who is meant |
//! | [`plan`] | a request, held against what the roster showed, becomes ordered steps |
//! | [`runner`] | the protocol: intent on disk, call, ending; the only part that waits for the provider |
//! | [`retry`], [`pace`] | what follows a failed call; when the next one may leave |
//! | [`journal`], [`history`] | a run's memory on disk; the state folder with all runs |
//! | [`outcome`] | how a row and a run ended, and the exit code |
//! | [`provider`] | the door to every phone system, one vendor a file; the network |
//! | [`roster`], [`secret`] | users and devices as every provider shows them; texts that never print |
//! | [`export`] | the whole roster, everybody once, however the list moves |
//! | [`explain`] | what every code means, what to do about it, and errors by code |
//! | [`report`] | a run as one HTML page |
//! | [`screen`], [`platform`] | standard error; what differs between operating systems |
//! | [`simulator`] | a provider to practise and test against; it never meets [`provider`] |
//!
//! # The life of a row
//!
//! [`row::RawRow`] → [`row::Request`] (only [`validate`] makes one) → [`plan::Look`] (what the roster showed) →
//! [`plan::Plan`] of [`plan::Step`]s → [`outcome::RowOutcome`] → one row of the result file.
//!
//! # Our words
//!
//! *Row*, *request*, *plan*, *step*; an *attempt* is one try of a step, a *call* one HTTP exchange, an *outcome* how a
//! row ended. A *run* works on one sheet, and a resumed run is the same run; its *journal* is its memory. A *provider* is
//! a phone system, an *account* ours there, the *roster* all users of an account. The *simulator* serves *tenants*,
//! simulated accounts.
//!
//! The protocol, and why it makes nobody twice, is in `ARCHITECTURE.md`.

pub mod cli;
pub mod clinic;
pub mod columns;
pub mod command;
pub mod explain;
pub mod export;
pub mod history;
pub mod journal;
pub mod outcome;
pub mod pace;
pub mod plan;
#[cfg(not(feature = "planted-bugs"))]
mod planted;
#[cfg(feature = "planted-bugs")]
pub mod planted;
pub mod platform;
pub mod preflight;
pub mod provider;
pub mod report;
pub mod retry;
pub mod roster;
pub mod row;
pub mod runner;
pub mod screen;
pub mod secret;
pub mod simulator;
pub mod table;
pub mod template;
pub mod validate;
