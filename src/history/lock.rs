//! One run at a time on one account: a lock that the operating system frees when the process dies.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};

use super::{History, HistoryFailed};
use crate::platform;

/// Held as long as the run lives.
#[derive(Debug)]
pub struct AccountLock {
    file: File,
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
        let unusable =
            |error| LockFailed::Unusable(HistoryFailed::new("the account cannot be locked:", &path, error));
        let mut file = platform::private_file(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(AccountLock { file }),
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The holder's name is a courtesy; it may be read in the middle of its being written.
                let _ = file.read_to_string(&mut holder);
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
    pub fn name_holder(&mut self, run_id: &str, command: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        writeln!(self.file, "run {run_id}, {command}, process {}", std::process::id())
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
        let mut first = history.lock("exotel https://host acme").expect("nobody has it");
        first.name_holder("r1", "onboard staff.csv").expect("it can be written");
        let refused = history.lock("exotel https://host acme").expect_err("the first has it");
        assert!(refused.to_string().contains("run r1, onboard staff.csv"), "{refused}");
        history.lock("exotel https://host other").expect("another account is free");
        drop(first);
        history.lock("exotel https://host acme").expect("it is free again");
    }
}
