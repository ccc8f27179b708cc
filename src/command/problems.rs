//! What is wrong with a sheet's rows, on the screen: the first ones in full, the rest counted.

use crate::columns::Columns;
use crate::explain::Groups;
use crate::row::Problem;
use crate::screen::{Screen, plural};
use crate::validate::{Checker, Survey};

/// Shows the first problems with row, column and mend; all are in the result file.
pub fn show_problems(screen: &Screen, checker: &Checker, survey: &Survey) {
    for (source_row, problem) in &survey.first {
        screen.show(&format!(
            "row {source_row}{}: {} ({})",
            place(checker.columns(), problem),
            problem.message,
            problem.code
        ));
    }
    let all: u64 = survey.problems.values().sum();
    let more = all.saturating_sub(survey.first.len() as u64);
    if more > 0 {
        let counts: Vec<String> =
            survey.problems.iter().map(|(code, count)| format!("{code} {count}")).collect();
        screen.show(&format!("… and {} more; in all: {}", plural(more, "problem"), counts.join(", ")));
    }
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
fn place(columns: &Columns, problem: &Problem) -> String {
    let Some(field) = problem.field else { return String::new() };
    match columns.place(field) {
        Some(place) => format!(", column {} ({})", crate::columns::letters(place), columns.name(field)),
        None => String::new(),
    }
}
