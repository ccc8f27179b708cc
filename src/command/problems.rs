//! What is wrong with a sheet's rows, on the screen: the first ones in full, the rest counted.
//!
//! At a terminal the first ones are pictures of their rows; elsewhere each is one plain line.

use std::collections::BTreeMap;

use super::picture::picture;
use crate::columns::Columns;
use crate::explain::Groups;
use crate::row::{Problem, RawRow, RowSource};
use crate::screen::{self, Screen, plural};
use crate::table::Refusal;
use crate::validate::{Checker, Survey};

/// Shows the first problems with row, column and mend; all are in the result file.
/// `file` is the sheet's name, `rows` are what was checked.
pub fn show_problems(
    screen: &Screen,
    checker: &Checker,
    survey: &Survey,
    file: &str,
    rows: &mut impl RowSource,
) -> Result<(), Refusal> {
    let columns = checker.columns();
    let pictured = if screen.draws() { rows_of(survey, rows)? } else { BTreeMap::new() };
    for (source_row, problem) in &survey.first {
        match pictured.get(source_row) {
            Some(row) => {
                let drawn = picture(file, columns, row, problem, screen::width());
                screen.show(&format!("{drawn}\n"));
            }
            None => screen.show(&line(columns, *source_row, problem)),
        }
    }
    let all: u64 = survey.problems.values().sum();
    let more = all.saturating_sub(survey.first.len() as u64);
    if more > 0 {
        let counts: Vec<String> =
            survey.problems.iter().map(|(code, count)| format!("{code} {count}")).collect();
        screen.show(&format!("… and {} more; in all: {}", plural(more, "problem"), counts.join(", ")));
    }
    Ok(())
}

/// Shows each kind of problem that repeats once, with its mend.
pub fn show_groups(screen: &Screen, survey: &Survey) {
    let mut groups = Groups::default();
    for (code, count) in survey.problems.iter().filter(|(_, count)| **count > 1) {
        let rows = survey.first.iter().filter(|(_, problem)| problem.code == *code).map(|(row, _)| *row);
        groups.add_counted(code, *count, rows);
    }
    groups.lines("problem").iter().for_each(|line| screen.show(line));
}

/// `, column C (email)`.
pub fn place_of(columns: &Columns, problem: &Problem) -> String {
    let Some(field) = problem.field else { return String::new() };
    match columns.place(field) {
        Some(place) => format!(", column {} ({})", crate::columns::letters(place), columns.name(field)),
        None => String::new(),
    }
}

fn line(columns: &Columns, source_row: u64, problem: &Problem) -> String {
    let place = place_of(columns, problem);
    format!("row {source_row}{place}: {} ({})", problem.message, problem.code)
}

/// The rows of the problems that are shown, by their number.
fn rows_of(survey: &Survey, rows: &mut impl RowSource) -> Result<BTreeMap<u64, RawRow>, Refusal> {
    let wanted: Vec<u64> = survey.first.iter().map(|(source_row, _)| *source_row).collect();
    let (mut found, mut row) = (BTreeMap::new(), RawRow::default());
    let Some(last) = wanted.last() else { return Ok(found) };
    rows.rewind()?;
    while row.source_row < *last && rows.read(&mut row)? {
        if wanted.contains(&row.source_row) {
            found.insert(row.source_row, row.clone());
        }
    }
    Ok(found)
}
