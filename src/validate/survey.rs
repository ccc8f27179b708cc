//! The whole file held against the rules, before anything is sent.
//!
//! Pure: the rows come from whoever reads them, in one piece ([`survey`]) or in [`Part`]s that several threads look
//! at. One reading is enough for a file without doubles; the second one needs only the rows that are suspected.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::doubles::{self, Doubles, Suspects};
use super::fingerprints::Fingerprints;
use super::{Checker, Findings};
use crate::row::{Problem, RawRow, RowSource, RowView};
use crate::table::Refusal;

/// What a whole file looks like under the rules.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Survey {
    pub rows: u64,
    pub valid: u64,
    pub invalid: u64,
    /// Wished users without e-mail and number: only a journal can know them again.
    pub nameless: u64,
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
    let (mut first, mut part) = (FirstReading::new(rows, checker), Part::default());
    each_row(source, |row| {
        if part.rows == 4096 || !part.reaches(row.source_row) {
            first.take(std::mem::take(&mut part), 0);
        }
        part.look(checker, row.into(), !first.is_told());
    })?;
    first.take(part, 0);
    let mut second = first.end();
    let suspects = second.suspects();
    if !suspects.within(0..u64::MAX).is_empty() {
        each_row(source, |row| {
            if suspects.contain(row.source_row) {
                second.confirm(checker, row);
            }
        })?;
    }
    Ok(second.end(checker))
}

fn each_row(source: &mut impl RowSource, mut look: impl FnMut(&RawRow)) -> Result<(), Refusal> {
    let mut row = RawRow::default();
    source.rewind()?;
    while source.read(&mut row)? {
        look(&row);
    }
    Ok(())
}

