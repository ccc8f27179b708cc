//! The story of `audit`: the provider's own log of deletions as CSV. Reads only.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Write;

use super::connection::block_on;
use super::output::{fits_its_name, named_file, put_out_json, standard_output};
use super::{Connection, Failure};
use crate::cli::{AuditArguments, Settings};
use crate::export::{Cell, CsvRoster, RosterWriter};
use crate::history::History;
use crate::outcome::{Cause, exit};
use crate::provider::{Call, CallError, Deletion, Failure as CallFailure, Listing, StartKeys};
use crate::runner::{Broken, Caller, StopSign};
use crate::screen::{Screen, plural};
use crate::table::{FormulaGuard, Privacy, WholeFile, check_writable};

/// The columns that come first; what else the provider sends follows by name.
const COLUMNS: [&str; 6] = ["user_id", "email", "deleted_at", "deleted_by", "reason", "archived"];

pub fn audit(arguments: &AuditArguments, settings: &Settings) -> Result<u8, Failure> {
    let choice = settings.provider()?;
    settings.needs_archive("audit")?;
    let screen = Screen::new(&settings.screen)?;
    let output = named_file(arguments.output.as_deref());
    fits_its_name("-o", output, false)?;
    if let Some(path) = output {
        check_writable(path).map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))?;
    } else if settings.screen.json {
        let message = "--json prints the summary on standard output, so name a file for the log with -o";
        return Err(Failure::new(exit::USAGE, message));
    }
    let history = History::open(&settings.screen.state_dir)?;
    let connection = Connection::open(&choice, settings)?;
    let stop = StopSign::default();
    let (deletions, calls) = block_on(async {
        let caller = connection.caller(settings, &history, (&stop, &screen));
        let read = read_log(&caller).await;
        let counts = caller.counts();
        read.map(|deletions| (deletions, counts.read + counts.refused))
            .map_err(|broken| failure(broken, &stop))
    })??;
    let guard = if arguments.no_formula_guard { FormulaGuard::Off } else { FormulaGuard::On };
    let count = plural(deletions.len() as u64, "deletion");
    match output {
        Some(path) => {
            let disk = |error: std::io::Error| Failure::disk(path.display(), error);
            let mut file = WholeFile::create(path, Privacy::Open).map_err(disk)?;
            write_log(&deletions, CsvRoster::new(&mut file, guard)).map_err(disk)?;
            file.commit().map_err(disk)?;
            screen.say(&format!("audit: {count} to {}; {}", path.display(), plural(calls, "call")));
        }
        None => {
            let mut out = standard_output();
            write_log(&deletions, CsvRoster::new(&mut out, guard))
                .and_then(|()| out.flush())
                .map_err(|error| Failure::disk("standard output", error))?;
            screen.say(&format!("audit: {count}; {}", plural(calls, "call")));
        }
    }
    if settings.screen.json {
        put_out_json(&serde_json::json!({
            "deletions": deletions.len(),
            "calls": calls,
            "seconds": (screen.seconds() * 1000.0).round() / 1000.0,
            "output": output.map(|path| path.display().to_string()),
        }))?;
    }
    Ok(exit::DONE)
}

async fn read_log(caller: &Caller<'_>) -> Result<Vec<Deletion>, Broken> {
    let (mut deletions, mut keys, mut start) = (Vec::new(), StartKeys::default(), None);
    loop {
        let page = match caller.read(&Call::Deletions { start }).await {
            Err(Broken::Failed(error)) if error.failure == CallFailure::Missing => {
                return Err(Broken::Failed(missing(caller, error).await));
            }
            read => read?.deletions(),
        };
        deletions.extend(page.deletions);
        start = keys.follow(page.next).map_err(Broken::Failed)?;
        if start.is_none() {
            return Ok(deletions);
        }
    }
}

/// Not every deployment has the log: where the account itself answers, that is what is missing.
async fn missing(caller: &Caller<'_>, error: CallError) -> CallError {
    let account = caller.read(&Call::List(Listing { limit: 1, ..Listing::default() })).await;
    let message = match account {
        Ok(_) => "this deployment of Audian keeps no log of deletions; ask the provider for it".to_string(),
        Err(_) => format!("{}; check AUDIAN_ACCOUNT_ID and --base-url", error.message),
    };
    CallError { message, ..error }
}

fn write_log(deletions: &[Deletion], mut writer: impl RosterWriter) -> std::io::Result<()> {
    let names: BTreeSet<&str> = deletions.iter().flat_map(Deletion::keys).map(String::as_str).collect();
    let more = names.into_iter().filter(|name| !COLUMNS.contains(name));
    let columns: Vec<&str> = COLUMNS.into_iter().chain(more).collect();
    writer.header(&columns)?;
    for deletion in deletions {
        let cells = columns.iter().map(|column| match deletion.get(*column) {
            Some(text) if !text.is_empty() => Cell::Text(Cow::Borrowed(text.as_str())),
            _ => Cell::Blank,
        });
        writer.row(&cells.collect::<Vec<Cell>>())?;
    }
    writer.finish()
}

fn failure(broken: Broken, stop: &StopSign) -> Failure {
    let stopped = stop.stop();
    match (broken, stopped) {
        (_, Some(stop)) if stop.cause == Cause::Refused => Failure::new(exit::REFUSED, stop.message),
        (_, Some(stop)) => Failure::new(exit::TEMPORARY, stop.message),
        (Broken::Stopped, None) => {
            Failure::new(exit::TEMPORARY, "the log was not read; try the same command later")
        }
        (Broken::Failed(error), None) => {
            let code = match error.status {
                _ if error.failure.later() => exit::TEMPORARY,
                Some(403) => exit::REFUSED,
                _ => exit::USAGE,
            };
            Failure::new(code, format!("{} ({})", error.message, error.code))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_columns_come_first_and_nothing_is_left_out() {
        let deletion = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect::<Deletion>()
        };
        let deletions = [
            deletion(&[("user_id", "u1"), ("reason", "=left"), ("archived", "true")]),
            deletion(&[("user_id", "u2"), ("devices_reassigned", "2")]),
        ];
        let mut out = Vec::new();
        write_log(&deletions, CsvRoster::new(&mut out, FormulaGuard::On)).expect("memory takes all");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(
            text.replace("\r\n", "\n"),
            "user_id,email,deleted_at,deleted_by,reason,archived,devices_reassigned\nu1,,,,'=left,true,\nu2,,,,,,2\n"
        );
    }
}
