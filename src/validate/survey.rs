//! The whole file held against the rules, before anything is sent.
//!
//! Pure: the rows come from whoever reads them. One reading is enough for a file without doubles, two for any other.

use std::collections::BTreeMap;

use super::{Checker, Doubles, Findings};
use crate::row::{Problem, RawRow, RowSource};
use crate::table::Refusal;

/// What a whole file looks like under the rules.
#[derive(Debug, Default, PartialEq)]
pub struct Survey {
    pub rows: u64,
    pub valid: u64,
    pub invalid: u64,
    /// How often each code of a problem occurs.
    pub problems: BTreeMap<&'static str, u64>,
    /// How many rows each code of a warning concerns.
    pub warnings: BTreeMap<&'static str, u64>,
    /// The first problems in the order of the file, each with its row as a spreadsheet counts it.
    pub first: Vec<(u64, Problem)>,
}

/// How many problems [`Survey::first`] holds at most.
const SHOWN: usize = 20;

/// Reads every row, and leaves the doubles of the file with the checker.
pub fn survey(source: &mut impl RowSource, rows: u64, checker: &mut Checker) -> Result<Survey, Refusal> {
    checker.doubles = None;
    let (mut survey, mut doubles, mut findings) =
        (Survey::default(), Doubles::new(rows), Findings::default());
    each_row(source, |row| {
        doubles.see(checker, row);
        checker.verdict(row, &mut findings);
        survey.add(row, &findings, checker);
    })?;
    if doubles.suspects() {
        let mut doubled = Vec::new();
        each_row(source, |row| {
            if doubles.confirm(checker, row) {
                survey.add_doubled(row, &doubles, checker, &mut doubled);
            }
        })?;
        survey.first.extend(doubled);
        survey.first.sort_by_key(|(source_row, _)| *source_row);
        survey.first.truncate(SHOWN);
        checker.doubles = Some(doubles);
    }
    Ok(survey)
}

fn each_row(source: &mut impl RowSource, mut look: impl FnMut(&RawRow)) -> Result<(), Refusal> {
    let mut row = RawRow::default();
    source.rewind()?;
    while source.read(&mut row)? {
        look(&row);
    }
    Ok(())
}

impl Survey {
    fn add(&mut self, row: &RawRow, findings: &Findings, checker: &Checker) {
        self.rows += 1;
        for warning in &findings.warnings {
            *self.warnings.entry(warning.code).or_default() += 1;
        }
        if findings.problems.is_empty() {
            self.valid += 1;
            return;
        }
        self.invalid += 1;
        for problem in &findings.problems {
            *self.problems.entry(problem.code).or_default() += 1;
        }
        if self.first.len() < SHOWN {
            let worded = checker.check(row).request.err().into_iter().flatten();
            self.first.extend(worded.map(|problem| (row.source_row, problem)));
            self.first.truncate(SHOWN);
        }
    }

    /// Counts the doubles of a row that was counted without them.
    fn add_doubled(
        &mut self,
        row: &RawRow,
        doubles: &Doubles,
        checker: &Checker,
        shown: &mut Vec<(u64, Problem)>,
    ) {
        if checker.check(row).request.is_ok() {
            self.valid -= 1;
            self.invalid += 1;
        }
        let mut findings = Findings::worded();
        doubles.report(checker, row, &mut findings);
        for problem in findings.problems {
            *self.problems.entry(problem.code).or_default() += 1;
            if shown.len() < SHOWN {
                shown.push((row.source_row, problem));
            }
        }
    }
}
