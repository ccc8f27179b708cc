//! The run's memory on disk: what was meant, what was sent, what came of it.
//!
//! An append-only file of JSON lines, readable with any editor. Before a writing call may leave, its
//! [`Event::Intent`] is on disk; a run's state is the journal folded by a pure function ([`State`]).
//! The tail policy is called *drop the torn, refuse the damaged*: see [`replay`].

mod again;
mod event;
mod line;
pub mod replay;
mod state;
mod store;

pub use event::{Event, FORMAT, Header, Input};
pub use replay::{Damage, Replay};
pub use state::{NEVER_SENT, NOT_ARCHIVED, OpenRow, State};
pub use store::{Disk, FileDisk, Journal, JournalFailed};
