//! callroster: from people in spreadsheets to users of a phone system, exactly once.

pub mod provider;
pub mod roster;
pub mod row;
pub mod secret;
pub mod simulator;
