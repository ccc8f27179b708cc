//! The story of `report`: a run's journal, results and calls become one page that people can open.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Write};
use std::path::Path;

use serde_json::json;

use super::Failure;
use super::output::{named_file, put_out, put_out_json};
use super::runs::{goes_on, no_such_run, standing_word};
use crate::cli::{ReportArguments, ScreenSettings};
use crate::history::{History, RunFolder, Standing};
use crate::journal::{Event, State, replay::replay};
use crate::outcome::exit;
use crate::report::{CallsTold, Report, RowsTold, render, rows_told};
use crate::table::{Privacy, WholeFile};

/// How a page begins.
const PAGE_START: &[u8] = b"<!doctype html";

pub fn report(arguments: &ReportArguments, settings: &ScreenSettings) -> Result<u8, Failure> {
    let output = named_file(arguments.output.as_deref());
    if settings.json && output.is_none() {
        let message = "--json prints the summary on standard output, so name a file for the page with -o";
        return Err(Failure::new(exit::USAGE, message));
    }
    let history = History::open(&settings.state_dir)?;
    let folder = history.folder_of(&arguments.run).ok_or_else(|| no_such_run(&arguments.run))?;
    let standing = history.standing(folder);
    let report = gather(&standing, arguments.show_personal)?;
    let page = render(&report)?;
    let Some(path) = output else {
        put_out(&page)?;
        return Ok(exit::DONE);
    };
    if is_something_else(path) {
        let message = format!("{} is there and is no report; name another file with -o", path.display());
        return Err(Failure::new(exit::USAGE, message));
    }
    // Even masked it tells who works here, so it is for its maker until they hand it on.
    WholeFile::create(path, Privacy::Private)
        .and_then(|mut file| file.write_all(page.as_bytes()).and_then(|()| file.commit()))
        .map_err(|error| Failure::disk(path.display(), error))?;
    if settings.json {
        let needing = report.rows.as_ref().map(|rows| rows.needing);
        let output = path.display().to_string();
        put_out_json(&json!({"run_id": arguments.run, "rows_that_need_a_hand": needing, "output": output}))?;
    }
    Ok(exit::DONE)
}

/// Whether a file is there that is no page, such as somebody's sheet.
fn is_something_else(path: &Path) -> bool {
    let mut start = [0; PAGE_START.len()];
    match File::open(path).and_then(|mut file| file.read_exact(&mut start)) {
        Ok(()) => !start.eq_ignore_ascii_case(PAGE_START),
        Err(error) => {
            error.kind() == ErrorKind::UnexpectedEof && path.metadata().is_ok_and(|file| file.len() > 0)
        }
    }
}

fn gather(standing: &Standing, shows_personal: bool) -> Result<Report, Failure> {
    let state = standing.state.as_ref().map_err(|damage| {
        let message = format!("the run {} cannot be reported: {damage}", standing.folder.id);
        Failure::new(exit::INPUT, message)
    })?;
    let (ended, resumed) = times(&standing.folder);
    Ok(Report {
        header: state.header.clone(),
        standing: standing_word(standing).to_string(),
        ended,
        exit_code: state.exit_code,
        resumed,
        goes_on: goes_on(standing),
        rows: rows(&standing.folder, state, shows_personal)?,
        calls: File::open(standing.folder.calls())
            .ok()
            .and_then(|file| CallsTold::read(BufReader::new(file))),
        shows_personal,
    })
}

/// When the run ended by itself the last time, and how often it was gone on with.
fn times(folder: &RunFolder) -> (String, u64) {
    let (mut ended, mut resumed) = (String::new(), 0);
    if let Ok(journal) = folder.journal_so_far() {
        // The same journal was read a moment ago; damage was told then.
        let _ = replay(journal, |event, _| match event {
            Event::End { at, .. } => ended.clone_from(at),
            Event::Resumed { .. } => (ended, resumed) = (String::new(), resumed + 1),
            _ => {}
        });
    }
    (ended, resumed)
}

/// The rows as the results have them; `None` where the run did not get so far.
fn rows(folder: &RunFolder, state: &State, shows_personal: bool) -> Result<Option<RowsTold>, Failure> {
    let path = folder.results();
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::new(exit::INPUT, format!("{} cannot be read: {error}", path.display()))
    };
    match File::open(&path) {
        Ok(file) => rows_told(BufReader::new(file), &state.header, shows_personal)
            .map(Some)
            .map_err(|error| unreadable(&error)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(&error)),
    }
}
