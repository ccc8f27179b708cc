//! The story of `validate`: the whole sheet is checked, nothing is sent. With `--fix` it is mended first, as a copy.

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;
use tempfile::NamedTempFile;

use super::Failure;
use super::fix::{self, Countries, Fixed};
use super::mended::MendedRows;
use super::output::{fits_its_name, named_file, put_out_json, spare_the_sheet, standard_output};
use super::problems::{show_groups, show_problems};
use super::sheet::{SheetRows, named_sheet};
use super::survey::{glance_at, survey_sheet};
use crate::cli::{Settings, ValidateOptions};
use crate::clinic::Clinic;
use crate::columns::Columns;
use crate::outcome::{RowOutcome, Status, exit};
use crate::platform;
use crate::row::{Kind, RawRow, RowSource};
use crate::screen::{Screen, plural};
use crate::table::{
    Doubt, FormulaGuard, NamedForm, Privacy, ResultWriter, Sheet, WholeFile, beside, write_results_workbook,
};
use crate::validate::{Checker, Rules, Survey, survey};

pub fn validate(options: ValidateOptions, settings: &Settings) -> Result<u8, Failure> {
    let screen = Screen::new(&settings.screen)?;
    let results = options.sheet.results.as_deref();
    spare_the_sheet(&options.sheet.file, "--results", results)?;
    fits_its_name("--results", results, true)?;
    if settings.screen.json && results == Some(Path::new("-")) {
        let message = "--json prints the summary on standard output, so name a file with --results";
        return Err(Failure::new(exit::USAGE, message));
    }
    match &options.mended {
        None => check(&options, settings, &screen),
        Some(copy) => mend(&options, copy, settings, &screen),
    }
}

/// Checks the sheet as it is: read once at a glance, and more closely where that leaves a doubt.
fn check(options: &ValidateOptions, settings: &Settings, screen: &Screen) -> Result<u8, Failure> {
    let mut sheet = Sheet::glance(&options.sheet.file, &options.sheet.form)?;
    let mut checker = checker(columns_of(&sheet, options)?, &sheet, options);
    let survey = match glance_at(&sheet, &mut checker) {
        Ok(survey) => survey,
        Err(Doubt) => {
            sheet = sheet.look_closer(&options.sheet.form)?;
            checker = self::checker(columns_of(&sheet, options)?, &sheet, options);
            survey_sheet(&sheet, &mut checker)?
        }
    };
    say_notes(screen, &sheet, checker.columns());
    let mendable = is_mendable(&survey, &sheet, &checker, options)?;
    let check = Check { options, settings, screen, checker: &checker, mendable };
    check.tell(&survey, &mut SheetRows::new(&sheet), None)
}

/// Problems of what is missing or there twice, which no mending of a cell undoes.
const BEYOND_MENDING: [&str; 10] = [
    "row_shape",
    "first_name_missing",
    "last_name_missing",
    "phone_missing",
    "identity_missing",
    "identity_conflict",
    "nothing_to_change",
    "duplicate_email",
    "duplicate_phone",
    "duplicate_user",
];

/// A sheet with more rows is not read again: a mended copy is offered wherever the clinic may help.
const READ_AGAIN: u64 = 20_000;

/// Whether the clinic can do something about a problem of the sheet, which is only read again where that may be.
fn is_mendable(
    survey: &Survey,
    sheet: &Sheet,
    checker: &Checker,
    options: &ValidateOptions,
) -> Result<bool, Failure> {
    let mut codes = survey.problems.keys();
    if codes.all(|code| BEYOND_MENDING.contains(code)) {
        return Ok(false);
    }
    if survey.rows > READ_AGAIN {
        return Ok(true);
    }
    let columns = checker.columns();
    let countries = Countries::find(sheet, columns, options.rules.default_country.as_deref())?;
    let clinic = Clinic::new(columns, options.sheet.formula_guard, |place| countries.of(place));
    fix::would_help(sheet, checker, &clinic)
}

