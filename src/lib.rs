//! callroster: from people in spreadsheets to users of a phone system, exactly once.

pub mod journal;
pub mod outcome;
pub mod pace;
pub mod plan;
pub mod provider;
pub mod retry;
pub mod roster;
pub mod row;
pub mod runner;
pub mod secret;
pub mod simulator;
