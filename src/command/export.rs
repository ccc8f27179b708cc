//! The story of `export`: all users of the account, everybody once, into a file or to standard output.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

use super::connection::block_on;
use super::output::{fits_its_name, named_file, put_out_json, standard_output};
use super::{Connection, Failure};
use crate::cli::{ExportArguments, FormatArgument, LayoutArgument, ProviderName, Settings};
use crate::export::{
    ASK_PROVIDER, Consistency, CsvRoster, ExportFailed, ExportWish, Exported, JsonLinesRoster, Layout,
    RosterWriter, Shape, export as export_roster,
};
use crate::history::History;
use crate::outcome::{Cause, Stop, exit};
use crate::platform::{self, Signals};
use crate::provider::{Failure as CallFailure, Unreadable};
use crate::runner::{CallCounts, Caller, StopSign};
use crate::screen::{Screen, people, plural};
use crate::table::{FormulaGuard, NamedForm, Privacy, WholeFile, check_writable};
use crate::validate::Vocabulary;

/// How many of those who were left out are told one by one.
const SHOWN: usize = 10;

pub fn export(arguments: &ExportArguments, settings: &Settings) -> Result<u8, Failure> {
    let screen = Screen::new(&settings.screen)?;
    let choice = settings.provider()?;
    let wish = wish(arguments, choice.name == ProviderName::Audian, settings.vocabulary()?)?;
    let history = History::open(&settings.screen.state_dir)?;
    let target = Target::of(arguments, settings)?;
    let connection = Connection::open(&choice, settings)?;
    block_on(async {
        let stop = StopSign::default();
        let caller = connection.caller(settings, &history, (&stop, &screen));
        let mut signals = Signals::listen().context("an interruption could not be heard")?;
        let obey = async {
            signals.next().await;
            stop.raise(Stop::new(Cause::Interrupted, "interrupted", "interrupted; nothing was written"));
            signals.next().await;
        };
        screen.begin("exporting", None);
        let exported = tokio::select! {
            exported = target.fill(&caller, &wish, &screen) => exported,
            () = obey => Err(ExportFailed::Stopped),
        };
        screen.end();
        connection.remember(&history, &caller);
        match exported {
            Ok(exported) => tell(&exported, caller.counts(), target.output, &screen, settings),
            Err(failed) => Err(failure(&failed, &stop)),
        }
    })?
}

/// Where the roster goes, and in which form.
struct Target<'a> {
    /// `None` is standard output.
    output: Option<&'a Path>,
    format: FormatArgument,
    guard: FormulaGuard,
    /// Where rows wait until a sweep found the roster at rest.
    spools: PathBuf,
}

impl Target<'_> {
    fn of<'a>(arguments: &'a ExportArguments, settings: &Settings) -> Result<Target<'a>, Failure> {
        let format = format(arguments);
        if format == FormatArgument::Xlsx && !cfg!(feature = "xlsx") {
            let message = "this build of callroster knows no workbooks; use --format csv";
            return Err(Failure::new(exit::USAGE, message));
        }
        let output = named_file(arguments.output.as_deref());
        fits_its_name("-o", output, format == FormatArgument::Xlsx || arguments.format.is_none())?;
        if let Some(path) = output {
            check_writable(path).map_err(|error| Failure::new(exit::INTERNAL, error.to_string()))?;
        } else if settings.screen.json {
            let message =
                "--json prints the summary on standard output, so name a file for the roster with -o";
            return Err(Failure::new(exit::USAGE, message));
        }
        let spools = settings.screen.state_dir.join("spool");
        platform::private_folder(&spools).map_err(|error| Failure::disk(spools.display(), error))?;
        let guard = if arguments.no_formula_guard { FormulaGuard::Off } else { FormulaGuard::On };
        Ok(Target { output, format, guard, spools })
    }

    /// Exports the wished users; a file appears whole or not at all.
    async fn fill(
        &self,
        caller: &Caller<'_>,
        wish: &ExportWish,
        screen: &Screen,
    ) -> Result<Exported, ExportFailed> {
        let progress = |done, total: Option<u64>| {
            if let Some(total) = total {
                screen.total(total);
            }
            screen.done(done);
        };
        let Some(path) = self.output else {
            let mut writer = writer(standard_output(), self.format, self.guard);
            return export_roster(caller, wish, &self.spools, &progress, &mut *writer).await;
        };
        let mut file = WholeFile::create(path, Privacy::Open).map_err(ExportFailed::Target)?;
        let mut writer = writer(&mut file, self.format, self.guard);
        let exported = export_roster(caller, wish, &self.spools, &progress, &mut *writer).await?;
        drop(writer);
        file.commit().map_err(ExportFailed::Target)?;
        Ok(exported)
    }
}

fn wish(
    arguments: &ExportArguments,
    with_accounts: bool,
    vocabulary: Vocabulary,
) -> Result<ExportWish, Failure> {
    let layout = match arguments.layout {
        LayoutArgument::User => Layout::User,
        LayoutArgument::Device => Layout::Device,
    };
    let columns = (!arguments.columns.is_empty()).then(|| arguments.columns.join(","));
    let shape = Shape::new(layout, columns.as_deref())
        .map_err(|error| Failure::new(exit::USAGE, format!("--columns: {error}")))?;
    Ok(ExportWish {
        shape: if with_accounts { shape.with_accounts() } else { shape },
        emails: arguments.email.clone(),
        contact_uris: arguments.contact_uri.clone(),
        roles: arguments.role.iter().map(|role| own_role(role, vocabulary)).collect::<Result<_, _>>()?,
    })
}

