//! One run at a time on one account: a lock that the operating system frees when the process dies.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::PathBuf;

use super::{History, HistoryFailed};
use crate::platform;

/// Held as long as the run lives.
#[derive(Debug)]
pub struct AccountLock {
    _file: File,
    /// Says who holds it. A file of its own, since Windows lets nobody read what is locked.
    holder: PathBuf,
}

/// Why the account is not ours now.
#[derive(Debug, thiserror::Error)]
pub enum LockFailed {
    #[error(
        "another run works on this account ({holder}); wait until it has ended, then run the same command again"
    )]
    Held { holder: String },
    #[error(transparent)]
    Unusable(#[from] HistoryFailed),
}

impl History {
    /// Takes the account for one run. `account` names it: provider, host and account id.
    pub fn lock(&self, account: &str) -> Result<AccountLock, LockFailed> {
        let path = self.folder.join("locks").join(format!("{}.lock", file_name(account)));
        let holder = path.with_extension("holder");
        let unusable =
            |error| LockFailed::Unusable(HistoryFailed::new("the account cannot be locked:", &path, error));
        let file = platform::private_file(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => {
                // Whoever held it last is not there any more.
                let _ = std::fs::remove_file(&holder);
                Ok(AccountLock { _file: file, holder })
            }
            Err(TryLockError::WouldBlock) => {
                // The holder's name is a courtesy; it may be read in the middle of its being written.
                let holder = std::fs::read_to_string(&holder).unwrap_or_default();
                let holder = holder.trim();
                let holder = if holder.is_empty() { "it has just begun" } else { holder };
                Err(LockFailed::Held { holder: holder.to_string() })
            }
            Err(TryLockError::Error(error)) => Err(unusable(error)),
        }
    }
}

impl AccountLock {
    /// Says who holds the lock, for the one that is refused.
    pub fn name_holder(&self, run_id: &str, command: &str) -> io::Result<()> {
        let mut file = platform::private_file(&self.holder)?;
        file.set_len(0)?;
        writeln!(file, "run {run_id}, {command}, process {}", std::process::id())
    }
}

/// A file name that is safe everywhere and differs wherever the account differs.
pub(super) fn file_name(account: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' };
    let readable: String = account.chars().map(safe).take(60).collect();
    format!("{readable}-{:08x}", crc32c::crc32c(account.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_refused_and_told_who_the_first_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let history = History::open(folder.path()).expect("it can be made");
        let first = history.lock("exotel https://host acme").expect("nobody has it");
        first.name_holder("r1", "onboard staff.csv").expect("it can be written");
        let refused = history.lock("exotel https://host acme").expect_err("the first has it");
        assert!(refused.to_string().contains("run r1, onboard staff.csv"), "{refused}");
        history.lock("exotel https://host other").expect("another account is free");
        drop(first);
        history.lock("exotel https://host acme").expect("it is free again");
    }
}
