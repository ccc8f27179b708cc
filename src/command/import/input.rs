//! The sheet of a run, checked as a whole before anything else happens.

use std::path::{Path, PathBuf};

use crate::cli::{ImportOptions, Settings, SheetChoice, Usage};
use crate::columns::Columns;
use crate::command::Failure;
use crate::command::output::{fits_its_name, is_same_file, named_file, spare_the_sheet};
use crate::command::problems::show_problems;
use crate::command::sheet::{SheetRows, named_sheet};
use crate::command::survey::survey_sheet;
use crate::history::History;
use crate::outcome::exit;
use crate::row::{Field, Kind, Mode};
use crate::screen::{Screen, plural};
use crate::table::{self, MOST_WORKBOOK_ROWS, NamedForm, Sheet};
use crate::validate::{Checker, Rules, Survey};

/// A sheet that is a table, with what its rows look like.
pub(super) struct Input {
    pub sheet: Sheet,
    pub checker: Checker,
    pub survey: Survey,
    pub paths: Paths,
}

/// Where the files of a run go.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    /// As typed; `-` for standard input.
    pub input: PathBuf,
    /// `None` is standard output.
    pub results: Option<PathBuf>,
    pub failed: PathBuf,
    pub secrets: PathBuf,
    /// The results as a workbook, where they are to be one.
    pub workbook: Option<PathBuf>,
}

impl Input {
    pub(super) fn open(options: &ImportOptions, screen: &Screen) -> Result<Input, Failure> {
        let mut paths = Paths::of(&options.sheet, options.failed.as_deref());
        let sheet = Sheet::open(&options.sheet.file, &options.sheet.form)?;
        if sheet.is_workbook() && paths.workbook.is_none() && paths.results.is_some() {
            paths.workbook = Some(table::beside(&paths.input, "results").with_extension("xlsx"));
        }
        paths.check(options.rules.generate_sip_passwords)?;
        let columns = Columns::of(sheet.header(), options.kind, &options.sheet.mappings)
            .map_err(|error| Failure::new(exit::INPUT, format!("{}, line 1: {error}", paths.named())))?;
        for note in sheet.notes().iter().chain(&columns.notes()) {
            screen.say(&format!("note: {note}"));
        }
        let mut checker =
            Checker::new(columns, Rules { workbook: sheet.is_workbook(), ..options.rules.clone() });
        let survey = survey_sheet(&sheet, &mut checker)?;
        paths.hold(survey.rows)?;
        show_problems(screen, &checker, &survey, &paths.named(), &mut SheetRows::new(&sheet))?;
        Ok(Input { sheet, checker, survey, paths })
    }

    /// Refuses leavers of whom nothing says how they go, where the account lacks the default.
    pub(super) fn has_a_mode(&self, options: &ImportOptions, settings: &Settings) -> Result<(), Usage> {
        let by_default = options.kind == Kind::Offboard && options.rules.mode == Mode::Archive;
        match by_default && !self.checker.columns().has(Field::Mode) {
            true => settings
                .needs_archive("--mode archive (the default where neither --mode nor a column says another)"),
            false => Ok(()),
        }
    }

    /// Refuses newcomers without e-mail and number where nobody can tell whether they were made before.
    pub(super) fn can_be_known_again(&self, history: &History) -> Result<(), Failure> {
        if self.survey.nameless == 0 || !history.has_lost_its_key() {
            return Ok(());
        }
        let (rows, key) = (plural(self.survey.nameless, "row"), history.key_file());
        Err(Failure::new(
            exit::INTERNAL,
            format!(
                "{rows} of {} have neither e-mail nor number, and {}, by which earlier runs know such people, is gone; nothing \
                 was sent; bring the file back from a copy, or give those rows an e-mail or a number",
                self.paths.named(),
                key.display()
            ),
        ))
    }

    /// The command, for the one who is refused because of it.
    pub(super) fn described(&self, kind: Kind) -> String {
        format!("{} {}", kind.word(), self.paths.named())
    }
}

impl Paths {
    fn of(sheet: &SheetChoice, failed: Option<&Path>) -> Paths {
        let input = &sheet.file;
        let standard_input = input == Path::new("-");
        let named = if standard_input { Path::new("stdin.csv") } else { input };
        let results = match &sheet.results {
            Some(results) => named_file(Some(results)).map(Path::to_path_buf),
            None if standard_input => None,
            None => Some(table::beside(named, "results")),
        };
        let named_so = |path: &&PathBuf| NamedForm::is_workbook(path);
        Paths {
            input: input.clone(),
            workbook: results.as_ref().filter(named_so).cloned(),
            results,
            failed: failed.map_or_else(|| table::beside(named, "failed"), Path::to_path_buf),
            secrets: table::beside(named, "secrets"),
        }
    }

    /// Refuses before anything is sent what could not be written at the end, or would be written over.
    fn check(&self, with_secrets: bool) -> Result<(), Failure> {
        spare_the_sheet(&self.input, "--results", self.results.as_deref())?;
        spare_the_sheet(&self.input, "--failed", Some(&self.failed))?;
        if self.failed == Path::new("-") {
            let message = "--failed needs the name of a file: passwords of the rows to mend stand in it, so it never goes to \
                           standard output";
            return Err(Failure::new(exit::USAGE, message));
        }
        fits_its_name("--results", self.results.as_deref(), true)?;
        fits_its_name("--failed", Some(&self.failed), false)?;
        let results = self
            .results
            .iter()
            .chain(self.workbook.as_ref().filter(|path| Some(*path) != self.results.as_ref()));
        let secrets = with_secrets.then_some(&self.secrets);
        let all: Vec<&PathBuf> = results.chain([&self.failed]).chain(secrets).collect();
        for (at, path) in all.iter().enumerate() {
            if let Some(other) = all[..at].iter().find(|other| is_same_file(path, other)) {
                let message = format!(
                    "{} is to be written twice, and one would be gone; name different files with --results and --failed",
                    other.display()
                );
                return Err(Failure::new(exit::USAGE, message));
            }
            table::check_writable(path).map_err(|error| {
                let mend = match secrets == Some(*path) {
                    true => "nothing was sent; passwords are kept beside the sheet, so copy it to where files can be written",
                    false => "nothing was sent; mend that, or name other files with --results and --failed",
                };
                Failure::new(exit::INTERNAL, format!("{error}; {mend}"))
            })?;
        }
        Ok(())
    }

    /// Refuses before anything is sent more rows than the results could hold at the end.
    fn hold(&mut self, rows: u64) -> Result<(), Failure> {
        if rows <= u64::from(MOST_WORKBOOK_ROWS) {
            return Ok(());
        }
        match self.workbook.take() {
            Some(path) if Some(&path) == self.results.as_ref() => Err(Failure::new(
                exit::USAGE,
                format!(
                    "the results of {rows} rows do not fit into a sheet of a workbook, which takes {MOST_WORKBOOK_ROWS}; nothing \
                     was sent; name a .csv file with --results"
                ),
            )),
            _ => Ok(()),
        }
    }

    /// The input, for messages.
    pub(super) fn named(&self) -> String {
        named_sheet(&self.input)
    }
}
