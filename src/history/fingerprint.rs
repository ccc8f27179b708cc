//! Keyed hashes: of the rows of a run's input, to name the first one that changed, and of wished users
//! without e-mail and number, to know them again. Without the key they tell nothing of a person.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tempfile::NamedTempFile;

use crate::platform;
use crate::roster::NewUser;

/// The secret of a state folder.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

/// A hash of one row's cells.
pub type Fingerprint = [u8; 8];

impl Key {
    /// Reads the key, or makes one; of several processes that make one at once, the first makes it for all.
    pub(super) fn load(path: &Path) -> io::Result<Key> {
        match Key::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read,
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        // It appears whole or not at all, and before any run that rests on it.
        let mut file = NamedTempFile::with_prefix_in(".key-", folder)?;
        file.write_all(&drawn()?)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Err(failed) if failed.error.kind() != io::ErrorKind::AlreadyExists => return Err(failed.error),
            _ => platform::sync_folder(folder)?,
        }
        Key::read(path)
    }

    /// A key that nobody keeps.
    pub(super) fn of_chance() -> io::Result<Key> {
        Ok(Key::fixed(drawn()?))
    }

    fn read(path: &Path) -> io::Result<Key> {
        let mut key = [0; 32];
        File::open(path)?.read_exact(&mut key)?;
        Ok(Key::fixed(key))
    }

    /// A known key; for tests and dry runs, where nothing outlives the process.
    pub fn fixed(key: [u8; 32]) -> Key {
        Key(Hmac::new_from_slice(&key).expect("any length of key is right"))
    }

    fn hash<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// The hash of a row's cells.
    pub fn row(&self, cells: &csv::StringRecord) -> Fingerprint {
        let hash = self.hash(cells.iter());
        hash[..8].try_into().expect("a hash is longer than that")
    }

    /// The hash of a wished user, in hex.
    pub fn wished(&self, account: &str, user: &NewUser) -> String {
        let role = user.role.as_deref().unwrap_or_default();
        let device_name = user.device_name.as_deref().unwrap_or_default();
        let hash = self.hash([account, &user.first_name, &user.last_name, role, device_name]);
        hash[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The position of the first row that differs from those whose fingerprints lie at `path`, from 0.
///
/// A row too many or too few differs as well; `None` when all are the same.
pub fn first_difference<E: From<io::Error>>(
    path: &Path,
    mut next: impl FnMut() -> Result<Option<Fingerprint>, E>,
) -> Result<Option<u64>, E> {
    let mut before = BufReader::new(File::open(path)?);
    let mut place = 0;
    loop {
        let mut kept = Fingerprint::default();
        let kept = match before.read_exact(&mut kept) {
            Ok(()) => Some(kept),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(error.into()),
        };
        match (kept, next()?) {
            (None, None) => return Ok(None),
            (kept, now) if kept == now => place += 1,
            _ => return Ok(Some(place)),
        }
    }
}

fn drawn() -> io::Result<[u8; 32]> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_that_differs_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows");
        let print = |n: u8| [n; 8];
        std::fs::write(&path, [print(1), print(2), print(3)].concat()).expect("it can be written");
        let difference = |rows: &[u8]| {
            let mut rows = rows.iter();
            first_difference::<io::Error>(&path, || Ok(rows.next().map(|n| print(*n))))
                .expect("it can be read")
        };
        assert_eq!(difference(&[1, 2, 3]), None);
        assert_eq!(difference(&[1, 9, 3]), Some(1));
        assert_eq!(difference(&[1, 2]), Some(2));
        assert_eq!(difference(&[1, 2, 3, 4]), Some(3));
    }

    #[test]
    fn a_key_is_made_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        let row = csv::StringRecord::from(vec!["ab"]);
        let load = || Key::load(&path).expect("it can be made").row(&row);
        let all: Vec<Fingerprint> = std::thread::scope(|scope| {
            let makers: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
            makers.into_iter().map(|maker| maker.join().expect("it does not panic")).collect()
        });
        assert!(all.iter().all(|print| *print == load()));
        std::fs::write(&path, b"short").expect("it can be written");
        assert!(Key::load(&path).is_err(), "a damaged key is never replaced");
        assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 1);
    }

    #[test]
    fn cells_do_not_run_into_each_other() {
        let key = Key::fixed([7; 32]);
        let row = |cells: &[&str]| key.row(&csv::StringRecord::from(cells.to_vec()));
        assert_eq!(row(&["ab", "c"]), row(&["ab", "c"]));
        assert_ne!(row(&["ab", "c"]), row(&["a", "bc"]));
        assert_ne!(row(&["ab"]), Key::fixed([8; 32]).row(&csv::StringRecord::from(vec!["ab"])));
    }
}
