//! What differs between operating systems: permissions and sharing of files and folders, the shell, and signals.
//!
//! The only place with code for one system alone.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tempfile::NamedTempFile;
#[cfg(windows)]
use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, CtrlShutdown};

/// The variable that names the folder for temporary files.
pub const TEMPORARY: &str = if cfg!(windows) { "TMP" } else { "TMPDIR" };

/// How a shell sets a variable for the programs that it starts.
pub const SET: &str = if cfg!(windows) { "set" } else { "export" };

/// Makes a folder, and those above it, that only its owner may enter.
pub fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a new file that only its owner may read; it must not be there yet.
pub fn new_private_file(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create_new(true)).open(path)
}

/// Opens a file that only its owner may read, made where it is missing.
pub fn private_file(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().read(true).write(true).create(true).truncate(false)).open(path)
}

/// Opens a private file to add to its end, made where it is missing.
pub fn private_log(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().append(true).create(true)).open(path)
}

/// A file that is made with these options is for its owner alone.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// A word as the user's shell takes it for one.
pub fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:=@%+,".contains(letter);
    if !word.is_empty() && word.chars().all(|letter| plain(letter) || (cfg!(windows) && letter == '\\')) {
        return word.to_owned();
    }
    if cfg!(windows) {
        // A quote cannot stand in a path there.
        return format!("\"{}\"", word.replace('"', "\"\""));
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The user's shell with a command line to run.
pub fn shell(line: &str) -> Command {
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        let mut shell = Command::new("cmd");
        // It takes away the outer quotes and all that is inside as typed; quotes that were escaped it would not know.
        shell.args(["/D", "/S", "/C"]).raw_arg(format!("\"{line}\""));
        shell
    }
    #[cfg(not(windows))]
    {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(line);
        shell
    }
}

/// Whether somebody else than the owner may read the file; always `false` where files have no modes.
pub fn others_can_read(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        std::fs::metadata(path).map(|_| false)
    }
}

/// Makes the names in a folder durable, where folders can be synced; some network file systems cannot.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    match File::open(path)?.sync_all() {
        Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            return Err(error);
        }
        _ => {}
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Gives a file the mode that a new file in this folder would have, where files have modes.
pub fn open_to_readers(file: &File, folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask can be asked only by changing it for all threads, so a file is made to see it.
        let open = std::fs::Permissions::from_mode(0o666);
        let probe = tempfile::Builder::new().permissions(open).tempfile_in(folder)?;
        file.set_permissions(probe.as_file().metadata()?.permissions())?;
    }
    #[cfg(not(unix))]
    let _ = (file, folder);
    Ok(())
}

/// Marks a file that is being written as in use, until it is closed or the process ends; see [`is_abandoned`].
pub fn mark_in_use(file: &File) {
    #[cfg(unix)]
    // Where a file system has no locks, what is left behind stays.
    let _ = file.try_lock();
    // Open files are told from others anyway.
    #[cfg(not(unix))]
    let _ = file;
}

/// Whether a file that was marked as in use has lost its writer.
pub fn is_abandoned(path: &Path) -> bool {
    #[cfg(unix)]
    {
        File::open(path).is_ok_and(|file| file.try_lock().is_ok())
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        const NOBODY_ELSE: u32 = 0;
        OpenOptions::new().read(true).share_mode(NOBODY_ELSE).open(path).is_ok()
    }
    #[cfg(not(any(unix, windows)))]
    {
        let _ = path;
        false
    }
}

/// Whether another program has the file open and lets nobody else at it, as spreadsheets do on Windows.
pub fn is_in_use(error: &io::Error) -> bool {
    // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION have no kind.
    let kept_out = cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33));
    kept_out || error.kind() == io::ErrorKind::ResourceBusy
}

/// Tells whether a file that is there could be replaced: on Windows not while another program has it open.
pub fn check_replaceable(path: &Path) -> io::Result<()> {
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        const DELETE: u32 = 0x0001_0000;
        match OpenOptions::new().access_mode(DELETE).open(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    #[cfg(not(windows))]
    let _ = path;
    Ok(())
}

/// Puts a file in the place of another one.
///
/// On Windows whoever looks at a file keeps it from being replaced: an indexer or a virus scanner lets go soon.
pub fn replace(mut file: NamedTempFile, target: &Path) -> io::Result<()> {
    let mut patience = if cfg!(windows) { 10 } else { 0 };
    loop {
        let failed = match file.persist(target) {
            Ok(_) => return Ok(()),
            Err(failed) => failed,
        };
        let kept_out = is_in_use(&failed.error) || failed.error.kind() == io::ErrorKind::PermissionDenied;
        if patience == 0 || !kept_out {
            return Err(failed.error);
        }
        (file, patience) = (failed.file, patience - 1);
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Reads from a place in a file, whatever others read of it.
pub fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, buffer, at);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, buffer, at);
}

/// Signals that ask the program to end.
pub struct Signals {
    #[cfg(unix)]
    listening: Vec<tokio::signal::unix::Signal>,
    #[cfg(windows)]
    listening: (CtrlC, CtrlBreak, CtrlClose, CtrlShutdown),
}

impl Signals {
    /// Listens from now on; inside a runtime only.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut listening = vec![signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
        if !hangup_is_ignored() {
            listening.push(signal(SignalKind::hangup())?);
        }
        Ok(Signals { listening })
    }

    /// Listens from now on; inside a runtime only.
    #[cfg(windows)]
    pub fn listen() -> io::Result<Signals> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Signals { listening: (ctrl_c()?, ctrl_break()?, ctrl_close()?, ctrl_shutdown()?) })
    }

    /// Returns when the next one comes.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        let received = self.listening.iter_mut().map(|signal| Box::pin(signal.recv()));
        futures::future::select_all(received).await;
    }

    /// Returns when the next one comes. After the last two Windows waits a few seconds for the program.
    #[cfg(windows)]
    pub async fn next(&mut self) {
        let (interrupt, stop, close, shutdown) = &mut self.listening;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = stop.recv() => {}
            _ = close.recv() => {}
            _ = shutdown.recv() => {}
        }
    }
}

/// Whether the program was started by `nohup`, so that it shall outlive its terminal.
///
/// Linux tells it in `/proc`; elsewhere a hang-up stops the run, which can go on later.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 != 0)
}
