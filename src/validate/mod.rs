//! The rules of one row and of the whole file.
//!
//! Pure. Only this folder makes a [`Request`], and only of a row without problems.

mod cells;
mod dates;
mod doubles;
mod email;
mod findings;
mod fingerprints;
mod offboard;
mod onboard;
mod person;
mod phone;
mod restore;
mod signs;
mod survey;
mod update;
mod words;

use crate::columns::Columns;
use crate::row::{Field, Identity, Kind, Mode, Problem, RawRow, Request, RowView};

pub(crate) use dates::is_date;
pub use doubles::Suspects;
pub use email::is_right as is_email;
pub use findings::Findings;
pub use phone::{is_number, known_country};
pub use survey::{FirstReading, Part, SecondReading, Survey, survey};

/// Whose words a sheet is written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Vocabulary {
    #[default]
    Exotel,
    AudianFlat,
    AudianKazoo,
}

impl Vocabulary {
    pub fn is_audian(self) -> bool {
        self != Vocabulary::Exotel
    }
}

/// What decides whether a row is right.
#[derive(Debug, Clone)]
pub struct Rules {
    pub kind: Kind,
    pub vocabulary: Vocabulary,
    /// The provider's newer name rules are errors.
    pub strict_names: bool,
    /// ISO country of national numbers; `None` takes E.164 only.
    pub default_country: Option<String>,
    /// The sheet is a workbook, whose numbers are whole: with a country only their `+` is missing.
    pub workbook: bool,
    /// Whether the account has VOIP; `Some(false)` makes a number mandatory.
    pub voip: Option<bool>,
    /// `offboard`: how users go where the row does not say.
    pub mode: Mode,
    /// Whether the account keeps archived users (Audian); without it nobody can be archived or purged.
    pub archive_supported: bool,
    pub reason: Option<String>,
    pub reassign_to: Option<String>,
    /// A blank SIP password will be generated.
    pub generate_sip_passwords: bool,
}

impl Rules {
    /// The ways in which the account lets a user go.
    pub fn modes(&self) -> Vec<Mode> {
        let kept = |mode: &Mode| self.archive_supported || !matches!(mode, Mode::Archive | Mode::Purge);
        self.vocabulary.modes().iter().copied().filter(kept).collect()
    }
}

/// What the rules say of one row.
#[derive(Debug)]
pub struct Checked {
    /// The request, or every problem of the row.
    pub request: Result<Request, Vec<Problem>>,
    /// Their codes.
    pub warnings: Vec<&'static str>,
}

/// Checks rows of one file, one by one, in any order and as often as wished.
#[derive(Debug)]
pub struct Checker {
    rules: Rules,
    columns: Columns,
    phones: phone::Phones,
    /// Columns of the file for which the provider has no place.
    without_a_place: Vec<Field>,
    doubles: Option<doubles::Doubles>,
}

impl Checker {
    /// Without doubles yet; see [`survey`].
    pub fn new(columns: Columns, rules: Rules) -> Checker {
        let phones = phone::Phones::new(rules.default_country.as_deref(), rules.workbook);
        let placeless =
            |field: &Field| columns.has(*field) && rules.vocabulary.has_no_place_for(*field, rules.kind);
        let without_a_place = rules.kind.fields().iter().copied().filter(placeless).collect();
        Checker { rules, columns, phones, without_a_place, doubles: None }
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Every problem of the row itself and of its doubles, or its request.
    pub fn check(&self, row: &RawRow) -> Checked {
        let mut findings = Findings::worded();
        let draft = self.look_at(row.into(), &mut findings);
        let request = match draft {
            Some(draft) if findings.problems.is_empty() => Ok(draft.into_request()),
            _ => Err(findings.problems),
        };
        Checked { request, warnings: findings.warnings }
    }

    /// Every problem of the row, in words.
    fn problems(&self, row: RowView<'_>) -> Vec<Problem> {
        let mut findings = Findings::worded();
        self.look_at(row, &mut findings);
        findings.problems
    }

    /// The codes that [`Checker::check`] finds, without their words and without the request: for counting rows.
    ///
    /// Returns whether the roster can show the row's user.
    pub fn verdict(&self, row: RowView<'_>, findings: &mut Findings) -> bool {
        findings.clear();
        self.look_at(row, findings).is_none_or(|draft| draft.is_findable())
    }

    /// The draft is `None` where the row cannot be read at all; it is worth nothing beside a problem.
    fn look_at<'a>(&'a self, row: RowView<'a>, findings: &mut Findings) -> Option<Draft<'a>> {
        let (cells, expected) = (row.width(), self.columns.header().len());
        if cells != expected {
            findings.problem("row_shape", None, || {
                format!(
                    "the row has {cells} cells and the header {expected}; put text with a delimiter in it into \
                     quotes, and leave no cell out"
                )
            });
            return None;
        }
        let mut cells = cells::Cells::new(self, row, findings);
        let draft = match self.rules.kind {
            Kind::Onboard => Draft::Onboard(onboard::draft(&mut cells)),
            Kind::Update => Draft::Update(update::draft(&mut cells)),
            Kind::Offboard => Draft::Offboard(offboard::draft(&mut cells)),
            Kind::Restore => Draft::Restore(restore::draft(&mut cells)),
        };
        cells.without_a_place();
        if let Some(doubles) = &self.doubles {
            doubles.report(self, row, findings);
        }
        Some(draft)
    }
}

/// A request whose texts are still those of the row.
enum Draft<'a> {
    Onboard(onboard::Draft<'a>),
    Update(update::Draft<'a>),
    Offboard(offboard::Draft<'a>),
    Restore(&'a str),
}

impl Draft<'_> {
    /// A wished user may have neither e-mail nor number; all other rows name somebody who is there.
    fn is_findable(&self) -> bool {
        match self {
            Draft::Onboard(draft) => draft.has_natural_key(),
            Draft::Update(_) | Draft::Offboard(_) | Draft::Restore(_) => true,
        }
    }

    fn into_request(self) -> Request {
        match self {
            Draft::Onboard(draft) => Request::Onboard(draft.into_request()),
            Draft::Update(draft) => Request::Update(draft.into_request()),
            Draft::Offboard(draft) => Request::Offboard(draft.into_request()),
            Draft::Restore(user_id) => {
                Request::Restore(Identity { user_id: Some(user_id.to_owned()), ..Identity::default() })
            }
        }
    }
}

#[cfg(test)]
mod tests;
