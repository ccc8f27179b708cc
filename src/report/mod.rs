//! One page of a run that people can open, print and send: no script, nothing from outside.
//!
//! Pure: the run's files are given in as readers, the page comes out as text. Personal data is masked
//! unless it is asked for; messages may name people whom the sheet does not, so they are left out then.

mod calls;
mod drawing;
mod mask;
mod page;
mod rows;

pub use calls::CallsTold;
pub use page::render;
pub use rows::{Hand, RowsTold, rows_told};

use crate::journal::Header;

/// What a page tells.
#[derive(Debug, Default)]
pub struct Report {
    pub header: Header,
    /// The word for how the run stands: `finished`.
    pub standing: String,
    /// When the run ended by itself the last time; empty where it did not.
    pub ended: String,
    pub exit_code: Option<u8>,
    /// How often another process went on with the run.
    pub resumed: u64,
    /// The command that goes on, where something is left.
    pub goes_on: Option<String>,
    /// `None` where the run has written no results.
    pub rows: Option<RowsTold>,
    /// `None` where no calls were kept.
    pub calls: Option<CallsTold>,
    pub shows_personal: bool,
}
