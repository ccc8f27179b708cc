//! The folder of one run, and finding the run that the same command goes on with.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{History, HistoryFailed};
use crate::journal::replay::replay;
use crate::journal::{Damage, Event, FileDisk, Header, Journal, State};
use crate::platform;

/// The longest first line of a journal; headers are far shorter.
const LONGEST_HEADER: u64 = 1 << 20;

/// Where the files of a run lie.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFolder {
    pub id: String,
    pub path: PathBuf,
}

impl RunFolder {
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal.jsonl")
    }

    /// The journal as long as it is now; a living run may write on, and half a line is no damage.
    pub fn journal_so_far(&self) -> io::Result<impl BufRead> {
        let file = File::open(self.journal())?;
        let length = file.metadata()?.len();
        Ok(BufReader::with_capacity(1 << 16, file.take(length)))
    }

    /// A copy of the result file.
    pub fn results(&self) -> PathBuf {
        self.path.join("results.csv")
    }

    /// What its calls were like, for the report: by row, never by person.
    pub fn calls(&self) -> PathBuf {
        self.path.join("calls.jsonl")
    }

    /// Fingerprints of the input's rows, in order.
    pub fn rows(&self) -> PathBuf {
        self.path.join("rows")
    }

    /// The mark of a run that was given up although its journal cannot be written.
    fn given_up(&self) -> PathBuf {
        self.path.join("given-up")
    }
}

/// A run with its journal open.
pub struct Run {
    pub folder: RunFolder,
    pub journal: Journal,
    /// The run began in an earlier process.
    pub resumed: bool,
    /// Keeps the folder of a dry run, and deletes it at the end.
    _practice: Option<tempfile::TempDir>,
}

/// How a run stands, for lists.
#[derive(Debug)]
pub struct Standing {
    pub folder: RunFolder,
    pub state: Result<State, Damage>,
    pub given_up: bool,
}

/// A new run's name: the time for people, chance against doubles.
pub fn new_run_id(now: Timestamp) -> String {
    let mut chance = [0; 3];
    // Without chance the time alone names the run; a double is refused when its folder is made.
    let _ = getrandom::fill(&mut chance);
    let chance: String = chance.iter().map(|byte| format!("{byte:02x}")).collect();
    // Down to the millisecond, so that the names of runs sort by time.
    format!("{}-{chance}", now.strftime("%Y%m%dT%H%M%S%3fZ"))
}

impl History {
    /// Begins a run with an empty journal; the caller writes the header.
    pub fn begin(&self, id: &str) -> Result<Run, HistoryFailed> {
        let path = self.runs_folder().join(id);
        begin_in(RunFolder { id: id.to_string(), path }, None)
    }

    /// Begins a run that leaves nothing behind.
    pub fn practise(id: &str) -> Result<Run, HistoryFailed> {
        let failed =
            |error| HistoryFailed::new("no temporary folder can be made in", &std::env::temp_dir(), error);
        let practice = tempfile::Builder::new().prefix("callroster-").tempdir().map_err(failed)?;
        let path = practice.path().join(id);
        begin_in(RunFolder { id: id.to_string(), path }, Some(practice))
    }

    /// The folder of a run that is there.
    pub fn folder_of(&self, id: &str) -> Option<RunFolder> {
        let plain = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let path = self.runs_folder().join(id);
        (plain && path.is_dir()).then(|| RunFolder { id: id.to_string(), path })
    }

    /// All runs, the newest first.
    pub fn folders(&self) -> Vec<RunFolder> {
        let Ok(entries) = std::fs::read_dir(self.runs_folder()) else { return Vec::new() };
        let mut folders: Vec<RunFolder> = entries
            .flatten()
            .filter(|entry| entry.path().is_dir())
            .map(|entry| RunFolder {
                id: entry.file_name().to_string_lossy().into_owned(),
                path: entry.path(),
            })
            .collect();
        folders.sort_by(|one, other| other.id.cmp(&one.id));
        folders
    }

    /// How a run stands, from its whole journal.
    pub fn standing(&self, folder: RunFolder) -> Standing {
        let state = folder
            .journal_so_far()
            .map_err(Damage::from)
            .and_then(|journal| replay(journal, |_, _| {}))
            .map(|replay| replay.state);
        Standing { given_up: folder.given_up().exists(), folder, state }
    }

