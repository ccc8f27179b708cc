//! Which run this is: a new one, or the unfinished one of the same command on the same file.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::input::Input;
use crate::cli::ImportOptions;
use crate::columns::Columns;
use crate::command::runs::spelled;
use crate::command::sheet::SheetRows;
use crate::command::{Connection, Failure};
use crate::history::{self, History, Key, Run, Standing, first_difference};
use crate::journal::{Event, FORMAT, Header, State};
use crate::outcome::exit;
use crate::row::{RawRow, RowSource};
use crate::screen::{Screen, plural};
use crate::table::FormulaGuard;
use crate::validate::Vocabulary;

/// Options that a run keeps for `resume`, but that may differ when it goes on.
const FREE: [&str; 6] =
    ["results", "failed", "no_formula_guard", "max_errors", "max_delete", "accept_charges"];

pub(super) async fn begin_or_go_on(
    options: &ImportOptions,
    input: &Input,
    connection: &Connection,
    (history, key): (&History, &Key),
    screen: &Screen,
) -> Result<Run, Failure> {
    let header = header(options, input, connection)?;
    if options.dry_run {
        return start(History::practise(&header.run_id)?, &header).await;
    }
    let unfinished = history.unfinished(&header, |folder| {
        screen.warn(&format!(
            "the run {} cannot be read, so nobody knows whether it was of this sheet; keep a copy of {} and move it away. People without \
             e-mail and number whom it made would be made again after that: look for them at the provider first",
            folder.id,
            folder.path.display()
        ));
    });
    if let Some(id) = &options.resumes
        && unfinished.as_ref().is_none_or(|standing| standing.folder.id != *id)
    {
        let message =
            format!("the run {id} is not the one that its own command goes on with; nothing was sent");
        return Err(Failure::new(exit::USAGE, message));
    }
    if let Some(standing) = unfinished {
        if options.fresh {
            screen
                .say(&format!("giving up the unfinished run {}; what it did stays done", standing.folder.id));
        } else if is_begun_anew(&standing, &header) {
            let id = &standing.folder.id;
            screen.say(&format!(
                "the unfinished run {id} had other options and changed nothing; beginning anew"
            ));
        } else {
            return go_on(standing, &header, input, key, screen).await;
        }
        abandon(history, standing).await?;
    }
    start(history.begin(&header.run_id)?, &header).await
}

async fn start(run: Run, header: &Header) -> Result<Run, Failure> {
    let begun = run.journal.durable(&Event::Run(Box::new(header.clone()))).await;
    begun.map_err(|failed| {
        Failure::new(
            exit::INTERNAL,
            format!("{failed}; nothing was sent; mend the disk, or name another folder with --state-dir"),
        )
    })?;
    Ok(run)
}

async fn go_on(
    standing: Standing,
    header: &Header,
    input: &Input,
    key: &Key,
    screen: &Screen,
) -> Result<Run, Failure> {
    let id = standing.folder.id.clone();
    let state = standing.state.map_err(|damage| damaged(&id, &damage.to_string()))?;
    same_input(&standing.folder, &state, header, input, key)?;
    same_options(&id, &state.header, header)?;
    let run = history::reopen(standing.folder).map_err(|damage| damaged(&id, &damage.to_string()))?;
    let resumed = run.journal.durable(&Event::Resumed { at: now() }).await;
    resumed.map_err(|failed| {
        Failure::new(
            exit::INTERNAL,
            format!("{failed}; nothing was sent; mend the disk, then run the same command"),
        )
    })?;
    let now = run.journal.state();
    screen.say(&format!(
        "going on with run {id} of {} ({} {}): {} ended, {} in the middle of their calls",
        state.header.started,
        header.command,
        header.input.path,
        plural(now.ended_rows(), "row"),
        plural(now.open.len() as u64, "row")
    ));
    drop(now);
    Ok(run)
}

/// Refuses a file that changed under an unfinished run, with the first row that differs.
fn same_input(
    folder: &history::RunFolder,
    state: &State,
    header: &Header,
    input: &Input,
    key: &Key,
) -> Result<(), Failure> {
    if state.header.input.sha256 == header.input.sha256 {
        return Ok(());
    }
    let mut rows = SheetRows::new(&input.sheet);
    let mut row = RawRow::default();
    let difference = first_difference::<std::io::Error>(&folder.rows(), || match rows.read(&mut row) {
        Ok(true) => Ok(Some(key.row(&row.cells))),
        Ok(false) => Ok(None),
        Err(refusal) => Err(std::io::Error::other(refusal.to_string())),
    });
    let place = match difference {
        Ok(Some(_)) if row.source_row > 0 => {
            format!("; the first row that differs is row {}", row.source_row)
        }
        Ok(None) => "; its rows are the same, but its header or its form is not".to_string(),
        _ => String::new(),
    };
    Err(Failure::new(
        exit::INPUT,
        format!(
            "{} changed under the unfinished run {}{place}; bring the old file back to go on, or give that run up with --fresh",
            input.paths.named(),
            folder.id
        ),
    ))
}