/// A typing error must not look like an empty roster.
fn own_role(role: &str, vocabulary: Vocabulary) -> Result<String, Failure> {
    vocabulary.own_role(role).map(str::to_owned).ok_or_else(|| {
        let (provider, roles) = (vocabulary.provider(), vocabulary.roles().join(", "));
        let message = format!("--role: {provider} has no role `{role}`; choose from {roles}");
        Failure::new(exit::USAGE, message)
    })
}

/// The form that is asked for, else the one that the file's name tells.
fn format(arguments: &ExportArguments) -> FormatArgument {
    arguments.format.unwrap_or(match arguments.output.as_deref().map(NamedForm::of) {
        Some(NamedForm::JsonLines) => FormatArgument::Jsonl,
        Some(NamedForm::Workbook) => FormatArgument::Xlsx,
        _ => FormatArgument::Csv,
    })
}

fn writer<'a>(
    out: impl Write + 'a,
    format: FormatArgument,
    guard: FormulaGuard,
) -> Box<dyn RosterWriter + 'a> {
    match format {
        FormatArgument::Csv => Box::new(CsvRoster::new(out, guard)),
        FormatArgument::Jsonl => Box::new(JsonLinesRoster::new(out)),
        #[cfg(feature = "xlsx")]
        FormatArgument::Xlsx => Box::new(crate::export::WorkbookRoster::new(out)),
        #[cfg(not(feature = "xlsx"))]
        FormatArgument::Xlsx => unreachable!("refused when the command was read"),
    }
}

fn tell(
    exported: &Exported,
    counts: CallCounts,
    output: Option<&Path>,
    screen: &Screen,
    settings: &Settings,
) -> Result<u8, Failure> {
    let calls = counts.read + counts.refused;
    let users = plural(exported.users, "user");
    let to = output.map(|path| format!(" to {}", path.display())).unwrap_or_default();
    let left_out = exported.unreadable.len();
    let words = match exported.consistency {
        Consistency::Partial => format!("without {} who cannot be read", people(left_out as u64)),
        consistency => consistency.words().to_string(),
    };
    screen.say(&format!(
        "export: {users}{to}, {words}; {}, {:.1} s",
        plural(calls, "call"),
        screen.seconds()
    ));
    if exported.consistency == Consistency::Changed {
        screen.warn("the roster moved while it was read; users who came or went meanwhile may be there or not; export again at a quiet time");
    }
    tell_unreadable(&exported.unreadable, screen);
    if settings.screen.json {
        let mut summary = json!({
            "users": exported.users,
            "rows": exported.rows,
            "consistency": exported.consistency.words(),
            "calls": calls,
            "seconds": (screen.seconds() * 1000.0).round() / 1000.0,
            "output": output.map(|path| path.display().to_string()),
        });
        if left_out > 0 {
            summary["unreadable"] = left_out.into();
        }
        put_out_json(&summary)?;
    }
    match exported.consistency {
        Consistency::Complete => Ok(exit::DONE),
        Consistency::Partial | Consistency::Changed => Ok(exit::SOME_FAILED),
    }
}

/// Says of each user who was left out where the provider's list has it and what is wrong, the first ones in full.
fn tell_unreadable(unreadable: &[Unreadable], screen: &Screen) {
    for odd in unreadable.iter().take(SHOWN) {
        let id = if odd.user_id.is_empty() { String::new() } else { format!(" (id {})", odd.user_id) };
        screen.warn(&format!(
            "user {}{id} of the list that the provider sent cannot be read and is left out: {}",
            odd.place + 1,
            odd.problem
        ));
    }
    if unreadable.len() > SHOWN {
        screen.warn(&format!("… and {} more", unreadable.len() - SHOWN));
    }
    if !unreadable.is_empty() {
        screen.show(&format!("everybody else was exported; {ASK_PROVIDER}"));
    }
}

fn failure(failed: &ExportFailed, stop: &StopSign) -> Failure {
    let stopped = stop.stop();
    let code = match (failed, stopped.as_ref().map(|stop| stop.cause)) {
        (ExportFailed::Spool { .. } | ExportFailed::Target(_), _) => exit::INTERNAL,
        (_, Some(Cause::Interrupted)) => exit::INTERRUPTED,
        (_, Some(Cause::Refused)) => exit::REFUSED,
        (ExportFailed::Provider(error), _) => match error.failure {
            CallFailure::Unauthorized | CallFailure::Forbidden | CallFailure::ForbiddenUnknown => {
                exit::REFUSED
            }
            failure if failure.later() => exit::TEMPORARY,
            _ if error.is_misdirected() => exit::USAGE,
            _ => exit::SOME_FAILED,
        },
        (ExportFailed::Unreadable(_), _) => exit::SOME_FAILED,
        (ExportFailed::Stopped, _) => exit::TEMPORARY,
    };
    let message = match (failed, stopped) {
        (ExportFailed::Stopped | ExportFailed::Provider(_), Some(stop)) => stop.message,
        _ => failed.to_string(),
    };
    Failure::new(code, message)
}
