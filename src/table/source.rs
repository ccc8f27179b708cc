//! The bytes of a sheet: a file, or standard input in a private file of its own.
//!
//! The file is held open, so that a sheet which somebody replaces meanwhile stays what it was. One that
//! is written to meanwhile is noticed at the next read and not read on.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::Refusal;
use crate::platform::{TEMPORARY, is_in_use, read_at};

/// A file that can be read from its start as often as wished.
#[derive(Debug, Clone)]
pub struct Source {
    file: Arc<File>,
    stamp: Stamp,
}

/// What changes when a file is written to.
#[derive(Debug, Clone, PartialEq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Source {
    /// Opens the file at `path`, `-` for standard input.
    pub fn open(path: &Path) -> Result<Source, Refusal> {
        if path == Path::new("-") {
            return Source::spool(|spool| copied(&mut io::stdin().lock(), spool));
        }
        let metadata = fs::metadata(path).map_err(|error| cannot_open(&error))?;
        if metadata.is_dir() {
            return Err(Refusal("it is a folder; name the file in it".into()));
        }
        let mut file = File::open(path).map_err(|error| cannot_open(&error))?;
        match metadata.is_file() {
            true => Source::of(file).map_err(|error| cannot_open(&error)),
            // A pipe can be read only once.
            false => Source::spool(|spool| copied(&mut file, spool)),
        }
    }

    /// Writes a private temporary file that goes when the source is dropped.
    pub fn spool(write: impl FnOnce(&mut File) -> Result<(), Refusal>) -> Result<Source, Refusal> {
        let mut file = tempfile::tempfile().map_err(|error| cannot_spool(&error))?;
        write(&mut file)?;
        Source::of(file).map_err(|error| cannot_spool(&error))
    }

    fn of(file: File) -> io::Result<Source> {
        let stamp = Stamp::of(&file.metadata()?);
        Ok(Source { file: Arc::new(file), stamp })
    }

    pub fn length(&self) -> u64 {
        self.stamp.length
    }

    /// Reads from the start.
    pub fn reader(&self) -> SourceReader {
        self.reader_from(0)
    }

    /// Reads from this byte on.
    pub fn reader_from(&self, at: u64) -> SourceReader {
        SourceReader { source: self.clone(), at }
    }

    /// The first bytes, at most so many as a choice of form needs.
    pub fn head(&self) -> Result<Vec<u8>, Refusal> {
        let mut head = Vec::new();
        self.reader().take(64 << 10).read_to_end(&mut head).map_err(|error| cannot_read(&error))?;
        Ok(head)
    }

    /// SHA-256 of all bytes, in hex.
    pub fn sha256(&self) -> Result<String, Refusal> {
        let mut hash = Sha256::new();
        self.each_chunk(|chunk| hash.update(chunk))?;
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Shows all bytes, piece by piece.
    pub fn each_chunk(&self, mut see: impl FnMut(&[u8])) -> Result<(), Refusal> {
        let (mut reader, mut buffer) = (self.reader(), vec![0; 256 << 10]);
        loop {
            match reader.read(&mut buffer).map_err(|error| cannot_read(&error))? {
                0 => return Ok(()),
                length => see(&buffer[..length]),
            }
        }
    }

    fn check_unchanged(&self) -> io::Result<()> {
        match Stamp::of(&self.file.metadata()?) == self.stamp {
            true => Ok(()),
            false => Err(io::Error::other(
                "somebody changed it while it was read; let nobody write to it and start again",
            )),
        }
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        Stamp { length: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// One reading of a source, independent of others.
#[derive(Debug)]
pub struct SourceReader {
    source: Source,
    at: u64,
}

impl Read for SourceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = read_at(&self.source.file, buffer, self.at)?;
        self.source.check_unchanged()?;
        self.at += length as u64;
        Ok(length)
    }
}

impl Seek for SourceReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.source.length().checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn copied(input: &mut dyn Read, spool: &mut File) -> Result<(), Refusal> {
    io::copy(input, spool).map(drop).map_err(|error| cannot_spool(&error))
}

/// A file that was opened and does not give its bytes.
pub fn cannot_read(error: &io::Error) -> Refusal {
    Refusal(format!("it cannot be read: {error}"))
}

/// A temporary file that does not take its bytes.
pub fn cannot_spool(error: &io::Error) -> Refusal {
    let folder = std::env::temp_dir();
    Refusal(format!(
        "it cannot be copied into a temporary file in {}: {error}; make room there, or set {TEMPORARY} to another folder",
        folder.display()
    ))
}

fn cannot_open(error: &io::Error) -> Refusal {
    Refusal(match error.kind() {
        io::ErrorKind::NotFound => "there is no such file; check its name and folder".into(),
        io::ErrorKind::PermissionDenied => {
            "you have no permission to read it; ask its owner for it, or copy it to a folder of yours".into()
        }
        _ if is_in_use(error) => "another program has it open and lets nobody read it; close it there".into(),
        _ => format!("it cannot be opened: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("it can be written");
        file
    }

    #[test]
    fn a_source_is_read_as_often_as_wished() {
        let file = file("abc");
        let source = Source::open(file.path()).expect("it is there");
        let (mut first, mut second) = (source.reader(), source.reader());
        for reader in [&mut first, &mut second] {
            assert_eq!(io::read_to_string(reader).expect("it is text"), "abc");
        }
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(source.sha256().as_deref(), Ok(sha256));
    }

    #[test]
    fn a_change_is_noticed_and_a_replacement_is_not_followed() {
        let mut file = file("abc");
        let source = Source::open(file.path()).expect("it is there");
        // On Windows a file that is open may count as changed when its name goes.
        if cfg!(unix) {
            fs::remove_file(file.path()).expect("it can be removed");
            fs::write(file.path(), "other").expect("it can be written");
        }
        assert_eq!(io::read_to_string(source.reader()).expect("it is text"), "abc");
        file.write_all(b"d").expect("it can be written");
        let error = io::read_to_string(source.reader()).expect_err("it changed");
        assert!(error.to_string().starts_with("somebody changed it"), "{error}");
    }

    #[test]
    fn what_cannot_be_opened_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, words) in [("", "it is a folder"), ("none.csv", "there is no such file")] {
            let refusal = Source::open(&folder.path().join(path)).expect_err(path);
            assert!(refusal.0.starts_with(words), "{refusal}");
        }
    }
}
