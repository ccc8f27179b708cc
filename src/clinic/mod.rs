//! The damage clinic: what happens to cells on their way through spreadsheets and mails, and what can be undone.
//!
//! Pure. It never guesses: a damage is mended only where the cell itself, and for national numbers the country
//! that its column shows, leave one meaning. Everything else is left as it is and named. Cells of columns that
//! callroster does not know are not looked at, and of passwords only the blanks around them.

mod address;
mod country;
mod damage;
mod figures;
mod number;
mod signs;
mod ward;

use std::borrow::Cow;

use csv::StringRecord;

use crate::columns::Columns;
use crate::row::{Field, RawRow};
use crate::table::{FormulaGuard, guarded};

pub use country::{Census, Country};
pub use damage::Damage;
use ward::Ward;

/// What became of one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The position of its column, from 0.
    pub place: usize,
    /// The cell as it came.
    pub before: String,
    /// Whether the cell may hold a password, and so must not be shown.
    pub secret: bool,
    pub verdict: Verdict,
}

/// Whether a damage can be undone.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Without loss; these damages were undone, in this order.
    Mended { text: String, damages: Vec<Damage> },
    /// Something is lost, or has more than one meaning, so the cell stays as it is.
    Left(Damage),
}

/// One thing to do about a text.
#[derive(Debug, PartialEq)]
enum Step {
    Mend(Damage, String),
    Leave(Damage),
}

/// Looks at the rows of one sheet, and mends them.
#[derive(Debug)]
pub struct Clinic<'a> {
    columns: &'a Columns,
    patients: Vec<Patient>,
    guard: FormulaGuard,
}

/// A column that is looked at.
#[derive(Debug)]
struct Patient {
    field: Field,
    place: usize,
    ward: Ward,
    country: Option<Country>,
}

impl<'a> Clinic<'a> {
    /// `country_of` says in which country the national numbers of a column are at home.
    pub fn new(
        columns: &'a Columns,
        guard: FormulaGuard,
        country_of: impl Fn(usize) -> Option<Country>,
    ) -> Clinic<'a> {
        let patients = Field::ALL.into_iter().filter_map(|field| {
            let place = columns.place(field)?;
            let ward = Ward::of(field);
            let country = if ward == Ward::Number { country_of(place) } else { None };
            Some(Patient { field, place, ward, country })
        });
        let mut patients: Vec<Patient> = patients.collect();
        patients.sort_by_key(|patient| patient.place);
        Clinic { columns, patients, guard }
    }

    /// Mends the cells of a row, and tells what was found in the order of its columns.
    /// The cells of a ragged row may have moved, so that they are let alone.
    pub fn treat(&self, row: &mut RawRow) -> Vec<Finding> {
        if row.cells.len() != self.columns.header().len() {
            return Vec::new();
        }
        let findings: Vec<Finding> =
            self.patients.iter().filter_map(|patient| self.look_at(patient, row)).collect();
        if findings.iter().any(|finding| matches!(finding.verdict, Verdict::Mended { .. })) {
            row.cells = self.with_mended(&row.cells, &findings);
        }
        findings
    }

    fn look_at(&self, patient: &Patient, row: &RawRow) -> Option<Finding> {
        let before = row.cells.get(patient.place)?;
        let bare = self.columns.cell(row, patient.field).unwrap_or_default();
        let verdict = treated(before, bare, patient.ward, patient.country)?;
        let secret = patient.ward == Ward::Secret || self.columns.secret().contains(&patient.place);
        Some(Finding { place: patient.place, before: before.to_owned(), secret, verdict })
    }

    fn with_mended(&self, cells: &StringRecord, findings: &[Finding]) -> StringRecord {
        let mended = |place| {
            findings.iter().find_map(|finding| match &finding.verdict {
                Verdict::Mended { text, .. } if finding.place == place => Some(self.written(text)),
                _ => None,
            })
        };
        cells.iter().enumerate().map(|(place, cell)| mended(place).unwrap_or(Cow::Borrowed(cell))).collect()
    }

    /// A text as its cell holds it. A `'` that belongs to the text must survive the next reading in any case.
    fn written<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.guard {
            FormulaGuard::Off if !text.starts_with('\'') => Cow::Borrowed(text),
            _ => guarded(text),
        }
    }
}

/// What is to be said of a cell; `bare` is its text without blanks around it and without the formula guard.
fn treated(cell: &str, bare: &str, ward: Ward, country: Option<Country>) -> Option<Verdict> {
    let is_bare = cell == bare || cell.strip_prefix('\'') == Some(bare);
    let course = Course::of(bare, ward, country);
    if let Some(damage) = course.left {
        return Some(Verdict::Left(damage));
    }
    let around = (!is_bare).then_some(Damage::BlanksAround);
    let damages: Vec<Damage> = around.into_iter().chain(course.damages).collect();
    (!damages.is_empty()).then(|| Verdict::Mended { text: course.text.into_owned(), damages })
}

/// All that is done about a text.
struct Course<'t> {
    /// As far as it can be mended.
    text: Cow<'t, str>,
    damages: Vec<Damage>,
    /// What cannot be.
    left: Option<Damage>,
}

impl Course<'_> {
    fn of(text: &str, ward: Ward, country: Option<Country>) -> Course<'_> {
        let mut course = Course { text: Cow::Borrowed(text), damages: Vec::new(), left: None };
        while let Some(step) = ward.step(&course.text, country) {
            match step {
                Step::Mend(damage, mended) => {
                    course.text = Cow::Owned(crate::columns::trimmed(&mended).to_owned());
                    course.damages.push(damage);
                }
                Step::Leave(damage) => {
                    course.left = Some(damage);
                    break;
                }
            }
        }
        course
    }
}

#[cfg(test)]
mod tests;