/// Writes a mended copy and checks that.
fn mend(options: &ValidateOptions, copy: &Path, settings: &Settings, screen: &Screen) -> Result<u8, Failure> {
    fix::check_target(&options.sheet.file, copy)?;
    let sheet = Sheet::open_unhashed(&options.sheet.file, &options.sheet.form)?;
    let columns = columns_of(&sheet, options)?;
    say_notes(screen, &sheet, &columns);
    let countries = Countries::find(&sheet, &columns, options.rules.default_country.as_deref())?;
    countries.say(&columns, screen);
    let clinic = Clinic::new(&columns, options.sheet.formula_guard, |place| countries.of(place));
    let fixed = fix::fix(&sheet, &columns, &clinic, copy, screen)?;
    let mut rows = MendedRows::new(&sheet, &clinic);
    let mut checker = checker(columns.clone(), &sheet, options);
    let survey = survey(&mut rows, sheet.count(), &mut checker)?;
    let check = Check { options, settings, screen, checker: &checker, mendable: false };
    check.tell(&survey, &mut rows, Some(&fixed))
}

fn say_notes(screen: &Screen, sheet: &Sheet, columns: &Columns) {
    for note in sheet.notes().iter().chain(&columns.notes()) {
        screen.say(&format!("note: {note}"));
    }
}

/// The columns of the sheet's kind, which is said or can only be one.
fn columns_of(sheet: &Sheet, options: &ValidateOptions) -> Result<Columns, Failure> {
    let file = named_sheet(&options.sheet.file);
    let (header, mappings) = (sheet.header(), &options.sheet.mappings);
    let refused = |code, error| Failure::new(code, format!("{file}, line 1: {error}"));
    let fits = |kind| Columns::of(header, kind, mappings).is_ok();
    let kind = match options.kind.or_else(|| Columns::kind_of(header, mappings)) {
        Some(kind) => kind,
        // It fits none, and most who have no header yet want to begin.
        None if !fits(Kind::Onboard) && !fits(Kind::Update) => Kind::Onboard,
        None => return Err(refused(exit::USAGE, Columns::unclear(header))),
    };
    Columns::of(header, kind, mappings).map_err(|error| refused(exit::INPUT, error))
}

fn checker(columns: Columns, sheet: &Sheet, options: &ValidateOptions) -> Checker {
    let rules = Rules { kind: columns.kind(), workbook: sheet.is_workbook(), ..options.rules.clone() };
    Checker::new(columns, rules)
}

/// What is told of a sheet.
struct Check<'a> {
    options: &'a ValidateOptions,
    settings: &'a Settings,
    screen: &'a Screen,
    checker: &'a Checker,
    /// A mended copy of the sheet would have fewer problems.
    mendable: bool,
}

