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
    let mut doubles = Doubles::new(rows);
    checker.doubles = None;
    let survey = each_row(source, |row, findings| {
        doubles.see(checker, row);
        checker.verdict(row, findings);
    })?;
    if !doubles.suspects() {
        return Ok(survey);
    }
    checker.doubles = Some(doubles);
    each_row(source, |row, findings| {
        // The checker reports doubles while they are confirmed: a first row always comes before its doubles.
        if let Some(mut doubles) = checker.doubles.take() {
            doubles.confirm(checker, row);
            checker.doubles = Some(doubles);
        }
        checker.verdict(row, findings);
    })
}

fn each_row(
    source: &mut impl RowSource,
    mut look: impl FnMut(&RawRow, &mut Findings),
) -> Result<Survey, Refusal> {
    let (mut survey, mut row, mut findings) = (Survey::default(), RawRow::default(), Findings::default());
    source.rewind()?;
    while source.read(&mut row)? {
        look(&row, &mut findings);
        survey.add(row.source_row, &mut findings);
    }
    Ok(survey)
}

impl Survey {
    fn add(&mut self, source_row: u64, findings: &mut Findings) {
        self.rows += 1;
        if findings.problems.is_empty() {
            self.valid += 1;
        } else {
            self.invalid += 1;
        }
        for warning in &findings.warnings {
            *self.warnings.entry(warning.code).or_default() += 1;
        }
        for problem in findings.problems.drain(..) {
            *self.problems.entry(problem.code).or_default() += 1;
            if self.first.len() < SHOWN {
                self.first.push((source_row, problem));
            }
        }
    }
}
