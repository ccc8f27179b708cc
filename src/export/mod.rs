//! The export: the whole roster, everybody once, however the list moves while it is read.
//!
//! The roster is swept until one sweep finds it at rest; only that sweep's rows are written. When five
//! sweeps find no rest, the newest one is written together with all whom earlier ones saw and it did not,
//! and the export says so. Memory holds a set of ids, and what was read of single users for columns that no list
//! shows; rows wait in a private temporary file.
//! Nothing here can change anything at the provider, and nothing is written before the sweeps are over.

mod completion;
mod ids;
mod layout;
#[cfg(feature = "xlsx")]
mod packed;
mod spool;
mod sweep;
#[cfg(test)]
mod tests;
mod wish;
mod writer;

use std::io;
use std::path::{Path, PathBuf};

pub use layout::{Cell, Column, Layout, Shape};
pub use wish::ExportWish;
#[cfg(feature = "xlsx")]
pub use writer::WorkbookRoster;
pub use writer::{CsvRoster, JsonLinesRoster, RosterWriter};

use crate::provider::{CallError, Failure, Unreadable};
use crate::runner::{Broken, Caller};
use completion::Completion;
use ids::{IdSet, Key};
use spool::Spool;
use sweep::sweep_roster;

/// More sweeps than this would only follow a roster that never rests.
const MOST_SWEEPS: u32 = 5;

/// What to do about users who cannot be read.
pub const ASK_PROVIDER: &str = "ask the provider to mend that, then export again";

/// Told how many users the current sweep has seen, and of how many where the provider says so.
pub type Progress<'a> = &'a dyn Fn(u64, Option<u64>);

/// What was exported.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    pub users: u64,
    pub rows: u64,
    pub consistency: Consistency,
    pub sweeps: u32,
    /// Who is left out, by the place in the provider's list.
    pub unreadable: Vec<Unreadable>,
}

impl Exported {
    /// Before anything is written.
    fn new(consistency: Consistency, sweeps: u32, unreadable: Vec<Unreadable>) -> Exported {
        Exported { users: 0, rows: 0, consistency, sweeps, unreadable }
    }
}

/// What the rows are of the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// The users of one moment.
    Complete,
    /// The users of one moment without those whom nobody can read.
    Partial,
    /// The best union of all sweeps: it may hold users who have gone since.
    Changed,
}

impl Consistency {
    /// The words of the summary; scripts know these two, and whatever is not complete must not pass for it.
    pub fn words(self) -> &'static str {
        match self {
            Consistency::Complete => "complete",
            Consistency::Partial | Consistency::Changed => "changed during export",
        }
    }
}

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportFailed {
    /// A page could not be read, after all tries.
    #[error("the roster could not be read: {} ({}); nothing was written; {}", .0.message, .0.code, mend(.0))]
    Provider(CallError),
    /// There are users, and nobody can be read.
    #[error("nobody in the roster can be read: {}; nothing was written; {ASK_PROVIDER}", .0.problem)]
    Unreadable(Unreadable),
    /// The stop sign is raised and says why.
    #[error("the export was stopped; nothing was written; the same command begins again")]
    Stopped,
    /// The temporary file failed.
    #[error(
        "the temporary file in {folder} failed: {error}; nothing was written; make room or choose another folder"
    )]
    Spool { folder: PathBuf, error: io::Error },
    /// The target failed; it may hold a part of the rows.
    #[error("the export cannot be written: {0}")]
    Target(io::Error),
}

impl From<Broken> for ExportFailed {
    fn from(broken: Broken) -> ExportFailed {
        match broken {
            Broken::Stopped => ExportFailed::Stopped,
            Broken::Failed(error) => ExportFailed::Provider(error),
        }
    }
}

/// Exports the wished users to `writer`, which makes rows ready but writes nothing before the sweeps are over.
///
/// Rows wait in `spool_folder`, in files without a name. The order is that of the roster; in a union,
/// those whom only earlier sweeps saw come last.
pub async fn export(
    caller: &Caller<'_>,
    wish: &ExportWish,
    spool_folder: &Path,
    progress: Progress<'_>,
    writer: &mut dyn RosterWriter,
) -> Result<Exported, ExportFailed> {
    let create = || Spool::create(spool_folder).map_err(spool_failed(spool_folder));
    writer.header(&wish.shape.names()).map_err(ExportFailed::Target)?;
    let (mut newest, mut missed) = (create()?, create()?);
    let facts = caller.provider().facts();
    let completion = Completion::of(wish, facts);
    let (mut before, mut unreadable) = (None, Vec::new());
    for sweeps in 1..=MOST_SWEEPS {
        let mut spool = create()?;
        let sink = |key: Key, user: &_| match wish.keeps(user, facts) {
            true => spool.add(key, user, &wish.shape, writer).map_err(spool_failed(spool_folder)),
            false => Ok(()),
        };
        let seen = sweep_roster(caller, wish, &completion, progress, sink).await?;
        if seen.at_rest(before) {
            let nobody = seen.ids.count() == 0;
            if let Some(odd) = seen.unreadable.first().filter(|_| nobody) {
                return Err(ExportFailed::Unreadable(odd.clone()));
            }
            let consistency =
                if seen.unreadable.is_empty() { Consistency::Complete } else { Consistency::Partial };
            let exported = Exported::new(consistency, sweeps, seen.unreadable);
            return write(vec![spool], spool_folder, writer, exported);
        }
        before = seen.fingerprint();
        unreadable = seen.unreadable;
        missed = without(&seen.ids, [newest, missed], create()?).map_err(spool_failed(spool_folder))?;
        newest = spool;
    }
    let exported = Exported::new(Consistency::Changed, MOST_SWEEPS, unreadable);
    write(vec![newest, missed], spool_folder, writer, exported)
}

/// Keeps those of earlier sweeps whom the newest one did not see.
fn without(ids: &IdSet, earlier: [Spool; 2], mut missed: Spool) -> io::Result<Spool> {
    for spool in earlier {
        missed.add_from(spool, |key| !ids.contains(key))?;
    }
    Ok(missed)
}

/// Writes all rows of the spools.
fn write(
    spools: Vec<Spool>,
    spool_folder: &Path,
    writer: &mut dyn RosterWriter,
    mut exported: Exported,
) -> Result<Exported, ExportFailed> {
    for spool in spools {
        exported.users += spool.users();
        let mut users = spool.read().map_err(spool_failed(spool_folder))?;
        while let Some((_, rows)) = users.next().map_err(spool_failed(spool_folder))? {
            writer.write(users.ready()).map_err(ExportFailed::Target)?;
            exported.rows += u64::from(rows);
        }
    }
    writer.finish().map_err(ExportFailed::Target)?;
    Ok(exported)
}

fn spool_failed(folder: &Path) -> impl Fn(io::Error) -> ExportFailed + Copy {
    move |error| ExportFailed::Spool { folder: folder.into(), error }
}

/// What to do about a roster that could not be read.
fn mend(error: &CallError) -> &'static str {
    match error.failure {
        failure if failure.later() => "try the same command later",
        Failure::Unauthorized | Failure::Forbidden | Failure::ForbiddenUnknown => {
            "check the credentials, the account and the region"
        }
        _ => "check the filters and the account",
    }
}