/// Refuses options that would give the rows another meaning in the middle of a run.
fn same_options(id: &str, before: &Header, now: &Header) -> Result<(), Failure> {
    let names: std::collections::BTreeSet<&String> =
        before.options.keys().chain(now.options.keys()).collect();
    for name in names.into_iter().filter(|name| !FREE.contains(&name.as_str())) {
        let (was, is) = (before.options.get(name), now.options.get(name));
        if was != is {
            let shown =
                |value: Option<&String>| value.map_or("not given".to_string(), |value| format!("`{value}`"));
            return Err(Failure::new(
                exit::USAGE,
                format!(
                    "the unfinished run {id} was begun with another {}: {} then, {} now; give the same options to go on \
                     (`callroster resume {id}` does), or give that run up with --fresh",
                    spelled(name),
                    shown(was),
                    shown(is)
                ),
            ));
        }
    }
    Ok(())
}

/// Whether a run with other options, such as the wrong dialect, came to nothing: it keeps nobody from the right ones.
fn is_begun_anew(standing: &Standing, header: &Header) -> bool {
    let same = |state: &State| same_options(&standing.folder.id, &state.header, header).is_ok();
    standing.state.as_ref().is_ok_and(|state| state.changed_nothing() && !same(state))
}

async fn abandon(history: &History, standing: Standing) -> Result<(), Failure> {
    match history::reopen(standing.folder.clone()) {
        Ok(run) => {
            let abandoned = run.journal.durable(&Event::Abandoned { at: now() }).await;
            abandoned.map_err(|failed| Failure::new(exit::INTERNAL, failed.to_string()))
        }
        Err(_) => Ok(history.give_up(&standing.folder)?),
    }
}

fn damaged(id: &str, damage: &str) -> Failure {
    Failure::new(
        exit::INPUT,
        format!(
            "the unfinished run {id} cannot go on: {damage}; keep a copy of its folder, look at the provider for what it did, \
             then give it up with --fresh"
        ),
    )
}

fn header(options: &ImportOptions, input: &Input, connection: &Connection) -> Result<Header, Failure> {
    Ok(Header {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        run_id: history::new_run_id(Timestamp::now()),
        started: now(),
        command: options.kind.word().into(),
        provider: connection.name.word().into(),
        account: connection.account.clone(),
        base_url: connection.base_url.clone(),
        input: crate::journal::Input {
            path: history::input_path(&input.paths.input),
            sha256: input.sheet.sha256().to_string(),
            bytes: input.sheet.bytes(),
            rows: input.sheet.count(),
        },
        options: kept_options(options, input.checker.columns()),
    })
}

/// The options of a run by their long names, those at their default left out.
fn kept_options(options: &ImportOptions, columns: &Columns) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    let mut keep = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            kept.insert(name.to_string(), value);
        }
    };
    let flag = |given: bool| given.then(|| "yes".to_string());
    let (rules, sheet) = (&options.rules, &options.sheet);
    let offboards = options.kind == crate::row::Kind::Offboard;
    // A plan of the one form has other steps than one of the other.
    keep("dialect", (rules.vocabulary == Vocabulary::AudianKazoo).then(|| "kazoo".to_string()));
    // The profile says these of the account, and rows mean something else without them.
    keep("voip", rules.voip.map(|has| has.to_string()));
    let archives = rules.vocabulary == Vocabulary::AudianKazoo && rules.archive_supported;
    keep("archive_supported", flag(archives));
    keep("mode", offboards.then(|| rules.mode.word().to_string()));
    keep("reason", rules.reason.clone());
    keep("reassign_to", rules.reassign_to.clone());
    keep("default_country", rules.default_country.clone());
    keep("strict_names", flag(rules.strict_names));
    keep("generate_sip_passwords", flag(rules.generate_sip_passwords));
    keep("again", flag(options.again));
    keep("no_invite", flag(options.no_invite));
    keep("accept_charges", flag(options.accept_charges));
    keep("delimiter", sheet.form.delimiter.map(|byte| char::from(byte).to_string()));
    keep("encoding", sheet.form.encoding.clone());
    keep("sheet", sheet.form.sheet.clone());
    let heeded = sheet.mappings.iter().filter(|mapping| columns.heeds(mapping));
    let mapped: Vec<String> = heeded.map(|mapping| mapping.to_string()).collect();
    keep("map", (!mapped.is_empty()).then(|| mapped.join("\n")));
    let path = |path: &Option<std::path::PathBuf>| path.as_deref().map(history::input_path);
    keep("results", path(&sheet.results));
    keep("failed", path(&options.failed));
    keep("no_formula_guard", flag(sheet.formula_guard == FormulaGuard::Off));
    keep("max_errors", options.max_errors.map(|bound| bound.to_string()));
    keep("max_delete", options.max_delete.map(|bound| bound.to_string()));
    kept
}

/// The time, as a person reads it in the journal.
pub(super) fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
