//! What was learned of an account's limits, kept from run to run in `STATE/limits/`.
//!
//! A courtesy: a file that is missing, damaged or cannot be written only means that limits are learned anew.

use std::path::PathBuf;

use super::History;
use super::lock::file_name;
use crate::pace::Learned;
use crate::platform;

impl History {
    /// What the last run on the account learned.
    pub fn learned(&self, account: &str) -> Learned {
        let text = std::fs::read(self.limits_file(account)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Keeps what a run learned; nothing learned leaves the file as it is.
    pub fn keep_learned(&self, account: &str, learned: &Learned) {
        if *learned == Learned::default() {
            return;
        }
        let path = self.limits_file(account);
        let write = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                platform::private_folder(folder)?;
            }
            let new = path.with_extension("new");
            std::fs::write(&new, serde_json::to_vec(learned)?)?;
            std::fs::rename(&new, &path)
        };
        let _ = write();
    }

    fn limits_file(&self, account: &str) -> PathBuf {
        self.folder.join("limits").join(format!("{}.json", file_name(account)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::{Kind, LearnedLimit};

    #[test]
    fn a_limit_is_remembered_for_its_account_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let history = History::open(folder.path()).expect("it can be made");
        let writes = LearnedLimit { kind: Kind::Window, calls: 50.0, rate: 0.8, when: 7 };
        let learned = Learned { writes: Some(writes), ..Learned::default() };
        history.keep_learned("acme", &learned);
        assert_eq!(history.learned("acme"), learned);
        assert_eq!(history.learned("other"), Learned::default());
        std::fs::write(history.limits_file("acme"), "{").expect("it is there");
        assert_eq!(history.learned("acme"), Learned::default());
    }
}
