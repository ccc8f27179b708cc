//! Rows of a sweep on their way to the target: a private file, gone with the program; on Unix it has no name.
//!
//! They wait as the writer made them ready, and are written when they are known to be wanted. The file never holds
//! more than the chosen columns, and only its owner can read it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::ids::Key;
use super::layout::Shape;
use super::writer::RosterWriter;
use crate::roster::User;

/// Bytes before the rows of each user: the key, the number of rows, and their length.
const HEAD: usize = 24;
const BUFFER: usize = 1 << 16;

/// Users and their rows, in the order in which they were added.
pub struct Spool {
    file: BufWriter<File>,
    /// The rows of one user; kept to be used again.
    ready: Vec<u8>,
    users: u64,
}

impl Spool {
    pub fn create(folder: &Path) -> io::Result<Spool> {
        let file = BufWriter::with_capacity(BUFFER, tempfile::tempfile_in(folder)?);
        Ok(Spool { file, ready: Vec::new(), users: 0 })
    }

    pub fn users(&self) -> u64 {
        self.users
    }

    /// Adds the rows of a user, as `writer` makes them ready.
    pub fn add(
        &mut self,
        key: Key,
        user: &User,
        shape: &Shape,
        writer: &mut dyn RosterWriter,
    ) -> io::Result<()> {
        let mut cells = Vec::with_capacity(shape.width());
        shape.cells(user, |cell| cells.push(cell));
        let mut ready = std::mem::take(&mut self.ready);
        ready.clear();
        let rows = cells.chunks(shape.width()).map(|row| writer.make_ready(row, &mut ready)).count();
        let added = self.add_rows(key, rows as u32, &ready);
        self.ready = ready;
        added
    }

    /// Copies those users of another spool whose key passes.
    pub fn add_from(&mut self, other: Spool, mut keep: impl FnMut(Key) -> bool) -> io::Result<()> {
        let mut users = other.read()?;
        while let Some((key, rows)) = users.next()? {
            if keep(key) {
                self.add_rows(key, rows, users.ready())?;
            }
        }
        Ok(())
    }

    /// Reads from the first user on.
    pub fn read(self) -> io::Result<SpooledUsers> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(SpooledUsers { file: BufReader::with_capacity(BUFFER, file), left: self.users, ready: self.ready })
    }

    fn add_rows(&mut self, key: Key, rows: u32, ready: &[u8]) -> io::Result<()> {
        let mut head = [0; HEAD];
        head[..16].copy_from_slice(&key.to_bytes());
        head[16..20].copy_from_slice(&rows.to_le_bytes());
        // A page of a roster is far below 4 GiB.
        head[20..].copy_from_slice(&(ready.len() as u32).to_le_bytes());
        self.file.write_all(&head)?;
        self.file.write_all(ready)?;
        self.users += 1;
        Ok(())
    }
}

/// The users of a spool, one at a time.
pub struct SpooledUsers {
    file: BufReader<File>,
    left: u64,
    ready: Vec<u8>,
}

impl SpooledUsers {
    /// Goes to the next user and says how many rows it has; `None` after the last one.
    pub fn next(&mut self) -> io::Result<Option<(Key, u32)>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let (mut key, mut rows, mut length) = ([0; 16], [0; 4], [0; 4]);
        self.file.read_exact(&mut key)?;
        self.file.read_exact(&mut rows)?;
        self.file.read_exact(&mut length)?;
        self.ready.resize(u32::from_le_bytes(length) as usize, 0);
        self.file.read_exact(&mut self.ready)?;
        Ok(Some((Key::from_bytes(key), u32::from_le_bytes(rows))))
    }

    /// The rows of the current user.
    pub fn ready(&self) -> &[u8] {
        &self.ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::layout::Layout;
    use crate::export::writer::JsonLinesRoster;
    use crate::roster::Device;

    #[test]
    fn what_goes_in_comes_out_in_order() {
        let shape = Shape::new(Layout::Device, Some("user_id,device_id")).unwrap();
        let mut writer = JsonLinesRoster::new(Vec::new());
        writer.header(&shape.names()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut first = Spool::create(folder.path()).unwrap();
        let device = |id: &str| Device { id: id.into(), ..Device::default() };
        for (id, devices) in [("a", vec![]), ("b", vec![device("1")]), ("c", vec![device("2"), device("3")])]
        {
            let user = User { id: id.into(), devices: Some(devices), ..User::default() };
            first.add(Key::of(id), &user, &shape, &mut writer).unwrap();
        }
        let seen = std::fs::read_dir(folder.path()).unwrap().count();
        assert!(seen == 0 || cfg!(windows), "the file has no name");
        let mut spool = Spool::create(folder.path()).unwrap();
        spool.add_from(first, |key| key != Key::of("b")).unwrap();
        assert_eq!(spool.users(), 2);
        let mut users = spool.read().unwrap();
        for (id, rows, ready) in [
            ("a", 1, "{\"user_id\":\"a\",\"device_id\":null}\n"),
            ("c", 2, "{\"user_id\":\"c\",\"device_id\":\"2\"}\n{\"user_id\":\"c\",\"device_id\":\"3\"}\n"),
        ] {
            assert_eq!(users.next().unwrap(), Some((Key::of(id), rows)));
            assert_eq!(users.ready(), ready.as_bytes());
        }
        assert_eq!(users.next().unwrap(), None);
    }
}