impl Check<'_> {
    /// Tells what is wrong with the rows, which may be mended ones.
    fn tell(&self, survey: &Survey, rows: &mut impl RowSource, fixed: Option<&Fixed>) -> Result<u8, Failure> {
        let Check { options, screen, checker, .. } = self;
        let file = named_sheet(&options.sheet.file);
        show_problems(screen, checker, survey, &file, rows)?;
        show_groups(screen, survey);
        if let Some(results) = &options.sheet.results {
            self.write_results(results, rows)?;
        }
        let code = if survey.invalid > 0 { exit::INPUT } else { exit::DONE };
        self.tell_counts(survey);
        if self.settings.screen.json {
            put_out_json(&self.summary(survey, fixed, code))?;
        }
        Ok(code)
    }

    /// Writes the file that a run would write, `-` being standard output.
    fn write_results(&self, path: &Path, rows: &mut impl RowSource) -> Result<(), Failure> {
        let guard = self.options.sheet.formula_guard;
        let Some(path) = named_file(Some(path)) else {
            let disk = |error| Failure::disk("standard output", error);
            return write_rows(standard_output(), rows, self.checker, guard, disk)?.flush().map_err(disk);
        };
        let disk = |error| Failure::disk(path.display(), error);
        if NamedForm::is_workbook(path) {
            // The workbook is made from the text, which waits where only its owner can read it.
            let spool = self.settings.screen.state_dir.join("spool");
            let kept = platform::private_folder(&spool).and_then(|()| NamedTempFile::new_in(&spool));
            let kept = write_rows(kept.map_err(disk)?, rows, self.checker, guard, disk)?;
            return write_results_workbook(kept.path(), path).map_err(disk);
        }
        let file = WholeFile::create(path, Privacy::Open).map_err(disk)?;
        write_rows(file, rows, self.checker, guard, disk)?.commit().map_err(disk)
    }

    fn tell_counts(&self, survey: &Survey) {
        let Check { options, screen, .. } = self;
        let warnings: Vec<String> =
            survey.warnings.iter().map(|(code, count)| format!("{code} {count}")).collect();
        if !warnings.is_empty() {
            screen.say(&format!("warnings: {}", warnings.join(", ")));
        }
        let kind = self.checker.rules().kind;
        let (file, typed) = (&options.sheet.file, &options.typed);
        let next = match (survey.invalid, &options.mended) {
            (0, mended) => typed.run(kind, mended.as_ref().unwrap_or(file), mended.is_some()),
            (_, None) if self.mendable => format!(
                "mend the rows above, or what needs no guess with {}; then check again",
                typed.check(file, Some(&beside(file, "mended")))
            ),
            (_, None) => "mend the rows above, then check again".to_owned(),
            (_, Some(copy)) => {
                format!("mend the rows above in {}, then {}", copy.display(), typed.check(copy, None))
            }
        };
        screen.say(&format!(
            "{}: {}: {} valid, {} invalid; next: {next}",
            kind.word(),
            plural(survey.rows, "row"),
            survey.valid,
            survey.invalid
        ));
    }

    fn summary(&self, survey: &Survey, fixed: Option<&Fixed>, code: u8) -> serde_json::Value {
        let mut summary = json!({
            "command": "validate",
            "as": self.checker.rules().kind.word(),
            "rows": survey.rows,
            "valid": survey.valid,
            "invalid": survey.invalid,
            "problems": survey.problems,
            "warnings": survey.warnings,
            "seconds": (self.screen.seconds() * 1000.0).round() / 1000.0,
            "results": self.options.sheet.results.as_ref().map(|path| path.display().to_string()),
            "exit_code": code,
        });
        if let (Some(copy), Some(fixed)) = (&self.options.mended, fixed) {
            summary["fix"] = json!({
                "output": copy.display().to_string(),
                "changes": fix::list_path(copy).display().to_string(),
                "cells_mended": fixed.mended,
                "cells_left": fixed.left,
                "kinds": fixed.kinds,
            });
        }
        summary
    }
}

/// The rows as a run would write them: invalid ones with their problems, the others not attempted.
fn write_rows<W: Write>(
    out: W,
    rows: &mut impl RowSource,
    checker: &Checker,
    guard: FormulaGuard,
    disk: impl Fn(io::Error) -> Failure,
) -> Result<W, Failure> {
    let columns = checker.columns();
    let mut results = ResultWriter::new(out, columns.header(), columns.secret(), guard).map_err(&disk)?;
    rows.rewind()?;
    let mut raw = RawRow::default();
    while rows.read(&mut raw)? {
        let checked = checker.check(&raw);
        let outcome = match &checked.request {
            Ok(_) => RowOutcome::new(Status::NotAttempted),
            Err(problems) => RowOutcome::invalid(problems),
        };
        let mut warnings = checked.warnings;
        warnings.sort_unstable();
        let word = outcome.status.word();
        results.write(&raw, &outcome, word, &warnings, "").map_err(&disk)?;
    }
    results.finish().map_err(disk)
}