    /// The unfinished run of the same command on the same file and account; `illegible` is told of every run whose journal
    /// does not even say whose it is.
    pub fn unfinished(&self, wanted: &Header, mut illegible: impl FnMut(&RunFolder)) -> Option<Standing> {
        let same = |header: &Header| {
            header.command == wanted.command
                && same_account(header, wanted)
                && header.input.path == wanted.input.path
                && (wanted.input.path != "-" || header.input.sha256 == wanted.input.sha256)
        };
        let mut of_the_same = Vec::new();
        for folder in self.folders() {
            match header_of(&folder) {
                Err(_) if !folder.given_up().exists() => illegible(&folder),
                Ok(Some(header)) if same(&header) => of_the_same.push(folder),
                _ => {}
            }
        }
        of_the_same
            .into_iter()
            .map(|folder| self.standing(folder))
            .find(|standing| !standing.given_up && standing.state.as_ref().map_or(true, State::unfinished))
    }

    /// Marks a run whose journal is damaged as given up.
    pub fn give_up(&self, folder: &RunFolder) -> Result<(), HistoryFailed> {
        let path = folder.given_up();
        platform::private_file(&path)
            .and_then(|file| file.sync_all())
            .map_err(|error| HistoryFailed::new("the run cannot be given up:", &path, error))
    }

    /// Tells `seen` every event of every run of an account but one, the oldest run first.
    ///
    /// Returns the newest run that may be of the account and could not be read as a whole.
    pub fn each_event(
        &self,
        account: &Header,
        but: &str,
        mut seen: impl FnMut(&Header, &Event),
    ) -> Option<String> {
        let mut unread = None;
        for folder in self.folders().into_iter().rev().filter(|folder| folder.id != but) {
            let read = header_of(&folder).and_then(|header| match header {
                Some(header) if same_account(&header, account) => {
                    replay(folder.journal_so_far()?, |event, _| seen(&header, event)).map(drop)
                }
                _ => Ok(()),
            });
            if read.is_err() {
                unread = Some(folder.id);
            }
        }
        unread
    }
}

/// Opens the journal of a run that goes on.
pub fn reopen(folder: RunFolder) -> Result<Run, Damage> {
    let (disk, replay) = FileDisk::open(&folder.journal(), |_, _| {})?;
    let journal = Journal::new(Box::new(disk), replay);
    Ok(Run { folder, journal, resumed: true, _practice: None })
}

fn begin_in(folder: RunFolder, practice: Option<tempfile::TempDir>) -> Result<Run, HistoryFailed> {
    let failed = |error| HistoryFailed::new("the run's folder cannot be made:", &folder.path, error);
    let unreadable = |damage: Damage| {
        HistoryFailed::new("the journal cannot be opened:", &folder.path, std::io::Error::other(damage))
    };
    platform::private_folder(&folder.path).map_err(failed)?;
    let file = platform::new_private_file(&folder.journal()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    platform::sync_folder(&folder.path).map_err(failed)?;
    if let Some(runs) = folder.path.parent() {
        platform::sync_folder(runs).map_err(failed)?;
    }
    let (disk, replay) = FileDisk::open(&folder.journal(), |_, _| {}).map_err(unreadable)?;
    let journal = Journal::new(Box::new(disk), replay);
    Ok(Run { folder, journal, resumed: false, _practice: practice })
}

/// The first line of a run's journal; `None` where a run never came so far, and so sent nothing.
fn header_of(folder: &RunFolder) -> Result<Option<Header>, Damage> {
    let mut line = Vec::new();
    match File::open(folder.journal()) {
        Ok(file) => BufReader::new(file).take(LONGEST_HEADER).read_until(b'\n', &mut line)?,
        Err(error) if error.kind() == ErrorKind::NotFound && !has_more_files(folder) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let header = replay(line.as_slice(), |_, _| {})?.state.header;
    match header.run_id.is_empty() {
        false => Ok(Some(header)),
        // All other files of a run come after its journal's first line.
        true if has_more_files(folder) => Err(Damage::Foreign),
        true => Ok(None),
    }
}

fn has_more_files(folder: &RunFolder) -> bool {
    let journal = folder.journal();
    std::fs::read_dir(&folder.path)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.path() != journal))
}

fn same_account(one: &Header, other: &Header) -> bool {
    one.provider == other.provider && one.account == other.account && one.base_url == other.base_url
}

/// An input's path as the journal keeps it: absolute, so that the same file is known again.
pub fn input_path(path: &Path) -> String {
    if path == Path::new("-") {
        return "-".into();
    }
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}
