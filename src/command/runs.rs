//! The story of `runs`: which runs there are, how they stand, and what goes on with them.

use serde_json::{Value, json};

use super::Failure;
use super::output::put_out;
use crate::cli::ScreenSettings;
use crate::history::{History, Standing};
use crate::journal::{Header, State};
use crate::outcome::{Tally, exit};
use crate::screen::plural;

pub fn runs(run: Option<&str>, settings: &ScreenSettings) -> Result<u8, Failure> {
    let history = History::open(&settings.state_dir)?;
    let standings: Vec<Standing> = match run {
        None => history.folders().into_iter().map(|folder| history.standing(folder)).collect(),
        Some(id) => vec![history.standing(history.folder_of(id).ok_or_else(|| no_such_run(id))?)],
    };
    let lines = match (settings.json, run) {
        (true, None) => vec![Value::Array(standings.iter().map(as_json).collect()).to_string()],
        (true, Some(_)) => standings.iter().map(|standing| as_json(standing).to_string()).collect(),
        (false, None) if standings.is_empty() => {
            vec![format!("there are no runs in {}", settings.state_dir.display())]
        }
        (false, None) => standings.iter().map(line).collect(),
        (false, Some(_)) => standings.iter().map(page).collect::<Vec<_>>(),
    };
    put_out(&(lines.join("\n") + "\n"))?;
    Ok(exit::DONE)
}

pub(super) fn no_such_run(id: &str) -> Failure {
    Failure::new(exit::USAGE, format!("there is no run `{id}`; `callroster runs` lists them"))
}

/// The word for how a run stands.
pub(super) fn standing_word(standing: &Standing) -> &'static str {
    match &standing.state {
        _ if standing.given_up => "given up",
        Err(_) => "damaged",
        Ok(state) if state.abandoned => "given up",
        Ok(state) if state.unfinished() => "unfinished",
        Ok(state) if !state.wrote && state.exit_code.is_none_or(|code| code != 0) => "nothing sent",
        Ok(_) => "finished",
    }
}

pub(super) fn goes_on(standing: &Standing) -> Option<String> {
    let state = standing.state.as_ref().ok().filter(|state| !standing.given_up && state.unfinished())?;
    Some(goes_on_by(&state.header))
}

/// The command that goes on with a run; nobody but its user can read standard input again.
pub(super) fn goes_on_by(header: &Header) -> String {
    match header.input.path.as_str() {
        "-" => format!("callroster {} -", header.command),
        _ => format!("callroster resume {}", header.run_id),
    }
}

/// What came of all rows, or of those that calls were made for while the run has not told of the others.
fn outcomes(state: &State) -> &Tally {
    if state.told.is_empty() { &state.ended } else { &state.told }
}

/// `12 created, 1 failed`.
fn counts(state: &State) -> String {
    let parts: Vec<String> =
        outcomes(state).iter().map(|(status, count)| format!("{count} {}", status.word())).collect();
    if parts.is_empty() { "no row ended by a call".into() } else { parts.join(", ") }
}

fn line(standing: &Standing) -> String {
    let word = standing_word(standing);
    let id = &standing.folder.id;
    match &standing.state {
        Err(damage) => format!("{id}  {word}: {damage}"),
        Ok(state) => {
            let header = &state.header;
            let next = goes_on(standing).map(|command| format!("; to go on: {command}")).unwrap_or_default();
            format!(
                "{id}  {word}  {} {} ({}, {}): {}{next}",
                header.command,
                header.input.path,
                header.provider,
                plural(header.input.rows, "row"),
                counts(state)
            )
        }
    }
}

fn page(standing: &Standing) -> String {
    let mut lines =
        vec![format!("run      {}", standing.folder.id), format!("state    {}", standing_word(standing))];
    match &standing.state {
        Err(damage) => lines.push(format!("journal  {damage}")),
        Ok(state) => {
            let header = &state.header;
            lines.push(format!("command  {} {}", header.command, header.input.path));
            lines.push(
                format!("account  {} {} {}", header.provider, header.account, header.base_url)
                    .trim_end()
                    .to_string(),
            );
            lines.push(format!("started  {}", header.started));
            lines.push(format!("rows     {}", header.input.rows));
            lines.push(format!("ended    {}", counts(state)));
            lines.push(format!(
                "open     {} in the middle of their calls",
                plural(state.open.len() as u64, "row")
            ));
            lines.extend(state.exit_code.map(|code| format!("exit     {code}")));
            for (name, value) in &header.options {
                lines.push(format!("option   {} {}", spelled(name), value.replace('\n', ", ")));
            }
        }
    }
    lines.push(format!("folder   {}", standing.folder.path.display()));
    let results = standing.folder.results();
    lines.extend(results.exists().then(|| format!("results  {}", results.display())));
    lines.extend(goes_on(standing).map(|command| format!("go on    {command}")));
    lines.join("\n")
}

fn as_json(standing: &Standing) -> Value {
    let mut shown = json!({
        "run_id": standing.folder.id,
        "state": standing_word(standing).replace(' ', "_"),
        "folder": standing.folder.path.display().to_string(),
        "resume": goes_on(standing),
    });
    let more = match &standing.state {
        Err(damage) => json!({"damage": damage.to_string()}),
        Ok(state) => {
            let header = &state.header;
            let outcomes: serde_json::Map<String, Value> = outcomes(state)
                .iter()
                .map(|(status, count)| (status.word().to_string(), count.into()))
                .collect();
            json!({
                "command": header.command,
                "provider": header.provider,
                "account": header.account,
                "input": header.input.path,
                "started": header.started,
                "rows": header.input.rows,
                "outcomes": outcomes,
                "open": state.open.len(),
                "exit_code": state.exit_code,
            })
        }
    };
    if let (Value::Object(shown), Value::Object(more)) = (&mut shown, more) {
        shown.extend(more);
    }
    shown
}

/// What a kept option is called where it is given: on the command line, or in the profile.
pub fn spelled(name: &str) -> String {
    match name {
        "voip" | "archive_supported" => format!("{name} (in the profile)"),
        name => format!("--{}", name.replace('_', "-")),
    }
}
