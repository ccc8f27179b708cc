//! Why a command ended without its work: words for a person, a code for scripts.

use crate::cli::Usage;
use crate::history::{HistoryFailed, LockFailed};
use crate::outcome::exit;
use crate::table::Refusal;

/// The last word of a command that could not do its work.
#[derive(Debug)]
pub struct Failure {
    pub exit_code: u8,
    pub message: String,
}

impl Failure {
    pub fn new(exit_code: u8, message: impl Into<String>) -> Failure {
        Failure { exit_code, message: message.into() }
    }

    /// A file or stream of ours could not be written.
    pub fn disk(what: impl std::fmt::Display, error: impl std::fmt::Display) -> Failure {
        let (beginning, error) = (format!("{what} cannot be written: "), error.to_string());
        // Some errors name their file themselves.
        let named = error.starts_with(&beginning);
        Failure::new(exit::INTERNAL, if named { error } else { beginning + &error })
    }
}

/// What nobody expects of a working machine: what was tried, and why it failed.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        Failure::new(exit::INTERNAL, format!("{error:#}"))
    }
}

impl From<Usage> for Failure {
    fn from(usage: Usage) -> Failure {
        Failure::new(exit::USAGE, usage.to_string())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::new(exit::INPUT, refusal.to_string())
    }
}

impl From<HistoryFailed> for Failure {
    fn from(failed: HistoryFailed) -> Failure {
        Failure::new(exit::INTERNAL, failed.to_string())
    }
}

impl From<LockFailed> for Failure {
    fn from(failed: LockFailed) -> Failure {
        let code = match failed {
            LockFailed::Held { .. } => exit::TEMPORARY,
            LockFailed::Unusable(_) => exit::INTERNAL,
        };
        Failure::new(code, failed.to_string())
    }
}
