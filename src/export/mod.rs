//! The export: the whole roster as a table. Nothing here can change anything at the provider.

mod formula;
mod layout;
mod writer;

pub use layout::{Cell, Column, Layout, Shape};
pub use writer::{CsvRoster, JsonLinesRoster, RosterWriter};
