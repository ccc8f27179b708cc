//! A file that appears whole or not at all: written beside its place, synced, renamed.
//!
//! What is no ordinary file (a pipe, `/dev/stdout`) cannot be renamed over and is written straight.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::platform::{
    check_replaceable, is_abandoned, is_in_use, mark_in_use, open_to_readers, replace, sync_folder,
};

const BUFFER: usize = 256 << 10;
/// How the names of unfinished files begin.
const BESIDE: &str = ".callroster-";

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// Whoever the user's settings (umask) let read new files.
    Open,
    /// The user alone (0600), for files with passwords.
    Private,
}

/// A file that appears whole or not at all.
///
/// Dropped without [`WholeFile::commit`] it leaves nothing, and an earlier file as it was.
pub struct WholeFile {
    path: PathBuf,
    place: Place,
}

enum Place {
    Beside { file: BufWriter<NamedTempFile>, target: PathBuf, privacy: Privacy },
    Straight(BufWriter<File>),
}

impl WholeFile {
    /// Begins a file that will have this path. Until then only the user can read it.
    pub fn create(path: &Path, privacy: Privacy) -> io::Result<WholeFile> {
        let created = Place::create(path, privacy);
        Ok(WholeFile { path: path.into(), place: created.map_err(|error| cannot_write(path, &error))? })
    }

    /// The path that it will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the file in its place, for good.
    pub fn commit(self) -> io::Result<()> {
        self.place.commit().map_err(|error| cannot_write(&self.path, &error))
    }

    fn writer(&mut self) -> &mut dyn Write {
        match &mut self.place {
            Place::Beside { file, .. } => file,
            Place::Straight(file) => file,
        }
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer().write(bytes);
        written.map_err(|error| cannot_write(&self.path, &error))
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.writer().flush();
        flushed.map_err(|error| cannot_write(&self.path, &error))
    }
}

/// Tells before anything is done whether a file can be written here; leaves nothing behind.
pub fn check_writable(path: &Path) -> io::Result<()> {
    let created = Place::create(path, Privacy::Private);
    let checked = created.and_then(|place| place.check());
    checked.map_err(|error| cannot_write(path, &error))
}

/// Takes away what writers that were killed left in a folder where nobody else writes.
pub fn sweep(folder: &Path) -> io::Result<()> {
    left_behind(folder, BESIDE)?.into_iter().try_for_each(fs::remove_file)
}

/// Files in a folder whose names begin as those of unfinished files do.
fn left_behind(folder: &Path, prefix: &str) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.flatten();
    let left = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    Ok(left.map(|entry| entry.path()).collect())
}

impl Place {
    fn create(path: &Path, privacy: Privacy) -> io::Result<Place> {
        let target = behind_links(path)?;
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(metadata) if !metadata.is_file() => {
                let file = File::options().write(true).open(&target)?;
                Ok(Place::Straight(BufWriter::with_capacity(BUFFER, file)))
            }
            _ => {
                let prefix = beside(&target);
                clear_away(folder_of(&target), &prefix);
                let file = NamedTempFile::with_prefix_in(&prefix, folder_of(&target))?;
                mark_in_use(file.as_file());
                Ok(Place::Beside { file: BufWriter::with_capacity(BUFFER, file), target, privacy })
            }
        }
    }

    /// Whether it could be put in its place now.
    fn check(&self) -> io::Result<()> {
        match self {
            Place::Beside { target, .. } => check_replaceable(target),
            Place::Straight(_) => Ok(()),
        }
    }

    fn commit(self) -> io::Result<()> {
        let (file, target, privacy) = match self {
            Place::Straight(mut file) => return file.flush(),
            Place::Beside { file, target, privacy } => (file, target, privacy),
        };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        if privacy == Privacy::Open {
            open_to_readers(file.as_file(), folder_of(&target))?;
        }
        file.as_file().sync_all()?;
        replace(file, &target)?;
        sync_folder(folder_of(&target))
    }
}

/// How the names of unfinished files of this target begin.
fn beside(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // A name has 255 bytes at most, on most file systems.
    let name: String = name.chars().take(50).collect();
    format!("{BESIDE}{name}-")
}

/// Takes away what writers of the same file left that were killed: it may hold passwords.
fn clear_away(folder: &Path, prefix: &str) {
    let left = left_behind(folder, prefix).unwrap_or_default();
    for path in left.iter().filter(|path| is_abandoned(path)) {
        // What cannot be taken away hinders nobody.
        let _ = fs::remove_file(path);
    }
}

