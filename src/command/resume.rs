//! The story of `resume`: the command of an unfinished run, put together again from its journal.

use std::path::PathBuf;

use super::import;
use super::runs::no_such_run;
use super::{Failure, settings};
use crate::cli::{
    Bound, ImportOptions, ProviderArguments, ProviderName, ResumeArguments, ScreenSettings, SheetChoice,
    Usage,
};
use crate::columns::Mapping;
use crate::history::{History, Standing};
use crate::journal::Header;
use crate::outcome::exit;
use crate::provider::http::canonical_base_url;
use crate::row::{Kind, Mode};
use crate::table::{FormulaGuard, SheetOptions};
use crate::validate::{Rules, Vocabulary};

pub fn resume(arguments: &ResumeArguments) -> Result<u8, Failure> {
    let screen = ScreenSettings::of(&arguments.provider.screen)?;
    let history = History::open(&screen.state_dir)?;
    let standing = match &arguments.run {
        Some(id) => history.standing(history.folder_of(id).ok_or_else(|| no_such_run(id))?),
        None => newest_unfinished(&history).ok_or_else(|| {
            Failure::new(exit::USAGE, "there is no unfinished run; `callroster runs` lists all runs")
        })?,
    };
    let id = standing.folder.id.clone();
    let state = standing.state.map_err(|damage| {
        Failure::new(
            exit::INPUT,
            format!(
                "the run {id} cannot go on: {damage}; keep a copy of its folder before you try anything else"
            ),
        )
    })?;
    if standing.given_up || !state.unfinished() {
        return Err(Failure::new(
            exit::USAGE,
            format!("the run {id} has nothing left to do; `callroster runs {id}` shows it"),
        ));
    }
    if state.header.input.path == "-" {
        return Err(Failure::new(
            exit::USAGE,
            format!(
                "the run {id} read standard input; give the same input to `callroster {} -` with its options again, it goes \
                 on",
                state.header.command
            ),
        ));
    }
    same_account(&state.header, &arguments.provider)?;
    same_dialect(&state.header, &arguments.provider)?;
    let settings = settings(&account_of(&state.header, &arguments.provider))?;
    let mut options = options_of(&state.header, &settings)?;
    if let Some(text) = &arguments.max_errors {
        options.max_errors = Some(Bound::parse("--max-errors", text)?);
    }
    import::import(&options, &settings)
}

/// The newest run that has work left, or else the newest that cannot be read, which may have some.
fn newest_unfinished(history: &History) -> Option<Standing> {
    let mut damaged = None;
    for standing in history.folders().into_iter().map(|folder| history.standing(folder)) {
        match &standing.state {
            _ if standing.given_up => {}
            Ok(state) if state.unfinished() => return Some(standing),
            Ok(_) => {}
            Err(_) => damaged = damaged.or(Some(standing)),
        }
    }
    damaged
}

/// Refuses options that name another account than the run's: it would go on with its own all the same.
fn same_account(header: &Header, given: &ProviderArguments) -> Result<(), Usage> {
    let differs = |given: &Option<String>, own: &str| given.as_ref().is_some_and(|given| given != own);
    let base_url = given.base_url.as_deref().map(canonical_base_url);
    let is_real = !header.base_url.is_empty();
    let option = match () {
        () if is_real && (given.simulate || given.simulate_fresh) => "--simulate",
        () if is_real && differs(&base_url, &canonical_base_url(&header.base_url)) => {
            "--base-url (CALLROSTER_BASE_URL)"
        }
        () if is_real && differs(&given.account, &header.account) => "--account (CALLROSTER_ACCOUNT)",
        () if given.simulate_fresh => "--simulate-fresh",
        () => return Ok(()),
    };
    Err(Usage::new(format!(
        "the run {} is of the account {} at {} and goes on there; leave {option} out",
        header.run_id,
        header.account,
        if is_real { &header.base_url } else { "the simulator" }
    )))
}

fn dialect_of(header: &Header) -> &str {
    header.options.get("dialect").map_or("flat", String::as_str)
}

/// Refuses another dialect, which would give the rows other steps.
fn same_dialect(header: &Header, given: &ProviderArguments) -> Result<(), Usage> {
    let own = dialect_of(header);
    match &given.dialect {
        Some(given) if header.provider == ProviderName::Audian.word() && given != own => {
            Err(Usage::new(format!(
                "the run {} was begun with --dialect {own} and goes on so; to begin with --dialect {given}, give its own command \
             again ({} {})",
                header.run_id, header.command, header.input.path
            )))
        }
        _ => Ok(()),
    }
}

/// The run's own account, with whatever else is given now.
fn account_of(header: &Header, given: &ProviderArguments) -> ProviderArguments {
    let mut arguments = given.clone();
    arguments.provider = Some(header.provider.clone());
    if header.provider == ProviderName::Audian.word() {
        arguments.dialect = Some(dialect_of(header).to_string());
    }
    arguments.simulate = header.base_url.is_empty();
    arguments.simulate_fresh = false;
    if !arguments.simulate {
        arguments.base_url = Some(header.base_url.clone());
        arguments.account = Some(header.account.clone());
    }
    arguments
}

fn options_of(header: &Header, settings: &crate::cli::Settings) -> Result<ImportOptions, Failure> {
    let kind = Kind::of_word(&header.command).ok_or_else(|| {
        let message = format!("the run is of a command `{}` that this version does not know", header.command);
        Failure::new(exit::INPUT, message)
    })?;
    let text = |name: &str| header.options.get(name).cloned();
    let given = |name: &str| header.options.contains_key(name);
    let path = |name: &str| text(name).map(PathBuf::from);
    let bound = |name: &str| text(name).map(|text| Bound::parse(name, &text)).transpose();
    let mappings = text("map").unwrap_or_default();
    let mappings =
        mappings.lines().map(|line| Mapping::parse(line).map_err(Usage::new)).collect::<Result<_, _>>()?;
    let vocabulary = settings.vocabulary()?;
    Ok(ImportOptions {
        kind,
        sheet: SheetChoice {
            file: PathBuf::from(&header.input.path),
            form: SheetOptions {
                delimiter: text("delimiter").and_then(|text| text.bytes().next()),
                encoding: text("encoding"),
                sheet: text("sheet"),
                // What was assumed was shown when the run began.
                attended: true,
            },
            mappings,
            results: path("results"),
            formula_guard: if given("no_formula_guard") { FormulaGuard::Off } else { FormulaGuard::On },
        },
        rules: Rules {
            kind,
            vocabulary,
            strict_names: given("strict_names"),
            default_country: text("default_country"),
            voip: text("voip").map(|word| word == "true"),
            mode: text("mode").and_then(|word| Mode::of_word(&word)).unwrap_or(vocabulary.modes()[0]),
            workbook: false,
            archive_supported: vocabulary == Vocabulary::AudianFlat || given("archive_supported"),
            reason: text("reason"),
            reassign_to: text("reassign_to"),
            generate_sip_passwords: given("generate_sip_passwords"),
        },
        failed: path("failed"),
        dry_run: false,
        // The question was answered when the run began.
        yes: true,
        no_input: true,
        strict: false,
        max_errors: bound("max_errors")?,
        max_delete: bound("max_delete")?,
        fresh: false,
        resumes: Some(header.run_id.clone()),
        again: given("again"),
        no_invite: given("no_invite"),
        accept_charges: given("accept_charges"),
    })
}