/// How often each code was met; there are few, so that looking through them is quick.
#[derive(Debug, Default)]
struct Tally(Vec<(&'static str, u64)>);

impl Tally {
    fn add(&mut self, code: &'static str, count: u64) {
        match self.0.iter_mut().find(|(known, _)| std::ptr::eq(*known, code) || *known == code) {
            Some((_, total)) => *total += count,
            None => self.0.push((code, count)),
        }
    }
}

/// Some rows that follow each other, counted without their doubles.
#[derive(Debug, Default)]
pub struct Part {
    rows: u64,
    valid: u64,
    nameless: u64,
    problems: Tally,
    warnings: Tally,
    first: Vec<(u64, Problem)>,
    first_row: u64,
    /// The upper bits of a fingerprint, and its row from the first one on in the lower ones.
    keys: Vec<u64>,
    findings: Findings,
}

/// Bits of a key that tell the row within a part.
const ROW_BITS: u32 = 24;

impl Part {
    /// Makes room for what is remembered of so many cells.
    pub fn new(cells: usize) -> Part {
        Part { keys: Vec::with_capacity(cells), ..Part::default() }
    }

    /// Whether a row is so near to the first one that the part can take it.
    fn reaches(&self, source_row: u64) -> bool {
        self.rows == 0 || source_row - self.first_row < 1 << ROW_BITS
    }

    /// Adds a row; `worded` asks for the words of its problems while few of the part have them.
    pub fn look(&mut self, checker: &Checker, row: RowView<'_>, worded: bool) {
        if self.rows == 0 {
            self.first_row = row.source_row;
        }
        self.rows += 1;
        let place = row.source_row - self.first_row;
        let keys = &mut self.keys;
        doubles::each_fingerprint(checker, row, |fingerprint| {
            keys.push(fingerprint >> ROW_BITS << ROW_BITS | place);
        });
        let findable = checker.verdict(row, &mut self.findings);
        self.nameless += u64::from(!findable);
        for warning in &self.findings.warnings {
            self.warnings.add(warning, 1);
        }
        if self.findings.problems.is_empty() {
            self.valid += 1;
            return;
        }
        for problem in &self.findings.problems {
            self.problems.add(problem.code, 1);
        }
        if worded && self.first.len() < SHOWN {
            let problems = checker.problems(row).into_iter();
            self.first.extend(problems.map(|problem| (row.source_row, problem)));
        }
    }
}

/// The reading that looks at every row by itself, and remembers what may double.
#[derive(Debug)]
pub struct FirstReading {
    rows: u64,
    valid: u64,
    nameless: u64,
    problems: Tally,
    warnings: Tally,
    first: Vec<(u64, Problem)>,
    fingerprints: Fingerprints,
}

impl FirstReading {
    /// Makes room for a file of about so many rows; the checker forgets the doubles of an earlier one.
    pub fn new(rows: u64, checker: &mut Checker) -> FirstReading {
        checker.doubles = None;
        let cells = usize::try_from(rows).unwrap_or(0).min(1 << 24) * 2;
        FirstReading {
            rows: 0,
            valid: 0,
            nameless: 0,
            problems: Tally::default(),
            warnings: Tally::default(),
            first: Vec::new(),
            fingerprints: Fingerprints::new(cells),
        }
    }

    /// Whether no further problem needs its words.
    pub fn is_told(&self) -> bool {
        self.first.len() == SHOWN
    }

    /// Takes the next part of the file, whose rows are counted from `source_row` on.
    pub fn take(&mut self, part: Part, source_row: u64) {
        self.rows += part.rows;
        self.valid += part.valid;
        self.nameless += part.nameless;
        part.problems.0.iter().for_each(|(code, count)| self.problems.add(code, *count));
        part.warnings.0.iter().for_each(|(code, count)| self.warnings.add(code, *count));
        self.first.extend(part.first.into_iter().map(|(row, problem)| (source_row + row, problem)));
        self.first.truncate(SHOWN);
        for key in part.keys {
            let place = key & ((1 << ROW_BITS) - 1);
            let row = source_row + part.first_row + place;
            self.fingerprints.add(key, u32::try_from(row).unwrap_or(u32::MAX));
        }
    }

    pub fn end(self) -> SecondReading {
        let survey = Survey {
            rows: self.rows,
            valid: self.valid,
            invalid: self.rows - self.valid,
            nameless: self.nameless,
            problems: self.problems.0.into_iter().collect(),
            warnings: self.warnings.0.into_iter().collect(),
            first: self.first,
        };
        SecondReading { survey, doubles: Doubles::of(self.fingerprints), doubled: Vec::new() }
    }
}

/// The reading that finds out which of the suspected rows are doubles.
#[derive(Debug)]
pub struct SecondReading {
    survey: Survey,
    doubles: Doubles,
    /// The first problems of doubles.
    doubled: Vec<(u64, Problem)>,
}

impl SecondReading {
    /// The rows that this reading needs.
    pub fn suspects(&self) -> Arc<Suspects> {
        self.doubles.suspects()
    }

    /// How many data rows the first reading saw.
    pub fn rows(&self) -> u64 {
        self.survey.rows
    }

    /// Takes a suspected row, in the order of the file.
    pub fn confirm(&mut self, checker: &Checker, row: &RawRow) {
        let row = RowView::from(row);
        if !self.doubles.confirm(checker, row) {
            return;
        }
        if checker.problems(row).is_empty() {
            self.survey.valid -= 1;
            self.survey.invalid += 1;
        }
        let mut findings = Findings::worded();
        self.doubles.report(checker, row, &mut findings);
        for problem in findings.problems {
            *self.survey.problems.entry(problem.code).or_default() += 1;
            if self.doubled.len() < SHOWN {
                self.doubled.push((row.source_row, problem));
            }
        }
    }

    /// Leaves the doubles with the checker.
    pub fn end(self, checker: &mut Checker) -> Survey {
        let SecondReading { mut survey, doubles, doubled } = self;
        survey.first.extend(doubled);
        survey.first.sort_by_key(|(source_row, _)| *source_row);
        survey.first.truncate(SHOWN);
        checker.doubles = Some(doubles);
        survey
    }
}
