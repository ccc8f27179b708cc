//! Rows of a sweep on their way to the target: a private file without a name, gone with the program.
//!
//! It holds cells, not a format: a row is only made text when it is known to be wanted. It never holds
//! more than the chosen columns, and only its owner can read it.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::ids::Key;
use super::layout::{Cell, Shape};
use crate::roster::User;

const BLANK: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const TEXT: u8 = 3;
/// Bytes of a key and of a length before each user's cells.
const HEAD: usize = 20;
const BUFFER: usize = 1 << 16;

/// Users and their rows, in the order in which they were added.
pub struct Spool {
    file: BufWriter<File>,
    /// The cells of one user; kept to be used again.
    cells: Vec<u8>,
    users: u64,
}

impl Spool {
    pub fn create(folder: &Path) -> io::Result<Spool> {
        let file = BufWriter::with_capacity(BUFFER, tempfile::tempfile_in(folder)?);
        Ok(Spool { file, cells: Vec::new(), users: 0 })
    }

    pub fn users(&self) -> u64 {
        self.users
    }

    pub fn add(&mut self, key: Key, user: &User, shape: &Shape) -> io::Result<()> {
        let mut cells = std::mem::take(&mut self.cells);
        cells.clear();
        shape.cells(user, |cell| encode(&cell, &mut cells));
        let added = self.add_cells(key, &cells);
        self.cells = cells;
        added
    }

    /// Copies those users of another spool whose key passes.
    pub fn add_from(&mut self, other: Spool, mut keep: impl FnMut(Key) -> bool) -> io::Result<()> {
        let mut users = other.read()?;
        while let Some(key) = users.next()? {
            if keep(key) {
                self.add_cells(key, &users.cells)?;
            }
        }
        Ok(())
    }

    /// Reads from the first user on.
    pub fn read(self) -> io::Result<SpooledUsers> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(SpooledUsers { file: BufReader::with_capacity(BUFFER, file), left: self.users, cells: self.cells })
    }

    fn add_cells(&mut self, key: Key, cells: &[u8]) -> io::Result<()> {
        self.file.write_all(&key.to_bytes())?;
        self.file.write_all(&length(cells))?;
        self.file.write_all(cells)?;
        self.users += 1;
        Ok(())
    }
}

/// The users of a spool, one at a time.
pub struct SpooledUsers {
    file: BufReader<File>,
    left: u64,
    cells: Vec<u8>,
}

impl SpooledUsers {
    /// Goes to the next user; `None` after the last one.
    pub fn next(&mut self) -> io::Result<Option<Key>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        let mut head = [0; HEAD];
        self.file.read_exact(&mut head)?;
        let (key, length) = head.split_at(16);
        self.cells.resize(number(length), 0);
        self.file.read_exact(&mut self.cells)?;
        let key = key.try_into().map_err(|_| damaged())?;
        Ok(Some(Key::from_bytes(key)))
    }

    /// The cells of the current user, row after row.
    pub fn cells(&self) -> io::Result<Vec<Cell<'_>>> {
        let mut cells = Vec::new();
        let mut bytes = self.cells.as_slice();
        while let Some((tag, rest)) = bytes.split_first() {
            let (cell, rest) = match *tag {
                BLANK => (Cell::Blank, rest),
                FALSE => (Cell::Bool(false), rest),
                TRUE => (Cell::Bool(true), rest),
                _ => text(rest)?,
            };
            cells.push(cell);
            bytes = rest;
        }
        Ok(cells)
    }
}

fn encode(cell: &Cell<'_>, bytes: &mut Vec<u8>) {
    match cell {
        Cell::Blank => bytes.push(BLANK),
        Cell::Bool(value) => bytes.push(if *value { TRUE } else { FALSE }),
        Cell::Text(text) => {
            bytes.push(TEXT);
            bytes.extend(length(text.as_bytes()));
            bytes.extend(text.as_bytes());
        }
    }
}

fn text(bytes: &[u8]) -> io::Result<(Cell<'_>, &[u8])> {
    let (head, rest) = bytes.split_at_checked(4).ok_or_else(damaged)?;
    let (text, rest) = rest.split_at_checked(number(head)).ok_or_else(damaged)?;
    let text = std::str::from_utf8(text).map_err(|_| damaged())?;
    Ok((Cell::Text(Cow::Borrowed(text)), rest))
}

/// A length as it stands in the file; a page of a roster is far below 4 GiB.
fn length(bytes: &[u8]) -> [u8; 4] {
    (bytes.len() as u32).to_le_bytes()
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the temporary file was changed from outside")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::layout::Layout;

    fn user(id: &str, email_verified: Option<bool>) -> User {
        User { id: id.into(), first_name: "Zoë, \"Z\"\n".into(), email_verified, ..User::default() }
    }

    #[test]
    fn what_goes_in_comes_out_in_order() {
        let shape = Shape::new(Layout::User, Some("user_id,first_name,last_name,email_verified")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut first = Spool::create(folder.path()).unwrap();
        for (id, verified) in [("a", None), ("b", Some(true)), ("c", Some(false))] {
            first.add(Key::of(id), &user(id, verified), &shape).unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
        let mut spool = Spool::create(folder.path()).unwrap();
        spool.add_from(first, |key| key != Key::of("b")).unwrap();
        assert_eq!(spool.users(), 2);
        let mut users = spool.read().unwrap();
        for (id, verified) in [("a", Cell::Blank), ("c", Cell::Bool(false))] {
            assert_eq!(users.next().unwrap(), Some(Key::of(id)));
            let text = |text| Cell::Text(Cow::Borrowed(text));
            assert_eq!(users.cells().unwrap(), [text(id), text("Zoë, \"Z\"\n"), Cell::Blank, verified]);
        }
        assert_eq!(users.next().unwrap(), None);
    }

    #[test]
    fn damage_is_an_error_and_no_panic() {
        for bytes in [&[TEXT][..], &[TEXT, 9, 0, 0, 0, b'x'], &[TEXT, 1, 0, 0, 0, 0xff]] {
            let file = BufReader::new(tempfile::tempfile().unwrap());
            let users = SpooledUsers { file, left: 0, cells: bytes.to_vec() };
            assert!(users.cells().is_err(), "{bytes:?}");
        }
    }
}
