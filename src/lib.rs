//! callroster: from people in spreadsheets to users of a phone system, exactly once.

pub mod cli;
pub mod columns;
pub mod command;
pub mod export;
pub mod history;
pub mod journal;
pub mod outcome;
pub mod pace;
pub mod plan;
pub mod platform;
pub mod preflight;
pub mod provider;
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