/// The file that a chain of symbolic links leads to; it need not be there yet.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_path_buf();
    for _ in 0..40 {
        match fs::read_link(&target) {
            Ok(next) => target = folder_of(&target).join(next),
            // Links of /proc lead to what has no path.
            Err(_) if target.exists() || !target.starts_with("/proc") => return Ok(target),
            Err(_) => return Ok(path.to_path_buf()),
        }
    }
    Err(io::Error::other("its symbolic links lead in a circle"))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> io::Error {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "its folder is not there; create it or name another".into(),
        io::ErrorKind::NotADirectory => "a part of its path is no folder; name another".into(),
        io::ErrorKind::IsADirectory => "a folder has this name; name a file".into(),
        // Who may write in the folder is kept out by whoever has the file open.
        _ if is_in_use(error) => "another program has it open; close it there, or name another".into(),
        io::ErrorKind::PermissionDenied if path.is_file() => {
            "it may be open in a spreadsheet, or its folder may not be written to; close it, or name another"
                .into()
        }
        io::ErrorKind::PermissionDenied => "no permission to write in its folder; name another".into(),
        io::ErrorKind::ReadOnlyFilesystem => "its disk can only be read; name another".into(),
        io::ErrorKind::StorageFull => "the disk is full; make room".into(),
        _ => error.to_string(),
    };
    io::Error::new(error.kind(), format!("{} cannot be written: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, privacy: Privacy, text: &str) {
        let mut file = WholeFile::create(path, privacy).expect("it can be created");
        file.write_all(text.as_bytes()).expect("it can be written");
        file.commit().expect("it can be put in its place");
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        entries.map(|entry| entry.expect("a name").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.csv");
        let mut file = WholeFile::create(&path, Privacy::Open).expect("it can be created");
        file.write_all(b"half").expect("it can be written");
        file.flush().expect("it can be flushed");
        assert!(!path.exists());
        drop(file);
        assert!(names(folder.path()).is_empty());
        write(&path, Privacy::Open, "old");
        drop(WholeFile::create(&path, Privacy::Open).expect("it can be created"));
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "old");
        write(&path, Privacy::Open, "new");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
        assert_eq!(names(folder.path()), ["out.csv"]);
    }

    #[test]
    fn what_a_killed_writer_left_is_taken_away_and_what_another_writes_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.csv");
        for left in [".callroster-out.csv-abcdef", ".callroster-other.csv-abcdef"] {
            fs::write(folder.path().join(left), "Secret-1").expect("it can be written");
        }
        let other = WholeFile::create(&path, Privacy::Private).expect("it can be created");
        write(&path, Privacy::Open, "new");
        assert_eq!(names(folder.path()).len(), 3, "{:?}", names(folder.path()));
        other.commit().expect("it is still there");
        let mut left = names(folder.path());
        left.sort();
        assert_eq!(left, [".callroster-other.csv-abcdef", "out.csv"]);
    }

    #[test]
    fn what_cannot_be_written_is_told_early_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("file"), "").expect("it can be written");
        fs::create_dir(folder.path().join("sub")).expect("it can be created");
        for (name, words) in [
            ("none/out.csv", "its folder is not there"),
            ("sub", "a folder has this name"),
            // Windows tells the two apart no better.
            (
                "file/out.csv",
                if cfg!(windows) { "its folder is not there" } else { "a part of its path is no folder" },
            ),
        ] {
            let path = folder.path().join(name);
            let error = check_writable(&path).expect_err(name).to_string();
            assert!(error.contains(words) && error.contains(name), "{error}");
            assert!(WholeFile::create(&path, Privacy::Open).is_err());
        }
        check_writable(&folder.path().join("out.csv")).expect("it can be written");
        assert_eq!(names(folder.path()).len(), 2);
    }

    #[cfg(windows)]
    #[test]
    fn a_file_that_a_spreadsheet_has_open_is_told_early_and_again_at_the_end() {
        use std::os::windows::fs::OpenOptionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.csv");
        fs::write(&path, "old").expect("it can be written");
        const SHARE_READ: u32 = 1;
        let spreadsheet = File::options().read(true).share_mode(SHARE_READ).open(&path).expect("it is there");
        let error = check_writable(&path).expect_err("it is open").to_string();
        assert!(error.contains("another program has it open; close it there"), "{error}");
        let file = WholeFile::create(&path, Privacy::Open).expect("it can be created");
        let error = file.commit().expect_err("it is open").to_string();
        assert!(error.contains("open"), "{error}");
        drop(spreadsheet);
        write(&path, Privacy::Open, "new");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
        assert_eq!(names(folder.path()), ["out.csv"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_private_from_its_first_byte() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        let path = folder.path().join("out.csv");
        fs::write(&path, "").expect("it can be written");
        let usual = mode(&path);
        for (privacy, wanted) in
            [(Privacy::Private, 0o600), (Privacy::Open, usual), (Privacy::Private, 0o600)]
        {
            let file = WholeFile::create(&path, privacy).expect("it can be created");
            let Place::Beside { file: beside, .. } = &file.place else { panic!("it is written beside") };
            assert_eq!(mode(beside.get_ref().path()), 0o600);
            file.commit().expect("it can be put in its place");
            assert_eq!(mode(&path), wanted);
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let (link, second) = (folder.path().join("link.csv"), folder.path().join("second.csv"));
        fs::create_dir(folder.path().join("sub")).expect("it can be created");
        std::os::unix::fs::symlink("second.csv", &link).expect("it can be linked");
        std::os::unix::fs::symlink("sub/real.csv", &second).expect("it can be linked");
        for text in ["once", "again"] {
            write(&link, Privacy::Open, text);
            assert!(link.is_symlink() && second.is_symlink());
            assert_eq!(fs::read_to_string(folder.path().join("sub/real.csv")).expect("it is there"), text);
        }
        write(Path::new("/dev/null"), Privacy::Open, "gone");
        assert!(!fs::metadata("/dev/null").expect("it is there").is_file());
    }
}
