//! The story of `validate`: the whole sheet is checked, nothing is sent.

use serde_json::json;

use super::Failure;
use super::output::put_out_json;
use super::problems::{show_groups, show_problems};
use super::sheet::SheetRows;
use crate::cli::{Settings, ValidateOptions};
use crate::columns::Columns;
use crate::outcome::{RowOutcome, Status, Trouble, exit};
use crate::row::{Field, RawRow, RowSource};
use crate::screen::{Screen, plural};
use crate::table::{FormulaGuard, Privacy, ResultWriter, Sheet, WholeFile};
use crate::validate::{Checker, Survey, survey};

pub fn validate(options: ValidateOptions, settings: &Settings) -> Result<u8, Failure> {
    let screen = Screen::new(&settings.screen)?;
    let file = options.sheet.file.display().to_string();
    let refused = |error: String| Failure::new(exit::INPUT, format!("{file}: {error}"));
    let sheet = Sheet::open_unhashed(&options.sheet.file, &options.sheet.form)?;
    let kind = options.kind.or_else(|| Columns::kind_of(sheet.header())).ok_or_else(|| {
        Failure::new(
            exit::USAGE,
            format!("the header of {file} fits more than one kind of sheet; say which with --as onboard, --as update or --as offboard"),
        )
    })?;
    let columns = Columns::of(sheet.header(), kind, &options.sheet.mappings).map_err(refused)?;
    for note in sheet.notes().iter().chain(&columns.notes()) {
        screen.say(&format!("note: {note}"));
    }
    let mut checker = Checker::new(columns, crate::validate::Rules { kind, ..options.rules.clone() });
    let survey = survey(&mut SheetRows::new(&sheet), sheet.count(), &mut checker)?;
    show_problems(&screen, &checker, &survey, &file, &mut SheetRows::new(&sheet))?;
    show_groups(&screen, &survey);
    if let Some(results) = &options.sheet.results {
        write_results(results, &sheet, &checker, options.sheet.formula_guard)?;
    }
    let code = if survey.invalid > 0 { exit::INPUT } else { exit::DONE };
    tell(&screen, kind.word(), &survey, &options, settings, code)?;
    Ok(code)
}

fn tell(
    screen: &Screen,
    kind: &str,
    survey: &Survey,
    options: &ValidateOptions,
    settings: &Settings,
    code: u8,
) -> Result<(), Failure> {
    let file = options.sheet.file.display();
    let warnings: Vec<String> =
        survey.warnings.iter().map(|(code, count)| format!("{code} {count}")).collect();
    if !warnings.is_empty() {
        screen.say(&format!("warnings: {}", warnings.join(", ")));
    }
    let next = match survey.invalid {
        0 => format!("callroster {kind} {file}"),
        _ => "mend the rows above, then check again".to_string(),
    };
    screen.say(&format!(
        "{kind}: {}: {} valid, {} invalid; next: {next}",
        plural(survey.rows, "row"),
        survey.valid,
        survey.invalid
    ));
    if settings.screen.json {
        let summary = json!({
            "command": "validate",
            "as": kind,
            "rows": survey.rows,
            "valid": survey.valid,
            "invalid": survey.invalid,
            "problems": survey.problems,
            "warnings": survey.warnings,
            "seconds": (screen.seconds() * 1000.0).round() / 1000.0,
            "results": options.sheet.results.as_ref().map(|path| path.display().to_string()),
            "exit_code": code,
        });
        put_out_json(&summary)?;
    }
    Ok(())
}

/// The file that a run would write: invalid rows with their problems, the others not attempted.
fn write_results(
    path: &std::path::Path,
    sheet: &Sheet,
    checker: &Checker,
    guard: FormulaGuard,
) -> Result<(), Failure> {
    let disk = |error: std::io::Error| Failure::disk(path.display(), error);
    let columns = checker.columns();
    let file = WholeFile::create(path, Privacy::Open).map_err(disk)?;
    let password = columns.place(Field::SipPassword);
    let mut results = ResultWriter::new(file, columns.header(), password, guard).map_err(disk)?;
    let mut rows = SheetRows::new(sheet);
    let mut raw = RawRow::default();
    while rows.read(&mut raw)? {
        let checked = checker.check(&raw);
        let outcome = match &checked.request {
            Ok(_) => RowOutcome::new(Status::NotAttempted),
            Err(problems) => {
                let mut outcome = RowOutcome::new(Status::Invalid);
                outcome
                    .troubles
                    .extend(problems.iter().map(|problem| Trouble::new(problem.code, &*problem.message)));
                outcome
            }
        };
        let warnings: Vec<&str> = checked.warnings.iter().map(|warning| warning.code).collect();
        let word = outcome.status.word();
        results.write(&raw, &outcome, word, &warnings, "").map_err(disk)?;
    }
    results.finish().and_then(WholeFile::commit).map_err(disk)
}
