//! The tenant kept in a file: one JSON line for each change, written before the reply leaves.
//!
//! Lines are written plainly, without a sync: the file survives a killed process, not a dead
//! machine, and that is enough for a simulator. A torn last line is dropped; any other damage
//! is an error. SIP passwords are here as short fingerprints only, but the file has people's
//! names and addresses, so only its owner may read it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::platform::private;

/// An open state file, held by one simulator at a time.
#[derive(Debug)]
pub(super) struct Store {
    file: File,
    /// Bytes that are known to end in a whole line.
    whole: u64,
    _lock: File,
}

/// A store, and how many changes its file had.
pub(super) struct Opened {
    pub(super) store: Store,
    pub(super) changes: u64,
}

/// The form of the file; raised when a reader of the old one would go wrong.
const VERSION: u32 = 1;

/// A tenant that a file can keep, since it changes by values only.
pub(super) trait Kept {
    type Change: Serialize + DeserializeOwned;

    /// What the first line calls a file of such a tenant.
    const WORD: &'static str;

    fn apply(&mut self, change: Self::Change);

    /// About how many changes build the tenant anew.
    fn size(&self) -> usize;

    /// The changes that build the tenant anew.
    fn whole(&self) -> Vec<Self::Change>;

    /// Fills a new tenant with made-up users.
    fn populate(&mut self, users: usize);
}

/// Opens the file and replays it into the empty tenant; a new one is filled with made-up users.
pub(super) fn open<T: Kept>(path: &Path, fresh: bool, tenant: &mut T, users: usize) -> io::Result<Opened> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let lock = lock(&beside(path, "lock"))?;
    if fresh && path.exists() {
        fs::remove_file(path)?;
    }
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let lines = replay(path, &bytes[..whole], tenant)?;
    if lines == 0 {
        tenant.populate(users);
    }
    if lines == 0 || lines > 2 * tenant.size() as u64 + 1_000 {
        write_whole(path, tenant)?;
    } else if whole < bytes.len() {
        OpenOptions::new().write(true).open(path)?.set_len(whole as u64)?;
    }
    let file = OpenOptions::new().append(true).open(path)?;
    let whole = file.metadata()?.len();
    Ok(Opened { store: Store { file, whole, _lock: lock }, changes: lines })
}

impl Store {
    /// Adds one change; after a failure the file is as it was before.
    pub(super) fn append(&mut self, change: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(change)?;
        line.push(b'\n');
        let written = self.file.write_all(&line);
        match written {
            Ok(()) => self.whole += line.len() as u64,
            // Half a line would spoil the next one.
            Err(_) => self.file.set_len(self.whole)?,
        }
        written
    }
}

/// Applies the lines of a file to a tenant, and returns how many there were.
fn replay<T: Kept>(path: &Path, bytes: &[u8], tenant: &mut T) -> io::Result<u64> {
    let damaged = |number: u64, what: &str| {
        let text = format!("{}: line {number}: {what}; delete the file or begin afresh", path.display());
        io::Error::new(io::ErrorKind::InvalidData, text)
    };
    let mut number = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        number += 1;
        if number == 1 {
            let known = serde_json::from_slice::<Value>(line).is_ok_and(|line| line == head::<T>());
            if !known {
                return Err(damaged(number, "not the state of this provider and version of the simulator"));
            }
            continue;
        }
        let change = serde_json::from_slice(line)
            .map_err(|error| damaged(number, &format!("not a line of a simulator ({error})")))?;
        tenant.apply(change);
    }
    Ok(number)
}

/// The first line.
fn head<T: Kept>() -> Value {
    json!({ T::WORD: VERSION })
}

/// Writes the tenant as it is, beside the file, and puts it in the file's place.
fn write_whole<T: Kept>(path: &Path, tenant: &T) -> io::Result<()> {
    let new = beside(path, "new");
    let mut writer =
        BufWriter::new(private(OpenOptions::new().write(true).create(true).truncate(true)).open(&new)?);
    serde_json::to_writer(&mut writer, &head::<T>())?;
    writer.write_all(b"\n")?;
    for change in tenant.whole() {
        serde_json::to_writer(&mut writer, &change)?;
        writer.write_all(b"\n")?;
    }
    writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    fs::rename(new, path)
}

/// A lock that the system frees when the process dies.
fn lock(path: &Path) -> io::Result<File> {
    let file = private(OpenOptions::new().write(true).create(true).truncate(false)).open(path)?;
    // A process that was just killed may hold it for a moment.
    for _ in 0..40 {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(25)),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
    }
    let text = format!("{}: another simulator has this state file open", path.display());
    Err(io::Error::new(io::ErrorKind::WouldBlock, text))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::super::tenant::{Change, Tenant};
    use super::*;

    fn load(path: &Path) -> io::Result<(Tenant, Opened)> {
        let mut tenant = Tenant::new(1);
        let opened = open(path, false, &mut tenant, 3)?;
        Ok((tenant, opened))
    }

    fn names(tenant: &Tenant) -> Vec<String> {
        tenant.users().map(|user| user.first_name.clone()).collect()
    }

    #[test]
    fn changes_are_there_after_a_restart_and_serials_are_not_used_twice() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/tenant.jsonl");
        let (mut tenant, mut opened) = load(&path).expect("opens");
        let last = tenant.users().last().expect("three users").clone();
        let change = Change::Delete(last.id.clone());
        opened.store.append(&change).expect("writes");
        tenant.apply(change);
        let next = tenant.next_identity();
        drop(opened);
        let (again, _) = load(&path).expect("opens again");
        assert_eq!(names(&again), names(&tenant));
        assert_eq!(again.next_identity(), next);
        assert_eq!(again.next_device(), tenant.next_device());
    }

    #[test]
    fn a_torn_tail_is_dropped_at_every_length_and_other_damage_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tenant.jsonl");
        drop(load(&path).expect("opens"));
        let whole = fs::read(&path).expect("is there");
        let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("lines") + 1;
        for end in last..whole.len() {
            fs::write(&path, &whole[..end]).expect("writes");
            let (tenant, mut opened) = load(&path).expect("the tail is dropped");
            assert_eq!(tenant.count(), 3);
            opened.store.append(&Change::Delete("nobody".into())).expect("writes");
            drop(opened);
            assert_eq!(load(&path).expect("whole again").0.count(), 3);
        }
        let mut damaged = whole.clone();
        damaged[last - 2] = b'x';
        fs::write(&path, damaged).expect("writes");
        assert!(load(&path).is_err_and(|error| error.to_string().contains("line 4")));
    }

    #[test]
    fn a_long_file_is_compacted_and_counts_survive() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tenant.jsonl");
        let (tenant, mut opened) = load(&path).expect("opens");
        let user = tenant.users().next().expect("three users").clone();
        for _ in 0..1_200 {
            opened.store.append(&Change::Create(Box::new(user.clone()))).expect("writes");
        }
        drop(opened);
        let long = fs::metadata(&path).expect("is there").len();
        let (first, opened) = load(&path).expect("opens");
        assert!(fs::metadata(&path).expect("is there").len() < long / 10);
        drop(opened);
        let (second, _) = load(&path).expect("opens");
        assert_eq!(first.creates(), second.creates());
        assert_eq!(second.creates().values().next(), Some(&1_200));
    }

    #[test]
    fn one_simulator_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tenant.jsonl");
        let held = load(&path).expect("opens");
        assert!(load(&path).is_err_and(|error| error.to_string().contains("another simulator")));
        drop(held);
        assert!(load(&path).is_ok());
    }
}
