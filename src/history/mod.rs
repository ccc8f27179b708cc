//! The state folder: one folder a run, one lock an account, and what earlier runs did.
//!
//! `STATE/runs/RUN_ID/` holds `journal.jsonl` and the run's files; `STATE/locks/` the locks, which the
//! operating system frees when a process dies; `STATE/key` the key of hashes that stand for personal data.

mod earlier;
mod fingerprint;
mod limits;
mod lock;
mod runs;

pub use earlier::{Earlier, Wanted};
pub use fingerprint::{Fingerprint, Key, first_difference};
pub use lock::{AccountLock, LockFailed};
pub use runs::{Run, RunFolder, Standing, input_path, new_run_id, reopen};

use std::io;
use std::path::{Path, PathBuf};

use crate::platform;

/// The state folder of this user.
#[derive(Debug, Clone)]
pub struct History {
    folder: PathBuf,
}

/// The state folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{what} {path}: {error}; make the folder writable, or name another one with --state-dir")]
pub struct HistoryFailed {
    what: &'static str,
    path: String,
    error: io::Error,
}

impl HistoryFailed {
    fn new(what: &'static str, path: &Path, error: io::Error) -> HistoryFailed {
        HistoryFailed { what, path: path.display().to_string(), error }
    }
}

impl History {
    /// Opens the state folder, made where it is missing.
    pub fn open(folder: &Path) -> Result<History, HistoryFailed> {
        for folder in [folder.to_path_buf(), folder.join("runs"), folder.join("locks")] {
            platform::private_folder(&folder)
                .map_err(|error| HistoryFailed::new("the state folder cannot be made:", &folder, error))?;
        }
        Ok(History { folder: folder.to_path_buf() })
    }

    /// Whether runs are kept here and the key that they rest on is gone: users without e-mail and number would not be
    /// known again.
    pub fn has_lost_its_key(&self) -> bool {
        let is_there = || self.key_file().exists();
        // Looked for again behind the runs: whoever begins at the same moment makes the key before its run.
        !is_there() && !self.folders().is_empty() && !is_there()
    }

    /// Where the key lies.
    pub fn key_file(&self) -> PathBuf {
        self.folder.join("key")
    }

    /// The secret key of this state folder, made on first use; one of this process alone where it was lost.
    pub fn key(&self) -> Result<Key, HistoryFailed> {
        let path = self.key_file();
        if self.has_lost_its_key() {
            return Key::of_chance()
                .map_err(|error| HistoryFailed::new("the state folder's key cannot be made:", &path, error));
        }
        Key::load(&path)
            .map_err(|error| HistoryFailed::new("the state folder's key cannot be used:", &path, error))
    }

    fn runs_folder(&self) -> PathBuf {
        self.folder.join("runs")
    }
}
